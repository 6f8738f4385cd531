"""Confusion matrices, the images behind their worst cells, and the pairs of classes that nets confuse most."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from kuzushi.characters.figures.images import draw_sheet
from kuzushi.characters.figures.names import (
    COLOURS,
    TITLES,
    Classes,
    class_name,
    draw_class_ticks,
    draw_pair,
    draw_pair_labels,
    images_note,
    pair_name,
    result_names,
)
from kuzushi.characters.results import CharactersResult
from kuzushi.core.figure_style import BLACK, Drawn, new_figure
from kuzushi.core.reference import PUBLISHED
from kuzushi.core.sections import counted, percent

DIAGONAL, GREY = "#DCE6EE", "#A0A0A0"
MOST_COUNTED, MOST_NAMED = 20, 50
"""The most classes with a number in each cell, and with names at the axes."""


# --- matrices -------------------------------------------------------------------------------------------------


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
        caption=f"Confusion matrix of {TITLES[result.net]}{_which_seed(result)}. The diagonal is correct: "
        f"{seed.test_correct:,} of {result.data.test:,} test images ({accuracy}). The darker a cell, the more frequent "
        f"the error; the largest: {worst}. {images_note(result.data)}",
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
        f"{columns} of each. {images_note(result.data)}",
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


# --- pairs ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PairShares:
    """How often each net reads `target` as `predicted`, in percent of the target's test images."""

    target: int
    predicted: int
    ours: tuple[float, ...]
    published: tuple[float | None, ...]
    """The same from the matrices of the coursework report; None where it has no such net, or for other images."""


def pair_shares(results: Sequence[CharactersResult], *, top: int) -> tuple[PairShares, ...]:
    """Return the pairs that the nets together confuse most, with the share of each net over all its seeds.

    Empty where the results hold no confusion matrices.

    Args:
        results: of nets that were tested on the same images.
        top: the most pairs.
    """
    if not results[0].seeds[0].confusion:  # of too many classes
        return ()
    ours = [row_percentages(np.sum([seed.confusion for seed in result.seeds], axis=0)) for result in results]
    nets = PUBLISHED.characters.nets
    printed = nets if results[0].data.name == "kmnist" and results[0].data.verified else {}
    published = [
        row_percentages(np.array(printed[result.net].confusion)) if result.net in printed else None
        for result in results
    ]
    mean = np.mean(ours, axis=0)  # (classes, classes)
    np.fill_diagonal(mean, 0)
    cells = np.argsort(-mean, axis=None, kind="stable")[:top]
    return tuple(
        PairShares(
            target=target,
            predicted=predicted,
            ours=tuple(float(shares[target, predicted]) for shares in ours),
            published=tuple(None if shares is None else float(shares[target, predicted]) for shares in published),
        )
        for target, predicted in (divmod(int(cell), len(mean)) for cell in cells)
        if mean[target, predicted] > 0
    )


def draw_pairs(ax: Axes, labels: Sequence[str], pairs: Sequence[PairShares]) -> None:
    """Draw a group of bars for each pair, the first on top: one for each net, and hatched the published number."""
    series: list[tuple[str, dict[str, Any], list[float]]] = []
    for net, (label, colour) in enumerate(zip(labels, cycle(COLOURS), strict=False)):
        series.append((label, {"color": colour}, [pair.ours[net] for pair in pairs]))
        if printed := [share for pair in pairs if (share := pair.published[net]) is not None]:
            hatched = {"color": "white", "edgecolor": colour, "hatch": "////"}
            series.append((f"{label}, published", hatched, printed))
    height = 0.8 / len(series)
    for index, (label, style, shares) in enumerate(series):
        y = np.arange(len(pairs)) + (index - (len(series) - 1) / 2) * height
        bars = ax.barh(y, shares, 0.9 * height, label=label, **style)
        ax.bar_label(bars, fmt="%.1f", padding=2, fontsize=8)
    ax.set(ylim=(len(pairs) - 0.5, -0.5), yticks=[], xlabel="% of the target's test images")
    ax.margins(x=0.1)
    ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(labels))
    ax.spines[["top", "right"]].set_visible(False)


def most_confused(name: str, results: Sequence[CharactersResult], pairs: Sequence[PairShares]) -> Drawn:
    """Draw how often each net makes each of the most frequent confusions."""
    labels, classes = result_names(results), results[0].data.classes
    published = any(share is not None for share in pairs[0].published)
    bars_of_a_pair = len(labels) + sum(share is not None for share in pairs[0].published)
    figure = new_figure(9.5, max(0.6, 0.2 * bars_of_a_pair) * len(pairs) + 1)
    names, bars = figure.subplots(1, 2, sharey=True, width_ratios=(1, 2.5))
    draw_pairs(bars, labels, pairs)
    draw_pair_labels(names, classes, [(pair.target, pair.predicted) for pair in pairs])
    hatched = " Hatched: the coursework report, one run of each net." if published else ""
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The most confused pairs over all nets and seeds.{hatched} {images_note(results[0].data)}",
        alternative=f"{'; '.join(_shares_text(pair, labels, classes) for pair in pairs)}.",
    )


def _shares_text(pair: PairShares, labels: Sequence[str], classes: Classes) -> str:
    """Return text such as "は ha read as す su: NetLin 12.3 %, NetLin published 12.1 %"."""
    shares = [
        *zip(labels, pair.ours, strict=True),
        *zip((f"{label} published" for label in labels), pair.published, strict=True),
    ]
    texts = (f"{label} {share:.1f} %" for label, share in shares if share is not None)
    return f"{pair_name(classes, pair.target, pair.predicted)}: {', '.join(texts)}"
