"""Extracted automata and the hidden states in their colours, read back from their artists."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from matplotlib.collections import PathCollection

from kuzushi.sequences.figures.experiment import figures
from kuzushi.sequences.figures.machines import automaton_figure
from kuzushi.sequences.figures.states import OUTSIDE, States, automaton_states_figure, most_apart, states_on
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.nets import SRN
from kuzushi.sequences.regular.automata import smallest_machine
from kuzushi.sequences.regular.extract import extract_ensemble
from kuzushi.sequences.results import Machine

MACHINE = smallest_machine(LANGUAGES["reber"], longest=4)


@pytest.fixture(scope="module")
def found(reber):
    """The extraction from nets that have learned nothing."""
    model = SRN(2, alphabet=7, hid=5, generator=torch.Generator().manual_seed(0))
    shown, generator = reber.shown.net, torch.Generator().manual_seed(0)
    return extract_ensemble(model, grammar=MACHINE, symbols=reber.symbols, shown=shown, generator=generator)


def equal(found):
    """Return the extraction with the grammar as the automaton of the best net."""
    machines = list(found.machines)
    machines[found.shown] = replace(machines[found.shown], equal=True, states=7, clusters=9)
    return replace(found, machines=tuple(machines), machine=MACHINE)


def test_an_automaton_is_followed_symbol_by_symbol_from_its_start_for_each_string():
    assert states_on(MACHINE, ("BTXSE", "BPV")) == ("0", "1", "3", "5", "end", "0", "2", "4")


def test_after_a_symbol_that_the_automaton_does_not_accept_there_is_no_state():
    assert states_on(MACHINE, ("BEBT", "BT")) == ("0", OUTSIDE, OUTSIDE, OUTSIDE, "0", "1")


def test_the_units_are_those_in_which_the_nearest_two_states_lie_farthest_apart():
    points = np.array([[0, 0, 0], [0.1, 0, 0.9], [0, 0.8, 0.9], [0.1, 0.8, 0]], dtype=np.float32)
    names = ("0", "1", "2", "3")
    states = States(points=points, names=names, decided=np.ones(4, bool), path=points, path_names=names[:3])
    assert most_apart(states) == (1, 2)


def test_the_automaton_and_the_clouds_are_drawn_with_their_numbers(reber, found):
    automaton = automaton_figure("2-automaton", reber, equal(found))
    clouds = automaton_states_figure("2-automaton-states", reber, equal(found))
    assert (automaton.name, clouds.name) == ("2-automaton", "2-automaton-states")
    assert "9 clusters" in automaton.caption
    assert "7 states" in automaton.caption
    assert "It equals Reber's grammar" in automaton.caption
    assert "end B 0; 0 T 1" in automaton.alternative
    (ax,) = clouds.figure.axes
    (points,) = [drawn for drawn in ax.collections if isinstance(drawn, PathCollection)]
    drawn = {tuple(point) for point in np.round(np.asarray(points.get_offsets()), 5).tolist()}
    units = [int(label.rpartition(" ")[2]) - 1 for label in (ax.get_xlabel(), ax.get_ylabel())]
    hidden = reber.arrays["hidden"][:, units].astype(float)
    assert drawn == {tuple(point) for point in np.round(hidden, 5).tolist()}
    counts = [int(part.partition(": ")[2]) for part in clouds.alternative.removesuffix(".").split("; ")[1:]]
    assert sum(counts) + int(clouds.alternative.split("; ")[0].rpartition(" ")[2].removesuffix(".")) == len(hidden)


def test_the_caption_says_that_an_automaton_differs_from_the_grammar(reber, found):
    assert "It differs from Reber's grammar" in automaton_figure("1-automaton", reber, found).caption


def test_an_automaton_of_too_many_states_is_not_drawn_and_one_unit_has_no_plane(reber, found):
    large = replace(found, machine=Machine(longest=None, states=tuple("abcdefghijklmnopqrstuvwxyz"), start="a",
                                           transitions=()))  # fmt: skip
    names = [one.name for one in figures(replace(reber, automata=large), 1).how]
    assert [name for name in names if "automaton" in name] == ["1-automaton-states"]
    names = [one.name for one in figures(replace(reber, hid=1, automata=equal(found)), 1).how]
    assert [name for name in names if "automaton" in name] == ["1-automaton"]
