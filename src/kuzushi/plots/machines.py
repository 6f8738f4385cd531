"""State machines as pictures: circles for states, and an arrow for each symbol that may be read."""

import re
from collections import defaultdict
from collections.abc import Sequence
from math import hypot
from typing import Any

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, FancyArrowPatch

from kuzushi.plots.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, RED, SKY
from kuzushi.results import Machine

PHASES = (BLUE, ORANGE, GREEN, PURPLE, SKY, RED)
"""Colours of the phases of a counting language, by the alphabet."""
NODES = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY)
"""Colours of the nodes of a grammar, in turn."""
RADIUS = 0.36
"""Of a circle, in units of the layout, in which neighbouring states are 1 apart."""
ROW, COLUMN = 1.6, 1.7
"""From one row of states to the next, and from one column of a grammar or of brackets to the next."""

ARROW: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 10, "color": BLACK, "linewidth": 0.9, "zorder": 2}

Place = tuple[float, float]


def phase(state: str) -> str:
    """What is being read in a state of a counting language: "a3" -> "a", "2b 9c" -> "b", "end" -> "end"."""
    found = re.fullmatch(r"([a-z])\d+|\d+([a-z])( \d+[a-z])*", state)
    return (found[1] or found[2]) if found else state


def depth(state: str) -> int | None:
    """How many brackets are open in a state of Dyck-1: "2)" -> 2; None in every other state."""
    found = re.fullmatch(r"(\d+)\)", state)
    return int(found[1]) if found else None


def colours(states: Sequence[str]) -> dict[str, str]:
    """A colour for each state: by its phase where the language counts, by its depth in brackets, else one by one."""
    others = [state for state in states if state != "end"]
    phases, depths = sorted({phase(state) for state in others}), {state: depth(state) for state in others}
    if all(re.fullmatch("[a-z]", one) for one in phases):
        colour = {state: PHASES[phases.index(phase(state))] for state in others}
    elif deepest := max((found for found in depths.values() if found is not None), default=0):
        colour = {state: to_hex(colormaps["viridis"](0.85 * (found or 0) / deepest)) for state, found in depths.items()}
    else:
        colour = {state: NODES[states.index(state) % len(NODES)] for state in others}
    return colour | {"end": BLACK}


def layout(machine: Machine) -> dict[str, Place]:
    """Where each state is drawn, no two in the same place.

    A language that counts winds up to the right while its first symbol is read, and unwinds to the left: a state lies
    as far to the right as symbols are to come. Brackets lie from left to right by how many are open. A grammar lies
    from left to right by the number of symbols read.
    """
    if machine.longest is None:
        return _by_symbols_read(machine)
    depths = {state: depth(state) for state in machine.states}
    if any(found is not None for found in depths.values()):
        return {state: (0.0, ROW) if found is None else (COLUMN * found, 0.0) for state, found in depths.items()}
    return _by_symbols_to_come(machine)


def draw_machine(ax: Axes, machine: Machine) -> None:
    """Draw a state machine; its start has a double circle."""
    places, colour = layout(machine), colours(machine.states)
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for transition in machine.transitions:
        arrows[transition.source, transition.target].append(transition.symbol)
    rims: dict[str, Circle] = {}
    for state, place in places.items():
        rims[state] = Circle(place, RADIUS, facecolor="white", edgecolor=colour[state], linewidth=1.8, zorder=3)
        ax.add_patch(rims[state])
        lines = state.split(" ")
        ax.text(*place, "\n".join(lines), ha="center", va="center", fontsize=min(8, 22 / len(lines)), zorder=4)
    ax.add_patch(Circle(places[machine.start], 0.82 * RADIUS, facecolor="none", edgecolor=BLACK, zorder=3))
    lowest = min(y for _, y in places.values())
    for (source, target), symbols in arrows.items():
        (x0, y0), (x1, y1), label = places[source], places[target], ", ".join(symbols)
        if source == target:
            _loop(ax, rims[source], label)
        elif machine.longest is None and y0 == y1 and x0 - x1 > 2 * COLUMN:  # all the way back, below everything
            _arrow(ax, rims[source], rims[target], label, bend=lowest - y0 - 1.1)
        elif source == machine.start and y1 > y0 and x1 - x0 > COLUMN:  # to the top row, around all below it
            _corner(ax, rims[source], rims[target], label)
        else:
            _arrow(ax, rims[source], rims[target], label, bend=0.15 if (target, source) in arrows else 0.0)
    x, y = zip(*places.values(), strict=True)
    below = 1.6 if machine.longest is None else 0.6
    ax.set(xlim=(min(x) - 0.6, max(x) + 0.6), ylim=(min(y) - below, max(y) + 1.0), aspect="equal")
    ax.axis("off")


