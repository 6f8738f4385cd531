"""Accuracy against seconds, as a figure."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray
from recognisers.timing import Contestant, Run

from kuzushi.core.figure_style import BLACK, BLUE, GREEN, ORANGE, PURPLE, RED, SKY, new_figure

COLOURS = {
    "lin": BLUE, "full": GREEN, "conv": RED, "deep": PURPLE, "train_mnist_fast": ORANGE, "beautiful_mnist": SKY,
}  # fmt: skip
MARKERS = {"4-NN": "o", "RBF-SVM": "s", "logistic regression": "^"}
TICKS = (0.1, 0.3, 0.5, 0.7, 0.84, 0.9, 0.95, 0.97, 0.98, 0.99)


def accuracy_figure(runs: Mapping[Contestant, Sequence[Run]], data: str) -> Figure:
    """Draw how accurate each way is after how many seconds: medians over seeds, on axes that stretch both ends.

    A net that was trained by several plans has one line, the best accuracy that any of them had reached by then.
    """
    drawn = new_figure(8.5, 5.2)
    ax = drawn.subplots()
    ours: dict[str, list[Sequence[Run]]] = {}
    for contestant, repeated in runs.items():
        if contestant.way == "ours":
            ours.setdefault(contestant.what, []).append(repeated)
        else:
            draw_run(ax, contestant, *medians(repeated))
    for net, plans in ours.items():
        seconds, accuracies = np.concatenate([medians(repeated) for repeated in plans], axis=1)
        order = np.argsort(seconds)
        best = np.maximum.accumulate(accuracies[order])
        ax.step(seconds[order], best, where="post", color=COLOURS[net], linewidth=2.2, label=f"ours, {net}")
    ax.set(xscale="log", yscale="logit", xlabel="seconds from the images in memory to the last answer")
    ax.set(ylabel="test images read right", title=data)
    ax.yaxis.set(major_locator=FixedLocator(TICKS), minor_locator=NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{seconds:g}"))
    ax.grid(color="#E4E4E4")
    drawn.legend(loc="outside right upper", frameon=False)
    return drawn


def draw_run(ax: Axes, contestant: Contestant, seconds: NDArray[np.float64], accuracies: NDArray[np.float64]) -> None:
    """Draw one way that is not ours: a line, or a point for a classifier that has no time between."""
    if contestant.way == "scikit-learn":
        ax.plot(seconds, accuracies, MARKERS[contestant.what], color=BLACK, label=contestant.name)
        return
    style = "-." if contestant.updates else ":" if contestant.way == "recipe" or contestant.workers else "--"
    ax.plot(seconds, accuracies, style, color=COLOURS[contestant.what], linewidth=1.5, label=contestant.name)


def medians(runs: Sequence[Run]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The median seconds and accuracy at each look, over trainings that differ in their seed."""
    seconds = np.median([[each + run.reading for each in run.seconds] for run in runs], axis=0)
    return seconds, np.median([run.accuracies for run in runs], axis=0)
