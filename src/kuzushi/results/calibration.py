"""Whether a net is as often right as its probabilities say."""

from dataclasses import dataclass

from kuzushi.results.common import Interval


@dataclass(frozen=True, kw_only=True)
class ReliabilityBin:
    """The predictions of all seeds whose probability lies above `low` and is at most `high`."""

    low: float
    high: float
    predictions: int
    probability: float
    """Their mean."""
    accuracy: Interval
    """The share of them that is right; the interval is for as many images as each seed has here on average."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """How probabilities and rates agree on the test part."""

    bins: tuple[ReliabilityBin, ...]
    """Of equal width, over all seeds; empty ones are left out."""
    errors: tuple[float, ...]
    """The expected calibration error of each seed, 0..1."""
