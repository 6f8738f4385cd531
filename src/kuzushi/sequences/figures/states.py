"""Inside a recurrent net: hidden states as points, coloured by state of the language, and cells and gates over time."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from mpl_toolkits.mplot3d.axes3d import Axes3D
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from kuzushi.core.figure_style import BLACK, Drawn, new_figure, new_grid
from kuzushi.sequences.figures.machines import NODES, colours, state_names_text
from kuzushi.sequences.results import MODEL_TITLES, SequencesResult

MOST_UNITS = 3
"""The most units whose pairs are all drawn; of more, the pair that separates the states best."""
LONGEST_PATH = 30
"""The most symbols of the string whose path is drawn."""
LETTER = np.array([5.5, 11.0])
"""Size of a letter of a name, in points; a name that would cover another is left out."""
NAMES_APART_3D = 0.2
"""Distance of two names in 3D along one of the axes, in units of activation."""
GREY = "#707070"
OUTLINE = withStroke(linewidth=2.5, foreground="white")
GATES = ("input gate", "forget gate", "output gate")


@dataclass(frozen=True)
class States:
    """Points of shape (steps, hid) after each symbol of some strings, with the name of the state at each."""

    points: NDArray[np.float32]
    names: tuple[str, ...]
    decided: NDArray[np.bool_]
    """Of shape (steps,): whether only one symbol may come next."""
    path: NDArray[np.float32]
    """The states of one string, of shape (symbols + 1, hid); the first is the initial state, 0."""
    path_names: tuple[str, ...]

    @classmethod
    def of(cls, result: SequencesResult, *, string: int) -> "States":
        """Return the states on all strings of a result, and the path of one of them."""
        hidden, names = result.arrays["hidden"], [result.states[i] for i in result.arrays["state"]]
        chosen = result.arrays["string"] == string
        return cls(
            points=hidden,
            names=tuple(names),
            decided=result.arrays["determined"],
            path=np.vstack([result.arrays["h_0"], hidden[chosen]]),
            path_names=tuple(name for name, on in zip(names, chosen, strict=True) if on),
        )

    @property
    def means(self) -> dict[str, NDArray[np.float32]]:
        """The mean point of each state."""
        names = np.array(self.names)
        return {name: self.points[names == name].mean(0) for name in dict.fromkeys(self.names)}

    def pairs(self) -> list[tuple[int, int]]:
        """Return the pairs of units to draw.

        Of many units that is the pair in which the means of the nearest two states are farthest apart.
        """
        pairs = list(combinations(range(self.points.shape[1]), 2))
        if self.points.shape[1] <= MOST_UNITS:
            return pairs
        means = np.array(list(self.means.values()))  # (states, hid)
        apart = np.abs(means[:, None] - means)  # (states, states, hid)
        apart[np.diag_indices(len(means))] = np.inf
        return [max(pairs, key=lambda units: float(apart[..., units].max(-1).min()))]


# --- figures --------------------------------------------------------------------------------------------------


def states_figure(name: str, result: SequencesResult) -> Drawn:
    """Draw hidden units against each other."""
    string = longest_drawn(result)
    states = States.of(result, string=string)
    pairs = states.pairs()
    side = 6.5 if len(pairs) == 1 else 4.8
    figure, grid = new_grid(len(pairs), columns=3, width=side, height=side)
    for ax, units in zip(grid, pairs, strict=True):
        draw_states(ax, states, units)
    means = [f"{state} ({', '.join(f'{x:.2f}' for x in mean)})" for state, mean in states.means.items()]
    some = f" (2 of {result.hid})" if result.hid > MOST_UNITS else ""
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Hidden units of the {MODEL_TITLES[result.model]}{some} after each symbol of {len(result.walk)} "
        f"strings, {best_net_text(result)}. Colour, name and hull show the state of the language. "
        f"{state_names_text(result)} A black ring: only one symbol may follow. Arrows follow the string "
        f"{result.walk[string]} from the initial state (star).",
        alternative=f"Mean hidden activations by state: {'; '.join(means)}.",
    )


def states_3d_figure(name: str, result: SequencesResult) -> Drawn:
    """Draw three hidden units in 3D."""
    string = longest_drawn(result)
    figure = new_figure(7, 6.5)
    draw_states_3d(figure.add_subplot(projection="3d"), States.of(result, string=string), (0, 1, 2))
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The same states in 3D. The line follows {result.walk[string]} from the initial state (star).",
        alternative="The states of the figure before, with all three hidden units as axes.",
    )


def gates_figure(name: str, result: SequencesResult) -> Drawn:
    """Draw cell, hidden state and gates of the best net over the longest string that fits."""
    string = longest_drawn(result)
    chosen, text = result.arrays["string"] == string, result.walk[string]
    cell, gates, hidden = (result.arrays[array][chosen] for array in ("cell", "gates", "hidden"))
    rows = [("cell", cell), ("hidden", hidden), *zip(GATES, gates.swapaxes(0, 1), strict=True)]
    figure = new_figure(9, 9)
    axes = figure.subplots(len(rows), 1, sharex=True, height_ratios=(2, 1.2, 1, 1, 1))
    for ax, (label, values) in zip(axes, rows, strict=True):
        draw_values(ax, values, text, label=label)
        if label in GATES:
            ax.set_ylim(-0.05, 1.05)
    axes[-1].set_xlabel("symbol read")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=6, frameon=False)
    units = [f"unit {unit}: {', '.join(f'{x:.2f}' for x in values)}" for unit, values in enumerate(cell.T, start=1)]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Inside the LSTM while it reads {text} ({best_net_text(result)}). A cell that changes by equal steps "
        "counts. Near 1 a gate is open, near 0 closed: the input gate writes to the cell, the forget gate preserves "
        "it, the output gate reads it out.",
        alternative=f"The cells, symbol by symbol of {text}: {'; '.join(units)}.",
    )


def longest_drawn(result: SequencesResult) -> int:
    """Return the index of the longest string that is short enough to draw its path."""
    lengths = [len(text) for text in result.walk]
    fitting = [length for length in lengths if length <= LONGEST_PATH]
    return lengths.index(max(fitting) if fitting else min(lengths))


def best_net_text(result: SequencesResult) -> str:
    """Return which net is drawn, such as "net 2 of 64, the best: first failure at 15"."""
    net = result.shown.net
    return f"net {net + 1} of {result.nets}, the best: {failure_text(result, result.first_failure[net])}"


def failure_text(result: SequencesResult, failure: int | None) -> str:
    """Return where a net fails, such as "first failure at 15"."""
    return f"no failure found up to {result.tested_length}" if failure is None else f"first failure at {failure}"


# --- drawing --------------------------------------------------------------------------------------------------


def draw_values(ax: Axes, values: NDArray[np.floating], symbols: str, *, label: str) -> None:
    """Draw a line for each unit of `values`, of shape (symbols, hid), over the symbols of a string."""
    for unit, line in enumerate(values.T):
        ax.plot(range(len(symbols)), line, ".-", color=NODES[unit % len(NODES)], label=f"unit {unit + 1}")
    ax.set_xticks(range(len(symbols)), list(symbols))
    ax.set_ylabel(label)
    ax.grid(alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)


def draw_states(ax: Axes, states: States, units: tuple[int, int]) -> None:
    """Draw two units against each other: all points, a hull and a name for each state, and the path of one string.

    A point has a black ring if only one symbol may come next.
    """
    colour = colours(tuple(dict.fromkeys(states.names)))
    points, path = states.points[:, units], states.path[:, units]
    draw_hulls(ax, points, states.names, colour)
    ring = ["black" if decided else "white" for decided in states.decided]
    x, y = points.T
    ax.scatter(x, y, s=28, c=[colour[name] for name in states.names], edgecolor=ring, linewidth=0.6, zorder=3)
    ax.plot(*path[0], "*", markersize=9, color=BLACK, zorder=4)
    style = {"arrowstyle": "-|>", "color": GREY, "linewidth": 0.8, "shrinkA": 3, "shrinkB": 3}
    for start, end in pairwise(path):
        if np.abs(end - start).max() > 1e-3:
            ax.annotate("", end, start, zorder=2, arrowprops=style)
    i, j = units
    ax.set(xlabel=f"hidden unit {i + 1}", ylabel=f"hidden unit {j + 1}", xlim=(-1.15, 1.15), ylim=(-1.15, 1.15))
    ax.set_box_aspect(1)
    ax.grid(alpha=0.3)
    draw_names(ax, states, units, colour)


def draw_hulls(ax: Axes, points: NDArray[np.float32], names: tuple[str, ...], colour: Mapping[str, str]) -> None:
    """Draw the convex hull of the points of each name, in its colour."""
    of = np.array(names)
    for name in dict.fromkeys(names):
        corners = convex_hull(points[of == name])
        if len(corners) > 1:
            ax.add_patch(Polygon(corners, facecolor=(colour[name], 0.15), edgecolor=(colour[name], 0.5), zorder=1))


def convex_hull(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the corners of the convex hull, of shape (corners, 2); of points on a line, the two ends.

    Example: convex_hull([[0, 0], [2, 0], [1, 0], [0, 2]]) -> [[0, 0], [2, 0], [0, 2]]
    """
    distinct = np.unique(points, axis=0)
    try:
        corners: NDArray[np.float32] = distinct[ConvexHull(distinct).vertices]
        return corners
    except (QhullError, ValueError):  # fewer than three points, or all on a line
        return np.unique(distinct[[0, -1]], axis=0)


