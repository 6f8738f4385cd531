"""What the study printed, as it printed it; its slips stand beside the right numbers.

Example: PUBLISHED.characters.nets["conv"].test_correct -> 9326
"""

from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

import msgspec


@dataclass(frozen=True, kw_only=True)
class PublishedClass:
    """One kana of the class table."""

    label: int
    romaji: str
    kana: str
    codepoint: str


@dataclass(frozen=True, kw_only=True)
class PublishedNet:
    """One recogniser of kana after its training, scored on the test images."""

    layers: tuple[str, ...]
    parameters: int
    parameters_by_layer: tuple[int, ...]
    parameters_by_layer_as_printed: tuple[int, ...]
    note: str | None = None
    """What is wrong with the printed parameters, if anything."""
    test_loss: float
    """Mean negative log-likelihood, in nats."""
    test_correct: int
    accuracy_percent: int
    confusion: tuple[tuple[int, ...], ...]
    """Rows are targets, columns predictions."""


@dataclass(frozen=True, kw_only=True)
class PublishedPair:
    """How often each net read `target` as `predicted`, by the study's table."""

    target: int
    predicted: int
    counts: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class PublishedCharacters:
    """The recognisers of cursive kana, on the official Kuzushiji-MNIST."""

    classes: tuple[PublishedClass, ...]
    train: int
    """Training images."""
    test: int
    """Test images."""
    epochs: int
    nets: dict[str, PublishedNet]
    """Named as in CharactersConfig."""
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
    """The perceptron that the study trained; its weights are printed to four decimals."""

    epoch: int
    """The last epoch with a printed loss; training went on for up to 99 more."""
    loss: float
    """Mean binary cross-entropy at that epoch, in nats."""
    loss_at_epoch_6100: float
    check: str
    """What the printed weights give when they are computed again."""


@dataclass(frozen=True, kw_only=True)
class PublishedByHand(PublishedPerceptron):
    """The step net that the study designed by hand."""

    lines: tuple[str, ...]
    hidden_table: dict[str, str]
    """The point, such as "12" for (1, 2), to the outputs of the hidden units, such as "1001"."""


@dataclass(frozen=True, kw_only=True)
class PublishedRescaled:
    """The net designed by hand, all weights times `factor`, with sigmoid units."""

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
    """A recurrent net of which the study shows figures, and no numbers."""

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
    """Everything the study printed, by subject."""

    source: str
    characters: PublishedCharacters
    checkerboard: PublishedCheckerboard
    sequences: PublishedSequences


PUBLISHED: Published = msgspec.json.decode(files("kuzushi").joinpath("published.json").read_bytes(), type=Published)
