"""Results as JSON, and finished runs read back without torch."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from kuzushi.core.checkpoints import read_safetensors
from kuzushi.core.errors import ConfigError, RunError
from kuzushi.core.files import one_line, read_bounded, read_npz
from kuzushi.core.results import SCHEMA, Result

MAX_JSON_BYTES, MAX_ARRAY_BYTES = 2**28, 2**30
"""Limits for a JSON file and for all arrays of a run: about a hundred times those of the largest runs."""
T = TypeVar("T")


class _Head(msgspec.Struct):
    """The fields that decide how a result is read, not yet decoded."""

    subject: msgspec.Raw = msgspec.Raw(b"null")
    schema: msgspec.Raw = msgspec.Raw(b"null")


def to_json(result: Result) -> bytes:
    """Return a result as JSON, one line per field, without its arrays and weights."""
    names = [field.name for field in dataclasses.fields(result) if field.name not in ("arrays", "weights")]
    return json_object({name: msgspec.to_builtins(getattr(result, name)) for name in names})


def json_object(fields: Mapping[str, Any]) -> bytes:
    """Return fields as a JSON object, one line per field."""
    body = b",\n".join(msgspec.json.encode(name) + b": " + msgspec.json.encode(value) for name, value in fields.items())
    return b"{\n" + body + b"\n}\n"


def read_result(folder: Path, kinds: Mapping[str, type[Any]]) -> Result:
    """Read a finished run, without torch.

    Args:
        kinds: the type of the result for each subject.

    Raises:
        RunError: if the folder holds no finished run, or a field is missing or of the wrong type.
    """
    try:
        result = read_without_arrays(folder, kinds)
        if not (folder / "arrays.npz").is_file():
            raise RunError(f"{folder}: the result cannot be read: arrays.npz is missing, or is not a file")
        arrays = read_npz(folder / "arrays.npz", max_bytes=MAX_ARRAY_BYTES)
    except (ConfigError, OSError, ValueError) as error:
        raise RunError(f"{folder}: the result cannot be read: {one_line(error)}; run its command again") from error
    try:
        weights, _ = read_safetensors(folder / "weights.safetensors")
    except (OSError, ValueError) as error:
        raise RunError(f"{folder}: the weights cannot be read ({one_line(error)}); run its command again") from error
    return dataclasses.replace(result, arrays=arrays, weights=weights)


def read_without_arrays(folder: Path, kinds: Mapping[str, type[Any]]) -> Result:
    """Read the `result.json` of a finished run; `arrays` and `weights` stay empty.

    Raises:
        RunError: if the folder holds no finished run, or a field is missing or of the wrong type.
        ConfigError: if its settings are out of range.
    """
    path = folder / "result.json"
    if not path.is_file():
        raise RunError(f"{folder}: holds no finished run (no result.json); give a folder made with --out")
    content = _content(path)
    head = _decode(path, content, _Head)
    subject, schema = (bytes(raw)[:40].decode(errors="replace") for raw in (head.subject, head.schema))
    kind = kinds.get(subject.strip('"'))
    if kind is None or schema != str(SCHEMA):
        raise RunError(
            f"{path}: holds a run of kuzushi {subject} in format {schema}; expected {' or '.join(kinds)} in format "
            f"{SCHEMA}"
        )
    result: Result = _decode(path, content, kind)
    return result


def read_json(path: Path, kind: type[T]) -> T:
    """Read a JSON file of this type.

    Raises:
        RunError: if it cannot be read, or is not of this type.
    """
    return _decode(path, _content(path), kind)


def _decode(path: Path, content: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path}: cannot be read: {one_line(error)}; create it again") from error


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():  # opening a pipe would block
            raise FileNotFoundError("it is missing, or is not a file")
        return read_bounded(path, max_bytes=MAX_JSON_BYTES)
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror or error}") from error
