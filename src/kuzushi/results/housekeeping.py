"""What is found in a folder of runs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

RunState = Literal["finished", "unfinished", "running", "unreadable"]
"""finished: its result can be read. unfinished: it can be resumed. running: a process works in it now.

unreadable: it has a config.json or a result.json, and these are damaged or of another version."""


@dataclass(frozen=True, kw_only=True)
class KeptRun:
    """One run, as its folder says."""

    folder: Path
    state: RunState
    subject: str
    setting: str
    """The command that makes it again, without `kuzushi` and the subject."""
    score: str
    """In a few words; empty where it is not finished, or its subject has no score."""
    size: int
    """Bytes of all files in it."""
    freed: int
    """Bytes of its checkpoints, which only a run that is not finished needs."""
    modified: float
    """Seconds since 1970 when the newest of its files was written."""


@dataclass(frozen=True, kw_only=True)
class Cleaning:
    """What can be taken from one finished run."""

    run: KeptRun
    whole: bool
    """Whether the whole run goes, or only its checkpoints."""
    reason: str
