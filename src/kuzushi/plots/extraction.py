"""The automaton read off a net, and the hidden states of the net coloured by where they are in it."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from kuzushi.plots.languages import TITLES, written
from kuzushi.plots.machines import draw_machine
from kuzushi.plots.states import States, draw_states, pairs_of_units
from kuzushi.plots.style import Drawn, new_figure
from kuzushi.results import Machine, SequencesResult
from kuzushi.results.extraction import ExtractedMachines

MOST_STATES = 24
"""The most states of an automaton that is drawn."""
OUTSIDE = "none"
"""The name of a point on a string that the automaton cannot read."""


def automata_figures(name: str, result: SequencesResult, extraction: ExtractedMachines) -> Iterator[Drawn]:
    """The automaton, if it is small enough, and if there are two hidden units, the hidden states in its colours."""
    if len(extraction.machine.states) <= MOST_STATES:
        yield _automaton(f"{name}-automaton", result, extraction)
    if result.hid > 1:
        yield _states(f"{name}-automaton-states", result, extraction)


def followed(machine: Machine, strings: tuple[str, ...]) -> tuple[str, ...]:
    """The state after each symbol of strings, each read from the start, laid end to end; OUTSIDE where there is none.

    Example: followed(machine of Reber's grammar, ("BTXSE",)) -> ("0", "1", "3", "5", "end")
    """
    arrows = {(arrow.source, arrow.symbol): arrow.target for arrow in machine.transitions}
    names = []
    for string in strings:
        state = machine.start
        for symbol in string:
            state = arrows.get((state, symbol), OUTSIDE)
            names.append(state)
    return tuple(names)


def most_apart(states: States) -> tuple[int, int]:
    """The two units in which the means of the nearest two states lie farthest apart."""
    names = np.array(states.names)
    means = np.array([states.points[names == name].mean(0) for name in dict.fromkeys(states.names)])  # (states, hid)
    apart = np.abs(means[:, None] - means)  # (states, states, hid)
    apart[np.diag_indices(len(means))] = np.inf
    return max(pairs_of_units(states), key=lambda units: float(apart[..., units].max(-1).min()))


def _automaton(name: str, result: SequencesResult, extraction: ExtractedMachines) -> Drawn:
    machine, shown = extraction.machine, extraction.machines[extraction.shown]
    figure = new_figure(12, 6)
    draw_machine(figure.subplots(), machine)
    which = (
        f"It is that of {written(result.language)}, and so its states have the names of the grammar's nodes"
        if shown.equal
        else f"It is not that of {written(result.language)}, and so its states are only numbered"
    )
    arrows = [f"{arrow.source} {arrow.symbol} {arrow.target}" for arrow in machine.transitions]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The automaton read off net {shown.net + 1}: {shown.clusters} clusters of hidden states, and after "
        f"merging those that have the same future, {shown.states} states. {which}.",
        alternative=f"As state, symbol, next state: {'; '.join(arrows)}.",
    )


def _states(name: str, result: SequencesResult, extraction: ExtractedMachines) -> Drawn:
    places = followed(extraction.machine, result.walk)
    read = tuple(place for place, string in zip(places, result.arrays["string"], strict=True) if string == 0)
    states = replace(States.of(result, string=0), names=places, path_names=read)
    units = most_apart(states)
    figure = new_figure(7, 6.5)
    draw_states(figure.subplots(), states, units)
    counts = [f"{place}: {places.count(place)}" for place in dict.fromkeys(places)]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"The hidden states of the {TITLES[result.model]}, net {extraction.shown + 1}, in two of its units, "
        "coloured and named by the state of its automaton. Each state is a cloud; clouds that overlap here may lie "
        f"apart in other units. The arrows follow {result.walk[0]} from the star, the initial state.",
        alternative=f"Points in each state: {'; '.join(counts)}.",
    )
