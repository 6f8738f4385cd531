"""Intervals of rates, and p-values adjusted for multiple tests."""

from collections.abc import Sequence
from math import sqrt

import numpy as np

from kuzushi.core.errors import ConfigError
from kuzushi.core.results import Interval

Z95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution; a two-sided 95 % interval leaves 2.5 % on each side."""


def wilson(successes: float, n: float) -> Interval:
    """Return the 95 % score interval of a rate (Wilson 1927, J. Am. Stat. Assoc. 22, 209-212).

    Example: wilson(60, 64) -> mean 0.9375, low 0.850, high 0.975

    Raises:
        ConfigError: if n is not above 0 or successes lie outside 0..n.
    """
    if n <= 0 or not 0 <= successes <= n:
        raise ConfigError(f"{successes:g} successes of {n}: expected 0..n, and n above 0")
    rate = successes / n
    centre = (rate + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * sqrt(rate * (1 - rate) / n + Z95**2 / (4 * n**2))
    # The interval contains the rate. At 0 of n and n of n the rate is a bound, and rounding must not exclude it.
    return Interval(rate, max(0.0, min(rate, centre - half)), min(1.0, max(rate, centre + half)))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for the number of tests by Holm's step-down method (1979, Scand. J. Stat. 6, 65-70).

    Rejecting all hypotheses whose adjusted p-value is below 5 % keeps the family-wise error rate below 5 %.

    Example: holm([0.01, 0.04, 0.03]) -> [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    remaining = len(p_values) - np.arange(len(p_values))
    stepped = np.maximum.accumulate(remaining * np.asarray(p_values, dtype=float)[order])
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(stepped, 1)
    return [float(p) for p in adjusted]
