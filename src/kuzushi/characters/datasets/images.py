"""Labelled images in a training and a test part, and the fixed division into such parts."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kuzushi.core.errors import DataError

SIDE = 28


@dataclass(frozen=True)
class ImageData:
    """Grey images in two parts, light ink on a dark background.

    Images are uint8 of shape (n, side, side), 0 the background and 255 the ink, with the same side in both parts;
    labels are int64 of shape (n,), counted from 0.
    """

    name: str
    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.int64]
    classes: tuple[str, ...]
    """A name for each label, in the order of the labels."""
    verified: bool
    """Whether the content is known to be what the name says: checked by hash, or drawn by this program."""

    def __post_init__(self) -> None:
        for part, images, labels in (
            ("training", self.train_images, self.train_labels),
            ("test", self.test_images, self.test_labels),
        ):
            if images.shape != (len(labels), self.side, self.side):
                raise DataError(
                    f"{self.name}: the {part} images have shape {images.shape} and there are {len(labels)} labels; "
                    f"expected images of shape ({len(labels)}, {self.side}, {self.side})"
                )
            if len(labels) == 0:
                raise DataError(f"{self.name}: the {part} part is empty; give at least one image")
            if labels.min() < 0 or labels.max() >= len(self.classes):
                raise DataError(
                    f"{self.name}: a {part} label is outside 0..{len(self.classes) - 1}; "
                    f"found {labels.min()}..{labels.max()}"
                )

    @property
    def side(self) -> int:
        """Pixels along each side of an image."""
        return int(self.train_images.shape[-1])

    @property
    def sha256(self) -> str:
        """The fingerprint of all four arrays, in the order of the fields."""
        digest = hashlib.sha256()
        for array in (self.train_images, self.train_labels, self.test_images, self.test_labels):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def last_fifth(labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Choose the test part: the last fifth of each class, in the order of the labels, and at least one image of two.

    The division is stratified and needs no random numbers. A class of a single image is in the training part only.

    Args:
        labels: of shape (n,).

    Returns:
        True for the test images, of shape (n,).

    Example: labels [0, 1, 0, 0, 1, 0, 0] -> [False, False, False, False, True, False, True]
    """
    order = np.argsort(labels, kind="stable")
    grouped = labels[order]
    rank = np.empty_like(labels)  # of an image among those of its class
    rank[order] = np.arange(len(labels)) - np.searchsorted(grouped, grouped)
    size = np.bincount(labels)[labels]  # of the class of an image
    return (rank >= size - np.maximum(1, size // 5)) & (size > 1)


def divided(
    name: str, images: NDArray[np.uint8], labels: NDArray[np.int64], classes: tuple[str, ...], *, verified: bool
) -> ImageData:
    """Return the images divided by `last_fifth`."""
    test = last_fifth(labels)
    return ImageData(name, images[~test], labels[~test], images[test], labels[test], classes, verified)


def validation_split(data: ImageData) -> ImageData:
    """Return the training images alone, divided by `last_fifth`, for choosing settings.

    Example: of kmnist-mini it has 6,400 training and 1,600 test images, and none of the 2,000 test images
    """
    name = f"{data.name} (validation)"
    return divided(name, data.train_images, data.train_labels, data.classes, verified=data.verified)
