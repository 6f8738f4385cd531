"""Whether a net is as often right as its probabilities say (Guo et al. 2017, On calibration of modern neural networks).

Predictions are put in bins of equal width by their probability. Where a net is well calibrated, the share of right
ones in each bin is their mean probability.
"""

import numpy as np
from numpy.typing import NDArray

from kuzushi.analysis.intervals import wilson
from kuzushi.results import Calibration, ReliabilityBin

BINS = 15
"""As in Guo et al. 2017, sec. 4."""


def calibration(right: NDArray[np.bool_], probability: NDArray[np.floating]) -> Calibration:
    """Compare how often predictions are right with the probabilities that the nets gave to them.

    Example: right [[True, False]], probability [[0.9, 0.9]] -> one bin, right 0.5 of the time; error 0.4

    Args:
        right: of shape (seeds, n).
        probability: of each prediction, of shape (seeds, n), 0..1.
    """
    place = _places(probability)
    seeds = len(right)
    bins = []
    for index in np.unique(place):
        inside = place == index
        predictions, correct = int(inside.sum()), int(right[inside].sum())
        bins.append(
            ReliabilityBin(
                low=float(index / BINS),
                high=float((index + 1) / BINS),
                predictions=predictions,
                probability=float(probability[inside].mean(dtype=np.float64)),
                accuracy=wilson(correct / seeds, predictions / seeds),
            )
        )
    errors = tuple(expected_calibration_error(*seed) for seed in zip(right, probability, strict=True))
    return Calibration(bins=tuple(bins), errors=errors)


def expected_calibration_error(right: NDArray[np.bool_], probability: NDArray[np.floating]) -> float:
    """The mean over predictions of how far their bin's share of right ones is from its mean probability (sec. 2).

    Args:
        right, probability: of shape (n,).
    """
    place = _places(probability)
    excess = np.bincount(place, weights=right - probability.astype(np.float64), minlength=BINS)  # (bins,)
    return float(np.abs(excess).sum() / len(right))


def _places(probability: NDArray[np.floating]) -> NDArray[np.int64]:
    """The bin of each probability: above its lower bound, at most its upper one."""
    places: NDArray[np.int64] = np.ceil(probability.astype(np.float64) * BINS).astype(np.int64) - 1
    return places.clip(0, BINS - 1)
