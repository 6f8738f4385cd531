"""One frozen dataclass per experiment: every setting, its range, and the command that makes the same run again."""

import dataclasses
import shlex
from dataclasses import dataclass, field
from typing import Literal

from kuzushi.errors import ConfigError

Device = Literal["auto", "cpu", "cuda"]
Precision = Literal["float32", "bfloat16"]
Act = Literal["sig", "tanh", "step"]
POSITIONAL = "positional"
"""Marks a field whose values stand in the command line without a flag."""
LONGEST_TRAINED, LONGEST_TESTED = 100, 2_000
"""Limits of n: every ordered pair of lengths stands side by side in a test, and memory is not without end."""


@dataclass(frozen=True, kw_only=True)
class CharactersConfig:
    """Train a recogniser of cursive kana, and show what it confuses and why."""

    net: Literal["lin", "full", "conv", "deep"] = "conv"
    """lin: one linear layer. full: one hidden layer of tanh units. conv: two convolutions and two linear layers.

    deep: seven convolutions and one linear layer, with fewer parameters than conv."""
    data: str = "kmnist"
    """kmnist, kmnist-mini, k49, kkanji, brush, brush:TRAIN/TEST, or a folder with a sub-folder of images per class."""
    preset: Literal["report", "fast"] = "fast"
    """report: trains as the study did (SGD 0.01, momentum 0.5, batch 64). fast: our own recipe for each net."""
    hid: int = 110
    """Hidden units of the net 'full'."""
    epochs: float | None = None
    """Passes over the training images, also less than one; 10 unless given, and 14 for deep."""
    seeds: int = 1
    """Trainings, each from its own seed (seed, seed + 1, ...)."""
    seed: int = 0
    """The first seed: weights, order of the images, and the images of brush."""
    validation: bool = False
    """Test on the last fifth of each class's training images instead: to choose settings by."""
    precision: Literal["auto", Precision] = "auto"
    """Of products in training; auto takes bfloat16 for conv and deep, preset fast, where the processor has it."""
    device: Device = "auto"
    """auto takes the GPU where there is one."""

    def __post_init__(self) -> None:
        _at_least(1, hid=self.hid, seeds=self.seeds)
        _above_zero(epochs=self.passes)
        _seed(self.seed)
        if self.net != "full":
            _of_no_use(self, "hid", why=f"is of --net full, and {self.net} has a size of its own")

    @property
    def passes(self) -> float:
        """How often training goes over the images."""
        return self.epochs if self.epochs is not None else 14 if self.net == "deep" else 10


@dataclass(frozen=True, kw_only=True)
class CheckerboardConfig:
    """Train perceptrons on the 3x3 checkerboard, or load one, and draw what every hidden unit computes."""

    act: Act | None = None
    """The hidden units: sigmoid, tanh, or step; sigmoid unless given, or what the given weights were made for.

    Step units have no gradient: give them their weights."""
    hid: int | None = None
    """Hidden units; 5 unless given, or as many as the given weights have."""
    set_weights: str | None = None
    """Load weights instead of training: report (the net designed by hand), report-trained, or FILE.json."""
    scale: float = 1.0
    """A factor on all loaded weights and biases."""
    nets: int = 64
    """Perceptrons trained at once, each from its own random start."""
    data: str = "board"
    """board (the nine points), xor, grid:N, cells:N,gap=G, parity:N, or a CSV file with columns x1, x2, ..., target."""
    epochs: int = 20_000
    """Training stops here, or as soon as every net is right on every point."""
    lr: float = 0.1
    """Learning rate of Adam."""
    seed: int = 0
    """Seed of the random starts."""
    device: Device = "auto"
    """auto takes the GPU where there is one."""

    def __post_init__(self) -> None:
        _at_least(1, nets=self.nets, epochs=self.epochs)
        _seed(self.seed)
        if self.hid is not None:
            _at_least(1, hid=self.hid)
        _above_zero(lr=self.lr, scale=self.scale)
        if self.act == "step" and self.set_weights is None:
            raise ConfigError(
                "--act step: step units have no gradient to train by; give --set-weights, or train with --act sig"
            )
        if self.set_weights is None and self.scale != 1.0:
            raise ConfigError(f"--scale {self.scale:g}: scales loaded weights; give --set-weights as well")
        if self.set_weights is not None:
            _of_no_use(self, "nets", "epochs", "lr", "seed", why="is of training, and the weights are given")


