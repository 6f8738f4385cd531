"""Training of recognisers: random distortions, and one training from one seed."""

from contextlib import nullcontext
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.datasets.images import ImageData
from kuzushi.characters.evaluate import confusion_matrix
from kuzushi.characters.nets import build, log_probabilities, scaled
from kuzushi.characters.recipes import Distortion, Recipe, recipe
from kuzushi.core.journal import Journal
from kuzushi.core.training import Descent, Evaluation, History, Plan, fit

BACKGROUND = -1.0
"""A pixel without ink, scaled."""


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
    parts = (data.train_images, data.train_labels, data.test_images, data.test_labels)
    train_images, train_labels, test_images, test_labels = (torch.from_numpy(array).to(device) for array in parts)
    model = build(config, classes=len(data.classes), side=data.side, seed=seed)
    model = model.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    updates_per_epoch = -(-len(train_labels) // chosen.batch)

    @lru_cache(maxsize=1)
    def order(epoch: int) -> Int[Tensor, " n"]:
        return torch.from_numpy(np.random.default_rng([seed, epoch]).permutation(len(train_labels))).to(device)

    def losses(update: int) -> Float[Tensor, " nets"]:
        epoch, batch = divmod(update, updates_per_epoch)
        picked = order(epoch)[batch * chosen.batch : (batch + 1) * chosen.batch]
        images = scaled(train_images[picked])
        if chosen.distortion is not None and epoch > 0:
            images = distorted(images, chosen.distortion, np.random.default_rng([seed, epoch, batch]))
        with torch.autocast(device.type, torch.bfloat16) if half else nullcontext():
            outputs = model(images)
        return F.cross_entropy(outputs, train_labels[picked], label_smoothing=chosen.smoothing).view(1)

    def evaluate(train_loss: Float[Tensor, " nets"]) -> Evaluation:
        outputs = log_probabilities(model, test_images)
        return Evaluation(
            metrics={
                "train_loss": train_loss.item(),
                "test_loss": F.nll_loss(outputs, test_labels).item(),
                "test_accuracy": (outputs.argmax(1) == test_labels).double().mean().item(),
            }
        )

    planned = plan(chosen, updates_per_epoch=updates_per_epoch, epochs=config.passes)
    history = fit(model, losses, evaluate, planned, journal=journal, stage=f"seed {seed}")
    log_probability, predicted = log_probabilities(model, test_images).cpu().max(1)
    return Recogniser(
        seed=seed,
        model=model,
        history=history,
        predicted=predicted,
        probability=log_probability.exp(),
        confusion=confusion_matrix(test_labels.cpu(), predicted, classes=len(data.classes)),
    )


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
