"""Counter machines taken from LSTMs: those set by hand give the machines written by hand, or the reason why not."""

from math import atanh, tanh

import pytest
import torch

from by_hand import ANB2N, ANB2NC3N, ANB2NC3N_BY_BS, MACHINES
from counting_lstm import UNIT, counting_lstm
from kuzushi.sequences.counting.extract_machine import extract
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.languages.counting import Counting
from kuzushi.sequences.nets import LSTM

ABC, AB = LANGUAGES["anb2nc3n"], LANGUAGES["anb2n"]


def taken(model, language, *, trained=4, tested=20, **settings):
    return extract(model, language, net=0, trained=trained, tested=tested, **settings)


def candidates(model, unit):
    """The weights by which a symbol drives the candidate of one unit, before its tanh."""
    return model.weight_ih.data.view(1, 4, -1, model.weight_out.shape[1])[0, 2, unit]


@pytest.mark.parametrize("name", MACHINES)
def test_an_exact_lstm_gives_the_machine_of_its_language(name):
    language = LANGUAGES[name]
    found = taken(counting_lstm(language.ratios), language)
    assert found.machine == MACHINES[name]
    assert found.why_not is None
    assert found.agreement.differ_at is None
    assert found.agreement.in_streams
    assert found.cut.equal
    for place, counter in enumerate(found.counters):
        assert counter.single_unit == place
        assert counter.weights[place] == pytest.approx(1 / UNIT)
        assert max(counter.largest_rounding, counter.largest_error, counter.error_next) < 1e-9
        assert counter.retained == pytest.approx(1)


def test_the_order_and_the_signs_of_the_units_do_not_matter():
    model = counting_lstm(ABC.ratios)
    with torch.no_grad():
        for unit in (0, 1):
            candidates(model, unit).mul_(-1)
        model.weight_out.neg_()
        model.weight_ih.copy_(model.weight_ih.view(1, 4, 2, 3).flip(2).reshape(1, 8, 3))
        model.weight_out.copy_(model.weight_out.flip(2))
    found = taken(model, ABC)
    assert found.machine == ANB2NC3N
    assert [counter.single_unit for counter in found.counters] == [1, 0]
    assert found.counters[0].weights == pytest.approx((0, -1 / UNIT))


def test_a_net_that_counts_its_cs_out_of_the_bs_and_forgets_gives_that_machine():
    model = counting_lstm(ABC.ratios)
    with torch.no_grad():
        drive = model.weight_ih.view(4, 2, 3)
        drive[2, 1] = torch.tensor([0, atanh(1.5 * UNIT), -atanh(UNIT)])
        drive[1, 1, 0] = -80  # an a shuts the forget gate of what the b's count
    found = taken(model, ABC)
    b, c = found.counters
    assert [(i.symbol, i.rounded) for i in c.increments] == [("a", 0), ("b", 3), ("c", -2)]
    assert (b.retained, c.retained) == pytest.approx((1, 0))
    assert c.weights == pytest.approx((0, 2 / UNIT))
    assert found.cut.equal
    assert found.machine.transitions[:-1] == ANB2NC3N_BY_BS.transitions[:-1]
    changes = {change.counter: (change.by, change.sets) for change in found.machine.transitions[-1].changes}
    assert changes == {"B": (2, False), "C": (0, True)}, "B is kept, and C set"


def test_a_count_that_two_units_share_is_a_direction_of_both():
    """One unit counts the a's, the other the b's, and only their difference is answered by."""
    model = LSTM(1, alphabet=2, hid=2, generator=torch.Generator()).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.bias.view(4, 2)[[0, 1, 3]] = 40
        small = 1e-3  # so that tanh is as good as linear
        candidates(model, 0)[:] = torch.tensor([atanh(2 * small), 0])
        candidates(model, 1)[:] = torch.tensor([0, atanh(small)])
        model.weight_out[0, 1] = torch.tensor([1.0, -1.0])
        model.bias_out[0, 0] = tanh(small / 2)
    found = taken(model, AB, tested=10)
    assert found.machine == ANB2N
    (counter,) = found.counters
    assert counter.single_unit is None
    assert counter.weights == pytest.approx((1 / small, -1 / small), rel=1e-3)
    assert found.agreement.differ_at is None


def test_a_net_that_leaks_gives_the_machine_it_is_near_to_and_parts_from_it_later():
    found = taken(counting_lstm((1, 2), leak=0.02), AB)
    assert found.machine == ANB2N
    (counter,) = found.counters
    a, b = counter.increments
    assert (a.measured, b.measured) == pytest.approx((2 / 0.98, -1))
    assert counter.largest_rounding == pytest.approx(2 / 0.98 - 2)
    assert found.agreement.differ_at == next(n for n in range(1, 99) if 2 * n * 0.02 > 0.5)


def test_increments_that_are_no_integers_are_refused():
    found = taken(counting_lstm((1, 2), leak=0.1), AB, trained=2, tolerance=0.05)
    assert found.machine is None
    assert "+2.22 at a, -1.00 at b, which are no integers" in found.why_not
    assert (found.agreement, found.cut) == (None, None)
    assert found.counters[0].largest_rounding == pytest.approx(2 / 0.9 - 2)


def test_a_net_that_fails_a_string_gives_none():
    found = taken(counting_lstm((1, 2), leak=0.1), AB)
    assert found.why_not == "the net already fails the string n = 3"
    assert found.counters == ()


def test_a_net_that_always_says_one_symbol_fails_the_first_string():
    model = LSTM(1, alphabet=2, hid=2, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        model.bias_out[0, 1] = 99
    assert taken(model, AB).why_not == "the net already fails the string n = 1"


def test_a_count_that_is_not_returned_to_its_start_is_refused():
    model = counting_lstm((1, 2, 1))
    with torch.no_grad():
        candidates(model, 0)[2] = -atanh(UNIT)  # c's go on counting the b's down
    found = extract(model, Counting(("a", "b", "c"), (1, 2, 1)), net=0, trained=3, tested=5)
    assert found.machine is None
    assert found.why_not.endswith("symbols off when the next string begins")
    assert found.counters[0].error_next == pytest.approx(3, abs=0.02), "as many as the longest string has c's"


def test_strings_that_begin_in_twos_are_refused():
    model = counting_lstm((1, 1))
    with torch.no_grad():
        candidates(model, 0)[0] = atanh(1.5 * UNIT)
    found = extract(model, Counting(("a", "b"), (2, 3)), net=0, trained=3, tested=5)
    assert "multiple of 2 a's" in found.why_not


def test_the_machine_is_that_of_the_given_net():
    exact = counting_lstm((1, 2))
    model = LSTM(2, alphabet=2, hid=1, generator=torch.Generator().manual_seed(0)).double()
    with torch.no_grad():
        for weight, own in zip(model.parameters(), exact.parameters(), strict=True):
            weight[1] = own[0]
    assert extract(model, AB, net=1, trained=3, tested=5).machine == ANB2N
    assert extract(model, AB, net=0, trained=3, tested=5).machine is None
