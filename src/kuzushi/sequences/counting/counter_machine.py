"""Run counter machines: on many strings at once, compared with a net, and cut to a finite language."""

from itertools import product

import numpy as np
import torch
from jaxtyping import Bool, Int
from numpy import ndarray

from kuzushi.sequences.automata.finite_automata import automaton, automaton_of, smallest_machine
from kuzushi.sequences.counter_results import Agreement, CounterMachine, CounterTransition, CutLanguage
from kuzushi.sequences.counting.cell_counts import symbols_of
from kuzushi.sequences.languages.counting import Counting
from kuzushi.sequences.nets import LSTM, Trace

AT_ONCE = 100_000
"""Symbols that a net reads before its trace is released: this bounds the memory of a long test."""
TESTED = 1_000
CUT = 8
MOST_CONFIGURATIONS = 10_000
"""A cut machine with more counts without bound inside a string, and its language is not finite."""

Node = tuple[int, tuple[int, ...], int]
"""A state, the counters, and how many first symbols have just been read."""


class Run:
    """A batch of runs of one machine, from its start, that continues where the last call ended."""

    def __init__(self, machine: CounterMachine, batch: int) -> None:
        states, counters = len(machine.states), len(machine.counters)
        self._tests, self._ended = 2**counters, states
        shape = ((states + 1) * self._tests, len(machine.symbols))  # the last state is that of a run that has ended
        self._target = np.full(shape, states)
        self._factor, self._add = np.ones((*shape, counters), int), np.zeros((*shape, counters), int)
        for arrow in machine.transitions:
            symbol, source = machine.symbols.index(arrow.symbol), machine.states.index(arrow.source)
            for test in _tests(machine, arrow):
                row = source * self._tests + test
                self._target[row, symbol] = machine.states.index(arrow.target)
                for change in arrow.changes:
                    counter = machine.counters.index(change.counter)
                    self._factor[row, symbol, counter] = not change.sets
                    self._add[row, symbol, counter] = change.by
        self._bits, self._rows = 1 << np.arange(counters), np.arange(batch)
        self.state = np.full(batch, machine.states.index(machine.start))
        """Indices in the machine's states; one beyond the last where no arrow could be taken."""
        self.counters = np.zeros((batch, counters), int)

    def read(self, symbols: Int[ndarray, "batch time"]) -> Bool[ndarray, "batch time alphabet"]:
        """Continue to read, and return after each symbol which symbols may come next."""
        allowed = np.empty((*symbols.shape, self._target.shape[1]), bool)
        targets, counts = self.arrows()
        for t, symbol in enumerate(symbols.T.astype(int)):
            self.state = targets[self._rows, symbol]
            self.counters = counts[self._rows, symbol]
            targets, counts = self.arrows()
            np.less(targets, self._ended, out=allowed[:, t])
        return allowed

    def only(self, rows: Bool[ndarray, " batch"]) -> None:
        """Continue only some of the runs."""
        self.state, self.counters = self.state[rows], self.counters[rows]
        self._rows = np.arange(len(self.state))

    def arrows(self) -> tuple[Int[ndarray, "batch alphabet"], Int[ndarray, "batch alphabet counters"]]:
        """Return the state that each symbol would lead to, one beyond the last if none, and the counters there."""
        row = self.state * self._tests + (self.counters > 0) @ self._bits  # (batch,)
        counts = self.counters[:, None] * self._factor[row] + self._add[row]
        return np.where(counts.min(2) < 0, self._ended, self._target[row]), counts


