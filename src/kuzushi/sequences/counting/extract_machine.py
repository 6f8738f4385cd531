"""Extract a counter machine from a trained LSTM, or the reason why there is none."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from kuzushi.sequences.counter_results import (
    Change,
    CounterMachine,
    CounterTransition,
    ExtractedCounter,
    ExtractedCounters,
    Guard,
    MeasuredIncrement,
)
from kuzushi.sequences.counting.cell_counts import Reading, read
from kuzushi.sequences.counting.counter_machine import CUT, TESTED, agreement, cut_language
from kuzushi.sequences.languages.counting import Counting
from kuzushi.sequences.nets import LSTM, one_net

TOLERANCE = 0.2
"""How far an increment may be from an integer, in steps of its counter."""
HALF = 0.5
"""How far the cell may be from the machine's counter, in symbols; and the forget gate from which on a counter is
retained."""
STILL = 1e-6
"""The largest step of a cell that counts as no step."""
START = "start"


@dataclass(frozen=True, kw_only=True)
class _Counter:
    """A direction of the cell as a counter."""

    found: ExtractedCounter
    why_not: str | None
    """Why it is not one."""

    @property
    def increments(self) -> tuple[int, ...]:
        return tuple(increment.rounded for increment in self.found.increments)

    @property
    def sets(self) -> bool:
        """Whether the next string sets it, rather than adds to it."""
        return self.found.retained < HALF


def extract(
    model: LSTM,
    language: Counting,
    *,
    net: int,
    trained: int,
    tolerance: float = TOLERANCE,
    tested: int = TESTED,
    cut: int = CUT,
) -> ExtractedCounters:
    """Extract a counter machine from one net of an ensemble, and compare the two on strings up to `tested`.

    The states are the symbols last read. For each symbol but the first there is a counter: a direction of the cell that
    the net's prediction depends on while that symbol is read. What each symbol adds to it is measured over the strings
    n <= trained, and rounded to an integer; the tests for 0 are where the net changes its prediction.

    Example: an LSTM that counts a^n b^2n exactly -> start: a B+2; a: a B+2, b B-1; b: b B-1 if B>0, a B+2 if B=0

    Raises:
        ConfigError: if `trained` is below 2.
    """
    alone = one_net(model, net)
    reading = read(alone, language, trained)
    nothing = ExtractedCounters(
        read=trained, tolerance=tolerance, machine=None, why_not=None, counters=(), agreement=None, cut=None
    )
    wrong = _wrong(reading)
    if wrong is not None:
        return replace(nothing, why_not=wrong)
    if language.ratios[0] > 1:
        first = f"{language.ratios[0]} {language.symbols[0]}'s"
        return replace(
            nothing, why_not=f"strings begin with a multiple of {first}, for which a machine needs more states"
        )
    counters: list[_Counter] = []
    for phase in range(1, len(language.symbols)):
        best = _best(alone, reading, phase, tolerance)
        if best is None:
            return replace(nothing, why_not=f"the cell stands still while {language.symbols[phase]}'s are read")
        counters.append(best)
        if best.why_not is not None:
            return replace(nothing, why_not=best.why_not, counters=tuple(counter.found for counter in counters))
    machine = _machine(language, counters)
    return replace(
        nothing,
        machine=machine,
        counters=tuple(counter.found for counter in counters),
        agreement=agreement(machine, alone, language, trained=trained, longest=tested),
        cut=cut_language(machine, language, longest=cut),
    )


def _wrong(reading: Reading) -> str | None:
    """Return why there is no machine if the net fails one of the strings read."""
    own = np.take_along_axis(reading.counts, reading.symbol[:, None].astype(int), 1)[:, 0]
    due = np.where(own > 0, reading.symbol, (reading.symbol + 1) % len(reading.language.symbols))
    failed = reading.within & (reading.symbol > 0) & (reading.predicted != due)
    if failed.any():
        return f"the net already fails the string n = {reading.n[failed].min()}"
    return None


def _best(model: LSTM, reading: Reading, phase: int, tolerance: float) -> _Counter | None:
    """Return the unit that is closest to a counter, or the direction on which the net's change of prediction depends.

    Of equal ones that with the smallest integers. None if nothing moves while the symbol is read.
    """
    steps = (reading.cell - reading.before)[reading.context(phase, phase)].mean(0)  # (hid,)
    directions = [*np.eye(len(steps)), _gradient(model, reading, phase)]
    moving = [direction for direction in directions if abs(steps @ direction) > STILL * np.abs(direction).max()]
    tried = [
        _counter(direction, reading, phase, down, tolerance)
        for direction in moving
        for down in range(1, max(reading.language.ratios) + 1)
    ]

    def rank(counter: _Counter) -> tuple[bool, bool, int, float]:
        fits, alone = counter.why_not is None, counter.found.single_unit is not None
        return not fits, alone != fits, -counter.increments[-1], counter.found.largest_error

    return min(tried, key=rank, default=None)


def _gradient(model: LSTM, reading: Reading, phase: int) -> Float[ndarray, " hid"]:
    """Return the gradient, by the cell, of the logit of a symbol less that of the next, around its last occurrence."""
    around = reading.within & (reading.symbol == phase) & (reading.counts[:, phase] <= 1)
    weight = model.weight_out[0].detach().numpy()
    following = (phase + 1) % len(weight)
    slope = reading.gates[around, 2] * (1 - np.tanh(reading.cell[around]) ** 2)  # of the hidden state, (steps, hid)
    gradient: Float[ndarray, " hid"] = (weight[phase] - weight[following]) * slope.mean(0)
    return gradient


def _counter(direction: Float[ndarray, " hid"], reading: Reading, phase: int, down: int, tolerance: float) -> _Counter:
    """Measure a direction as the counter of a symbol, which decreases it by `down` steps."""
    change, symbols = (reading.cell - reading.before) @ direction, reading.language.symbols  # (steps,)
    loops = np.array([change[reading.context(loop, loop)].mean() for loop in range(len(symbols))])
    weights, loops = direction * down / -loops[phase], loops * down / -loops[phase]
    increments = np.rint(loops[: phase + 1])
    value, decoded = _value(reading, increments), reading.cell @ weights
    for earlier in range(phase + 1):  # the rest of the cell is the same for all strings, and not part of the count
        here = reading.within & (reading.symbol == earlier)
        decoded[reading.symbol == earlier] -= (decoded - value)[here].mean()
    error = np.where(reading.symbol > phase, 0, np.abs(decoded - value)) / down
    retained = (reading.gates[~reading.within, 1] @ np.abs(weights)).mean() / np.abs(weights).sum()
    found = ExtractedCounter(
        counter=symbols[phase].upper(),
        weights=tuple(weights.tolist()),
        single_unit=int(np.abs(direction).argmax()) if np.count_nonzero(direction) == 1 else None,
        increments=tuple(
            MeasuredIncrement(symbol=symbol, measured=float(measured), rounded=int(rounded))
            for symbol, measured, rounded in zip(symbols, loops, increments, strict=False)
        ),
        largest_rounding=float(np.abs(loops[: phase + 1] - increments).max()),
        largest_error=float(error[reading.within].max()),
        error_next=float(error[~reading.within].max()),
        retained=float(retained),
    )
    return _Counter(found=found, why_not=_why_not(found, value, reading, phase, tolerance))


def _value(reading: Reading, increments: Float[ndarray, " phases"]) -> Float[ndarray, " steps"]:
    """Return the value of a counter after each step, until the last of its own symbol."""
    value: Float[ndarray, " steps"] = increments[0] * np.where(reading.symbol == 0, reading.counts[:, 0], reading.n)
    for phase, increment in enumerate(increments[1:], start=1):
        read = reading.language.ratios[phase] * reading.n - reading.counts[:, phase]
        value = value + increment * np.where(reading.symbol < phase, 0, read)
    return value


def _why_not(
    found: ExtractedCounter, value: Float[ndarray, " steps"], reading: Reading, phase: int, tolerance: float
) -> str | None:
    """Return why a direction is not a counter; None if it is one."""
    name, own = found.counter, reading.within & (reading.symbol == phase)
    steps = ", ".join(f"{increment.measured:+.2f} at {increment.symbol}" for increment in found.increments)
    best = f"no direction of the cell is a counter {name}: the best"
    if not found.largest_rounding <= tolerance:
        return f"{best} moves by {steps}, which are no integers"
    if (value < 0).any():
        return f"{best} moves by {steps}, and falls below 0"
    if ((value > 0) != (reading.predicted == phase))[own].any():
        return f"{best} moves by {steps}, and is not 0 where the net changes its answer"
    if not found.largest_error < HALF:
        return f"{best} is up to {found.largest_error:.2f} symbols from a count"
    if not found.error_next < HALF:
        return f"counter {name} is {found.error_next:.2f} symbols off when the next string begins"
    return None


def _machine(language: Counting, counters: list[_Counter]) -> CounterMachine:
    symbols, first = language.symbols, language.symbols[0]
    names = tuple(counter.found.counter for counter in counters)

    def changes(phase: int) -> tuple[Change, ...]:
        live = [counter for counter in counters if len(counter.increments) > phase and counter.increments[phase]]
        return tuple(Change(counter=c.found.counter, by=c.increments[phase]) for c in live)

    def arrow(source: str, phase: int, *guards: Guard) -> CounterTransition:
        target = symbols[phase]
        return CounterTransition(source=source, symbol=target, guards=guards, target=target, changes=changes(phase))

    transitions = [arrow(START, 0), arrow(first, 0)]
    for phase, (before, symbol) in enumerate(pairwise(symbols), start=1):
        over = () if before == first else (Guard(counter=before.upper(), positive=False),)
        transitions.append(arrow(before, phase, *over))
        transitions.append(arrow(symbol, phase, Guard(counter=symbol.upper(), positive=True)))
    again = tuple(
        Change(counter=counter.found.counter, by=counter.increments[0], sets=counter.sets)
        for counter in counters
        if counter.sets or counter.increments[0]
    )
    transitions.append(replace(arrow(symbols[-1], 0, Guard(counter=names[-1], positive=False)), changes=again))
    return CounterMachine(
        symbols=symbols, states=(START, *symbols), counters=names, start=START, transitions=tuple(transitions)
    )
