"""How a class of images is named in a text and drawn in a figure; the ten kana are drawn from their outlines."""

from collections.abc import Iterable

from matplotlib.axes import Axes

from kuzushi.kana import KANA
from kuzushi.plots.style import draw_kana

Classes = tuple[str, ...]
"""A name for each label, in the order of the labels."""
ROMAJI: Classes = tuple(kana.romaji for kana in KANA)
LONGEST = 12
"""Letters of a name in a figure."""
KANA_POINTS = 46
"""Room for a kana between the edge of a matrix and the romaji, in points."""


def in_words(classes: Classes, label: int) -> str:
    """The class's name for a text, such as "は ha"."""
    return f"{KANA[label].kana} {classes[label]}" if classes == ROMAJI else classes[label]


def read_as(classes: Classes, target: int, predicted: int) -> str:
    """A confusion for a text, such as "は ha read as す su"."""
    return f"{in_words(classes, target)} read as {in_words(classes, predicted)}"


def in_figure(classes: Classes, label: int) -> str:
    """The class's name for a figure, cut where it is long; letters that the font may lack are given by code points.

    Example: "亨" -> "U+4EA8"
    """
    name = classes[label]
    if not name.isascii():
        name = " ".join(f"U+{ord(character):04X}" for character in name)
    if len(name) > LONGEST:
        name = name[: LONGEST - 1] + "…"
    return name.replace("$", r"\$")  # a $ would begin mathematics


def place_kana(ax: Axes, label: int, *, x: float, y: float, size: float) -> None:
    """Draw a kana in a square around (x, y), in the units of axes whose y goes down and whose limits are set."""
    half = size / 2
    (left, low), (right, high) = ax.transLimits.transform([(x - half, y + half), (x + half, y - half)])
    draw_kana(ax.inset_axes((left, low, right - left, high - low)), label, width=1.8)


def place_class(ax: Axes, classes: Classes, label: int, *, x: float, y: float, size: float) -> None:
    """Draw a class around (x, y), in the units of axes whose y goes down: its kana and romaji, or its name alone."""
    if classes == ROMAJI:
        place_kana(ax, label, x=x, y=y, size=size)
        ax.text(x + 0.65 * size, y, classes[label], ha="left", va="center")
    else:
        ax.text(x - size / 2, y, in_figure(classes, label), ha="left", va="center")


def place_pairs(ax: Axes, classes: Classes, pairs: Iterable[tuple[int, int]]) -> None:
    """Draw "target read as predicted" in a row for each pair, the first at y = 0, beside a chart with the same rows."""
    ax.set_xlim(-0.5, 4.5)
    ax.axis("off")
    for y, (target, predicted) in enumerate(pairs):
        place_class(ax, classes, target, x=0, y=y, size=0.7)
        ax.text(1.9, y, "read as", ha="center", va="center")
        place_class(ax, classes, predicted, x=3, y=y, size=0.7)


def place_class_ticks(ax: Axes, classes: Classes) -> None:
    """Name the rows and columns of a matrix at its left and lower edge."""
    names = [in_figure(classes, label) for label in range(len(classes))]
    ax.set_xticks(range(len(classes)), names, rotation=0 if classes == ROMAJI else 90)
    ax.set_yticks(range(len(classes)), names)
    if classes == ROMAJI:
        for label in range(len(classes)):
            place_kana(ax, label, x=-1.05, y=label, size=0.8)
            place_kana(ax, label, x=label, y=len(classes) + 0.05, size=0.8)
        ax.tick_params(length=0, pad=KANA_POINTS)
