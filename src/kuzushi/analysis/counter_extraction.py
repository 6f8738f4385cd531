"""A counter machine taken from a trained LSTM, or why there is none."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from kuzushi.analysis.counter_machines import CUT, TESTED, agreement, cut_language
from kuzushi.analysis.counters import Reading, read, single
from kuzushi.data.counting import Counting
from kuzushi.models.recurrent import LSTM
from kuzushi.results.counters import (
    Change,
    CounterMachine,
    CounterTransition,
    ExtractedCounter,
    ExtractedCounters,
    Guard,
    MeasuredIncrement,
)

TOLERANCE = 0.2
"""How far an increment may be from an integer, in steps of its counter."""
HALF = 0.5
"""How far the cell may be from the machine's counter, in symbols; of forget gates, from where on a counter is kept."""
STILL = 1e-6
"""A step of the cell that is none."""
START = "start"


@dataclass(frozen=True, kw_only=True)
class _Counter:
    """A direction of the cell as a counter."""

    found: ExtractedCounter
    why_not: str | None
    """Why it is none."""

    @property
    def increments(self) -> tuple[int, ...]:
        return tuple(increment.rounded for increment in self.found.increments)

    @property
    def sets(self) -> bool:
        """Whether the next string sets it, rather than adds to it."""
        return self.found.kept < HALF


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
    """Take a counter machine from one net of an ensemble, and compare the two on strings up to `tested`.

    The states are the symbols last read. For each symbol but the first there is a counter: a direction of the cell that
    the net's answer depends on once that symbol is read. What each symbol adds to it is measured over the strings
    n <= trained, and taken as an integer; the tests for 0 are where the net changes its answer.

    Example: an LSTM that counts a^n b^2n exactly -> start: a B+2; a: a B+2, b B-1; b: b B-1 if B>0, a B+2 if B=0

    Raises:
        ConfigError: if `trained` is below 2.
    """
    alone = single(model, net)
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
    for place in range(1, len(language.symbols)):
        best = _best(alone, reading, place, tolerance)
        if best is None:
            return replace(nothing, why_not=f"the cell stands still while {language.symbols[place]}'s are read")
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


def _said(reading: Reading) -> Int[ndarray, " steps"]:
    """The net's most probable next symbol."""
    said: Int[ndarray, " steps"] = reading.logits.argmax(1)
    return said


def _wrong(reading: Reading) -> str | None:
    """Why the strings read show no machine of the language: the net fails one of them."""
    own = np.take_along_axis(reading.counts, reading.symbol[:, None].astype(int), 1)[:, 0]
    due = np.where(own > 0, reading.symbol, (reading.symbol + 1) % len(reading.language.symbols))
    failed = reading.within & (reading.symbol > 0) & (_said(reading) != due)
    if failed.any():
        return f"the net already fails the string n = {reading.n[failed].min()}"
    return None


# --- counters -------------------------------------------------------------------------------------------------


def _best(model: LSTM, reading: Reading, place: int, tolerance: float) -> _Counter | None:
    """The unit that is a counter, most closely; else the direction that the net's answer depends on where it changes.

    Of equal ones that with the smallest integers. None where nothing moves while the symbol is read.
    """
    steps = (reading.cell - reading.before)[reading.context(place, place)].mean(0)  # (hid,)
    directions = [*np.eye(len(steps)), _serving(model, reading, place)]
    moving = [direction for direction in directions if abs(steps @ direction) > STILL * np.abs(direction).max()]
    tried = [
        _counter(direction, reading, place, down, tolerance)
        for direction in moving
        for down in range(1, max(reading.language.ratios) + 1)
    ]

    def rank(counter: _Counter) -> tuple[bool, bool, int, float]:
        fits, alone = counter.why_not is None, counter.found.single_unit is not None
        return not fits, alone != fits, -counter.increments[-1], counter.found.largest_error

    return min(tried, key=rank, default=None)


def _serving(model: LSTM, reading: Reading, place: int) -> Float[ndarray, " hid"]:
    """The gradient, by the cell, of the logit of a symbol less that of the next, around the last one of it."""
    around = reading.within & (reading.symbol == place) & (reading.counts[:, place] <= 1)
    weight = model.weight_out[0].detach().numpy()
    following = (place + 1) % len(weight)
    slope = reading.gates[around, 2] * (1 - np.tanh(reading.cell[around]) ** 2)  # of the hidden state, (steps, hid)
    gradient: Float[ndarray, " hid"] = (weight[place] - weight[following]) * slope.mean(0)
    return gradient


