"""Settings of the experiments on recognisers of kana."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from kuzushi.core.configs import POSITIONAL, Device, above_zero, at_least, check_seed, check_unused
from kuzushi.core.errors import ConfigError

Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True, kw_only=True)
class CharactersConfig:
    """Train a recogniser of cursive kana, and show what it confuses and why."""

    subject: ClassVar[str] = "characters"

    net: Literal["lin", "full", "conv", "deep"] = "conv"
    """lin: one linear layer. full: one hidden layer of tanh units. conv: two convolutions and two linear layers.

    deep: seven convolutions and one linear layer, with fewer parameters than conv."""
    data: str = "kmnist"
    """kmnist, kmnist-mini, k49, kkanji, brush, brush:TRAIN/TEST, or a folder with a sub-folder of images per class."""
    preset: Literal["report", "fast"] = "fast"
    """report: the recipe of the report (SGD 0.01, momentum 0.5, batch 64). fast: our own recipe for each net."""
    hid: int = 110
    """Hidden units of the net 'full'."""
    epochs: float | None = None
    """Passes over the training images, also less than one; by default 10, and 14 for deep."""
    seeds: int = 1
    """Number of trainings, each from its own seed (seed, seed + 1, ...)."""
    seed: int = 0
    """The first seed: weights, order of the images, and the images of brush."""
    validation: bool = False
    """Test on the last fifth of each class's training images instead, to choose settings."""
    precision: Literal["auto", Precision] = "auto"
    """Of products in training; auto uses bfloat16 for conv and deep with preset fast, if the processor supports it."""
    device: Device = "auto"
    """auto uses the GPU if there is one."""

    def __post_init__(self) -> None:
        at_least(1, hid=self.hid, seeds=self.seeds)
        above_zero(epochs=self.passes)
        check_seed(self.seed)
        if self.net != "full":
            check_unused(self, "hid", why=f"is of --net full, and {self.net} has a size of its own")

    @property
    def passes(self) -> float:
        """The number of passes over the training images."""
        return self.epochs if self.epochs is not None else 14 if self.net == "deep" else 10


@dataclass(frozen=True, kw_only=True)
class CompareConfig:
    """Compare recognisers that were tested on the same images, and show why pairs are confused."""

    subject: ClassVar[str] = "compare"

    runs: tuple[str, ...] = field(metadata={POSITIONAL: True})
    """Folders made with kuzushi characters --out."""
    seed: int = 0
    """Seed of the clustering and of the shuffles."""

    def __post_init__(self) -> None:
        check_seed(self.seed)
        if not self.runs:
            raise ConfigError("compare: no runs given; name one or more folders made with kuzushi characters --out")
        if len(set(self.runs)) < len(self.runs):
            raise ConfigError(f"compare: got {' '.join(self.runs)}; name each run once")
