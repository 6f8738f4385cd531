"""The smallest set of step units that a right net can have, with a proof that none is smaller.

Every right net has, for each weighing, a unit that unbalances it; so its units hit every weighing, and the fewest
units that hit all weighings are a lower bound. Conversely units that hit all weighings there are suffice. There are
too many to write down, but few are needed: the search hits those it has, and where the units it finds are not enough,
it learns a weighing that says why (an implicit hitting set, after Moreno-Centeno and Karp 2013).

The fewest units that hit all are found by branch and bound. A case is closed by its linear programme's dual: shares
of weighings such that no unit unbalances more than one whole share. This is what the proof keeps.
"""

import dataclasses
import heapq
import time
from dataclasses import dataclass, field
from itertools import product
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from kuzushi.analysis.weighings import Unbalanced, Weighings, balanced_by_all
from kuzushi.results import Case

WHOLES = (1, 2, 3, 4, 6, 8, 12, 24, 60, 120, 5_040, 720_720)
"""Parts of a whole share that are tried, few first."""
SLACK = 1e-6
"""What a linear programme's answer may be off."""
BATCH = 60
"""Violated weighings that join a linear programme at once."""
COMPARED = 4_000
"""More units are not compared, each with each, to shorten a linear programme."""
ENDLESS = 10**6
"""The bound of a case without nets: a weighing that only units it lacks could unbalance."""


@dataclass(frozen=True)
class Bounds:
    """What is proved: no net has fewer than `lower` units; and `best`, if any, are units that suffice."""

    lower: int
    best: tuple[int, ...] | None
    weighings: Weighings
    whole: int
    cases: tuple[Case, ...]


@dataclass
class _Case:
    """A case under search: which units its nets have and lack, and what its linear programme says."""

    inside: tuple[int, ...]
    outside: NDArray[np.bool_]  # (units,)
    symmetric: bool
    """Whether it has no unit inside and whole orbits outside: every symmetry then leaves it as it is."""
    bound: int = 0
    """Nets of this case have at least so many units."""
    values: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """How much of each unit the linear programme takes, of shape (units,)."""
    shares: dict[int, float] = field(default_factory=dict)
    """The dual: a share for each weighing that is not 0."""
    split: Case | None = None


def search(
    on: NDArray[np.bool_],
    targets: NDArray[np.int64],
    weighings: Weighings,
    orbit: NDArray[np.int64],
    *,
    best: tuple[int, ...] | None,
    deadline: float,
) -> Bounds:
    """Branch and bound, the case with the lowest bound first, until the bounds meet or time.monotonic() says stop.

    Args:
        on: where each unit is on, of shape (points, units).
        orbit: the least unit of each one's orbit under the symmetries of the points, of shape (units,).
        best: units that suffice, if some are known.
    """
    tree = [_Case((), np.zeros(on.shape[1], dtype=bool), symmetric=True)]
    programme = _Programme(weighings)
    programme.solve(tree[0], enough=_size(best), deadline=deadline)
    open_cases = [(tree[0].bound, 0)]
    while open_cases and open_cases[0][0] < _size(best) and time.monotonic() < deadline:
        bound, place = heapq.heappop(open_cases)
        case = tree[-place]
        units = _whole_units(case)
        try:
            numbers = balanced_by_all(on[:, units], targets) if units else None
        except ArithmeticError:  # whether the units suffice is not known: what is proved so far stays
            break
        if numbers is not None:
            programme.learn(_balanced_by_many(numbers, units, on, targets, deadline=deadline), on)
            programme.solve(case, enough=_size(best), deadline=deadline)
            heapq.heappush(open_cases, (case.bound, place))
        elif units and len(units) < _size(best):
            best = tuple(sorted(units))
            heapq.heappush(open_cases, (bound, place))
        elif not units:
            for child in _split(case, orbit, place=len(tree)):
                programme.solve(child, enough=_size(best), deadline=deadline)
                # Of equal bounds the later case first: so the search goes down until it finds a set that suffices.
                heapq.heappush(open_cases, (child.bound, -len(tree)))
                tree.append(child)
    lower = min(case.bound for case in tree if case.split is None)
    return _proved(lower, best, tree, programme.weighings)


