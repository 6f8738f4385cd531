"""One cell: the run of one config, kept in a folder that is named by the hash of the config."""

import hashlib
import json
import shutil
import traceback
from pathlib import Path

import msgspec

from kuzushi.configs import COMMANDS, Config
from kuzushi.data.transfer import unwatched
from kuzushi.errors import KuzushiError
from kuzushi.experiments import subjects
from kuzushi.runs import RunFolder
from kuzushi.sweeps.grid import SUBJECTS

DIGITS = 16
"""Of a name: two of 1,000,000 configs share one with a probability of 3 in 100,000,000."""


def name_of(config: Config) -> str:
    """The name of the cell of this config: the same whenever and wherever it is asked for.

    Example: name_of(SequencesConfig(hid=3)) -> 16 hexadecimal digits of the SHA-256 of all its settings
    """
    settings = {"subject": COMMANDS[type(config)], "config": msgspec.to_builtins(config)}
    canonical = json.dumps(settings, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:DIGITS]


def folder_of(sweep: Path, name: str) -> Path:
    """Where a cell is kept: below its first two digits, so that no folder has more than some thousands in it."""
    return sweep / "cells" / name[:2] / name


class Task(msgspec.Struct, frozen=True):
    """A cell as it is told to another process."""

    subject: str
    config: dict[str, str | int | float | bool | None]
    folder: str

    @classmethod
    def of(cls, config: Config, folder: Path) -> "Task":
        return cls(COMMANDS[type(config)], msgspec.to_builtins(config), str(folder))

    def attempt(self) -> str | None:
        """Run the cell; None when it is done, else what went wrong: a line, and after it more where it is a bug."""
        try:
            run(msgspec.convert(self.config, type=SUBJECTS[self.subject]), Path(self.folder))
        except KuzushiError as error:
            return " ".join(str(error).split())
        except Exception as error:  # whatever it is, the other cells go on
            return f"{type(error).__name__}: {error}\n{traceback.format_exc()}"
        return None


def run(config: Config, folder: Path) -> None:
    """Run one cell and keep it in its folder; one that was stopped goes on.

    Raises:
        KuzushiError: if a person can mend it.
    """
    begun = (folder / "config.json").is_file()
    if not begun and folder.is_dir():  # killed before it had kept anything
        shutil.rmtree(folder, ignore_errors=True)
    subjects.prepare(config, watch=unwatched)
    with RunFolder(folder, resume=begun) as journal:
        journal.finish(subjects.run(config, journal=journal))
