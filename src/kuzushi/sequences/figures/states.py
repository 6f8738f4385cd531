"""Hidden states of a recurrent net as points, coloured and named by state of the language or of an automaton."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from kuzushi.sequences.figures.machines import colours, state_names_text
from kuzushi.sequences.results import MODEL_TITLES, ExtractedMachines, Machine, SequencesResult

MOST_UNITS = 5
"""The most units whose pairs are drawn."""
LONGEST_PATH = 30
"""The most symbols of the string whose path is drawn."""
LETTER = np.array([5.5, 11.0])
"""Size of a letter of a name, in points; a name that would cover another is left out."""
NAMES_APART_3D = 0.2
"""The same in 3D, in units of activation along one of the axes."""
OUTSIDE = "none"
"""Name of a point on a string that the automaton does not accept."""
GREY = "#707070"
OUTLINE = withStroke(linewidth=2.5, foreground="white")


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
            path=np.vstack([np.zeros_like(hidden[:1]), hidden[chosen]]),
            path_names=tuple(name for name, on in zip(names, chosen, strict=True) if on),
        )

    def units(self, most: int = MOST_UNITS) -> list[int]:
        """Return the units to draw, in order; of more than `most`, those with the largest spread."""
        spread = np.argsort(-self.points.std(0), kind="stable")[:most]
        return sorted(int(unit) for unit in spread)

    def pairs(self) -> list[tuple[int, int]]:
        """Return every pair of the units to draw."""
        return list(combinations(self.units(), 2))


# --- figures --------------------------------------------------------------------------------------------------


def states_figure(name: str, result: SequencesResult) -> Drawn:
    """Draw every pair of hidden units against each other."""
    states = States.of(result, string=longest_drawn(result))
    pairs = states.pairs()
    side = 6.5 if len(pairs) == 1 else 4.8
    figure, grid = new_grid(len(pairs), columns=3, width=side, height=side)
    for ax, units in zip(grid, pairs, strict=True):
        draw_states(ax, states, units)
    some = "" if len(states.units()) == result.hid else f" (the {len(states.units())} of {result.hid} that vary most)"
    by_n = not result.from_grammar and not result.bracketed
    strings = f"the strings n = 1 to {len(result.walk)}" if by_n else f"{len(result.walk)} strings"
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Hidden units of the {MODEL_TITLES[result.model]}{some} after each symbol of {strings}, "
        f"{best_net_text(result)}. Colour, name and hull show the state of the language. {state_names_text(result)} "
        "Small hulls far apart mean that the net knows the state. A black ring: only one symbol may follow. The star "
        f"is the initial state; arrows follow the string {result.walk[longest_drawn(result)]}.",
        alternative=_means_text(states),
    )


def states_3d_figure(name: str, result: SequencesResult) -> Drawn:
    """Draw the three hidden units that vary most, in 3D."""
    states = States.of(result, string=longest_drawn(result))
    first, second, third = states.units(3)
    figure = new_figure(7, 6.5)
    draw_states_3d(figure.add_subplot(projection="3d"), states, (first, second, third))
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The same states in 3D: hidden units {first + 1}, {second + 1} and {third + 1}. The line follows the "
        f"string {result.walk[longest_drawn(result)]} from the initial state (star).",
        alternative=_means_text(states),
    )


def automaton_states_figure(name: str, result: SequencesResult, extraction: ExtractedMachines) -> Drawn:
    """Draw the hidden states coloured by the state of the extracted automaton."""
    names = states_on(extraction.machine, result.walk)
    path_names = tuple(name for name, string in zip(names, result.arrays["string"], strict=True) if string == 0)
    states = replace(States.of(result, string=0), names=names, path_names=path_names)
    figure = new_figure(7, 6.5)
    draw_states(figure.subplots(), states, most_apart(states))
    counts = [f"{state}: {names.count(state)}" for state in dict.fromkeys(names)]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Hidden states of the {MODEL_TITLES[result.model]}, net {extraction.shown + 1}, in two of its units, "
        "coloured and named by the state of its automaton. Clouds that overlap here may be apart in other units. "
        f"Arrows follow the string {result.walk[0]} from the initial state (star).",
        alternative=f"Points in each state: {'; '.join(counts)}.",
    )


def longest_drawn(result: SequencesResult) -> int:
    """Return the index of the longest string that is short enough to draw its path."""
    lengths = [len(text) for text in result.walk]
    fitting = [length for length in lengths if length <= LONGEST_PATH]
    return lengths.index(max(fitting) if fitting else min(lengths))


def best_net_text(result: SequencesResult) -> str:
    """Return which net is drawn, such as "net 2 of 64, the best: it first fails at 15"."""
    failure = result.first_failure[result.shown.net]
    far = f"first fails at {failure}" if failure is not None else f"does not fail up to {result.tested_length}"
    return f"net {result.shown.net + 1} of {result.nets}, the best: it {far}"


def _means_text(states: States) -> str:
    names = np.array(states.names)
    means = [
        f"{name} ({', '.join(f'{value:.2f}' for value in states.points[names == name].mean(0))})"
        for name in dict.fromkeys(states.names)
    ]
    return f"Mean hidden activations by state: {'; '.join(means)}."


# --- the automaton's states -----------------------------------------------------------------------------------


def states_on(machine: Machine, strings: Sequence[str]) -> tuple[str, ...]:
    """Return the state after each symbol of strings, each read from the start; OUTSIDE where there is none.

    Example: states_on(machine of Reber's grammar, ("BTXSE",)) -> ("0", "1", "3", "5", "end")
    """
    targets = {(arrow.source, arrow.symbol): arrow.target for arrow in machine.transitions}
    names = []
    for string in strings:
        state = machine.start
        for symbol in string:
            state = targets.get((state, symbol), OUTSIDE)
            names.append(state)
    return tuple(names)


def most_apart(states: States) -> tuple[int, int]:
    """Return the two units in which the means of the nearest two states are farthest apart."""
    names = np.array(states.names)
    means = np.array([states.points[names == name].mean(0) for name in dict.fromkeys(states.names)])  # (states, hid)
    apart = np.abs(means[:, None] - means)  # (states, states, hid)
    apart[np.diag_indices(len(means))] = np.inf
    return max(states.pairs(), key=lambda units: float(apart[..., units].max(-1).min()))


# --- drawing --------------------------------------------------------------------------------------------------


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
