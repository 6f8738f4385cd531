"""Scoring by whole strings: logits made by hand, and an LSTM that counts, with weights set by hand."""

from math import atanh, tanh

import pytest
import torch

from kuzushi.sequences import score as module
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.languages.counting import every_pair
from kuzushi.sequences.nets import LSTM, MODELS
from kuzushi.sequences.score import exactness, never_stop, right

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


def scored(model, language=ANBN, *, trained, tested):
    return exactness(model, alone=language.alone(tested), side_by_side=language.side_by_side(trained))


def first_miss_in_a_stream(leak, longest):
    """The smallest n that a leaking counter misses in the stream of all pairs, with exact steps in plain Python."""
    count, missed = 0.0, []
    for n in every_pair(longest):
        count += n
        for read in range(1, n + 1):
            count -= 1 - leak
            if (count > 0.5) != (read < n):
                missed.append(n)
    return min(missed, default=None)


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
    assert score.first_failure == (None,)
    assert score.accuracy == (1.0,)
    assert (score.trained, score.scored) == (6, 40)
    assert score.solved == (True,)


@pytest.mark.parametrize("leak", [0.07, 0.11, 0.2])
def test_a_net_that_leaks_fails_first_at_the_n_where_half_an_a_is_lost(leak):
    expected = next(n for n in range(1, 99) if n * leak > 0.5)
    score = scored(counters(leak), trained=1, tested=10)
    assert score.first_failure == (expected,)
    missed = 10 - expected + 1
    assert score.accuracy == pytest.approx((1 - missed / 55,))
    assert score.solved == (True,)


@pytest.mark.parametrize(("leak", "longest"), [(0.02, 2), (0.02, 4), (0.03, 4), (0.1, 3), (-0.03, 4), (0.005, 4)])
def test_what_a_net_carries_from_one_string_into_the_next_counts_as_its_failure(leak, longest):
    expected = first_miss_in_a_stream(leak, longest)
    score = scored(counters(leak), trained=longest, tested=longest)
    assert scored(counters(leak), trained=1, tested=longest).first_failure == (None,)
    assert score.first_failure == (expected,)
    assert score.accuracy == (1.0,)
    assert score.solved == (expected is None,)


def test_the_nets_of_an_ensemble_are_scored_apart():
    score = scored(counters(0.0, 0.07, 0.2, 0.11), trained=1, tested=7)
    assert score.first_failure == (None, None, 3, 5)
    assert score.solved == (True, True, True, True)
    score = scored(counters(0.0, 0.07, 0.3, 0.005), trained=2, tested=9)
    assert score.solved == (True, True, False, True)
    assert score.first_failure[0] is None


def test_a_net_that_always_says_b_is_as_accurate_as_never_stopping_and_knows_nothing():
    model = counters(0.0)
    with torch.no_grad():
        model.bias_out[0] = torch.tensor([0.0, 9.0])
    score = scored(model, trained=3, tested=20)
    assert score.first_failure == (1,)
    assert score.solved == (False,)
    assert score.accuracy[0] == pytest.approx(never_stop(ANBN.alone(20)))


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
@pytest.mark.parametrize("name", ["reber-embedded", "anb2nc3n"])
@pytest.mark.parametrize("model", MODELS)
def test_reading_in_parts_gives_the_same_as_reading_whole(monkeypatch, at_once, name, model):
    language = LANGUAGES[name]
    alone, side_by_side = language.alone(3).first(20), language.side_by_side(3).first(3)
    generator = torch.Generator().manual_seed(0)
    nets = MODELS[model](5, alphabet=len(language.symbols), hid=4, generator=generator).double()
    whole = exactness(nets, alone=alone, side_by_side=side_by_side)
    monkeypatch.setattr(module, "AT_ONCE", at_once)
    assert exactness(nets, alone=alone, side_by_side=side_by_side) == whole
    assert len(set(whole.accuracy)) > 1


@pytest.mark.parametrize("at_once", [1, 10, 100])
def test_a_counter_read_in_parts_continues_to_count(monkeypatch, at_once):
    monkeypatch.setattr(module, "AT_ONCE", at_once)
    score = scored(counters(0.0, 0.07), trained=4, tested=9)
    assert score.first_failure[0] is None
    assert score.first_failure[1] == first_miss_in_a_stream(0.07, 4)
    assert score.accuracy == pytest.approx((1.0, 1 - 2 / 45))


