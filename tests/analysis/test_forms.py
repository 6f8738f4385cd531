"""Forms of a class, planted and found again."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from kuzushi.analysis import forms
from kuzushi.analysis.forms import find_forms, prediction_strength, worst_agreement

RNG = np.random.default_rng


@pytest.fixture(autouse=True)
def few_splits(monkeypatch):
    """Enough of them for what is planted."""
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
    assert adjusted_rand_score(kinds, found.of_training) == 1
    assert list(np.bincount(found.of_training)) == [90, 60, 40]
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
    assert (found.strengths, set(found.of_training)) == ((1.0,), {0})


def test_the_same_seed_gives_the_same_forms():
    images, _ = strokes(40, 60)
    one, other = (find_forms(images, rng=RNG(3)) for _ in range(2))
    assert one.strengths == other.strengths
    assert (one.of_training == other.of_training).all()


LABELS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=12)


@given(LABELS)
def test_the_agreement_is_counted_pair_by_pair(labels):
    labels = [*labels, (0, 0), (1, 0), (2, 0)]  # no cluster is empty
    own, foretold = np.array(labels, dtype=np.int32).T
    shares = []
    for cluster in range(3):
        pairs = list(combinations(np.flatnonzero(own == cluster), 2))
        shares.append(sum(foretold[i] == foretold[j] for i, j in pairs) / len(pairs) if pairs else 0.0)
    assert worst_agreement(own, foretold) == pytest.approx(min(shares))


def test_clusters_that_lie_apart_foretell_each_other():
    places = np.concatenate([RNG(0).normal(centre, 0.1, (30, 2)) for centre in (0, 5)])
    assert prediction_strength(places, 2, rng=RNG(0)) == 1
    assert prediction_strength(places, 1, rng=RNG(0)) == 1
