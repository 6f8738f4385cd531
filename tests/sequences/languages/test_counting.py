"""Languages that count, against strings spelled in plain Python."""

from collections import Counter
from itertools import pairwise, product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kuzushi.core.errors import ConfigError
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.languages.counting import LONGEST_STRING, PAIRS_IN_A_STREAM, STRICT, Counting, every_pair
from kuzushi.sequences.languages.language import as_text

RATIOS = [
    (1, 1),
    (1, 2),
    (1, 1, 1),
    (1, 2, 3),
    (1, 3, 1, 2),
    (1, 1, 1, 1),
    (2, 3),
    (2, 1),
    (3, 1, 2),
    (1, 1, 1, 1, 1, 1),
]


def language_of(ratios):
    return Counting(tuple("abcdef"[: len(ratios)]), ratios)


def string(ratios, n):
    return "".join(symbol * (ratio * n) for symbol, ratio in zip("abcdef", ratios, strict=False))


def state_name(ratios, n, read):
    """What must be known after `read` symbols of the string n: the a's read, or how many of each are to come."""
    if read <= ratios[0] * n:
        return f"a{read}"
    to_come = Counter(string(ratios, n)[read:])
    return " ".join(f"{to_come[symbol]}{symbol}" for symbol in sorted(to_come)) or "end"


def may_follow(ratios, prefix):
    """The symbols that come next in some stream that goes on after this beginning of a string."""
    strings = [string(ratios, n) for n in range(1, len(prefix) + 2)]
    return {(whole + "a")[len(prefix)] for whole in strings if whole.startswith(prefix)}


@pytest.mark.parametrize("ratios", RATIOS)
@pytest.mark.parametrize("longest", [5, 8])
def test_streams_equal_those_spelled_in_plain_python(ratios, longest):
    language, n = language_of(ratios), [[1, 2, 3, 4, 5], [5, 5, 1, 4, 2], [1, 1, 1, 1, 1]]
    streams, names = language.of(torch.tensor(n), longest=longest), language.states(longest)
    assert as_text(language, streams) == tuple("".join(string(ratios, each) for each in row) for row in n)
    for i, row in enumerate(n):
        expected = [(each, read) for each in row for read in range(1, sum(ratios) * each + 1)]
        assert streams.present[i].sum() == len(expected)
        for t, (each, read) in enumerate(expected):
            legal = may_follow(ratios, string(ratios, each)[:read])
            assert streams.n[i, t] == each
            assert names[streams.state[i, t]] == state_name(ratios, each, read)
            assert {language.symbols[place] for place in streams.legal[i, t].nonzero()[:, 0]} == legal
            assert streams.determined[i, t] == streams.scored[i, t] == (len(legal) == 1)


@pytest.mark.parametrize("ratios", RATIOS)
@pytest.mark.parametrize("longest", [1, 2, 5])
def test_the_states_are_all_that_can_be_reached_each_once(ratios, longest):
    names = language_of(ratios).states(longest)
    reached = {
        state_name(ratios, n, read) for n in range(1, longest + 1) for read in range(1, sum(ratios) * n + 1)
    }  # fmt: skip
    assert len(names) == len(reached)
    assert set(names) == reached


def test_states_rise_with_the_first_symbol_and_fall_to_the_end():
    assert language_of((1, 2)).states(2) == ("a1", "a2", "3b", "2b", "1b", "end")
    assert language_of((1, 1, 1)).states(2) == ("a1", "a2", "1b 2c", "2c", "1c", "end")
    assert language_of((1, 2, 3)).states(3)[3:5] == ("5b 9c", "4b 9c")


def test_after_an_odd_number_of_as_only_a_may_follow_where_they_come_in_pairs():
    language = language_of((2, 3))
    streams, names = language.alone(2), language.states(2)
    assert as_text(language, streams) == ("aabbb", "aaaabbbbbb")
    assert [names[place] for place in streams.state[1]] == [
        "a1", "a2", "a3", "a4", "5b", "4b", "3b", "2b", "1b", "end"
    ]  # fmt: skip
    legal = ["".join("ab"[place] for place in row.nonzero()[:, 0]) for row in streams.legal[1]]
    assert legal == ["a", "ab", "a", "ab", "b", "b", "b", "b", "b", "a"]
    assert "".join("-y"[asked] for asked in streams.scored[1].int()) == "y-y-yyyyyy"


