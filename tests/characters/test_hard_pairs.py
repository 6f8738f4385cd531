"""Which confusions stay and which vanish: planted ones, and p-values from closed forms."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom, multivariate_hypergeom

from kuzushi.characters.hard_pairs import errors, hardness, shuffled_p_values, votes

RNG = np.random.default_rng


def planted(seeds, **stays):
    """Test images of class 0 that the weakest run reads as 1, 2, ...; of each reading so many errors stay.

    Example: planted(3, one=(20, 5)) has 20 images read as 1 by the weakest run, 5 of them by the strongest too
    """
    weak, strong = [], []
    for reading, (made, left) in enumerate(stays.values(), start=1):
        weak += [reading] * made
        strong += [reading] * left + [0] * (made - left)
    target = np.zeros(len(weak), dtype=np.int16)
    return target, np.array([weak] * seeds, dtype=np.int16), np.array([strong] * seeds, dtype=np.int16)


def judge(target, weak, strong, **options):
    return hardness(target, [weak, strong], weakest=0, strongest=1, classes=9, rng=RNG(0), **options)


def test_the_vote_is_what_more_than_half_of_the_seeds_read():
    assert list(votes(np.array([[0, 2, 1], [0, 1, 1], [1, 0, 1]], dtype=np.int16))) == [0, -1, 1]
    assert list(votes(np.array([[0, 2], [0, 1]], dtype=np.int16))) == [0, -1]
    assert list(votes(np.array([[3, 2]], dtype=np.int16))) == [3, 2]


def test_as_many_seeds_of_either_run_vote_and_an_odd_number():
    target, weak, strong = planted(3, one=(30, 3), rest=(30, 3))
    second = np.concatenate([weak[:1], 0 * weak[:1]])  # whose second seed is always right
    for of_weak, of_strong in ((second, strong), (second, strong[:2]), (weak, strong[:1])):
        found = judge(target, of_weak, of_strong)
        assert found.error_ratio == pytest.approx(0.1)
        assert [pair.weakest for pair in found.pairs] == [30, 30]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-1, 2), st.integers(-1, 2)), min_size=1, max_size=20))
def test_an_error_is_an_image_with_a_wrong_reading(images):
    target, weak, strong = np.array(images).T
    found = errors(target.astype(np.int16), weak, strong)
    of_weak = sorted((t, w) for t, w, _ in images if w not in (t, -1))
    of_strong = sorted((t, s) for t, _, s in images if s not in (t, -1))
    both = sorted((t, w) for t, w, s in images if w == s and w not in (t, -1))
    pairs = list(zip(found.target, found.predicted, strict=True))

    def where(chosen):
        return sorted(pair for pair, inside in zip(pairs, chosen, strict=True) if inside)

    assert where(found.weakest) == of_weak
    assert where(found.strongest) == of_strong
    assert where(found.weakest & found.strongest) == both
    assert len(pairs) == len(of_weak) + len(of_strong) - len(both)


def test_a_shuffled_p_value_is_the_share_of_the_draws_with_as_large_a_sum():
    change = RNG(0).normal(size=9)
    inside = [np.arange(9) < 3, np.arange(9) >= 5]
    exact = []
    for chosen in inside:
        draws = [change[list(draw)].sum() for draw in combinations(range(9), int(chosen.sum()))]
        exact.append(np.mean([draw > change[chosen].sum() - 1e-9 for draw in draws]))
    assert shuffled_p_values(change, inside, rng=RNG(1)) == pytest.approx(exact, abs=0.015)


def test_of_errors_that_stay_or_go_the_p_value_is_the_hypergeometric_tail():
    found = judge(*planted(1, one=(20, 9), two=(60, 12), three=(40, 6)))
    assert found.error_ratio == pytest.approx(27 / 120)
    tails = {1: hypergeom.sf(8, 120, 27, 20), 2: hypergeom.sf(11, 120, 27, 60), 3: hypergeom.sf(5, 120, 27, 40)}
    assert {p.predicted: p.stays.p_value for p in found.pairs} == pytest.approx(tails, abs=0.015)


def test_errors_that_are_new_count_as_well():
    """The p-value by the multivariate hypergeometric distribution: errors that go, that stay, and that are new."""
    one, rest = (12, 6, 4), (30, 6, 8)
    target, weak, strong = planted(1, one=(18, 6), rest=(36, 6))
    new = np.repeat([1, 2], [one[2], rest[2]]).astype(np.int16)[None]
    found = judge(np.append(target, 0 * new[0]), np.append(weak, 0 * new, 1), np.append(strong, new, 1))
    kinds = np.add(one, rest)
    ratio = (kinds[1] + kinds[2]) / (kinds[0] + kinds[1])
    values = np.array([-ratio, 1 - ratio, 1.0])
    draws = [(gone, sum(one) - gone - fresh, fresh) for gone in range(23) for fresh in range(13)]
    far = [draw for draw in draws if 0 <= draw[1] <= kinds[1] and values @ draw > values @ one - 1e-9]
    tail = multivariate_hypergeom.pmf(far, kinds, sum(one)).sum()
    p = {pair.predicted: pair.stays.p_value for pair in found.pairs}
    assert found.error_ratio == pytest.approx(ratio)
    assert p[1] == pytest.approx(tail, abs=0.015)


def test_what_vanishes_is_tested_as_a_coin():
    found = judge(*planted(1, one=(13, 0), two=(20, 5), three=(12, 12)))
    p = {pair.predicted: pair.vanishes.p_value for pair in found.pairs}
    few = sum(np.array([1, 20, 190, 1140, 4845, 15504])) / 2**20  # of 20 at most 5
    assert p == pytest.approx({1: 2**-13, 2: few, 3: 1.0})


def test_a_pair_that_stays_is_data_hard_and_one_that_goes_model_hard():
    found = judge(*planted(3, hard=(20, 18), gone=(40, 2), vague=(12, 5), rest=(60, 4)))
    assert {pair.predicted: pair.kind for pair in found.pairs} == {
        1: "data-hard", 2: "model-hard", 3: "undecided", 4: "model-hard",
    }  # fmt: skip
    assert [pair.predicted for pair in found.pairs] == [1, 3, 4, 2]  # the largest remaining share first
    hard = found.pairs[0]
    assert (hard.counts, hard.weakest, hard.strongest, hard.either) == (((20, 20, 20), (18, 18, 18)), 20, 18, 20)


def test_one_seed_that_disagrees_leaves_a_pair_undecided():
    target, weak, strong = planted(3, hard=(20, 18), gone=(40, 2), rest=(60, 4))
    hard, gone = weak[0] == 1, weak[0] == 2
    strong[2, hard] = 0  # this seed makes none of them
    strong[2, gone] = 2  # and all of those
    found = {pair.predicted: pair for pair in judge(target, weak, strong).pairs}
    assert [found[1].kind, found[2].kind, found[3].kind] == ["undecided", "undecided", "model-hard"]
    assert found[1].stays.adjusted < 0.05
    assert not found[1].stays.every_seed
    assert found[2].vanishes.adjusted < 0.05
    assert not found[2].vanishes.every_seed


def test_errors_that_only_move_to_other_images_do_not_vanish():
    target, weak, strong = planted(1, one=(30, 2), rest=(30, 2))
    more = np.zeros((1, 25), dtype=np.int16)
    found = judge(np.append(target, more[0]), np.append(weak, more, 1), np.append(strong, more + 1, 1))
    moved = next(pair for pair in found.pairs if pair.predicted == 1)
    assert (moved.weakest, moved.strongest, moved.either) == (30, 27, 55)
    assert moved.vanishes.p_value > 0.9


def test_the_p_values_are_adjusted_for_the_number_of_pairs():
    alone = judge(*planted(1, one=(11, 2), rest=(40, 2))).pairs
    among = judge(*planted(1, one=(11, 2), rest=(40, 2), **{f"other{i}": (11, 8) for i in range(5)})).pairs
    first, second = (next(pair for pair in pairs if pair.predicted == 1).vanishes for pairs in (alone, among))
    assert first.p_value == second.p_value
    assert (first.adjusted, second.adjusted) == pytest.approx((first.p_value, 6 * first.p_value))


def test_pairs_of_few_images_are_tested_only_if_they_are_named():
    data = planted(1, many=(12, 3), few=(9, 2))
    assert [pair.predicted for pair in judge(*data).pairs] == [1]
    assert {pair.predicted for pair in judge(*data, named=[(0, 2), (0, 1), (4, 5)]).pairs} == {1, 2}


def test_where_all_pairs_keep_as_much_none_is_data_hard():
    rng = RNG(5)
    kinds = []
    for _ in range(20):
        weak = np.repeat(np.arange(1, 9), 25).astype(np.int16)[None]
        strong = np.where(rng.random(weak.shape) < 0.3, weak, 0).astype(np.int16)
        kinds += [pair.kind for pair in judge(np.zeros(200, dtype=np.int16), weak, strong).pairs]
    assert kinds.count("data-hard") <= 3  # one trial in twenty may have one, or more rarely several


def test_without_errors_there_is_nothing_to_judge():
    right = np.zeros((1, 5), dtype=np.int16)
    assert judge(right[0], right, right) is None
