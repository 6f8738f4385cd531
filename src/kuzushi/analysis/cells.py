"""Cuts the states of a recurrent net into cells, and finds the cells that boxes of states meet."""

from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Cell = tuple[int, ...]
"""In each coordinate, the place of the edge that it begins at."""

LEAST_SPREAD = 1e-3
"""States after strings of the same n are taken to differ by so much at least."""
MOST_EDGES, MOST_CELLS = 4096, 20_000
"""Grids of more edges along a coordinate are made coarser; attempts that come to more cells are given up."""


@dataclass(frozen=True)
class Spread:
    """Where states were found after the strings of each n, in streams of up to ROUNDS strings."""

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    """(n, width)"""


def cut(spread: Spread, size: float, room: float, *, hid: int) -> tuple[Reals, ...]:
    """Where to cut each coordinate: between states that are apart, and then into pieces of a size."""
    sides = []
    for j, unit in enumerate((spread.upper - spread.lower).max(0) + LEAST_SPREAD):
        lower, upper = spread.lower[:, j] - room * unit, spread.upper[:, j] + room * unit
        order = np.argsort(lower)
        lower, upper = lower[order], np.maximum.accumulate(upper[order])
        apart = lower[1:] > upper[:-1]
        ends = np.sort(np.concatenate([lower[:1], upper[:-1][apart], lower[1:][apart], upper[-1:]]))
        reach = ends[-1] - ends[0]
        ends = np.concatenate([ends[:1] - reach, ends, ends[-1:] + reach])
        if j < hid:
            ends = np.unique(np.clip(ends, -1.001, 1.001))
        piece = max(size * unit, (ends[-1] - ends[0]) / MOST_EDGES)
        pieces = np.ceil(np.diff(ends) / piece).clip(1).astype(int)
        cut = [np.linspace(a, b, n, endpoint=False) for a, b, n in zip(ends[:-1], ends[1:], pieces, strict=True)]
        sides.append(np.unique(np.concatenate([*cut, ends[-1:]])))
    return tuple(sides)


def reached(edges: tuple[Reals, ...], lower: Reals, upper: Reals) -> set[Cell] | None:
    """All cells that boxes (boxes, width) meet; None where one leaves the edges, or they are too many."""
    first = np.stack([np.searchsorted(edge, x, side="right") - 1 for edge, x in zip(edges, lower.T, strict=True)], 1)
    last = np.stack([np.searchsorted(edge, x, side="left") - 1 for edge, x in zip(edges, upper.T, strict=True)], 1)
    last = np.maximum(first, last)
    if (first < 0).any() or (last > [len(edge) - 2 for edge in edges]).any():
        return None
    cells: set[Cell] = set()
    for span in np.unique(np.concatenate([first, last], axis=1), axis=0).tolist():
        sides = [range(a, b + 1) for a, b in zip(span[: len(edges)], span[len(edges) :], strict=True)]
        if prod(map(len, sides)) > MOST_CELLS:
            return None
        cells.update(product(*sides))
        if len(cells) > MOST_CELLS:
            return None
    return cells
