"""Figures of single test images that are misread: what they resemble, which pixels decided, and which nobody reads."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from kuzushi.plots.classes import Classes, in_figure, in_words, place_class, read_as
from kuzushi.plots.style import Drawn, new_figure
from kuzushi.results import ComparisonResult, ConfusedImage

IN_A_ROW, MOST_SHOWN = 10, 40
"""Images of the sheet of those that every net misreads."""
STEP = 1.35
"""From one image of a sheet to the next, in images: room for a line below each."""
BESIDE = 1.15
"""From one image of a row to the next."""
EVIDENCE = "PuOr_r"
"""Orange for, purple against: told apart by the colour-blind too."""


def figures(prefix: str, result: ComparisonResult, names: Sequence[str]) -> Iterator[Drawn]:
    """The three figures, where there are such images."""
    if result.images:
        yield _nearest(f"{prefix}-nearest", result, names)
        yield _evidence(f"{prefix}-evidence", result, names)
    if result.always_wrong:
        yield _always_wrong(f"{prefix}-always-wrong", result)


# --- drawing: data and axes in, artists out -------------------------------------------------------------------


def place_image(ax: Axes, image: NDArray[np.uint8], *, x: float, y: float, below: str = "") -> None:
    """Draw an image of shape (side, side), dark ink on white, in a square of side 1 around (x, y), y downwards."""
    extent = (x - 0.5, x + 0.5, y + 0.5, y - 0.5)
    ax.imshow(image, cmap="gray_r", vmin=0, vmax=255, interpolation="none", extent=extent)
    ax.text(x, y + 0.52, below, ha="center", va="top", fontsize=8)


def place_evidence(ax: Axes, evidence: NDArray[np.float32], *, most: float, x: float, y: float) -> None:
    """Draw evidence of shape (side, side) from -most (purple) to most (orange), and what it adds up to."""
    extent = (x - 0.5, x + 0.5, y + 0.5, y - 0.5)
    ax.imshow(evidence, cmap=EVIDENCE, vmin=-most, vmax=most, interpolation="none", extent=extent)
    ax.text(x, y + 0.52, _nats(evidence), ha="center", va="top", fontsize=8)


def _sheet(ax: Axes, *, width: float, height: float) -> None:
    ax.set(xlim=(-0.6, width), ylim=(height, -0.9), aspect="equal")
    ax.axis("off")


def _place_pair(ax: Axes, classes: Classes, image: ConfusedImage, y: float) -> None:
    """Name a row: what the image is, and what it was read as with which probability."""
    place_class(ax, classes, image.target, x=0, y=y - 0.3, size=0.5)
    place_class(ax, classes, image.predicted, x=0, y=y + 0.3, size=0.5)
    for place, probability in ((-0.3, image.target_probability), (0.3, image.probability)):
        ax.text(1.75, y + place, f"{100 * probability:.0f} %", ha="right", va="center", fontsize=8)


# --- figures with their words ---------------------------------------------------------------------------------


def _nearest(name: str, result: ComparisonResult, names: Sequence[str]) -> Drawn:
    neighbours = result.arrays["nearest"]  # (images, 2, neighbours, side, side)
    shown = neighbours.shape[2]
    starts = (3.9, 4.3 + BESIDE * shown)
    width, height = 4.0 + 2 * BESIDE * shown, STEP * len(result.images) - 0.3
    figure = new_figure(0.78 * (width + 0.6), 0.78 * (height + 0.9))
    ax = figure.subplots()
    _sheet(ax, width=width, height=height)
    for row, image in enumerate(result.images):
        y = row * STEP
        _place_pair(ax, result.data.classes, image, y)
        place_image(ax, result.arrays["confused"][row], x=2.5, y=y)
        for side, found in enumerate((image.nearest_target, image.nearest_predicted)):
            for place, neighbour in enumerate(found):
                x = starts[side] + BESIDE * place
                place_image(ax, neighbours[row, side, place], x=x, y=y, below=f"{neighbour.distance:.1f}")
    heads = ((2.5, "test image"), (starts[0] + BESIDE * (shown - 1) / 2, "nearest of its class"),
             (starts[1] + BESIDE * (shown - 1) / 2, "nearest of the class it is read as"))  # fmt: skip
    for x, head in heads:
        ax.text(x, -0.6, head, ha="center", va="bottom", fontsize=9)
    closer = [image for image in result.images if _closer_to_wrong(image)]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Test images that {names[result.strongest]} misreads, and what the training images hold. Above stands "
        "the class it is, below the class it was read as, with the probabilities that the net gave. Beside it the "
        "nearest training images of either class, with their distance (Euclid's, between slightly blurred pixels in "
        f"0..1; no net has a part in it). {len(closer)} of the {len(result.images)} are nearer to the wrong class: "
        "there the nearest examples speak for the error.",
        alternative=f"{'; '.join(_distances(result.data.classes, image) for image in result.images)}.",
    )


def _evidence(name: str, result: ComparisonResult, names: Sequence[str]) -> Drawn:
    height = STEP * len(result.images) - 0.3
    figure = new_figure(0.78 * 8.6, 0.78 * (height + 0.9))
    ax = figure.subplots()
    _sheet(ax, width=7.7, height=height)
    for row, image in enumerate(result.images):
        y = row * STEP
        _place_pair(ax, result.data.classes, image, y)
        place_image(ax, result.arrays["confused"][row], x=2.5, y=y)
        of_target, of_predicted = result.arrays["evidence"][row]
        panels = (of_target, of_predicted, of_predicted - of_target)
        most = float(max(np.abs(panel).max() for panel in panels))
        for place, panel in enumerate(panels):
            place_evidence(ax, panel, most=most, x=4.2 + 1.4 * place, y=y)
    for x, head in ((2.5, "test image"), (4.2, "for its class"), (5.6, "for the class read"), (7.0, "difference")):
        ax.text(x, -0.6, head, ha="center", va="bottom", fontsize=9)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Which pixels decided, in {names[result.strongest]} (its first seed). Orange ink speaks for the "
        "class, purple ink against it, and what is white does not matter; below stands what the whole image adds to "
        "the logarithm of the probability of the class. On the right the difference: orange ink pulls towards the "
        "class it was read as, purple ink towards its own. Each row has its own scale. The method is integrated "
        "gradients, from an image without ink.",
        alternative=f"{'; '.join(_added(result, row) for row in range(len(result.images)))}.",
    )


def _always_wrong(name: str, result: ComparisonResult) -> Drawn:
    images = result.always_wrong[:MOST_SHOWN]
    classes, trained = result.data.classes, sum(len(net.seeds) for net in result.nets)
    rows = -(-len(images) // IN_A_ROW)
    figure = new_figure(11, 1.4 * rows)
    ax = figure.subplots()
    for place, image in enumerate(images):
        row, column = divmod(place, IN_A_ROW)
        read = f"{in_figure(classes, image.target)}, read {in_figure(classes, image.predicted)}"
        below = f"{read}\n{image.agreeing} of {trained}, {100 * image.probability:.0f} %"
        place_image(ax, result.arrays["always_wrong"][place], x=1.4 * column, y=1.75 * row, below=below)
    ax.set(xlim=(-0.7, 1.4 * IN_A_ROW - 0.7), ylim=(1.75 * rows - 0.9, -0.6), aspect="equal")
    ax.axis("off")
    some = "" if len(images) == len(result.always_wrong) else f" Shown are the first {len(images)}."
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The {len(result.always_wrong)} test images that all {trained} trained nets misread: candidates for "
        "wrong or ambiguous labels, to be judged by eye. Below each its label and what most nets read, how many of "
        f"them read that, and with which probability in the mean. Those on which most agree come first.{some}",
        alternative="; ".join(
            f"test image {image.index}, {read_as(classes, image.target, image.predicted)} by {image.agreeing} of "
            f"{trained}, {100 * image.probability:.0f} %"
            for image in images
        )
        + ".",
    )


# --- words ----------------------------------------------------------------------------------------------------


def _closer_to_wrong(image: ConfusedImage) -> bool:
    return image.nearest_predicted[0].distance < image.nearest_target[0].distance


def _distances(classes: Classes, image: ConfusedImage) -> str:
    near, far = (
        ", ".join(f"{neighbour.distance:.1f}" for neighbour in found)
        for found in (image.nearest_target, image.nearest_predicted)
    )
    return (
        f"test image {image.index}, {read_as(classes, image.target, image.predicted)}: distances {near} to "
        f"{in_words(classes, image.target)} and {far} to {in_words(classes, image.predicted)}"
    )


def _added(result: ComparisonResult, row: int) -> str:
    image, classes = result.images[row], result.data.classes
    of_target, of_predicted = result.arrays["evidence"][row]
    return (
        f"test image {image.index}: its ink adds {_nats(of_target)} for {in_words(classes, image.target)} and "
        f"{_nats(of_predicted)} for {in_words(classes, image.predicted)}"
    )


def _nats(evidence: NDArray[np.float32]) -> str:
    """What all pixels add up to; no -0.0."""
    return f"{evidence.sum().round(1) + 0.0:+.1f} nats"
