"""Tests of which confusions persist and which disappear as nets get better.

A run's prediction is that of more than half of its seeds; both runs vote with equally many seeds, an odd number. An
error is one test image with one wrong prediction, of the weakest run, the strongest, or both. Between the two, the
number of errors is multiplied by `error_ratio`.

- A pair of classes *stays* if its errors fall less than all errors do. Under the hypothesis that the pair does not
  matter, its errors are drawn at random from all errors, without replacement; shuffling gives the p-value (a
  permutation test: Good 2005, Permutation, parametric and bootstrap tests, sec. 3.2).
- It *vanishes* if more than half of its errors disappear. Under the hypothesis that the strongest run repeats each of
  the weakest run's errors with probability one half, the binomial distribution gives the p-value. An error that only
  the strongest run makes counts as a repeated one, so that errors on other images do not count as vanished.

Both are tests over the images. Every seed of the strongest run, against every seed of the weakest, has to agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from kuzushi.characters.comparison_results import Hardness, Kind, PairHardness, PairTest
from kuzushi.core.statistics import holm

LEVEL = 0.05
SHUFFLES = 20_000
LEAST_IMAGES, MOST_PAIRS = 10, 12
"""Errors of a tested pair at least, and number of tested pairs at most: more tests have less power each."""
CHUNK = 500
"""Shuffles at once, which bounds the memory."""
ROUNDING = 1e-9
"""Equal sums differ by less."""


@dataclass(frozen=True, kw_only=True)
class Errors:
    """All errors of the weakest or the strongest run, each of shape (errors,)."""

    target: NDArray[np.int64]
    predicted: NDArray[np.int64]
    weakest: NDArray[np.bool_]
    """Whether the weakest run makes it."""
    strongest: NDArray[np.bool_]


def votes(predicted: NDArray[np.int16]) -> NDArray[np.int64]:
    """Return the prediction of more than half of the seeds, of shape (images,); -1 if there is none.

    Example: seeds that read [0, 2], [0, 1] and [1, 0] -> [0, -1]

    Args:
        predicted: of shape (seeds, images).
    """
    agreeing = np.stack([(predicted == of_seed).sum(0) for of_seed in predicted])  # (seeds, images)
    (chosen,) = np.take_along_axis(predicted, agreeing.argmax(0)[None], axis=0)
    return np.where(2 * agreeing.max(0) > len(predicted), chosen, -1).astype(np.int64)


def errors(target: NDArray[np.int16], weakest: NDArray[np.int64], strongest: NDArray[np.int64]) -> Errors:
    """Return every wrong prediction of every image; arguments are of shape (images,), -1 is no prediction."""
    wrong = [(votes != target) & (votes >= 0) for votes in (weakest, strongest)]
    both = wrong[0] & wrong[1] & (weakest == strongest)
    images = [np.flatnonzero(wrong[0]), np.flatnonzero(wrong[1] & ~both)]
    image = np.concatenate(images)
    of_weakest = np.arange(len(image)) < len(images[0])
    return Errors(
        target=target[image].astype(np.int64),
        predicted=np.concatenate([weakest[images[0]], strongest[images[1]]]),
        weakest=of_weakest,
        strongest=~of_weakest | both[image],
    )


def hardness(
    target: NDArray[np.int16],
    predicted: Sequence[NDArray[np.int16]],
    *,
    weakest: int,
    strongest: int,
    classes: int,
    named: Sequence[tuple[int, int]] = (),
    rng: np.random.Generator,
) -> Hardness | None:
    """Test for each pair with most errors whether it stays or vanishes, from the weakest run to the strongest.

    Each kind of test is adjusted for the number of pairs, at a level of 0.05. A pair that stays is data-hard; one
    that does not, and vanishes, is model-hard. Returns None if the weakest run makes no error.

    Args:
        target: of shape (images,).
        predicted: of each run, of shape (seeds, images); the number of seeds may differ.
        weakest, strongest: indices into `predicted`.
        named: further pairs (target, predicted) to test, if they are confused at all.
    """
    voting = min(len(predicted[run]) for run in (weakest, strongest))
    voting -= 1 - voting % 2  # of an even number more than half is more than of an odd one
    every = errors(target, *(votes(predicted[run][:voting]) for run in (weakest, strongest)))
    if not every.weakest.any():
        return None
    error_ratio = float(every.strongest.sum() / every.weakest.sum())
    pairs = _pairs_to_test(every, classes, named)
    inside = [(every.target == pair[0]) & (every.predicted == pair[1]) for pair in pairs]
    stays = shuffled_p_values(every.strongest - error_ratio * every.weakest, inside, rng=rng)
    vanishes = [
        _p_of_half(int(every.strongest[errors_of_pair].sum()), of=int(every.weakest[errors_of_pair].sum()))
        for errors_of_pair in inside
    ]
    results = []
    for index, pair in enumerate(pairs):
        counts = [((target == pair[0]) & (labels == pair[1])).sum(1) for labels in predicted]  # (seeds,) each
        grows, halves = _of_every_seed(target, predicted, counts, weakest=weakest, strongest=strongest)
        stay = PairTest(p_value=stays[index], adjusted=holm(stays)[index], every_seed=grows)
        vanish = PairTest(p_value=vanishes[index], adjusted=holm(vanishes)[index], every_seed=halves)
        results.append(
            PairHardness(
                target=pair[0],
                predicted=pair[1],
                counts=tuple(tuple(count.tolist()) for count in counts),
                weakest=int(every.weakest[inside[index]].sum()),
                strongest=int(every.strongest[inside[index]].sum()),
                either=int(inside[index].sum()),
                stays=stay,
                vanishes=vanish,
                kind=_kind(stay, vanish),
            )
        )
    results.sort(key=lambda pair: -pair.strongest / max(pair.weakest, 1))
    return Hardness(weakest=weakest, strongest=strongest, error_ratio=error_ratio, pairs=tuple(results))


def shuffled_p_values(
    change: NDArray[np.float64], inside: Sequence[NDArray[np.bool_]], *, rng: np.random.Generator
) -> list[float]:
    """Return the probability of a sum at least as large as that of the changes inside, if drawn at random from all.

    The sum itself counts as one of the shuffled ones, so that no p-value is 0.

    Args:
        change: of shape (errors,).
        inside: which errors each sum is over, of shape (errors,) each.
    """
    if not inside:
        return []
    sums = np.array([change[errors_of_pair].sum() for errors_of_pair in inside])
    sizes = np.array([errors_of_pair.sum() for errors_of_pair in inside])
    as_large = np.ones(len(sums))
    for _ in range(SHUFFLES // CHUNK):
        shuffled = rng.permuted(np.broadcast_to(change, (CHUNK, len(change))), axis=1)
        drawn = shuffled[:, : sizes.max()].cumsum(axis=1)[:, sizes - 1]  # (shuffles, sums)
        as_large += (drawn > sums - ROUNDING).sum(0)
    return [float(p) for p in as_large / (SHUFFLES + 1)]


def _of_every_seed(
    target: NDArray[np.int16],
    predicted: Sequence[NDArray[np.int16]],
    counts: Sequence[NDArray[np.int64]],
    *,
    weakest: int,
    strongest: int,
) -> tuple[bool, bool]:
    """Return whether a pair's share of the errors grows, and whether its errors more than halve, for every two seeds.

    Args:
        counts: the pair's errors of each run, of shape (seeds,) each.
    """
    shares = [counts[run] / np.maximum((predicted[run] != target).sum(1), 1) for run in (weakest, strongest)]
    return (
        bool(shares[0].max() < shares[1].min()),
        bool(counts[strongest].max() < counts[weakest].min() / 2),
    )


def _p_of_half(remaining: int, *, of: int) -> float:
    """Return the probability of so few remaining errors, if each remains with probability one half; 1 if none goes."""
    return float(binomtest(remaining, of, 0.5, alternative="less").pvalue) if remaining < of else 1.0


def _kind(stays: PairTest, vanishes: PairTest) -> Kind:
    if stays.adjusted < LEVEL and stays.every_seed:
        return "data-hard"
    return "model-hard" if vanishes.adjusted < LEVEL and vanishes.every_seed else "undecided"


def _pairs_to_test(every: Errors, classes: int, named: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the pairs with most errors, as (target, predicted), and the named ones."""
    cells, images = np.unique(every.target * classes + every.predicted, return_counts=True)
    most = np.argsort(-images, kind="stable")[:MOST_PAIRS]
    pairs = [divmod(int(cell), classes) for cell in cells[most[images[most] >= LEAST_IMAGES]]]
    also = [pair for pair in named if pair not in pairs and pair[0] * classes + pair[1] in cells]
    return pairs + also
