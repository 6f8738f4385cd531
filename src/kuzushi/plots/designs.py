"""Figures of the smallest step nets for points of two inputs: their lines, and what the net says between these."""

from collections.abc import Iterator, Sequence
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from kuzushi.plots.lines import draw_names, draw_unit
from kuzushi.plots.plane import ROUND, VALUES, draw_line, draw_plane, draw_points
from kuzushi.plots.regions import SIDE, code, draw_codes, near
from kuzushi.plots.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, RED, Drawn, new_figure
from kuzushi.results import Design, DesignResult

COLOURS = (BLUE, RED, GREEN, PURPLE, ORANGE, BLACK)
"""Of the lines, in turn."""
LARGE = 3
"""How many designs are drawn large."""
MOST_NAMES, MOST_DIGITS = 12, 8
"""A large plane has no room for the names of more lines, and its regions none for more digits."""
CLEAR_OF_POINTS, CLEAR_OF_NAMES = 6, 13
"""How far a code keeps from the middle of a point and of a name, in points."""


def figures(results: Sequence[DesignResult]) -> Iterator[Drawn]:
    """For every result on points of two inputs, if there is a net: all designs, and the first few of them large."""
    for place, result in enumerate(results, start=1):
        if result.arrays and result.designs:
            yield _lines(f"{place}-lines", result)
            for number in range(1, min(LARGE, len(result.designs)) + 1):
                yield _regions(f"{place}-regions-{number}", result, number)


def design_name(number: int, design: Design) -> str:
    """What a design is known as, else its number."""
    return design.name or f"design {number}"


def fewest(lower: int, upper: int | None, *, impossible: bool = False) -> str:
    """The smallest number of units, or what is known of it.

    Example: fewest(4, 4) -> "4 units"; fewest(6, 8) -> "at least 6, at most 8"
    """
    if impossible:
        return "no net of any width"
    if upper is None:
        return f"at least {counted(lower, 'unit')}"
    return counted(upper, "unit") if lower == upper else f"at least {lower}, at most {upper}"


def alike(design: Design) -> str:
    """How many designs are of the kind of this one, itself among them."""
    return "the only one of its kind" if design.symmetric == 1 else f"{design.symmetric:,} of its kind"


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number of things, such as "1 unit" or "3,276 units"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {plural or noun + 's'}"


def _lines(name: str, result: DesignResult) -> Drawn:
    designs = result.designs
    across = 2 if len(designs) <= 4 else 3
    columns, side = min(across, len(designs)), 6.4 / across
    rows = ceil(len(designs) / columns)
    figure = new_figure(side * columns, (side + 0.5) * rows + 0.4)
    named = len(designs[0].units) * across <= 2 * MOST_NAMES
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in grid[len(designs) :]:
        ax.remove()
    for number, (ax, design) in enumerate(zip(grid, designs, strict=False), start=1):
        handles = _panel(ax, result, design, named=named)
        ax.set_title(f"{design_name(number, design)}\n{alike(design)}", fontsize=11)
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"{_headline(result)} Each line is where one hidden unit changes side; the unit is on along its "
        "shaded side. Nets that differ only by a symmetry of the points, as if the picture were turned or seen in a "
        "mirror, are drawn once.",
        alternative=" ".join(_in_words(result, number) for number, _ in enumerate(designs, start=1)),
    )


def _panel(ax: Axes, result: DesignResult, design: Design, *, named: bool) -> list[PathCollection]:
    axis1, axis2 = result.arrays["axis1"], result.arrays["axis2"]
    ax.set(xlim=(axis1[0], axis1[-1]), ylim=(axis2[0], axis2[-1]), xlabel="x1", ylabel="x2", box_aspect=1)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(4, steps=ROUND))
    for j, (weight, bias) in enumerate(zip(design.hidden_weight, design.hidden_bias, strict=True)):
        draw_unit(ax, weight, bias, colour=COLOURS[j % len(COLOURS)])
    if named:
        draw_names(ax, design)
    return draw_points(ax, design.table)


