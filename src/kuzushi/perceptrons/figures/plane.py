"""The plane of two inputs: functions as colour, hidden units as lines, points by target, and codes of regions."""

from collections.abc import Sequence
from itertools import product
from math import ceil, dist, hypot
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from kuzushi.core.figure_style import BLACK
from kuzushi.core.results import Vector
from kuzushi.perceptrons.results import Activations, Design, NearestDesign, ShownPerceptron

VALUES = LinearSegmentedColormap.from_list("values", ["#4C9DCA", "white", "#EFB94A"])
"""Blue for off and orange for on, paler than the palette so that points and lines stand out."""
MARKERS = {0: ("o", "white"), 1: ("s", BLACK)}
"""Shape and colour of a point by its target."""
ROUND = (1, 2, 5, 10)
"""Steps between the ticks of an axis."""
STRIP, INSET = 0.025, 0.07
"""Width of the shaded side of a line, and distance of a name from the end of its line, as fractions of the diagonal."""
MOST_NAMES = 12
"""With more lines, a plane has no room for their names."""
SIDE = 4.5
"""Minimum side of a large plane in inches."""
CODE_SIZE = 11
"""Font size of a code, in points."""
DIGIT, HEIGHT = 0.64, 0.75
"""Width and height of a digit, relative to the font size."""

# --- functions, lines and points ------------------------------------------------------------------------------


def draw_plane(
    ax: Axes, values: NDArray[Any], axis1: NDArray[np.float64], axis2: NDArray[np.float64], *, low: float
) -> AxesImage:
    """Draw a function over the plane as colour, from `low` to 1; values have shape (pixels, pixels), [x2, x1]."""
    half1, half2 = (axis1[1] - axis1[0]) / 2, (axis2[1] - axis2[0]) / 2
    extent = (axis1[0] - half1, axis1[-1] + half1, axis2[0] - half2, axis2[-1] + half2)
    image = ax.imshow(
        values, cmap=VALUES, vmin=low, vmax=1, origin="lower", extent=extent, aspect="auto", interpolation="none"
    )
    frame(ax, axis1, axis2)
    return image


def frame(ax: Axes, axis1: NDArray[np.float64], axis2: NDArray[np.float64]) -> None:
    """Set limits, labels and ticks of a plane."""
    ax.set(xlabel="x1", ylabel="x2", xlim=(axis1[0], axis1[-1]), ylim=(axis2[0], axis2[-1]), box_aspect=1)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(4, steps=ROUND))


