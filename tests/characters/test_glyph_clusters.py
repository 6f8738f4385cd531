"""Planted forms of a class, and nearest images, against distances computed one by one."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from sklearn.metrics import adjusted_rand_score

from kuzushi.characters import glyph_clusters as forms
from kuzushi.characters.glyph_clusters import blurred, find_forms, nearest, prediction_strength, worst_agreement

RNG = np.random.default_rng


@pytest.fixture(autouse=True)
def few_splits(monkeypatch):
    """Use enough splits and starts for the planted forms."""
    monkeypatch.setattr(forms, "SPLITS", 5)
    monkeypatch.setattr(forms, "STARTS", 3)


def strokes(*sizes, seed=0):
    """Images of as many kinds of strokes, each at its own height, with noise; and the kind of each."""
    rng, images = RNG(seed), []
    for kind, size in enumerate(sizes):
        for _ in range(size):
            image = rng.integers(0, 120, (28, 28))
            image[4 + 8 * kind : 7 + 8 * kind, 8:20] += 120
            images.append(image.astype(np.uint8))
    return np.stack(images), np.repeat(np.arange(len(sizes)), sizes)


def test_planted_forms_are_found_the_most_frequent_first():
    images, kinds = strokes(40, 90, 60)
    found = find_forms(images, rng=RNG(1))
    assert len(found.centres) == 3
    assert adjusted_rand_score(kinds, found.train_forms) == 1
    assert list(np.bincount(found.train_forms)) == [90, 60, 40]
    assert found.strengths[0] == 1
    assert found.strengths[2] >= 0.8 > max(found.strengths[3:])


def test_other_images_go_to_the_form_they_look_like():
    images, _ = strokes(40, 90, 60)
    found = find_forms(images, rng=RNG(1))
    others, kinds = strokes(5, 5, 5, seed=7)
    assert list(found.nearest_form(others)) == [{0: 2, 1: 0, 2: 1}[kind] for kind in kinds]
    assert (found.distances(others).argmin(1) == found.nearest_form(others)).all()


def test_noise_has_one_form():
    images = RNG(0).integers(0, 256, (120, 28, 28)).astype(np.uint8)
    found = find_forms(images, rng=RNG(1))
    assert len(found.centres) == 1
    assert max(found.strengths[1:]) < 0.8


@pytest.mark.parametrize("images", [np.zeros((1, 28, 28)), np.zeros((80, 28, 28)), strokes(10, 10)[0]], ids=len)
def test_few_images_or_equal_ones_have_one_form(images):
    found = find_forms(images.astype(np.uint8), rng=RNG(0))
    assert (found.strengths, set(found.train_forms)) == ((1.0,), {0})


def test_the_same_seed_gives_the_same_forms():
    images, _ = strokes(40, 60)
    one, other = (find_forms(images, rng=RNG(3)) for _ in range(2))
    assert one.strengths == other.strengths
    assert (one.train_forms == other.train_forms).all()


LABELS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=12)


@given(LABELS)
def test_the_agreement_is_counted_pair_by_pair(labels):
    labels = [*labels, (0, 0), (1, 0), (2, 0)]  # no cluster is empty
    own, predicted = np.array(labels, dtype=np.int32).T
    shares = []
    for cluster in range(3):
        pairs = list(combinations(np.flatnonzero(own == cluster), 2))
        shares.append(sum(predicted[i] == predicted[j] for i, j in pairs) / len(pairs) if pairs else 0.0)
    assert worst_agreement(own, predicted) == pytest.approx(min(shares))


def test_separate_clusters_predict_each_other():
    points = np.concatenate([RNG(0).normal(centre, 0.1, (30, 2)) for centre in (0, 5)])
    assert prediction_strength(points, 2, rng=RNG(0)) == 1
    assert prediction_strength(points, 1, rng=RNG(0)) == 1


IMAGES = np.random.default_rng(0).integers(0, 256, (9, 12, 12)).astype(np.uint8)


def distance(one, other):
    smooth = [gaussian_filter(image.astype(float) / 255, 1, mode="constant") for image in (one, other)]
    return float(np.sqrt(((smooth[0] - smooth[1]) ** 2).sum()))


def test_the_nearest_come_first_with_their_distances():
    indices, distances = nearest(IMAGES[0], IMAGES[1:], count=3)
    every = [distance(IMAGES[0], other) for other in IMAGES[1:]]
    assert list(indices) == sorted(range(8), key=every.__getitem__)[:3]
    assert list(distances) == pytest.approx(sorted(every)[:3])


def test_an_image_is_nearest_to_itself():
    indices, distances = nearest(IMAGES[4], IMAGES, count=1)
    assert (indices[0], distances[0]) == (4, 0)


def test_if_there_are_fewer_images_all_are_returned():
    assert sorted(nearest(IMAGES[0], IMAGES[:2], count=5)[0]) == [0, 1]


def test_a_stroke_a_pixel_aside_is_nearer_than_none_which_it_is_not_without_blur():
    stroke, aside, empty = (np.zeros((12, 12), dtype=np.uint8) for _ in range(3))
    stroke[2:10, 5] = aside[2:10, 6] = 255
    assert nearest(stroke, np.stack([empty, aside]), count=1)[0] == [1]
    assert np.linalg.norm(stroke / 255 - aside / 255) > np.linalg.norm(stroke / 255 - empty / 255)


def test_images_are_not_blurred_into_each_other():
    two = np.zeros((2, 8, 8), dtype=np.uint8)
    two[0] = 255
    assert not blurred(two)[1].any()
