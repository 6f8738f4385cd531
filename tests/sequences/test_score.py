"""Scoring by whole strings: logits made by hand, and an LSTM that counts, with weights set by hand."""

from itertools import product
from math import atanh, tanh

import pytest
import torch

from kuzushi.sequences import score as module
from kuzushi.sequences.languages import LANGUAGES, get_language
from kuzushi.sequences.languages.counting import Counting, every_pair
from kuzushi.sequences.languages.language import as_text
from kuzushi.sequences.nets import LSTM, MODELS
from kuzushi.sequences.score import Inputs, accuracy, never_stop, right, score, score_one_by_one, scores
from kuzushi.sequences.score_results import earliest, exact_nets

ANBN = LANGUAGES["anbn"]
UP = 1 / 16


def counters(*leaks):
    """Nets that count a's up and b's down and say b while more than half an a is left; b's count a `leak` too little.

    Exact where a net does not leak. Read alone, a net that leaks misses the end of a^n b^n once n * leak > 1/2.
    """
    model = LSTM(len(leaks), alphabet=2, hid=1, generator=torch.Generator()).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.bias[:, [0, 1, 3]] = 40  # gates open: the sigmoid is 1 to the last bit
        for net, leak in enumerate(leaks):
            model.weight_ih[net, 2] = torch.tensor([atanh(UP), -atanh(UP * (1 - leak))], dtype=torch.float64)
        model.weight_out[:, 1] = 1
        model.bias_out[:, 0] = tanh(UP / 2)
    return model


def scored(model, *, trained, tested=None, language=ANBN):
    return score(model, Inputs(language, trained, tested or trained))


def lengths(failures):
    return tuple(None if failure is None else failure.n for failure in failures)


def misses(leak, numbers):
    """The strings of a stream that a leaking counter misses, by their index: exact steps in plain Python."""
    count = 0.0
    for index, n in enumerate(numbers):
        count += n
        for read in range(1, n + 1):
            count -= 1 - leak
            if (count > 0.5) != (read < n):
                yield index


def first_miss_in_a_stream(leak, longest):
    """The smallest largest n with which a leaking counter misses a later string of a stream that is tested."""
    streams = [*product(range(1, longest + 1), repeat=3), every_pair(longest)]
    missed = [(numbers, next((i for i in misses(leak, numbers) if i), None)) for numbers in streams]
    return min((max(numbers[: index + 1]) for numbers, index in missed if index), default=None)


def test_a_net_is_right_where_its_most_probable_symbol_is_the_determined_one():
    logits = torch.tensor([[[[3.0, 1.0, 2.0], [1.0, 3.0, 2.0], [1.0, 2.0, 3.0]]]])
    legal = torch.tensor([[[True, False, False]] * 3])
    assert right(logits, legal=legal, scored=torch.ones(1, 3, dtype=torch.bool)).tolist() == [[[True, False, False]]]


def test_every_legal_symbol_must_be_more_probable_than_every_other():
    logits = torch.tensor([[[[3.0, 2.0, 1.0], [3.0, 1.0, 2.0], [1.0, 2.0, 3.0], [-9.0, -8.0, -10.0]]]])
    legal = torch.tensor([[[True, True, False]] * 4])
    assert right(logits, legal=legal, scored=legal[..., 0]).tolist() == [[[True, False, False, True]]]


def test_a_tie_and_a_logit_that_is_no_number_are_wrong_and_all_symbols_legal_is_right():
    logits = torch.tensor([[[[1.0, 1.0], [torch.nan, 0.0], [0.0, torch.nan], [0.0, 5.0]]]])
    legal = torch.tensor([[[True, False], [True, False], [True, False], [True, True]]])
    assert right(logits, legal=legal, scored=legal[..., 0]).tolist() == [[[False, False, False, True]]]


def test_where_nothing_is_scored_every_net_is_right():
    logits = torch.tensor([[[[0.0, 1.0]] * 2], [[[1.0, 0.0]] * 2], [[[torch.nan, 0.0]] * 2]])
    legal = torch.tensor([[[True, False]] * 2])
    assert right(logits, legal=legal, scored=torch.tensor([[False, True]])).tolist() == [
        [[True, False]], [[True, True]], [[True, False]]
    ]  # fmt: skip


def test_a_net_that_counts_exactly_never_fails():
    score = scored(counters(0.0), trained=6, tested=40)
    assert (score.alone, score.in_stream, score.first_failure) == ((None,), (None,), (None,))
    assert score.arithmetic == "float64"
    assert accuracy(counters(0.0), ANBN.alone(40)) == (1.0,)


