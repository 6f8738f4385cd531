"""Trained against designed: the hidden units of a trained net beside those of the minimal step net most like it."""

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from kuzushi.plots.designs import MOST_NAMES, counted
from kuzushi.plots.lines import draw_names, draw_unit
from kuzushi.plots.plane import ROUND, draw_points
from kuzushi.plots.style import BLUE, GREEN, ORANGE, PURPLE, RED, SKY, Drawn, new_figure
from kuzushi.results import CheckerboardResult, NearestDesign, ShownPerceptron

COLOURS = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY)
"""Of the units of a design; one of more units is not drawn."""
GREY = "#999999"
"""Of a unit that the other net has not."""


def trained_against_designed(
    name: str, result: CheckerboardResult, nearest: NearestDesign, *, title: str, low: float
) -> Drawn | None:
    """The units of the shown net and those of its nearest design as lines, the same dichotomies in the same colour.

    None where the design has more units than there are colours. `low` is the lowest output of a hidden unit; the
    highest is 1.
    """
    if len(nearest.lines) > len(COLOURS):
        return None
    shown = result.shown
    figure = new_figure(9, 5.2)
    left, right = figure.subplots(1, 2)
    draw_net(left, result, shown, places=nearest.same)
    own = [j if j in nearest.same else None for j in range(len(nearest.lines))]
    handles: list[Artist] = [*draw_net(right, result, nearest, places=own)]
    left.set_title(f"trained: {counted(len(shown.lines), 'unit')}")
    right.set_title(f"designed: {counted(len(own), 'step unit')}")
    if None in nearest.same or None in own:
        handles.append(Line2D([], [], color=GREY, label="unit of one net only"))
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Trained against designed ({title}). Each line is where one hidden unit changes side; the unit is on "
        f"along its shaded side. On the right, {_which(result)}. Lines of the same colour divide the points alike, or "
        f"one is on where the other is off. {_shared(nearest)} {_contained(nearest, low)}"
        f"{_superfluous(shown, nearest, low)}",
        alternative=_in_words(shown, nearest),
    )


def contains_design(nearest: NearestDesign) -> bool:
    """Whether the shown net has every dichotomy of the design."""
    return set(range(len(nearest.lines))) <= set(nearest.same)


def superfluous(shown: ShownPerceptron, nearest: NearestDesign, *, low: float) -> list[int]:
    """The units of the shown net that could be left out if its units were steps, with other weights to the output.

    If it contains the design, these are all but one for each unit of the design; else those that have all points on
    one side, or divide the points as a unit before.
    """
    if contains_design(nearest):
        needed = {nearest.same.index(j) for j in range(len(nearest.lines))}
        return [j for j in range(len(nearest.same)) if j not in needed]
    seen, left = {(False,) * len(shown.table)}, []
    for j in range(len(nearest.same)):
        on = [row.hidden[j] > (low + 1) / 2 for row in shown.table]
        dichotomy = tuple(side != on[0] for side in on)
        if dichotomy in seen:
            left.append(j)
        seen.add(dichotomy)
    return left


def draw_net(
    ax: Axes, result: CheckerboardResult, net: ShownPerceptron | NearestDesign, *, places: Sequence[int | None]
) -> list[PathCollection]:
    """Draw hidden units as lines, each in the colour of its place among the units of the design, or grey, and points.

    Returns what stands for the points in a legend.
    """
    axis1, axis2 = result.arrays["axis1"], result.arrays["axis2"]
    ax.set(xlim=(axis1[0], axis1[-1]), ylim=(axis2[0], axis2[-1]), xlabel="x1", ylabel="x2", box_aspect=1)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(4, steps=ROUND))
    units = list(zip(net.hidden_weight, net.hidden_bias, places, strict=True))
    for weight, bias, place in sorted(units, key=lambda unit: unit[2] is not None):  # grey below
        draw_unit(ax, weight, bias, colour=GREY if place is None else COLOURS[place])
    if len(units) <= MOST_NAMES:
        draw_names(ax, net)
    return draw_points(ax, result.shown.table)


def _which(result: CheckerboardResult) -> str:
    """Which design this is among all."""
    count = 0 if result.solutions is None else len(result.solutions.designs)
    if count == 1:
        return "the only step net with as few units as can be, counting ways to divide the points"
    return f"of the {count:,} step nets with as few units as can be, one that is most like it"


def _shared(nearest: NearestDesign) -> str:
    """How many units divide the points as units of the design do."""
    alike, hid = [j for j, place in enumerate(nearest.same) if place is not None], len(nearest.same)
    places = len(set(nearest.same) - {None})
    if not alike:
        return f"None of the {hid} trained units divides the points as a unit of the design does."
    return (
        f"{len(alike)} of the {hid} trained units ({_names(alike)}) divide{'s' if len(alike) == 1 else ''} the points "
        f"as {places} of the {counted(len(nearest.lines), 'unit')} of the design."
    )


def _contained(nearest: NearestDesign, low: float) -> str:
    """Whether the net contains the design, and why it need not."""
    hid, values = len(nearest.same), f"hidden units may also say values between {low:g} and 1"
    if contains_design(nearest):
        return f"So the net contains the design, which it need not: its {values}."
    if hid < len(nearest.lines):
        return (
            f"With {counted(hid, 'unit')} the net can contain no such design, and is right all the same: its {values}."
        )
    return f"The net does not contain the design, and need not contain any step net: its {values}."


def _superfluous(shown: ShownPerceptron, nearest: NearestDesign, low: float) -> str:
    left = superfluous(shown, nearest, low=low)
    if not left:
        return ""
    if contains_design(nearest):
        return f" If all were steps, {_names(left)} would be superfluous, with other weights to the output."
    steps, each = ("As a step", "it has") if len(left) == 1 else ("As steps", "each has")
    return (
        f" {steps}, {_names(left)} would add nothing to the others: {each} all points on one side, or divides them as "
        "a unit before."
    )


def _in_words(shown: ShownPerceptron, nearest: NearestDesign) -> str:
    trained = [
        f"H{j} ({line}) divides the points as "
        + ("no unit of the design" if place is None else f"H{place + 1} of the design")
        for j, (line, place) in enumerate(zip(shown.lines, nearest.same, strict=True), start=1)
    ]
    designed = [f"H{j} ({line})" for j, line in enumerate(nearest.lines, start=1)]
    return f"Trained units: {'; '.join(trained)}. Units of the design: {'; '.join(designed)}."


def _names(places: Sequence[int]) -> str:
    """Units in words, such as "H1, H3 and H4"."""
    names = [f"H{j + 1}" for j in places]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
