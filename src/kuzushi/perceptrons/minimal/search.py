"""The fewest step units that a right net can have, with a proof of the lower bound.

Every right net hits every Farkas certificate, so the smallest hitting set of some certificates is a lower bound; and
units that hit all certificates suffice. There are too many certificates to write down, but few are needed: the search
hits those it has and, where the units it finds are not enough, adds a certificate that refutes them (an implicit
hitting set, after Moreno-Centeno and Karp 2013).

The hitting set is found by branch and bound. A case is closed by the dual of its linear programme: shares of
certificates such that no unit hits more than one whole share. The proof consists of these shares.
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

from kuzushi.perceptrons.minimal.farkas import Certificates, Hits, find_certificate
from kuzushi.proofs.minimality_format import Case

DENOMINATORS = (1, 2, 3, 4, 6, 8, 12, 24, 60, 120, 5_040, 720_720)
"""Denominators of shares that are tried, small ones first."""
TOLERANCE = 1e-6
"""Of a linear programme's solution."""
BATCH = 60
"""Number of violated certificates that are added to a linear programme at once."""
MOST_COMPARED = 4_000
"""With more units, dominated units are not removed from a linear programme."""
ENDLESS = 10**6
"""Bound of a case without nets: no unit that it allows hits one of the certificates."""


@dataclass(frozen=True)
class Bounds:
    """A proved lower bound on the number of units, and `best`, the smallest known set that suffices."""

    lower: int
    best: tuple[int, ...] | None
    certificates: Certificates
    whole: int
    cases: tuple[Case, ...]


@dataclass
class _Case:
    """A case under search: which units its nets have and lack, and the solution of its linear programme."""

    inside: tuple[int, ...]
    outside: NDArray[np.bool_]  # (units,)
    symmetric: bool
    """Whether no unit is inside and whole orbits are outside, so that every symmetry maps the case to itself."""
    bound: int = 0
    """Nets of this case have at least so many units."""
    values: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """Primal solution, of shape (units,)."""
    shares: dict[int, float] = field(default_factory=dict)
    """Dual solution: the nonzero share of each certificate."""
    split: Case | None = None


def search(
    on: NDArray[np.bool_],
    targets: NDArray[np.int64],
    certificates: Certificates,
    orbit: NDArray[np.int64],
    *,
    best: tuple[int, ...] | None,
    deadline: float,
) -> Bounds:
    """Run branch and bound, lowest bound first, until the bounds meet or time.monotonic() passes the deadline.

    Args:
        on: where each unit is on, of shape (points, units).
        orbit: the smallest unit of each one's orbit under the symmetries of the points, of shape (units,).
        best: units that suffice, if some are known.
    """
    tree = [_Case((), np.zeros(on.shape[1], dtype=bool), symmetric=True)]
    programme = _Programme(certificates)
    programme.solve(tree[0], enough=_size(best), deadline=deadline)
    open_cases = [(tree[0].bound, 0)]
    while open_cases and open_cases[0][0] < _size(best) and time.monotonic() < deadline:
        bound, index = heapq.heappop(open_cases)
        case = tree[-index]
        units = _integral_units(case)
        try:
            numbers = find_certificate(on[:, units], targets) if units else None
        except ArithmeticError:  # it is unknown whether the units suffice: stop with the bound proved so far
            break
        if numbers is not None:
            programme.add(_refute_more(numbers, units, on, targets, deadline=deadline), on)
            programme.solve(case, enough=_size(best), deadline=deadline)
            heapq.heappush(open_cases, (case.bound, index))
        elif units and len(units) < _size(best):
            best = tuple(sorted(units))
            heapq.heappush(open_cases, (bound, index))
        elif not units:
            for child in _split(case, orbit, index=len(tree)):
                programme.solve(child, enough=_size(best), deadline=deadline)
                # Of equal bounds the latest case first: depth first until a set that suffices is found.
                heapq.heappush(open_cases, (child.bound, -len(tree)))
                tree.append(child)
    lower = min(case.bound for case in tree if case.split is None)
    return _proved(lower, best, tree, programme.certificates)


def _size(units: tuple[int, ...] | None) -> int:
    return ENDLESS if units is None else len(units)


class _Programme:
    """The linear programme of a case, over the certificates known so far."""

    def __init__(self, certificates: Certificates) -> None:
        self.certificates = certificates
        self.by_unit = certificates.hits.T.astype(np.float32)  # (units, certificates), contiguous rows

    def add(self, numbers: NDArray[np.int64], on: NDArray[np.bool_]) -> None:
        """Add a certificate."""
        self.certificates = self.certificates.with_another(numbers, on)
        self.by_unit = self.certificates.hits.T.astype(np.float32)

    def solve(self, case: _Case, *, enough: int, deadline: float) -> None:
        """Set bound, values and shares: the smallest fractional hitting set among the units that are free.

        It starts from the certificates that had a share in the parent case and adds violated ones until none is
        violated, `enough` is reached, or the deadline has passed: any subset of certificates gives a valid bound.
        """
        hit = np.asarray(self.by_unit[list(case.inside)].any(0))  # (certificates,)
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
            used = solved.x > 0
            covered = solved.x[used].astype(np.float32) @ self.by_unit[free[strong[used]]]  # (certificates,)
            violated = np.flatnonzero(~hit & (covered < 1 - 1e-4))
            violated = violated[np.argsort(covered[violated], kind="stable")[:BATCH]].tolist()
            case.bound = len(case.inside) + max(ceil(solved.fun - TOLERANCE), 0)
            if not violated or case.bound >= enough or time.monotonic() > deadline:
                break
            rows += violated
        case.values = np.zeros(len(case.outside))
        case.values[free[strong]], case.values[list(case.inside)] = solved.x, 1
        case.shares = {row: -share for row, share in zip(rows, solved.ineqlin.marginals, strict=True) if share < -1e-9}


