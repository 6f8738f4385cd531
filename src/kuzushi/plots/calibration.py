"""Figures of how far the probabilities of nets can be trusted."""

from collections.abc import Sequence
from itertools import cycle

from matplotlib.axes import Axes

from kuzushi.plots.pairs import COLOURS
from kuzushi.plots.style import BLACK, Drawn, new_figure
from kuzushi.results import Calibration


def reliability(name: str, nets: Sequence[tuple[str, Calibration]], *, images: str) -> Drawn:
    """One panel for each net: how often predictions are right, against the probability that was given to them.

    Args:
        nets: the name of each, and its calibration.
        images: which images these are, as a sentence.
    """
    columns = min(len(nets), 4)
    rows = -(-len(nets) // columns)
    figure = new_figure(3 * columns + 0.4, 3.3 * rows)
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for ax in panels.flat[len(nets) :]:
        ax.axis("off")
    for ax, (label, found), colour in zip(panels.flat, nets, cycle(COLOURS), strict=False):
        draw_reliability(ax, found, colour=colour)
        ax.set_title(f"{label}\ncalibration error {_error(found)}", fontsize=10)
    for ax in panels[-1]:
        ax.set_xlabel("probability given")
    for ax in panels[:, 0]:
        ax.set_ylabel("share that is right")
    return Drawn(
        name=name,
        figure=figure,
        caption="How far the probabilities can be trusted. Test images are put together by the probability that the "
        "net gave to its reading; each dot shows how many of them it read right, with the 95 % interval, and its area "
        "how many there are. On the diagonal a net is right as often as it says; below it, it is too sure of itself, "
        "above it, not sure enough. The expected calibration error is the mean distance from the diagonal, "
        f"weighted by images. {images}",
        alternative="; ".join(
            f"{label}: expected calibration error {_error(found)}, "
            + ", ".join(
                f"{100 * bin.probability:.0f} % said and {100 * bin.accuracy.mean:.0f} % right ({bin.predictions:,})"
                for bin in found.bins
            )
            for label, found in nets
        )
        + ".",
    )


def draw_reliability(ax: Axes, found: Calibration, *, colour: str) -> None:
    """Draw a dot with its interval for each bin, its area by how many predictions it holds, and the diagonal."""
    ax.plot([0, 1], [0, 1], color=BLACK, linewidth=1, linestyle="--")
    most = max(bin.predictions for bin in found.bins)
    for bin in found.bins:
        ax.plot([bin.probability] * 2, [bin.accuracy.low, bin.accuracy.high], color=colour, linewidth=1.5)
    ax.scatter(
        [bin.probability for bin in found.bins],
        [bin.accuracy.mean for bin in found.bins],
        s=[12 + 100 * bin.predictions / most for bin in found.bins],
        color=colour,
        zorder=3,
    )
    ax.set(xlim=(0, 1.03), ylim=(0, 1.03), aspect="equal")
    ax.grid(alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)


def _error(found: Calibration) -> str:
    return f"{100 * sum(found.errors) / len(found.errors):.1f} %"
