"""How recognisers are trained: the recipe of each preset, and one training from one seed."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int, UInt8
from numpy.typing import NDArray
from torch import Tensor, nn

from kuzushi.analysis.confusion import confusion_matrix
from kuzushi.configs import CharactersConfig
from kuzushi.data.batches import Distortion, distorted, scaled
from kuzushi.data.images import ImageData
from kuzushi.models.characters import build
from kuzushi.runs import Journal
from kuzushi.training import Descent, Evaluation, History, Plan, fit

TESTED_AT_ONCE = 200
"""Of 500, what is between the layers of NetConv no longer fits the cache, and reading takes half as long again."""


@dataclass(frozen=True, kw_only=True)
class Recipe(Descent):
    """How one net is trained on images."""

    batch: int
    smoothing: float = 0.0
    """The part of each label that is spread evenly over all classes."""
    distortion: Distortion | None = None
    """How the training images are distorted, anew in every epoch; in the first, new as they are, they are not."""


REPORT = Recipe(batch=64, optimiser="sgd", learning_rate=0.01, momentum=0.5)
"""The study's, at a constant learning rate."""
FAST = {
    "lin": Recipe(batch=128, optimiser="adam", learning_rate=0.003, one_cycle=True),
    "full": Recipe(batch=128, optimiser="adam", learning_rate=0.006, one_cycle=True),
    "conv": Recipe(
        batch=64, optimiser="adam", learning_rate=0.01, one_cycle=True, smoothing=0.1,
        distortion=Distortion(rotation=6.0, stretch=0.06, shear=0.06, shift=1.5 / 28),
    ),
    "deep": Recipe(
        batch=128, optimiser="sgd", learning_rate=0.3, momentum=0.9, nesterov=True, weight_decay=1e-3, one_cycle=True,
        smoothing=0.1, distortion=Distortion(rotation=10.0, stretch=0.1, shear=0.1, shift=2 / 28),
    ),
}  # fmt: skip
"""Chosen on validation parts of the training images of kmnist-mini: docs/notes.md has what each step gave."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """The training or the test part, in the memory of the device."""

    images: UInt8[Tensor, "n side side"]
    labels: Int[Tensor, " n"]


@dataclass(frozen=True, kw_only=True)
class Recogniser:
    """One net trained from one seed, and what it makes of the test part."""

    seed: int
    model: nn.Module
    history: History
    predicted: Int[Tensor, " n"]
    probability: Float[Tensor, " n"]
    """That the net gives to its prediction."""
    confusion: Int[Tensor, "classes classes"]


def recipe(config: CharactersConfig) -> Recipe:
    """What the preset says of the net."""
    return REPORT if config.preset == "report" else FAST[config.net]


def plan(recipe: Recipe, *, updates_per_epoch: int, epochs: int | float) -> Plan:
    """The recipe's updates, with a look at the test part after each epoch and at the end."""
    steps = {field.name: getattr(recipe, field.name) for field in fields(Descent)}
    return Plan(updates=max(1, round(epochs * updates_per_epoch)), evaluate_every=updates_per_epoch, **steps)


def train(
    config: CharactersConfig,
    data: ImageData,
    seed: int,
    *,
    device: torch.device,
    half: bool,
    journal: Journal,
) -> Recogniser:
    """Train the config's net from one seed.

    The test part is looked at after each epoch, for the learning curves, and chooses nothing.

    Args:
        half: whether products in training are of bfloat16 numbers. Weights and tests are always of float32.
    """
    chosen = recipe(config)
    learned = _part(data.train_images, data.train_labels, device)
    tested = _part(data.test_images, data.test_labels, device)
    model = build(config, classes=len(data.classes), side=data.side, seed=seed)
    model = model.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    updates_per_epoch = -(-len(learned.labels) // chosen.batch)

    @lru_cache(maxsize=1)
    def order(epoch: int) -> Int[Tensor, " n"]:
        return torch.from_numpy(np.random.default_rng([seed, epoch]).permutation(len(learned.labels))).to(device)

    def losses(update: int) -> Float[Tensor, " nets"]:
        epoch, place = divmod(update, updates_per_epoch)
        picked = order(epoch)[place * chosen.batch : (place + 1) * chosen.batch]
        images = scaled(learned.images[picked])
        if chosen.distortion is not None and epoch > 0:
            images = distorted(images, chosen.distortion, np.random.default_rng([seed, epoch, place]))
        with _products(device, half=half):
            read = model(images)
        return F.cross_entropy(read, learned.labels[picked], label_smoothing=chosen.smoothing).view(1)

    def evaluate(train_loss: Float[Tensor, " nets"]) -> Evaluation:
        read = log_probabilities(model, tested.images)
        return Evaluation(
            metrics={
                "train_loss": train_loss.item(),
                "test_loss": F.nll_loss(read, tested.labels).item(),
                "test_accuracy": (read.argmax(1) == tested.labels).double().mean().item(),
            }
        )

    planned = plan(chosen, updates_per_epoch=updates_per_epoch, epochs=config.passes)
    history = fit(model, losses, evaluate, planned, journal=journal, stage=f"seed {seed}")
    log_probability, predicted = log_probabilities(model, tested.images).cpu().max(1)
    return Recogniser(
        seed=seed,
        model=model,
        history=history,
        predicted=predicted,
        probability=log_probability.exp(),
        confusion=confusion_matrix(tested.labels.cpu(), predicted, classes=len(data.classes)),
    )


def _part(images: NDArray[np.uint8], labels: NDArray[np.int64], device: torch.device) -> Part:
    return Part(images=torch.from_numpy(images).to(device), labels=torch.from_numpy(labels).to(device))


def _products(device: torch.device, *, half: bool) -> AbstractContextManager[object]:
    """In what numbers matrix products and convolutions are computed."""
    return torch.autocast(device.type, torch.bfloat16) if half else nullcontext()


@torch.no_grad()
def log_probabilities(model: nn.Module, images: UInt8[Tensor, "n side side"]) -> Float[Tensor, "n classes"]:
    """What a trained net makes of images, each read by itself, in float32."""
    training = model.training
    model.eval()
    starts = range(0, len(images), TESTED_AT_ONCE)
    read = torch.cat([model(scaled(images[start : start + TESTED_AT_ONCE])) for start in starts])
    model.train(training)
    return read
