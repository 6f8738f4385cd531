"""Interval arithmetic on arrays: enclosures of affine maps, products, tanh and sigmoid, with every rounding counted.

An array of intervals has a first axis of two: minus the lower ends, and the upper ends (Lambov 2008, Interval
arithmetic using SSE-2, LNCS 5045). Both are upper bounds, so one operation rounds both outwards.

The only assumption is that +, -, * and / in float64 round to nearest, with a relative error of at most 2^-53. Sums may
be evaluated in any order, with or without fused multiply-add. UNDERFLOW covers results below the normal range.
"""

from math import factorial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Reals: TypeAlias = NDArray[np.float64]

UNIT = 2.0**-53
"""The largest relative error of one operation in float64."""
UNDERFLOW = 2.0**-120
"""Added where results can be too small for a bound on their relative error, in single precision too."""
TANH_ERROR = 2.0**-46
"""A bound on the relative error of `_positive_tanh`: see there."""
LN2_HIGH, LN2_LOW = float.fromhex("0x1.62e42feep-1"), float.fromhex("0x1.a39ef35793c76p-33")
"""ln 2 in two parts, the first of 32 bits, so that small multiples of it are exact."""
LARGEST = 64.0
"""1 - tanh(x) is below 2^-90 for x from LARGEST / 2 on."""
POWERS = 0.5 ** np.arange(round(LARGEST / LN2_HIGH) + 1)
COEFFICIENTS = tuple(1 / factorial(j + 1) for j in range(13))
"""The power series of (exp(x) - 1) / x."""


def enclosing(lower: Reals, upper: Reals) -> Reals:
    """Return intervals from their ends: enclosing([1.0], [2.0]) -> [[-1.0], [2.0]]."""
    return np.stack([-lower, upper])


