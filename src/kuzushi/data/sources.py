"""The names by which sets of images are asked for."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from kuzushi.data.brush import brush
from kuzushi.data.folder import read_folder
from kuzushi.data.images import ImageData
from kuzushi.data.kuzushiji import kmnist, kmnist_mini
from kuzushi.errors import DataError

SOURCES: dict[str, Callable[[int], ImageData]] = {
    "kmnist": lambda seed: kmnist(),
    "kmnist-mini": lambda seed: kmnist_mini(),
    "brush": lambda seed: brush(train=8_000, test=2_000, seed=seed),
}


def load(name: str, *, seed: int) -> ImageData:
    """Load a set of images by its name: one of SOURCES, "brush:TRAIN/TEST", or the path of a folder of images.

    Args:
        seed: of the images that are drawn by the program (brush).

    Raises:
        DataError: if there is no such set of images, or it cannot be read.
    """
    if name in SOURCES:
        return SOURCES[name](seed)
    if sizes := re.fullmatch(r"brush:(\d{1,7})/(\d{1,7})", name, re.ASCII):
        return brush(train=int(sizes[1]), test=int(sizes[2]), seed=seed)
    if os.path.isdir(name):  # False, where Path.is_dir raises, for what cannot be a path
        return read_folder(Path(name))
    raise DataError(
        f"--data {name}: no such set of images; known are {', '.join(SOURCES)}, brush:TRAIN/TEST (as brush:8000/2000), "
        "or a folder with one sub-folder of images per class"
    )
