"""Every way in which a step unit can divide finitely many points, found exactly, in any dimension."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import gcd, inf, lcm

import numpy as np
from numpy.typing import NDArray

Point = tuple[Fraction, ...]
Whole = tuple[int, ...]
"""A point with whole coordinates."""
Plane = tuple[tuple[int, ...], int]
"""Whole numbers weight and bias of an affine function weight . x + bias."""


@dataclass(frozen=True)
class Dichotomies:
    """The divisions of some points by a hyperplane with points on both sides and none on it.

    Of a division and its complement only the one is kept that is off at the first point.

    on is bool of shape (points, dichotomies); planes holds for each dichotomy the whole numbers (weight, bias) of a
    function that is above 0 where it is on, and below 0 elsewhere.
    """

    on: NDArray[np.bool_]
    planes: tuple[Plane, ...]

    def __len__(self) -> int:
        return len(self.planes)

    def places(self, on: NDArray[np.bool_]) -> list[int]:
        """The places of divisions of the same points, or of their complements, given by where they are on.

        Example: dichotomies(points).places(dichotomies(points).on) -> [0, 1, 2, ...]

        Args:
            on: of shape (points, divisions).

        Raises:
            KeyError: if no plane divides the points so.
        """
        return [self._place[column.tobytes()] for column in np.ascontiguousarray((on ^ on[0]).T)]

    @cached_property
    def _place(self) -> dict[bytes, int]:
        return {column.tobytes(): place for place, column in enumerate(np.ascontiguousarray(self.on.T))}


def exact(points: NDArray[np.float64]) -> list[Point]:
    """Coordinates as the decimal numbers they print as: 0.1 is one tenth, so that 0.1, 0.2, 0.3 lie evenly."""
    return [tuple(Fraction(repr(x)) for x in point) for point in points.tolist()]


def dichotomies(points: Sequence[Point], *, deadline: float = inf) -> Dichotomies:
    """All dichotomies of the points, in the order of their bits.

    A plane that divides the points can be moved until it goes through as many of them as it can without passing any:
    it is then one of the planes through affinely independent points, and what it did to the points on it is a
    dichotomy of these, in a dimension less.

    Example: len(dichotomies([(0, 0), (0, 1), (1, 0), (1, 1)])) -> 6, the four corners alone and two halves

    Raises:
        TimeoutError: if time.monotonic() passes the deadline before all are found.
    """
    scale = lcm(*(x.denominator for point in points for x in point))
    whole = [tuple(int(x * scale) for x in point) for point in points]
    found = _divisions(tuple(range(len(points))), whole, {}, deadline)
    everywhere = (1 << len(points)) - 1
    kept = sorted(on for on in found if not on & 1 and on not in (0, everywhere))
    bits = [[on >> place & 1 for on in kept] for place in range(len(points))]
    return Dichotomies(
        np.array(bits, dtype=bool).reshape(len(points), len(kept)),
        tuple(_primitive(tuple(scale * w for w in found[on][0]), found[on][1]) for on in kept),
    )


def _divisions(
    places: tuple[int, ...],
    points: Sequence[Whole],
    known: dict[tuple[int, ...], dict[int, Plane]],
    deadline: float,
) -> dict[int, Plane]:
    """Each set of the points at these places (bit i for point i) that an affine function cuts off, with one that does.

    known remembers the answers for faces that several planes share.
    """
    if places in known:
        return known[places]
    nowhere = (0,) * len(points[0])
    found: dict[int, Plane] = {0: (nowhere, -1), sum(1 << place for place in places): (nowhere, 1)}
    axes = _pivots([_difference(points[place], points[places[0]]) for place in places])
    seen: set[Plane] = set()
    for chosen in combinations(places, len(axes)):
        if time.monotonic() > deadline:
            raise TimeoutError
        plane = _through([points[place] for place in chosen], axes)
        if plane is None or plane in seen:
            continue
        seen.add(plane)
        heights = {place: _at(plane, points[place]) for place in places}
        on_it = tuple(place for place in places if heights[place] == 0)
        above = sum(1 << place for place in places if heights[place] > 0)
        below = sum(1 << place for place in places if heights[place] < 0)
        for part, tilt in _divisions(on_it, points, known, deadline).items():
            for side, cut in ((1, part | above), (-1, part | below)):
                if cut not in found:
                    found[cut] = _tilted(plane, side, tilt, points, heights)
    known[places] = found
    return found


def _tilted(plane: Plane, side: int, tilt: Plane, points: Sequence[Whole], heights: Mapping[int, int]) -> Plane:
    """The plane or its other side, so much of it that the tilt decides only about the points on it."""
    much = side * (1 + max((abs(_at(tilt, points[place]) // h) for place, h in heights.items() if h), default=0) + 1)
    weight = tuple(much * w + t for w, t in zip(plane[0], tilt[0], strict=True))
    return _primitive(weight, much * plane[1] + tilt[1])


def _through(points: Sequence[Whole], axes: Sequence[int]) -> Plane | None:
    """The plane through affinely independent points, in the coordinates `axes`; None if they are dependent."""
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


def _pivots(rows: Sequence[Whole]) -> list[int]:
    """Coordinates that tell apart all that the rows span."""
    return reduced([[Fraction(x) for x in row] for row in rows])[1]


def reduced(rows: Sequence[Sequence[Fraction]]) -> tuple[list[list[Fraction]], list[int]]:
    """The rows in reduced echelon form, and the columns of their pivots (Gauss and Jordan)."""
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
    """The same function in the smallest whole numbers."""
    divisor = gcd(*weight, bias)
    return tuple(w // divisor for w in weight), bias // divisor


def _difference(point: Whole, origin: Whole) -> Whole:
    return tuple(x - o for x, o in zip(point, origin, strict=True))


def _at(plane: Plane, point: Whole) -> int:
    return sum(w * x for w, x in zip(plane[0], point, strict=True)) + plane[1]
