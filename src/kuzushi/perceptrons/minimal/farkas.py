"""Farkas certificates: why a set of step units is not enough.

Given where some units are on, the output weights and bias of a net that is right on all points are the solutions of a
linear programme. If it has none, its dual has one (Farkas 1902): integers on the points, >= 0 at target 1, <= 0 at
target 0, of sum 0, that add up to 0 over the points where each of the units is on. This is a certificate: it refutes
the units, whatever their weights. A unit hits a certificate if the integers do not add up to 0 where the unit is on;
a certificate refutes every set of units that does not hit it.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from kuzushi.perceptrons.minimal.dichotomies import reduced

Numbers = NDArray[np.int64]
"""Of shape (certificates, points)."""
Hits = NDArray[np.bool_]
"""Of shape (certificates, dichotomies)."""
LARGEST_SUM = 2**63 - 1
"""Largest sum of sizes of a certificate, so that no partial sum overflows int64."""
LARGEST = 40_000_000
"""Largest number of entries of a table of small certificates by points or dichotomies."""


@dataclass(frozen=True)
class Certificates:
    """Farkas certificates on some points, and which dichotomies hit each."""

    numbers: Numbers
    hits: Hits

    def __len__(self) -> int:
        return len(self.numbers)

    def with_another(self, numbers: NDArray[np.int64], on: NDArray[np.bool_]) -> "Certificates":
        """Return these and one more, of shape (points,)."""
        return Certificates(
            np.vstack([self.numbers, numbers]), np.vstack([self.hits, (numbers @ on.astype(np.int64)) != 0])
        )


def small_certificates(
    on: NDArray[np.bool_], targets: NDArray[np.int64], *, generator: np.random.Generator
) -> Certificates:
    """Return certificates with 1 and -1 on one or two points of each target, the small and least often hit first.

    If there are too many, a random sample is drawn. A pair of points that no unit separates is always included.

    Args:
        on: where each unit is on, of shape (points, units).
    """
    ones, zeros = np.flatnonzero(targets == 1), np.flatnonzero(targets == 0)
    numbers = np.vstack(
        [
            _inseparable(on, ones, zeros),
            _against(ones[:, None], zeros[:, None], on.shape, generator),
            _against(_pairs(ones), _pairs(zeros), on.shape, generator),
        ]
    )
    # Products of small integers are exact in float32, and many times faster there.
    hits = numbers.astype(np.float32) @ on.astype(np.float32) != 0  # (certificates, dichotomies)
    if not on.shape[1]:
        return Certificates(numbers[:1], hits[:1])
    _, first = np.unique(np.packbits(hits, axis=1), axis=0, return_index=True)
    sizes = np.abs(numbers[first]).sum(1)  # 2 or 4
    order = first[np.lexsort((hits[first].sum(1), sizes))]
    return Certificates(numbers[order], hits[order])


def _against(
    ones: NDArray[np.int64], zeros: NDArray[np.int64], shape: tuple[int, ...], generator: np.random.Generator
) -> Numbers:
    """Return certificates with 1 on the points of a row of `ones`, and -1 on those of a row of `zeros`."""
    total, room = len(ones) * len(zeros), LARGEST // max(shape)
    drawn = np.arange(total) if total <= room else generator.integers(total, size=room)
    numbers = np.zeros((len(drawn), shape[0]), dtype=np.int64)
    rows = np.arange(len(drawn))[:, None]
    numbers[rows, ones[drawn // max(len(zeros), 1)]] = 1
    numbers[rows, zeros[drawn % max(len(zeros), 1)]] = -1
    return numbers


def _pairs(points: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return all pairs, of shape (pairs, 2)."""
    return points[np.column_stack(np.triu_indices(len(points), 1))]


def _inseparable(on: NDArray[np.bool_], ones: NDArray[np.int64], zeros: NDArray[np.int64]) -> Numbers:
    """Return a one against a zero that no unit separates, of shape (1, points); (0, points) if there is none."""
    one_by_units = {on[one].tobytes(): one for one in ones}
    zero = next((zero for zero in zeros if on[zero].tobytes() in one_by_units), None)
    numbers = np.zeros((0 if zero is None else 1, len(on)), dtype=np.int64)
    if zero is not None:
        numbers[0, [one_by_units[on[zero].tobytes()], zero]] = 1, -1
    return numbers


def find_certificate(on: NDArray[np.bool_], targets: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Return a certificate, of shape (points,), that refutes the units; None if they suffice for a right net.

    Args:
        on: where each unit is on, of shape (points, units).

    Raises:
        ArithmeticError: if the solution of the linear programme cannot be made exact.
    """
    signs = 2 * targets - 1
    columns = np.vstack([signs * column for column in (*on.T.astype(np.int64), np.ones(len(targets), dtype=np.int64))])
    right_side = np.append(np.zeros(len(columns)), 1.0)
    # Vertices of { parts >= 0 : columns @ parts = 0, sum of parts = 1 }
    solved = linprog(
        np.zeros(len(targets)), A_eq=np.vstack([columns, np.ones(len(targets))]), b_eq=right_side, bounds=(0, None),
        method="highs-ds",
    )  # fmt: skip
    if solved.status == 2:
        return None
    if solved.status != 0:
        raise ArithmeticError(f"the linear programme of a certificate ended with: {solved.message}")
    return signs * _exact(columns, np.flatnonzero(solved.x > 1e-9))


def _exact(columns: NDArray[np.int64], support: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return integers >= 0 on the support, not all 0, whose product with every row of columns is 0."""
    rows, pivots = reduced([tuple(Fraction(int(v)) for v in row) for row in columns[:, support]])
    free = [i for i in range(len(support)) if i not in pivots]
    if len(free) != 1:
        raise ArithmeticError(f"a certificate on {len(support)} points has {len(free)} degrees of freedom; expected 1")
    parts = [Fraction(0)] * len(support)
    parts[free[0]] = Fraction(1)
    for row, column in zip(rows, pivots, strict=False):
        parts[column] = -row[free[0]]
    if min(parts) < 0:
        raise ArithmeticError("a certificate has a number of the wrong sign")
    common = lcm(*(part.denominator for part in parts))
    if sum(parts) * common > LARGEST_SUM:
        raise ArithmeticError("a certificate has numbers of too many digits for sums of them in int64")
    integers = np.zeros(columns.shape[1], dtype=np.int64)
    integers[support] = [int(part * common) for part in parts]
    return integers