def _size(units: tuple[int, ...] | None) -> int:
    return ENDLESS if units is None else len(units)


class _Programme:
    """The linear programme of a case, over the weighings known so far."""

    def __init__(self, weighings: Weighings) -> None:
        self.weighings = weighings
        self.by_unit = weighings.unbalanced.T.astype(np.float32)  # (units, weighings), rows in one piece

    def learn(self, numbers: NDArray[np.int64], on: NDArray[np.bool_]) -> None:
        """One more weighing."""
        self.weighings = self.weighings.with_another(numbers, on)
        self.by_unit = self.weighings.unbalanced.T.astype(np.float32)

    def solve(self, case: _Case, *, enough: int, deadline: float) -> None:
        """Fill in bound, values and shares: the least that all weighings ask of the units that are free.

        It starts from the weighings that had a share before, in the case this one was split from, and takes more of
        them until none asks for more, `enough` is reached, or the time is over: what some ask for bounds the case too.
        """
        hit = np.asarray(self.by_unit[list(case.inside)].any(0))  # (weighings,)
        free = np.flatnonzero(~case.outside)
        free = free[~np.isin(free, case.inside)]
        rows = [row for row in case.shares or range(min(len(hit), BATCH)) if not hit[row]]
        while True:
            table = self.by_unit[np.ix_(free, np.array(rows, dtype=np.int64))].T  # (rows, free units)
            if not table.any(1).all():
                impossible = rows[int(np.flatnonzero(~table.any(1))[0])]
                case.bound, case.shares = ENDLESS, {impossible: float(ENDLESS)}
                return
            strong = _undominated(table)
            solved = linprog(
                np.ones(len(strong)), A_ub=-table[:, strong], b_ub=-np.ones(len(rows)), bounds=(0, None),
                method="highs-ds",
            )  # fmt: skip
            taken = solved.x > 0
            met = solved.x[taken].astype(np.float32) @ self.by_unit[free[strong[taken]]]  # (weighings,)
            violated = np.flatnonzero(~hit & (met < 1 - 1e-4))
            violated = violated[np.argsort(met[violated], kind="stable")[:BATCH]].tolist()
            case.bound = len(case.inside) + max(ceil(solved.fun - SLACK), 0)
            if not violated or case.bound >= enough or time.monotonic() > deadline:
                break
            rows += violated
        case.values = np.zeros(len(case.outside))
        case.values[free[strong]], case.values[list(case.inside)] = solved.x, 1
        case.shares = {row: -share for row, share in zip(rows, solved.ineqlin.marginals, strict=True) if share < -1e-9}


def _undominated(table: NDArray[np.float32]) -> NDArray[np.int64]:
    """Columns enough for the best answer: a unit is left out that unbalances no row which another one does not."""
    _, first = np.unique(np.packbits(table > 0, axis=0), axis=1, return_index=True)
    kept: NDArray[np.int64] = np.sort(first)
    if len(kept) > COMPARED:
        return kept
    table = table[:, kept]
    both = table.T @ table  # (units, units), rows that two units unbalance
    within = both == np.diag(both)[:, None]  # [unit, other]: whether the other unbalances all that the unit does
    np.fill_diagonal(within, False)
    kept = kept[~within.any(1)]
    return kept


def _whole_units(case: _Case) -> list[int]:
    """The units that the linear programme takes, if it takes each wholly or not at all; else none."""
    whole = np.abs(case.values - np.round(case.values)) < SLACK
    return np.flatnonzero(case.values > 0.5).tolist() if whole.all() else []


