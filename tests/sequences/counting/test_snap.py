"""Snapping against LSTMs made by hand that nearly count, read again by loops in plain numpy."""

from dataclasses import replace
from itertools import pairwise
from math import atanh, log

import numpy as np
import pytest
import torch

from kuzushi.sequences.counting.snap import AVERAGED, LEAST_STEP, MARGIN, MOST_ADDED, SATURATED, ensemble, snap
from kuzushi.sequences.languages import get_language
from kuzushi.sequences.languages.counting import every_pair
from kuzushi.sequences.nets import LSTM
from kuzushi.sequences.score import Inputs, right, score

PATTERNS = {"a1b1": 1, "a1b2": 1, "a1b2c3": 2, "a1b1c1": 2, "a1b1c1d1": 4}
"""Each with the hidden units of its net; one more than is needed for the last."""
INPUT, FORGET, CANDIDATE, OUTPUT = range(4)


def logit(p):
    return log(p / (1 - p))


def nearly(name, *, hid=None, gate=0.95, off=0.01):
    """One net whose unit i rises with symbol i and falls with symbol i + 1, by one in a hundred too much.

    Gates are `gate` where they should be 1, and 1 - `gate` where they should be 0. Units beyond those needed are still.
    """
    ratios = get_language(name).ratios
    alphabet, hid = len(ratios), hid or len(ratios) - 1
    model = blank(alphabet, hid)
    with torch.no_grad():
        gates = model.weight_ih.view(4, hid, alphabet)
        gates[[INPUT, OUTPUT]] = logit(gate)
        gates[FORGET] = -logit(gate)
        for unit, (rises, falls) in enumerate(pairwise(ratios)):
            gates[FORGET, unit, unit : unit + 2] = logit(gate)
            gates[CANDIDATE, unit, unit] = atanh(0.3 * falls / max(ratios) / gate)
            gates[CANDIDATE, unit, unit + 1] = -atanh(0.3 * rises * (1 + off) / max(ratios) / gate)
    return model


def blank(alphabet, hid):
    model = LSTM(1, alphabet=alphabet, hid=hid, generator=torch.Generator())
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    return model


def steady(*added, forget=(0.95, 0.95)):
    """One net on two symbols whose units add a number of their own with each symbol: (units, 2)."""
    model = blank(2, len(added))
    with torch.no_grad():
        gates = model.weight_ih.view(4, len(added), 2)
        gates[[INPUT, OUTPUT]] = 20
        gates[FORGET] = torch.tensor([[logit(part)] * 2 for part in forget[: len(added)]])
        gates[CANDIDATE] = torch.atanh(torch.tensor(added))
    return model


def numbers(model, net=0):
    return {name: weight[net].double().numpy() for name, weight in model.weights().items()}


def sigmoid(x):
    return 0.5 * (1 + np.tanh(x / 2))


def read(weights, text, symbols):
    """What an LSTM does, symbol by symbol: its gates, its cells and its logits."""
    hid = weights["weight_hh"].shape[1]
    hidden, cell = weights["h_0"], weights["c_0"]
    gates, cells, logits = [], [], []
    for symbol in text:
        z = weights["weight_ih"][:, symbols.index(symbol)] + weights["weight_hh"] @ hidden + weights["bias"]
        i, f, g, o = z.reshape(4, hid)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
        hidden = sigmoid(o) * np.tanh(cell)
        gates.append(sigmoid(np.array([i, f, o])))
        cells.append(cell)
        logits.append(weights["weight_out"] @ hidden + weights["bias_out"])
    return np.array(gates), np.array(cells), np.array(logits)


def string(language, n):
    return "".join(symbol * ratio * n for symbol, ratio in zip(language.symbols, language.ratios, strict=True))


def margins(weights, language, ns):
    """In a stream of strings, by how much the right symbol's logit exceeds all others wherever only one may follow."""
    text = "".join(string(language, n) for n in ns)
    _, _, logits = read(weights, text, language.symbols)
    for following, logit_of, symbol in zip((*text[1:], text[0]), logits, text, strict=True):
        if symbol != language.symbols[0]:
            right = language.symbols.index(following)
            yield logit_of[right] - np.delete(logit_of, right).max()


