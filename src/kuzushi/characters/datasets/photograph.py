"""Pictures of one written character, cropped and scaled like the images that a net was trained on.

The character may be anywhere on its page, in any size, dark on light or light on dark, under uneven light.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kuzushi.characters.datasets.folder import open_grey
from kuzushi.core.errors import DataError

LARGEST = 512
"""Pixels along the longer side; larger pictures are reduced first."""
ROUNDS = 6
"""How often the background is fitted to the pixels that are not ink."""
LOST = 0.005
"""The part of the ink that may lie beyond each edge of a character, such as specks."""
SMALLEST = 8
"""Pixels along the longer side of a character, after reduction; fewer are a speck, or cannot be read."""
SAMPLED = 128
"""Pixels along the longer side for fitting the background, which has only six parameters."""
FAINTEST, LEAST_CONTRAST = 12.0, 5.0
"""Ink differs from the background by at least so many levels of grey, and so many times its unevenness."""
NOISE = 3.0
"""Differences up to so many times its unevenness count as background."""
FULL = 0.75
"""The quantile of the ink's darkness that counts as full ink."""

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Box:
    """Rows and columns of a picture, the last ones excluded."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def longer(self) -> int:
        """Pixels along the longer side."""
        return max(self.bottom - self.top, self.right - self.left)


def read_character(path: Path, *, side: int, extent: float) -> NDArray[np.uint8]:
    """Read a picture as grey of shape (side, side): 0 the background, 255 the ink, the character in the middle.

    The picture is cropped to its ink and scaled in its proportions, so that the longer side of the character takes up
    the part `extent` of the image's side.

    Raises:
        DataError: if it is not an image, or has no visible ink.
    """
    grey = open_grey(path)
    grey.thumbnail((LARGEST, LARGEST))
    found = ink(np.asarray(grey))
    if found is None:
        raise DataError(
            f"{path}: no ink is seen on it; give a picture of one character, dark on light or light on dark"
        )
    box = bounds(found)
    if box.longer < SMALLEST:
        raise DataError(
            f"{path}: the ink on it is {box.longer} pixels long, of a picture of {found.shape[1]} x {found.shape[0]}; "
            "give a picture in which the character is larger"
        )
    return fitted(found, box, side=side, extent=extent)


def extent(images: NDArray[np.uint8]) -> float:
    """Return the part of an image's side that the longer side of its character takes up: the median over the images.

    Args:
        images: of shape (n, side, side), 0 the background; those without ink are ignored.
    """
    longer = [bounds(image / image.max()).longer for image in images if image.any()]
    return float(np.median(longer)) / images.shape[-1] if longer else 1.0


def ink(pixels: NDArray[np.uint8]) -> Float | None:
    """Return the amount of ink at each pixel, from 0 to 1, of the shape of the pixels; None if there is no ink.

    The background is a surface of second degree, fitted to the pixels that are not ink. It is on that side of the
    threshold which has most pixels at the edge of the picture.
    """
    if np.ptp(pixels) < FAINTEST:
        return None
    around, light = _edge(pixels), False
    unevenness = _spread(around - np.median(around))
    weights = _near(pixels - np.median(around), unevenness)
    for _ in range(ROUNDS):
        surface = _surface(pixels, weights)
        difference = pixels - surface
        if light:  # ink absorbs a part of the light, so it is fainter where there is less light
            difference *= surface.mean() / surface
        above = difference > threshold(difference)
        light = bool(_edge(above).mean() > 0.5)
        ground = above if light else ~above
        if ground.all() or not ground.any():
            return None
        unevenness = _spread(difference[ground])
        weights = ground * _near(difference, unevenness)
    depth = -difference if light else difference
    full = float(np.quantile(depth[~ground], FULL))
    if full < max(FAINTEST, LEAST_CONTRAST * unevenness):
        return None
    bare = NOISE * unevenness
    found: Float = np.clip((depth - bare) / (full - bare), 0, 1)
    return found


def threshold(values: Float) -> float:
    """Return the level that divides values in two groups with the largest variance between them (Otsu 1979).

    Example: threshold([0, 1, 9, 10]) is between 1 and 9
    """
    counts, edges = np.histogram(values, bins=256)
    middles = (edges[:-1] + edges[1:]) / 2
    below, total = counts.cumsum(), counts.sum()
    moment = (counts * middles).cumsum()
    both = below * (total - below)  # 0 where a group is empty
    apart = np.where(both > 0, (moment[-1] * below / total - moment) ** 2 / np.maximum(both, 1), 0)
    best = np.flatnonzero(apart == apart.max())  # an empty bin between the groups divides them as its neighbours do
    return float(edges[best + 1].mean())


def bounds(found: Float) -> Box:
    """Return the box of a character from the amount of ink at each pixel; specks with little ink may lie outside."""
    dark = found > 0.5
    (top, bottom), (left, right) = _ends(dark.sum(1)), _ends(dark.sum(0))
    return Box(top, bottom, left, right)


def fitted(found: Float, box: Box, *, side: int, extent: float) -> NDArray[np.uint8]:
    """Return the content of the box in the middle of an image of shape (side, side)."""
    character = found[box.top : box.bottom, box.left : box.right]
    square = box.longer / extent  # pixels of the picture along the image's side
    room = int(np.ceil(square))  # around the character, for the square to lie in
    height, width = character.shape
    top, left = room + (height - square) / 2, room + (width - square) / 2
    picture = Image.fromarray(np.pad(character, room).astype(np.float32))
    resized = picture.resize((side, side), Image.Resampling.BICUBIC, box=(left, top, left + square, top + square))
    image: NDArray[np.uint8] = np.rint(255 * np.clip(np.asarray(resized), 0, 1)).astype(np.uint8)
    return image


def _edge(picture: NDArray[Any]) -> NDArray[Any]:
    """Return the pixels at the edge of a picture, of shape (n,)."""
    return np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])


def _spread(values: Float) -> float:
    """Return the standard deviation of values around 0, estimated by the median, so that outliers do not matter."""
    return 1.4826 * float(np.median(np.abs(values)))


def _near(difference: Float, spread: float) -> Float:
    """Return Cauchy weights, so that pixels far from 0, as the ink and its blurred edges, do not bend the surface."""
    weights: Float = 1 / (1 + (difference / max(spread, 1.0)) ** 2)
    return weights


def _surface(pixels: NDArray[np.uint8], weights: Float) -> Float:
    """Fit a surface of second degree to the pixels by weighted least squares; its values are at least 1."""
    y, x = (np.linspace(-1, 1, length) for length in pixels.shape)
    y, x = y[:, None], x[None, :]
    terms = (np.ones((1, 1)), x, y, x * x, x * y, y * y)
    step = max(1, max(pixels.shape) // SAMPLED)

    def sample(picture: NDArray[Any]) -> NDArray[Any]:
        return np.broadcast_to(picture, pixels.shape)[::step, ::step].ravel()

    known = np.stack([sample(term) for term in terms])  # (terms, n)
    weighted = known * sample(weights)
    factors = np.linalg.lstsq(weighted @ known.T, weighted @ sample(pixels), rcond=None)[0]
    surface: Float = sum(factor * term for factor, term in zip(factors, terms, strict=True))
    return surface.clip(min=1.0)


def _ends(weights: NDArray[np.int64]) -> tuple[int, int]:
    """Return where the weights begin and end, without the part `LOST` of their sum at either end."""
    total = weights.cumsum()
    first = np.searchsorted(total, LOST * total[-1], side="right")
    last = np.searchsorted(total, (1 - LOST) * total[-1], side="left")
    return int(first), int(last) + 1
