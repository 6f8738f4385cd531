"""Results of a sweep: one row per cell, means over each axis and each pair of axes, and a score as text."""

from dataclasses import dataclass, field
from typing import Literal

from kuzushi.core.results import SCHEMA, Arrays, Interval, Measure, Provenance
from kuzushi.sweep.configs import SweepConfig

Setting = str | int | float | bool | None
"""The value of one field of a config."""
Quartiles = tuple[int | None, int | None, int | None]


def score_text(score: Interval, n: int | None, measure: Measure) -> str:
    """Return a score as text, such as "93.8 % (85.0 to 97.5) of 64 nets" or "5 (at least 4 proved)"."""
    if measure == "units":
        return f"{score.mean:g}" + ("" if score.low == score.high else f" (at least {score.low:g} proved)")
    mean, low, high = (f"{100 * rate:.1f}" for rate in (score.mean, score.low, score.high))
    return f"{mean} % ({low} to {high}) of {n:,} {'nets' if measure == 'solved' else 'images'}"


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepCell:
    """One cell of the grid."""

    name: str
    """The name of its folder: 16 hexadecimal digits of the SHA-256 of its settings."""
    settings: tuple[Setting, ...]
    """In the order of `varied`."""
    error: str | None
    """Why it failed; None where it is done. The other fields are those of a cell that is done."""
    score: Interval | None = None
    n: int | None = None
    """The number of nets or images of the score; None for design."""
    quartiles: Quartiles | None = None
    """Over the nets, those of the first length that fails (sequences) or of the epochs to solve (checkerboard); one
    is None where so many nets never fail up to the tested length, or are never solved."""
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class CellMean:
    """The mean over the finished cells with one value of a setting, or one pair of values."""

    score: Interval
    """For solved the share of all their nets, else the mean of their scores; the interval is for `n`."""
    n: int | None
    cells: int


@dataclass(frozen=True, kw_only=True)
class SweptAxis:
    """The mean score for each value of one setting, over all others."""

    setting: str
    values: tuple[Setting, ...]
    means: tuple[CellMean | None, ...]
    """None where no cell is done."""

    def __post_init__(self) -> None:
        if len(self.means) != len(self.values):
            raise ValueError(f"axis {self.setting}: {len(self.means)} means of {len(self.values)} values")


@dataclass(frozen=True, kw_only=True)
class SweptPair:
    """The mean score for each pair of values of two settings, over all others."""

    rows: str
    columns: str
    row_values: tuple[Setting, ...]
    column_values: tuple[Setting, ...]
    means: tuple[tuple[CellMean | None, ...], ...]
    """[row, column]; None where no cell is done."""

    def __post_init__(self) -> None:
        shape = [len(row) for row in self.means]
        if shape != [len(self.column_values)] * len(self.row_values):
            raise ValueError(f"axes {self.rows} and {self.columns}: means in rows of {shape}, not one for each pair")


@dataclass(frozen=True, kw_only=True)
class SweepResult:
    """Every cell of a grid of settings."""

    config: SweepConfig
    data_sha256: str
    """The fingerprint of the names of all cells, in order."""
    swept: str
    """The command of the cells."""
    measure: Measure
    per_net: str
    """The numbers of the quartiles, such as "first_failure"; empty where there are none."""
    same: dict[str, Setting]
    """The settings given for every cell alike."""
    varied: tuple[str, ...]
    """The settings in which cells differ."""
    cells: tuple[SweepCell, ...]
    failed: int
    axes: tuple[SweptAxis, ...]
    """Those of `varied` with not too many values; of seed only where nothing else varies."""
    pairs: tuple[SweptPair, ...]
    """Every two of `axes`."""
    seconds: float
    """The sum over all finished cells."""
    provenance: Provenance
    subject: Literal["sweep"] = "sweep"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)

    @property
    def data_name(self) -> str:
        """The name of its data on a page."""
        return self.config.grid

    def __post_init__(self) -> None:
        if any(len(cell.settings) != len(self.varied) for cell in self.cells):
            raise ValueError(f"cells: expected {len(self.varied)} settings in each, as many as vary")
