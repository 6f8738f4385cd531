"""Upper bounds on the number of units: sets that suffice for a right net, found quickly."""

import time
from collections.abc import Sequence
from fractions import Fraction
from itertools import islice, pairwise, product
from math import inf

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from kuzushi.perceptrons.minimal.dichotomies import Dichotomies, Point
from kuzushi.perceptrons.minimal.farkas import find_certificate

COORDINATES, DIRECTIONS = (1, 0, -1, 2, -2), 4_000
"""Coordinates of directions, and how many directions are tried: all for up to five inputs."""
ROUNDS, STARTS = 8, 4
"""Linear programmes per start, and starts."""


def parallel(points: Sequence[Point], targets: NDArray[np.int64], units: Dichotomies) -> tuple[int, ...] | None:
    """Return the fewest parallel planes found that separate the targets, one at each change along a direction.

    They are indices of dichotomies. Return None if, along every direction tried, points of both targets coincide.

    Example: four for the 3x3 board, along its diagonal; n for the parity of n inputs
    """
    best: tuple[int, ...] | None = None
    for direction in islice(product(COORDINATES, repeat=len(points[0])), DIRECTIONS):
        heights = [sum((w * x for w, x in zip(direction, point, strict=True)), Fraction(0)) for point in points]
        layers: dict[Fraction | int, set[int]] = {}
        for height, target in zip(heights, targets.tolist(), strict=True):
            layers.setdefault(height, set()).add(target)
        if any(len(layer) > 1 for layer in layers.values()):
            continue
        rising = sorted(layers)
        changes = [low for low, high in pairwise(rising) if layers[low] != layers[high]]
        if best is None or len(changes) < len(best):
            on = np.array([[height > change for change in changes] for height in heights]).reshape(len(points), -1)
            best = tuple(sorted(units.indices(on)))
    return best


def sparse(
    on: NDArray[np.bool_], targets: NDArray[np.int64], *, generator: np.random.Generator, deadline: float = inf
) -> tuple[int, ...] | None:
    """Return few units with output weights that are right on every point; None if all units are not enough.

    Reweighted l1 minimisation of the output weights (Candes, Wakin and Boyd 2008, "Enhancing sparsity by reweighted l1
    minimization"). It stops early when time.monotonic() passes the deadline.

    Args:
        on: where each unit is on, of shape (points, units).
    """
    units = on.shape[1]
    signs = 2.0 * targets - 1
    columns = np.column_stack([on, ~on, np.ones(len(targets)), -np.ones(len(targets))]) * signs[:, None]
    best: tuple[int, ...] | None = None
    for _ in range(STARTS):
        prices = 1 + 0.1 * generator.random(units)
        for _ in range(ROUNDS):
            costs = np.concatenate([prices, prices, [0.0, 0.0]])
            # A unit's complement is a unit, so output weights can be >= 0.
            solved = linprog(costs, A_ub=-columns, b_ub=-np.ones(len(targets)), bounds=(0, None), method="highs")
            if solved.status != 0:
                return best
            sizes = solved.x[:units] + solved.x[units:-2]
            used = np.flatnonzero(sizes > 1e-7)
            if (best is None or len(used) < len(best)) and _suffice(on[:, used], targets):
                best = tuple(used.tolist())
            if time.monotonic() > deadline:
                return best
            prices = 1 / (sizes + 0.1) + 0.05 * generator.random(units)
    return best


def _suffice(on: NDArray[np.bool_], targets: NDArray[np.int64]) -> bool:
    """Return whether units suffice, exactly: small weights were dropped."""
    try:
        return find_certificate(on, targets) is None
    except ArithmeticError:
        return False
