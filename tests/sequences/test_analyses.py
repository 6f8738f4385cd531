"""The dynamics of an ensemble put together: correlations, and the arrays of the plane."""

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import Generator

from counters import TESTED, TRAINED, copies, counters
from kuzushi.sequences.analyses import dynamics
from kuzushi.sequences.dynamics.counting_law import rank_correlation, rank_interval
from kuzushi.sequences.dynamics.fixed_points import LONGEST_PATH, PIXELS
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.languages.counting import Counting
from kuzushi.sequences.nets import SRN


def found(model=None, *, lang="anb2n", net=1, failures=(5, 6, 5, 5, 5, None), trained=TRAINED):
    return dynamics(
        model or counters(), LANGUAGES[lang], net=net, exact=[n is None or n > trained for n in failures],
        first_failure=failures, trained=trained, tested=TESTED, generator=Generator().manual_seed(0),
    )  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return found()


def test_ranks_are_scipys_and_never_stands_beyond_every_length():
    predicted, measured = [5, 6, 7, 9, None, 8], [5, 7, 6, 8, None, None]
    numbers = [[99 if n is None else n for n in lengths] for lengths in (predicted, measured)]
    assert rank_correlation(predicted, measured) == pytest.approx(spearmanr(*numbers).statistic)
    assert rank_correlation([5, 6, None], [5, 7, 9]) == pytest.approx(1)
    assert rank_correlation([5, 5], [5, 6]) is None
    assert rank_correlation([], []) is None


def test_the_interval_of_a_correlation_is_the_published_one():
    interval = rank_interval(0.5, 30)
    half = 1.959964 * np.sqrt(1.125 / 27)
    assert (interval.low, interval.high) == pytest.approx(np.tanh(np.arctanh(0.5) + np.array([-half, half])), rel=1e-5)
    assert rank_interval(1.0, 30) is None
    assert rank_interval(0.5, 3) is None


def test_nets_are_compared_where_they_are_exact_and_have_the_structure(result):
    assert [law.net for law in result.exact_nets] == [0, 1, 2, 3, 4, 5]
    assert [law.net for law in result.compared] == [0, 1, 2, 3]
    assert (result.predicted_exactly, result.predicted_within_one, result.commonest) == (4, 4, 3)
    assert result.rank_correlation == pytest.approx(1)
    assert result.rank_interval is None
    failing = found(failures=(4, 6, 1, 7, 5, None))
    assert [law.net for law in failing.compared] == [1, 3]
    assert (failing.predicted_exactly, failing.predicted_within_one) == (1, 1), "5 foretold, 7 measured"


def test_the_arrays_say_what_the_model_does_in_the_plane(result):
    arrays, model = result.arrays, counters()
    assert arrays["flow"].shape == (2, PIXELS, PIXELS, 2)
    y, x = 7, 30
    h = torch.tensor([arrays["axis"][x], arrays["axis"][y]])
    for symbol in (0, 1):
        image = torch.tanh(model.weight_hh[1] @ h + model.weight_ih[1, :, symbol] + model.bias[1])
        np.testing.assert_allclose(arrays["flow"][symbol, y, x], (image - h).detach(), atol=1e-5)
    logits = model.weight_out[1] @ h + model.bias_out[1]
    np.testing.assert_allclose(arrays["logits"][y, x], logits.detach(), atol=1e-5)
    stable = {place for place, point in enumerate(result.fixed_points) if point.stable}
    assert set(np.unique(arrays["basin"])) <= stable | {-1}
    assert {name: array.dtype.name for name, array in arrays.items()} == {
        "axis": "float32", "flow": "float32", "basin": "int8", "logits": "float32", "path": "float32",
    }  # fmt: skip


def test_the_path_is_that_of_the_longest_string_that_can_be_drawn(result):
    assert result.string == "aaaabbbbbbbb"
    symbols = torch.tensor([["ab".index(letter) for letter in result.string]])
    assert not result.arrays["path"][0].any()
    np.testing.assert_allclose(result.arrays["path"][1:], counters()(symbols).hidden[1, 0].detach(), atol=1e-6)
    assert len(found(trained=15).string) == LONGEST_PATH


def test_other_languages_and_more_units_have_no_law_or_no_plane():
    model = SRN(2, alphabet=7, hid=3, generator=Generator().manual_seed(0))
    reber = found(model, lang="reber", net=0, failures=(7, None), trained=7)
    assert (reber.ratio, reber.laws, reber.claims, reber.arrays) == (None, (), (), {})
    assert {point.symbol for point in reber.fixed_points} == set("BTSXPVE")
    counting = SRN(1, alphabet=2, hid=3, generator=Generator().manual_seed(0))
    more = found(counting, net=0, failures=(1,))
    assert (more.ratio, len(more.laws), len(more.claims), more.arrays) == (2, 1, 5, {})


def test_a_language_with_several_as_for_each_n_has_no_law():
    twos = SRN(1, alphabet=2, hid=2, generator=Generator().manual_seed(0))
    result = dynamics(
        twos, Counting(("a", "b"), (2, 3)), net=0, exact=(False,), first_failure=(1,), trained=3, tested=5,
        generator=Generator(),
    )  # fmt: skip
    assert (result.ratio, result.laws, result.string) == (None, (), "aaaaaabbbbbbbbb")


def test_the_same_nets_give_the_same_dynamics():
    once, again = (found(copies(0, nets=2, noise=0.01, seed=3), net=0, failures=(5, 5)) for _ in range(2))
    assert (once.fixed_points, once.laws, once.claims) == (again.fixed_points, again.laws, again.claims)
