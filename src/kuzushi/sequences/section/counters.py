"""How does an LSTM count? Counts in its cell, the extracted counter machine, and the report's claims about gates."""

from collections.abc import Iterator, Sequence

from kuzushi.core.sections import Table
from kuzushi.sequences.counter_results import CountDirection, Counts, ExtractedCounters, GateUse
from kuzushi.sequences.figures.machines import changes_text, guard_text

LINEAR = 0.99
"""A count is linear in the cell if R² on longer strings is at least this."""
OPEN, CLOSED = 0.9, 0.1
"""A gate is open from the first value and closed up to the second."""
MOVING = 0.1
"""A unit is counting where it changes by more than this share of its own step."""
HALF = 0.5
"""The largest distance in counts at which the true count is the nearest one."""
METHOD = (
    "How can an LSTM count? With an open forget gate the cell keeps its value, and each symbol adds an increment. For "
    "each count, a linear function of the cell is fitted on short strings and tested on longer ones. If the increments "
    "are in proportion to integers, they give a counter machine."
)

Claim = tuple[str, str, str, str]
"""Quotation, question, measurement, verdict."""


def paragraphs(counts: Counts, extraction: ExtractedCounters) -> tuple[str, ...]:
    """Return the counts in the cell and the counter machine as text."""
    return (_directions_text(counts), *_machine_paragraphs(counts, extraction))


def tables(counts: Counts, extraction: ExtractedCounters) -> tuple[Table, ...]:
    """Return the report's claims, the machine, its counters, and the gates by context."""
    machine = (_machine_table(extraction),) if extraction.machine else ()
    counters = (_counters_table(extraction),) if extraction.counters else ()
    return (claims_table(counts, extraction), *machine, *counters, _gates_table(counts))


# --- text -----------------------------------------------------------------------------------------------------


def _directions_text(counts: Counts) -> str:
    def text(directions: list[CountDirection]) -> str:
        errors = [f"{d.count} (R² {d.r2_longer:.3f}, error up to {d.error_longer:.2f})" for d in directions]
        return ", ".join(errors) or "none"

    linear = [direction for direction in counts.directions if direction.r2_longer >= LINEAR]
    others = [direction for direction in counts.directions if direction.r2_longer < LINEAR]
    return (
        f"Counts in the cell of net {counts.net + 1}, fitted up to n = {counts.trained_length} and tested up to n = "
        f"{counts.longer_length}. Linear: {text(linear)}. Not linear: {text(others)}."
    )


def _machine_paragraphs(counts: Counts, extraction: ExtractedCounters) -> tuple[str, ...]:
    if extraction.machine is None or extraction.agreement is None or extraction.cut is None:
        return (f"No counter machine was found: {extraction.why_not}.",)
    counters = "; ".join(
        f"{counter.counter} is "
        + ("a direction of the cell" if counter.single_unit is None else f"unit {counter.single_unit + 1}")
        for counter in extraction.counters
    )
    agreement, cut = extraction.agreement, extraction.cut
    differ = "" if agreement.differ_at is None else f" and differ at {agreement.differ_at}, where small errors add up"
    agree_to = agreement.tested if agreement.differ_at is None else agreement.differ_at - 1
    return (
        f"A counter machine was extracted from the strings up to n = {extraction.read}: {counters}.",
        f"Machine and net agree after every prefix up to n = {agree_to}{differ}; in streams of two lengths up to "
        f"{counts.trained_length} they {'agree' if agreement.in_streams else 'do not always agree'}. The machine's "
        f"language, cut at n = {cut.longest}, {'is' if cut.equal else 'is not'} the true one (smallest state machine: "
        f"{cut.states} states). The machine counts without end; that the net does is not shown by this.",
    )


# --- claims of the report -------------------------------------------------------------------------------------


