"""What every unit of a perceptron does at every point, as a table."""

from collections.abc import Sequence

from kuzushi.report.sections import Table
from kuzushi.results import Activations


def activations(
    title: str, rows: Sequence[Activations], *, act: str, right: Sequence[bool] | None = None, folded: bool = False
) -> Table:
    """A row for each point: its coordinates and target, every hidden unit, the output, and whether that is right.

    Args:
        act: the kind of the units; steps need no digits.
        right: for each point whether the net is right there; without it the column is left out.
    """
    digits = 0 if act == "step" else 3
    sides = [()] * len(rows) if right is None else [("right" if one else "wrong",) for one in right]
    return Table(
        title=title,
        header=(
            *(f"x{i}" for i, _ in enumerate(rows[0].point, start=1)), "target",
            *(f"H{j}" for j, _ in enumerate(rows[0].hidden, start=1)), "y", *([] if right is None else [""]),
        ),
        rows=tuple(
            (
                *(f"{x:g}" for x in row.point), str(row.target), *(f"{value:.{digits}f}" for value in row.hidden),
                f"{row.output:.{digits}f}", *side,
            )
            for row, side in zip(rows, sides, strict=True)
        ),
        folded=folded,
    )  # fmt: skip
