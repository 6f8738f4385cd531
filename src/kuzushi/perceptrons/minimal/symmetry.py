"""Symmetries of labelled points: isometries that map the points to themselves and keep or flip all targets."""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from kuzushi.perceptrons.minimal.dichotomies import Dichotomies, Point

MOST, TRIED = 2_000, 100_000
"""With more symmetries, or after more attempts to find them, only the identity is used: the proof is then longer, not
wrong."""


def symmetries(points: Sequence[Point], targets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return all permutations that keep every distance and keep or flip all targets, of shape (symmetries, points).

    Point i is mapped to point permutation[i]. The first is the identity.

    Example: the symmetries of the 3x3 board are the eight of the square.
    """
    numbered: dict[object, int] = {}
    squares = [[sum((x - y) ** 2 for x, y in zip(p, q, strict=True)) for q in points] for p in points]
    distances = np.array([[numbered.setdefault(square, len(numbered)) for square in row] for row in squares])
    found: list[list[int]] = []
    for tried, image in enumerate(
        chain.from_iterable(_images(distances, targets, flip=flip) for flip in (False, True))
    ):
        if len(image) == len(points):
            found.append(image)
        if len(found) > MOST or tried > TRIED:
            return np.arange(len(points))[None]
    return np.array(found, dtype=np.int64)


def on_units(permutations: NDArray[np.int64], units: Dichotomies) -> NDArray[np.int64]:
    """Return the index of the dichotomy that each symmetry makes of each, of shape (symmetries, dichotomies)."""
    images = np.empty((len(permutations), len(units)), dtype=np.int64)
    for image, permutation in zip(images, permutations, strict=True):
        moved = np.empty_like(units.on)  # (points, dichotomies)
        moved[permutation] = units.on
        image[:] = units.indices(moved)
    return images


def generators(permutations: NDArray[np.int64]) -> list[int]:
    """Return the indices of a few permutations that generate the group."""
    chosen: list[int] = []
    known = {tuple(range(permutations.shape[1]))}
    for index, permutation in enumerate(permutations.tolist()):
        if tuple(permutation) not in known:
            chosen.append(index)
            known = _products(permutations[chosen].tolist())
    return chosen


def _products(permutations: Sequence[Sequence[int]]) -> set[tuple[int, ...]]:
    """Return all products of the permutations, the identity included."""
    found = {tuple(range(len(permutations[0])))}
    new = list(found)
    while new:
        first = new.pop()
        further = {tuple(then[i] for i in first) for then in permutations} - found
        found |= further
        new.extend(further)
    return found


def _images(distances: NDArray[np.int64], targets: NDArray[np.int64], *, flip: bool) -> Iterator[list[int]]:
    """Yield all partial and complete permutations that keep the distances and flip all targets or none."""
    stack: list[list[int]] = [[]]
    while stack:
        image = stack.pop()
        yield image
        here = len(image)
        if here == len(targets):
            continue
        fits = (distances[:, image] == distances[here, :here]).all(1)
        fits &= (targets == targets[here]) ^ flip
        fits[image] = False
        stack += [[*image, int(point)] for point in np.flatnonzero(fits)[::-1]]
