"""Safetensors files: arrays, and checkpoints, which hold a hash of their content."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from kuzushi.core.results import Arrays

UNREADABLE = (safetensors.SafetensorError, AttributeError, TypeError)
"""Exceptions of safetensors for damaged files, and for number types that NumPy does not have."""


def encode_checkpoint(arrays: Arrays, note: Mapping[str, Any]) -> bytes:
    """Return a checkpoint as a safetensors file: arrays, a note in JSON, and a hash of both."""
    text = json.dumps(note)
    return safetensors.numpy.save(arrays, metadata={"note": text, "sha256": _sha256(arrays, text)})


def read_checkpoint(path: Path) -> tuple[Arrays, dict[str, Any]]:
    """Return the arrays and the note of a checkpoint.

    Raises:
        OSError: if it cannot be read.
        ValueError: if it is not a checkpoint, or its content has changed.
    """
    arrays, metadata = read_safetensors(path)
    text = metadata.get("note", "")
    if metadata.get("sha256") != _sha256(arrays, text):
        raise ValueError("its content does not match its hash")
    try:
        note = json.loads(text)
    except RecursionError as error:
        raise ValueError("its note is nested too deeply") from error
    if not isinstance(note, dict):
        raise ValueError("its note is not a JSON object")
    return arrays, note


def read_safetensors(path: Path) -> tuple[Arrays, dict[str, str]]:
    """Return the arrays of a safetensors file, and its metadata.

    Raises:
        OSError: if it cannot be read.
        ValueError: if it is damaged, or holds a number type that NumPy does not have.
    """
    if not path.is_file():  # opening a pipe would block
        raise FileNotFoundError(f"{path.name} is missing, or is not a file")
    try:
        with safetensors.safe_open(path, framework="np") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            metadata = file.metadata() or {}
    except UNREADABLE as error:
        raise ValueError(str(error)) from error
    for name, array in arrays.items():
        if array.dtype.isbuiltin != 1:  # another library may have registered the type with NumPy
            raise ValueError(f"{name} holds numbers of type {array.dtype}")
    return arrays, metadata


def _sha256(arrays: Arrays, note: str) -> str:
    digest = hashlib.sha256(note.encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"\n{name!r} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
