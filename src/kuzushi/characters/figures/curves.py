"""Learning curves and reliability diagrams."""

from collections.abc import Mapping, Sequence
from itertools import cycle, pairwise
from statistics import fmean

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from kuzushi.characters.figures.names import COLOURS, result_names
from kuzushi.characters.results import Calibration, CharactersResult, TrainedSeed
from kuzushi.core.figure_style import BLACK, Drawn, new_figure, new_grid
from kuzushi.core.sections import between, percent


def draw_accuracy(ax: Axes, nets: Mapping[str, Sequence[TrainedSeed]]) -> None:
    """Draw the test accuracy after each epoch: a line for each seed; at its end the name and the mean of the seeds."""
    for seeds, colour in zip(nets.values(), cycle(COLOURS), strict=False):
        for seed in seeds:
            epochs = [score.epoch for score in seed.epochs]
            ax.plot(epochs, [100 * score.test_accuracy for score in seed.epochs], ".-", color=colour)
    ax.set(xlabel="epoch", ylabel="test accuracy (%)")
    _finish(ax)
    ends = [100 * fmean(seed.test_accuracy for seed in seeds) for seeds in nets.values()]
    low, high = ax.get_ylim()
    heights = _spread_out(ends, least=0.05 * (high - low))
    for label, end, height, colour in zip(nets, ends, heights, cycle(COLOURS), strict=False):
        text = f"  {label} {end:.1f} %"
        ax.text(ax.get_xlim()[1], height, text, va="center", color=colour, weight="bold")


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
    _finish(ax)
    ax.set_ylim(bottom=0)


def learning_curves(name: str, results: Sequence[CharactersResult]) -> Drawn:
    """Draw loss and accuracy of nets on the same images against the epoch."""
    nets = dict(zip(result_names(results), (result.seeds for result in results), strict=True))
    figure = new_figure(11, 4.5)
    loss, accuracy = figure.subplots(1, 2)
    draw_loss(loss, nets)
    draw_accuracy(accuracy, nets)
    ends = ", ".join(f"{label} {between(result.summary.accuracy)}" for label, result in zip(nets, results, strict=True))
    steps = (
        f"{label} after epoch {score.epoch}: training loss {score.train_loss:.3f}, test loss {score.test_loss:.3f}, "
        f"test accuracy {percent(score.test_accuracy)}"
        for label, seeds in nets.items()
        for score in dict.fromkeys((seeds[0].epochs[0], seeds[0].epochs[-1]))
    )
    return Drawn(
        name=name,
        figure=figure,
        caption="Where the training loss (dashed) falls and the test loss (solid) does not, the net overfits. Test "
        f"accuracy after the last epoch, with its 95 % interval: {ends}. Images: {results[0].data.name}.",
        alternative=f"{'; '.join(steps)}.",
    )


def _spread_out(values: Sequence[float], *, least: float) -> list[float]:
    """Return the values, each moved up where it is closer than `least` to the one below."""
    moved = list(values)
    for lower, upper in pairwise(np.argsort(values, kind="stable")):
        moved[upper] = max(moved[upper], moved[lower] + least)
    return moved


def _finish(ax: Axes) -> None:
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)


def draw_reliability(ax: Axes, calibration: Calibration, *, colour: str) -> None:
    """Draw accuracy against probability: a dot with its interval for each bin, its area by the predictions in it."""
    ax.plot([0, 1], [0, 1], color=BLACK, linewidth=1, linestyle="--")
    most = max(bin.predictions for bin in calibration.bins)
    for bin in calibration.bins:
        ax.plot([bin.probability] * 2, [bin.accuracy.low, bin.accuracy.high], color=colour, linewidth=1.5)
    ax.scatter(
        [bin.probability for bin in calibration.bins],
        [bin.accuracy.mean for bin in calibration.bins],
        s=[12 + 100 * bin.predictions / most for bin in calibration.bins],
        color=colour,
        zorder=3,
    )
    ax.set(xlim=(0, 1.03), ylim=(0, 1.03), aspect="equal")
    ax.grid(alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)


def reliability(name: str, results: Sequence[CharactersResult]) -> Drawn:
    """Draw a reliability diagram for each net."""
    nets = dict(zip(result_names(results), (result.calibration for result in results), strict=True))
    figure, panels = new_grid(len(nets), columns=4, width=3, height=3.3)
    for ax, (label, calibration), colour in zip(panels, nets.items(), cycle(COLOURS), strict=False):
        draw_reliability(ax, calibration, colour=colour)
        ax.set_title(f"{label}\ncalibration error {percent(fmean(calibration.errors))}", fontsize=10)
        ax.set_xlabel("predicted probability")
    panels[0].set_ylabel("accuracy")
    texts = []
    for label, calibration in nets.items():
        bins = (
            f"probability {percent(bin.probability, 0)}, accuracy {percent(bin.accuracy.mean, 0)} ({bin.predictions:,})"
            for bin in calibration.bins
        )
        texts.append(f"{label}: calibration error {percent(fmean(calibration.errors))}, {', '.join(bins)}")
    return Drawn(
        name=name,
        figure=figure,
        caption="Calibration: each dot is the accuracy of the predictions with about this probability, with its 95 % "
        "interval; its area is their number. Below the diagonal the net is overconfident. "
        f"Images: {results[0].data.name}.",
        alternative=f"{'; '.join(texts)}.",
    )
