"""Finished runs and their certificates: how they are written, and how they are read back without torch."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from kuzushi.errors import ConfigError, RunError
from kuzushi.files import one_line, read_bounded, read_npz, write_whole
from kuzushi.results import RESULTS, SCHEMA, Result
from kuzushi.results.certificates import CertifiedNet
from kuzushi.runs.tensors import read_tensors

MOST_TEXT, MOST_ARRAYS = 2**28, 2**30
"""Bytes of a file of JSON and of all arrays of a run that are read: some hundred times those of the largest runs."""
T = TypeVar("T")


class Head(msgspec.Struct):
    """What says how a result is to be read; as it stands in the file."""

    subject: msgspec.Raw = msgspec.Raw(b"null")
    schema: msgspec.Raw = msgspec.Raw(b"null")


def to_json(result: Result) -> bytes:
    """A result as JSON, one top-level field to a line; arrays and weights stay beside it."""
    fields = msgspec.to_builtins(dataclasses.replace(result, arrays={}, weights={}))
    return json_lines({name: value for name, value in fields.items() if name not in ("arrays", "weights")})


def json_lines(fields: Mapping[str, Any]) -> bytes:
    body = b",\n".join(msgspec.json.encode(name) + b": " + msgspec.json.encode(value) for name, value in fields.items())
    return b"{\n" + body + b"\n}\n"


def load(folder: Path) -> Result:
    """Read a finished run back, without torch.

    Raises:
        RunError: if the folder holds no finished run, or a field is missing or of the wrong type.
    """
    path = folder / "result.json"
    if not path.is_file():
        raise RunError(f"{folder}: holds no finished run (no result.json); give a folder made with --out")
    content = _content(path)
    head = decoded(path, content, Head)
    subject, schema = (bytes(raw)[:40].decode(errors="replace") for raw in (head.subject, head.schema))
    kind = RESULTS.get(subject.strip('"'))
    if kind is None or schema != str(SCHEMA):
        raise RunError(
            f"{path}: subject {subject}, schema {schema}; this version of kuzushi reads schema {SCHEMA} of "
            f"{', '.join(RESULTS)}"
        )
    try:
        result: Result = decoded(path, content, kind)
        if not (folder / "arrays.npz").is_file():
            raise RunError(f"{folder}: the result cannot be read: arrays.npz is missing, or is no file")
        arrays = read_npz(folder / "arrays.npz", most=MOST_ARRAYS)
    except (ConfigError, OSError, ValueError) as error:
        raise RunError(
            f"{folder}: the result cannot be read: {one_line(error)}; make it again with the command in it"
        ) from error
    try:
        weights, _ = read_tensors(folder / "weights.safetensors")
    except (OSError, ValueError) as error:
        raise RunError(f"{folder}: the weights cannot be read ({one_line(error)}); make the run again") from error
    return dataclasses.replace(result, arrays=arrays, weights=weights)


def write_certified(folder: Path, certified: CertifiedNet) -> Path:
    """Write a certificate beside the run that it is of; the name of its file says of which net."""
    path = folder / f"certificate-{certified.net + 1}{'-snapped' if certified.snapped else ''}.json"
    write_whole(path, json_lines(msgspec.to_builtins(certified)))
    return path


def load_certified(folder: Path) -> list[tuple[Path, CertifiedNet]]:
    """The certificates of a run.

    Raises:
        RunError: if one is damaged.
    """
    return [(path, decoded(path, _content(path), CertifiedNet)) for path in sorted(folder.glob("certificate-*.json"))]


def read_json(path: Path, kind: type[T]) -> T:
    """A file of JSON, checked against its type.

    Raises:
        RunError: if it cannot be read, or is not of this type.
    """
    return decoded(path, _content(path), kind)


def decoded(path: Path, content: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path}: cannot be read: {one_line(error)}; make it again") from error


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():  # a pipe would never be opened
            raise FileNotFoundError("it is missing, or is no file")
        return read_bounded(path, most=MOST_TEXT)
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror or error}") from error
