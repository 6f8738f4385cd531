"""Figures of the smallest step nets for the cells of a checkerboard, from wide gaps between them to none."""

from collections.abc import Iterator, Sequence
from itertools import product
from math import ceil

from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from kuzushi.plots.designs import counted, fewest
from kuzushi.plots.lines import THIN, draw_unit
from kuzushi.plots.plane import VALUES
from kuzushi.plots.style import BLACK, Drawn, new_figure
from kuzushi.results import Gap, GapsResult, Vector

COLUMNS = 3
"""Boards side by side."""
MARGIN = 0.15
"""Around a board, in parts of its side."""
ACROSS: tuple[Vector, ...] = ((0.33, 0.46), (-0.46, 0.33))
"""The directions v and w, into a cell of target 1 and one of target 0."""


def figures(results: Sequence[GapsResult]) -> Iterator[Drawn]:
    """The boards of every result, and once why no net is right where the cells touch."""
    for place, result in enumerate(results, start=1):
        yield _boards(f"{place}-boards", result)
    if results:
        yield _crossing("crossing")


def title(gap: Gap) -> str:
    """What stands above a board: its gap, and the fewest units."""
    return f"gap {gap.gap:g}\n{fewest(gap.lower, gap.upper, impossible=gap.impossible)}"


# --- drawing: data and axes in, artists out -------------------------------------------------------------------


def draw_cells(ax: Axes, cells: int, gap: float) -> None:
    """Draw cells x cells squares of side 1 with gaps between them, coloured by target, with dots at their corners."""
    for i, j in product(range(cells), repeat=2):
        colour = VALUES(float((i + j) % 2))
        ax.add_patch(Rectangle((i * (1 + gap), j * (1 + gap)), 1, 1, facecolor=colour, edgecolor=BLACK, linewidth=0.6))
    side = cells + (cells - 1) * gap
    corners = [i * (1 + gap) + a for i in range(cells) for a in (0, 1)]
    x1, x2 = zip(*product(corners, repeat=2), strict=True)
    ax.scatter(x1, x2, s=6, color=BLACK, zorder=3)
    limits = (-MARGIN * side, (1 + MARGIN) * side)
    ax.set(xlim=limits, ylim=limits, box_aspect=1)
    ax.axis("off")


def draw_crossing(ax: Axes, weight: Vector, bias: float) -> None:
    """Draw four cells around a crossing p, one unit, and whether it is on at p + v, p - v, p + w and p - w."""
    for i, j in product((-1, 0), repeat=2):
        ax.add_patch(Rectangle((i, j), 1, 1, facecolor=VALUES(float(i == j)), edgecolor="white", linewidth=1.5))
    ax.set(xlim=(-1, 1), ylim=(-1, 1), box_aspect=1)
    draw_unit(ax, weight, bias)
    for name, (x1, x2) in zip("vw", ACROSS, strict=True):
        ax.plot([-x1, x1], [-x2, x2], color=BLACK, linewidth=0.8, linestyle=":")
        for sign, side in ((1, "+"), (-1, "\N{MINUS SIGN}")):
            on = weight[0] * sign * x1 + weight[1] * sign * x2 + bias > 0
            ax.scatter(sign * x1, sign * x2, s=45, color=BLACK if on else "white", edgecolor=BLACK, zorder=3)
            ax.annotate(
                f"p {side} {name}\n{'on' if on else 'off'}", (sign * x1, sign * x2), (0, -7 if x2 * sign < 0 else 7),
                textcoords="offset points", ha="center", va="top" if x2 * sign < 0 else "bottom", fontsize=11,
                fontweight="bold" if on else "normal",
            )  # fmt: skip
    ax.scatter(0, 0, s=20, color=BLACK, zorder=4)
    ax.annotate("p", (0, 0), (9, 1), textcoords="offset points", va="bottom", fontsize=12, fontstyle="italic")
    ax.axis("off")


# --- figures with their words ---------------------------------------------------------------------------------


def _boards(name: str, result: GapsResult) -> Drawn:
    cells, gaps = result.config.cells, result.gaps
    columns = min(COLUMNS, len(gaps))
    rows = ceil(len(gaps) / columns)
    figure = new_figure(2.2 * columns, 2.76 * rows + 0.45)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in grid[len(gaps) :]:
        ax.remove()
    for ax, gap in zip(grid, gaps, strict=False):
        draw_cells(ax, cells, gap.gap)
        for weight, bias in zip(*_units(gap), strict=True):
            draw_unit(ax, weight, bias, strip=THIN)
        ax.set_title(title(gap), fontsize=11)
    targets = [Patch(facecolor=VALUES(float(t)), edgecolor=BLACK, label=f"target {t}") for t in (0, 1)]
    figure.legend(handles=targets, loc="outside lower center", ncols=2, frameon=False)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Boards of {cells} x {cells} cells of side 1, and how many step units a net needs to be right at all "
        "corners of the cells, the dots. A line is where one unit of the smallest net found changes side; the unit is "
        "on along the shaded side. Inside the cells nothing is asked: where lines cross a cell, the net may be wrong "
        "there. To be right on whole cells takes at least as many units.",
        alternative=" ".join(_in_words(gap) for gap in gaps),
    )


def _units(gap: Gap) -> tuple[tuple[Vector, ...], Vector]:
    return (gap.design.hidden_weight, gap.design.hidden_bias) if gap.design else ((), ())


def _in_words(gap: Gap) -> str:
    lines = f", with lines {'; '.join(gap.design.lines)}" if gap.design else ""
    words = fewest(gap.lower, gap.upper, impossible=gap.impossible)
    return f"Gap {gap.gap:g}: {words}{lines}; {counted(gap.dichotomies, 'way')} to divide the corners."


def _crossing(name: str) -> Drawn:
    figure = new_figure(6.4, 3.5)
    misses, through = figure.subplots(1, 2)
    draw_crossing(misses, (1.0, -1.0), 1.5)
    misses.set_title("a line that misses p", fontsize=11)
    draw_crossing(through, (1.0, 0.35), 0.0)
    through.set_title("a line through p", fontsize=11)
    return Drawn(
        name=name,
        figure=figure,
        caption="Why no net of any width is right where the cells touch. At p four cells meet: two of target 1 "
        "(orange) and two of target 0 (blue), opposite cells being equal. Go from p a small step v and its opposite "
        "-v, along no unit's line. A unit whose line misses p is the same at p + v and at p - v, if the step is small "
        "enough, and the same for every direction. A unit whose line goes through p is on at exactly one of the two. "
        "So add up the net's sum before its output at p + v and at p - v: the total is one number C, whatever the "
        "direction. In the orange cells the net must say 1 twice, so C must be at least 0; along w, in the blue "
        "cells, it must say 0 twice, so C must be below 0. Both cannot be.",
        alternative="Four cells around the point p, with p + v and p - v in the two of target 1, and p + w and p - w "
        "in the two of target 0. Left, a line that misses p: the unit is on at all four points. Right, a line through "
        "p: the unit is on at p + v and off at p - v, and off at p + w and on at p - w.",
    )
