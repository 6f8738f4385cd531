"""The finite automaton inside a recurrent net: read off its hidden states, minimised, and held against a grammar.

The net is explored from its initial state by nothing but the symbols that it says may follow. States that lie close
together and say the same are merged, so that there are finitely many, and what has the same future is merged by
minimising. The radius is made finer until the automaton says what the net says on every string tried. The grammar is
looked at only afterwards.

After Giles et al. 1992 (Neural Comp. 4, 393-405) and Omlin and Giles 1996 (Neural Networks 9, 41-52), who part the
space of states by a grid, and Merrill and Tsilivis 2022 (arXiv 2201.12451), who merge what is close.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from torch import Generator

from kuzushi.analysis.exploration import THRESHOLD, WALK_LENGTH, WALKS, Level, Net, margin, prefixes, walks
from kuzushi.analysis.finite_automata import (
    Table,
    Word,
    difference,
    machine_of,
    minimal,
    path,
    spelled,
    table_of,
    tabulated,
)
from kuzushi.analysis.intervals import wilson
from kuzushi.models.recurrent import LSTM, SRN
from kuzushi.results import Machine
from kuzushi.results.extraction import Counterexample, ExtractedMachine, ExtractedMachines

RADII = tuple(2 ** (1 - k / 2) for k in range(11))
"""From 2, within which lies everything, to 1/16, in units of activation."""
MOST_CLUSTERS = 1_000
"""Where a radius gives more, no finer one is tried."""
AT_ONCE = 256
"""Shorter forms of a counterexample that are read together."""


@dataclass(frozen=True)
class _Candidate:
    radius: float
    clusters: int
    table: Table
    departure: Word | None
    """The shortest string tried after which the net says something else."""


def extraction(
    model: SRN | LSTM, *, grammar: Machine, symbols: Sequence[str], shown: int, generator: Generator
) -> ExtractedMachines:
    """Read an automaton off every net of an ensemble, and hold it against the grammar's.

    Example: extraction(model, grammar=smallest_machine(language, longest=4), symbols=language.symbols, shown=0,
        generator=Generator().manual_seed(0)).exact -> 7

    Args:
        grammar: a machine that reads every prefix of a stream of strings, minimal or not.
        symbols: the alphabet, in the order of the model; every string begins with the first.
        shown: the net whose automaton is kept as a machine.
        generator: draws the walks.
    """
    alphabet, target = "".join(symbols), minimal(table_of(grammar, symbols))
    said = walks(model, generator)
    found = [extract(Net(model, net), said[net], target, alphabet, place=net) for net in range(len(said))]
    machines = tuple(machine for machine, _ in found)
    exact = sum(machine.exact for machine in machines)
    return ExtractedMachines(
        threshold=THRESHOLD,
        walks=WALKS,
        walk_length=WALK_LENGTH,
        grammar_states=len(target) - 1,
        machines=machines,
        equal=sum(machine.equal for machine in machines),
        exact=exact,
        exact_interval=wilson(exact, len(machines)),
        shown=shown,
        machine=machine_of(found[shown][1], alphabet, grammar),
    )


def extract(
    net: Net, walked: Sequence[Level], target: Table, alphabet: str, *, place: int = 0
) -> tuple[ExtractedMachine, Table]:
    """Read the automaton off one net.

    Args:
        walked: long strings that the net says.
        target: the grammar's minimal automaton.
        place: of the net in its ensemble.
    """
    every = prefixes(net)
    best = _best(net, every, walked)
    equal = np.array_equal(best.table, target)
    word = difference(best.table, target)
    wrong = counterexample(net, target, [failure(target, every), failure(target, walked), word and word[:-1]])
    least_said, most_unsaid = margin([*every, *walked])
    extracted = ExtractedMachine(
        net=place,
        radius=best.radius,
        clusters=best.clusters,
        states=len(best.table) - 1,
        equal=equal,
        word=None if word is None else spelled(word, alphabet),
        departs=None if best.departure is None else len(best.departure),
        counterexample=None if wrong is None else _described(net, wrong, target, alphabet),
        prefixes=sum(len(level.symbol) for level in every),
        longest_prefix=len(every),
        least_said=least_said,
        most_unsaid=most_unsaid,
    )
    return extracted, best.table


def quantised(net: Net, radius: float) -> Table | None:
    """The automaton of clusters: the first state found of each stands for all states near it that say the same.

    Breadth first from the initial state, and from each cluster by the symbols that it says. None beyond MOST_CLUSTERS.
    """
    states = net.start()
    point, said = states.coordinates, states.said  # of each cluster: (clusters, coordinates), (clusters, alphabet)
    arrows, frontier = list[tuple[int, int, int]](), np.zeros(1, dtype=np.int64)
    while len(frontier):
        source, symbol = states.said.nonzero()
        reached = net.step(states.at(source), symbol)
        founders = []
        for i, (where, says) in enumerate(zip(reached.coordinates, reached.said, strict=True)):
            distance = np.abs(point - where).max(1)
            distance[(said != says).any(1)] = np.inf
            cluster = int(distance.argmin())
            if distance[cluster] > radius:
                cluster = len(point)
                point, said = np.vstack([point, where]), np.vstack([said, says])
                founders.append(i)
            arrows.append((int(frontier[source[i]]), int(symbol[i]), cluster))
        if len(point) > MOST_CLUSTERS:
            return None
        frontier = np.arange(len(point) - len(founders), len(point))
        states = reached.at(np.array(founders, dtype=np.int64))
    return tabulated(len(point), net.alphabet, arrows)


def departure(table: Table, levels: Sequence[Level]) -> Word | None:
    """The shortest string after which the net says something else than the automaton; None if there is none."""
    dead, state = len(table) - 1, np.zeros(levels[0].parent.max() + 1, dtype=np.int64)
    for length, level in enumerate(levels, start=1):
        state = table[state[level.parent], level.symbol]
        wrong = ((table[state] != dead) != level.said).any(1)
        if wrong.any():
            return _word(levels[:length], int(wrong.argmax()))
    return None


def failure(grammar: Table, levels: Sequence[Level]) -> Word | None:
    """The shortest string of the grammar after which the net is not right; None if there is none.

    It is right where each allowed symbol is more probable than every other, as in analysis.exactness.
    """
    state = np.zeros(levels[0].parent.max() + 1, dtype=np.int64)
    for length, level in enumerate(levels, start=1):
        state = grammar[state[level.parent], level.symbol]
        wrong = _wrong(grammar, state, level.probabilities)
        if wrong.any():
            return _word(levels[:length], int(wrong.argmax()))
    return None


def counterexample(net: Net, grammar: Table, suspects: Sequence[Word | None]) -> Word | None:
    """The shortest of some strings after which the net itself is not right, with all loops left out that can be.

    What lies between two visits of one state of the grammar can be left out, and still the grammar can read the string;
    that is done as long as the net is still wrong after what is left.
    """
    shorter = _first_wrong(net, grammar, [word for word in suspects if word])
    word = None
    while shorter is not None:
        word = shorter
        states = path(grammar, word)
        cut = {
            word[:i] + word[j:]
            for i in range(len(word))
            for j in range(i + 1, len(word) + 1)
            if states[i] == states[j] and len(word) + i > j
        }
        shorter = _first_wrong(net, grammar, list(cut))
    return word


def _best(net: Net, every: Sequence[Level], walked: Sequence[Level]) -> _Candidate:
    """The automaton that says longest what the net says; of several such, that of the coarsest radius."""
    best: _Candidate | None = None
    for radius in RADII:
        clusters = quantised(net, radius)
        if clusters is None and best is not None:
            break
        if clusters is None:
            continue
        table = minimal(clusters)
        wrong = [word for word in (departure(table, every), departure(table, walked)) if word is not None]
        found = _Candidate(radius, len(clusters) - 1, table, min(wrong, key=len, default=None))
        if found.departure is None:
            return found
        if best is None or best.departure is None or len(found.departure) > len(best.departure):
            best = found
    assert best is not None
    return best


def _first_wrong(net: Net, grammar: Table, words: Sequence[Word]) -> Word | None:
    """One of the strings, or the beginning of one, after which the net is not right; short ones are tried first."""
    words = sorted(words, key=lambda word: (len(word), word))
    for first in range(0, len(words), AT_ONCE):
        some = words[first : first + AT_ONCE]
        symbols = np.zeros((len(some), len(some[-1])), dtype=np.int64)
        state = np.full(symbols.shape, len(grammar) - 1)
        for row, word in enumerate(some):
            symbols[row, : len(word)] = word
            state[row, : len(word)] = path(grammar, word)[1:]
        wrong = _wrong(grammar, state, net.read(symbols))  # (strings, time)
        if wrong.any():
            time = int(wrong.any(0).argmax())
            return some[int(wrong[:, time].argmax())][: time + 1]
    return None


def _wrong(
    grammar: Table, state: Int[np.ndarray, " *strings"], probabilities: Float[np.ndarray, "*strings alphabet"]
) -> Bool[np.ndarray, " *strings"]:
    """Where an allowed symbol is not more probable than every other one; nowhere where nothing is allowed any more."""
    allowed = grammar[state] != len(grammar) - 1  # (*strings, alphabet)
    least = np.where(allowed, probabilities, np.inf).min(-1)
    wrong: Bool[np.ndarray, " *strings"]
    wrong = least <= np.where(allowed, -np.inf, probabilities).max(-1)
    return wrong


def _described(net: Net, word: Word, grammar: Table, alphabet: str) -> Counterexample:
    probabilities = net.read(np.array([word]))[0, -1]
    allowed = grammar[path(grammar, word)[-1]] != len(grammar) - 1
    return Counterexample(
        prefix=spelled(word, alphabet),
        allowed=spelled(np.flatnonzero(allowed).tolist(), alphabet),
        probabilities=tuple(probabilities.tolist()),
    )


def _word(levels: Sequence[Level], string: int) -> Word:
    """A string of the last level, from its first symbol on."""
    backwards = []
    for level in reversed(levels):
        backwards.append(int(level.symbol[string]))
        string = int(level.parent[string])
    return tuple(reversed(backwards))
