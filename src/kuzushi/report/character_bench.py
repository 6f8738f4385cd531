"""The character bench: a recogniser of each kind, and images to read."""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kuzushi.kana import KANA
from kuzushi.plots.characters import TITLES
from kuzushi.plots.classes import ROMAJI, Classes
from kuzushi.report.bench import Bench
from kuzushi.report.packed import tensors
from kuzushi.results import CharactersResult, Result

MOST_CLASSES = 200
MOST_PIXELS = 500 * 28 * 28
"""Of the training images that travel; they take up no more than as many bytes of the page."""
OF_A_CELL = 3
"""The most test images that travel of each of a net's worst cells."""


def character_bench(results: Sequence[Result]) -> Bench | None:
    """What the bench works with: the best net of each kind that was trained on the images of the first result.

    None where no result has recognisers of at most 200 classes.
    """
    own = [
        result
        for result in results
        if isinstance(result, CharactersResult)
        and "samples" in result.arrays
        and len(result.data.classes) <= MOST_CLASSES
    ]
    if not own:
        return None
    nets = _best_of_each_kind([result for result in own if _images_of(result) == _images_of(own[0])])
    data, samples = own[0].data, own[0].arrays["samples"]
    return Bench(
        name="character_bench",
        invitation="draw a character",
        data={
            "data": data.name,
            "trained": data.train,
            "classes": _classes(data.classes),
            "side": int(samples.shape[-1]),
            "nets": [_net(result) for result in nets],
            "samples": _samples(samples),
            "misread": [misread for place, result in enumerate(nets) if (misread := _misread(place, result))],
        },
    )


def _images_of(result: CharactersResult) -> tuple[str, Classes, int]:
    return result.data.sha256, result.data.classes, result.arrays["samples"].shape[-1]


def _best_of_each_kind(results: Sequence[CharactersResult]) -> list[CharactersResult]:
    """By the accuracy of the first seed, whose weights are those that were kept."""
    of_kind = {kind: [result for result in results if result.net == kind] for kind in TITLES}
    return [max(group, key=lambda result: result.seeds[0].test_accuracy) for group in of_kind.values() if group]


def _classes(names: Classes) -> list[dict[str, Any]]:
    """Each class's name and, of the ten kana of the study, the number of its symbol on the page."""
    label = {kana.kana: kana.label for kana in KANA}
    if names == ROMAJI:
        label = {kana.romaji: kana.label for kana in KANA}
    return [{"name": name, "kana": label.get(name)} for name in names]


def _net(result: CharactersResult) -> dict[str, Any]:
    return {
        "kind": result.net,
        "name": TITLES[result.net],
        "right": result.seeds[0].test_correct,
        "tested": result.data.test,
        "weights": tensors(result.weights),
    }


def _samples(samples: NDArray[np.uint8]) -> dict[str, Any]:
    """Training images as many as there is room for, of each class the same number if it has them."""
    room = max(1, MOST_PIXELS // (len(samples) * samples[0, 0].size))
    chosen = samples[:, :room]
    there = chosen.any((2, 3))  # (classes, kept); unused places are 0
    return {"pixels": _base64(chosen[there]), "labels": np.nonzero(there)[0].tolist()}


def _misread(place: int, result: CharactersResult) -> dict[str, Any] | None:
    """Test images of the net's worst cells; None for a net that misread none."""
    counts = [min(cell.count, OF_A_CELL) for cell in result.gallery]
    if not counts:
        return None
    rows = zip(result.arrays["confused"], counts, strict=True)
    return {
        "net": place,
        "pixels": _base64(np.concatenate([row[:count] for row, count in rows])),
        "labels": np.repeat([cell.target for cell in result.gallery], counts).tolist(),
        "predicted": np.repeat([cell.predicted for cell in result.gallery], counts).tolist(),
    }


def _base64(images: NDArray[np.uint8]) -> str:
    return base64.b64encode(images.tobytes()).decode("ascii")