def _undominated(table: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return enough columns for an optimum: a unit is left out if another one hits all rows that it hits."""
    _, first = np.unique(np.packbits(table > 0, axis=0), axis=1, return_index=True)
    columns: NDArray[np.int64] = np.sort(first)
    if len(columns) > MOST_COMPARED:
        return columns
    table = table[:, columns]
    both = table.T @ table  # (units, units), rows that two units hit
    within = both == np.diag(both)[:, None]  # [unit, other]: whether the other hits all that the unit does
    np.fill_diagonal(within, False)
    columns = columns[~within.any(1)]
    return columns


def _integral_units(case: _Case) -> list[int]:
    """Return the units of an integral solution; none if the solution is fractional."""
    integral = np.abs(case.values - np.round(case.values)) < TOLERANCE
    return np.flatnonzero(case.values > 0.5).tolist() if integral.all() else []


def _split(case: _Case, orbit: NDArray[np.int64], *, index: int) -> tuple[_Case, _Case]:
    """Return two cases, `index` with the most fractional unit and `index` + 1 without it."""
    unit = int(np.argmin(np.abs(case.values - 0.5) - 1e-3 * case.values))
    dropped = orbit == orbit[unit] if case.symmetric else np.arange(len(orbit)) == unit  # (units,)
    case.split = Case(unit=unit, orbit=case.symmetric, having=index, lacking=index + 1)
    return (
        _Case((*case.inside, unit), case.outside, symmetric=False, shares=case.shares),
        _Case(case.inside, case.outside | dropped, symmetric=case.symmetric, shares=case.shares),
    )


def _refute_more(
    numbers: NDArray[np.int64],
    units: list[int],
    on: NDArray[np.bool_],
    targets: NDArray[np.int64],
    *,
    deadline: float,
) -> NDArray[np.int64]:
    """Return a certificate that refutes the units and as many others as can be added one by one."""
    for unit in range(on.shape[1]):
        if numbers @ on[:, unit] and time.monotonic() < deadline:
            try:
                another = find_certificate(on[:, [*units, unit]], targets)
            except ArithmeticError:  # its numbers have too many digits: skip this unit
                continue
            if another is None:
                continue
            numbers = another
        units = [*units, unit]
    return numbers


def _proved(lower: int, best: tuple[int, ...] | None, tree: list[_Case], certificates: Certificates) -> Bounds:
    """Return the part of the tree that proves the lower bound, with integer shares, and its certificates.

    If rounding loses a bound that is barely above an integer, one unit less is proved.
    """
    cases = _pruned(tree, lower)
    leaves = [case for case in cases if case.split is None]
    for whole, half in product(DENOMINATORS, (0.5, 0.0)):  # round to nearest, or down: then no unit exceeds a share
        shares = [_rounded(case, whole, lower, half) for case in leaves]
        if all(
            _closed(case, share, whole, lower, certificates.hits) for case, share in zip(leaves, shares, strict=True)
        ):
            break
    else:
        return _proved(lower - 1, best, tree, certificates)
    used = sorted({row for share in shares for row in share})
    index = {row: i for i, row in enumerate(used)}
    closed = iter(Case(shares=tuple((index[row], part) for row, part in sorted(share.items()))) for share in shares)
    return Bounds(
        lower,
        best,
        Certificates(certificates.numbers[used], certificates.hits[used]),
        whole,
        tuple(case.split if case.split is not None else next(closed) for case in cases),
    )


def _pruned(tree: list[_Case], lower: int) -> list[_Case]:
    """Return the cases from the root on, without splits of cases that are closed already."""
    cases: list[_Case] = []
    waiting = [tree[0]]
    while waiting:
        case = waiting.pop(0)
        if case.split is None or case.bound >= lower:
            cases.append(dataclasses.replace(case, split=None))
        else:
            first = len(cases) + 1 + len(waiting)
            split = dataclasses.replace(case.split, having=first, lacking=first + 1)
            cases.append(dataclasses.replace(case, split=split))
            waiting += [tree[case.split.having], tree[case.split.lacking]]
    return cases


def _rounded(case: _Case, whole: int, lower: int, half: float) -> dict[int, int]:
    shares = {row: floor(min(share, lower) * whole + half) for row, share in case.shares.items()}
    return {row: share for row, share in shares.items() if share}


def _closed(case: _Case, shares: dict[int, int], whole: int, lower: int, hits: Hits) -> bool:
    """Return whether the integer shares prove that nets of this case have at least `lower` units."""
    rows = list(shares)
    loads = np.array(list(shares.values()), dtype=np.int64) @ hits[rows].astype(np.int64)  # (units,)
    free = ~case.outside
    free[list(case.inside)] = False
    surplus = np.maximum(loads[free] - whole, 0).sum()
    return len(case.inside) * whole + sum(shares.values()) - int(surplus) > (lower - 1) * whole
