"""Figures of perceptrons: what every hidden unit computes, what the net computes, its weights, and how it learned."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from math import ceil, log2, sqrt
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator
from numpy.typing import NDArray

from kuzushi.plots.style import BLACK, BLUE, ORANGE, RED, Drawn, new_figure
from kuzushi.results import Activations, CheckerboardResult, EnsembleScore, ShownPerceptron, Vector

VALUES = LinearSegmentedColormap.from_list("values", ["#4C9DCA", "white", "#EFB94A"])
"""Blue for off and orange for on, paler than the palette's so that points and lines stand out."""
MARKERS = {0: ("o", "white"), 1: ("s", BLACK)}
"""Shape and colour of a point by its target."""
ROUND = (1, 2, 5, 10)
"""Steps between the ticks of an axis."""
WORDS = {"sig": "sigmoid", "tanh": "tanh", "step": "step"}
MOST_LABELS = 40
"""A diagram with more edges than this has no room for their numbers."""
MOST_TITLES = 4
"""A row with more units than this has no room for their lines."""


def figures(results: Sequence[CheckerboardResult]) -> Iterator[Drawn]:
    """Every figure of every result; those over the plane only for points of two inputs."""
    for place, result in enumerate(results, start=1):
        if result.arrays:
            yield _units(f"{place}-units", result)
            yield _net(f"{place}-net", result)
        yield _diagram(f"{place}-diagram", result)
        if result.trained:
            yield _training(f"{place}-training", result)
        if result.trained and result.nets > 1:
            yield _success(f"{place}-epochs-to-solve", result)


# --- drawing: data and axes in, artists out -------------------------------------------------------------------


def draw_plane(
    ax: Axes, values: NDArray[Any], axis1: NDArray[np.float64], axis2: NDArray[np.float64], *, low: float
) -> AxesImage:
    """Draw a function over the plane as colour, from `low` to 1; values have shape (pixels, pixels), [x2, x1]."""
    half1, half2 = (axis1[1] - axis1[0]) / 2, (axis2[1] - axis2[0]) / 2
    extent = (axis1[0] - half1, axis1[-1] + half1, axis2[0] - half2, axis2[-1] + half2)
    image = ax.imshow(
        values, cmap=VALUES, vmin=low, vmax=1, origin="lower", extent=extent, aspect="auto", interpolation="none"
    )
    ax.set(xlabel="x1", ylabel="x2", xlim=(axis1[0], axis1[-1]), ylim=(axis2[0], axis2[-1]), box_aspect=1)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(4, steps=ROUND))
    return image


def draw_line(ax: Axes, weight: Vector, bias: float) -> None:
    """Draw where w.x + b = 0, the border between the two sides of a hidden unit, if it crosses the plane drawn."""
    corners = np.array(list(product(ax.get_xlim(), ax.get_ylim())))
    side = corners @ weight + bias
    if side.min() < 0 < side.max():
        w = np.array(weight) / np.abs(weight).max()
        along = np.ptp(corners) * np.array([-w[1], w[0]])
        centre = corners.mean(0)
        nearest = centre - w * (side.mean() / np.abs(weight).max()) / (w @ w)
        ax.axline(tuple(nearest), tuple(nearest + along), color=BLACK, linewidth=1.5)


def draw_points(ax: Axes, table: Sequence[Activations]) -> list[PathCollection]:
    """Draw the points by target: circles for 0, squares for 1."""
    drawn = []
    for target, (marker, colour) in MARKERS.items():
        points = np.array([row.point for row in table if row.target == target]).reshape(-1, 2)
        x1, x2 = points.T
        drawn.append(
            ax.scatter(x1, x2, s=55, marker=marker, color=colour, edgecolor=BLACK, zorder=3, label=f"target {target}")
        )
    return drawn


def draw_diagram(ax: Axes, net: ShownPerceptron) -> None:
    """Draw inputs, hidden units and output with the weights on the edges; biases stand below their units."""
    hid, inputs = len(net.hidden_weight), len(net.hidden_weight[0])
    hidden = [(1.0, (hid - 1) / 2 - j) for j in range(hid)]
    # At 0.7 of the way the labels of all edges into the hidden units are then evenly spaced.
    gap = 0.7 / 0.3 / inputs
    entries = [(0.0, gap * ((inputs - 1) / 2 - i)) for i in range(inputs)]
    output = (2.0, 0.0)
    edges = [(entries[i], hidden[j], net.hidden_weight[j][i], 0.7) for j in range(hid) for i in range(inputs)]
    edges += [(hidden[j], output, net.output_weight[0][j], 0.4) for j in range(hid)]
    largest = max(abs(weight) for *_, weight, _ in edges) or 1.0
    for start, end, weight, at in edges:
        _edge(
            ax, start, end, weight, thickness=abs(weight) / largest, label_at=at if len(edges) <= MOST_LABELS else None
        )
    for i, place in enumerate(entries, start=1):
        _node(ax, place, f"x{i}")
    for j, place in enumerate(hidden):
        _node(ax, place, f"H{j + 1}", bias=net.hidden_bias[j])
    _node(ax, output, "y", bias=net.output_bias[0])
    half = max((hid - 1) / 2, gap * (inputs - 1) / 2) + 0.6
    ax.set(xlim=(-0.2, 2.2), ylim=(-half, half))
    ax.axis("off")


