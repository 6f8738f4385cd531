"""The names by which sets of images are asked for."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from kuzushi.data import kkanji, kuzushiji
from kuzushi.data.brush import brush
from kuzushi.data.folder import read_folder
from kuzushi.data.images import ImageData
from kuzushi.data.transfer import Patience, Watch
from kuzushi.errors import DataError

SOURCES: dict[str, Callable[[int], ImageData]] = {
    "kmnist": lambda seed: kuzushiji.kmnist(),
    "kmnist-mini": lambda seed: kuzushiji.kmnist_mini(),
    "k49": lambda seed: kuzushiji.k49(),
    "kkanji": lambda seed: kkanji.kkanji(),
    "brush": lambda seed: brush(train=8_000, test=2_000, seed=seed),
}
PUBLISHED = ("kmnist", "kmnist-mini", "k49", "kkanji")
"""The sets that are fetched."""


def obtain(name: str, *, patience: Patience, watch: Watch) -> None:
    """Fetch what is missing of a set; there is nothing to fetch of images that are drawn here, or of a folder.

    Raises:
        DataError: if no mirror gives it, or it cannot be kept.
    """
    if name == "kkanji":
        kkanji.obtain(patience=patience, watch=watch)
    elif name in PUBLISHED:
        kuzushiji.obtain(name, patience=patience, watch=watch)


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
