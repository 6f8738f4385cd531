"""All smallest sets of units that suffice for a right net."""

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kuzushi.analysis.minimal import Bounds
from kuzushi.analysis.weighings import Weighings, balanced_by_all


def sufficient_sets(
    on: NDArray[np.bool_], targets: NDArray[np.int64], bounds: Bounds, weighings: Weighings, *, deadline: float
) -> tuple[list[tuple[int, ...]], Weighings, bool]:
    """Every set of `bounds.lower` units that suffices, and whether these are all.

    They may not be if the time was over, or arithmetic could not tell whether a set suffices.

    Between them, the weighings of the proof, those given and those found on the way, which are returned, are such that
    every other set of as many units leaves one balanced.

    Args:
        on: where each unit is on, of shape (points, units).
        weighings: any number of them; the more, the fewer sets must be tried.
    """
    found: list[tuple[int, ...]] = []
    for units in _hitting(bounds, weighings, deadline=deadline):
        if units is None:
            return sorted(found), weighings, False
        try:
            numbers = balanced_by_all(on[:, list(units)], targets)
        except ArithmeticError:
            return sorted(found), weighings, False
        if numbers is None:
            found.append(units)
        elif weighings.unbalanced[:, list(units)].any(1).all():
            weighings = weighings.with_another(numbers, on)
    return sorted(found), weighings, True


def _hitting(bounds: Bounds, weighings: Weighings, *, deadline: float) -> Iterator[tuple[int, ...] | None]:
    """Every set of so many units that unbalances each weighing; a last None if the time is over.

    Some unit must unbalance the weighing that the fewest units still can: try each, and after each do without it. A
    set is given up when the shares of the weighings left are more than the units left can pay.
    """
    shares, whole = _shares(bounds)
    paid = bounds.weighings.unbalanced.T.astype(np.int64) * shares  # (units, weighings of the proof)
    unbalanced = np.ascontiguousarray(weighings.unbalanced.T)  # (units, weighings)
    stack: list[tuple[tuple[int, ...], NDArray[np.bool_]]] = [((), np.ones(len(unbalanced), dtype=bool))]
    while stack:
        if time.monotonic() > deadline:
            yield None
            return
        chosen, free = stack.pop()
        left = bounds.lower - len(chosen)
        balanced = ~unbalanced[list(chosen)].any(0)  # (weighings,)
        if not left:
            if not balanced.any():
                yield tuple(sorted(chosen))
            continue
        unpaid = ~(paid[list(chosen)] > 0).any(0)  # (weighings of the proof,)
        owed = shares[unpaid].sum() - (left - 1) * whole
        able = free & (paid[:, unpaid].sum(1) >= owed)  # (units,)
        choices = unbalanced[:, balanced] & able[:, None] if balanced.any() else able[:, None]  # (units, weighings)
        hardest = np.flatnonzero(choices[:, choices.sum(0).argmin()])
        free = able.copy()
        for unit in hardest:
            free[unit] = False
            stack.append(((*chosen, int(unit)), free.copy()))


def _shares(bounds: Bounds) -> tuple[NDArray[np.int64], int]:
    """Shares of the proof's weighings of which no unit can pay more than `whole`; none where the proof has cases."""
    shares = np.zeros(len(bounds.weighings), dtype=np.int64)
    for weighing, share in bounds.cases[0].shares:
        shares[weighing] = share
    loads = shares @ bounds.weighings.unbalanced.astype(np.int64)  # (units,)
    return shares, int(max(loads.max(initial=0), bounds.whole))
