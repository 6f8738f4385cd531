"""Results of comparing recognisers on the same test images: which is better, and why pairs are confused."""

from dataclasses import dataclass, field
from typing import Literal

from kuzushi.characters.configs import CompareConfig
from kuzushi.characters.results import DataSummary
from kuzushi.core.results import SCHEMA, Arrays, Interval, Provenance

Kind = Literal["data-hard", "model-hard", "undecided"]


@dataclass(frozen=True, kw_only=True)
class ComparedNet:
    """One of the compared runs."""

    run: str
    """Its folder."""
    net: str
    preset: str
    parameters: int
    seeds: tuple[int, ...]
    accuracy: Interval


@dataclass(frozen=True, kw_only=True)
class McNemar:
    """McNemar's exact test of two nets on the same images."""

    both_right: int
    only_first: int
    """Images that only the first net reads right."""
    only_second: int
    both_wrong: int
    p_value: float
    """Two-sided, under the hypothesis that both nets are equally good."""


@dataclass(frozen=True, kw_only=True)
class PairedComparison:
    """Two runs compared by McNemar's test; `first` and `second` are indices into `nets`."""

    first: int
    second: int
    first_seeds: McNemar
    """The test of the nets of the first seeds."""
    combinations: int
    """Each seed of the first run with each of the second."""
    first_better: int
    """Combinations in which the first net is better with p below 0.05."""
    second_better: int
    p_value: float
    """The largest p of all combinations; 1 if they do not all favour the same run."""
    adjusted: float
    """The p-value adjusted by Holm's method for the number of pairs of runs."""
    better: int | None
    """The index of the better run, if `adjusted` is below 0.05."""


@dataclass(frozen=True, kw_only=True)
class PairTest:
    """A test over the images, and whether every training agrees with it."""

    p_value: float
    adjusted: float
    """The p-value adjusted by Holm's method for the number of tested pairs."""
    every_seed: bool
    """Whether it holds for every seed of the strongest run against every seed of the weakest."""


@dataclass(frozen=True, kw_only=True)
class PairHardness:
    """The change of a confusion from the weakest run to the strongest.

    A run's prediction is that of more than half of its seeds; both runs vote with equally many seeds, an odd number.
    """

    target: int
    predicted: int
    counts: tuple[tuple[int, ...], ...]
    """The number of errors of each run (row), by seed."""
    weakest: int
    """Test images on which the weakest run makes this error."""
    strongest: int
    """Test images on which the strongest run makes it."""
    either: int
    """Test images on which at least one of them makes it."""
    stays: PairTest
    """Its errors fall less than errors do on average: for every seed, its share of all errors grows."""
    vanishes: PairTest
    """More than half of its errors disappear, for every seed too."""
    kind: Kind


@dataclass(frozen=True, kw_only=True)
class Hardness:
    """The confusions that persist or disappear between two runs, given as indices into `nets`, by accuracy."""

    weakest: int
    strongest: int
    error_ratio: float
    """Errors of the strongest run divided by errors of the weakest, over all pairs."""
    pairs: tuple[PairHardness, ...]
    """The pairs with the most errors; those with the largest remaining share first."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form in which a class is written, and how often its test images are misread as the other class."""

    train: int
    """Training images of this form."""
    test: int
    rates: tuple[Interval, ...]
    """For each run, over its seeds, with the interval for this many test images; empty if there are none."""


@dataclass(frozen=True, kw_only=True)
class PairForms:
    """The forms of the target of a confused pair, the most frequent first."""

    target: int
    predicted: int
    strengths: tuple[float, ...]
    """The prediction strength of 1, 2, ... forms, in 0..1; the largest number with at least 0.8 is chosen."""
    forms: tuple[Form, ...]


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A training image, as its index in the training part, and its distance to the test image."""

    index: int
    distance: float


@dataclass(frozen=True, kw_only=True)
class ConfusedImage:
    """A test image that the first seed of the strongest run misreads."""

    index: int
    """Its index in the test part."""
    target: int
    predicted: int
    probability: float
    """Of `predicted`, in 0..1."""
    target_probability: float
    """Of `target`."""
    agreeing: int
    """The number of nets, over all runs and seeds, with the same prediction."""
    nearest_target: tuple[Neighbour, ...]
    """The nearest training images of its own class, nearest first."""
    nearest_predicted: tuple[Neighbour, ...]


@dataclass(frozen=True, kw_only=True)
class AlwaysWrong:
    """A test image that every net misreads: perhaps ambiguous, perhaps with a wrong label."""

    index: int
    target: int
    predicted: int
    """The prediction of most nets."""
    agreeing: int
    """The number of nets with this prediction."""
    probability: float
    """The mean probability that those nets give to it."""


@dataclass(frozen=True, kw_only=True)
class ComparisonResult:
    """Recognisers compared on the same test images.

    arrays:
        forms: uint8 of shape (forms, 1 + images, side, side), for each form of each pair of `forms`, in order: the mean
            of its training images, then the training images nearest to its centre; unused entries are 0.
        misread: uint8 of shape (forms, images, side, side), test images of that form that some net reads as the other
            class, those misread by most nets first; unused entries are 0.
        confused: uint8 of shape (images, side, side), those of `images`.
        nearest: uint8 of shape (images, 2, neighbours, side, side), the nearest training images of the target and of
            the predicted class; unused entries are 0.
        evidence: float32 of shape (images, 2, side, side), integrated gradients of the log-probability (in nats) of
            the target and of the predicted class, for the first net of the strongest run.
        always_wrong: uint8 of shape (images, side, side).
    weights: none.
    """

    config: CompareConfig
    data: DataSummary
    nets: tuple[ComparedNet, ...]
    paired: tuple[PairedComparison, ...]
    hardness: Hardness | None
    """None for one run, and if the weakest makes no error."""
    in_report: bool
    """Whether these are images of Kuzushiji-MNIST, as in the report, so that its numbers can be compared."""
    strongest: int
    """The index of the run with the highest accuracy, whose errors are explained."""
    forms: tuple[PairForms, ...]
    images: tuple[ConfusedImage, ...]
    always_wrong: tuple[AlwaysWrong, ...]
    """Those on which most nets agree first."""
    seconds: float
    provenance: Provenance
    subject: Literal["compare"] = "compare"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)

    @property
    def data_name(self) -> str:
        """The name of the data on a page."""
        return self.data.name

    @property
    def data_sha256(self) -> str:
        """The fingerprint of the images."""
        return self.data.sha256
