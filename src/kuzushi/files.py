"""Files: written whole or not at all, and read no further than they can be trusted."""

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

from kuzushi.errors import RunError

PART = ".part"
"""Ends the name under which a file is written; it begins with a dot."""
RATIO = 1032
"""How many bytes come out of one byte of a deflated stream at most (zlib, Technical Details)."""
LONGEST = 300
"""Characters of what an error says, or a file holds, that are told on."""
NUMBERS = "biufc"
"""The kinds of NumPy's types that are numbers and nothing else."""
DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, TypeError, KeyError, SyntaxError, MemoryError,
    OverflowError, tokenize.TokenError,
)  # fmt: skip
"""What numpy and zipfile let through of an archive that is damaged, besides OSError and ValueError."""


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that at every moment the old or the new content is there, never a part, even if power fails.

    Raises:
        RunError: if it cannot be written; what was there stays.
    """
    if not path.name or path.is_dir():
        raise RunError(f"{path}: is a folder; give the name of a file")
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
        with suppress(OSError):  # a folder that cannot be written to cannot be tidied either
            part.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, so that they stay if power fails."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    if hasattr(os, "O_DIRECTORY"):  # elsewhere a folder cannot be opened
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def unwritable(path: Path, error: OSError) -> RunError:
    """What is said of a file or folder that cannot be written."""
    return RunError(f"{path}: cannot be written ({error.strerror}); free space or permissions, or give another --out")


def one_line(said: object) -> str:
    """What an error says, or what a file holds, in one line that is not endless.

    Example: one_line(ValueError("first\\n  second")) -> "first second"
    """
    line = " ".join(str(said).split()) or type(said).__name__
    return line if len(line) <= LONGEST else line[:LONGEST] + "..."


def read_bounded(path: Path, *, most: int) -> bytes:
    """The content of a file, or of a pipe, that has at most so many bytes.

    Raises:
        OSError: if it cannot be read, or has more.
    """
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        content = b"" if size > most else file.read(size + 1)
        if 0 < len(content) == size + 1 <= most:  # it grows, or is a pipe, which does not say how much is in it
            content += file.read(most + 1 - len(content))
    if size > most or len(content) > most:
        raise OSError(errno.EFBIG, f"more than {most:,} bytes")
    return content


def read_npz(path: Path, *, most: int) -> dict[str, NDArray[Any]]:
    """The arrays of numbers in an .npz archive, by name; nothing is unpickled.

    Raises:
        OSError: if it cannot be read.
        ValueError: if it is damaged, declares more than `most` bytes or more than its size can hold, or holds anything
            but numbers.
    """
    try:
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive, warnings.catch_warnings():
            warnings.simplefilter("error")  # numpy mends the headers of Python 2, and says so
            members = archive.infolist()
            declared = sum(member.file_size for member in members)
            if declared > most:
                raise ValueError(f"declares {declared:,} bytes, more than {most:,}")
            if declared > RATIO * os.fstat(file.fileno()).st_size:
                raise ValueError(f"declares {declared:,} bytes, more than can be packed into it")
            return {member.filename.removesuffix(".npy"): _member(archive, member) for member in members}
    except (*DAMAGED, Warning) as error:
        raise ValueError(f"it is damaged ({one_line(error)})") from error


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{member.filename}: is packed in a way that numpy does not use")
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        if version == (1, 0):
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        elif version == (2, 0):
            shape, _, dtype = np.lib.format.read_array_header_2_0(file)
        else:
            raise ValueError(f"{member.filename}: is of version {version}; expected 1.0 or 2.0")
        if dtype.kind not in NUMBERS or dtype.names or dtype.subdtype:
            raise ValueError(f"{member.filename}: holds {dtype}, which is no number; nothing is unpickled")
        if min(shape, default=0) < 0 or file.tell() + prod(shape) * dtype.itemsize != member.file_size:
            raise ValueError(f"{member.filename}: declares shape {shape}, which does not fit its size")
    with archive.open(member) as file:
        array: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
        return array
