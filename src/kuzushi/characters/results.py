"""Results of recognisers of kana: a training, pictures classified by it, its ONNX file, and the data sets."""

from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

from kuzushi.characters.configs import CharactersConfig, Precision
from kuzushi.core.results import SCHEMA, Arrays, Interval, Measure, Provenance, Score

FileState = Literal["as published", "not verified", "wrong", "not here"]


@dataclass(frozen=True, kw_only=True)
class DataSummary:
    """The images of a run."""

    name: str
    train: int
    test: int
    sha256: str
    """Fingerprint of the decoded images and labels."""
    verified: bool
    classes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LayerParameters:
    """The number of independent parameters of one layer, derived from its shape."""

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
    """The mean loss over the training batches of an epoch, and the scores on the test part after it."""

    epoch: int
    train_loss: float
    test_loss: float
    test_accuracy: float
    seconds: float
    """Training time up to here, without the tests."""


@dataclass(frozen=True, kw_only=True)
class TrainedSeed:
    """One training from one seed, scored on the test part after the last epoch."""

    seed: int
    test_loss: float
    test_correct: int
    test_accuracy: float
    """In 0..1."""
    confusion: tuple[tuple[int, ...], ...]
    """Rows are targets, columns predictions; empty if there are more than 100 classes."""
    epochs: tuple[EpochScore, ...]
    seconds: float


@dataclass(frozen=True, kw_only=True)
class ConfusedPair:
    """The number of images of `target` that were read as `predicted`."""

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
    """Balanced accuracy: the mean of the rates of the tested classes."""


@dataclass(frozen=True, kw_only=True)
class ReliabilityBin:
    """The predictions of all seeds with a probability above `low` and at most `high`."""

    low: float
    high: float
    predictions: int
    probability: float
    """Their mean."""
    accuracy: Interval
    """The share of correct ones; the interval is for the mean number of images per seed in this bin."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """The agreement of probabilities with the rates of correct predictions on the test part."""

    bins: tuple[ReliabilityBin, ...]
    """Bins of equal width, over all seeds, without empty ones."""
    errors: tuple[float, ...]
    """The expected calibration error of each seed, in 0..1."""


@dataclass(frozen=True, kw_only=True)
class CharactersResult:
    """One recogniser, trained on one set of images.

    arrays:
        samples: uint8 of shape (classes, images, side, side), training images of each class, for at most 100 classes:
            50 of each, or fewer if that would be more than 500 images; unused entries are 0.
        confused: uint8 of shape (pairs, images, side, side), test images of each pair of `gallery`, as read by the
            first seed; unused entries are 0.
        target: int16 of shape (test,), the label of each test image.
        predicted: int16 of shape (seeds, test), the prediction of each seed.
        probability: float32 of shape (seeds, test), the probability of that prediction, in 0..1.
    weights: the state of the first seed's net, under torch's names.
    """

    config: CharactersConfig
    net: str
    precision: Precision
    """Of the products in training; tests and weights are in float32."""
    data: DataSummary
    parameters: ParameterTable
    seeds: tuple[TrainedSeed, ...]
    summary: CharactersSummary
    pairs: tuple[ConfusedPair, ...]
    """The most confused pairs over all seeds, most frequent first."""
    gallery: tuple[ConfusedPair, ...]
    """The most confused pairs of the first seed, with images in `arrays["confused"]`."""
    calibration: Calibration
    seconds: float
    provenance: Provenance
    subject: Literal["characters"] = "characters"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)
    measure: ClassVar[Measure] = "accuracy"
    per_net: ClassVar[str] = ""

    @property
    def score(self) -> Score:
        """The score in a table of many runs."""
        return Score(value=self.summary.accuracy, n=self.data.test)

    @property
    def data_name(self) -> str:
        """The name of the data on a page."""
        return self.data.name

    @property
    def data_sha256(self) -> str:
        """The fingerprint of the images."""
        return self.data.sha256


@dataclass(frozen=True, kw_only=True)
class ClassProbability:
    """One class and its probability."""

    label: int
    name: str
    probability: float


@dataclass(frozen=True, kw_only=True)
class ClassifiedImage:
    """One picture and its most probable classes."""

    image: str
    """Its path."""
    classes: tuple[ClassProbability, ...]
    """The most probable first."""


@dataclass(frozen=True, kw_only=True)
class Classification:
    """Pictures classified by the net of one run."""

    run: str
    net: str
    data: str
    """The images that the net was trained on."""
    classes: tuple[str, ...]
    """All classes of the net."""
    images: tuple[ClassifiedImage, ...]


@dataclass(frozen=True, kw_only=True)
class Exported:
    """A net written as an ONNX file, and how closely the file agrees with the net."""

    file: str
    run: str
    net: str
    side: int
    """Pixels along each side of an input image."""
    classes: tuple[str, ...]
    size: int
    """Bytes of the file."""
    compared: int
    """Number of images on which file and net were compared."""
    difference: float
    """The largest difference between two probabilities."""


@dataclass(frozen=True, kw_only=True)
class DataFile:
    """One file of a published set."""

    name: str
    path: str | None = None
    """None if the file is not on this machine."""
    state: FileState
    reason: str = ""
    """The checksum that identifies it, or what is wrong with it."""
    megabytes: float = 0
    """Size of the download, if the file is not here."""


@dataclass(frozen=True, kw_only=True)
class ImageSet:
    """A published set of images and the state of its files on this machine."""

    name: str
    classes: int
    images: str
    """The number of images, for training and for testing."""
    files: tuple[DataFile, ...]

    @property
    def state(self) -> str:
        """The state of the worst file, or "in part" if only some files are here."""
        states = {file.state for file in self.files}
        if "wrong" not in states and "not here" in states and len(states) > 1:
            return "in part"
        return next((state for state in ("wrong", "not here", "not verified") if state in states), "as published")

    @property
    def here(self) -> "ImageSet":
        """The set with only those files that are on this machine."""
        return replace(self, files=tuple(file for file in self.files if file.path is not None))
