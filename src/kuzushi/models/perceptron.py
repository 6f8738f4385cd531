"""The perceptron with one hidden layer, as an ensemble: thousands of nets are one batched product."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import torch
from jaxtyping import Float
from torch import Tensor, nn

from kuzushi.configs import Act
from kuzushi.errors import DataError, ShapeError
from kuzushi.files import one_line, read_bounded
from kuzushi.reference import PUBLISHED, PublishedPerceptron
from kuzushi.results import Matrix, Vector

HIDDEN_SPREAD, OUTPUT_SPREAD = 2.0, 6.0
"""The range of the random starts, found by trial: of 1,000 nets with 5 sigmoid units, 944 then solve the board within
20,000 epochs of Adam at a learning rate of 0.1."""

MOST = 2**24
"""Bytes of a file of weights: some ten thousand hidden units."""
STUDIED: dict[str, PublishedPerceptron] = {
    "report": PUBLISHED.checkerboard.by_hand,
    "report-trained": PUBLISHED.checkerboard.trained,
}
"""Weights with a name."""


def step(x: Tensor) -> Tensor:
    """1 where x >= 0, else 0 (the unit of McCulloch and Pitts 1943)."""
    return (x >= 0).to(x.dtype)


UNITS: dict[Act, Callable[[Tensor], Tensor]] = {"sig": torch.sigmoid, "tanh": torch.tanh, "step": step}


@dataclass(frozen=True, kw_only=True)
class Weights:
    """The weights and biases of one net, in the shapes of torch.nn.Linear.

    Raises:
        ShapeError: if the shapes do not fit together.
    """

    hidden_weight: Matrix
    """Of shape (hid, inputs)."""
    hidden_bias: Vector
    """Of shape (hid,)."""
    output_weight: Matrix
    """Of shape (1, hid)."""
    output_bias: Vector
    """Of shape (1,)."""
    act: Act = "sig"
    """The hidden units they are made for."""

    def __post_init__(self) -> None:
        widths = {len(row) for row in self.hidden_weight}
        if len(widths) != 1 or widths == {0}:
            raise ShapeError(
                f"hidden_weight has rows of {sorted(widths) or 'no'} numbers; expected shape (hid, inputs): "
                "one row per hidden unit, each with one number per input"
            )
        for name, found, expected in (
            ("hidden_bias", (len(self.hidden_bias),), (self.hid,)),
            ("output_weight", (len(self.output_weight), *map(len, self.output_weight[:1])), (1, self.hid)),
            ("output_bias", (len(self.output_bias),), (1,)),
        ):
            if found != expected:
                raise ShapeError(
                    f"{name} has shape {found}; expected {expected}, since hidden_weight has {self.hid} rows"
                )

    @property
    def hid(self) -> int:
        """Hidden units."""
        return len(self.hidden_weight)

    @property
    def inputs(self) -> int:
        """Coordinates of a point."""
        return len(self.hidden_weight[0])


def load_weights(name: str) -> Weights:
    """Read "report" (the net designed by hand), "report-trained", or a JSON file with the four fields of Weights.

    Example of a file, a net of one hidden unit:
        {"hidden_weight": [[1, 1]], "hidden_bias": [-1.5], "output_weight": [[1]], "output_bias": [-0.5], "act": "step"}

    Raises:
        DataError: if the file cannot be read, a field is missing, or something is not a number.
        ShapeError: if the shapes do not fit together.
    """
    if name in STUDIED:
        return msgspec.convert(STUDIED[name], type=Weights, from_attributes=True)
    try:
        return msgspec.json.decode(read_bounded(Path(name), most=MOST), type=Weights)
    except OSError as error:
        raise DataError(
            f"{name}: cannot be read ({error.strerror}); give {', '.join(STUDIED)}, or a JSON file of weights"
        ) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise DataError(
            f"{name}: {one_line(error)}; expected numbers in hidden_weight (hid, inputs), hidden_bias (hid), "
            "output_weight (1, hid) and output_bias (1)"
        ) from error
    except ShapeError as error:
        raise ShapeError(f"{name}: {error}") from error


@dataclass(frozen=True)
class Response:
    """What the nets of an ensemble answer at each point."""

    hidden: Float[Tensor, "nets points hid"]
    logits: Float[Tensor, "nets points"]


class MLP(nn.Module):
    """An ensemble of perceptrons with one hidden layer and one output; all weights are 0 until they are given.

    In float64, so that a loaded net computes what its printed numbers say.
    """

    def __init__(self, nets: int, inputs: int, hid: int, act: Act) -> None:
        super().__init__()
        self.act = act
        self.hidden_weight = nn.Parameter(torch.zeros(nets, hid, inputs, dtype=torch.float64))
        self.hidden_bias = nn.Parameter(torch.zeros(nets, hid, dtype=torch.float64))
        self.output_weight = nn.Parameter(torch.zeros(nets, 1, hid, dtype=torch.float64))
        self.output_bias = nn.Parameter(torch.zeros(nets, 1, dtype=torch.float64))

    @classmethod
    def from_weights(cls, weights: Weights, *, act: Act, scale: float = 1.0) -> "MLP":
        """One net with these weights and biases, all times `scale`."""
        model = cls(1, weights.inputs, weights.hid, act)
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                parameter.copy_(scale * torch.tensor(getattr(weights, name), dtype=torch.float64))
        return model

    def weights(self, net: int) -> Weights:
        """The weights and biases of one net of the ensemble."""
        fields: dict[str, Any] = {name: parameter[net].tolist() for name, parameter in self.named_parameters()}
        return msgspec.convert(fields | {"act": self.act}, type=Weights)

    def forward(self, points: Float[Tensor, "points inputs"]) -> Response:
        inputs = points.expand(len(self.hidden_bias), -1, -1)  # (nets, points, inputs)
        hidden = torch.baddbmm(self.hidden_bias[:, None], inputs, self.hidden_weight.mT)  # (nets, points, hid)
        hidden = UNITS[self.act](hidden)
        logits = torch.baddbmm(self.output_bias[:, None], hidden, self.output_weight.mT)  # (nets, points, 1)
        return Response(hidden, logits.squeeze(-1))

    def output(self, logits: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """What the output unit makes of its input, 0..1: a step where the hidden units are steps, else a sigmoid."""
        return step(logits) if self.act == "step" else torch.sigmoid(logits)

    @torch.no_grad()
    def start(self, points: Float[Tensor, "points inputs"], *, generator: torch.Generator) -> None:
        """Draw random weights such that the line of every hidden unit crosses the box of the points.

        Made for points of mean 0 and spread 1. A net's start depends on the generator and its place in the ensemble,
        not on how many nets come after it.
        """
        nets, hid, inputs = self.hidden_weight.shape
        drawn = torch.rand(nets, hid, 2 * inputs + 1, generator=generator, dtype=torch.float64).to(points.device)
        direction, place, output = torch.split(drawn, [inputs, inputs, 1], dim=-1)  # each (nets, hid, ...)
        low, high = points.amin(0), points.amax(0)  # (inputs,)
        self.hidden_weight.copy_(HIDDEN_SPREAD * (2 * direction - 1))
        self.hidden_bias.copy_(-(self.hidden_weight * (low + (high - low) * place)).sum(-1))
        self.output_weight.copy_(OUTPUT_SPREAD * (2 * output - 1).mT)
        self.output_bias.zero_()

    @torch.no_grad()
    def unstandardise(self, *, mean: Float[Tensor, " inputs"], spread: Float[Tensor, " inputs"]) -> None:
        """Rewrite the hidden units so that they say of points what they said of (points - mean) / spread."""
        self.hidden_weight.div_(spread)
        self.hidden_bias.sub_(self.hidden_weight @ mean)
