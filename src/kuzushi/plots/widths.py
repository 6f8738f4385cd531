"""Figures of perceptrons of growing width: how often they learn the points, how fast, and what stays wrong."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from kuzushi.plots.checkerboard import WORDS
from kuzushi.plots.designs import counted
from kuzushi.plots.style import BLACK, BLUE, RED, Drawn, new_figure
from kuzushi.results import Vector, Width, WidthsResult

MOST_NUMBERS = 25
"""A row of more points than this has no room for their numbers."""


def figures(results: Sequence[WidthsResult]) -> Iterator[Drawn]:
    """Every figure of every result; epochs only where a net is solved, and wrong points only where one is not."""
    for place, result in enumerate(results, start=1):
        yield _success(f"{place}-success", result)
        if any(width.solved for width in result.widths):
            yield _epochs(f"{place}-epochs-to-solve", result)
        if any(width.solved < result.config.nets for width in result.widths):
            yield _wrong(f"{place}-wrong-points", result)


def quartiles(width: Width) -> tuple[int, int, int] | None:
    """The epochs within which a quarter, half and three quarters of the solved nets were solved; None if none was.

    Example: of nets solved after 100, 100, 200, 400 and 900 epochs -> (100, 200, 400)
    """
    epochs = sorted(epoch for epoch in width.epochs_to_solve if epoch is not None)
    if not epochs:
        return None
    first, median, third = np.quantile(epochs, (0.25, 0.5, 0.75), method="inverted_cdf").tolist()
    return first, median, third


def wrong_shares(result: WidthsResult) -> NDArray[np.float64]:
    """Which share of the nets that are not solved is wrong at each point, as [width, point]; NaN where all are solved.

    Of shape (widths, points).
    """
    unsolved = np.array([result.config.nets - width.solved for width in result.widths])[:, None]
    wrong = np.array([width.wrong for width in result.widths])
    return np.where(unsolved > 0, wrong / np.maximum(unsolved, 1), np.nan)


# --- drawing: data and axes in, artists out -------------------------------------------------------------------


def draw_success(ax: Axes, widths: Sequence[Width], *, fewest_steps: int | None) -> None:
    """Draw the share of solved nets against the hidden units, with its interval, and where step nets begin."""
    hid, rates = [width.hid for width in widths], [width.solved_interval for width in widths]
    mean = np.array([rate.mean for rate in rates])
    below, above = mean - [rate.low for rate in rates], np.array([rate.high for rate in rates]) - mean
    ax.errorbar(hid, 100 * mean, yerr=100 * np.array([below, above]), color=BLUE, marker="o", capsize=4)
    if fewest_steps is not None:
        ax.axvline(fewest_steps, color=RED, linestyle="--", zorder=0, label=f"fewest step units: {fewest_steps}")
        ax.legend(loc="lower right")
    ax.set(xlabel="hidden units", ylabel="nets solved (%)", ylim=(-3, 103))
    _whole_numbers(ax)


def draw_epochs(ax: Axes, widths: Sequence[Width], *, nets: int) -> None:
    """Draw the median and the quartiles of the epochs to solve, and above them how many nets are not solved."""
    drawn = [(width.hid, *found) for width in widths if (found := quartiles(width)) is not None]
    hid, first, median, third = np.array(drawn).T
    ax.errorbar(hid, median, yerr=[median - first, third - median], color=BLUE, marker="o", capsize=4, linestyle="none")
    ax.set(xlabel="hidden units", ylabel="epochs to solve", yscale="log", ylim=(first.min() / 1.5, third.max() * 1.5))
    ax.yaxis.set_major_formatter("{x:,.0f}")
    ax.yaxis.set_minor_formatter("")
    for width in widths:
        ax.annotate(
            f"{nets - width.solved:,}", (width.hid, 1), (0, 4), xycoords=ax.get_xaxis_transform(),
            textcoords="offset points", ha="center", color=RED, fontsize=9,
        )  # fmt: skip
    ax.set_title(f"nets not solved, of {nets:,}", fontsize=9, color=RED, pad=18)
    ax.set_xlim(min(width.hid for width in widths) - 0.5, max(width.hid for width in widths) + 0.5)
    _whole_numbers(ax)


def draw_wrong(ax: Axes, shares: NDArray[np.float64], *, rows: Sequence[str], columns: Sequence[str]) -> AxesImage:
    """Draw shares, of shape (rows, columns), as colour and as percent; a row of NaN is left empty and says so."""
    image = ax.imshow(100 * shares, cmap="Blues", vmin=0, vmax=100, aspect="auto")
    for y, row in enumerate(shares):
        if np.isnan(row).all():
            ax.text((len(row) - 1) / 2, y, "every net is solved", ha="center", va="center", fontsize=9)
        elif len(row) <= MOST_NUMBERS:
            for x, share in enumerate(row):
                colour = "white" if share > 0.6 else BLACK
                ax.text(x, y, f"{100 * share:.0f}", ha="center", va="center", fontsize=9, color=colour)
    ax.set_yticks(range(len(rows)), list(rows))
    if len(columns) <= MOST_NUMBERS:
        ax.set_xticks(range(len(columns)), list(columns), fontsize=8)
    return image


def _whole_numbers(ax: Axes) -> None:
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.grid(alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)


# --- figures with their words ---------------------------------------------------------------------------------


def _success(name: str, result: WidthsResult) -> Drawn:
    figure = new_figure(8, 4.5)
    draw_success(figure.subplots(), result.widths, fewest_steps=result.minimal)
    rates = [
        f"{width.hid}: {width.solved}, {100 * width.solved_interval.mean:.1f} % "
        f"({100 * width.solved_interval.low:.1f} to {100 * width.solved_interval.high:.1f})"
        for width in result.widths
    ]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"How often training succeeds ({_title(result)}): the share of nets that are right on every point, "
        "against the number of hidden units; bars are 95 % intervals. All nets learn the same points with the same "
        f"settings, and differ only in width and random start.{_below(result)}",
        alternative=f"Solved nets of {result.config.nets} by hidden units, with the 95 % interval. {'; '.join(rates)}.",
    )


def _below(result: WidthsResult) -> str:
    """What the line says, and whether a net with fewer units than it was solved."""
    fewest = result.minimal
    if fewest is None:
        return ""
    line = (
        f" Dashed: no net of fewer than {counted(fewest, 'step unit')} is right on every point, and a net of so many "
        "is; kuzushi design gives the proof."
    )
    solved = sum(width.solved for width in result.widths if width.hid < fewest)
    if solved == 0:
        return line
    return (
        f"{line} Left of it {solved:,} net{'s are' if solved > 1 else ' is'} solved all the same: "
        f"a {WORDS[result.config.act]} unit has a slope, and can say more than on or off."
    )


def _epochs(name: str, result: WidthsResult) -> Drawn:
    nets = result.config.nets
    figure = new_figure(8, 4.5)
    draw_epochs(figure.subplots(), result.widths, nets=nets)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"How long a net takes until it is right on every point, and stays so ({_title(result)}). A dot is the "
        "median of the solved nets, a bar goes from the first to the third quartile, and the scale is logarithmic. "
        f"In red, how many of {nets:,} nets are not solved; they are not in the median. Nets are looked at every 100 "
        "epochs only.",
        alternative="Epochs to solve by hidden units, first quartile, median and third quartile of the solved nets. "
        + "; ".join(f"{width.hid}: {_quartiles(width)}{nets - width.solved} not solved" for width in result.widths)
        + ".",
    )


def _wrong(name: str, result: WidthsResult) -> Drawn:
    shares = wrong_shares(result)
    unsolved = [result.config.nets - width.solved for width in result.widths]
    points = [_point(point) for point in result.points]
    figure = new_figure(min(1.8 + 0.8 * len(points), 12), 1.6 + 0.4 * len(unsolved))
    ax = figure.subplots()
    image = draw_wrong(
        ax,
        shares,
        rows=[f"{width.hid} ({count})" for width, count in zip(result.widths, unsolved, strict=True)],
        columns=[f"{point}\n{target}" for point, target in zip(points, result.targets, strict=True)],
    )
    ax.set(xlabel="point, and its target below", ylabel="hidden units (nets not solved)")
    figure.colorbar(image, ax=ax, label="percent of these nets")
    return Drawn(
        name=name,
        figure=figure,
        caption=f"What the nets that are not solved get wrong ({_title(result)}): for each width and point, how many "
        f"percent of these nets are wrong there.{_hardest(result, points)}",
        alternative="Wrong nets at each point, of those that are not solved. "
        + "; ".join(
            f"{width.hid} units, {count} not solved: "
            + ", ".join(f"{point} {wrong}" for point, wrong in zip(points, width.wrong, strict=True))
            for width, count in zip(result.widths, unsolved, strict=True)
        )
        + ".",
    )


def _hardest(result: WidthsResult, points: Sequence[str]) -> str:
    """The point that is wrong most often, over all widths."""
    total = np.sum([width.wrong for width in result.widths], axis=0)
    hardest = np.flatnonzero(total == total.max())
    if len(hardest) > 1:
        return ""
    unsolved = sum(result.config.nets - width.solved for width in result.widths)
    return f" Over all widths, {points[hardest[0]]} is wrong most often: in {total.max():,} of {unsolved:,} nets."


def _quartiles(width: Width) -> str:
    found = quartiles(width)
    return "" if found is None else ", ".join(f"{epochs:,}" for epochs in found) + ", "


def _title(result: WidthsResult) -> str:
    """Which nets these are, in a few words."""
    config = result.config
    return f"{config.nets:,} nets of each width, {WORDS[config.act]} units, {config.data}"


def _point(point: Vector) -> str:
    return f"({', '.join(f'{x:g}' for x in point)})"
