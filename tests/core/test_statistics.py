"""The score interval against the equation that defines it, and Holm's adjustment against closed testing."""

from itertools import combinations
from math import sqrt
from statistics import NormalDist

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kuzushi.core.errors import ConfigError
from kuzushi.core.statistics import Z95, holm, wilson

TRIALS = st.integers(1, 10**6).flatmap(
    lambda n: st.tuples(st.one_of(st.integers(0, n), st.floats(0, n)), st.just(n)),
)


def test_two_sides_of_the_normal_distribution_leave_5_percent():
    assert pytest.approx(NormalDist().inv_cdf(0.975), abs=1e-15) == Z95


@given(TRIALS)
def test_the_bounds_are_the_rates_from_which_the_observed_one_is_1_96_errors_away(trials):
    successes, n = trials
    interval = wilson(successes, n)
    assert interval.mean == successes / n
    for bound in (interval.low, interval.high):
        error = sqrt(bound * (1 - bound) / n)
        # A bound near 1 is known to 1e-16, and so its error only to a root of that.
        assert abs(bound - interval.mean) == pytest.approx(Z95 * error, rel=1e-6, abs=1e-7 / sqrt(n))


@given(TRIALS)
@example((0, 7))
@example((10, 10))
def test_the_rate_lies_between_its_bounds_and_they_within_0_and_1(trials):
    interval = wilson(*trials)
    assert 0 <= interval.low <= interval.mean <= interval.high <= 1


@given(TRIALS)
def test_successes_and_failures_have_mirrored_intervals(trials):
    successes, n = trials
    interval, mirrored = wilson(successes, n), wilson(n - successes, n)
    assert interval.low == pytest.approx(1 - mirrored.high, abs=1e-12)
    assert interval.high == pytest.approx(1 - mirrored.low, abs=1e-12)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (60, 64, 0.850, 0.975),
        (0, 10, 0.0, 0.2775),
        (1, 10, 0.0179, 0.4042),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (9326, 10_000, 0.9275, 0.9374),
    ],
)
def test_known_intervals(successes, n, low, high):
    interval = wilson(successes, n)
    assert (interval.low, interval.high) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


@pytest.mark.parametrize("n", [1, 7, 9, 10, 2000])
def test_no_success_and_no_failure_reach_0_and_1_exactly(n):
    assert wilson(0, n).low == 0
    assert wilson(n, n).high == 1


@pytest.mark.parametrize(
    ("successes", "n", "message"),
    [
        (0, 0, "0 successes of 0: expected 0..n, and n above 0"),
        (-1, 5, "-1 successes of 5: expected 0..n, and n above 0"),
        (5.5, 5, "5.5 successes of 5: expected 0..n, and n above 0"),
        (float("nan"), 5, "nan successes of 5: expected 0..n, and n above 0"),
    ],
)
def test_impossible_counts_are_refused(successes, n, message):
    with pytest.raises(ConfigError) as caught:
        wilson(successes, n)
    assert str(caught.value) == message


def by_closed_testing(p_values):
    """Adjust each p-value to the largest Bonferroni p-value of all sets of hypotheses that contain it."""
    indices = range(len(p_values))
    sets = [chosen for size in range(1, len(p_values) + 1) for chosen in combinations(indices, size)]
    bonferroni = {chosen: min(1.0, len(chosen) * min(p_values[index] for index in chosen)) for chosen in sets}
    return [max(bonferroni[chosen] for chosen in sets if index in chosen) for index in indices]


@given(st.lists(st.floats(0, 1), max_size=6))
def test_holm_is_closed_testing_by_bonferroni(p_values):
    assert holm(p_values) == pytest.approx(by_closed_testing(p_values))


def test_holms_adjustment_of_three_p_values():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
