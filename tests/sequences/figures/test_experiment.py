"""All figures of a result, read back from their artists."""

import dataclasses
import io
import re
from itertools import chain, combinations

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle
from matplotlib.text import Text

from by_hand import ANB2NC3N
from kuzushi.core.figure_style import BLACK, RED, new_figure
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.experiment import run
from kuzushi.sequences.figures.counters import GATES, draw_values
from kuzushi.sequences.figures.experiment import MOST_STATES, draw_predictions, figures
from kuzushi.sequences.figures.states import LONGEST_PATH
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.regular.automata import smallest_machine
from kuzushi.sequences.results import Step

FAST = {"nets": 3, "length": 3, "test_length": 6, "updates": 20}
EXPLAINED = ("dynamics", "counts", "counter_machine", "automata", "certification", "snapping")


@pytest.fixture(scope="module")
def figured(srn, lstm, reber):
    """The figures of three results by name."""
    return drawn(srn, lstm, reber)


@pytest.fixture
def ax():
    return new_figure(6, 4).subplots()


def drawn_of(result, number=1):
    """Yield the figures of one result; each is drawn when it is reached."""
    each = figures(result, number)
    return chain(each.how_far, each.how, each.how_sure)


def drawn(*results):
    return {figure.name: figure for number, result in enumerate(results, 1) for figure in drawn_of(result, number)}


def drawn_one(name, result):
    """Return one figure of a result; later ones are not drawn."""
    return next(figure for figure in drawn_of(result) if figure.name == name)


def failing_at(result, *lengths, shown=0, **changes):
    """Return the result with these first failures."""
    shown = dataclasses.replace(result.shown, net=shown)
    return dataclasses.replace(result, nets=len(lengths), first_failure=lengths, shown=shown, **changes)


def unexplained(result, *, but=()):
    """Return the result without analyses, but for these fields."""
    return dataclasses.replace(result, **{name: None for name in EXPLAINED if name not in but})


def step(symbol, legal, *, right):
    return Step(
        symbol=symbol, state="end", hidden=(), probabilities=(0.25, 0.75), legal=legal, determined=True, right=right
    )


# --- all figures ----------------------------------------------------------------------------------------------


def test_every_figure_has_its_own_name_and_text_and_can_be_rendered(figured):
    assert list(figured) == [
        "1-training", "1-first-failure", "1-predictions", "1-machine", "1-states", "1-phase-portraits",
        "2-training", "2-first-failure", "2-predictions", "2-machine", "2-states", "2-states-3d", "2-gates",
        "2-counting", "2-decoded-counts", "2-cell-steps", "2-snapped",
        "3-training", "3-first-failure", "3-predictions", "3-machine", "3-states", "3-states-3d",
        "3-automaton", "3-automaton-states",
    ]  # fmt: skip
    for one in figured.values():
        for words in (one.caption, one.alternative):
            assert words.endswith(".")
            assert "\n" not in words
    for name in (*(name for name in figured if name.startswith("2-")), "3-machine"):
        one, file = figured[name], io.BytesIO()
        one.figure.savefig(file, format="png", dpi=40)
        assert file.getvalue().startswith(b"\x89PNG")


def test_figures_need_only_ascii_a_minus_and_a_dot(figured):
    letters = {*map(chr, range(128)), "−", "·"}
    for one in figured.values():
        assert {letter for text in one.figure.findobj(Text) for letter in text.get_text()} <= letters


def test_a_net_of_one_unit_has_no_plane_of_states():
    result = run(SequencesConfig(lang="anbn", model="lstm", hid=1, nets=1, length=2, test_length=2, updates=1))
    assert list(drawn(unexplained(result))) == [
        "1-training", "1-first-failure", "1-predictions", "1-machine", "1-gates",
    ]  # fmt: skip


def test_a_machine_of_too_many_states_is_not_drawn(srn):
    result = run(SequencesConfig(lang="a5b5c5", nets=1, length=4, test_length=4, updates=1))
    assert len(result.machine.states) > MOST_STATES >= len(srn.machine.states)
    assert next(iter(figures(result, 1).how)).name == "1-states"


def explaining(result):
    """Return the names of the figures of the analyses."""
    bare = ("machine", "states", "states-3d", "gates")
    each = figures(result, 1)
    return [one.name for one in chain(each.how, each.how_sure) if one.name.removeprefix("1-") not in bare]


