"""A reset: the net is put back to its initial state after each string, and not asked for what follows."""

import pytest
import torch

from automaton_nets import automaton_net, wrong_after_the_end
from kuzushi.core.errors import ConfigError
from kuzushi.sequences.languages import LANGUAGES, get_language
from kuzushi.sequences.languages.language import as_text
from kuzushi.sequences.languages.reber import TESTED
from kuzushi.sequences.nets import from_weights
from kuzushi.sequences.score import Inputs, right, score, scores
from kuzushi.sequences.train import loss_of

GRAMMARS = ["reber", "reber-embedded"]
MARKS = {"reber": "E", "reber-embedded": "E", "dyck1": "."}
TEST_STRINGS = {"reber": TESTED, "reber-embedded": TESTED, "dyck1": 20}
"""With n up to 4: five of each nesting."""


def both(name):
    """The language without a reset, and with one."""
    return get_language(name, reset=False), get_language(name, reset=True)


def drawn(language, batch, *, strings=5):
    return language.draw(batch, strings=strings, longest=4, generator=torch.Generator().manual_seed(0))


def last_symbols(streams):
    """Where the last symbol of each stream is."""
    return torch.arange(streams.present.shape[1]) == streams.present.sum(1, keepdim=True) - 1


def strings_of(language, streams):
    """The strings of all streams, as text, split where the state is the end."""
    end, texts = language.states(4).index("end"), []
    for text, states in zip(as_text(language, streams), streams.state.tolist(), strict=True):
        begin = 0
        for time in range(len(text)):
            if states[time] == end:
                texts.append(text[begin : time + 1])
                begin = time + 1
    return texts


@pytest.mark.parametrize("name", MARKS)
def test_with_a_reset_every_stream_is_one_string_and_all_strings_are_those_of_the_streams(name):
    together, apart = both(name)
    streams, alone = drawn(together, 7), drawn(apart, 7)
    assert (len(streams.symbols), len(alone.symbols)) == (7, 5 * 7)
    assert list(as_text(apart, alone)) == strings_of(together, streams)
    assert (alone.string == 0).all()
    mark = apart.symbols.index(MARKS[name])
    assert (alone.symbols[last_symbols(alone)] == mark).all()
    ends = streams.present & (streams.state == together.states(4).index("end"))
    assert torch.equal(alone.n[last_symbols(alone)], streams.n[ends])


@pytest.mark.parametrize("name", MARKS)
def test_with_a_reset_nothing_is_asked_after_a_string_and_before_its_end_the_same_as_without(name):
    together, apart = both(name)
    for streams, alone in (
        (together.alone(4), apart.alone(4)),
        (drawn(together, 9, strings=1), drawn(apart, 9, strings=1)),
    ):
        last = last_symbols(alone)
        for one, expected in ((alone.legal.any(2), streams.present), (alone.scored, streams.scored)):
            assert not one[last].any()
            assert torch.equal(one[~last], expected[~last])
        assert not alone.determined[last].any()
        assert torch.equal(alone.determined[~last], streams.determined[~last])
        assert torch.equal(alone.legal[~last], streams.legal[~last])
        assert (streams.legal[last].sum(1) == 1).all()
        assert streams.scored[last].all()


@pytest.mark.parametrize("name", MARKS)
def test_the_test_strings_are_the_same_and_with_a_reset_none_are_in_streams(name):
    together, apart = both(name)
    streams, alone = together.alone(4), apart.alone(4)
    assert len(alone.symbols) == TEST_STRINGS[name]
    assert as_text(apart, alone) == as_text(together, streams)
    for field in ("symbols", "present", "n", "string", "state"):
        assert torch.equal(getattr(alone, field), getattr(streams, field))
    assert apart.in_streams(4) == ()
    assert [streams.string.amax() > 0 for streams in together.in_streams(4)] == [True]
    beyond = [len(part) for part in apart.beyond(4, 9)]
    assert beyond == ([1] if name == "dyck1" else []), "alone"


