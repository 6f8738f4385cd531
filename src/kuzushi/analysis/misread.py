"""Which pairs and which images several trained nets misread, taken together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kuzushi.results import AlwaysWrong


def pairs_of_most_errors(
    target: NDArray[np.int16], predicted: Sequence[NDArray[np.int16]], *, classes: int, top: int
) -> list[tuple[int, int]]:
    """The pairs (target, predicted) that the runs confuse most, each run with the mean of its seeds.

    Args:
        target: of shape (images,).
        predicted: of every run, of shape (seeds, images).
    """
    rate = np.zeros(classes * classes)
    for of_run in predicted:
        cells = (target.astype(np.int64) * classes + of_run)[of_run != target]
        rate += np.bincount(cells, minlength=len(rate)) / len(of_run)
    order = np.argsort(-rate, kind="stable")[:top]
    return [divmod(int(cell), classes) for cell in order if rate[cell] > 0]


def misread_as(
    target: NDArray[np.int16], predicted: NDArray[np.int16], pair: tuple[int, int], *, among: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The images of a confused pair, those that most nets read so first, of shape (found,).

    Args:
        predicted: of every net, of shape (nets, images).
        among: which images may be among them, of shape (images,).
    """
    times = (predicted == pair[1]).sum(0)
    found = np.flatnonzero((target == pair[0]) & (times > 0) & among)
    return found[np.argsort(-times[found], kind="stable")]


def always_wrong(
    target: NDArray[np.int16], predicted: NDArray[np.int16], probability: NDArray[np.float32]
) -> tuple[AlwaysWrong, ...]:
    """The images that every net misreads; first those on which most nets agree, then those of which they are surest.

    Args:
        target: of shape (images,).
        predicted: of every net, of shape (nets, images).
        probability: what each gave to what it read, of shape (nets, images).
    """
    found = [
        _reading(int(image), int(target[image]), predicted[:, image], probability[:, image])
        for image in np.flatnonzero((predicted != target).all(0))
    ]
    return tuple(sorted(found, key=lambda image: (-image.agreeing, -image.probability)))


def _reading(image: int, target: int, read: NDArray[np.int16], probability: NDArray[np.float32]) -> AlwaysWrong:
    labels, times = np.unique(read, return_counts=True)
    means = [float(probability[read == label].mean(dtype=np.float64)) for label in labels]
    most = max(range(len(labels)), key=lambda place: (times[place], means[place]))
    return AlwaysWrong(
        index=image, target=target, predicted=int(labels[most]), agreeing=int(times[most]), probability=means[most]
    )
