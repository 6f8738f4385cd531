"""Automata as tables, held against automata-lib."""

import dataclasses

import numpy as np
import pytest
from automata.fa.dfa import DFA

from automaton_nets import SYMBOLS
from kuzushi.analysis.finite_automata import difference, machine_of, minimal, path, spelled, table_of, tabulated
from kuzushi.analysis.machines import smallest_machine
from kuzushi.data.languages import LANGUAGES

REBER_MACHINE = smallest_machine(LANGUAGES["reber"], longest=4)


def as_word(string):
    return tuple(SYMBOLS.index(symbol) for symbol in string)


def dfa(table):
    """The same automaton in automata-lib."""
    dead, letters = len(table) - 1, SYMBOLS[: table.shape[1]]
    arrows = {s: {a: int(t) for a, t in zip(letters, table[s], strict=True) if t != dead} for s in range(dead)}
    return DFA(
        states=set(range(dead)), input_symbols=set(letters), transitions=arrows, initial_state=0,
        final_states=set(range(dead)), allow_partial=True,
    )  # fmt: skip


def random_table(seed, *, states=8, alphabet=3):
    """An automaton with a third of the arrows missing."""
    draw = np.random.default_rng(seed)
    table = draw.integers(states, size=(states + 1, alphabet))
    table[draw.random(table.shape) < 1 / 3] = states
    table[states] = states
    return table


@pytest.mark.parametrize("seed", range(30))
def test_a_minimal_automaton_has_as_many_states_as_automata_lib_gives_it_and_reads_the_same(seed):
    table = random_table(seed)
    smallest = minimal(table)
    assert len(smallest) - 1 == len(dfa(table).minify().states)
    assert dfa(smallest) == dfa(table)
    assert difference(smallest, table) is None
    relabelled = np.array([0, *np.random.default_rng(seed).permutation(7) + 1, 8])
    shuffled = np.empty_like(table)
    shuffled[relabelled] = relabelled[table]
    assert np.array_equal(minimal(shuffled), smallest)


@pytest.mark.parametrize("seed", range(30))
def test_a_shortest_difference_is_as_short_as_automata_lib_finds_it_and_the_first_of_its_length(seed):
    one, other = random_table(seed), random_table(seed + 1000)
    apart = dfa(one).symmetric_difference(dfa(other))
    word = difference(one, other)
    if word is None:
        assert apart.isempty()
    else:
        assert len(word) == apart.minimum_word_length()
        spelled = [as_word(text) for text in apart.words_of_length(len(word))]
        assert word == min(spelled)
    assert difference(one, one) is None


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
    named = machine_of(minimal(table_of(doubled, SYMBOLS)), SYMBOLS, doubled)
    assert set(named.transitions) == set(REBER_MACHINE.transitions)


def test_a_machine_becomes_a_table_and_a_machine_again():
    grammar = smallest_machine(LANGUAGES["reber-embedded"], longest=4)
    table = table_of(grammar, SYMBOLS)
    assert np.array_equal(table, table_of(machine_of(minimal(table), SYMBOLS, grammar), SYMBOLS))


def test_an_automaton_that_is_not_the_grammars_has_numbered_states():
    table = tabulated(2, 7, [(0, 0, 1), (1, 6, 0)])
    named = machine_of(table, SYMBOLS, smallest_machine(LANGUAGES["reber"], longest=4))
    assert (named.states, named.start) == (("q0", "q1"), "q0")
    assert [(t.source, t.symbol, t.target) for t in named.transitions] == [("q0", "B", "q1"), ("q1", "E", "q0")]


def test_a_string_is_followed_to_where_it_cannot_be_read_on():
    table = tabulated(2, 7, [(0, 0, 1), (1, 6, 0)])
    assert path(table, as_word("BEBTB")) == [0, 1, 0, 1, 2, 2]
    assert spelled(as_word("BEBTB"), SYMBOLS) == "BEBTB"
