"""Reber's grammars, against a walk along the arrows in plain Python and automata-lib."""

import hashlib
from itertools import pairwise
from math import sqrt

import pytest
import torch
from automata.fa.dfa import DFA

from kuzushi.core.errors import ConfigError
from kuzushi.sequences.languages import LANGUAGES, get_language
from kuzushi.sequences.languages.language import as_text
from kuzushi.sequences.languages.reber import IN_A_STREAM, REBER, TESTED, Grammar, embedded

GRAMMARS = ["reber", "reber-embedded"]
MANY = {
    "three": (
        ("end", "B", "0"),
        ("0", "T", "0"), ("0", "P", "1"), ("0", "S", "2"),
        ("1", "X", "2"),
        ("2", "E", "end"),
    ),
    "two and three": (
        ("end", "B", "0"),
        ("0", "T", "0"), ("0", "P", "1"), ("0", "S", "2"),
        ("1", "X", "2"), ("1", "V", "0"),
        ("2", "E", "end"),
    ),
    "two, three and four": (
        ("end", "B", "0"),
        ("0", "T", "0"), ("0", "P", "1"), ("0", "S", "2"),
        ("1", "X", "2"), ("1", "V", "0"),
        ("2", "E", "end"), ("2", "T", "1"), ("2", "P", "2"), ("2", "X", "0"),
    ),
}  # fmt: skip
"""Arrows of grammars, by how many leave a node where more than one does."""


def in_streams(name):
    """The grammar whose strings are read in streams, or, for arrows in MANY, the grammar of these."""
    return Grammar(tuple("BTSXPVE"), MANY[name], reset=False) if name in MANY else get_language(name, reset=False)


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


@pytest.mark.parametrize("name", [*GRAMMARS, *MANY])
def test_a_stream_is_a_walk_along_the_arrows_and_its_states_are_the_nodes(name):
    grammar = in_streams(name)
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
    grammar = in_streams(name)
    (together,) = grammar.in_streams(0)
    streams = as_text(grammar, together)
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


@pytest.mark.parametrize("name", [*GRAMMARS, *MANY])
def test_all_arrows_of_a_node_are_equally_frequent(name):
    grammar = in_streams(name)
    streams, nodes = drawn(grammar, 400, strings=10), grammar.states(0)
    follows = streams.present[:, 1:]
    for node, out in arrows_of(grammar).items():
        left = follows & (streams.state[:, :-1] == nodes.index(node))
        count = streams.following[:, :-1][left].bincount(minlength=len(grammar.symbols))
        assert sorted(grammar.symbols[place] for place in count.nonzero()[:, 0]) == sorted(out)
        total, share = int(count.sum()), 1 / len(out)
        within = 4 * sqrt(total * share * (1 - share))  # standard deviations of a binomial
        assert all(abs(int(count[grammar.symbols.index(symbol)]) - total * share) <= within for symbol in out)
        assert total > 150


@pytest.mark.parametrize("name", MANY)
def test_a_net_must_say_every_symbol_of_a_node_with_several_arrows(name):
    grammar = in_streams(name)
    streams, nodes = drawn(grammar, 100, strings=5), grammar.states(0)
    at = streams.scored & (streams.state == nodes.index("0"))
    assert at.sum() > 500
    legal = [symbol in "TPS" for symbol in grammar.symbols]
    assert streams.legal[at].unique(dim=0).tolist() == [legal]
    assert not streams.determined[at].any()


def test_a_string_is_as_frequent_as_its_choices_say():
    reber = in_streams("reber")
    texts = [string for text in as_text(reber, drawn(reber, 400, strings=10)) for string in strings_in(reber, text)]
    assert len(texts) == 4000
    for text, choices in {"BTXSE": 3, "BPVVE": 3, "BTSXSE": 4, "BTXXVVE": 5, "BPTVPSE": 5}.items():
        assert abs(texts.count(text) / 4000 - 0.5**choices) < 0.02