def first_failure(weights, language, *, longest):
    """In single precision, of strings read alone and in streams, of all pairs and triples up to 6."""
    (failure,) = score(ensemble([weights]), Inputs(language, 6, longest)).first_failure
    return failure


def increments(weights, unit):
    """What each symbol adds to a unit's cell where its links are 0."""
    hid = weights["weight_hh"].shape[1]
    z = (weights["weight_ih"] + weights["bias"][:, None]).reshape(4, hid, -1)[:, unit]
    return sigmoid(z[INPUT]) * np.tanh(z[CANDIDATE])


@pytest.fixture(scope="module", params=PATTERNS)
def snapped(request):
    """A language, the net, and what it becomes."""
    language, model = get_language(request.param), nearly(request.param, hid=PATTERNS[request.param])
    (found,) = snap(model, language)
    assert found is not None
    return language, model, *found


# --- the exact net --------------------------------------------------------------------------------------------


def test_a_net_that_nearly_counts_becomes_exact_to_300_in_single_precision(snapped):
    language, model, exact, _ = snapped
    assert first_failure(numbers(model), language, longest=300) is not None
    assert first_failure(exact, language, longest=300) is None


def test_the_cells_that_show_the_ends_of_phases_are_back_there_whatever_n_is(snapped):
    language, _, exact, changed = snapped
    assert [reading.symbol for reading in changed.readings] == list(language.symbols[1:])
    for reading in changed.readings:
        first, last = language.symbols.index(reading.since), language.symbols.index(reading.symbol)
        kept = slice(first, last + 1)
        ratios, steps = np.array(language.ratios), increments(exact, reading.unit)
        np.testing.assert_allclose(steps, reading.increments, rtol=0, atol=1e-6)
        assert abs(ratios[kept] @ np.array(reading.increments)[kept]) < 1e-12
        assert abs(ratios[kept] @ steps[kept]) < 1e-6
        assert min(abs(steps[[first, last]])) >= LEAST_STEP
        ends = [
            read(exact, string(language, n), language.symbols)[1][ratios[: last + 1].sum() * n - 1, reading.unit]
            for n in (1, 2, 7, 30)
        ]
        np.testing.assert_allclose(ends, ends[0], rtol=0, atol=1e-5)


def test_each_unit_changes_as_little_as_the_relation_asks():
    language = get_language("a1b2")
    (found,) = snap(nearly("a1b2"), language)
    (reading,) = found[1].readings
    rises, falls = reading.before
    residue = (rises + 2 * falls) / (1 + 2**2)  # off the line d_a + 2 d_b = 0 by so many times (1, 2)
    np.testing.assert_allclose(reading.increments, (rises - residue, falls - 2 * residue), rtol=1e-12)


@pytest.mark.parametrize("name", PATTERNS)
def test_the_margin_is_kept_wherever_one_symbol_may_follow(name):
    language = get_language(name)
    ((exact, _),) = snap(nearly(name), language)
    smallest = min(min(margins(exact, language, [n])) for n in range(1, 61))
    assert smallest == pytest.approx(MARGIN, abs=1e-4), "and not exceeded everywhere, or less would have been changed"


def test_the_gates_are_open_or_closed(snapped):
    language, _, exact, changed = snapped
    gates, *_ = read(exact, string(language, 9), language.symbols)
    gates = gates[..., [reading.unit for reading in changed.readings]]
    assert np.minimum(gates, 1 - gates).max() < 1e-12


def test_all_weights_are_numbers_of_single_precision(snapped):
    _, _, exact, _ = snapped
    for weight in exact.values():
        assert weight.dtype == np.float64
        np.testing.assert_array_equal(weight, weight.astype(np.float32))


