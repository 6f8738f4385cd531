"""Extracted automata."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from kuzushi.sequences.automata.extract_automaton import extract_ensemble
from kuzushi.sequences.automata.finite_automata import smallest_machine
from kuzushi.sequences.figures.experiment import figures
from kuzushi.sequences.figures.machines import automaton_figure
from kuzushi.sequences.figures.states import States
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.nets import SRN
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


def test_the_units_are_those_in_which_the_nearest_two_states_lie_farthest_apart():
    points = np.array([[0, 0, 0, 0], [0.1, 0, 0.9, 0], [0, 0.8, 0.9, 0], [0.1, 0.8, 0, 0]], dtype=np.float32)
    names = ("0", "1", "2", "3")
    states = States(points=points, names=names, decided=np.ones(4, bool), path=points, path_names=names[:3])
    assert states.pairs() == [(1, 2)]


def test_the_automaton_is_drawn_with_its_numbers(reber, found):
    automaton = automaton_figure("2-automaton", reber, equal(found))
    assert automaton.name == "2-automaton"
    assert "9 clusters" in automaton.caption
    assert "7 states" in automaton.caption
    assert "It equals Reber's grammar" in automaton.caption
    assert "end B 0; 0 T 1" in automaton.alternative


def test_the_caption_says_that_an_automaton_differs_from_the_grammar(reber, found):
    assert "It differs from Reber's grammar" in automaton_figure("1-automaton", reber, found).caption


def test_an_automaton_of_too_many_states_is_not_drawn_but_the_grammar(reber, found):
    large = replace(found, machine=Machine(longest=None, states=tuple("abcdefghijklmnopqrstuvwxyz"), start="a",
                                           transitions=()))  # fmt: skip
    assert next(figures(replace(reber, automata=large), 1)).name == "1-machine"
    assert next(figures(replace(reber, automata=equal(found)), 1)).name == "1-automaton"
