"""Explain confusions: the most confused pairs, the forms of their classes, and misread images with neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from kuzushi.characters.attribution import evidence
from kuzushi.characters.comparison_results import AlwaysWrong, ConfusedImage, Form, Neighbour, PairForms
from kuzushi.characters.datasets.images import ImageData
from kuzushi.characters.glyph_clusters import Forms, find_forms, nearest
from kuzushi.characters.saved_net import SavedNet
from kuzushi.core.results import Arrays
from kuzushi.core.statistics import wilson

EXAMPLES, MISREAD, IMAGES_OF_A_PAIR, NEIGHBOURS = 6, 5, 2, 3
"""Numbers of images: typical ones of each form, misread ones of each form, of each pair, neighbours in each class."""

Pair = tuple[int, int]
"""A class (the target), and the class that it is read as."""


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """Images, and the predictions of each run on the test part."""

    data: ImageData
    target: NDArray[np.int16]
    predicted: Sequence[NDArray[np.int16]]
    """Of each run, of shape (seeds, test)."""
    strongest: int
    """The index of the run with the highest accuracy."""

    @property
    def of_all_nets(self) -> NDArray[np.int16]:
        """The predictions of all runs and seeds, of shape (nets, test)."""
        return np.concatenate(list(self.predicted))

    def stack(self, rows: Sequence[NDArray[np.uint8]], length: int) -> NDArray[np.uint8]:
        """Return rows of images as one array of shape (rows, length, side, side), even if there are none."""
        return np.array(rows, dtype=np.uint8).reshape(-1, length, self.data.side, self.data.side)


def pairs_with_most_errors(
    target: NDArray[np.int16], predicted: Sequence[NDArray[np.int16]], *, classes: int, top: int
) -> list[Pair]:
    """Return the pairs with the most errors, each run counted with the mean of its seeds.

    Args:
        target: of shape (images,).
        predicted: of each run, of shape (seeds, images).
    """
    rate = np.zeros(classes * classes)
    for run in predicted:
        pairs = (target.astype(np.int64) * classes + run)[run != target]
        rate += np.bincount(pairs, minlength=len(rate)) / len(run)
    order = np.argsort(-rate, kind="stable")[:top]
    return [divmod(int(pair), classes) for pair in order if rate[pair] > 0]


def misread_images(
    target: NDArray[np.int16], predicted: NDArray[np.int16], pair: Pair, *, among: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the indices of the images of a confused pair, those misread by most nets first.

    Args:
        predicted: of every net, of shape (nets, images).
        among: True for the images to search, of shape (images,).
    """
    times = (predicted == pair[1]).sum(0)
    misread = np.flatnonzero((target == pair[0]) & (times > 0) & among)
    return misread[np.argsort(-times[misread], kind="stable")]


def always_wrong(
    target: NDArray[np.int16], predicted: NDArray[np.int16], probability: NDArray[np.float32]
) -> tuple[AlwaysWrong, ...]:
    """Return the images that every net misreads, sorted by the number of nets that agree, then by probability.

    Args:
        target: of shape (images,).
        predicted: of every net, of shape (nets, images).
        probability: of each prediction, of shape (nets, images).
    """
    images = [
        _majority(int(image), int(target[image]), predicted[:, image], probability[:, image])
        for image in np.flatnonzero((predicted != target).all(0))
    ]
    return tuple(sorted(images, key=lambda image: (-image.agreeing, -image.probability)))


def _majority(image: int, target: int, predicted: NDArray[np.int16], probability: NDArray[np.float32]) -> AlwaysWrong:
    labels, times = np.unique(predicted, return_counts=True)
    means = [float(probability[predicted == label].mean(dtype=np.float64)) for label in labels]
    most = max(range(len(labels)), key=lambda index: (times[index], means[index]))
    return AlwaysWrong(
        index=image, target=target, predicted=int(labels[most]), agreeing=int(times[most]), probability=means[most]
    )


def forms_of_pairs(
    predictions: Predictions, pairs: Sequence[Pair], *, seed: int
) -> tuple[tuple[PairForms, ...], Arrays]:
    """Return the forms of the target of each pair, how often each is misread, and images of them.

    The forms depend on the training images and the seed, and on no net.
    """
    data = predictions.data
    train = {target: data.train_images[data.train_labels == target] for target, _ in pairs}
    forms = {target: find_forms(images, rng=np.random.default_rng([seed, target])) for target, images in train.items()}
    every = predictions.of_all_nets
    described, typical, misread = [], [], []
    for pair in pairs:
        of_target = forms[pair[0]]
        inside = _test_images_by_form(predictions, pair[0], of_target)
        described.append(_describe(predictions, pair, of_target, inside))
        typical += [_typical(train[pair[0]], of_target, form) for form in range(len(inside))]
        misread += [
            _row(data.test_images[misread_images(predictions.target, every, pair, among=chosen)], MISREAD)
            for chosen in inside
        ]
    return tuple(described), {
        "forms": predictions.stack(typical, 1 + EXAMPLES),
        "misread": predictions.stack(misread, MISREAD),
    }