def claims_table(counts: Counts, extraction: ExtractedCounters) -> Table:
    """Return the report's claims about its LSTM with a measurement of each."""
    return Table(
        title=f"Claims of the report about its LSTM, measured on net {counts.net + 1}",
        header=("the report", "question", "measured", "holds"),
        rows=(
            _remembers_n(counts),
            _forget_gate(counts, extraction),
            _input_gate(counts, extraction),
            _output_gate(counts, extraction),
            _resets(counts),
        ),
        note=f"On this net alone, over the strings up to n = {counts.trained_length}. A gate is open from {OPEN:g} and "
        f"closed up to {CLOSED:g}. A count is linear in the cell if R² is at least {LINEAR:g} up to n = "
        f"{counts.longer_length}. The cell is back at its start if it is less than half a count away.",
    )


def _remembers_n(counts: Counts) -> Claim:
    n, *others = counts.directions
    linear = [direction.count for direction in others if direction.r2_longer >= LINEAR]
    errors = [f"{d.count}: R² {d.r2_longer:.3f}, error up to {d.error_longer:.1f}" for d in counts.directions]
    verdict = "yes" if n.r2_longer >= LINEAR else f"in part: not n, but {' and '.join(linear)}" if linear else "no"
    quotation = "“memory cell will remember the n value directly”"
    return quotation, "which counts are linear functions of the cell?", "; ".join(errors), verdict


def _forget_gate(counts: Counts, extraction: ExtractedCounters) -> Claim:
    parts, open_gates = [], []
    for index, name, unit in _counting_units(counts, extraction):
        low = min(use.low[unit] for use in _gate(counts, "forget") if _is_counting(counts, use, unit, index))
        context = ("end", counts.symbols[0])
        after = next(use for use in _gate(counts, "forget") if (use.source, use.symbol) == context)
        parts.append(f"{name}: at least {low:.3f} while it counts, {after.mean[unit]:.3f} after the end")
        open_gates.append(low >= OPEN)
    quotation = "“forget gate determines which historical memories should be saved”"
    return quotation, "is it open while a unit counts?", "; ".join(parts), _verdict(open_gates)


def _input_gate(counts: Counts, extraction: ExtractedCounters) -> Claim:
    parts, selects = [], []
    for index, name, unit in _counting_units(counts, extraction):
        before = [use for use in _gate(counts, "input") if _repeats(use) and _index(counts, use) <= index]
        counting = [use for use in before if _is_counting(counts, use, unit, index)]
        idle = [use for use in before if use not in counting]
        low = min(use.low[unit] for use in counting)
        text = f"{name}: at least {low:.3f} while it counts"
        if idle:
            high = max(use.high[unit] for use in idle)
            text += f", up to {high:.3f} while it is idle"
            selects.append(low >= OPEN and high <= CLOSED)
        else:
            text += ", never idle before it is used"
            selects += [False] if low < OPEN else []
        parts.append(text)
    quotation = "“input gate determines which new data should be entered”"
    return quotation, "is it open while a unit counts and closed while it is idle?", "; ".join(parts), _verdict(selects)


def _output_gate(counts: Counts, extraction: ExtractedCounters) -> Claim:
    parts, selects = [], []
    for index, name, unit in _counting_units(counts, extraction):
        uses = [use for use in _gate(counts, "output") if _repeats(use)]
        low = min(use.low[unit] for use in uses if _index(counts, use) == index)
        high = max(use.high[unit] for use in uses if _index(counts, use) != index)
        parts.append(f"{name}: at least {low:.3f} where it is used, up to {high:.3f} elsewhere")
        selects.append(low >= OPEN and high <= CLOSED)
    quotation = "“output gate determines what information should be output”"
    return quotation, "is it open where a count is used and closed elsewhere?", "; ".join(parts), _verdict(selects)


