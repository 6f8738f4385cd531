"""Images as a net takes them: whole batches at once, in the memory of the device."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor

GROUND = -1.0
"""A pixel without ink, scaled."""


@dataclass(frozen=True, kw_only=True)
class Distortion:
    """How far images are moved, turned and stretched at random. They are never flipped: no kana is another's mirror."""

    rotation: float
    """Largest, in degrees to either side."""
    stretch: float
    """Largest, of each axis, as the logarithm of the factor."""
    shear: float
    """Largest, in pixels to the side per pixel up or down."""
    shift: float
    """Largest, along each axis, as a part of the image's side."""


def scaled(images: UInt8[Tensor, "n side side"]) -> Float[Tensor, "n 1 side side"]:
    """Pixels from 0..255 to -1..1, as images of one channel.

    The channel is last in memory, as convolutions are fastest.
    """
    return (images[..., None].float() / 127.5 - 1).permute(0, 3, 1, 2)


def distorted(
    images: Float[Tensor, "n 1 side side"], distortion: Distortion, generator: np.random.Generator
) -> Float[Tensor, "n 1 side side"]:
    """Move, turn and stretch each image by numbers of its own; what comes in from outside is ground.

    Example: distorted(batch, Distortion(rotation=10, stretch=0, shear=0, shift=0), generator) turns each by -10 to 10
    """
    maps = torch.from_numpy(_maps(len(images), distortion, generator)).to(images.device)
    places = F.affine_grid(maps, list(images.shape), align_corners=False)  # (n, side, side, 2)
    return F.grid_sample(images - GROUND, places, align_corners=False) + GROUND


def _maps(n: int, distortion: Distortion, generator: np.random.Generator) -> np.ndarray:
    """From each pixel to where it is taken from, in units of half a side, of shape (n, 2, 3)."""
    turn, wide, high, shear, right, down = generator.uniform(-1, 1, (6, n))
    turn, shear = np.radians(distortion.rotation) * turn, distortion.shear * shear
    wide, high = np.exp(distortion.stretch * wide), np.exp(distortion.stretch * high)
    right, down = 2 * distortion.shift * right, 2 * distortion.shift * down
    rows = [
        [wide * np.cos(turn), high * (shear - np.sin(turn)), right],
        [wide * np.sin(turn), high * np.cos(turn), down],
    ]
    return np.array(rows, dtype=np.float32).transpose(2, 0, 1)
