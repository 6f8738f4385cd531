"""Kuzushiji-MNIST and Kuzushiji-49 (Clanuwat et al. 2018): found on this machine or fetched, and always verified."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from kuzushi.data.archives import read_array
from kuzushi.data.images import ImageData
from kuzushi.data.mirrors import NoMirror, fetch
from kuzushi.data.published import K49, KMNIST, OLD, PublishedArray, PublishedSet
from kuzushi.data.split import last_fifth
from kuzushi.data.transfer import Patience, Watch, unwatched
from kuzushi.errors import DataError

PLACES = (".", "KMNIST/raw", "raw", "kmnist", "k49", "kkanji")
"""Where in a folder files are looked for: torchvision keeps them in KMNIST/raw, the publishers in a folder per set."""
PATIENCE = Patience()


def kmnist() -> ImageData:
    """The official 60,000 training and 10,000 test images of ten kana.

    Raises:
        DataError: if a file is nowhere to be had, or is not the published one.
    """
    return _load("kmnist")


def k49() -> ImageData:
    """The official 232,365 training and 38,547 test images of 49 classes, which are not balanced.

    Raises:
        DataError: if a file is nowhere to be had, or is not the published one.
    """
    return _load("k49")


def kmnist_mini() -> ImageData:
    """The official test images of kmnist alone (3 MB), divided into 8,000 for training and 2,000 for testing.

    Raises:
        DataError: if a file is nowhere to be had, or is not the published one.
    """
    obtain("kmnist-mini")
    images, labels = read(KMNIST.test_images), read(KMNIST.test_labels).astype(np.int64)
    test = last_fifth(labels)
    return ImageData(
        name="kmnist-mini",
        train_images=images[~test],
        train_labels=labels[~test],
        test_images=images[test],
        test_labels=labels[test],
        classes=KMNIST.classes,
        verified=True,
    )


def _load(name: str) -> ImageData:
    obtain(name)
    whole = published(name)
    return ImageData(
        name=name,
        train_images=read(whole.train_images),
        train_labels=read(whole.train_labels).astype(np.int64),
        test_images=read(whole.test_images),
        test_labels=read(whole.test_labels).astype(np.int64),
        classes=whole.classes,
        verified=True,
    )


def published(name: str) -> PublishedSet:
    """The set that "kmnist", "kmnist-mini" or "k49" is taken from."""
    return K49 if name == "k49" else KMNIST


def parts(name: str) -> tuple[PublishedArray, ...]:
    """The arrays that "kmnist", "kmnist-mini" or "k49" is made of."""
    whole = published(name)
    return (whole.test_images, whole.test_labels) if name == "kmnist-mini" else whole.arrays


def available(name: str) -> bool:
    """Whether every file of the set is on this machine already; nothing is fetched or verified."""
    return all(find(array) is not None for array in parts(name))


def obtain(name: str, *, patience: Patience = PATIENCE, watch: Watch = unwatched) -> None:
    """Fetch into the user's cache what of "kmnist", "kmnist-mini" or "k49" is not on this machine.

    Raises:
        DataError: if no mirror gives it, or it cannot be kept.
    """
    missing = [array for array in parts(name) if find(array) is None]
    if not missing:
        return
    wanted = {array.files[0]: partial(why_not, array) for array in missing}
    try:
        fetch(wanted, cache(), mirrors=published(name).mirrors, patience=patience, watch=watch)
    except NoMirror as error:
        raise DataError(
            f"{missing[0].files[0]} is not in {' or '.join(map(str, folders()))}, and {error}; put the files of {name} "
            "in a folder and name it in KUZUSHI_DATA, or take --data brush"
        ) from error


def cache() -> Path:
    """The user's cache, which downloads go to."""
    return Path(platformdirs.user_cache_dir("kuzushi"))


def folders() -> list[Path]:
    """Where files are looked for, in this order."""
    given = os.environ.get("KUZUSHI_DATA")
    return [*([Path(given)] if given else []), cache()]


def places() -> Iterator[Path]:
    """Every folder that may hold files, in the order in which they are asked."""
    for folder in folders():
        for place in PLACES:
            yield folder / place


def find(array: PublishedArray) -> Path | None:
    """The first file that holds the array, as published in any format."""
    for place in places():
        for name in array.files:
            if os.path.isfile(place / name):  # unlike Path.is_file, False for a folder that may not be entered
                return place / name
    return None


def read(array: PublishedArray) -> NDArray[np.uint8]:
    """Read an array that is on this machine, and make sure that it is the published one.

    Raises:
        DataError: if it is not, or cannot be read.
    """
    path = find(array)
    if path is None:
        raise DataError(f"{array.files[0]}: is not in {' or '.join(map(str, folders()))}; kuzushi data fetch gets it")
    found = read_array(path, dimensions=len(array.shape))
    if (reason := fault(array, found, path)) is not None:
        raise DataError(f"{path}: {reason}. It was left as it is: move it away to have it fetched anew")
    return found


def why_not(array: PublishedArray, path: Path) -> str | None:
    """Why the file does not hold the published array, in a few words; None if it does."""
    try:
        return fault(array, read_array(path, dimensions=len(array.shape)), path)
    except DataError:
        return "other content than published"


def fault(array: PublishedArray, found: NDArray[np.uint8], path: Path) -> str | None:
    """What is wrong with what was read from the path, in a few words; None if it is the published array."""
    if array.known_by(found, path) is not None:
        return None
    if array.is_old(found):
        return f"is {OLD}; the current one is needed"
    if found.shape != array.shape:
        return f"is not the published file: holds {array.title} of shape {found.shape}, expected {array.shape}"
    return f"is not the published file: its {array.title} have other checksums"
