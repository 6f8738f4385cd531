"""The run folder: claimed by one process, every file written whole or not at all, resumed where it was left."""

import dataclasses
import importlib.metadata
import io
import json
import os
import platform
import subprocess
import time
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import filelock
import msgspec
import numpy as np
import safetensors
import safetensors.numpy

import kuzushi
from kuzushi.configs import COMMANDS, Config, command
from kuzushi.errors import ConfigError, RunError
from kuzushi.results import RESULTS, SCHEMA, Arrays, Provenance, Result
from kuzushi.results.certificates import CertifiedNet

CHECKPOINT_SECONDS = 5.0
DAMAGED = (zipfile.BadZipFile, zlib.error, RuntimeError, TypeError)
"""What numpy lets through of an arrays.npz that is damaged, besides OSError, ValueError and EOFError."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far one stage of an experiment has come, and what it measures there."""

    stage: str
    done: int
    total: int
    metrics: Mapping[str, Any]


@runtime_checkable
class Journal(Protocol):
    """Where an experiment reports what it does; it need not know whether anything is kept."""

    def begin(self, config: Config, provenance: Provenance, fingerprint: str) -> None: ...

    def progress(self, progress: Progress) -> None: ...

    def save(self, stage: str, arrays: Arrays, note: Mapping[str, Any]) -> None: ...

    def load(self, stage: str) -> tuple[Arrays, dict[str, Any]] | None: ...


class Silent:
    """A journal that keeps nothing: for use from Python."""

    def begin(self, config: Config, provenance: Provenance, fingerprint: str) -> None:
        return

    def progress(self, progress: Progress) -> None:
        return

    def save(self, stage: str, arrays: Arrays, note: Mapping[str, Any]) -> None:
        return

    def load(self, stage: str) -> tuple[Arrays, dict[str, Any]] | None:
        return None


class RunFolder:
    """A journal that keeps everything in one folder, and the only writer of that folder while it is open.

    Raises:
        RunError: if the folder holds another run, is in use, or cannot be written.
    """

    def __init__(self, folder: Path, *, resume: bool = False) -> None:
        self.folder = folder
        self._resume = resume
        self._saved: dict[str, float] = {}
        try:
            self._created = not folder.exists()
            if not self._created and not folder.is_dir():
                raise RunError(f"{folder}: is a file; give a folder for the run with --out")
            if resume and not (folder / "config.json").is_file():
                raise RunError(f"{folder}: holds no run to resume; leave --resume out to start one")
            # A killed process leaves its .lock, which holds nobody up; one that is still running holds it.
            if not self._created and not resume and any(path.name != ".lock" for path in folder.iterdir()):
                raise RunError(f"{folder}: is not empty; give another --out, or --resume to go on with the run in it")
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = filelock.FileLock(folder / ".lock", timeout=0)
            self._lock.acquire()
        except filelock.Timeout as error:
            raise RunError(f"{folder}: another process is running in it; wait for it, or give another --out") from error
        except OSError as error:
            raise _unwritable(folder, error) from error

    def __enter__(self) -> "RunFolder":
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the folder; one that nothing was written to is taken away again."""
        (self.folder / ".lock").unlink(missing_ok=True)  # while it is held: nobody else's can be meant
        self._lock.release()
        if self._created and not any(self.folder.iterdir()):
            self.folder.rmdir()

    def begin(self, config: Config, provenance: Provenance, fingerprint: str) -> None:
        """Write `config.json`, or on resuming check that the same run goes on."""
        settings = {
            "subject": COMMANDS[type(config)],
            "config": msgspec.to_builtins(config),
            "data_sha256": fingerprint,
        }
        if self._resume:
            held = _read_json(self.folder / "config.json")
            if any(held.get(name) != value for name, value in settings.items()):
                made_by = held.get("provenance")
                made_with = f" ({made_by.get('command')})" if isinstance(made_by, dict) else ""
                raise RunError(
                    f"{self.folder}: holds a run of other settings or data{made_with}; "
                    "give the same options, or another --out"
                )
            return
        record = settings | {"schema": SCHEMA, "provenance": dataclasses.asdict(provenance)}
        write_whole(self.folder / "config.json", json_lines(record))

    def progress(self, progress: Progress) -> None:
        """Append one line to `progress.jsonl`."""
        line = msgspec.json.encode(dataclasses.asdict(progress)) + b"\n"
        try:
            with open(self.folder / "progress.jsonl", "ab") as file:
                file.write(line)
        except OSError as error:
            raise _unwritable(self.folder / "progress.jsonl", error) from error

    def save(self, stage: str, arrays: Arrays, note: Mapping[str, Any]) -> None:
        """Replace the stage's checkpoint, unless the last one is only seconds old and the stage goes on."""
        now = time.monotonic()
        if not note.get("finished") and now - self._saved.setdefault(stage, now) < CHECKPOINT_SECONDS:
            return
        self._saved[stage] = now
        data = safetensors.numpy.save(arrays, metadata={"note": json.dumps(note)})
        write_whole(self.folder / "checkpoint" / f"{stage}.safetensors", data)

    def load(self, stage: str) -> tuple[Arrays, dict[str, Any]] | None:
        """The stage's checkpoint, or None where there is none."""
        path = self.folder / "checkpoint" / f"{stage}.safetensors"
        if not path.is_file():
            return None
        try:
            with safetensors.safe_open(path, framework="np") as file:
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                note = json.loads((file.metadata() or {})["note"])
        except (safetensors.SafetensorError, OSError, KeyError, ValueError) as error:
            raise RunError(f"{path}: is not a checkpoint ({error}); delete it to start this stage anew") from error
        return arrays, note

    def finish(self, result: Result) -> None:
        """Write the weights, the arrays and last `result.json`, which says that the run is complete."""
        write_whole(self.folder / "weights.safetensors", safetensors.numpy.save(result.weights))
        write_whole(self.folder / "arrays.npz", _npz(result.arrays))
        write_whole(self.folder / "result.json", to_json(result))


