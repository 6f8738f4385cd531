"""Arrays in NumPy's .npz archives, and one array out of whichever container it comes in."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kuzushi.data.idx import LARGEST, read_idx
from kuzushi.errors import DataError
from kuzushi.files import one_line
from kuzushi.files import read_npz as read_arrays

MEMBER = "arr_0"
"""What numpy.savez calls an array that was given no name; so do all the published files."""
ZIP = b"PK"


def read_array(path: Path, *, dimensions: int) -> NDArray[np.uint8]:
    """Read one array of bytes from an IDX file, plain or compressed, or from an .npz archive, whatever its name.

    Args:
        dimensions: 3 for images, 1 for labels.

    Raises:
        DataError: if the file cannot be read, or does not hold such an array.
    """
    try:
        with open(path, "rb") as file:
            zipped = file.read(len(ZIP)) == ZIP
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); mend its permissions or get it again") from error
    return read_npz(path, dimensions=dimensions) if zipped else read_idx(path, dimensions=dimensions)


def read_npz(path: Path, *, dimensions: int) -> NDArray[np.uint8]:
    """Read the array that an .npz archive holds under the name arr_0, without unpickling anything.

    Raises:
        DataError: if the archive cannot be read, or holds no whole numbers of 0..255 of so many dimensions.
    """
    try:
        array = read_arrays(path, most=LARGEST)[MEMBER]
    except (OSError, KeyError, ValueError) as error:
        raise DataError(
            f"{path}: cannot be read as an .npz archive with {MEMBER} ({one_line(error)}); get the file again"
        ) from (error)
    if array.ndim != dimensions or array.dtype.kind not in "iu" or not _are_bytes(array):
        raise DataError(
            f"{path}: holds {array.dtype} of shape {array.shape}, and whole numbers of 0..255 in {dimensions} "
            "dimensions were expected; get the file again"
        )
    return np.ascontiguousarray(array, dtype=np.uint8)


def _are_bytes(array: NDArray[np.integer]) -> bool:
    return array.dtype == np.uint8 or array.size == 0 or bool(array.min() >= 0 and array.max() <= 255)
