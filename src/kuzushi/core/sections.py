"""The parts of the page (sections, tables, paragraphs), the same for every subject, and numbers as text."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from kuzushi.core.figure_style import Drawn
from kuzushi.core.results import Interval, Result

REPEATABLE = (
    "Where a command names no seed, it is 0. Data are named by the first 12 digits of the SHA-256 of their decoded "
    "content. The same command on the same machine with the same number of threads gives the same numbers."
)


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of cells under a header; every cell is plain text."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    """What to see in it."""
    folded: bool = False
    """Whether the reader has to open it."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A question about one result, and its answer."""

    question: str
    answer: tuple[str, ...]
    """Paragraphs."""
    figures: tuple[Drawn, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One result, question by question."""

    name: str
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class Section:
    """The results of one experiment on the page."""

    name: str
    title: str
    question: str
    answer: tuple[str, ...]
    """Paragraphs: the results, compared with the published ones."""
    tables: tuple[Table, ...]
    figures: tuple[Drawn, ...]
    chapters: tuple[Chapter, ...] = ()
    """Each result on its own."""
    runs: Table
    """The command and versions behind each number."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of all chapters."""
        return tuple(part for chapter in self.chapters for part in chapter.parts)

    @property
    def all_figures(self) -> tuple[Drawn, ...]:
        """The figures of the section and of its chapters, in the order of the page."""
        return (*self.figures, *(drawn for part in self.parts for drawn in part.figures))

    @property
    def all_tables(self) -> tuple[Table, ...]:
        """The tables of the section and of its chapters, in the order of the page; the table of runs is the last."""
        return (*self.tables, *(table for part in self.parts for table in part.tables), self.runs)


# --- text -----------------------------------------------------------------------------------------------------


def percent(share: float, digits: int = 1) -> str:
    """Return a share in 0..1 as text.

    Example: percent(0.9326) -> "93.3 %"
    """
    return f"{100 * share:.{digits}f} %"


def between(rate: Interval, digits: int = 1) -> str:
    """Return a rate and its interval as text, such as "93.3 % (92.1 to 94.3)"."""
    return f"{percent(rate.mean, digits)} ({100 * rate.low:.{digits}f} to {100 * rate.high:.{digits}f})"


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number and its noun as text.

    Example: counted(3276, "unit") -> "3,276 units"
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def columns(table: Table) -> str:
    """Return a table as lines of text with aligned columns."""
    lines = (table.header, *table.rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


# --- provenance -----------------------------------------------------------------------------------------------


def provenance_table(results: Sequence[Result]) -> Table:
    """Return command, versions and machine of each result; the title and the note say if they differ."""
    differences = provenance_differences(results)
    return Table(
        title="How to reproduce these numbers" + (" (the runs differ in code or machine)" if differences else ""),
        header=("command", "kuzushi", "commit", "torch", "Python", "device", "threads", "seconds", "data"),
        rows=tuple(_provenance_row(result) for result in results),
        note=" ".join([*differences, *uncommitted_code(results), REPEATABLE]),
        folded=True,
    )


def data_differences(results: Sequence[Result]) -> tuple[str, ...]:
    """Return a sentence for each data set whose name stands for different data in these results.

    Example: data_differences([two runs on different images named brush]) -> ("Not comparable: brush is not ...",)
    """
    by_name: dict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        by_name[result.data_name][result.data_sha256] += 1
    return tuple(
        f"Not comparable: {name} is not the same data in all {counts.total()} runs ("
        + ", ".join(f"{sha256[:12]} in {runs}" for sha256, runs in counts.items())
        + ", by SHA-256); a difference between runs on different data says nothing about the nets."
        for name, counts in by_name.items()
        if len(counts) > 1
    )


def provenance_differences(results: Sequence[Result]) -> tuple[str, ...]:
    """Return sentences on versions and machines that differ between results; none if they are all the same."""
    made = [result.provenance for result in results]
    kinds = {
        "kuzushi": [each.kuzushi for each in made],
        "commit": [each.commit or "installed" for each in made],
        "torch": [each.torch for each in made],
        "numpy": [each.numpy for each in made],
        "device": [each.device for each in made],
        "platform": [each.platform for each in made],
    }
    differing = {kind: dict.fromkeys(values) for kind, values in kinds.items() if len(set(values)) > 1}
    if not differing:
        return ()
    listed = "; ".join(f"{kind} {' and '.join(values)}" for kind, values in differing.items())
    code = f"The runs differ in code or machine ({listed}), which alone may change the numbers."
    seconds = "Seconds on different machines are not comparable."
    return (code, seconds) if differing.keys() & {"device", "platform"} else (code,)


def uncommitted_code(results: Sequence[Result]) -> tuple[str, ...]:
    """Return a sentence if the code behind some result was not committed."""
    if any((result.provenance.commit or "").endswith("+") for result in results):
        return ("A commit with + had uncommitted changes: two such results may come from different code.",)
    return ()


def _provenance_row(result: Result) -> tuple[str, ...]:
    made = result.provenance
    return (
        made.command, made.kuzushi, made.commit or "installed", made.torch, made.python,
        f"{made.device}, {made.platform}", str(made.threads), f"{result.seconds:.1f}", result.data_sha256[:12],
    )  # fmt: skip
