"""Is one net better than another on the same images?"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from kuzushi.analysis.holm import holm
from kuzushi.errors import ShapeError
from kuzushi.results import McNemar, PairedComparison

LEVEL = 0.05
"""Below which a p-value counts as small."""


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> McNemar:
    """Compare which images two nets read right, each of shape (images,), by the exact test of McNemar (1947).

    Only the images on which they differ say which is better; if both are as good each of them falls to either side
    like a coin (Psychometrika 12, 153-157).

    Raises:
        ShapeError: if they are not of the same images.
    """
    if first.shape != second.shape:
        raise ShapeError(f"got {first.shape} and {second.shape} answers; give one of each net for each image")
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    differing = only_first + only_second
    return McNemar(
        both_right=int((first & second).sum()),
        only_first=only_first,
        only_second=only_second,
        both_wrong=int((~first & ~second).sum()),
        p_value=float(binomtest(only_first, differing, 0.5).pvalue) if differing else 1.0,
    )


def compare_pairs(right: Sequence[NDArray[np.bool_]]) -> tuple[PairedComparison, ...]:
    """Compare every two runs, given for each which images it read right, of shape (seeds, images).

    A run is better than another if each of its nets is better than each of the other's: the largest p-value of all
    combinations of their seeds counts (an intersection-union test: Berger 1982, Technometrics 24, 295-300), and that
    is adjusted for the number of pairs of runs.
    """
    pairs = list(combinations(range(len(right)), 2))
    tests = [[mcnemar(one, other) for one, other in product(right[first], right[second])] for first, second in pairs]
    largest = [(_largest(found), _largest([_turned(test) for test in found])) for found in tests]
    adjusted = holm([min(both) for both in largest])
    return tuple(
        PairedComparison(
            first=first,
            second=second,
            first_seeds=found[0],
            combinations=len(found),
            first_better=sum(_p_of_first(test) < LEVEL for test in found),
            second_better=sum(_p_of_first(_turned(test)) < LEVEL for test in found),
            p_value=min(both),
            adjusted=p,
            better=None if p >= LEVEL else first if both[0] < both[1] else second,
        )
        for (first, second), found, both, p in zip(pairs, tests, largest, adjusted, strict=True)
    )


def _largest(tests: Sequence[McNemar]) -> float:
    return max(_p_of_first(test) for test in tests)


def _p_of_first(test: McNemar) -> float:
    """The p-value where it speaks for the first net, else 1."""
    return test.p_value if test.only_first > test.only_second else 1.0


def _turned(test: McNemar) -> McNemar:
    """The same with the two nets in the other order."""
    return replace(test, only_first=test.only_second, only_second=test.only_first)
