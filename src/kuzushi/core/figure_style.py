"""The style of every figure: a palette safe for colour-blind readers, sizes, and kana without a font."""

import io
import re
from dataclasses import dataclass
from math import ceil
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kuzushi.core.kana import KANA, curve

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW, BLACK = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#222222",
)  # fmt: skip
"""The palette of Okabe and Ito (2008)."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A finished figure with its name, caption and alternative text."""

    name: str
    """A file name without extension, unique within a subject."""
    figure: Figure
    caption: str
    """Plain text."""
    alternative: str
    """The figure as plain text, for readers who cannot see it."""

    def svg(self) -> bytes:
        """Return the figure as SVG; the same figure gives the same bytes."""
        with mpl.rc_context({"svg.hashsalt": self.name}):
            drawn = self._file("svg", metadata={"Date": None, "Creator": None})
        # Matplotlib names a clip by a hash of its position, whose last bit may differ between two layouts.
        names: dict[bytes, bytes] = {}
        return re.sub(rb"\bp[0-9a-f]{10}\b", lambda old: names.setdefault(old[0], b"clip%d" % len(names)), drawn)

    def png(self) -> bytes:
        """Return the figure as PNG, at 150 dots per inch."""
        return self._file("png", dpi=150)

    def _file(self, kind: str, **options: Any) -> bytes:
        file = io.BytesIO()
        self.figure.savefig(file, format=kind, **options)
        return file.getvalue()


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure, size in inches, with a layout without overlaps; it belongs to no window."""
    return Figure(figsize=(width, height), layout="constrained")


def new_grid(panels: int, *, columns: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure and its axes in rows of at most `columns`; width and height of one panel in inches."""
    columns = min(columns, panels)
    rows = ceil(panels / columns)
    figure = new_figure(width * columns, height * rows)
    axes = list(figure.subplots(rows, columns, squeeze=False).ravel())
    for ax in axes[panels:]:
        ax.remove()
    return figure, axes[:panels]


def draw_kana(axes: Axes, label: int, *, colour: str = BLACK, width: float = 2.5) -> None:
    """Draw one kana of the class table by its strokes, in a box of 0..100 with y downwards."""
    for stroke in KANA[label].strokes:
        line = curve(stroke, per_segment=12)
        axes.plot(line[:, 0], line[:, 1], color=colour, linewidth=width, solid_capstyle="round")
    axes.set(xlim=(0, 100), ylim=(100, 0), aspect="equal")
    axes.axis("off")
