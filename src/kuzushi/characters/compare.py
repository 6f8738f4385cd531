"""Compare recognisers on the same images: which is better, which confusions stay, and why pairs are confused."""

import hashlib
from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import binomtest

from kuzushi.characters.comparison_results import (
    ComparedNet,
    ComparisonResult,
    ConfusedImage,
    Hardness,
    McNemar,
    PairedComparison,
    PairForms,
)
from kuzushi.characters.configs import CompareConfig
from kuzushi.characters.datasets.catalogue import load_images
from kuzushi.characters.datasets.images import ImageData, validation_split
from kuzushi.characters.explain_confusions import (
    Predictions,
    always_wrong,
    forms_of_pairs,
    images_of_pairs,
    pairs_with_most_errors,
)
from kuzushi.characters.hard_pairs import hardness
from kuzushi.characters.results import CharactersResult
from kuzushi.characters.saved_net import load_net, read_run
from kuzushi.core.device import one_thread
from kuzushi.core.errors import DataError, RunError
from kuzushi.core.journal import Journal, Silent
from kuzushi.core.provenance import provenance
from kuzushi.core.published import PUBLISHED
from kuzushi.core.results import Arrays
from kuzushi.core.resumable import ResumableSteps
from kuzushi.core.run_folder import saved_fingerprint
from kuzushi.core.statistics import holm

PAIRS = 6
"""Number of most confused pairs to explain."""
LEVEL = 0.05
"""P-values below it are significant."""
SILENT: Journal = Silent()


@one_thread()
def run(config: CompareConfig, *, journal: Journal = SILENT) -> ComparisonResult:
    """Compare finished runs on the same test images, and explain their most frequent errors.

    Raises:
        RunError: if a run cannot be read, is not of kuzushi characters, or is of other images than the first.
        DataError: if the images have changed since the runs.
    """
    results = read_runs(config.runs)
    data = _images(results, config.runs)
    made = provenance(config, device="cpu", threads=torch.get_num_threads())
    journal.begin(config, made, fingerprint(results))
    classes, target = len(data.classes), results[0].arrays["target"]
    predicted = [result.arrays["predicted"] for result in results]
    accuracy = [result.summary.accuracy.mean for result in results]
    weakest, strongest = int(np.argmin(accuracy)), int(np.argmax(accuracy))
    in_report = results[0].data.verified and results[0].data.name.startswith("kmnist")
    named = [(pair.target, pair.predicted) for pair in PUBLISHED.characters.pairs] if in_report else []
    predictions = Predictions(data=data, target=target, predicted=predicted, strongest=strongest)
    pairs = list(dict.fromkeys([*pairs_with_most_errors(target, predicted, classes=classes, top=PAIRS), *named]))

    def hard_pairs() -> tuple[Hardness | None, Arrays]:
        if weakest == strongest:
            return None, {}
        rng = np.random.default_rng(config.seed)
        return hardness(
            target, predicted, weakest=weakest, strongest=strongest, classes=classes, named=named, rng=rng
        ), {}

    steps = ResumableSteps(journal, "compare", total=4)
    paired, _ = steps.run(
        tuple[PairedComparison, ...], lambda: (compare_pairs([labels == target for labels in predicted]), {})
    )
    pair_hardness, _ = steps.run(Hardness | None, hard_pairs)
    forms, form_arrays = steps.run(tuple[PairForms, ...], lambda: forms_of_pairs(predictions, pairs, seed=config.seed))
    images, image_arrays = steps.run(
        tuple[ConfusedImage, ...],
        lambda: images_of_pairs(predictions, pairs, load_net(Path(config.runs[strongest]))),
    )
    wrong = always_wrong(
        target, predictions.of_all_nets, np.concatenate([result.arrays["probability"] for result in results])
    )
    return ComparisonResult(
        config=config,
        data=results[0].data,
        nets=tuple(
            ComparedNet(
                run=folder,
                net=result.net,
                preset=result.config.preset,
                parameters=result.parameters.total,
                seeds=tuple(seed.seed for seed in result.seeds),
                accuracy=result.summary.accuracy,
            )
            for folder, result in zip(config.runs, results, strict=True)
        ),
        paired=paired,
        hardness=pair_hardness,
        in_report=in_report,
        strongest=strongest,
        forms=forms,
        images=images,
        always_wrong=wrong,
        seconds=steps.seconds,
        provenance=made,
        arrays=form_arrays | image_arrays | {"always_wrong": data.test_images[[image.index for image in wrong]]},
    )


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> McNemar:
    """Compare which images two nets read right, each of shape (images,), by the exact test of McNemar (1947).

    Only the images on which they differ matter; if both nets are equally good, each of those favours either net with
    probability one half (Psychometrika 12, 153-157).
    """
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
    """Compare every two runs, given for each which images it reads right, of shape (seeds, images).

    A run is better than another if each of its nets is better than each of the other's: the p-value is the largest of
    all combinations of their seeds (an intersection-union test: Berger 1982, Technometrics 24, 295-300), adjusted by
    Holm's method for the number of pairs of runs.
    """
    pairs = list(combinations(range(len(right)), 2))
    tests = [[mcnemar(one, other) for one, other in product(right[first], right[second])] for first, second in pairs]
    # For either run the p-values of the tests, 1 where a test favours the other.
    p_values = [
        [
            [test.p_value if sign * (test.only_first - test.only_second) > 0 else 1.0 for test in every]
            for sign in (1, -1)
        ]
        for every in tests
    ]
    adjusted = holm([min(max(ours), max(theirs)) for ours, theirs in p_values])
    return tuple(
        PairedComparison(
            first=first,
            second=second,
            first_seeds=every[0],
            combinations=len(every),
            first_better=sum(p < LEVEL for p in ours),
            second_better=sum(p < LEVEL for p in theirs),
            p_value=min(max(ours), max(theirs)),
            adjusted=p_adjusted,
            better=None if p_adjusted >= LEVEL else first if max(ours) < max(theirs) else second,
        )
        for (first, second), every, (ours, theirs), p_adjusted in zip(pairs, tests, p_values, adjusted, strict=True)
    )


