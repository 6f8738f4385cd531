"""The report's claims about the states of its SRN, measured on hand-made readings and on trained nets."""

import dataclasses

import numpy as np
import pytest
import torch

from counters import TRAINED, counters
from kuzushi.sequences.dynamics.report_claims import (
    MEASURES,
    Readings,
    certain,
    closer,
    report_claims,
    reset,
    returns,
    surer,
)
from kuzushi.sequences.languages import LANGUAGES

# ab, aabb with one unit, from 0: a's lead to 1, 2; b's back to 0.1 and 0.2.
HAND = Readings(
    initial=np.array([0.0]),
    hidden=np.array([[1.0], [0.1], [1.0], [2.0], [1.5], [0.2]]),
    probability_of_b=np.array([0.3, 0.1, 0.4, 0.8, 0.95, 0.2]),
    n=np.array([1, 1, 2, 2, 2, 2]),
    position=np.array([1, 2, 1, 2, 3, 4]),
    ratio=1,
)


def with_hidden(*values):
    return dataclasses.replace(HAND, hidden=np.array(values, dtype=float)[:, None])


def with_b(*values):
    return dataclasses.replace(HAND, probability_of_b=np.array(values))


def test_distances_are_in_units_of_the_mean_between_two_states():
    pairs = [0.9, 0, 1, 0.5, 0.8, 0.9, 1.9, 1.4, 0.1, 1, 0.5, 0.8, 0.5, 1.8, 1.3]  # all 15, by hand
    assert pytest.approx(np.mean(pairs)) == HAND.scale


def test_the_state_after_the_last_b_is_compared_with_the_initial_one():
    (mean, most), confirmed = returns(HAND)
    assert (mean, most) == pytest.approx((0.15 / HAND.scale, 0.2 / HAND.scale))
    assert confirmed
    assert not returns(with_hidden(1, 0.1, 1, 2, 1.5, 0.9))[1], "0.9 is nearer to 1 than to 0"


def test_another_initial_state_changes_what_it_is_compared_with_and_nothing_else():
    from_1 = dataclasses.replace(HAND, initial=np.array([1.0]))
    (mean, most), confirmed = returns(from_1)
    assert (mean, most) == pytest.approx((0.85 / HAND.scale, 0.9 / HAND.scale))
    assert not confirmed, "0.1 is nearer to another state than to 1"
    assert closer(from_1) == ((0.0, 1.0), False), "from 1.5 to 0.2 leads away from 1"
    assert [measure(from_1) for measure in (reset, certain, surer)] == [
        measure(HAND) for measure in (reset, certain, surer)
    ]


def test_the_states_after_the_last_b_are_compared_with_each_other():
    (mean, most), confirmed = reset(HAND)
    assert mean == most == pytest.approx(0.1 / HAND.scale)
    assert confirmed
    assert not reset(with_hidden(1, 0.1, 1, 2, 1.5, 0.6))[1], "0.6 is nearer to 1 than to 0.1"


def test_a_b_is_due_after_every_b_but_the_last():
    assert certain(HAND) == (pytest.approx((0.95, 0.95)), True)
    assert certain(with_b(0, 0, 0, 0, 0.8, 1))[1] is False


def test_the_probability_of_b_is_that_after_each_a_of_the_longest_string():
    assert surer(HAND) == (pytest.approx((0.4, 0.8)), True)
    assert surer(with_b(0, 0, 0.5, 0.5, 0, 0))[1] is False


def test_steps_are_counted_after_the_first_b():
    assert closer(HAND) == ((1.0, 1.0), True)
    assert closer(with_hidden(1, 0.1, 1, 2, 1.5, -1.6)) == ((0.0, 1.0), False)


def test_all_claims_are_counted_over_the_exact_nets_alone():
    exact = [True, True, False, False, False, True]
    claims = report_claims(counters(), LANGUAGES["anb2n"], longest=TRAINED, shown=1, exact=exact)
    assert [claim.name for claim in claims] == list(MEASURES)
    every = [report_claims(counters(), LANGUAGES["anb2n"], longest=TRAINED, shown=net, exact=exact) for net in range(6)]
    for place, claim in enumerate(claims):
        assert claim.exact == 3
        assert claim.holds == sum(every[net][place].confirmed for net in (0, 1, 5))
        assert claim == every[1][place]


def test_each_net_is_compared_with_its_own_initial_state():
    model = counters()
    model.h_0.copy_(torch.linspace(-0.9, 0.8, 12).view(6, 2))
    claims = report_claims(model, LANGUAGES["anb2n"], longest=TRAINED, shown=4, exact=[True] * 6)
    streams = LANGUAGES["anb2n"].alone(TRAINED)
    hidden = model(streams.symbols).hidden[4].detach().double()  # (strings, time, hid)
    states, ends = hidden[streams.present], torch.stack([hidden[i, 3 * i + 2] for i in range(TRAINED)])
    apart = torch.pdist(states).mean()
    distances = (ends - model.h_0[4].double()).norm(dim=1) / apart
    assert claims[0].measured == pytest.approx((distances.mean().item(), distances.max().item()), rel=1e-5)


def test_a_trained_net_is_read_as_the_model_reads():
    claims = {claim.name: claim for claim in report_claims(
        counters(), LANGUAGES["anb2n"], longest=TRAINED, shown=1, exact=[True] * 6
    )}  # fmt: skip
    model = counters()
    symbols = LANGUAGES["anb2n"].alone(TRAINED).symbols[-1:]
    probability_of_b = model(symbols).logits[1, 0].softmax(-1)[:, 1]
    assert claims["surer"].measured == pytest.approx(probability_of_b[:TRAINED].tolist(), abs=1e-6)
    assert len(claims["surer"].measured) == TRAINED
    assert claims["closer"].measured[1] == sum(2 * n - 1 for n in range(1, TRAINED + 1))
