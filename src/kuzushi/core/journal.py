"""The journal of an experiment: it receives progress and saves checkpoints."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from kuzushi.core.configs import Config
from kuzushi.core.results import Arrays, Provenance


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The progress of one stage of an experiment: steps done, steps in total, and the metrics at this step."""

    stage: str
    done: int
    total: int
    metrics: Mapping[str, Any]


@runtime_checkable
class Journal(Protocol):
    """Receives the progress and the checkpoints of an experiment, which need not know where they go."""

    def begin(self, config: Config, provenance: Provenance, fingerprint: str) -> None:
        """Start a run with these settings, on data with this fingerprint."""

    def progress(self, progress: Progress) -> None:
        """Report the progress of a stage."""

    def save(self, stage: str, arrays: Arrays, note: Mapping[str, Any]) -> None:
        """Save a checkpoint of a stage: arrays, and a note of JSON values; `finished` marks the last one."""

    def load(self, stage: str) -> tuple[Arrays, dict[str, Any]] | None:
        """Return the checkpoint of a stage, or None if it has none."""


class Silent:
    """A journal that saves and shows nothing: for use from Python."""

    def begin(self, config: Config, provenance: Provenance, fingerprint: str) -> None:
        return

    def progress(self, progress: Progress) -> None:
        return

    def save(self, stage: str, arrays: Arrays, note: Mapping[str, Any]) -> None:
        return

    def load(self, stage: str) -> tuple[Arrays, dict[str, Any]] | None:
        return None
