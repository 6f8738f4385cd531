"""The finite automaton inside a recurrent net: extracted from its hidden states, minimised, compared with a grammar.

The net is explored from its initial state by the symbols that it predicts. States that are close together and predict
the same are merged, so that there are finitely many, and those with the same future are merged by minimising. The
radius is refined until the automaton predicts what the net predicts on every string tried. The grammar is used only
afterwards, and for two things known of it before: how unlikely a symbol that may follow can be, and which last symbols
show that a string is over, if nets are put back to their initial state then.

After Giles et al. 1992 (Neural Comp. 4, 393-405) and Omlin and Giles 1996 (Neural Networks 9, 41-52), who divide the
space of states by a grid, and Merrill and Tsilivis 2022 (arXiv 2201.12451), who merge states that are close.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from automata.fa.dfa import DFA
from jaxtyping import Bool, Float, Int
from torch import Generator

from kuzushi.core.statistics import wilson
from kuzushi.sequences.automata import generated_strings as explore
from kuzushi.sequences.automata.finite_automata import (
    Table,
    automaton,
    automaton_of,
    difference,
    machine_of,
    path,
    table_of,
)
from kuzushi.sequences.automata.generated_strings import Explorer, Level, Word
from kuzushi.sequences.nets import LSTM, SRN, select
from kuzushi.sequences.results import Counterexample, ExtractedMachine, ExtractedMachines, Machine

RADII = tuple(2 ** (1 - k / 2) for k in range(11))
"""From 2, which covers everything, to 1/16, in units of activation."""
MOST_CLUSTERS = 1_000
"""Where a radius gives more, no finer one is tried."""
AT_ONCE = 256
"""Shorter forms of a counterexample that are read together."""


@dataclass(frozen=True)
class _Candidate:
    radius: float
    clusters: int
    minimal: DFA
    disagreement: Word | None
    """The shortest string tried after which the net predicts something else."""


def extract_ensemble(
    model: SRN | LSTM,
    *,
    grammar: Machine,
    symbols: Sequence[str],
    endings: Sequence[str] = (),
    shown: int,
    generator: Generator,
) -> ExtractedMachines:
    """Extract an automaton from every net of an ensemble, and compare it with the grammar's.

    Example: extract_ensemble(model, grammar=smallest_machine(language, longest=4), symbols=language.symbols, shown=0,
        generator=Generator().manual_seed(0)).exact -> 7

    Args:
        grammar: a machine that reads every prefix of a stream of strings, minimal or not.
        endings: the last symbols, equally many, of the strings after which a net is put back; see `Grammar.endings`.
        shown: the net whose automaton is returned as a machine.
        generator: draws the walks.
    """
    alphabet = "".join(symbols)
    target = automaton_of(grammar, alphabet).minify()
    ensemble = Explorer(model, threshold(grammar), tuple(tuple(map(alphabet.index, each)) for each in endings))
    walked = explore.walks(ensemble, generator)
    found = [
        extract(replace(ensemble, net=select(model, torch.tensor([net])).cpu()), levels, target, alphabet, net=net)
        for net, levels in enumerate(walked)
    ]
    machines = tuple(machine for machine, _ in found)
    exact = sum(machine.exact for machine in machines)
    return ExtractedMachines(
        threshold=ensemble.threshold,
        endings=tuple(endings),
        walks=explore.WALKS,
        walk_length=explore.WALK_LENGTH,
        grammar_states=len(target.states),
        machines=machines,
        equal=sum(machine.equal for machine in machines),
        exact=exact,
        exact_interval=wilson(exact, len(machines)),
        shown=shown,
        machine=machine_of(found[shown][1], alphabet, grammar),
    )


def threshold(grammar: Machine) -> float:
    """Return the probability from which on a symbol counts as predicted.

    A net that knows a grammar whose arrows are equally likely gives each of the k symbols of a node 1/k, and the others
    0. For the largest k this is halfway between.

    Example: threshold(smallest_machine(LANGUAGES["reber"], longest=4)) -> 0.25
    """
    (_, most), *_ = Counter(arrow.source for arrow in grammar.transitions).most_common(1)
    return 1 / (2 * most)


def extract(
    alone: Explorer, walked: Sequence[Level], target: DFA, alphabet: str, *, net: int = 0
) -> tuple[ExtractedMachine, DFA]:
    """Extract the automaton of one net.

    Args:
        alone: the net as an ensemble of one, on the CPU.
        walked: its walks.
        target: the grammar's minimal automaton.
        net: its index in the ensemble.
    """
    every = explore.prefixes(alone)
    best = _best(alone, every, walked, alphabet)
    equal, table = best.minimal == target, table_of(target, alphabet)
    word = difference(best.minimal, target, alphabet)
    suspects = [first_wrong(table, every), first_wrong(table, walked)]
    if word is not None:
        suspects.append(tuple(map(alphabet.index, word[:-1])))
    wrong = counterexample(alone, table, suspects)
    lowest, highest = explore.margin([*every, *walked])
    extracted = ExtractedMachine(
        net=net,
        radius=best.radius,
        clusters=best.clusters,
        states=len(best.minimal.states),
        equal=equal,
        word=word,
        disagrees_after=None if best.disagreement is None else len(best.disagreement),
        counterexample=None if wrong is None else _described(alone, wrong, table, alphabet),
        prefixes=sum(len(level.symbol) for level in every),
        longest_prefix=len(every),
        lowest_predicted=lowest,
        highest_other=highest,
    )
    return extracted, best.minimal


def quantised(net: Explorer, radius: float, alphabet: str) -> DFA | None:
    """Return the automaton of clusters: the first state found of each represents all near it of the same kind.

    Breadth first from the initial state, and from each cluster by the symbols predicted. None beyond MOST_CLUSTERS.
    """
    points = net.start()
    point, kind = points.coordinates, points.kind  # of each cluster
    transitions: dict[int, dict[str, int]] = {0: {}}
    frontier = np.zeros(1, dtype=np.int64)
    while len(frontier):
        source, symbol = points.predicted[0].nonzero()
        reached = net.step(points.at(source), symbol[None])
        founders = []
        for i, (where, its) in enumerate(zip(reached.coordinates, reached.kind, strict=True)):
            distance = np.abs(point - where).max(1)
            distance[(kind != its).any(1)] = np.inf
            cluster = int(distance.argmin())
            if distance[cluster] > radius:
                cluster = len(point)
                point, kind = np.vstack([point, where]), np.vstack([kind, its])
                founders.append(i)
                transitions[cluster] = {}
            transitions[int(frontier[source[i]])][alphabet[symbol[i]]] = cluster
        if len(point) > MOST_CLUSTERS:
            return None
        frontier = np.arange(len(point) - len(founders), len(point))
        points = reached.at(np.array(founders, dtype=np.int64))
    return automaton(transitions, start=0, symbols=alphabet)


def disagreement(table: Table, levels: Sequence[Level]) -> Word | None:
    """Return the shortest string after which the net does not predict what the automaton reads; None if none."""
    return _first(table, levels, lambda state, level: ((table[state] != len(table) - 1) != level.predicted).any(1))


def first_wrong(grammar: Table, levels: Sequence[Level]) -> Word | None:
    """Return the shortest string of the grammar after which the net is not right; None if there is none.

    It is right where each allowed symbol is more probable than every other, as in `score.right`.
    """
    return _first(grammar, levels, lambda state, level: _wrong(grammar, state, level.probabilities))


def counterexample(net: Explorer, grammar: Table, suspects: Sequence[Word | None]) -> Word | None:
    """Return the shortest of some strings after which the net itself is not right, without unnecessary loops.

    What is between two visits of one state of the grammar is removed, as long as the net is still wrong after the rest.
    """
    shorter = _shortest_wrong(net, grammar, [word for word in suspects if word])
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
        shorter = _shortest_wrong(net, grammar, list(cut))
    return word


def _best(net: Explorer, every: Sequence[Level], walked: Sequence[Level], alphabet: str) -> _Candidate:
    """Return the automaton that agrees longest with the net; of several such, that of the coarsest radius."""
    best: _Candidate | None = None
    for radius in RADII:
        clusters = quantised(net, radius, alphabet)
        if clusters is None and best is not None:
            break
        if clusters is None:
            continue
        minimal = clusters.minify()
        table = table_of(minimal, alphabet)
        wrong = [word for word in (disagreement(table, every), disagreement(table, walked)) if word is not None]
        found = _Candidate(radius, len(clusters.states), minimal, min(wrong, key=len, default=None))
        if found.disagreement is None:
            return found
        if best is None or best.disagreement is None or len(found.disagreement) > len(best.disagreement):
            best = found
    assert best is not None
    return best


def _shortest_wrong(net: Explorer, grammar: Table, words: Sequence[Word]) -> Word | None:
    """Return one of the strings, or a prefix of one, after which the net is not right; short ones are tried first."""
    words = sorted(words, key=lambda word: (len(word), word))
    for first in range(0, len(words), AT_ONCE):
        some = words[first : first + AT_ONCE]
        symbols = np.zeros((len(some), len(some[-1])), dtype=np.int64)
        state = np.full(symbols.shape, len(grammar) - 1)
        for row, word in enumerate(some):
            symbols[row, : len(word)] = word
            state[row, : len(word)] = path(grammar, word)[1:]
        wrong = _wrong(grammar, state, net.probabilities(symbols))  # (strings, time)
        if wrong.any():
            time = int(wrong.any(0).argmax())
            return some[int(wrong[:, time].argmax())][: time + 1]
    return None


def _wrong(
    grammar: Table, state: Int[np.ndarray, " *strings"], following: Float[np.ndarray, "*strings alphabet"]
) -> Bool[np.ndarray, " *strings"]:
    """Return where an allowed symbol is not more probable than every other; False where nothing is allowed any more."""
    allowed = grammar[state] != len(grammar) - 1  # (*strings, alphabet)
    least = np.where(allowed, following, np.inf).min(-1)
    wrong: Bool[np.ndarray, " *strings"]
    wrong = least <= np.where(allowed, -np.inf, following).max(-1)
    return wrong


def _described(net: Explorer, word: Word, grammar: Table, alphabet: str) -> Counterexample:
    allowed = np.flatnonzero(grammar[path(grammar, word)[-1]] != len(grammar) - 1)
    return Counterexample(
        prefix="".join(alphabet[symbol] for symbol in word),
        allowed="".join(alphabet[symbol] for symbol in allowed),
        probabilities=tuple(net.probabilities(np.array([word]))[0, -1].tolist()),
    )


def _first(table: Table, levels: Sequence[Level], fails: Callable[[np.ndarray, Level], np.ndarray]) -> Word | None:
    """Return the first string after which a test of the automaton's state and the net fails; None if none does."""
    state = np.zeros(levels[0].parent.max() + 1, dtype=np.int64)
    for length, level in enumerate(levels, start=1):
        state = table[state[level.parent], level.symbol]
        failed = fails(state, level)
        if failed.any():
            word, string = [], int(failed.argmax())
            for back in reversed(levels[:length]):
                word.append(int(back.symbol[string]))
                string = int(back.parent[string])
            return tuple(reversed(word))
    return None
