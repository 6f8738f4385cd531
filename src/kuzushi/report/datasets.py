"""The published sets of images in words: what is here, what is right, and how to get the rest."""

from collections.abc import Sequence
from pathlib import Path

from kuzushi.results import DataFile, ImageSet


def listing(sets: Sequence[ImageSet]) -> str:
    """A line for each set: classes, images, whether it is here and verified, and where, or how to get it."""
    rows = [("name", "classes", "images", "state", "where")]
    rows += [(one.name, f"{one.classes:,}", one.images, one.state, _where(one)) for one in sets]
    rows.append(("brush", "10", "any number", "drawn here", "needs no file"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, "", "Images are counted for training + for testing."])


def verdicts(sets: Sequence[ImageSet]) -> str:
    """A line for each file: as published and known by what, or what is wrong with it."""
    lines = {file.place or file.name: _line(one, file) for one in reversed(sets) for file in reversed(one.files)}
    return "\n".join(reversed(lines.values())) or "there is nothing to verify: no file of a published set is here"


def _where(one: ImageSet) -> str:
    missing = [file for file in one.files if file.place is None]
    here = ", ".join(sorted({str(Path(file.place).parent) for file in one.files if file.place is not None}))
    if not missing:
        return here
    get = f"kuzushi data fetch {one.name} ({sum(file.megabytes for file in missing):,.1f} MB)"
    if not here:
        return get
    return f"{here}; without {', '.join(file.name for file in missing)}: {get}"


def _line(one: ImageSet, file: DataFile) -> str:
    said = f"{one.name}: {file.place or file.name}: {file.state}"
    return f"{said} ({file.reason})" if file.reason else said
