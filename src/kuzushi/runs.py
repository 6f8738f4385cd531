"""The runs in a folder: found by their files, never through links, and read without arrays."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import filelock
import msgspec

from kuzushi.core.errors import ConfigError, RunError
from kuzushi.core.result_files import read_without_arrays
from kuzushi.core.results import SCHEMA, ScoredResult
from kuzushi.experiments import RESULTS
from kuzushi.sweep.results import score_text

Kind = TypeVar("Kind")
DEPTH = 3
"""Folders between the given one and a run."""
LONGEST = 60
"""Characters of the settings in a list; config.json has all."""
RunState = Literal["finished", "unfinished", "running", "unreadable"]
"""finished: its result can be read. unfinished: it can be resumed. running: a process works in it now.

unreadable: its config.json or result.json is damaged or of another version."""


@dataclass(frozen=True, kw_only=True)
class ListedRun:
    """One run, as its files describe it."""

    folder: Path
    state: RunState
    subject: str
    settings: str
    """The command that repeats it, without `kuzushi` and the subject."""
    score: str
    """As `score_text` writes it; empty where it is not finished or has no score."""


class _Provenance(msgspec.Struct):
    command: str


class _Record(msgspec.Struct):
    """A config.json."""

    subject: str
    config: dict[str, Any]
    provenance: _Provenance


class _Head(msgspec.Struct):
    """The fields that every result.json has."""

    subject: str
    schema: int


def find_runs(folder: Path) -> list[ListedRun]:
    """Return every run in a folder and its sub-folders, sorted by name; a sweep in it counts once.

    Given the folder of a sweep, return its cells.

    Raises:
        RunError: if there is no such folder.
    """
    if not folder.is_dir():
        raise RunError(f"{folder}: is not a folder; give one with runs in it, made with --out")
    root = folder / "cells" if (folder / "cells").is_dir() and is_run(folder) else folder
    return [read_run(run) for run in _folders(root, DEPTH)]


def is_run(folder: Path) -> bool:
    """Return whether a run was started in the folder."""
    return (folder / "config.json").is_file() or (folder / "result.json").is_file()


def read_run(folder: Path) -> ListedRun:
    """Return the description of one run."""
    record = _decoded(folder / "config.json", _Record)
    head = _decoded(folder / "result.json", _Head)
    state = _state(folder, record, head)
    return ListedRun(
        folder=folder,
        state=state,
        subject=record.subject if record is not None else head.subject if head is not None else "",
        settings="" if record is None else record.provenance.command.removeprefix(f"kuzushi {record.subject}").strip(),
        score=_score(folder) if state == "finished" else "",
    )


def in_use(folder: Path) -> bool:
    """Return whether another process works in the folder."""
    path = folder / ".lock"
    if path.is_symlink():  # not ours: the target of the link stays untouched
        return True
    if not path.exists():
        return False
    lock = filelock.FileLock(path, timeout=0)
    try:
        with lock:
            return False
    except (filelock.Timeout, OSError):
        return True


def list_text(runs: Sequence[ListedRun]) -> str:
    """Return a table with a line per run: folder, subject, settings, and score or state."""
    if not runs:
        return "no runs in it"
    rows = [(str(run.folder), run.subject, _short(run.settings), run.score or run.state) for run in runs]
    lines = [("folder", "subject", "settings", "score"), *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    aligned = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return "\n".join([*aligned, "", f"{len(runs):,} run{'' if len(runs) == 1 else 's'}"])


def unfinished_text(run: ListedRun) -> str:
    """Return a line on a run that has no result to show."""
    command = " ".join(f"kuzushi {run.subject} {run.settings} --out {run.folder} --resume".split())
    reason = {
        "running": "another process is running in it now",
        "unfinished": f"not finished; resume it with {command}",
        "unreadable": "its config.json or result.json cannot be read by this version of kuzushi",
        "finished": "finished",
    }
    return f"{run.folder}: {reason[run.state]}"


def _short(settings: str) -> str:
    return settings if len(settings) <= LONGEST else settings[: LONGEST - 3] + "..."


def _folders(folder: Path, depth: int) -> Iterator[Path]:
    if is_run(folder):
        yield folder
    elif depth:
        try:
            inside = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False))
        except OSError:  # a folder that may not be read
            return
        for name in inside:
            if not name.startswith("."):
                yield from _folders(folder / name, depth - 1)


def _score(folder: Path) -> str:
    try:
        result = read_without_arrays(folder, RESULTS)
    except (RunError, ConfigError):
        return ""
    if not isinstance(result, ScoredResult) or result.score.value is None:
        return ""
    return score_text(result.score.value, result.score.n, result.measure)


def _state(folder: Path, record: _Record | None, head: _Head | None) -> RunState:
    if in_use(folder):
        return "running"
    if (folder / "result.json").exists():
        readable = head is not None and head.schema == SCHEMA and head.subject in RESULTS
        return "finished" if readable and record is not None else "unreadable"
    return "unreadable" if record is None else "unfinished"


def _decoded(path: Path, kind: type[Kind]) -> Kind | None:
    if not path.is_file():  # reading a pipe or a device would wait
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, ValueError):
        return None
