"""Figures of recurrent nets: where the hidden state goes, what the gates do, and how far each net counts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from kuzushi.plots.counter_machine import counter_machine_figure
from kuzushi.plots.counters import counts_figures
from kuzushi.plots.dynamics import dynamics_figures, portrayed
from kuzushi.plots.extraction import automata_figures
from kuzushi.plots.failures import draw_failures, failures_in_words
from kuzushi.plots.languages import TITLES, bracketed, names_of_states, written
from kuzushi.plots.machines import NODES, draw_machine, layout
from kuzushi.plots.snapping import snapping_figure
from kuzushi.plots.states import States, draw_states, draw_states_3d, pairs_of_units
from kuzushi.plots.style import BLACK, BLUE, ORANGE, RED, Drawn, new_figure
from kuzushi.results import EnsembleLoss, SequencesResult, Step

GATES = ("input gate", "forget gate", "output gate")
MOST_STATES = 60
"""The most states of a machine that is drawn."""
LONGEST_PATH = 30
"""The most symbols of the string whose path is drawn."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of one ensemble, by the question that they answer; each is drawn when it is asked for."""

    how_far: Iterable[Drawn] = ()
    """Whether the nets do what they should, and how far."""
    how: Iterable[Drawn] = ()
    """How they do it."""
    how_sure: Iterable[Drawn] = ()
    """What became of those that were made exact."""


def figures(result: SequencesResult, place: int) -> Figures:
    """All that there is to draw of one ensemble; names begin with its place on the page."""
    return Figures(how_far=_how_far(place, result), how=_how(place, result), how_sure=_how_sure(place, result))


def _how_far(place: int, result: SequencesResult) -> Iterator[Drawn]:
    yield _training(f"{place}-training", result)
    yield _failures(f"{place}-first-failure", result)
    yield _predictions(f"{place}-predictions", result)


def _how(place: int, result: SequencesResult) -> Iterator[Drawn]:
    if len(result.machine.states) <= MOST_STATES:
        yield _machine(f"{place}-machine", result)
    if result.hid > 1:
        yield _states(f"{place}-states", result)
    if result.hid > 2:
        yield _states_3d(f"{place}-states-3d", result)
    if "gates" in result.arrays:
        yield _gates(f"{place}-gates", result)
    if result.dynamics is not None:
        yield from dynamics_figures(f"{place}", portrayed(result.dynamics, result.arrays))
    if result.counter_machine is not None and result.counter_machine.machine is not None:
        yield counter_machine_figure(f"{place}-counter-machine", result.counter_machine.machine)
    if result.counts is not None:
        yield from counts_figures(f"{place}", result.counts)
    if result.automata is not None:
        yield from automata_figures(f"{place}", result, result.automata)


def _how_sure(place: int, result: SequencesResult) -> Iterator[Drawn]:
    if result.snapping is not None and result.snapping.nets:
        yield snapping_figure(f"{place}-snapped", result, result.snapping)


# --- drawing: data and axes in, artists out -------------------------------------------------------------------


def draw_values(ax: Axes, values: NDArray[np.float32], symbols: str, *, label: str) -> None:
    """Draw a line for each unit of `values`, of shape (symbols, hid), over the symbols of a string."""
    for unit, line in enumerate(values.T):
        ax.plot(range(len(symbols)), line, ".-", color=NODES[unit % len(NODES)], label=f"unit {unit + 1}")
    ax.set_xticks(range(len(symbols)), list(symbols))
    ax.set_ylabel(label)
    ax.grid(alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)


