"""What every language promises."""

import pytest
import torch

from kuzushi.core.errors import ConfigError
from kuzushi.sequences.languages import LANGUAGES, get_language
from kuzushi.sequences.languages.language import as_text


def drawn(language):
    return language.draw(6, strings=3, longest=4, generator=torch.Generator().manual_seed(0))


def all_streams(language):
    return [drawn(language), language.alone(4), *language.in_streams(4), language.example(4)]


@pytest.mark.parametrize(
    ("name", "strings"),
    [
        ("anbn", ("ab", "aabb")),
        ("anb2n", ("abb", "aabbbb")),
        ("anbncn", ("abc", "aabbcc")),
        ("anb2nc3n", ("abbccc", "aabbbbcccccc")),
        ("a1b2", ("abb", "aabbbb")),
        ("a2b3", ("aabbb", "aaaabbbbbb")),
        ("a1b1c1d1", ("abcd", "aabbccdd")),
        ("z1y2x1w1v1u1", ("zyyxwvu", "zzyyyyxxwwvvuu")),
    ],
)
def test_a_counting_language_is_what_its_name_says(name, strings):
    assert as_text(get_language(name), get_language(name).alone(2)) == strings


@pytest.mark.parametrize(("pattern", "name"), [("a1b1", "anbn"), ("a1b2", "anb2n"), ("a1b2c3", "anb2nc3n")])
def test_a_pattern_is_another_name_of_the_same_language(pattern, name):
    assert get_language(pattern) == get_language(name)


@pytest.mark.parametrize(
    "name",
    ["anbm", "", "a", "ab", "a1b", "1a2b", "A1B2", "a1 b2", "a1b2.5", "a1b-2", "dyck2", "a1b2a3", "a1b0", "a10b1",
     "a1b02", f"a1b{'9' * 5000}", "a1", "a1b1c1d1e1f1g1"],
)  # fmt: skip
def test_an_unknown_language_is_refused_with_the_known_ones_and_the_form_of_a_pattern(name):
    with pytest.raises(ConfigError) as caught:
        get_language(name)
    assert str(caught.value) == (
        f"--lang {name}: unknown language; give one of {', '.join(LANGUAGES)}, or 2 to 6 different lower-case letters, "
        "each followed by how often it comes, 1 to 9, such as a1b2c3"
    )


@pytest.mark.parametrize("name", [*LANGUAGES, "a2b3", "a1b1c1d1"])
def test_every_string_begins_with_the_first_symbol_and_ends_in_the_state_end(name):
    language = get_language(name)
    end = language.states(4).index("end")
    for streams in all_streams(language):
        begins = torch.cat([torch.ones(len(streams.state), 1, dtype=torch.bool), streams.state[:, :-1] == end], 1)
        begins &= streams.present
        assert (streams.symbols[begins] == 0).all()
        last = streams.present.sum(1, keepdim=True) - 1
        assert (streams.state.gather(1, last) == end).all()
        assert begins.sum() == (streams.present & (streams.state == end)).sum()


@pytest.mark.parametrize("name", [*LANGUAGES, "a2b3", "a1b1c1d1"])
def test_the_symbol_that_comes_next_is_always_a_legal_one(name):
    language = get_language(name)
    for streams in all_streams(language):
        asked = streams.legal.any(2)
        assert streams.legal.gather(2, streams.following[..., None])[..., 0][asked].all()
        end = streams.present & (streams.state == language.states(4).index("end"))
        assert torch.equal(asked, streams.present & ~end if language.reset else streams.present)


@pytest.mark.parametrize("name", [*LANGUAGES, "a2b3", "a1b1c1d1"])
def test_streams_have_the_requested_number_of_strings_one_when_alone_and_the_example_is_one_stream(name):
    language = get_language(name)
    end = language.states(4).index("end")

    def strings(streams):
        return set((streams.present & (streams.state == end)).sum(1).tolist())

    assert strings(drawn(language)) == ({1} if language.reset else {3})
    assert len(drawn(language).symbols) == (18 if language.reset else 6)
    assert strings(language.alone(4)) == {1}
    assert len(language.example(4).symbols) == 1
    assert language.example(4).present.all()


def test_padding_is_not_spelled():
    language = get_language("anbn")
    assert as_text(language, language.of(torch.tensor([[1, 1], [3, 2]]), longest=3)) == ("abab", "aaabbbaabb")
