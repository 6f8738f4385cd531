"""Figure of the smallest step nets for points of two inputs."""

from collections.abc import Iterator, Sequence

from kuzushi.core.figure_style import Drawn, new_grid
from kuzushi.core.sections import counted
from kuzushi.perceptrons.figures.plane import draw_line, draw_names, draw_plane, draw_points
from kuzushi.perceptrons.results import Design, DesignResult

MOST_NAMES = 12
"""With more lines, a plane has no room for their names."""


def figures(results: Sequence[DesignResult]) -> Iterator[Drawn]:
    """Draw all designs of each result side by side, for points of two inputs."""
    for index, result in enumerate(results, start=1):
        if result.arrays and result.designs:
            yield _lines(f"{index}-lines", result)


def design_name(number: int, design: Design) -> str:
    """Return the name of a design, or its number."""
    return design.name or f"design {number}"


def variants(design: Design) -> str:
    """Return in words how many designs are symmetric to this one, itself included."""
    return "no symmetric variants" if design.symmetric == 1 else f"one of {design.symmetric:,} symmetric variants"


def _lines(name: str, result: DesignResult) -> Drawn:
    across = 2 if len(result.designs) <= 4 else 3
    side = 6.4 / across
    figure, axes = new_grid(len(result.designs), columns=across, width=side, height=side + 0.8)
    axis1, axis2 = result.arrays["axis1"], result.arrays["axis2"]
    for number, (ax, design) in enumerate(zip(axes, result.designs, strict=True), start=1):
        draw_plane(ax, result.arrays["output"][number - 1], axis1, axis2, low=0)
        for weight, bias in zip(design.hidden_weight, design.hidden_bias, strict=True):
            draw_line(ax, weight, bias)
        if len(design.units) * across <= 2 * MOST_NAMES:
            draw_names(ax, design)
        handles = draw_points(ax, design.table)
        ax.set_title(f"{design_name(number, design)}\n{variants(design)}", fontsize=11)
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"{_headline(result)} Each line is a hidden unit, on at its shaded side; the net says 1 where it is "
        "orange. Of nets that are rotations or reflections of each other, one is drawn.",
        alternative=" ".join(_in_words(number, design) for number, design in enumerate(result.designs, start=1)),
    )


def _headline(result: DesignResult) -> str:
    hid = len(result.designs[0].units)
    nets = f"step nets for {result.config.data}, with {counted(hid, 'hidden unit')} each"
    if result.lower != result.upper:
        return f"The smallest {nets}, that were found; it is not proved that there are no smaller ones."
    if result.realisable is None or not result.count_checked or len(result.designs) < result.kinds:
        return f"Some of the smallest {nets}; there may be more."
    return f"The smallest {nets}: {result.realisable:,} in all, counted by their dichotomies."


def _in_words(number: int, design: Design) -> str:
    units = [
        f"H{j} is on where {line.replace('= 0', '> 0')}, with weight {weight:g} to the output"
        for j, (line, weight) in enumerate(zip(design.lines, design.output_weight[0], strict=True), start=1)
    ]
    name = design_name(number, design)
    return (
        f"{name[:1].upper()}{name[1:]} ({variants(design)}): {'; '.join(units)}; the output has bias "
        f"{design.output_bias[0]:g}."
    )
