"""Arrays in safetensors files, and checkpoints, which are damaged nowhere or not read."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from kuzushi.results import Arrays

UNREADABLE = (safetensors.SafetensorError, AttributeError, TypeError)
"""What safetensors says of a damaged file, and of types of numbers that NumPy does not have."""


def packed(arrays: Arrays, note: Mapping[str, Any]) -> bytes:
    """A checkpoint: arrays, a note in JSON, and the fingerprint of both."""
    written = json.dumps(note)
    metadata = {"note": written, "sha256": _fingerprint(arrays, written)}
    return safetensors.numpy.save(arrays, metadata=metadata)


def unpacked(path: Path) -> tuple[Arrays, dict[str, Any]]:
    """The arrays and the note of a checkpoint.

    Raises:
        OSError: if it cannot be read.
        ValueError: if it is no checkpoint, or not the one that was written.
    """
    arrays, metadata = read_tensors(path)
    written = metadata.get("note", "")
    if metadata.get("sha256") != _fingerprint(arrays, written):
        raise ValueError("its content is not what was written")
    try:
        note = json.loads(written)
    except RecursionError as error:
        raise ValueError("its note is nested too deeply") from error
    if not isinstance(note, dict):
        raise ValueError("its note is no object")
    return arrays, note


def read_tensors(path: Path) -> tuple[Arrays, dict[str, str]]:
    """The arrays of a safetensors file, and what it says of them.

    Raises:
        OSError: if it cannot be read.
        ValueError: if it is no such file, or holds numbers that NumPy has no type for.
    """
    if not path.is_file():  # a pipe would never be opened
        raise FileNotFoundError(f"{path.name} is missing, or is no file")
    try:
        with safetensors.safe_open(path, framework="np") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            note = file.metadata() or {}
    except UNREADABLE as error:
        raise ValueError(str(error)) from error
    for name, array in arrays.items():
        if array.dtype.isbuiltin != 1:  # another library may have taught NumPy the type
            raise ValueError(f"{name} holds numbers of type {array.dtype}")
    return arrays, note


def _fingerprint(arrays: Arrays, note: str) -> str:
    digest = hashlib.sha256(note.encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"\n{name!r} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