def test_the_exact_nets_are_one_ensemble_in_single_precision():
    language = get_language("a1b2")
    found = [snap(nearly("a1b2", off=off), language)[0][0] for off in (0.01, 0.05)]
    model = ensemble(found)
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    for net, weights in enumerate(found):
        for name, weight in numbers(model, net).items():
            np.testing.assert_array_equal(weight, weights[name])


def test_the_same_net_becomes_the_same():
    language = get_language("a1b2c3")
    (one,), (again,) = (snap(nearly("a1b2c3"), language) for _ in range(2))
    assert one[1] == again[1]
    for name, weight in one[0].items():
        np.testing.assert_array_equal(weight, again[0][name])


def test_an_exact_net_stays_what_it_is(snapped):
    language, _, exact, changed = snapped
    ((again, unchanged),) = snap(ensemble([exact]), language)
    for name, weight in exact.items():
        np.testing.assert_allclose(again[name], weight, rtol=1e-4, atol=1e-4)
    assert unchanged.distance < 1e-5 < changed.distance
    assert unchanged.removed == 0
    assert [(reading.unit, reading.since) for reading in unchanged.readings] == [
        (reading.unit, reading.since) for reading in changed.readings
    ]


# --- the end of a string --------------------------------------------------------------------------------------


def single():
    """The only unit of a net on a^n b^n once it is snapped."""
    ((exact, _),) = snap(nearly("a1b1"), get_language("a1b1"))
    return exact


def drifting(exact, *, linked):
    """The net with b's that take off 1/1000 too little, with or without the link that closes its forget gate."""
    changed = {name: weight.copy() for name, weight in exact.items()}
    changed["weight_ih"][CANDIDATE, 1] *= 0.999
    if not linked:
        changed["weight_hh"][FORGET] = 0.0
        changed["weight_ih"][FORGET] = SATURATED - changed["bias"][FORGET]
    return changed


def test_a_unit_that_counts_from_the_first_symbol_to_the_last_forgets_by_a_link_to_itself():
    exact = single()
    link = exact["weight_hh"].copy()
    assert link[FORGET] != 0.0
    link[FORGET] = 0.0
    assert not link.any()
    gates, *_ = read(exact, "aaabbb" * 2, "ab")
    np.testing.assert_allclose(gates[:, 1, 0], [0, 1, 1, 1, 1, 1] * 2, rtol=0, atol=1e-12)


def test_what_is_left_of_a_string_does_not_add_up_over_hundreds_of_them():
    language, exact = get_language("a1b1"), single()
    order = np.random.default_rng(0).integers(1, 13, 300).tolist()
    assert min(margins(exact, language, order)) > 0.99 * MARGIN
    assert min(margins(drifting(exact, linked=True), language, order)) > 0.9 * MARGIN


def test_without_the_link_it_adds_up_until_the_net_fails():
    language, exact = get_language("a1b1"), single()
    unlinked = drifting(exact, linked=False)
    assert min(margins(unlinked, language, [5] * 10)) > 0.5 * MARGIN
    assert min(margins(unlinked, language, [5] * 400)) < 0
    ends = read(unlinked, "aaaaabbbbb" * 400, "ab")[1][9::10, 0]
    np.testing.assert_allclose(ends, ends[0] * np.arange(1, 401), rtol=1e-6)


def test_hundreds_of_strings_in_any_order_are_read_without_a_failure(snapped):
    language, _, exact, _ = snapped
    n = torch.randint(1, 13, (4, 300), generator=torch.Generator().manual_seed(0))
    streams = language.of(n, longest=12)
    model = ensemble([exact])
    with torch.no_grad():
        assert right(model(streams.symbols).logits, legal=streams.legal, scored=streams.scored).all()


def test_a_cell_that_is_moved_between_its_phases_starts_every_string_from_where_it_starts_the_first():
    language, model = get_language("a1b1c1"), nearly("a1b1c1")
    with torch.no_grad():
        model.weight_ih.view(4, 2, 3)[CANDIDATE, 0, 2] = 1.0
    ((exact, changed),) = snap(model, language)
    counts_bs = changed.readings[0]
    assert (counts_bs.unit, counts_bs.since) == (0, "a")
    assert counts_bs.before[2] > 0.5
    assert counts_bs.increments[2] == 0.0
    assert min(margins(exact, language, [3, 1, 4, 1, 5, 9, 2, 6])) > 0.99 * MARGIN


