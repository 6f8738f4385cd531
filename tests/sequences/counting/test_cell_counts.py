"""What an LSTM counts: an exact counter with weights set by hand, and least squares by scikit-learn."""

from dataclasses import replace
from math import atanh

import numpy as np
import pytest
import torch
from sklearn.linear_model import LinearRegression

from counting_lstm import UNIT, counting_lstm
from kuzushi.core.errors import ConfigError
from kuzushi.sequences.counting.cell_counts import counts, read, symbols_of
from kuzushi.sequences.counting.extract_machine import extract
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.languages.counting import Counting
from kuzushi.sequences.languages.language import as_text
from kuzushi.sequences.nets import LSTM, one_net

ABC = LANGUAGES["anb2nc3n"]
FOUR = Counting(("a", "b", "c", "d"), (1, 1, 2, 1))


@pytest.fixture(scope="module")
def exact():
    return counts(counting_lstm(ABC.ratios), ABC, net=0, trained=4)


def drawn(nets, *, hid=3, seed=0):
    return LSTM(nets, alphabet=3, hid=hid, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("language", [LANGUAGES["anbn"], ABC, FOUR], ids=lambda language: "".join(language.symbols))
def test_the_strings_are_those_of_the_language_each_followed_by_the_first_symbol(language):
    streams = language.alone(5)
    for row, text in zip(symbols_of(language, 5), as_text(language, streams), strict=True):
        written = "".join(language.symbols[symbol] for symbol in row)
        assert written == text + language.symbols[0] * (len(row) - len(text))
        assert len(row) > len(text)


def test_steps_counts_and_contexts_of_two_strings_by_hand():
    reading = read(counting_lstm((1, 2)), LANGUAGES["anb2n"], 2)
    #                                  a   b  b  a   a   a  b  b  b  b  a
    assert reading.symbol.tolist() == [0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0]
    assert reading.source.tolist() == [-1, 0, 1, 2, -1, 0, 0, 1, 1, 1, 2]
    assert reading.n.tolist() == [1] * 4 + [2] * 7
    assert reading.counts.tolist() == [
        [1, 2], [0, 1], [0, 0], [1, 2], [1, 2], [2, 4], [0, 3], [0, 2], [0, 1], [0, 0], [1, 2]
    ]  # fmt: skip
    assert reading.within.tolist() == [True] * 3 + [False] + [True] * 6 + [False]
    assert reading.cell[:, 0] == pytest.approx(UNIT * reading.counts[:, 1], abs=1e-12)
    assert reading.cell - reading.before == pytest.approx(UNIT * np.array([[2, -1, -1, 2, 2, 2, -1, -1, -1, -1, 2]]).T)


def test_one_net_is_that_net_of_the_ensemble_in_double_precision():
    model = drawn(3)
    symbols = torch.tensor([[0, 1, 2, 0]])
    with torch.no_grad():
        one, all_nets = one_net(model, 1)(symbols), model(symbols)
    assert one.logits.dtype == torch.float64
    assert one.logits.shape[0] == 1
    torch.testing.assert_close(one.logits[0].float(), all_nets.logits[1])


def test_of_an_exact_counter_what_is_to_come_is_read_without_error_on_any_length(exact):
    n, read_as, b, c = exact.directions
    assert [d.count for d in exact.directions] == ["n", "a read", "b to come", "c to come"]
    assert [d.phases for d in exact.directions] == [("a", "b", "c"), ("a",), ("a", "b"), ("a", "b", "c")]
    for direction in (read_as, b, c):
        assert (direction.r2_trained, direction.r2_longer) == pytest.approx((1, 1))
        assert direction.error_longer < 1e-9
    assert b.weights == pytest.approx((1 / UNIT, 0), abs=1e-9)
    assert c.weights == pytest.approx((0, 1 / UNIT), abs=1e-9)
    assert (b.bias, c.bias, b.main_unit, c.main_unit) == pytest.approx((0, 0, 0, 1), abs=1e-9)
    assert (b.slopes[0], c.slopes[1]) == pytest.approx((UNIT, UNIT))
    assert n.r2_longer < 0.5, "while c's are read, all c's of all n are alike"
    assert (exact.trained_length, exact.longer_length) == (4, 16)
    assert [(read.count, read.low, read.high) for read in b.decoded_longer][-1] == pytest.approx((32, 32, 32))
    assert [read.count for read in b.decoded_trained] == list(range(9))


def test_the_directions_are_those_of_scikit_learn():
    model = drawn(2, seed=3)
    found = counts(model, ABC, net=1, trained=5)
    reading, longer = read(one_net(model, 1), ABC, 5), read(one_net(model, 1), ABC, 20)
    for place, direction in enumerate(found.directions[2:], start=1):

        def where(steps, place=place):
            return steps.within & (steps.symbol <= place)

        true = reading.counts[where(reading), place]
        fit = LinearRegression().fit(reading.cell[where(reading)], true)
        far = where(longer) & (longer.n > 5)
        assert direction.weights == pytest.approx(fit.coef_)
        assert direction.bias == pytest.approx(fit.intercept_)
        assert direction.r2_trained == pytest.approx(fit.score(reading.cell[where(reading)], true))
        assert direction.r2_longer == pytest.approx(fit.score(longer.cell[far], longer.counts[far, place]))
        error = np.abs(fit.predict(longer.cell[far]) - longer.counts[far, place]).max()
        assert direction.error_longer == pytest.approx(error)
        slopes = LinearRegression().fit(true[:, None], reading.cell[where(reading)]).coef_[:, 0]
        assert direction.slopes == pytest.approx(slopes)


def test_steps_of_the_cell_by_context_by_hand(exact):
    steps = {(step.source, step.symbol): step for step in exact.steps}
    assert list(steps) == [
        ("start", "a"), ("a", "a"), ("a", "b"), ("b", "b"), ("b", "c"), ("c", "c"), ("end", "a"),
    ]  # fmt: skip
    up, b, c = (2 * UNIT, 3 * UNIT), (-UNIT, 0), (0, -UNIT)
    expected = [up, up, b, b, c, c, up]
    for step, change in zip(exact.steps, expected, strict=True):
        assert step.mean == pytest.approx(change, abs=1e-12)
        assert step.spread == pytest.approx((0, 0), abs=1e-12)
    # Of n = 1..4: one first a each, 0 + 1 + 2 + 3 further ones, 1 + 3 + 5 + 7 b's after a b, 2 + 5 + 8 + 11 c's.
    assert [step.steps for step in exact.steps] == [4, 6, 4, 16, 4, 26, 4]


def test_gates_by_context_and_how_far_they_are_from_shut_or_open():
    model = counting_lstm((1, 2))
    with torch.no_grad():
        model.weight_ih.view(4, 1, 2)[1, 0, 1] = -40 + np.log(3)  # the forget gate at a b: sigmoid(ln 3) = 3/4
    found = counts(model, LANGUAGES["anb2n"], net=0, trained=3)
    gates = {(use.gate, use.source, use.symbol): use for use in found.gates}
    assert len(gates) == 3 * 5
    for (gate, _, symbol), use in gates.items():
        value = 0.75 if (gate, symbol) == ("forget", "b") else 1.0
        assert (*use.mean, *use.low, *use.high) == pytest.approx((value, value, value))
        assert use.unsaturated == pytest.approx((1 - value,), abs=1e-12)


def test_a_cell_that_counts_down_to_its_start_is_back_there_and_one_that_leaks_is_not(exact):
    assert [(end.count, end.at_end < 1e-9, end.after_next < 1e-9) for end in exact.ends] == [
        ("b to come", True, True), ("c to come", True, True)
    ]  # fmt: skip
    leaks = counts(counting_lstm((1, 2), leak=0.1), LANGUAGES["anb2n"], net=0, trained=4)
    (end,) = leaks.ends
    counted = np.array(leaks.directions[2].weights)[0] * 0.1 * 8 * UNIT  # of 8 b's a tenth each is left
    assert (end.at_end, end.after_next) == pytest.approx((counted, counted))


def test_one_string_as_it_is_counted(exact):
    string = exact.string
    assert string.symbols == "aaaa" + 8 * "b" + 12 * "c"
    assert string.counts[1] == (2, 2, 4, 6)
    assert string.counts[4] == (4, None, 7, 12)
    assert string.counts[-1] == (4, None, None, 0)
    for true, decoded in zip(string.counts, string.decoded, strict=True):
        for count, value in list(zip(true, decoded, strict=True))[1:]:
            assert count is None or value == pytest.approx(count, abs=1e-9)
    assert np.shape(string.gates) == (24, 3, 2)


def test_where_the_first_symbol_comes_in_twos_a_count_is_defined_only_after_an_even_number():
    language = Counting(("a", "b"), (2, 3))
    model = counting_lstm((1, 1))  # a's weigh as much as b's
    with torch.no_grad():
        model.weight_ih.view(4, 1, 2)[2, 0, 0] = atanh(1.5 * UNIT)
    found = counts(model, language, net=0, trained=3)
    n, read_as, b = found.directions
    assert b.error_longer < 1e-9
    assert [read.count for read in b.decoded_trained] == list(range(10))
    assert [read.count for read in read_as.decoded_trained] == [1, 2, 3, 4, 5, 6]
    assert [read.count for read in n.decoded_trained] == [1, 2, 3]
    assert [true[0] for true in found.string.counts] == [None, 1, None, 2, None, 3] + 9 * [3]


@pytest.mark.parametrize("measure", [counts, extract])
def test_one_length_is_too_few(measure):
    with pytest.raises(ConfigError, match="n <= 1"):
        measure(drawn(1), ABC, net=0, trained=1)


def test_the_net_is_named_and_the_rest_does_not_depend_on_its_place():
    model, exact = drawn(2), counting_lstm(ABC.ratios)
    with torch.no_grad():
        two = LSTM(2, alphabet=3, hid=2, generator=torch.Generator().manual_seed(1)).double()
        for weight, own in zip(two.parameters(), exact.parameters(), strict=True):
            weight[1] = own[0]
    found, alone = counts(two, ABC, net=1, trained=3), counts(exact, ABC, net=0, trained=3)
    assert found == replace(alone, net=1)
    assert counts(model, ABC, net=1, trained=3).net == 1
