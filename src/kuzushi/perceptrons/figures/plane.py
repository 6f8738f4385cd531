"""The plane of two inputs: functions as colour, hidden units as lines, and points by target."""

from collections.abc import Sequence
from itertools import product
from math import dist, hypot
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
from kuzushi.perceptrons.results import Activations, Design

VALUES = LinearSegmentedColormap.from_list("values", ["#4C9DCA", "white", "#EFB94A"])
"""Blue for off and orange for on, paler than the palette so that points and lines stand out."""
MARKERS = {0: ("o", "white"), 1: ("s", BLACK)}
"""Shape and colour of a point by its target."""
ROUND = (1, 2, 5, 10)
"""Steps between the ticks of an axis."""
STRIP, INSET = 0.025, 0.07
"""Width of the shaded side of a line, and distance of a name from the end of its line, as fractions of the diagonal."""


def draw_plane(
    ax: Axes, values: NDArray[Any], axis1: NDArray[np.float64], axis2: NDArray[np.float64], *, low: float
) -> AxesImage:
    """Draw a function over the plane as colour, from `low` to 1; values have shape (pixels, pixels), [x2, x1]."""
    half1, half2 = (axis1[1] - axis1[0]) / 2, (axis2[1] - axis2[0]) / 2
    extent = (axis1[0] - half1, axis1[-1] + half1, axis2[0] - half2, axis2[-1] + half2)
    image = ax.imshow(
        values, cmap=VALUES, vmin=low, vmax=1, origin="lower", extent=extent, aspect="auto", interpolation="none"
    )
    ax.set(xlabel="x1", ylabel="x2", xlim=(axis1[0], axis1[-1]), ylim=(axis2[0], axis2[-1]), box_aspect=1)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(4, steps=ROUND))
    return image


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
    """Draw the line w.x + b = 0 of a hidden unit, if it crosses the plane, and shade its side where the unit is on."""
    ends = line_ends(weight, bias, ax.get_xlim(), ax.get_ylim())
    if ends is not None:
        start, end = ends
        line = np.array([2 * start - end, 2 * end - start])  # (2, 2), beyond the panel, which clips it
        onward = STRIP * _diagonal(ax) * np.array(weight) / hypot(*weight)
        ax.plot(*line.T, color=BLACK, linewidth=1.5)
        ax.fill(*np.concatenate([line, line[::-1] + onward]).T, color=BLACK, alpha=0.3, linewidth=0)


def draw_names(ax: Axes, design: Design) -> None:
    """Write H1, H2, ... on the lines, each at the end that is farther from the names before."""
    placed: list[Vector] = []
    for j, (weight, bias) in enumerate(zip(design.hidden_weight, design.hidden_bias, strict=True)):
        ends = line_ends(weight, bias, ax.get_xlim(), ax.get_ylim())
        if ends is not None:
            start, end = ends
            inward = (end - start) * min(0.5, INSET * _diagonal(ax) / dist(start, end))
            at = max((start + inward, end - inward), key=lambda at: min((dist(at, p) for p in placed), default=0))
            placed.append(tuple(at.tolist()))
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            ax.text(at[0], at[1], f"H{j + 1}", ha="center", va="center", bbox=box, zorder=4)


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
