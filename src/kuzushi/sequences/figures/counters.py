"""Cells and gates of an LSTM: over a string, counts decoded from the cell, and the steps of the cell."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from kuzushi.core.figure_style import BLACK, BLUE, ORANGE, Drawn, new_figure, new_grid
from kuzushi.sequences.counter_results import CellStep, CountDirection, CountedString, Counts
from kuzushi.sequences.figures.machines import NODES, PHASES
from kuzushi.sequences.figures.states import best_net_text, longest_drawn
from kuzushi.sequences.results import SequencesResult

GATES = ("input gate", "forget gate", "output gate")
GATE_LIMITS = (-0.05, 1.05)


# --- figures --------------------------------------------------------------------------------------------------


def gates_figure(name: str, result: SequencesResult) -> Drawn:
    """Draw cell, hidden state and gates of the best net over the longest string that fits."""
    string = longest_drawn(result)
    chosen, text = result.arrays["string"] == string, result.walk[string]
    cell, gates, hidden = (result.arrays[array][chosen] for array in ("cell", "gates", "hidden"))
    rows = [("cell", cell), ("hidden", hidden), *zip(GATES, gates.swapaxes(0, 1), strict=True)]
    figure = new_figure(9, 9)
    axes = figure.subplots(len(rows), 1, sharex=True, height_ratios=(2, 1.2, 1, 1, 1))
    for ax, (label, values) in zip(axes, rows, strict=True):
        draw_values(ax, values, text, label=label)
        if label in GATES:
            ax.set_ylim(*GATE_LIMITS)
    axes[-1].set_xlabel("symbol read")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=6, frameon=False)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Inside the LSTM while it reads {text} ({best_net_text(result)}). A cell that changes by equal steps "
        "counts. Near 1 a gate is open, near 0 closed: the input gate writes to the cell, the forget gate preserves "
        "it, the output gate reads it out.",
        alternative=_cells_text(text, cell),
    )


def counts_figures(name: str, counts: Counts) -> Iterator[Drawn]:
    """Yield every figure of the counts; `name` begins their names."""
    yield _string_figure(f"{name}-counting", counts)
    yield _decoded_figure(f"{name}-decoded-counts", counts)
    yield _steps_figure(f"{name}-cell-steps", counts)


def _string_figure(name: str, counts: Counts) -> Drawn:
    string = counts.string
    figure = new_figure(max(5.0, 0.34 * len(string.symbols) + 1.5), 8)
    axes = list(figure.subplots(4, 1, sharex=True, height_ratios=(2, 1, 1, 1)))
    draw_string(axes, string, [direction.count for direction in counts.directions])
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=6, frameon=False)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Cell and gates while the LSTM reads {string.symbols}. Below each symbol: the true counts after it "
        "(a dot where a count is not defined; counts to come assume that no further first symbol follows). A unit that "
        "counts changes by equal steps.",
        alternative=_cells_text(string.symbols, np.array(string.cell)),
    )


def _decoded_figure(name: str, counts: Counts) -> Drawn:
    figure, grid = new_grid(len(counts.directions), columns=2, width=4.4, height=3.7)
    for ax, direction in zip(grid, counts.directions, strict=True):
        draw_decoded(ax, direction)
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    errors = []
    for d in counts.directions:
        last = d.decoded_longer[-1]
        errors.append(
            f"{d.count}: error up to {d.error_trained:.2f} on trained lengths and {d.error_longer:.2f} on longer ones, "
            f"{last.mean:.1f} for {last.count}"
        )
    return Drawn(
        name=name,
        figure=figure,
        caption="Counts decoded from the cell by the best linear function, against the true ones: fitted on the "
        f"strings up to n = {counts.trained_length} (blue), tested up to n = {counts.longer_length} (orange). On the "
        "dashed line the cell holds the count. Bars go from the least to the largest decoded value.",
        alternative=f"{'; '.join(errors)}.",
    )


def _steps_figure(name: str, counts: Counts) -> Drawn:
    figure = new_figure(max(6.0, 1.0 * len(counts.steps)), 3.6)
    ax = figure.subplots()
    draw_steps(ax, counts.steps)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=6, frameon=False)
    means = [
        f"{context(step)} {', '.join(f'{m:.2f} ({s:.2f})' for m, s in zip(step.mean, step.spread, strict=True))}"
        for step in counts.steps
    ]
    return Drawn(
        name=name,
        figure=figure,
        caption="Change of each unit of the cell at each symbol: mean and standard deviation over all strings up to "
        f"n = {counts.trained_length}. A counter always changes by the same step, with a small deviation.",
        alternative=f"Mean change (standard deviation) by unit: {'; '.join(means)}.",
    )


def _cells_text(symbols: str, cell: NDArray[np.floating]) -> str:
    units = [f"unit {unit}: {', '.join(f'{x:.2f}' for x in values)}" for unit, values in enumerate(cell.T, start=1)]
    return f"The cells, symbol by symbol of {symbols}: {'; '.join(units)}."


# --- drawing --------------------------------------------------------------------------------------------------


def draw_values(ax: Axes, values: NDArray[np.floating], symbols: str, *, label: str) -> None:
    """Draw a line for each unit of `values`, of shape (symbols, hid), over the symbols of a string."""
    for unit, line in enumerate(values.T):
        ax.plot(range(len(symbols)), line, ".-", color=NODES[unit % len(NODES)], label=f"unit {unit + 1}")
    ax.set_xticks(range(len(symbols)), list(symbols))
    ax.set_ylabel(label)
    ax.grid(alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)


def draw_string(axes: Sequence[Axes], string: CountedString, names: Sequence[str]) -> None:
    """Draw cell and gates over a string in four axes, and the true counts of these names below each symbol."""
    gates = np.array(string.gates)  # (symbols, 3, hid)
    rows = (np.array(string.cell), *gates.swapaxes(0, 1))
    for ax, values, label in zip(axes, rows, ("cell", *GATES), strict=True):
        draw_values(ax, values, string.symbols, label=label)
        if label in GATES:
            ax.set_ylim(*GATE_LIMITS)
    last = axes[-1]
    last.set_xticklabels([
        "\n".join([symbol, *("·" if count is None else str(count) for count in true)])
        for symbol, true in zip(string.symbols, string.counts, strict=True)
    ])  # fmt: skip
    alphabet = sorted(set(string.symbols))
    for name, symbol in zip(last.get_xticklabels(), string.symbols, strict=True):
        name.set_color(PHASES[alphabet.index(symbol)])
    last.annotate(
        "\n".join(["read", *names]), (0, 0), (-8, -7), xycoords="axes fraction", textcoords="offset points",
        ha="right", va="top", fontsize=last.get_xticklabels()[0].get_fontsize(),
    )  # fmt: skip


def draw_decoded(ax: Axes, direction: CountDirection) -> None:
    """Draw the decoded count against the true one; a bar goes from the least to the largest value."""
    ranges = ((direction.decoded_longer, ORANGE, "longer"), (direction.decoded_trained, BLUE, "trained"))
    largest = max(read.count for decoded, *_ in ranges for read in decoded)
    ax.plot([0, largest], [0, largest], color=BLACK, linewidth=0.9, linestyle="--", zorder=1)
    for decoded, colour, label in ranges:
        count, mean, low, high = np.array([(read.count, read.mean, read.low, read.high) for read in decoded]).T
        ax.vlines(count, low, high, color=colour, linewidth=1.2, alpha=0.6, zorder=2)
        ax.plot(count, mean, ".", markersize=4, color=colour, label=label, zorder=3)
    ax.set(title=direction.count, xlabel="true count", ylabel="decoded count")
    ax.grid(alpha=0.3)


def draw_steps(ax: Axes, steps: Sequence[CellStep]) -> None:
    """Draw the change of each unit of the cell in each context, with the standard deviation over the steps."""
    units = len(steps[0].mean)
    width = 0.8 / units
    for unit in range(units):
        x = np.arange(len(steps)) + (unit - (units - 1) / 2) * width
        ax.bar(
            x, [step.mean[unit] for step in steps], 0.9 * width, yerr=[step.spread[unit] for step in steps],
            color=NODES[unit % len(NODES)], ecolor=BLACK, capsize=2, label=f"unit {unit + 1}",
        )  # fmt: skip
    ax.axhline(0, color=BLACK, linewidth=0.8)
    ax.set_xticks(range(len(steps)), [context(step) for step in steps])
    ax.set(xlabel="symbol before > symbol read", ylabel="change of the cell")
    ax.spines[["top", "right"]].set_visible(False)


def context(step: CellStep) -> str:
    """Return the context of a step: "a>b" at a b after an a."""
    return f"{step.source}>{step.symbol}"
