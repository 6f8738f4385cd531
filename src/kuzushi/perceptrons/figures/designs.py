"""Figures of minimal step nets for points of two inputs: alone, and next to a trained net."""

from collections.abc import Iterator, Sequence
from math import ceil

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from kuzushi.core.figure_style import BLACK, BLUE, GREEN, ORANGE, PURPLE, RED, Drawn, new_figure
from kuzushi.core.sections import counted
from kuzushi.perceptrons.figures.plane import (
    MOST_NAMES,
    SIDE,
    VALUES,
    code,
    draw_codes,
    draw_line,
    draw_names,
    draw_plane,
    draw_points,
    draw_unit,
    frame,
    near,
    point_text,
)
from kuzushi.perceptrons.results import (
    Activations,
    CheckerboardResult,
    Design,
    DesignResult,
    NearestDesign,
    ShownPerceptron,
)

COLOURS = (BLUE, RED, GREEN, PURPLE, ORANGE, BLACK)
"""Colours of the units of a design, in turn."""
GREY = "#999999"
"""Colour of a unit that only one of two nets has."""
LARGE = 3
"""Number of designs that are drawn large."""
MOST_DIGITS = 8
"""With more units, the regions have no room for their digits."""
CLEAR_OF_POINTS, CLEAR_OF_NAMES = 6, 13
"""Distance of a code from the centre of a point and of a name, in points."""


def figures(results: Sequence[DesignResult]) -> Iterator[Drawn]:
    """Draw, for each result on points of two inputs, all designs side by side and the first few of them large."""
    for index, result in enumerate(results, start=1):
        if result.arrays and result.designs:
            yield _lines(f"{index}-lines", result)
            for number in range(1, min(LARGE, len(result.designs)) + 1):
                yield _regions(f"{index}-regions-{number}", result, number)


def design_name(number: int, design: Design) -> str:
    """Return the name of a design, or its number."""
    return design.name or f"design {number}"


def variants(design: Design) -> str:
    """Return in words how many designs are symmetric to this one, itself included."""
    return "no symmetric variants" if design.symmetric == 1 else f"one of {design.symmetric:,} symmetric variants"


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
        colours = [COLOURS[j % len(COLOURS)] for j in range(len(design.units))]
        handles = _panel(ax, result, design, design.table, colours, named=named)
        ax.set_title(f"{design_name(number, design)}\n{variants(design)}", fontsize=11)
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"{_headline(result)} Each line belongs to one hidden unit, which is on at its shaded side. Of nets "
        "that are rotations or reflections of each other, one is drawn.",
        alternative=" ".join(_in_words(result, number) for number, _ in enumerate(designs, start=1)),
    )


def _panel(
    ax: Axes,
    result: DesignResult | CheckerboardResult,
    net: Design | ShownPerceptron | NearestDesign,
    table: Sequence[Activations],
    colours: Sequence[str],
    *,
    named: bool,
) -> list[PathCollection]:
    """Draw the hidden units of a net as lines, grey ones below, and the points; return the handles of the points."""
    frame(ax, result.arrays["axis1"], result.arrays["axis2"])
    units = list(zip(net.hidden_weight, net.hidden_bias, colours, strict=True))
    for weight, bias, colour in sorted(units, key=lambda unit: unit[2] != GREY):
        draw_unit(ax, weight, bias, colour=colour)
    if named:
        draw_names(ax, net)
    return draw_points(ax, table)


def _regions(name: str, result: DesignResult, number: int) -> Drawn:
    design = result.designs[number - 1]
    hid = len(design.units)
    regions, output = result.arrays["regions"][number - 1], result.arrays["output"][number - 1]
    figure = new_figure(5.4, 6.35)
    left_out = _draw_large(figure, result, number)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Output of the whole net: {design_name(number, design)}, for {result.config.data}. Its "
        f"{counted(hid, 'line')} cut the plane into {counted(len(np.unique(regions)), 'region')}. "
        f"{_digits(hid, left_out)}The output unit only sees which hidden units are on, so the output is the same "
        "everywhere in a region.",
        alternative=f"{_in_words(result, number)} Its regions: {_regions_in_words(regions, output, design)}.",
    )


def _draw_large(figure: Figure, result: DesignResult, number: int) -> int:
    """Draw one design over the plane; return how many of its regions have no room for their digits."""
    design = result.designs[number - 1]
    axis1, axis2 = result.arrays["axis1"], result.arrays["axis2"]
    ax = figure.subplots()
    draw_plane(ax, result.arrays["output"][number - 1], axis1, axis2, low=0)
    for weight, bias in zip(design.hidden_weight, design.hidden_bias, strict=True):
        draw_line(ax, weight, bias)
    hid = len(design.units)
    names = draw_names(ax, design) if hid <= MOST_NAMES else []
    markers = draw_points(ax, design.table)
    outputs = [Patch(facecolor=VALUES(float(value)), edgecolor=BLACK, label=f"output {value}") for value in (0, 1)]
    handles = [markers[0], outputs[0], markers[1], outputs[1]]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    ax.set_title(design_name(number, design))
    if hid > MOST_DIGITS:
        return 0
    pixel = 72 * SIDE / len(axis1)  # points
    occupied = near([row.point for row in design.table], axis1, axis2, distance=CLEAR_OF_POINTS / pixel)
    occupied |= near(names, axis1, axis2, distance=CLEAR_OF_NAMES / pixel)
    return draw_codes(ax, result.arrays["regions"][number - 1], axis1, axis2, hid=hid, occupied=occupied)


