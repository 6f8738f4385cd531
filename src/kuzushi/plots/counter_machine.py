"""A counter machine as a picture."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch

from kuzushi.plots.machines import ARROW, PHASES
from kuzushi.plots.style import BLACK, Drawn, new_figure
from kuzushi.results.counters import Change, CounterMachine, CounterTransition, Guard

RADIUS = 0.42
APART = 2.6
"""From one state to the next, in units of the layout."""
SIZE = 11
"""Of the type, in points: to be read from the back of a room."""

Place = tuple[float, float]


def counter_machine_figure(name: str, machine: CounterMachine) -> Drawn:
    """The machine with its words."""
    figure = new_figure(1.05 * (APART * (len(machine.states) - 1) + 1.4), 3.9)
    draw_counter_machine(figure.subplots(), machine)
    arrows = [f"{t.source} to {t.target} at {arrow_label(t)}" for t in machine.transitions]
    counters = f"counter{'' if len(machine.counters) == 1 else 's'} {' and '.join(machine.counters)}"
    return Drawn(
        name=name,
        figure=figure,
        caption=f"A machine with {len(machine.states)} states and the {counters}, taken from the net. A "
        "state is the symbol last read. On an arrow stand the symbol, the test that must hold before it is read, and "
        "what is done to the counters. The double circle is the start, where every counter is 0.",
        alternative=f"{'; '.join(arrows)}.",
    )


def draw_counter_machine(ax: Axes, machine: CounterMachine) -> None:
    """Draw the states in a row, and the arrows with symbol, tests and changes."""
    places = layout(machine)
    colour = dict(zip(machine.symbols, PHASES, strict=False))
    rims = {}
    for state, place in places.items():
        edge = colour.get(state, BLACK)
        rims[state] = Circle(place, RADIUS, facecolor="white", edgecolor=edge, linewidth=2.2, zorder=3)
        ax.add_patch(rims[state])
        ax.text(*place, state, ha="center", va="center", fontsize=SIZE, zorder=4)
    ax.add_patch(Circle(places[machine.start], 0.85 * RADIUS, facecolor="none", edgecolor=BLACK, zorder=3))
    for transition in machine.transitions:
        _draw_arrow(ax, rims, transition, arrow_label(transition).replace(": ", ":\n").replace("-", "−"))
    ax.set(xlim=(-0.7, APART * (len(places) - 1) + 0.7), ylim=(-1.95, 1.75), aspect="equal")
    ax.axis("off")


def layout(machine: CounterMachine) -> dict[str, Place]:
    """Where each state is drawn: in a row, in the order of the machine."""
    return {state: (APART * place, 0.0) for place, state in enumerate(machine.states)}


def arrow_label(transition: CounterTransition) -> str:
    """What an arrow reads, tests and does.

    Example: "b, B>0: B-1", or "a: B+2, C+3"
    """
    tests = ", ".join([transition.symbol, *(guard_text(guard) for guard in transition.guards)])
    return tests + (f": {changes_text(transition.changes)}" if transition.changes else "")


def guard_text(guard: Guard) -> str:
    return f"{guard.counter}{'>' if guard.positive else '='}0"


def changes_text(changes: Sequence[Change]) -> str:
    """Example: "B-1, C:=3" """
    return ", ".join(f"{c.counter}{':=' if c.sets else ''}{c.by:{'d' if c.sets else '+d'}}" for c in changes)


def _draw_arrow(ax: Axes, rims: dict[str, Circle], transition: CounterTransition, label: str) -> None:
    source, target = rims[transition.source], rims[transition.target]
    (x0, y0), (x1, _) = source.center, target.center
    style: dict[str, Any] = {**ARROW, "mutation_scale": 14, "linewidth": 1.2}
    text: dict[str, Any] = {"ha": "center", "fontsize": SIZE}
    if source is target:  # a loop above
        top = y0 + 0.85 * RADIUS
        ends, way = ((x0 - 0.2, top), (x0 + 0.2, top)), "arc3,rad=-1.9"
        ax.add_patch(FancyArrowPatch(*ends, connectionstyle=way, **style))
        ax.text(x0, top + 0.5, label, va="bottom", **text)
    elif x1 > x0:
        ax.add_patch(FancyArrowPatch((x0, y0), (x1, y0), patchA=source, patchB=target, **style))
        ax.text((x0 + x1) / 2, y0 + 0.08, label, va="bottom", **text)
    else:  # back, below everything
        bend = 1.1
        way = f"arc3,rad={-2 * bend / (x0 - x1)}"
        ends = ((x0, y0), (x1, y0))
        ax.add_patch(FancyArrowPatch(*ends, patchA=source, patchB=target, connectionstyle=way, **style))
        ax.text((x0 + x1) / 2, y0 - bend - 0.12, label, va="top", **text)
