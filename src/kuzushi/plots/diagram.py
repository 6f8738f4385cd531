"""A perceptron as a diagram: its units, with the weights on the edges between them."""

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from kuzushi.plots.style import BLACK, BLUE, RED, Drawn, new_figure
from kuzushi.results import ShownPerceptron, Vector

MOST_LABELS = 40
"""A diagram with more edges than this has no room for their numbers."""


def diagram(name: str, net: ShownPerceptron, *, title: str) -> Drawn:
    """The figure of one net; `title` says in a few words which it is."""
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
        caption=f"The net with its weights ({title}). A thicker edge is a larger weight; a dashed one is "
        "negative and speaks against. Every unit adds up what comes in from the left and its bias.",
        alternative=f"{'; '.join(units)}; the output has bias {net.output_bias[0]:.4g}.",
    )


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


def _numbers(values: Vector) -> str:
    return ", ".join(f"{value:.4g}" for value in values)
