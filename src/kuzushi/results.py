"""The waist: what an experiment found, as plain numbers and arrays.

What computes fills a Result, what shows reads it, and neither knows the other. A Result is written to `result.json`
field by field (arrays beside it, in `arrays.npz`), and read back without torch.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from numpy.typing import NDArray

from kuzushi.configs import CharactersConfig, CheckerboardConfig, SequencesConfig

SCHEMA = 1

Arrays = dict[str, NDArray[Any]]
Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a result comes from: enough to make it again."""

    command: str
    kuzushi: str
    commit: str | None
    """The commit of the source tree, with "+" where it had changes; None for an installed package."""
    python: str
    torch: str
    numpy: str
    platform: str
    device: str
    threads: int


@dataclass(frozen=True)
class Interval:
    """A mean or a rate with its 95 % interval."""

    mean: float
    low: float
    high: float


# --- characters -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class DataSummary:
    """Which images were used."""

    name: str
    train: int
    test: int
    sha256: str
    """Fingerprint of the decoded images and labels."""
    verified: bool
    classes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LayerParameters:
    """How many independent parameters one layer has, derived from its shape."""

    name: str
    formula: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ParameterTable:
    """Parameters layer by layer; `total` is checked against the net itself."""

    total: int
    layers: tuple[LayerParameters, ...]


@dataclass(frozen=True, kw_only=True)
class EpochScore:
    """The mean loss over an epoch's training batches, and the test part after it."""

    epoch: int
    train_loss: float
    test_loss: float
    test_accuracy: float


@dataclass(frozen=True, kw_only=True)
class TrainedSeed:
    """One training from one seed, scored on the test part after the last epoch."""

    seed: int
    test_loss: float
    test_correct: int
    test_accuracy: float
    """A share, 0..1."""
    confusion: tuple[tuple[int, ...], ...]
    """Rows are targets, columns predictions."""
    epochs: tuple[EpochScore, ...]
    seconds: float


@dataclass(frozen=True, kw_only=True)
class ConfusedPair:
    """How often `target` was read as `predicted`, over all seeds."""

    target: int
    predicted: int
    count: int


@dataclass(frozen=True, kw_only=True)
class CharactersSummary:
    """Accuracy over the seeds: the mean, its Wilson interval for this many test images, and the spread over seeds."""

    accuracy: Interval
    spread: float | None
    """Standard deviation over the seeds; None for one seed."""


@dataclass(frozen=True, kw_only=True)
class CharactersResult:
    """One recogniser on one set of images.

    arrays:
        samples: uint8 of shape (classes, shown, 28, 28), training images of each class.
        confused: uint8 of shape (cells, shown, 28, 28), test images of the first seed in its worst cells, in the order
            of `gallery`; unused places are 0.
    """

    config: CharactersConfig
    net: str
    data: DataSummary
    parameters: ParameterTable
    seeds: tuple[TrainedSeed, ...]
    summary: CharactersSummary
    pairs: tuple[ConfusedPair, ...]
    """The most confused pairs, most frequent first."""
    gallery: tuple[ConfusedPair, ...]
    """The worst cells of the first seed's matrix, whose images are in `arrays["confused"]`."""
    seconds: float
    provenance: Provenance
    subject: Literal["characters"] = "characters"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)


# --- checkerboard ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Activations:
    """What the net does at one point."""

    point: Vector
    target: int
    hidden: Vector
    output: float
    """The net's output, 0..1."""


@dataclass(frozen=True, kw_only=True)
class ShownPerceptron:
    """The one net of the ensemble that is drawn."""

    net: int
    """Its place in the ensemble, from 0."""
    hidden_weight: Matrix
    hidden_bias: Vector
    output_weight: Matrix
    output_bias: Vector
    loss: float | None
    """Mean binary cross-entropy over the points, in nats; None where it is infinite (a step output that is wrong)."""
    accuracy: float
    """Percent of the points on the right side."""
    lines: tuple[str, ...]
    """Where each hidden unit changes side, such as "x1 + x2 - 2.5 = 0"."""
    table: tuple[Activations, ...]


@dataclass(frozen=True, kw_only=True)
class EnsembleScore:
    """All nets at one moment of training: means over the nets, and how many are right on every point."""

    epoch: int
    loss: float
    accuracy: float
    """Percent."""
    solved: int


