"""The IDX format: a big-endian header, then the bytes of one array (LeCun, Cortes and Burges, the MNIST database)."""

import gzip
import os
import zlib
from math import prod
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from kuzushi.errors import DataError
from kuzushi.files import RATIO, one_line

LARGEST = 2**28
"""Bytes a file may declare; the largest of the Kuzushiji files (49 classes) holds 0.7 of it."""
GZIP = b"\x1f\x8b"


def read_idx(path: Path, *, dimensions: int) -> NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes, plain or compressed with gzip, whatever its name.

    Args:
        dimensions: 3 for images, 1 for labels.

    Raises:
        DataError: if the file cannot be read, or is not exactly what its header declares. No more is decompressed
            than that.
    """
    try:
        with open(path, "rb") as raw:
            compressed = raw.read(len(GZIP)) == GZIP
            raw.seek(0)
            with cast(BinaryIO, gzip.open(raw) if compressed else raw) as file:
                shape = _shape(file.read(4 + 4 * dimensions), path, dimensions=dimensions)
                holds = os.fstat(raw.fileno()).st_size * (RATIO if compressed else 1)
                if prod(shape) > holds:
                    raise DataError(
                        f"{path}: declares {prod(shape):,} bytes, shape {shape}, and holds at most {holds:,}; "
                        "get the file again"
                    )
                body = file.read(prod(shape) + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read ({one_line(error)}); get the file again") from error
    if len(body) != prod(shape):
        found = f"only {len(body):,}" if len(body) < prod(shape) else "more"
        raise DataError(f"{path}: declares {prod(shape):,} bytes, shape {shape}, and holds {found}; get the file again")
    return np.frombuffer(bytearray(body), dtype=np.uint8).reshape(shape)  # of bytes that may be written to


def idx_header(shape: tuple[int, ...]) -> bytes:
    """The header of an IDX file of unsigned bytes.

    Example: idx_header((2,)) -> b"\\x00\\x00\\x08\\x01\\x00\\x00\\x00\\x02"
    """
    return _magic(len(shape)) + b"".join(size.to_bytes(4, "big") for size in shape)


def _magic(dimensions: int) -> bytes:
    return (0x0800 | dimensions).to_bytes(4, "big")  # 08: unsigned bytes


def _shape(header: bytes, path: Path, *, dimensions: int) -> tuple[int, ...]:
    magic = _magic(dimensions)
    if len(header) < 4 + 4 * dimensions or header[:4] != magic:
        raise DataError(
            f"{path}: starts with {header[:4].hex() or 'nothing'}, and an IDX file of {dimensions}-dimensional bytes "
            f"with {magic.hex()} and its sizes; get the file again"
        )
    shape = tuple(int.from_bytes(header[at : at + 4], "big") for at in range(4, len(header), 4))
    if prod(shape) > LARGEST:
        raise DataError(f"{path}: declares {prod(shape):,} bytes, more than {LARGEST:,}; get the file again")
    return shape
