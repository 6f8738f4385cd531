"""State machines and counter machines: circles for states, an arrow for each symbol that may be read."""

import re
from collections import defaultdict
from collections.abc import Sequence
from math import hypot
from typing import Any

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, FancyArrowPatch

from kuzushi.core.figure_style import BLACK, BLUE, GREEN, ORANGE, PURPLE, RED, SKY, Drawn, new_figure
from kuzushi.sequences.counter_results import CounterMachine, CounterTransition
from kuzushi.sequences.results import ExtractedMachines, Machine, SequencesResult, language_title

PHASES = (BLUE, ORANGE, GREEN, PURPLE, SKY, RED)
"""Colours of the phases of a counting language, in the order of the alphabet."""
NODES = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY)
"""Colours of the nodes of a grammar, and of hidden units, in turn."""
RADIUS = 0.36
"""Of a circle, in units of the layout, in which neighbouring states are 1 apart."""
ROW, COLUMN = 1.6, 1.7
"""Distance between rows of states, and between columns of a grammar or of brackets."""
COUNTER_RADIUS, COUNTER_COLUMN, COUNTER_FONT = 0.42, 2.6, 11
"""Radius, distance of states and font size, in points, of a counter machine."""
ARROW: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 11, "color": BLACK, "linewidth": 1, "zorder": 2}

Point = tuple[float, float]


# --- figures --------------------------------------------------------------------------------------------------


def machine_figure(name: str, result: SequencesResult) -> Drawn:
    """Draw the smallest state machine of the language, up to the trained length."""
    machine = result.machine
    x, y = zip(*layout(machine).values(), strict=True)
    figure = new_figure(min(14, 0.62 * (max(x) - min(x) + 2)), min(8, 0.62 * (max(y) - min(y) + 2.4)))
    draw_machine(figure.subplots(), machine)
    title, n = language_title(result.language), "nesting" if result.bracketed else "n"
    bound = "" if result.from_grammar else f", up to {n} = {machine.longest}; without a bound no finite machine exists"
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The smallest state machine of {title}{bound}. It has {len(machine.states)} states. "
        f"{state_names_text(result)} Strings begin and end at the double circle.",
        alternative=_transitions_text(machine),
    )


def automaton_figure(name: str, result: SequencesResult, extraction: ExtractedMachines) -> Drawn:
    """Draw the automaton extracted from the best net."""
    extracted, title = extraction.machines[extraction.shown], language_title(result.language)
    figure = new_figure(12, 6)
    draw_machine(figure.subplots(), extraction.machine)
    which = f"It equals {title}, whose state names it has." if extracted.equal else f"It differs from {title}."
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The automaton extracted from net {extracted.net + 1}: {extracted.clusters} clusters of hidden "
        f"states, minimised to {extracted.states} states. {which}",
        alternative=_transitions_text(extraction.machine),
    )


def counter_machine_figure(name: str, machine: CounterMachine) -> Drawn:
    """Draw a counter machine extracted from a net."""
    figure = new_figure(1.05 * (COUNTER_COLUMN * (len(machine.states) - 1) + 1.4), 3.9)
    draw_counter_machine(figure.subplots(), machine)
    counters = f"counter{'' if len(machine.counters) == 1 else 's'} {' and '.join(machine.counters)}"
    arrows = [f"{arrow.source} to {arrow.target} at {arrow_label(arrow)}" for arrow in machine.transitions]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The counter machine extracted from the net: {len(machine.states)} states and the {counters}, "
        "0 at the start (double circle). A state is the last symbol. Arrows show the symbol, the test that must "
        "hold, and the change of the counters.",
        alternative=f"{'; '.join(arrows)}.",
    )


def state_names_text(result: SequencesResult) -> str:
    """Return a sentence that explains the names of the states."""
    if result.bracketed:
        return "In state 3) three brackets are open; in 0) none is."
    if result.from_grammar:
        return "Names are those of the nodes of the grammar."
    first, second = result.symbols[:2]
    return f"In state {first}3 three {first}'s have been read; in 5{second} five {second}'s are still to come."


def _transitions_text(machine: Machine) -> str:
    arrows = [f"{arrow.source} {arrow.symbol} {arrow.target}" for arrow in machine.transitions]
    return f"As state, symbol, next state: {'; '.join(arrows)}."


# --- colours and layout ---------------------------------------------------------------------------------------


def phase(state: str) -> str:
    """Return the symbol read in a state of a counting language: "a3" -> "a", "2b 9c" -> "b", "end" -> "end"."""
    found = re.fullmatch(r"([a-z])\d+|\d+([a-z])( \d+[a-z])*", state)
    return (found[1] or found[2]) if found else state


def depth(state: str) -> int | None:
    """Return the number of open brackets in a state of Dyck-1: "2)" -> 2; None in every other state."""
    found = re.fullmatch(r"(\d+)\)", state)
    return int(found[1]) if found else None


