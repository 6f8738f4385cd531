"""Counter machines at work: many strings at once, beside a net, and cut to a finite language."""

from collections import deque
from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
import torch
from automata.fa.dfa import DFA
from jaxtyping import Bool, Int
from numpy import ndarray

from kuzushi.analysis.counters import symbols_of
from kuzushi.analysis.machines import smallest_machine
from kuzushi.data.counting import Counting
from kuzushi.models.recurrent import LSTM, Trace
from kuzushi.results.counters import Agreement, CounterMachine, CounterTransition, CutLanguage

AT_ONCE = 100_000
"""Symbols that a net reads before its trace is let go: what bounds the memory of a long test."""
TESTED = 1_000
CUT = 8
MOST_CONFIGURATIONS = 10_000
"""Where a cut machine has more, it counts without end inside a string, and its language is not finite."""

Configuration = tuple[str, tuple[int, ...]]
"""A state and the counters."""
Node = tuple[Configuration, int]
"""A configuration, and how many first symbols have just been read."""


class Run:
    """A batch of runs of one machine, from its start, that goes on where it was left."""

    def __init__(self, machine: CounterMachine, batch: int) -> None:
        states, counters = len(machine.states), len(machine.counters)
        self._tests, self._ended = 2**counters, states
        places = ((states + 1) * self._tests, len(machine.symbols))  # the last state is that of a run that has ended
        self._target = np.full(places, states)
        self._keep, self._add = np.ones((*places, counters), int), np.zeros((*places, counters), int)
        for arrow in machine.transitions:
            symbol, source = machine.symbols.index(arrow.symbol), machine.states.index(arrow.source)
            for test in _tests(machine, arrow):
                place = source * self._tests + test
                self._target[place, symbol] = machine.states.index(arrow.target)
                for change in arrow.changes:
                    counter = machine.counters.index(change.counter)
                    self._keep[place, symbol, counter] = not change.sets
                    self._add[place, symbol, counter] = change.by
        self._bits, self._rows = 1 << np.arange(counters), np.arange(batch)
        self.state = np.full(batch, machine.states.index(machine.start))
        """Places in the machine's states; one beyond them where no arrow could be taken."""
        self.counters = np.zeros((batch, counters), int)

    def read(self, symbols: Int[ndarray, "batch time"]) -> Bool[ndarray, "batch time alphabet"]:
        """Read on, and say after each symbol which symbols may come next."""
        allowed = np.empty((*symbols.shape, self._target.shape[1]), bool)
        targets, counts = self._arrows()
        for t, symbol in enumerate(symbols.T.astype(int)):
            self.state = targets[self._rows, symbol]
            self.counters = counts[self._rows, symbol]
            targets, counts = self._arrows()
            np.less(targets, self._ended, out=allowed[:, t])
        return allowed

    def only(self, rows: Bool[ndarray, " batch"]) -> None:
        """Go on with some of the runs."""
        self.state, self.counters = self.state[rows], self.counters[rows]
        self._rows = np.arange(len(self.state))

    def _arrows(self) -> tuple[Int[ndarray, "batch alphabet"], Int[ndarray, "batch alphabet counters"]]:
        """Where each symbol would lead."""
        place = self.state * self._tests + (self.counters > 0) @ self._bits  # (batch,)
        counts = self.counters[:, None] * self._keep[place] + self._add[place]
        return np.where(counts.min(2) < 0, self._ended, self._target[place]), counts


def run(machine: CounterMachine, symbols: Int[ndarray, "batch time"]) -> Bool[ndarray, "batch time alphabet"]:
    """Which symbols the machine lets come next after each prefix; none where it could not read so far.

    Args:
        symbols: places in the machine's alphabet.
    """
    return Run(machine, len(symbols)).read(symbols)


def follows(machine: CounterMachine, text: str) -> bool:
    """Whether the machine can read a text from its start.

    Example: that of a^n b^2n follows "aabb" and "abbabb", and not "abbb".
    """
    symbols = np.array([[machine.symbols.index(symbol) for symbol in text]], dtype=int)
    reader = Run(machine, 1)
    reader.read(symbols)
    return bool(reader.state[0] < len(machine.states))


def agreement(
    machine: CounterMachine, model: LSTM, language: Counting, *, trained: int, longest: int = TESTED
) -> Agreement:
    """Compare a machine and a net after every prefix of every string up to a length.

    Args:
        model: an ensemble of one, in double precision, as `single` gives it.
        trained: the largest n of the strings that are read in streams without reset.
    """
    n, streams = np.arange(1, longest + 1), language.side_by_side(trained)
    parted = np.flatnonzero(_part(machine, model, symbols_of(language, longest), sum(language.ratios) * n))
    in_streams = ~_part(machine, model, streams.symbols.numpy(), streams.present.sum(1).numpy())
    return Agreement(
        tested=longest, parts_at=int(n[parted[0]]) if len(parted) else None, in_streams=bool(in_streams.all())
    )


