"""Figures of the recognisers: what is taken for what, how fast they learn, and the images behind it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, pairwise
from statistics import fmean

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from kuzushi.kana import KANA
from kuzushi.plots.calibration import reliability
from kuzushi.plots.classes import (
    ROMAJI,
    Classes,
    in_figure,
    in_words,
    place_class,
    place_class_ticks,
    place_kana,
    place_pairs,
    read_as,
)
from kuzushi.plots.pairs import COLOURS, PairShares, draw_pairs, pair_shares, shares_of_rows
from kuzushi.plots.style import BLACK, Drawn, new_figure
from kuzushi.results import CharactersResult, DataSummary, TrainedSeed

TITLES = {"lin": "NetLin", "full": "NetFull", "conv": "NetConv", "deep": "NetDeep"}
DIAGONAL, GREY = "#DCE6EE", "#A0A0A0"
MOST_COUNTED, MOST_NAMED, MOST_SAMPLED, MOST_PAIRS = 20, 50, 20, 8
"""The most classes with a number in each cell, with names at the axes, and in the sample sheet; the most pairs."""
IN_A_ROW = 12
"""The most images of a class in the sample sheet."""
CREDIT = (
    "“KMNIST Dataset” (created by CODH), adapted from “Kuzushiji Dataset” (created by NIJL and others), "
    "doi:10.20676/00000341, CC BY-SA 4.0."
)
GAP = 2
"""Pixels around each image of a sheet."""


def figures(results: Sequence[CharactersResult]) -> Iterator[Drawn]:
    """Every figure of every result; those that compare nets hold all results of the same images."""
    groups = [
        [result for result in results if result.data.sha256 == fingerprint]
        for fingerprint in dict.fromkeys(result.data.sha256 for result in results)
    ]
    for place, group in enumerate(groups, start=1):
        yield _samples(f"{place}-samples", group[0])
        yield _curves(f"{place}-learning-curves", group)
    for place, result in enumerate(results, start=1):
        if result.seeds[0].confusion:
            yield _confusion(f"{place}-confusion-{result.net}", result)
        if result.gallery:
            yield _gallery(f"{place}-gallery-{result.net}", result)
    for place, group in enumerate(groups, start=1):
        if pairs := pair_shares(group, top=MOST_PAIRS):
            yield _pairs(f"{place}-pairs", group, pairs)
        calibrations = [(name, result.calibration) for name, result in zip(names_of(group), group, strict=True)]
        yield reliability(f"{place}-calibration", calibrations, images=_images(group[0].data))


# --- drawing: data and axes in, artists out -------------------------------------------------------------------


def draw_confusion(ax: Axes, confusion: NDArray[np.int64], classes: Classes) -> None:
    """Draw a confusion matrix, rows target and columns predicted: errors by colour, in percent of their row."""
    shares = shares_of_rows(confusion)
    errors = np.ma.masked_array(shares, np.eye(len(classes), dtype=bool))
    highest = max(1.0, float(errors.filled(0).max()))
    ax.set_facecolor(DIAGONAL)
    image = ax.imshow(errors, cmap="OrRd", vmin=0, vmax=highest)
    ax.figure.colorbar(image, ax=ax, shrink=0.6, label="read wrongly, % of the row")
    if len(classes) <= MOST_COUNTED:
        for (row, column), count in np.ndenumerate(confusion):
            right, dark = row == column, shares[row, column] > 0.6 * highest
            colour = BLACK if right else "white" if dark else GREY if count == 0 else BLACK
            weight = "bold" if right else "normal"
            ax.text(column, row, str(count), ha="center", va="center", color=colour, weight=weight)
    ax.set(xlabel="read as", ylabel="target", xticks=[], yticks=[])
    if len(classes) <= MOST_NAMED:
        place_class_ticks(ax, classes)


def draw_accuracy(ax: Axes, nets: Mapping[str, Sequence[TrainedSeed]]) -> None:
    """Draw the test accuracy after each epoch: a line for each seed; at its end the name and the mean of the seeds."""
    for seeds, colour in zip(nets.values(), cycle(COLOURS), strict=False):
        for seed in seeds:
            epochs = [score.epoch for score in seed.epochs]
            ax.plot(epochs, [100 * score.test_accuracy for score in seed.epochs], ".-", color=colour)
    ax.set(xlabel="epoch", ylabel="test accuracy (%)")
    _finish_curves(ax)
    ends = [100 * fmean(seed.test_accuracy for seed in seeds) for seeds in nets.values()]
    low, high = ax.get_ylim()
    places = _apart(ends, least=0.05 * (high - low))
    for label, end, place, colour in zip(nets, ends, places, cycle(COLOURS), strict=False):
        text = f"  {label} {end:.1f} %"
        ax.text(ax.get_xlim()[1], place, text, va="center", color=colour, weight="bold")


def draw_loss(ax: Axes, nets: Mapping[str, Sequence[TrainedSeed]]) -> None:
    """Draw the mean loss of each seed after each epoch, on the test part (solid) and in training (dashed)."""
    for seeds, colour in zip(nets.values(), cycle(COLOURS), strict=False):
        for seed in seeds:
            epochs = [score.epoch for score in seed.epochs]
            ax.plot(epochs, [score.test_loss for score in seed.epochs], ".-", color=colour)
            ax.plot(epochs, [score.train_loss for score in seed.epochs], ".--", color=colour, linewidth=1)
    ax.plot([], [], "-", color=BLACK, label="test")
    ax.plot([], [], "--", color=BLACK, linewidth=1, label="training")
    ax.set(xlabel="epoch", ylabel="mean loss (nats per image)")
    ax.legend(frameon=False)
    _finish_curves(ax)
    ax.set_ylim(bottom=0)


def draw_sheet(ax: Axes, images: NDArray[np.uint8], *, margin: float) -> None:
    """Draw images of shape (rows, columns, 28, 28) in rows, dark ink on white; empty places stay white.

    The unit of the axes is one image, with the middle of the first at (0, 0) and y downwards.

    Args:
        margin: room to the left, in images.
    """
    rows, columns, height, width = images.shape
    padded = np.pad(images, ((0, 0), (0, 0), (GAP, GAP), (GAP, GAP)))
    sheet = padded.swapaxes(1, 2).reshape(rows * (height + 2 * GAP), columns * (width + 2 * GAP))
    ax.imshow(
        sheet, cmap="gray_r", vmin=0, vmax=255, interpolation="none", extent=(-0.5, columns - 0.5, rows - 0.5, -0.5)
    )
    ax.set_xlim(left=-0.5 - margin)
    ax.axis("off")


def _apart(values: Sequence[float], *, least: float) -> list[float]:
    """The values, moved up where two of them come closer than `least`."""
    moved = list(values)
    for lower, upper in pairwise(np.argsort(values, kind="stable")):
        moved[upper] = max(moved[upper], moved[lower] + least)
    return moved


def _finish_curves(ax: Axes) -> None:
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)


# --- figures with their words ---------------------------------------------------------------------------------


def _confusion(name: str, result: CharactersResult) -> Drawn:
    seed, classes = result.seeds[0], result.data.classes
    figure = new_figure(8.5, 7.5)
    ax = figure.subplots()
    draw_confusion(ax, np.array(seed.confusion), classes)
    ax.set_title(f"{TITLES[result.net]}: {100 * seed.test_accuracy:.1f} % right")
    worst = "; ".join(_counted(result)[:3]) or "none"
    rows = [f"{in_words(classes, label)} {row[label]} of {sum(row)}" for label, row in enumerate(seed.confusion)]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"What {TITLES[result.net]} takes for what{_of_seeds(result)}. A row is a class as it was meant, a "
        f"column what the net read. The diagonal is right: {seed.test_correct:,} of {result.data.test:,} test images "
        f"({100 * seed.test_accuracy:.1f} %). The darker another cell, the more often this error is made; the largest: "
        f"{worst}. {_images(result.data)}",
        alternative=f"Read right, by class: {'; '.join(rows)}. The largest errors: {worst}.",
    )


def _gallery(name: str, result: CharactersResult) -> Drawn:
    classes, images = result.data.classes, result.arrays["confused"][:, : result.gallery[0].count]
    rows, columns = images.shape[:2]
    figure = new_figure(0.62 * (columns + 6), 0.62 * rows + 0.2)
    ax = figure.subplots()
    draw_sheet(ax, images, margin=6)
    for row, cell in enumerate(result.gallery):
        place_class(ax, classes, cell.target, x=-5.9, y=row, size=0.9)
        ax.text(-3.95, row, "read as", ha="center", va="center")
        place_class(ax, classes, cell.predicted, x=-2.8, y=row, size=0.9)
        ax.text(-0.7, row, f"{cell.count} ×", ha="right", va="center", weight="bold")
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The test images behind the worst cells of {TITLES[result.net]}{_of_seeds(result)}, up to {columns} "
        f"of each. In the first row {_counted(result)[0]}. Could you read them right? {_images(result.data)}",
        alternative=f"Rows: {'; '.join(_counted(result))}.",
    )


def _samples(name: str, result: CharactersResult) -> Drawn:
    images, classes = result.arrays["samples"][:MOST_SAMPLED, :IN_A_ROW], result.data.classes
    rows, columns = images.shape[:2]
    figure = new_figure(9.5, 0.62 * rows + 0.2)
    ax = figure.subplots()
    draw_sheet(ax, images, margin=3)
    for label in range(rows):
        text = in_figure(classes, label)
        if classes == ROMAJI:
            place_kana(ax, label, x=-2.9, y=label, size=0.9)
            text += f"\n{KANA[label].codepoint}"
        ax.text(-0.8, label, text, ha="right", va="center")
    official = result.data.verified and result.data.name in ("kmnist", "kmnist-mini")
    credit = f" {CREDIT}" if official else ""
    which = f"The {rows} classes" if rows == len(classes) else f"The first {rows} of {len(classes)} classes"
    return Drawn(
        name=name,
        figure=figure,
        caption=f"{which}, each with its name and up to {columns} of its training images. See in how many ways one "
        f"character is written, and which rows look alike. {_images(result.data)}{credit}",
        alternative=f"Rows: {', '.join(in_words(classes, label) for label in range(rows))}.",
    )


def _curves(name: str, results: Sequence[CharactersResult]) -> Drawn:
    nets = dict(zip(names_of(results), (result.seeds for result in results), strict=True))
    figure = new_figure(11, 4.5)
    loss, accuracy = figure.subplots(1, 2)
    draw_loss(loss, nets)
    draw_accuracy(accuracy, nets)
    ends, steps = [], []
    for (label, seeds), result in zip(nets.items(), results, strict=True):
        rate, first, last = result.summary.accuracy, seeds[0].epochs[0], seeds[0].epochs[-1]
        ends.append(f"{label} {100 * rate.mean:.1f} % ({100 * rate.low:.1f} to {100 * rate.high:.1f})")
        steps += [
            f"{label} after epoch {score.epoch}: training loss {score.train_loss:.3f}, "
            f"test loss {score.test_loss:.3f}, test accuracy {100 * score.test_accuracy:.1f} %"
            for score in dict.fromkeys((first, last))
        ]
    return Drawn(
        name=name,
        figure=figure,
        caption="How the nets learn: the loss on the left, the share of test images read right on the right. Where the "
        "dashed line falls and the solid one does not, the net learns its training images by heart. Accuracy after the "
        f"last epoch, with its 95 % interval: {', '.join(ends)}. {_images(results[0].data)}",
        alternative=f"{'; '.join(steps)}.",
    )


def _pairs(name: str, results: Sequence[CharactersResult], pairs: Sequence[PairShares]) -> Drawn:
    labels, classes = names_of(results), results[0].data.classes
    printed = [share for share in pairs[0].published if share is not None]
    bars_of_a_pair = len(labels) + len(printed)
    figure = new_figure(9.5, max(0.6, 0.2 * bars_of_a_pair) * len(pairs) + 1)
    names, bars = figure.subplots(1, 2, sharey=True, width_ratios=(1, 2.5))
    draw_pairs(bars, labels, pairs)
    place_pairs(names, classes, [(pair.target, pair.predicted) for pair in pairs])
    nets = " A pair whose bars stay long from net to net is hard in itself; where they shrink, it took a better net."
    hatched = " Hatched bars are what the study printed, of one run each."
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The pairs that are confused most, over all the nets.{nets if len(results) > 1 else ''}"
        f"{hatched if printed else ''} {_images(results[0].data)}",
        alternative=f"{'; '.join(_pair_in_words(pair, labels, classes) for pair in pairs)}.",
    )


# --- words ----------------------------------------------------------------------------------------------------


def names_of(results: Sequence[CharactersResult]) -> list[str]:
    """A name for each result: its net, and where a net comes more than once also its place among the results."""
    nets = [result.net for result in results]
    return [
        TITLES[net] if nets.count(net) == 1 else f"{TITLES[net]} {result.config.preset} ({place})"
        for place, (net, result) in enumerate(zip(nets, results, strict=True), start=1)
    ]


def _pair_in_words(pair: PairShares, labels: Sequence[str], classes: Classes) -> str:
    """Such as "は ha read as す su: NetLin 12.3 %, NetFull 7.7 %"."""
    printed = zip(labels, pair.published, strict=True)
    shares = [
        *zip(labels, pair.ours, strict=True),
        *((f"{label} published", share) for label, share in printed if share is not None),
    ]
    texts = ", ".join(f"{label} {share:.1f} %" for label, share in shares)
    return f"{read_as(classes, pair.target, pair.predicted)}: {texts}"


def _counted(result: CharactersResult) -> list[str]:
    """The worst cells in words, such as "は ha read as す su 7 times"."""
    return [
        f"{read_as(result.data.classes, cell.target, cell.predicted)} {cell.count} time{'s' if cell.count > 1 else ''}"
        for cell in result.gallery
    ]


def _of_seeds(result: CharactersResult) -> str:
    return f" (the first of {len(result.seeds)} seeds)" if len(result.seeds) > 1 else ""


def _images(data: DataSummary) -> str:
    """Which images these are, and with what they may be compared."""
    counts = f"{data.train:,} for training and {data.test:,} for testing"
    if data.verified and data.name == "kmnist-mini":
        return f"Images: kmnist-mini, {counts} out of the official test file; not comparable with results on all of it."
    unverified = "" if data.verified else ", not verified"
    return f"Images: {data.name}, {counts}{unverified}."
