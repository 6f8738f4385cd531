"""The smallest integer weights of a step net with given dichotomies."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain
from math import lcm

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from kuzushi.perceptrons.minimal.dichotomies import Plane, Point
from kuzushi.perceptrons.nets import Weights

Exact = tuple[tuple[Fraction, ...], Fraction]
"""Weight and bias of an affine function."""
LARGEST, SECONDS = 100_000, 2.0
"""Limits of the integer programme, which is solved to 1e-6: coordinates in units of their last digit, and seconds."""
MANTISSA = 53
"""Bits of the integers that float64 represents exactly."""


def step_net(
    points: Sequence[Point], targets: NDArray[np.int64], on: NDArray[np.bool_], planes: Sequence[Plane]
) -> Weights:
    """Return the step net with these units, with integer weights of the least sum of sizes and output weights > 0.

    The bias lies halfway between the points on either side: an integer or an integer and a half if the coordinates are
    integers. For coordinates of many digits the least sum may not be found: weights can be larger, or not integers.
    In any case the dichotomies are verified in exact fractions.

    Example: for the units of the report's net on the board -> weights of 1 and -1, and 1, 1, 1, 1, -1.5 to the output

    Args:
        on: where each unit is on, of shape (points, units).
        planes: a plane for each unit with this dichotomy.

    Raises:
        ArithmeticError: if the units do not suffice for a right net, or points are too close together for float64.
    """
    output, bias = _separating([tuple(Fraction(int(v)) for v in row) for row in on], targets == 1, known=None)
    hidden = [_separating(points, on[:, j], known=planes[j]) for j in range(on.shape[1])]
    for j, weight in enumerate(output):
        if weight < 0:  # its complement, with the opposite weight: as w h = w - w (1 - h)
            hidden[j] = (tuple(-w for w in hidden[j][0]), -hidden[j][1])
            bias += weight
    return Weights(
        hidden_weight=tuple(tuple(map(float, weight)) for weight, _ in hidden),
        hidden_bias=tuple(float(b) for _, b in hidden),
        output_weight=(tuple(float(abs(weight)) for weight in output),),
        output_bias=(float(bias),),
        act="step",
    )


def _separating(points: Sequence[Point], above: NDArray[np.bool_], *, known: Plane | None) -> Exact:
    """Return the affine function with the smallest integer weights that is > 0 at the points `above`, < 0 elsewhere.

    If the integer programme does not find it in time, or the coordinates have too many digits, weights are larger, or
    not integers.

    Raises:
        ArithmeticError: if no float64 weights were found that divide the points like this.
    """
    scale = lcm(*(x.denominator for point in points for x in point))
    lowest = [min(axis) for axis in zip(*points, strict=True)]
    integers = [[int((x - low) * scale) for x, low in zip(point, lowest, strict=True)] for point in points]
    largest = max(max(point) for point in integers)
    attempts = chain(
        _smallest(np.array(integers, dtype=float), above) if largest <= LARGEST else (),
        _rounded(np.array([[x / max(largest, 1) for x in point] for point in integers]), above),
        () if known is None else (_at_most_one(known[0]),),
    )
    for weight in attempts:
        if (found := _halfway(weight, points, above)) is not None:
            return found
    raise ArithmeticError("no plane was found with this dichotomy")


def _smallest(points: NDArray[np.float64], above: NDArray[np.bool_]) -> Iterator[tuple[int, ...]]:
    """Yield the integer weights of the least sum of sizes for points of integer coordinates, if found in time."""
    inputs = points.shape[1]
    # weight = more - less; weight . x - threshold is at least 1 above, and at most 0 elsewhere: all are integers.
    table = np.where(above, 1.0, -1.0)[:, None] * np.column_stack([points, -points, -np.ones(len(points))])
    solved = milp(
        np.append(np.ones(2 * inputs), 0),
        constraints=LinearConstraint(table, lb=np.where(above, 1.0, 0.0)),
        integrality=np.ones(2 * inputs + 1),
        bounds=Bounds(np.append(np.zeros(2 * inputs), -np.inf), np.inf),
        options={"time_limit": SECONDS},
    )
    if solved.x is not None:
        yield tuple(int(v) for v in np.round(solved.x[:inputs] - solved.x[inputs:-1]))


def _rounded(points: NDArray[np.float64], above: NDArray[np.bool_]) -> Iterator[tuple[int, ...]]:
    """Yield integer weights that approach those of the widest margin, for points between 0 and 1."""
    inputs = points.shape[1]
    signs = np.where(above, 1.0, -1.0)[:, None]
    # signs (weight . x + bias) is at least the margin, with weights between -1 and 1.
    solved = linprog(
        np.append(np.zeros(inputs + 1), -1.0),
        A_ub=-np.column_stack([signs * points, signs, -np.ones(len(points))]),
        b_ub=np.zeros(len(points)),
        bounds=[*[(-1, 1)] * inputs, (None, None), (0, None)],
    )
    if solved.x is not None:
        for factor in np.sqrt(2) ** np.arange(2 * MANTISSA):
            yield tuple(int(v) for v in np.round(factor * solved.x[:inputs]))


def _at_most_one(weight: Sequence[int]) -> tuple[float, ...]:
    """Return the weights divided by the largest of them."""
    largest = max(map(abs, weight))
    return tuple(float(Fraction(w, largest)) for w in weight)


def _halfway(
    weight: Sequence[int] | Sequence[float], points: Sequence[Point], above: NDArray[np.bool_]
) -> Exact | None:
    """Return the weights with the bias halfway between the points on either side, as the decimals they print as.

    Return None if they do not have this dichotomy: the weights cannot, or float64 has no such bias.
    """
    exact = tuple(Fraction(repr(float(w))) for w in weight)
    heights = [sum((w * x for w, x in zip(exact, point, strict=True)), Fraction(0)) for point in points]
    low = max(height for height, over in zip(heights, above, strict=True) if not over)
    high = min(height for height, over in zip(heights, above, strict=True) if over)
    bias = Fraction(repr(float(-(low + high) / 2)))
    return (exact, bias) if low + bias < 0 < high + bias else None
