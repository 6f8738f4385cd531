"""The smallest step nets for the cells of a checkerboard in words and a table, from wide gaps to none."""

from collections.abc import Sequence

from kuzushi.plots.designs import fewest
from kuzushi.plots.gaps import figures
from kuzushi.report.sections import Section, Table, columns, how_made
from kuzushi.results import Gap, GapsResult

CROSSING = (
    "Where the gap is 0, no step net with one hidden layer is right, however wide, not even if the edges of the cells "
    "are left out. Near a point p where four cells meet, the net's sums at p + v and p - v add up to the same number C "
    "for every small step v: a unit whose line goes through p is on at exactly one of the two. The cells of target 1 "
    "need C to be at least 0, those of target 0 need it to be below 0."
)


def text(result: GapsResult) -> str:
    """What a person reads after the command: one line for each gap."""
    return "\n".join([
        f"{_board(result)}; a net has to be right at their corners",
        "",
        columns(_table(result)),
        *(f"gap {gap.gap:g}: the time limit of {result.config.time_limit:g} s was reached"
          for gap in result.gaps if _open(gap)),
    ])  # fmt: skip


def section(results: Sequence[GapsResult]) -> Section:
    """These results on the page."""
    return Section(
        name="gaps",
        title="Gaps",
        question="How few hidden units are enough, as the squares of the board come closer?",
        answer=(*(_answer(result) for result in results), CROSSING),
        tables=tuple(_table(result) for result in results),
        figures=tuple(figures(results)),
        runs=how_made(results),
    )


def _answer(result: GapsResult) -> str:
    found = "; ".join(f"gap {gap.gap:g}: {_minimum(gap)}" for gap in result.gaps)
    late = f" Where there are bounds only, the time limit of {result.config.time_limit:g} s was reached."
    return f"{_board(result)}, and the smallest step net that is right at their corners: {found}." + (
        late if any(_open(gap) for gap in result.gaps) else ""
    )


def _table(result: GapsResult) -> Table:
    return Table(
        title=f"The smallest step nets for {result.config.cells} x {result.config.cells} cells",
        header=("gap", "dichotomies", "smallest net", "seconds"),
        rows=tuple(
            (
                f"{gap.gap:g}", f"{gap.dichotomies:,}", _minimum(gap),
                f"{gap.seconds:.1f}",
            )
            for gap in result.gaps
        ),
        note="Dichotomies are the ways in which a step unit can divide the corners of the cells. Bounds and nets are "
        "checked again by exact fractions, by code that did not find them. Inside the cells "
        "nothing is asked; to be right on whole cells takes at least as many units.",
    )  # fmt: skip


def _board(result: GapsResult) -> str:
    return f"{result.config.cells} x {result.config.cells} cells of side 1"


def _minimum(gap: Gap) -> str:
    return fewest(gap.lower, gap.upper, impossible=gap.impossible)


def _open(gap: Gap) -> bool:
    return not gap.impossible and gap.lower != gap.upper
