"""Recognisers of cursive kana: train a net from one seed or several, and see what it takes for what."""

import statistics
from collections.abc import Sequence
from contextlib import nullcontext

import numpy as np
import torch
from numpy.typing import NDArray

from kuzushi.analysis.balance import balanced_accuracy
from kuzushi.analysis.calibration import calibration
from kuzushi.analysis.confusion import confused_pairs
from kuzushi.analysis.intervals import wilson
from kuzushi.analysis.parameters import parameter_table
from kuzushi.configs import CharactersConfig, Precision
from kuzushi.data.images import ImageData
from kuzushi.data.sources import load
from kuzushi.data.split import validation
from kuzushi.experiments.device import bfloat16_is_fast, one_thread, pick
from kuzushi.experiments.recognisers import Recogniser, train
from kuzushi.results import CharactersResult, CharactersSummary, ConfusedPair, DataSummary, EpochScore, TrainedSeed
from kuzushi.runs import Journal, Silent, provenance

PAIRS, CELLS, SHOWN = 20, 8, 12
"""The most confused pairs kept, the worst cells shown, and the test images shown of each cell."""
SAMPLES, MOST_SAMPLES = 50, 500
"""The most training images kept of each class, and of all classes together."""
MOST_CLASSES = 100
"""The most classes with a confusion matrix in the result, and with samples of their images."""
CONVOLUTIONS = ("conv", "deep")
"""Nets with work enough for every core, and for numbers of half the size."""
SILENT: Journal = Silent()


def run(config: CharactersConfig, *, journal: Journal = SILENT) -> CharactersResult:
    """Train the net from every seed in turn, and count over the test part what it takes for what.

    The test part is looked at after each epoch, for the learning curves, and chooses nothing. Weights and gallery
    are those of the first seed.

    Raises:
        KuzushiError: if the images cannot be had, or the device is not there.
    """
    with nullcontext() if config.net in CONVOLUTIONS else one_thread():
        return _run(config, journal)


def _run(config: CharactersConfig, journal: Journal) -> CharactersResult:
    device = pick(config.device)
    precision = _precision(config, device)
    data = load(config.data, seed=config.seed)
    if config.validation:
        data = validation(data)
    made = provenance(config, device=str(device), threads=torch.get_num_threads())
    journal.begin(config, made, data.sha256)
    trainings = [
        train(config, data, seed, device=device, half=precision == "bfloat16", journal=journal)
        for seed in range(config.seed, config.seed + config.seeds)
    ]
    first = trainings[0]
    gallery = confused_pairs(first.confusion, top=CELLS)
    seeds = tuple(_score(training) for training in trainings)
    confusion = torch.stack([training.confusion for training in trainings]).sum(0)
    sampled = [data.train_labels == label for label in range(min(len(data.classes), MOST_CLASSES))]
    of_each = min(SAMPLES, MOST_SAMPLES // len(sampled))
    predicted = np.stack([training.predicted.numpy() for training in trainings])
    probability = np.stack([training.probability.numpy() for training in trainings])
    return CharactersResult(
        config=config,
        net=config.net,
        precision=precision,
        data=summary_of(data),
        parameters=parameter_table(first.model),
        seeds=seeds,
        summary=_summary(seeds, confusion.numpy() / len(seeds)),
        calibration=calibration(predicted == data.test_labels, probability),
        pairs=confused_pairs(confusion, top=PAIRS),
        gallery=gallery,
        seconds=sum(seed.seconds for seed in seeds),
        provenance=made,
        arrays={
            "samples": _sheet(data.train_images, sampled, of_each),
            "confused": _sheet(data.test_images, [_in_cell(first, data, pair) for pair in gallery], SHOWN),
            "target": data.test_labels.astype(np.int16),
            "predicted": predicted.astype(np.int16),
            "probability": probability,
        },
        weights={name: tensor.cpu().contiguous().numpy() for name, tensor in first.model.state_dict().items()},
    )


def _precision(config: CharactersConfig, device: torch.device) -> Precision:
    if config.precision != "auto":
        return config.precision
    worth = config.preset == "fast" and config.net in CONVOLUTIONS
    return "bfloat16" if worth and bfloat16_is_fast(device) else "float32"


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


def _summary(seeds: Sequence[TrainedSeed], confusion: NDArray[np.float64]) -> CharactersSummary:
    return CharactersSummary(
        accuracy=wilson(statistics.fmean(seed.test_correct for seed in seeds), int(confusion.sum().round())),
        spread=statistics.stdev(seed.test_accuracy for seed in seeds) if len(seeds) > 1 else None,
        balanced=balanced_accuracy(confusion),
    )


def summary_of(data: ImageData) -> DataSummary:
    """What a result says of its images."""
    return DataSummary(
        name=data.name,
        train=len(data.train_labels),
        test=len(data.test_labels),
        sha256=data.sha256,
        verified=data.verified,
        classes=data.classes,
    )


def _in_cell(training: Recogniser, data: ImageData, cell: ConfusedPair) -> NDArray[np.bool_]:
    """Which test images of the cell's target were read as its prediction, of shape (n,)."""
    inside: NDArray[np.bool_] = (data.test_labels == cell.target) & (training.predicted.numpy() == cell.predicted)
    return inside


def _sheet(images: NDArray[np.uint8], rows: Sequence[NDArray[np.bool_]], shown: int) -> NDArray[np.uint8]:
    """The first images that each row chooses, of shape (rows, shown, side, side); unused places are 0."""
    sheet = np.zeros((len(rows), shown, *images.shape[1:]), dtype=np.uint8)
    for places, chosen in zip(sheet, rows, strict=True):
        found = np.flatnonzero(chosen)[:shown]
        places[: len(found)] = images[found]
    return sheet
