"""All figures of a result, read back from their artists."""

import dataclasses
import io
import re

import numpy as np
import pytest
from matplotlib.patches import Circle
from matplotlib.text import Text

from by_hand import ANB2NC3N
from failing import failing_at
from kuzushi.core.figure_style import new_figure
from kuzushi.sequences.automata.finite_automata import smallest_machine
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.experiment import run
from kuzushi.sequences.figures.experiment import MOST_STATES, figures, training_figure
from kuzushi.sequences.figures.machines import machine_figure
from kuzushi.sequences.figures.states import GATES, LONGEST_PATH, draw_values, states_figure
from kuzushi.sequences.languages import LANGUAGES

FAST = {"nets": 3, "length": 3, "test_length": 6, "updates": 20}


@pytest.fixture(scope="module")
def figured(srn, lstm, reber):
    """The figures of three results by name."""
    return drawn(srn, lstm, reber)


@pytest.fixture
def ax():
    return new_figure(6, 4).subplots()


def drawn(*results):
    return {
        figure.name: figure
        for number, result in enumerate(results, 1)
        for figure in (training_figure(f"{number}-training", result), *figures(result, number))
    }


def names(result):
    return [figure.name.removeprefix("1-") for figure in figures(result, 1)]


# --- all figures ----------------------------------------------------------------------------------------------


def test_every_figure_has_its_own_name_and_text_and_can_be_rendered(figured):
    assert list(figured) == [
        "1-training", "1-machine", "1-states", "1-phase-portraits",
        "2-training", "2-states", "2-states-3d", "2-gates",
        "3-training", "3-automaton", "3-states",
    ]  # fmt: skip
    for one in figured.values():
        for words in (one.caption, one.alternative):
            assert words.endswith(".")
            assert "\n" not in words
        file = io.BytesIO()
        one.figure.savefig(file, format="png", dpi=40)
        assert file.getvalue().startswith(b"\x89PNG")


def test_figures_need_only_ascii_and_a_minus(figured):
    letters = {*map(chr, range(128)), "−"}
    for one in figured.values():
        assert {letter for text in one.figure.findobj(Text) for letter in text.get_text()} <= letters


def test_a_net_of_one_unit_has_no_plane_of_states():
    result = run(SequencesConfig(lang="anbn", model="lstm", hid=1, nets=1, length=2, test_length=2, updates=1))
    assert names(result) == ["gates"]


def test_a_machine_of_too_many_states_is_not_drawn(srn):
    result = run(SequencesConfig(lang="a5b5c5", nets=1, length=4, test_length=4, updates=1))
    assert len(result.machine.states) > MOST_STATES >= len(srn.machine.states)
    assert next(figures(result, 1)).name == "1-states"


def test_the_counter_machine_is_drawn_if_there_is_one(lstm):
    found = dataclasses.replace(lstm.counter_machine, machine=ANB2NC3N, why_not=None)
    assert names(dataclasses.replace(lstm, counter_machine=found)) == [
        "counter-machine",
        "states",
        "states-3d",
        "gates",
    ]


# --- machine and states ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["anb2n", "anb2nc3n", "reber"])
def test_the_machine_of_the_language_is_drawn_with_its_transitions(srn, lstm, reber, lang):
    result = {"anb2n": srn, "anb2nc3n": lstm, "reber": reber}[lang]
    one, machine = machine_figure("1-machine", result), smallest_machine(LANGUAGES[lang], longest=3)
    circles = [patch for patch in one.figure.axes[0].patches if isinstance(patch, Circle)]
    assert len(circles) == len(machine.states) + 1
    assert f"It has {len(machine.states)} states." in one.caption
    arrows = one.alternative.removeprefix("As state, symbol, next state: ").removesuffix(".").split("; ")
    assert arrows == [f"{arrow.source} {arrow.symbol} {arrow.target}" for arrow in machine.transitions]
    assert ("up to n = 3" in one.caption) == (lang != "reber")


def test_captions_of_brackets_have_the_nesting(brackets):
    captions = {name: figure.caption for name, figure in drawn(brackets).items()}
    assert "The smallest state machine of Dyck-1, balanced brackets, up to nesting = 3; " in captions["1-machine"]
    assert "It has 5 states." in captions["1-machine"]
    assert "three brackets are open" in captions["1-states"]
    assert f"after each symbol of {len(brackets.walk)} strings, " in captions["1-states"]
    assert (
        "Below: the deepest nesting of the first failure of each net, alone or in a stream, up to 6."
        in captions["1-training"]
    )


def test_captions_of_a_pattern_have_its_powers_and_letters():
    result = run(SequencesConfig(lang="x2y3", **FAST))
    captions = {name: figure.caption for name, figure in drawn(result).items()}
    assert "The smallest state machine of x²ⁿy³ⁿ, up to n = 3; " in captions["1-machine"]
    assert "In state x3 three x's" in captions["1-states"]


def test_the_states_are_those_of_the_arrays_and_the_path_is_that_of_the_longest_string(figured, lstm):
    panels = figured["2-states"].figure.axes
    longest = np.vstack([np.zeros((1, 3)), lstm.arrays["hidden"][lstm.arrays["string"] == 2]])
    for panel, units in zip(panels, ([0, 1], [0, 2], [1, 2]), strict=True):
        np.testing.assert_array_equal(panel.collections[0].get_offsets(), lstm.arrays["hidden"][:, units])
        ends = [text.xy for text in panel.texts if not text.get_text()]
        moved = np.abs(np.diff(longest[:, units], axis=0)).max(1) > 1e-3
        np.testing.assert_allclose(ends, longest[1:][moved][:, units])
    assert "the string aaabbbbbbccccccccc" in figured["2-states"].caption


