"""Pictures of a character: where its ink is, whatever the page, the light and the size."""

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from sklearn.neighbors import KNeighborsClassifier

from kuzushi.characters.datasets import kmnist as kuzushiji
from kuzushi.characters.datasets.brush import brush
from kuzushi.characters.datasets.photograph import Box, bounds, extent, fitted, ink, read_character, threshold
from kuzushi.core.errors import DataError


def enlarged(image, times):
    side = times * len(image)
    return np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)) / 255


def page(image, *, times, height, width, rng, light=235.0, shade=0.0, noise=0.0):
    """The image as dark ink somewhere on a page that gets darker to the right and downwards, as grey levels."""
    ink = np.zeros((height, width))
    character = enlarged(image, times)
    top, left = (rng.integers(0, room - len(character) + 1) for room in (height, width))
    ink[top : top + len(character), left : left + len(character)] = character
    y, x = np.linspace(0, 1, height)[:, None], np.linspace(0, 1, width)
    seen = (light - shade * (0.6 * x + 0.4 * y**2)) * (1 - 0.8 * ink) + noise * rng.standard_normal(ink.shape)
    return np.clip(seen, 0, 255).astype(np.uint8)


def pictures(rng):
    """How one image can be met: its name, and a function from the image to the picture and its file."""
    return {
        "as it is": lambda image: (image, "a.png", {}),
        "inverted": lambda image: (255 - image, "a.png", {}),
        "large, inverted, JPEG": lambda image: (
            (255 - 255 * enlarged(image, 5)).astype(np.uint8), "a.jpg", {"quality": 75},
        ),
        "on a page, JPEG": lambda image: (
            page(image, times=3, height=200, width=250, rng=rng), "a.jpg", {"quality": 50},
        ),
        "in uneven light, with noise, JPEG": lambda image: (
            page(image, times=3, height=180, width=200, rng=rng, shade=110, noise=8), "a.jpg", {"quality": 60},
        ),
    }  # fmt: skip


def shares_read_alike(images, train, labels, filled, folder):
    """For each kind of picture: which share a judge reads as it reads the images themselves."""
    judge = KNeighborsClassifier(3).fit(train.reshape(len(train), -1), labels)
    expected = judge.predict(images.reshape(len(images), -1))
    shares = {}
    for name, make in pictures(np.random.default_rng(0)).items():
        read = []
        for image in images:
            pixels, file, options = make(image)
            Image.fromarray(pixels).save(folder / file, **options)
            read.append(read_character(folder / file, side=28, extent=filled))
        shares[name] = np.mean(judge.predict(np.reshape(read, (len(read), -1))) == expected)
    return shares


@pytest.mark.data
@pytest.mark.skipif(not kuzushiji.available("kmnist-mini"), reason="the published test files are not at hand")
def test_nearly_every_real_image_is_read_as_the_same_class_from_any_picture_of_it(tmp_path):
    data = kuzushiji.load("kmnist-mini")
    shares = shares_read_alike(
        data.test_images[:100],
        data.train_images[:4000],
        data.train_labels[:4000],
        extent(data.train_images[:500]),
        tmp_path,
    )
    assert min(shares.values()) >= 0.9, shares


def test_nearly_every_drawn_image_is_read_as_the_same_class_from_any_picture_of_it(tmp_path):
    data = brush(train=3000, test=40, seed=3)
    shares = shares_read_alike(
        data.test_images, data.train_images, data.train_labels, extent(data.train_images[:500]), tmp_path
    )
    assert min(shares.values()) >= 0.9, shares


