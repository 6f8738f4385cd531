"""What an LSTM counts: its cell and gates over a string, counts read from the cell, and the steps of the cell."""

from collections.abc import Iterator, Sequence
from math import ceil

import numpy as np
from matplotlib.axes import Axes

from kuzushi.plots.machines import NODES, PHASES
from kuzushi.plots.style import BLACK, BLUE, ORANGE, Drawn, new_figure
from kuzushi.results.counters import CellStep, CountDirection, CountedString, Counts, DecodedCount

GATES = ("input gate", "forget gate", "output gate")


def counts_figures(name: str, counts: Counts) -> Iterator[Drawn]:
    """Every figure of the counts; their names begin with `name`."""
    yield _string(f"{name}-counting", counts)
    yield _decoded(f"{name}-decoded-counts", counts)
    yield _steps(f"{name}-cell-steps", counts)


# --- drawing: data and axes in, artists out -------------------------------------------------------------------


def draw_string(axes: Sequence[Axes], string: CountedString, names: Sequence[str]) -> None:
    """Draw the cell and the three gates over a string, and under each symbol the true counts of these names.

    Args:
        axes: four, from top to bottom.
    """
    gates = np.array(string.gates)  # (symbols, 3, hid)
    rows = (np.array(string.cell), *gates.swapaxes(0, 1))
    for ax, values, label in zip(axes, rows, ("cell", *GATES), strict=True):
        for unit, line in enumerate(values.T):
            ax.plot(line, ".-", color=NODES[unit % len(NODES)], label=f"unit {unit + 1}")
        ax.set(ylabel=label, xticks=range(len(string.symbols)))
        ax.grid(alpha=0.3)
        ax.spines[["top", "right"]].set_visible(False)
        if ax is not axes[0]:
            ax.set_ylim(-0.05, 1.05)
    written = [
        "\n".join([symbol, *("·" if count is None else str(count) for count in true)])
        for symbol, true in zip(string.symbols, string.counts, strict=True)
    ]
    axes[-1].set_xticklabels(written)
    alphabet = sorted(set(string.symbols))
    for name, symbol in zip(axes[-1].get_xticklabels(), string.symbols, strict=True):
        name.set_color(PHASES[alphabet.index(symbol)])
    axes[-1].annotate(
        "\n".join(["read", *names]), (0, 0), (-8, -7), xycoords="axes fraction", textcoords="offset points",
        ha="right", va="top", fontsize=axes[-1].get_xticklabels()[0].get_fontsize(),
    )  # fmt: skip


def draw_decoded(ax: Axes, direction: CountDirection) -> None:
    """Draw what a direction of the cell reads against the true count; a bar is from the least to the largest."""
    ranges = ((direction.decoded_longer, ORANGE, "longer"), (direction.decoded_trained, BLUE, "trained"))
    largest = max(read.count for decoded, *_ in ranges for read in decoded)
    ax.plot([0, largest], [0, largest], color=BLACK, linewidth=0.9, linestyle="--", zorder=1)
    for decoded, colour, label in ranges:
        count, mean, low, high = np.array([(read.count, read.mean, read.low, read.high) for read in decoded]).T
        ax.vlines(count, low, high, color=colour, linewidth=1.2, alpha=0.6, zorder=2)
        ax.plot(count, mean, ".", markersize=4, color=colour, label=label, zorder=3)
    ax.set(title=direction.count, xlabel="true count", ylabel="read from the cell")
    ax.grid(alpha=0.3)


def draw_steps(ax: Axes, steps: Sequence[CellStep]) -> None:
    """Draw how each unit of the cell changes in each context, with the standard deviation over the steps."""
    units = len(steps[0].mean)
    width = 0.8 / units
    for unit in range(units):
        place = np.arange(len(steps)) + (unit - (units - 1) / 2) * width
        ax.bar(
            place, [step.mean[unit] for step in steps], 0.9 * width, yerr=[step.spread[unit] for step in steps],
            color=NODES[unit % len(NODES)], ecolor=BLACK, capsize=2, label=f"unit {unit + 1}",
        )  # fmt: skip
    ax.axhline(0, color=BLACK, linewidth=0.8)
    ax.set_xticks(range(len(steps)), [context(step) for step in steps])
    ax.set(xlabel="symbol before > symbol read", ylabel="change of the cell")
    ax.spines[["top", "right"]].set_visible(False)


def context(step: CellStep) -> str:
    """Where a step is taken: "a>b" is that at a b after an a."""
    return f"{step.source}>{step.symbol}"


# --- figures with their words ---------------------------------------------------------------------------------


def _string(name: str, counts: Counts) -> Drawn:
    string = counts.string
    figure = new_figure(max(5.0, 0.34 * len(string.symbols) + 1.5), 8)
    axes = figure.subplots(4, 1, sharex=True, height_ratios=(2, 1, 1, 1))
    draw_string(axes, string, [direction.count for direction in counts.directions])
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=6, frameon=False)
    cell = [", ".join(f"{value:.2f}" for value in values) for values in np.array(string.cell).T]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Cell and gates of the LSTM while it reads {string.symbols}. Under each symbol stand the true counts "
        "once it is read; a dot is where a count is not asked for. While the first symbol is read, what is to come is "
        "what would be if no more of it came. A unit that counts moves by equal steps.",
        alternative=f"The cells, symbol by symbol of {string.symbols}: "
        + "; ".join(f"unit {unit}: {values}" for unit, values in enumerate(cell, start=1))
        + ".",
    )


def _decoded(name: str, counts: Counts) -> Drawn:
    columns = min(2, len(counts.directions))
    rows = ceil(len(counts.directions) / columns)
    figure = new_figure(4.4 * columns, 3.7 * rows)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in grid[len(counts.directions) :]:
        ax.remove()
    for ax, direction in zip(grid, counts.directions, strict=False):
        draw_decoded(ax, direction)
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    measured = [
        f"{d.count}: up to {d.error_trained:.2f} off on the lengths trained and {d.error_longer:.2f} on longer ones, "
        f"reading {_far(d.decoded_longer)}"
        for d in counts.directions
    ]
    return Drawn(
        name=name,
        figure=figure,
        caption="Counts as the best linear function of the cell reads them, against the true ones. It is fitted on the "
        f"strings up to n = {counts.trained_length} (blue) and tried on those up to n = {counts.longer_length} "
        "(orange). On the dashed line the cell holds the count; a bar goes from the least to the largest value read.",
        alternative=f"{'; '.join(measured)}.",
    )


def _steps(name: str, counts: Counts) -> Drawn:
    figure = new_figure(max(6.0, 1.0 * len(counts.steps)), 3.6)
    ax = figure.subplots()
    draw_steps(ax, counts.steps)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=6, frameon=False)
    measured = [
        f"{context(step)} {', '.join(f'{m:.2f} ({s:.2f})' for m, s in zip(step.mean, step.spread, strict=True))}"
        for step in counts.steps
    ]
    return Drawn(
        name=name,
        figure=figure,
        caption="By how much each unit of the cell changes at each symbol: the mean over all strings up to n = "
        f"{counts.trained_length}, and the standard deviation. In a counter it is the same step every time, so that "
        "the deviation is small. The first string begins from the start, every other one from the end of the one "
        "before.",
        alternative=f"Mean change (standard deviation) by unit: {'; '.join(measured)}.",
    )


def _far(decoded: Sequence[DecodedCount]) -> str:
    last = decoded[-1]
    return f"{last.mean:.1f} where it is {last.count}"