def _counter(direction: Float[ndarray, " hid"], reading: Reading, place: int, down: int, tolerance: float) -> _Counter:
    """Measure a direction as the counter of a symbol, which takes `down` steps off it."""
    change, symbols = (reading.cell - reading.before) @ direction, reading.language.symbols  # (steps,)
    loops = np.array([change[reading.context(loop, loop)].mean() for loop in range(len(symbols))])
    weights, loops = direction * down / -loops[place], loops * down / -loops[place]
    increments = np.rint(loops[: place + 1])
    value, decoded = _value(reading, increments), reading.cell @ weights
    for phase in range(place + 1):  # what the cell holds besides is the same for all strings, and no part of the count
        here = reading.within & (reading.symbol == phase)
        decoded[reading.symbol == phase] -= (decoded - value)[here].mean()
    error = np.where(reading.symbol > place, 0, np.abs(decoded - value)) / down
    kept = (reading.gates[~reading.within, 1] @ np.abs(weights)).mean() / np.abs(weights).sum()
    found = ExtractedCounter(
        counter=symbols[place].upper(),
        weights=tuple(weights.tolist()),
        single_unit=int(np.abs(direction).argmax()) if np.count_nonzero(direction) == 1 else None,
        increments=tuple(
            MeasuredIncrement(symbol=symbol, measured=float(measured), rounded=int(rounded))
            for symbol, measured, rounded in zip(symbols, loops, increments, strict=False)
        ),
        largest_rounding=float(np.abs(loops[: place + 1] - increments).max()),
        largest_error=float(error[reading.within].max()),
        error_next=float(error[~reading.within].max()),
        kept=float(kept),
    )
    return _Counter(found=found, why_not=_why_not(found, value, reading, place, tolerance))


def _value(reading: Reading, increments: Float[ndarray, " phases"]) -> Float[ndarray, " steps"]:
    """What a counter is after each step, until its own symbol is over."""
    value: Float[ndarray, " steps"] = increments[0] * np.where(reading.symbol == 0, reading.counts[:, 0], reading.n)
    for place, increment in enumerate(increments[1:], start=1):
        read = reading.language.ratios[place] * reading.n - reading.counts[:, place]
        value = value + increment * np.where(reading.symbol < place, 0, read)
    return value


def _why_not(
    found: ExtractedCounter, value: Float[ndarray, " steps"], reading: Reading, place: int, tolerance: float
) -> str | None:
    """Why a direction is no counter."""
    name, own = found.counter, reading.within & (reading.symbol == place)
    steps = ", ".join(f"{increment.measured:+.2f} at {increment.symbol}" for increment in found.increments)
    if not found.largest_rounding <= tolerance:
        return f"no direction of the cell is a counter {name}: the best moves by {steps}, which are no integers"
    if (value < 0).any():
        return f"no direction of the cell is a counter {name}: the best moves by {steps}, and falls below 0"
    if ((value > 0) != (_said(reading) == place))[own].any():
        return (
            f"no direction of the cell is a counter {name}: the best moves by {steps}, and is not 0 where the net "
            "changes its answer"
        )
    if not found.largest_error < HALF:
        return (
            f"no direction of the cell is a counter {name}: the best is up to {found.largest_error:.2f} symbols from "
            "a count"
        )
    if not found.error_next < HALF:
        return f"counter {name} is {found.error_next:.2f} symbols off when the next string begins"
    return None


# --- the machine ----------------------------------------------------------------------------------------------


def _machine(language: Counting, counters: list[_Counter]) -> CounterMachine:
    symbols, first = language.symbols, language.symbols[0]
    names = tuple(counter.found.counter for counter in counters)

    def changes(place: int) -> tuple[Change, ...]:
        live = [counter for counter in counters if len(counter.increments) > place and counter.increments[place]]
        return tuple(Change(counter=c.found.counter, by=c.increments[place]) for c in live)

    def arrow(source: str, place: int, *guards: Guard) -> CounterTransition:
        target = symbols[place]
        return CounterTransition(source=source, symbol=target, guards=guards, target=target, changes=changes(place))

    transitions = [arrow(START, 0), arrow(first, 0)]
    for place, (before, symbol) in enumerate(pairwise(symbols), start=1):
        over = () if before == first else (Guard(counter=before.upper(), positive=False),)
        transitions.append(arrow(before, place, *over))
        transitions.append(arrow(symbol, place, Guard(counter=symbol.upper(), positive=True)))
    again = tuple(
        Change(counter=counter.found.counter, by=counter.increments[0], sets=counter.sets)
        for counter in counters
        if counter.sets or counter.increments[0]
    )
    transitions.append(replace(arrow(symbols[-1], 0, Guard(counter=names[-1], positive=False)), changes=again))
    return CounterMachine(
        symbols=symbols, states=(START, *symbols), counters=names, start=START, transitions=tuple(transitions)
    )
