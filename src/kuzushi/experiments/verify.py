"""One given net on labelled points: where it is wrong, with what margin it is right, and how far from minimal it is."""

from dataclasses import dataclass
from math import hypot, inf

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from kuzushi.analysis.units import describe, right
from kuzushi.configs import Act
from kuzushi.data.checkerboard import load
from kuzushi.data.points import Points
from kuzushi.errors import ConfigError, DataError
from kuzushi.experiments.design import claim, find
from kuzushi.experiments.device import one_thread
from kuzushi.experiments.perceptrons import given
from kuzushi.models.perceptron import MLP, Weights
from kuzushi.proofs.claims import check_claims
from kuzushi.results import Verdict, WrongPoint

UNIT_ROUNDOFF = 2.0**-53
"""Of float64: how far a rounded number may be off, in parts of itself."""


@one_thread()
def verify(
    weights: str, *, data: str = "board", act: Act | None = None, scale: float = 1.0, seconds: float = 10.0
) -> Verdict:
    """What is to be said of the net of these weights on labelled points, and how many step units are needed there.

    Example: verify("report").passed -> True

    Args:
        weights: report, report-trained, or a JSON file as `load_weights` reads it.
        data: a set of points as `kuzushi.data.checkerboard.load` reads it.
        act: the hidden units; those that the weights were made for unless given.
        scale: a factor on all weights and biases.
        seconds: of search for the fewest step units; 0 leaves it out.

    Raises:
        ConfigError: if scale or seconds is out of its range.
        DataError: if weights or points cannot be read.
        ShapeError: if they do not fit together.
        ProofError: if the proof of the fewest units does not pass its check.
    """
    if not seconds >= 0:
        raise ConfigError(f"--seconds {seconds:g}: must be a number of at least 0")
    labelled = load(data)
    model = given(weights, labelled, act=act, scale=scale)
    points, targets = torch.from_numpy(labelled.points), torch.from_numpy(labelled.targets)
    with torch.no_grad():
        logits = model(points).logits  # (1, points)
    correct = right(logits, targets)[0].numpy()  # (points,)
    shown = describe(model, 0, points, targets)
    geometry = _geometry(model, labelled.points)
    lower, upper = _fewest(labelled, seconds)
    if lower is not None and correct.all() and _is_safe_step_net(model, labelled.points):
        upper = min(geometry.dividing, upper if upper is not None else geometry.dividing)
    return Verdict(
        weights=weights,
        data=labelled.name,
        data_sha256=labelled.sha256,
        act=model.act,
        scale=scale,
        hid=len(shown.hidden_bias),
        right=int(correct.sum()),
        points=len(correct),
        passed=bool(correct.all()),
        wrong=_wrong(labelled, logits[0].numpy(), correct),
        lines=shown.lines,
        table=shown.table,
        hidden_margin=geometry.margin,
        output_margin=float(_towards(labelled.targets, logits[0].numpy()).min()),
        distance=geometry.distance,
        dividing=geometry.dividing,
        lower=lower,
        upper=upper,
    )


def _fewest(data: Points, seconds: float) -> tuple[int | None, int | None]:
    """How many hidden units a step net needs, and how many are known to be enough; both checked, None if not known."""
    if seconds == 0:
        return None, None
    try:
        claims = claim(data, find(data, seconds=seconds, listing=False))
    except DataError:  # one target only, too many points for the time, or too many digits: no fault of the net
        return None, None
    check_claims(**vars(claims))
    return claims.lower, claims.upper


def _wrong(
    data: Points, logits: Float[np.ndarray, " points"], correct: Bool[np.ndarray, " points"]
) -> tuple[WrongPoint, ...]:
    """The points on the wrong side, the worst first."""
    order = np.argsort(_towards(data.targets, logits), kind="stable")
    return tuple(
        WrongPoint(point=tuple(data.points[i].tolist()), target=int(data.targets[i]), input=float(logits[i]))
        for i in order[~correct[order]]
    )


def _towards(targets: Int[np.ndarray, " points"], logits: Float[np.ndarray, " points"]) -> Float[np.ndarray, " points"]:
    """The input of the output unit, counted towards the target."""
    return np.where(targets == 1, logits, 0.0 - logits)


@dataclass(frozen=True)
class _Geometry:
    """How the hidden units lie to the points, as in Verdict."""

    margin: float
    distance: float | None
    dividing: int


def _geometry(model: MLP, points: Float[np.ndarray, "points inputs"]) -> _Geometry:
    weights = model.weights(0)
    heights = _sizes(points, weights.hidden_weight, weights.hidden_bias)  # (points, hid)
    norms = np.array([hypot(*weight) for weight in weights.hidden_weight])  # (hid,)
    has_line = norms > 0
    with np.errstate(over="ignore"):  # a line beyond all numbers is as good as none
        distance = float((heights[:, has_line] / norms[has_line]).min(initial=inf))
    on = _steps(weights, points)
    return _Geometry(
        margin=float(heights.min()),
        distance=distance if distance < inf else None,
        dividing=int((on.any(0) & ~on.all(0)).sum()),
    )


def _is_safe_step_net(model: MLP, points: Float[np.ndarray, "points inputs"]) -> bool:
    """Whether the units are steps, and rounding decides nowhere on which side a point is."""
    weights = model.weights(0)
    hidden = _steps(weights, points).astype(np.float64)  # (points, hid)
    return model.act == "step" and all(
        bool((sizes > 0).all())
        for sizes in (
            _sizes(points, weights.hidden_weight, weights.hidden_bias),
            _sizes(hidden, weights.output_weight, weights.output_bias),
        )
    )


def _steps(weights: Weights, points: Float[np.ndarray, "points inputs"]) -> Bool[np.ndarray, "points hid"]:
    """Where the units are on, or would be if they were steps."""
    model = MLP.from_weights(weights, act="step")
    with torch.no_grad():
        on: Bool[np.ndarray, "points hid"] = model(torch.from_numpy(points)).hidden[0].numpy() > 0
    return on


def _sizes(
    x: Float[np.ndarray, "points inputs"], weight: tuple[tuple[float, ...], ...], bias: tuple[float, ...]
) -> Float[np.ndarray, "points units"]:
    """|weight . x + bias| for each point and unit; 0 where rounding alone could make that of it.

    The error of such a sum is at most as many unit roundoffs as it has roundings, times the same sum of sizes (Higham
    2002, "Accuracy and Stability of Numerical Algorithms", section 3.1); numbers that came as decimals add one each.
    """
    w, b = np.array(weight), np.array(bias)  # (units, inputs), (units,)
    error = (x.shape[1] + 4) * UNIT_ROUNDOFF * (np.abs(x) @ np.abs(w).T + np.abs(b))
    sizes = np.abs(x @ w.T + b)  # (points, units)
    return np.where(sizes <= error, 0.0, sizes)
