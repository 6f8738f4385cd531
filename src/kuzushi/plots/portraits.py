"""The plane of two hidden units under one symbol: flow, fixed points, what is read out, and the path of a string."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from kuzushi.plots.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, RED, SKY, YELLOW
from kuzushi.results.dynamics import Dynamics, FixedPoint

EVERY = 3
"""Of so many states of the grid along each axis one has an arrow."""
BASINS = (SKY, YELLOW, PURPLE, GREEN, ORANGE)
REACH = 0.35
"""Half the length of a drawn eigendirection, in units of activation."""
APART = 0.09
"""How far apart two numbered states are, at least, in units of activation along an axis."""
HALO = withStroke(linewidth=3, foreground="white")


def draw_portrait(ax: Axes, dynamics: Dynamics, symbol: int) -> None:
    """Draw everything of one symbol."""
    name = dynamics.symbols[symbol]
    draw_flow(ax, dynamics, symbol)
    draw_boundaries(ax, dynamics)
    draw_points(ax, [point for point in dynamics.fixed_points if point.symbol == name])
    draw_path(ax, dynamics, name)
    ax.set(xlabel="hidden unit 1", ylabel="hidden unit 2", xlim=(-1.08, 1.08), ylim=(-1.08, 1.08))
    ax.set_box_aspect(1)
    ax.set_title(f"while {name} is read")


def draw_flow(ax: Axes, dynamics: Dynamics, symbol: int) -> None:
    """Draw by how much a symbol moves every state, where it moves neither unit 1 nor unit 2, and basins."""
    arrays = dynamics.arrays
    axis, flow, basin = arrays["axis"], arrays["flow"][symbol], arrays["basin"][symbol]
    places = sorted(set(basin[basin >= 0].tolist()))
    if len(places) > 1:
        shade = np.full(basin.shape, np.nan)
        for colour, place in enumerate(places):
            shade[basin == place] = colour % len(BASINS)
        cmap = ListedColormap(BASINS)
        ax.pcolormesh(axis, axis, shade, cmap=cmap, vmin=-0.5, vmax=len(BASINS) - 0.5, alpha=0.18, zorder=0)
    some = slice(EVERY // 2, None, EVERY)
    moved = flow[some, some]
    ax.quiver(
        axis[some], axis[some], moved[..., 0], moved[..., 1], angles="xy", scale_units="xy", scale=6,
        color="#b8b8b8", width=0.003, zorder=1,
    )  # fmt: skip
    for unit, style in enumerate(("--", ":")):
        if flow[..., unit].min() < 0 < flow[..., unit].max():
            ax.contour(axis, axis, flow[..., unit], [0], colors="#606060", linestyles=style, linewidths=1, zorder=2)


def draw_boundaries(ax: Axes, dynamics: Dynamics) -> None:
    """Draw where another symbol becomes the most probable one, and say which on either side."""
    axis, logits = dynamics.arrays["axis"], dynamics.arrays["logits"].astype(float)
    for place, symbol in enumerate(dynamics.symbols):
        margin = logits[..., place] - np.delete(logits, place, axis=2).max(2)
        if margin.min() < 0 < margin.max() and place + 1 < len(dynamics.symbols):
            ax.contour(axis, axis, margin, [0], colors=RED, linewidths=1.6, zorder=2)
        if margin.max() > 0:
            where = _free(margin > 0, dynamics)
            text = ax.text(*where, f"{symbol} next", color=RED, fontsize=10, ha="center", va="center", zorder=6)
            text.set_path_effects([HALO])


def draw_points(ax: Axes, points: Sequence[FixedPoint]) -> None:
    """Draw fixed points and 2-cycles: filled if stable, half filled for saddles, open if driven away on all sides.

    The line through a saddle, or where there is none through a stable fixed point, is the direction of its largest
    eigenvalue, if that is real.
    """
    saddles = [point for point in points if point.saddle and point.period == 1]
    told = saddles or [point for point in points if point.stable and point.period == 1]
    for point in points:
        places, shape = np.array(point.points), "o" if point.period == 1 else "D"
        fill = "full" if point.stable else "left" if point.saddle else "none"
        if point.period == 2:
            ax.plot(*places.T, color=BLACK, linewidth=0.8, linestyle=":", zorder=4)
        if point in told and point.directions:
            along = REACH * np.array(point.directions[0])
            ax.plot(*np.array([places[0] - along, places[0] + along]).T, color=PURPLE, linewidth=2.2, zorder=3)
        ax.plot(
            *places.T, linestyle="", marker=shape, markersize=9 if shape == "o" else 7.5, fillstyle=fill,
            markerfacecolor="white" if fill == "none" else BLACK, markerfacecoloralt="white", markeredgecolor=BLACK,
            zorder=7,
        )  # fmt: skip


def draw_path(ax: Axes, dynamics: Dynamics, symbol: str) -> None:
    """Draw the states of the string in one phase: those that this symbol leads to, and the one it starts from."""
    path, read = dynamics.arrays["path"], [i for i, letter in enumerate(dynamics.string, start=1) if letter == symbol]
    for i in read:
        ax.annotate(
            "", path[i], path[i - 1], zorder=5,
            arrowprops={"arrowstyle": "-|>", "color": BLUE, "linewidth": 1, "alpha": 0.75, "shrinkA": 2, "shrinkB": 2},
        )  # fmt: skip
    ax.plot(*path[read].T, "o", color=BLUE, markersize=4, zorder=6)
    if read[0] == 1:
        ax.plot(*path[0], "*", color=BLACK, markersize=11, zorder=6)
    named: list[np.ndarray] = []
    for count, i in enumerate(read, start=1):
        if all(np.abs(path[i] - other).max() > APART for other in named):
            named.append(path[i])
            text = ax.annotate(str(count), path[i], (6, 4), textcoords="offset points", color=BLUE, zorder=8)
            text.set(fontsize=9, path_effects=[HALO])


def _free(region: NDArray[np.bool_], dynamics: Dynamics) -> tuple[float, float]:
    """The place of a region that is furthest from its boundary, from fixed points, path and frame."""
    axis = dynamics.arrays["axis"]
    inside, outside = (np.stack([axis[x], axis[y]], axis=1) for y, x in (np.nonzero(region), np.nonzero(~region)))
    points = [np.array(point.points) for point in dynamics.fixed_points]
    taken = np.vstack([dynamics.arrays["path"], outside, *points])
    room = np.linalg.norm(inside[:, None] - taken, axis=2).min(1)
    x, y = inside[np.minimum(room, 1.05 - np.abs(inside).max(1)).argmax()]
    return float(x), float(y)