def _digits(hid: int, left_out: int) -> str:
    if hid > MOST_DIGITS:
        return ""
    units = "H1 is" if hid == 1 else f"H1 to H{hid} are"
    rest = f"; {counted(left_out, 'region')} had no room for them" if left_out else ""
    return f"The digits in a region show whether {units} on (1) or off (0){rest}. "


def _headline(result: DesignResult) -> str:
    hid = len(result.designs[0].units)
    nets = f"step nets for {result.config.data}, with {counted(hid, 'hidden unit')} each"
    if result.lower != result.upper:
        return f"The smallest {nets}, that were found; it is not proved that there are no smaller ones."
    if result.realisable is None or not result.count_checked or len(result.designs) < result.kinds:
        return f"Some of the smallest {nets}; there may be more."
    return f"The smallest {nets}: {result.realisable:,} in all, counted by their dichotomies."


def _in_words(result: DesignResult, number: int) -> str:
    design = result.designs[number - 1]
    units = [
        f"H{j} is on where {line.replace('= 0', '> 0')}, with weight {weight:g} to the output"
        for j, (line, weight) in enumerate(zip(design.lines, design.output_weight[0], strict=True), start=1)
    ]
    words = "; ".join([*units, f"the output has bias {design.output_bias[0]:g}"])
    name = design_name(number, design)
    return f"{name[:1].upper()}{name[1:]} ({variants(design)}): {words}."


def _regions_in_words(regions: NDArray[np.int64], output: NDArray[np.int8], design: Design) -> str:
    texts = []
    for region, first in zip(*np.unique(regions, return_index=True), strict=True):
        digits = code(int(region), len(design.units))
        inside = [row.point for row in design.table if "".join(f"{value:.0f}" for value in row.hidden) == digits]
        points = ", ".join(map(point_text, inside)) or "no points"
        texts.append(f"{digits} has output {output.flat[first]}, with {points}")
    return "; ".join(texts)


# --- next to a trained net ------------------------------------------------------------------------------------


def trained_and_designed(name: str, result: CheckerboardResult, nearest: NearestDesign, *, title: str) -> Drawn | None:
    """Draw the units of the trained net and of its nearest design as lines, equal dichotomies in equal colours.

    Return None if the design has more units than there are colours.
    """
    units = len(nearest.lines)
    if units > len(COLOURS):
        return None
    trained = [GREY if unit is None else COLOURS[unit] for unit in nearest.same]
    designed = [COLOURS[j] if j in nearest.same else GREY for j in range(units)]
    figure = new_figure(9, 5.2)
    left, right = figure.subplots(1, 2)
    table = result.shown.table
    _panel(left, result, result.shown, table, trained, named=len(trained) <= MOST_NAMES)
    handles: list[Artist] = [*_panel(right, result, nearest, table, designed, named=True)]
    left.set_title(f"trained: {counted(len(trained), 'unit')}")
    right.set_title(f"designed: {counted(units, 'step unit')}")
    if GREY in [*trained, *designed]:
        handles.append(Line2D([], [], color=GREY, label="unit of one net only"))
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"A trained net ({title}) and the minimal step net with the most dichotomies in common. Each line "
        "belongs to one hidden unit, which is on at its shaded side. Lines of the same colour have the same dichotomy, "
        f"or complementary ones. {_shared(nearest)}",
        alternative=_pairs_in_words(result.shown, nearest),
    )


def _shared(nearest: NearestDesign) -> str:
    same = [f"H{j}" for j, unit in enumerate(nearest.same, start=1) if unit is not None]
    units, found = len(nearest.lines), len(set(nearest.same) - {None})
    which = f" ({', '.join(same)})" if same else ""
    contained = "contains" if found == units else "does not contain, and need not contain,"
    return (
        f"{len(same)} of the {len(nearest.same)} trained units{which} have {found} of the "
        f"{counted(units, 'dichotomy', 'dichotomies')} of the design. The net {contained} the design: its units also "
        "have outputs between on and off."
    )


def _pairs_in_words(trained: ShownPerceptron, nearest: NearestDesign) -> str:
    units = [
        f"H{j} ({line}) has " + ("no dichotomy of the design" if unit is None else f"the dichotomy of H{unit + 1}")
        for j, (line, unit) in enumerate(zip(trained.lines, nearest.same, strict=True), start=1)
    ]
    designed = [f"H{j} ({line})" for j, line in enumerate(nearest.lines, start=1)]
    return f"Trained units: {'; '.join(units)}. Units of the design: {'; '.join(designed)}."
