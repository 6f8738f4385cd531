"""A sweep in words and tables."""

from collections.abc import Sequence

from kuzushi.plots.designs import counted
from kuzushi.plots.sweep import SCORES, figures, named, over, scored, spelled
from kuzushi.report.sections import Section, Table, columns, how_made
from kuzushi.results import CellMean, Quartiles, SweepCell, SweepResult

UNFOLDED = 20
"""Rows that are shown without being asked for."""
MOST_ROWS = 1000
"""Rows on a page; table.csv has all."""
MOST_LINES = 40
"""Rows in a terminal."""
FAILURES = 10
"""Failed cells that are named."""
QUARTILES = {"sequences": "first failing length", "checkerboard": "epochs to solve"}
"""Of which numbers the quartiles are, by subject; others have none."""


def text(result: SweepResult) -> str:
    """What a person reads after a sweep: how many cells are done, the scores, and what failed."""
    lines = [f"{_counts(result)}{_same(result)}", ""]
    lines += [columns(table) + "\n" for table in _by_axis(result)]
    if len(result.cells) <= MOST_LINES:
        lines += [columns(_cells(result)), ""]
    return "\n".join([*lines, *_failures(result)]).rstrip()


def section(results: Sequence[SweepResult]) -> Section:
    """These results on the page."""
    return Section(
        name="sweep",
        title="Sweep",
        question="How does what is learned depend on the settings?",
        answer=tuple(paragraph for result in results for paragraph in (_answer(result), *_failures(result))),
        tables=tuple(table for result in results for table in (*_by_axis(result), _cells(result))),
        figures=tuple(figures(results)),
        runs=how_made(results),
    )


def _answer(result: SweepResult) -> str:
    """How many cells there are, and which did best and worst."""
    done = [cell for cell in result.cells if cell.score is not None]
    said = f"{_counts(result)}{_same(result)}."
    if not done or not result.varied:
        return said
    worst, best = (choose(done, key=_rank) for choose in (min, max))
    if result.measure == "units":
        return f"{said} The fewest hidden units: from {_one(result, worst)}, to {_one(result, best)}."
    if _rank(worst) == _rank(best):
        return f"{said} All have the same score: {_score(result, best)}."
    return f"{said} Best: {_one(result, best)}. Worst: {_one(result, worst)}."


def _rank(cell: SweepCell) -> float:
    return 0.0 if cell.score is None else cell.score.mean


def _one(result: SweepResult, cell: SweepCell) -> str:
    settings = zip(result.varied, cell.settings, strict=True)
    return f"{_score(result, cell)} with {', '.join(f'{named(name)} {spelled(value)}' for name, value in settings)}"


def _score(result: SweepResult, cell: SweepCell) -> str:
    return "" if cell.score is None else scored(CellMean(score=cell.score, n=cell.n, cells=1), result.measure)


def _counts(result: SweepResult) -> str:
    total = len(result.cells)
    failed = f", {result.failed:,} failed" if result.failed else ""
    packed = f", {result.packed:,} of them trained in ensembles with others" if result.packed else ""
    return (
        f"{counted(total, 'cell')} of kuzushi {result.swept}: {total - result.failed:,} done{failed}{packed}, "
        f"{result.seconds:,.1f} s of training in all"
    )


def _same(result: SweepResult) -> str:
    given = ", ".join(f"{named(name)} {spelled(value)}" for name, value in result.same.items())
    return f"; all with {given}" if given else ""


def _failures(result: SweepResult) -> tuple[str, ...]:
    """The first cells that failed, and why."""
    failed = [cell for cell in result.cells if cell.error is not None]
    named_here = tuple(
        f"Failed: cells/{cell.name[:2]}/{cell.name} "
        f"({', '.join(f'{name} {spelled(value)}' for name, value in zip(result.varied, cell.settings, strict=True))}): "
        f"{cell.error}"
        for cell in failed[:FAILURES]
    )
    rest = len(failed) - FAILURES
    return (*named_here, f"{rest:,} more failed; table.csv names them.") if rest > 0 else named_here


def _by_axis(result: SweepResult) -> tuple[Table, ...]:
    """A table for each axis, where more than one setting varies."""
    if len(result.varied) < 2:
        return ()
    return tuple(
        Table(
            title=f"By {named(axis.setting)}{over(result, axis.setting)}",
            header=(named(axis.setting), "cells done", f"{_head(result)} (95 %)"),
            rows=tuple(
                (spelled(value), *(("0", "") if mean is None else (f"{mean.cells:,}", scored(mean, result.measure))))
                for value, mean in zip(axis.values, axis.means, strict=True)
            ),
        )
        for axis in result.axes
    )


def _cells(result: SweepResult) -> Table:
    of = QUARTILES.get(result.swept)
    rows = [_row(result, cell) for cell in result.cells[:MOST_ROWS]]
    left_out = len(result.cells) - len(rows)
    note = "A cell is named by the hash of its settings; its run is in the folder cells of the sweep."
    if of is not None:
        note += f" {of.capitalize()}: first quartile, median and third quartile over the nets; a dash where so many "
        note += "nets never fail up to the tested length." if result.swept == "sequences" else "nets are never solved."
    if left_out:
        note += f" {left_out:,} more rows are in table.csv."
    return Table(
        title=f"All cells of kuzushi {result.swept}",
        header=(
            "cell", *map(named, result.varied), f"{_head(result)} (95 %)", *(() if of is None else (of,)), "seconds",
            "state",
        ),
        rows=tuple(rows),
        note=note,
        folded=len(rows) > UNFOLDED,
    )  # fmt: skip


def _head(result: SweepResult) -> str:
    return SCORES[result.measure].removesuffix(" (%)")


def _row(result: SweepResult, cell: SweepCell) -> tuple[str, ...]:
    quartiles = () if result.swept not in QUARTILES else (_quartiles(cell.quartiles),)
    return (
        cell.name, *map(spelled, cell.settings), _score(result, cell), *quartiles,
        "" if cell.seconds is None else f"{cell.seconds:.1f}", "done" if cell.error is None else "failed",
    )  # fmt: skip


def _quartiles(numbers: Quartiles | None) -> str:
    return "" if numbers is None else " / ".join("–" if number is None else f"{number:,}" for number in numbers)
