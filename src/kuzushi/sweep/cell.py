"""Run one cell of a sweep in a folder named by the hash of its settings."""

import hashlib
import json
import shutil
import traceback
from pathlib import Path

import msgspec

from kuzushi import experiments
from kuzushi.core.configs import Config
from kuzushi.core.errors import KuzushiError
from kuzushi.core.run_folder import RunFolder
from kuzushi.proofs.errors import ProofError

DIGITS = 16
"""Of a cell name: two of 1,000,000 configs share one with a probability of 3 in 100,000,000."""


def name_of(config: Config) -> str:
    """Return the name of a cell: 16 hexadecimal digits of the SHA-256 of its settings, the same on every machine."""
    settings = {"subject": config.subject, "config": msgspec.to_builtins(config)}
    canonical = json.dumps(settings, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:DIGITS]


def folder_of(sweep: Path, name: str) -> Path:
    """Return the folder of a cell, below its first two digits: no folder has more than some thousand entries."""
    return sweep / "cells" / name[:2] / name


class Cell(msgspec.Struct, frozen=True):
    """A cell as it is sent to another process."""

    subject: str
    settings: dict[str, str | int | float | bool | None]
    folder: str

    @classmethod
    def of(cls, config: Config, folder: Path) -> "Cell":
        return cls(config.subject, msgspec.to_builtins(config), str(folder))

    @property
    def config(self) -> Config:
        config: Config = msgspec.convert(self.settings, type=experiments.SWEPT[self.subject])
        return config


def attempt(cell: Cell) -> str | None:
    """Run a cell; return None when it is done, else the error: one line, and the traceback of a bug."""
    try:
        run(cell.config, Path(cell.folder))
    except (KuzushiError, ProofError) as error:
        return " ".join(str(error).split())
    except Exception as error:  # the other cells continue
        return f"{type(error).__name__}: {error}\n{traceback.format_exc()}"
    return None


def run(config: Config, folder: Path) -> None:
    """Run one cell in its folder; one that was interrupted is resumed.

    Raises:
        KuzushiError: for errors that the user can fix.
    """
    experiments.prepare(config)
    with _opened(folder) as journal:
        journal.finish(experiments.run(config, journal=journal))


def _opened(folder: Path) -> RunFolder:
    begun = (folder / "config.json").is_file()
    if not begun and folder.is_dir():  # killed before anything was written
        shutil.rmtree(folder, ignore_errors=True)
    return RunFolder(folder, resume=begun)
