"""How an LSTM counts, in words and tables, beside what the study said of it."""

from kuzushi.plots.counter_machine import changes_text, guard_text
from kuzushi.report.counter_claims import NEARLY, said
from kuzushi.report.sections import Table
from kuzushi.results.counters import CountDirection, Counts, ExtractedCounters

METHOD = (
    "How can an LSTM count? A cell whose forget gate is open keeps what is in it, and each symbol adds its increment. "
    "For each count, the linear function of the cell that fits it best on short strings is tried on longer ones; and "
    "where the increments are in proportion to integers, a counter machine is taken from the net."
)
"""What the paragraphs take for granted."""


def paragraphs(counts: Counts, extraction: ExtractedCounters) -> tuple[str, ...]:
    """What was found."""
    return (_held(counts), *_machine_in_words(counts, extraction))


def tables(counts: Counts, extraction: ExtractedCounters) -> tuple[Table, ...]:
    """What the study said, the machine, its counters, the directions, and gates by context."""
    machine = (_machine(extraction),) if extraction.machine else ()
    counters = (_counters(extraction),) if extraction.counters else ()
    return (said(counts, extraction), *machine, *counters, _directions(counts), _gates(counts))


def _held(counts: Counts) -> str:
    def measured(direction: CountDirection) -> str:
        return f"{direction.count} (R² {direction.r2_longer:.3f}, at most {direction.error_longer:.2f} off)"

    held = [measured(direction) for direction in counts.directions if direction.r2_longer >= NEARLY]
    lost = [measured(direction) for direction in counts.directions if direction.r2_longer < NEARLY]
    return (
        f"What is in the cell of net {counts.net + 1}? For each count, the linear function of the cell that fits it "
        f"best on the strings up to n = {counts.trained_length} was tried on the longer ones, up to n = "
        f"{counts.longer_length}. Held: {', '.join(held) or 'none'}. Not held: {', '.join(lost) or 'none'}."
    )


def _machine_in_words(counts: Counts, extraction: ExtractedCounters) -> tuple[str, ...]:
    if extraction.machine is None or extraction.agreement is None or extraction.cut is None:
        return (f"No counter machine was found in it: {extraction.why_not}.",)
    where = "; ".join(
        f"{counter.counter} is "
        + ("a direction of the cell" if counter.single_unit is None else f"unit {counter.single_unit + 1}")
        + f", with steps of {', '.join(f'{i.measured:+.2f} at {i.symbol}' for i in counter.increments)} "
        f"taken as {', '.join(f'{i.rounded:+d}' for i in counter.increments)}"
        for counter in extraction.counters
    )
    agreement, cut = extraction.agreement, extraction.cut
    apart = (
        f"agree after every prefix of every string up to n = {agreement.tested}"
        if agreement.parts_at is None
        else f"agree after every prefix of every string up to n = {agreement.parts_at - 1}, and part at "
        f"{agreement.parts_at}: steps that are not quite in proportion to integers add up"
    )
    streams = "agree too" if agreement.in_streams else "do not always agree"
    language = "is" if cut.equal else "is not"
    return (
        f"A counter machine was taken from its cell, on the strings up to n = {extraction.read}: {where}.",
        f"Machine and net {apart}. In streams without reset, with every two lengths up to {counts.trained_length} side "
        f"by side, they {streams}. The machine's language, cut at n = {cut.longest}, {language} the true one; "
        f"its smallest state machine there has {cut.states} states. That the machine counts without end says nothing "
        "of the net beyond the strings read.",
    )


# --- tables ---------------------------------------------------------------------------------------------------


def _machine(extraction: ExtractedCounters) -> Table:
    assert extraction.machine is not None
    return Table(
        title="The counter machine",
        header=("in state", "at", "if", "go to", "and"),
        rows=tuple(
            (
                arrow.source, arrow.symbol, ", ".join(map(guard_text, arrow.guards)), arrow.target,
                changes_text(arrow.changes),
            )
            for arrow in extraction.machine.transitions
        ),
        note="A state is the symbol last read. All counters are 0 at the start. The symbols that come next are those "
        "of the rows that can be taken. With := a counter is set, whatever it was: the net forgets it there.",
    )  # fmt: skip


def _counters(extraction: ExtractedCounters) -> Table:
    return Table(
        title="The counters in the cell",
        header=(
            "counter", "unit", "steps measured", "steps taken", "largest rounding", "cell off by up to",
            "and in the next string", "kept there",
        ),
        rows=tuple(
            (
                counter.counter, "several" if counter.single_unit is None else str(counter.single_unit + 1),
                ", ".join(f"{i.symbol} {i.measured:+.3f}" for i in counter.increments),
                ", ".join(f"{i.symbol} {i.rounded:+d}" for i in counter.increments),
                f"{counter.largest_rounding:.3f}", f"{counter.largest_error:.2f}", f"{counter.error_next:.2f}",
                f"{counter.kept:.2f}",
            )
            for counter in extraction.counters
        ),
        note="Steps are measured where a symbol follows itself, and a counter's own symbol sets how long a step is. "
        f"An increment may be {extraction.tolerance:g} of a step from an integer; how far the cell is off is in "
        "symbols of the counter's own. Kept is the forget gate at the first symbol of the next string.",
        folded=True,
    )  # fmt: skip


def _directions(counts: Counts) -> Table:
    units = range(1, len(counts.directions[0].weights) + 1)
    return Table(
        title="Counts as linear functions of the cell",
        header=(
            "count", "R², trained", "R², longer", "off, trained", "off, longer",
            *(f"unit {unit}, cell per count" for unit in units),
        ),
        rows=tuple(
            (
                direction.count, f"{direction.r2_trained:.4f}", f"{direction.r2_longer:.4f}",
                f"{direction.error_trained:.2f}", f"{direction.error_longer:.2f}",
                *(f"{slope:+.3f}" for slope in direction.slopes),
            )
            for direction in counts.directions
        ),
        note=f"Trained: n = 1 to {counts.trained_length}; longer: to {counts.longer_length}. Off is the largest error, "
        "in counts. R² below 0 means that the mean of the counts would do better.",
        folded=True,
    )  # fmt: skip


def _gates(counts: Counts) -> Table:
    units = range(len(counts.gates[0].mean))
    return Table(
        title="Gates by context",
        header=("gate", "context", *(f"unit {unit + 1}" for unit in units), "farthest from 0 or 1"),
        rows=tuple(
            (
                use.gate, f"{use.source}>{use.symbol}",
                *(f"{use.mean[unit]:.3f} ({use.low[unit]:.3f} to {use.high[unit]:.3f})" for unit in units),
                f"{max(use.unsaturated):.3f}",
            )
            for use in counts.gates
        ),
        note=f"The mean, least and largest value over all strings up to n = {counts.trained_length}. A context is the "
        "symbol before and the symbol read.",
        folded=True,
    )  # fmt: skip
