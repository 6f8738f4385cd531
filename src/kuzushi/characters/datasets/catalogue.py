"""Sets of images by name: load them, list the published ones, download and verify their files."""

import os
import re
from collections.abc import Sequence
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

PUBLISHED = ("kmnist", "kmnist-mini", "k49", "kkanji")
"""The sets with files to download."""


def load_images(name: str, *, seed: int) -> ImageData:
    """Load a set of images: "kmnist" or another name, "brush:TRAIN/TEST", or the path of a folder of images.

    Args:
        seed: of the images drawn by this program (brush).

    Raises:
        DataError: if there is no such set of images, or it cannot be read.
    """
    if name in PUBLISHED:
        return kkanji.kkanji() if name == "kkanji" else kmnist.load(name)
    if name == "brush":
        return brush(train=8_000, test=2_000, seed=seed)
    if sizes := re.fullmatch(r"brush:(\d{1,7})/(\d{1,7})", name, re.ASCII):
        return brush(train=int(sizes[1]), test=int(sizes[2]), seed=seed)
    if os.path.isdir(name):  # False, where Path.is_dir raises, for what cannot be a path
        return read_folder(Path(name))
    raise DataError(
        f"--data {name}: no such set of images; known are {', '.join(PUBLISHED)}, brush, brush:TRAIN/TEST "
        "(as brush:8000/2000), or a folder with one sub-folder of images per class"
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


def survey(names: Sequence[str] = PUBLISHED) -> tuple[ImageSet, ...]:
    """Return the state of the files of published sets on this machine, each verified; nothing is downloaded.

    Raises:
        DataError: if there is no such set.
    """
    for name in names:
        if name not in PUBLISHED:
            raise DataError(f"data {name}: no such published set of images; known are {', '.join(PUBLISHED)}")
    return tuple(_survey_kanji() if name == "kkanji" else _survey_arrays(name) for name in names)


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
        return DataFile(name=array.files[0], state="not here", megabytes=array.size / 1e6)
    try:
        values = read_array(path, dimensions=len(array.shape))
        known = array.known_by(values, path)
        reason = known or kmnist.fault(array, values, path) or ""
    except DataError as error:
        known, reason = None, str(error).removeprefix(f"{path}: ")
    state: FileState = "wrong" if known is None else "as published"
    return DataFile(name=path.name, path=str(path), state=state, reason=reason)


def _survey_kanji() -> ImageSet:
    path = kkanji.find()
    if path is None:
        file = DataFile(name=kkanji.ARCHIVE, state="not here", megabytes=kkanji.SIZE / 1e6)
    else:
        state, reason = _state_of_kanji(path)
        file = DataFile(name=path.name, path=str(path), state=state, reason=reason)
    return ImageSet(name="kkanji", classes=kkanji.CLASSES, images=f"{kkanji.IMAGES:,}, not divided", files=(file,))


def _state_of_kanji(path: Path) -> tuple[FileState, str]:
    if kkanji.is_published(path):
        return "as published", "SHA-256 of the file"
    if (reason := kkanji.fault(path)) is not None:
        return "wrong", reason
    return "not verified", "as many images and classes as published; no checksum of them is known"
