"""Hidden states, read back from their artists."""

import dataclasses
from itertools import combinations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.text import Text

from kuzushi.core.figure_style import BLACK, new_figure
from kuzushi.sequences.figures.machines import colours
from kuzushi.sequences.figures.states import (
    LETTER,
    States,
    convex_hull,
    draw_hulls,
    draw_names,
    draw_states,
    draw_states_3d,
)


@pytest.fixture(scope="module")
def states(lstm):
    return States.of(lstm, string=1)


@pytest.fixture
def ax():
    return new_figure(5, 5).subplots()


def at_random(*, names, hid=2, steps=60, seed=0):
    """Return random points in the square, the last ten of them a path."""
    points = np.random.default_rng(seed).uniform(-1, 1, (steps, hid)).astype(np.float32)
    named = tuple(names[i % len(names)] for i in range(steps))
    path = np.vstack([np.zeros((1, hid), np.float32), points[-10:]])
    decided = np.arange(steps) % 3 == 0
    return States(points=points, names=named, decided=decided, path=path, path_names=named[-10:])


def cover(one, other, ax):
    """Return whether two names, by their anchors and letters, would cover each other."""
    one_at, other_at = [np.asarray(ax.transData.transform(name.xy)) * 72 / ax.figure.dpi for name in (one, other)]
    letters = max(len(one.get_text()), len(other.get_text()))
    return bool((np.abs(one_at - other_at) <= LETTER * (letters, 1)).all())


def arrows(ax):
    return [text for text in ax.texts if not text.get_text()]


def test_the_points_are_the_hidden_states_on_every_string(lstm, states):
    np.testing.assert_array_equal(states.points, lstm.arrays["hidden"])
    assert states.names == tuple(lstm.states[i] for i in lstm.arrays["state"])
    assert states.names[:3] == ("a1", "1b 3c", "3c")


@pytest.mark.parametrize("string", [0, 1, 2])
def test_the_path_is_that_of_one_string_from_the_initial_state(lstm, string):
    h_0 = np.array([0.25, -0.5, 0.75], np.float32)
    states = States.of(dataclasses.replace(lstm, arrays=lstm.arrays | {"h_0": h_0}), string=string)
    symbols = len(lstm.walk[string])
    assert states.path.shape == (symbols + 1, 3)
    np.testing.assert_array_equal(states.path[0], h_0)
    np.testing.assert_array_equal(states.path[1:], lstm.arrays["hidden"][lstm.arrays["string"] == string])
    assert (len(states.path_names), states.path_names[0], states.path_names[-1]) == (symbols, "a1", "end")


def test_every_point_is_drawn_in_the_colour_of_its_state(ax, states):
    draw_states(ax, states, (0, 2))
    (dots,) = ax.collections
    np.testing.assert_array_equal(dots.get_offsets(), states.points[:, [0, 2]])
    colour = colours(tuple(dict.fromkeys(states.names)))
    assert [to_hex(face) for face in dots.get_facecolors()] == [colour[name].lower() for name in states.names]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("hidden unit 1", "hidden unit 3")
    assert ax.get_xlim() == ax.get_ylim() == (-1.15, 1.15)


def test_points_with_one_possible_next_symbol_have_a_black_ring(ax, lstm, states):
    draw_states(ax, states, (0, 1))
    (dots,) = ax.collections
    ringed = [to_hex(edge) == "#000000" for edge in dots.get_edgecolors()]
    assert ringed == states.decided.tolist()
    decided = {name for name, ring in zip(states.names, ringed, strict=True) if ring}
    assert decided == {name for name in states.names if not name.startswith("a")}
    assert not any(ring for name, ring in zip(states.names, ringed, strict=True) if name not in decided)


def test_a_hull_around_the_points_of_each_state_has_its_colour(ax):
    states = at_random(names=("a1", "a2", "3b"))
    draw_states(ax, states, (1, 0))
    names = tuple(dict.fromkeys(states.names))
    colour = colours(names)
    assert [to_hex(hull.get_facecolor()) for hull in ax.patches] == [colour[name].lower() for name in names]
    for hull, name in zip(ax.patches, names, strict=True):
        own = states.points[np.array(states.names) == name][:, [1, 0]].astype(float)
        corners = hull.get_xy()[:-1]
        assert {tuple(corner) for corner in corners} <= {tuple(point) for point in own}
        for (x, y), (next_x, next_y) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            left = (next_x - x) * (own[:, 1] - y) - (next_y - y) * (own[:, 0] - x)
            assert left.min() >= -1e-12, "every point is on the left of every side"
            assert (left > 1e-12).sum() == len(own) - 2


@pytest.mark.parametrize(
    ("points", "corners"),
    [
        ([[1, 2]], [[1, 2]]),
        ([[1, 2], [1, 2], [1, 2]], [[1, 2]]),
        ([[0, 0], [2, 2], [1, 1]], [[0, 0], [2, 2]]),
        ([[0, 0], [0, 3], [0, 1], [0, 0]], [[0, 0], [0, 3]]),
        ([[0, 0], [2, 0], [1, 0], [0, 2], [1, 1], [0.5, 0.5]], [[0, 0], [2, 0], [0, 2]]),
    ],
)
def test_the_hull_of_few_points_or_points_on_a_line_has_only_their_ends(points, corners):
    hull = convex_hull(np.array(points, np.float32)).tolist()
    assert sorted(hull) == sorted(corners)


