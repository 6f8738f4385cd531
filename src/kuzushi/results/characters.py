"""What was found about a recogniser of kana."""

from dataclasses import dataclass, field
from typing import Literal

from kuzushi.configs import CharactersConfig, Precision
from kuzushi.results.calibration import Calibration
from kuzushi.results.common import SCHEMA, Arrays, Interval, Provenance


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
    seconds: float
    """Of training until then, tests left out."""


@dataclass(frozen=True, kw_only=True)
class TrainedSeed:
    """One training from one seed, scored on the test part after the last epoch."""

    seed: int
    test_loss: float
    test_correct: int
    test_accuracy: float
    """A share, 0..1."""
    confusion: tuple[tuple[int, ...], ...]
    """Rows are targets, columns predictions; left out where there are more than 100 classes."""
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
    """Accuracy over the seeds: the mean, with its Wilson interval for this many test images, and the spread."""

    accuracy: Interval
    spread: float | None
    """Standard deviation of the accuracy over the seeds; None for one seed."""
    balanced: Interval
    """The same with equal weight for every class that is tested: the mean of their rates."""


@dataclass(frozen=True, kw_only=True)
class CharactersResult:
    """One recogniser on one set of images.

    arrays:
        samples: uint8 of shape (classes, kept, side, side), training images of each class, of the first 100 classes at
            most: 50 of each, or fewer where that would make more than 500; unused places are 0.
        confused: uint8 of shape (cells, shown, side, side), test images of the first seed in its worst cells, in the
            order of `gallery`; unused places are 0.
        target: int16 of shape (test,), the label of each test image.
        predicted: int16 of shape (seeds, test), what the net of each seed read.
        probability: float32 of shape (seeds, test), what it gave to that prediction, 0..1.
    weights: the state of the first seed's net, under torch's names.
    """

    config: CharactersConfig
    net: str
    precision: Precision
    """Of the products in training; tests and weights are of float32."""
    data: DataSummary
    parameters: ParameterTable
    seeds: tuple[TrainedSeed, ...]
    summary: CharactersSummary
    pairs: tuple[ConfusedPair, ...]
    """The most confused pairs, most frequent first."""
    gallery: tuple[ConfusedPair, ...]
    """The worst cells of the first seed's matrix, whose images are in `arrays["confused"]`."""
    calibration: Calibration
    seconds: float
    provenance: Provenance
    subject: Literal["characters"] = "characters"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)
