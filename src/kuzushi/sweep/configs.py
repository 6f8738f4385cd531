"""Settings of a sweep."""

from dataclasses import dataclass, field
from typing import ClassVar

from kuzushi.core.configs import POSITIONAL


@dataclass(frozen=True, kw_only=True)
class SweepConfig:
    """Run every cell of a grid of settings, each in its own folder, and compare their scores."""

    subject: ClassVar[str] = "sweep"

    grid: str = field(metadata={POSITIONAL: True})
    """A TOML file: subject, [settings] of every cell, [grid] with lists of values, [[cells]] with settings of each."""