def _regions(name: str, result: DesignResult, number: int) -> Drawn:
    design = result.designs[number - 1]
    hid = len(design.units)
    regions, output = result.arrays["regions"][number - 1], result.arrays["output"][number - 1]
    figure = new_figure(5.4, 6.35)
    left_out = _large(figure, result, number)
    seen = len(np.unique(regions))
    return Drawn(
        name=name,
        figure=figure,
        caption=f"What the whole net says: {design_name(number, design)}, for {result.config.data}. Its "
        f"{counted(hid, 'line')} cut the picture into {counted(seen, 'region')}. {_digits(hid, left_out)}All that the "
        "output unit gets to know is which hidden units are on, so the net says the same everywhere in a region, also "
        "where there are no points.",
        alternative=f"{_in_words(result, number)} Its regions: {_regions_in_words(regions, output, design)}.",
    )


def _large(figure: Figure, result: DesignResult, number: int) -> int:
    """Draw one design over the plane; say how many of its regions had no room for their digits."""
    design = result.designs[number - 1]
    axis1, axis2 = result.arrays["axis1"], result.arrays["axis2"]
    ax = figure.subplots()
    draw_plane(ax, result.arrays["output"][number - 1], axis1, axis2, low=0)
    for weight, bias in zip(design.hidden_weight, design.hidden_bias, strict=True):
        draw_line(ax, weight, bias)
    hid = len(design.units)
    names = draw_names(ax, design) if hid <= MOST_NAMES else []
    markers = draw_points(ax, design.table)
    said = [Patch(facecolor=VALUES(float(value)), edgecolor=BLACK, label=f"net says {value}") for value in (0, 1)]
    handles = [markers[0], said[0], markers[1], said[1]]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    ax.set_title(design_name(number, design))
    pixel = 72 * SIDE / len(axis1)  # points
    taken = near([row.point for row in design.table], axis1, axis2, distance=CLEAR_OF_POINTS / pixel)
    taken |= near(names, axis1, axis2, distance=CLEAR_OF_NAMES / pixel)
    if hid > MOST_DIGITS:
        return 0
    return draw_codes(ax, result.arrays["regions"][number - 1], axis1, axis2, hid=hid, taken=taken)


def _digits(hid: int, left_out: int) -> str:
    if hid > MOST_DIGITS:
        return ""
    units = "H1 is on there (1) or" if hid == 1 else f"of H1 to H{hid} are on there (1) and which are"
    rest = f"; {counted(left_out, 'region')} had no room for them" if left_out else ""
    return f"The digits in a region say {'whether' if hid == 1 else 'which'} {units} off (0){rest}. "


def _headline(result: DesignResult) -> str:
    hid = len(result.designs[0].units)
    kind = f"step nets for {result.config.data}, of {counted(hid, 'hidden unit')} each"
    if result.lower != result.upper:
        return f"The smallest {kind}, that were found; that there are no smaller ones is not proved here."
    if result.realisable is None or not result.count_checked or len(result.designs) < result.kinds:
        return f"Some of the smallest {kind}; there may be more."
    return f"The smallest {kind}: {result.realisable:,} in all, counting ways to divide the points."


def _in_words(result: DesignResult, number: int) -> str:
    design = result.designs[number - 1]
    units = [
        f"H{j} is on where {line.replace('= 0', '> 0')}, with weight {weight:g} to the output"
        for j, (line, weight) in enumerate(zip(design.lines, design.output_weight[0], strict=True), start=1)
    ]
    words = "; ".join([*units, f"the output has bias {design.output_bias[0]:g}"])
    return f"{_capital(design_name(number, design))} ({alike(design)}): {words}."


def _regions_in_words(regions: NDArray[np.int64], output: NDArray[np.int8], design: Design) -> str:
    texts = []
    for region, first in zip(*np.unique(regions, return_index=True), strict=True):
        digits = code(int(region), len(design.units))
        inside = [row.point for row in design.table if "".join(f"{value:.0f}" for value in row.hidden) == digits]
        points = ", ".join(f"({', '.join(f'{x:g}' for x in point)})" for point in inside) or "no points"
        texts.append(f"{digits} says {output.flat[first]}, with {points}")
    return "; ".join(texts)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