@pytest.mark.parametrize("name", PATTERNS)
def test_inputs_that_are_shared_out_otherwise_among_weights_and_biases_drive_the_same_exact_gates(name):
    language, model, shared_out = get_language(name), nearly(name), nearly(name)
    shift = torch.linspace(-2.0, 2.0, model.bias.shape[1])
    with torch.no_grad():
        shared_out.weight_ih[0] -= shift[:, None]
        shared_out.bias[0] += shift
    ((exact, _),), ((other, _),) = snap(model, language), snap(shared_out, language)
    for weights in (exact, other):
        weights["inputs"] = weights["weight_ih"] + weights["bias"][:, None]
    for part in ("inputs", "weight_hh"):  # the nearest read-out is one of several
        np.testing.assert_allclose(other[part], exact[part], rtol=1e-4, atol=1e-4)


# --- what was changed -----------------------------------------------------------------------------------------


def test_the_changes_applied_to_the_trained_weights_give_the_exact_ones(snapped):
    _, model, exact, changed = snapped
    weights = numbers(model)
    norm = np.sqrt(sum((weight**2).sum() for weight in weights.values()))
    moved = np.sqrt(sum(((exact[name] - weight) ** 2).sum() for name, weight in weights.items()))
    assert changed.distance == pytest.approx(moved / norm)
    assert changed.weights == sum(weight.size for weight in weights.values())
    assert len({(change.name, change.index) for change in changed.changes}) == len(changed.changes)
    for change in changed.changes:
        assert weights[change.name][change.index] == change.before != change.after
        weights[change.name][change.index] = change.after
    for name, weight in weights.items():
        np.testing.assert_array_equal(weight, exact[name])


def test_the_links_that_were_there_and_are_gone_are_counted():
    language, model = get_language("a1b2c3"), nearly("a1b2c3")
    with torch.no_grad():
        for row, unit in ((0, 0), (3, 1), (7, 0)):
            model.weight_hh[0, row, unit] = 0.02
    ((exact, changed),) = snap(model, language)
    assert changed.removed == 3
    assert not exact["weight_hh"].any()


def test_the_link_that_is_needed_is_not_counted_as_gone():
    model = nearly("a1b1")
    with torch.no_grad():
        model.weight_hh[:] = 0.02
    ((exact, changed),) = snap(model, get_language("a1b1"))
    assert changed.removed == 3
    assert np.count_nonzero(exact["weight_hh"]) == 1


def test_what_each_symbol_adds_is_averaged_over_all_pairs_of_strings(snapped):
    language, model, _, changed = snapped
    weights = numbers(model)
    text = "".join(string(language, n) for n in every_pair(AVERAGED))
    hid, before = model.weight_hh.shape[2], np.zeros(model.weight_hh.shape[2])
    gates, cells, _ = read(weights, text, language.symbols)
    added = {symbol: [] for symbol in language.symbols}
    for symbol, (_, forget, _), cell in zip(text, gates, cells, strict=True):
        added[symbol].append(cell - forget * before)
        before = cell
    means = np.array([np.mean(added[symbol], 0) for symbol in language.symbols])
    assert means.shape == (len(language.symbols), hid)
    for reading in changed.readings:
        np.testing.assert_allclose(reading.before, means[:, reading.unit], rtol=0, atol=1e-6)


# --- which units count ----------------------------------------------------------------------------------------


def test_of_two_units_the_one_that_counts_better_is_read():
    for units in ((0, 1), (1, 0)):
        added = [((0.3, -0.31), (0.3, -0.5))[unit] for unit in units]
        ((_, changed),) = snap(steady(*added), get_language("a1b1"))
        (reading,) = changed.readings
        assert reading.unit == units.index(0)


