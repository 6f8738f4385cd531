"""The smallest step nets for exact points: bounds, proof, and all smallest sets of units."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kuzushi.perceptrons.minimal.dichotomies import Dichotomies, Point, dichotomies
from kuzushi.perceptrons.minimal.farkas import Certificates, find_certificate, small_certificates
from kuzushi.perceptrons.minimal.search import Bounds, search
from kuzushi.perceptrons.minimal.symmetry import generators, on_units, symmetries
from kuzushi.perceptrons.minimal.upper_bound import parallel, sparse

ENUMERATION_SHARE = 0.25
"""Largest part of the time limit for enumerating all sets."""
STEPS = ("dichotomies", "certificates", "bounds", "sets")
"""The steps that `done` is called with."""


@dataclass(frozen=True)
class Smallest:
    """The smallest step nets for some points, as far as they are known."""

    units: Dichotomies
    bounds: Bounds
    impossible: NDArray[np.int64] | None
    """Certificate that refutes all units, of shape (points,): no net of any size is right."""
    sets: tuple[tuple[int, ...], ...]
    """Sets of units that suffice, as small as the smallest known."""
    complete: bool
    """Whether these are all, and proved to be minimal."""
    certificates: Certificates
    """If `complete`, they refute every other set of as many units."""
    images: NDArray[np.int64]
    """The unit that each symmetry of the points makes of each unit, of shape (symmetries, units)."""
    generators: NDArray[np.int64]
    """Permutations of the points that generate their symmetries, of shape (generators, points)."""


def smallest(
    points: Sequence[Point],
    targets: NDArray[np.int64],
    *,
    seconds: float,
    enumerate_all: bool = True,
    done: Callable[[str, int], None] = lambda step, number: None,
) -> Smallest:
    """Find bounds on the hidden units of a right net and, with `enumerate_all`, all smallest sets of units.

    At the time limit it stops: the bounds may then differ, or the sets be incomplete.

    Args:
        points: exact, with targets of both kinds.
        done: called after each of STEPS with the number of dichotomies, certificates, units at least, and sets.

    Raises:
        TimeoutError: if there is not enough time to find the dichotomies.
    """
    deadline = time.monotonic() + seconds
    random = np.random.default_rng(0)
    units = dichotomies(points, deadline=deadline)
    done("dichotomies", len(units))
    certificates = small_certificates(units.on, targets, generator=random)
    permutations = symmetries(points, targets)
    images = on_units(permutations, units)
    done("certificates", len(certificates))
    impossible = np.flatnonzero(~certificates.hits.any(1))
    known: list[tuple[int, ...] | None] = []
    if not len(impossible):
        known = [parallel(points, targets, units), sparse(units.on, targets, generator=random, deadline=deadline)]
    best = min((chosen for chosen in known if chosen is not None), key=len, default=None)
    bounds = search(units.on, targets, certificates, images.min(0), best=best, deadline=deadline)
    done("bounds", bounds.lower)
    sets, complete = [] if bounds.best is None else [bounds.best], False
    if enumerate_all and bounds.best is not None and len(bounds.best) == bounds.lower:
        until = min(deadline, time.monotonic() + ENUMERATION_SHARE * seconds)
        found, certificates, complete = enumerate_sets(units.on, targets, bounds, certificates, deadline=until)
        sets = found or sets
    done("sets", len(sets))
    return Smallest(
        units=units,
        bounds=bounds,
        impossible=certificates.numbers[impossible[0]] if len(impossible) else None,
        sets=tuple(sets),
        complete=complete,
        certificates=certificates,
        images=images,
        generators=permutations[generators(permutations)],
    )


def kinds(sets: Sequence[tuple[int, ...]], images: NDArray[np.int64]) -> list[list[tuple[int, ...]]]:
    """Group sets of units that symmetries map to each other.

    Args:
        images: the unit that each symmetry makes of each unit, of shape (symmetries, units).
    """
    found: list[list[tuple[int, ...]]] = []
    seen: set[tuple[int, ...]] = set()
    for units in sets:
        if units not in seen:
            orbit = set(map(tuple, np.sort(images[:, list(units)], axis=1).tolist()))
            seen |= orbit
            found.append([units, *sorted(orbit - {units})])
    return found


def enumerate_sets(
    on: NDArray[np.bool_], targets: NDArray[np.int64], bounds: Bounds, certificates: Certificates, *, deadline: float
) -> tuple[list[tuple[int, ...]], Certificates, bool]:
    """Return every set of `bounds.lower` units that suffices, certificates against all others, and whether it is done.

    It stops early at the deadline, or where exact arithmetic cannot decide whether a set suffices. The certificates
    returned are those passed and those found; together with those of `bounds` they refute every other set.

    Args:
        on: where each unit is on, of shape (points, units).
        certificates: any number; the more, the fewer sets must be tried.
    """
    found: list[tuple[int, ...]] = []
    for units in _hitting_sets(bounds, certificates, deadline=deadline):
        if units is None:
            return sorted(found), certificates, False
        try:
            numbers = find_certificate(on[:, list(units)], targets)
        except ArithmeticError:
            return sorted(found), certificates, False
        if numbers is None:
            found.append(units)
        elif certificates.hits[:, list(units)].any(1).all():
            certificates = certificates.with_another(numbers, on)
    return sorted(found), certificates, True


def _hitting_sets(bounds: Bounds, certificates: Certificates, *, deadline: float) -> Iterator[tuple[int, ...] | None]:
    """Yield every set of `bounds.lower` units that hits each certificate, and None at the end if the time is over.

    Branch on the certificate that the fewest units can still hit: with each of these units, then without it. A branch
    is cut if the shares of the certificates not hit exceed what the remaining units can hit.
    """
    shares, whole = _shares(bounds)
    paid = bounds.certificates.hits.T.astype(np.int64) * shares  # (units, certificates of the proof)
    hits = np.ascontiguousarray(certificates.hits.T)  # (units, certificates)
    stack: list[tuple[tuple[int, ...], NDArray[np.bool_]]] = [((), np.ones(len(hits), dtype=bool))]
    while stack:
        if time.monotonic() > deadline:
            yield None
            return
        chosen, free = stack.pop()
        left = bounds.lower - len(chosen)
        missed = ~hits[list(chosen)].any(0)  # (certificates,)
        if not left:
            if not missed.any():
                yield tuple(sorted(chosen))
            continue
        unpaid = ~(paid[list(chosen)] > 0).any(0)  # (certificates of the proof,)
        owed = shares[unpaid].sum() - (left - 1) * whole
        able = free & (paid[:, unpaid].sum(1) >= owed)  # (units,)
        choices = hits[:, missed] & able[:, None] if missed.any() else able[:, None]  # (units, certificates)
        hardest = np.flatnonzero(choices[:, choices.sum(0).argmin()])
        free = able.copy()
        for unit in hardest:
            free[unit] = False
            stack.append(((*chosen, int(unit)), free.copy()))


def _shares(bounds: Bounds) -> tuple[NDArray[np.int64], int]:
    """Return the proof's shares and the most of them that one unit hits; no shares if the proof has several cases."""
    shares = np.zeros(len(bounds.certificates), dtype=np.int64)
    for certificate, share in bounds.cases[0].shares:
        shares[certificate] = share
    loads = shares @ bounds.certificates.hits.astype(np.int64)  # (units,)
    return shares, int(max(loads.max(initial=0), bounds.whole))