def cut_language(machine: CounterMachine, language: Counting, *, longest: int = CUT) -> CutLanguage:
    """Compare the machine's language with the true one, both cut so that no string has an n beyond `longest`.

    The languages are those of all prefixes of streams, as in `smallest_machine`; automata-lib decides whether they are
    equal.
    """
    smallest = smallest_machine(language, longest=longest)
    true: dict[str, dict[str, str]] = {state: {} for state in smallest.states}
    for arrow in smallest.transitions:
        true[arrow.source][arrow.symbol] = arrow.target
    unfolded = _unfold(machine, longest)
    if unfolded is None:
        return CutLanguage(longest=longest, equal=False, states=0)
    start, transitions = unfolded
    own = _all_final(transitions, start, machine.symbols)
    equal = bool(own == _all_final(true, smallest.start, machine.symbols))
    return CutLanguage(longest=longest, equal=equal, states=len(own.minify().states))


# --- inside ---------------------------------------------------------------------------------------------------


def _tests(machine: CounterMachine, arrow: CounterTransition) -> list[int]:
    """Which outcomes of all tests together let an arrow be taken: bit i is whether counter i is above 0."""
    asked = {guard.counter: guard.positive for guard in arrow.guards}
    bits = [(asked[counter],) if counter in asked else (False, True) for counter in machine.counters]
    return [sum(positive << i for i, positive in enumerate(outcome)) for outcome in product(*bits)]


@torch.no_grad()
def _part(
    machine: CounterMachine,
    model: LSTM,
    symbols: Int[ndarray, "batch time"],
    lengths: Int[ndarray, " batch"],
) -> Bool[ndarray, " batch"]:
    """Whether somewhere in a row the net's most probable next symbol is one that the machine does not allow."""
    parts = np.zeros(len(symbols), bool)
    rows, reader, trace = np.arange(len(symbols)), Run(machine, len(symbols)), None
    first = 0
    while len(rows):
        chunk = slice(first, first + max(1, AT_ONCE // len(rows)))
        part = symbols[rows, chunk]
        trace = model(torch.from_numpy(part).long(), after=trace)
        said = trace.logits[0].argmax(2).numpy()  # (rows, time)
        allowed = np.take_along_axis(reader.read(part), said[..., None], 2)[..., 0]
        within = np.arange(chunk.start, chunk.start + part.shape[1]) < lengths[rows, None]
        parts[rows] |= (within & ~allowed).any(1)
        first = chunk.stop
        going_on = lengths[rows] > first
        rows, trace = rows[going_on], _last(trace, going_on)
        reader.only(going_on)
    return parts


def _last(trace: Trace, rows: Bool[ndarray, " batch"]) -> Trace:
    """Where some of the streams are after their last symbol: all that is needed to go on."""
    chosen = torch.from_numpy(rows)
    assert trace.cell is not None
    return Trace(
        hidden=trace.hidden[:, chosen, -1:], logits=trace.logits[:, chosen, -1:], cell=trace.cell[:, chosen, -1:]
    )


def _unfold(machine: CounterMachine, longest: int) -> tuple[Node, dict[Node, dict[str, Node]]] | None:
    """The start, and the arrows between all nodes that are reached; None where they are too many."""
    start: Node = ((machine.start, (0,) * len(machine.counters)), 0)
    transitions: dict[Node, dict[str, Node]] = {start: {}}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        configuration, firsts = node
        for arrow in machine.transitions:
            after = firsts + 1 if arrow.symbol == machine.symbols[0] else 0
            reached = _taken(machine, arrow, configuration)
            if reached is None or after > longest:
                continue
            target = (reached, after)
            if target not in transitions:
                transitions[target] = {}
                waiting.append(target)
            transitions[node][arrow.symbol] = target
        if len(transitions) > MOST_CONFIGURATIONS:
            return None
    return start, transitions


def _taken(machine: CounterMachine, arrow: CounterTransition, configuration: Configuration) -> Configuration | None:
    """Where an arrow leads, or None where it cannot be taken."""
    state, values = configuration
    counters = dict(zip(machine.counters, values, strict=True))
    if arrow.source != state or any((counters[guard.counter] > 0) != guard.positive for guard in arrow.guards):
        return None
    for change in arrow.changes:
        counters[change.counter] = change.by + (0 if change.sets else counters[change.counter])
    return None if min(counters.values()) < 0 else (arrow.target, tuple(counters.values()))


def _all_final(transitions: Mapping[Any, Mapping[str, Any]], start: object, symbols: tuple[str, ...]) -> DFA:
    return DFA(
        states=set(transitions),
        input_symbols=set(symbols),
        transitions=transitions,
        initial_state=start,
        final_states=set(transitions),
        allow_partial=True,
    )
