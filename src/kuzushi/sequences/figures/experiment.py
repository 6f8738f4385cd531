"""All figures of a result, and those of its ensemble: training, predictions, first failures and snapping."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from kuzushi.core.figure_style import BLACK, BLUE, ORANGE, RED, Drawn, new_figure
from kuzushi.sequences.counter_results import Snapping
from kuzushi.sequences.figures.counters import counts_figures, gates_figure
from kuzushi.sequences.figures.dynamics import dynamics_figures, with_arrays
from kuzushi.sequences.figures.machines import automaton_figure, counter_machine_figure, machine_figure
from kuzushi.sequences.figures.states import automaton_states_figure, best_net_text, states_3d_figure, states_figure
from kuzushi.sequences.results import MODEL_TITLES, EnsembleLoss, SequencesResult, Step, language_title

MOST_STATES, MOST_AUTOMATON_STATES = 60, 24
"""The most states of a drawn machine of a language, and of a drawn automaton."""
MOST_BARS = 25
"""The most bars; more lengths share bars."""
MOST_LETTERS = 90
"""The most letters of labels side by side; more are rotated."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of one ensemble by question; each is drawn when it is iterated over."""

    how_far: Iterable[Drawn] = ()
    """Does it work, and how far?"""
    how: Iterable[Drawn] = ()
    """How does it do it?"""
    how_sure: Iterable[Drawn] = ()
    """Can we be sure?"""


def figures(result: SequencesResult, number: int) -> Figures:
    """Return all figures of one ensemble; their names begin with its number on the page."""
    return Figures(how_far=_how_far(number, result), how=_how(number, result), how_sure=_how_sure(number, result))


def _how_far(number: int, result: SequencesResult) -> Iterator[Drawn]:
    yield training_figure(f"{number}-training", result)
    yield failures_figure(f"{number}-first-failure", result)
    yield predictions_figure(f"{number}-predictions", result)


def _how(number: int, result: SequencesResult) -> Iterator[Drawn]:
    if len(result.machine.states) <= MOST_STATES:
        yield machine_figure(f"{number}-machine", result)
    if result.hid > 1:
        yield states_figure(f"{number}-states", result)
    if result.hid > 2:
        yield states_3d_figure(f"{number}-states-3d", result)
    if "gates" in result.arrays:
        yield gates_figure(f"{number}-gates", result)
    if result.dynamics is not None:
        yield from dynamics_figures(f"{number}", with_arrays(result.dynamics, result.arrays))
    if result.counter_machine is not None and result.counter_machine.machine is not None:
        yield counter_machine_figure(f"{number}-counter-machine", result.counter_machine.machine)
    if result.counts is not None:
        yield from counts_figures(f"{number}", result.counts)
    if result.automata is not None:
        if len(result.automata.machine.states) <= MOST_AUTOMATON_STATES:
            yield automaton_figure(f"{number}-automaton", result, result.automata)
        if result.hid > 1:
            yield automaton_states_figure(f"{number}-automaton-states", result, result.automata)


def _how_sure(number: int, result: SequencesResult) -> Iterator[Drawn]:
    if result.snapping is not None and result.snapping.nets:
        yield snapping_figure(f"{number}-snapped", result, result.snapping)


# --- figures of an ensemble -----------------------------------------------------------------------------------


def training_figure(name: str, result: SequencesResult) -> Drawn:
    """Draw the learning curves of all nets together."""
    figure = new_figure(8, 5)
    loss, solved = figure.subplots(2, 1, sharex=True)
    draw_learning(loss, solved, result.history, nets=result.nets)
    first, last = result.history[0], result.history[-1]
    nets = f"{result.nets} {MODEL_TITLES[result.model]}{'' if result.nets == 1 else 's'}"
    jump = " The loss jumps where the worst symbol of each stream is added to the mean."
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Training of {nets} on {language_title(result.language)}: the loss (above), and how many nets are "
        "exact on all trained strings (below). The loss cannot reach 0, since not every symbol is determined."
        f"{jump if result.config.preset == 'counting' else ''}",
        alternative=f"After {first.update:,} updates median loss {first.loss:.4f} and {first.solved} of {result.nets} "
        f"nets exact; after {last.update:,} updates {last.loss:.4f} and {last.solved}.",
    )


def failures_figure(name: str, result: SequencesResult) -> Drawn:
    """Draw how many nets first fail at each length."""
    figure = new_figure(9, 4)
    draw_failures(figure.subplots(), result.first_failure, trained=result.trained_length, tested=result.tested_length)
    rate = result.solved_interval
    length = "number of symbols" if result.from_grammar else "deepest nesting" if result.bracketed else "n"
    red = "" if result.from_grammar else " Red: trained lengths."
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The first string that each net fails, by its {length}, up to {result.tested_length}: alone or in a "
        f"stream without reset.{red} Exact on all {'test' if result.from_grammar else 'trained'} strings: "
        f"{result.solved} of {result.nets} nets, {rate.mean:.0%} (95 % interval {rate.low:.0%} to {rate.high:.0%}).",
        alternative="Nets by the first length that fails: "
        f"{failures_text(result.first_failure, trained=result.trained_length, tested=result.tested_length)}.",
    )


