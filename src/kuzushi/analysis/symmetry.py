"""Symmetries of labelled points: the motions that take the points to themselves and keep who differs from whom."""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from kuzushi.analysis.dichotomies import Dichotomies, Point

MOST, TRIED = 2_000, 100_000
"""Of more symmetries, or after more tries to find them, none is used but the one that moves nothing: a proof is then
longer, not wrong."""


def symmetries(points: Sequence[Point], targets: NDArray[np.int64]) -> NDArray[np.int64]:
    """All permutations that keep every distance, and every target or none, of shape (symmetries, points).

    Point i goes to place permutation[i]. The first is the one that moves nothing.

    Example: symmetries of the 3x3 board -> the eight of the square
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
    """What each symmetry makes of each dichotomy, as places among them, of shape (symmetries, dichotomies)."""
    images = np.empty((len(permutations), len(units)), dtype=np.int64)
    for image, permutation in zip(images, permutations, strict=True):
        moved = np.empty_like(units.on)  # (points, dichotomies)
        moved[permutation] = units.on
        image[:] = units.places(moved)
    return images


def generators(permutations: NDArray[np.int64]) -> list[int]:
    """Places of a few permutations of a group of which all others are products."""
    chosen: list[int] = []
    known = {tuple(range(permutations.shape[1]))}
    for place, permutation in enumerate(permutations.tolist()):
        if tuple(permutation) not in known:
            chosen.append(place)
            known = _products(permutations[chosen].tolist())
    return chosen


def _products(permutations: Sequence[Sequence[int]]) -> set[tuple[int, ...]]:
    """All products of the permutations, the one that moves nothing among them."""
    found = {tuple(range(len(permutations[0])))}
    new = list(found)
    while new:
        first = new.pop()
        further = {tuple(then[place] for place in first) for then in permutations} - found
        found |= further
        new.extend(further)
    return found


def _images(distances: NDArray[np.int64], targets: NDArray[np.int64], *, flip: bool) -> Iterator[list[int]]:
    """All beginnings of permutations, and whole ones, that keep the distances and flip all targets or none."""
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
        stack += [[*image, int(place)] for place in np.flatnonzero(fits)[::-1]]