def draw_predictions(ax: Axes, steps: Sequence[Step], symbols: Sequence[str]) -> None:
    """Draw the probability of each next symbol (rows) after each symbol read (columns), legal ones framed."""
    probabilities = np.array([step.probabilities for step in steps]).T  # (symbols, steps)
    image = ax.imshow(probabilities, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    ax.figure.colorbar(image, ax=ax, label="probability", shrink=0.9)
    for x, step in enumerate(steps):
        for y, symbol in enumerate(symbols):
            if symbol in step.legal:
                colour = BLACK if step.right else RED
                ax.add_patch(Rectangle((x - 0.45, y - 0.45), 0.9, 0.9, fill=False, edgecolor=colour, linewidth=1.4))
    ax.set_xticks(range(len(steps)), [step.symbol for step in steps])
    ax.set_yticks(range(len(symbols)), list(symbols))
    ax.set(xlabel="symbol read", ylabel="next symbol")


def draw_learning(loss: Axes, solved: Axes, history: Sequence[EnsembleLoss], *, nets: int) -> None:
    """Draw the median loss and the number of exact nets against the updates."""
    updates = [score.update for score in history]
    loss.plot(updates, [score.loss for score in history], ".-", color=BLUE)
    loss.set(ylabel="median loss (nats per symbol)", ylim=(0, None))
    solved.plot(updates, [score.solved for score in history], ".-", color=ORANGE)
    solved.axhline(nets, color=BLACK, linewidth=0.8, linestyle=":")
    solved.set(xlabel="updates", ylabel=f"exact nets, of {nets}", ylim=(0, 1.05 * nets))
    solved.yaxis.set_major_locator(MaxNLocator(integer=True))
    for ax in (loss, solved):
        ax.grid(alpha=0.3)


# --- figures with their words ---------------------------------------------------------------------------------


def _machine(name: str, result: SequencesResult) -> Drawn:
    machine = result.machine
    x, y = zip(*layout(machine).values(), strict=True)
    figure = new_figure(min(14, 0.62 * (max(x) - min(x) + 2)), min(8, 0.62 * (max(y) - min(y) + 2.4)))
    draw_machine(figure.subplots(), machine)
    what = (
        "The grammar is such a machine itself."
        if machine.longest is None
        else f"As long as a string's {_n(result)} is at most {machine.longest}, it follows {written(result.language)}; "
        f"without a limit there is none, since it would have to count without end. {names_of_states(result)}"
    )
    arrows = [f"{arrow.source} {arrow.symbol} {arrow.target}" for arrow in machine.transitions]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The smallest state machine that a net has to imitate, with {len(layout(machine))} states. "
        f"{what} The double circle is where a string begins and ends.",
        alternative=f"As state, symbol, next state: {'; '.join(arrows)}.",
    )


def _states(name: str, result: SequencesResult) -> Drawn:
    states = _followed(result)
    pairs = pairs_of_units(states)
    columns = min(3, len(pairs))
    rows, side = ceil(len(pairs) / columns), 6.5 if len(pairs) == 1 else 4.8
    figure = new_figure(side * columns, side * rows)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in grid[len(pairs) :]:
        ax.remove()
    for ax, units in zip(grid, pairs, strict=False):
        draw_states(ax, states, units)
    some = "" if len(states.units()) == result.hid else f" (the {len(states.units())} of {result.hid} that move most)"
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The hidden units of the {TITLES[result.model]}{some} after each symbol of {_walks(result)}, "
        f"{_which(result)}. Colour and name say where in the language each point is. "
        f"{names_of_states(result)} The star is the initial state, and the "
        f"arrows follow {_path(result)}. A hull is around the points of each name: hulls that are small, and apart "
        "from all others, mean that the net knows where it is. Points with a black ring are those after which only one "
        "symbol may come.",
        alternative=f"Mean hidden activations by state: {_means(states)}.",
    )


def _states_3d(name: str, result: SequencesResult) -> Drawn:
    states = _followed(result)
    first, second, third = states.units(3)
    figure = new_figure(7, 6.5)
    ax = figure.add_subplot(projection="3d")
    draw_states_3d(ax, states, (first, second, third))
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The same states in space: hidden units {first + 1}, {second + 1} and {third + 1}. The line follows "
        f"{_path(result)} from the star, the initial state.",
        alternative=f"Mean hidden activations by state: {_means(states)}.",
    )


def _gates(name: str, result: SequencesResult) -> Drawn:
    chosen = result.arrays["string"] == _longest(result)
    cell, gates, hidden = (result.arrays[array][chosen] for array in ("cell", "gates", "hidden"))
    text = result.walk[_longest(result)]
    rows = [("cell", cell), ("hidden", hidden), *zip(GATES, gates.swapaxes(0, 1), strict=True)]
    figure = new_figure(9, 9)
    axes = figure.subplots(len(rows), 1, sharex=True, height_ratios=(2, 1.2, 1, 1, 1))
    for ax, (label, values) in zip(axes, rows, strict=True):
        draw_values(ax, values, text, label=label)
        if label in GATES:
            ax.set_ylim(-0.05, 1.05)
    axes[-1].set_xlabel("symbol read")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=6, frameon=False)
    units = range(result.hid)
    counted = [f"unit {unit + 1}: {', '.join(f'{value:.2f}' for value in cell[:, unit])}" for unit in units]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Inside the LSTM while it reads {_path(result)} ({_which(result)}). A cell that rises by equal steps "
        "and falls by equal steps counts. A gate near 1 is open, near 0 closed: the input gate lets the symbol into "
        "the cell, the forget gate keeps what is there, the output gate shows it.",
        alternative=f"The cells, symbol by symbol of {text}: {'; '.join(counted)}.",
    )


