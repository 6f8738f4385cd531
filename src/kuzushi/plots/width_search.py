"""Figure of the width search: accuracy, loss and parameters against the number of hidden units."""

from collections.abc import Iterator, Sequence
from statistics import fmean

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from kuzushi.configs import CharactersConfig
from kuzushi.plots.designs import counted
from kuzushi.plots.style import BLACK, BLUE, GREEN, ORANGE, RED, Drawn, new_figure
from kuzushi.reference import PUBLISHED, PublishedNet
from kuzushi.results import SearchedWidth, WidthScore, WidthSearchResult

VALIDATION = {"color": BLUE, "marker": "o"}
TEST = {"color": ORANGE, "marker": "s"}
TRAINING = {"color": GREEN, "marker": "^"}
STUDIED = CharactersConfig.hid
"""Hidden units of the study's NetFull."""
MOST_NAMED = 10
"""The most widths whose parameters have room above the figure."""


def figures(results: Sequence[WidthSearchResult]) -> Iterator[Drawn]:
    """One figure for each result."""
    for place, result in enumerate(results, start=1):
        yield _search(f"{place}-search", result)


def published(result: WidthSearchResult) -> PublishedNet | None:
    """The study's NetFull, if it was tested on these images."""
    return PUBLISHED.characters.nets["full"] if result.data.verified and result.data.name == "kmnist" else None


def studied(result: WidthSearchResult) -> bool:
    """Whether the study's width lies among those of the search."""
    return result.widths[0].hid <= STUDIED <= result.widths[-1].hid


def best_at_edge(result: WidthSearchResult) -> bool:
    """Whether the best width is the widest of several, so that the search says nothing of where accuracy ends."""
    return len(result.widths) > 1 and result.best == result.widths[-1].hid


def needed(result: WidthSearchResult) -> float:
    """The validation accuracy one standard error below the best."""
    (best,) = (width.validation.accuracy.mean for width in result.widths if width.hid == result.best)
    return best - result.standard_error


# --- drawing: data and axes in, artists out -------------------------------------------------------------------


def draw_accuracy(
    ax: Axes, hid: Sequence[int], scores: Sequence[WidthScore], *, images: int, aside: float, **style: str
) -> None:
    """Draw the mean accuracy of each width in percent, with its interval, and a small dot for each seed.

    Args:
        images: how many were read.
        aside: how far to the right of its width each mark stands, in hidden units, so that curves do not cover each
            other.
        style: colour, marker and label.
    """
    at, rates = np.array(hid) + aside, [score.accuracy for score in scores]
    mean = np.array([rate.mean for rate in rates])
    below, above = mean - [rate.low for rate in rates], np.array([rate.high for rate in rates]) - mean
    ax.errorbar(at, 100 * mean, yerr=100 * np.array([below, above]), markersize=4, linewidth=1, **style)  # type: ignore[arg-type]
    _draw_seeds(ax, at, 100 * np.array([score.correct for score in scores]) / images, colour=style["color"])
    ax.set_ylabel("images read right (%)")


def draw_loss(ax: Axes, hid: Sequence[int], losses: Sequence[Sequence[float]], **style: str) -> None:
    """Draw the mean loss of each width, and a small dot for each seed.

    Args:
        style: colour, marker and label.
    """
    seeds = np.array(losses)  # (widths, seeds)
    ax.plot(hid, seeds.mean(1), markersize=4, linewidth=1, **style)  # type: ignore[arg-type]
    _draw_seeds(ax, np.array(hid), seeds, colour=style["color"])
    ax.set(xlabel="hidden units", ylabel="mean loss (nats per image)")


def draw_parameters(ax: Axes, widths: Sequence[SearchedWidth]) -> None:
    """Write above the axes how many parameters a net has, for MOST_NAMED widths at most."""
    every = -(-len(widths) // MOST_NAMED)
    named = widths[::-1][::every]
    above = ax.secondary_xaxis("top")
    above.set_xticks([width.hid for width in named], [f"{width.parameters:,}" for width in named], fontsize=9)
    above.set_xlabel("parameters of one net")


def draw_choices(ax: Axes, *, chosen: int, studied: bool) -> None:
    """Draw a line at the chosen width, and one at the study's."""
    ax.axvline(chosen, color=RED, linewidth=1.5, zorder=0, label=f"chosen: {chosen} hidden units")
    if studied:
        ax.axvline(STUDIED, color=BLACK, linewidth=1, linestyle="--", zorder=0, label=f"the study's: {STUDIED}")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12, min_n_ticks=1))
    ax.grid(alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)


