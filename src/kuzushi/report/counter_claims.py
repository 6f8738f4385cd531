"""What the study said of its LSTM, sentence by sentence, beside what was measured on a net."""

from collections.abc import Sequence

from kuzushi.report.sections import Table
from kuzushi.results.counters import Counts, ExtractedCounters, GateUse

NEARLY = 0.99
"""Share of the variance from which on a direction holds a count, on longer strings."""
OPEN, CLOSED = 0.9, 0.1
"""From where on a gate is called open, and up to where closed; of its own step, from where on a unit moves."""
HALF = 0.5
"""A distance in counts below which a count is still nearest to the true one."""

Claim = tuple[str, str, str, str]
"""What was said, what is asked, what was measured, and whether that bears it out."""


def said(counts: Counts, extraction: ExtractedCounters) -> Table:
    """The study's sentences on the LSTM, each beside a measurement."""
    return Table(
        title=f"What the study said of its LSTM, measured on net {counts.net + 1}",
        header=("said", "asked", "measured", "borne out"),
        rows=(
            _remembers_n(counts),
            _forget_gate(counts, extraction),
            _input_gate(counts, extraction),
            _output_gate(counts, extraction),
            _resets(counts),
        ),
        note=f"Measured on this net alone, over the strings up to n = {counts.trained_length}. A gate is called open "
        f"from {OPEN:g} and closed up to {CLOSED:g}; a count is held where a linear function of the cell has R² of at "
        f"least {NEARLY:g} on the longer strings, up to n = {counts.longer_length}, and back at the start where it is "
        "less than half a count away.",
    )


def _remembers_n(counts: Counts) -> Claim:
    n, *others = counts.directions
    held = [direction for direction in others if direction.r2_longer >= NEARLY]
    measured = "; ".join(f"{d.count}: R² {d.r2_longer:.3f}, up to {d.error_longer:.1f} off" for d in counts.directions)
    if n.r2_longer >= NEARLY:
        verdict = "yes"
    elif held:
        verdict = f"in part: not n all the way, but {' and '.join(direction.count for direction in held)}"
    else:
        verdict = "no"
    said = "“memory cell will remember the n value directly”"
    return said, "which counts are linear functions of the cell?", measured, verdict


def _forget_gate(counts: Counts, extraction: ExtractedCounters) -> Claim:
    parts, keeps = [], []
    for place, name, unit in _units(counts, extraction):
        moving = [use for use in _gate(counts, "forget") if _counting(counts, use, unit, place)]
        low = min(use.low[unit] for use in moving)
        after = _one(counts, "forget", "end", counts.symbols[0])
        parts.append(
            f"{name} (unit {unit + 1}): at least {low:.3f} while it counts, {after.mean[unit]:.3f} after the end"
        )
        keeps.append(low >= OPEN)
    return (
        "“forget gate determines which historical memories should be saved”",
        "is it open while a unit counts?",
        "; ".join(parts),
        _verdict(keeps),
    )


def _input_gate(counts: Counts, extraction: ExtractedCounters) -> Claim:
    parts, selects = [], []
    for place, name, unit in _units(counts, extraction):
        live = [use for use in _gate(counts, "input") if _loop(use) and _place(counts, use) <= place]
        moving = [use for use in live if _counting(counts, use, unit, place)]
        resting = [use for use in live if use not in moving]
        low = min(use.low[unit] for use in moving)
        text = f"{name} (unit {unit + 1}): at least {low:.3f} where it counts"
        if resting:
            high = max(use.high[unit] for use in resting)
            text += f", up to {high:.3f} where it rests"
            selects.append(low >= OPEN and high <= CLOSED)
        else:
            text += ", and there is no symbol at which it rests before it is used"
            selects += [False] if low < OPEN else []
        parts.append(text)
    return (
        "“input gate determines which new data should be entered”",
        "is it open where a unit counts, and closed where it rests?",
        "; ".join(parts),
        _verdict(selects),
    )


def _output_gate(counts: Counts, extraction: ExtractedCounters) -> Claim:
    parts, selects = [], []
    for place, name, unit in _units(counts, extraction):
        uses = [use for use in _gate(counts, "output") if _loop(use)]
        own = min(use.low[unit] for use in uses if _place(counts, use) == place)
        others = [use.high[unit] for use in uses if _place(counts, use) != place]
        parts.append(
            f"{name} (unit {unit + 1}): at least {own:.3f} where it is used, up to {max(others):.3f} elsewhere"
        )
        selects.append(own >= OPEN and max(others) <= CLOSED)
    return (
        "“output gate determines what information should be output”",
        "is it open where a count is used, and closed elsewhere?",
        "; ".join(parts),
        _verdict(selects),
    )


def _resets(counts: Counts) -> Claim:
    measured = "; ".join(
        f"{end.count}: up to {end.at_end:.2f} counts from the start at the end, {end.after_next:.2f} one symbol later"
        for end in counts.ends
    )
    if all(end.at_end < HALF and end.after_next < HALF for end in counts.ends):
        verdict = "yes"
    elif all(end.after_next < HALF for end in counts.ends):
        verdict = "in part: not at the end, but with the first symbol of the next string"
    else:
        verdict = "no"
    said = "[after the last symbol] “here the network and its memory has been reset”"
    return said, "is the cell back at its start?", measured, verdict


def _verdict(holds: Sequence[bool]) -> str:
    if not holds:
        return "not to be seen here"
    if all(holds) or not any(holds):
        return "yes" if all(holds) else "no"
    return f"in part: for {sum(holds)} of {len(holds)} counts"


def _units(counts: Counts, extraction: ExtractedCounters) -> list[tuple[int, str, int]]:
    """For each later symbol its place, the name of its count, and the unit that counts it: the machine's, where that
    is one unit, else the one that moves the decoded count most."""
    found = {counter.counter: counter.single_unit for counter in extraction.counters if extraction.machine}
    chosen = []
    for place, direction in enumerate(counts.directions[2:], start=1):
        unit = found.get(counts.symbols[place].upper())
        chosen.append((place, direction.count, direction.main_unit if unit is None else unit))
    return chosen


def _gate(counts: Counts, gate: str) -> list[GateUse]:
    return [use for use in counts.gates if use.gate == gate]


def _one(counts: Counts, gate: str, source: str, symbol: str) -> GateUse:
    return next(use for use in _gate(counts, gate) if (use.source, use.symbol) == (source, symbol))


def _loop(use: GateUse) -> bool:
    return use.source == use.symbol


def _place(counts: Counts, use: GateUse) -> int:
    return counts.symbols.index(use.symbol)


def _counting(counts: Counts, use: GateUse, unit: int, place: int) -> bool:
    """Whether a unit moves where a symbol follows itself, up to the symbol that it counts."""
    moved = {(step.source, step.symbol): abs(step.mean[unit]) for step in counts.steps}
    own = moved[counts.symbols[place], counts.symbols[place]]
    return _loop(use) and _place(counts, use) <= place and moved[use.source, use.symbol] > CLOSED * own
