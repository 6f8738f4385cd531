"""The numbers of the coursework report (UNSW COMP9444, Neural Networks and Deep Learning) that kuzushi reproduces.

They are as printed; where the report has a slip, the correct number is added.

Example: PUBLISHED.characters.nets["conv"].test_correct -> 9326
"""

from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

import msgspec


@dataclass(frozen=True, kw_only=True)
class PublishedClass:
    """One row of the class table."""

    label: int
    romaji: str
    kana: str
    codepoint: str


@dataclass(frozen=True, kw_only=True)
class PublishedNet:
    """One trained recogniser, scored on the test images."""

    layers: tuple[str, ...]
    parameters: int
    parameters_by_layer: tuple[int, ...]
    parameters_by_layer_as_printed: tuple[int, ...]
    note: str | None = None
    """The slip in the printed parameters, if there is one."""
    test_loss: float
    """Mean negative log-likelihood, in nats."""
    test_correct: int
    accuracy_percent: int
    confusion: tuple[tuple[int, ...], ...]
    """Rows are targets, columns predictions."""


@dataclass(frozen=True, kw_only=True)
class PublishedPair:
    """The number of images of `target` that each net read as `predicted`, from the report's table of pairs."""

    target: int
    predicted: int
    counts: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class PublishedCharacters:
    """The recognisers, trained and tested on the official Kuzushiji-MNIST."""

    classes: tuple[PublishedClass, ...]
    train: int
    """Number of training images."""
    test: int
    """Number of test images."""
    epochs: int
    nets: dict[str, PublishedNet]
    """By name, as in CharactersConfig."""
    pairs: tuple[PublishedPair, ...]
    pairs_note: str
    """Why the pairs do not agree with the matrices."""


@dataclass(frozen=True, kw_only=True)
class PublishedPerceptron:
    """The weights of one perceptron, in the shapes of torch.nn.Linear."""

    act: Literal["sig", "step"]
    hid: int
    hidden_weight: tuple[tuple[float, ...], ...]
    hidden_bias: tuple[float, ...]
    output_weight: tuple[tuple[float, ...], ...]
    output_bias: tuple[float, ...]
    accuracy: float
    """Percent of the nine points."""


@dataclass(frozen=True, kw_only=True)
class PublishedTrained(PublishedPerceptron):
    """The perceptron that the report trained; its weights are printed to four decimals."""

    epoch: int
    """The last epoch with a printed loss; training may have continued for up to 99 more."""
    loss: float
    """Mean binary cross-entropy at that epoch, in nats."""
    loss_at_epoch_6100: float
    check: str
    """The loss and the accuracy of the printed weights, computed again."""


@dataclass(frozen=True, kw_only=True)
class PublishedByHand(PublishedPerceptron):
    """The step net that the report designed by hand."""

    lines: tuple[str, ...]
    hidden_table: dict[str, str]
    """Outputs of the hidden units, such as "1001", for each point, such as "12" for (1, 2)."""


@dataclass(frozen=True, kw_only=True)
class PublishedRescaled:
    """The net designed by hand, with sigmoid units and all weights multiplied by `factor`."""

    act: Literal["sig"]
    factor: float
    accuracy: float


@dataclass(frozen=True, kw_only=True)
class PublishedCheckerboard:
    """The perceptrons on the nine points of the 3x3 checkerboard."""

    points: tuple[tuple[float, ...], ...]
    targets: tuple[int, ...]
    trained: PublishedTrained
    by_hand: PublishedByHand
    rescaled: PublishedRescaled


@dataclass(frozen=True, kw_only=True)
class PublishedRecurrent:
    """A recurrent net that the report shows in figures, without numbers."""

    language: str
    hid: int
    shown: str


@dataclass(frozen=True, kw_only=True)
class PublishedSequences:
    """The recurrent nets on formal languages."""

    srn: PublishedRecurrent
    lstm: PublishedRecurrent


@dataclass(frozen=True, kw_only=True)
class Published:
    """All printed numbers, by subject."""

    source: str
    characters: PublishedCharacters
    checkerboard: PublishedCheckerboard
    sequences: PublishedSequences


PUBLISHED: Published = msgspec.json.decode(
    files("kuzushi.core").joinpath("published.json").read_bytes(), type=Published
)
