"""Recognisers of cursive kana: train a net from one seed or several, and see what it takes for what."""

import statistics
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int, UInt8
from numpy.typing import NDArray
from torch import Tensor, nn

from kuzushi.analysis.confusion import confused_pairs, confusion_matrix
from kuzushi.analysis.intervals import wilson
from kuzushi.analysis.parameters import parameter_table
from kuzushi.configs import CharactersConfig
from kuzushi.data.batches import scaled
from kuzushi.data.images import ImageData
from kuzushi.data.sources import load
from kuzushi.experiments.device import one_thread, pick
from kuzushi.models.characters import build
from kuzushi.results import CharactersResult, CharactersSummary, ConfusedPair, DataSummary, EpochScore, TrainedSeed
from kuzushi.runs import Journal, Silent, provenance
from kuzushi.training import Evaluation, History, Plan, fit

BATCH = {"report": 64, "fast": 128}
FAST_LEARNING_RATE = {"lin": 0.003, "full": 0.006, "conv": 0.006}
"""Chosen on a fifth of the training images of kmnist-mini, 2 to 5 seeds each."""
TESTED_AT_ONCE = 500
PAIRS, CELLS, SHOWN = 20, 8, 12
"""The most confused pairs kept, the worst cells shown, and the images shown of each class and each cell."""
SILENT: Journal = Silent()


@dataclass(frozen=True, kw_only=True)
class Part:
    """The training or the test part, in the memory of the device."""

    images: UInt8[Tensor, "n side side"]
    labels: Int[Tensor, " n"]


@dataclass(frozen=True, kw_only=True)
class Training:
    """One net trained from one seed, and what it makes of the test part."""

    seed: int
    model: nn.Module
    history: History
    predicted: Int[Tensor, " n"]
    probability: Float[Tensor, " n"]
    """That the net gives to its prediction."""
    confusion: Int[Tensor, "classes classes"]


def run(config: CharactersConfig, *, journal: Journal = SILENT) -> CharactersResult:
    """Train the net from every seed in turn, and count over the test part what it takes for what.

    The test part is looked at after each epoch, for the learning curves, and chooses nothing. Weights and gallery
    are those of the first seed.

    Raises:
        KuzushiError: if the images cannot be had, or the device is not there.
    """
    with nullcontext() if config.net == "conv" else one_thread():
        return _run(config, journal)


def _run(config: CharactersConfig, journal: Journal) -> CharactersResult:
    device = pick(config.device)
    data = load(config.data, seed=config.seed)
    made = provenance(config, device=str(device), threads=torch.get_num_threads())
    journal.begin(config, made, data.sha256)
    trainings = [
        _train(config, data, seed, device=device, journal=journal)
        for seed in range(config.seed, config.seed + config.seeds)
    ]
    first = trainings[0]
    gallery = confused_pairs(first.confusion, top=CELLS)
    seeds = tuple(_score(training) for training in trainings)
    return CharactersResult(
        config=config,
        net=config.net,
        data=_summary_of(data),
        parameters=parameter_table(first.model),
        seeds=seeds,
        summary=_summary(seeds, images=len(data.test_labels)),
        pairs=confused_pairs(torch.stack([training.confusion for training in trainings]).sum(0), top=PAIRS),
        gallery=gallery,
        seconds=sum(seed.seconds for seed in seeds),
        provenance=made,
        arrays={
            "samples": _sheet(data.train_images, [data.train_labels == label for label in range(len(data.classes))]),
            "confused": _sheet(data.test_images, [_in_cell(first, data, pair) for pair in gallery]),
            "target": data.test_labels.astype(np.int16),
            "predicted": torch.stack([training.predicted for training in trainings]).numpy().astype(np.int16),
            "probability": torch.stack([training.probability for training in trainings]).numpy(),
        },
        weights={name: tensor.cpu().numpy() for name, tensor in first.model.state_dict().items()},
    )


def plan(config: CharactersConfig, *, updates_per_epoch: int) -> Plan:
    """How each preset trains; "report" is the study's, at a constant learning rate."""
    updates = config.epochs * updates_per_epoch
    if config.preset == "report":
        return Plan(
            updates=updates, evaluate_every=updates_per_epoch, optimiser="sgd", learning_rate=0.01, momentum=0.5
        )
    return Plan(
        updates=updates, evaluate_every=updates_per_epoch, optimiser="adam",
        learning_rate=FAST_LEARNING_RATE[config.net], one_cycle=True,
    )  # fmt: skip


