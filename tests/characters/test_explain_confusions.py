"""Misread pairs and images, counted one by one."""

import numpy as np
import pytest

from kuzushi.characters.explain_confusions import always_wrong, misread_images, pairs_with_most_errors

RNG = np.random.default_rng(0)
TARGET = RNG.integers(0, 4, 60).astype(np.int16)
LIN = np.where(RNG.random((3, 60)) < 0.6, RNG.integers(0, 4, (3, 60)), TARGET).astype(np.int16)
CONV = np.where(RNG.random((2, 60)) < 0.4, RNG.integers(0, 4, (2, 60)), TARGET).astype(np.int16)
BOTH = np.concatenate([LIN, CONV])


def test_the_pairs_are_ordered_by_the_mean_over_seeds_of_each_run():
    def rate(pair):
        return sum(
            sum(int(t == pair[0] and p == pair[1]) for seed in run for t, p in zip(TARGET, seed, strict=True))
            / len(run)
            for run in (LIN, CONV)
        )

    every = [(t, p) for t in range(4) for p in range(4) if t != p]
    found = pairs_with_most_errors(TARGET, [LIN, CONV], classes=4, top=12)
    assert found == sorted((pair for pair in every if rate(pair)), key=lambda pair: -rate(pair))
    assert pairs_with_most_errors(TARGET, [LIN, CONV], classes=4, top=2) == found[:2]


def test_nets_that_are_always_right_confuse_no_pair():
    assert pairs_with_most_errors(TARGET, [TARGET[None]], classes=4, top=3) == []


def test_the_images_of_a_pair_come_in_the_order_of_agreement():
    among = np.arange(60) % 3 != 0
    found = misread_images(TARGET, BOTH, (1, 2), among=among)
    times = [(BOTH[:, image] == 2).sum() for image in found]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) > 1
    assert set(found) == {i for i in range(60) if TARGET[i] == 1 and 2 in BOTH[:, i] and i % 3 != 0}


def test_only_what_every_net_misreads_is_listed_with_its_most_frequent_reading():
    target = np.array([0, 0, 0, 1], dtype=np.int16)
    predicted = np.array([[1, 2, 1, 1], [1, 2, 2, 0], [2, 2, 0, 0]], dtype=np.int16)
    probability = np.array([[0.5, 0.9, 1, 1], [0.7, 0.6, 1, 1], [0.9, 0.3, 1, 1]], dtype=np.float32)
    sure, split = always_wrong(target, predicted, probability)
    assert (sure.index, sure.target, sure.predicted, sure.agreeing) == (1, 0, 2, 3)
    assert (split.index, split.target, split.predicted, split.agreeing) == (0, 0, 1, 2)
    assert [sure.probability, split.probability] == pytest.approx([0.6, 0.6])


def test_of_two_readings_as_frequent_the_surer_is_named_and_the_surer_image_comes_first():
    target = np.zeros(2, dtype=np.int16)
    predicted = np.array([[1, 1], [2, 2]], dtype=np.int16)
    probability = np.array([[0.4, 0.9], [0.5, 0.2]], dtype=np.float32)
    found = always_wrong(target, predicted, probability)
    assert [(image.index, image.predicted, image.agreeing) for image in found] == [(1, 1, 1), (0, 2, 1)]
