"""Dynamics of SRNs: phase portraits, and the counting law."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from kuzushi.core.figure_style import BLACK, BLUE, GREEN, ORANGE, PURPLE, RED, SKY, YELLOW, Drawn, new_figure, new_grid
from kuzushi.core.results import Arrays
from kuzushi.sequences.dynamics_results import CountingLaw, Dynamics, FixedPoint

EVERY = 3
"""Along each axis of the grid, every third state has an arrow."""
BASINS = (SKY, YELLOW, PURPLE, GREEN, ORANGE)
REACH = 0.35
"""Half the length of a drawn eigenvector, in units of activation."""
APART = 0.09
"""Least distance of two numbered states, in units of activation along an axis."""
HALO = withStroke(linewidth=3, foreground="white")
FAILURES = (RED, BLUE, GREEN, PURPLE, ORANGE)
"""Colours of the first failures, the smallest first; further ones share the last colour."""


# --- figures --------------------------------------------------------------------------------------------------


def dynamics_figures(name: str, dynamics: Dynamics, arrays: Arrays) -> Iterator[Drawn]:
    """Yield the figures of the dynamics; `name` begins their names, and `arrays` are those of the SequencesResult."""
    own = {key.removeprefix("portrait."): array for key, array in arrays.items() if key.startswith("portrait.")}
    if own:
        yield _portraits_figure(f"{name}-phase-portraits", replace(dynamics, arrays=own))
    if dynamics.compared:
        yield _law_figure(f"{name}-counting-law", dynamics)


def _portraits_figure(name: str, dynamics: Dynamics) -> Drawn:
    figure, panels = new_grid(len(dynamics.symbols), columns=2, width=6.2, height=6.4)
    for symbol, ax in enumerate(panels):
        draw_portrait(ax, dynamics, symbol)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"How each symbol moves the two hidden units of net {dynamics.net + 1} (grey arrows, at one sixth of "
        "their length). Fixed points are where the dashed line (unit 1 does not move) and the dotted line (unit 2) "
        "cross: filled if stable, half-filled for a saddle, open if unstable; diamonds are cycles of two states. "
        "Purple: direction of the largest eigenvalue. Shades: basins, if there are several. Red: where the predicted "
        f"next symbol changes. Blue: the string {dynamics.string}, numbered by symbol, from the net's initial state "
        "(star).",
        alternative=f"Fixed points: {'; '.join(map(point_text, dynamics.fixed_points)) or 'none found'}.",
    )


def _law_figure(name: str, dynamics: Dynamics) -> Drawn:
    laws, ratio = dynamics.compared, dynamics.ratio or 1
    figure = new_figure(7, 4.8)
    draw_law(figure.subplots(), laws, ratio=ratio)
    numbers = [
        f"{law.net + 1}, {law.contraction:.2f}, {law.expansion:.2f}, "
        + ", ".join("none" if n is None else str(n) for n in (law.predicted, law.measured))
        for law in laws
    ]
    return Drawn(
        name=name,
        figure=figure,
        caption="The counting law (Rodriguez, Wiles and Elman 1999) in each exact net that has a stable point for the "
        "a's and a saddle for the b's. Near the stable point each a multiplies the distance by λa, so that the "
        "distance encodes n; each b multiplies the distance from the saddle by λb, until the string is over. Only on "
        "the line can a net count without end. Circles: λa < 0, after many a's the states alternate between two "
        "sides. Squares: they approach from one side.",
        alternative=f"Net, contraction, expansion, first failure predicted and measured: {'; '.join(numbers)}.",
    )


def point_text(point: FixedPoint) -> str:
    """Return symbol, kind, states and eigenvalues of a fixed point or cycle."""
    what = "fixed point" if point.period == 1 else "2-cycle"
    states = " and ".join(f"({', '.join(f'{x:.2f}' for x in state)})" for state in point.points)
    values = ", ".join(
        f"{real:.2f}" + (f"{imaginary:+.2f}i" if imaginary else "") for real, imaginary in point.eigenvalues
    )
    return f"{point.symbol}, {point.stability} {what} at {states}, eigenvalues {values}"


# --- phase portraits ------------------------------------------------------------------------------------------


def draw_portrait(ax: Axes, dynamics: Dynamics, symbol: int) -> None:
    """Draw the plane of two hidden units under one symbol."""
    name = dynamics.symbols[symbol]
    draw_flow(ax, dynamics, symbol)
    draw_boundaries(ax, dynamics)
    draw_points(ax, [point for point in dynamics.fixed_points if point.symbol == name])
    draw_path(ax, dynamics, name)
    ax.set(xlabel="hidden unit 1", ylabel="hidden unit 2", xlim=(-1.08, 1.08), ylim=(-1.08, 1.08))
    ax.set_box_aspect(1)
    ax.set_title(f"while {name} is read")


def draw_flow(ax: Axes, dynamics: Dynamics, symbol: int) -> None:
    """Draw how far a symbol moves each state, the lines where one unit does not move, and basins."""
    arrays = dynamics.arrays
    axis, flow, basin = arrays["axis"], arrays["flow"][symbol], arrays["basin"][symbol]
    ends = sorted(set(basin[basin >= 0].tolist()))
    if len(ends) > 1:
        shade = np.full(basin.shape, np.nan)
        for colour, end in enumerate(ends):
            shade[basin == end] = colour % len(BASINS)
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
    """Draw the lines where the most probable next symbol changes, and the symbol on either side."""
    axis, logits = dynamics.arrays["axis"], dynamics.arrays["logits"].astype(float)
    for i, symbol in enumerate(dynamics.symbols):
        margin = logits[..., i] - np.delete(logits, i, axis=2).max(2)
        if margin.min() < 0 < margin.max() and i + 1 < len(dynamics.symbols):
            ax.contour(axis, axis, margin, [0], colors=RED, linewidths=1.6, zorder=2)
        if margin.max() > 0:
            x, y = _free_point(margin > 0, dynamics)
            text = ax.text(x, y, f"{symbol} next", color=RED, fontsize=10, ha="center", va="center", zorder=6)
            text.set_path_effects([HALO])


def draw_points(ax: Axes, points: Sequence[FixedPoint]) -> None:
    """Draw fixed points and 2-cycles: filled if stable, half filled for saddles, open if unstable.

    A saddle, or if there is none a stable fixed point, has a line along the eigenvector of its largest eigenvalue, if
    that is real.
    """
    saddles = [point for point in points if point.saddle and point.period == 1]
    with_line = saddles or [point for point in points if point.stable and point.period == 1]
    for point in points:
        states, shape = np.array(point.points), "o" if point.period == 1 else "D"
        fill = {"stable": "full", "saddle": "left", "unstable": "none"}[point.stability]
        if point.period == 2:
            ax.plot(*states.T, color=BLACK, linewidth=0.8, linestyle=":", zorder=4)
        if point in with_line and point.directions:
            along = REACH * np.array(point.directions[0])
            ax.plot(*np.array([states[0] - along, states[0] + along]).T, color=PURPLE, linewidth=2.2, zorder=3)
        ax.plot(
            *states.T, linestyle="", marker=shape, markersize=9 if shape == "o" else 7.5, fillstyle=fill,
            markerfacecolor="white" if fill == "none" else BLACK, markerfacecoloralt="white", markeredgecolor=BLACK,
            zorder=7,
        )  # fmt: skip


def draw_path(ax: Axes, dynamics: Dynamics, symbol: str) -> None:
    """Draw the states of the string that one symbol leads to, and arrows from the states before."""
    path, read = dynamics.arrays["path"], [i for i, letter in enumerate(dynamics.string, start=1) if letter == symbol]
    style = {"arrowstyle": "-|>", "color": BLUE, "linewidth": 1, "alpha": 0.75, "shrinkA": 2, "shrinkB": 2}
    for i in read:
        ax.annotate("", path[i], path[i - 1], zorder=5, arrowprops=style)
    ax.plot(*path[read].T, "o", color=BLUE, markersize=4, zorder=6)
    if read[0] == 1:
        ax.plot(*path[0], "*", color=BLACK, markersize=11, zorder=6)
    named: list[np.ndarray] = []
    for count, i in enumerate(read, start=1):
        if all(np.abs(path[i] - other).max() > APART for other in named):
            named.append(path[i])
            text = ax.annotate(str(count), path[i], (6, 4), textcoords="offset points", color=BLUE, zorder=8)
            text.set(fontsize=9, path_effects=[HALO])


def _free_point(region: NDArray[np.bool_], dynamics: Dynamics) -> tuple[float, float]:
    """Return the point of a region that is farthest from its boundary, fixed points, path and frame."""
    axis = dynamics.arrays["axis"]
    inside, outside = (np.stack([axis[x], axis[y]], axis=1) for y, x in (np.nonzero(region), np.nonzero(~region)))
    points = [np.array(point.points) for point in dynamics.fixed_points]
    occupied = np.vstack([dynamics.arrays["path"], outside, *points])
    room = np.linalg.norm(inside[:, None] - occupied, axis=2).min(1)
    x, y = inside[np.minimum(room, 1.05 - np.abs(inside).max(1)).argmax()]
    return float(x), float(y)


# --- counting law ---------------------------------------------------------------------------------------------


def draw_law(ax: Axes, laws: Sequence[CountingLaw], *, ratio: int) -> None:
    """Draw expansion against contraction of each net, coloured by first failure, and the curve of product 1."""
    failures = sorted({law.measured for law in laws}, key=lambda n: (n is None, n))
    contractions, expansions = np.abs(np.array([[law.contraction, law.expansion] for law in laws], dtype=float)).T
    curve = np.linspace(min(0.05, contractions.min() * 0.8), 1, 200)
    label = rf"$|\lambda_a|\,|\lambda_b|^{{{ratio}}} = 1$"
    ax.plot(curve, curve ** (-1 / ratio), color=BLACK, linewidth=1.4)
    handles = [Line2D([], [], color=BLACK, label=label)]
    for i, failure in enumerate(failures):
        colour = FAILURES[min(i, len(FAILURES) - 1)]
        for alternates, marker in ((True, "o"), (False, "s")):
            chosen = [law.measured == failure and ((law.contraction or 0) < 0) == alternates for law in laws]
            ax.plot(
                contractions[chosen], expansions[chosen], marker, linestyle="", alpha=0.75, markersize=7,
                color=colour, markeredgecolor="white", markeredgewidth=0.6,
            )  # fmt: skip
        label = "never failed" if failure is None else f"fails first at n = {failure}"
        handles.append(Line2D([], [], marker="o", linestyle="", color=colour, label=label))
    ax.set(
        xlim=(0, 1.02), ylim=(1, 1.12 * max(expansions.max(), 2)), xlabel=r"contraction of the a's, $|\lambda_a|$",
        ylabel=r"expansion of the b's, $|\lambda_b|$",
    )  # fmt: skip
    ax.legend(handles=handles, frameon=False, loc="best")
    ax.grid(alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)
