"""The figures of a result: training and first failures, machines, states, gates, and dynamics."""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import ceil

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from kuzushi.core.figure_style import BLACK, BLUE, ORANGE, RED, Drawn, new_figure
from kuzushi.sequences.figures.dynamics import dynamics_figures
from kuzushi.sequences.figures.machines import automaton_figure, counter_machine_figure, machine_figure
from kuzushi.sequences.figures.states import gates_figure, states_3d_figure, states_figure
from kuzushi.sequences.results import MODEL_TITLES, EnsembleLoss, SequencesResult, language_title

MOST_STATES, MOST_AUTOMATON_STATES = 60, 24
"""The most states of a drawn machine of a language, and of a drawn automaton."""
MOST_BARS = 25
"""The most bars; more lengths share bars."""
MOST_LETTERS = 90
"""The most letters of labels side by side; more are rotated."""


def figures(result: SequencesResult, number: int) -> Iterator[Drawn]:
    """Yield the figures that explain how the nets of one ensemble count; names begin with its number on the page."""
    yield from _machines(f"{number}", result)
    if result.hid > 1:
        yield states_figure(f"{number}-states", result)
    if result.hid == 3:
        yield states_3d_figure(f"{number}-states-3d", result)
    if "gates" in result.arrays:
        yield gates_figure(f"{number}-gates", result)
    if result.dynamics is not None:
        yield from dynamics_figures(f"{number}", result.dynamics, result.arrays)


def _machines(name: str, result: SequencesResult) -> Iterator[Drawn]:
    """Yield the machine of the language, or the one that was extracted from the net."""
    automata, counters = result.automata, result.counter_machine
    if automata is not None and len(automata.machine.states) <= MOST_AUTOMATON_STATES:
        yield automaton_figure(f"{name}-automaton", result, automata)
    elif counters is not None:
        if counters.machine is not None:
            yield counter_machine_figure(f"{name}-counter-machine", counters.machine)
    elif len(result.machine.states) <= MOST_STATES:
        yield machine_figure(f"{name}-machine", result)


def training_figure(name: str, result: SequencesResult) -> Drawn:
    """Draw the learning curves of all nets together, and how many nets first fail at each length."""
    figure = new_figure(8, 8)
    loss, solved, failures = figure.subplots(3, 1)
    solved.sharex(loss)
    lengths = {"trained": result.trained_length, "tested": result.tested_length}
    draw_learning(loss, solved, result.history, nets=result.nets)
    draw_failures(failures, result.first_failure, **lengths)
    last, rate = result.history[-1], result.solved_interval
    length = "number of symbols" if result.from_grammar else "deepest nesting" if result.bracketed else "n"
    red = "" if result.from_grammar else " Red: trained lengths."
    jump = " It jumps where the worst symbol of each stream is added." if result.config.preset == "counting" else ""
    nets = f"{result.nets} {MODEL_TITLES[result.model]}{'' if result.nets == 1 else 's'}"
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Training of {nets} on {language_title(result.language)}: the median loss, which cannot reach 0, and "
        f"how many nets have no failure up to the trained length, in float32.{jump} Below: the {length} of the first "
        f"failure of each net, alone or in a stream, up to {result.tested_length}.{red} Without a failure up to the "
        f"trained length, in float32 and float64: {result.solved} of {result.nets} nets, {rate.mean:.0%} (95 % "
        f"interval {rate.low:.0%} to {rate.high:.0%}).",
        alternative=f"After {last.update:,} updates: median loss {last.loss:.4f}, {last.solved} of {result.nets} nets "
        f"without a failure. Nets by the first length that fails: {failures_text(result.first_failure, **lengths)}.",
    )


def draw_learning(loss: Axes, solved: Axes, history: Sequence[EnsembleLoss], *, nets: int) -> None:
    """Draw the median loss and the number of nets without a failure against the updates."""
    updates = [score.update for score in history]
    loss.plot(updates, [score.loss for score in history], ".-", color=BLUE)
    loss.set(ylabel="loss (nats per symbol)", ylim=(0, None))
    solved.plot(updates, [score.solved for score in history], ".-", color=ORANGE)
    solved.axhline(nets, color=BLACK, linewidth=0.8, linestyle=":")
    solved.set(xlabel="updates", ylabel=f"right nets, of {nets}", ylim=(0, 1.05 * nets))
    solved.yaxis.set_major_locator(MaxNLocator(integer=True))
    for ax in (loss, solved):
        ax.grid(alpha=0.3)


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
