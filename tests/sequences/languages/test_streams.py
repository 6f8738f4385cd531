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


def test_the_first_streams_are_those_of_every_field(streams):
    few = streams.first(1)
    for field in fields(Streams):
        torch.testing.assert_close(getattr(few, field.name), getattr(streams, field.name)[:1])
