"""What runs a folder holds: found by the files in them, never through links, and read without arrays."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import filelock
import msgspec

from kuzushi.errors import ConfigError, RunError
from kuzushi.results import RESULTS, SCHEMA, Interval, KeptRun, RunState
from kuzushi.sweeps.grid import SUBJECTS
from kuzushi.sweeps.outcomes import MEASURES, READ, Outcome

Kind = TypeVar("Kind")
DEEPEST = 3
"""Folders between the one that is named and a run."""


class _Provenance(msgspec.Struct):
    command: str


class _Record(msgspec.Struct):
    """A config.json."""

    subject: str
    config: dict[str, Any]
    provenance: _Provenance
    data_sha256: str = ""


class _Head(msgspec.Struct):
    """What every result.json has."""

    subject: str
    schema: int


def survey(folder: Path) -> list[KeptRun]:
    """Every run in a folder and in its folders, by name; of a sweep that is in it one, of one that it is its cells.

    Raises:
        RunError: if there is no such folder.
    """
    if not folder.is_dir():
        raise RunError(f"{folder}: is not a folder; give one with runs in it, made with --out")
    root = folder / "cells" if (folder / "cells").is_dir() and is_run(folder) else folder
    return [examine(run) for run in _runs(root, DEEPEST)]


def is_run(folder: Path) -> bool:
    """Whether a run was begun here."""
    return (folder / "config.json").is_file() or (folder / "result.json").is_file()


def _runs(folder: Path, depth: int) -> Iterator[Path]:
    if is_run(folder):
        yield folder
    elif depth:
        try:
            inside = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False))
        except OSError:  # not ours to look into
            return
        for name in inside:
            if not name.startswith("."):
                yield from _runs(folder / name, depth - 1)


def examine(folder: Path) -> KeptRun:
    """What one run is, as far as its files say."""
    record = _decoded(folder / "config.json", _Record)
    head = _decoded(folder / "result.json", _Head)
    state = _state(folder, record, head)
    files = list(_files(folder))
    return KeptRun(
        folder=folder,
        state=state,
        subject=record.subject if record is not None else head.subject if head is not None else "",
        setting="" if record is None else record.provenance.command.removeprefix(f"kuzushi {record.subject}").strip(),
        score=score(folder, head.subject) if state == "finished" and head is not None else "",
        size=sum(size for _, size, _ in files),
        freed=sum(size for path, size, _ in files if path.parent == folder / "checkpoint"),
        modified=max((modified for *_, modified in files), default=0.0),
    )


def identity(folder: Path) -> bytes | None:
    """The same for two runs of the same settings and data; None where these are not known."""
    record = _decoded(folder / "config.json", _Record)
    if record is None or not record.data_sha256:
        return None
    return msgspec.json.encode((record.subject, record.config, record.data_sha256), order="sorted")


def in_use(folder: Path) -> bool:
    """Whether another process works in it now."""
    path = folder / ".lock"
    if path.is_symlink():  # not ours: what it leads to is let alone
        return True
    if not path.exists():
        return False
    lock = filelock.FileLock(path, timeout=0)
    try:
        with lock:
            return False
    except filelock.Timeout:
        return True
    except OSError:  # it cannot be asked, so it is let alone
        return True


def score(folder: Path, subject: str) -> str:
    """The score of a finished run in a few words, such as "93.8 % (85.0 to 97.5)"; empty where its subject has none."""
    if subject not in SUBJECTS:
        return ""
    try:
        found = msgspec.json.decode((folder / "result.json").read_bytes(), type=READ[SUBJECTS[subject]])
        outcome: Outcome = found.outcome()
    except (OSError, ValueError, ConfigError):
        return ""
    return "" if outcome.score is None else _spelled(outcome.score, subject)


def _spelled(rate: Interval, subject: str) -> str:
    if MEASURES[subject] == "units":
        return f"{rate.mean:g} units" if rate.low == rate.high else f"{rate.low:g} to {rate.high:g} units"
    word = "solved" if MEASURES[subject] == "solved" else "right"
    return f"{100 * rate.mean:.1f} % ({100 * rate.low:.1f} to {100 * rate.high:.1f}) {word}"


def _state(folder: Path, record: _Record | None, head: _Head | None) -> RunState:
    if in_use(folder):
        return "running"
    if (folder / "result.json").exists():
        readable = head is not None and head.schema == SCHEMA and head.subject in RESULTS
        return "finished" if readable and record is not None else "unreadable"
    return "unreadable" if record is None else "unfinished"


def _decoded(path: Path, kind: type[Kind]) -> Kind | None:
    if not path.is_file():  # also where it is a pipe or a device, which would be waited for
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, ValueError):
        return None


def _files(folder: Path) -> Iterator[tuple[Path, int, float]]:
    """Every file in a run with its bytes and its time; links are not followed."""
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                status = (Path(place) / name).lstat()
                yield Path(place) / name, status.st_size, status.st_mtime
