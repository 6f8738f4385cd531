"""A folder of images becomes light ink on a dark ground, 28 by 28, whatever the pictures were."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kuzushi.characters.datasets.folder import read_folder, read_image
from kuzushi.core.errors import DataError


def save(path: Path, pixels: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def square(value: int = 255, ground: int = 0) -> np.ndarray:
    """An image of the final size with a square of ink in its middle."""
    pixels = np.full((28, 28), ground, dtype=np.uint8)
    pixels[10:18, 10:18] = value
    return pixels


def test_an_image_of_the_final_size_is_read_unchanged(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 120, (28, 28), dtype=np.uint8)
    np.testing.assert_array_equal(read_image(save(tmp_path / "a.png", pixels)), pixels)


def test_dark_ink_on_a_light_ground_is_inverted(tmp_path: Path) -> None:
    read = read_image(save(tmp_path / "a.png", square(value=30, ground=240)))
    np.testing.assert_array_equal(read, square(value=225, ground=15))


def test_the_border_decides_even_where_ink_covers_most_of_the_image(tmp_path: Path) -> None:
    pixels = np.zeros((28, 28), dtype=np.uint8)
    pixels[2:26, 2:26] = 255
    np.testing.assert_array_equal(read_image(save(tmp_path / "a.png", pixels)), pixels)


def test_proportions_are_kept_and_the_rest_is_filled_with_the_ground(tmp_path: Path) -> None:
    pixels = np.full((56, 112), 200, dtype=np.uint8)
    pixels[4:52, 8:104] = 0
    read = read_image(save(tmp_path / "a.png", pixels))
    assert read.shape == (28, 28)
    assert (read[:7] == 55).all()
    assert (read[21:] == 55).all()
    assert (read[9:19, 4:24] == 255).all()


def test_colour_sixteen_bits_and_transparency_become_grey(tmp_path: Path) -> None:
    grey = square(value=100, ground=20)
    colour = np.repeat(grey[..., None], 3, axis=2)
    np.testing.assert_array_equal(read_image(save(tmp_path / "colour.png", colour)), grey)
    deep = grey.astype(np.uint16) * 257
    np.testing.assert_array_equal(read_image(save(tmp_path / "deep.png", deep)), grey)
    black_on_nothing = np.zeros((28, 28, 4), dtype=np.uint8)
    black_on_nothing[..., 3] = square()
    np.testing.assert_array_equal(read_image(save(tmp_path / "clear.png", black_on_nothing)), square())


def make_folder(folder: Path, classes: dict[str, int]) -> Path:
    """A folder with so many images of each class; the brightness of the ink numbers them."""
    for name, count in classes.items():
        for i in range(count):
            save(folder / name / f"{i:03}.png", square(value=i + 1))
    return folder


def test_classes_are_the_sub_folders_by_name_and_the_last_fifth_of_each_is_tested(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "letters", {"b": 10, "a": 2, "U+4EA8": 5})
    (folder / ".hidden").mkdir()
    (folder / "a" / "notes.txt").write_text("not an image")
    data = read_folder(folder)
    assert (data.name, data.classes, data.verified) == ("letters", ("U+4EA8", "a", "b"), False)
    assert data.train_labels.tolist() == [0] * 4 + [1] + [2] * 8
    assert data.train_images.max((1, 2)).tolist() == [1, 2, 3, 4, 1, 1, 2, 3, 4, 5, 6, 7, 8]
    assert data.test_labels.tolist() == [0, 1, 2, 2]
    assert data.test_images.max((1, 2)).tolist() == [5, 2, 9, 10]


def test_a_folder_that_is_divided_already_stays_so(tmp_path: Path) -> None:
    make_folder(tmp_path / "train", {"a": 3, "b": 1})
    make_folder(tmp_path / "test", {"a": 1, "b": 2})
    data = read_folder(tmp_path)
    assert data.classes == ("a", "b")
    assert data.train_labels.tolist() == [0, 0, 0, 1]
    assert data.test_labels.tolist() == [0, 1, 1]


def refused(folder: Path, *, because: str) -> None:
    with pytest.raises(DataError, match=because) as caught:
        read_folder(folder)
    assert "\n" not in str(caught.value)


def test_a_folder_without_sub_folders_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "a.png", square())
    refused(tmp_path, because=f"{tmp_path}: has no sub-folders")


def test_a_class_of_one_image_is_trained_and_not_tested(tmp_path: Path) -> None:
    data = read_folder(make_folder(tmp_path, {"a": 5, "b": 1}))
    assert data.classes == ("a", "b")
    assert data.train_labels.tolist() == [0, 0, 0, 0, 1]
    assert data.test_labels.tolist() == [0]


def test_a_folder_where_no_class_can_be_tested_is_refused(tmp_path: Path) -> None:
    refused(make_folder(tmp_path, {"a": 1, "b": 1}), because=f"{tmp_path}: no class has two images")


def test_a_class_without_images_is_refused(tmp_path: Path) -> None:
    make_folder(tmp_path, {"a": 5})
    (tmp_path / "b").mkdir()
    refused(tmp_path, because=f"{tmp_path / 'b'}: holds no images")


def test_a_class_missing_from_one_part_is_refused(tmp_path: Path) -> None:
    make_folder(tmp_path / "train", {"a": 3, "b": 3})
    make_folder(tmp_path / "test", {"a": 3})
    refused(tmp_path, because="the class b is in only one of train/ and test/")


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n and then nothing"])
def test_an_unreadable_image_is_named(tmp_path: Path, content: bytes) -> None:
    make_folder(tmp_path, {"a": 3, "b": 3})
    broken = tmp_path / "b" / "001.png"
    broken.write_bytes(content)
    refused(tmp_path, because=f"{broken}: cannot be read as an image")


def test_a_truncated_image_is_named(tmp_path: Path) -> None:
    make_folder(tmp_path, {"a": 3, "b": 3})
    noise = np.random.default_rng(0).integers(0, 256, (100, 100), dtype=np.uint8)
    broken = save(tmp_path / "b" / "001.png", noise)
    broken.write_bytes(broken.read_bytes()[:3000])
    refused(tmp_path, because=f"{broken}: cannot be read as an image")


@pytest.mark.parametrize("limit", [500, 50])  # Pillow warns of 784 pixels over the one, and stops at the other
def test_an_image_of_unreasonable_size_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    make_folder(tmp_path, {"a": 3})
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    refused(tmp_path, because=r"000.png: cannot be read as an image \(Image size \(784 pixels\) exceeds limit")
