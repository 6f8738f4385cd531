"""Figures of a trained ensemble: training curves, epochs to solve, frequent dichotomies, and points that stay wrong."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil, log2
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator

from kuzushi.core.figure_style import BLACK, BLUE, ORANGE, RED, Drawn, new_figure
from kuzushi.core.sections import counted
from kuzushi.perceptrons.figures.plane import MARKERS, ROUND, VALUES, point_text
from kuzushi.perceptrons.results import Activations, CheckerboardResult, EnsembleScore, Solution, Solutions

MISSES = LinearSegmentedColormap.from_list("misses", ["white", RED])
MOST_UNITS, MOST_POINTS = 10, 36
"""Limits of small boards: units side by side, and points."""


def ensemble_figures(index: int, result: CheckerboardResult, *, kind: str) -> Iterator[Drawn]:
    """Draw the figures of a trained ensemble; `kind` names its units, such as "5 sigmoid units"."""
    yield _training(f"{index}-training", result, kind=kind)
    if result.nets == 1:
        return
    yield _success(f"{index}-epochs-to-solve", result)
    if result.solutions is not None and result.arrays:
        table, unsolved = result.shown.table, result.nets - result.solved
        frequent = frequent_solutions(f"{index}-solutions", result.solutions, table, solved=result.solved, kind=kind)
        yield from [] if frequent is None else [frequent]
        if unsolved:
            yield missed_points(f"{index}-missed", result.solutions.wrong, table, unsolved=unsolved, kind=kind)


# --- training -------------------------------------------------------------------------------------------------


def _training(name: str, result: CheckerboardResult, *, kind: str) -> Drawn:
    figure = new_figure(8, 5)
    loss, solved = figure.subplots(2, 1, sharex=True)
    draw_training(loss, solved, result.epochs, nets=result.nets)
    first, last = result.epochs[0], result.epochs[-1]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Training of {counted(result.nets, 'net')} of {kind}: above the mean loss, below the number of nets "
        f"that are right on every point, {last.solved} after {last.epoch:,} epochs. Where the loss is flat, the "
        "unsolved nets are stuck; at each step down some of them get free.",
        alternative=f"Mean loss {first.loss:.4g} and {first.solved} of {result.nets} nets solved after {first.epoch:,} "
        f"epochs; mean loss {last.loss:.4g} and {last.solved} solved after {last.epoch:,} epochs.",
    )


def draw_training(loss: Axes, solved: Axes, epochs: Sequence[EnsembleScore], *, nets: int) -> None:
    """Draw the mean loss and the number of solved nets against the epochs."""
    x = [score.epoch for score in epochs]
    marker = "o" if len(x) < 20 else None
    loss.plot(x, [score.loss for score in epochs], color=BLUE, marker=marker)
    loss.set(yscale="log", ylabel="mean loss (nats)")
    loss.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    loss.yaxis.set_major_formatter("{x:g}")
    loss.yaxis.set_minor_formatter("")
    solved.plot(x, [score.solved for score in epochs], color=ORANGE, marker=marker)
    solved.axhline(nets, color=BLACK, linewidth=0.8, linestyle=":")
    solved.set(xlabel="epochs", ylabel=f"nets solved, of {nets}", ylim=(0, 1.05 * nets))
    solved.yaxis.set_major_locator(MaxNLocator(integer=True, steps=ROUND))
    for ax in (loss, solved):
        ax.grid(alpha=0.3)


def _success(name: str, result: CheckerboardResult) -> Drawn:
    counts, rate = _epoch_bins(result), result.solved_interval
    unsolved = result.nets - result.solved
    figure = new_figure(8, 4)
    draw_success(figure.subplots(), [(f"{edge:,}", count) for edge, count in counts], unsolved=unsolved)
    epochs = sorted(epoch for epoch in result.epochs_to_solve if epoch is not None)
    median = f" Half of these needed at most {epochs[(len(epochs) - 1) // 2]:,} epochs." if epochs else ""
    return Drawn(
        name=name,
        figure=figure,
        caption="Epochs until each net was right on every point and stayed so: "
        f"{result.solved} of {result.nets} nets, {rate.mean:.0%} (95 % interval {rate.low:.0%} to {rate.high:.0%})."
        f"{median} The nets differ only in their random start.",
        alternative="Nets by epochs to solve: "
        + "; ".join(f"up to {edge:,}: {count}" for edge, count in counts)
        + f"; not solved: {unsolved}.",
    )


def draw_success(ax: Axes, counts: Sequence[tuple[str, int]], *, unsolved: int) -> None:
    """Draw how many nets were solved in each bin of epochs, and how many were not."""
    bars = ax.bar([label for label, _ in counts], [count for _, count in counts], color=BLUE)
    rest = ax.bar(["not\nsolved"], [unsolved], color="white", edgecolor=RED, hatch="//")
    for group in (bars, rest):
        ax.bar_label(group)
    ax.set(xlabel="epochs to solve, up to", ylabel="nets")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, steps=ROUND))
    ax.spines[["top", "right"]].set_visible(False)


def _epoch_bins(result: CheckerboardResult) -> list[tuple[int, int]]:
    """Return the upper edge and count of bins of epochs to solve; edges double from the first evaluation."""
    first, last = result.epochs[0].epoch, result.epochs[-1].epoch
    edges = [first * 2**k for k in range(ceil(log2(last / first)))] + [last]
    solved = np.array([epoch for epoch in result.epochs_to_solve if epoch is not None])
    return [(edge, int(((solved > low) & (solved <= edge)).sum())) for low, edge in pairwise([0, *edges])]


# --- dichotomies and wrong points -----------------------------------------------------------------------------


def frequent_solutions(
    name: str, solutions: Solutions, table: Sequence[Activations], *, solved: int, kind: str
) -> Drawn | None:
    """Draw a row of small boards for each of the most frequent sets of dichotomies.

    Return None if no net is solved, or there are more than MOST_UNITS units or MOST_POINTS points.
    """
    frequent = solutions.most_frequent
    columns = max((len(solution.units) for solution in frequent), default=0)
    if not 0 < columns <= MOST_UNITS or len(table) > MOST_POINTS:
        return None
    figure = new_figure(1.7 + 0.85 * columns, 0.85 * len(frequent) + 0.9)
    grid = figure.subplots(len(frequent), columns + 1, squeeze=False, width_ratios=[1.7, *[1] * columns])
    for (words, *boards), solution in zip(grid, frequent, strict=True):
        words.axis("off")
        words.text(1, 0.5, _row_label(solution), ha="right", va="center", fontsize=10)
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
        caption=f"The most frequent of {solutions.distinct} sets of dichotomies in {counted(solved, 'solved net')} of "
        f"{kind}. Each row is one set, each small board one unit: the points at which it is on or off. A unit and its "
        "complement count as one (drawn off at the first point); repeats and units that are constant are left out. "
        'Below the number of nets: how many of the row\'s units a step net needs. For "no step net", all of them are '
        "not enough: these nets also use outputs between on and off.",
        alternative="; ".join(f"{_row_label(one, ', ')}: on at {_on(one, table)}" for one in frequent) + ".",
    )


def missed_points(name: str, wrong: Sequence[int], table: Sequence[Activations], *, unsolved: int, kind: str) -> Drawn:
    """Draw which points the unsolved nets get wrong."""
    figure = new_figure(5.5, 4.8)
    ax = figure.subplots()
    draw_misses(ax, table, wrong)
    norm = Normalize(0, max(*wrong, 1))
    bar = figure.colorbar(ScalarMappable(norm, MISSES), ax=ax, label="nets that get the point wrong", shrink=0.8)
    bar.locator = MaxNLocator(integer=True, steps=ROUND)
    handles = [_handle(marker, "white", f"target {target}") for target, (marker, _) in MARKERS.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Where training fails: {counted(unsolved, 'unsolved net')} of {kind}. The number at a point is how "
        f"many of them get it wrong; on average they miss {sum(wrong) / unsolved:.1f} of the {len(table)} points.",
        alternative="Nets that get each point wrong. "
        + "; ".join(f"{point_text(row.point)}: {count}" for row, count in zip(table, wrong, strict=True))
        + ".",
    )


def draw_dichotomy(ax: Axes, table: Sequence[Activations], unit: str) -> None:
    """Draw the points, orange where the unit is on and blue where it is off, with the shape of the target."""
    colours = [VALUES(float(mark)) for mark in unit]
    _scatter(ax, table, colours, size=min(45.0, 720 / len(table)))
    ax.set(xticks=[], yticks=[], box_aspect=1)
    ax.margins(0.25)
    ax.spines[:].set_color("#BBBBBB")


def draw_misses(ax: Axes, table: Sequence[Activations], wrong: Sequence[int]) -> None:
    """Draw the points, the redder the more nets get them wrong, with the number of these nets."""
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
        indices = [i for i, row in enumerate(table) if row.target == target]
        x1, x2 = np.array([table[i].point for i in indices]).reshape(-1, 2).T
        ax.scatter(x1, x2, s=size, marker=marker, color=[colours[i] for i in indices], edgecolor=BLACK, zorder=3)


def _handle(marker: str, colour: Any, label: str) -> Line2D:
    return Line2D([], [], linestyle="", marker=marker, color=colour, markeredgecolor=BLACK, markersize=8, label=label)


def _row_label(solution: Solution, separator: str = "\n") -> str:
    steps = "no step net" if solution.fewest is None else f"steps need {solution.fewest}"
    return f"{counted(solution.nets, 'net')}{separator}{steps}"


def _on(solution: Solution, table: Sequence[Activations]) -> str:
    """Return the points at which each unit is on."""
    return " | ".join(
        " ".join(point_text(row.point) for row, mark in zip(table, unit, strict=True) if mark == "1")
        for unit in solution.units
    )