@pytest.mark.parametrize("name", MARKS)
def test_the_example_is_one_string_without_padding(name):
    together, apart = both(name)
    text, alone = as_text(together, together.example(4))[0], apart.example(4)
    assert alone.present.all()
    assert len(alone.symbols) == 1
    assert text.startswith(as_text(apart, alone)[0])
    assert strings_of(apart, alone) == strings_of(together, together.example(4))[:1]


@pytest.mark.parametrize(
    ("name", "reset"), [("reber", True), ("reber-embedded", True), ("dyck1", False), ("anbn", False)]
)
def test_grammars_are_reset_unless_another_choice_is_made_and_other_languages_are_not(name, reset):
    assert get_language(name).reset == LANGUAGES[name].reset == reset
    if name != "anbn":
        assert get_language(name, reset=not reset).reset != reset


@pytest.mark.parametrize("name", ["anbn", "anb2nc3n", "a2b3"])
def test_a_language_that_counts_has_no_reset(name):
    assert get_language(name, reset=False) == get_language(name)
    with pytest.raises(ConfigError, match=f"--reset: the strings of {name} have no end mark"):
        get_language(name, reset=True)


def net_that_is_wrong_after_the_end(name):
    """It is right on every string read from the initial state, and after E it says X."""
    return wrong_after_the_end(LANGUAGES[name].arrows, "X")


@pytest.mark.parametrize("name", GRAMMARS)
def test_a_net_that_is_wrong_only_after_the_end_is_right_with_a_reset_on_each_of_300_strings_and_wrong_without(name):
    model = net_that_is_wrong_after_the_end(name)
    for language, share in zip(both(name), (0, 1), strict=True):
        streams = drawn(language, 300, strings=1)
        correct = right(model(streams.symbols).logits, legal=streams.legal, scored=streams.scored)[0]
        assert len(streams.symbols) == 300
        assert correct[~last_symbols(streams)].all()
        assert correct.all(1).double().mean() == share


@pytest.mark.parametrize("name", GRAMMARS)
def test_the_score_of_a_net_that_is_wrong_only_after_the_end_has_a_failure_just_if_it_is_not_reset(name):
    model = net_that_is_wrong_after_the_end(name)
    together, apart = both(name)
    for found in scores(model, Inputs(apart, 4, 4)):
        assert (found.alone, found.in_stream) == ((None,), (None,))
    for found in scores(model, Inputs(together, 4, 4)):
        shortest = min(as_text(together, together.alone(4)), key=len)
        assert found.alone[0].n == len(found.alone[0].text) == len(shortest)
        assert found.alone[0].text.endswith("E")
    exact = automaton_net(LANGUAGES[name].arrows)
    for language in (together, apart):
        assert score(exact, Inputs(language, 4, 4)).first_failure == (None,)


@pytest.mark.parametrize("name", GRAMMARS)
def test_the_loss_does_not_count_what_a_net_says_after_the_end_if_it_is_reset(name):
    arrows = LANGUAGES[name].arrows
    nets = {"right": automaton_net(arrows), "wrong": net_that_is_wrong_after_the_end(name)}
    together, apart = both(name)

    def losses(streams):
        return {
            key: loss_of(
                from_weights(type(net), net.weights()), streams, shared=True, noise=None, weight_of_free=0.5,
                weight_of_worst=0.1,
            ).item()
            for key, net in nets.items()
        }  # fmt: skip

    with_reset, without = losses(drawn(apart, 20)), losses(drawn(together, 20))
    assert with_reset["wrong"] == with_reset["right"]
    assert without["wrong"] > without["right"] + 1


def test_the_loss_of_a_grammar_with_a_reset_is_the_mean_over_all_symbols_but_the_last_of_each_string():
    # ln 2 nats where two symbols may follow, which count a third, and none where one may.
    streams = drawn(get_language("reber", reset=True), 20)
    asked = streams.present & ~last_symbols(streams)
    free = (asked & ~streams.determined).sum()
    expected = torch.log(torch.tensor(2.0)) * free / 3 / (free / 3 + asked.sum() - free)
    loss = loss_of(
        automaton_net(LANGUAGES["reber"].arrows), streams, shared=True, noise=None, weight_of_free=1 / 3,
        weight_of_worst=0.0,
    )  # fmt: skip
    torch.testing.assert_close(loss, expected[None])
