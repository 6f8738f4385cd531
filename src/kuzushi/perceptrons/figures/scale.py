"""Figure of a step net whose units become sigmoids: loss and worst output against the factor on its weights."""

from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator

from kuzushi.core.figure_style import BLACK, BLUE, GREEN, ORANGE, Drawn, new_figure
from kuzushi.perceptrons.results import SigmoidScale

TABULATED = (0.5, 1, 2, 5, 10, 20)
"""Factors that the text alternative lists."""
LOWEST_LOSS = 1e-6
"""Lower end of the axis of the loss."""


def scale_curves(name: str, scale: SigmoidScale, *, title: str, used: float | None) -> Drawn:
    """Draw the curves of one net; `title` describes it in a few words, `used` is the factor of the run."""
    figure = new_figure(8, 6)
    loss, worst = figure.subplots(2, 1, sharex=True)
    draw_scale(loss, worst, scale, used=used)
    handles, labels = worst.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=1, frameon=False)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"A step net with sigmoid units, all weights and biases times a factor ({title}). A larger factor "
        "makes the sigmoids steeper. Above the mean loss, below the output at the worst point: every point is right "
        f"where it is above 0.5. The net is {right_from(scale)}.",
        alternative=f"The net is {right_from(scale)}. {_tabulated(scale)}.",
    )


def right_from(scale: SigmoidScale) -> str:
    """Return in words for which factors every point is right; numbers are rounded up.

    Example: "right on every point from factor 1.981 (proved by intervals; by its margins alone from 3.892)"
    """
    if scale.right_from is None:
        return f"not found right on every point with any factor up to {scale.searched_to:g}"
    first = rounded_up(scale.right_from)
    if scale.certified is None or not scale.stays_right:
        return f"first right on every point with factor {first}, but not proved right with every larger one"
    if scale.certified == 0:
        return "right on every point with every factor (proved by its margins)"
    margins = rounded_up(scale.certified)
    return f"right on every point from factor {first} (proved by intervals; by its margins alone from {margins})"


def rounded_up(factor: float) -> str:
    """Return the factor rounded up to three decimals, such as 1.9804 -> "1.981"."""
    return f"{ceil(1000 * factor) / 1000:.3f}"


def draw_scale(loss: Axes, worst: Axes, scale: SigmoidScale, *, used: float | None) -> None:
    """Draw loss and worst output against the factor, and mark the known factors."""
    loss.plot(scale.factors, scale.loss, color=BLUE)
    loss.set(xscale="log", yscale="log", ylabel="mean loss (nats)")
    loss.set_ylim(bottom=max(0.8 * min(scale.loss), LOWEST_LOSS))
    loss.yaxis.set_major_formatter("{x:g}")
    worst.plot(scale.factors, scale.worst, color=BLUE)
    worst.axhline(0.5, color=BLACK, linewidth=0.8, linestyle=":")
    worst.set(xlabel="factor on all weights and biases", ylabel="output at the worst point", ylim=(0, 1.02))
    worst.set_xlim(scale.factors[0], scale.factors[-1])
    worst.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    worst.xaxis.set_major_formatter("{x:g}")
    worst.xaxis.set_minor_formatter("")
    marks = (
        (scale.right_from, GREEN, "-", "every point is right from {}" if scale.stays_right else "first right at {}"),
        (scale.certified, ORANGE, "--", "proved by the margins alone from {}"),
    )
    for factor, colour, style, label in marks:
        if factor:
            _mark((loss, worst), factor, colour, style, label.format(rounded_up(factor)))
    if used is not None and scale.factors[0] <= used <= scale.factors[-1]:
        _mark((loss, worst), used, BLACK, "-.", f"the factor used here: {used:g}")
    for ax in (loss, worst):
        ax.grid(alpha=0.3)


def _mark(axes: tuple[Axes, Axes], factor: float, colour: str, style: str, label: str) -> None:
    for ax in axes:
        ax.axvline(factor, color=colour, linestyle=style, linewidth=1.8, label=label)


def _tabulated(scale: SigmoidScale) -> str:
    """Return loss and worst output at the factors of the curve nearest to TABULATED."""
    factors = np.array(scale.factors)
    rows = [int(np.abs(factors - factor).argmin()) for factor in TABULATED if factors[0] <= factor <= factors[-1]]
    return "; ".join(
        f"factor {scale.factors[i]:.3g}: mean loss {scale.loss[i]:.3g}, output at the worst point {scale.worst[i]:.3g}"
        for i in rows
    )