@dataclass(frozen=True, kw_only=True)
class CheckerboardResult:
    """An ensemble of perceptrons on labelled points, one of them shown.

    arrays (for two inputs; none for more):
        axis1, axis2: float64 of shape (pixels,), the coordinates of the plane drawn.
        hidden: float32 of shape (hid, pixels, pixels), every hidden unit over the plane, [unit, x2, x1].
        output: float32 of shape (pixels, pixels), the net's output over the plane, [x2, x1].
    """

    config: CheckerboardConfig
    data_sha256: str
    """Fingerprint of the points and their targets."""
    act: str
    hid: int
    nets: int
    trained: bool
    solved: int
    solved_interval: Interval
    epochs_to_solve: tuple[int | None, ...]
    """One per net: the first evaluation from which it stayed right on every point; None where it did not."""
    epochs: tuple[EnsembleScore, ...]
    shown: ShownPerceptron
    seconds: float
    provenance: Provenance
    subject: Literal["checkerboard"] = "checkerboard"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)


# --- sequences ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Step:
    """One symbol of a string, and what the net makes of it."""

    symbol: str
    state: str
    """Where in the language this is, such as a3 (three a's read) or 6b (six b's to come)."""
    hidden: Vector
    probabilities: Vector
    """Of the next symbol, in the order of `symbols`."""
    legal: str
    """The symbols that may come next."""
    determined: bool
    """Whether the next symbol follows from what has been read."""
    right: bool
    """Whether every legal symbol is more probable than every other; True where nothing is asked."""


@dataclass(frozen=True, kw_only=True)
class Transition:
    """An arrow of a state machine."""

    source: str
    symbol: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The smallest state machine of the language cut at n <= `longest`."""

    longest: int | None
    """None for a grammar, which is finite as it is."""
    states: tuple[str, ...]
    start: str
    transitions: tuple[Transition, ...]


@dataclass(frozen=True, kw_only=True)
class ShownRecurrent:
    """The one net of the ensemble that is drawn, on one short stream."""

    net: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class EnsembleLoss:
    """All nets at one moment of training: the median loss per symbol in nats, and how many are exact so far."""

    update: int
    loss: float
    solved: int


@dataclass(frozen=True, kw_only=True)
class SequencesResult:
    """An ensemble of recurrent nets on one language, scored by whole strings.

    A length is an n where the language counts, and a number of symbols in a Reber language. Those are trained and
    tested on strings as the grammar draws them; both lengths are then that of the longest test string.

    arrays, of the shown net over the first test strings, each from the initial state (`walk`):
        state: int64 of shape (steps,), places in `states`.
        string: int64 of shape (steps,), which string the step belongs to.
        hidden: float32 of shape (steps, hid), after each symbol.
        cell: float32 of shape (steps, hid), for the LSTM.
        gates: float32 of shape (steps, 3, hid), input, forget and output gate, for the LSTM.
    """

    config: SequencesConfig
    data_sha256: str
    """Fingerprint of the strings with n up to the trained length, or of the test strings of a Reber language."""
    language: str
    symbols: tuple[str, ...]
    model: str
    hid: int
    nets: int
    trained_length: int
    tested_length: int
    first_failure: tuple[int | None, ...]
    """One per net: the smallest length that fails, alone (tried up to tested_length) or in a stream (up to
    trained_length); None where none does."""
    solved: int
    """Nets exact on every string up to the trained length, alone and in a stream without reset."""
    solved_interval: Interval
    accuracy: tuple[float, ...]
    """One per net: the share of determined symbols it gets right on the strings up to tested_length."""
    never_stop: float
    """The same share for a net that always says the last symbol again."""
    history: tuple[EnsembleLoss, ...]
    states: tuple[str, ...]
    machine: Machine
    shown: ShownRecurrent
    walk: tuple[str, ...]
    """The strings behind `arrays`, as text."""
    seconds: float
    provenance: Provenance
    subject: Literal["sequences"] = "sequences"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)


Result = CharactersResult | CheckerboardResult | SequencesResult
RESULTS: dict[str, type[Result]] = {
    "characters": CharactersResult,
    "checkerboard": CheckerboardResult,
    "sequences": SequencesResult,
}