def test_no_more_than_at_once_is_read_together(monkeypatch):
    read, forward = [], LSTM.forward

    def spy(self, symbols, **options):
        read.append(symbols.shape)
        return forward(self, symbols, **options)

    monkeypatch.setattr(LSTM, "forward", spy)
    monkeypatch.setattr(module, "AT_ONCE", 60)
    scored(counters(0.0, 0.0), trained=2, tested=5)
    assert all(2 * batch * time <= 60 for batch, time in read)
    assert [sum(time for batch, time in read if batch == size) for size in (5, 1)] == [10, 2 * sum(every_pair(2))]


def test_a_string_of_a_grammar_fails_by_its_length():
    language = LANGUAGES["reber"]
    generator = torch.Generator().manual_seed(0)
    score = scored(MODELS["srn"](3, alphabet=7, hid=4, generator=generator), language, trained=1, tested=1)
    assert score.first_failure == (5, 5, 5)
    assert score.scored == score.trained == language.alone(1).n.max()
    assert score.solved == (False, False, False)


# --- longer strings -------------------------------------------------------------------------------------------


class Spied:
    """Parts of longer strings, and how many of them were asked for."""

    def __init__(self, parts):
        self.parts, self.asked = iter(parts), 0

    def __iter__(self):
        return self

    def __next__(self):
        self.asked += 1
        return next(self.parts)


def longer(model, *, scored, tested, parts=None):
    return exactness(
        model, alone=ANBN.alone(scored), side_by_side=ANBN.side_by_side(1),
        beyond=ANBN.beyond(scored, tested) if parts is None else parts,
    )  # fmt: skip


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
    leaks = [0.501 / n for n in lost_by]
    model = on_its_own(*leaks)
    brute_force = exactness(model, alone=ANBN.alone(60), side_by_side=ANBN.side_by_side(1))
    assert brute_force.first_failure == expected
    score = longer(model, scored=20, tested=60)
    assert score.first_failure == expected
    assert score.solved == (True,) * 10
    assert score.scored == 20


def test_once_all_nets_have_failed_no_longer_strings_are_read():
    parts = Spied(ANBN.beyond(10, 100))
    score = longer(on_its_own(0.51 / 12, 0.51 / 25, 0.2), scored=10, tested=100, parts=parts)
    assert score.first_failure == (12, 25, 3)
    assert parts.asked == 3, "11 to 20, 21 to 30, and the one after which it stops"


def test_a_net_that_has_failed_does_not_read_on(monkeypatch):
    read, forward = [], LSTM.forward

    def spy(self, symbols, **options):
        read.append((len(self.bias), len(symbols)))
        return forward(self, symbols, **options)

    model = on_its_own(0.51 / 12, 0.0, 0.2, 0.51 / 25)
    monkeypatch.setattr(LSTM, "forward", spy)
    longer(model, scored=10, tested=40)
    assert read == [(4, 10), (4, 1), (3, 10), (2, 10), (1, 10)]


def test_a_short_string_that_fails_after_a_long_one_counts_as_a_failure_at_the_long_ones_n():
    leak = 0.3 / 10  # 0.3 a's are left of n = 10: too few to fail, until 0.6 are left after another string
    model = counters(leak)
    part = ANBN.of(torch.tensor([[9, 1, 9], [10, 8, 10], [11, 2, 1]]), longest=11)
    lost = [[sum(row[: i + 1]) * leak for i in range(3)] for row in ([9, 1, 9], [10, 8, 10], [11, 2, 1])]
    failing = [max(row) for row in lost if max(row) > 0.5]
    assert len(failing) == 2
    assert lost[1][1] > 0.5, "at n = 8, after n = 10"
    first, shorter = (longer(model, scored=4, tested=4, parts=[rows]) for rows in (part, part.first(1)))
    assert first.first_failure == shorter.first_failure == (9,)
    only = ANBN.of(torch.tensor([[10, 8]]), longest=10)
    score = longer(model, scored=4, tested=4, parts=[only])
    assert score.first_failure == (10,)
    assert score.solved == (True,), "its strings up to the trained n are right, alone and among each other"


def test_a_net_that_fails_among_the_shorter_strings_keeps_that_failure():
    score = longer(on_its_own(0.2, 0.0), scored=10, tested=40)
    assert score.first_failure == (3, None)


def test_accuracy_is_that_of_the_strings_read_alone():
    model = on_its_own(0.51 / 12, 0.07)
    score, without = longer(model, scored=10, tested=40), longer(model, scored=10, tested=10)
    assert score.accuracy == without.accuracy == (1.0, pytest.approx(1 - 3 / 55))


def test_nets_of_every_kind_and_precision_read_on():
    for name in MODELS:
        model = MODELS[name](6, alphabet=2, hid=2, generator=torch.Generator().manual_seed(0))
        assert longer(model, scored=2, tested=13).first_failure == longer(model, scored=13, tested=13).first_failure