def _by_symbols_to_come(machine: Machine) -> dict[str, Place]:
    """The first symbol in the top row, the last in the bottom row, and between them one row for each n."""
    left = {state: [int(count) for count in re.findall(r"(\d+)[a-z]", state)] for state in machine.states}
    read = {state: int(found[1]) for state in machine.states if (found := re.fullmatch(r"[a-z](\d+)", state))}
    # After the last of the first symbols as much is to come as after the symbol that must follow it, and that one.
    (last,) = (arrow for arrow in machine.transitions if read.get(arrow.source) == max(read.values()))
    each = (sum(left[last.target]) + 1) / read[last.source]  # what is to come for each of the first symbols
    scale = max(1.0, 1 / each)
    middle = sorted({counts[-1] for counts in left.values() if len(counts) > 1}, reverse=True)
    row = {count: ROW * place for place, count in enumerate(middle, start=1)}
    top = ROW * len(middle) + max(ROW, scale / 2)  # high enough for arrows down not to run along the top row
    return {
        state: (scale * each * read[state], top)
        if state in read
        else (scale * sum(counts), row[counts[-1]] if len(counts) > 1 else 0.0)
        for state, counts in left.items()
    }


def _by_symbols_read(machine: Machine) -> dict[str, Place]:
    """Columns of the states that are reached from the start by equally many symbols."""
    columns, known = [[machine.start]], {machine.start}
    while columns[-1]:
        reached = [t.target for state in columns[-1] for t in machine.transitions if t.source == state]
        columns.append(list(dict.fromkeys(state for state in reached if state not in known)))
        known.update(reached)
    return {
        state: (COLUMN * x, ROW * ((len(column) - 1) / 2 - place))
        for x, column in enumerate(columns)
        for place, state in enumerate(column)
    }


def _arrow(ax: Axes, source: Circle, target: Circle, label: str, *, bend: float) -> None:
    """An arrow from rim to rim; its middle, with the label, lies by `bend` to the right of the straight line."""
    (x0, y0), (x1, y1) = source.center, target.center
    length = hypot(x1 - x0, y1 - y0)
    ax.add_patch(
        FancyArrowPatch(
            (x0, y0), (x1, y1), patchA=source, patchB=target, connectionstyle=f"arc3,rad={2 * bend / length}", **ARROW
        )
    )
    aside = bend + (0.2 if bend >= 0 else -0.2)
    middle = ((x0 + x1) / 2 + aside * (y1 - y0) / length, (y0 + y1) / 2 - aside * (x1 - x0) / length)
    ax.text(*middle, label, ha="center", va="center", fontsize=8)


def _corner(ax: Axes, source: Circle, target: Circle, label: str) -> None:
    """An arrow straight up, with the label beside it, and then straight to the right."""
    (x0, y0), (x1, y1) = source.center, target.center
    turning = "angle,angleA=90,angleB=180,rad=12"
    ax.add_patch(FancyArrowPatch((x0, y0), (x1, y1), patchA=source, patchB=target, connectionstyle=turning, **ARROW))
    ax.text(x0 - 0.2, (y0 + y1) / 2, label, ha="center", va="center", fontsize=8)


def _loop(ax: Axes, rim: Circle, label: str) -> None:
    """An arrow from a state to itself, above it."""
    x, y = rim.center
    top = y + 0.85 * RADIUS
    ax.add_patch(FancyArrowPatch((x - 0.18, top), (x + 0.18, top), connectionstyle="arc3,rad=-1.8", **ARROW))
    ax.text(x, top + 0.5, label, ha="center", va="center", fontsize=8)