def draw_names(ax: Axes, states: States, units: tuple[int, int], colour: Mapping[str, str]) -> list[Annotation]:
    """Name one point of each state, first those on the path; leave out a name that would cover another."""
    points: dict[str, tuple[float, float]] = {}
    for name, point in zip((*states.path_names, *states.names), (*states.path[1:], *states.points), strict=True):
        points.setdefault(name, (float(point[units[0]]), float(point[units[1]])))
    drawn: list[tuple[NDArray[np.float64], int]] = []
    annotations = []
    for name, point in points.items():
        at = np.asarray(ax.transData.transform(point)) * 72 / ax.figure.dpi
        if all((np.abs(at - other) > LETTER * (max(len(name), letters), 1)).any() for other, letters in drawn):
            drawn.append((at, len(name)))
            style: dict[str, Any] = {"fontsize": 8, "color": colour[name], "path_effects": [OUTLINE], "zorder": 5}
            annotations.append(ax.annotate(name, point, (5, 5), textcoords="offset points", **style))
    return annotations


def draw_states_3d(ax: Axes3D, states: States, units: tuple[int, int, int]) -> None:
    """Draw three units in 3D: all points, and the path of one string with the names along it."""
    colour = colours(tuple(dict.fromkeys(states.names)))
    (x, y, z), path = states.points[:, units].T, states.path[:, units]
    ax.plot(*path.T, color=GREY, linewidth=0.9)
    ax.scatter(x, y, z, s=30, c=[colour[name] for name in states.names], edgecolor="white", linewidth=0.5)
    ax.plot(*path[:1].T, "*", markersize=9, color=BLACK)
    named: list[NDArray[np.float32]] = []
    for name, point in zip(states.path_names, path[1:], strict=True):
        if all(np.abs(point - other).max() > NAMES_APART_3D for other in named):
            named.append(point)
            ax.text(*point, f" {name}", fontsize=8, color=colour[name], path_effects=[OUTLINE])
    labels = {f"{axis}label": f"hidden unit {unit + 1}" for axis, unit in zip("xyz", units, strict=True)}
    ticks = {f"{axis}ticks": (-1, -0.5, 0, 0.5, 1) for axis in "xyz"}
    ax.set(xlim=(-1, 1), ylim=(-1, 1), zlim=(-1, 1), box_aspect=(1, 1, 1), **labels, **ticks)
