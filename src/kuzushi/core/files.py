"""Files: atomic writes, and reads that check the size before they allocate memory."""

import errno
import os
import tokenize
import warnings
import zipfile
import zlib
from contextlib import suppress
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kuzushi.core.errors import RunError

PART = ".part"
"""Suffix of the temporary file that is written first; its name starts with a dot."""
MAX_DEFLATE_RATIO = 1032
"""Largest number of bytes that one byte of a deflated stream can decompress to (zlib, Technical Details)."""
LONGEST_LINE = 300
"""Characters of an error or of a file that a message may quote."""
NUMBERS = "biufc"
"""The kinds of NumPy's number types."""
DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, TypeError, KeyError, SyntaxError, MemoryError,
    OverflowError, tokenize.TokenError,
)  # fmt: skip
"""Exceptions of numpy and zipfile for a damaged archive, besides OSError and ValueError."""


def write_atomic(path: Path, data: bytes) -> None:
    """Write a file atomically: it has the old or the new content at every moment, even if power fails.

    Raises:
        RunError: if it cannot be written; the old content stays.
    """
    if not path.name or path.is_dir():
        raise RunError(f"{path}: is a folder; give a file name")
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    try:
        make_folder(path.parent)
        with open(part, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        with suppress(OSError):  # fails too in a folder that cannot be written
            part.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder and its missing parents, so that they survive a power failure."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the file names of a folder are on the disk."""
    if hasattr(os, "O_DIRECTORY"):  # other systems cannot open a folder
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def unwritable(path: Path, error: OSError) -> RunError:
    """Return the error for a file or folder that cannot be written."""
    return RunError(
        f"{path}: cannot be written ({error.strerror}); check free space and permissions, or give another --out"
    )


def one_line(value: object) -> str:
    """Return the text of an error or a value as one line, shortened to 300 characters.

    Example: one_line(ValueError("first\\n  second")) -> "first second"
    """
    line = " ".join(str(value).split()) or type(value).__name__
    return line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + "..."


def read_bounded(path: Path, *, max_bytes: int) -> bytes:
    """Return the content of a file or a pipe.

    Raises:
        OSError: if it cannot be read, or has more than `max_bytes`.
    """
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        content = b"" if size > max_bytes else file.read(size + 1)
        if 0 < len(content) == size + 1 <= max_bytes:  # a growing file, or a pipe, whose size is unknown
            content += file.read(max_bytes + 1 - len(content))
    if size > max_bytes or len(content) > max_bytes:
        raise OSError(errno.EFBIG, f"more than {max_bytes:,} bytes")
    return content


def read_npz(path: Path, *, max_bytes: int) -> dict[str, NDArray[Any]]:
    """Return the arrays of numbers in an .npz archive, by name; nothing is unpickled.

    Raises:
        OSError: if it cannot be read.
        ValueError: if it is damaged, declares more than `max_bytes` or more than its size can hold, or holds anything
            but numbers.
    """
    try:
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive, warnings.catch_warnings():
            warnings.simplefilter("error")  # numpy repairs headers of Python 2, with a warning
            members = archive.infolist()
            declared = sum(member.file_size for member in members)
            if declared > max_bytes:
                raise ValueError(f"it declares {declared:,} bytes, more than {max_bytes:,}")
            if declared > MAX_DEFLATE_RATIO * os.fstat(file.fileno()).st_size:
                raise ValueError(f"it declares {declared:,} bytes, more than its size can hold")
            return {member.filename.removesuffix(".npy"): _member(archive, member) for member in members}
    except (*DAMAGED, Warning) as error:
        raise ValueError(f"it is damaged ({one_line(error)})") from error


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{member.filename}: has a compression that numpy does not write")
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        if version == (1, 0):
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        elif version == (2, 0):
            shape, _, dtype = np.lib.format.read_array_header_2_0(file)
        else:
            raise ValueError(f"{member.filename}: has format version {version}; expected (1, 0) or (2, 0)")
        if dtype.kind not in NUMBERS or dtype.names or dtype.subdtype:
            raise ValueError(f"{member.filename}: holds {dtype}, expected numbers; nothing is unpickled")
        if min(shape, default=0) < 0 or file.tell() + prod(shape) * dtype.itemsize != member.file_size:
            raise ValueError(f"{member.filename}: declares shape {shape}, which does not fit its size")
    with archive.open(member) as file:
        array: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
        return array
