"""One shape for every set of labelled images, wherever they come from."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kuzushi.errors import DataError

SIDE = 28


@dataclass(frozen=True)
class ImageData:
    """Grey images in two parts, light ink on a dark ground.

    Images are uint8 of shape (n, side, side), 0 the ground and 255 the ink, and of one side in both parts; labels are
    int64 of shape (n,), counted from 0.
    """

    name: str
    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.int64]
    classes: tuple[str, ...]
    """A name for each label, in the order of the labels."""
    verified: bool
    """Whether the content is known to be what the name says: checked by hash, or made here."""

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
