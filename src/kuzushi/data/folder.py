"""A folder of images, one sub-folder per class, as an ImageData."""

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from kuzushi.data.images import SIDE, ImageData
from kuzushi.data.split import last_fifth
from kuzushi.errors import DataError

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")
ENDINGS = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm"}


def read_folder(folder: Path) -> ImageData:
    """Read `folder/CLASS/IMAGE`, or `folder/train/CLASS/IMAGE` and `folder/test/CLASS/IMAGE` where it is so divided.

    Classes are the sub-folders in the order of their names. An undivided folder is divided 80:20 by `last_fifth`.

    Raises:
        DataError: if there are no sub-folders, a class has too few images, or an image cannot be read.
    """
    classes = _sub_folders(folder)
    if classes == ["test", "train"]:
        return _read_divided(folder)
    images, labels = _read_classes(folder, classes, at_least=2)
    test = last_fifth(labels)
    return ImageData(
        name=folder.resolve().name,
        train_images=images[~test],
        train_labels=labels[~test],
        test_images=images[test],
        test_labels=labels[test],
        classes=tuple(classes),
        verified=False,
    )


def read_image(path: Path) -> NDArray[np.uint8]:
    """Read one image of any size as grey of shape (28, 28), light ink on a dark ground.

    The picture keeps its proportions and is padded with its own ground, the median grey of its border. Dark ink on a
    light ground is inverted; what is transparent counts as white.

    Raises:
        DataError: if it is not an image, is damaged, or is unreasonably large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as file:
                grey = _grey(ImageOps.exif_transpose(file))
            pixels = np.asarray(grey)
            border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
            ground = int(np.median(border))
            fitted = np.asarray(ImageOps.pad(grey, (SIDE, SIDE), color=ground))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DataError(f"{path}: cannot be read as an image ({error}); mend it or take it away") from error
    return 255 - fitted if ground > 127 else fitted


def _grey(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits, which convert("L") would cut off at 255
        return Image.fromarray((np.asarray(image) // 257).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("L")


def _read_divided(folder: Path) -> ImageData:
    classes = _sub_folders(folder / "train")
    if _sub_folders(folder / "test") != classes:
        differing = sorted(set(classes) ^ set(_sub_folders(folder / "test")))
        raise DataError(
            f"{folder}: the class {differing[0]} is in only one of train/ and test/; give both the same sub-folders"
        )
    train_images, train_labels = _read_classes(folder / "train", classes, at_least=1)
    test_images, test_labels = _read_classes(folder / "test", classes, at_least=1)
    return ImageData(
        name=folder.resolve().name,
        train_images=train_images,
        train_labels=train_labels,
        test_images=test_images,
        test_labels=test_labels,
        classes=tuple(classes),
        verified=False,
    )


def _sub_folders(folder: Path) -> list[str]:
    names = [entry.name for entry in _entries(folder) if entry.is_dir()]
    if not names:
        raise DataError(f"{folder}: has no sub-folders; put the images of each class in a sub-folder of their own")
    return names


def _read_classes(folder: Path, classes: list[str], *, at_least: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    images: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    for label, name in enumerate(classes):
        paths = [path for path in _entries(folder / name) if path.suffix.lower() in ENDINGS]
        if len(paths) < at_least:
            raise DataError(
                f"{folder / name}: holds {len(paths)} images, and a class needs at least {at_least}; "
                "add images or take the sub-folder away"
            )
        images += [read_image(path) for path in paths]
        labels += [label] * len(paths)
    return np.stack(images), np.array(labels, dtype=np.int64)


def _entries(folder: Path) -> list[Path]:
    """What lies in the folder, hidden entries left out, in the order of the names."""
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise DataError(f"{folder}: cannot be read ({error.strerror}); mend its permissions") from error
