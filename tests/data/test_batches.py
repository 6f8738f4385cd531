"""Distortions against what scipy makes of the same map."""

import math

import numpy as np
import pytest
import torch
from scipy import ndimage

from kuzushi.data.batches import GROUND, Distortion, distorted, scaled

NONE = {"rotation": 0.0, "stretch": 0.0, "shear": 0.0, "shift": 0.0}


class Fixed(np.random.Generator):
    """A generator that draws one number for every image and each of turn, wide, high, shear, right and down."""

    def __init__(self, **numbers):
        super().__init__(np.random.PCG64(0))
        self.numbers = [numbers.get(name, 0.0) for name in ("turn", "wide", "high", "shear", "right", "down")]

    def uniform(self, low, high, size):
        assert (low, high) == (-1, 1)
        return np.tile(np.array(self.numbers)[:, None], (1, size[1]))


def blot(side=28):
    """An image without symmetry, smooth enough that ways to interpolate agree."""
    rows, columns = np.mgrid[:side, :side]
    spot = np.exp(-((rows - 10) ** 2 + (columns - 16) ** 2) / 8) + 0.6 * np.exp(
        -((rows - 18) ** 2 + (columns - 9) ** 2) / 5
    )
    return torch.from_numpy(2 * np.clip(spot, 0, 1) - 1).float()[None, None]


def mapped(image, matrix, offset):
    """By scipy: the pixel at p is taken from matrix @ (p - middle) + middle + offset; p is (row, column)."""
    middle = (image.shape[-1] - 1) / 2
    shift = middle - matrix @ [middle, middle] + offset
    return ndimage.affine_transform(image[0, 0].numpy() - GROUND, matrix, shift, order=1) + GROUND


def test_without_distortion_images_are_as_they_were():
    torch.testing.assert_close(distorted(blot(), Distortion(**NONE), np.random.default_rng(0)), blot())


@pytest.mark.parametrize(
    ("distortion", "drawn", "matrix", "offset"),
    [
        ({"shift": 0.25}, {"right": 1.0}, [[1, 0], [0, 1]], [0, 7]),
        ({"shift": 0.25}, {"down": -1.0}, [[1, 0], [0, 1]], [-7, 0]),
        ({"stretch": math.log(2)}, {"wide": 1.0}, [[1, 0], [0, 2]], [0, 0]),
        ({"stretch": math.log(2)}, {"high": -1.0}, [[0.5, 0], [0, 1]], [0, 0]),
        ({"rotation": 90.0}, {"turn": 1.0}, [[0, 1], [-1, 0]], [0, 0]),
        (
            {"rotation": 30.0}, {"turn": -1.0},
            [[math.cos(math.pi / 6), -0.5], [0.5, math.cos(math.pi / 6)]], [0, 0],
        ),
        ({"shear": 0.5}, {"shear": 1.0}, [[1, 0], [0.5, 1]], [0, 0]),
    ],
)  # fmt: skip
def test_each_distortion_maps_pixels_as_scipy_does(distortion, drawn, matrix, offset):
    moved = distorted(blot(), Distortion(**NONE | distortion), Fixed(**drawn))
    expected = mapped(blot(), np.array(matrix, dtype=float), np.array(offset))
    inside = slice(2, -2)  # scipy ends an image at the middle of its last pixel, torch at its edge
    np.testing.assert_allclose(moved[0, 0].numpy()[inside, inside], expected[inside, inside], atol=1e-4)


def test_what_comes_in_from_outside_is_ground():
    ink = torch.ones(1, 1, 28, 28)
    moved = distorted(ink, Distortion(**NONE | {"shift": 0.5}), Fixed(right=1.0))
    torch.testing.assert_close(moved[..., :13], ink[..., :13])
    torch.testing.assert_close(moved[..., 15:], GROUND * ink[..., 15:])


def test_every_image_of_a_batch_is_distorted_by_numbers_of_its_own_within_the_bounds():
    distortion = Distortion(rotation=0.0, stretch=0.0, shear=0.0, shift=0.1)
    spots = torch.full((200, 1, 28, 28), GROUND)
    spots[:, :, 13:15, 13:15] = 1
    moved = distorted(spots, distortion, np.random.default_rng(0)) - GROUND
    middle = (moved * torch.arange(28.0)).sum((1, 2, 3)) / moved.sum((1, 2, 3)) - 13.5  # to the right
    assert len(set(middle.tolist())) == 200
    assert 2.5 < middle.abs().max() <= 2.8 + 1e-4
    again = distorted(spots, distortion, np.random.default_rng(0)) - GROUND
    assert torch.equal(again, moved)


def test_pixels_are_scaled_to_minus_one_and_one_with_the_channel_last_in_memory():
    images = torch.tensor([0, 51, 255], dtype=torch.uint8).view(3, 1, 1).expand(3, 28, 28)
    batch = scaled(images)
    assert batch.shape == (3, 1, 28, 28)
    assert batch[:, 0, 0, 0].tolist() == pytest.approx([-1.0, -0.6, 1.0])
    assert batch.is_contiguous(memory_format=torch.channels_last)
