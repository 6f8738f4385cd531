"""Lines of hidden units: where they cross a panel, the side where the unit is on, and their names."""

import numpy as np
import pytest
from matplotlib.path import Path

from designs import CROSSING, board, design
from kuzushi.plots.lines import THIN, draw_names, draw_unit, line_ends
from kuzushi.plots.style import new_figure

BOX = ((-0.5, 2.5), (-0.5, 2.5))
UNITS = [*zip(CROSSING["weight"], CROSSING["bias"], strict=True), ((3, -2), 0.7), ((1, 0), -1.5), ((0, -4), 3)]


@pytest.fixture
def ax():
    ax = new_figure(4, 4).subplots()
    ax.set(xlim=BOX[0], ylim=BOX[1])
    return ax


def test_a_line_enters_and_leaves_a_box_where_geometry_says():
    ends = {tuple(end) for end in np.round(line_ends((1, 1), -1, (0, 1), (0, 1)), 12)}
    assert ends == {(1, 0), (0, 1)}
    assert {tuple(end) for end in line_ends((2, 0), -3, (0, 4), (-1, 1))} == {(1.5, -1), (1.5, 1)}


@pytest.mark.parametrize(("weight", "bias"), UNITS)
def test_both_ends_of_a_line_lie_on_it_and_on_the_border_of_the_box(weight, bias):
    for end in line_ends(weight, bias, *BOX):
        assert np.dot(weight, end) + bias == pytest.approx(0)
        assert min(abs(x - limit) for x, limits in zip(end, BOX, strict=True) for limit in limits) < 1e-12
        assert all(low - 1e-12 <= x <= high + 1e-12 for x, (low, high) in zip(end, BOX, strict=True))


@pytest.mark.parametrize(("weight", "bias"), [((0, 0), 1), ((1, 1), -50), ((1, 1), 1.0)])
def test_a_line_that_does_not_cross_the_box_has_no_ends_and_is_not_drawn(ax, weight, bias):
    assert line_ends(weight, bias, *BOX) is None
    draw_unit(ax, weight, bias)
    assert not ax.lines and not ax.patches


@pytest.mark.parametrize(("weight", "bias"), UNITS)
def test_the_shaded_side_of_a_line_is_where_the_unit_is_on(ax, weight, bias):
    draw_unit(ax, weight, bias)
    (line,), (strip,) = ax.lines, ax.patches
    np.testing.assert_allclose(line.get_xydata() @ weight + bias, 0, atol=1e-9)
    sides = strip.get_xy() @ weight + bias
    assert sides.min() == pytest.approx(0, abs=1e-9) and sides.max() > 0
    grid = np.stack(np.meshgrid(*[np.linspace(-0.49, 2.49, 60)] * 2), -1).reshape(-1, 2)
    shaded = grid[Path(strip.get_xy()).contains_points(grid)]
    assert len(shaded) > 0
    assert (shaded @ weight + bias > -1e-9).all()


def test_drawing_a_line_leaves_the_limits_of_the_panel(ax):
    draw_unit(ax, (1, 1), -2.5, strip=THIN)
    assert (ax.get_xlim(), ax.get_ylim()) == BOX


def test_every_name_stands_on_its_line_in_the_panel_and_apart_from_the_others(ax):
    one = board().designs[0]
    places = draw_names(ax, one)
    assert [text.get_text() for text in ax.texts] == ["H1", "H2", "H3", "H4"]
    for text, place, weight, bias in zip(ax.texts, places, one.hidden_weight, one.hidden_bias, strict=True):
        assert text.get_position() == place
        assert np.dot(weight, place) + bias == pytest.approx(0)
        assert all(low < x < high for x, (low, high) in zip(place, BOX, strict=True))
    apart = [np.hypot(*np.subtract(a, b)) for i, a in enumerate(places) for b in places[:i]]
    assert min(apart) > 1


def test_of_two_lines_that_leave_at_one_place_the_second_has_its_name_at_the_other_end(ax):
    fan = design(**CROSSING | {"weight": ((0, 5), (-1, 5)), "bias": (-5, -2.5), "lines": ("", "")})
    first, second = draw_names(ax, fan)
    assert np.hypot(*np.subtract(first, second)) > 2


def test_a_line_outside_of_the_panel_gets_no_name(ax):
    draw_names(ax, design(**CROSSING | {"bias": (-2.5, 1.5, -0.5, -100)}))
    assert [text.get_text() for text in ax.texts] == ["H1", "H2", "H3"]
