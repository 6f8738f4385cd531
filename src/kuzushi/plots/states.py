"""The hidden states of a recurrent net as points: coloured and named by where in the language they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
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
    """Draw two units against each other: every visited state, the path of one string, and the names of the states."""
    colour = colours(tuple(dict.fromkeys(states.names)))
    (x, y), path = states.points[:, units].T, states.path[:, units]
    ax.scatter(x, y, s=28, c=[colour[name] for name in states.names], edgecolor="white", linewidth=0.6, zorder=3)
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
