"""The hidden states of a recurrent net as points: coloured and named by where in the language they are."""

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

from kuzushi.plots.machines import colours
from kuzushi.plots.style import BLACK
from kuzushi.results import SequencesResult

MOST_UNITS = 5
"""The most units whose pairs are drawn."""
LETTER = np.array([5.5, 11.0])
"""Room for a letter of a name, in points; where a name would cover another, it is left out."""
NAMES_APART_3D = 0.2
"""The same in space, in units of activation along one of the axes."""
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
        """All walks of a result, and the path of one of its strings."""
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
        """The units to draw, in order; where there are more, those that move most."""
        moving = np.argsort(-self.points.std(0), kind="stable")[:most]
        return sorted(int(unit) for unit in moving)


def pairs_of_units(states: States) -> list[tuple[int, int]]:
    """Each two of the units to draw."""
    return list(combinations(states.units(), 2))


def draw_states(ax: Axes, states: States, units: tuple[int, int]) -> None:
    """Draw two units against each other: every visited state, the path of one string, and the names of the states.

    Each state has a hull around its points, and a point has a black ring where the next symbol is decided.
    """
    colour = colours(tuple(dict.fromkeys(states.names)))
    points, path = states.points[:, units], states.path[:, units]
    draw_hulls(ax, points, states.names, colour)
    x, y = points.T
    ring = ["black" if decided else "white" for decided in states.decided]
    ax.scatter(x, y, s=28, c=[colour[name] for name in states.names], edgecolor=ring, linewidth=0.6, zorder=3)
    ax.plot(*path[0], "*", markersize=9, color=BLACK, zorder=4)
    for start, end in pairwise(path):
        if np.abs(end - start).max() > 1e-3:
            ax.annotate(
                "", end, start, zorder=2,
                arrowprops={"arrowstyle": "-|>", "color": "#707070", "linewidth": 0.8, "shrinkA": 3, "shrinkB": 3},
            )  # fmt: skip
    i, j = units
    ax.set(xlabel=f"hidden unit {i + 1}", ylabel=f"hidden unit {j + 1}", xlim=(-1.15, 1.15), ylim=(-1.15, 1.15))
    ax.set_box_aspect(1)
    ax.grid(alpha=0.3)
    place_names(ax, states, units, colour)


def draw_hulls(ax: Axes, points: NDArray[np.float32], names: tuple[str, ...], colour: Mapping[str, str]) -> None:
    """Draw the smallest convex polygon around the points of each name, in its colour."""
    of = np.array(names)
    for name in dict.fromkeys(names):
        corners = convex_hull(points[of == name])
        if len(corners) > 1:
            ax.add_patch(Polygon(corners, facecolor=(colour[name], 0.15), edgecolor=(colour[name], 0.5), zorder=1))


def convex_hull(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """The corners of the smallest convex polygon around points, of shape (corners, 2), counter-clockwise.

    Points on a line have two corners, equal ones a single one (Andrew 1979, Inf. Proc. Lett. 9, 216-219).

    Example: convex_hull([[0, 0], [2, 0], [1, 0], [0, 2]]) -> [[0, 0], [2, 0], [0, 2]]
    """
    ordered = np.unique(points, axis=0)
    if len(ordered) == 1:
        return ordered
    lower, upper = _turning_left(ordered), _turning_left(ordered[::-1])
    return np.array([*lower[:-1], *upper[:-1]], points.dtype)


def _turning_left(points: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Those of the points, in order, along which a path only ever turns left."""
    path: list[NDArray[np.float32]] = []
    for point in points:
        while len(path) > 1 and _turn(path[-2], path[-1], point) <= 0:
            path.pop()
        path.append(point)
    return path


def _turn(first: NDArray[np.float32], second: NDArray[np.float32], third: NDArray[np.float32]) -> float:
    """Above 0 for a turn to the left."""
    (x, y), (next_x, next_y) = second - first, third - second
    return float(x * next_y - y * next_x)


def place_names(ax: Axes, states: States, units: tuple[int, int], colour: Mapping[str, str]) -> list[Annotation]:
    """Name one point of each state, those on the path first; a name that would cover another is left out."""
    points: dict[str, tuple[float, float]] = {}
    for name, point in zip((*states.path_names, *states.names), (*states.path[1:], *states.points), strict=True):
        points.setdefault(name, (float(point[units[0]]), float(point[units[1]])))
    placed: list[tuple[NDArray[np.float64], int]] = []
    annotations = []
    for name, point in points.items():
        place = np.asarray(ax.transData.transform(point)) * 72 / ax.figure.dpi
        room = [(np.abs(place - other) > LETTER * (max(len(name), letters), 1)).any() for other, letters in placed]
        if all(room):
            placed.append((place, len(name)))
            style: dict[str, Any] = {"fontsize": 8, "color": colour[name], "path_effects": [OUTLINE], "zorder": 5}
            annotations.append(ax.annotate(name, point, (5, 5), textcoords="offset points", **style))
    return annotations


def draw_states_3d(ax: Axes3D, states: States, units: tuple[int, int, int]) -> None:
    """Draw three units in space: every visited state, and the path of one string, with the names along it."""
    colour = colours(tuple(dict.fromkeys(states.names)))
    (x, y, z), path = states.points[:, units].T, states.path[:, units]
    ax.plot(*path.T, color="#707070", linewidth=0.9)
    ax.scatter(x, y, z, s=30, c=[colour[name] for name in states.names], edgecolor="white", linewidth=0.5)
    ax.plot(*path[:1].T, "*", markersize=9, color=BLACK)
    named: list[NDArray[np.float32]] = []
    for name, place in zip(states.path_names, path[1:], strict=True):
        if all(np.abs(place - other).max() > NAMES_APART_3D for other in named):
            named.append(place)
            ax.text(*place, f" {name}", fontsize=8, color=colour[name], path_effects=[OUTLINE])
    labels = {f"{axis}label": f"hidden unit {unit + 1}" for axis, unit in zip("xyz", units, strict=True)}
    ticks = {f"{axis}ticks": (-1, -0.5, 0, 0.5, 1) for axis in "xyz"}
    ax.set(xlim=(-1, 1), ylim=(-1, 1), zlim=(-1, 1), box_aspect=(1, 1, 1), **labels, **ticks)
