"""New pictures read by the net of a finished run."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from kuzushi.data.photograph import extent, read_character
from kuzushi.errors import ConfigError
from kuzushi.experiments.saved import saved_net
from kuzushi.results import Classification, ClassProbability, ReadImage


def classify(images: Sequence[Path], *, run: Path, top: int) -> Classification:
    """Read pictures of one character each with the net of a run, cropped and fitted as its training images are.

    Args:
        run: a folder made by kuzushi characters --out.
        top: how many classes are given of each picture.

    Raises:
        KuzushiError: if the run or a picture cannot be read, or no character is seen on it.
    """
    if not images:
        raise ConfigError("classify: no images given; name one or more pictures of one character each")
    if top < 1:
        raise ConfigError(f"--top {top}: must be a whole number of at least 1")
    net = saved_net(run)
    data = net.result.data
    filled = extent(net.result.arrays["samples"].reshape(-1, net.side, net.side))
    pixels = np.stack([read_character(path, side=net.side, extent=filled) for path in images])
    probabilities = np.exp(net.log_probabilities(pixels).astype(np.float64))
    return Classification(
        run=str(run),
        net=net.result.net,
        data=data.name,
        classes=data.classes,
        images=tuple(
            ReadImage(image=str(path), classes=_most_probable(row, data.classes, top))
            for path, row in zip(images, probabilities, strict=True)
        ),
    )


def _most_probable(
    probabilities: Float[np.ndarray, " classes"], names: tuple[str, ...], top: int
) -> tuple[ClassProbability, ...]:
    order = np.argsort(-probabilities, kind="stable")[:top].tolist()
    return tuple(
        ClassProbability(label=label, name=names[label], probability=float(probabilities[label])) for label in order
    )