@dataclass(frozen=True, kw_only=True)
class WidthsConfig:
    """Train ensembles of perceptrons of growing width, and show how often each width learns the points."""

    act: Literal["sig", "tanh"] = "sig"
    """The hidden units: sigmoid or tanh."""
    narrowest: int = 2
    """Hidden units of the first ensemble."""
    widest: int = 10
    """Hidden units of the last."""
    nets: int = 1000
    """Perceptrons of each width, trained at once, each from its own random start."""
    data: str = "board"
    """board, xor, grid:N, cells:N,gap=G, parity:N, or a CSV file with columns x1, x2, ..., target."""
    epochs: int = 20_000
    """Training stops here, or as soon as every net is right on every point."""
    lr: float = 0.1
    """Learning rate of Adam."""
    seed: int = 0
    """Seed of the random starts."""
    device: Device = "auto"
    """auto takes the GPU where there is one."""

    def __post_init__(self) -> None:
        _at_least(1, narrowest=self.narrowest, nets=self.nets, epochs=self.epochs)
        _seed(self.seed)
        _above_zero(lr=self.lr)
        _in_order(self.narrowest, self.widest)


@dataclass(frozen=True, kw_only=True)
class DesignConfig:
    """Find the smallest step nets with one hidden layer for labelled points, and prove that none is smaller."""

    data: str = "board"
    """board, xor, grid:N, cells:N,gap=G, parity:N, or a CSV file with columns x1, x2, ..., target."""
    time_limit: float = 60.0
    """Seconds of search; what is proved by then is said."""
    shown: int = 12
    """How many of the designs, different up to symmetry, are worked out and drawn."""

    def __post_init__(self) -> None:
        _at_least(1, shown=self.shown)
        _above_zero(time_limit=self.time_limit)


@dataclass(frozen=True, kw_only=True)
class GapsConfig:
    """Find the smallest step nets for the cells of a checkerboard, from wide gaps between them to none."""

    cells: int = 3
    """Cells along each side of the board; each is a square of side 1, given by its corners."""
    gaps: tuple[float, ...] = (3.0, 2.0, 1.0, 0.5, 0.25, 0.0)
    """The gaps between neighbouring cells."""
    time_limit: float = 240.0
    """Seconds of search for each gap; what is proved by then is said."""

    def __post_init__(self) -> None:
        _at_least(2, cells=self.cells)
        _above_zero(time_limit=self.time_limit)
        if not self.gaps or not all(0 <= gap < float("inf") for gap in self.gaps):
            raise ConfigError(f"--gaps {' '.join(f'{gap:g}' for gap in self.gaps)}: must be numbers of at least 0")


@dataclass(frozen=True, kw_only=True)
class SequencesConfig:
    """Train recurrent nets to predict the next symbol of a formal language, and draw what their units do."""

    lang: str = "anb2n"
    """reber, reber-embedded, anbn, anb2n, anbncn, anb2nc3n, dyck1, or letters with their ratios such as a2b3."""
    model: Literal["srn", "lstm"] = "srn"
    """srn: Elman's simple recurrent network. lstm: long short-term memory with a forget gate."""
    preset: Literal["report", "fast", "counting"] = "fast"
    """report: SGD, one stream of five strings per update, 100,000 updates. fast: Adam on batches of streams.

    counting: for the LSTM; noise on forget gates, and links at 0 that are not needed."""
    hid: int = 2
    """Hidden units."""
    length: int = 4
    """The largest n of the training strings (a^n b^n and its kin)."""
    test_length: int = 50
    """The largest n that is tested."""
    nets: int = 64
    """Nets trained at once, each from its own random start."""
    updates: int | None = None
    """Weight updates; unless given 100,000 for the preset report, 14,000 for counting, and for fast 3,000 (srn) or
    1,000 (lstm)."""
    seed: int = 0
    """Seed of weights and strings."""
    device: Device = "auto"
    """auto takes the GPU where there is one."""

    def __post_init__(self) -> None:
        _at_least(1, hid=self.hid, length=self.length, nets=self.nets)
        _at_most(LONGEST_TRAINED, length=self.length)
        _at_most(LONGEST_TESTED, test_length=self.test_length)
        _seed(self.seed)
        if self.updates is not None:
            _at_least(1, updates=self.updates)
        if self.preset == "counting" and self.model != "lstm":
            raise ConfigError(f"--preset counting: is for --model lstm, whose gates it saturates; got {self.model}")
        if self.test_length < self.length:
            raise ConfigError(
                f"--test-length {self.test_length}: must reach at least the training length, --length {self.length}"
            )


