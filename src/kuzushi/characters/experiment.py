"""The experiment on recognisers of cursive kana: train a net from one seed or several, and find its confusions."""

import statistics
from collections.abc import Sequence
from contextlib import nullcontext

import numpy as np
import torch
from numpy.typing import NDArray

from kuzushi.characters.configs import CharactersConfig, Precision
from kuzushi.characters.datasets.catalogue import load_images, obtain
from kuzushi.characters.datasets.download import Watch
from kuzushi.characters.datasets.images import validation_split
from kuzushi.characters.evaluate import balanced_accuracy, calibration, confused_pairs, parameter_table
from kuzushi.characters.results import (
    CharactersResult,
    CharactersSummary,
    DataSummary,
    EpochScore,
    TrainedSeed,
)
from kuzushi.characters.train import Recogniser, train
from kuzushi.core.device import bfloat16_is_fast, one_thread, select_device
from kuzushi.core.journal import Journal, Silent
from kuzushi.core.provenance import provenance
from kuzushi.core.statistics import wilson

PAIRS, GALLERY, EXAMPLES = 20, 8, 12
"""Numbers of most confused pairs: over all seeds, with images of the first seed; and of images for each of those."""
SAMPLES, MOST_SAMPLES = 50, 500
"""Largest numbers of training images in the result: of each class, and of all classes together."""
MOST_CLASSES = 100
"""Largest number of classes with a confusion matrix in the result, and with samples of their images."""
CONVOLUTIONS = ("conv", "deep")
"""Nets that are large enough to gain from several cores and from bfloat16."""
SILENT: Journal = Silent()


def prepare(config: CharactersConfig, *, watch: Watch) -> None:
    """Download the images of a published set, unless they are on this machine.

    Raises:
        DataError: if no mirror gives them, or they cannot be written.
    """
    obtain(config.data, watch=watch)


def run(config: CharactersConfig, *, journal: Journal = SILENT) -> CharactersResult:
    """Train the net from every seed in turn, and count its confusions on the test part.

    The test part is evaluated after each epoch, for the learning curves only. Weights and gallery are those of the
    first seed.

    Raises:
        KuzushiError: if the images cannot be loaded, or the device does not exist.
    """
    with nullcontext() if config.net in CONVOLUTIONS else one_thread():
        return _run(config, journal)


def _run(config: CharactersConfig, journal: Journal) -> CharactersResult:
    device = select_device(config.device)
    precision = _precision(config, device)
    data = load_images(config.data, seed=config.seed)
    if config.validation:
        data = validation_split(data)
    made = provenance(config, device=str(device), threads=torch.get_num_threads())
    journal.begin(config, made, data.sha256)
    trainings = [
        train(config, data, seed, device=device, half=precision == "bfloat16", journal=journal)
        for seed in range(config.seed, config.seed + config.seeds)
    ]
    first = trainings[0]
    gallery = confused_pairs(first.confusion, top=GALLERY)
    seeds = tuple(_score(training) for training in trainings)
    confusion = torch.stack([training.confusion for training in trainings]).sum(0)
    by_class = [data.train_labels == label for label in range(min(len(data.classes), MOST_CLASSES))]
    samples = min(SAMPLES, MOST_SAMPLES // len(by_class))
    predicted = np.stack([training.predicted.numpy() for training in trainings])
    confused = [(data.test_labels == pair.target) & (predicted[0] == pair.predicted) for pair in gallery]
    probability = np.stack([training.probability.numpy() for training in trainings])
    return CharactersResult(
        config=config,
        net=config.net,
        precision=precision,
        data=DataSummary(
            name=data.name,
            train=len(data.train_labels),
            test=len(data.test_labels),
            sha256=data.sha256,
            verified=data.verified,
            classes=data.classes,
        ),
        parameters=parameter_table(first.model),
        seeds=seeds,
        summary=CharactersSummary(
            accuracy=wilson(statistics.fmean(seed.test_correct for seed in seeds), len(data.test_labels)),
            spread=statistics.stdev(seed.test_accuracy for seed in seeds) if len(seeds) > 1 else None,
            balanced=balanced_accuracy(confusion.numpy() / len(seeds)),
        ),
        calibration=calibration(predicted == data.test_labels, probability),
        pairs=confused_pairs(confusion, top=PAIRS),
        gallery=gallery,
        seconds=sum(seed.seconds for seed in seeds),
        provenance=made,
        arrays={
            "samples": _sheet(data.train_images, by_class, samples),
            "confused": _sheet(data.test_images, confused, EXAMPLES),
            "target": data.test_labels.astype(np.int16),
            "predicted": predicted.astype(np.int16),
            "probability": probability,
        },
        weights={name: tensor.cpu().contiguous().numpy() for name, tensor in first.model.state_dict().items()},
    )


def _precision(config: CharactersConfig, device: torch.device) -> Precision:
    if config.precision != "auto":
        return config.precision
    useful = config.preset == "fast" and config.net in CONVOLUTIONS
    return "bfloat16" if useful and bfloat16_is_fast(device) else "float32"


def _score(training: Recogniser) -> TrainedSeed:
    history = training.history
    epochs = tuple(
        EpochScore(epoch=epoch, seconds=seconds, **scores)
        for epoch, (seconds, scores) in enumerate(zip(history.updating, history.metrics, strict=True), start=1)
    )
    correct, n = int(training.confusion.trace()), len(training.predicted)
    return TrainedSeed(
        seed=training.seed,
        test_loss=epochs[-1].test_loss,
        test_correct=correct,
        test_accuracy=correct / n,
        confusion=tuple(map(tuple, training.confusion.tolist())) if len(training.confusion) <= MOST_CLASSES else (),
        epochs=epochs,
        seconds=history.seconds,
    )


def _sheet(images: NDArray[np.uint8], rows: Sequence[NDArray[np.bool_]], length: int) -> NDArray[np.uint8]:
    """Return the first images that each row selects, of shape (rows, length, side, side), padded with zeros."""
    sheet = np.zeros((len(rows), length, *images.shape[1:]), dtype=np.uint8)
    for row, selected in zip(sheet, rows, strict=True):
        indices = np.flatnonzero(selected)[:length]
        row[: len(indices)] = images[indices]
    return sheet
