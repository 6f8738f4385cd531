"""Sheets of images: training samples, and misread test images with what explains them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from kuzushi.characters.comparison_results import ComparisonResult, ConfusedImage, Neighbour
from kuzushi.characters.figures.names import (
    ROMAJI,
    class_name,
    draw_class,
    draw_kana_at,
    figure_name,
    images_note,
    pair_name,
)
from kuzushi.characters.results import CharactersResult
from kuzushi.core.figure_style import Drawn, new_figure
from kuzushi.core.kana import KANA
from kuzushi.core.sections import percent

MOST_CLASSES, MOST_SAMPLES = 20, 12
"""The most classes of the sample sheet, and the most images of each."""
MOST_MISREAD = 8
"""The most images drawn with what explains them."""
MOST_ALWAYS_WRONG, IN_A_ROW = 40, 10
"""The most images of the sheet of those that every net misreads, and of one of its rows."""
GAP = 2
"""Pixels around each image of a sheet."""
STEP, NEXT = 1.35, 1.15
"""From one image to the one below, with room for a line of text, and to the one on the right, in images."""
EVIDENCE = "PuOr_r"
"""Orange for, purple against: safe for the colour-blind."""
CREDIT = (
    "“KMNIST Dataset” (created by CODH), adapted from “Kuzushiji Dataset” (created by NIJL and others), "
    "doi:10.20676/00000341, CC BY-SA 4.0."
)


def draw_sheet(ax: Axes, images: NDArray[np.uint8], *, margin: float) -> None:
    """Draw images of shape (rows, columns, height, width) in rows, dark ink on white.

    The unit of the axes is one image, with the middle of the first at (0, 0) and y downwards.

    Args:
        ax: empty axes.
        images: one array for all; a missing image is 0, which is white.
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


def draw_image(
    ax: Axes, image: NDArray[np.uint8] | NDArray[np.float32], *, x: float, y: float, below: str = "",
    cmap: str = "gray_r", limits: tuple[float, float] = (0, 255),
) -> None:  # fmt: skip
    """Draw an image of shape (side, side) in a square of side 1 around (x, y), y downwards, with a text below it."""
    extent, (low, high) = (x - 0.5, x + 0.5, y + 0.5, y - 0.5), limits
    ax.imshow(image, cmap=cmap, vmin=low, vmax=high, interpolation="none", extent=extent)
    ax.text(x, y + 0.52, below, ha="center", va="top", fontsize=8)


def samples(name: str, result: CharactersResult) -> Drawn:
    """Draw training images of each class."""
    images, classes = result.arrays["samples"][:MOST_CLASSES, :MOST_SAMPLES], result.data.classes
    rows, columns = images.shape[:2]
    figure = new_figure(9.5, 0.62 * rows + 0.2)
    ax = figure.subplots()
    draw_sheet(ax, images, margin=3)
    for label in range(rows):
        text = figure_name(classes, label)
        if classes == ROMAJI:
            draw_kana_at(ax, label, x=-2.9, y=label, size=0.9)
            text += f"\n{KANA[label].codepoint}"
        ax.text(-0.8, label, text, ha="right", va="center")
    official = result.data.verified and result.data.name in ("kmnist", "kmnist-mini")
    credit = f" {CREDIT}" if official else ""
    which = f"The {rows} classes" if rows == len(classes) else f"The first {rows} of {len(classes)} classes"
    return Drawn(
        name=name,
        figure=figure,
        caption=f"{which}, with up to {columns} training images of each. {images_note(result.data)}{credit}",
        alternative=f"Rows: {', '.join(class_name(classes, label) for label in range(rows))}.",
    )