@dataclass(frozen=True, kw_only=True)
class CompareConfig:
    """Compare recognisers that were tested on the same images, and show why pairs are confused."""

    runs: tuple[str, ...] = field(metadata={POSITIONAL: True})
    """Folders made with kuzushi characters --out."""
    seed: int = 0
    """Seed of the clustering and of the shuffles."""

    def __post_init__(self) -> None:
        _seed(self.seed)
        if not self.runs:
            raise ConfigError("compare: no runs given; name one or more folders made with kuzushi characters --out")
        if len(set(self.runs)) < len(self.runs):
            raise ConfigError(f"compare: got {' '.join(self.runs)}; name each run once")


@dataclass(frozen=True, kw_only=True)
class WidthSearchConfig:
    """Choose how many hidden units the recogniser 'full' gets, on a validation part of the training images."""

    narrowest: int = 10
    """Hidden units of the narrowest nets."""
    widest: int = 200
    """Hidden units that the widest nets have at most."""
    step: int = 10
    """Hidden units from one width to the next."""
    data: str = "kmnist"
    """kmnist, kmnist-mini, k49, kkanji, brush, brush:TRAIN/TEST, or a folder with a sub-folder of images per class."""
    epochs: int = 10
    """Passes over the training images."""
    seeds: int = 3
    """Nets of each width, each from its own first weights (seed, seed + 1, ...)."""
    seed: int = 0
    """The first seed; it also gives the order of the images, and the images of brush."""
    device: Device = "auto"
    """auto takes the GPU where there is one."""

    def __post_init__(self) -> None:
        _at_least(1, narrowest=self.narrowest, step=self.step, epochs=self.epochs, seeds=self.seeds)
        _seed(self.seed)
        _in_order(self.narrowest, self.widest)

    @property
    def widths(self) -> tuple[int, ...]:
        """The numbers of hidden units, the narrowest first."""
        return tuple(range(self.narrowest, self.widest + 1, self.step))


@dataclass(frozen=True, kw_only=True)
class SweepConfig:
    """Run every cell of a grid of settings, each in a folder of its own, and lay their scores side by side."""

    grid: str = field(metadata={POSITIONAL: True})
    """A TOML file: subject, [settings] of every cell, [grid] with lists of values, [[cells]] with settings of each."""


Config = (
    CharactersConfig
    | CompareConfig
    | WidthSearchConfig
    | CheckerboardConfig
    | WidthsConfig
    | DesignConfig
    | GapsConfig
    | SequencesConfig
    | SweepConfig
)

COMMANDS: dict[type[Config], str] = {
    CharactersConfig: "characters",
    CompareConfig: "compare",
    WidthSearchConfig: "width-search",
    CheckerboardConfig: "checkerboard",
    WidthsConfig: "widths",
    DesignConfig: "design",
    GapsConfig: "gaps",
    SequencesConfig: "sequences",
    SweepConfig: "sweep",
}


def command(config: Config) -> str:
    """The shortest command line that runs this config again.

    Example: command(CharactersConfig(net="lin", seed=3)) -> "kuzushi characters --net lin --seed 3"
    """
    words = ["kuzushi", COMMANDS[type(config)]]
    for setting in dataclasses.fields(config):
        value = getattr(config, setting.name)
        if value != setting.default:
            values = value if isinstance(value, tuple) else () if value is True else (value,)
            flag = [] if setting.metadata.get(POSITIONAL) else ["--" + setting.name.replace("_", "-")]
            words += [*flag, *map(str, values)]
    return shlex.join(words)


def _of_no_use(config: Config, *names: str, why: str) -> None:
    """Refuse settings that would change nothing, where they are not left as they are by default."""
    for setting in dataclasses.fields(config):
        value = getattr(config, setting.name)
        if setting.name in names and value != setting.default:
            raise ConfigError(f"--{setting.name.replace('_', '-')} {value}: {why}; leave it out")


def _at_least(minimum: int, **settings: int) -> None:
    for name, value in settings.items():
        if value < minimum:
            raise ConfigError(f"--{name} {value}: must be a whole number of at least {minimum}")


def _at_most(maximum: int, **settings: int) -> None:
    for name, value in settings.items():
        if value > maximum:
            raise ConfigError(f"--{name.replace('_', '-')} {value}: must be at most {maximum}")


def _in_order(narrowest: int, widest: int) -> None:
    if widest < narrowest:
        raise ConfigError(f"--widest {widest}: must be at least --narrowest {narrowest}")


def _seed(seed: int) -> None:
    _at_least(0, seed=seed)
    _at_most(2**63 - 1, seed=seed)


def _above_zero(**settings: float) -> None:
    for name, value in settings.items():
        if not 0 < value < float("inf"):
            raise ConfigError(f"--{name.replace('_', '-')} {value:g}: must be a number above 0")
