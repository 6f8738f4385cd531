"""The files of the published Kuzushiji data sets, with sizes, classes and checksums.

Sources of the checksums: torchvision (MD5 of the compressed IDX files), the annexed copy datasets-mila/datasets--kmnist
(sizes, MD5 of the .npz archives and of the unpacked training images), several loaders of Kuzushiji-49 that agree with
it, and our own computation from the files (SHA-256 of decoded arrays).
"""

import hashlib
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from kuzushi.characters.datasets.array_files import idx_header
from kuzushi.core.errors import DataError

OLD = "the old version, from before 5 February 2019, which has blank and repeated images"
"""Its results do not compare with those on the current one (rois-codh/kmnist, News, and issues 1 and 5)."""


@dataclass(frozen=True, kw_only=True)
class PublishedArray:
    """One array of a data set, with its files and checksums.

    An array is identified by the strongest of the checksums that are set.
    """

    title: str
    shape: tuple[int, ...]
    files: tuple[str, ...]
    """Their names; the first is the one to download."""
    size: int
    """Bytes of the first file."""
    sha256: str | None = None
    """Of the decoded bytes, whatever the file format."""
    idx_md5: str | None = None
    """Of the decoded bytes, as a plain IDX file."""
    file_md5: tuple[str, ...] = ()
    """Of whole files."""
    blank_when_old: tuple[int, ...] = ()
    """The blank images of the version before 5 February 2019."""

    def known_by(self, array: NDArray[np.uint8], path: Path) -> str | None:
        """Return the checksum that identifies this array, read from this path, as the published one, or None."""
        if self.sha256 is not None:
            return "SHA-256 of the decoded array" if _sha256(array) == self.sha256 else None
        if self.idx_md5 is not None and _idx_md5(array) == self.idx_md5:
            return "MD5 of the decoded array as an IDX file"
        return "MD5 of the file" if file_digest(path, "md5") in self.file_md5 else None

    def is_old(self, array: NDArray[np.uint8]) -> bool:
        """Return whether these are the images of the version before 5 February 2019."""
        blank = list(self.blank_when_old)
        return bool(blank) and array.shape == self.shape and not array[blank].any()


@dataclass(frozen=True, kw_only=True)
class PublishedSet:
    """A data set: two arrays of images, two of labels, and their mirrors on the web."""

    classes: tuple[str, ...]
    train_images: PublishedArray
    train_labels: PublishedArray
    test_images: PublishedArray
    test_labels: PublishedArray
    mirrors: tuple[str, ...]
    """Folders on the web with the files."""

    @property
    def arrays(self) -> tuple[PublishedArray, ...]:
        return (self.train_images, self.train_labels, self.test_images, self.test_labels)


def file_digest(path: Path, algorithm: str) -> str:
    """Return the checksum of a whole file, in hexadecimal."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, partial(hashlib.new, algorithm, usedforsecurity=False)).hexdigest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); fix its permissions or get it again") from error


def _sha256(array: NDArray[np.uint8]) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()


def _idx_md5(array: NDArray[np.uint8]) -> str:
    digest = hashlib.md5(idx_header(array.shape), usedforsecurity=False)
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


_SETS = msgspec.json.decode(
    files("kuzushi.characters.datasets").joinpath("official_files.json").read_bytes(), type=dict[str, PublishedSet]
)
KMNIST = _SETS["kmnist"]
"""Kuzushiji-MNIST: ten kana, balanced."""
K49 = _SETS["k49"]
"""Kuzushiji-49: 48 hiragana in the order of their code points and the iteration mark ゝ, not balanced."""
