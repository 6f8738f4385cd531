"""Ensembles of perceptrons with one hidden layer, computed as one batched product."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

import msgspec
import torch
from jaxtyping import Float
from torch import Tensor, nn

from kuzushi.core.errors import ConfigError, DataError, ShapeError
from kuzushi.core.files import one_line, read_bounded
from kuzushi.core.published import PUBLISHED, PublishedPerceptron
from kuzushi.core.results import Matrix, Vector
from kuzushi.perceptrons.configs import Act
from kuzushi.perceptrons.points import Points

HIDDEN_SPREAD, OUTPUT_SPREAD = 2.0, 6.0
"""Range of the random starts, found by trial: of 1,000 nets with 5 sigmoid units, 944 then solve the board within
20,000 epochs of Adam at a learning rate of 0.1."""
MOST = 2**24
"""Largest file of weights in bytes: some ten thousand hidden units."""
LARGEST = 1e100
"""Loaded weights stay below this, so that sums of them are finite."""
NAMED: dict[str, PublishedPerceptron] = {
    "report": PUBLISHED.checkerboard.by_hand,
    "report-trained": PUBLISHED.checkerboard.trained,
}
"""Weights with a name: the nets of the report."""


def step(x: Tensor) -> Tensor:
    """Return 1 where x >= 0, else 0 (the threshold unit of McCulloch and Pitts 1943)."""
    return (x >= 0).to(x.dtype)


UNITS: dict[Act, Callable[[Tensor], Tensor]] = {"sig": torch.sigmoid, "tanh": torch.tanh, "step": step}


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Weights and biases of one net, in the shapes of torch.nn.Linear.

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
    """Activation of the hidden units."""

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
        """Number of hidden units."""
        return len(self.hidden_weight)

    @property
    def inputs(self) -> int:
        """Number of coordinates of a point."""
        return len(self.hidden_weight[0])


def load_weights(name: str) -> Weights:
    """Read "report" (set by hand), "report-trained", or a JSON file with the fields of Weights.

    Example of a file, a net of one hidden unit:
        {"hidden_weight": [[1, 1]], "hidden_bias": [-1.5], "output_weight": [[1]], "output_bias": [-0.5], "act": "step"}

    Raises:
        DataError: if the file cannot be read, a field is missing, or a value is not a number.
        ShapeError: if the shapes do not fit together.
    """
    if name in NAMED:
        return msgspec.convert(NAMED[name], type=Weights, from_attributes=True)
    try:
        return msgspec.json.decode(read_bounded(Path(name), max_bytes=MOST), type=Weights)
    except OSError as error:
        raise DataError(
            f"{name}: cannot be read ({error.strerror}); give {', '.join(NAMED)}, or a JSON file of weights"
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
    """Outputs of the hidden units and logits of every net at every point."""

    hidden: Float[Tensor, "nets points hid"]
    logits: Float[Tensor, "nets points"]


class MLP(nn.Module):
    """An ensemble of perceptrons with one hidden layer and one output, in float64; all weights are 0 at first."""

    def __init__(self, nets: int, inputs: int, hid: int, act: Act) -> None:
        super().__init__()
        self.act = act
        self.hidden_weight = nn.Parameter(torch.zeros(nets, hid, inputs, dtype=torch.float64))
        self.hidden_bias = nn.Parameter(torch.zeros(nets, hid, dtype=torch.float64))
        self.output_weight = nn.Parameter(torch.zeros(nets, 1, hid, dtype=torch.float64))
        self.output_bias = nn.Parameter(torch.zeros(nets, 1, dtype=torch.float64))

    @classmethod
    def from_weights(cls, weights: Weights, *, act: Act, scale: float = 1.0) -> "MLP":
        """Return one net with these weights and biases, all times `scale`."""
        model = cls(1, weights.inputs, weights.hid, act)
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                parameter.copy_(scale * torch.tensor(getattr(weights, name), dtype=torch.float64))
        return model

    def weights(self, net: int) -> Weights:
        """Return the weights and biases of one net of the ensemble."""
        fields: dict[str, Any] = {name: parameter[net].tolist() for name, parameter in self.named_parameters()}
        return msgspec.convert(fields | {"act": self.act}, type=Weights)

    def forward(self, points: Float[Tensor, "points inputs"]) -> Response:
        inputs = points.expand(len(self.hidden_bias), -1, -1)  # (nets, points, inputs)
        hidden = torch.baddbmm(self.hidden_bias[:, None], inputs, self.hidden_weight.mT)  # (nets, points, hid)
        hidden = UNITS[self.act](hidden)
        logits = torch.baddbmm(self.output_bias[:, None], hidden, self.output_weight.mT)  # (nets, points, 1)
        return Response(hidden, logits.squeeze(-1))

    def output(self, logits: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return the output of the net, 0..1: a step if the hidden units are steps, else a sigmoid."""
        return step(logits) if self.act == "step" else torch.sigmoid(logits)

    @torch.no_grad()
    def start(self, points: Float[Tensor, "points inputs"], *, generator: torch.Generator) -> None:
        """Draw random weights such that the line of every hidden unit crosses the box of the points.

        The points should have mean 0 and standard deviation 1. The start of a net depends on the generator and its
        index in the ensemble, not on the number of nets.
        """
        nets, hid, inputs = self.hidden_weight.shape
        drawn = torch.rand(nets, hid, 2 * inputs + 1, generator=generator, dtype=torch.float64).to(points.device)
        direction, position, output = torch.split(drawn, [inputs, inputs, 1], dim=-1)  # each (nets, hid, ...)
        low, high = points.amin(0), points.amax(0)  # (inputs,)
        self.hidden_weight.copy_(HIDDEN_SPREAD * (2 * direction - 1))
        self.hidden_bias.copy_(-(self.hidden_weight * (low + (high - low) * position)).sum(-1))
        self.output_weight.copy_(OUTPUT_SPREAD * (2 * output - 1).mT)
        self.output_bias.zero_()

    @torch.no_grad()
    def unstandardise(self, *, mean: Float[Tensor, " inputs"], spread: Float[Tensor, " inputs"]) -> None:
        """Rewrite the hidden units so that they compute of points what they computed of (points - mean) / spread."""
        self.hidden_weight.div_(spread)
        self.hidden_bias.sub_(self.hidden_weight @ mean)


