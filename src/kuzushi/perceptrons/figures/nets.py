"""Figures of one perceptron: every hidden unit, the whole net, and a diagram with its weights."""

from collections.abc import Iterator, Sequence
from math import ceil, sqrt

from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D

from kuzushi.core.figure_style import BLACK, BLUE, RED, Drawn, new_figure
from kuzushi.core.results import Vector
from kuzushi.perceptrons.figures.designs import trained_and_designed
from kuzushi.perceptrons.figures.ensembles import ensemble_figures
from kuzushi.perceptrons.figures.plane import draw_line, draw_plane, draw_points, point_text
from kuzushi.perceptrons.figures.scale import scale_curves
from kuzushi.perceptrons.results import CheckerboardResult, ShownPerceptron

WORDS = {"sig": "sigmoid", "tanh": "tanh", "step": "step"}
MOST_TITLES = 4
"""In rows of more units, the titles have no room for the lines."""
MOST_LABELS = 40
"""A diagram with more edges has no room for their numbers."""


def figures(results: Sequence[CheckerboardResult]) -> Iterator[Drawn]:
    """Draw every figure of every result; those of the plane for points of two inputs only."""
    for index, result in enumerate(results, start=1):
        title, low = _title(result), -1.0 if result.act == "tanh" else 0.0
        if result.arrays:
            yield _units(f"{index}-units", result, title=title, low=low)
            yield _net(f"{index}-net", result, title=title)
            if result.nearest is not None:
                compared = trained_and_designed(f"{index}-designed", result, result.nearest, title=title)
                yield from [] if compared is None else [compared]
        yield diagram(f"{index}-diagram", result.shown, title=title)
        if result.scale is not None:
            used = result.config.scale if result.act == "sig" else None
            weights = f"weights {result.config.set_weights}, {result.hid} units"
            yield scale_curves(f"{index}-scale", result.scale, title=weights, used=used)
        if result.trained:
            yield from ensemble_figures(index, result, kind=f"{result.hid} {WORDS[result.act]} units")


def _title(result: CheckerboardResult) -> str:
    kind = f"{result.hid} {WORDS[result.act]} units"
    if result.trained:
        return f"net {result.shown.net + 1} of {result.nets} trained, {kind}"
    times = f", weights times {result.config.scale:g}" if result.config.scale != 1 else ""
    return f"weights {result.config.set_weights}{times}, {kind}"


# --- over the plane -------------------------------------------------------------------------------------------


def _units(name: str, result: CheckerboardResult, *, title: str, low: float) -> Drawn:
    net, hid = result.shown, result.hid
    columns = ceil(sqrt(hid))
    rows, side = ceil(hid / columns), min(3.0, 9 / columns)
    figure = new_figure(side * columns + 1, (side + 0.2) * rows + 0.8)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in grid[hid:]:
        ax.remove()
    for j, ax in enumerate(grid[:hid]):
        image = draw_plane(ax, result.arrays["hidden"][j], result.arrays["axis1"], result.arrays["axis2"], low=low)
        draw_line(ax, net.hidden_weight[j], net.hidden_bias[j])
        handles = draw_points(ax, net.table)
        unit = f"H{j + 1}: {net.lines[j]}" if columns <= MOST_TITLES else f"H{j + 1}"
        ax.set_title(unit, fontsize=9 if columns <= 3 else 6)
    _legends(figure, image, list(grid[:hid]), handles, "output of the hidden unit")
    half = (low + 1) / 2
    on = [[point_text(row.point) for row in net.table if row.hidden[j] >= half] for j in range(hid)]
    units = [f"H{j + 1} ({net.lines[j]}): {', '.join(points) or 'nowhere'}" for j, points in enumerate(on)]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Output of each hidden unit ({title}). A black line is where the input of the unit is 0: one unit "
        "divides the plane in two. The output unit sums these outputs, each times its weight.",
        alternative=f"The points at which each unit is on. {'; '.join(units)}.",
    )


def _net(name: str, result: CheckerboardResult, *, title: str) -> Drawn:
    table = result.shown.table
    figure = new_figure(6, 5)
    ax = figure.subplots()
    axis1, axis2, output = (result.arrays[array] for array in ("axis1", "axis2", "output"))
    image = draw_plane(ax, output, axis1, axis2, low=0)
    if output.min() < 0.5 < output.max():
        ax.contour(axis1, axis2, output, levels=[0.5], colors=BLACK, linewidths=1.5)
    _legends(figure, image, [ax], draw_points(ax, table), "output of the net")
    right = sum((row.output >= 0.5) == (row.target == 1) for row in table)
    outputs = [f"{point_text(row.point)} target {row.target}: {row.output:.3f}" for row in table]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Output of the whole net ({title}). The black line is where it is 0.5: on one side the net says 1, on "
        f"the other 0. {right} of {len(table)} points are right.",
        alternative=f"The output at each point. {'; '.join(outputs)}.",
    )


