"""How every figure looks: one palette safe for the colour-blind, one size of type, kana without a font."""

import io
import re
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kuzushi.kana import KANA, curve

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW, BLACK = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#222222",
)  # fmt: skip
"""The palette of Okabe and Ito (2008)."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A finished figure with the words that belong to it."""

    name: str
    """A file name without ending, unique within a subject."""
    figure: Figure
    caption: str
    """What to see in it, for a student; plain text."""
    alternative: str
    """The figure in words and numbers, for a reader who cannot see it; plain text."""

    def svg(self) -> bytes:
        """The figure as SVG; the same figure gives the same bytes."""
        with mpl.rc_context({"svg.hashsalt": self.name}):
            drawn = self._file("svg", metadata={"Date": None, "Creator": None})
        # A clip is named after its place to the last bit, in which one layout of a figure may differ from the next.
        names: dict[bytes, bytes] = {}
        return re.sub(rb"\bp[0-9a-f]{10}\b", lambda old: names.setdefault(old[0], b"clip%d" % len(names)), drawn)

    def png(self) -> bytes:
        """The figure as PNG, at 150 dots per inch."""
        return self._file("png", dpi=150)

    def _file(self, kind: str, **options: Any) -> bytes:
        file = io.BytesIO()
        self.figure.savefig(file, format=kind, **options)
        return file.getvalue()


def new_figure(width: float, height: float) -> Figure:
    """An empty figure in inches, laid out without overlaps, that belongs to no window."""
    return Figure(figsize=(width, height), layout="constrained")


def draw_kana(axes: Axes, label: int, *, colour: str = BLACK, width: float = 2.5) -> None:
    """Draw one kana of the class table from its stroke outlines, in a box of 0..100 with y downwards."""
    for stroke in KANA[label].strokes:
        line = curve(stroke, per_segment=12)
        axes.plot(line[:, 0], line[:, 1], color=colour, linewidth=width, solid_capstyle="round")
    axes.set(xlim=(0, 100), ylim=(100, 0), aspect="equal")
    axes.axis("off")
