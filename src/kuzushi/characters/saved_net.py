"""The net of a finished run of kuzushi characters: load it, and classify new pictures with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import nn

from kuzushi.characters.datasets.photograph import extent, read_character
from kuzushi.characters.nets import build, log_probabilities
from kuzushi.characters.results import CharactersResult, Classification, ClassifiedImage, ClassProbability
from kuzushi.core.errors import ConfigError, RunError, ShapeError
from kuzushi.core.result_files import read_result


@dataclass(frozen=True, kw_only=True)
class SavedNet:
    """The net of a run's first seed, and the result of the run."""

    model: nn.Module
    result: CharactersResult

    @property
    def side(self) -> int:
        """Pixels along each side of an input image."""
        return int(self.result.arrays["samples"].shape[-1])

    def log_probabilities(self, images: UInt8[np.ndarray, "n side side"]) -> Float[np.ndarray, "n classes"]:
        """Return the log-probability of each class, in nats.

        Raises:
            ShapeError: if the images are not of the size of the training images.
        """
        if images.shape[1:] != (self.side, self.side):
            raise ShapeError(f"images have shape {images.shape}; the net reads (n, {self.side}, {self.side})")
        return log_probabilities(self.model, torch.from_numpy(images)).numpy()


def read_run(folder: Path) -> CharactersResult:
    """Read the result of a finished run of kuzushi characters."""
    result = read_result(folder, {CharactersResult.subject: CharactersResult})
    assert isinstance(result, CharactersResult)
    return result


def load_net(folder: Path) -> SavedNet:
    """Load the net of a run, with the weights of its first seed.

    Example: load_net(Path("runs/conv")).log_probabilities(images).argmax(1) -> the label of each image

    Raises:
        RunError: if the folder holds no finished run of kuzushi characters, or its weights do not fit its settings.
    """
    result = read_run(folder)
    if "samples" not in result.arrays:
        raise RunError(f"{folder}: the size of its images is missing; make it again: {result.provenance.command}")
    classes, side = len(result.data.classes), result.arrays["samples"].shape[-1]
    model = build(result.config, classes=classes, side=side, seed=0)
    try:
        model.load_state_dict({name: torch.from_numpy(array) for name, array in result.weights.items()})
    except RuntimeError as error:
        reason = " ".join(str(error).split())  # torch writes a line for every parameter
        raise RunError(f"{folder}: the weights do not fit the net of the run ({reason}); make it again") from error
    return SavedNet(model=model.eval(), result=result)


def classify(images: Sequence[Path], *, run: Path, top: int) -> Classification:
    """Read pictures of one character each with the net of a run, cropped and scaled like its training images.

    Args:
        run: a folder made by kuzushi characters --out.
        top: the number of classes to return for each picture.

    Raises:
        KuzushiError: if the run or a picture cannot be read, or a picture has no visible character.
    """
    if not images:
        raise ConfigError("classify: no images given; name one or more pictures of one character each")
    if top < 1:
        raise ConfigError(f"--top {top}: must be a whole number of at least 1")
    net = load_net(run)
    data = net.result.data
    part = extent(net.result.arrays["samples"].reshape(-1, net.side, net.side))
    pixels = np.stack([read_character(path, side=net.side, extent=part) for path in images])
    probabilities = np.exp(net.log_probabilities(pixels).astype(np.float64))
    return Classification(
        run=str(run),
        net=net.result.net,
        data=data.name,
        classes=data.classes,
        images=tuple(
            ClassifiedImage(image=str(path), classes=_most_probable(row, data.classes, top))
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