def test_a_state_that_is_always_the_same_point_has_no_hull(ax):
    points = np.array([[0.5, 0.5], [0.5, 0.5], [0.1, 0.2], [0.3, 0.1]], np.float32)
    names = ("a1", "a1", "end", "end")
    draw_hulls(ax, points, names, {"a1": "red", "end": "blue"})
    assert [to_hex(hull.get_facecolor()) for hull in ax.patches] == ["#0000ff"]


def test_the_arrows_go_along_the_path_from_a_star_at_its_start(ax, states):
    draw_states(ax, states, (1, 2))
    (star,) = ax.lines
    assert (star.get_xydata().tolist(), star.get_marker(), star.get_color()) == ([[0, 0]], "*", BLACK)
    steps = [(arrow.get_position(), arrow.xy) for arrow in arrows(ax)]
    path = states.path[:, [1, 2]]
    np.testing.assert_array_equal([start for start, _ in steps], path[:-1])
    np.testing.assert_array_equal([end for _, end in steps], path[1:])


def test_a_state_that_does_not_move_has_no_arrow(ax):
    path = np.array([[0, 0], [0.5, 0.5], [0.5, 0.5004], [0.5, 0.6]], np.float32)
    names, decided = ("a1", "1b", "end"), np.array([False, True, True])
    draw_states(ax, States(points=path[1:], names=names, decided=decided, path=path, path_names=names), (0, 1))
    np.testing.assert_array_equal([arrow.xy for arrow in arrows(ax)], path[[1, 3]])


def test_every_name_is_at_a_point_of_its_state_and_first_on_the_path(ax):
    states = at_random(names=("a1", "a2", "3b", "end"))
    colour = dict(zip(("a1", "a2", "3b", "end"), ("red", "blue", "green", "black"), strict=True))
    ax.set(xlim=(-1.15, 1.15), ylim=(-1.15, 1.15))
    placed = draw_names(ax, states, (0, 1), colour)
    assert placed
    on_path = {name: tuple(states.path[1 + i]) for i, name in reversed(list(enumerate(states.path_names)))}
    for name in placed:
        assert name.xy == pytest.approx(on_path[name.get_text()])
        assert name.get_color() == colour[name.get_text()]
    assert len({name.get_text() for name in placed}) == len(placed)


@pytest.mark.parametrize("seed", range(4))
def test_no_name_covers_another_and_none_is_missing_without_need(ax, seed):
    names = tuple(f"{i}b {i + 7}c" for i in range(40))
    states = at_random(names=names, seed=seed)
    draw_states(ax, states, (0, 1))
    placed = [text for text in ax.texts if text.get_text()]
    assert not any(cover(one, other, ax) for one, other in combinations(placed, 2))
    points = list(zip((*states.path_names, *states.names), (*states.path[1:], *states.points), strict=True))
    first = dict(reversed(points))
    for name in set(names) - {text.get_text() for text in placed}:
        missing = ax.annotate(name, first[name])
        assert any(cover(missing, other, ax) for other in placed)
    assert 5 < len(placed) < 40


def test_names_as_they_are_drawn_do_not_overlap(ax):
    draw_states(ax, at_random(names=tuple(f"a{i}" for i in range(30))), (0, 1))
    canvas = FigureCanvasAgg(ax.figure)
    canvas.draw()
    boxes = [Text.get_window_extent(text, canvas.get_renderer()) for text in ax.texts if text.get_text()]
    assert len(boxes) > 10
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_in_3d_points_and_path_are_those_of_three_units(lstm):
    states = States.of(lstm, string=2)
    ax = new_figure(5, 5).add_subplot(projection="3d")
    draw_states_3d(ax, states, (2, 0, 1))
    line, star = ax.lines
    np.testing.assert_array_equal(np.array(line.get_data_3d()).T, states.path[:, [2, 0, 1]])
    assert [list(part) for part in star.get_data_3d()] == [[0], [0], [0]]
    (dots,) = ax.collections
    np.testing.assert_array_equal(np.array(dots._offsets3d).T, states.points[:, [2, 0, 1]])
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_zlabel()) == tuple(f"hidden unit {i}" for i in (3, 1, 2))


def test_names_in_3d_lie_on_the_path_and_apart():
    states = at_random(names=("a1", "a2", "3b"), hid=3)
    ax = new_figure(5, 5).add_subplot(projection="3d")
    draw_states_3d(ax, states, (0, 1, 2))
    names = {tuple(point): name for point, name in zip(states.path[1:].tolist(), states.path_names, strict=True)}
    for text in ax.texts:
        assert text.get_text().strip() == names[tuple(np.float32(text.get_position_3d()).tolist())]
    for one, other in combinations(ax.texts, 2):
        assert np.abs(np.subtract(one.get_position_3d(), other.get_position_3d())).max() > 0.2
    crowded = dataclasses.replace(states, path=0.05 * states.path, path_names=states.path_names)
    ax = new_figure(5, 5).add_subplot(projection="3d")
    draw_states_3d(ax, crowded, (0, 1, 2))
    assert [text.get_text().strip() for text in ax.texts] == [states.path_names[0]]
