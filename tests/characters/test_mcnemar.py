"""McNemar's test, against the binomial distribution in fractions, and the verdict over seeds."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuzushi.characters.compare import compare_pairs, mcnemar


def answers(*, both=0, first=0, second=0, neither=0):
    """What two nets read right: so many images each, of shape (images,)."""
    one = [True] * both + [True] * first + [False] * second + [False] * neither
    other = [True] * both + [False] * first + [True] * second + [False] * neither
    return np.array(one, dtype=bool), np.array(other, dtype=bool)


def two_sided(first, second):
    """Twice the probability of so few heads of so many tosses."""
    tosses = first + second
    tail = sum(Fraction(comb(tosses, heads), 2**tosses) for heads in range(min(first, second) + 1))
    return float(min(Fraction(1), 2 * tail))


@given(*[st.integers(0, 30)] * 4)
def test_the_counts_are_counted_and_the_p_value_is_that_of_a_coin(both, first, second, neither):
    found = mcnemar(*answers(both=both, first=first, second=second, neither=neither))
    assert (found.both_right, found.only_first, found.only_second, found.both_wrong) == (both, first, second, neither)
    assert found.p_value == pytest.approx(two_sided(first, second))


def test_nets_that_differ_nowhere_cannot_be_told_apart():
    assert mcnemar(*answers(both=3, neither=2)).p_value == 1


def runs(*rates, seeds, images=400):
    """Runs whose seeds read the first so many images right."""
    return [np.array([np.arange(images) < right + seed for seed in range(seeds)]) for right in rates]


def test_a_run_is_better_if_each_of_its_seeds_is_better_than_each_of_the_others():
    weak, strong = runs(300, 340, seeds=3)
    (pair,) = compare_pairs([weak, strong])
    assert (pair.first, pair.second, pair.better) == (0, 1, 1)
    assert (pair.combinations, pair.first_better, pair.second_better) == (9, 0, 9)
    # The last seed of the weak run beside the first of the strong one: 302 and 340 images.
    assert pair.p_value == pair.adjusted == pytest.approx(two_sided(0, 38))
    assert pair.first_seeds.only_second == 40
    (turned,) = compare_pairs([strong, weak])
    assert (turned.better, turned.first_better, turned.p_value) == (0, 9, pair.p_value)


def test_one_seed_that_points_the_other_way_leaves_it_undecided():
    weak, strong = runs(300, 340, seeds=3)
    strong[2] = weak[0]
    strong[2, 299] = False
    (pair,) = compare_pairs([weak, strong])
    assert (pair.second_better, pair.p_value, pair.better) == (6, 1, None)


def test_the_p_values_are_adjusted_for_the_number_of_pairs_of_runs():
    found = compare_pairs(runs(300, 306, 340, seeds=1))
    assert [(pair.first, pair.second) for pair in found] == [(0, 1), (0, 2), (1, 2)]
    p = [two_sided(0, 6), two_sided(0, 40), two_sided(0, 34)]
    assert [pair.p_value for pair in found] == pytest.approx(p)
    assert [pair.adjusted for pair in found] == pytest.approx([p[0], 3 * p[1], 2 * p[2]])
    assert [pair.better for pair in found] == [1, 2, 2]


def test_a_p_value_that_is_small_alone_need_not_be_among_several():
    assert 0.025 < two_sided(0, 6) < 0.05
    equal = runs(300, 306, 300, seeds=1)
    assert [pair.better for pair in compare_pairs(equal[:2])] == [1]
    assert [pair.better for pair in compare_pairs(equal)] == [None, None, None]


def test_one_run_alone_has_nothing_to_be_compared_with():
    assert compare_pairs(runs(300, seeds=2)) == ()
