"""Sets of points by name: the 3x3 checkerboard, other boards, and parity."""

import re
from collections.abc import Callable
from fractions import Fraction
from itertools import product

import numpy as np

from kuzushi.core.errors import DataError
from kuzushi.core.published import PUBLISHED
from kuzushi.perceptrons.points import Points, read_csv

LARGEST = {"grid": 12, "cells": 5, "parity": 5}
"""Largest size of each family."""
WIDEST = 1000
"""Widest gap between cells of side 1."""
FORMS = "board, xor, grid:N, cells:N,gap=G, parity:N, or a CSV file with columns x1, x2, ..., target"


def load(name: str) -> Points:
    """Return the points of a name or of a CSV file.

    board        the nine points of the report
    xor          the four points of {0, 1} x {0, 1}, target 1 where the coordinates differ
    grid:N       N x N points, targets as on a checkerboard; grid:3 is the board
    cells:N,gap=G   the corners of N x N cells of side 1 with gaps of width G, targets as on a checkerboard
    parity:N     the 2^N points of {0, 1}^N, target 1 where the number of ones is odd

    Example: load("board").points[1] -> [0, 1], with target 1

    Raises:
        DataError: if the name is unknown, or the file is missing or is not such a table.
    """
    if name == "board":
        board = PUBLISHED.checkerboard
        return Points(name, np.array(board.points, dtype=np.float64), np.array(board.targets, dtype=np.int64))
    if name == "xor":
        return _parity(name, 2)
    family = name.partition(":")[0]
    if family in FAMILIES and ":" in name:
        return FAMILIES[family](name)
    return read_csv(name)


def data_sha256(name: str) -> str | None:
    """Return the fingerprint of the points of a name or of a CSV file; None where they cannot be read."""
    try:
        return load(name).sha256
    except DataError:
        return None


def grid(name: str) -> Points:
    """Return N x N points with integer coordinates from 0, such as "grid:4"."""
    (size,) = _numbers(name, r"grid:(\d+)")
    points = list(product(range(int(size)), repeat=2))
    return _points(name, points, [(i + j) % 2 for i, j in points])


def cells(name: str) -> Points:
    """Return the corners of N x N cells of side 1, such as "cells:3,gap=0.5"; with gap 0 some coincide."""
    size, gap = _numbers(name, r"cells:(\d+),gap=(\d+(?:\.\d+)?)")
    corners = [(i, j, a, b) for i, j in product(range(int(size)), repeat=2) for a, b in product((0, 1), repeat=2)]
    points = [(i * (1 + gap) + a, j * (1 + gap) + b) for i, j, a, b in corners]
    return _points(name, points, [(i + j) % 2 for i, j, *_ in corners])


def parity(name: str) -> Points:
    """Return the corners of the unit cube in N dimensions, such as "parity:3"."""
    (inputs,) = _numbers(name, r"parity:(\d+)")
    return _parity(name, int(inputs))


FAMILIES: dict[str, Callable[[str], Points]] = {"grid": grid, "cells": cells, "parity": parity}


def _parity(name: str, inputs: int) -> Points:
    points = list(product((0, 1), repeat=inputs))
    return _points(name, points, [sum(point) % 2 for point in points])


def _points(name: str, points: list[tuple[int, ...]] | list[tuple[Fraction, Fraction]], targets: list[int]) -> Points:
    return Points(name, np.array(points, dtype=np.float64), np.array(targets, dtype=np.int64))


def _numbers(name: str, form: str) -> list[Fraction]:
    """Return the numbers in a name; the first is the size."""
    family = name.partition(":")[0]
    match = re.fullmatch(form, name)
    if match is None:
        raise DataError(f"{name}: is not the name of a set of points; give {FORMS}")
    numbers = [Fraction(number) for number in match.groups()]
    if not 2 <= numbers[0] <= LARGEST[family]:
        raise DataError(f"{name}: expected {family} of 2 to {LARGEST[family]}")
    if any(gap > WIDEST for gap in numbers[1:]):
        raise DataError(f"{name}: expected a gap of at most {WIDEST}")
    return numbers
