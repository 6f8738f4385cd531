"""The factor on the weights of a step net from which it is right with sigmoid units, by interval arithmetic."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import inf, log

import numpy as np
from jaxtyping import Float, Int
from scipy.special import expit

from kuzushi.perceptrons.nets import Weights
from kuzushi.perceptrons.results import SigmoidScale
from kuzushi.proofs.intervals import UNIT, Affine, enclosing, loosened, scaled, sigmoid

WIDTH = 1e-10
"""Intervals are split down to this width, relative to the factor if that is above 1."""
LARGEST = 100.0
"""The search ends at this factor if the margins prove none."""
SMALLEST = 1e-12
"""A margin below this fraction of the largest input counts as 0: a point on a line, but for rounding."""
CELLS = 2**20
"""Limit of intervals times points times hidden units; a search that needs more is given up."""
FIRST, LAST, FACTORS = 0.1, 20.0, 200
"""Factors of the curves: the first, the last (more if the margins require it), and their number."""


@dataclass(frozen=True)
class Margins:
    """The margins of a step net that is right on every point."""

    hidden: Fraction
    """Smallest |input| of a hidden unit."""
    output: Fraction
    """Smallest |input| of the output unit."""
    reach: Fraction
    """Sum of the |weights| to the output."""

    @property
    def certified(self) -> float:
        """Factor, rounded up, above which the net is right with sigmoid units too.

        A sigmoid differs from its step by at most 1 / (1 + exp(s |a|)), where a is the unit's input and s the factor.
        So the input of the output unit keeps its sign if reach / (1 + exp(s hidden)) < output.

        Example: margins 1/2 and 1/2, reach 4 -> 2 ln 7 = 3.8918...
        """
        ratio = self.reach / self.output - 1
        if ratio <= 1:
            return 0.0
        logarithm = log(ratio)
        return (logarithm + 8 * UNIT * (1 + logarithm)) / float(self.hidden)


def margins(
    weights: Weights, points: Float[np.ndarray, "points inputs"], targets: Int[np.ndarray, " points"]
) -> Margins | None:
    """Return the exact margins of the net with step units; None if it is wrong on a point, or a margin is 0."""
    hidden = _hidden_inputs(weights, points)
    output_weight = [Fraction(weight) for weight in weights.output_weight[0]]
    output_bias = Fraction(weights.output_bias[0])
    sizes = [abs(a) for row in hidden for a in row]
    reach = sum(map(abs, output_weight), Fraction(0))
    agreement = min(
        (_dot(output_weight, [Fraction(a > 0) for a in row]) + output_bias) * (1 if target else -1)
        for row, target in zip(hidden, targets.tolist(), strict=True)
    )
    if min(sizes) <= SMALLEST * max(sizes) or agreement <= SMALLEST * reach:
        return None
    return Margins(min(sizes), agreement, reach)


def sigmoid_scale(
    weights: Weights, points: Float[np.ndarray, "points inputs"], targets: Int[np.ndarray, " points"]
) -> SigmoidScale:
    """Find the factor from which the net is right with sigmoid units, and its loss for a range of factors.

    A point is right if the output is above 0.5 for target 1, and below for target 0. All factors below `right_from` lie
    in intervals that are proved wrong, or in one undecided interval no wider than WIDTH. A search with too many
    undecided intervals is given up, and nothing is claimed.

    Example: sigmoid_scale(load_weights("report"), board.points, board.targets).right_from -> 1.980...
    """
    net = _SigmoidNet.of(weights, points, targets)
    exact = margins(weights, points, targets)
    certified = None if exact is None else exact.certified
    searched_to = LARGEST if certified is None else certified
    right, undecided_from = _right_intervals(net, searched_to)
    if certified is not None:
        right.append((certified, inf))
    found = bool(right) and right[0][0] <= undecided_from
    factors = np.geomspace(FIRST, max(LAST, 3 * (certified or 0)), FACTORS)
    agreement = factors[:, None] * net.agreement(factors)  # (factors, points)
    return SigmoidScale(
        right_from=right[0][0] if found else None,
        stays_right=found and right[-1][1] == inf and all(one[1] == next_[0] for one, next_ in pairwise(right)),
        certified=certified,
        searched_to=searched_to,
        factors=tuple(factors.tolist()),
        loss=tuple(np.logaddexp(0, -agreement).mean(1).tolist()),
        worst=tuple(expit(agreement.min(1)).tolist()),
    )


@dataclass(frozen=True)
class _SigmoidNet:
    hidden: Float[np.ndarray, "points hid"]
    """Inputs of the hidden units at factor 1, each the exact sum rounded once."""
    output_weight: Float[np.ndarray, " hid"]
    output_bias: float
    side: Float[np.ndarray, " points"]
    """1 for target 1, -1 for target 0."""

    @classmethod
    def of(
        cls, weights: Weights, points: Float[np.ndarray, "points inputs"], targets: Int[np.ndarray, " points"]
    ) -> "_SigmoidNet":
        hidden = np.array([[float(a) for a in row] for row in _hidden_inputs(weights, points)])
        return cls(
            hidden, np.array(weights.output_weight[0]), weights.output_bias[0], np.where(targets == 1, 1.0, -1.0)
        )

    def agreement(self, factors: Float[np.ndarray, " factors"]) -> Float[np.ndarray, "factors points"]:
        """Return the input of the (unscaled) output unit times the side: above 0 where the point is right."""
        terms = self.output_weight * expit(factors[:, None, None] * self.hidden)  # (factors, points, hid)
        agreement: Float[np.ndarray, "factors points"] = self.side * (terms.sum(-1) + self.output_bias)
        return agreement

    def bounds(
        self, low: Float[np.ndarray, " intervals"], high: Float[np.ndarray, " intervals"]
    ) -> tuple[Float[np.ndarray, "intervals points"], Float[np.ndarray, "intervals points"]]:
        """Return the bounds of the agreement over intervals of factors."""
        hidden = loosened(enclosing(self.hidden.T, self.hidden.T), UNIT)  # (2, hid, points)
        inputs = scaled(enclosing(low, high)[:, None, None], hidden[..., None])  # (2, hid, points, intervals)
        size = np.abs(self.output_weight).sum(keepdims=True) + abs(self.output_bias)
        output = Affine(self.output_weight[None], np.array([self.output_bias]), size=size, rounding=0.0)
        opposite, upper = output(sigmoid(loosened(inputs, UNIT)))[:, 0]  # of minus the output, and of the output
        right = self.side[:, None] > 0
        return -np.where(right, opposite, upper).T, np.where(right, upper, opposite).T


def _right_intervals(net: _SigmoidNet, end: float) -> tuple[list[tuple[float, float]], float]:
    """Return all intervals that are proved right, in order, and the start of the first that was given up."""
    low, high = (np.array([0.0]), np.array([end])) if end > 0 else (np.array([]), np.array([]))
    right: list[tuple[float, float]] = []
    while low.size:
        lower, upper = net.bounds(low, high)
        proved = (lower > 0).all(1)
        right += zip(low[proved].tolist(), high[proved].tolist(), strict=True)
        split = ~proved & ~(upper <= 0).any(1) & (high - low > WIDTH * np.maximum(1, high))
        low, high = low[split], high[split]
        if 2 * low.size * net.hidden.size > CELLS and low.size > 64:
            return sorted(right), float(low.min())
        middle = (low + high) / 2
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
    return sorted(right), inf


def _hidden_inputs(weights: Weights, points: Float[np.ndarray, "points inputs"]) -> list[list[Fraction]]:
    """Return the exact input of each hidden unit at each point."""
    units = [
        ([Fraction(value) for value in weight], Fraction(bias))
        for weight, bias in zip(weights.hidden_weight, weights.hidden_bias, strict=True)
    ]
    exact = [[Fraction(x) for x in point] for point in points.tolist()]
    return [[_dot(weight, point) + bias for weight, bias in units] for point in exact]


def _dot(left: list[Fraction], right: list[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(left, right, strict=True)), Fraction(0))
