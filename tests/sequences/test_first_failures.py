"""First failures against a loop in plain NumPy over every string, ordered pair and triple, and the long stream."""

from functools import cache
from itertools import pairwise, product

import pytest
import torch
from torch import Generator

from counting_lstm import counting_lstm, leaving
from kuzushi.core.journal import Silent
from kuzushi.sequences import score as module
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.languages.counting import every_pair
from kuzushi.sequences.languages.language import as_text
from kuzushi.sequences.nets import LSTM, MODELS, from_weights
from kuzushi.sequences.score import Inputs, score, score_one_by_one, scores
from kuzushi.sequences.score_results import Failure
from kuzushi.sequences.train import train
from plain_nets import first_failure, of, short_streams, text_of, wrong

LONGEST = 4


def stream_of_every_pair(longest):
    """The strings of the long stream that is tested, once it is seen to have every ordered pair."""
    numbers = every_pair(longest)
    assert set(pairwise(numbers)) == set(product(range(1, longest + 1), repeat=2))
    return numbers


def random(kind, alphabet, *, start):
    """Eight random nets that start from a random state: some count to 1."""
    generator = Generator().manual_seed(4)
    model = MODELS[kind](8, alphabet=alphabet, hid=3, generator=generator)
    states = {name: start * (2 * torch.rand(8, 3, generator=generator) - 1) for name in model.state_names}
    larger = {name: 4 * weight for name, weight in model.weights().items()}
    return from_weights(MODELS[kind], larger | states)


def joined(*nets):
    """The nets, each an ensemble of one, as one ensemble."""
    each = [net.weights() for net in nets]
    return from_weights(LSTM, {name: torch.cat([weights[name] for weights in each]) for name in each[0]})


@cache
def trained():
    """Nets that have hardly learned: some are right up to n = 4, some are right on strings alone only."""
    config = SequencesConfig(lang="anbncn", hid=3, length=LONGEST, nets=24, updates=200)
    model, _ = train(config, LANGUAGES["anbncn"], device=torch.device("cpu"), journal=Silent())
    return model


def leaky(ratios):
    """Counters that are right everywhere, or not from the first, second, third or a later string on."""
    left = [{}, *({"each": part} for part in (0.6, 0.3, 0.2, 0.11, 0.06)), {"each": -0.16, "per_symbol": 0.08}]
    leaks = [{"per_symbol": part} for part in (0.021, 0.051, 0.103, 0.153, 0.3, -0.041)]
    return joined(*(leaving(ratios, **options) for options in (*left, *leaks)))


ENSEMBLES = {
    "by hand, anbn": ("anbn", lambda: leaky((1, 1))),
    "by hand, anb2n": ("anb2n", lambda: leaky((1, 2))),
    "by hand, anbncn": ("anbncn", lambda: leaky((1, 1, 1))),
    "random SRNs": ("anbn", lambda: random("srn", 2, start=0.9)),
    "random LSTMs": ("anbn", lambda: random("lstm", 2, start=0.9)),
    "random SRNs on three symbols": ("anbncn", lambda: random("srn", 3, start=0.0)),
    "trained": ("anbncn", trained),
}


@pytest.fixture(params=ENSEMBLES)
def ensemble(request):
    """A language and nets on it."""
    language, make = ENSEMBLES[request.param]
    return LANGUAGES[language], make()


def last_place(weights, language, failure):
    """Check that a net is wrong after the failing input; return the string and how often it was wrong before in it."""
    places = list(wrong(weights, language, (*failure.numbers, 1)))
    read = len(failure.text)
    assert (len(failure.numbers) - 1, read) in places, "it is wrong once it has read the failing input"
    return [index for index, earlier in places if earlier < read]


@pytest.mark.parametrize("arithmetic", ["float32", "float64"])
def test_a_net_without_a_failure_is_right_in_a_plain_loop_and_one_that_fails_is_wrong_after_its_failing_input(
    ensemble, arithmetic
):
    language, model = ensemble
    (found,) = (each for each in scores(model, Inputs(language, LONGEST, LONGEST)) if each.arithmetic == arithmetic)
    streams = [*short_streams(LONGEST), stream_of_every_pair(LONGEST)]
    for net, (alone, in_stream) in enumerate(zip(found.alone, found.in_stream, strict=True)):
        weights = of(model, net, arithmetic=arithmetic)
        if alone is None and in_stream is None:
            assert not [numbers for numbers in streams if any(wrong(weights, language, numbers))]
        for failure, first_string in ((alone, True), (in_stream, False)):
            if failure is not None:
                assert failure.n == max(failure.numbers) <= LONGEST
                assert (len(failure.numbers) == 1) == first_string
                assert text_of(language, failure.numbers).startswith(failure.text)
                assert len(failure.text) > len(text_of(language, failure.numbers[:-1]))
                before = last_place(weights, language, failure)
                assert not [index for index in before if (index == 0) == first_string], "its last place is the first"


def test_these_ensembles_have_nets_of_every_kind():
    kinds = set()
    for language, make in ENSEMBLES.values():
        for each in scores(make(), Inputs(LANGUAGES[language], LONGEST, LONGEST)):
            kinds |= {
                (alone is None, stream and min(len(stream.numbers), 4))
                for alone, stream in zip(each.alone, each.in_stream, strict=True)
            }
    assert kinds >= {(True, None), (True, 2), (True, 3), (True, 4), (False, 2)}


