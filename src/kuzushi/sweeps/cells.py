"""One cell: the run of one config, kept in a folder that is named by the hash of the config."""

import hashlib
import json
import shutil
import traceback
from collections.abc import Sequence
from contextlib import ExitStack
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


class Cell(msgspec.Struct, frozen=True):
    """A cell as it is told to another process."""

    subject: str
    settings: dict[str, str | int | float | bool | None]
    folder: str

    @classmethod
    def of(cls, config: Config, folder: Path) -> "Cell":
        return cls(COMMANDS[type(config)], msgspec.to_builtins(config), str(folder))

    @property
    def config(self) -> Config:
        return msgspec.convert(self.settings, type=SUBJECTS[self.subject])


def attempt(cells: Sequence[Cell]) -> str | None:
    """Run a cell, or train several together; None when it is done, else what went wrong: one line, of a bug more."""
    try:
        configs, folders = [cell.config for cell in cells], [Path(cell.folder) for cell in cells]
        if len(cells) == 1:
            run(configs[0], folders[0])
        else:
            train_together(configs, folders)
    except KuzushiError as error:
        return " ".join(str(error).split())
    except Exception as error:  # whatever it is, the other cells go on
        return f"{type(error).__name__}: {error}\n{traceback.format_exc()}"
    return None


def run(config: Config, folder: Path) -> None:
    """Run one cell and keep it in its folder; one that was stopped, or trained together with others, goes on.

    Raises:
        KuzushiError: if a person can mend it.
    """
    subjects.prepare(config, watch=unwatched)
    with _opened(folder) as journal:
        journal.finish(subjects.run(config, journal=journal))


def train_together(configs: Sequence[Config], folders: Sequence[Path]) -> None:
    """Train the nets of several cells as one ensemble; each cell's folder then holds a run whose training is done.

    Raises:
        KuzushiError: if a person can mend it, or the cells have begun apart; each can still be run by itself.
    """
    with ExitStack() as stack:
        journals = [stack.enter_context(_opened(folder)) for folder in folders]
        subjects.train_together(configs, journals=journals)


def _opened(folder: Path) -> RunFolder:
    begun = (folder / "config.json").is_file()
    if not begun and folder.is_dir():  # killed before it had kept anything
        shutil.rmtree(folder, ignore_errors=True)
    return RunFolder(folder, resume=begun)