def colours(states: Sequence[str]) -> dict[str, str]:
    """Return a colour for each state: by phase for a counting language, by depth for brackets, else one by one."""
    others = [state for state in states if state != "end"]
    phases, depths = sorted({phase(state) for state in others}), {state: depth(state) for state in others}
    if all(re.fullmatch("[a-z]", one) for one in phases):
        colour = {state: PHASES[phases.index(phase(state))] for state in others}
    elif deepest := max((found for found in depths.values() if found is not None), default=0):
        colour = {state: to_hex(colormaps["viridis"](0.85 * (found or 0) / deepest)) for state, found in depths.items()}
    else:
        colour = {state: NODES[states.index(state) % len(NODES)] for state in others}
    return colour | {"end": BLACK}


def layout(machine: Machine) -> dict[str, Point]:
    """Return a different point for each state.

    In a counting language a state lies as far to the right as symbols are to come. Brackets lie from left to right by
    depth, the states of a grammar by the number of symbols read.
    """
    if machine.longest is None:
        return _by_symbols_read(machine)
    depths = {state: depth(state) for state in machine.states}
    if any(found is not None for found in depths.values()):
        return {state: (0.0, ROW) if found is None else (COLUMN * found, 0.0) for state, found in depths.items()}
    return _by_symbols_to_come(machine)


def _by_symbols_to_come(machine: Machine) -> dict[str, Point]:
    """Put the first symbol in the top row, the last in the bottom row, and one row for each n between them."""
    left = {state: [int(count) for count in re.findall(r"(\d+)[a-z]", state)] for state in machine.states}
    read = {state: int(found[1]) for state in machine.states if (found := re.fullmatch(r"[a-z](\d+)", state))}
    # After the last of the first symbols as much is to come as after the symbol that must follow it, and that one.
    (last,) = (arrow for arrow in machine.transitions if read.get(arrow.source) == max(read.values()))
    each = (sum(left[last.target]) + 1) / read[last.source]  # symbols to come for each of the first symbols
    scale = max(1.0, 1 / each)
    middle = sorted({counts[-1] for counts in left.values() if len(counts) > 1}, reverse=True)
    row = {count: ROW * i for i, count in enumerate(middle, start=1)}
    top = ROW * len(middle) + max(ROW, scale / 2)  # high enough for arrows down not to run along the top row
    return {
        state: (scale * each * read[state], top)
        if state in read
        else (scale * sum(counts), row[counts[-1]] if len(counts) > 1 else 0.0)
        for state, counts in left.items()
    }


def _by_symbols_read(machine: Machine) -> dict[str, Point]:
    """Put states that the same number of symbols leads to in one column."""
    columns, known = [[machine.start]], {machine.start}
    while columns[-1]:
        reached = [t.target for state in columns[-1] for t in machine.transitions if t.source == state]
        columns.append(list(dict.fromkeys(state for state in reached if state not in known)))
        known.update(reached)
    return {
        state: (COLUMN * x, ROW * ((len(column) - 1) / 2 - y))
        for x, column in enumerate(columns)
        for y, state in enumerate(column)
    }


# --- finite machines ------------------------------------------------------------------------------------------


def draw_machine(ax: Axes, machine: Machine) -> None:
    """Draw a state machine; its start has a double circle."""
    points, colour = layout(machine), colours(machine.states)
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for transition in machine.transitions:
        arrows[transition.source, transition.target].append(transition.symbol)
    rims = _draw_states(ax, points, colour, machine.start, radius=RADIUS, font=8)
    lowest = min(y for _, y in points.values())
    for (source, target), symbols in arrows.items():
        (x0, y0), (x1, y1), label = points[source], points[target], ", ".join(symbols)
        if source == target:
            _loop(ax, rims[source], label, font=8)
        elif machine.longest is None and y0 == y1 and x0 - x1 > 2 * COLUMN:  # all the way back, below everything
            _arrow(ax, rims[source], rims[target], label, bend=lowest - y0 - 1.1)
        elif source == machine.start and y1 > y0 and x1 - x0 > COLUMN:  # to the top row, around all below it
            _corner(ax, rims[source], rims[target], label)
        else:
            _arrow(ax, rims[source], rims[target], label, bend=0.15 if (target, source) in arrows else 0.0)
    x, y = zip(*points.values(), strict=True)
    below = 1.6 if machine.longest is None else 0.6
    ax.set(xlim=(min(x) - 0.6, max(x) + 0.6), ylim=(min(y) - below, max(y) + 1.0), aspect="equal")
    ax.axis("off")


