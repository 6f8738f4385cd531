"""Automata as machines and tables, and their differences, against automata-lib."""

import dataclasses

import numpy as np
import pytest

from automaton_nets import SYMBOLS
from kuzushi.sequences.automata.finite_automata import (
    automaton,
    automaton_of,
    difference,
    machine_of,
    path,
    smallest_machine,
    table_of,
)
from kuzushi.sequences.languages import LANGUAGES

REBER_MACHINE = smallest_machine(LANGUAGES["reber"], longest=4)


def random_automaton(seed, *, states=8):
    """An automaton with a third of the arrows missing; start is state 0."""
    draw = np.random.default_rng(seed)
    targets, there = draw.integers(states, size=(states, 3)), draw.random((states, 3)) >= 1 / 3
    arrows = {s: {SYMBOLS[a]: int(targets[s, a]) for a in range(3) if there[s, a]} for s in range(states)}
    return automaton(arrows, start=0, symbols=SYMBOLS[:3])


@pytest.mark.parametrize("seed", range(30))
def test_a_table_reads_what_its_automaton_reads(seed):
    dfa = random_automaton(seed)
    table, words = table_of(dfa, SYMBOLS[:3]), np.random.default_rng(seed).integers(3, size=(200, 5)).tolist()
    for word in words:
        text = "".join(SYMBOLS[symbol] for symbol in word)
        assert (path(table, word)[-1] != len(table) - 1) == dfa.accepts_input(text)


@pytest.mark.parametrize("seed", range(30))
def test_a_minimal_table_does_not_depend_on_the_names_of_states(seed):
    dfa = random_automaton(seed)
    names = dict(zip(range(8), np.random.default_rng(seed).permutation(8).tolist(), strict=True))
    renamed = automaton(
        {names[s]: {a: names[t] for a, t in row.items()} for s, row in dfa.transitions.items()},
        start=names[0], symbols=SYMBOLS[:3],
    )  # fmt: skip
    one, other = (table_of(each.minify(), SYMBOLS) for each in (dfa, renamed))
    assert np.array_equal(one, other)


@pytest.mark.parametrize("seed", range(30))
def test_a_shortest_difference_is_as_short_as_automata_lib_finds_it_and_the_first_of_its_length(seed):
    one, other = random_automaton(seed), random_automaton(seed + 1000)
    apart = one.symmetric_difference(other)
    word = difference(one, other, SYMBOLS[:3])
    if word is None:
        assert apart.isempty()
    else:
        assert len(word) == apart.minimum_word_length()
        assert word == min(apart.words_of_length(len(word)), key=lambda text: [SYMBOLS.index(a) for a in text])
    assert difference(one, one, SYMBOLS[:3]) is None


def test_a_grammar_with_two_nodes_for_one_gives_each_state_one_of_their_names():
    doubled = dataclasses.replace(
        REBER_MACHINE,
        states=(*REBER_MACHINE.states, "twin"),
        transitions=(
            *(t for t in REBER_MACHINE.transitions if (t.source, t.symbol) != ("2", "T")),
            *(dataclasses.replace(t, target="twin") for t in REBER_MACHINE.transitions if t.symbol + t.source == "T2"),
            *(dataclasses.replace(t, source="twin") for t in REBER_MACHINE.transitions if t.source == "2"),
        ),
    )
    named = machine_of(automaton_of(doubled, SYMBOLS).minify(), SYMBOLS, doubled)
    assert set(named.transitions) == set(REBER_MACHINE.transitions)


def test_a_machine_becomes_an_automaton_and_a_machine_again():
    grammar = smallest_machine(LANGUAGES["reber-embedded"], longest=4)
    again = machine_of(automaton_of(grammar, SYMBOLS).minify(), SYMBOLS, grammar)
    assert (again.states, again.start) == (grammar.states, grammar.start)
    assert set(again.transitions) == set(grammar.transitions)


TWO_STATES = automaton({0: {"B": 1}, 1: {"E": 0}}, start=0, symbols=SYMBOLS)


def test_an_automaton_that_is_not_the_grammars_has_numbered_states():
    named = machine_of(TWO_STATES, SYMBOLS, smallest_machine(LANGUAGES["reber"], longest=4))
    assert (named.states, named.start) == (("q0", "q1"), "q0")
    assert [(t.source, t.symbol, t.target) for t in named.transitions] == [("q0", "B", "q1"), ("q1", "E", "q0")]


def test_a_string_is_followed_to_where_it_cannot_be_read():
    assert path(table_of(TWO_STATES, SYMBOLS), [SYMBOLS.index(a) for a in "BEBTB"]) == [0, 1, 0, 1, 2, 2]
