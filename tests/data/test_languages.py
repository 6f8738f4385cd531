"""What every language promises."""

import pytest
import torch

from kuzushi.data.languages import LANGUAGES, named, spelled
from kuzushi.errors import ConfigError


def drawn(language):
    return language.draw(6, strings=3, longest=4, generator=torch.Generator().manual_seed(0))


def all_streams(language):
    return [drawn(language), language.alone(4), language.side_by_side(4), language.example(4)]


@pytest.mark.parametrize(
    ("name", "strings"),
    [
        ("anbn", ("ab", "aabb")),
        ("anb2n", ("abb", "aabbbb")),
        ("anbncn", ("abc", "aabbcc")),
        ("anb2nc3n", ("abbccc", "aabbbbcccccc")),
    ],
)
def test_a_counting_language_is_what_its_name_says(name, strings):
    assert spelled(named(name), named(name).alone(2)) == strings


def test_an_unknown_language_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError) as caught:
        named("anbm")
    assert str(caught.value) == f"--lang anbm: unknown language; give one of {', '.join(LANGUAGES)}"


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_string_begins_with_the_first_symbol_and_ends_in_the_state_end(name):
    language = named(name)
    end = language.states(4).index("end")
    for streams in all_streams(language):
        begins = torch.cat([torch.ones(len(streams.state), 1, dtype=torch.bool), streams.state[:, :-1] == end], 1)
        begins &= streams.present
        assert (streams.symbols[begins] == 0).all()
        last = streams.present.sum(1, keepdim=True) - 1
        assert (streams.state.gather(1, last) == end).all()
        assert begins.sum() == (streams.present & (streams.state == end)).sum()


@pytest.mark.parametrize("name", LANGUAGES)
def test_the_symbol_that_comes_next_is_always_a_legal_one(name):
    for streams in all_streams(named(name)):
        assert streams.legal.gather(2, streams.following[..., None])[..., 0][streams.present].all()


@pytest.mark.parametrize("name", LANGUAGES)
def test_streams_hold_as_many_strings_as_asked_one_when_alone_and_one_stream_is_the_example(name):
    language = named(name)
    end = language.states(4).index("end")

    def strings(streams):
        return set((streams.present & (streams.state == end)).sum(1).tolist())

    assert strings(drawn(language)) == {3}
    assert len(drawn(language).symbols) == 6
    assert strings(language.alone(4)) == {1}
    assert len(language.example(4).symbols) == 1
    assert language.example(4).present.all()


def test_padding_is_not_spelled():
    language = named("anbn")
    assert spelled(language, language.of(torch.tensor([[1, 1], [3, 2]]), longest=3)) == ("abab", "aaabbbaabb")