def draw_training(loss: Axes, solved: Axes, epochs: Sequence[EnsembleScore], *, nets: int) -> None:
    """Draw the mean loss and the number of solved nets against the epochs."""
    x = [score.epoch for score in epochs]
    marker = "o" if len(x) < 20 else None
    loss.plot(x, [score.loss for score in epochs], color=BLUE, marker=marker)
    loss.set(yscale="log", ylabel="mean loss (nats)")
    loss.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    loss.yaxis.set_major_formatter("{x:g}")
    loss.yaxis.set_minor_formatter("")
    solved.plot(x, [score.solved for score in epochs], color=ORANGE, marker=marker)
    solved.axhline(nets, color=BLACK, linewidth=0.8, linestyle=":")
    solved.set(xlabel="epochs", ylabel=f"nets solved, of {nets}", ylim=(0, 1.05 * nets))
    solved.yaxis.set_major_locator(MaxNLocator(integer=True, steps=ROUND))
    for ax in (loss, solved):
        ax.grid(alpha=0.3)


def draw_success(ax: Axes, counts: Sequence[tuple[str, int]], *, unsolved: int) -> None:
    """Draw how many nets were solved in each span of epochs, and how many were not."""
    bars = ax.bar([label for label, _ in counts], [count for _, count in counts], color=BLUE)
    rest = ax.bar(["not\nsolved"], [unsolved], color="white", edgecolor=RED, hatch="//")
    for group in (bars, rest):
        ax.bar_label(group)
    ax.set(xlabel="epochs to solve, up to", ylabel="nets")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, steps=ROUND))
    ax.spines[["top", "right"]].set_visible(False)


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
        place = (x0 + label_at * (x1 - x0), y0 + label_at * (y1 - y0))
        ax.text(*place, f"{weight:.4g}", ha="center", va="center", fontsize=9, color=colour, bbox=box, zorder=2)


def _node(ax: Axes, place: tuple[float, float], name: str, *, bias: float | None = None) -> None:
    ax.scatter(*place, s=700, facecolor="white", edgecolor=BLACK, linewidth=1.2, zorder=3)
    ax.text(*place, name, ha="center", va="center", fontsize=11, zorder=4)
    if bias is not None:
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}
        ax.annotate(
            f"bias {bias:.4g}", place, (0, -22), textcoords="offset points", ha="center", va="center",
            fontsize=9, bbox=box, zorder=4,
        )  # fmt: skip


# --- figures with their words ---------------------------------------------------------------------------------


def _units(name: str, result: CheckerboardResult) -> Drawn:
    shown, hid, low = result.shown, result.hid, _low(result)
    columns = ceil(sqrt(hid))
    rows, side = ceil(hid / columns), min(3.0, 9 / columns)
    figure = new_figure(side * columns + 1, (side + 0.2) * rows + 0.8)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in grid[hid:]:
        ax.remove()
    for j, ax in enumerate(grid[:hid]):
        image = draw_plane(ax, result.arrays["hidden"][j], result.arrays["axis1"], result.arrays["axis2"], low=low)
        draw_line(ax, shown.hidden_weight[j], shown.hidden_bias[j])
        handles = draw_points(ax, shown.table)
        title = f"H{j + 1}: {shown.lines[j]}" if columns <= MOST_TITLES else f"H{j + 1}"
        ax.set_title(title, fontsize=9 if columns <= 3 else 6)
    _legends(figure, image, list(grid[:hid]), handles, "output of the hidden unit")
    half = (low + 1) / 2
    on = [
        f"H{j + 1} ({shown.lines[j]}): {_listed([row for row in shown.table if row.hidden[j] >= half])}"
        for j in range(hid)
    ]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"What each hidden unit computes ({_title(result)}). Colour is the unit's output; a black line is "
        "where the unit changes side. One unit can only cut the plane in two; the output unit adds up "
        "these sides, each with its weight.",
        alternative="The points at which each unit is on. " + "; ".join(on) + ".",
    )


def _net(name: str, result: CheckerboardResult) -> Drawn:
    table = result.shown.table
    figure = new_figure(6, 5)
    ax = figure.subplots()
    axis1, axis2, output = (result.arrays[array] for array in ("axis1", "axis2", "output"))
    image = draw_plane(ax, output, axis1, axis2, low=0)
    if output.min() < 0.5 < output.max():
        ax.contour(axis1, axis2, output, levels=[0.5], colors=BLACK, linewidths=1.5)
    _legends(figure, image, [ax], draw_points(ax, table), "output of the net")
    right = sum((row.output >= 0.5) == (row.target == 1) for row in table)
    outputs = [f"({_point(row)}) target {row.target}: {row.output:.3f}" for row in table]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The function that the whole net computes ({_title(result)}). A black line is where the output "
        f"is 0.5: the net says 0 on one side and 1 on the other. {right} of {len(table)} points lie on their side.",
        alternative="The output at each point. " + "; ".join(outputs) + ".",
    )