def line_ends(
    weight: Vector, bias: float, x1: tuple[float, float], x2: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return the points where the line w.x + b = 0 crosses the border of the box x1 by x2; None if it does not.

    Example: line_ends((1, 1), -1, (0, 1), (0, 1)) -> (1, 0) and (0, 1)
    """
    corners = np.array(list(product(x1, x2)))
    side = corners @ weight + bias  # (4,)
    if not side.min() < 0 < side.max():
        return None
    w = np.array(weight) / hypot(*weight)  # (2,)
    along = np.array([-w[1], w[0]])
    nearest = corners.mean(0) - w * side.mean() / hypot(*weight)
    moving = along != 0
    times = (corners[[0, -1]] - nearest)[:, moving] / along[moving]  # (2, moving), at the low and the high borders
    return nearest + times.min(0).max() * along, nearest + times.max(0).min() * along


def draw_line(ax: Axes, weight: Vector, bias: float) -> None:
    """Draw the line w.x + b = 0 of a hidden unit, if it crosses the plane."""
    ends = line_ends(weight, bias, ax.get_xlim(), ax.get_ylim())
    if ends is not None:
        ax.axline(*map(tuple, ends), color=BLACK, linewidth=1.5)


def draw_unit(ax: Axes, weight: Vector, bias: float, *, colour: str = BLACK) -> None:
    """Draw the line w.x + b = 0 of a hidden unit, if it crosses the plane, and shade its side where the unit is on."""
    ends = line_ends(weight, bias, ax.get_xlim(), ax.get_ylim())
    if ends is not None:
        start, end = ends
        line = np.array([2 * start - end, 2 * end - start])  # (2, 2), beyond the panel, which clips it
        onward = STRIP * _diagonal(ax) * np.array(weight) / hypot(*weight)
        ax.plot(*line.T, color=colour, linewidth=1.8)
        ax.fill(*np.concatenate([line, line[::-1] + onward]).T, color=colour, alpha=0.3, linewidth=0)


def draw_names(ax: Axes, net: Design | ShownPerceptron | NearestDesign) -> list[Vector]:
    """Write H1, H2, ... on the lines, each at the end that is farther from the names before; return their positions."""
    placed: list[Vector] = []
    for j, (weight, bias) in enumerate(zip(net.hidden_weight, net.hidden_bias, strict=True)):
        ends = line_ends(weight, bias, ax.get_xlim(), ax.get_ylim())
        if ends is not None:
            start, end = ends
            inward = (end - start) * min(0.5, INSET * _diagonal(ax) / dist(start, end))
            at = max((start + inward, end - inward), key=lambda at: min((dist(at, p) for p in placed), default=0))
            placed.append(tuple(at.tolist()))
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            ax.text(at[0], at[1], f"H{j + 1}", ha="center", va="center", bbox=box, zorder=4)
    return placed


def draw_points(ax: Axes, table: Sequence[Activations]) -> list[PathCollection]:
    """Draw the points by target: circles for 0, squares for 1."""
    drawn = []
    for target, (marker, colour) in MARKERS.items():
        points = np.array([row.point for row in table if row.target == target]).reshape(-1, 2)
        x1, x2 = points.T
        drawn.append(
            ax.scatter(x1, x2, s=55, marker=marker, color=colour, edgecolor=BLACK, zorder=3, label=f"target {target}")
        )
    return drawn


def point_text(point: Sequence[float]) -> str:
    """Return a point as text, such as "(0, 1)"."""
    return f"({', '.join(f'{x:g}' for x in point)})"


def _diagonal(ax: Axes) -> float:
    return hypot(*np.ptp([ax.get_xlim(), ax.get_ylim()], axis=1))


# --- regions --------------------------------------------------------------------------------------------------


def draw_codes(
    ax: Axes,
    regions: NDArray[np.int64],
    axis1: NDArray[np.float64],
    axis2: NDArray[np.float64],
    *,
    hid: int,
    occupied: NDArray[np.bool_],
) -> int:
    """Write into every region which units are on, away from the occupied pixels; return how many have no room for it.

    regions and occupied have shape (pixels, pixels), [x2, x1].
    """
    pixel = 72 * SIDE / len(axis1)  # points
    width, height = (CODE_SIZE * part / 2 / pixel + 1 for part in (DIGIT * hid, HEIGHT))  # of half a code, in pixels
    left_out = 0
    for region in np.unique(regions):
        row, column, half = roomiest((regions == region) & ~occupied, aspect=width / height)
        if half < height:
            left_out += 1
            continue
        text = code(int(region), hid)
        ax.text(axis1[column], axis2[row], text, ha="center", va="center_baseline", fontsize=CODE_SIZE)
    return left_out


def near(
    positions: Sequence[Vector], axis1: NDArray[np.float64], axis2: NDArray[np.float64], *, distance: float
) -> NDArray[np.bool_]:
    """Return the pixels within `distance` pixels of a position; bool of shape (pixels, pixels), [x2, x1]."""
    close = np.zeros((len(axis2), len(axis1)), dtype=bool)
    for x1, x2 in positions:
        along = (axis1 - x1) / (axis1[1] - axis1[0])
        up = (axis2 - x2) / (axis2[1] - axis2[0])
        close |= np.hypot(along, up[:, None]) < distance  # (pixels, pixels)
    return close


def roomiest(inside: NDArray[np.bool_], *, aspect: float) -> tuple[int, int, int]:
    """Return the centre of the largest box that fits into a region: row, column, and half the height of the box.

    A box of half the height h is 2h + 1 pixels high and `aspect` times as wide; h is -1 if the region is empty.
    inside has shape (rows, columns). The pixels of all boxes are counted by a summed-area table (Crow 1984).

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
    """Return which units are on in a region as digits, H1 first.

    Example: code(0b0010, 4) -> "0100"
    """
    return "".join(str(region >> j & 1) for j in range(hid))
