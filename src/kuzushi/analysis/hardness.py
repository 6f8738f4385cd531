"""Which confusions stay as nets get better, and which vanish.

A run reads an image as what more than half of its seeds read; of two runs as many seeds vote, an odd number. An error
is one test image with one wrong reading, of the weakest run or of the strongest, or of both. From the one to the other
the errors fall, to `kept` of what they were.

- A pair of classes *stays* if its errors fall less than errors do. If it made no difference to which pair an error
  belongs, the errors of a pair would be drawn at random from all errors, without replacement; shuffling gives the
  p-value (a permutation test: Good 2005, Permutation, parametric and bootstrap tests, sec. 3.2).
- It *vanishes* if more than half of its errors go. If the strongest run still made each of the weakest run's errors
  with probability one half, it would seldom make so few; the binomial distribution gives the p-value. An error that
  only the strongest run makes is counted as one that stayed, so that errors which merely move do not vanish.

Both are tests over the images. The trainings have to bear them out: every seed of the strongest run beside every seed
of the weakest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from kuzushi.analysis.holm import holm
from kuzushi.results import Hardness, Kind, PairHardness, Tested

LEVEL = 0.05
SHUFFLES = 20_000
LEAST_IMAGES, MOST_PAIRS = 10, 12
"""Of fewer images nothing can be said; and the more pairs are tested, the less each can show."""
CHUNK = 500
"""Shuffles at once, which bounds the memory."""
ROUNDING = 1e-9
"""Sums that are equal differ by less."""


@dataclass(frozen=True, kw_only=True)
class Errors:
    """Every error of the weakest or the strongest run; all of shape (errors,)."""

    target: NDArray[np.int64]
    predicted: NDArray[np.int64]
    weakest: NDArray[np.bool_]
    """Whether the weakest run makes it."""
    strongest: NDArray[np.bool_]

    @property
    def kept(self) -> float:
        """Errors of the strongest run for each one of the weakest."""
        return float(self.strongest.sum() / self.weakest.sum())


def votes(predicted: NDArray[np.int16]) -> NDArray[np.int64]:
    """What more than half of the seeds read, of shape (images,); -1 where they do not agree so far.

    Example: seeds that read [0, 2], [0, 1] and [1, 0] -> [0, -1]

    Args:
        predicted: of shape (seeds, images).
    """
    agreeing = np.stack([(predicted == of_seed).sum(0) for of_seed in predicted])  # (seeds, images)
    (chosen,) = np.take_along_axis(predicted, agreeing.argmax(0)[None], axis=0)
    return np.where(2 * agreeing.max(0) > len(predicted), chosen, -1).astype(np.int64)


def errors(target: NDArray[np.int16], weakest: NDArray[np.int64], strongest: NDArray[np.int64]) -> Errors:
    """Every image with every wrong reading of it, all of shape (images,); -1 is no reading."""
    wrong = [(votes != target) & (votes >= 0) for votes in (weakest, strongest)]
    both = wrong[0] & wrong[1] & (weakest == strongest)
    places = [np.flatnonzero(wrong[0]), np.flatnonzero(wrong[1] & ~both)]
    image = np.concatenate(places)
    of_weakest = np.arange(len(image)) < len(places[0])
    return Errors(
        target=target[image].astype(np.int64),
        predicted=np.concatenate([weakest[places[0]], strongest[places[1]]]),
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
    """Whether each of the pairs of most errors stays or vanishes, from the weakest run to the strongest.

    Each kind of test is adjusted for the number of pairs, and decides below 0.05. A pair that stays is data-hard; one
    that does not, and vanishes, is model-hard. None if the weakest run makes no error.

    Args:
        target: of shape (images,).
        predicted: of every run, of shape (seeds, images); the number of seeds may differ.
        weakest: the place of that run in `predicted`.
        named: pairs (target, predicted) that are tested in any case, if they are confused at all.
    """
    voting = min(len(predicted[run]) for run in (weakest, strongest))
    voting -= 1 - voting % 2  # of an even number more than half is more than of an odd one
    found = errors(target, *(votes(predicted[run][:voting]) for run in (weakest, strongest)))
    if not found.weakest.any():
        return None
    pairs = _tested(found, classes, named)
    inside = [(found.target == meant) & (found.predicted == read) for meant, read in pairs]
    stays = shuffled_p_values(found.strongest - found.kept * found.weakest, inside, rng=rng)
    vanishes = [
        _p_of_half(int(found.strongest[errors_of_pair].sum()), of=int(found.weakest[errors_of_pair].sum()))
        for errors_of_pair in inside
    ]
    judged = []
    for place, pair in enumerate(pairs):
        counts = [((target == pair[0]) & (of_run == pair[1])).sum(1) for of_run in predicted]  # (seeds,) each
        grows, halves = _of_every_seed(target, predicted, counts, weakest=weakest, strongest=strongest)
        stay = Tested(p_value=stays[place], adjusted=holm(stays)[place], every_seed=grows)
        vanish = Tested(p_value=vanishes[place], adjusted=holm(vanishes)[place], every_seed=halves)
        judged.append(
            PairHardness(
                target=pair[0],
                predicted=pair[1],
                counts=tuple(tuple(of_run.tolist()) for of_run in counts),
                weakest=int(found.weakest[inside[place]].sum()),
                strongest=int(found.strongest[inside[place]].sum()),
                either=int(inside[place].sum()),
                stays=stay,
                vanishes=vanish,
                kind=_kind(stay, vanish),
            )
        )
    judged.sort(key=lambda pair: -pair.strongest / max(pair.weakest, 1))
    return Hardness(weakest=weakest, strongest=strongest, kept=found.kept, pairs=tuple(judged))


def shuffled_p_values(
    change: NDArray[np.float64], inside: Sequence[NDArray[np.bool_]], *, rng: np.random.Generator
) -> list[float]:
    """How probable a sum as large as that of the changes inside is, if as many were drawn at random from all.

    The sum itself is counted among the shuffled ones, so that no p-value is 0.

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
    """Whether a pair's share of the errors grows, and whether its errors fall to less than half, for every two seeds.

    Args:
        counts: of the pair's errors, by run, of shape (seeds,) each.
    """
    shares = [counts[run] / np.maximum((predicted[run] != target).sum(1), 1) for run in (weakest, strongest)]
    return (
        bool(shares[0].max() < shares[1].min()),
        bool(counts[strongest].max() < counts[weakest].min() / 2),
    )


def _p_of_half(stayed: int, *, of: int) -> float:
    """How probable it is that so few errors stay, if each does with probability one half; 1 where there are more."""
    return float(binomtest(stayed, of, 0.5, alternative="less").pvalue) if stayed < of else 1.0


def _kind(stays: Tested, vanishes: Tested) -> Kind:
    if stays.adjusted < LEVEL and stays.every_seed:
        return "data-hard"
    return "model-hard" if vanishes.adjusted < LEVEL and vanishes.every_seed else "undecided"


def _tested(found: Errors, classes: int, named: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pairs of most errors, as (target, predicted), and those that are named."""
    cells, images = np.unique(found.target * classes + found.predicted, return_counts=True)
    most = np.argsort(-images, kind="stable")[:MOST_PAIRS]
    pairs = [divmod(int(cell), classes) for cell in cells[most[images[most] >= LEAST_IMAGES]]]
    also = [pair for pair in named if pair not in pairs and pair[0] * classes + pair[1] in cells]
    return pairs + also