def _diagram(name: str, result: CheckerboardResult) -> Drawn:
    shown = result.shown
    figure = new_figure(9, min(max(1.0 * result.hid, 3.5), 14))
    draw_diagram(figure.subplots(), shown)
    handles = [
        Line2D([], [], color=BLUE, linewidth=2, label="positive weight"),
        Line2D([], [], color=RED, linewidth=2, linestyle="--", label="negative weight"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    units = [
        f"H{j} has weights {_numbers(weight)}, bias {bias:.4g}, and weight {out:.4g} to the output"
        for j, (weight, bias, out) in enumerate(
            zip(shown.hidden_weight, shown.hidden_bias, shown.output_weight[0], strict=True), start=1
        )
    ]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The net with its weights ({_title(result)}). A thicker edge is a larger weight; a dashed one is "
        "negative and speaks against. Every unit adds up what comes in from the left and its bias.",
        alternative=f"{'; '.join(units)}; the output has bias {shown.output_bias[0]:.4g}.",
    )


def _training(name: str, result: CheckerboardResult) -> Drawn:
    figure = new_figure(8, 5)
    loss, solved = figure.subplots(2, 1, sharex=True)
    draw_training(loss, solved, result.epochs, nets=result.nets)
    first, last = result.epochs[0], result.epochs[-1]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"How {result.nets} net{'s' if result.nets > 1 else ''} of {result.hid} {WORDS[result.act]} units "
        f"learned: above the mean loss, below how many are right on every point, {last.solved} after {last.epoch:,} "
        "epochs. "
        "Where the loss is flat, the nets that are not yet right are stuck; at each step down some of them get free.",
        alternative=f"Mean loss {first.loss:.4g} and {first.solved} of {result.nets} nets solved after {first.epoch:,} "
        f"epochs; mean loss {last.loss:.4g} and {last.solved} solved after {last.epoch:,} epochs.",
    )


def _success(name: str, result: CheckerboardResult) -> Drawn:
    counts, rate = _spans(result), result.solved_interval
    unsolved = result.nets - result.solved
    figure = new_figure(8, 4)
    draw_success(figure.subplots(), [(f"{edge:,}", count) for edge, count in counts], unsolved=unsolved)
    epochs = sorted(epoch for epoch in result.epochs_to_solve if epoch is not None)
    typical = f" Half of these needed no more than {epochs[(len(epochs) - 1) // 2]:,} epochs." if epochs else ""
    return Drawn(
        name=name,
        figure=figure,
        caption="How long each net took until it was right on every point, and stayed so: "
        f"{result.solved} of {result.nets} nets, {rate.mean:.0%} (95 % interval {rate.low:.0%} to {rate.high:.0%})."
        f"{typical} The nets differ only in their random start.",
        alternative="Nets by epochs to solve: "
        + "; ".join(f"up to {edge:,}: {count}" for edge, count in counts)
        + f"; not solved: {unsolved}.",
    )


def _spans(result: CheckerboardResult) -> list[tuple[int, int]]:
    """The nets solved up to each epoch and after the one before, on a scale that doubles from the first evaluation."""
    first, last = result.epochs[0].epoch, result.epochs[-1].epoch
    edges = [first * 2**k for k in range(ceil(log2(last / first)))] + [last]
    solved = np.array([epoch for epoch in result.epochs_to_solve if epoch is not None])
    return [(edge, int(((solved > low) & (solved <= edge)).sum())) for low, edge in pairwise([0, *edges])]


def _legends(figure: Figure, image: AxesImage, axes: list[Axes], handles: list[PathCollection], values: str) -> None:
    figure.colorbar(image, ax=axes, label=values, shrink=0.8)
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)


def _low(result: CheckerboardResult) -> float:
    """The lowest value of a hidden unit."""
    return -1.0 if result.act == "tanh" else 0.0


def _title(result: CheckerboardResult) -> str:
    """Which net this is, in a few words."""
    kind = f"{result.hid} {WORDS[result.act]} units"
    if result.trained:
        return f"net {result.shown.net + 1} of {result.nets} trained, {kind}"
    times = f", weights times {result.config.scale:g}" if result.config.scale != 1 else ""
    return f"weights {result.config.set_weights}{times}, {kind}"


def _point(row: Activations) -> str:
    return ", ".join(f"{x:g}" for x in row.point)


def _listed(rows: Sequence[Activations]) -> str:
    return ", ".join(f"({_point(row)})" for row in rows) or "nowhere"


def _numbers(values: Vector) -> str:
    return ", ".join(f"{value:.4g}" for value in values)
