"""Streams cut by hand, padding included."""

from dataclasses import fields

import pytest
import torch

from kuzushi.sequences.languages.language import Streams, cut_into_streams

LEGAL = torch.tensor([[True, False, False], [True, True, False], [False, False, True]])
SCORED = torch.tensor([True, False, True])


@pytest.fixture
def streams():
    """Strings of 2, 1, 1, 3 symbols: two in each of two streams."""
    return cut_into_streams(
        torch.tensor([0, 2, 0, 0, 0, 1, 2]),
        torch.tensor([1, 0, 2, 1, 2, 2, 0]),
        lengths=torch.tensor([[2, 1], [1, 3]]),
        n=torch.tensor([[20, 10], [11, 30]]),
        legal=LEGAL,
        scored=SCORED,
    )


def test_a_row_of_symbols_is_cut_into_padded_streams(streams):
    assert streams.present.tolist() == [[True, True, True, False], [True, True, True, True]]
    assert streams.symbols.tolist() == [[0, 2, 0, 0], [0, 0, 1, 2]]
    assert streams.state[streams.present].tolist() == [1, 0, 2, 1, 2, 2, 0]
    assert streams.n[streams.present].tolist() == [20, 20, 10, 11, 30, 30, 30]


def test_legal_symbols_and_scored_positions_are_looked_up_by_state(streams):
    places = streams.state[streams.present]
    torch.testing.assert_close(streams.legal[streams.present], LEGAL[places])
    torch.testing.assert_close(streams.scored[streams.present], SCORED[places])
    assert streams.determined[streams.present].tolist() == [False, True, True, False, True, True, True]


def test_nothing_is_legal_determined_or_scored_where_nothing_is_present(streams):
    absent = ~streams.present
    assert not streams.legal[absent].any()
    assert not streams.determined[absent].any()
    assert not streams.scored[absent].any()


def test_after_the_last_symbol_of_a_stream_comes_the_first_of_another_string(streams):
    assert streams.following.tolist() == [[2, 0, 0, 0], [0, 1, 2, 0]]


def test_every_field_is_moved_to_the_device(streams):
    moved = streams.to(torch.device("meta"))
    for field in fields(Streams):
        assert getattr(moved, field.name).device.type == "meta"
        assert getattr(moved, field.name).shape == getattr(streams, field.name).shape


def test_some_streams_are_those_of_every_field(streams):
    for index in (slice(1), torch.tensor([1, 0])):
        few = streams.at(index)
        for field in fields(Streams):
            torch.testing.assert_close(getattr(few, field.name), getattr(streams, field.name)[index])


def test_one_stream_has_no_padding_and_the_beginning_of_streams_as_many_symbols_as_are_asked_for(streams):
    one, begun = streams.one(0), streams.until(2)
    assert one.present.tolist() == [[True, True, True]]
    assert begun.present.tolist() == [[True, True], [True, True]]
    for field in fields(Streams):
        torch.testing.assert_close(getattr(one, field.name), getattr(streams, field.name)[:1, :3])
        torch.testing.assert_close(getattr(begun, field.name), getattr(streams, field.name)[:, :2])


def test_where_nothing_may_follow_nothing_is_scored_or_determined():
    legal = LEGAL.clone()
    legal[0] = False
    cut = cut_into_streams(
        torch.tensor([0, 2, 0]), torch.tensor([1, 0, 0]), lengths=torch.tensor([[2], [1]]), n=torch.tensor([[2], [1]]),
        legal=legal, scored=torch.ones(3, dtype=torch.bool),
    )  # fmt: skip
    assert cut.scored.tolist() == [[True, False], [False, False]]
    assert not cut.determined.any()
    assert cut.legal.any(2).tolist() == [[True, False], [False, False]]


@pytest.mark.parametrize(("most", "strings"), [(2, [2]), (3, [2, 3]), (4, [2, 3, 4]), (9, [2, 3, 4])])
def test_suffixes_are_the_last_strings_of_a_stream_two_three_and_so_on(most, strings):
    lengths = [2, 1, 3, 2]
    whole = cut_into_streams(
        torch.tensor([0, 2, 0, 0, 1, 2, 0, 1]), torch.tensor([1, 0, 0, 1, 2, 0, 1, 2]),
        lengths=torch.tensor([lengths]), n=torch.tensor([[20, 10, 30, 21]]), legal=LEGAL, scored=SCORED,
    )  # fmt: skip
    suffixes = whole.suffixes(most)
    assert suffixes.present.sum(1).tolist() == [sum(lengths[-count:]) for count in strings]
    assert not suffixes.scored[~suffixes.present].any()
    for row, count in enumerate(strings):
        begin = sum(lengths[:-count])
        for name in ("symbols", "n", "state", "legal", "determined", "scored"):
            torch.testing.assert_close(
                getattr(suffixes, name)[row][suffixes.present[row]], getattr(whole, name)[0, begin:]
            )
        expected = whole.string[0, begin:] - (len(lengths) - count)
        torch.testing.assert_close(suffixes.string[row][suffixes.present[row]], expected)