def test_a_string_with_three_choices_at_a_node_is_as_frequent_as_these_say():
    grammar = in_streams("two and three")
    texts = [
        string for text in as_text(grammar, drawn(grammar, 400, strings=10)) for string in strings_in(grammar, text)
    ]
    probabilities = {"BSE": 1 / 3, "BTSE": 1 / 9, "BPXE": 1 / 6, "BTPXE": 1 / 18, "BPVSE": 1 / 18}
    for text, p in probabilities.items():
        assert abs(texts.count(text) - 4000 * p) <= 4 * sqrt(4000 * p * (1 - p))


def test_strings_longer_than_foreseen_are_drawn_whole():
    arrows = [("end", "B", "0"), *((str(i), "X", str(i + 1)) for i in range(97)), ("97", "E", "end")]
    grammar = Grammar(tuple("BXE"), tuple(arrows), reset=False)
    assert as_text(grammar, drawn(grammar, 2, strings=3)) == (3 * ("B" + 97 * "X" + "E"),) * 2


@pytest.mark.parametrize("name", GRAMMARS)
def test_a_draw_is_the_same_for_the_same_generator_and_another_for_another(name):
    grammar = LANGUAGES[name]
    assert as_text(grammar, drawn(grammar, 5, strings=3)) == as_text(grammar, drawn(grammar, 5, strings=3))
    assert as_text(grammar, drawn(grammar, 5, strings=3)) != as_text(grammar, drawn(grammar, 5, strings=3, seed=1))


@pytest.mark.parametrize("name", GRAMMARS)
def test_longest_is_ignored(name):
    grammar = in_streams(name)
    assert grammar.states(1) == grammar.states(9)
    assert as_text(grammar, grammar.example(1)) == as_text(grammar, grammar.example(9))
    assert len(strings_in(grammar, as_text(grammar, grammar.example(1))[0])) == 2


@pytest.mark.parametrize(
    ("name", "digests"),
    [
        ("reber", ("c81e298cffe22dfc", "01b45f7d6495166d", "d5313ceae275dfaa", "bcee0b5c032d4b67")),
        ("reber-embedded", ("5c61ea9dcf63b406", "14774f8f3d89aaa3", "6bcd9f8573fedb3c", "12eebb258b184e1b")),
    ],
)
def test_the_strings_of_both_grammars_are_those_of_earlier_versions(name, digests):
    grammar = in_streams(name)
    (together,) = grammar.in_streams(0)
    of_all = (grammar.alone(0), together, grammar.example(0), drawn(grammar, 40, strings=5))
    texts = ["\n".join(as_text(grammar, streams)) for streams in of_all]
    assert tuple(hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts) == digests


@pytest.mark.parametrize("name", [*GRAMMARS, *MANY])
def test_the_last_symbols_of_a_string_show_that_it_is_over_and_no_symbols_before(name):
    grammar = in_streams(name)
    (together,) = grammar.in_streams(0)
    assert grammar.endings == ()
    endings = Grammar(grammar.symbols, grammar.arrows).endings
    for text in as_text(grammar, together):
        for time, node in enumerate(walk(grammar, text), start=1):
            assert text[:time].endswith(endings) == (node == "end")


def test_the_endings_are_as_short_as_they_can_be():
    symbols = tuple("BTSXPVE")
    twice, thrice = embedded(embedded(REBER)), embedded(embedded(embedded(REBER)))
    assert LANGUAGES["reber"].endings == ("E",)
    assert LANGUAGES["reber-embedded"].endings == ("PE", "TE")
    assert Grammar(symbols, twice).endings == ("PEPE", "PETE", "TEPE", "TETE")
    with pytest.raises(ConfigError, match="the last 4 symbols do not show the end of a string: give reset=False"):
        Grammar(symbols, thrice)
    assert Grammar(symbols, thrice, reset=False).endings == ()


def test_a_grammar_whose_strings_end_with_different_symbols_has_no_reset():
    arrows = (("end", "B", "0"), ("0", "T", "end"), ("0", "E", "end"))
    with pytest.raises(ConfigError, match="strings end with E or T: with reset=True all must end with one symbol"):
        Grammar(tuple("BTE"), arrows)
    grammar = Grammar(tuple("BTE"), arrows, reset=False)
    assert set("".join(as_text(grammar, drawn(grammar, 5, strings=9)))) == set("BTE")
