"""A sweep as text and as a part of the page."""

from collections.abc import Sequence

from kuzushi.core.sections import Section, Table, columns, counted, provenance_table
from kuzushi.sweep.figures import SCORES, averaged_over, figures, score_text, setting_label, value_text
from kuzushi.sweep.results import CellMean, Quartiles, SweepCell, SweepResult

UNFOLDED = 20
"""The most rows of a table that is not folded."""
MOST_ROWS = 1000
"""Rows on a page; table.csv has all."""
MOST_LINES = 40
"""Rows in a terminal."""
FAILURES = 10
"""Failed cells with their errors."""


def text(result: SweepResult) -> str:
    """Return the text for the terminal: how many cells are done, the scores, and the errors."""
    lines = [_counts(result), ""]
    lines += [columns(table) + "\n" for table in _by_axis(result)]
    if len(result.cells) <= MOST_LINES:
        lines += [columns(_cells(result)), ""]
    return "\n".join([*lines, *_failures(result)]).rstrip()


def section(results: Sequence[SweepResult]) -> Section:
    """Return the part of the page."""
    return Section(
        name="sweep",
        title="Sweep",
        question="How does the score depend on the settings?",
        answer=tuple(paragraph for result in results for paragraph in (_answer(result), *_failures(result))),
        tables=tuple(table for result in results for table in (*_by_axis(result), _cells(result))),
        figures=tuple(figures(results)),
        runs=provenance_table(results),
    )


# --- sentences ------------------------------------------------------------------------------------------------


def _answer(result: SweepResult) -> str:
    """Return the number of cells, and the best and the worst."""
    counts, done = f"{_counts(result)}.", [cell for cell in result.cells if cell.score is not None]
    if not done or not result.varied:
        return counts
    worst, best = (choose(done, key=_mean) for choose in (min, max))
    if result.measure == "units":
        return f"{counts} Fewest hidden units: from {_with_settings(result, worst)} to {_with_settings(result, best)}."
    if _mean(worst) == _mean(best):
        return f"{counts} All have the same score: {_score(result, best)}."
    return f"{counts} Best: {_with_settings(result, best)}. Worst: {_with_settings(result, worst)}."


def _counts(result: SweepResult) -> str:
    total = len(result.cells)
    failed = f", {result.failed:,} failed" if result.failed else ""
    same = ", ".join(f"{setting_label(name)} {value_text(value)}" for name, value in result.same.items())
    return (
        f"{counted(total, 'cell')} of kuzushi {result.swept}: {total - result.failed:,} done{failed}, "
        f"{result.seconds:,.1f} s of training{f'; all with {same}' if same else ''}"
    )


def _failures(result: SweepResult) -> tuple[str, ...]:
    """Return the first cells that failed, and their errors."""
    failed = [cell for cell in result.cells if cell.error is not None]
    lines = []
    for cell in failed[:FAILURES]:
        settings = zip(result.varied, cell.settings, strict=True)
        listed = ", ".join(f"{name} {value_text(value)}" for name, value in settings)
        lines.append(f"Failed: cells/{cell.name[:2]}/{cell.name} ({listed}): {cell.error}")
    more = len(failed) - FAILURES
    return (*lines, f"{more:,} more failed; they are in table.csv.") if more > 0 else tuple(lines)


def _mean(cell: SweepCell) -> float:
    return 0.0 if cell.score is None else cell.score.mean


def _with_settings(result: SweepResult, cell: SweepCell) -> str:
    settings = zip(result.varied, cell.settings, strict=True)
    listed = ", ".join(f"{setting_label(name)} {value_text(value)}" for name, value in settings)
    return f"{_score(result, cell)} with {listed}"


def _score(result: SweepResult, cell: SweepCell) -> str:
    return "" if cell.score is None else score_text(CellMean(score=cell.score, n=cell.n, cells=1), result.measure)


# --- tables ---------------------------------------------------------------------------------------------------


def _by_axis(result: SweepResult) -> tuple[Table, ...]:
    """Return a table for each axis, where more than one setting varies."""
    if len(result.varied) < 2:
        return ()
    return tuple(
        Table(
            title=f"By {setting_label(axis.setting)}{averaged_over(result, axis.setting)}",
            header=(setting_label(axis.setting), "cells done", _score_header(result)),
            rows=tuple(
                (
                    value_text(value),
                    *(("0", "") if mean is None else (f"{mean.cells:,}", score_text(mean, result.measure))),
                )
                for value, mean in zip(axis.values, axis.means, strict=True)
            ),
        )
        for axis in result.axes
    )


def _cells(result: SweepResult) -> Table:
    per_net = result.per_net.replace("_", " ")
    rows = []
    for cell in result.cells[:MOST_ROWS]:
        quartiles = (_quartiles(cell.quartiles),) if per_net else ()
        seconds = "" if cell.seconds is None else f"{cell.seconds:.1f}"
        state = "done" if cell.error is None else "failed"
        rows.append((cell.name, *map(value_text, cell.settings), _score(result, cell), *quartiles, seconds, state))
    note = "The run of each cell is in the folder cells of the sweep, named by the hash of its settings."
    if per_net:
        none = "no failure up to the tested length" if result.swept == "sequences" else "not solved"
        note += f" {per_net.capitalize()}: first quartile, median and third quartile over the nets; a dash: {none}."
    if len(result.cells) > MOST_ROWS:
        note += f" {len(result.cells) - MOST_ROWS:,} more rows are in table.csv."
    settings = map(setting_label, result.varied)
    return Table(
        title=f"All cells of kuzushi {result.swept}",
        header=("cell", *settings, _score_header(result), *([per_net] if per_net else []), "seconds", "state"),
        rows=tuple(rows),
        note=note,
        folded=len(rows) > UNFOLDED,
    )


def _score_header(result: SweepResult) -> str:
    label = SCORES[result.measure].removesuffix(" (%)")
    return label if result.measure == "units" else f"{label} (95 %)"


def _quartiles(numbers: Quartiles | None) -> str:
    return "" if numbers is None else " / ".join("–" if number is None else f"{number:,}" for number in numbers)
