"""Sets of images by name: load them, list the published ones, download and verify their files."""

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from kuzushi.characters.datasets import kkanji, kmnist
from kuzushi.characters.datasets.array_files import read_array
from kuzushi.characters.datasets.brush import brush
from kuzushi.characters.datasets.download import Watch
from kuzushi.characters.datasets.folder import read_folder
from kuzushi.characters.datasets.images import ImageData
from kuzushi.characters.datasets.official_files import PublishedArray
from kuzushi.characters.results import DataFile, FileState, ImageSet
from kuzushi.core.errors import DataError

LOADERS: dict[str, Callable[[int], ImageData]] = {
    "kmnist": lambda seed: kmnist.kmnist(),
    "kmnist-mini": lambda seed: kmnist.kmnist_mini(),
    "k49": lambda seed: kmnist.k49(),
    "kkanji": lambda seed: kkanji.kkanji(),
    "brush": lambda seed: brush(train=8_000, test=2_000, seed=seed),
}
PUBLISHED = ("kmnist", "kmnist-mini", "k49", "kkanji")
"""The sets with files to download."""


def load_images(name: str, *, seed: int) -> ImageData:
    """Load a set of images: "kmnist" or another name, "brush:TRAIN/TEST", or the path of a folder of images.

    Args:
        seed: of the images drawn by this program (brush).

    Raises:
        DataError: if there is no such set of images, or it cannot be read.
    """
    if name in LOADERS:
        return LOADERS[name](seed)
    if sizes := re.fullmatch(r"brush:(\d{1,7})/(\d{1,7})", name, re.ASCII):
        return brush(train=int(sizes[1]), test=int(sizes[2]), seed=seed)
    if os.path.isdir(name):  # False, where Path.is_dir raises, for what cannot be a path
        return read_folder(Path(name))
    raise DataError(
        f"--data {name}: no such set of images; known are {', '.join(LOADERS)}, brush:TRAIN/TEST (as brush:8000/2000), "
        "or a folder with one sub-folder of images per class"
    )


def obtain(name: str, *, watch: Watch) -> None:
    """Download the missing files of a published set; do nothing for brush and folders.

    Raises:
        DataError: if no mirror gives them, or they cannot be written.
    """
    if name == "kkanji":
        kkanji.obtain(watch=watch)
    elif name in PUBLISHED:
        kmnist.obtain(name, watch=watch)


def fetch(name: str, *, watch: Watch) -> None:
    """Download the missing files of a published set.

    Raises:
        DataError: if there is no such set, no mirror gives it, or it cannot be written.
    """
    _check_name(name)
    obtain(name, watch=watch)


def survey(names: Sequence[str] = PUBLISHED) -> tuple[ImageSet, ...]:
    """Return the state of the files of published sets on this machine, each verified; nothing is downloaded.

    Raises:
        DataError: if there is no such set.
    """
    for name in names:
        _check_name(name)
    return tuple(_survey_kanji() if name == "kkanji" else _survey_arrays(name) for name in names)


def _check_name(name: str) -> None:
    if name not in PUBLISHED:
        raise DataError(f"data {name}: no such published set of images; known are {', '.join(PUBLISHED)}")


def _survey_arrays(name: str) -> ImageSet:
    published = kmnist.published(name)
    train, test = published.train_labels.shape[0], published.test_labels.shape[0]
    return ImageSet(
        name=name,
        classes=len(published.classes),
        images="8,000 + 2,000" if name == "kmnist-mini" else f"{train:,} + {test:,}",
        files=tuple(_array_file(array) for array in kmnist.parts(name)),
    )


def _array_file(array: PublishedArray) -> DataFile:
    path = kmnist.find(array)
    if path is None:
        return _missing(array.files[0], array.size)
    try:
        values = read_array(path, dimensions=len(array.shape))
        known = array.known_by(values, path)
        reason = known or kmnist.fault(array, values, path) or ""
    except DataError as error:
        known, reason = None, str(error).removeprefix(f"{path}: ")
    return _present(path, "wrong" if known is None else "as published", reason)


def _survey_kanji() -> ImageSet:
    path = kkanji.find()
    if path is None:
        file = _missing(kkanji.ARCHIVE, kkanji.SIZE)
    elif kkanji.is_published(path):
        file = _present(path, "as published", "SHA-256 of the file")
    elif (reason := kkanji.fault(path)) is not None:
        file = _present(path, "wrong", reason)
    else:
        file = _present(path, "not verified", "as many images and classes as published; no checksum of them is known")
    return ImageSet(name="kkanji", classes=kkanji.CLASSES, images=f"{kkanji.IMAGES:,}, not divided", files=(file,))


def _missing(name: str, size: int) -> DataFile:
    return DataFile(name=name, path=None, state="not here", reason="", megabytes=size / 1e6)


def _present(path: Path, state: FileState, reason: str) -> DataFile:
    return DataFile(name=path.name, path=str(path), state=state, reason=reason, megabytes=0)
