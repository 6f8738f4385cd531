"""Why a net takes one class for another: the forms of a class, and single images with what they resemble."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from kuzushi.analysis.attribution import evidence
from kuzushi.analysis.forms import Forms, find_forms
from kuzushi.analysis.intervals import wilson
from kuzushi.analysis.misread import misread_as
from kuzushi.analysis.nearest import nearest
from kuzushi.data.images import ImageData
from kuzushi.experiments.saved import SavedNet
from kuzushi.results import Arrays, ConfusedImage, Form, Neighbour, PairForms

EXAMPLES, MISREAD, IMAGES_OF_A_PAIR, NEIGHBOURS = 6, 5, 2, 3
"""Images shown of each form, of each form's confusion, of each pair, and of either class beside each of those."""

Pair = tuple[int, int]
"""A class, and what it is read as."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """Images, and what each run made of the test part."""

    data: ImageData
    target: NDArray[np.int16]
    predicted: Sequence[NDArray[np.int16]]
    """Of each run, of shape (seeds, test)."""
    strongest: int


def forms_of_pairs(read: Read, pairs: Sequence[Pair], *, seed: int) -> tuple[tuple[PairForms, ...], Arrays]:
    """The forms of the first class of each pair, and how often each is read as the second; with images of them.

    The forms depend on the training images and the seed, and on no net.
    """
    train = {meant: _training(read.data, meant) for meant, _ in pairs}
    forms = {meant: find_forms(images, rng=np.random.default_rng([seed, meant])) for meant, images in train.items()}
    every = np.concatenate(list(read.predicted))  # (nets, test)
    described, typical, misread = [], [], []
    for pair in pairs:
        found = forms[pair[0]]
        inside = _of_each_form(read, pair[0], found)
        described.append(_describe(read, pair, found, inside))
        typical += [_typical(train[pair[0]], found, form) for form in range(len(found.centres))]
        misread += [
            _row(read.data.test_images[misread_as(read.target, every, pair, among=chosen)], MISREAD)
            for chosen in inside
        ]
    return tuple(described), {"forms": _stack(typical, 1 + EXAMPLES, read), "misread": _stack(misread, MISREAD, read)}


def images_of_pairs(read: Read, pairs: Sequence[Pair], net: SavedNet) -> tuple[tuple[ConfusedImage, ...], Arrays]:
    """Images of each pair that the net misreads, the nearest training images of either class, and the evidence.

    Args:
        net: of the strongest run's first seed.
    """
    every = np.concatenate(list(read.predicted))  # (nets, test)
    by_net = read.predicted[read.strongest][0]
    described, beside, images = [], [], []
    for pair in pairs:
        for index in misread_as(read.target, every, pair, among=by_net == pair[1])[:IMAGES_OF_A_PAIR]:
            image = read.data.test_images[index]
            neighbours = [_neighbours(read.data, image, label) for label in pair]
            of_target, of_predicted = np.exp(net.log_probabilities(image[None])[0, list(pair)])
            described.append(
                ConfusedImage(
                    index=int(index),
                    target=pair[0],
                    predicted=pair[1],
                    probability=float(of_predicted),
                    target_probability=float(of_target),
                    agreeing=int((every[:, index] == pair[1]).sum()),
                    nearest_target=neighbours[0],
                    nearest_predicted=neighbours[1],
                )
            )
            images.append(image)
            beside += [
                _row(read.data.train_images[[found.index for found in of_class]], NEIGHBOURS) for of_class in neighbours
            ]
    side = read.data.side
    return tuple(described), {
        "confused": np.array(images, dtype=np.uint8).reshape(-1, side, side),
        "nearest": _stack(beside, NEIGHBOURS, read).reshape(-1, 2, NEIGHBOURS, side, side),
        "evidence": _evidence(net, images, [pair for image in described for pair in (image.target, image.predicted)]),
    }


def _training(data: ImageData, label: int) -> NDArray[np.uint8]:
    images: NDArray[np.uint8] = data.train_images[data.train_labels == label]
    return images


def _of_each_form(read: Read, label: int, forms: Forms) -> list[NDArray[np.bool_]]:
    """Which test images of the class are of each form, of shape (test,) each."""
    of_class = read.target == label
    form = np.full(len(read.target), -1)
    form[of_class] = forms.nearest_form(read.data.test_images[of_class])
    return [form == place for place in range(len(forms.centres))]


def _describe(read: Read, pair: Pair, forms: Forms, inside: Sequence[NDArray[np.bool_]]) -> PairForms:
    sizes = np.bincount(forms.of_training, minlength=len(inside))
    described = []
    for size, chosen in zip(sizes, inside, strict=True):
        test = int(chosen.sum())
        counts = [float((of_run[:, chosen] == pair[1]).sum(1).mean()) for of_run in read.predicted]
        rates = tuple(wilson(count, test) for count in counts) if test else ()
        described.append(Form(train=int(size), test=test, rates=rates))
    return PairForms(target=pair[0], predicted=pair[1], strengths=forms.strengths, forms=tuple(described))


def _typical(images: NDArray[np.uint8], forms: Forms, form: int) -> NDArray[np.uint8]:
    """The mean of a form's training images, and those nearest to its centre."""
    inside = images[forms.of_training == form]
    nearest_to_centre = inside[np.argsort(forms.distances(inside)[:, form], kind="stable")]
    mean = inside.mean(0).round().astype(np.uint8)
    return _row(np.concatenate([mean[None], nearest_to_centre]), 1 + EXAMPLES)


def _neighbours(data: ImageData, image: NDArray[np.uint8], label: int) -> tuple[Neighbour, ...]:
    of_class = np.flatnonzero(data.train_labels == label)
    places, distances = nearest(image, data.train_images[of_class], count=NEIGHBOURS)
    return tuple(
        Neighbour(index=int(of_class[place]), distance=float(distance))
        for place, distance in zip(places, distances, strict=True)
    )


def _evidence(net: SavedNet, images: Sequence[NDArray[np.uint8]], labels: Sequence[int]) -> NDArray[np.float32]:
    """For two labels of each image, of shape (images, 2, side, side)."""
    if not images:
        return np.zeros((0, 2, 1, 1), dtype=np.float32)
    twice = torch.from_numpy(np.repeat(np.stack(images), 2, axis=0))
    found: NDArray[np.float32] = evidence(net.model, twice, torch.tensor(labels)).numpy()
    return found.reshape(len(images), 2, *found.shape[1:])


def _row(images: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    """The first images, as many as the row is long; unused places are 0."""
    row = np.zeros((length, *images.shape[1:]), dtype=np.uint8)
    row[: len(images[:length])] = images[:length]
    return row


def _stack(rows: Sequence[NDArray[np.uint8]], length: int, read: Read) -> NDArray[np.uint8]:
    """Rows of images, of shape (rows, length, side, side), even if there are none."""
    side = read.data.side
    return np.array(rows, dtype=np.uint8).reshape(-1, length, side, side)