@pytest.mark.parametrize("leak", [0.07, 0.11, 0.2])
def test_a_net_that_leaks_fails_first_at_the_n_where_half_an_a_is_lost(leak):
    expected = next(n for n in range(1, 99) if n * leak > 0.5)
    score = scored(counters(leak), trained=1, tested=10)
    assert lengths(score.alone) == (expected,)
    assert score.alone[0].text == "a" * expected + "b" * expected, "it says b where the string has ended"
    missed = 10 - expected + 1
    assert accuracy(counters(leak), ANBN.alone(10)) == pytest.approx((1 - missed / 55,))


@pytest.mark.parametrize(("leak", "longest"), [(0.02, 2), (0.02, 4), (0.03, 4), (0.1, 3), (-0.03, 4), (0.005, 4)])
def test_what_a_net_carries_from_one_string_into_the_next_counts_as_its_failure(leak, longest):
    expected = first_miss_in_a_stream(leak, longest)
    score = scored(counters(leak), trained=longest)
    assert score.alone == (None,)
    assert lengths(score.in_stream) == score.first_failure == (expected,)
    assert accuracy(counters(leak), ANBN.alone(longest)) == (1.0,)


def test_the_nets_of_an_ensemble_are_scored_apart():
    score = scored(counters(0.0, 0.07, 0.2, 0.11), trained=1, tested=7)
    assert lengths(score.alone) == (None, None, 3, 5)
    one_by_one = [scored(counters(leak), trained=1, tested=7) for leak in (0.0, 0.07, 0.2, 0.11)]
    assert score.in_stream == tuple(one.in_stream[0] for one in one_by_one)
    assert score.first_failure == tuple(one.first_failure[0] for one in one_by_one)


def test_a_net_that_always_says_b_is_as_accurate_as_never_stopping_and_knows_nothing():
    model = counters(0.0)
    with torch.no_grad():
        model.bias_out[0] = torch.tensor([0.0, 9.0])
    score = scored(model, trained=3)
    assert lengths(score.alone) == lengths(score.in_stream) == (1,)
    assert (score.alone[0].text, score.in_stream[0].text) == ("ab", "abab")
    assert accuracy(model, ANBN.alone(20))[0] == pytest.approx(never_stop(ANBN.alone(20)))


@pytest.mark.parametrize("longest", [1, 4, 9])
@pytest.mark.parametrize(
    ("name", "missed", "determined"), [("anbn", 1, 1), ("anb2n", 1, 2), ("anbncn", 2, 2), ("anb2nc3n", 2, 5)]
)
def test_never_stopping_misses_every_change_of_symbol_that_is_determined(name, missed, determined, longest):
    mean = (longest + 1) / 2
    share = 1 - missed / (determined * mean)
    assert never_stop(LANGUAGES[name].alone(longest)) == pytest.approx(share)
    side_by_side = LANGUAGES[name].side_by_side(longest)
    numbers = every_pair(longest)
    assert never_stop(side_by_side) == pytest.approx(1 - missed / (determined * sum(numbers) / len(numbers)))


def test_the_shares_that_the_docstrings_give():
    assert never_stop(ANBN.alone(4)) == pytest.approx(0.6)
    streams = ANBN.of(torch.tensor([[515]]), longest=515)
    assert round(100 * never_stop(streams), 1) == 99.8


@pytest.mark.parametrize("at_once", [1, 333])
@pytest.mark.parametrize(("name", "reset"), [("reber-embedded", False), ("anb2nc3n", None)])
@pytest.mark.parametrize("model", MODELS)
def test_reading_in_parts_gives_the_same_as_reading_whole(monkeypatch, at_once, name, reset, model):
    language = get_language(name, reset=reset)
    few = language.alone(3).at(slice(20))
    generator = torch.Generator().manual_seed(0)
    nets = MODELS[model](5, alphabet=len(language.symbols), hid=4, generator=generator).double()
    whole, whole_accuracy = scored(nets, trained=2, language=language), accuracy(nets, few)
    monkeypatch.setattr(module, "AT_ONCE", at_once)
    if at_once > 1:
        assert scored(nets, trained=2, language=language) == whole
    assert accuracy(nets, few) == whole_accuracy
    assert len(set(whole_accuracy)) > 1


@pytest.mark.parametrize("at_once", [1, 10, 100])
def test_a_counter_read_in_parts_continues_to_count(monkeypatch, at_once):
    monkeypatch.setattr(module, "AT_ONCE", at_once)
    score = scored(counters(0.0, 0.07), trained=3)
    assert score.first_failure == (None, first_miss_in_a_stream(0.07, 3))
    assert accuracy(counters(0.0, 0.07), ANBN.alone(9)) == pytest.approx((1.0, 1 - 2 / 45))


