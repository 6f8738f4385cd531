"""From which factor on the weights of a step net are right with sigmoid units: searched and proved by intervals."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import inf, log

import numpy as np
from jaxtyping import Float, Int
from scipy.special import expit

from kuzushi.models.perceptron import Weights
from kuzushi.results import SigmoidScale

ROUNDING = 2.0**-53
"""The largest relative error of one operation in float64."""
WIDTH = 1e-10
"""Intervals are split down to this width, or this part of the factor where that is above 1."""
LARGEST = 100.0
"""Without a certificate the search ends at this factor."""
SMALLEST = 1e-12
"""A margin below this part of the largest input counts as none: it is what rounding leaves of a point on a line."""
CELLS = 2**20
"""Intervals times points times hidden units at once: a search that would need more is given up."""
FIRST, LAST, FACTORS = 0.1, 20.0, 200
"""The curves: the first factor, the last one unless the certificate calls for more, and how many."""


@dataclass(frozen=True)
class Margins:
    """How far a step net that is right on every point is from being wrong on one."""

    hidden: Fraction
    """The smallest |input| of a hidden unit."""
    output: Fraction
    """The smallest |input| of the output unit."""
    reach: Fraction
    """The sum of the |weights| to the output."""

    @property
    def certified(self) -> float:
        """Above this factor the net is right with sigmoid units too, rounded up.

        A sigmoid differs from its step by 1 / (1 + exp(s |a|)) at most, where a is the unit's input and s the factor.
        So the output unit's input keeps its sign if reach / (1 + exp(s hidden)) < output.

        Example: margins 1/2 and 1/2, reach 4 -> 2 ln 7 = 3.8918...
        """
        most = self.reach / self.output - 1
        if most <= 1:
            return 0.0
        logarithm = log(most)
        return (logarithm + 8 * ROUNDING * (1 + logarithm)) / float(self.hidden)


def margins(
    weights: Weights, points: Float[np.ndarray, "points inputs"], targets: Int[np.ndarray, " points"]
) -> Margins | None:
    """The margins of the net with step units, exactly; None if it is wrong on a point, or a margin is 0."""
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
    """From which factor on the net is right with sigmoid units, and what the factor does to its loss.

    Right is an output above 0.5 for target 1, and below for 0. Found by interval arithmetic: all factors below
    `right_from` lie in intervals that are proved wrong, or in one no wider than WIDTH that stays open. A search that
    meets too many open intervals is given up, and nothing is claimed.

    Example: sigmoid_scale(load_weights("report"), board.points, board.targets).right_from -> 1.980...
    """
    net = _SigmoidNet.of(weights, points, targets)
    kept = margins(weights, points, targets)
    certified = None if kept is None else kept.certified
    searched_to = LARGEST if certified is None else certified
    right, given_up = _right_intervals(net, searched_to)
    if certified is not None:
        right.append((certified, inf))
    found = bool(right) and right[0][0] <= given_up
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
    """What comes into the hidden units at factor 1, each the exact sum rounded once."""
    output_weight: Float[np.ndarray, " hid"]
    output_bias: float
    side: Float[np.ndarray, " points"]
    """1 for target 1, and -1 for 0."""

    @classmethod
    def of(
        cls, weights: Weights, points: Float[np.ndarray, "points inputs"], targets: Int[np.ndarray, " points"]
    ) -> "_SigmoidNet":
        hidden = np.array([[float(a) for a in row] for row in _hidden_inputs(weights, points)])
        return cls(
            hidden, np.array(weights.output_weight[0]), weights.output_bias[0], np.where(targets == 1, 1.0, -1.0)
        )

    @property
    def error(self) -> float:
        """How far a computed sum can be from the exact one.

        In units of ROUNDING: a sigmoid's argument has 2 (the hidden input and the product), which move it by 1/2, since
        its slope times its argument is below 1/4; its own evaluation adds less than 8 (the tests measure less than 3),
        the product with the weight 1, and the sum of hid + 1 terms hid, each times |weights| + |bias| at most. The
        bound is that with room.
        """
        hid = len(self.output_weight)
        return (hid + 16) * ROUNDING * float(np.abs(self.output_weight).sum() + abs(self.output_bias))

    def agreement(self, factors: Float[np.ndarray, " factors"]) -> Float[np.ndarray, "factors points"]:
        """The output unit's input, without a factor of its own, times the side: above 0 where the point is right."""
        terms = self.output_weight * expit(factors[:, None, None] * self.hidden)  # (factors, points, hid)
        agreement: Float[np.ndarray, "factors points"] = self.side * (terms.sum(-1) + self.output_bias)
        return agreement

    def bounds(
        self, low: Float[np.ndarray, " intervals"], high: Float[np.ndarray, " intervals"]
    ) -> tuple[Float[np.ndarray, "intervals points"], Float[np.ndarray, "intervals points"]]:
        """The least and the most that the agreement is over intervals of factors.

        A sigmoid is monotone in the factor: over an interval, each term lies between its values at the two ends.
        """
        factors = np.stack([low, high])[..., None, None]  # (2, intervals, 1, 1)
        ends = self.side[:, None] * self.output_weight * expit(factors * self.hidden)  # (2, intervals, points, hid)
        bias = self.side * self.output_bias  # (points,)
        return ends.min(0).sum(-1) + bias - self.error, ends.max(0).sum(-1) + bias + self.error


def _right_intervals(net: _SigmoidNet, end: float) -> tuple[list[tuple[float, float]], float]:
    """All intervals proved right, in order, and where the first begins that was left open too wide."""
    low, high = (np.array([0.0]), np.array([end])) if end > 0 else (np.array([]), np.array([]))
    right: list[tuple[float, float]] = []
    while low.size:
        least, most = net.bounds(low, high)
        surely = (least > 0).all(1)
        right += zip(low[surely].tolist(), high[surely].tolist(), strict=True)
        split = ~surely & ~(most <= 0).any(1) & (high - low > WIDTH * np.maximum(1, high))
        low, high = low[split], high[split]
        if 2 * low.size * net.hidden.size > CELLS and low.size > 64:
            return sorted(right), float(low.min())
        middle = (low + high) / 2
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
    return sorted(right), inf


def _hidden_inputs(weights: Weights, points: Float[np.ndarray, "points inputs"]) -> list[list[Fraction]]:
    """What comes into each hidden unit at each point, exactly."""
    units = [
        ([Fraction(value) for value in weight], Fraction(bias))
        for weight, bias in zip(weights.hidden_weight, weights.hidden_bias, strict=True)
    ]
    exact = [[Fraction(x) for x in point] for point in points.tolist()]
    return [[_dot(weight, point) + bias for weight, bias in units] for point in exact]


def _dot(left: list[Fraction], right: list[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(left, right, strict=True)), Fraction(0))
