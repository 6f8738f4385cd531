"""How far a rate can be trusted."""

from math import sqrt

from kuzushi.errors import ConfigError
from kuzushi.results import Interval

Z95 = 1.959963984540054
"""The 97.5 % quantile of the normal distribution: two sides leave 5 %."""


def wilson(successes: float, n: float) -> Interval:
    """The 95 % score interval of a rate (Wilson 1927, J. Am. Stat. Assoc. 22, 209-212).

    Example: wilson(60, 64) -> mean 0.9375, low 0.850, high 0.975

    Raises:
        ConfigError: if n is not above 0 or successes lie outside 0..n.
    """
    if n <= 0 or not 0 <= successes <= n:
        raise ConfigError(f"{successes:g} successes of {n}: expected 0..n, and n above 0")
    rate = successes / n
    centre = (rate + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * sqrt(rate * (1 - rate) / n + Z95**2 / (4 * n**2))
    # The rate lies inside; at 0 of n and n of n it is itself a bound, which rounding must not push past it.
    return Interval(rate, max(0.0, min(rate, centre - half)), min(1.0, max(rate, centre + half)))