def _resets(counts: Counts) -> Claim:
    distances = [
        f"{end.count}: up to {end.at_end:.2f} counts away at the end, {end.after_next:.2f} one symbol later"
        for end in counts.ends
    ]
    if all(end.at_end < HALF and end.after_next < HALF for end in counts.ends):
        verdict = "yes"
    elif all(end.after_next < HALF for end in counts.ends):
        verdict = "in part: not at the end, but after the first symbol of the next string"
    else:
        verdict = "no"
    quotation = "[after the last symbol] “here the network and its memory has been reset”"
    return quotation, "is the cell back at its start?", "; ".join(distances), verdict


def _verdict(holds: Sequence[bool]) -> str:
    if not holds:
        return "not measurable here"
    if all(holds) or not any(holds):
        return "yes" if all(holds) else "no"
    return f"in part: for {sum(holds)} of {len(holds)} counts"


def _counting_units(counts: Counts, extraction: ExtractedCounters) -> Iterator[tuple[int, str, int]]:
    """Yield for each later symbol its index, the name of its count with the unit, and the unit that counts it.

    That is the unit of the machine's counter if it is a single one, else the unit that changes the count most.
    """
    single = {counter.counter: counter.single_unit for counter in extraction.counters if extraction.machine}
    for index, direction in enumerate(counts.directions[2:], start=1):
        unit = single.get(counts.symbols[index].upper())
        unit = direction.main_unit if unit is None else unit
        yield index, f"{direction.count} (unit {unit + 1})", unit


def _gate(counts: Counts, gate: str) -> list[GateUse]:
    return [use for use in counts.gates if use.gate == gate]


def _repeats(use: GateUse) -> bool:
    return use.source == use.symbol


def _index(counts: Counts, use: GateUse) -> int:
    return counts.symbols.index(use.symbol)


def _is_counting(counts: Counts, use: GateUse, unit: int, index: int) -> bool:
    """Return whether a unit changes where a symbol repeats, up to the symbol that it counts."""
    change = {(step.source, step.symbol): abs(step.mean[unit]) for step in counts.steps}
    own = change[counts.symbols[index], counts.symbols[index]]
    return _repeats(use) and _index(counts, use) <= index and change[use.source, use.symbol] > MOVING * own


# --- tables ---------------------------------------------------------------------------------------------------


def _machine_table(extraction: ExtractedCounters) -> Table:
    assert extraction.machine is not None
    return Table(
        title="The counter machine",
        header=("state", "symbol", "if", "next state", "counters"),
        rows=tuple(
            (
                arrow.source, arrow.symbol, ", ".join(map(guard_text, arrow.guards)), arrow.target,
                changes_text(arrow.changes),
            )
            for arrow in extraction.machine.transitions
        ),
        note="A state is the last symbol. Counters start at 0. Symbols that may follow are those of the possible rows. "
        "With := a counter is set to a value: the net forgets it there.",
    )  # fmt: skip


def _counters_table(extraction: ExtractedCounters) -> Table:
    return Table(
        title="The counters in the cell",
        header=(
            "counter", "unit", "increments", "rounded", "largest rounding", "error of the cell up to",
            "in the next string", "retained",
        ),
        rows=tuple(
            (
                counter.counter, "several" if counter.single_unit is None else str(counter.single_unit + 1),
                ", ".join(f"{i.symbol} {i.measured:+.3f}" for i in counter.increments),
                ", ".join(f"{i.symbol} {i.rounded:+d}" for i in counter.increments),
                f"{counter.largest_rounding:.3f}", f"{counter.largest_error:.2f}", f"{counter.error_next:.2f}",
                f"{counter.retained:.2f}",
            )
            for counter in extraction.counters
        ),
        note="Increments are measured where a symbol repeats; a counter's own symbol sets the unit. The largest "
        f"allowed rounding is {extraction.tolerance:g}. Errors are in symbols of the counter. Retained: the forget "
        "gate at the first symbol of the next string.",
        folded=True,
    )  # fmt: skip


def _gates_table(counts: Counts) -> Table:
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
        note=f"Mean, least and largest value over the strings up to n = {counts.trained_length}. A context is the "
        "symbol before and the symbol read.",
        folded=True,
    )  # fmt: skip