def spied(monkeypatch):
    """What is read from now on: the nets, streams and symbols of each part."""
    read, forward = [], LSTM.forward

    def spy(self, symbols, **options):
        read.append((len(self.bias), *symbols.shape))
        return forward(self, symbols, **options)

    monkeypatch.setattr(LSTM, "forward", spy)
    return read


def test_no_more_than_at_once_is_read_together(monkeypatch):
    read = spied(monkeypatch)
    monkeypatch.setattr(module, "AT_ONCE", 60)
    scored(counters(0.0, 0.0), trained=2, tested=5)
    assert all(nets * batch * time <= 60 for nets, batch, time in read)
    # Two strings, eight triples, one stream of every pair; then three strings alone and in streams.
    symbols = {batch: sum(time for _, rows, time in read if rows == batch) for batch in (2, 8, 1, 3)}
    assert symbols == {2: 4, 8: 12, 1: 2 * sum(every_pair(2)), 3: 10 + max(map(len, ANBN_TEXTS))}


ANBN_TEXTS = [text for _, streams in ANBN.beyond(2, 5) for text in as_text(ANBN, streams)]


def test_a_string_of_a_grammar_fails_by_its_length():
    language = LANGUAGES["reber"]
    generator = torch.Generator().manual_seed(0)
    score = scored(MODELS["srn"](3, alphabet=7, hid=4, generator=generator), trained=1, language=language)
    assert score.first_failure == lengths(score.alone) == (5, 5, 5)
    assert score.in_stream == (None, None, None), "it is reset after each string"
    assert score.arithmetic == "float32"


# --- longer strings -------------------------------------------------------------------------------------------


def on_its_own(*leaks):
    """Counters that forget what is left between strings: their forget gate closes at an a if at most 1/2 is left."""
    model = counters(*leaks)
    with torch.no_grad():
        model.weight_hh[:, 1] = 400 / tanh(UP)
        model.weight_ih[:, 1, 0] = -240
        model.weight_ih[:, 1, 1] = 400
        model.bias[:, 1] = 0
    return model


def test_longer_strings_give_the_first_failure_that_all_strings_read_alone_give():
    expected = (None, 21, 20, 22, 37, 60, None, 30, 31, 8)
    lost_by = (10**6, 21, 20, 22, 37, 60, 61, 30, 31, 8)
    model = on_its_own(*(0.501 / n for n in lost_by))
    assert lengths(scored(model, trained=7, tested=60).alone) == expected
    alone = ANBN.alone(60)
    with torch.no_grad():
        correct = right(model(alone.symbols).logits, legal=alone.legal, scored=alone.scored).all(2)  # (nets, n)
    assert tuple(None if row.all() else int((~row).int().argmax()) + 1 for row in correct) == expected


def test_once_all_nets_have_failed_alone_and_in_streams_no_longer_strings_are_made(monkeypatch):
    made, beyond = [], Counting.beyond

    def spy(self, shorter, longest):
        for part in beyond(self, shorter, longest):
            made.append(int(part[0].n.amax()))
            yield part

    monkeypatch.setattr(Counting, "beyond", spy)
    found = scored(on_its_own(0.51 / 12, 0.51 / 25, 0.2), trained=10, tested=200)
    assert lengths(found.alone) == (12, 25, 3)
    assert None not in found.in_stream
    assert made == [20, 30, 40], "11 to 20, 21 to 30, and the part after which it stops"


def test_a_net_that_has_failed_does_not_read_on(monkeypatch):
    model = on_its_own(0.51 / 12, 0.0, 0.2, 0.51 / 25)
    read = spied(monkeypatch)
    score = scored(model, trained=10, tested=40)
    assert lengths(score.alone) == (12, None, 3, 25)
    alone = [(nets, batch) for nets, batch, time in read if batch == 10 and time <= 2 * 40]
    assert alone == [(4, 10), (3, 10), (2, 10), (1, 10)]


def test_a_short_string_that_fails_after_a_long_one_counts_as_a_failure_at_the_long_ones_n():
    leak = 0.3 / 10  # 0.3 a's are left of n = 10: too few to fail, until 0.6 are left after another string
    score = scored(counters(leak), trained=2, tested=40)
    (failure,) = score.in_stream
    missed = next(index for index in misses(leak, failure.numbers) if index)
    assert failure.n == max(failure.numbers)
    assert missed == len(failure.numbers) - 1
    expected = {}
    for _, streams in ANBN.beyond(2, 40):
        for numbers in numbers_of(streams):
            index = next((index for index in misses(leak, numbers) if index), None)
            if index:
                expected[max(numbers[: index + 1])] = numbers[: index + 1]
    assert (failure.n, failure.numbers) == min(expected.items())
    assert lengths(score.alone) == (next(n for n in range(1, 40) if n * leak > 0.5),)


