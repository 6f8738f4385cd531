"""The outcomes of all cells -> means over every axis and every two, in one pass, and a table as CSV."""

import csv
import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kuzushi.analysis.intervals import wilson
from kuzushi.configs import Config
from kuzushi.results import CellMean, Interval, Measure, Setting, SweepCell, SweepResult, SweptAxis, SweptPair
from kuzushi.sweeps.outcomes import Outcome

MOST_VALUES = 40
"""An axis of more values is not drawn: a map of it could not be read."""
REPEATS = "seed"
"""The setting that repeats a cell rather than changes it: all else is averaged over it."""
QUARTILES = {"sequences": "first_failure", "checkerboard": "epochs_to_solve"}
"""Of which numbers the quartiles are, by subject; others have none."""


@dataclass(kw_only=True, slots=True)
class _Sum:
    """Scores that are being added up."""

    score: float = 0.0
    low: float = 0.0
    high: float = 0.0
    solved: float = 0.0
    nets: int = 0
    fewest: int | None = None
    cells: int = 0

    def add(self, score: Interval, n: int | None) -> None:
        self.score += score.mean
        self.low += score.low
        self.high += score.high
        self.cells += 1
        if n is not None:
            self.solved += round(score.mean * n)
            self.nets += n
            self.fewest = n if self.fewest is None else min(self.fewest, n)

    def mean(self, measure: Measure) -> CellMean:
        if measure == "solved":
            return CellMean(score=wilson(self.solved, self.nets), n=self.nets, cells=self.cells)
        if measure == "accuracy" and self.fewest is not None:  # all nets read the same images
            rate = min(1.0, self.score / self.cells)
            return CellMean(score=wilson(rate * self.fewest, self.fewest), n=self.fewest, cells=self.cells)
        bounds = Interval(self.score / self.cells, self.low / self.cells, self.high / self.cells)
        return CellMean(score=bounds, n=None, cells=self.cells)


class Means:
    """Adds up scores by every axis and every two axes; cells go by one at a time and are not kept."""

    def __init__(self, axes: Mapping[str, Sequence[Setting]]) -> None:
        """Of these settings and their values."""
        self._values = dict(axes)
        self._pairs = list(itertools.combinations(axes, 2))
        self._sums: dict[tuple[tuple[str, Setting], ...], _Sum] = {}

    def add(self, config: Config, outcome: Outcome) -> None:
        """Take one cell in; one without a score adds nothing."""
        if outcome.score is None:
            return
        own = {name: getattr(config, name) for name in self._values}
        for names in itertools.chain(((name,) for name in self._values), self._pairs):
            place = tuple((name, own[name]) for name in names)
            self._sums.setdefault(place, _Sum()).add(outcome.score, outcome.n)

    def axes(self, measure: Measure) -> Iterator[SweptAxis]:
        """The means along each axis."""
        for name, values in self._values.items():
            means = tuple(self._mean(measure, (name, value)) for value in values)
            yield SweptAxis(setting=name, values=tuple(values), means=means)

    def pairs(self, measure: Measure) -> Iterator[SweptPair]:
        """The means over each two axes; that with fewer values gives the rows."""
        for one, other in self._pairs:
            rows, columns = sorted((one, other), key=lambda name: len(self._values[name]))
            yield SweptPair(
                rows=rows,
                columns=columns,
                row_values=tuple(self._values[rows]),
                column_values=tuple(self._values[columns]),
                means=tuple(
                    tuple(
                        self._mean(measure, *((name, {rows: y, columns: x}[name]) for name in (one, other)))
                        for x in self._values[columns]
                    )
                    for y in self._values[rows]
                ),
            )

    def _mean(self, measure: Measure, *place: tuple[str, Setting]) -> CellMean | None:
        added = self._sums.get(place)
        return None if added is None else added.mean(measure)


def drawn_axes(configs: Iterator[Config], varied: Sequence[str]) -> dict[str, tuple[Setting, ...]]:
    """The settings to average along, with their values: numbers in order, others as they come.

    Left out are those of too many values, and the seed where something else varies too.
    """
    named = [name for name in varied if name != REPEATS] or list(varied)
    found: dict[str, dict[Setting, None]] = {name: {} for name in named}
    for config in configs:
        for name, values in found.items():
            if len(values) <= MOST_VALUES:
                values.setdefault(getattr(config, name))
    return {name: _in_order(tuple(values)) for name, values in found.items() if len(values) <= MOST_VALUES}


def _in_order(values: tuple[Setting, ...]) -> tuple[Setting, ...]:
    numbers = [value for value in values if isinstance(value, int | float)]
    return tuple(sorted(numbers)) if len(numbers) == len(values) else values


def table(result: SweepResult) -> bytes:
    """All cells as one table of comma-separated values, a cell to a line under a header.

    Of a design the score is a number of units; for the others it is a share, 0..1.
    """
    of = QUARTILES.get(result.swept)
    numbers = () if of is None else (f"{of}_first_quartile", f"{of}_median", f"{of}_third_quartile")
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(
        ("cell", *result.varied, "state", result.measure, "low", "high", "n", *numbers, "seconds", "error")
    )  # fmt: skip
    writer.writerows(_row(cell, len(numbers)) for cell in result.cells)
    return lines.getvalue().encode()


def _row(cell: SweepCell, numbers: int) -> tuple[object, ...]:
    """A cell as a line; what is not known is empty."""
    score = (None,) * 3 if cell.score is None else (cell.score.mean, cell.score.low, cell.score.high)
    state = "done" if cell.error is None else "failed"
    return (
        cell.name, *cell.settings, state, *score, cell.n, *(cell.quartiles or (None,) * numbers), cell.seconds,
        cell.error,
    )  # fmt: skip
