"""Reliability bins and the expected calibration error against closed forms and scikit-learn."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from kuzushi.analysis.calibration import BINS, calibration, expected_calibration_error
from kuzushi.analysis.intervals import wilson


@pytest.fixture
def overconfident():
    """Two seeds whose predictions are right with the square of their probability."""
    rng = np.random.default_rng(0)
    probability = rng.uniform(0.1, 1, (2, 50_000)).astype(np.float32)
    return rng.uniform(size=probability.shape) < probability**2, probability


def test_the_bins_are_those_of_scikit_learn(overconfident):
    right, probability = overconfident
    found = calibration(right, probability)
    rates, means = calibration_curve(right.ravel(), probability.ravel(), n_bins=BINS)
    assert [bin.accuracy.mean for bin in found.bins] == pytest.approx(rates)
    assert [bin.probability for bin in found.bins] == pytest.approx(means, abs=1e-6)
    assert sum(bin.predictions for bin in found.bins) == right.size


def test_the_error_is_the_mean_distance_of_the_bins_weighted_by_their_predictions(overconfident):
    right, probability = overconfident
    for seed, error in enumerate(calibration(right, probability).errors):
        alone = calibration(right[seed : seed + 1], probability[seed : seed + 1]).bins
        distances = [bin.predictions * abs(bin.accuracy.mean - bin.probability) for bin in alone]
        assert error == pytest.approx(sum(distances) / 50_000)


def test_right_with_the_square_of_the_probability_has_the_error_of_the_integral(overconfident):
    right, probability = overconfident
    integral = ((1 / 2 - 0.01 / 2) - (1 / 3 - 0.001 / 3)) / 0.9  # of p - p**2 over 0.1..1
    assert np.mean(calibration(right, probability).errors) == pytest.approx(integral, abs=0.01)


def test_a_net_that_is_right_as_often_as_it_says_has_almost_no_error():
    rng = np.random.default_rng(1)
    probability = rng.uniform(0.1, 1, 100_000)
    assert expected_calibration_error(rng.uniform(size=100_000) < probability, probability) < 0.01


def test_a_probability_on_a_bound_belongs_below_it_and_1_to_the_last_bin():
    right = np.ones((1, 3), dtype=bool)
    found = calibration(right, np.array([[0.0, 1 / BINS, 1.0]]))
    assert [(bin.low, bin.high, bin.predictions) for bin in found.bins] == [
        (0.0, 1 / BINS, 2),
        (pytest.approx(1 - 1 / BINS), 1.0, 1),
    ]


def test_several_seeds_on_the_same_images_do_not_narrow_the_interval():
    right, probability = np.array([[True, False] * 10]), np.full((1, 20), 0.5)
    once = calibration(right, probability).bins
    thrice = calibration(np.repeat(right, 3, axis=0), np.repeat(probability, 3, axis=0)).bins
    assert once[0].accuracy == thrice[0].accuracy == wilson(10, 20)
    assert (once[0].predictions, thrice[0].predictions) == (20, 60)
