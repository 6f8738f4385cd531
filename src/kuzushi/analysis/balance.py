"""Accuracy that gives every class the same weight, for test parts in which some are rare."""

import numpy as np
from numpy.typing import NDArray

from kuzushi.analysis.intervals import wilson
from kuzushi.results import Interval


def balanced_accuracy(confusion: NDArray[np.floating | np.integer]) -> Interval:
    """The mean over classes of the share of their images that is right, with its 95 % interval.

    Classes without an image are left out. The shares are independent rates, and the variance of their mean is known;
    the interval is Wilson's for as many images as would give a single rate that variance. In the variance each rate
    counts one more success and one more failure, as Laplace's rule of succession has it: a class of few images that
    are all right is not certain.

    Example: [[8, 0], [1, 1]] -> mean 0.75

    Args:
        confusion: rows are targets, of shape (classes, classes); also the mean over several seeds.
    """
    images = confusion.sum(1)
    right, images = np.diagonal(confusion)[images > 0], images[images > 0]
    mean = float(np.mean(right / images))
    likely = (right + 1) / (images + 2)
    variance = float(np.sum(likely * (1 - likely) / images)) / len(images) ** 2
    as_many = float(likely.mean() * (1 - likely.mean())) / variance
    return wilson(mean * as_many, as_many)
