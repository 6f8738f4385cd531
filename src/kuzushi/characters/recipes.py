"""Recipes of training: learning rate, batch, schedule and distortions of each net."""

from dataclasses import dataclass

from kuzushi.characters.configs import CharactersConfig
from kuzushi.core.training import Descent


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


def recipe(config: CharactersConfig) -> Recipe:
    """Return the recipe of the config's preset and net."""
    return REPORT if config.preset == "report" else FAST[config.net]
