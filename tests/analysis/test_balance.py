"""Balanced accuracy against scikit-learn, and its interval against the plain one and against chance."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from kuzushi.analysis.balance import balanced_accuracy
from kuzushi.analysis.intervals import wilson


def test_the_mean_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    target, predicted = rng.integers(0, 5, (2, 200))
    confusion = np.zeros((5, 5), dtype=int)
    np.add.at(confusion, (target, predicted), 1)
    assert balanced_accuracy(confusion).mean == pytest.approx(balanced_accuracy_score(target, predicted))


def test_a_class_without_images_is_left_out():
    without = np.array([[3, 1, 0], [2, 6, 0], [0, 0, 0]])
    assert balanced_accuracy(without) == balanced_accuracy(without[:2, :2])


def test_with_classes_of_one_size_that_are_read_alike_it_is_the_plain_interval_but_for_the_rule_of_succession():
    confusion = np.full((4, 4), 50) + np.diag([1000] * 4)  # 1,200 images of each class, 7/8 of them right
    ours, plain = balanced_accuracy(confusion), wilson(4200, 4800)
    assert ours.mean == pytest.approx(plain.mean)
    assert (ours.low, ours.high) == pytest.approx((plain.low, plain.high), abs=2e-4)


def test_a_rare_class_widens_the_interval():
    common, rare = np.array([[900, 100], [100, 900]]), np.array([[1710, 190], [10, 90]])
    width = [interval.high - interval.low for interval in map(balanced_accuracy, (common, rare))]
    assert width[1] > 2 * width[0]


def test_the_interval_holds_the_true_mean_about_19_times_of_20():
    rng = np.random.default_rng(0)
    images, rates = np.array([1000, 200, 20]), np.array([0.95, 0.9, 0.8])
    held = 0
    for right in rng.binomial(images, rates, (1000, 3)):
        confusion = np.diag(right)
        confusion[[0, 1, 2], [1, 2, 0]] = images - right
        interval = balanced_accuracy(confusion)
        held += interval.low <= rates.mean() <= interval.high
    assert 930 <= held <= 980


def test_a_net_that_is_always_right_has_a_lower_bound_below_1():
    interval = balanced_accuracy(np.diag([100, 3]))
    assert interval.mean == interval.high == 1
    assert 0.5 < interval.low < 0.95
