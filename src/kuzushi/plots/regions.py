"""The regions that lines cut the plane into: which units are on there, and where there is room to write it."""

from collections.abc import Sequence
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from kuzushi.results import Vector

SIDE = 4.5
"""Of a large plane, in inches; layout makes it no smaller."""
CODE = 11
"""Size of the digits of a code, in points."""
DIGIT, HEIGHT = 0.64, 0.75
"""Width and height of a digit, in parts of its size."""


def draw_codes(
    ax: Axes,
    regions: NDArray[np.int64],
    axis1: NDArray[np.float64],
    axis2: NDArray[np.float64],
    *,
    hid: int,
    taken: NDArray[np.bool_],
) -> int:
    """Write into every region which units are on there, beside what is taken; say how many have no room for it.

    regions and taken are of shape (pixels, pixels), [x2, x1].
    """
    pixel = 72 * SIDE / len(axis1)  # points
    width, height = (CODE * part / 2 / pixel + 1 for part in (DIGIT * hid, HEIGHT))  # of half a code, in pixels
    left_out = 0
    for region in np.unique(regions):
        row, column, half = roomiest((regions == region) & ~taken, aspect=width / height)
        if half < height:
            left_out += 1
            continue
        text = code(int(region), hid)
        ax.text(axis1[column], axis2[row], text, ha="center", va="center_baseline", fontsize=CODE)
    return left_out


def near(
    places: Sequence[Vector], axis1: NDArray[np.float64], axis2: NDArray[np.float64], *, distance: float
) -> NDArray[np.bool_]:
    """The pixels that are nearer than so many pixels to one of the places; bool of shape (pixels, pixels), [x2, x1]."""
    close = np.zeros((len(axis2), len(axis1)), dtype=bool)
    for x1, x2 in places:
        along = (axis1 - x1) / (axis1[1] - axis1[0])
        up = (axis2 - x2) / (axis2[1] - axis2[0])
        close |= np.hypot(along, up[:, None]) < distance  # (pixels, pixels)
    return close


def roomiest(inside: NDArray[np.bool_], *, aspect: float) -> tuple[int, int, int]:
    """The pixel around which the largest box fits into a region: its row, its column, and half the box's height.

    A box of half the height h is 2h + 1 pixels high, and `aspect` times as wide; h is -1 where there is no region.
    inside is of shape (rows, columns). The pixels in all boxes are counted with one table of sums (Crow, 1984).

    Example: roomiest(np.ones((5, 9), dtype=bool), aspect=2) -> (2, 4, 2)
    """
    table = np.pad(inside.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    best, half = inside, 0
    if not inside.any():
        return 0, 0, -1
    while True:
        high, wide = 2 * (half + 1) + 1, 2 * ceil(aspect * (half + 1)) + 1
        if high > inside.shape[0] or wide > inside.shape[1]:
            break
        counts = table[high:, wide:] - table[:-high, wide:] - table[high:, :-wide] + table[:-high, :-wide]
        full = counts == high * wide
        if not full.any():
            break
        best, half = full, half + 1
    corners = np.argwhere(best)  # (boxes, 2)
    row, column = corners[((corners - corners.mean(0)) ** 2).sum(1).argmin()]
    return int(row) + half, int(column) + ceil(aspect * half), half


def code(region: int, hid: int) -> str:
    """Which units are on in a region, H1 first.

    Example: code(0b0010, 4) -> "0100"
    """
    return "".join(str(region >> j & 1) for j in range(hid))
