"""What was found in a sweep: one row for each cell, and the cells averaged over one axis and over two."""

from dataclasses import dataclass, field
from typing import Literal

from kuzushi.configs import SweepConfig
from kuzushi.results.common import SCHEMA, Arrays, Interval, Provenance

Setting = str | int | float | bool | None
"""The value of one field of a config."""
Measure = Literal["solved", "accuracy", "units"]
"""What a score is.

solved: the share of nets that learned all (sequences, checkerboard, widths), with its Wilson interval over the nets.
accuracy: the share of test images read right (characters, width-search), with its Wilson interval over the images.
units: the fewest hidden units known to suffice (design), from what is proved necessary to what is known to suffice."""
Quartiles = tuple[int | None, int | None, int | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepCell:
    """One cell: a run of its own."""

    name: str
    """The name of its folder: the first 16 hexadecimal digits of the SHA-256 of its config."""
    settings: tuple[Setting, ...]
    """In the order of `varied`."""
    error: str | None
    """Why it failed; None where it is done, and all that follows is of a cell that is done."""
    score: Interval | None = None
    n: int | None = None
    """What the score is taken over: nets or images; None for design."""
    quartiles: Quartiles | None = None
    """Over the nets, those of the first length that fails (sequences) or of the epochs to solve (checkerboard); one
    is None where so many nets never fail up to the tested length, or are never solved."""
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class CellMean:
    """The cells that are done at one place of an axis, or of two, taken together."""

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
    """Every cell of a grid of settings, each an ensemble or a net with a run of its own."""

    config: SweepConfig
    data_sha256: str
    """Fingerprint of the names of all cells, in order."""
    swept: str
    """The subject of the cells."""
    measure: Measure
    same: dict[str, Setting]
    """The settings given for every cell alike."""
    varied: tuple[str, ...]
    """The settings in which cells differ."""
    cells: tuple[SweepCell, ...]
    failed: int
    packed: int
    """Cells whose nets were trained as one ensemble with those of others."""
    axes: tuple[SweptAxis, ...]
    """Those of `varied` with not too many values; of seed only where nothing else varies."""
    pairs: tuple[SweptPair, ...]
    """Every two of `axes`."""
    seconds: float
    """Of all cells that are done together, as each counts its own."""
    provenance: Provenance
    subject: Literal["sweep"] = "sweep"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(len(cell.settings) != len(self.varied) for cell in self.cells):
            raise ValueError(f"cells: expected {len(self.varied)} settings in each, as many as vary")