def load_net(name: str, data: Points, *, act: Act | None, scale: float) -> MLP:
    """Load a net by the name of its weights, times a factor, and check that it fits the points.

    Example: load_net("report", load("board"), act="sig", scale=10.0).hidden_bias -> [[-25, 15, -5, -5]]

    Raises:
        ConfigError: if the factor is not above 0, or makes a weight too large.
        DataError: if the weights cannot be read, or are too large.
        ShapeError: if they are for points with another number of inputs.
    """
    if not 0 < scale < inf:
        raise ConfigError(f"--scale {scale:g}: must be a number above 0")
    weights = load_weights(name)
    if weights.inputs != data.inputs:
        raise ShapeError(
            f"{name}: hidden_weight has shape ({weights.hid}, {weights.inputs}); expected ({weights.hid}, "
            f"{data.inputs}), since a point of {data.name} has {data.inputs} coordinates"
        )
    if not _bounded(MLP.from_weights(weights, act=weights.act)):
        raise DataError(f"{name}: holds a number larger than {LARGEST:g}; give smaller weights")
    model = MLP.from_weights(weights, act=act or weights.act, scale=scale)
    if not _bounded(model):
        raise ConfigError(f"--scale {scale:g}: makes a weight of {name} larger than {LARGEST:g}; give a smaller factor")
    return model


def _bounded(model: MLP) -> bool:
    return all(bool((parameter.abs() < LARGEST).all()) for parameter in model.parameters())
