"""Figures of perceptrons: every hidden unit and the whole net over the plane, a diagram, and training curves."""

from collections.abc import Iterator, Sequence
from math import ceil, sqrt

from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator

from kuzushi.core.figure_style import BLACK, BLUE, ORANGE, RED, Drawn, new_figure, new_grid
from kuzushi.core.sections import counted
from kuzushi.perceptrons.figures.plane import ROUND, draw_line, draw_plane, draw_points, point_text
from kuzushi.perceptrons.results import CheckerboardResult

WORDS = {"sig": "sigmoid", "tanh": "tanh", "step": "step"}
NAMES = {"report": "the report's net by hand", "report-trained": "the report's trained net"}
"""Names of the weights that have one."""
MOST_TITLES = 4
"""In rows of more units, the titles have no room for the lines."""
MOST_LABELS = 40
"""A diagram with more edges has no room for their numbers."""


def figures(results: Sequence[CheckerboardResult]) -> Iterator[Drawn]:
    """Draw each result: the plane of two inputs, a diagram of step units or more inputs, and the training."""
    for index, result in enumerate(results, start=1):
        if result.arrays:
            yield _units(f"{index}-units", result)
        if result.act == "step" or not result.arrays:
            yield _diagram(f"{index}-diagram", result)
        if result.trained:
            yield _training(f"{index}-training", result)


def name_of(result: CheckerboardResult) -> str:
    """Describe a net in a few words: "5 sigmoid units, trained" or "the report's net by hand, 4 step units"."""
    units, scale = f"{result.hid} {WORDS[result.act]} units", result.config.scale
    if result.config.set_weights is None:
        return f"{units}, trained"
    weights = NAMES.get(result.config.set_weights, result.config.set_weights)
    return f"{weights}, {units}" + (f", weights times {scale:g}" if scale != 1 else "")


def _units(name: str, result: CheckerboardResult) -> Drawn:
    net, hid, low = result.shown, result.hid, -1.0 if result.act == "tanh" else 0.0
    axis1, axis2, output = (result.arrays[array] for array in ("axis1", "axis2", "output"))
    columns = ceil(sqrt(hid + 1))
    side = min(3.0, 9 / columns)
    figure, axes = new_grid(hid + 1, columns=columns, width=side, height=side + 0.2)
    for ax, values in zip(axes, (*result.arrays["hidden"], output), strict=True):
        image = draw_plane(ax, values, axis1, axis2, low=low)
        handles = draw_points(ax, net.table)
    for j, ax in enumerate(axes[:-1]):
        draw_line(ax, net.hidden_weight[j], net.hidden_bias[j])
        title = f"H{j + 1}: {net.lines[j]}" if columns <= MOST_TITLES else f"H{j + 1}"
        ax.set_title(title, fontsize=9 if columns <= 3 else 6)
    if output.min() < 0.5 < output.max():
        axes[-1].contour(axis1, axis2, output, levels=[0.5], colors=BLACK, linewidths=1.5)
    axes[-1].set_title("the whole net", fontsize=9)
    figure.colorbar(image, ax=axes, label="output", shrink=0.8)
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    half = (low + 1) / 2
    on = [[point_text(row.point) for row in net.table if row.hidden[j] >= half] for j in range(hid)]
    units = [f"H{j + 1} ({net.lines[j]}): {', '.join(points) or 'nowhere'}" for j, points in enumerate(on)]
    outputs = [f"{point_text(row.point)} target {row.target}: {row.output:.3f}" for row in net.table]
    right = sum((row.output >= 0.5) == (row.target == 1) for row in net.table)
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Output of each hidden unit and of the whole net ({name_of(result)}). A line is where the input of a "
        f"unit is 0; that of the net is where its output is 0.5. {right} of {len(net.table)} points are right.",
        alternative=f"The points at which each unit is on. {'; '.join(units)}. The output of the net at each point. "
        f"{'; '.join(outputs)}.",
    )