def _draw_seeds(ax: Axes, at: NDArray[np.float64], seeds: NDArray[np.float64], *, colour: str) -> None:
    """A small dot for each seed, given in an array of shape (widths, seeds)."""
    ax.plot(at, seeds, ".", color=colour, markersize=3, alpha=0.6)


# --- the figure with its words --------------------------------------------------------------------------------


def _search(name: str, result: WidthSearchResult) -> Drawn:
    figure = new_figure(9.5, 8.5)
    accuracy, loss = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    _accuracy_panel(accuracy, result)
    _loss_panel(loss, result)
    return Drawn(name=name, figure=figure, caption=_caption(result), alternative=_alternative(result))


def _accuracy_panel(ax: Axes, result: WidthSearchResult) -> None:
    hid, aside, study = [width.hid for width in result.widths], 0.1 * result.config.step, _star(result)
    validation, test = [width.validation for width in result.widths], [width.test for width in result.widths]
    draw_accuracy(ax, hid, validation, images=result.validation, aside=-aside, label="validation part", **VALIDATION)
    ax.axhline(
        100 * needed(result), color=BLUE, linestyle=":", zorder=0, label="one standard error below the best validation"
    )
    draw_choices(ax, chosen=result.chosen, studied=studied(result))
    draw_accuracy(ax, hid, test, images=result.data.test, aside=aside, label="test part, which chooses nothing", **TEST)
    if study is not None:
        share = 100 * study.test_correct / PUBLISHED.characters.test
        ax.plot(STUDIED, share, "*", color=BLACK, markersize=12, label="published, on the test part")
    draw_parameters(ax, result.widths)
    ax.legend(loc="lower right", fontsize=9)


def _loss_panel(ax: Axes, result: WidthSearchResult) -> None:
    hid, study = [width.hid for width in result.widths], _star(result)
    draw_loss(ax, hid, [width.validation.loss for width in result.widths], label="validation part", **VALIDATION)
    draw_loss(ax, hid, [width.test.loss for width in result.widths], label="test part", **TEST)
    draw_loss(ax, hid, [width.test.train_loss for width in result.widths], label="all training images", **TRAINING)
    if study is not None:
        ax.plot(STUDIED, study.test_loss, "*", color=BLACK, markersize=12)
    ax.legend(loc="upper right", fontsize=9)
    draw_choices(ax, chosen=result.chosen, studied=studied(result))
    ax.set(xlim=(hid[0] - result.config.step, hid[-1] + result.config.step), ylim=(0, None))


def _star(result: WidthSearchResult) -> PublishedNet | None:
    """The study's net, where it can be drawn among these."""
    return published(result) if studied(result) else None


def _caption(result: WidthSearchResult) -> str:
    seeds, data = result.config.seeds, result.data
    nets = "one net of each width" if seeds == 1 else f"{seeds} nets of each width, from different random starts (dots)"
    edge = " The best is the widest that was tried: wider nets may be better still." if best_at_edge(result) else ""
    dashed = " The dashed line is the study's choice." if studied(result) else ""
    star = " The star is what the study printed of it, trained in its own way." if _star(result) else ""
    return (
        f"How many hidden units NetFull needs: {nets}, on {data.name}. "
        f"Blue: of {counted(result.validation, 'validation image')}, how many are read right by nets that learned from "
        f"the other {data.train - result.validation:,} training images; bars are 95 % intervals of the mean. Chosen is "
        "the narrowest width whose mean is on the dotted line or above it, which is one standard error below the best: "
        f"{result.chosen}. "
        f"Orange: the {data.test:,} test images, read once, after the choice, by nets that learned from all "
        f"{data.train:,} training images. Below, the loss; green is that of the training images in the last epoch. "
        "Where it falls and the others do not, more units only learn the training images by heart."
        f"{edge}{dashed}{star}"
    )


def _alternative(result: WidthSearchResult) -> str:
    widths = "; ".join(
        f"{width.hid} units, {width.parameters:,} parameters: validation {_score(width.validation)}, "
        f"test {_score(width.test)}, training loss {fmean(width.test.train_loss):.3f}"
        for width in result.widths
    )
    return f"Accuracy with its 95 % interval, and loss. {widths}. Chosen: {result.chosen}; best: {result.best}."


def _score(score: WidthScore) -> str:
    rate = score.accuracy
    return f"{100 * rate.mean:.1f} % ({100 * rate.low:.1f} to {100 * rate.high:.1f}) with loss {fmean(score.loss):.3f}"
