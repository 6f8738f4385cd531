"""Finite automata of languages and nets: built, minimised and compared by automata-lib.

In each of them every state accepts: an automaton reads the prefixes of a stream of strings.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from automata.fa.dfa import DFA
from jaxtyping import Int

from kuzushi.sequences.languages.brackets import Brackets
from kuzushi.sequences.languages.language import Language, as_text
from kuzushi.sequences.languages.reber import Grammar
from kuzushi.sequences.results import Machine, Transition

Table = Int[np.ndarray, "rows alphabet"]
"""An automaton for reading many strings at once: the next state after each symbol. State 0 is the start; the last row
is the state of strings that cannot be read, which leads to itself."""


def smallest_machine(language: Language, *, longest: int) -> Machine:
    """Return the smallest machine that can follow streams of the strings with n <= `longest`.

    A language that counts has no finite machine unless it is cut. Cut at N, a^n b^n needs 2N states, a^n b^2n 3N,
    a^n b^n c^n (N+1)(N+2)/2, a^n b^2n c^3n N^2+4N+1, and Dyck-1 N+2. A grammar is already a machine, and is not cut.
    """
    states = language.states(longest)
    if isinstance(language, Grammar):
        return _machine(None, states, "end", language.arrows)
    if isinstance(language, Brackets):
        end, *depths = states
        up = [(low, "(", high) for low, high in pairwise(depths)]
        down = [(high, ")", low) for low, _, high in up]
        return _machine(longest, states, end, [(end, "(", depths[1]), (depths[0], ".", end), *up, *down])
    streams = language.alone(longest)
    strings = as_text(language, streams)
    label = {"": "end"}  # of every prefix
    for string, row in zip(strings, streams.state.tolist(), strict=True):
        label |= {string[: i + 1]: states[row[i]] for i in range(len(string) - 1)}
    minimal = automaton(_prefix_tree(strings), start="", symbols=language.symbols).minify(retain_names=True)
    name = {}
    for prefixes in minimal.states:
        # Merged prefixes have the same future, and so one label: unpacking fails if labels tell apart more or less.
        (name[prefixes],) = {label[prefix] for prefix in prefixes}
    arrows = [(name[source], a, name[to]) for source, row in minimal.transitions.items() for a, to in row.items()]
    arrows.sort(key=lambda arrow: (states.index(arrow[0]), arrow[1]))
    return _machine(longest, states, name[minimal.initial_state], arrows)


def automaton(transitions: Mapping[Any, Mapping[str, Any]], *, start: Any, symbols: Sequence[str]) -> DFA:
    """Return the automaton with these transitions, a partial one in which every state accepts."""
    states = set(transitions)
    return DFA(
        states=states, input_symbols=set(symbols), transitions=transitions, initial_state=start, final_states=states,
        allow_partial=True,
    )  # fmt: skip


def automaton_of(machine: Machine, symbols: Sequence[str]) -> DFA:
    """Return a machine as an automaton, with the same names of states."""
    transitions: dict[str, dict[str, str]] = {state: {} for state in machine.states}
    for arrow in machine.transitions:
        transitions[arrow.source][arrow.symbol] = arrow.target
    return automaton(transitions, start=machine.start, symbols=symbols)


def machine_of(minimal: DFA, symbols: Sequence[str], grammar: Machine) -> Machine:
    """Return a minimal automaton as a machine, with the grammar's names and order of states if the two are equal."""
    goal = automaton_of(grammar, symbols)
    numbered = [state for _, state, _ in _pairs(minimal, minimal, symbols)]
    name = {state: f"q{number}" for number, state in enumerate(numbered)}
    states: tuple[str, ...] = tuple(name.values())
    if minimal == goal:
        name = {}
        for _, state, node in _pairs(minimal, goal, symbols):
            name.setdefault(state, node)
        states = tuple(sorted(name.values(), key=grammar.states.index))
    arrows = [
        (name[state], symbol, name[minimal.transitions[state][symbol]])
        for state in sorted(name, key=lambda state: states.index(name[state]))
        for symbol in symbols
        if symbol in minimal.transitions[state]
    ]
    return _machine(None, states, name[minimal.initial_state], arrows)


def difference(one: DFA, other: DFA, symbols: Sequence[str]) -> str | None:
    """Return the first string, by length and then by symbols, that only one of two automata reads; None if equal."""
    return next((word for word, a, b in _pairs(one, other, symbols) if (a is None) != (b is None)), None)


def table_of(dfa: DFA, symbols: Sequence[str]) -> Table:
    """Return an automaton as a table; its states are numbered breadth first."""
    number = {state: index for index, (_, state, _) in enumerate(_pairs(dfa, dfa, symbols))}
    table = np.full((len(number) + 1, len(symbols)), len(number))
    for source, row in number.items():
        for symbol, target in dfa.transitions[source].items():
            table[row, symbols.index(symbol)] = number[target]
    return table


def path(table: Table, word: Sequence[int]) -> list[int]:
    """Return the states along a string of indices in the alphabet, the start first."""
    states = [0]
    for symbol in word:
        states.append(int(table[states[-1], symbol]))
    return states


def _pairs(one: DFA, other: DFA, symbols: Sequence[str]) -> Iterator[tuple[str, Any, Any]]:
    """Yield the pairs of states that one string leads to, with that string, breadth first; None: it cannot be read."""
    start = (one.initial_state, other.initial_state)
    words, queue = {start: ""}, deque([start])
    while queue:
        pair = queue.popleft()
        yield words[pair], *pair
        if None in pair:
            continue
        for symbol in symbols:
            after = (one.transitions[pair[0]].get(symbol), other.transitions[pair[1]].get(symbol))
            if after != (None, None) and after not in words:
                words[after] = words[pair] + symbol
                queue.append(after)


def _prefix_tree(strings: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the transitions between all prefixes of streams of these strings: a tree whose leaves are its root."""
    transitions: dict[str, dict[str, str]] = {"": {}}
    for string in strings:
        for i, symbol in enumerate(string):
            read = string[: i + 1]
            target = "" if read == string else read
            transitions[string[:i]][symbol] = target
            transitions.setdefault(target, {})
    return transitions


def _machine(
    longest: int | None, states: tuple[str, ...], start: str, arrows: Sequence[tuple[str, str, str]]
) -> Machine:
    transitions = tuple(Transition(source=source, symbol=symbol, target=target) for source, symbol, target in arrows)
    return Machine(longest=longest, states=states, start=start, transitions=transitions)