def test_the_examples_of_the_docstrings():
    language = Counting(("a", "b"), (1, 2))
    assert as_text(language, language.alone(3)) == ("abb", "aabbbb", "aaabbbbbb")
    streams, names = language.of(torch.tensor([[1, 2]]), longest=2), language.states(2)
    assert as_text(language, streams) == ("abbaabbbb",)
    assert [names[place] for place in streams.state[0]] == ["a1", "1b", "end", "a1", "a2", "3b", "2b", "1b", "end"]
    assert "".join("-y"[determined] for determined in streams.determined[0].int()) == "-yy--yyyy"
    assert "2b 9c" in Counting(("a", "b", "c"), (1, 2, 3)).states(3)
    assert every_pair(2) == (1, 1, 2, 2, 1)


@given(longest=st.integers(1, 40))
def test_every_ordered_pair_stands_side_by_side_exactly_once(longest):
    numbers = range(1, longest + 1)
    assert Counter(pairwise(every_pair(longest))) == Counter(product(numbers, repeat=2))


@pytest.mark.parametrize("ratios", RATIOS)
def test_the_test_strings_are_every_n_alone_and_every_pair_in_one_stream(ratios):
    language = language_of(ratios)
    assert as_text(language, language.alone(6)) == tuple(string(ratios, n) for n in range(1, 7))
    together = "".join(string(ratios, n) for n in every_pair(4))
    assert as_text(language, language.side_by_side(4)) == (together,)


@pytest.mark.parametrize(("longest", "n"), [(1, (1, 1, 1)), (2, (2, 1, 2)), (9, (3, 1, 2))])
def test_the_example_has_no_string_longer_than_the_longest(longest, n):
    language = language_of((1, 1))
    assert as_text(language, language.example(longest)) == ("".join(string((1, 1), each) for each in n),)


def drawn(seed):
    generator = torch.Generator().manual_seed(seed)
    return language_of((1, 2)).draw(30, strings=4, longest=5, generator=generator)


def test_a_draw_has_every_n_about_equally_often():
    streams = drawn(1)
    n = streams.n[streams.state == len(language_of((1, 2)).states(5)) - 1]  # at the end of every string
    assert len(n) == 30 * 4
    assert set(n.tolist()) == {1, 2, 3, 4, 5}
    assert n.bincount()[1:].min() >= 12


def test_a_draw_is_the_same_for_the_same_generator_and_advances_it():
    torch.testing.assert_close(drawn(1).symbols, drawn(1).symbols)
    generator = torch.Generator().manual_seed(1)
    first, second = (language_of((1, 2)).draw(30, strings=4, longest=5, generator=generator) for _ in range(2))
    torch.testing.assert_close(first.symbols, drawn(1).symbols)
    assert as_text(language_of((1, 2)), first) != as_text(language_of((1, 2)), second)


def test_long_strings_of_many_symbols_are_counted_without_overflow():
    language, n = Counting(tuple("abcd"), (1, 3, 1, 2)), 60
    streams, names = language.of(torch.tensor([[n]]), longest=n), language.states(n)
    assert len(set(names)) == len(names)
    assert [names[place] for place in streams.state[0, [0, n, 4 * n, 5 * n, -1]]] == [
        "a1", "179b 60c 120d", "59c 120d", "119d", "end"
    ]  # fmt: skip


def test_the_longest_of_all_languages_keeps_its_states_apart():
    ratios, longest = (9,) * 6, 9
    names = language_of(ratios).states(longest)
    expected = {state_name(ratios, n, read) for n in range(1, longest + 1) for read in range(1, 54 * n + 1)}
    assert len(names) == len(expected)
    assert set(names) == expected


