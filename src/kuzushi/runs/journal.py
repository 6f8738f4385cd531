"""Where an experiment reports what it does, and finds what it did before it was stopped."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from kuzushi.configs import Config
from kuzushi.results import Arrays, Provenance


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
