"""Partial finite automata as tables: minimised, compared, and named.

Every state accepts: what such an automaton can read is a prefix of a stream.
"""

from collections import deque
from collections.abc import Sequence

import numpy as np
from automata.fa.dfa import DFA
from jaxtyping import Int

from kuzushi.results import Machine, Transition

Table = Int[np.ndarray, "rows alphabet"]
"""A partial automaton: the next state after each symbol. State 0 is the start; the last row is the state of strings
that cannot be read, which leads to itself. Every other state accepts: what is read is a prefix of a stream."""
Word = tuple[int, ...]
"""A string, as places in the alphabet."""


def tabulated(states: int, alphabet: int, arrows: Sequence[tuple[int, int, int]]) -> Table:
    """The table of so many states with these arrows, as (state, place of the symbol, next state)."""
    table = np.full((states + 1, alphabet), states)
    for source, symbol, target in arrows:
        table[source, symbol] = target
    return table


def table_of(machine: Machine, symbols: Sequence[str]) -> Table:
    """The table of a machine; its start is state 0, and the others follow in their order."""
    place = {state: i for i, state in enumerate(dict.fromkeys((machine.start, *machine.states)))}
    arrows = [(place[t.source], symbols.index(t.symbol), place[t.target]) for t in machine.transitions]
    return tabulated(len(place), len(symbols), arrows)


def minimal(table: Table) -> Table:
    """The smallest automaton that reads the same strings; its states are numbered breadth first.

    Two automata read the same strings just if their minimal tables are equal.
    """
    dead, letters = len(table) - 1, [str(symbol) for symbol in range(table.shape[1])]
    states = set(range(dead))
    smallest = DFA(
        states=states,
        input_symbols=set(letters),
        transitions={
            state: {letter: int(to) for letter, to in zip(letters, table[state], strict=True) if to != dead}
            for state in states
        },
        initial_state=0,
        final_states=states,
        allow_partial=True,
    ).minify()
    number, arrows, queue = {smallest.initial_state: 0}, [], deque([smallest.initial_state])
    while queue:
        source = queue.popleft()
        for letter, to in sorted(smallest.transitions[source].items(), key=lambda arrow: int(arrow[0])):
            if to not in number:
                number[to] = len(number)
                queue.append(to)
            arrows.append((number[source], int(letter), number[to]))
    return tabulated(len(number), len(letters), arrows)


def difference(table: Table, other: Table) -> Word | None:
    """The first string, by length and then by symbols, that only one of two automata can read; None if there is none.

    A breadth-first search through pairs of states.
    """
    dead, other_dead = len(table) - 1, len(other) - 1
    reached: dict[tuple[int, int], Word] = {(0, 0): ()}
    queue = deque(reached)
    while queue:
        pair = queue.popleft()
        for symbol, (one, two) in enumerate(zip(table[pair[0]].tolist(), other[pair[1]].tolist(), strict=True)):
            word = (*reached[pair], symbol)
            if (one == dead) != (two == other_dead):
                return word
            if one != dead and (one, two) not in reached:
                reached[one, two] = word
                queue.append((one, two))
    return None


def machine_of(table: Table, alphabet: str, grammar: Machine) -> Machine:
    """A minimal automaton as a machine; its states have the grammar's names and order if the two read the same."""
    goal, dead = table_of(grammar, alphabet), len(table) - 1
    names = [f"q{state}" for state in range(dead)]
    if difference(table, goal) is None:
        nodes = tuple(dict.fromkeys((grammar.start, *grammar.states)))
        names = [nodes[node] for _, node in sorted(_together(table, goal).items())]
    states = tuple(sorted(names, key=grammar.states.index)) if set(names) <= set(grammar.states) else tuple(names)
    arrows = [
        Transition(source=name, symbol=symbol, target=names[target])
        for name, row in sorted(zip(names, table.tolist(), strict=False), key=lambda state: states.index(state[0]))
        for symbol, target in zip(alphabet, row, strict=True)
        if target != dead
    ]
    return Machine(longest=None, states=states, start=names[0], transitions=tuple(arrows))


def path(table: Table, word: Word) -> list[int]:
    """The states along a string, the start first."""
    states = [0]
    for symbol in word:
        states.append(int(table[states[-1], symbol]))
    return states


def spelled(word: Sequence[int], alphabet: str) -> str:
    """A string as text."""
    return "".join(alphabet[symbol] for symbol in word)


def _together(table: Table, other: Table) -> dict[int, int]:
    """For each state of an automaton, a state of another that is reached by the same string."""
    partner, queue = {0: 0}, deque([0])
    while queue:
        state = queue.popleft()
        for symbol in np.flatnonzero(table[state] != len(table) - 1).tolist():
            target = int(table[state, symbol])
            if target not in partner:
                partner[target] = int(other[partner[state], symbol])
                queue.append(target)
    return partner
