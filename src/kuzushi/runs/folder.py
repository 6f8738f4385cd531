"""The folder of a run while it is made."""

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

from kuzushi.configs import COMMANDS, Config
from kuzushi.errors import RunError
from kuzushi.files import PART, make_folder, one_line, unwritable, write_whole
from kuzushi.results import SCHEMA, Arrays, Provenance, Result
from kuzushi.runs.journal import Progress
from kuzushi.runs.kept import json_lines, read_json, to_json
from kuzushi.runs.tensors import packed, unpacked

SAME = ("kuzushi", "torch", "numpy", "device")
"""What must not change in the middle of a run, by the names of Provenance."""
LOCK, REACHED = ".lock", "reached"
"""The second is the name in a checkpoint's note of how far the stage had come."""


class RunFolder:
    """A journal that keeps everything in one folder, and the only writer of that folder while it is open.

    Args:
        resume: go on with the run in the folder.
        every: seconds between two checkpoints at least; the last of a stage is always kept.

    Raises:
        RunError: if the folder holds another run, is in use, or cannot be written.
    """

    def __init__(self, folder: Path, *, resume: bool = False, every: float = 5.0) -> None:
        self.folder = folder
        self._resume = resume
        self._every = every
        self._saved = time.monotonic()
        self._reached: dict[str, int] = {}
        try:
            self._created = not folder.exists()
            if not self._created and not folder.is_dir():
                raise RunError(f"{folder}: is a file; give a folder for the run with --out")
            if resume and not (folder / "config.json").is_file():
                raise RunError(f"{folder}: holds no run to resume; leave --resume out to start one")
            if not self._created and not resume and not all(map(_is_left_over, folder.iterdir())):
                raise RunError(f"{folder}: is not empty; give another --out, or --resume to go on with the run in it")
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
        """Let go of the folder; one that nothing was written to is taken away again."""
        try:
            (self.folder / LOCK).unlink(missing_ok=True)  # while it is held: nobody else's can be meant
            if self._created and not any(self.folder.iterdir()):
                self.folder.rmdir()
        except OSError:  # a folder that can no longer be written to; what was wrong with it has been said
            pass
        finally:
            self._lock.release()

    def begin(self, config: Config, provenance: Provenance, fingerprint: str) -> None:
        """Write `config.json`, or on resuming check that the same run goes on, and take away what came to nothing."""
        settings = {
            "subject": COMMANDS[type(config)],
            "config": msgspec.to_builtins(config),
            "data_sha256": fingerprint,
        }
        if self._resume:
            held = read_json(self.folder / "config.json", dict[str, Any])
            asked = msgspec.json.decode(msgspec.json.encode(settings))  # in which tuples are lists
            if any(held.get(name) != value for name, value in asked.items()):
                made_by = held.get("provenance")
                made_with = f" ({made_by.get('command')})"[:500] if isinstance(made_by, dict) else ""
                raise RunError(
                    f"{self.folder}: holds a run of other settings or data{made_with}; "
                    "give the same options, or another --out"
                )
            self._check_versions(held.get("provenance"), provenance)
        self._tidy()
        if self._resume:
            self._cut_progress()
        else:
            record = settings | {"schema": SCHEMA, "provenance": dataclasses.asdict(provenance)}
            write_whole(self.folder / "config.json", json_lines(record))

    def _check_versions(self, held: object, ours: Provenance) -> None:
        """A run whose halves were made by different versions could not be made again."""
        begun = held if isinstance(held, dict) else {}
        for name in SAME:
            if begun.get(name) != getattr(ours, name):
                raise RunError(
                    f"{self.folder}: was begun with {name} {begun.get(name)!r:.60}, and this is {name} "
                    f"{getattr(ours, name)!r}; go on with that, or start anew with another --out"
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
        """Replace the stage's checkpoint, unless the last one is only seconds old and the stage goes on."""
        if not note.get("finished") and time.monotonic() - self._saved < self._every:
            return
        self._keep_progress()
        data = packed(arrays, {**note, REACHED: self._reached.get(stage, 0)})
        write_whole(self._checkpoint(stage), data)
        self._saved = time.monotonic()

    def load(self, stage: str) -> tuple[Arrays, dict[str, Any]] | None:
        """The stage's checkpoint, or None where there is none.

        Raises:
            RunError: if it is damaged in any way.
        """
        path = self._checkpoint(stage)
        if not path.is_file():
            return None
        try:
            arrays, note = unpacked(path)
        except (OSError, ValueError) as error:
            raise RunError(
                f"{path}: is not a checkpoint ({one_line(error)}); delete it to start this stage anew"
            ) from error
        reached = note.pop(REACHED, None)
        if not isinstance(reached, int):
            raise RunError(f"{path}: does not say how far it had come; delete it to start this stage anew")
        self._reached[stage] = reached
        return arrays, note

    def finish(self, result: Result) -> None:
        """Write the weights, the arrays and last `result.json`, which says that the run is complete."""
        self._keep_progress()
        write_whole(self.folder / "weights.safetensors", safetensors.numpy.save(result.weights))
        write_whole(self.folder / "arrays.npz", _npz(result.arrays))
        write_whole(self.folder / "result.json", to_json(result))

    @property
    def _progress(self) -> Path:
        return self.folder / "progress.jsonl"

    def _checkpoint(self, stage: str) -> Path:
        folder = self.folder / "checkpoint"
        path = folder / f"{stage}.safetensors"
        if path.parent != folder or folder.is_symlink():
            raise RunError(f"{path}: leads out of the folder of the run")
        return path

    def _keep_progress(self) -> None:
        """Wait until all lines are on the disk, so that no checkpoint is ahead of them if power fails."""
        if self._progress.is_file():
            try:
                with open(self._progress, "ab") as file:
                    os.fsync(file.fileno())
            except OSError as error:
                raise unwritable(self._progress, error) from error

    def _cut_progress(self) -> None:
        """Leave out what was told since the checkpoints: it is done and told again."""
        if not os.path.lexists(self._progress):
            return
        for path in (self.folder / "checkpoint").glob("*.safetensors"):
            self.load(path.stem)
        kept = b""
        if self._progress.is_file():
            try:
                with open(self._progress, "rb") as file:
                    kept = b"".join(line for line in file if self._is_kept(line))
            except OSError as error:
                raise unwritable(self._progress, error) from error
        write_whole(self._progress, kept)

    def _is_kept(self, line: bytes) -> bool:
        try:
            told = msgspec.json.decode(line, type=Progress)
        except (ValueError, RecursionError):  # what was being written when power failed
            return False
        return line.endswith(b"\n") and told.done <= self._reached.get(told.stage, 0)

    def _tidy(self) -> None:
        """Take away the parts of files that a killed process was writing."""
        for folder in (self.folder, self.folder / "checkpoint"):
            for path in folder.glob(f".*{PART}"):
                try:
                    path.unlink(missing_ok=True)
                except OSError as error:
                    raise unwritable(path, error) from error


def begun_with(folder: Path) -> str | None:
    """The fingerprint of what the run in a folder began with."""
    held = read_json(folder / "config.json", dict[str, Any]).get("data_sha256")
    return held if isinstance(held, str) else None


def _is_left_over(path: Path) -> bool:
    """Whether this is what a killed process leaves of a run that had not begun: it holds nobody up."""
    return path.name == LOCK or (path.name.startswith(".") and path.name.endswith(PART))


def _npz(arrays: Arrays) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()
