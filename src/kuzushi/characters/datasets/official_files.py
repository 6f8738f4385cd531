"""The files of the published Kuzushiji data sets, with sizes, classes and checksums.

Sources of the checksums: torchvision (MD5 of the compressed IDX files), the annexed copy datasets-mila/datasets--kmnist
(sizes, MD5 of the .npz archives and of the unpacked training images), several loaders of Kuzushiji-49 that agree with
it, and our own computation from the files (SHA-256 of decoded arrays).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kuzushi.characters.datasets.array_files import idx_header
from kuzushi.core.errors import DataError
from kuzushi.core.kana import KANA

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
        """Return the checksum that identifies this array, read from this path, as the published one, or None.

        Raises:
            DataError: if the file cannot be read.
        """
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
    """Return the checksum of a whole file, in hexadecimal.

    Raises:
        DataError: if the file cannot be read.
    """
    make: Callable[[], hashlib._Hash] = lambda: hashlib.new(algorithm, usedforsecurity=False)  # noqa: E731
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, make).hexdigest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); fix its permissions or get it again") from error


def _sha256(array: NDArray[np.uint8]) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()


def _idx_md5(array: NDArray[np.uint8]) -> str:
    digest = hashlib.md5(idx_header(array.shape), usedforsecurity=False)
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


KMNIST = PublishedSet(
    classes=tuple(kana.romaji for kana in KANA),
    train_images=PublishedArray(
        title="training images",
        shape=(60_000, 28, 28),
        files=(
            "train-images-idx3-ubyte.gz", "train-images-idx3-ubyte", "kmnist-train-imgs.npz",
            "kuzushiji10-train-imgs.npz",
        ),
        size=18_165_135,
        idx_md5="92be26ec9822e900ac425d0a0aa84ced",
        file_md5=("bdb82020997e1d708af4cf47b453dcf7", "a183fbc01ed9a345513b145673d3d0bb"),
        blank_when_old=(
            13109, 13415, 13442, 23328, 24234, 26413, 28814, 29279, 33433, 38946, 42827, 44186, 50110, 55361, 55533,
            56969, 57915,
        ),
    ),
    train_labels=PublishedArray(
        title="training labels",
        shape=(60_000,),
        files=(
            "train-labels-idx1-ubyte.gz", "train-labels-idx1-ubyte", "kmnist-train-labels.npz",
            "kuzushiji10-train-labels.npz",
        ),
        size=29_497,
        sha256="691c5342313eaef4a0b4d33645442ae1b98f13bd2066e67b551fdd4972ef71ea",
    ),
    test_images=PublishedArray(
        title="test images",
        shape=(10_000, 28, 28),
        files=(
            "t10k-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte", "kmnist-test-imgs.npz", "kuzushiji10-test-imgs.npz"
        ),
        size=3_041_136,
        sha256="dc10e73c6e83fb3fb3586eafece217ab6602e7825fa7d49399359bde3fc66f07",
        blank_when_old=(9677,),
    ),
    test_labels=PublishedArray(
        title="test labels",
        shape=(10_000,),
        files=(
            "t10k-labels-idx1-ubyte.gz", "t10k-labels-idx1-ubyte", "kmnist-test-labels.npz",
            "kuzushiji10-test-labels.npz",
        ),
        size=5_120,
        sha256="77d83a49ca5434c5da77399edc7143065cb3a7b0834e2898ea3094e8c2b21a3c",
    ),
    mirrors=(
        "https://codh.rois.ac.jp/kmnist/dataset/kmnist",
        "https://huggingface.co/datasets/tanganke/kmnist/resolve/53810959241e8f35890445245170c8cec0672f81/raw",
        "https://raw.githubusercontent.com/namanlab/CVCNN_Paper/0f30b9c852904dc63a7902c1d2a2f5c61d0547e4/data/KMNIST/raw",
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist",
    ),
)  # fmt: skip
"""Kuzushiji-MNIST: ten kana, balanced."""

HIRAGANA = """
a i u e o ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no ha hi fu he ho ma mi mu me mo ya yu yo
ra ri ru re ro wa wi we wo n iteration"""
K49 = PublishedSet(
    classes=tuple(HIRAGANA.split()),
    train_images=PublishedArray(
        title="training images", shape=(232_365, 28, 28), files=("k49-train-imgs.npz",), size=66_117_696,
        file_md5=("7ac088b20481cf51dcd01ceaab89d821",),
    ),
    train_labels=PublishedArray(
        title="training labels", shape=(232_365,), files=("k49-train-labels.npz",), size=164_485,
        file_md5=("44a8e1b893f81e63ff38d73cad420f7a",),
    ),
    test_images=PublishedArray(
        title="test images", shape=(38_547, 28, 28), files=("k49-test-imgs.npz",), size=10_971_201,
        file_md5=("d352e201d846ce6b94f42c990966f374",),
    ),
    test_labels=PublishedArray(
        title="test labels", shape=(38_547,), files=("k49-test-labels.npz",), size=27_450,
        file_md5=("4da6f7a62e67a832d5eb1bd85c5ee448",),
    ),
    mirrors=("https://codh.rois.ac.jp/kmnist/dataset/k49", "http://codh.rois.ac.jp/kmnist/dataset/k49"),
)  # fmt: skip
"""Kuzushiji-49: 48 hiragana in the order of their code points and the iteration mark ゝ, not balanced."""