@pytest.mark.parametrize(
    ("name", "field", "expected"),
    [
        ("srn", "dynamics", ["1-phase-portraits"]),
        ("lstm", "counts", ["1-counting", "1-decoded-counts", "1-cell-steps"]),
        ("lstm", "snapping", ["1-snapped"]),
        ("lstm", "certification", []),
        ("reber", "automata", ["1-automaton", "1-automaton-states"]),
    ],
)
def test_only_the_analyses_of_the_result_are_drawn(request, name, field, expected):
    assert explaining(unexplained(request.getfixturevalue(name), but=[field])) == expected


def test_a_counter_machine_is_drawn_before_the_counts_if_there_is_one(lstm):
    found, none = (
        dataclasses.replace(lstm.counter_machine, machine=machine, why_not=why_not)
        for machine, why_not in ((ANB2NC3N, None), (None, "no step is an integer"))
    )
    bare = unexplained(lstm, but=["counts"])
    counting = ["1-counting", "1-decoded-counts", "1-cell-steps"]
    assert explaining(dataclasses.replace(bare, counter_machine=found)) == ["1-counter-machine", *counting]
    assert explaining(dataclasses.replace(bare, counter_machine=none)) == counting


def test_without_snapped_nets_there_is_no_figure_of_them(lstm):
    nothing = dataclasses.replace(lstm.snapping, nets=(), first_failure=(), exact=0, certification=None)
    assert explaining(dataclasses.replace(unexplained(lstm), snapping=nothing)) == []


# --- machine and states ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "lang"), [("1", "anb2n"), ("2", "anb2nc3n"), ("3", "reber")])
def test_the_machine_of_the_language_is_drawn_with_its_transitions(figured, name, lang):
    one, machine = figured[f"{name}-machine"], smallest_machine(LANGUAGES[lang], longest=3)
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
    assert "by its deepest nesting, up to 6: alone or in a stream" in captions["1-first-failure"]


def test_captions_of_a_pattern_have_its_powers_and_letters():
    result = run(SequencesConfig(lang="x2y3", **FAST))
    captions = {name: figure.caption for name, figure in drawn(result).items()}
    assert "The smallest state machine of x²ⁿy³ⁿ, up to n = 3; " in captions["1-machine"]
    assert "In state x3 three x's" in captions["1-states"]
    assert "the strings n = 1 to 3" in captions["1-states"]


def test_the_states_are_those_of_the_arrays_and_the_path_is_that_of_the_longest_string(figured, lstm):
    panels = figured["2-states"].figure.axes
    longest = np.vstack([np.zeros((1, 3)), lstm.arrays["hidden"][lstm.arrays["string"] == 2]])
    for panel, units in zip(panels, ([0, 1], [0, 2], [1, 2]), strict=True):
        np.testing.assert_array_equal(panel.collections[0].get_offsets(), lstm.arrays["hidden"][:, units])
        ends = [text.xy for text in panel.texts if not text.get_text()]
        moved = np.abs(np.diff(longest[:, units], axis=0)).max(1) > 1e-3
        np.testing.assert_allclose(ends, longest[1:][moved][:, units])
    assert "the string aaabbbbbbccccccccc" in figured["2-states"].caption
    assert "the strings n = 1 to 3" in figured["2-states"].caption


def test_every_pair_of_five_units_is_drawn(figured):
    one = figured["3-states"]
    drawn_pairs = {(ax.get_xlabel()[-1], ax.get_ylabel()[-1]) for ax in one.figure.axes}
    assert drawn_pairs == set(combinations("12345", 2))
    assert len(one.figure.axes) == 10
    assert "20 strings" in one.caption


def test_of_many_units_those_that_vary_most_are_drawn(reber):
    hidden = np.concatenate([reber.arrays["hidden"], reber.arrays["hidden"][:, :2] / 9], axis=1)
    one = drawn_one("1-states", dataclasses.replace(reber, hid=7, arrays=reber.arrays | {"hidden": hidden}))
    assert len(one.figure.axes) == 10
    assert not {"hidden unit 6", "hidden unit 7"} & {ax.get_ylabel() for ax in one.figure.axes}
    assert "the 5 of 7 that vary most" in one.caption


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
        "state": np.zeros(sum(counts), np.int64),
        "string": np.repeat(np.arange(3), counts),
        "determined": np.zeros(sum(counts), bool),
        "hidden": np.random.default_rng(0).uniform(-1, 1, (sum(counts), 2)).astype(np.float32),
    }
    assert short in drawn_one("1-states", dataclasses.replace(srn, walk=walk, arrays=arrays)).caption


