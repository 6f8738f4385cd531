"""The smallest machines: their sizes, and that they follow every stream."""

import pytest
from automata.fa.dfa import DFA

from kuzushi.analysis.machines import smallest_machine
from kuzushi.data.grammars import REBER, embedded
from kuzushi.data.languages import LANGUAGES, spelled

SIZES = {
    "anbn": lambda n: 2 * n,
    "anb2n": lambda n: 3 * n,
    "anbncn": lambda n: (n + 1) * (n + 2) // 2,
    "anb2nc3n": lambda n: n * n + 4 * n + 1,
}
GRAMMARS = {"reber": REBER, "reber-embedded": embedded(REBER)}


def arrows_of(machine):
    """state -> symbol -> next state"""
    table = {state: {} for state in machine.states}
    for arrow in machine.transitions:
        assert arrow.symbol not in table[arrow.source]
        table[arrow.source][arrow.symbol] = arrow.target
    return table


def minified(machine, *, final):
    return DFA(
        states=set(machine.states),
        input_symbols={arrow.symbol for arrow in machine.transitions},
        transitions=arrows_of(machine),
        initial_state=machine.start,
        final_states=final,
        allow_partial=True,
    ).minify()


@pytest.mark.parametrize("longest", range(1, 7))
@pytest.mark.parametrize("name", SIZES)
def test_the_number_of_states_is_the_known_one(name, longest):
    machine = smallest_machine(LANGUAGES[name], longest=longest)
    assert len(machine.states) == SIZES[name](longest)
    assert len(set(machine.states)) == len(machine.states)
    assert {arrow.source for arrow in machine.transitions} == set(machine.states)
    assert {arrow.target for arrow in machine.transitions} == set(machine.states)
    assert (machine.longest, machine.start) == (longest, "end")


@pytest.mark.parametrize("longest", range(1, 7))
@pytest.mark.parametrize("name", SIZES)
def test_no_two_states_of_a_counting_machine_can_be_merged(name, longest):
    machine = smallest_machine(LANGUAGES[name], longest=longest)
    assert len(minified(machine, final=set(machine.states)).states) == len(machine.states)


@pytest.mark.parametrize("longest", [1, 2, 5])
@pytest.mark.parametrize("name", LANGUAGES)
def test_following_the_machine_gives_the_states_of_the_streams(name, longest):
    language = LANGUAGES[name]
    machine = smallest_machine(language, longest=longest)
    arrows, names = arrows_of(machine), language.states(longest)
    assert machine.states == names
    for streams in (language.alone(longest), language.side_by_side(longest)):
        for text, places in zip(spelled(language, streams), streams.state.tolist(), strict=True):
            state = machine.start
            for symbol, place in zip(text, places, strict=False):
                state = arrows[state][symbol]
                assert state == names[place]


@pytest.mark.parametrize("name", LANGUAGES)
def test_the_arrows_of_a_state_are_the_symbols_that_may_follow_but_for_one_cut(name):
    language, longest = LANGUAGES[name], 4
    arrows = arrows_of(smallest_machine(language, longest=longest))
    streams, names = language.side_by_side(longest), language.states(longest)
    seen = set()
    for place, legal in zip(streams.state[streams.present].tolist(), streams.legal[streams.present], strict=True):
        cut = {"a"} if names[place] == f"a{longest}" else set()
        assert set(arrows[names[place]]) == {language.symbols[i] for i in legal.nonzero()[:, 0]} - cut
        seen.add(names[place])
    assert seen == set(names)


def test_the_arrows_of_a_counting_machine_come_in_the_order_of_its_states():
    machine = smallest_machine(LANGUAGES["anb2n"], longest=2)
    assert [(arrow.source, arrow.symbol, arrow.target) for arrow in machine.transitions] == [
        ("a1", "a", "a2"), ("a1", "b", "1b"), ("a2", "b", "3b"),
        ("3b", "b", "2b"), ("2b", "b", "1b"), ("1b", "b", "end"), ("end", "a", "a1"),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "nodes"), [("reber", 7), ("reber-embedded", 19)])
def test_a_grammar_is_its_own_smallest_machine(name, nodes):
    machine = smallest_machine(LANGUAGES[name], longest=3)
    assert tuple((arrow.source, arrow.symbol, arrow.target) for arrow in machine.transitions) == GRAMMARS[name]
    assert (machine.longest, machine.start, len(machine.states)) == (None, "end", nodes)
    for final in ({"end"}, set(machine.states)):
        assert len(minified(machine, final=final).states) == nodes
