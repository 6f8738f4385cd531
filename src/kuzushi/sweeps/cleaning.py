"""What can be taken from a folder of runs, and the taking: of finished runs only, and of files that are ours."""

import fnmatch
from collections.abc import Sequence
from pathlib import Path

import filelock

from kuzushi.errors import RunError
from kuzushi.results import Cleaning, KeptRun
from kuzushi.runs import load
from kuzushi.sweeps.kept import identity, in_use

OURS = (
    "config.json", "progress.jsonl", "result.json", "weights.safetensors", "arrays.npz", "certificate-*.json",
    "error.txt", ".lock",
)  # fmt: skip
"""The files of a run, beside those of its checkpoints."""
ORDER = {"result.json": 0, "config.json": 2}
"""Of taking: a run of which the rest is left when it is cut short is known as one that is not finished."""
DAY = 86_400.0


def plan(runs: Sequence[KeptRun], *, superseded: bool, older_than: float | None, now: float) -> list[Cleaning]:
    """What to take from these runs.

    Args:
        superseded: whole runs of which there is a newer one of the same settings and data.
        older_than: whole runs whose newest file is so many days old; with `superseded`, those of them only.
        now: seconds since 1970.

    Without either: the checkpoints of every run, which only a run that is not finished needs.
    """
    finished = [run for run in runs if run.state == "finished"]
    if not superseded and older_than is None:
        return [Cleaning(run=run, whole=False, reason="is finished") for run in finished if run.freed]
    newer = _newer(finished) if superseded else {run.folder: run.folder for run in finished}
    chosen = []
    for run in finished:
        days = (now - run.modified) / DAY
        if run.folder in newer and (older_than is None or days > older_than) and only_ours(run.folder):
            reason = f"was done again in {newer[run.folder]}" if superseded else f"is {days:.0f} days old"
            chosen.append(Cleaning(run=run, whole=True, reason=reason))
    return chosen


def _newer(finished: Sequence[KeptRun]) -> dict[Path, Path]:
    """Each run of which there is a newer one, and the newest."""
    newest: dict[bytes, Path] = {}
    newer: dict[Path, Path] = {}
    for run in sorted(finished, key=lambda run: (run.modified, str(run.folder)), reverse=True):
        if (same := identity(run.folder)) is not None:
            first = newest.setdefault(same, run.folder)
            if first != run.folder:
                newer[run.folder] = first
    return newer


def only_ours(folder: Path) -> bool:
    """Whether a run holds nothing but what kuzushi wrote: no other file or folder, and no link."""
    for path in folder.iterdir():
        if path.is_symlink():
            return False
        if path.is_dir():
            if path.name != "checkpoint" or not all(map(_is_checkpoint, path.iterdir())):
                return False
        elif not any(fnmatch.fnmatchcase(path.name, ours) for ours in OURS):
            return False
    return True


def _is_checkpoint(path: Path) -> bool:
    return path.suffix == ".safetensors" and path.is_file() and not path.is_symlink()


def clean(cleaning: Cleaning) -> None:
    """Take it, holding the run so that no other process works in it meanwhile.

    Raises:
        RunError: if its result cannot be read after all, it is in use, or it cannot be deleted; nothing is taken then,
            or what could be.
    """
    folder = cleaning.run.folder
    load(folder)  # what is not whole is not finished, whatever it says
    if in_use(folder):
        raise _running(folder)
    try:
        with filelock.FileLock(folder / ".lock", timeout=0):
            _take(folder, whole=cleaning.whole)
            (folder / ".lock").unlink(missing_ok=True)
        if cleaning.whole:
            folder.rmdir()
    except filelock.Timeout as error:
        raise _running(folder) from error
    except OSError as error:
        raise RunError(f"{folder}: cannot be cleaned ({error.strerror})") from error


def _running(folder: Path) -> RunError:
    return RunError(f"{folder}: another process is running in it; nothing was taken from it")


def _take(folder: Path, *, whole: bool) -> None:
    checkpoints = folder / "checkpoint"
    if checkpoints.is_dir() and not checkpoints.is_symlink():
        for path in checkpoints.iterdir():
            if _is_checkpoint(path):
                path.unlink()
        if not any(checkpoints.iterdir()):
            checkpoints.rmdir()
    if whole:
        for path in sorted(folder.iterdir(), key=lambda path: ORDER.get(path.name, 1)):
            if path.name != ".lock":
                path.unlink()
