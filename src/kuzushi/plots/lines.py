"""Lines of hidden units in a panel: where they cross it, on which side the unit is on, and their names."""

from itertools import product
from math import dist, hypot

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from kuzushi.plots.style import BLACK
from kuzushi.results import Design, NearestDesign, ShownPerceptron, Vector

STRIP, THIN, INSET = 0.025, 0.012, 0.07
"""Width of the shaded side of a line, and where it is to be thin, and how far a name is from the end of its line, in
parts of the panel's diagonal."""


def line_ends(
    weight: Vector, bias: float, x1: tuple[float, float], x2: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Where the line w.x + b = 0 enters and leaves the box x1 by x2; None where it does not cross it.

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


def draw_unit(ax: Axes, weight: Vector, bias: float, *, colour: str = BLACK, strip: float = STRIP) -> None:
    """Draw where w.x + b = 0, if that crosses the panel, and shade a strip along it where the unit is on."""
    ends = line_ends(weight, bias, ax.get_xlim(), ax.get_ylim())
    if ends is not None:
        start, end = ends
        line = np.array([2 * start - end, 2 * end - start])  # (2, 2), beyond the panel, which cuts it
        onward = strip * _diagonal(ax) * np.array(weight) / hypot(*weight)
        ax.plot(*line.T, color=colour, linewidth=1.8 if strip > THIN else 1.2)
        ax.fill(*np.concatenate([line, line[::-1] + onward]).T, color=colour, alpha=0.3, linewidth=0)


def draw_names(ax: Axes, net: Design | ShownPerceptron | NearestDesign) -> list[Vector]:
    """Write H1, H2, ... on the lines, each at that end which is farther from the names before; say where."""
    placed: list[Vector] = []
    for j, (weight, bias) in enumerate(zip(net.hidden_weight, net.hidden_bias, strict=True)):
        ends = line_ends(weight, bias, ax.get_xlim(), ax.get_ylim())
        if ends is not None:
            start, end = ends
            inward = (end - start) * min(0.5, INSET * _diagonal(ax) / dist(start, end))
            place = max((start + inward, end - inward), key=lambda at: min((dist(at, p) for p in placed), default=0))
            placed.append(tuple(place.tolist()))
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            ax.text(place[0], place[1], f"H{j + 1}", ha="center", va="center", bbox=box, zorder=4)
    return placed


def _diagonal(ax: Axes) -> float:
    return hypot(*np.ptp([ax.get_xlim(), ax.get_ylim()], axis=1))
