"""Dyck-1, against brackets counted in plain Python and the exact probability of every short string."""

from collections import Counter
from fractions import Fraction
from itertools import pairwise, product

import pytest
import torch

from kuzushi.sequences.languages import brackets
from kuzushi.sequences.languages.brackets import LAST_ROUND, RANDOM, ROUNDS_OF_TESTS, UP, Brackets
from kuzushi.sequences.languages.language import as_text

DYCK = Brackets()


def depths(text):
    """How many brackets are open after each symbol; ends with an error where one closes that is not open."""
    opened, after = 0, []
    for symbol in text:
        opened += {"(": 1, ")": -1, ".": 0}[symbol]
        assert opened >= 0
        assert symbol != "." or opened == 0
        after.append(opened)
    return after


def strings_in(text):
    assert text.endswith(".")
    return [f"{string}." for string in text[:-1].split(".")]


def all_strings_in(streams):
    return [string for text in as_text(DYCK, streams) for string in strings_in(text)]


def drawn(batch, *, strings, longest, seed=0):
    return DYCK.draw(batch, strings=strings, longest=longest, generator=torch.Generator().manual_seed(seed))


def probability(text, n):
    """That of a string of deepest nesting n, by the rounds of the docstring, in exact fractions."""
    up, last = Fraction(UP), Fraction(2, 3)
    at = {("up", 0, n): Fraction(1)}  # which way, how deep, and where to
    for symbol in text:
        after = Counter()
        for (way, depth, deepest), p in at.items():
            if way == "home":
                if symbol == ".":
                    return p * last
                for further in range(1, n + 1):
                    steps_from("up", 0, further, symbol, p * (1 - last) / n, up, after)
            else:
                steps_from(way, depth, deepest, symbol, p, up, after)
        at = after
    return Fraction(0)


def steps_from(way, depth, deepest, symbol, p, up, after):
    """One bracket of a round: the way up ends where it is deepest, and the way down where nothing is open."""
    likely = {"up": up, "down": 1 - up}[way]
    opens = 1 if way == "up" and depth == 0 else 0 if way == "down" and depth == deepest else likely
    p, depth = (p * opens, depth + 1) if symbol == "(" else (p * (1 - opens), depth - 1)
    way = "down" if depth == deepest else "home" if depth == 0 and way == "down" else way
    if p:
        after[way, depth, deepest] += p


@pytest.mark.parametrize("longest", [1, 2, 5])
@pytest.mark.parametrize("of", ["draw", "alone", "in_streams", "example"])
def test_every_stream_is_balanced_strings_with_their_states_and_what_may_follow(of, longest):
    streams = drawn(20, strings=4, longest=longest) if of == "draw" else getattr(DYCK, of)(longest)
    if of == "in_streams":
        (streams,) = streams
    names = DYCK.states(longest)
    for i, text in enumerate(as_text(DYCK, streams)):
        nestings = [max(depths(string)) for string in strings_in(text) for _ in string]
        assert streams.n[i, : len(text)].tolist() == nestings
        for t, (symbol, depth) in enumerate(zip(text, depths(text), strict=True)):
            assert names[streams.state[i, t]] == ("end" if symbol == "." else f"{depth})")
            legal = {DYCK.symbols[place] for place in streams.legal[i, t].nonzero()[:, 0]}
            assert legal == ({"("} if symbol == "." else {"(", ")"} if depth else {"(", "."})
    torch.testing.assert_close(streams.scored, streams.present)
    assert 1 <= streams.n[streams.present].min() <= streams.n.max() <= longest


def test_the_states_are_the_end_and_how_many_brackets_are_open():
    assert DYCK.states(3) == ("end", "0)", "1)", "2)", "3)")


def test_the_test_strings_are_a_narrow_a_wide_and_random_ones_of_every_nesting():
    texts = as_text(DYCK, DYCK.alone(3))
    assert texts[:6] == ("().", "(()).", "((())).", "()().", "(()()()).", "((()()()())).")
    assert [max(depths(text)) for text in texts] == [1, 2, 3] * (2 + RANDOM)


def test_the_test_strings_of_one_nesting_do_not_depend_on_the_longest():
    few, many = as_text(DYCK, DYCK.alone(4)), as_text(DYCK, DYCK.alone(9))
    assert [few[i : i + 4] for i in range(0, len(few), 4)] == [many[i : i + 4] for i in range(0, len(many), 9)]