def provenance(config: Config, *, device: str, threads: int) -> Provenance:
    """What made a result: versions, machine and command."""
    return Provenance(
        command=command(config),
        kuzushi=kuzushi.__version__,
        commit=_commit(),
        python=platform.python_version(),
        torch=importlib.metadata.version("torch"),
        numpy=np.__version__,
        platform=platform.platform(terse=True),
        device=device,
        threads=threads,
    )


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
    fields = _read_json(path)
    kind = RESULTS.get(str(fields.get("subject")))
    if kind is None or fields.get("schema") != SCHEMA:
        raise RunError(
            f"{path}: subject {fields.get('subject')!r}, schema {fields.get('schema')!r}; this version of kuzushi reads"
            f" schema {SCHEMA} of {', '.join(RESULTS)}"
        )
    try:
        result: Result = msgspec.convert(fields, type=kind)
        # Opened here, since numpy leaves a file open that turns out to be damaged.
        with open(folder / "arrays.npz", "rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (ConfigError, OSError, ValueError, EOFError, *DAMAGED) as error:
        raise RunError(f"{folder}: the result cannot be read: {error}; make it again with the command in it") from error
    return dataclasses.replace(result, arrays=arrays)


def load_weights(folder: Path) -> Arrays:
    """The weights of a finished run, without torch.

    Raises:
        RunError: if they cannot be read.
    """
    try:
        return safetensors.numpy.load_file(folder / "weights.safetensors")
    except (safetensors.SafetensorError, OSError) as error:
        raise RunError(f"{folder}: the weights cannot be read ({error}); make the run again") from error


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
    found = []
    for path in sorted(folder.glob("certificate-*.json")):
        try:
            found.append((path, msgspec.convert(_read_json(path), type=CertifiedNet)))
        except msgspec.ValidationError as error:
            raise RunError(f"{path}: is not a certificate ({error}); make it again with kuzushi certify") from error
    return found


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that at every moment the old or the new content is there, never a part.

    Raises:
        RunError: if it cannot be written; what was there stays.
    """
    if not path.name or path.is_dir():
        raise RunError(f"{path}: is a folder; give the name of a file")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(part, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):  # a folder that cannot be written to cannot be tidied either
            part.unlink()
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> RunError:
    return RunError(f"{path}: cannot be written ({error.strerror}); free space or permissions, or give another --out")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        fields: dict[str, Any] = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (ValueError, OSError) as error:
        raise RunError(f"{path}: cannot be read: {error}") from error
    return fields


def _npz(arrays: Arrays) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def _commit() -> str | None:
    """The commit of the source tree this package runs from, or None where it, or git, is not there."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None
    try:
        described = subprocess.run(
            ["git", "-C", str(root), "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except OSError:  # git is not installed
        return None
    return described.stdout.strip() or None
