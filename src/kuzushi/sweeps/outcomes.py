"""What a sweep takes from a cell's result.json: a few fields of it, and no arrays."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec

from kuzushi.analysis.intervals import wilson
from kuzushi.configs import (
    CharactersConfig,
    CheckerboardConfig,
    Config,
    DesignConfig,
    SequencesConfig,
    WidthsConfig,
    WidthSearchConfig,
)
from kuzushi.errors import ConfigError
from kuzushi.results import SCHEMA, Interval, Measure, Quartiles

MEASURES: dict[str, Measure] = {
    "characters": "accuracy", "checkerboard": "solved", "widths": "solved", "sequences": "solved",
    "width-search": "accuracy", "design": "units",
}  # fmt: skip
"""What the score of a cell is, by subject."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The score of a cell that is done; the fields are those of SweepCell."""

    score: Interval | None
    n: int | None
    quartiles: Quartiles | None
    seconds: float
    beside: int = 0
    """Cells whose nets were trained in the same ensemble."""
    data_sha256: str = ""
    """Fingerprint of the points it was made of; empty where there are none."""


def read_outcome(folder: Path, config: Config) -> Outcome | None:
    """What the cell of this config found; None where it is not done, or what is there cannot be read or is another."""
    try:
        found = msgspec.json.decode((folder / "result.json").read_bytes(), type=READ[type(config)])
        if found.config != config or found.schema != SCHEMA:
            return None
        return replace(found.outcome(), beside=found.provenance.beside, data_sha256=found.data_sha256)
    except (OSError, ValueError, ConfigError):
        return None


def quartiles(numbers: Sequence[int | None]) -> Quartiles | None:
    """The smallest numbers that a quarter, half and three quarters do not exceed; a None exceeds every number.

    Example: (3, 5, None, 9) -> (3, 5, 9); (7, None, None, None) -> (7, None, None)
    """
    if not numbers:
        return None
    ordered = sorted(numbers, key=lambda number: (number is None, number or 0))
    first, median, third = (ordered[-(-quarters * len(ordered) // 4) - 1] for quarters in (1, 2, 3))
    return first, median, third


class _Provenance(msgspec.Struct):
    beside: int = 0


class _Read(msgspec.Struct, kw_only=True):
    """What all results have; other fields are passed over."""

    schema: int
    seconds: float
    provenance: _Provenance
    data_sha256: str = ""


class _Sequences(_Read):
    subject: Literal["sequences"]
    config: SequencesConfig
    nets: int
    solved_interval: Interval
    first_failure: tuple[int | None, ...]

    def outcome(self) -> Outcome:
        return Outcome(
            score=self.solved_interval, n=self.nets, quartiles=quartiles(self.first_failure), seconds=self.seconds
        )


class _Checkerboard(_Read):
    subject: Literal["checkerboard"]
    config: CheckerboardConfig
    nets: int
    solved_interval: Interval
    epochs_to_solve: tuple[int | None, ...]

    def outcome(self) -> Outcome:
        return Outcome(
            score=self.solved_interval, n=self.nets, quartiles=quartiles(self.epochs_to_solve), seconds=self.seconds
        )


class _Width(msgspec.Struct):
    solved: int


class _Widths(_Read):
    subject: Literal["widths"]
    config: WidthsConfig
    widths: tuple[_Width, ...]

    def outcome(self) -> Outcome:
        """The nets of all widths together."""
        nets = self.config.nets * len(self.widths)
        score = wilson(sum(width.solved for width in self.widths), nets)
        return Outcome(score=score, n=nets, quartiles=None, seconds=self.seconds)


class _Data(msgspec.Struct):
    test: int


class _Summary(msgspec.Struct):
    accuracy: Interval


class _Characters(_Read):
    subject: Literal["characters"]
    config: CharactersConfig
    data: _Data
    summary: _Summary

    def outcome(self) -> Outcome:
        return Outcome(score=self.summary.accuracy, n=self.data.test, quartiles=None, seconds=self.seconds)


class _SearchedWidth(msgspec.Struct):
    hid: int
    test: _Summary


class _WidthSearch(_Read):
    subject: Literal["width-search"]
    config: WidthSearchConfig
    data: _Data
    widths: tuple[_SearchedWidth, ...]
    chosen: int

    def outcome(self) -> Outcome:
        """Of the width that was chosen, on the test part."""
        score = next((width.test.accuracy for width in self.widths if width.hid == self.chosen), None)
        return Outcome(score=score, n=self.data.test, quartiles=None, seconds=self.seconds)


class _Design(_Read):
    subject: Literal["design"]
    config: DesignConfig
    lower: int
    upper: int | None

    def outcome(self) -> Outcome:
        """The units that suffice, and from how many that are proved necessary; no score where none is known to."""
        score = None if self.upper is None else Interval(float(self.upper), float(self.lower), float(self.upper))
        return Outcome(score=score, n=None, quartiles=None, seconds=self.seconds)


READ: dict[type[Config], type[_Sequences | _Checkerboard | _Widths | _Characters | _WidthSearch | _Design]] = {
    SequencesConfig: _Sequences,
    CheckerboardConfig: _Checkerboard,
    WidthsConfig: _Widths,
    CharactersConfig: _Characters,
    WidthSearchConfig: _WidthSearch,
    DesignConfig: _Design,
}
