"""Confusion matrices, and the images behind their worst cells."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from kuzushi.characters.figures.images import draw_sheet
from kuzushi.characters.figures.names import (
    TITLES,
    Classes,
    class_name,
    draw_class_ticks,
    draw_pair,
    pair_name,
)
from kuzushi.characters.results import CharactersResult
from kuzushi.core.figure_style import BLACK, Drawn, new_figure
from kuzushi.core.sections import counted, percent

DIAGONAL, GREY = "#DCE6EE", "#A0A0A0"
MOST_COUNTED, MOST_NAMED = 20, 50
"""The most classes with a number in each cell, and with names at the axes."""


def row_percentages(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return each cell of a confusion matrix in percent of its row, of shape (classes, classes)."""
    shares: NDArray[np.float64] = 100 * confusion / np.maximum(confusion.sum(1, keepdims=True), 1)
    return shares


def draw_confusion(ax: Axes, confusion: NDArray[np.int64], classes: Classes) -> None:
    """Draw a confusion matrix, rows target and columns predicted: errors by colour, in percent of their row."""
    shares = row_percentages(confusion)
    errors = np.ma.masked_array(shares, np.eye(len(classes), dtype=bool))
    highest = max(1.0, float(errors.filled(0).max()))
    ax.set_facecolor(DIAGONAL)
    image = ax.imshow(errors, cmap="OrRd", vmin=0, vmax=highest)
    ax.figure.colorbar(image, ax=ax, shrink=0.6, label="errors, % of the row")
    if len(classes) <= MOST_COUNTED:
        for (row, column), count in np.ndenumerate(confusion):
            correct, dark = row == column, shares[row, column] > 0.6 * highest
            colour = BLACK if correct else "white" if dark else GREY if count == 0 else BLACK
            weight = "bold" if correct else "normal"
            ax.text(column, row, str(count), ha="center", va="center", color=colour, weight=weight)
    ax.set(xlabel="predicted", ylabel="target", xticks=[], yticks=[])
    if len(classes) <= MOST_NAMED:
        draw_class_ticks(ax, classes)


def confusion_matrix(name: str, result: CharactersResult) -> Drawn:
    """Draw the confusion matrix of the first seed."""
    seed, classes = result.seeds[0], result.data.classes
    figure = new_figure(8.5, 7.5)
    ax = figure.subplots()
    draw_confusion(ax, np.array(seed.confusion), classes)
    accuracy, worst = percent(seed.test_accuracy), "; ".join(_worst_cells(result)[:3]) or "none"
    ax.set_title(f"{TITLES[result.net]}: accuracy {accuracy}")
    rows = [f"{class_name(classes, label)} {row[label]} of {sum(row)}" for label, row in enumerate(seed.confusion)]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"{TITLES[result.net]}{_which_seed(result)}: {seed.test_correct:,} of {result.data.test:,} test images "
        f"({accuracy}) are correct. The darker a cell, the more frequent the error; the largest: {worst}. Images: "
        f"{result.data.name}.",
        alternative=f"Correct by class: {'; '.join(rows)}. The largest errors: {worst}.",
    )


def gallery(name: str, result: CharactersResult) -> Drawn:
    """Draw the test images in the worst cells of the first seed's matrix."""
    images = result.arrays["confused"][:, : result.gallery[0].count]
    rows, columns = images.shape[:2]
    figure = new_figure(0.62 * (columns + 6), 0.62 * rows + 0.2)
    ax = figure.subplots()
    draw_sheet(ax, images, margin=6)
    for row, cell in enumerate(result.gallery):
        draw_pair(ax, result.data.classes, (cell.target, cell.predicted), x=-5.9, y=row, size=0.9)
        ax.text(-0.7, row, f"{cell.count} ×", ha="right", va="center", weight="bold")
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Test images in the worst cells of the matrix of {TITLES[result.net]}{_which_seed(result)}, up to "
        f"{columns} of each. Images: {result.data.name}.",
        alternative=f"Rows: {'; '.join(_worst_cells(result))}.",
    )


def _worst_cells(result: CharactersResult) -> list[str]:
    """Return the worst cells as text, such as "は ha read as す su 7 times"."""
    return [
        f"{pair_name(result.data.classes, cell.target, cell.predicted)} {counted(cell.count, 'time')}"
        for cell in result.gallery
    ]


def _which_seed(result: CharactersResult) -> str:
    return f" (the first of {len(result.seeds)} seeds)" if len(result.seeds) > 1 else ""
