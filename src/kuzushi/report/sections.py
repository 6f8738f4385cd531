"""The parts of a page: text, tables and figures, the same for every subject."""

from collections.abc import Sequence
from dataclasses import dataclass

from kuzushi.plots.style import Drawn
from kuzushi.report.comparable import fingerprint, left_open, made_otherwise
from kuzushi.results import Interval, Result

AGAIN = (
    "Where a command names no seed, it is 0. Data are named by the first 12 digits of the SHA-256 of their decoded "
    "content. The same command on the same machine with as many threads gives the same numbers."
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
    """Whether it is shown only when it is asked for."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One question asked of one result, and what answers it."""

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
    """One subject on the page."""

    name: str
    title: str
    question: str
    answer: tuple[str, ...]
    """Paragraphs: what was found, beside what the study printed."""
    tables: tuple[Table, ...]
    figures: tuple[Drawn, ...]
    chapters: tuple[Chapter, ...] = ()
    """What is told of each result by itself."""
    runs: Table
    """How each number can be made again."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """Those of all chapters."""
        return tuple(part for chapter in self.chapters for part in chapter.parts)

    @property
    def every_figure(self) -> tuple[Drawn, ...]:
        """Those of the whole subject and of its chapters, as they stand on the page."""
        return (*self.figures, *(drawn for part in self.parts for drawn in part.figures))

    @property
    def every_table(self) -> tuple[Table, ...]:
        """Those of the whole subject and of its chapters, and how the numbers are made, as they stand on the page."""
        return (*self.tables, *(table for part in self.parts for table in part.tables), self.runs)


def percent(share: float, digits: int = 1) -> str:
    """A share of 0..1 as text, such as "93.3 %"."""
    return f"{100 * share:.{digits}f} %"


def between(rate: Interval, digits: int = 1) -> str:
    """A rate with its interval, such as "93.3 % (92.1 to 94.3)"."""
    return f"{percent(rate.mean, digits)} ({100 * rate.low:.{digits}f} to {100 * rate.high:.{digits}f})"


def columns(table: Table) -> str:
    """A table as lines of equal columns."""
    lines = (table.header, *table.rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def how_made(results: Sequence[Result]) -> Table:
    """Command, versions and machine of each result; the title says so if they differ, and the note how."""
    unlike = made_otherwise(results)
    return Table(
        title="How to make these numbers again" + (", which were not all made alike" if unlike else ""),
        header=("command", "kuzushi", "commit", "torch", "Python", "device", "threads", "seconds", "data"),
        rows=tuple(_made(result) for result in results),
        note=" ".join([*unlike, *left_open(results), AGAIN]),
        folded=True,
    )


def _made(result: Result) -> tuple[str, ...]:
    made = result.provenance
    return (
        made.command, made.kuzushi, made.commit or "installed", made.torch, made.python,
        f"{made.device}, {made.platform}", str(made.threads), f"{result.seconds:.1f}", fingerprint(result)[:12],
    )  # fmt: skip
