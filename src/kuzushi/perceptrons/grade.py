"""Grade one net on labelled points: wrong points, margins, and the fewest units that would do."""

from math import hypot, inf

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from kuzushi.core.device import one_thread
from kuzushi.core.errors import ConfigError, DataError
from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.configs import Act
from kuzushi.perceptrons.minimal.experiment import claim, find
from kuzushi.perceptrons.nets import MLP, Weights, load_net
from kuzushi.perceptrons.points import Points
from kuzushi.perceptrons.results import Verdict, WrongPoint
from kuzushi.perceptrons.units import describe, right
from kuzushi.proofs.step_net_claims import check_claims

UNIT_ROUNDOFF = 2.0**-53
"""Largest relative rounding error of float64."""


@one_thread()
def grade(
    weights: str, *, data: str = "board", act: Act | None = None, scale: float = 1.0, seconds: float = 10.0
) -> Verdict:
    """Grade the net of these weights on labelled points, and find how many step units are needed.

    Example: grade("report").passed -> True

    Args:
        weights: report, report-trained, or a JSON file as `load_weights` reads it.
        data: a set of points as `boards.load` reads it.
        act: activation of the hidden units; by default that of the weights.
        scale: factor on all weights and biases.
        seconds: time limit of the search for the fewest step units; 0 skips it.

    Raises:
        ConfigError: if scale or seconds is out of range.
        DataError: if weights or points cannot be read.
        ShapeError: if they do not fit together.
        ProofError: if the proof of the fewest units does not pass its check.
    """
    if not seconds >= 0:
        raise ConfigError(f"--seconds {seconds:g}: must be a number of at least 0")
    labelled = load(data)
    model = load_net(weights, labelled, act=act, scale=scale)
    points, targets = torch.from_numpy(labelled.points), torch.from_numpy(labelled.targets)
    with torch.no_grad():
        logits = model(points).logits  # (1, points)
    correct = right(logits, targets)[0].numpy()  # (points,)
    described = describe(model, 0, points, targets)
    margin, distance = _margin_and_distance(model.weights(0), labelled.points)
    on = _steps(model.weights(0), labelled.points)
    dividing = int((on.any(0) & ~on.all(0)).sum())
    lower, upper = _fewest(labelled, seconds)
    if lower is not None and correct.all() and _is_safe_step_net(model, labelled.points):
        upper = min(dividing, upper if upper is not None else dividing)
    return Verdict(
        weights=weights,
        data=labelled.name,
        data_sha256=labelled.sha256,
        act=model.act,
        scale=scale,
        hid=len(described.hidden_bias),
        right=int(correct.sum()),
        points=len(correct),
        passed=bool(correct.all()),
        wrong=_wrong(labelled, logits[0].numpy(), correct),
        lines=described.lines,
        table=described.table,
        hidden_margin=margin,
        output_margin=float(_signed(labelled.targets, logits[0].numpy()).min()),
        distance=distance,
        dividing=dividing,
        lower=lower,
        upper=upper,
    )


def _fewest(data: Points, seconds: float) -> tuple[int | None, int | None]:
    """Return checked lower and upper bounds on the hidden units of a step net; None where unknown."""
    if seconds == 0:
        return None, None
    try:
        claims = claim(data, find(data, seconds=seconds, enumerate_all=False))
    except DataError:  # one target only, too many points for the time, or too many digits
        return None, None
    check_claims(**vars(claims))
    return claims.lower, claims.upper


def _wrong(
    data: Points, logits: Float[np.ndarray, " points"], correct: Bool[np.ndarray, " points"]
) -> tuple[WrongPoint, ...]:
    """Return the points that are wrong, the worst first."""
    order = np.argsort(_signed(data.targets, logits), kind="stable")
    return tuple(
        WrongPoint(point=tuple(data.points[i].tolist()), target=int(data.targets[i]), input=float(logits[i]))
        for i in order[~correct[order]]
    )


def _signed(targets: Int[np.ndarray, " points"], logits: Float[np.ndarray, " points"]) -> Float[np.ndarray, " points"]:
    """Return the input of the output unit with the sign of the target."""
    return np.where(targets == 1, logits, 0.0 - logits)


def _margin_and_distance(weights: Weights, points: Float[np.ndarray, "points inputs"]) -> tuple[float, float | None]:
    """Return the smallest |input| of a hidden unit, and the smallest distance of a point from a line, if any."""
    heights = _sizes(points, weights.hidden_weight, weights.hidden_bias)  # (points, hid)
    norms = np.array([hypot(*weight) for weight in weights.hidden_weight])  # (hid,)
    has_line = norms > 0
    with np.errstate(over="ignore"):  # a line at an infinite distance counts as none
        distance = float((heights[:, has_line] / norms[has_line]).min(initial=inf))
    return float(heights.min()), distance if distance < inf else None


def _is_safe_step_net(model: MLP, points: Float[np.ndarray, "points inputs"]) -> bool:
    """Return whether the units are steps and no sign depends on rounding."""
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
    """Return where the units are on, as steps."""
    model = MLP.from_weights(weights, act="step")
    with torch.no_grad():
        on: Bool[np.ndarray, "points hid"] = model(torch.from_numpy(points)).hidden[0].numpy() > 0
    return on


def _sizes(
    x: Float[np.ndarray, "points inputs"], weight: tuple[tuple[float, ...], ...], bias: tuple[float, ...]
) -> Float[np.ndarray, "points units"]:
    """Return |weight . x + bias| for each point and unit; 0 where it is within the rounding error.

    The error is at most one unit roundoff per rounding times the sum of sizes (Higham 2002, "Accuracy and Stability of
    Numerical Algorithms", section 3.1); numbers read as decimals add one each.
    """
    w, b = np.array(weight), np.array(bias)  # (units, inputs), (units,)
    error = (x.shape[1] + 4) * UNIT_ROUNDOFF * (np.abs(x) @ np.abs(w).T + np.abs(b))
    sizes = np.abs(x @ w.T + b)  # (points, units)
    return np.where(sizes <= error, 0.0, sizes)
