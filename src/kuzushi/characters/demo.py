"""The data of the character demo on the page: a recogniser of each kind, and images to read."""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kuzushi.characters.figures.names import ROMAJI, TITLES, Classes
from kuzushi.characters.results import CharactersResult
from kuzushi.core.demo import Demo, tensors
from kuzushi.core.kana import KANA
from kuzushi.core.results import Result

MOST_CLASSES = 200
MOST_PIXELS = 500 * 28 * 28
"""Pixels, and so bytes, of the training images on the page."""
MOST_OF_A_CELL = 3
"""The most test images on the page of each of a net's worst cells."""


def character_demo(results: Sequence[Result]) -> Demo | None:
    """Return the data of the demo: the best net of each kind, of those trained on the images of the first result.

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
    return Demo(
        name="character_demo",
        invitation="draw a character",
        data={
            "data": data.name,
            "trained": data.train,
            "classes": _classes(data.classes),
            "side": int(samples.shape[-1]),
            "nets": [
                {
                    "kind": result.net,
                    "name": TITLES[result.net],
                    "right": result.seeds[0].test_correct,
                    "tested": result.data.test,
                    "weights": tensors(result.weights),
                }
                for result in nets
            ],
            "samples": _samples(samples),
            "misread": [_misread(index, result) for index, result in enumerate(nets) if result.gallery],
        },
    )


def _images_of(result: CharactersResult) -> tuple[str, Classes, int]:
    return result.data.sha256, result.data.classes, result.arrays["samples"].shape[-1]


def _best_of_each_kind(results: Sequence[CharactersResult]) -> list[CharactersResult]:
    """Return the best net of each kind by the accuracy of its first seed, whose weights are in the result."""
    of_kind = {kind: [result for result in results if result.net == kind] for kind in TITLES}
    return [max(group, key=lambda result: result.seeds[0].test_accuracy) for group in of_kind.values() if group]


def _classes(names: Classes) -> list[dict[str, Any]]:
    """Return each class's name and, for the ten kana, the number of its symbol on the page."""
    labels = {kana.romaji if names == ROMAJI else kana.kana: kana.label for kana in KANA}
    return [{"name": name, "kana": labels.get(name)} for name in names]


def _samples(samples: NDArray[np.uint8]) -> dict[str, Any]:
    """Return as many training images as there is room for, equally many of each class where it has them."""
    room = max(1, MOST_PIXELS // (len(samples) * samples[0, 0].size))
    chosen = samples[:, :room]
    used = chosen.any((2, 3))  # (classes, images); unused entries are 0
    return {"pixels": _base64(chosen[used]), "labels": np.nonzero(used)[0].tolist()}


def _misread(index: int, result: CharactersResult) -> dict[str, Any]:
    """Return test images in the worst cells of the net with this index."""
    counts = [min(cell.count, MOST_OF_A_CELL) for cell in result.gallery]
    rows = zip(result.arrays["confused"], counts, strict=True)
    return {
        "net": index,
        "pixels": _base64(np.concatenate([row[:count] for row, count in rows])),
        "labels": np.repeat([cell.target for cell in result.gallery], counts).tolist(),
        "predicted": np.repeat([cell.predicted for cell in result.gallery], counts).tolist(),
    }


def _base64(images: NDArray[np.uint8]) -> str:
    return base64.b64encode(images.tobytes()).decode("ascii")