def test_a_unit_that_forgets_more_than_another_is_not_read():
    ((_, changed),) = snap(steady((0.3, -0.3), (0.3, -0.3), forget=(0.7, 0.95)), get_language("a1b1"))
    assert changed.readings[0].unit == 1


def test_a_unit_that_moves_one_way_is_not_read_though_it_forgets_nothing():
    ((_, changed),) = snap(steady((0.97, 0.95), (0.3, -0.2), forget=(0.999, 0.3)), get_language("a1b1"))
    (reading,) = changed.readings
    assert reading.unit == 1
    assert changed.distance < 100


def test_no_symbol_adds_more_than_a_gate_can_let_in():
    model = steady((0.99, -0.999))
    with torch.no_grad():
        model.weight_ih.view(4, 1, 2)[CANDIDATE] = torch.tensor([[9.0, -9.0]])
    ((exact, changed),) = snap(model, get_language("a1b1"))
    np.testing.assert_allclose(changed.readings[0].increments, (MOST_ADDED, -MOST_ADDED), rtol=1e-12)
    assert first_failure(exact, get_language("a1b1"), longest=100) is None
    ((_, changed),) = snap(model, get_language("a1b2"))
    np.testing.assert_allclose(changed.readings[0].increments, (MOST_ADDED, -MOST_ADDED / 2), rtol=1e-12)


def test_every_net_of_an_ensemble_is_snapped_as_it_would_be_alone():
    language = get_language("a1b2")
    alone = [nearly("a1b2"), blank(2, 1), nearly("a1b2", off=0.05)]
    model = LSTM(3, alphabet=2, hid=1, generator=torch.Generator())
    model.load_state_dict({name: torch.cat([net.state_dict()[name] for net in alone]) for name in model.state_dict()})
    together = snap(model, language)
    assert together[1] is None
    for place in (0, 2):
        ((weights, changed),) = snap(alone[place], language)
        assert together[place][1] == replace(changed, net=place)
        for name, weight in weights.items():
            np.testing.assert_array_equal(together[place][0][name], weight)


def test_many_units_and_six_symbols_are_searched_in_moments():
    generator = torch.Generator().manual_seed(0)
    model = LSTM(1, alphabet=6, hid=12, generator=generator)
    with torch.no_grad():
        model.weight_ih.mul_(9)
    assert len(snap(model, get_language("a1b1c1d1e1f1"))) == 1, "of 11,404,800 ways to see the ends of the phases"


# --- what is not found ----------------------------------------------------------------------------------------


def test_there_are_no_fewer_units_than_ends_of_phases():
    language = get_language("a1b1c1")
    model = blank(3, 1)
    with torch.no_grad():
        model.weight_ih.view(4, 1, 3)[[INPUT, FORGET]] = 9.0
        model.weight_ih.view(4, 1, 3)[CANDIDATE] = torch.tensor([[0.6, -0.3, -0.3]])
    assert snap(model, language) == (None,)


@pytest.mark.parametrize(
    "added", [(0.0, 0.0), (0.01, -0.01), (0.3, 0.3), (0.97, 0.95), (0.3, 0.001)],
    ids=["still", "nearly still", "both the same way", "both nearly the same way", "one still"],
)  # fmt: skip
def test_a_net_that_does_not_count_is_not_made_to(added):
    assert snap(steady(added), get_language("a1b1")) == (None,)


def test_a_clock_that_is_full_with_every_symbol_is_no_counter():
    model = blank(2, 1)
    with torch.no_grad():
        model.weight_ih[:] = 20.0
    assert snap(model, get_language("a1b1")) == (None,)


def test_a_net_whose_weights_are_no_numbers_is_not_snapped():
    model = nearly("a1b1")
    with torch.no_grad():
        model.weight_ih[0, 0, 0] = torch.nan
    assert snap(model, get_language("a1b1")) == (None,)


def test_first_symbols_that_come_in_pairs_ask_for_more_than_a_counter():
    assert snap(nearly("a2b3"), get_language("a2b3")) == (None,), "after an odd number of a's only an a may follow"