def _split(case: _Case, orbit: NDArray[np.int64], *, place: int) -> tuple[_Case, _Case]:
    """Two cases, for the places `place` and `place` + 1: with the unit the programme is least sure of, and without."""
    unit = int(np.argmin(np.abs(case.values - 0.5) - 1e-3 * case.values))
    dropped = orbit == orbit[unit] if case.symmetric else np.arange(len(orbit)) == unit  # (units,)
    case.split = Case(unit=unit, orbit=case.symmetric, having=place, lacking=place + 1)
    return (
        _Case((*case.inside, unit), case.outside, symmetric=False, shares=case.shares),
        _Case(case.inside, case.outside | dropped, symmetric=case.symmetric, shares=case.shares),
    )


def _balanced_by_many(
    numbers: NDArray[np.int64],
    units: list[int],
    on: NDArray[np.bool_],
    targets: NDArray[np.int64],
    *,
    deadline: float,
) -> NDArray[np.int64]:
    """A weighing that the units leave balanced, and as many others as can be added to them one by one."""
    for unit in range(on.shape[1]):
        if numbers @ on[:, unit] and time.monotonic() < deadline:
            try:
                another = balanced_by_all(on[:, [*units, unit]], targets)
            except ArithmeticError:  # its numbers have too many digits: do without this unit
                continue
            if another is None:
                continue
            numbers = another
        units = [*units, unit]
    return numbers


def _proved(lower: int, best: tuple[int, ...] | None, tree: list[_Case], weighings: Weighings) -> Bounds:
    """The tree as far as it is needed for the lower bound, with shares in whole numbers, and the weighings in it.

    Where rounding costs a bound that is hardly above a whole number, one unit less is proved.
    """
    cases = _pruned(tree, lower)
    leaves = [case for case in cases if case.split is None]
    for whole, half in product(WHOLES, (0.5, 0.0)):  # to the nearest part, or down: then no unit is paid in excess
        shares = [_rounded(case, whole, lower, half) for case in leaves]
        if all(
            _closed(case, share, whole, lower, weighings.unbalanced) for case, share in zip(leaves, shares, strict=True)
        ):
            break
    else:
        return _proved(lower - 1, best, tree, weighings)
    used = sorted({row for share in shares for row in share})
    place = {row: i for i, row in enumerate(used)}
    closed = iter(Case(shares=tuple((place[row], share) for row, share in sorted(kept.items()))) for kept in shares)
    return Bounds(
        lower,
        best,
        Weighings(weighings.numbers[used], weighings.unbalanced[used]),
        whole,
        tuple(case.split if case.split is not None else next(closed) for case in cases),
    )


def _pruned(tree: list[_Case], lower: int) -> list[_Case]:
    """The cases from the first on, none split that is closed already."""
    kept: list[_Case] = []
    waiting = [tree[0]]
    while waiting:
        case = waiting.pop(0)
        if case.split is None or case.bound >= lower:
            kept.append(dataclasses.replace(case, split=None))
        else:
            first = len(kept) + 1 + len(waiting)
            kept.append(
                dataclasses.replace(case, split=dataclasses.replace(case.split, having=first, lacking=first + 1))
            )
            waiting += [tree[case.split.having], tree[case.split.lacking]]
    return kept


def _rounded(case: _Case, whole: int, lower: int, half: float) -> dict[int, int]:
    shares = {row: floor(min(share, lower) * whole + half) for row, share in case.shares.items()}
    return {row: share for row, share in shares.items() if share}


def _closed(case: _Case, shares: dict[int, int], whole: int, lower: int, unbalanced: Unbalanced) -> bool:
    """Whether the shares prove that nets of this case have at least `lower` units, in whole numbers."""
    rows = list(shares)
    loads = np.array(list(shares.values()), dtype=np.int64) @ unbalanced[rows].astype(np.int64)  # (units,)
    free = ~case.outside
    free[list(case.inside)] = False
    surplus = np.maximum(loads[free] - whole, 0).sum()
    return len(case.inside) * whole + sum(shares.values()) - int(surplus) > (lower - 1) * whole