def agreement(
    machine: CounterMachine, model: LSTM, language: Counting, *, trained: int, longest: int = TESTED
) -> Agreement:
    """Compare a machine and a net after every prefix of every string up to a length.

    Args:
        model: an ensemble of one, in double precision, as `one_net` returns it.
        trained: the largest n of the strings that are read in streams without reset.
    """
    n, streams = np.arange(1, longest + 1), language.side_by_side(trained)
    differ = np.flatnonzero(_differ(machine, model, symbols_of(language, longest), sum(language.ratios) * n))
    in_streams = ~_differ(machine, model, streams.symbols.numpy(), streams.present.sum(1).numpy())
    return Agreement(
        tested=longest, differ_at=int(n[differ[0]]) if len(differ) else None, in_streams=bool(in_streams.all())
    )


def cut_language(machine: CounterMachine, language: Counting, *, longest: int = CUT) -> CutLanguage:
    """Compare the machine's language with the true one, both cut so that no string has an n beyond `longest`.

    The languages are those of all prefixes of streams, as in `smallest_machine`; automata-lib decides whether they are
    equal.
    """
    unfolded = _unfold(machine, longest)
    if unfolded is None:
        return CutLanguage(longest=longest, equal=False, states=0)
    start, transitions = unfolded
    own = automaton(transitions, start=start, symbols=machine.symbols)
    true = automaton_of(smallest_machine(language, longest=longest), machine.symbols)
    return CutLanguage(longest=longest, equal=bool(own == true), states=len(own.minify().states))


def _tests(machine: CounterMachine, arrow: CounterTransition) -> list[int]:
    """Return the outcomes of all tests with which an arrow can be taken: bit i is whether counter i is above 0."""
    required = {guard.counter: guard.positive for guard in arrow.guards}
    bits = [(required[counter],) if counter in required else (False, True) for counter in machine.counters]
    return [sum(positive << i for i, positive in enumerate(outcome)) for outcome in product(*bits)]


@torch.no_grad()
def _differ(
    machine: CounterMachine,
    model: LSTM,
    symbols: Int[ndarray, "batch time"],
    lengths: Int[ndarray, " batch"],
) -> Bool[ndarray, " batch"]:
    """Return whether somewhere in a row the net's most probable next symbol is one that the machine does not allow."""
    differ = np.zeros(len(symbols), bool)
    rows, reader, state, first = np.arange(len(symbols)), Run(machine, len(symbols)), model.initial(len(symbols)), 0
    while len(rows):
        part = symbols[rows, first : first + max(1, AT_ONCE // len(rows))]
        trace: Trace = model(torch.from_numpy(part).long(), state=state)
        predicted = trace.logits[0].argmax(2).numpy()  # (rows, time)
        allowed = np.take_along_axis(reader.read(part), predicted[..., None], 2)[..., 0]
        within = first + np.arange(part.shape[1]) < lengths[rows, None]
        differ[rows] |= (within & ~allowed).any(1)
        first += part.shape[1]
        unfinished = lengths[rows] > first
        rows, state = rows[unfinished], trace.state.at(torch.from_numpy(unfinished))
        reader.only(unfinished)
    return differ


def _unfold(machine: CounterMachine, longest: int) -> tuple[Node, dict[Node, dict[str, Node]]] | None:
    """Return the start, and the arrows between all nodes that are reached; None if they are too many."""
    run = Run(machine, 1)
    start: Node = (int(run.state[0]), (0,) * len(machine.counters), 0)
    transitions: dict[Node, dict[str, Node]] = {start: {}}
    frontier = [start]
    while frontier:
        run.state, run.counters = (np.array([node[part] for node in frontier]) for part in (0, 1))
        reached = []
        for node, states, counts in zip(frontier, *(array.tolist() for array in run.arrows()), strict=True):
            for symbol, state, counters in zip(machine.symbols, states, counts, strict=True):
                after = node[2] + 1 if symbol == machine.symbols[0] else 0
                if state < len(machine.states) and after <= longest:
                    target = transitions[node][symbol] = (state, tuple(counters), after)
                    if target not in transitions:
                        transitions[target] = {}
                        reached.append(target)
        if len(transitions) > MOST_CONFIGURATIONS:
            return None
        frontier = reached
    return start, transitions