def test_the_threshold_is_the_best_of_all_divisions():
    """By the variance between the groups, for every place between two neighbouring values."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        values = np.concatenate([rng.normal(0, 1, 80), rng.normal(6, 2, 30)])

        def between(level, values=values):
            low, high = values[values <= level], values[values > level]
            return len(low) * len(high) * (low.mean() - high.mean()) ** 2

        levels = [(first + second) / 2 for first, second in pairwise(np.sort(values))]
        assert between(threshold(values)) > 0.995 * max(map(between, levels))


def test_the_threshold_lies_in_the_middle_of_an_empty_gap():
    assert threshold(np.array([0.0, 0.0, 10.0, 10.0, 10.0])) == pytest.approx(5, abs=0.05)


@pytest.mark.parametrize("ground", [250, 140, 5])
def test_ink_is_0_on_the_ground_and_1_in_the_character_whichever_is_lighter(ground):
    pixels = np.full((60, 50), ground, dtype=np.uint8)
    pixels[20:40, 10:15] = 60
    expected = np.zeros((60, 50))
    expected[20:40, 10:15] = 1
    np.testing.assert_allclose(ink(pixels), expected, atol=0.02)


def test_uneven_light_is_taken_for_ground():
    """The page is as dark at one side as the ink is at the other."""
    y, x = np.mgrid[0:1:80j, 0:1:100j]
    light = 240 - 150 * x - 30 * x * y
    light[30:50, 10:14] *= 0.4
    light[30:50, 80:84] *= 0.4
    assert light[:, -5].min() < light[30:50, 10:14].max()
    found = ink(light.astype(np.uint8)) > 0.5
    expected = np.zeros((80, 100), dtype=bool)
    expected[30:50, 10:14] = expected[30:50, 80:84] = True
    np.testing.assert_array_equal(found, expected)


def test_the_bounds_are_those_of_the_ink_and_leave_out_a_speck():
    found = np.zeros((100, 120))
    found[30:70, 50:90] = 1
    assert bounds(found) == Box(30, 70, 50, 90)
    found[3, 5] = found[97, 110] = 1
    assert bounds(found) == Box(30, 70, 50, 90)


def test_the_smallest_of_ink_has_bounds():
    found = np.zeros((9, 9))
    found[4, 7] = 1
    assert bounds(found) == Box(4, 5, 7, 8)


@pytest.mark.parametrize(("height", "width"), [(40, 20), (20, 40), (7, 14)])
def test_the_longer_side_takes_up_its_part_and_the_character_lies_in_the_middle(height, width):
    found = np.zeros((60, 60))
    found[5 : 5 + height, 11 : 11 + width] = 1
    image = fitted(found, Box(5, 5 + height, 11, 11 + width), side=28, extent=20 / 28)
    rows, columns = (np.flatnonzero((image > 127).any(axis)) for axis in (1, 0))
    assert (rows[0], 27 - rows[-1]) == ((4, 4) if height > width else (9, 9))
    assert (columns[0], 27 - columns[-1]) == ((9, 9) if height > width else (4, 4))
    assert (image[rows[1] : rows[-1], columns[1] : columns[-1]] > 250).all()


def test_a_stroke_thinner_than_a_pixel_is_blurred_and_not_lost():
    found = np.zeros((1400, 1400))
    found[:, 700:705] = 1  # a tenth of a pixel of the image
    found[:5, :] = 1
    image = fitted(found, Box(0, 1400, 0, 1400), side=28, extent=1.0)
    assert image[10:20].sum(1) == pytest.approx(np.full(10, 25.5), rel=0.25)


def test_the_extent_is_that_of_the_median_image_and_empty_places_do_not_count():
    images = np.zeros((5, 28, 28), dtype=np.uint8)
    images[0, 4:24, 10:15] = 255
    images[1, 4:8, 3:25] = 100
    images[2, 0:28, 3:25] = 200
    assert extent(images) == 22 / 28
    assert extent(np.zeros((2, 28, 28), dtype=np.uint8)) == 1


@pytest.mark.parametrize("level", [0, 1, 127, 200, 255])
@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (3, 2), (28, 28), (90, 70)])
def test_a_page_of_one_grey_has_no_ink(shape, level):
    assert ink(np.full(shape, level, dtype=np.uint8)) is None


@pytest.mark.parametrize("noise", [1, 5, 20])
def test_an_empty_page_in_uneven_light_is_refused_in_one_line(tmp_path, noise):
    rng = np.random.default_rng(noise)
    empty = page(np.zeros((28, 28), np.uint8), times=1, height=300, width=200, rng=rng, shade=100, noise=noise)
    Image.fromarray(empty).save(tmp_path / "empty.jpg")
    with pytest.raises(DataError, match=r"empty.jpg: no ink is seen on it; give a picture of one character") as caught:
        read_character(tmp_path / "empty.jpg", side=28, extent=1.0)
    assert "\n" not in str(caught.value)


def test_a_speck_is_no_character(tmp_path):
    pixels = np.full((400, 300), 240, dtype=np.uint8)
    pixels[100:103, 50:55] = 10
    Image.fromarray(pixels).save(tmp_path / "speck.png")
    with pytest.raises(
        DataError, match=r"the ink on it is 5 pixels long, of a picture of 300 x 400; give a picture in"
    ):
        read_character(tmp_path / "speck.png", side=28, extent=1.0)


def test_what_is_no_image_is_refused(tmp_path):
    (tmp_path / "text.png").write_text("no image")
    with pytest.raises(DataError, match=r"text.png: cannot be read as an image"):
        read_character(tmp_path / "text.png", side=28, extent=1.0)


def test_a_picture_far_larger_than_the_image_is_read_in_the_size_that_is_asked_for(tmp_path):
    pixels = np.full((2000, 3000), 220, dtype=np.uint8)
    pixels[500:1500, 1000:1600] = 30
    Image.fromarray(pixels).save(tmp_path / "large.png")
    image = read_character(tmp_path / "large.png", side=64, extent=0.5)
    assert image.shape == (64, 64)
    rows, columns = ((image > 127).any(axis).sum() for axis in (1, 0))
    assert (rows, columns) == (32, pytest.approx(0.6 * 32, abs=1))
