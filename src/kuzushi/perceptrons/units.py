"""The functions that hidden units of a perceptron compute, and the scores of the net."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from kuzushi.core.results import Arrays, Vector
from kuzushi.perceptrons.configs import Act
from kuzushi.perceptrons.nets import MLP
from kuzushi.perceptrons.results import Activations, ShownPerceptron

PIXELS = 201
"""Pixels along each axis of a drawn plane."""
MARGIN = 0.25
"""Margin of a drawn plane around the points, as a fraction of their range."""


def right(logits: Float[Tensor, "nets points"], targets: Int[Tensor, " points"]) -> Bool[Tensor, "nets points"]:
    """Return which points are right: a logit >= 0 means 1, a logit < 0 means 0."""
    return (logits >= 0) == (targets == 1)


def cross_entropy(
    logits: Float[Tensor, "nets points"], targets: Int[Tensor, " points"], *, act: Act
) -> Float[Tensor, " nets"]:
    """Return the mean binary cross-entropy of each net over the points, in nats.

    The loss of a step output is 0 if every point is right, and infinite otherwise.
    """
    if act == "step":
        return torch.where(right(logits, targets).all(1), 0.0, torch.inf).to(logits.dtype)
    expanded = targets.to(logits.dtype).expand_as(logits)
    return binary_cross_entropy_with_logits(logits, expanded, reduction="none").mean(1)


def choose(solved: Bool[Tensor, " nets"], losses: Float[Tensor, " nets"]) -> int:
    """Return the net to draw: the first that is right on every point, else the one with the lowest loss."""
    return int(solved.int().argmax() if solved.any() else losses.argmin())


def line(weight: Vector, bias: float) -> str:
    """Return the line of a hidden unit as an equation with four significant digits.

    Example: line((1, 1), -2.5) -> "x1 + x2 - 2.5 = 0"
    """
    if not any(weight):
        return f"no line: every weight is 0, the bias is {bias:.4g}"
    terms = [(value, f"x{i}") for i, value in enumerate(weight, start=1)] + [(bias, "")]
    text = ""
    for value, name in terms:
        if value == 0:
            continue
        size = f"{abs(value):.4g}"
        sign = "-" if value < 0 else "+"
        text += f" {sign} " if text else sign.strip("+")
        text += name if name and size == "1" else f"{size} {name}".strip()
    return f"{text} = 0"


def describe(
    model: MLP, net: int, points: Float[Tensor, "points inputs"], targets: Int[Tensor, " points"]
) -> ShownPerceptron:
    """Return the weights, lines, scores and activations of one net of an ensemble."""
    weights = model.weights(net)
    with torch.no_grad():
        response = model(points)
    hidden, logits = response.hidden[net], response.logits[[net]]  # (points, hid), (1, points)
    output = model.output(logits[0])  # (points,)
    loss = float(cross_entropy(logits, targets, act=model.act))
    return ShownPerceptron(
        net=net,
        hidden_weight=weights.hidden_weight,
        hidden_bias=weights.hidden_bias,
        output_weight=weights.output_weight,
        output_bias=weights.output_bias,
        loss=loss if loss < torch.inf else None,
        accuracy=100 * float(right(logits, targets).double().mean()),
        lines=tuple(line(*unit) for unit in zip(weights.hidden_weight, weights.hidden_bias, strict=True)),
        table=tuple(
            Activations(point=tuple(point), target=target, hidden=tuple(values), output=value)
            for point, target, values, value in zip(
                points.tolist(), targets.tolist(), hidden.tolist(), output.tolist(), strict=True
            )
        ),
    )


def plane(model: MLP, net: int, points: Float[Tensor, "points 2"]) -> Arrays:
    """Return the arrays of a CheckerboardResult: the outputs of one net over a box slightly larger than the points."""
    axis1, axis2 = frame(points)
    grid = torch.cartesian_prod(axis2, axis1).flip(1)  # (pixels * pixels, 2), x2 changes slowest
    alone = MLP.from_weights(model.weights(net), act=model.act)
    with torch.no_grad():
        response = alone(grid)
        output = alone.output(response.logits)
    return {
        "axis1": axis1.numpy(),
        "axis2": axis2.numpy(),
        "hidden": response.hidden[0].T.reshape(-1, PIXELS, PIXELS).float().numpy(),
        "output": output.reshape(PIXELS, PIXELS).float().numpy(),
    }


def frame(points: Float[Tensor, "points 2"]) -> tuple[Float[Tensor, " pixels"], Float[Tensor, " pixels"]]:
    """Return the pixel coordinates of a box slightly larger than the points."""
    low, high = points.amin(0), points.amax(0)  # (2,)
    margin = torch.where(high > low, MARGIN * (high - low), 1.0)
    low, high = low - margin, high + margin
    axis1, axis2 = (torch.linspace(float(low[i]), float(high[i]), PIXELS, dtype=points.dtype) for i in (0, 1))
    return axis1, axis2
