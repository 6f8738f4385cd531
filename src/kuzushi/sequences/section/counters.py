"""The section on LSTMs: counts in the cell, the extracted counter machine, and the claims of the report."""

from kuzushi.core.sections import Table
from kuzushi.sequences.counter_results import CountDirection, Counts, ExtractedCounters

LINEAR = 0.99
"""A count is linear in the cell if R² on longer strings is at least this."""
OPEN = 0.9
"""A gate is open from this value."""
MOVING = 0.1
"""A unit is counting where it changes by more than this share of its own step."""
HALF = 0.5
"""The largest distance in counts at which the true count is the nearest one."""

Claim = tuple[str, str, str, str]
"""Quotation, question, measurement, verdict."""


def paragraphs(counts: Counts, extraction: ExtractedCounters) -> tuple[str, ...]:
    """Return the counts in the cell and the counter machine as text."""
    return (_directions_text(counts), _machine_text(counts, extraction))


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


def _machine_text(counts: Counts, extraction: ExtractedCounters) -> str:
    agreement, cut = extraction.agreement, extraction.cut
    if agreement is None or cut is None:
        return f"No counter machine was found: {extraction.why_not}."
    counters = "; ".join(
        f"{counter.counter} is "
        + ("a direction of the cell" if counter.single_unit is None else f"unit {counter.single_unit + 1}")
        + f" ({', '.join(f'{each.symbol} {each.measured:+.3f}' for each in counter.increments)})"
        for counter in extraction.counters
    )
    differ = "" if agreement.differ_at is None else f" and differ at {agreement.differ_at}"
    agree_to = agreement.tested if agreement.differ_at is None else agreement.differ_at - 1
    return (
        f"A counter machine was extracted from the strings up to n = {extraction.read}: {counters}. Machine and net "
        f"agree after every prefix up to n = {agree_to}{differ}; in streams of two lengths up to "
        f"{counts.trained_length} they {'agree' if agreement.in_streams else 'do not always agree'}. The machine's "
        f"language, cut at n = {cut.longest}, {'is' if cut.equal else 'is not'} the true one."
    )


# --- claims of the report -------------------------------------------------------------------------------------


def claims_table(counts: Counts, extraction: ExtractedCounters) -> Table:
    """Return the report's claims about its LSTM with a measurement of each."""
    return Table(
        title=f"Claims of the report about its LSTM, measured on net {counts.net + 1}",
        header=("the report", "question", "measured", "holds"),
        rows=(_remembers_n(counts), _forget_gate(counts, extraction), _resets(counts)),
        note=f"On this net alone, over the strings up to n = {counts.trained_length}. A gate is open from {OPEN:g}. "
        f"A count is linear in the cell if R² is at least {LINEAR:g} up to n = "
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
    single = {counter.counter: counter.single_unit for counter in extraction.counters if extraction.machine}
    low = {(use.source, use.symbol): use.low for use in counts.gates if use.gate == "forget"}
    parts, open_gates = [], []
    for index, direction in enumerate(counts.directions[2:], start=1):
        own = counts.symbols[index]
        unit = single.get(own.upper())
        unit = direction.main_unit if unit is None else unit
        step = {each.symbol: abs(each.mean[unit]) for each in counts.steps if each.source == each.symbol}
        counting = [symbol for symbol in counts.symbols[: index + 1] if step[symbol] > MOVING * step[own]]
        least = min(low[symbol, symbol][unit] for symbol in counting)
        parts.append(f"{direction.count} (unit {unit + 1}): at least {least:.3f}")
        open_gates.append(least >= OPEN)
    verdict = "yes" if all(open_gates) else f"in part: for {sum(open_gates)} of {len(open_gates)} counts"
    quotation = "“forget gate determines which historical memories should be saved”"
    return quotation, "is it open while a unit counts?", "; ".join(parts), verdict if any(open_gates) else "no"


def _resets(counts: Counts) -> Claim:
    distances = [
        f"{end.count}: up to {end.at_end:.2f} counts away at the end, {end.after_next:.2f} one symbol later"
        for end in counts.ends
    ]
    verdict = "no"
    if all(end.after_next < HALF for end in counts.ends):
        at_end = all(end.at_end < HALF for end in counts.ends)
        verdict = "yes" if at_end else "in part: not at the end, but after the first symbol of the next string"
    quotation = "[after the last symbol] “here the network and its memory has been reset”"
    return quotation, "is the cell back at its start?", "; ".join(distances), verdict
