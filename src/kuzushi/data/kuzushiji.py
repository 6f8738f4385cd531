"""Kuzushiji-MNIST (Clanuwat et al. 2018): found on this machine or fetched from a mirror, and verified before use."""

import hashlib
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pooch
from numpy.typing import NDArray

from kuzushi.data.idx import read_idx
from kuzushi.data.images import ImageData
from kuzushi.data.split import last_fifth
from kuzushi.errors import DataError
from kuzushi.kana import KANA

MIRRORS = (
    "http://codh.rois.ac.jp/kmnist/dataset/kmnist",
    "https://codh.rois.ac.jp/kmnist/dataset/kmnist",
)
"""Folders on the web that hold the compressed files; $KUZUSHI_MIRROR, where it is set, is asked before them."""
CONNECT_SECONDS, READ_SECONDS = 5, 30
CLASSES = tuple(kana.romaji for kana in KANA)


@dataclass(frozen=True, kw_only=True)
class PublishedFile:
    """One file of the data set, and how to know that it is the published one."""

    name: str
    dimensions: int
    md5: str
    """Of the compressed file, as torchvision lists it."""
    sha256: str | None
    """Of the decoded bytes after the IDX header; None where it is not known."""


TRAIN_IMAGES = PublishedFile(
    name="train-images-idx3-ubyte", dimensions=3,
    md5="bdb82020997e1d708af4cf47b453dcf7",
    sha256=None,
)  # fmt: skip
TRAIN_LABELS = PublishedFile(
    name="train-labels-idx1-ubyte", dimensions=1,
    md5="e144d726b3acfaa3e44228e80efcd344",
    sha256="691c5342313eaef4a0b4d33645442ae1b98f13bd2066e67b551fdd4972ef71ea",
)  # fmt: skip
TEST_IMAGES = PublishedFile(
    name="t10k-images-idx3-ubyte", dimensions=3,
    md5="5c965bf0a639b31b8f53240b1b52f4d7",
    sha256="dc10e73c6e83fb3fb3586eafece217ab6602e7825fa7d49399359bde3fc66f07",
)  # fmt: skip
TEST_LABELS = PublishedFile(
    name="t10k-labels-idx1-ubyte", dimensions=1,
    md5="7320c461ea6c1c855c0b718fb2a4b134",
    sha256="77d83a49ca5434c5da77399edc7143065cb3a7b0834e2898ea3094e8c2b21a3c",
)  # fmt: skip

FILES = {
    "kmnist": (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS),
    "kmnist-mini": (TEST_IMAGES, TEST_LABELS),
}


def kmnist() -> ImageData:
    """The official 60,000 training and 10,000 test images.

    Raises:
        DataError: if a file is nowhere to be had, or is not the published one.
    """
    paths = _obtain(FILES["kmnist"])
    return ImageData(
        name="kmnist",
        train_images=_read(TRAIN_IMAGES, paths[TRAIN_IMAGES]),
        train_labels=_read(TRAIN_LABELS, paths[TRAIN_LABELS]).astype(np.int64),
        test_images=_read(TEST_IMAGES, paths[TEST_IMAGES]),
        test_labels=_read(TEST_LABELS, paths[TEST_LABELS]).astype(np.int64),
        classes=CLASSES,
        verified=all(_has_checksum(file, path) for file, path in paths.items()),
    )


def kmnist_mini() -> ImageData:
    """The official test images alone (3 MB), divided into 8,000 for training and 2,000 for testing.

    Raises:
        DataError: if a file is nowhere to be had, or is not the published one.
    """
    paths = _obtain(FILES["kmnist-mini"])
    images = _read(TEST_IMAGES, paths[TEST_IMAGES])
    labels = _read(TEST_LABELS, paths[TEST_LABELS]).astype(np.int64)
    test = last_fifth(labels)
    return ImageData(
        name="kmnist-mini",
        train_images=images[~test],
        train_labels=labels[~test],
        test_images=images[test],
        test_labels=labels[test],
        classes=CLASSES,
        verified=True,
    )


