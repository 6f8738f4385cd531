"""The smallest step nets for labelled points: all of it together, on exact points."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kuzushi.analysis.dichotomies import Dichotomies, Point, dichotomies
from kuzushi.analysis.listing import sufficient_sets
from kuzushi.analysis.minimal import Bounds, search
from kuzushi.analysis.sufficient import parallel, sparse
from kuzushi.analysis.symmetry import generators, on_units, symmetries
from kuzushi.analysis.weighings import Weighings, small_weighings

LISTING = 0.25
"""The largest part of the time that goes into listing all sets."""
STEPS = ("dichotomies", "weighings", "bounds", "sets")
"""What `done` is called with."""


@dataclass(frozen=True)
class Smallest:
    """What is known about the smallest step nets for some points."""

    units: Dichotomies
    bounds: Bounds
    impossible: NDArray[np.int64] | None
    """A weighing, of shape (points,), that no unit unbalances: no net of any size is right."""
    sets: tuple[tuple[int, ...], ...]
    """Sets of units that suffice, all as small as the smallest known."""
    all_listed: bool
    """Whether these are all, and proved to be as small as can be."""
    weighings: Weighings
    """Of which every other set of as many units leaves one balanced, if all are listed."""
    images: NDArray[np.int64]
    """What each symmetry of the points makes of each unit, of shape (symmetries, units)."""
    generators: NDArray[np.int64]
    """Permutations of the points of which all their symmetries are products, of shape (generators, points)."""


def smallest(
    points: Sequence[Point],
    targets: NDArray[np.int64],
    *,
    seconds: float,
    listing: bool = True,
    done: Callable[[str, int], None] = lambda step, number: None,
) -> Smallest:
    """Bounds on the hidden units of a net that is right, and with `listing` all smallest sets of units.

    Past the time it stops where it is: the bounds may then be apart, and not all sets be listed.

    Args:
        points: exact, with targets of both kinds.
        done: told each of STEPS, with how many dichotomies, weighings, units at least, and sets there are.

    Raises:
        TimeoutError: if the time does not suffice to list the dichotomies.
    """
    deadline = time.monotonic() + seconds
    random = np.random.default_rng(0)
    units = dichotomies(points, deadline=deadline)
    done("dichotomies", len(units))
    weighings = small_weighings(units.on, targets, generator=random)
    permutations = symmetries(points, targets)
    images = on_units(permutations, units)
    done("weighings", len(weighings))
    impossible = np.flatnonzero(~weighings.unbalanced.any(1))
    known: list[tuple[int, ...] | None] = []
    if not len(impossible):
        known = [parallel(points, targets, units), sparse(units.on, targets, generator=random, deadline=deadline)]
    best = min((chosen for chosen in known if chosen is not None), key=len, default=None)
    bounds = search(units.on, targets, weighings, images.min(0), best=best, deadline=deadline)
    done("bounds", bounds.lower)
    sets, all_listed = [] if bounds.best is None else [bounds.best], False
    if listing and bounds.best is not None and len(bounds.best) == bounds.lower:
        until = min(deadline, time.monotonic() + LISTING * seconds)
        listed, weighings, all_listed = sufficient_sets(units.on, targets, bounds, weighings, deadline=until)
        sets = listed or sets
    done("sets", len(sets))
    return Smallest(
        units=units,
        bounds=bounds,
        impossible=weighings.numbers[impossible[0]] if len(impossible) else None,
        sets=tuple(sets),
        all_listed=all_listed,
        weighings=weighings,
        images=images,
        generators=permutations[generators(permutations)],
    )


def kinds(sets: Sequence[tuple[int, ...]], images: NDArray[np.int64]) -> list[list[tuple[int, ...]]]:
    """The sets of units sorted into kinds, each with all that symmetries make of its first.

    Args:
        images: what each symmetry makes of each unit, of shape (symmetries, units).
    """
    found: list[list[tuple[int, ...]]] = []
    seen: set[tuple[int, ...]] = set()
    for units in sets:
        if units not in seen:
            alike = set(map(tuple, np.sort(images[:, list(units)], axis=1).tolist()))
            seen |= alike
            found.append([units, *sorted(alike - {units})])
    return found
