"""The text that the commands classify, export and data print."""

from collections.abc import Sequence
from pathlib import Path

from kuzushi.characters.figures.names import TITLES, class_name
from kuzushi.characters.results import Classification, DataFile, Exported, ImageSet
from kuzushi.core.sections import percent

DOUBTFUL = 0.5
"""Below this probability the other classes together are more likely than the first."""


def classification_text(classification: Classification) -> str:
    """Return a line for each picture, the most probable class first."""
    names = classification.classes
    title = f"{TITLES[classification.net]} of {classification.run}, trained on {classification.data}"
    lines = [f"{title}: {len(names)} classes"]
    for image in classification.images:
        classes = (f"{class_name(names, one.label)} {percent(one.probability)}" for one in image.classes)
        lines.append(f"{image.image}: {', '.join(classes)}")
        if image.classes[0].probability < DOUBTFUL:
            lines.append("    doubtful: every class is below 50 %; is it one of the classes of this run?")
    return "\n".join(lines)


def export_text(exported: Exported) -> str:
    """Return what the file takes and gives, and how it was compared with the net."""
    side, classes = exported.side, len(exported.classes)
    return "\n".join([
        f"{exported.file}: {TITLES[exported.net]} of {exported.run}, {exported.size:,} bytes",
        f"input: images, uint8 of shape (batch, {side}, {side}), 0 for paper and 255 for ink, not scaled",
        f"output: probabilities, float32 of shape (batch, {classes}); class names are in the file's metadata",
        f"compared with the net on {exported.compared} images: largest difference {exported.difference:.1e}",
    ])  # fmt: skip


def sets_text(sets: Sequence[ImageSet]) -> str:
    """Return a line for each set: classes, images, state, and its folder or how to get it."""
    rows = [("name", "classes", "images", "state", "where")]
    rows += [(one.name, f"{one.classes:,}", one.images, one.state, _where(one)) for one in sets]
    rows.append(("brush", "10", "any number", "generated", "needs no file"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, "", "Images: training + test."])


def files_text(sets: Sequence[ImageSet]) -> str:
    """Return a line for each file: its set, path and state, and the reason."""
    lines = {file.path or file.name: _line(one, file) for one in reversed(sets) for file in reversed(one.files)}
    return "\n".join(reversed(lines.values())) or "there is nothing to verify: no file of a published set is here"


def _where(one: ImageSet) -> str:
    missing = [file for file in one.files if file.path is None]
    here = ", ".join(sorted({str(Path(file.path).parent) for file in one.files if file.path is not None}))
    if not missing:
        return here
    fetch = f"kuzushi data fetch {one.name} ({sum(file.megabytes for file in missing):,.1f} MB)"
    return f"{here}; without {', '.join(file.name for file in missing)}: {fetch}" if here else fetch


def _line(one: ImageSet, file: DataFile) -> str:
    line = f"{one.name}: {file.path or file.name}: {file.state}"
    return f"{line} ({file.reason})" if file.reason else line