@pytest.mark.parametrize("longest", [1, 2, 3])
def test_first_failures_are_those_of_every_input_tried_one_by_one(monkeypatch, ensemble, longest):
    # Failures in the long stream stay as they are found.
    monkeypatch.setattr(module._Firsts, "_shortened", lambda _, net, found, symbols: module._described(found, symbols))
    language, model = ensemble
    found = score(model.double(), Inputs(language, longest, longest))
    streams = [*short_streams(longest), every_pair(longest)]
    for net in range(len(model.bias)):
        weights = of(model, net)
        for failures, later in ((found.alone, False), (found.in_stream, True)):
            failure = failures[net]
            seen = None if failure is None else (failure.n, len(failure.text), failure.numbers)
            expected = first_failure(weights, language, streams, later=later)
            assert (seen and seen[:2]) == (expected and expected[:2]), "the smallest n, and of those the shortest"
            assert seen is None or any(read == seen[1] for _, read in wrong(weights, language, (*seen[2], 1)))


@pytest.mark.parametrize("kind", MODELS)
def test_longer_strings_are_failed_as_in_a_plain_loop(kind):
    language = LANGUAGES["anbn"]
    model = (
        random(kind, 2, start=0.9) if kind == "srn" else joined(*(leaving((1, 1), per_symbol=p) for p in (0.04, 0.05)))
    )
    found = score(model.double(), Inputs(language, 2, 14))
    beyond = [as_text(language, streams) for _, streams in language.beyond(2, 14)]
    numbers = [tuple(len(run) for run in text.replace("ba", "b a").split()) for part in beyond for text in part]
    streams = [*short_streams(2), every_pair(2), *(tuple(length // 2 for length in row) for row in numbers)]
    for net in range(len(model.bias)):
        weights = of(model, net)
        failures = [
            first_failure(weights, language, [(n,) for n in range(1, 15)], later=False),
            first_failure(weights, language, streams, later=True),
        ]
        for failure, expected in zip((found.alone[net], found.in_stream[net]), failures, strict=True):
            assert (failure and (failure.n, len(failure.text))) == (expected and expected[:2])


# --- nets by hand ---------------------------------------------------------------------------------------------


def test_a_net_right_on_strings_alone_but_not_on_abcabcabc_is_reported_so():
    language, model = LANGUAGES["anbncn"], leaving((1, 1, 1), each=0.2)
    for found in (*scores(model.float(), Inputs(language, 8, 8)), score_one_by_one(model, Inputs(language, 2, 8))):
        assert found.alone == (None,)
        assert found.in_stream == (Failure(n=1, numbers=(1, 1, 1), text="abcabcabc"),)
        assert found.first_failure == (1,)
    assert not first_failure(of(model), language, [(n,) for n in range(1, 9)], later=False)


@pytest.mark.parametrize(
    ("left", "read", "shortened"),
    [
        ({"each": 0.11}, (1, 1, 2, 1, 3), (1, 1, 2, 1, 3)),
        ({"each": -0.16, "per_symbol": 0.08}, (1, 1, 2, 1, 3, 1, 4, 2, 2, 3, 2, 4, 3, 3, 4, 4), (4, 3, 3, 4, 4)),
    ],
)
def test_a_net_that_fails_only_in_the_long_stream_fails_with_as_few_of_its_last_strings_as_possible(
    left, read, shortened
):
    language, model = LANGUAGES["anbn"], leaving((1, 1), **left)
    weights = of(model)
    assert not [numbers for numbers in short_streams(4) if any(wrong(weights, language, numbers))]
    assert first_failure(weights, language, [every_pair(4)], later=True)[2] == read
    suffixes = (read[-count:] for count in range(1, len(read) + 1))
    assert next(numbers for numbers in suffixes if any(wrong(weights, language, numbers))) == shortened
    for found in scores(model, Inputs(language, 4, 4)):
        assert found.alone == (None,)
        assert found.in_stream == (Failure(n=max(shortened), numbers=shortened, text=text_of(language, shortened)),)


@pytest.mark.parametrize(
    ("left", "longest", "triple"),
    [({"each": 0.105, "per_symbol": 0.0195}, 4, (2, 4, 4)), ({"each": 0.11, "per_symbol": 0.03}, 3, (2, 2, 2))],
)
def test_a_failure_in_the_long_stream_is_reported_if_it_has_shorter_strings_or_fewer_than_every_triple_that_fails(
    left, longest, triple
):
    language, model = LANGUAGES["anbn"], leaving((1, 1), **left)
    expected = [
        first_failure(of(model), language, streams, later=True)
        for streams in (short_streams(longest), [every_pair(longest)])
    ]
    assert [failure[2] for failure in expected] == [triple, (1, 1, 2, 1)]
    assert min(expected) == expected[1]
    assert [each.in_stream[0].numbers for each in scores(model, Inputs(language, longest, longest))] == [
        (1, 1, 2, 1)
    ] * 2


def test_a_failing_input_of_more_strings_than_are_tried_stays_as_it_was_found(monkeypatch):
    language, model = LANGUAGES["anbn"], leaving((1, 1), each=-0.16, per_symbol=0.08)
    monkeypatch.setattr(module, "SHORTENED", 4)
    (failure,) = score(model, Inputs(language, 4, 4)).in_stream
    assert len(failure.numbers) == 16
    monkeypatch.setattr(module, "SHORTENED", 5)
    (failure,) = score(model, Inputs(language, 4, 4)).in_stream
    assert len(failure.numbers) == 5


@pytest.mark.parametrize("ratios", [(1, 1), (1, 2), (1, 1, 1), (1, 2, 3)])
def test_an_exact_counter_has_no_failure(ratios):
    (language,) = (each for name, each in LANGUAGES.items() if getattr(each, "ratios", None) == ratios)
    for found in scores(counting_lstm(ratios), Inputs(language, 5, 20)):
        assert found.first_failure == (None,)