def images_of_pairs(
    predictions: Predictions, pairs: Sequence[Pair], net: SavedNet
) -> tuple[tuple[ConfusedImage, ...], Arrays]:
    """Return misread images of each pair, with the nearest training images of both classes, and the evidence.

    Args:
        net: of the strongest run's first seed.
    """
    data, every = predictions.data, predictions.of_all_nets
    by_net = predictions.predicted[predictions.strongest][0]
    described, neighbours, images = [], [], []
    for pair in pairs:
        among = by_net == pair[1]
        for index in misread_images(predictions.target, every, pair, among=among)[:IMAGES_OF_A_PAIR]:
            image = data.test_images[index]
            near_target, near_predicted = (_neighbours(data, image, label) for label in pair)
            target_probability, probability = np.exp(net.log_probabilities(image[None])[0, list(pair)])
            described.append(
                ConfusedImage(
                    index=int(index),
                    target=pair[0],
                    predicted=pair[1],
                    probability=float(probability),
                    target_probability=float(target_probability),
                    agreeing=int((every[:, index] == pair[1]).sum()),
                    nearest_target=near_target,
                    nearest_predicted=near_predicted,
                )
            )
            images.append(image)
            neighbours += [
                _row(data.train_images[[one.index for one in near]], NEIGHBOURS)
                for near in (near_target, near_predicted)
            ]
    side = data.side
    return tuple(described), {
        "confused": np.array(images, dtype=np.uint8).reshape(-1, side, side),
        "nearest": predictions.stack(neighbours, NEIGHBOURS).reshape(-1, 2, NEIGHBOURS, side, side),
        "evidence": _evidence(net, images, [label for image in described for label in (image.target, image.predicted)]),
    }


def _test_images_by_form(predictions: Predictions, label: int, forms: Forms) -> list[NDArray[np.bool_]]:
    """Return for each form which test images of the class have it, of shape (test,) each."""
    of_class = predictions.target == label
    form_of = np.full(len(predictions.target), -1)
    form_of[of_class] = forms.nearest_form(predictions.data.test_images[of_class])
    return [form_of == form for form in range(len(forms.centres))]


def _describe(predictions: Predictions, pair: Pair, forms: Forms, inside: Sequence[NDArray[np.bool_]]) -> PairForms:
    sizes = np.bincount(forms.train_forms, minlength=len(inside))
    described = []
    for size, chosen in zip(sizes, inside, strict=True):
        test = int(chosen.sum())
        counts = [float((run[:, chosen] == pair[1]).sum(1).mean()) for run in predictions.predicted]
        rates = tuple(wilson(count, test) for count in counts) if test else ()
        described.append(Form(train=int(size), test=test, rates=rates))
    return PairForms(target=pair[0], predicted=pair[1], strengths=forms.strengths, forms=tuple(described))


def _typical(images: NDArray[np.uint8], forms: Forms, form: int) -> NDArray[np.uint8]:
    """Return the mean of a form's training images, then those nearest to its centre."""
    inside = images[forms.train_forms == form]
    nearest_to_centre = inside[np.argsort(forms.distances(inside)[:, form], kind="stable")]
    mean = inside.mean(0).round().astype(np.uint8)
    return _row(np.concatenate([mean[None], nearest_to_centre]), 1 + EXAMPLES)


def _neighbours(data: ImageData, image: NDArray[np.uint8], label: int) -> tuple[Neighbour, ...]:
    of_class = np.flatnonzero(data.train_labels == label)
    indices, distances = nearest(image, data.train_images[of_class], count=NEIGHBOURS)
    return tuple(
        Neighbour(index=int(of_class[index]), distance=float(distance))
        for index, distance in zip(indices, distances, strict=True)
    )


def _evidence(net: SavedNet, images: Sequence[NDArray[np.uint8]], labels: Sequence[int]) -> NDArray[np.float32]:
    """Return the evidence for two labels of each image, of shape (images, 2, side, side)."""
    if not images:
        return np.zeros((0, 2, 1, 1), dtype=np.float32)
    twice = torch.from_numpy(np.repeat(np.stack(images), 2, axis=0))
    values: NDArray[np.float32] = evidence(net.model, twice, torch.tensor(labels)).numpy()
    return values.reshape(len(images), 2, *values.shape[1:])


def _row(images: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    """Return the first images, padded with zeros to this length."""
    row = np.zeros((length, *images.shape[1:]), dtype=np.uint8)
    row[: len(images[:length])] = images[:length]
    return row