def _predictions(name: str, result: SequencesResult) -> Drawn:
    steps = result.shown.steps
    figure = new_figure(max(5.0, 0.34 * len(steps) + 2), 0.4 * len(result.symbols) + 1.3)
    draw_predictions(figure.subplots(), steps, result.symbols)
    determined = [step for step in steps if step.determined]
    correct = sum(step.right for step in determined)
    wrong = [f"after symbol {i}, {step.symbol}" for i, step in enumerate(steps, start=1) if not step.right]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"What the {TITLES[result.model]} expects after each symbol of one stream ({_which(result)}). Frames "
        "are around the symbols that may follow, red where the net prefers another. Where only one may follow, it is "
        f"right {correct} of {len(determined)} times.",
        alternative=f"Wrong: {'; '.join(wrong) or 'nowhere'}.",
    )


def _failures(name: str, result: SequencesResult) -> Drawn:
    figure = new_figure(9, 4)
    draw_failures(figure.subplots(), result.first_failure, trained=result.trained_length, tested=result.tested_length)
    rate = result.solved_interval
    which = (
        f"The first test string that each net fails, by its number of symbols: alone or in a stream without reset. The "
        f"longest has {result.tested_length}. Exact on all"
        if result.machine.longest is None
        else f"The first string that each net fails, by its {_n(result)}, up to {result.tested_length}: alone or in a "
        "stream without reset. Red: within what it was trained on. Exact on all of that"
    )
    counted = failures_in_words(result.first_failure, trained=result.trained_length, tested=result.tested_length)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"{which} are {result.solved} of {result.nets} nets, {rate.mean:.0%} (95 % interval {rate.low:.0%} to "
        f"{rate.high:.0%}). A net that had understood would fail nowhere.",
        alternative=f"Nets by the first length that fails: {counted}.",
    )


def _training(name: str, result: SequencesResult) -> Drawn:
    figure = new_figure(8, 5)
    loss, solved = figure.subplots(2, 1, sharex=True)
    draw_learning(loss, solved, result.history, nets=result.nets)
    first, last = result.history[0], result.history[-1]
    worst = (
        " Where the loss jumps, the worst symbol of each stream begins to count in it beside the mean."
        if result.config.preset == "counting"
        else ""
    )
    return Drawn(
        name=name,
        figure=figure,
        caption=f"How {_counted(result.nets, TITLES[result.model])} learned {written(result.language)}: above the "
        "loss, below how many are exact on every string they are trained on. The loss cannot fall to 0, since not "
        "every symbol is determined; it is no proof of learning, and the lower curve is."
        f"{worst}",
        alternative=f"After {first.update:,} updates median loss {first.loss:.4f} and {first.solved} of {result.nets} "
        f"nets exact; after {last.update:,} updates {last.loss:.4f} and {last.solved}.",
    )


# --- words ----------------------------------------------------------------------------------------------------


def _counted(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"


def _longest(result: SequencesResult) -> int:
    """The longest string that is short enough for its path to be drawn, as its place in the walk."""
    lengths = [len(text) for text in result.walk]
    fitting = [length for length in lengths if length <= LONGEST_PATH]
    return lengths.index(max(fitting) if fitting else min(lengths))


def _followed(result: SequencesResult) -> States:
    return States.of(result, string=_longest(result))


def _path(result: SequencesResult) -> str:
    return f"the string {result.walk[_longest(result)]}"


def _walks(result: SequencesResult) -> str:
    counted = result.machine.longest is not None and not bracketed(result)
    return f"the strings n = 1 to {len(result.walk)}" if counted else f"{len(result.walk)} strings"


def _n(result: SequencesResult) -> str:
    """What the n of a string is called."""
    return "deepest nesting" if bracketed(result) else "n"


def _which(result: SequencesResult) -> str:
    failure = result.first_failure[result.shown.net]
    far = f"first fails at {failure}" if failure is not None else f"fails nowhere up to {result.tested_length}"
    return f"net {result.shown.net + 1} of {result.nets}, the one that goes furthest: it {far}"


def _means(states: States) -> str:
    names = np.array(states.names)
    return "; ".join(
        f"{name} ({', '.join(f'{value:.2f}' for value in states.points[names == name].mean(0))})"
        for name in dict.fromkeys(states.names)
    )