class Affine:
    """An enclosure of x -> W x + b on intervals x, where the net evaluates each sum with an error of its own.

    Args:
        weight: of shape (rows, columns). It and the bias may each have an error of 2^-53 of `size`.
        size: for each row, at least the sum of the |terms| for every x that occurs, summed in float64.
        rounding: the error of each sum, relative to `size`.
    """

    def __init__(self, weight: Reals, bias: Reals, *, size: Reals, rounding: float) -> None:
        up, down = np.maximum(weight, 0), np.maximum(-weight, 0)
        self._matrix: Reals = np.block([[up, down], [down, up]])  # (2 rows, 2 columns)
        # The sum of 2 columns + 1 terms has an error of 2^-53 of `size` for each term; size, weight, bias and this
        # offset have no more than that again. (columns + 8) 2^-51 is more than twice as much.
        self._rounding = rounding + (weight.shape[1] + 8) * 4 * UNIT
        error = size * self._rounding + UNDERFLOW
        self._offset: Reals = np.stack([error - bias, error + bias])[..., None, None]  # (2, rows, 1, 1)

    def __call__(self, x: Reals) -> Reals:
        """Return an enclosure of W x + b: (2, columns, ., lanes) -> (2, rows, ., lanes)."""
        return self._times(x) + self._offset

    def slopes(self, x: Reals) -> Reals:
        """Return an enclosure of W x, for intervals x of any size."""
        return self._times(loosened(x, self._rounding))

    def _times(self, x: Reals) -> Reals:
        flat: Reals = self._matrix @ x.reshape(self._matrix.shape[1], -1 if x.size else 0)
        return flat.reshape(2, len(self._matrix) // 2, *x.shape[2:])


def scaled(factor: Reals, x: Reals) -> Reals:
    """Return factor * x for factors of at least 0, up to the rounding of one operation.

    Example: [0.5, 1] * [-2, 3] = [-2, 3]
    """
    bounds: Reals = factor[1] * x
    np.maximum(bounds, -factor[0] * x, out=bounds)
    return bounds


def product(factor: Reals, x: Reals) -> Reals:
    """Return factor * x, up to the rounding of two operations.

    Example: [-1, 2] * [-2, 3] = [-4, 6]
    """
    lower, upper = -factor[0], factor[1]
    opposite = x[::-1]  # of -x
    bounds: Reals = np.maximum(lower, 0) * x + np.maximum(-lower, 0) * opposite
    np.maximum(bounds, np.maximum(upper, 0) * x + np.maximum(-upper, 0) * opposite, out=bounds)
    return bounds


def loosened(x: Reals, rounding: float) -> Reals:
    """Widen intervals so that they hold every value with a relative error of `rounding`, and underflow."""
    wider = np.abs(x)
    wider *= rounding + 2 * UNIT
    wider += UNDERFLOW
    wider += x
    return wider


def slope_of_tanh(tanh: Reals) -> Reals:
    """Return an enclosure, within [0, 1 + 2^-51], of the derivative 1 - tanh^2, from one of tanh."""
    largest = np.maximum(tanh[0], tanh[1])
    smallest = np.maximum(np.maximum(-tanh[0], -tanh[1]), 0)
    error = 4 * UNIT
    return np.stack([np.minimum(largest * largest - (1 - error), 0), (1 + error) - smallest * smallest])


def tanh(x: Reals) -> Reals:
    """Return an enclosure of the hyperbolic tangent, within [-1, 1], to about 45 bits."""
    size = _positive_tanh(np.abs(x))
    # -tanh(lower) = tanh(-lower), and tanh(upper): both are bounded from above.
    return np.minimum(np.copysign(size, x) + (TANH_ERROR * size + UNDERFLOW), 1)


def half_up(tanh: Reals) -> Reals:
    """Return an enclosure of (1 + tanh) / 2, within [0, 1]: sigmoid(x) = half_up(tanh(x / 2))."""
    error = 2 * UNIT
    return np.stack([np.minimum(0.5 * tanh[0] - (0.5 - error), 0), np.minimum(0.5 * tanh[1] + (0.5 + error), 1)])


def sigmoid(x: Reals) -> Reals:
    """Return an enclosure of 1 / (1 + exp(-x)), within [0, 1], to about 2^-46."""
    return half_up(tanh(0.5 * x))


def _positive_tanh(x: Reals) -> Reals:
    """Return tanh of numbers >= 0 by the four operations alone, with a relative error below TANH_ERROR.

    With y = 2x, tanh x = E / (2 - E) where E = 1 - exp(-y) = (1 - 2^-k) - 2^-k p, p = exp(r) - 1, and r = k ln 2 - y
    with whole k so that |r| < 0.35. In units of u = 2^-53:

    - r = -y, exactly, for k = 0. Else k ln 2 - y is rounded twice below 0.35: an absolute error of at most u.
    - p is r times a polynomial of degree 12 in r, at least 0.8. Horner's rule has an error of the sum of
      (2j + 2) u |r|^j / (j + 1)!, below 3 u, so a relative one of 4 u; truncating the series adds less than u / 8, and
      the product with r rounds once more: p has a relative error of 6 u.
    - E = -p for k = 0. Else it is at least 0.29, with an error of 2^-k (6 u |p| + u exp(r)) + 2 u E, where |p| < 0.42
      and exp(r) < 1.42: 4 u + 2 u E, a relative error below 16 u.
    - The quotient doubles that, and rounds twice: 34 u. Above LARGEST / 2, tanh is 1 to within 2^-90.

    34 u is below 2^-47; the rest of TANH_ERROR covers the operations that add it.
    """
    y = 2 * np.minimum(x, LARGEST / 2)
    k = np.rint(y * (1 / LN2_HIGH))
    r = k * LN2_HIGH
    r -= y
    r += k * LN2_LOW
    p = np.full_like(r, COEFFICIENTS[-1])
    for coefficient in COEFFICIENTS[-2::-1]:
        p *= r
        p += coefficient
    p *= r
    power = POWERS[k.astype(np.intp)]
    p *= power
    e: Reals = (1 - power) - p
    return e / (2 - e)