def misread(name: str, result: ComparisonResult, net: str) -> Drawn:
    """Draw misread test images with the nearest training images of both classes, and the pixels that decided.

    Args:
        name: of the figure.
        result: with at least one misread image.
        net: the name of the net that misreads the images.
    """
    images, neighbours = result.images[:MOST_MISREAD], result.arrays["nearest"]  # (images, 2, neighbours, side, side)
    count = neighbours.shape[2]
    own, read, decided = 3.9, 4.3 + NEXT * count, 4.7 + 2 * NEXT * count
    middle, height = NEXT * (count - 1) / 2, STEP * len(images) - 0.3
    figure = new_figure(0.78 * (decided + 1.4), 0.78 * (height + 0.9))
    ax = figure.subplots()
    ax.set(xlim=(-0.6, decided + 0.8), ylim=(height, -0.9), aspect="equal")
    ax.axis("off")
    heads = ((2.5, "test image"), (own + middle, "nearest of its class"), (read + middle, "nearest of that read"))
    for x, head in (*heads, (decided, "evidence")):
        ax.text(x, -0.6, head, ha="center", va="bottom", fontsize=9)
    for row, image in enumerate(images):
        y = STEP * row
        for label, probability, offset in (
            (image.target, image.target_probability, -0.3),
            (image.predicted, image.probability, 0.3),
        ):
            draw_class(ax, result.data.classes, label, x=0, y=y + offset, size=0.5)
            ax.text(1.75, y + offset, percent(probability, 0), ha="right", va="center", fontsize=8)
        draw_image(ax, result.arrays["confused"][row], x=2.5, y=y)
        for start, pixels, nearby in zip((own, read), neighbours[row], _neighbours(image), strict=True):
            for index, neighbour in enumerate(nearby):
                draw_image(ax, pixels[index], x=start + NEXT * index, y=y, below=f"{neighbour.distance:.1f}")
        evidence = _evidence(result, row)
        most = float(np.abs(evidence).max())
        draw_image(ax, evidence, x=decided, y=y, below=_nats(evidence), cmap=EVIDENCE, limits=(-most, most))
    closer = sum(wrong[0].distance < right[0].distance for right, wrong in map(_neighbours, images))
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Test images that {net} misreads, with its probabilities. Below their nearest training images: "
        f"Euclidean distances of slightly blurred pixels in 0..1; {closer} of the {len(images)} are nearer to the "
        "wrong class. Evidence, by integrated gradients: orange ink speaks for the class read, purple ink for its "
        "own; the sum is below. Each row has its own scale.",
        alternative=f"{'; '.join(_misread_text(result, row) for row in range(len(images)))}.",
    )


def always_wrong(name: str, result: ComparisonResult) -> Drawn:
    """Draw the test images that every trained net misreads."""
    images = result.always_wrong[:MOST_ALWAYS_WRONG]
    classes, trained = result.data.classes, sum(len(net.seeds) for net in result.nets)
    rows = -(-len(images) // IN_A_ROW)
    figure = new_figure(11, 1.4 * rows)
    ax = figure.subplots()
    for index, image in enumerate(images):
        row, column = divmod(index, IN_A_ROW)
        read = f"{figure_name(classes, image.target)}, read {figure_name(classes, image.predicted)}"
        below = f"{read}\n{image.agreeing} of {trained}, {percent(image.probability, 0)}"
        draw_image(ax, result.arrays["always_wrong"][index], x=1.4 * column, y=1.75 * row, below=below)
    ax.set(xlim=(-0.7, 1.4 * IN_A_ROW - 0.7), ylim=(1.75 * rows - 0.9, -0.6), aspect="equal")
    ax.axis("off")
    some = "" if len(images) == len(result.always_wrong) else f" The first {len(images)} are drawn."
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The {len(result.always_wrong)} test images that all {trained} trained nets misread. Below each: its "
        f"label, what most nets read, how many of them, and with which mean probability.{some}",
        alternative="; ".join(
            f"test image {image.index}, {pair_name(classes, image.target, image.predicted)} by {image.agreeing} of "
            f"{trained}, {percent(image.probability, 0)}"
            for image in images
        )
        + ".",
    )


def _neighbours(image: ConfusedImage) -> tuple[Sequence[Neighbour], Sequence[Neighbour]]:
    return image.nearest_target, image.nearest_predicted


def _evidence(result: ComparisonResult, row: int) -> NDArray[np.float32]:
    """Return the evidence for the class read, minus that for its own."""
    own, read = result.arrays["evidence"][row]
    difference: NDArray[np.float32] = read - own
    return difference


def _nats(evidence: NDArray[np.float32]) -> str:
    """Return the sum over the pixels; no -0.0."""
    return f"{evidence.sum().round(1) + 0.0:+.1f} nats"


def _misread_text(result: ComparisonResult, row: int) -> str:
    image, classes = result.images[row], result.data.classes
    own, wrong = (", ".join(f"{neighbour.distance:.1f}" for neighbour in nearby) for nearby in _neighbours(image))
    return (
        f"test image {image.index}, {pair_name(classes, image.target, image.predicted)}: distances {own} to "
        f"{class_name(classes, image.target)} ({percent(image.target_probability, 0)}) and {wrong} to "
        f"{class_name(classes, image.predicted)} ({percent(image.probability, 0)}), evidence "
        f"{_nats(_evidence(result, row))}"
    )