def test_deep_test_strings_are_only_a_few_times_as_long_as_deep():
    streams, n = DYCK.alone(200), torch.arange(1, 201)
    lengths = streams.present.sum(1)
    torch.testing.assert_close(lengths[:400], torch.cat([2 * n + 1, 4 * n + 1]))
    assert (lengths <= 4 * streams.n.amax(1) + 150).all()


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize(("shorter", "longest"), [(0, 4), (3, 25), (12, 13), (5, 5)])
def test_beyond_a_nesting_the_test_strings_are_those_alone_that_are_nested_deeper(shorter, longest, reset):
    language = Brackets(reset=reset)
    parts = list(language.beyond(shorter, longest))
    assert {len(part) for part in parts} <= {1}, "none in streams"
    nestings = [streams.n[:, 0] for (streams,) in parts]
    assert all(of.amax() < after.amin() for of, after in pairwise(nestings))
    found = [text for (streams,) in parts for text in as_text(language, streams)]
    alone = language.alone(longest)
    deeper = alone.at((alone.n[:, 0] > shorter).nonzero()[:, 0])
    assert sorted(found) == sorted(as_text(language, deeper))
    assert all(streams.string.amax() == 0 for (streams,) in parts)
    assert [n for of in nestings for n in of.tolist()] == [max(depths(text)) for text in found]


def test_in_streams_every_test_string_is_equally_often_and_beside_many_others():
    longest = 4
    (streams,) = DYCK.in_streams(longest)
    assert len(streams.symbols) == longest
    assert Counter(all_strings_in(streams)) == Counter(ROUNDS_OF_TESTS * as_text(DYCK, DYCK.alone(longest)))
    nestings = [[max(depths(string)) for string in strings_in(text)] for text in as_text(DYCK, streams)]
    assert {pair for row in nestings for pair in pairwise(row)} == set(product(range(1, longest + 1), repeat=2))


def test_the_example_is_one_short_stream_no_deeper_than_the_longest():
    assert as_text(DYCK, DYCK.example(9)) == ("((())).().(()()()).",)
    assert as_text(DYCK, DYCK.example(1)) == ("().().()().",)


def test_every_nesting_is_drawn_about_equally_often():
    counts = Counter(max(depths(string)) for string in all_strings_in(drawn(400, strings=5, longest=5)))
    assert counts.keys() == {1, 2, 3, 4, 5}
    assert all(abs(count / 2000 - 1 / 5) < 0.04 for count in counts.values())


def test_the_oracle_of_the_probabilities_is_one_over_all_strings():
    assert probability("().", 1) == Fraction(2, 3)
    assert probability("()().", 1) == Fraction(2, 9)
    assert probability("(()).", 2) == Fraction(3, 4) * Fraction(3, 4) * Fraction(2, 3)
    assert probability("().", 2) == 0
    short = ("".join(brackets) + "." for pairs in range(7) for brackets in product("()", repeat=2 * pairs))
    assert 0.9 < sum(probability(text, 2) for text in short if balanced(text)) < 1


def balanced(text):
    try:
        return depths(text)[-1] == 0
    except AssertionError:
        return False


@pytest.mark.parametrize("longest", [1, 2, 3])
def test_a_string_is_as_frequent_as_its_rounds_say(longest):
    assert pytest.approx(2 / 3) == LAST_ROUND
    counts = Counter(all_strings_in(drawn(1000, strings=10, longest=longest, seed=longest)))
    assert counts.total() == 10_000
    for pairs in range(1, 5):
        for symbols in product("()", repeat=2 * pairs):
            text = "".join(symbols) + "."
            if balanced(text) and max(depths(text)) <= longest:
                expected = probability(text, max(depths(text))) / longest
                assert counts[text] / 10_000 == pytest.approx(float(expected), abs=0.016)
                assert counts[text] > 0 or expected < 0.002


@pytest.mark.parametrize("longest", [1, 2, 4, 40])
def test_the_mean_length_is_below_six_times_the_nesting(longest):
    strings = all_strings_in(drawn(200, strings=5, longest=longest))
    assert sum(map(len, strings)) < 6 * sum(max(depths(string)) for string in strings)


def test_strings_longer_than_foreseen_are_drawn_whole(monkeypatch):
    monkeypatch.setattr(brackets, "UP", 0.5)
    strings = all_strings_in(drawn(3, strings=2, longest=30))
    assert len(strings) == 6
    assert max(map(len, strings)) > 500


def test_a_draw_is_the_same_for_the_same_generator_and_another_for_another():
    same = [as_text(DYCK, drawn(5, strings=3, longest=4)) for _ in range(2)]
    assert same[0] == same[1] != as_text(DYCK, drawn(5, strings=3, longest=4, seed=1))
