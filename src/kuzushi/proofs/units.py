"""Step units on points, exactly: where a unit is on, and whether a list of units is complete."""

import dataclasses
from collections.abc import Iterator, Sequence
from fractions import Fraction

from kuzushi.errors import ProofError
from kuzushi.proofs.regions import Vector, dichotomies, homogeneous
from kuzushi.results import Matrix, MinimalityProof, Weighing


def check_exact(checked: MinimalityProof | Weighing) -> None:
    """Refuse floats and numpy's integers, which would round or overflow in silence.

    Raises:
        ProofError: naming the first number that is neither a Python int nor part of a text.
    """
    for leaf in _leaves(dataclasses.astuple(checked)):
        if type(leaf) not in (int, str, bool, type(None)):
            raise ProofError(f"{leaf!r} in the proof is of {type(leaf)}; expected whole numbers of Python, and text")


def exact_points(proof: MinimalityProof) -> list[Vector]:
    """The points of a proof, homogeneous, once they and their targets are found to be in form.

    Raises:
        ProofError: if there are none, if they differ in dimension, or if a coordinate or a target is none.
    """
    points = [homogeneous([_fraction(coordinate) for coordinate in point]) for point in proof.points]
    if len({len(point) for point in points}) != 1 or len(points[0]) < 2:
        raise ProofError("the points differ in dimension or are none; expected points of as many coordinates each")
    if len(proof.targets) != len(points) or not set(proof.targets) <= {0, 1}:
        raise ProofError(f"the targets are {proof.targets}; expected 0 or 1 for each of the {len(points)} points")
    return points  # (points, inputs + 1)


def exact_planes(weight: Matrix, bias: Sequence[float], size: int) -> list[list[Fraction]]:
    """The (weight, bias) of each of a layer's `size` units, as the decimal numbers that they print as.

    Raises:
        ProofError: if they are not so many, or one is infinite or no number.
    """
    if (len(weight), len(bias)) != (size, size):
        raise ProofError(f"a layer has {len(weight)} rows of weights and {len(bias)} biases; expected {size} of each")
    return [[_fraction(str(number)) for number in (*row, b)] for row, b in zip(weight, bias, strict=True)]


def where_on(points: Sequence[Vector], plane: Sequence[int | Fraction], name: str) -> str:
    """Where plane . point > 0, a character per point: "1", or "0" where it is < 0.

    Example: where_on([(0, 1), (1, 1), (2, 1)], (2, -1), "unit 0") -> "011"

    Raises:
        ProofError: if it is 0 somewhere.
    """
    if len(plane) != len(points[0]):
        raise ProofError(f"{name} has {len(plane) - 1} weights; expected {len(points[0]) - 1}")
    inputs = [sum(a * x for a, x in zip(plane, point, strict=True)) for point in points]  # (points,)
    if 0 in inputs:
        raise ProofError(f"{name} has input 0 at point {inputs.index(0)}; expected it above or below 0 at every point")
    return "".join("1" if value > 0 else "0" for value in inputs)


def complement(on: str) -> str:
    """The unit that is on where this one is off: complement("011") -> "100"."""
    return on.translate({ord("0"): "1", ord("1"): "0"})


def places_of_units(proof: MinimalityProof) -> dict[str, int]:
    """The place in the proof's list of every dichotomy of the points, once the list is found to be complete.

    Units that differ, each with its own plane, are all there are if they are as many as the points' dichotomies.

    Raises:
        ProofError: naming the unit that is not what it says or comes twice, or how many the list lacks.
    """
    points = exact_points(proof)
    places: dict[str, int] = {}
    for j, unit in enumerate(proof.units):
        on = where_on(points, (*unit.weight, unit.bias), f"unit {j}")
        if on != unit.on:
            raise ProofError(f"unit {j} is on at {on} by its weights; expected {unit.on}, as it says")
        if len(set(on)) < 2:
            raise ProofError(f"unit {j} has all points on one side; expected it to divide them")
        if on in places:
            raise ProofError(f"unit {j} is unit {places[on]} or its complement; expected each once")
        places[on] = places[complement(on)] = j
    expected = dichotomies(points) - 1  # all but that with every point on one side
    if len(proof.units) != expected:
        raise ProofError(f"the list has {len(proof.units)} units; expected all {expected} that divide the points")
    return places


def _fraction(number: str) -> Fraction:
    try:
        return Fraction(number)
    except (ValueError, ZeroDivisionError) as error:
        raise ProofError(f"{number!r} is no decimal number; expected one such as -0.25") from error


def _leaves(values: Sequence[object]) -> Iterator[object]:
    for value in values:
        if isinstance(value, tuple | list):
            yield from _leaves(value)
        else:
            yield value