def _legends(figure: Figure, image: AxesImage, axes: list[Axes], handles: list[PathCollection], values: str) -> None:
    figure.colorbar(image, ax=axes, label=values, shrink=0.8)
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)


# --- the diagram ----------------------------------------------------------------------------------------------


def diagram(name: str, net: ShownPerceptron, *, title: str) -> Drawn:
    """Draw one net as a diagram; `title` describes it in a few words."""
    figure = new_figure(9, min(max(1.0 * len(net.hidden_weight), 3.5), 14))
    draw_diagram(figure.subplots(), net)
    handles = [
        Line2D([], [], color=BLUE, linewidth=2, label="positive weight"),
        Line2D([], [], color=RED, linewidth=2, linestyle="--", label="negative weight"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    units = [
        f"H{j} has weights {_numbers(weight)}, bias {bias:.4g}, and weight {out:.4g} to the output"
        for j, (weight, bias, out) in enumerate(
            zip(net.hidden_weight, net.hidden_bias, net.output_weight[0], strict=True), start=1
        )
    ]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The net with its weights ({title}). A thicker edge is a larger weight, a dashed one is negative. "
        "Every unit sums its weighted inputs and its bias.",
        alternative=f"{'; '.join(units)}; the output has bias {net.output_bias[0]:.4g}.",
    )


def draw_diagram(ax: Axes, net: ShownPerceptron) -> None:
    """Draw inputs, hidden units and output with weights on the edges and biases below the units."""
    hid, inputs = len(net.hidden_weight), len(net.hidden_weight[0])
    hidden = [(1.0, (hid - 1) / 2 - j) for j in range(hid)]
    # With labels at 0.7 of the way, this gap spaces those of all edges into the hidden units evenly.
    gap = 0.7 / 0.3 / inputs
    entries = [(0.0, gap * ((inputs - 1) / 2 - i)) for i in range(inputs)]
    output = (2.0, 0.0)
    edges = [(entries[i], hidden[j], net.hidden_weight[j][i], 0.7) for j in range(hid) for i in range(inputs)]
    edges += [(hidden[j], output, net.output_weight[0][j], 0.4) for j in range(hid)]
    largest = max(abs(weight) for *_, weight, _ in edges) or 1.0
    for start, end, weight, at in edges:
        label_at = at if len(edges) <= MOST_LABELS else None
        _edge(ax, start, end, weight, thickness=abs(weight) / largest, label_at=label_at)
    for i, position in enumerate(entries, start=1):
        _node(ax, position, f"x{i}")
    for j, position in enumerate(hidden):
        _node(ax, position, f"H{j + 1}", bias=net.hidden_bias[j])
    _node(ax, output, "y", bias=net.output_bias[0])
    half = max((hid - 1) / 2, gap * (inputs - 1) / 2) + 0.6
    ax.set(xlim=(-0.2, 2.2), ylim=(-half, half))
    ax.axis("off")


def _edge(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    weight: float,
    *,
    thickness: float,
    label_at: float | None,
) -> None:
    colour, style = (BLUE, "-") if weight >= 0 else (RED, "--")
    (x0, y0), (x1, y1) = start, end
    ax.plot([x0, x1], [y0, y1], color=colour, linestyle=style, linewidth=0.6 + 3.4 * thickness, zorder=1)
    if label_at is not None:
        box = {"facecolor": "white", "edgecolor": "none", "pad": 2}
        position = (x0 + label_at * (x1 - x0), y0 + label_at * (y1 - y0))
        ax.text(*position, f"{weight:.4g}", ha="center", va="center", fontsize=9, color=colour, bbox=box, zorder=2)


def _node(ax: Axes, position: tuple[float, float], name: str, *, bias: float | None = None) -> None:
    ax.scatter(*position, s=700, facecolor="white", edgecolor=BLACK, linewidth=1.2, zorder=3)
    ax.text(*position, name, ha="center", va="center", fontsize=11, zorder=4)
    if bias is not None:
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}
        ax.annotate(
            f"bias {bias:.4g}", position, (0, -22), textcoords="offset points", ha="center", va="center",
            fontsize=9, bbox=box, zorder=4,
        )  # fmt: skip


def _numbers(values: Vector) -> str:
    return ", ".join(f"{value:.4g}" for value in values)