def test_of_many_units_one_pair_is_drawn(figured):
    assert len(figured["3-states"].figure.axes) == 1
    assert "(2 of 5)" in figured["3-states"].caption
    assert "20 strings" in figured["3-states"].caption


def test_the_text_of_the_states_has_their_means(figured, srn):
    captions = re.findall(r"([a-z0-9]+) \((-?[\d.]+), (-?[\d.]+)\)", figured["1-states"].alternative)
    names = np.array([srn.states[i] for i in srn.arrays["state"]])
    assert {name for name, *_ in captions} == set(names)
    for name, *means in captions:
        np.testing.assert_allclose(
            np.array(means, float), srn.arrays["hidden"][names == name].mean(0), atol=0.005 + 1e-6
        )


def test_a_string_that_is_too_long_is_not_the_path(srn):
    long, short = "a" * 12 + "b" * 24, "ab" * (LONGEST_PATH // 2)
    walk = ("abb", short, long)
    counts = [len(text) for text in walk]
    arrays = {
        "h_0": np.zeros(2, np.float32),
        "state": np.zeros(sum(counts), np.int64),
        "string": np.repeat(np.arange(3), counts),
        "determined": np.zeros(sum(counts), bool),
        "hidden": np.random.default_rng(0).uniform(-1, 1, (sum(counts), 2)).astype(np.float32),
    }
    assert short in states_figure("1-states", dataclasses.replace(srn, walk=walk, arrays=arrays)).caption


# --- gates ----------------------------------------------------------------------------------------------------


def test_the_lines_of_the_gates_are_the_arrays(figured, lstm):
    panels = figured["2-gates"].figure.axes
    at = lstm.arrays["string"] == 2
    cell, hidden, gates = (lstm.arrays[name][at] for name in ("cell", "hidden", "gates"))
    assert [panel.get_ylabel() for panel in panels] == ["cell", "hidden", "input gate", "forget gate", "output gate"]
    assert tuple(panel.get_ylabel() for panel in panels[2:]) == GATES
    for panel, values in zip(panels, (cell, hidden, gates[:, 0], gates[:, 1], gates[:, 2]), strict=True):
        for unit, line in enumerate(panel.lines):
            np.testing.assert_array_equal(line.get_ydata(), values[:, unit])
            assert line.get_label() == f"unit {unit + 1}"
        assert len(panel.lines) == 3
    assert "".join(label.get_text() for label in panels[-1].get_xticklabels()) == "aaabbbbbbccccccccc"
    assert "unit 1: " + ", ".join(f"{value:.2f}" for value in cell[:, 0]) in figured["2-gates"].alternative


def test_values_are_drawn_over_the_symbols_of_a_string(ax):
    draw_values(ax, np.array([[1, 4], [2, 5], [3, 6]], np.float32), "abb", label="cell")
    assert [line.get_xydata().tolist() for line in ax.lines] == [[[0, 1], [1, 2], [2, 3]], [[0, 4], [1, 5], [2, 6]]]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b", "b"]
    assert len({line.get_color() for line in ax.lines}) == 2


# --- training and scores --------------------------------------------------------------------------------------


def test_the_text_of_the_failures_has_their_numbers(figured, lstm):
    one = figured["2-training"]
    assert sum(int(count) for count in re.findall(r": (\d+)", one.alternative.partition("fails:")[2])) == lstm.nets
    rate = lstm.solved_interval
    assert f"{lstm.solved} of {lstm.nets} nets, {rate.mean:.0%}" in one.caption
    assert f"{rate.low:.0%} to {rate.high:.0%}" in one.caption
    assert "Below: the n of the first failure of each net, alone or in a stream, up to 6." in one.caption
    assert "the number of symbols of the first failure of each net, " in figured["3-training"].caption


def test_the_caption_says_which_net_is_drawn_and_where_it_fails(srn):
    fails, never = (states_figure("1", failing_at(srn, 1, far, 2, shown=1)).caption for far in (5, None))
    assert "net 2 of 3, the best: first failure at 5" in fails
    assert "net 2 of 3, the best: no failure found up to 6" in never


def test_the_training_curves_are_those_of_the_result(figured, lstm):
    one = figured["2-training"]
    loss, solved, failures = one.figure.axes
    np.testing.assert_array_equal(loss.lines[0].get_xydata(), [(e.update, e.loss) for e in lstm.history])
    np.testing.assert_array_equal(solved.lines[0].get_xydata(), [(e.update, e.solved) for e in lstm.history])
    assert list(solved.lines[1].get_ydata()) == [lstm.nets] * 2
    assert sum(bar.get_height() for bar in failures.patches) == lstm.nets
    last = lstm.history[-1]
    assert (
        f"After 20 updates: median loss {last.loss:.4f}, {last.solved} of 3 nets without a failure." in one.alternative
    )
    assert "Training of 3 LSTMs on aⁿb²ⁿc³ⁿ" in one.caption


def test_the_jump_of_the_loss_is_explained_for_the_preset_counting(figured, lstm):
    counting = dataclasses.replace(lstm, config=dataclasses.replace(lstm.config, preset="counting"))
    assert "the worst symbol" in training_figure("1-training", counting).caption
    assert "the worst symbol" not in figured["2-training"].caption
