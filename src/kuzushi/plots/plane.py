"""The plane of two inputs: functions as colour, units as lines, points by target."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from kuzushi.plots.style import BLACK
from kuzushi.results import Activations, Vector

VALUES = LinearSegmentedColormap.from_list("values", ["#4C9DCA", "white", "#EFB94A"])
"""Blue for off and orange for on, paler than the palette's so that points and lines stand out."""
MARKERS = {0: ("o", "white"), 1: ("s", BLACK)}
"""Shape and colour of a point by its target."""
ROUND = (1, 2, 5, 10)
"""Steps between the ticks of an axis."""


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


def draw_line(ax: Axes, weight: Vector, bias: float) -> None:
    """Draw where w.x + b = 0, the border between the two sides of a hidden unit, if it crosses the plane drawn."""
    corners = np.array(list(product(ax.get_xlim(), ax.get_ylim())))
    side = corners @ weight + bias
    if side.min() < 0 < side.max():
        w = np.array(weight) / np.abs(weight).max()
        along = np.ptp(corners) * np.array([-w[1], w[0]])
        centre = corners.mean(0)
        nearest = centre - w * (side.mean() / np.abs(weight).max()) / (w @ w)
        ax.axline(tuple(nearest), tuple(nearest + along), color=BLACK, linewidth=1.5)


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