# --- gates and predictions ------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("name", ["srn", "lstm", "reber"])
def test_predictions_frame_exactly_the_symbols_that_may_follow(request, figured, name):
    result = request.getfixturevalue(name)
    one = figured[f"{['srn', 'lstm', 'reber'].index(name) + 1}-predictions"]
    panel = one.figure.axes[0]
    steps = result.shown.steps
    np.testing.assert_array_equal(panel.images[0].get_array(), np.array([step.probabilities for step in steps]).T)
    assert panel.images[0].get_clim() == (0, 1)
    framed = {
        (round(frame.get_x() + frame.get_width() / 2), round(frame.get_y() + frame.get_height() / 2)): frame
        for frame in panel.patches
    }
    assert framed.keys() == {(x, result.symbols.index(symbol)) for x, step in enumerate(steps) for symbol in step.legal}
    for (x, _), frame in framed.items():
        assert to_hex(frame.get_edgecolor()) == (BLACK if steps[x].right else RED).lower()
    assert [label.get_text() for label in panel.get_xticklabels()] == [step.symbol for step in steps]
    assert tuple(label.get_text() for label in panel.get_yticklabels()) == result.symbols
    determined = [step for step in steps if step.determined]
    assert f"right {sum(step.right for step in determined)} of {len(determined)} times" in one.caption
    wrong = re.findall(r"after symbol (\d+), (\w)", one.alternative)
    assert wrong == [(str(i), step.symbol) for i, step in enumerate(steps, start=1) if not step.right]


def test_wrong_steps_are_red(ax):
    draw_predictions(ax, [step("a", "ab", right=True), step("b", "a", right=False)], ("a", "b"))
    frames = [((frame.get_x(), frame.get_y()), to_hex(frame.get_edgecolor())) for frame in ax.patches]
    assert frames == [((-0.45, -0.45), BLACK), ((-0.45, 0.55), BLACK), ((0.55, -0.45), RED.lower())]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b"]


def test_the_text_of_a_stream_without_errors_says_nowhere(srn):
    right = tuple(dataclasses.replace(step, right=True) for step in srn.shown.steps)
    perfect = dataclasses.replace(srn, shown=dataclasses.replace(srn.shown, steps=right))
    assert drawn_one("1-predictions", perfect).alternative == "Wrong: nowhere."


# --- scores ---------------------------------------------------------------------------------------------------


def test_the_text_of_the_failures_has_their_numbers(figured, lstm):
    one = figured["2-first-failure"]
    assert sum(int(count) for count in re.findall(r": (\d+)", one.alternative.partition(":")[2])) == lstm.nets
    rate = lstm.solved_interval
    assert f"{lstm.solved} of {lstm.nets} nets, {rate.mean:.0%}" in one.caption
    assert f"{rate.low:.0%} to {rate.high:.0%}" in one.caption
    assert "by its n, up to 6: alone or in a stream" in one.caption
    assert "by its number of symbols, up to " in figured["3-first-failure"].caption


def test_the_caption_says_which_net_is_drawn_and_where_it_fails(srn):
    fails, never = (drawn_one("1-predictions", failing_at(srn, 1, far, 2, shown=1)).caption for far in (5, None))
    assert "net 2 of 3, the best: it first fails at 5" in fails
    assert "net 2 of 3, the best: it does not fail up to 6" in never


def test_the_training_curves_are_those_of_the_result(figured, lstm):
    one = figured["2-training"]
    loss, solved = one.figure.axes
    np.testing.assert_array_equal(loss.lines[0].get_xydata(), [(e.update, e.loss) for e in lstm.history])
    np.testing.assert_array_equal(solved.lines[0].get_xydata(), [(e.update, e.solved) for e in lstm.history])
    assert list(solved.lines[1].get_ydata()) == [lstm.nets] * 2
    last = lstm.history[-1]
    assert f"after 20 updates {last.loss:.4f} and {last.solved}." in one.alternative
    assert "Training of 3 LSTMs on aⁿb²ⁿc³ⁿ" in one.caption


def test_the_jump_of_the_loss_is_explained_for_the_preset_counting(figured, lstm):
    counting = dataclasses.replace(lstm, config=dataclasses.replace(lstm.config, preset="counting"))
    assert "the worst symbol" in drawn_one("1-training", counting).caption
    assert "the worst symbol" not in figured["2-training"].caption
