"""What was found about several recognisers on the same test images: which is better, and why pairs are confused."""

from dataclasses import dataclass, field
from typing import Literal

from kuzushi.configs import CompareConfig
from kuzushi.results.characters import DataSummary
from kuzushi.results.common import SCHEMA, Arrays, Interval, Provenance

Kind = Literal["data-hard", "model-hard", "undecided"]


@dataclass(frozen=True, kw_only=True)
class ComparedNet:
    """One of the runs that are compared."""

    run: str
    """Its folder."""
    net: str
    preset: str
    parameters: int
    seeds: tuple[int, ...]
    accuracy: Interval


@dataclass(frozen=True, kw_only=True)
class McNemar:
    """Two nets on the same test images: how many images each reads right, and the exact test that they do as well."""

    both_right: int
    only_first: int
    """Images that only the first net reads right."""
    only_second: int
    both_wrong: int
    p_value: float
    """Two-sided: how probable so uneven a division of the images on which they differ is if both nets are as good."""


@dataclass(frozen=True, kw_only=True)
class PairedComparison:
    """Two runs by McNemar's test; `first` and `second` are places in `nets`."""

    first: int
    second: int
    first_seeds: McNemar
    """Of the nets of the first seeds."""
    combinations: int
    """Each seed of the first run with each of the second."""
    first_better: int
    """Combinations in which the first net is better with p below 0.05."""
    second_better: int
    p_value: float
    """The largest p of all combinations; 1 where they do not all point the same way."""
    adjusted: float
    """The same, after Holm, for the number of pairs of runs."""
    better: int | None
    """The place of the better run, if `adjusted` is below 0.05."""


@dataclass(frozen=True, kw_only=True)
class Tested:
    """What a test over the images says, and whether every training bears it out."""

    p_value: float
    adjusted: float
    """After Holm, for the number of pairs that are tested."""
    every_seed: bool
    """Whether it is so for every seed of the strongest run beside every seed of the weakest."""


@dataclass(frozen=True, kw_only=True)
class PairHardness:
    """How a confusion fares from the weakest run to the strongest; a run reads what more than half of its seeds read.

    As many seeds of either vote: the first, an odd number.
    """

    target: int
    predicted: int
    counts: tuple[tuple[int, ...], ...]
    """How often each run (row) made it, by seed."""
    weakest: int
    """Test images of which the weakest run makes it."""
    strongest: int
    """Test images of which the strongest run makes it."""
    either: int
    """Test images of which the weakest or the strongest makes it."""
    stays: Tested
    """Its errors fall less than errors do: for every seed, its share of all errors grows."""
    vanishes: Tested
    """More than half of its errors go, for every seed too."""
    kind: Kind


@dataclass(frozen=True, kw_only=True)
class Hardness:
    """Which confusions stay and which vanish, from the weakest run to the strongest (places in `nets`, by accuracy)."""

    weakest: int
    strongest: int
    kept: float
    """Errors of the strongest run for each one of the weakest, over all pairs."""
    pairs: tuple[PairHardness, ...]
    """The pairs of most errors, those that keep most of them first."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """One of the forms in which a class is written, and how often its test images are misread as the other class."""

    train: int
    """Training images of this form."""
    test: int
    rates: tuple[Interval, ...]
    """For each run, over its seeds, with the interval for this many test images; empty where there are none."""


@dataclass(frozen=True, kw_only=True)
class PairForms:
    """The forms of the target of a confused pair, the most frequent first."""

    target: int
    predicted: int
    strengths: tuple[float, ...]
    """The prediction strength of 1, 2, ... forms, 0..1; the most forms with at least 0.8 are taken."""
    forms: tuple[Form, ...]


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A training image (its place in the training part), and how far it is from the test image."""

    index: int
    distance: float


@dataclass(frozen=True, kw_only=True)
class ConfusedImage:
    """A test image that the strongest run misreads, from its first seed."""

    index: int
    """Its place in the test part."""
    target: int
    predicted: int
    probability: float
    """What the net gave to `predicted`, 0..1."""
    target_probability: float
    """What it gave to `target`."""
    agreeing: int
    """Trained nets, of all runs and seeds, that read it so."""
    nearest_target: tuple[Neighbour, ...]
    """The nearest training images of the class that it is, nearest first."""
    nearest_predicted: tuple[Neighbour, ...]


@dataclass(frozen=True, kw_only=True)
class AlwaysWrong:
    """A test image that every trained net misreads: perhaps ambiguous, perhaps with a wrong label."""

    index: int
    target: int
    predicted: int
    """What most of them read."""
    agreeing: int
    """How many of them read that."""
    probability: float
    """What those gave to it, in the mean."""


@dataclass(frozen=True, kw_only=True)
class ComparisonResult:
    """Recognisers that were tested on the same images, side by side.

    arrays:
        forms: uint8 of shape (forms, 1 + shown, side, side), for each form of each pair of `forms`, in order: the mean
            of its training images, and the training images nearest to its centre; unused places are 0.
        misread: uint8 of shape (forms, shown, side, side), test images of that form that some net reads as the other
            class, those that most nets read so first; unused places are 0.
        confused: uint8 of shape (images, side, side), those of `images`.
        nearest: uint8 of shape (images, 2, neighbours, side, side), the nearest training images of the target and of
            the class that was read; unused places are 0.
        evidence: float32 of shape (images, 2, side, side), integrated gradients of the log-probability (in nats) of
            the target and of the class that was read, for the strongest run's first net.
        always_wrong: uint8 of shape (images, side, side).
    weights: none.
    """

    config: CompareConfig
    data: DataSummary
    nets: tuple[ComparedNet, ...]
    paired: tuple[PairedComparison, ...]
    hardness: Hardness | None
    """None for one run, and where the weakest makes no error."""
    studied: bool
    """Whether these are the study's ten kana out of Kuzushiji-MNIST, so that its numbers can stand beside."""
    strongest: int
    """The place of the run of the highest accuracy, whose errors are explained."""
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
