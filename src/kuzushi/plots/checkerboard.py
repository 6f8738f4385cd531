"""Figures of perceptrons: what every hidden unit computes, what the net computes, its weights, and how it learned."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil, log2, sqrt

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import LogLocator, MaxNLocator

from kuzushi.plots.comparison import trained_against_designed
from kuzushi.plots.diagram import diagram
from kuzushi.plots.plane import ROUND, draw_line, draw_plane, draw_points
from kuzushi.plots.scale import scale_curves
from kuzushi.plots.solutions import frequent_solutions, missed_points
from kuzushi.plots.style import BLACK, BLUE, ORANGE, RED, Drawn, new_figure
from kuzushi.results import Activations, CheckerboardResult, EnsembleScore

WORDS = {"sig": "sigmoid", "tanh": "tanh", "step": "step"}
MOST_TITLES = 4
"""A row with more units than this has no room for their lines."""


def figures(results: Sequence[CheckerboardResult]) -> Iterator[Drawn]:
    """Every figure of every result; those over the plane only for points of two inputs."""
    for place, result in enumerate(results, start=1):
        if result.arrays:
            yield _units(f"{place}-units", result)
            yield _net(f"{place}-net", result)
            yield from _compared(f"{place}-designed", result)
        yield diagram(f"{place}-diagram", result.shown, title=_title(result))
        if result.scale is not None:
            used = result.config.scale if result.act == "sig" else None
            title = f"weights {result.config.set_weights}, {result.hid} units"
            yield scale_curves(f"{place}-scale", result.scale, title=title, used=used)
        if result.trained:
            yield _training(f"{place}-training", result)
        if result.trained and result.nets > 1:
            yield _success(f"{place}-epochs-to-solve", result)
            yield from _found(place, result)


# --- drawing: data and axes in, artists out -------------------------------------------------------------------


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


def draw_success(ax: Axes, counts: Sequence[tuple[str, int]], *, unsolved: int) -> None:
    """Draw how many nets were solved in each span of epochs, and how many were not."""
    bars = ax.bar([label for label, _ in counts], [count for _, count in counts], color=BLUE)
    rest = ax.bar(["not\nsolved"], [unsolved], color="white", edgecolor=RED, hatch="//")
    for group in (bars, rest):
        ax.bar_label(group)
    ax.set(xlabel="epochs to solve, up to", ylabel="nets")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, steps=ROUND))
    ax.spines[["top", "right"]].set_visible(False)


# --- figures with their words ---------------------------------------------------------------------------------


def _units(name: str, result: CheckerboardResult) -> Drawn:
    shown, hid, low = result.shown, result.hid, _low(result)
    columns = ceil(sqrt(hid))
    rows, side = ceil(hid / columns), min(3.0, 9 / columns)
    figure = new_figure(side * columns + 1, (side + 0.2) * rows + 0.8)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in grid[hid:]:
        ax.remove()
    for j, ax in enumerate(grid[:hid]):
        image = draw_plane(ax, result.arrays["hidden"][j], result.arrays["axis1"], result.arrays["axis2"], low=low)
        draw_line(ax, shown.hidden_weight[j], shown.hidden_bias[j])
        handles = draw_points(ax, shown.table)
        title = f"H{j + 1}: {shown.lines[j]}" if columns <= MOST_TITLES else f"H{j + 1}"
        ax.set_title(title, fontsize=9 if columns <= 3 else 6)
    _legends(figure, image, list(grid[:hid]), handles, "output of the hidden unit")
    half = (low + 1) / 2
    on = [
        f"H{j + 1} ({shown.lines[j]}): {_listed([row for row in shown.table if row.hidden[j] >= half])}"
        for j in range(hid)
    ]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"What each hidden unit computes ({_title(result)}). Colour is the unit's output; a black line is "
        "where the unit changes side. One unit can only cut the plane in two; the output unit adds up "
        "these sides, each with its weight.",
        alternative="The points at which each unit is on. " + "; ".join(on) + ".",
    )


def _net(name: str, result: CheckerboardResult) -> Drawn:
    table = result.shown.table
    figure = new_figure(6, 5)
    ax = figure.subplots()
    axis1, axis2, output = (result.arrays[array] for array in ("axis1", "axis2", "output"))
    image = draw_plane(ax, output, axis1, axis2, low=0)
    if output.min() < 0.5 < output.max():
        ax.contour(axis1, axis2, output, levels=[0.5], colors=BLACK, linewidths=1.5)
    _legends(figure, image, [ax], draw_points(ax, table), "output of the net")
    right = sum((row.output >= 0.5) == (row.target == 1) for row in table)
    outputs = [f"({_point(row)}) target {row.target}: {row.output:.3f}" for row in table]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The function that the whole net computes ({_title(result)}). A black line is where the output "
        f"is 0.5: the net says 0 on one side and 1 on the other. {right} of {len(table)} points lie on their side.",
        alternative="The output at each point. " + "; ".join(outputs) + ".",
    )


def _training(name: str, result: CheckerboardResult) -> Drawn:
    figure = new_figure(8, 5)
    loss, solved = figure.subplots(2, 1, sharex=True)
    draw_training(loss, solved, result.epochs, nets=result.nets)
    first, last = result.epochs[0], result.epochs[-1]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"How {result.nets} net{'s' if result.nets > 1 else ''} of {result.hid} {WORDS[result.act]} units "
        f"learned: above the mean loss, below how many are right on every point, {last.solved} after {last.epoch:,} "
        "epochs. "
        "Where the loss is flat, the nets that are not yet right are stuck; at each step down some of them get free.",
        alternative=f"Mean loss {first.loss:.4g} and {first.solved} of {result.nets} nets solved after {first.epoch:,} "
        f"epochs; mean loss {last.loss:.4g} and {last.solved} solved after {last.epoch:,} epochs.",
    )


def _success(name: str, result: CheckerboardResult) -> Drawn:
    counts, rate = _spans(result), result.solved_interval
    unsolved = result.nets - result.solved
    figure = new_figure(8, 4)
    draw_success(figure.subplots(), [(f"{edge:,}", count) for edge, count in counts], unsolved=unsolved)
    epochs = sorted(epoch for epoch in result.epochs_to_solve if epoch is not None)
    typical = f" Half of these needed no more than {epochs[(len(epochs) - 1) // 2]:,} epochs." if epochs else ""
    return Drawn(
        name=name,
        figure=figure,
        caption="How long each net took until it was right on every point, and stayed so: "
        f"{result.solved} of {result.nets} nets, {rate.mean:.0%} (95 % interval {rate.low:.0%} to {rate.high:.0%})."
        f"{typical} The nets differ only in their random start.",
        alternative="Nets by epochs to solve: "
        + "; ".join(f"up to {edge:,}: {count}" for edge, count in counts)
        + f"; not solved: {unsolved}.",
    )


def _compared(name: str, result: CheckerboardResult) -> Iterator[Drawn]:
    """The shown net beside the minimal design most like it, where there is one that can be drawn."""
    if result.nearest is not None:
        drawn = trained_against_designed(name, result, result.nearest, title=_title(result), low=_low(result))
        if drawn is not None:
            yield drawn


def _found(place: int, result: CheckerboardResult) -> Iterator[Drawn]:
    """How the solved nets divide the points, and where the others fail; for two inputs."""
    solutions, table = result.solutions, result.shown.table
    if solutions is None or not result.arrays:
        return
    kind = f"{result.hid} {WORDS[result.act]} units"
    frequent = frequent_solutions(f"{place}-solutions", solutions, table, solved=result.solved, kind=kind)
    if frequent is not None:
        yield frequent
    unsolved = result.nets - result.solved
    if unsolved:
        yield missed_points(f"{place}-missed", solutions.wrong, table, unsolved=unsolved, kind=kind)


def _spans(result: CheckerboardResult) -> list[tuple[int, int]]:
    """The nets solved up to each epoch and after the one before, on a scale that doubles from the first evaluation."""
    first, last = result.epochs[0].epoch, result.epochs[-1].epoch
    edges = [first * 2**k for k in range(ceil(log2(last / first)))] + [last]
    solved = np.array([epoch for epoch in result.epochs_to_solve if epoch is not None])
    return [(edge, int(((solved > low) & (solved <= edge)).sum())) for low, edge in pairwise([0, *edges])]


def _legends(figure: Figure, image: AxesImage, axes: list[Axes], handles: list[PathCollection], values: str) -> None:
    figure.colorbar(image, ax=axes, label=values, shrink=0.8)
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)


def _low(result: CheckerboardResult) -> float:
    """The lowest value of a hidden unit."""
    return -1.0 if result.act == "tanh" else 0.0


def _title(result: CheckerboardResult) -> str:
    """Which net this is, in a few words."""
    kind = f"{result.hid} {WORDS[result.act]} units"
    if result.trained:
        return f"net {result.shown.net + 1} of {result.nets} trained, {kind}"
    times = f", weights times {result.config.scale:g}" if result.config.scale != 1 else ""
    return f"weights {result.config.set_weights}{times}, {kind}"


def _point(row: Activations) -> str:
    return ", ".join(f"{x:g}" for x in row.point)


def _listed(rows: Sequence[Activations]) -> str:
    return ", ".join(f"({_point(row)})" for row in rows) or "nowhere"
