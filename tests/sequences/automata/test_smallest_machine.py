"""The smallest machines: their sizes, and that they follow every stream."""

from itertools import product

import pytest
from automata.fa.dfa import DFA

from kuzushi.sequences.automata.finite_automata import smallest_machine
from kuzushi.sequences.languages import LANGUAGES, get_language
from kuzushi.sequences.languages.language import as_text
from kuzushi.sequences.languages.reber import REBER, Grammar, embedded

SIZES = {
    "anbn": lambda n: 2 * n,
    "anb2n": lambda n: 3 * n,
    "anbncn": lambda n: (n + 1) * (n + 2) // 2,
    "anb2nc3n": lambda n: n * n + 4 * n + 1,
    "a1b2": lambda n: 3 * n,
    "a2b3": lambda n: 5 * n,  # 2n a's read, 3n - 1 b's to come, and the end
    "a1b1c1d1": lambda n: (n + 1) ** 2,  # by phase n, n(n - 1)/2, n(n + 1)/2 and n, and the end
    "dyck1": lambda n: n + 2,
}
ALL = [*LANGUAGES, "a2b3", "a1b1c1d1"]
GRAMMARS = {"reber": REBER, "reber-embedded": embedded(REBER)}
RESET = [*GRAMMARS, "dyck1"]


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
    machine = smallest_machine(get_language(name), longest=longest)
    assert len(machine.states) == SIZES[name](longest)
    assert len(set(machine.states)) == len(machine.states)
    assert {arrow.source for arrow in machine.transitions} == set(machine.states)
    assert {arrow.target for arrow in machine.transitions} == set(machine.states)
    assert (machine.longest, machine.start) == (longest, "end")


@pytest.mark.parametrize("longest", range(1, 7))
@pytest.mark.parametrize("name", SIZES)
def test_no_two_states_of_a_machine_that_is_cut_can_be_merged(name, longest):
    machine = smallest_machine(get_language(name), longest=longest)
    assert len(minified(machine, final=set(machine.states)).states) == len(machine.states)


@pytest.mark.parametrize("longest", [1, 2, 5])
@pytest.mark.parametrize("name", ALL)
def test_following_the_machine_gives_the_states_of_the_streams(name, longest):
    language = get_language(name, reset=False)
    machine = smallest_machine(language, longest=longest)
    arrows, names = arrows_of(machine), language.states(longest)
    assert machine.states == names
    for streams in (language.alone(longest), *language.in_streams(longest)):
        for text, places in zip(as_text(language, streams), streams.state.tolist(), strict=True):
            state = machine.start
            for symbol, place in zip(text, places, strict=False):
                state = arrows[state][symbol]
                assert state == names[place]


@pytest.mark.parametrize("name", ALL)
def test_the_arrows_of_a_state_are_the_symbols_that_may_follow_but_for_one_cut(name):
    language, longest = get_language(name, reset=False), 4
    arrows = arrows_of(smallest_machine(language, longest=longest))
    *_, streams = language.in_streams(longest)
    names = language.states(longest)
    seen = set()
    for place, legal in zip(streams.state[streams.present].tolist(), streams.legal[streams.present], strict=True):
        most = longest * getattr(language, "ratios", (1,))[0]
        cut = {f"a{most}": {"a"}, f"{most})": {"("}}.get(names[place], set())
        assert set(arrows[names[place]]) == {language.symbols[i] for i in legal.nonzero()[:, 0]} - cut
        seen.add(names[place])
    assert seen == set(names)


def test_the_arrows_of_a_counting_machine_come_in_the_order_of_its_states():
    machine = smallest_machine(LANGUAGES["anb2n"], longest=2)
    assert [(arrow.source, arrow.symbol, arrow.target) for arrow in machine.transitions] == [
        ("a1", "a", "a2"), ("a1", "b", "1b"), ("a2", "b", "3b"),
        ("3b", "b", "2b"), ("2b", "b", "1b"), ("1b", "b", "end"), ("end", "a", "a1"),
    ]  # fmt: skip


@pytest.mark.parametrize("deepest", [1, 2, 3])
def test_the_machine_of_brackets_reads_exactly_what_is_balanced_and_not_too_deep(deepest):
    machine = smallest_machine(LANGUAGES["dyck1"], longest=deepest)
    arrows = arrows_of(machine)
    for symbols in product("().", repeat=7):
        state, opened, balanced, ended = machine.start, 0, True, True
        for symbol in symbols:
            state = arrows[state].get(symbol) if state else None
            opened += {"(": 1, ")": -1, ".": 0}[symbol]
            balanced = balanced and 0 <= opened <= deepest and not (symbol == "." and (opened or ended))
            ended = symbol == "."
            assert (state is not None) == balanced


@pytest.mark.parametrize("name", RESET)
def test_the_machine_of_a_language_is_the_same_with_a_reset(name):
    streams, reset = (smallest_machine(get_language(name, reset=reset), longest=4) for reset in (False, True))
    assert streams == reset


def test_the_machine_of_a_grammar_has_all_arrows_of_a_node():
    arrows = (
        ("end", "B", "0"),
        ("0", "T", "0"), ("0", "P", "1"), ("0", "S", "2"),
        ("1", "X", "2"), ("1", "V", "0"),
        ("2", "E", "end"),
    )  # fmt: skip
    machine = smallest_machine(Grammar(tuple("BTSXPVE"), arrows), longest=4)
    assert {(arrow.source, arrow.symbol, arrow.target) for arrow in machine.transitions} == set(arrows)
    assert len(minified(machine, final=set(machine.states)).states) == len(machine.states) == 4


@pytest.mark.parametrize(("name", "nodes"), [("reber", 7), ("reber-embedded", 19)])
def test_a_grammar_is_its_own_smallest_machine(name, nodes):
    machine = smallest_machine(get_language(name), longest=3)
    assert tuple((arrow.source, arrow.symbol, arrow.target) for arrow in machine.transitions) == GRAMMARS[name]
    assert (machine.longest, machine.start, len(machine.states)) == (None, "end", nodes)
    for final in ({"end"}, set(machine.states)):
        assert len(minified(machine, final=final).states) == nodes
