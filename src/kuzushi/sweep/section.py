"""A sweep as text and as a part of the page."""

from collections.abc import Sequence

from kuzushi.core.sections import Section, Table, columns, counted, provenance_table
from kuzushi.sweep.figures import SCORES, figures, setting_label, value_text
from kuzushi.sweep.results import Quartiles, SweepCell, SweepResult, score_text

UNFOLDED = 20
"""The most rows of a table that is not folded."""
MOST_ROWS = 1000
"""Rows on a page; table.csv has all."""
MOST_LINES = 40
"""Rows in a terminal."""
FAILURES = 10
"""Failed cells with their errors."""


def text(result: SweepResult) -> str:
    """Return the text for the terminal: the answer, the errors, and the cells where they are few."""
    cells = [columns(_cells(result))] if len(result.cells) <= MOST_LINES else []
    return "\n\n".join([_answer(result), *cells, *_failures(result)])


def section(results: Sequence[SweepResult]) -> Section:
    """Return the part of the page."""
    return Section(
        name="sweep",
        title="Sweep",
        question="How does the score depend on the settings?",
        answer=tuple(paragraph for result in results for paragraph in (_answer(result), *_failures(result))),
        tables=tuple(_cells(result) for result in results),
        figures=tuple(figures(results)),
        runs=provenance_table(results),
    )


def _answer(result: SweepResult) -> str:
    """Return the number of cells, and the best and the worst."""
    failed = f", {result.failed:,} failed" if result.failed else ""
    same = ", ".join(f"{setting_label(name)} {value_text(value)}" for name, value in result.same.items())
    counts = (
        f"{counted(len(result.cells), 'cell')} of kuzushi {result.swept}: {len(result.cells) - result.failed:,} done"
        f"{failed}, {result.seconds:,.1f} s{f'; all with {same}' if same else ''}."
    )
    done = sorted((cell for cell in result.cells if cell.score is not None), key=_mean)
    if not done or not result.varied:
        return counts
    lowest, highest = (
        f"{_score(result, cell)} with {_settings(result, cell)}" for cell in (done[0], max(done, key=_mean))
    )
    if _mean(done[0]) == _mean(done[-1]):
        return f"{counts} All have the same score: {_score(result, done[0])}."
    return f"{counts} Lowest: {lowest}. Highest: {highest}."


def _failures(result: SweepResult) -> tuple[str, ...]:
    """Return the first cells that failed, and their errors."""
    failed = [cell for cell in result.cells if cell.error is not None]
    lines = tuple(
        f"Failed: cells/{cell.name[:2]}/{cell.name} ({_settings(result, cell)}): {cell.error}"
        for cell in failed[:FAILURES]
    )
    more = len(failed) - FAILURES
    return (*lines, f"{more:,} more failed; they are in table.csv.") if more > 0 else lines


def _mean(cell: SweepCell) -> float:
    return 0.0 if cell.score is None else cell.score.mean


def _settings(result: SweepResult, cell: SweepCell) -> str:
    settings = zip(result.varied, cell.settings, strict=True)
    return ", ".join(f"{setting_label(name)} {value_text(value)}" for name, value in settings)


def _score(result: SweepResult, cell: SweepCell) -> str:
    return "" if cell.score is None else score_text(cell.score, cell.n, result.measure)


def _cells(result: SweepResult) -> Table:
    per_net = result.per_net.replace("_", " ")
    rows = []
    for cell in result.cells[:MOST_ROWS]:
        quartiles = (_quartiles(cell.quartiles),) if per_net else ()
        seconds = "" if cell.seconds is None else f"{cell.seconds:.1f}"
        state = "done" if cell.error is None else "failed"
        rows.append((cell.name, *map(value_text, cell.settings), _score(result, cell), *quartiles, seconds, state))
    note = "The run of each cell is in the folder cells of the sweep."
    if per_net:
        note += f" {per_net.capitalize()}: the quartiles over the nets; a dash where so many nets have none."
    if len(result.cells) > MOST_ROWS:
        note += f" {len(result.cells) - MOST_ROWS:,} more rows are in table.csv."
    settings = map(setting_label, result.varied)
    return Table(
        title=f"All cells of kuzushi {result.swept}",
        header=("cell", *settings, SCORES[result.measure], *([per_net] if per_net else []), "seconds", "state"),
        rows=tuple(rows),
        note=note,
        folded=len(rows) > UNFOLDED,
    )


def _quartiles(numbers: Quartiles | None) -> str:
    return "" if numbers is None else " / ".join("–" if number is None else f"{number:,}" for number in numbers)
