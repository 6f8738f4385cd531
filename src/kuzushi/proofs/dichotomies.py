"""Dichotomies of points by step units, in exact arithmetic: what a unit does, how many there are, and a complete list.

The number of dichotomies is that of the regions of an arrangement of hyperplanes (Zaslavsky 1975, Facing up to
arrangements, Mem. Amer. Math. Soc. 154). A list of as many different ones, each with its weights, is complete.
"""

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import TypeAlias

from kuzushi.proofs.errors import ProofError
from kuzushi.proofs.minimality_format import MinimalityProof

Vector: TypeAlias = tuple[int, ...]
"""Whole numbers without a common divisor."""


def exact_points(proof: MinimalityProof) -> list[Vector]:
    """Return the points of a proof in homogeneous coordinates, each of length inputs + 1.

    Raises:
        ProofError: if there are no points, if they differ in dimension, or if a coordinate or a target is invalid.
    """
    points = [homogeneous([_fraction(coordinate) for coordinate in point]) for point in proof.points]
    if len({len(point) for point in points}) != 1 or len(points[0]) < 2:
        raise ProofError("the points differ in dimension or are none; expected points of as many coordinates each")
    if len(proof.targets) != len(points) or not set(proof.targets) <= {0, 1}:
        raise ProofError(f"the targets are {proof.targets}; expected 0 or 1 for each of the {len(points)} points")
    return points


def exact_planes(weight: Sequence[Sequence[float]], bias: Sequence[float], size: int) -> list[list[Fraction]]:
    """Return (weight, bias) of each of a layer's `size` units, as the decimal numbers that they print as.

    Raises:
        ProofError: if their number is another, or one is infinite or nan.
    """
    if (len(weight), len(bias)) != (size, size):
        raise ProofError(f"a layer has {len(weight)} rows of weights and {len(bias)} biases; expected {size} of each")
    return [[_fraction(str(number)) for number in (*row, b)] for row, b in zip(weight, bias, strict=True)]


def where_on(points: Sequence[Vector], plane: Sequence[int | Fraction], name: str) -> str:
    """Return one character per point: "1" where plane . point > 0, "0" where it is < 0.

    Example: where_on([(0, 1), (1, 1), (2, 1)], (2, -1), "unit 0") -> "011"

    Raises:
        ProofError: if it is 0 at a point.
    """
    if len(plane) != len(points[0]):
        raise ProofError(f"{name} has {len(plane) - 1} weights; expected {len(points[0]) - 1}")
    inputs = [sum(a * x for a, x in zip(plane, point, strict=True)) for point in points]
    if 0 in inputs:
        raise ProofError(f"{name} has input 0 at point {inputs.index(0)}; expected it above or below 0 at every point")
    return "".join("1" if value > 0 else "0" for value in inputs)


def complement(on: str) -> str:
    """Return the unit that is on where this one is off: complement("011") -> "100"."""
    return on.translate({ord("0"): "1", ord("1"): "0"})


def indices_of_units(proof: MinimalityProof) -> dict[str, int]:
    """Return the index in the proof's list of every dichotomy of the points, and of its complement.

    Raises:
        ProofError: if a unit's weights do not divide the points as it states, if one is listed twice, or if the list
            is not complete.
    """
    points = exact_points(proof)
    indices: dict[str, int] = {}
    for j, unit in enumerate(proof.units):
        on = where_on(points, (*unit.weight, unit.bias), f"unit {j}")
        if on != unit.on:
            raise ProofError(f"unit {j} is on at {on} by its weights; expected {unit.on}, as it states")
        if len(set(on)) < 2:
            raise ProofError(f"unit {j} has all points on one side; expected it to divide them")
        if on in indices:
            raise ProofError(f"unit {j} is unit {indices[on]} or its complement; expected each once")
        indices[on] = indices[complement(on)] = j
    expected = count_dichotomies(points) - 1  # all but that with every point on one side
    if len(proof.units) != expected:
        raise ProofError(f"the list has {len(proof.units)} units; expected all {expected} that divide the points")
    return indices


def homogeneous(coordinates: Sequence[Fraction]) -> Vector:
    """Return the smallest whole multiple of (coordinates, 1), on which (weight, bias) has the same sign.

    Example: homogeneous((Fraction(1, 2), Fraction(3))) -> (1, 6, 2)
    """
    denominator = lcm(*(coordinate.denominator for coordinate in coordinates))
    # There is no common divisor: one of the denominator and all numerators would make a smaller denominator do.
    return (*(int(coordinate * denominator) for coordinate in coordinates), denominator)


def count_dichotomies(points: Iterable[Vector]) -> int:
    """Count the ways in which a step unit can divide homogeneous points, each once with its complement.

    The way with all points on one side counts too. The units (weight, bias) of one sign pattern are a region of the
    arrangement with one hyperplane through 0 per distinct point; the complement is the opposite region.

    Example: count_dichotomies([(0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 1, 1)]) -> 7, all but the exclusive or of 8

    Raises:
        ProofError: if there are no points.
    """
    distinct = set(points)
    if not distinct:
        raise ProofError("there are no points; expected at least one")
    return count_regions(distinct) // 2


def count_regions(normals: Collection[Vector]) -> int:
    """Count the regions into which the hyperplanes normal . v = 0 cut space; no normal is 0, and no two are parallel.

    By deletion and restriction: a hyperplane adds to the others' regions as many as they cut it into
    (Stanley 2007, An introduction to hyperplane arrangements, Lemma 2.1).

    Example: count_regions([(1, 0), (0, 1), (1, 1)]) -> 6
    """
    ordered = list(normals)
    if ordered and len(ordered[0]) <= 2:
        return 2 * len(ordered)  # lines through 0 in the plane, or 0 on the line
    return 1 + sum(count_regions(_restricted(ordered[:i], normal)) for i, normal in enumerate(ordered))


def _restricted(normals: Iterable[Vector], to: Vector) -> set[Vector]:
    """Return the distinct hyperplanes within the hyperplane `to`, in all its coordinates but one."""
    pivot = next(i for i, entry in enumerate(to) if entry)
    within = set()
    for normal in normals:
        # Within `to`, adding multiples of it to a normal changes nothing: this one makes the pivot coordinate 0.
        combined = [to[pivot] * a - normal[pivot] * b for a, b in zip(normal, to, strict=True)]
        within.add(_primitive(combined[:pivot] + combined[pivot + 1 :]))
    return within


def _primitive(vector: Sequence[int]) -> Vector:
    """Return the multiple of a vector without a common divisor whose first nonzero entry is positive."""
    divisor = gcd(*vector)
    if next(entry for entry in vector if entry) < 0:
        divisor = -divisor
    return tuple(entry // divisor for entry in vector)


def _fraction(number: str) -> Fraction:
    try:
        return Fraction(number)
    except (ValueError, ZeroDivisionError) as error:
        raise ProofError(f"{number!r} is no decimal number; expected one such as -0.25") from error
