"""Recognisers side by side: which is better on the same images, which confusions stay, and why they are made."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import torch

from kuzushi.analysis.hardness import hardness
from kuzushi.analysis.misread import always_wrong, pairs_of_most_errors
from kuzushi.analysis.paired import compare_pairs
from kuzushi.configs import CompareConfig
from kuzushi.data.images import ImageData
from kuzushi.data.sources import load
from kuzushi.data.split import validation
from kuzushi.errors import DataError, RunError
from kuzushi.experiments.confused import Read, forms_of_pairs, images_of_pairs
from kuzushi.experiments.device import one_thread
from kuzushi.experiments.saved import saved_net
from kuzushi.experiments.steps import Steps
from kuzushi.reference import PUBLISHED
from kuzushi.results import (
    Arrays,
    CharactersResult,
    ComparedNet,
    ComparisonResult,
    ConfusedImage,
    Hardness,
    PairedComparison,
    PairForms,
)
from kuzushi.runs import Journal, Silent, provenance
from kuzushi.runs import load as load_run

PAIRS = 6
"""The most confused pairs that are explained."""
SILENT: Journal = Silent()


@one_thread()
def run(config: CompareConfig, *, journal: Journal = SILENT) -> ComparisonResult:
    """Compare what finished runs made of the same test images, and show what lies behind their errors.

    Raises:
        RunError: if a run cannot be read, is not of kuzushi characters, or is of other images than the first.
        DataError: if the images are no longer those of the runs.
    """
    results = read_runs(config.runs)
    data = _images(results, config.runs)
    made = provenance(config, device="cpu", threads=torch.get_num_threads())
    journal.begin(config, made, fingerprint(results))
    classes, target = len(data.classes), results[0].arrays["target"]
    predicted = [result.arrays["predicted"] for result in results]
    accuracy = [result.summary.accuracy.mean for result in results]
    weakest, strongest = int(np.argmin(accuracy)), int(np.argmax(accuracy))
    studied = results[0].data.verified and results[0].data.name.startswith("kmnist")
    named = [(pair.target, pair.predicted) for pair in PUBLISHED.characters.pairs] if studied else []
    read = Read(data=data, target=target, predicted=predicted, strongest=strongest)
    most = pairs_of_most_errors(target, predicted, classes=classes, top=PAIRS)
    pairs = list(dict.fromkeys([*most, *named]))

    def hard() -> tuple[Hardness | None, Arrays]:
        if weakest == strongest:
            return None, {}
        rng = np.random.default_rng(config.seed)
        return hardness(
            target, predicted, weakest=weakest, strongest=strongest, classes=classes, named=named, rng=rng
        ), {}

    steps = Steps(journal, "compare", total=4)
    paired, _ = steps.take(
        tuple[PairedComparison, ...], lambda: (compare_pairs([of_run == target for of_run in predicted]), {})
    )
    hard_pairs, _ = steps.take(Hardness | None, hard)
    forms, of_forms = steps.take(tuple[PairForms, ...], lambda: forms_of_pairs(read, pairs, seed=config.seed))
    images, of_images = steps.take(
        tuple[ConfusedImage, ...],
        lambda: images_of_pairs(read, pairs, saved_net(Path(config.runs[strongest]))),
    )
    wrong = always_wrong(
        target, np.concatenate(predicted), np.concatenate([result.arrays["probability"] for result in results])
    )
    return ComparisonResult(
        config=config,
        data=results[0].data,
        nets=tuple(_net(folder, result) for folder, result in zip(config.runs, results, strict=True)),
        paired=paired,
        hardness=hard_pairs,
        studied=studied,
        strongest=strongest,
        forms=forms,
        images=images,
        always_wrong=wrong,
        seconds=steps.seconds,
        provenance=made,
        arrays=of_forms | of_images | {"always_wrong": data.test_images[[image.index for image in wrong]]},
    )


def fingerprint(results: Sequence[CharactersResult]) -> str:
    """Of all that is read of the runs: settings, images, what was made of them, and weights."""
    digest = hashlib.sha256()
    for result in results:
        digest.update(msgspec.json.encode([result.config, result.data.sha256]))
        for name, array in sorted((result.arrays | result.weights).items()):
            digest.update(f"\n{name!r} {array.dtype.str} {array.shape}\n".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def read_runs(folders: Sequence[str]) -> list[CharactersResult]:
    """The runs that are compared.

    Raises:
        RunError: if one cannot be read, or is not of kuzushi characters.
    """
    return [_read(folder) for folder in folders]


def _read(folder: str) -> CharactersResult:
    result = load_run(Path(folder))
    if not isinstance(result, CharactersResult):
        raise RunError(f"{folder}: holds a run of kuzushi {result.subject}; give runs of kuzushi characters")
    if not {"target", "predicted", "probability"} <= result.arrays.keys():
        raise RunError(f"{folder}: does not say what was read; make the run again with {result.provenance.command}")
    return result


def _images(results: Sequence[CharactersResult], folders: Sequence[str]) -> ImageData:
    """The images that all the runs were tested on."""
    first = results[0]
    for folder, result in zip(folders, results, strict=True):
        if result.data.sha256 != first.data.sha256:
            raise RunError(
                f"{folder}: is a run on other images ({result.data.name}, {result.data.sha256[:12]}) than {folders[0]} "
                f"({first.data.name}, {first.data.sha256[:12]}); give runs on the same"
            )
    data = load(first.config.data, seed=first.config.seed)
    data = validation(data) if first.config.validation else data
    if data.sha256 != first.data.sha256:
        raise DataError(
            f"--data {first.config.data}: the images have changed since the run in {folders[0]} (now "
            f"{data.sha256[:12]}, then {first.data.sha256[:12]}); put the old ones back, or make the runs again"
        )
    return data


def _net(folder: str, result: CharactersResult) -> ComparedNet:
    return ComparedNet(
        run=folder,
        net=result.net,
        preset=result.config.preset,
        parameters=result.parameters.total,
        seeds=tuple(seed.seed for seed in result.seeds),
        accuracy=result.summary.accuracy,
    )
