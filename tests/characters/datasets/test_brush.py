"""The kana that the program writes itself."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

from kuzushi.characters.datasets import brush as module
from kuzushi.characters.datasets.brush import (
    BLOB,
    DRYNESS,
    EDGE,
    FAINTNESS,
    NUMBERS,
    SHIFT,
    SIZE,
    SLANT,
    STEEPNESS,
    brush,
    draw,
    render,
)
from kuzushi.characters.datasets.images import ImageData
from kuzushi.core.errors import ConfigError
from kuzushi.core.kana import KANA, curve

LABELS = np.arange(40) % 10


@pytest.fixture(scope="module")
def data() -> ImageData:
    return brush(train=1003, test=300, seed=0)


def written(label: int, **pose: float) -> NDArray[np.uint8]:
    """The kana with nothing random but the numbers given, each in units of its reach."""
    numbers = np.zeros((1, NUMBERS), dtype=np.float32)
    for name, value in pose.items():
        numbers[0, ("rotation", "slant", "scale", "aspect", "right", "down").index(name)] = value
    return render(np.array([label]), numbers)[0]


def distance_to_line(label: int) -> NDArray[np.float64]:
    """How far each pixel lies from the middle of the nearest stroke, in pixels."""
    line = np.concatenate([curve(stroke, per_segment=200) for stroke in KANA[label].strokes])
    line = (line - 50) * SIZE + 13.5
    row, column = np.mgrid[:28, :28]
    return np.hypot(column[..., None] - line[:, 0], row[..., None] - line[:, 1]).min(axis=-1)


def centre_of_row(row: NDArray[np.uint8]) -> float:
    return float(row @ np.arange(28) / row.sum())


def test_the_ink_across_a_line_falls_off_as_one_gaussian() -> None:
    distance, image = distance_to_line(3), written(3)  # つ never comes near itself
    line = np.exp(-0.5 * (distance / BLOB) ** 2)
    covered = np.clip((line / EDGE - 1) * STEEPNESS + 0.5, 0, 1)
    row, column = np.mgrid[:28, :28]
    ends = (KANA[3].strokes[0][[0, -1]] - 50) * SIZE + 13.5
    inner = np.all([np.hypot(column - x, row - y) > 3 for x, y in ends], axis=0)
    lacking = FAINTNESS / 2 + DRYNESS / 2 * 0.5  # half way along
    assert image[inner].sum() == pytest.approx(255 * (1 - lacking) * covered[inner].sum(), rel=0.02)
    np.testing.assert_allclose(image[inner] / 255, covered[inner], atol=0.3)


@pytest.mark.parametrize("label", range(10))
def test_undisturbed_ink_lies_along_all_strokes_and_nowhere_else(label: int) -> None:
    distance, image = distance_to_line(label), written(label)
    assert image[distance < 0.3].min() > 128
    assert image[distance > 2.5].max() == 0


def test_a_shift_of_whole_pixels_moves_the_image_as_it_is() -> None:
    moved = written(2, right=3 / SHIFT, down=-2 / SHIFT).astype(int)
    np.testing.assert_allclose(moved, np.roll(written(2).astype(int), (-2, 3), axis=(0, 1)), atol=1)


def test_a_slant_moves_the_rows_sideways_and_leaves_their_heights() -> None:
    upright, slanted = written(6), written(6, slant=1)
    rows = np.flatnonzero((upright > 128).any(axis=1))
    np.testing.assert_array_equal(np.flatnonzero((slanted > 128).any(axis=1)), rows)
    top, bottom = (centre_of_row(slanted[row]) - centre_of_row(upright[row]) for row in rows[[0, -1]])
    assert top == pytest.approx(SLANT * (13.5 - rows[0]), abs=0.3)
    assert bottom == pytest.approx(SLANT * (13.5 - rows[-1]), abs=0.3)


def test_the_same_seed_writes_the_same_images_and_another_seed_others() -> None:
    first, again, other = (draw(LABELS, generator=np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any(axis=(1, 2)).all()


def test_the_chunks_do_not_change_the_images(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = draw(LABELS, generator=np.random.default_rng(1))
    generator = np.random.default_rng(1)
    calls = np.concatenate([draw(part, generator=generator) for part in np.split(LABELS, [1, 4, 23])])
    np.testing.assert_array_equal(calls, whole)
    monkeypatch.setattr(module, "CHUNK", 7)
    np.testing.assert_array_equal(draw(LABELS, generator=np.random.default_rng(1)), whole)


def test_every_image_has_much_ink_on_a_dark_ground(data: ImageData) -> None:
    images = data.train_images
    assert images.dtype == np.uint8 and images.shape == (1003, 28, 28)
    inked = (images > 128).mean(axis=(1, 2))
    assert inked.min() > 0.05 and inked.max() < 0.5
    assert images.max(axis=(1, 2)).min() > 160
    assert (images < 64).mean(axis=(1, 2)).min() > 0.4


def test_no_image_is_written_twice_within_or_between_the_parts() -> None:
    data = brush(train=200, test=200, seed=0)
    images = np.concatenate([data.train_images, data.test_images])
    assert len({image.tobytes() for image in images}) == 400


def test_the_classes_are_balanced_shuffled_and_named(data: ImageData) -> None:
    for labels in (data.train_labels, data.test_labels):
        assert labels.dtype == np.int64
        assert np.ptp(np.bincount(labels, minlength=10)) <= 1
        assert (np.diff(labels) != 1).mean() > 0.8
    assert data.classes == ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
    assert data.name == "brush" and data.verified


def test_the_classes_can_be_told_apart_but_not_by_their_means_alone(data: ImageData) -> None:
    train, test = (images.reshape(len(images), -1) / 255 for images in (data.train_images, data.test_images))
    nearest_image = KNeighborsClassifier(1).fit(train, data.train_labels).score(test, data.test_labels)
    nearest_mean = NearestCentroid().fit(train, data.train_labels).score(test, data.test_labels)
    assert nearest_image > 0.88
    assert 0.3 < nearest_mean < 0.65


@pytest.mark.parametrize("wrong", [{"train": 0}, {"test": 0}, {"seed": -1}])
def test_a_data_set_without_images_or_with_a_negative_seed_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match=f"{next(iter(wrong))} must be at least"):
        brush(**{"train": 10, "test": 10, "seed": 0} | wrong)
