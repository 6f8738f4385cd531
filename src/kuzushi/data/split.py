"""A fixed division of labelled images into a training and a test part."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kuzushi.data.images import ImageData


def last_fifth(labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Choose the test part: the last fifth of each class, in the order given, and at least one image of two or more.

    The rule needs no random generator, so the parts are the same everywhere; they are stratified. A class of two or
    more images is in both; one of a single image is trained and not tested.

    Args:
        labels: of shape (n,).

    Returns:
        True for the test images, of shape (n,).

    Example: labels [0, 1, 0, 0, 1, 0, 0] -> [False, False, False, False, True, False, True]
    """
    order = np.argsort(labels, kind="stable")
    grouped = labels[order]
    place = np.empty_like(labels)  # of an image among those of its class
    place[order] = np.arange(len(labels)) - np.searchsorted(grouped, grouped)
    size = np.bincount(labels)[labels]  # of the class of an image
    return (place >= size - np.maximum(1, size // 5)) & (size > 1)


def validation(data: ImageData) -> ImageData:
    """The training images alone, divided anew by `last_fifth`: what settings are chosen by.

    Example: validation(kmnist_mini()) has 6,400 training and 1,600 test images, and none of the 2,000 test images
    """
    held = last_fifth(data.train_labels)
    return replace(
        data,
        name=f"{data.name} (validation)",
        train_images=data.train_images[~held],
        train_labels=data.train_labels[~held],
        test_images=data.train_images[held],
        test_labels=data.train_labels[held],
    )
