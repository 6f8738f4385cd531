"""Means of scores over every axis and every pair of axes, in one pass, and a table as CSV."""

import csv
import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kuzushi.core.configs import Config
from kuzushi.core.results import Interval, Measure, Score
from kuzushi.core.statistics import wilson
from kuzushi.sweep.results import CellMean, Quartiles, Setting, SweepCell, SweepResult, SweptAxis, SweptPair

MOST_VALUES = 40
"""An axis of more values is not drawn: a map of it could not be read."""
REPEATS = "seed"
"""The setting that repeats a cell: scores are averaged over it."""


@dataclass(kw_only=True, slots=True)
class _Sum:
    """A running sum of scores."""

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
    """Sums of scores by every axis and every pair of axes; cells are added one at a time and not stored."""

    def __init__(self, axes: Mapping[str, Sequence[Setting]]) -> None:
        """Start with these settings and their values."""
        self._values = dict(axes)
        self._pairs = list(itertools.combinations(axes, 2))
        self._sums: dict[tuple[tuple[str, Setting], ...], _Sum] = {}

    def add(self, config: Config, score: Score) -> None:
        """Add one cell; one without a score adds nothing."""
        if score.value is None:
            return
        own = {name: getattr(config, name) for name in self._values}
        for names in itertools.chain(((name,) for name in self._values), self._pairs):
            key = tuple((name, own[name]) for name in names)
            self._sums.setdefault(key, _Sum()).add(score.value, score.n)

    def axes(self, measure: Measure) -> Iterator[SweptAxis]:
        """Yield the means along each axis."""
        for name, values in self._values.items():
            means = tuple(self._mean(measure, (name, value)) for value in values)
            yield SweptAxis(setting=name, values=tuple(values), means=means)

    def pairs(self, measure: Measure) -> Iterator[SweptPair]:
        """Yield the means over each pair of axes; the one with fewer values gives the rows."""
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

    def _mean(self, measure: Measure, *key: tuple[str, Setting]) -> CellMean | None:
        added = self._sums.get(key)
        return None if added is None else added.mean(measure)


def quartiles(numbers: Sequence[int | None]) -> Quartiles | None:
    """Return the smallest numbers that a quarter, half and three quarters do not exceed; None exceeds every number.

    Example: (3, 5, None, 9) -> (3, 5, 9); (7, None, None, None) -> (7, None, None)
    """
    if not numbers:
        return None
    ordered = sorted(numbers, key=lambda number: (number is None, number or 0))
    first, median, third = (ordered[-(-quarters * len(ordered) // 4) - 1] for quarters in (1, 2, 3))
    return first, median, third


def drawn_axes(configs: Iterator[Config], varied: Sequence[str]) -> dict[str, tuple[Setting, ...]]:
    """Return the settings to average along, with their values: numbers sorted, others in the order of the grid.

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
    """Return all cells as CSV with a header, one line per cell; scores are shares in 0..1, or numbers of units."""
    of = result.per_net
    numbers = (f"{of}_first_quartile", f"{of}_median", f"{of}_third_quartile") if of else ()
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(
        ("cell", *result.varied, "state", result.measure, "low", "high", "n", *numbers, "seconds", "error")
    )  # fmt: skip
    writer.writerows(_row(cell, len(numbers)) for cell in result.cells)
    return lines.getvalue().encode()


def _row(cell: SweepCell, numbers: int) -> tuple[object, ...]:
    """Return a cell as a line; unknown values are empty."""
    score = (None,) * 3 if cell.score is None else (cell.score.mean, cell.score.low, cell.score.high)
    state = "done" if cell.error is None else "failed"
    return (
        cell.name, *cell.settings, state, *score, cell.n, *(cell.quartiles or (None,) * numbers), cell.seconds,
        cell.error,
    )  # fmt: skip