def fingerprint(results: Sequence[CharactersResult]) -> str:
    """Return a hash of everything a comparison reads from the runs: settings, images, arrays and weights."""
    digest = hashlib.sha256()
    for result in results:
        digest.update(msgspec.json.encode([result.config, result.data.sha256]))
        for name, array in sorted((result.arrays | result.weights).items()):
            digest.update(f"\n{name!r} {array.dtype.str} {array.shape}\n".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def is_unchanged(config: CompareConfig, result: ComparisonResult, folder: Path) -> bool:
    """Return whether the compared runs are still those of the finished comparison in the folder."""
    return fingerprint(read_runs(config.runs)) == saved_fingerprint(folder)


def read_runs(folders: Sequence[str]) -> list[CharactersResult]:
    """Read the runs to compare."""
    results = [read_run(Path(folder)) for folder in folders]
    for folder, result in zip(folders, results, strict=True):
        if not {"target", "predicted", "probability"} <= result.arrays.keys():
            command = result.provenance.command
            raise RunError(f"{folder}: its predictions are missing; make the run again with {command}")
    return results


def _images(results: Sequence[CharactersResult], folders: Sequence[str]) -> ImageData:
    """Load the images that all the runs were tested on."""
    first = results[0]
    for folder, result in zip(folders, results, strict=True):
        if result.data.sha256 != first.data.sha256:
            raise RunError(
                f"{folder}: has other images ({result.data.name}, {result.data.sha256[:12]}) than {folders[0]} "
                f"({first.data.name}, {first.data.sha256[:12]}); give runs with the same images"
            )
    data = load_images(first.config.data, seed=first.config.seed)
    data = validation_split(data) if first.config.validation else data
    if data.sha256 != first.data.sha256:
        raise DataError(
            f"--data {first.config.data}: the images have changed since the run in {folders[0]} (now "
            f"{data.sha256[:12]}, then {first.data.sha256[:12]}); restore the old ones, or make the runs again"
        )
    return data
