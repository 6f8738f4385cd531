"""Interval arithmetic on arrays: enclosures of affine maps, products, tanh and sigmoid that hold whatever is rounded.

An array of intervals has an axis of two in front, which holds minus the lower ends, and the upper ends (Lambov 2008,
LNCS 5045, Interval arithmetic using SSE-2). Both are bounds from above, so what bounds one bounds the other alike.

Nothing is taken on trust but that +, -, * and / in float64 are rounded to nearest, each off by 2^-53 of its result at
most; sums may be added up in any order, fused or not. What falls below the smallest numbers is covered by UNDERFLOW.
"""

from math import factorial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Reals: TypeAlias = NDArray[np.float64]

UNIT = 2.0**-53
"""The largest relative error of one operation in float64."""
UNDERFLOW = 2.0**-120
"""Added where numbers may be too small for their relative errors to be bounded, in single precision too."""
TANH_ERROR = 2.0**-46
"""The largest relative error of `_tanh_of_size`, with room: see there."""
LN2_HIGH, LN2_LOW = float.fromhex("0x1.62e42feep-1"), float.fromhex("0x1.a39ef35793c76p-33")
"""ln 2 in two parts, the first of 32 bits, so that small multiples of it are exact."""
LARGEST = 64.0
"""1 - tanh(x) is below 2^-90 from half of this on."""
POWERS = 0.5 ** np.arange(round(LARGEST / LN2_HIGH) + 1)
COEFFICIENTS = tuple(1 / factorial(j + 1) for j in range(13))
"""Of (exp(x) - 1) / x as a power series."""


def enclosing(lower: Reals, upper: Reals) -> Reals:
    """Intervals from their ends: enclosing([1.0], [2.0]) -> [[-1.0], [2.0]]."""
    return np.stack([-lower, upper])


class Affine:
    """An enclosure of x -> W x + b for intervals x within `reach` of 0, where each sum may be off besides.

    Args:
        weight: of shape (rows, columns). It and the bias may each be off by 2^-53 of `size`.
        size: for each row, at least the sum of its |terms|, as computed from nonnegative numbers.
        rounding: by which part of `size` a sum may be off.
    """

    def __init__(self, weight: Reals, bias: Reals, *, size: Reals, rounding: float) -> None:
        up, down = np.maximum(weight, 0), np.maximum(-weight, 0)
        self._matrix: Reals = np.block([[up, down], [down, up]])  # (2 rows, 2 columns)
        # Adding up 2 columns + 1 terms is off by 2^-53 of their size for each; size itself, weight, bias and this
        # offset by no more than that again. Counted with more than twice the room: (columns + 8) 2^-51.
        self._rounding = rounding + (weight.shape[1] + 8) * 4 * UNIT
        off_by = size * self._rounding + UNDERFLOW
        self._offset: Reals = np.stack([off_by - bias, off_by + bias])[..., None, None]  # (2, rows, 1, 1)

    def __call__(self, x: Reals) -> Reals:
        """(2, columns, ., lanes) -> (2, rows, ., lanes)."""
        return self._times(x) + self._offset

    def slopes(self, x: Reals) -> Reals:
        """The same without b, for intervals x of any size."""
        return self._times(loosened(x, self._rounding))

    def _times(self, x: Reals) -> Reals:
        flat: Reals = self._matrix @ x.reshape(self._matrix.shape[1], -1 if x.size else 0)
        return flat.reshape(2, len(self._matrix) // 2, *x.shape[2:])


def scaled(factor: Reals, x: Reals) -> Reals:
    """An enclosure of factor * x for factors of at least 0, but for the rounding of one operation.

    Example: 0.5 to 1 times -2 to 3 is -2 to 3
    """
    bounds: Reals = factor[1] * x
    np.maximum(bounds, -factor[0] * x, out=bounds)
    return bounds


def product(factor: Reals, x: Reals) -> Reals:
    """An enclosure of factor * x, but for the rounding of two operations.

    Example: -1 to 2 times -2 to 3 is -4 to 6
    """
    lower, upper = -factor[0], factor[1]
    opposite = x[::-1]  # of -x
    bounds: Reals = np.maximum(lower, 0) * x + np.maximum(-lower, 0) * opposite
    np.maximum(bounds, np.maximum(upper, 0) * x + np.maximum(-upper, 0) * opposite, out=bounds)
    return bounds


def loosened(x: Reals, rounding: float) -> Reals:
    """Intervals in which every number may be off by this part of itself, and by what underflows."""
    room = np.abs(x)
    room *= rounding + 2 * UNIT
    room += UNDERFLOW
    room += x
    return room


def slope_of_tanh(tanh: Reals) -> Reals:
    """An enclosure of the derivative 1 - tanh^2, at least 0, from one of tanh."""
    largest = np.maximum(tanh[0], tanh[1])
    smallest = np.maximum(np.maximum(-tanh[0], -tanh[1]), 0)
    room = 4 * UNIT
    return np.stack([np.minimum(largest * largest - (1 - room), 0), (1 + room) - smallest * smallest])


def tanh(x: Reals) -> Reals:
    """An enclosure of the hyperbolic tangent, within -1 to 1, to 45 bits of what is above UNDERFLOW."""
    size = _tanh_of_size(np.abs(x))
    # The bounds are tanh(-lower) = -tanh(lower) and tanh(upper): both are looked for from above.
    return np.minimum(np.copysign(size, x) + (TANH_ERROR * size + UNDERFLOW), 1)


def half_up(tanh: Reals) -> Reals:
    """An enclosure of (1 + tanh) / 2, within 0 to 1: of sigmoid(x), where tanh encloses tanh(x / 2)."""
    room = 2 * UNIT
    return np.stack([np.minimum(0.5 * tanh[0] - (0.5 - room), 0), np.minimum(0.5 * tanh[1] + (0.5 + room), 1)])


def sigmoid(x: Reals) -> Reals:
    """An enclosure of 1 / (1 + exp(-x)), within 0 to 1, to about 2^-46."""
    return half_up(tanh(0.5 * x))


def _tanh_of_size(x: Reals) -> Reals:
    """tanh of numbers of at least 0 by the four operations, off by less than TANH_ERROR of the result.

    With y = 2x, tanh x = E / (2 - E) where E = 1 - exp(-y) = (1 - 2^-k) - 2^-k p, p = exp(r) - 1, and r = k ln 2 - y
    with whole k so that |r| < 0.35. In units of u = 2^-53:

    - r is -y, exactly, for k = 0. Else k ln 2 - y is rounded twice below 0.35, and off by u at most.
    - p is r times a polynomial of degree 12 in r, at least 0.8. Horner's rule is off by the sum of
      (2j + 2) u |r|^j / (j + 1)!, below 3 u, so by 4 u of it; the series left out is below u / 8 of it, and the product
      with r rounds once more: p is off by 6 u of itself.
    - E is -p for k = 0. Else it is at least 0.29, and off by 2^-k (6 u |p| + u exp(r)) + 2 u E, where |p| < 0.42 and
      exp(r) < 1.42: by 4 u + 2 u E, less than 16 u of itself.
    - The quotient doubles that, and rounds twice: 34 u. Above LARGEST / 2, tanh is 1 to within 2^-90.

    34 u is below 2^-47; TANH_ERROR has room for the operations by which it is added.
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
