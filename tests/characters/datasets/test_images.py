"""Labelled images, their fingerprint, and their fixed division into a training and a test part."""

import dataclasses
import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuzushi.characters.datasets.images import ImageData, last_fifth
from kuzushi.core.errors import DataError


def images(*, train: int = 4, test: int = 3, **changes: object) -> ImageData:
    generator = np.random.default_rng(0)
    fields = {
        "name": "some",
        "train_images": generator.integers(0, 256, (train, 28, 28), dtype=np.uint8),
        "train_labels": np.arange(train) % 2,
        "test_images": generator.integers(0, 256, (test, 28, 28), dtype=np.uint8),
        "test_labels": np.arange(test) % 2,
        "classes": ("a", "b"),
        "verified": True,
    }
    return ImageData(**(fields | changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"train_images": np.zeros((4, 28, 27), np.uint8)},
            "some: the training images have shape (4, 28, 27) and there are 4 labels; "
            "expected images of shape (4, 27, 27)",
        ),
        (
            {"test_images": np.zeros((2, 28, 28), np.uint8)},
            "some: the test images have shape (2, 28, 28) and there are 3 labels; expected images of shape (3, 28, 28)",
        ),
        (
            {"test_images": np.zeros((3, 64, 64), np.uint8)},
            "some: the test images have shape (3, 64, 64) and there are 3 labels; expected images of shape (3, 28, 28)",
        ),
        ({"train": 0}, "some: the training part is empty; give at least one image"),
        ({"test": 0}, "some: the test part is empty; give at least one image"),
        ({"train_labels": np.array([0, 1, 2, 1])}, "some: a training label is outside 0..1; found 0..2"),
        ({"test_labels": np.array([0, -1, 1])}, "some: a test label is outside 0..1; found -1..1"),
    ],
)
def test_images_and_labels_that_do_not_fit_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(DataError) as caught:
        images(**changes)
    assert str(caught.value) == message


def test_images_may_have_any_side() -> None:
    kanji = images(train_images=np.zeros((4, 64, 64), np.uint8), test_images=np.zeros((3, 64, 64), np.uint8))
    assert (kanji.side, images().side) == (64, 28)


def test_a_class_may_have_no_image() -> None:
    assert images(classes=("a", "b", "c")).classes == ("a", "b", "c")


def test_the_fingerprint_is_sha_256_of_the_four_arrays_one_after_the_other() -> None:
    data = images()
    content = b"".join(
        array.tobytes() for array in (data.train_images, data.train_labels, data.test_images, data.test_labels)
    )
    assert data.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("field", ["train_images", "train_labels", "test_images", "test_labels"])
def test_one_other_pixel_or_label_gives_another_fingerprint(field: str) -> None:
    data = images()
    changed = getattr(data, field).copy()
    changed.flat[-1] ^= 1
    assert dataclasses.replace(data, **{field: changed}).sha256 != data.sha256


def test_the_fingerprint_does_not_depend_on_how_the_arrays_lie_in_memory() -> None:
    data = images()
    turned = data.train_images.transpose(2, 1, 0).copy().transpose(2, 1, 0)
    assert not turned.flags.c_contiguous
    assert dataclasses.replace(data, train_images=turned).sha256 == data.sha256


def test_the_name_is_no_part_of_the_fingerprint() -> None:
    assert dataclasses.replace(images(), name="other", verified=False).sha256 == images().sha256


def test_the_example_of_the_docstring() -> None:
    chosen = last_fifth(np.array([0, 1, 0, 0, 1, 0, 0]))
    np.testing.assert_array_equal(np.flatnonzero(chosen), [4, 6])


@given(st.lists(st.integers(0, 4), min_size=1, max_size=80))
def test_the_last_fifth_of_each_class_and_at_least_one_image_of_two_or_more_is_chosen(labels: list[int]) -> None:
    chosen = last_fifth(np.array(labels, dtype=np.int64))
    for label in set(labels):
        of_class = chosen[np.array(labels) == label]
        size = 0 if len(of_class) == 1 else max(1, len(of_class) // 5)
        np.testing.assert_array_equal(of_class, [False] * (len(of_class) - size) + [True] * size)
