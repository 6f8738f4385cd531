"""State machines, read back from their artists."""

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import combinations
from math import dist

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import ArrowStyle, Circle, FancyArrowPatch

from kuzushi.core.figure_style import BLACK, BLUE, GREEN, ORANGE, RED, new_figure
from kuzushi.sequences.automata.finite_automata import smallest_machine
from kuzushi.sequences.figures.machines import (
    COLUMN,
    RADIUS,
    ROW,
    colours,
    depth,
    draw_machine,
    layout,
    phase,
    state_names_text,
)
from kuzushi.sequences.languages import LANGUAGES, get_language
from kuzushi.sequences.results import Machine, Transition

DRAWN = [
    ("reber", 4),
    ("reber-embedded", 4),
    ("anbn", 4),
    ("anb2n", 4),
    ("anbncn", 3),
    ("anb2nc3n", 1),
    ("anb2nc3n", 4),
    ("a2b3", 4),
    ("a3b1", 3),
    ("a3b1c2", 3),
    ("a1b6", 2),
    ("a1b1c1d1", 4),
    ("a1b1c1d1e1f1", 3),
    ("dyck1", 1),
    ("dyck1", 4),
]
ON_A_CURVE = np.linspace(0, 1, 41)


@pytest.fixture(scope="module", params=DRAWN, ids=lambda drawn: "-".join(map(str, drawn)))
def drawn(request):
    """Return a machine and the axes it is drawn on."""
    name, longest = request.param
    machine = smallest_machine(get_language(name), longest=longest)
    x, y = np.array(list(layout(machine).values())).T
    figure = new_figure(0.62 * (np.ptp(x) + 2), 0.62 * (np.ptp(y) + 2.4))
    ax = figure.subplots()
    draw_machine(ax, machine)
    figure.draw_without_rendering()
    return machine, ax


def arrows_of(machine):
    """Return the symbols from one state to another, in drawing order."""
    symbols = defaultdict(list)
    for arrow in machine.transitions:
        symbols[arrow.source, arrow.target].append(arrow.symbol)
    return {ends: ", ".join(read) for ends, read in symbols.items()}


def curves(ax):
    """Return the points along each arrow from its source, without its head."""
    lines = []
    for arrow in ax.patches:
        if isinstance(arrow, FancyArrowPatch):
            path = arrow.get_path()
            assert isinstance(arrow.get_arrowstyle(), ArrowStyle.CurveFilledB), "its head is at its target"
            strokes = list(path.iter_bezier())
            begins = [i for i, (_, code) in enumerate(strokes) if code == path.MOVETO]
            lines.append(np.vstack([stroke(ON_A_CURVE) for stroke, _ in strokes[1 : begins[1]]]))
    return lines


def labels_of(machine, ax):
    """Return the labels of the arrows; those of the states come first."""
    return ax.texts[len(machine.states) :]


def test_every_state_is_a_circle_with_its_name_and_colour(drawn):
    machine, ax = drawn
    points, colour = layout(machine), colours(machine.states)
    rims = {patch.center: patch for patch in ax.patches if isinstance(patch, Circle) and patch.radius == RADIUS}
    assert {state: point for state, point in points.items() if point in rims} == points
    assert len(rims) == len(machine.states) == len(points)
    names = {text.get_position(): text.get_text() for text in ax.texts[: len(points)]}
    for state, point in points.items():
        assert names[point].split() == state.split()
        assert to_hex(rims[point].get_edgecolor()) == colour[state].lower()


def test_only_the_start_has_a_double_circle(drawn):
    machine, ax = drawn
    inner = [patch for patch in ax.patches if isinstance(patch, Circle) and patch.radius < RADIUS]
    assert [patch.center for patch in inner] == [layout(machine)[machine.start]]
    assert machine.start == "end"


def test_every_transition_is_an_arrow_from_its_source_to_its_target_with_its_symbol(drawn):
    machine, ax = drawn
    points, arrows = layout(machine), arrows_of(machine)
    lines, labels = curves(ax), labels_of(machine, ax)
    assert [label.get_text() for label in labels] == list(arrows.values())
    assert Counter(", ".join(arrows.values()).split(", ")) == Counter(arrow.symbol for arrow in machine.transitions)
    for (source, target), line, label in zip(arrows, lines, labels, strict=True):
        assert dist(line[0], points[source]) == pytest.approx(RADIUS, abs=0.15)
        assert dist(line[-1], points[target]) == pytest.approx(RADIUS, abs=0.15)
        assert np.hypot(*(line - label.get_position()).T).min() < 0.25, f"{source} to {target}: the label is far away"


def test_no_arrow_and_no_label_lies_on_a_foreign_state(drawn):
    machine, ax = drawn
    points = layout(machine)
    for ends, line, label in zip(arrows_of(machine), curves(ax), labels_of(machine, ax), strict=True):
        for state, point in points.items():
            assert dist(label.get_position(), point) > RADIUS
            assert state in ends or np.hypot(*(line - point).T).min() > RADIUS, f"{ends} crosses {state}"


def test_no_label_covers_another_and_all_is_visible(drawn):
    machine, ax = drawn
    canvas = FigureCanvasAgg(ax.figure)
    canvas.draw()
    boxes = [label.get_window_extent(canvas.get_renderer()) for label in labels_of(machine, ax)]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    everything = [*np.vstack(curves(ax)), *(text.get_position() for text in ax.texts)]
    for x, y in everything:
        assert ax.get_xlim()[0] <= x <= ax.get_xlim()[1]
        assert ax.get_ylim()[0] <= y <= ax.get_ylim()[1]


