"""Training of recognisers: the recipe of each preset, random distortions, and one training from one seed."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int, UInt8
from numpy.typing import NDArray
from torch import Tensor, nn

from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.datasets.images import ImageData
from kuzushi.characters.evaluate import confusion_matrix
from kuzushi.characters.nets import build, log_probabilities, scaled
from kuzushi.core.journal import Journal
from kuzushi.core.training import Descent, Evaluation, History, Plan, fit

BACKGROUND = -1.0
"""A pixel without ink, scaled."""


@dataclass(frozen=True, kw_only=True)
class Distortion:
    """Limits of random shifts, rotations and stretches. Images are never flipped: no kana is another's mirror image."""

    rotation: float
    """In degrees to either side."""
    stretch: float
    """Of each axis, as the logarithm of the factor."""
    shear: float
    """In pixels to the side per pixel up or down."""
    shift: float
    """Along each axis, as a part of the image's side."""


@dataclass(frozen=True, kw_only=True)
class Recipe(Descent):
    """Settings of one training on images."""

    batch: int
    smoothing: float = 0.0
    """Label smoothing: the part of each label that is spread evenly over all classes."""
    distortion: Distortion | None = None
    """Distortion of the training images, drawn anew in every epoch but the first, which has the original images."""


REPORT = Recipe(batch=64, optimiser="sgd", learning_rate=0.01, momentum=0.5)
"""The recipe of the report, with a constant learning rate."""
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
"""Chosen on validation parts of the training images of kmnist-mini; docs/notes.md lists the effect of each step."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """The training or the test part, in the memory of the device."""

    images: UInt8[Tensor, "n side side"]
    labels: Int[Tensor, " n"]


@dataclass(frozen=True, kw_only=True)
class Recogniser:
    """One net trained from one seed, with its predictions on the test part."""

    seed: int
    model: nn.Module
    history: History
    predicted: Int[Tensor, " n"]
    probability: Float[Tensor, " n"]
    """Of each prediction, in 0..1."""
    confusion: Int[Tensor, "classes classes"]


def recipe(config: CharactersConfig) -> Recipe:
    """Return the recipe of the config's preset and net."""
    return REPORT if config.preset == "report" else FAST[config.net]


def plan(recipe: Recipe, *, updates_per_epoch: int, epochs: int | float) -> Plan:
    """Return the updates of the recipe, with an evaluation after each epoch and at the end."""
    settings = {field.name: getattr(recipe, field.name) for field in fields(Descent)}
    return Plan(updates=max(1, round(epochs * updates_per_epoch)), evaluate_every=updates_per_epoch, **settings)


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

    The test part is evaluated after each epoch, for the learning curves only.

    Args:
        half: whether products in training are in bfloat16. Weights and tests are always in float32.
    """
    chosen = recipe(config)
    train_part = _part(data.train_images, data.train_labels, device)
    test_part = _part(data.test_images, data.test_labels, device)
    model = build(config, classes=len(data.classes), side=data.side, seed=seed)
    model = model.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    updates_per_epoch = -(-len(train_part.labels) // chosen.batch)

    @lru_cache(maxsize=1)
    def order(epoch: int) -> Int[Tensor, " n"]:
        return torch.from_numpy(np.random.default_rng([seed, epoch]).permutation(len(train_part.labels))).to(device)

    def losses(update: int) -> Float[Tensor, " nets"]:
        epoch, batch = divmod(update, updates_per_epoch)
        picked = order(epoch)[batch * chosen.batch : (batch + 1) * chosen.batch]
        images = scaled(train_part.images[picked])
        if chosen.distortion is not None and epoch > 0:
            images = distorted(images, chosen.distortion, np.random.default_rng([seed, epoch, batch]))
        with _products(device, half=half):
            read = model(images)
        return F.cross_entropy(read, train_part.labels[picked], label_smoothing=chosen.smoothing).view(1)

    def evaluate(train_loss: Float[Tensor, " nets"]) -> Evaluation:
        read = log_probabilities(model, test_part.images)
        return Evaluation(
            metrics={
                "train_loss": train_loss.item(),
                "test_loss": F.nll_loss(read, test_part.labels).item(),
                "test_accuracy": (read.argmax(1) == test_part.labels).double().mean().item(),
            }
        )

    planned = plan(chosen, updates_per_epoch=updates_per_epoch, epochs=config.passes)
    history = fit(model, losses, evaluate, planned, journal=journal, stage=f"seed {seed}")
    log_probability, predicted = log_probabilities(model, test_part.images).cpu().max(1)
    return Recogniser(
        seed=seed,
        model=model,
        history=history,
        predicted=predicted,
        probability=log_probability.exp(),
        confusion=confusion_matrix(test_part.labels.cpu(), predicted, classes=len(data.classes)),
    )


def _part(images: NDArray[np.uint8], labels: NDArray[np.int64], device: torch.device) -> Part:
    return Part(images=torch.from_numpy(images).to(device), labels=torch.from_numpy(labels).to(device))


def _products(device: torch.device, *, half: bool) -> AbstractContextManager[object]:
    """Compute matrix products and convolutions in bfloat16, or as they are."""
    return torch.autocast(device.type, torch.bfloat16) if half else nullcontext()


def distorted(
    images: Float[Tensor, "n 1 side side"], distortion: Distortion, generator: np.random.Generator
) -> Float[Tensor, "n 1 side side"]:
    """Shift, rotate and stretch each image at random; pixels from outside the image are background.

    Example: distorted(batch, Distortion(rotation=10, stretch=0, shear=0, shift=0), generator) rotates each by -10 to 10
    """
    matrices = torch.from_numpy(_matrices(len(images), distortion, generator)).to(images.device)
    positions = F.affine_grid(matrices, list(images.shape), align_corners=False)  # (n, side, side, 2)
    return F.grid_sample(images - BACKGROUND, positions, align_corners=False) + BACKGROUND


def _matrices(n: int, distortion: Distortion, generator: np.random.Generator) -> np.ndarray:
    """Return affine maps from each pixel to its source, in units of half a side, of shape (n, 2, 3)."""
    turn, wide, high, shear, right, down = generator.uniform(-1, 1, (6, n))
    turn, shear = np.radians(distortion.rotation) * turn, distortion.shear * shear
    wide, high = np.exp(distortion.stretch * wide), np.exp(distortion.stretch * high)
    right, down = 2 * distortion.shift * right, 2 * distortion.shift * down
    rows = [
        [wide * np.cos(turn), high * (shear - np.sin(turn)), right],
        [wide * np.sin(turn), high * np.cos(turn), down],
    ]
    return np.array(rows, dtype=np.float32).transpose(2, 0, 1)
