"""What the search for a number of hidden units found."""

from dataclasses import dataclass, field
from typing import Literal

from kuzushi.configs import WidthSearchConfig
from kuzushi.results.characters import DataSummary
from kuzushi.results.common import SCHEMA, Arrays, Interval, Provenance


@dataclass(frozen=True, kw_only=True)
class WidthScore:
    """The nets of one width on images that they did not learn from; what has one number per seed is in their order."""

    accuracy: Interval
    """The mean over the seeds, with its Wilson interval for this many images."""
    spread: float | None
    """Standard deviation of the accuracy over the seeds; None for one seed."""
    correct: tuple[int, ...]
    """How many images each net reads right."""
    loss: tuple[float, ...]
    """Mean negative log-likelihood of each net, in nats per image."""
    train_loss: tuple[float, ...]
    """The same on what the net learned from, as a mean over the batches of the last epoch."""


@dataclass(frozen=True, kw_only=True)
class SearchedWidth:
    """The nets of one width: those that learn without the validation part, and those that learn from all."""

    hid: int
    parameters: int
    validation: WidthScore
    """Of nets that learned from the training images without the validation part, on that part."""
    test: WidthScore
    """Of nets that learned from all training images, on the test part."""


@dataclass(frozen=True, kw_only=True)
class WidthSearchResult:
    """NetFull with growing numbers of hidden units, and the number that the validation part chooses.

    weights: the state of the chosen width's net of the first seed, trained on all training images, under torch's
        names.
    """

    config: WidthSearchConfig
    data: DataSummary
    validation: int
    """How many of the training images are in the validation part."""
    widths: tuple[SearchedWidth, ...]
    best: int
    """The hidden units of the nets with the highest validation accuracy."""
    standard_error: float
    """Of that accuracy, over the validation images; a share, 0..1."""
    chosen: int
    """The fewest hidden units whose validation accuracy is at most one standard error below the best."""
    seconds: float
    """Of both trainings."""
    provenance: Provenance
    subject: Literal["width-search"] = "width-search"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)
