"""The plane of two inputs, read back from its artists."""

import numpy as np
import pytest
from matplotlib.path import Path

from designs import CROSSING, board, design
from kuzushi.core.figure_style import new_figure
from kuzushi.perceptrons.figures.plane import MARKERS, draw_line, draw_names, draw_points, line_ends
from kuzushi.perceptrons.results import Activations

BOX = ((-0.5, 2.5), (-0.5, 2.5))
UNITS = [*zip(CROSSING["weight"], CROSSING["bias"], strict=True), ((3, -2), 0.7), ((1, 0), -1.5), ((0, -4), 3)]


@pytest.fixture
def ax():
    ax = new_figure(4, 4).subplots()
    ax.set(xlim=BOX[0], ylim=BOX[1])
    return ax


def test_targets_differ_in_shape_and_in_colour(ax):
    table = [Activations(point=(i, j), target=(i + j) % 2, hidden=(), output=0.5) for i in range(3) for j in range(3)]
    zeros, ones = draw_points(ax, table)
    assert {tuple(point) for point in zeros.get_offsets()} == {(0, 0), (0, 2), (1, 1), (2, 0), (2, 2)}
    assert {tuple(point) for point in ones.get_offsets()} == {(0, 1), (1, 0), (1, 2), (2, 1)}
    assert len({marker for marker, _ in MARKERS.values()}) == len({colour for _, colour in MARKERS.values()}) == 2


# --- units -----------------------------------------------------------------------------------------------------


def test_a_line_crosses_a_box_at_the_known_points():
    ends = {tuple(end) for end in np.round(line_ends((1, 1), -1, (0, 1), (0, 1)), 12)}
    assert ends == {(1, 0), (0, 1)}
    assert {tuple(end) for end in line_ends((2, 0), -3, (0, 4), (-1, 1))} == {(1.5, -1), (1.5, 1)}


@pytest.mark.parametrize(("weight", "bias"), UNITS)
def test_both_ends_of_a_line_lie_on_it_and_on_the_border_of_the_box(weight, bias):
    for end in line_ends(weight, bias, *BOX):
        assert np.dot(weight, end) + bias == pytest.approx(0)
        assert min(abs(x - limit) for x, limits in zip(end, BOX, strict=True) for limit in limits) < 1e-12
        assert all(low - 1e-12 <= x <= high + 1e-12 for x, (low, high) in zip(end, BOX, strict=True))


@pytest.mark.parametrize(("weight", "bias"), [((0, 0), 1), ((1, 1), -50), ((1, 1), 1.0), ((1e-300, 0), 1)])
def test_a_line_that_does_not_cross_the_box_has_no_ends_and_is_not_drawn(ax, weight, bias):
    assert line_ends(weight, bias, *BOX) is None
    draw_line(ax, weight, bias)
    assert not ax.lines and not ax.patches


@pytest.mark.parametrize(("weight", "bias"), UNITS)
def test_the_shaded_side_of_a_line_is_where_the_unit_is_on(ax, weight, bias):
    draw_line(ax, weight, bias)
    (line,), (strip,) = ax.lines, ax.patches
    np.testing.assert_allclose(line.get_xydata() @ weight + bias, 0, atol=1e-9)
    sides = strip.get_xy() @ weight + bias
    assert sides.min() == pytest.approx(0, abs=1e-9) and sides.max() > 0
    grid = np.stack(np.meshgrid(*[np.linspace(-0.49, 2.49, 60)] * 2), -1).reshape(-1, 2)
    shaded = grid[Path(strip.get_xy()).contains_points(grid)]
    assert len(shaded) > 0
    assert (shaded @ weight + bias > -1e-9).all()


def test_drawing_a_line_leaves_the_limits_of_the_panel(ax):
    draw_line(ax, (1, 1), -2.5)
    assert (ax.get_xlim(), ax.get_ylim()) == BOX


def test_every_name_is_on_its_line_in_the_panel_and_away_from_the_others(ax):
    one = board().designs[0]
    draw_names(ax, one)
    positions = [text.get_position() for text in ax.texts]
    assert [text.get_text() for text in ax.texts] == ["H1", "H2", "H3", "H4"]
    for position, weight, bias in zip(positions, one.hidden_weight, one.hidden_bias, strict=True):
        assert np.dot(weight, position) + bias == pytest.approx(0)
        assert all(low < x < high for x, (low, high) in zip(position, BOX, strict=True))
    apart = [np.hypot(*np.subtract(a, b)) for i, a in enumerate(positions) for b in positions[:i]]
    assert min(apart) > 1


def test_of_two_lines_that_end_at_the_same_point_the_second_has_its_name_at_the_other_end(ax):
    fan = design(**CROSSING | {"weight": ((0, 5), (-1, 5)), "bias": (-5, -2.5), "lines": ("", "")})
    draw_names(ax, fan)
    first, second = (text.get_position() for text in ax.texts)
    assert np.hypot(*np.subtract(first, second)) > 2


def test_a_line_outside_of_the_panel_gets_no_name(ax):
    draw_names(ax, design(**CROSSING | {"bias": (-2.5, 1.5, -0.5, -100)}))
    assert [text.get_text() for text in ax.texts] == ["H1", "H2", "H3"]