def test_strings_that_memory_would_not_hold_are_refused_with_what_is_possible():
    language = language_of((9, 9, 9, 9, 9, 9))
    with pytest.raises(ConfigError) as caught:
        language.alone(2000)
    assert str(caught.value) == (
        "n up to 2000: the longest string would have 108,000 symbols; at most 12,000 are possible, which is "
        "--test-length 222"
    )
    assert 54 * 222 <= LONGEST_STRING < 54 * 223


def test_many_pairs_are_cut_into_streams_that_together_hold_them_all():
    streams = LANGUAGES["anb2n"].side_by_side(15)
    numbers = [
        [n for n, end in zip(row, ends, strict=True) if end]
        for row, ends in zip(
            streams.n.tolist(), (streams.state == LANGUAGES["anb2n"].states(15).index("end")).tolist(), strict=True
        )
    ]
    pairs = {pair for row in numbers for pair in pairwise(row)}
    assert pairs == set(product(range(1, 16), repeat=2))
    assert max(map(len, numbers)) == PAIRS_IN_A_STREAM + 1


@pytest.mark.parametrize("ratios", [(1, 1), (1, 2, 3)])
def test_every_ordered_triple_of_lengths_is_a_stream_of_its_own(ratios):
    language = language_of(ratios)
    triples = [tuple(row) for row in numbers_of(language, language.triples(3), 3)]
    assert Counter(triples) == Counter(product((1, 2, 3), repeat=3))
    texts = as_text(language, language.triples(3))
    assert texts == tuple("".join(string(ratios, n) for n in triple) for triple in triples)


@pytest.mark.parametrize("longest", [1, 4, STRICT, 13])
def test_streams_are_every_triple_up_to_a_length_and_the_long_streams_of_every_pair(longest):
    language = language_of((1, 1))
    triples, long = language.in_streams(longest)
    assert as_text(language, triples) == as_text(language, language.triples(min(longest, 10)))
    assert as_text(language, long) == as_text(language, language.side_by_side(longest))
    assert STRICT == 10, "it is in the words of the page"


BEYOND = [(0, 1), (3, 3), (0, 35), (10, 11), (50, 300), (7, 40)]


def numbers_of(language, streams, longest):
    """The n of each string of each stream, read off where the strings end."""
    ends = streams.state == language.states(longest).index("end")
    return [n[end].tolist() for n, end in zip(streams.n, ends & streams.present, strict=True)]


@pytest.mark.parametrize(("shorter", "longest"), BEYOND)
def test_longer_strings_come_in_parts_without_a_gap_each_n_alone_and_before_and_after_a_shorter_one(shorter, longest):
    language = language_of((1, 2))
    parts = [
        tuple(numbers_of(language, streams, longest) for streams in part) for part in language.beyond(shorter, longest)
    ]
    assert [n for alone, _ in parts for (n,) in alone] == list(range(shorter + 1, longest + 1))
    for alone, in_streams in parts:
        assert [(n,) for _, n, _ in in_streams] == [tuple(row) for row in alone]
        for m, n, again in in_streams:
            assert 1 <= m == again <= max(1, n - 1)
    sizes = [len(alone) for alone, _ in parts]
    assert sizes[:-1] == sorted(sizes[:-1])
    firsts = [alone[0][0] for alone, _ in parts]
    assert all(size == max(10, (first - 1) // 5) for size, first in zip(sizes[:-1], firsts, strict=False))


def test_longer_strings_are_spelled_as_all_others():
    language = language_of((1, 2, 3))
    for part in language.beyond(4, 30):
        for streams in part:
            rows = numbers_of(language, streams, 30)
            assert as_text(language, streams) == tuple("".join(string((1, 2, 3), n) for n in row) for row in rows)


def between(language, shorter):
    """The streams m, n, m of the strings longer than `shorter`."""
    return [row for _, streams in language.beyond(shorter, 300) for row in numbers_of(language, streams, 300)]


def test_the_strings_around_are_of_all_shorter_lengths_and_always_the_same():
    language = language_of((1, 1))
    once, again = between(language, 50), between(language, 50)
    assert once == again
    shares = Counter(5 * (m - 1) // (n - 1) for m, n, _ in once)  # fifths of the way from 1 to n - 1
    assert all(30 <= shares[fifth] <= 70 for fifth in range(5))
    assert once[1:] != between(language, 51)
