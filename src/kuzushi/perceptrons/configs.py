"""Settings of the experiments on perceptrons."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from kuzushi.core.configs import Device, above_zero, at_least, check_seed, check_unused
from kuzushi.core.errors import ConfigError

Act = Literal["sig", "tanh", "step"]


@dataclass(frozen=True, kw_only=True)
class CheckerboardConfig:
    """Train or load perceptrons on the 3x3 checkerboard and show what each hidden unit computes."""

    subject: ClassVar[str] = "checkerboard"

    act: Act | None = None
    """Activation of the hidden units: sigmoid (default), tanh or step; loaded weights name their own.

    Step units have no gradient and cannot be trained: load their weights."""
    hid: int | None = None
    """Number of hidden units; 5 by default, or that of the loaded weights."""
    set_weights: str | None = None
    """Load weights instead of training: report (set by hand), report-trained, or FILE.json."""
    scale: float = 1.0
    """Factor on all loaded weights and biases."""
    nets: int = 64
    """Number of perceptrons trained at once, each from its own random start."""
    data: str = "board"
    """board (the nine points), xor, grid:N, cells:N,gap=G, parity:N, or a CSV file with columns x1, x2, ..., target."""
    epochs: int = 20_000
    """Maximum number of epochs; training ends earlier once every net is right on every point."""
    lr: float = 0.1
    """Learning rate of Adam."""
    seed: int = 0
    """Seed of the random starts."""
    device: Device = "auto"
    """auto uses the GPU if there is one."""

    def __post_init__(self) -> None:
        at_least(1, nets=self.nets, epochs=self.epochs)
        check_seed(self.seed)
        if self.hid is not None:
            at_least(1, hid=self.hid)
        above_zero(lr=self.lr, scale=self.scale)
        if self.act == "step" and self.set_weights is None:
            raise ConfigError(
                "--act step: step units have no gradient to train by; give --set-weights, or train with --act sig"
            )
        if self.set_weights is None and self.scale != 1.0:
            raise ConfigError(f"--scale {self.scale:g}: only loaded weights can be scaled; give --set-weights as well")
        if self.set_weights is not None:
            check_unused(self, "nets", "epochs", "lr", "seed", why="only affects training, and the weights are loaded")


@dataclass(frozen=True, kw_only=True)
class DesignConfig:
    """Find the smallest step nets with one hidden layer for labelled points, and prove that none is smaller."""

    subject: ClassVar[str] = "design"

    data: str = "board"
    """board, xor, grid:N, cells:N,gap=G, parity:N, or a CSV file with columns x1, x2, ..., target."""
    time_limit: float = 60.0
    """Time limit of the search in seconds; bounds proved by then are reported."""
    shown: int = 12
    """Number of designs to show, different up to symmetry."""

    def __post_init__(self) -> None:
        at_least(1, shown=self.shown)
        above_zero(time_limit=self.time_limit)
