"""The net of a finished run of kuzushi characters, as it was kept."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import nn

from kuzushi.errors import RunError, ShapeError
from kuzushi.experiments import recognisers
from kuzushi.models.characters import build
from kuzushi.results import CharactersResult
from kuzushi.runs import load


@dataclass(frozen=True, kw_only=True)
class SavedNet:
    """The net of a run's first seed, ready to read images, and the result of the run."""

    model: nn.Module
    result: CharactersResult

    @property
    def side(self) -> int:
        """Pixels along each side of the images that it reads."""
        return int(self.result.arrays["samples"].shape[-1])

    def log_probabilities(self, images: UInt8[np.ndarray, "n side side"]) -> Float[np.ndarray, "n classes"]:
        """What the net gives to each class, in nats.

        Raises:
            ShapeError: if the images are not of the size that it was trained on.
        """
        if images.shape[1:] != (self.side, self.side):
            raise ShapeError(f"images have shape {images.shape}; the net reads (n, {self.side}, {self.side})")
        found: Float[np.ndarray, "n classes"] = recognisers.log_probabilities(
            self.model, torch.from_numpy(images)
        ).numpy()
        return found


def saved_net(folder: Path) -> SavedNet:
    """Build the net of a run again, with the weights that the run kept.

    Example: saved_net(Path("runs/conv")).log_probabilities(images).argmax(1) -> the label of each image

    Raises:
        RunError: if the folder holds no finished run of kuzushi characters, or its weights do not fit its settings.
    """
    result = load(folder)
    if not isinstance(result, CharactersResult):
        raise RunError(f"{folder}: holds a run of kuzushi {result.subject}; give one of kuzushi characters")
    if "samples" not in result.arrays:
        raise RunError(f"{folder}: does not say how large its images are; make it again: {result.provenance.command}")
    classes, side = len(result.data.classes), result.arrays["samples"].shape[-1]
    model = build(result.config, classes=classes, side=side, seed=0)
    try:
        model.load_state_dict({name: torch.from_numpy(array) for name, array in result.weights.items()})
    except RuntimeError as error:
        reason = " ".join(str(error).split())  # torch gives it a line for every parameter
        raise RunError(f"{folder}: the weights do not fit the net of the run ({reason}); make it again") from error
    return SavedNet(model=model.eval(), result=result)
