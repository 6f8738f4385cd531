"""Reber's grammars, against a walk along the arrows in plain Python and automata-lib."""

from itertools import pairwise

import pytest
import torch
from automata.fa.dfa import DFA

from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.languages.language import as_text
from kuzushi.sequences.languages.reber import IN_A_STREAM, REBER, TESTED, Grammar, embedded

GRAMMARS = ["reber", "reber-embedded"]


def arrows_of(grammar):
    """node -> symbol -> next node"""
    table = {}
    for node, symbol, target in grammar.arrows:
        assert symbol not in table.setdefault(node, {})
        table[node][symbol] = target
    return table


def walk(grammar, text):
    """The node after each symbol, from the end node on."""
    table, nodes = arrows_of(grammar), ["end"]
    for symbol in text:
        nodes.append(table[nodes[-1]][symbol])
    return nodes[1:]


def accepts(grammar, text):
    try:
        nodes = walk(grammar, text)
    except KeyError:
        return False
    return nodes[-1:] == ["end"] and "end" not in nodes[:-1]


def strings_in(grammar, text):
    """The strings of a stream: what lies between one visit to the end node and the next."""
    ends = [0, *(t + 1 for t, node in enumerate(walk(grammar, text)) if node == "end")]
    return [text[first:last] for first, last in pairwise(ends)]


def drawn(grammar, batch, *, strings, seed=0):
    return grammar.draw(batch, strings=strings, longest=0, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("name", GRAMMARS)
def test_a_stream_is_a_walk_along_the_arrows_and_its_states_are_the_nodes(name):
    grammar = LANGUAGES[name]
    streams, nodes, table = drawn(grammar, 20, strings=4), grammar.states(0), arrows_of(grammar)
    for i, text in enumerate(as_text(grammar, streams)):
        walked = walk(grammar, text)
        assert walked.count("end") == 4
        assert walked[-1] == "end"
        assert [nodes[place] for place in streams.state[i, : len(text)]] == walked
        for t, node in enumerate(walked):
            legal = {grammar.symbols[place] for place in streams.legal[i, t].nonzero()[:, 0]}
            assert legal == set(table[node])
            assert streams.determined[i, t] == (len(table[node]) == 1)
        lengths = [len(string) for string in strings_in(grammar, text) for _ in string]
        assert streams.n[i, : len(text)].tolist() == lengths
    torch.testing.assert_close(streams.scored, streams.present)


@pytest.mark.parametrize("name", GRAMMARS)
def test_automata_lib_accepts_every_test_string(name):
    grammar = LANGUAGES[name]
    machine = DFA(
        states={"start", *grammar.states(0)},
        input_symbols=set(grammar.symbols),
        transitions=arrows_of(grammar) | {"start": {"B": arrows_of(grammar)["end"]["B"]}, "end": {}},
        initial_state="start",
        final_states={"end"},
        allow_partial=True,
    )
    texts = as_text(grammar, grammar.alone(0))
    assert len(texts) == TESTED
    assert all(machine.accepts_input(text) and accepts(grammar, text) for text in texts)
    assert not any(machine.accepts_input(text[:-1]) for text in texts)


@pytest.mark.parametrize("name", GRAMMARS)
def test_the_strings_alone_are_those_of_the_streams(name):
    grammar = LANGUAGES[name]
    streams = as_text(grammar, grammar.side_by_side(0))
    apart = [strings_in(grammar, text) for text in streams]
    assert {len(strings) for strings in apart} == {IN_A_STREAM}
    alone = grammar.alone(0)
    assert list(as_text(grammar, alone)) == [string for strings in apart for string in strings]
    assert alone.n.amax(1).tolist() == alone.present.sum(1).tolist()


def test_the_strings_of_reber_are_those_of_the_literature():
    for text in ("BTXSE", "BPVVE", "BTSXSE", "BTSSXXTVVE", "BPVPXVPXVPXVVE", "BTXXVVE", "BTSSSSXXTTVPSE"):
        assert accepts(LANGUAGES["reber"], text)
    for text in ("BE", "BTSSPXSE", "BPTVVB", "BTXXVVEE", "BPVVEBPVVE", "TXSE"):
        assert not accepts(LANGUAGES["reber"], text)


def test_the_embedded_grammar_holds_a_string_of_reber_between_two_equal_symbols():
    embedding = LANGUAGES["reber-embedded"]
    assert embedding.arrows == embedded(REBER)
    texts = as_text(embedding, embedding.alone(0))
    for text in texts:
        assert text[0] + text[-1] == "BE"
        assert text[1] == text[-2] in "TP"
        assert accepts(LANGUAGES["reber"], text[2:-2])
    assert 200 < sum(text[1] == "T" for text in texts) < 300
    assert accepts(embedding, "BTBPVVETE")
    assert not accepts(embedding, "BTBPVVEPE")
    assert not accepts(embedding, "BPBPVVETE")


@pytest.mark.parametrize("name", GRAMMARS)
def test_both_arrows_of_a_node_are_about_equally_frequent(name):
    grammar = LANGUAGES[name]
    streams, nodes = drawn(grammar, 400, strings=10), grammar.states(0)
    follows = streams.present[:, 1:]
    for node, out in arrows_of(grammar).items():
        left = follows & (streams.state[:, :-1] == nodes.index(node))
        share = streams.following[:, :-1][left].bincount(minlength=len(grammar.symbols)) / left.sum()
        for symbol in out:
            assert abs(share[grammar.symbols.index(symbol)] - 1 / len(out)) < 0.06


def test_a_string_is_as_frequent_as_its_choices_say():
    reber = LANGUAGES["reber"]
    texts = [string for text in as_text(reber, drawn(reber, 400, strings=10)) for string in strings_in(reber, text)]
    assert len(texts) == 4000
    for text, choices in {"BTXSE": 3, "BPVVE": 3, "BTSXSE": 4, "BTXXVVE": 5, "BPTVPSE": 5}.items():
        assert abs(texts.count(text) / 4000 - 0.5**choices) < 0.02


def test_strings_longer_than_foreseen_are_drawn_whole():
    arrows = [("end", "B", "0"), *((str(i), "X", str(i + 1)) for i in range(97)), ("97", "E", "end")]
    grammar = Grammar(tuple("BXE"), tuple(arrows))
    assert as_text(grammar, drawn(grammar, 2, strings=3)) == (3 * ("B" + 97 * "X" + "E"),) * 2


@pytest.mark.parametrize("name", GRAMMARS)
def test_a_draw_is_the_same_for_the_same_generator_and_another_for_another(name):
    grammar = LANGUAGES[name]
    assert as_text(grammar, drawn(grammar, 5, strings=3)) == as_text(grammar, drawn(grammar, 5, strings=3))
    assert as_text(grammar, drawn(grammar, 5, strings=3)) != as_text(grammar, drawn(grammar, 5, strings=3, seed=1))


@pytest.mark.parametrize("name", GRAMMARS)
def test_longest_is_ignored(name):
    grammar = LANGUAGES[name]
    assert grammar.states(1) == grammar.states(9)
    assert as_text(grammar, grammar.example(1)) == as_text(grammar, grammar.example(9))
    assert len(strings_in(grammar, as_text(grammar, grammar.example(1))[0])) == 2