@pytest.mark.parametrize("longest", range(1, 7))
@pytest.mark.parametrize("name", [*LANGUAGES, "a2b3", "a9b1", "a5b1c2", "a1b1c1d1", "a2b1c3d1e1f1"])
def test_no_two_states_touch(name, longest):
    machine = smallest_machine(get_language(name), longest=longest)
    points = layout(machine)
    assert points.keys() == set(machine.states)
    assert all(dist(one, other) > 2 * RADIUS for one, other in combinations(points.values(), 2))


def test_a_counting_machine_goes_right_while_it_counts_and_left_while_it_counts_down():
    machine = smallest_machine(LANGUAGES["anb2nc3n"], longest=3)
    points = layout(machine)
    for arrow in machine.transitions:
        step = points[arrow.target][0] - points[arrow.source][0]
        if arrow.source != machine.start:
            assert step > 0 if arrow.symbol == "a" else step == -1
    rows = {state: points[state][1] for state in machine.states}
    assert rows["a1"] == rows["a3"] > rows["1b 3c"] > rows["3b 6c"] > rows["5b 9c"] == rows["1b 9c"] > rows["9c"]
    assert rows["9c"] == rows["1c"] == rows["end"]


def test_first_symbols_that_come_in_pairs_lie_evenly_above_what_they_are_followed_by():
    points = layout(smallest_machine(get_language("a2b3"), longest=2))
    assert [points[f"a{k}"] for k in (1, 2, 3, 4)] == [(1.5, ROW), (3.0, ROW), (4.5, ROW), (6.0, ROW)]
    assert [points[state] for state in ("end", "1b", "2b", "5b")] == [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (5.0, 0.0)]


def test_brackets_lie_in_a_row_by_depth_and_the_end_above_depth_0():
    points = layout(smallest_machine(LANGUAGES["dyck1"], longest=2))
    assert points == {"end": (0.0, ROW), "0)": (0.0, 0.0), "1)": (COLUMN, 0.0), "2)": (2 * COLUMN, 0.0)}


def test_a_grammar_lies_from_left_to_right_by_the_symbols_read():
    points = layout(smallest_machine(LANGUAGES["reber"], longest=1))
    left_to_right = sorted({x for x, _ in points.values()})
    columns = [{state for state, (x, _) in points.items() if x == column} for column in left_to_right]
    assert columns == [{"end"}, {"0"}, {"1", "2"}, {"3", "4"}, {"5"}]


@pytest.mark.parametrize(
    ("state", "read"),
    [("a1", "a"), ("a12", "a"), ("3b", "b"), ("2b 9c", "b"), ("9c", "c"), ("end", "end"), ("T1", "T1")],
)
def test_the_phase_of_a_state_is_the_symbol_read_in_it(state, read):
    assert phase(state) == read


def test_the_depth_of_a_state_is_the_number_of_open_brackets():
    assert [depth(state) for state in ("0)", "12)", "end", "3b", "2", "T1", "2b 9c")] == [0, 12, *[None] * 5]


def test_six_phases_have_six_colours_that_do_not_depend_on_the_order_of_the_states():
    states = get_language("a1b1c1d1e1f1").states(2)
    colour = colours(states)
    assert len(set(colour.values())) == 7
    assert (colour["a1"], colour["1b 2c 2d 2e 2f"], colour["1f"]) == (BLUE, ORANGE, RED)
    assert colours(states[::-1]) == colour


def test_depths_are_coloured_from_dark_to_light():
    colour = colours(LANGUAGES["dyck1"].states(9))
    assert colour["end"] == BLACK
    bright = [sum(to_rgb(colour[f"{depth})"])) for depth in range(10)]
    assert bright == sorted(set(bright))


def test_states_that_count_are_coloured_by_phase_and_nodes_of_a_grammar_one_by_one():
    counting = colours(("a1", "a2", "2b 3c", "1b 3c", "3c", "end"))
    assert list(counting.values()) == [BLUE, BLUE, ORANGE, ORANGE, GREEN, BLACK]
    nodes = colours(LANGUAGES["reber"].states(0))
    assert nodes["end"] == BLACK
    assert len(set(nodes.values())) == len(nodes)
    assert len(colours(LANGUAGES["reber-embedded"].states(0))) == 19


def test_two_symbols_of_one_step_share_an_arrow():
    steps = (("end", "a", "x"), ("x", "b", "end"), ("x", "c", "end"))
    transitions = tuple(Transition(source=source, symbol=symbol, target=target) for source, symbol, target in steps)
    ax = new_figure(3, 3).subplots()
    draw_machine(ax, Machine(longest=None, states=("end", "x"), start="end", transitions=transitions))
    assert len(curves(ax)) == 2
    assert [text.get_text() for text in ax.texts] == ["end", "x", "a", "b, c"]


def test_arrows_there_and_back_are_bent_apart():
    machine = smallest_machine(LANGUAGES["anbn"], longest=1)
    ax = new_figure(3, 3).subplots()
    draw_machine(ax, machine)
    there, back = curves(ax)
    middle = len(there) // 2
    assert dist(there[middle], back[middle]) > 0.2


def test_the_names_of_the_states_are_explained_with_the_symbols_of_the_language(srn, reber, brackets):
    assert state_names_text(srn) == ("In state a3 three a's have been read; in 5b five b's are still to come.")
    assert state_names_text(replace(srn, symbols=("x", "y"))).startswith("In state x3 three x's")
    assert state_names_text(brackets) == "In state 3) three brackets are open; in 0) none is."
    assert state_names_text(reber) == "Names are those of the nodes of the grammar."