def available(name: str) -> bool:
    """Whether every file of "kmnist" or "kmnist-mini" is on this machine already; nothing is fetched or verified."""
    return all(_find(file) is not None for file in FILES[name])


def _folders() -> list[Path]:
    """Where files are looked for, in this order; the last is the user's cache, which downloads go to."""
    given = os.environ.get("KUZUSHI_DATA")
    return [*([Path(given)] if given else []), Path(pooch.os_cache("kuzushi"))]


def _find(file: PublishedFile) -> Path | None:
    """The file in the first folder that has it, as published or unpacked, also as torchvision keeps it."""
    for folder in _folders():
        for place in (folder, folder / "KMNIST" / "raw"):
            for path in (place / f"{file.name}.gz", place / file.name):
                if os.path.isfile(path):  # unlike Path.is_file, False for a folder that may not be entered
                    return path
    return None


def _obtain(files: Sequence[PublishedFile]) -> dict[PublishedFile, Path]:
    found = {file: path for file in files if (path := _find(file)) is not None}
    return found | _download([file for file in files if file not in found])


def _download(files: Sequence[PublishedFile]) -> dict[PublishedFile, Path]:
    """Fetch the files into the user's cache; a mirror that fails once is left for the next."""
    pooch.get_logger().setLevel(logging.WARNING)
    fetched: dict[PublishedFile, Path] = {}
    failures: list[str] = []
    for mirror in _mirrors():
        try:
            for file in files:
                fetched[file] = fetched.get(file) or _fetch(file, mirror)
            return fetched
        except (OSError, ValueError) as error:
            failures.append(f"{mirror}: {_reason(error)}")
    missing = next(file.name for file in files if file not in fetched)
    raise DataError(
        f"{missing}.gz is not in {' or '.join(map(str, _folders()))}, and no mirror gave it ({'; '.join(failures)}); "
        f"put the files of Kuzushiji-MNIST in a folder and name it in KUZUSHI_DATA, or take --data brush"
    )


def _mirrors() -> Iterable[str]:
    own = os.environ.get("KUZUSHI_MIRROR")
    return [mirror.rstrip("/") for mirror in ((own, *MIRRORS) if own else MIRRORS)]


def _fetch(file: PublishedFile, mirror: str) -> Path:
    return Path(
        pooch.retrieve(
            f"{mirror}/{file.name}.gz",
            known_hash=f"md5:{file.md5}",
            fname=f"{file.name}.gz",
            path=pooch.os_cache("kuzushi"),
            downloader=pooch.HTTPDownloader(timeout=(CONNECT_SECONDS, READ_SECONDS)),
        )
    )


def _reason(error: Exception) -> str:
    """Why a mirror failed, in a few words; the messages of the network layers run over several lines of a screen."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"HTTP {response.status_code}"
    return "other content than published" if type(error) is ValueError else type(error).__name__


def _has_checksum(file: PublishedFile, path: Path) -> bool:
    return path.suffix == ".gz" or file.sha256 is not None


def _read(file: PublishedFile, path: Path) -> NDArray[np.uint8]:
    if path.suffix == ".gz":
        _check(path, "md5", received=_md5(path), expected=file.md5)
    array = read_idx(path, dimensions=file.dimensions)
    if file.sha256 is not None:
        _check(
            path, "sha256 of the decoded bytes", received=hashlib.sha256(array.data).hexdigest(), expected=file.sha256
        )
    return array


def _md5(path: Path) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); mend its permissions or get it again") from error


def _check(path: Path, kind: str, *, received: str, expected: str) -> None:
    if received != expected:
        raise DataError(
            f"{path}: {kind} is {received}, expected {expected}; this is not the published file or it is damaged. "
            "It was left as it is: move it away to have it fetched anew"
        )
