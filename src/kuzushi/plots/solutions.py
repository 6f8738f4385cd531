"""Figures of what many trained perceptrons have in common: how they divide the points, and which points they miss."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from kuzushi.plots.plane import MARKERS, ROUND, VALUES
from kuzushi.plots.style import BLACK, RED, Drawn, new_figure
from kuzushi.results import Activations, Solution, Solutions

MISSES = LinearSegmentedColormap.from_list("misses", ["white", RED])
MOST_UNITS, MOST_POINTS = 10, 36
"""Little boards have room for so many side by side, and for so many points."""


def frequent_solutions(
    name: str, solutions: Solutions, table: Sequence[Activations], *, solved: int, kind: str
) -> Drawn | None:
    """One row of little boards for each of the most frequent ways to divide the points.

    None where no net is solved, or there are more than MOST_UNITS units or MOST_POINTS points.
    """
    shown = solutions.most_frequent
    columns = max((len(solution.units) for solution in shown), default=0)
    if not 0 < columns <= MOST_UNITS or len(table) > MOST_POINTS:
        return None
    figure = new_figure(1.7 + 0.85 * columns, 0.85 * len(shown) + 0.9)
    grid = figure.subplots(len(shown), columns + 1, squeeze=False, width_ratios=[1.7, *[1] * columns])
    for (words, *boards), solution in zip(grid, shown, strict=True):
        words.axis("off")
        words.text(1, 0.5, _row(solution), ha="right", va="center", fontsize=10)
        for ax in boards[len(solution.units) :]:
            ax.remove()
        for ax, unit in zip(boards, solution.units, strict=False):
            draw_dichotomy(ax, table, unit)
    handles = [
        *(_handle("D", VALUES(value), label) for value, label in ((1.0, "unit on"), (0.0, "unit off"))),
        *(_handle(marker, "white", f"target {target}") for target, (marker, _) in MARKERS.items()),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The most frequent of the {solutions.distinct} ways in which {solved} solved nets of {kind} divide "
        "the points. Every row is one way, every little board one unit: the points at which it is on or off. A unit "
        "and its complement count as one, and the one that is off at the first point is drawn; repeats, and units on "
        "the same side at every point, are left out. Below the number of nets: how many of the row's units a step net "
        'needs to be right on every point. Where it says "no step net", all of them are not enough: the nets use '
        "outputs between on and off as well.",
        alternative="; ".join(f"{_row(solution, ', ')}: on at {_on(solution, table)}" for solution in shown) + ".",
    )


def missed_points(name: str, wrong: Sequence[int], table: Sequence[Activations], *, unsolved: int, kind: str) -> Drawn:
    """Which points the nets get wrong that are not solved."""
    figure = new_figure(5.5, 4.8)
    ax = figure.subplots()
    draw_misses(ax, table, wrong)
    norm = Normalize(0, max(*wrong, 1))
    bar = figure.colorbar(ScalarMappable(norm, MISSES), ax=ax, label="nets that get the point wrong", shrink=0.8)
    bar.locator = MaxNLocator(integer=True, steps=ROUND)
    handles = [_handle(marker, "white", f"target {target}") for target, (marker, _) in MARKERS.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    nets = f"{unsolved} net is" if unsolved == 1 else f"{unsolved} nets are"
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Where training fails: {nets} not right on every point at the end ({kind}). The number at a point "
        "says how many of these get it wrong; "
        f"on average they miss {sum(wrong) / unsolved:.1f} of the {len(table)} points.",
        alternative="Nets that get each point wrong. "
        + "; ".join(f"{_place(row)}: {count}" for row, count in zip(table, wrong, strict=True))
        + ".",
    )


def draw_dichotomy(ax: Axes, table: Sequence[Activations], unit: str) -> None:
    """Draw the points, orange where the unit is on and blue where it is off; the shape is that of the target."""
    colours = [VALUES(float(mark)) for mark in unit]
    _scatter(ax, table, colours, size=min(45.0, 720 / len(table)))
    ax.set(xticks=[], yticks=[], box_aspect=1)
    ax.margins(0.25)
    ax.spines[:].set_color("#BBBBBB")


def draw_misses(ax: Axes, table: Sequence[Activations], wrong: Sequence[int]) -> None:
    """Draw the points, the redder the more nets get them wrong, with the number of these nets inside."""
    most = max(*wrong, 1)
    _scatter(ax, table, [MISSES(count / most) for count in wrong], size=min(1100.0, 20_000 / len(table)))
    if len(table) <= MOST_POINTS:
        for row, count in zip(table, wrong, strict=True):
            ax.text(
                row.point[0], row.point[1], str(count), ha="center", va="center", color=BLACK, fontsize=11, zorder=4
            )
    ax.set(xlabel="x1", ylabel="x2", box_aspect=1)
    ax.margins(0.2)
    for axis, values in ((ax.xaxis, {row.point[0] for row in table}), (ax.yaxis, {row.point[1] for row in table})):
        if len(values) <= 12:
            axis.set_ticks(sorted(values))


def _scatter(ax: Axes, table: Sequence[Activations], colours: Sequence[Any], *, size: float) -> None:
    for target, (marker, _) in MARKERS.items():
        places = [i for i, row in enumerate(table) if row.target == target]
        x1, x2 = _coordinates(table[i] for i in places).T
        ax.scatter(x1, x2, s=size, marker=marker, color=[colours[i] for i in places], edgecolor=BLACK, zorder=3)


def _coordinates(table: Iterable[Activations]) -> NDArray[np.float64]:
    return np.array([row.point for row in table]).reshape(-1, 2)


def _handle(marker: str, colour: Any, label: str) -> Line2D:
    return Line2D([], [], linestyle="", marker=marker, color=colour, markeredgecolor=BLACK, markersize=8, label=label)


def _row(solution: Solution, separator: str = "\n") -> str:
    nets = f"{solution.nets} net{'s' if solution.nets > 1 else ''}"
    if solution.fewest is None:
        return f"{nets}{separator}no step net"
    return f"{nets}{separator}steps need {solution.fewest}"


def _on(solution: Solution, table: Sequence[Activations]) -> str:
    """The points at which each unit is on."""
    sides = []
    for unit in solution.units:
        sides.append(" ".join(_place(row) for row, mark in zip(table, unit, strict=True) if mark == "1"))
    return " | ".join(sides)


def _place(row: Activations) -> str:
    return f"({', '.join(f'{x:g}' for x in row.point)})"