def predictions_figure(name: str, result: SequencesResult) -> Drawn:
    """Draw the predictions of the best net on one stream."""
    steps = result.shown.steps
    figure = new_figure(max(5.0, 0.34 * len(steps) + 2), 0.4 * len(result.symbols) + 1.3)
    draw_predictions(figure.subplots(), steps, result.symbols)
    determined = [step for step in steps if step.determined]
    wrong = [f"after symbol {i}, {step.symbol}" for i, step in enumerate(steps, start=1) if not step.right]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Predictions of the {MODEL_TITLES[result.model]} after each symbol of one stream "
        f"({best_net_text(result)}). Frames: the symbols that may follow, red where the net is wrong. Where only one "
        f"may follow, it is right {sum(step.right for step in determined)} of {len(determined)} times.",
        alternative=f"Wrong: {'; '.join(wrong) or 'nowhere'}.",
    )


def snapping_figure(name: str, result: SequencesResult, snapping: Snapping) -> Drawn:
    """Draw the first failures of every net that could be snapped, before and after."""
    panels = {
        "as trained": [result.first_failure[net.net] for net in snapping.nets],
        "snapped": snapping.first_failure,
    }
    lengths = {"trained": result.trained_length, "tested": snapping.tested_length}
    figure = new_figure(9, 6.5)
    for ax, (title, first_failure) in zip(figure.subplots(2, 1), panels.items(), strict=True):
        draw_failures(ax, first_failure, **lengths)
        ax.set_title(title, loc="left")
    texts = [f"{title}: {failures_text(first_failure, **lengths)}" for title, first_failure in panels.items()]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The first failing n, alone or in a stream, of {len(snapping.nets)} {MODEL_TITLES[result.model]}s as "
        f"trained (above) and snapped (below). {snapping.exact} of the snapped nets do not fail up to n = "
        f"{snapping.tested_length:,}.",
        alternative=f"Nets by the first failing n, {'. '.join(texts)}.",
    )


# --- drawing --------------------------------------------------------------------------------------------------


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


def draw_predictions(ax: Axes, steps: Sequence[Step], symbols: Sequence[str]) -> None:
    """Draw the probability of each next symbol (rows) after each symbol read (columns), with legal ones framed."""
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


def draw_failures(ax: Axes, first_failure: Sequence[int | None], *, trained: int, tested: int) -> None:
    """Draw how many nets first fail at each length, in red at trained lengths."""
    bars = failure_bars(first_failure, trained=trained, tested=tested)
    colour = [RED if high is not None and high <= trained else BLUE for _, high, _ in bars]
    drawn = ax.bar([label for label, _, _ in bars], [count for *_, count in bars], color=colour)
    ax.bar_label(drawn)
    if max(len(label) for label, _, _ in bars) * len(bars) > MOST_LETTERS:
        ax.tick_params(axis="x", labelrotation=45)
    ax.set(xlabel="first length that fails", ylabel=f"nets, of {len(first_failure)}")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.spines[["top", "right"]].set_visible(False)


def failure_bars(
    first_failure: Sequence[int | None], *, trained: int, tested: int
) -> list[tuple[str, int | None, int]]:
    """Return the number of nets that first fail at each length, as label, last length of the bar, and count.

    Neighbouring lengths share a bar if there are many, but no trained length with a longer one. Lengths at which no
    net fails are left out. The nets that never fail come last, with no length.
    """
    failed = [failure for failure in first_failure if failure is not None]
    width = ceil(max(failed, default=1) / MOST_BARS)

    def span(failure: int) -> tuple[int, int]:
        first, last = (1, trained) if failure <= trained else (trained + 1, tested)
        low = first + (failure - first) // width * width
        return low, min(low + width - 1, last)

    bars: list[tuple[str, int | None, int]] = [
        (f"{low}" if low == high else f"{low}-{high}", high, count)
        for (low, high), count in sorted(Counter(map(span, failed)).items())
    ]
    return [*bars, (f"none to {tested}", None, list(first_failure).count(None))]


def failures_text(first_failure: Sequence[int | None], *, trained: int, tested: int) -> str:
    """Return the bars as text, such as "5: 3; 6: 1; none to 50: 0"."""
    bars = failure_bars(first_failure, trained=trained, tested=tested)
    return "; ".join(f"{label}: {count}" for label, _, count in bars)
