"""Arrays of bytes from IDX files (LeCun, Cortes and Burges, the MNIST database) and NumPy's .npz archives."""

import gzip
import os
import zlib
from math import prod
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from kuzushi.core.errors import DataError
from kuzushi.core.files import MAX_DEFLATE_RATIO, one_line
from kuzushi.core.files import read_npz as read_arrays

LARGEST = 2**28
"""Bytes a file may declare; the largest of the Kuzushiji files (49 classes) holds 0.7 of it."""
GZIP, ZIP = b"\x1f\x8b", b"PK"
MEMBER = "arr_0"
"""The name that numpy.savez gives to an array without one, as in all published files."""


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
        raise DataError(f"{path}: cannot be read ({error.strerror}); fix its permissions or get it again") from error
    return read_npz(path, dimensions=dimensions) if zipped else read_idx(path, dimensions=dimensions)


def read_npz(path: Path, *, dimensions: int) -> NDArray[np.uint8]:
    """Read the array named arr_0 from an .npz archive, without unpickling anything."""
    try:
        array = read_arrays(path, max_bytes=LARGEST)[MEMBER]
    except (OSError, KeyError, ValueError) as error:
        raise DataError(
            f"{path}: cannot be read as an .npz archive with {MEMBER} ({one_line(error)}); get the file again"
        ) from error
    if array.ndim != dimensions or array.dtype.kind not in "iu" or not _are_bytes(array):
        raise DataError(
            f"{path}: holds {array.dtype} of shape {array.shape}, expected whole numbers of 0..255 in {dimensions} "
            "dimensions; get the file again"
        )
    return np.ascontiguousarray(array, dtype=np.uint8)


def _are_bytes(array: NDArray[np.integer]) -> bool:
    return array.dtype == np.uint8 or array.size == 0 or bool(array.min() >= 0 and array.max() <= 255)


def read_idx(path: Path, *, dimensions: int) -> NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes, plain or compressed with gzip: a big-endian header, then the array.

    Args:
        dimensions: 3 for images, 1 for labels.

    Raises:
        DataError: if the file cannot be read, or is not exactly what its header declares; no more than that is
            decompressed.
    """
    try:
        with open(path, "rb") as raw:
            compressed = raw.read(len(GZIP)) == GZIP
            raw.seek(0)
            with cast(BinaryIO, gzip.open(raw) if compressed else raw) as file:
                shape = _shape(file.read(4 + 4 * dimensions), path, dimensions=dimensions)
                capacity = os.fstat(raw.fileno()).st_size * (MAX_DEFLATE_RATIO if compressed else 1)
                if prod(shape) > capacity:
                    raise DataError(
                        f"{path}: declares {prod(shape):,} bytes, shape {shape}, and holds at most {capacity:,}; "
                        "get the file again"
                    )
                body = file.read(prod(shape) + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read ({one_line(error)}); get the file again") from error
    if len(body) != prod(shape):
        size = f"only {len(body):,}" if len(body) < prod(shape) else "more"
        raise DataError(f"{path}: declares {prod(shape):,} bytes, shape {shape}, and holds {size}; get the file again")
    return np.frombuffer(bytearray(body), dtype=np.uint8).reshape(shape)  # writable


def idx_header(shape: tuple[int, ...]) -> bytes:
    """Return the header of an IDX file of unsigned bytes.

    Example: idx_header((2,)) -> b"\\x00\\x00\\x08\\x01\\x00\\x00\\x00\\x02"
    """
    return _magic(len(shape)) + b"".join(size.to_bytes(4, "big") for size in shape)


def _magic(dimensions: int) -> bytes:
    return (0x0800 | dimensions).to_bytes(4, "big")  # 08: unsigned bytes


def _shape(header: bytes, path: Path, *, dimensions: int) -> tuple[int, ...]:
    magic = _magic(dimensions)
    if len(header) < 4 + 4 * dimensions or header[:4] != magic:
        raise DataError(
            f"{path}: starts with {header[:4].hex() or 'nothing'}, expected an IDX file of {dimensions}-dimensional "
            f"bytes, which starts with {magic.hex()} and its sizes; get the file again"
        )
    shape = tuple(int.from_bytes(header[start : start + 4], "big") for start in range(4, len(header), 4))
    if prod(shape) > LARGEST:
        raise DataError(f"{path}: declares {prod(shape):,} bytes, more than {LARGEST:,}; get the file again")
    return shape
