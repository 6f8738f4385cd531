"""All dichotomies of finitely many points by a step unit, exactly, in any dimension."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import gcd, inf, lcm

import numpy as np
from numpy.typing import NDArray

Point = tuple[Fraction | int, ...]
"""A point with exact coordinates."""
IntegerPoint = tuple[int, ...]
Plane = tuple[tuple[int, ...], int]
"""Integer weight and bias of an affine function weight . x + bias."""


@dataclass(frozen=True)
class Dichotomies:
    """The dichotomies of points: divisions by a hyperplane with points on both sides and none on it.

    A dichotomy and its complement count as one, written as the one that is off at the first point.

    on is bool of shape (points, dichotomies); planes holds for each dichotomy the integers (weight, bias) of a function
    that is above 0 where it is on, and below 0 elsewhere.
    """

    on: NDArray[np.bool_]
    planes: tuple[Plane, ...]

    def __len__(self) -> int:
        return len(self.planes)

    def indices(self, on: NDArray[np.bool_]) -> list[int]:
        """Return the indices of dichotomies or their complements, given by where they are on.

        Example: dichotomies(points).indices(dichotomies(points).on) -> [0, 1, 2, ...]

        Args:
            on: of shape (points, dichotomies).

        Raises:
            KeyError: if no plane divides the points like this.
        """
        return [self._index[column.tobytes()] for column in np.ascontiguousarray((on ^ on[0]).T)]

    @cached_property
    def _index(self) -> dict[bytes, int]:
        return {column.tobytes(): index for index, column in enumerate(np.ascontiguousarray(self.on.T))}


def exact(points: NDArray[np.float64]) -> list[Point]:
    """Return the coordinates as the decimals they print as: 0.1 is one tenth, so 0.1, 0.2, 0.3 are evenly spaced."""
    return [tuple(Fraction(repr(x)) for x in point) for point in points.tolist()]


def dichotomies(points: Sequence[Point], *, deadline: float = inf) -> Dichotomies:
    """Return all dichotomies of the points, ordered by their bits.

    Any plane that divides the points can be moved, without passing a point, until it goes through as many points as
    possible. It is then a plane through affinely independent points, and it divided the points that now lie on it by
    one of their dichotomies, in one dimension less.

    Example: len(dichotomies([(0, 0), (0, 1), (1, 0), (1, 1)])) -> 6, each corner alone and two halves

    Raises:
        TimeoutError: if time.monotonic() passes the deadline before all are found.
    """
    scale = lcm(*(x.denominator for point in points for x in point))
    integers = [tuple(int(x * scale) for x in point) for point in points]
    found = _divisions(tuple(range(len(points))), integers, {}, deadline)
    everywhere = (1 << len(points)) - 1
    proper = sorted(on for on in found if not on & 1 and on not in (0, everywhere))
    bits = [[on >> i & 1 for on in proper] for i in range(len(points))]
    return Dichotomies(
        np.array(bits, dtype=bool).reshape(len(points), len(proper)),
        tuple(_primitive(tuple(scale * w for w in found[on][0]), found[on][1]) for on in proper),
    )


def _divisions(
    subset: tuple[int, ...],
    points: Sequence[IntegerPoint],
    known: dict[tuple[int, ...], dict[int, Plane]],
    deadline: float,
) -> dict[int, Plane]:
    """Return each part of a subset of the points (bit i for point i) that a plane cuts off, with such a plane.

    known caches the results for subsets that lie on several planes.
    """
    if subset in known:
        return known[subset]
    zero = (0,) * len(points[0])
    found: dict[int, Plane] = {0: (zero, -1), sum(1 << i for i in subset): (zero, 1)}
    axes = _pivots([_difference(points[i], points[subset[0]]) for i in subset])
    seen: set[Plane] = set()
    for chosen in combinations(subset, len(axes)):
        if time.monotonic() > deadline:
            raise TimeoutError
        plane = _through([points[i] for i in chosen], axes)
        if plane is None or plane in seen:
            continue
        seen.add(plane)
        heights = {i: _at(plane, points[i]) for i in subset}
        on_it = tuple(i for i in subset if heights[i] == 0)
        above = sum(1 << i for i in subset if heights[i] > 0)
        below = sum(1 << i for i in subset if heights[i] < 0)
        for part, tilt in _divisions(on_it, points, known, deadline).items():
            for side, cut in ((1, part | above), (-1, part | below)):
                if cut not in found:
                    found[cut] = _tilted(plane, side, tilt, points, heights)
    known[subset] = found
    return found


def _tilted(plane: Plane, side: int, tilt: Plane, points: Sequence[IntegerPoint], heights: Mapping[int, int]) -> Plane:
    """Return a large multiple of the plane or its opposite plus the tilt, which then only decides on the plane."""
    factor = side * (1 + max((abs(_at(tilt, points[i]) // h) for i, h in heights.items() if h), default=0) + 1)
    weight = tuple(factor * w + t for w, t in zip(plane[0], tilt[0], strict=True))
    return _primitive(weight, factor * plane[1] + tilt[1])


def _through(points: Sequence[IntegerPoint], axes: Sequence[int]) -> Plane | None:
    """Return the plane through affinely independent points, in the coordinates `axes`; None if they are dependent."""
    if not axes:
        return None
    rows, pivots = reduced([[Fraction(p[a] - points[0][a]) for a in axes] for p in points[1:]])
    if len(pivots) < len(axes) - 1:
        return None
    free = next(column for column in range(len(axes)) if column not in pivots)
    normal = [Fraction(0)] * len(points[0])
    normal[axes[free]] = Fraction(1)
    for row, column in zip(rows, pivots, strict=False):
        normal[axes[column]] = -row[free]
    scale = lcm(*(n.denominator for n in normal))
    weight = tuple(int(n * scale) for n in normal)
    return _primitive(weight, -sum(w * x for w, x in zip(weight, points[0], strict=True)))


def _pivots(rows: Sequence[IntegerPoint]) -> list[int]:
    """Return the coordinates that are enough to distinguish all vectors in the span of the rows."""
    return reduced([[Fraction(x) for x in row] for row in rows])[1]


def reduced(rows: Sequence[Sequence[Fraction]]) -> tuple[list[list[Fraction]], list[int]]:
    """Return the rows in reduced echelon form and the columns of their pivots (Gauss-Jordan elimination)."""
    table = [list(row) for row in rows]
    pivots: list[int] = []
    for column in range(len(table[0]) if table else 0):
        top = len(pivots)
        pivot = next((i for i in range(top, len(table)) if table[i][column]), None)
        if pivot is None:
            continue
        table[top], table[pivot] = table[pivot], table[top]
        table[top] = [value / table[top][column] for value in table[top]]
        for i, row in enumerate(table):
            if i != top and row[column]:
                table[i] = [value - row[column] * above for value, above in zip(row, table[top], strict=True)]
        pivots.append(column)
    return table, pivots


def _primitive(weight: tuple[int, ...], bias: int) -> Plane:
    """Return the same function in the smallest integers."""
    divisor = gcd(*weight, bias)
    return tuple(w // divisor for w in weight), bias // divisor


def _difference(point: IntegerPoint, origin: IntegerPoint) -> IntegerPoint:
    return tuple(x - o for x, o in zip(point, origin, strict=True))


def _at(plane: Plane, point: IntegerPoint) -> int:
    return sum(w * x for w, x in zip(plane[0], point, strict=True)) + plane[1]
