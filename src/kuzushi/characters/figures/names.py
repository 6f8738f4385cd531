"""Names and colours of nets and classes, and kana drawn without a font."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from kuzushi.characters.results import CharactersResult, DataSummary
from kuzushi.core.figure_style import BLACK, BLUE, GREEN, ORANGE, PURPLE, RED, SKY, draw_kana
from kuzushi.core.kana import KANA

Classes = tuple[str, ...]
"""A name for each label, in the order of the labels."""
ROMAJI: Classes = tuple(kana.romaji for kana in KANA)
TITLES = {"lin": "NetLin", "full": "NetFull", "conv": "NetConv", "deep": "NetDeep"}
COLOURS = (ORANGE, GREEN, BLUE, RED, PURPLE, SKY, BLACK)
"""Of the nets, in the order of the results."""
LONGEST = 12
"""Letters of a class name in a figure."""
KANA_POINTS = 46
"""Room for a kana between the edge of a matrix and the romaji, in points."""


def class_name(classes: Classes, label: int) -> str:
    """Return the class's name for a text, such as "は ha"."""
    return f"{KANA[label].kana} {classes[label]}" if classes == ROMAJI else classes[label]


def pair_name(classes: Classes, target: int, predicted: int) -> str:
    """Return a confusion for a text, such as "は ha read as す su"."""
    return f"{class_name(classes, target)} read as {class_name(classes, predicted)}"


def figure_name(classes: Classes, label: int) -> str:
    """Return the class's name for a figure: shortened, and as code points where the font may lack a letter.

    Example: "亨" -> "U+4EA8"
    """
    name = classes[label]
    if not name.isascii():
        name = " ".join(f"U+{ord(character):04X}" for character in name)
    if len(name) > LONGEST:
        name = name[: LONGEST - 1] + "…"
    return name.replace("$", r"\$")  # a $ would begin mathematics


def net_names(nets: Sequence[tuple[str, str]]) -> list[str]:
    """Return a name for each net and its preset; equal nets are numbered.

    Example: [("lin", "fast"), ("conv", "fast"), ("conv", "report")] ->
    ["NetLin", "NetConv fast (2)", "NetConv report (3)"]
    """
    kinds = [net for net, _ in nets]
    return [
        TITLES[net] if kinds.count(net) == 1 else f"{TITLES[net]} {preset} ({number})"
        for number, (net, preset) in enumerate(nets, start=1)
    ]


def result_names(results: Sequence[CharactersResult]) -> list[str]:
    """Return a name for each result."""
    return net_names([(result.net, result.config.preset) for result in results])


def images_note(data: DataSummary) -> str:
    """Return a sentence on the images used, such as "Images: brush, 8,000 for training and 2,000 for testing."."""
    counts = f"{data.train:,} for training and {data.test:,} for testing"
    if data.verified and data.name == "kmnist-mini":
        return f"Images: kmnist-mini, {counts} out of the official test file; not comparable with results on all of it."
    unverified = "" if data.verified else ", not verified"
    return f"Images: {data.name}, {counts}{unverified}."


# --- drawing: in axes whose y goes down and whose limits are set ----------------------------------------------


def draw_kana_at(ax: Axes, label: int, *, x: float, y: float, size: float) -> None:
    """Draw a kana in a square around (x, y)."""
    half = size / 2
    (left, low), (right, high) = ax.transLimits.transform([(x - half, y + half), (x + half, y - half)])
    draw_kana(ax.inset_axes((left, low, right - left, high - low)), label, width=1.8)


def draw_class(ax: Axes, classes: Classes, label: int, *, x: float, y: float, size: float) -> None:
    """Draw a class around (x, y): its kana and romaji, or its name alone."""
    if classes == ROMAJI:
        draw_kana_at(ax, label, x=x, y=y, size=size)
        ax.text(x + 0.65 * size, y, classes[label], ha="left", va="center")
    else:
        ax.text(x - size / 2, y, figure_name(classes, label), ha="left", va="center")


def draw_pair(ax: Axes, classes: Classes, pair: tuple[int, int], *, x: float, y: float, size: float) -> None:
    """Draw "target read as predicted", with the target around (x, y)."""
    draw_class(ax, classes, pair[0], x=x, y=y, size=size)
    ax.text(x + 1.9, y, "read as", ha="center", va="center")
    draw_class(ax, classes, pair[1], x=x + 3, y=y, size=size)


def draw_class_ticks(ax: Axes, classes: Classes) -> None:
    """Name the rows and columns of a matrix at its left and lower edge."""
    names = [figure_name(classes, label) for label in range(len(classes))]
    ax.set_xticks(range(len(classes)), names, rotation=0 if classes == ROMAJI else 90)
    ax.set_yticks(range(len(classes)), names)
    if classes == ROMAJI:
        for label in range(len(classes)):
            draw_kana_at(ax, label, x=-1.05, y=label, size=0.8)
            draw_kana_at(ax, label, x=label, y=len(classes) + 0.05, size=0.8)
        ax.tick_params(length=0, pad=KANA_POINTS)
