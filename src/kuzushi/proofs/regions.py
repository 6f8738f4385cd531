"""Counts the regions of central arrangements of hyperplanes, and so the dichotomies of points, in whole numbers."""

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm

from kuzushi.errors import ProofError

Vector = tuple[int, ...]
"""Whole numbers without a common divisor."""


def homogeneous(coordinates: Sequence[Fraction]) -> Vector:
    """The point as a positive multiple of (coordinates, 1): weight . point + bias has the sign of (weight, bias) . it.

    Example: homogeneous((Fraction(1, 2), Fraction(3))) -> (1, 6, 2)
    """
    denominator = lcm(*(coordinate.denominator for coordinate in coordinates))
    # Without a common divisor: one that divides the denominator and all numerators would make a smaller one do.
    return (*(int(coordinate * denominator) for coordinate in coordinates), denominator)  # (inputs + 1,)


def dichotomies(points: Iterable[Vector]) -> int:
    """How many ways a step unit can divide the points, a way and its complement counted once, all on one side included.

    A unit of given signs at the points is a region of the arrangement with one hyperplane through 0 per distinct
    point, in the space of (weight, bias); the complement is the opposite region.

    Example: dichotomies([(0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 1, 1)]) -> 7, all but the exclusive or of 8

    Args:
        points: homogeneous, at least one.

    Raises:
        ProofError: if there are no points.
    """
    distinct = set(points)
    if not distinct:
        raise ProofError("there are no points; expected at least one")
    return regions(distinct) // 2


def regions(normals: Collection[Vector]) -> int:
    """How many regions the hyperplanes normal . v = 0 leave of the space.

    By deletion and restriction: a hyperplane H adds to the others' regions as many as they have within H
    (Zaslavsky 1975, Mem. Amer. Math. Soc. 154; Stanley 2007, An introduction to hyperplane arrangements, Lemma 2.1).

    Example: regions([(1, 0), (0, 1), (1, 1)]) -> 6

    Args:
        normals: of one length, none of them 0 and no two parallel.
    """
    placed = list(normals)
    if placed and len(placed[0]) <= 2:
        return 2 * len(placed)  # lines through 0 in the plane, or 0 on the line
    return 1 + sum(regions(_restricted(placed[:i], normal)) for i, normal in enumerate(placed))


def _restricted(normals: Iterable[Vector], to: Vector) -> set[Vector]:
    """The hyperplanes within the hyperplane `to`, in all its coordinates but one; those that coincide there are one."""
    pivot = next(i for i, entry in enumerate(to) if entry)
    within = set()
    for normal in normals:
        # What `to` annihilates does not feel multiples of it: this one makes the coordinate left out unnecessary.
        combined = [to[pivot] * a - normal[pivot] * b for a, b in zip(normal, to, strict=True)]
        within.add(_primitive(combined[:pivot] + combined[pivot + 1 :]))
    return within


def _primitive(vector: Sequence[int]) -> Vector:
    """The one of the vector's multiples without a common divisor whose first entry that is not 0 is positive."""
    divisor = gcd(*vector)
    if next(entry for entry in vector if entry) < 0:
        divisor = -divisor
    return tuple(entry // divisor for entry in vector)