def _arrow(ax: Axes, source: Circle, target: Circle, label: str, *, bend: float) -> None:
    """Draw an arrow from rim to rim; its middle, with the label, lies `bend` to the right of the straight line."""
    (x0, y0), (x1, y1) = source.center, target.center
    length = hypot(x1 - x0, y1 - y0)
    _between(ax, source, target, f"arc3,rad={2 * bend / length}")
    aside = bend + (0.2 if bend >= 0 else -0.2)
    middle = ((x0 + x1) / 2 + aside * (y1 - y0) / length, (y0 + y1) / 2 - aside * (x1 - x0) / length)
    ax.text(*middle, label, ha="center", va="center", fontsize=8)


def _corner(ax: Axes, source: Circle, target: Circle, label: str) -> None:
    """Draw an arrow straight up, with the label at its left, and then straight to the right."""
    (x0, y0), (_, y1) = source.center, target.center
    _between(ax, source, target, "angle,angleA=90,angleB=180,rad=12")
    ax.text(x0 - 0.2, (y0 + y1) / 2, label, ha="center", va="center", fontsize=8)


def _draw_states(
    ax: Axes, points: dict[str, Point], colour: dict[str, str], start: str, *, radius: float, font: float
) -> dict[str, Circle]:
    """Draw a circle with the name of each state; the start has a double one."""
    rims = {}
    for state, point in points.items():
        rims[state] = Circle(point, radius, facecolor="white", edgecolor=colour[state], linewidth=2, zorder=3)
        ax.add_patch(rims[state])
        lines = state.split(" ")
        ax.text(*point, "\n".join(lines), ha="center", va="center", fontsize=min(font, 22 / len(lines)), zorder=4)
    ax.add_patch(Circle(points[start], 0.83 * radius, facecolor="none", edgecolor=BLACK, zorder=3))
    return rims


def _loop(ax: Axes, rim: Circle, label: str, *, font: float) -> None:
    """Draw an arrow from a state to itself, above it."""
    (x, y), half = rim.center, 0.5 * rim.radius
    top = y + 0.85 * rim.radius
    ax.add_patch(FancyArrowPatch((x - half, top), (x + half, top), connectionstyle="arc3,rad=-1.8", **ARROW))
    ax.text(x, top + 0.45, label, ha="center", va="bottom", fontsize=font)


def _between(ax: Axes, source: Circle, target: Circle, connection: str) -> None:
    ends = (source.center, target.center)
    ax.add_patch(FancyArrowPatch(*ends, patchA=source, patchB=target, connectionstyle=connection, **ARROW))


# --- counter machines -----------------------------------------------------------------------------------------


def draw_counter_machine(ax: Axes, machine: CounterMachine) -> None:
    """Draw the states in a row, and arrows with symbol, tests and changes."""
    points = counter_layout(machine)
    colour = {machine.start: BLACK, **dict(zip(machine.symbols, PHASES, strict=False))}
    rims = _draw_states(ax, points, colour, machine.start, radius=COUNTER_RADIUS, font=COUNTER_FONT)
    for transition in machine.transitions:
        label = arrow_label(transition).replace(": ", ":\n").replace("-", "−")
        _counter_arrow(ax, rims[transition.source], rims[transition.target], label)
    ax.set(xlim=(-0.7, COUNTER_COLUMN * (len(points) - 1) + 0.7), ylim=(-1.95, 1.75), aspect="equal")
    ax.axis("off")


def counter_layout(machine: CounterMachine) -> dict[str, Point]:
    """Return the point of each state: in a row, in the order of the machine."""
    return {state: (COUNTER_COLUMN * i, 0.0) for i, state in enumerate(machine.states)}


def arrow_label(transition: CounterTransition) -> str:
    """Return symbol, tests and changes of a transition.

    Example: "b, B>0: B-1", or "a: B+2, C+3"
    """
    guards = [f"{guard.counter}{'>' if guard.positive else '='}0" for guard in transition.guards]
    changes = [
        f"{each.counter}:={each.by}" if each.sets else f"{each.counter}{each.by:+d}" for each in transition.changes
    ]
    return ", ".join([transition.symbol, *guards]) + (f": {', '.join(changes)}" if changes else "")


def _counter_arrow(ax: Axes, source: Circle, target: Circle, label: str) -> None:
    (x0, y0), (x1, _) = source.center, target.center
    text: dict[str, Any] = {"ha": "center", "fontsize": COUNTER_FONT}
    if source is target:
        _loop(ax, source, label, font=COUNTER_FONT)
    elif x1 > x0:
        _between(ax, source, target, "arc3,rad=0")
        ax.text((x0 + x1) / 2, y0 + 0.08, label, va="bottom", **text)
    else:  # back, below everything
        bend = 1.1
        _between(ax, source, target, f"arc3,rad={-2 * bend / (x0 - x1)}")
        ax.text((x0 + x1) / 2, y0 - bend - 0.12, label, va="top", **text)