def _training(name: str, result: CheckerboardResult) -> Drawn:
    epochs = result.epochs
    figure = new_figure(8, 5)
    loss, solved = figure.subplots(2, 1, sharex=True)
    x, marker = [score.epoch for score in epochs], "o" if len(epochs) < 20 else None
    loss.plot(x, [score.loss for score in epochs], color=BLUE, marker=marker)
    loss.set(yscale="log", ylabel="mean loss (nats)")
    loss.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    loss.yaxis.set_major_formatter("{x:g}")
    loss.yaxis.set_minor_formatter("")
    solved.plot(x, [score.solved for score in epochs], color=ORANGE, marker=marker)
    solved.axhline(result.nets, color=BLACK, linewidth=0.8, linestyle=":")
    solved.set(xlabel="epochs", ylabel=f"nets solved, of {result.nets}", ylim=(0, 1.05 * result.nets))
    solved.yaxis.set_major_locator(MaxNLocator(integer=True, steps=ROUND))
    for ax in (loss, solved):
        ax.grid(alpha=0.3)
    first, last = epochs[0], epochs[-1]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Training of {counted(result.nets, 'net')} of {result.hid} {WORDS[result.act]} units: above the mean "
        f"loss, below the number of nets that are right on every point, {last.solved} after {last.epoch:,} epochs.",
        alternative=f"Mean loss {first.loss:.4g} and {first.solved} of {result.nets} nets solved after {first.epoch:,} "
        f"epochs; mean loss {last.loss:.4g} and {last.solved} solved after {last.epoch:,} epochs.",
    )


def _diagram(name: str, result: CheckerboardResult) -> Drawn:
    net, hid, inputs = result.shown, result.hid, len(result.shown.hidden_weight[0])
    hidden = [(1.0, (hid - 1) / 2 - j) for j in range(hid)]
    # With labels at 0.7 of the way, this gap spaces those of all edges into the hidden units evenly.
    gap = 0.7 / 0.3 / inputs
    entries, output = [(0.0, gap * ((inputs - 1) / 2 - i)) for i in range(inputs)], (2.0, 0.0)
    edges = [(entries[i], hidden[j], net.hidden_weight[j][i], 0.7) for j in range(hid) for i in range(inputs)]
    edges += [(hidden[j], output, net.output_weight[0][j], 0.4) for j in range(hid)]
    nodes = [(f"x{i}", position) for i, position in enumerate(entries, start=1)]
    nodes += [(f"H{j}\n{net.hidden_bias[j - 1]:.4g}", position) for j, position in enumerate(hidden, start=1)]
    figure = new_figure(9, min(max(1.0 * hid, 3.5), 14))
    ax = figure.subplots()
    for (x0, y0), (x1, y1), weight, at in edges:
        ax.plot([x0, x1], [y0, y1], color=BLUE if weight >= 0 else RED, linestyle="-" if weight >= 0 else "--")
        if len(edges) <= MOST_LABELS:
            _text(ax, (x0 + at * (x1 - x0), y0 + at * (y1 - y0)), f"{weight:.4g}", edge="none")
    for label, position in (*nodes, (f"y\n{net.output_bias[0]:.4g}", output)):
        _text(ax, position, label, edge=BLACK)
    ax.margins(0.1)
    ax.axis("off")
    units = [
        f"H{j} has weights {', '.join(f'{w:.4g}' for w in weight)}, bias {bias:.4g}, and weight {out:.4g} to the output"
        for j, (weight, bias, out) in enumerate(
            zip(net.hidden_weight, net.hidden_bias, net.output_weight[0], strict=True), start=1
        )
    ]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The net with its weights ({name_of(result)}); the number in a unit is its bias, and a dashed edge is "
        "negative.",
        alternative=f"{'; '.join(units)}; the output has bias {net.output_bias[0]:.4g}.",
    )


def _text(ax: Axes, position: tuple[float, float], text: str, *, edge: str) -> None:
    box = {"boxstyle": "round", "facecolor": "white", "edgecolor": edge}
    ax.text(*position, text, ha="center", va="center", fontsize=9, bbox=box, zorder=3)