def numbers_of(streams):
    """The n of the strings of each stream."""
    return [
        tuple(dict(zip(string[present].tolist(), n[present].tolist(), strict=True)).values())
        for string, n, present in zip(streams.string, streams.n, streams.present, strict=True)
    ]


def test_a_net_that_fails_among_the_shorter_strings_keeps_that_failure():
    assert lengths(scored(on_its_own(0.2, 0.0), trained=10, tested=40).alone) == (3, None)


def test_nets_of_every_kind_and_precision_read_on():
    for name in MODELS:
        model = MODELS[name](6, alphabet=2, hid=2, generator=torch.Generator().manual_seed(0))
        further, at_once = (scored(model, trained=trained, tested=7) for trained in (2, 7))
        assert further.alone == at_once.alone


@pytest.mark.parametrize("reset", [False, True])
def test_brackets_that_are_nested_deeper_than_those_trained_are_read_alone(reset):
    language, model = get_language("dyck1", reset=reset), LSTM(1, alphabet=3, hid=1, generator=torch.Generator())
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.bias[:, [0, 1, 3]] = 40
        model.weight_ih[0, 2] = torch.tensor([UP, -UP * 1.05, 0.0])  # a closing bracket takes a little too much
        model.weight_out[0, :, 0] = torch.tensor([0.0, 4.0, -4.0])
        model.bias_out[0] = torch.tensor([9.0, -4 * tanh(UP / 2), 4 * tanh(UP / 2)])
    further, at_once = (
        scored(model, trained=2, tested=30, language=language),
        scored(model, trained=30, language=language),
    )
    (failure,) = at_once.alone
    assert failure.n > 2
    assert lengths(further.alone) == (failure.n,)
    with torch.no_grad():
        streams = language.alone(30)
        wrong = ~right(model(streams.symbols).logits, legal=streams.legal, scored=streams.scored)[0].all(1)
    assert streams.n[wrong, 0].amin() == failure.n


# --- arithmetic -----------------------------------------------------------------------------------------------


def test_all_nets_are_scored_in_both_arithmetics_and_stay_as_they_are():
    model = counters(0.0, 0.2).float()
    found = scores(model, Inputs(ANBN, 2, 5))
    assert [each.arithmetic for each in found] == ["float32", "float64"]
    assert [lengths(each.alone) for each in found] == [(None, 3), (None, 3)]
    assert model.bias.dtype == torch.float32


def tied_in_single_precision():
    """A counter that is right in float64; in float32 its logits of a and b are the same where one b is to come."""
    model = counters(0.0).float()
    with torch.no_grad():
        model.weight_out[:, 1] = 4.2
        model.bias_out[:] = torch.tensor([2.0**21 + 0.25, 2.0**21])  # steps of 1/4; 4.2 tanh(1/16) is 0.262
    return model


def test_a_tie_of_rounding_fails_in_float32_and_only_there():
    single, double = scores(tied_in_single_precision(), Inputs(ANBN, 4, 4))
    (failure,) = single.alone
    assert (failure.n, failure.numbers, failure.text) == (2, (2,), "aab")
    assert double.first_failure == (None,)
    assert exact_nets(earliest((single, double)), trained=4) == (False,)
    assert exact_nets(earliest((single, double)), trained=1) == (True,)


def test_one_by_one_a_net_reads_stream_after_stream_and_fails_where_it_does_at_once(monkeypatch):
    for leak, longest in ((0.03, 4), (0.1, 3), (0.2, 5)):
        model = counters(leak)
        assert score_one_by_one(model, Inputs(ANBN, longest, 7)) == scored(model, trained=longest, tested=7)
    read = spied(monkeypatch)
    score_one_by_one(counters(0.0), Inputs(ANBN, 2, 4))
    assert {batch for _, batch, _ in read} == {1}


def test_one_by_one_as_many_symbols_are_read_as_fit(monkeypatch):
    monkeypatch.setattr(module, "ONE_BY_ONE", 2 + 4 + 6 + 8)
    read = spied(monkeypatch)
    found = score_one_by_one(counters(0.11), Inputs(ANBN, 9, 9))
    assert [time for *_, time in read] == [2, 4, 6, 8]
    assert found.first_failure == (None,), "it would fail at 5"
