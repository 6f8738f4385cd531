"""A folder of images, one sub-folder per class, as an ImageData."""

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from kuzushi.characters.datasets.images import SIDE, ImageData, divided
from kuzushi.core.errors import DataError
from kuzushi.core.files import one_line, read_bounded

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")
MOST = 2**29
"""Bytes of a file: more than the largest accepted picture takes without compression."""
ROWS = 256
"""Rows of a transparent picture that are put on white at once."""
ENDINGS = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm"}


def read_folder(folder: Path) -> ImageData:
    """Read `folder/CLASS/IMAGE`, or `folder/train/CLASS/IMAGE` and `folder/test/CLASS/IMAGE`.

    Classes are the sub-folders in the order of their names. A folder without train and test is divided 80:20 by
    `last_fifth`; a class of one image is then in the training part only.

    Raises:
        DataError: if there are no sub-folders, a class has no image, or an image cannot be read.
    """
    classes = _sub_folders(folder)
    if classes == ["test", "train"]:
        return _read_divided(folder)
    paths, labels = _list_classes(folder, classes)
    if len(paths) == len(classes):
        raise DataError(f"{folder}: no class has two images, so there are none for testing; add images")
    return divided(folder.resolve().name, _read_images(paths), labels, tuple(classes), verified=False)


def read_image(path: Path) -> NDArray[np.uint8]:
    """Read one image of any size as grey of shape (28, 28), light ink on a dark background.

    The picture keeps its proportions and is padded with its background, the median grey of its border. Dark ink on a
    light background is inverted; transparent pixels are white.
    """
    with _readable(path):
        grey = open_grey(path)
        pixels = np.asarray(grey)
        border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
        background = int(np.median(border))
        padded = np.asarray(ImageOps.pad(grey, (SIDE, SIDE), color=background))
    return 255 - padded if background > 127 else padded


def open_grey(path: Path) -> Image.Image:
    """Open one image as 8 bits of grey, turned upright by its EXIF data; transparent pixels are white.

    Raises:
        DataError: if it is not an image, is damaged, or is unreasonably large.
    """
    # From a copy in memory: no memory is then reserved for what a header declares beyond the end of the file.
    with _readable(path), Image.open(io.BytesIO(read_bounded(path, max_bytes=MOST)), formats=FORMATS) as file:
        ImageOps.exif_transpose(file, in_place=True)
        return _grey(file)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except DataError:
        raise
    except Exception as error:  # Pillow raises errors of many kinds for damaged files
        raise DataError(f"{path}: cannot be read as an image ({one_line(error)}); repair or remove it") from error


def _grey(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits, which convert("L") would cut off at 255
        return Image.fromarray((np.asarray(image) // 257).astype(np.uint8))
    if not image.has_transparency_data:
        return image.convert("L")
    grey = Image.new("L", image.size)
    for top in range(0, image.height, ROWS):  # all at once, the copies would take several times the memory
        rows = image.crop((0, top, image.width, min(top + ROWS, image.height))).convert("RGBA")
        white = Image.new("RGBA", rows.size, "white")
        grey.paste(Image.alpha_composite(white, rows).convert("L"), (0, top))
    return grey


def _read_divided(folder: Path) -> ImageData:
    classes = _sub_folders(folder / "train")
    if _sub_folders(folder / "test") != classes:
        differing = sorted(set(classes) ^ set(_sub_folders(folder / "test")))
        raise DataError(
            f"{folder}: the class {differing[0]} is in only one of train/ and test/; give both the same sub-folders"
        )
    train_paths, train_labels = _list_classes(folder / "train", classes)
    test_paths, test_labels = _list_classes(folder / "test", classes)
    return ImageData(
        name=folder.resolve().name,
        train_images=_read_images(train_paths),
        train_labels=train_labels,
        test_images=_read_images(test_paths),
        test_labels=test_labels,
        classes=tuple(classes),
        verified=False,
    )


def _sub_folders(folder: Path) -> list[str]:
    names = [entry.name for entry in _entries(folder) if entry.is_dir()]
    if not names:
        raise DataError(f"{folder}: has no sub-folders; put the images of each class in a sub-folder of their own")
    return names


def _list_classes(folder: Path, classes: list[str]) -> tuple[list[Path], NDArray[np.int64]]:
    """Return the images of every class, and the label of each."""
    paths: list[Path] = []
    labels: list[int] = []
    for label, name in enumerate(classes):
        # A pipe would never be opened.
        of_class = [path for path in _entries(folder / name) if path.suffix.lower() in ENDINGS and path.is_file()]
        if not of_class:
            raise DataError(f"{folder / name}: holds no images; add some or remove the sub-folder")
        paths += of_class
        labels += [label] * len(of_class)
    return paths, np.array(labels, dtype=np.int64)


def _read_images(paths: Sequence[Path]) -> NDArray[np.uint8]:
    images = np.empty((len(paths), SIDE, SIDE), dtype=np.uint8)
    for pixels, path in zip(images, paths, strict=True):
        pixels[:] = read_image(path)
    return images


def _entries(folder: Path) -> list[Path]:
    """Return the entries of the folder that are not hidden, in the order of their names."""
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise DataError(f"{folder}: cannot be read ({error.strerror}); fix its permissions") from error
