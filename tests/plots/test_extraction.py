"""Automata and clouds of hidden states, read back from their artists."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from matplotlib.collections import PathCollection

from kuzushi.analysis.extraction import extraction
from kuzushi.analysis.machines import smallest_machine
from kuzushi.configs import SequencesConfig
from kuzushi.data.languages import LANGUAGES
from kuzushi.experiments.sequences import run
from kuzushi.models.recurrent import SRN
from kuzushi.plots.extraction import OUTSIDE, automata_figures, followed, most_apart
from kuzushi.plots.states import States
from kuzushi.results import Machine

MACHINE = smallest_machine(LANGUAGES["reber"], longest=4)


@pytest.fixture(scope="module")
def result():
    return run(SequencesConfig(lang="reber", model="srn", hid=3, nets=2, length=3, test_length=3, updates=2))


@pytest.fixture(scope="module")
def found(result):
    """The extraction of nets that have learned nothing."""
    model = SRN(2, alphabet=7, hid=3, generator=torch.Generator().manual_seed(0))
    shown, generator = result.shown.net, torch.Generator().manual_seed(0)
    return extraction(model, grammar=MACHINE, symbols=result.symbols, shown=shown, generator=generator)


def equal(found):
    """The extraction as if the automaton of the shown net were the grammar's."""
    machines = list(found.machines)
    machines[found.shown] = replace(machines[found.shown], equal=True, states=7, clusters=9)
    return replace(found, machines=tuple(machines), machine=MACHINE)


def test_an_automaton_is_followed_symbol_by_symbol_from_its_start_for_each_string():
    assert followed(MACHINE, ("BTXSE", "BPV")) == ("0", "1", "3", "5", "end", "0", "2", "4")


def test_where_the_automaton_cannot_read_on_there_is_no_state_till_the_end_of_the_string():
    assert followed(MACHINE, ("BEBT", "BT")) == ("0", OUTSIDE, OUTSIDE, OUTSIDE, "0", "1")


def test_the_units_are_those_in_which_the_nearest_two_states_lie_farthest_apart():
    points = np.array([[0, 0, 0], [0.1, 0, 0.9], [0, 0.8, 0.9], [0.1, 0.8, 0]], dtype=np.float32)
    names = ("0", "1", "2", "3")
    states = States(points=points, names=names, decided=np.ones(4, bool), path=points, path_names=names[:3])
    assert most_apart(states) == (1, 2)


def test_the_automaton_and_the_clouds_are_drawn_with_their_numbers(result, found):
    automaton, clouds = automata_figures("2", result, equal(found))
    assert (automaton.name, clouds.name) == ("2-automaton", "2-automaton-states")
    assert "9 clusters" in automaton.caption
    assert "7 states" in automaton.caption
    assert "It is that of Reber's grammar" in automaton.caption
    assert "end B 0; 0 T 1" in automaton.alternative
    (ax,) = clouds.figure.axes
    (points,) = [drawn for drawn in ax.collections if isinstance(drawn, PathCollection)]
    drawn = {tuple(point) for point in np.round(np.asarray(points.get_offsets()), 5).tolist()}
    units = [int(label.rpartition(" ")[2]) - 1 for label in (ax.get_xlabel(), ax.get_ylabel())]
    hidden = result.arrays["hidden"][:, units].astype(float)
    assert drawn == {tuple(point) for point in np.round(hidden, 5).tolist()}
    counts = [int(part.partition(": ")[2]) for part in clouds.alternative.removesuffix(".").split("; ")[1:]]
    assert sum(counts) + int(clouds.alternative.split("; ")[0].rpartition(" ")[2].removesuffix(".")) == len(hidden)


def test_an_automaton_that_is_not_the_grammars_is_said_to_be_another(result, found):
    drawn = [one for one in automata_figures("1", result, found) if one.name == "1-automaton"]
    for one in drawn:
        assert "It is not that of Reber's grammar" in one.caption


def test_an_automaton_of_too_many_states_is_not_drawn_and_one_unit_has_no_plane(result, found):
    large = replace(found, machine=Machine(longest=None, states=tuple("abcdefghijklmnopqrstuvwxyz"), start="a",
                                           transitions=()))  # fmt: skip
    assert [one.name for one in automata_figures("1", result, large)] == ["1-automaton-states"]
    assert [one.name for one in automata_figures("1", replace(result, hid=1), equal(found))] == ["1-automaton"]
