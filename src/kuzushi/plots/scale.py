"""The figure of a step net whose units become sigmoids: what a factor on its weights does to loss and worst output."""

from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator

from kuzushi.plots.style import BLACK, BLUE, GREEN, ORANGE, Drawn, new_figure
from kuzushi.results import SigmoidScale

TOLD = (0.5, 1, 2, 5, 10, 20)
"""Factors whose numbers stand in the text alternative."""
LOWEST_LOSS = 1e-6
"""Where the axis of the loss ends."""


def scale_curves(name: str, scale: SigmoidScale, *, title: str, used: float | None) -> Drawn:
    """The figure of one net; `title` says in a few words which it is, `used` is the factor it was run with."""
    figure = new_figure(8, 6)
    loss, worst = figure.subplots(2, 1, sharex=True)
    draw_scale(loss, worst, scale, used=used)
    handles, labels = worst.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=1, frameon=False)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"What a factor on all weights and biases does to a step net whose units become sigmoids ({title}). "
        "A larger factor makes the sigmoids steeper, so that they come nearer to steps. Above the mean loss, below the "
        f"output at the worst point: every point is right where it is above 0.5. The net is {right_from(scale)}.",
        alternative=f"The net is {right_from(scale)}. {_told(scale)}.",
    )


def right_from(scale: SigmoidScale) -> str:
    """In words, with which factors every point is right; numbers are rounded up.

    Example: "right on every point from factor 1.981 on, as intervals prove; its margins alone prove it from 3.892 on"
    """
    if scale.right_from is None:
        return f"not found right on every point with any factor up to {scale.searched_to:g}"
    if scale.certified is None or not scale.stays_right:
        return (
            f"first right on every point with factor {rounded_up(scale.right_from)}, "
            "but not proved right with every larger one"
        )
    if scale.certified == 0:
        return "right on every point with every factor, as its margins prove"
    return (
        f"right on every point from factor {rounded_up(scale.right_from)} on, as intervals prove; "
        f"its margins alone prove it from {rounded_up(scale.certified)} on"
    )


def rounded_up(factor: float) -> str:
    """The factor with three decimals and not below it, such as 1.9804 -> "1.981"."""
    return f"{ceil(1000 * factor) / 1000:.3f}"


def draw_scale(loss: Axes, worst: Axes, scale: SigmoidScale, *, used: float | None) -> None:
    """Draw loss and worst output against the factor, and mark the factors at which something is known."""
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
        (scale.right_from, GREEN, "-", "every point is right from {} on" if scale.stays_right else "first right at {}"),
        (scale.certified, ORANGE, "--", "the margins alone prove it from {} on"),
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


def _told(scale: SigmoidScale) -> str:
    """Loss and worst output at some factors: those of the curve that are nearest to TOLD."""
    factors = np.array(scale.factors)
    places = [int(np.abs(factors - wanted).argmin()) for wanted in TOLD if factors[0] <= wanted <= factors[-1]]
    return "; ".join(
        f"factor {scale.factors[i]:.3g}: mean loss {scale.loss[i]:.3g}, output at the worst point {scale.worst[i]:.3g}"
        for i in places
    )
