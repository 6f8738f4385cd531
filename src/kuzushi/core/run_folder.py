"""The folder of a run while it is computed: settings, progress, checkpoints and at last the result."""

import dataclasses
import io
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import filelock
import msgspec
import numpy as np
import safetensors.numpy

from kuzushi.core.checkpoints import encode_checkpoint, read_checkpoint
from kuzushi.core.configs import Config
from kuzushi.core.errors import RunError
from kuzushi.core.files import PART, make_folder, one_line, unwritable, write_atomic
from kuzushi.core.journal import Progress
from kuzushi.core.result_files import json_object, read_json, to_json
from kuzushi.core.results import SCHEMA, Arrays, Provenance, Result

FIXED = ("kuzushi", "torch", "numpy", "device")
"""Fields of Provenance that must be the same when a run is resumed."""
LOCK = ".lock"
REACHED = "reached"
"""Key in a checkpoint's note: how many steps of the stage were done."""


class RunFolder:
    """A journal that saves everything in one folder; it locks the folder while it is open.

    Args:
        resume: continue the run in the folder.
        every: minimum number of seconds between two checkpoints; the last one of a stage is always saved.

    Raises:
        RunError: if the folder holds another run, is in use, or cannot be written.
    """

    def __init__(self, folder: Path, *, resume: bool = False, every: float = 5.0) -> None:
        self.folder = folder
        self._resume = resume
        self._every = every
        self._saved_at = time.monotonic()
        self._reached: dict[str, int] = {}
        try:
            self._created = not folder.exists()
            if not self._created and not folder.is_dir():
                raise RunError(f"{folder}: is a file; give a folder for the run with --out")
            if resume and not (folder / "config.json").is_file():
                raise RunError(f"{folder}: holds no run to resume; leave --resume out to start one")
            if not self._created and not resume and not all(map(_is_leftover, folder.iterdir())):
                raise RunError(f"{folder}: is not empty; give another --out, or --resume to continue the run in it")
            make_folder(folder)
            self._lock = filelock.FileLock(folder / LOCK, timeout=0)
            self._lock.acquire()
        except filelock.Timeout as error:
            raise RunError(f"{folder}: another process is running in it; wait for it, or give another --out") from error
        except OSError as error:
            raise unwritable(folder, error) from error

    def __enter__(self) -> "RunFolder":
        return self

    def __exit__(self, *_: object) -> None:
        """Unlock the folder, and remove it if it was created here and nothing was written."""
        try:
            (self.folder / LOCK).unlink(missing_ok=True)  # while it is locked, so it is not another process's
            if self._created and not any(self.folder.iterdir()):
                self.folder.rmdir()
        except OSError:  # the folder can no longer be written, which an earlier error has reported
            pass
        finally:
            self._lock.release()

    def begin(self, config: Config, provenance: Provenance, fingerprint: str) -> None:
        """Write `config.json`, or check on resuming that it is the same run; remove incomplete files.

        Raises:
            RunError: if the settings, the data or the versions differ from those of the run in the folder.
        """
        settings = {"subject": config.subject, "config": msgspec.to_builtins(config), "data_sha256": fingerprint}
        if self._resume:
            self._check_same(settings, provenance)
        self._remove_parts()
        if self._resume:
            self._truncate_progress()
        else:
            record = settings | {"schema": SCHEMA, "provenance": dataclasses.asdict(provenance)}
            write_atomic(self.folder / "config.json", json_object(record))

    def _check_same(self, settings: Mapping[str, Any], provenance: Provenance) -> None:
        saved = read_json(self.folder / "config.json", dict[str, Any])
        made = saved.get("provenance")
        started = made if isinstance(made, dict) else {}
        ours = msgspec.json.decode(msgspec.json.encode(settings))  # tuples become lists
        if any(saved.get(name) != value for name, value in ours.items()):
            by = f" ({started.get('command')})"[:500] if started else ""
            raise RunError(
                f"{self.folder}: holds a run with other settings or data{by}; give the same options, or another --out"
            )
        for name in FIXED:
            if started.get(name) != getattr(provenance, name):
                raise RunError(
                    f"{self.folder}: was started with {name} {started.get(name)!r:.60}, and this is {name} "
                    f"{getattr(provenance, name)!r}; use the former, or start again with another --out"
                )

    def progress(self, progress: Progress) -> None:
        """Append one line to `progress.jsonl`."""
        line = msgspec.json.encode(dataclasses.asdict(progress)) + b"\n"
        try:
            with open(self._progress, "ab") as file:
                file.write(line)
        except OSError as error:
            raise unwritable(self._progress, error) from error
        self._reached[progress.stage] = progress.done

    def save(self, stage: str, arrays: Arrays, note: Mapping[str, Any]) -> None:
        """Replace the checkpoint of a stage, unless the last one is recent and the stage is not finished."""
        if not note.get("finished") and time.monotonic() - self._saved_at < self._every:
            return
        self._sync_progress()
        data = encode_checkpoint(arrays, {**note, REACHED: self._reached.get(stage, 0)})
        write_atomic(self._checkpoint(stage), data)
        self._saved_at = time.monotonic()

    def load(self, stage: str) -> tuple[Arrays, dict[str, Any]] | None:
        """Return the checkpoint of a stage, or None if it has none.

        Raises:
            RunError: if it is damaged in any way.
        """
        path = self._checkpoint(stage)
        if not path.is_file():
            return None
        try:
            arrays, note = read_checkpoint(path)
        except (OSError, ValueError) as error:
            raise RunError(
                f"{path}: is not a checkpoint ({one_line(error)}); delete it to repeat this stage"
            ) from error
        reached = note.pop(REACHED, None)
        if not isinstance(reached, int):
            raise RunError(f"{path}: lacks the number of steps done; delete it to repeat this stage")
        self._reached[stage] = reached
        return arrays, note

    def finish(self, result: Result) -> None:
        """Write the weights, the arrays and last `result.json`, which marks the run as complete."""
        self._sync_progress()
        write_atomic(self.folder / "weights.safetensors", safetensors.numpy.save(result.weights))
        write_atomic(self.folder / "arrays.npz", _npz(result.arrays))
        write_atomic(self.folder / "result.json", to_json(result))

    @property
    def _progress(self) -> Path:
        return self.folder / "progress.jsonl"

    def _checkpoint(self, stage: str) -> Path:
        folder = self.folder / "checkpoint"
        path = folder / f"{stage}.safetensors"
        if path.parent != folder or folder.is_symlink():
            raise RunError(f"{path}: is outside the folder of the run; give another --out")
        return path

    def _sync_progress(self) -> None:
        """Wait until all lines are on the disk, so that no checkpoint is ahead of them if power fails."""
        if self._progress.is_file():
            try:
                with open(self._progress, "ab") as file:
                    os.fsync(file.fileno())
            except OSError as error:
                raise unwritable(self._progress, error) from error

    def _truncate_progress(self) -> None:
        """Remove the lines written after the checkpoints: those steps are repeated."""
        if not os.path.lexists(self._progress):
            return
        for path in (self.folder / "checkpoint").glob("*.safetensors"):
            self.load(path.stem)
        lines = b""
        if self._progress.is_file():
            try:
                with open(self._progress, "rb") as file:
                    lines = b"".join(line for line in file if self._before_checkpoint(line))
            except OSError as error:
                raise unwritable(self._progress, error) from error
        write_atomic(self._progress, lines)

    def _before_checkpoint(self, line: bytes) -> bool:
        try:
            progress = msgspec.json.decode(line, type=Progress)
        except (ValueError, RecursionError):  # a line that was incomplete when the process ended
            return False
        return line.endswith(b"\n") and progress.done <= self._reached.get(progress.stage, 0)

    def _remove_parts(self) -> None:
        """Remove the temporary files of a process that was killed."""
        for folder in (self.folder, self.folder / "checkpoint"):
            for path in folder.glob(f".*{PART}"):
                try:
                    path.unlink(missing_ok=True)
                except OSError as error:
                    raise unwritable(path, error) from error


def saved_fingerprint(folder: Path) -> str | None:
    """Return the fingerprint of the data that the run in a folder was started with; None if it is missing."""
    saved = read_json(folder / "config.json", dict[str, Any]).get("data_sha256")
    return saved if isinstance(saved, str) else None


def _is_leftover(path: Path) -> bool:
    """Return whether a killed process may have left this file before its run started; it is then ignored."""
    return path.name == LOCK or (path.name.startswith(".") and path.name.endswith(PART))


def _npz(arrays: Arrays) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()
