"""Nearest images, against every distance taken one by one."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from kuzushi.analysis.nearest import blurred, nearest

IMAGES = np.random.default_rng(0).integers(0, 256, (9, 12, 12)).astype(np.uint8)


def distance(one, other):
    smooth = [gaussian_filter(image.astype(float) / 255, 1, mode="constant") for image in (one, other)]
    return float(np.sqrt(((smooth[0] - smooth[1]) ** 2).sum()))


def test_the_nearest_come_first_with_their_distances():
    places, distances = nearest(IMAGES[0], IMAGES[1:], count=3)
    every = [distance(IMAGES[0], other) for other in IMAGES[1:]]
    assert list(places) == sorted(range(8), key=every.__getitem__)[:3]
    assert list(distances) == pytest.approx(sorted(every)[:3])


def test_an_image_is_nearest_to_itself():
    places, distances = nearest(IMAGES[4], IMAGES, count=1)
    assert (places[0], distances[0]) == (4, 0)


def test_where_there_are_fewer_all_are_given():
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
