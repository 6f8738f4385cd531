"""Why a set of step units is not enough: whole numbers on the points that none of them can unbalance.

A net is right on all points if its sum is above 0 on those of target 1, and below 0 on those of target 0. For units
that are on at given points, the numbers with which the output unit can do that are the solutions of a linear
programme; and it has none exactly if its dual has one (Farkas 1902): numbers on the points, at least 0 on the ones and
at most 0 on the zeros, of sum 0, that add up to 0 over the points where each of the units is on. Such numbers are here
called a weighing. It refutes all units that it is balanced on, at once, whatever the size of their weights.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from kuzushi.analysis.dichotomies import reduced

Numbers = NDArray[np.int64]
"""Of shape (weighings, points)."""
Unbalanced = NDArray[np.bool_]
"""Of shape (weighings, dichotomies)."""
LARGEST_SUM = 2**63 - 1
"""Of the numbers of a weighing, without their signs: so that no sum of some of them overflows in int64."""
LARGEST = 40_000_000
"""Of a table of weighings drawn at once and their points or dichotomies, in entries."""


@dataclass(frozen=True)
class Weighings:
    """Weighings of the points of one task, and which dichotomies unbalance each."""

    numbers: Numbers
    unbalanced: Unbalanced

    def __len__(self) -> int:
        return len(self.numbers)

    def with_another(self, numbers: NDArray[np.int64], on: NDArray[np.bool_]) -> "Weighings":
        """These and one more, of shape (points,)."""
        return Weighings(
            np.vstack([self.numbers, numbers]), np.vstack([self.unbalanced, (numbers @ on.astype(np.int64)) != 0])
        )


def small_weighings(on: NDArray[np.bool_], targets: NDArray[np.int64], *, generator: np.random.Generator) -> Weighings:
    """The weighings of a one against a zero, then those of two ones against two zeros, the hardest to unbalance first.

    Where these are too many, as many as there is room for are drawn; but a weighing of a one against a zero that no
    unit tells apart is always among them, if there is one.

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
    # Products of small whole numbers: exact in float32, and many times faster there.
    unbalanced = numbers.astype(np.float32) @ on.astype(np.float32) != 0  # (weighings, dichotomies)
    if not on.shape[1]:
        return Weighings(numbers[:1], unbalanced[:1])
    _, first = np.unique(np.packbits(unbalanced, axis=1), axis=0, return_index=True)
    weighed = np.abs(numbers[first]).sum(1)  # 2 or 4
    order = first[np.lexsort((unbalanced[first].sum(1), weighed))]
    return Weighings(numbers[order], unbalanced[order])


def _against(
    ones: NDArray[np.int64], zeros: NDArray[np.int64], shape: tuple[int, ...], generator: np.random.Generator
) -> Numbers:
    """Weighings with 1 on the points of a row of `ones`, and -1 on those of a row of `zeros`."""
    total, room = len(ones) * len(zeros), LARGEST // max(shape)
    drawn = np.arange(total) if total <= room else generator.integers(total, size=room)
    numbers = np.zeros((len(drawn), shape[0]), dtype=np.int64)
    rows = np.arange(len(drawn))[:, None]
    numbers[rows, ones[drawn // max(len(zeros), 1)]] = 1
    numbers[rows, zeros[drawn % max(len(zeros), 1)]] = -1
    return numbers


def _pairs(points: NDArray[np.int64]) -> NDArray[np.int64]:
    """All pairs of them, of shape (pairs, 2)."""
    return points[np.column_stack(np.triu_indices(len(points), 1))]


def _inseparable(on: NDArray[np.bool_], ones: NDArray[np.int64], zeros: NDArray[np.int64]) -> Numbers:
    """A one against a zero where the same units are on, of shape (1, points); of shape (0, points) if there is none."""
    one_there = {on[one].tobytes(): one for one in ones}
    zero = next((zero for zero in zeros if on[zero].tobytes() in one_there), None)
    numbers = np.zeros((0 if zero is None else 1, len(on)), dtype=np.int64)
    if zero is not None:
        numbers[0, [one_there[on[zero].tobytes()], zero]] = 1, -1
    return numbers


def balanced_by_all(on: NDArray[np.bool_], targets: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """A weighing, of shape (points,), that none of the units unbalances; None if they suffice for a right net.

    Args:
        on: where each unit is on, of shape (points, units).

    Raises:
        ArithmeticError: if the linear programme's answer cannot be made exact.
    """
    signs = 2 * targets - 1
    columns = np.vstack([signs * column for column in (*on.T.astype(np.int64), np.ones(len(targets), dtype=np.int64))])
    wanted = np.append(np.zeros(len(columns)), 1.0)
    # Vertices of { parts >= 0 : columns @ parts = 0, sum of parts = 1 }
    solved = linprog(
        np.zeros(len(targets)), A_eq=np.vstack([columns, np.ones(len(targets))]), b_eq=wanted, bounds=(0, None),
        method="highs-ds",
    )  # fmt: skip
    if solved.status == 2:
        return None
    if solved.status != 0:
        raise ArithmeticError(f"the linear programme of a weighing ended with: {solved.message}")
    return signs * _exact(columns, np.flatnonzero(solved.x > 1e-9))


def _exact(columns: NDArray[np.int64], support: NDArray[np.int64]) -> NDArray[np.int64]:
    """The whole numbers >= 0 on the support, not all 0, that every row of columns balances."""
    rows, pivots = reduced([tuple(Fraction(int(v)) for v in row) for row in columns[:, support]])
    free = [i for i in range(len(support)) if i not in pivots]
    if len(free) != 1:
        raise ArithmeticError(f"a weighing of {len(support)} points has {len(free)} degrees of freedom; expected 1")
    parts = [Fraction(0)] * len(support)
    parts[free[0]] = Fraction(1)
    for row, column in zip(rows, pivots, strict=False):
        parts[column] = -row[free[0]]
    if min(parts) < 0:
        raise ArithmeticError("a weighing has a number of the wrong sign")
    common = lcm(*(part.denominator for part in parts))
    if sum(parts) * common > LARGEST_SUM:
        raise ArithmeticError("a weighing has numbers of too many digits for sums of them in int64")
    whole = np.zeros(columns.shape[1], dtype=np.int64)
    whole[support] = [int(part * common) for part in parts]
    return whole
