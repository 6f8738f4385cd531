"""Labelled points, and reading them from CSV files."""

import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kuzushi.core.errors import DataError
from kuzushi.core.files import read_bounded

LARGEST = 1e9
"""Larger coordinates are refused: float64 has few numbers between them."""
MOST = 2**24
"""Largest file in bytes: some hundred thousand points."""


@dataclass(frozen=True)
class Points:
    """Points, each with a target of 0 or 1.

    points is float64 of shape (n, inputs), targets is int64 of shape (n,).
    """

    name: str
    points: NDArray[np.float64]
    targets: NDArray[np.int64]

    @property
    def inputs(self) -> int:
        """Number of coordinates of a point."""
        return int(self.points.shape[1])

    @property
    def sha256(self) -> str:
        """Fingerprint of the points and their targets, in this order."""
        return hashlib.sha256(self.points.tobytes() + self.targets.tobytes()).hexdigest()


def read_csv(name: str) -> Points:
    """Read a CSV file with the columns x1, x2, ..., target.

    Example of a file with two points in the plane:
        x1,x2,target
        0,0,0
        0,1,1

    Raises:
        DataError: if the file is missing, is not such a table, or gives one point both targets.
    """
    rows = _table(name)
    table = np.array(list(rows.values()), dtype=np.float64)
    _refuse_contradictions(name, rows)
    return Points(name, np.ascontiguousarray(table[:, :-1]), table[:, -1].astype(np.int64))


def _table(name: str) -> dict[int, list[float]]:
    """Return the rows below the header as numbers, by line number."""
    try:
        text = read_bounded(Path(name), max_bytes=MOST).decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""))
        header = _header(name, next(reader, []))
        rows = dict(_row(name, reader.line_num, header, cells) for cells in reader if cells)
    except OSError as error:
        raise DataError(f"{name}: cannot be read ({error.strerror}); give board or a CSV file of points") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{name}: is not UTF-8 text ({error.reason}); save it as CSV in UTF-8") from error
    except csv.Error as error:
        raise DataError(f"{name}: is not a CSV file ({error}); expected columns x1, x2, ..., target") from error
    if not rows:
        raise DataError(f"{name}: holds no points; expected at least one row below the header")
    return rows


def _header(name: str, cells: list[str]) -> list[str]:
    header = [cell.strip() for cell in cells]
    if len(header) < 2 or header != [*(f"x{i}" for i in range(1, len(header))), "target"]:
        raise DataError(f"{name}: the header reads {','.join(header)!r:.60}; expected x1,x2,...,target in this order")
    return header


def _row(name: str, line: int, header: list[str], cells: list[str]) -> tuple[int, list[float]]:
    if len(cells) != len(header):
        raise DataError(f"{name}: line {line} has {len(cells)} cells; expected {len(header)}, as in the header")
    return line, [
        _number(f"{name}: line {line}, column {column}", column, cell)
        for column, cell in zip(header, cells, strict=True)
    ]


def _number(where: str, column: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise DataError(f"{where}: read {cell!r:.60}; expected a number") from None
    if column == "target" and value not in (0, 1):
        raise DataError(f"{where}: read {cell!r:.60}; expected 0 or 1")
    if not abs(value) <= LARGEST:
        raise DataError(f"{where}: read {cell!r:.60}; expected a number between {-LARGEST:g} and {LARGEST:g}")
    return value


def _refuse_contradictions(name: str, rows: dict[int, list[float]]) -> None:
    seen: dict[tuple[float, ...], tuple[int, float]] = {}
    for line, (*point, target) in rows.items():
        first, other = seen.setdefault(tuple(point), (line, target))
        if target != other:
            coordinates = ", ".join(f"{x:g}" for x in point[:10])
            raise DataError(
                f"{name}: lines {first} and {line} give the point ({coordinates}) both targets; keep one of them"
            )