def _train(config: CharactersConfig, data: ImageData, seed: int, *, device: torch.device, journal: Journal) -> Training:
    train = _part(data.train_images, data.train_labels, device)
    test = _part(data.test_images, data.test_labels, device)
    model = build(config, classes=len(data.classes), side=data.side, seed=seed).to(device)
    batch = BATCH[config.preset]
    updates_per_epoch = -(-len(train.labels) // batch)

    @lru_cache(maxsize=1)
    def order(epoch: int) -> Int[Tensor, " n"]:
        return torch.from_numpy(np.random.default_rng([seed, epoch]).permutation(len(train.labels))).to(device)

    def losses(update: int) -> Float[Tensor, " nets"]:
        epoch, place = divmod(update, updates_per_epoch)
        chosen = order(epoch)[place * batch : (place + 1) * batch]
        return F.nll_loss(model(scaled(train.images[chosen])), train.labels[chosen]).view(1)

    def evaluate(train_loss: Float[Tensor, " nets"]) -> Evaluation:
        log_probabilities = _log_probabilities(model, test.images)
        return Evaluation(
            metrics={
                "train_loss": train_loss.item(),
                "test_loss": F.nll_loss(log_probabilities, test.labels).item(),
                "test_accuracy": (log_probabilities.argmax(1) == test.labels).double().mean().item(),
            }
        )

    planned = plan(config, updates_per_epoch=updates_per_epoch)
    history = fit(model, losses, evaluate, planned, journal=journal, stage=f"seed {seed}")
    log_probability, predicted = _log_probabilities(model, test.images).cpu().max(1)
    return Training(
        seed=seed,
        model=model,
        history=history,
        predicted=predicted,
        probability=log_probability.exp(),
        confusion=confusion_matrix(test.labels.cpu(), predicted, classes=len(data.classes)),
    )


def _part(images: NDArray[np.uint8], labels: NDArray[np.int64], device: torch.device) -> Part:
    return Part(images=torch.from_numpy(images).to(device), labels=torch.from_numpy(labels).to(device))


@torch.no_grad()
def _log_probabilities(model: nn.Module, images: UInt8[Tensor, "n side side"]) -> Float[Tensor, "n classes"]:
    starts = range(0, len(images), TESTED_AT_ONCE)
    return torch.cat([model(scaled(images[start : start + TESTED_AT_ONCE])) for start in starts])


def _score(training: Training) -> TrainedSeed:
    epochs = tuple(EpochScore(epoch=epoch, **scores) for epoch, scores in enumerate(training.history.metrics, start=1))
    correct, n = int(training.confusion.trace()), len(training.predicted)
    return TrainedSeed(
        seed=training.seed,
        test_loss=epochs[-1].test_loss,
        test_correct=correct,
        test_accuracy=correct / n,
        confusion=tuple(tuple(row) for row in training.confusion.tolist()),
        epochs=epochs,
        seconds=training.history.seconds,
    )


def _summary(seeds: Sequence[TrainedSeed], *, images: int) -> CharactersSummary:
    return CharactersSummary(
        accuracy=wilson(statistics.fmean(seed.test_correct for seed in seeds), images),
        spread=statistics.stdev(seed.test_accuracy for seed in seeds) if len(seeds) > 1 else None,
    )


def _summary_of(data: ImageData) -> DataSummary:
    return DataSummary(
        name=data.name,
        train=len(data.train_labels),
        test=len(data.test_labels),
        sha256=data.sha256,
        verified=data.verified,
        classes=data.classes,
    )


def _in_cell(training: Training, data: ImageData, cell: ConfusedPair) -> NDArray[np.bool_]:
    """Which test images of the cell's target were read as its prediction, of shape (n,)."""
    inside: NDArray[np.bool_] = (data.test_labels == cell.target) & (training.predicted.numpy() == cell.predicted)
    return inside


def _sheet(images: NDArray[np.uint8], rows: Sequence[NDArray[np.bool_]]) -> NDArray[np.uint8]:
    """The first images that each row chooses, of shape (rows, SHOWN, side, side); unused places are 0."""
    sheet = np.zeros((len(rows), SHOWN, *images.shape[1:]), dtype=np.uint8)
    for places, chosen in zip(sheet, rows, strict=True):
        found = np.flatnonzero(chosen)[:SHOWN]
        places[: len(found)] = images[found]
    return sheet
