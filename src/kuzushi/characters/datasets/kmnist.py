"""Kuzushiji-MNIST and Kuzushiji-49 (Clanuwat et al. 2018): found on this machine or downloaded, and always verified."""

import os
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kuzushi.characters.datasets.array_files import read_array
from kuzushi.characters.datasets.download import Limits, Watch, fetch, search_path, unwatched
from kuzushi.characters.datasets.images import ImageData, divided
from kuzushi.characters.datasets.official_files import K49, KMNIST, OLD, PublishedArray, PublishedSet
from kuzushi.core.errors import DataError


def load(name: str) -> ImageData:
    """Read "kmnist", "kmnist-mini" or "k49", in their official division into training and test images.

    kmnist has 60,000 and 10,000 images of ten kana; k49 has 232,365 and 38,547 of 49 classes, which are not balanced;
    kmnist-mini is the test images of kmnist (3 MB), divided into 8,000 for training and 2,000 for testing.

    Raises:
        DataError: if a file cannot be found or downloaded, or is not the published one.
    """
    obtain(name)
    classes, arrays = published(name).classes, [read(array) for array in parts(name)]
    if name == "kmnist-mini":
        images, labels = arrays
        return divided(name, images, labels.astype(np.int64), classes, verified=True)
    train_images, train_labels, test_images, test_labels = arrays
    return ImageData(
        name=name,
        train_images=train_images,
        train_labels=train_labels.astype(np.int64),
        test_images=test_images,
        test_labels=test_labels.astype(np.int64),
        classes=classes,
        verified=True,
    )


def published(name: str) -> PublishedSet:
    """Return the published set that "kmnist", "kmnist-mini" or "k49" is taken from."""
    return K49 if name == "k49" else KMNIST


def parts(name: str) -> tuple[PublishedArray, ...]:
    """Return the arrays of "kmnist", "kmnist-mini" or "k49"."""
    whole = published(name)
    return (whole.test_images, whole.test_labels) if name == "kmnist-mini" else whole.arrays


def available(name: str) -> bool:
    """Return whether every file of the set is on this machine; nothing is downloaded or verified."""
    return all(find(array) is not None for array in parts(name))


def obtain(name: str, *, limits: Limits | None = None, watch: Watch = unwatched) -> None:
    """Download the files of "kmnist", "kmnist-mini" or "k49" that are not on this machine."""
    missing = {array.files[0]: partial(file_fault, array) for array in parts(name) if find(array) is None}
    if missing:
        advice = f"put the files of {name} in a folder and set KUZUSHI_DATA to it, or use --data brush"
        fetch(missing, mirrors=published(name).mirrors, advice=advice, limits=limits, watch=watch)


def find(array: PublishedArray) -> Path | None:
    """Return the first file with the array, as published in any format, or None."""
    for folder in search_path():
        for name in array.files:
            if os.path.isfile(folder / name):  # unlike Path.is_file, False for a folder that may not be entered
                return folder / name
    return None


def read(array: PublishedArray) -> NDArray[np.uint8]:
    """Read a published array from this machine, and verify it."""
    path = find(array)
    assert path is not None  # obtained
    values = read_array(path, dimensions=len(array.shape))
    if (reason := fault(array, values, path)) is not None:
        raise DataError(f"{path}: {reason}. The file is left as it is: move it away to download it again")
    return values


def file_fault(array: PublishedArray, path: Path) -> str | None:
    """Return in a few words why the file does not hold the published array; None if it does."""
    try:
        return fault(array, read_array(path, dimensions=len(array.shape)), path)
    except DataError:
        return "other content than published"


def fault(array: PublishedArray, values: NDArray[np.uint8], path: Path) -> str | None:
    """Return in a few words what is wrong with values read from the path; None if they are the published array."""
    if array.known_by(values, path) is not None:
        return None
    if array.is_old(values):
        return f"is {OLD}; the current one is needed"
    if values.shape != array.shape:
        return f"is not the published file: holds {array.title} of shape {values.shape}, expected {array.shape}"
    return f"is not the published file: its {array.title} have other checksums"
