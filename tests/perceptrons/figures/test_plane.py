"""The plane of two inputs, read back from its artists."""

from itertools import product
from math import ceil

import numpy as np
import pytest
from matplotlib.path import Path

from designs import AXIS, CROSSING, board, design
from kuzushi.core.figure_style import new_figure
from kuzushi.perceptrons.figures.plane import (
    CODE_SIZE,
    MARKERS,
    code,
    draw_codes,
    draw_line,
    draw_names,
    draw_points,
    draw_unit,
    line_ends,
    near,
    roomiest,
)
from kuzushi.perceptrons.results import Activations

BOX = ((-0.5, 2.5), (-0.5, 2.5))
UNITS = [*zip(CROSSING["weight"], CROSSING["bias"], strict=True), ((3, -2), 0.7), ((1, 0), -1.5), ((0, -4), 3)]


@pytest.fixture
def ax():
    ax = new_figure(4, 4).subplots()
    ax.set(xlim=BOX[0], ylim=BOX[1])
    return ax


def test_the_drawn_line_is_where_the_unit_adds_up_to_0(ax):
    draw_line(ax, (3.0, -2.0), 0.7)
    (line,) = ax.lines
    for x1, x2 in (line.get_xy1(), line.get_xy2()):
        assert 3 * x1 - 2 * x2 + 0.7 == pytest.approx(0)


@pytest.mark.parametrize(("weight", "bias"), [((0.0, 0.0), 1.0), ((1.0, 1.0), -50.0), ((1e-300, 0.0), 1.0)])
def test_no_line_is_drawn_where_none_crosses_the_plane(ax, weight, bias):
    draw_line(ax, weight, bias)
    assert not ax.lines


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
    draw_unit(ax, (1, 1), -2.5)
    assert (ax.get_xlim(), ax.get_ylim()) == BOX


def test_every_name_is_on_its_line_in_the_panel_and_away_from_the_others(ax):
    one = board().designs[0]
    positions = draw_names(ax, one)
    assert [text.get_text() for text in ax.texts] == ["H1", "H2", "H3", "H4"]
    for text, position, weight, bias in zip(ax.texts, positions, one.hidden_weight, one.hidden_bias, strict=True):
        assert text.get_position() == position
        assert np.dot(weight, position) + bias == pytest.approx(0)
        assert all(low < x < high for x, (low, high) in zip(position, BOX, strict=True))
    apart = [np.hypot(*np.subtract(a, b)) for i, a in enumerate(positions) for b in positions[:i]]
    assert min(apart) > 1


def test_of_two_lines_that_end_at_the_same_point_the_second_has_its_name_at_the_other_end(ax):
    fan = design(**CROSSING | {"weight": ((0, 5), (-1, 5)), "bias": (-5, -2.5), "lines": ("", "")})
    first, second = draw_names(ax, fan)
    assert np.hypot(*np.subtract(first, second)) > 2


def test_a_line_outside_of_the_panel_gets_no_name(ax):
    draw_names(ax, design(**CROSSING | {"bias": (-2.5, 1.5, -0.5, -100)}))
    assert [text.get_text() for text in ax.texts] == ["H1", "H2", "H3"]


# --- regions ---------------------------------------------------------------------------------------------------


def largest_box(inside, aspect):
    """Half the height of the largest box of that aspect anywhere in the region, box by box."""
    best = -1
    for row, column in product(*map(range, inside.shape)):
        half = 0 if inside[row, column] else -1
        while half >= 0:
            top, left = row - half, column - ceil(aspect * half)
            bottom, right = row + half + 1, column + ceil(aspect * half) + 1
            if top < 0 or left < 0 or bottom > inside.shape[0] or right > inside.shape[1]:
                break
            if not inside[top:bottom, left:right].all():
                break
            best = max(best, half)
            half += 1
    return best


@pytest.mark.parametrize("aspect", [0.5, 1.0, 2.3])
@pytest.mark.parametrize("filled", [0.5, 0.9, 0.98])
def test_the_largest_box_is_found_and_lies_in_the_region(aspect, filled):
    generator = np.random.default_rng(0)
    for _ in range(10):
        inside = generator.random((13, 17)) < filled
        row, column, half = roomiest(inside, aspect=aspect)
        assert half == largest_box(inside, aspect)
        if half >= 0:
            wide = ceil(aspect * half)
            assert inside[row - half : row + half + 1, column - wide : column + wide + 1].all()


def test_of_a_whole_panel_the_middle_is_the_roomiest():
    assert roomiest(np.ones((5, 9), dtype=bool), aspect=2) == (2, 4, 2)


def test_where_there_is_no_region_there_is_no_room():
    assert roomiest(np.zeros((4, 4), dtype=bool), aspect=1)[2] == -1


def test_the_first_digit_of_a_code_is_that_of_h1():
    assert code(0b0010, 4) == "0100"
    assert code(0b1001, 4) == "1001"
    assert code(0, 0) == ""


def test_pixels_are_near_a_position_within_a_distance_in_pixels():
    axis1, axis2 = np.arange(5.0), np.arange(0.0, 40.0, 10.0)
    close = near([(1.0, 20.0)], axis1, axis2, distance=1.5)
    assert close.shape == (4, 5)
    assert {(int(row), int(column)) for row, column in np.argwhere(close)} == {
        (2 + up, 1 + along) for up in (-1, 0, 1) for along in (-1, 0, 1)
    }
    assert not near([], axis1, axis2, distance=3).any()


def test_a_region_without_room_is_left_out_and_counted():
    regions = board().arrays["regions"][0].copy()
    regions[:3, :3] = 15
    ax = new_figure(5, 5).subplots()
    left_out = draw_codes(ax, regions, AXIS, AXIS, hid=4, occupied=np.zeros(regions.shape, dtype=bool))
    assert left_out == 1
    assert len(ax.texts) == 9
    assert "1111" not in {text.get_text() for text in ax.texts}
    assert {text.get_fontsize() for text in ax.texts} == {CODE_SIZE}


def test_a_code_is_written_away_from_occupied_pixels():
    regions = np.zeros((201, 201), dtype=np.int64)
    occupied = np.ones(regions.shape, dtype=bool)
    occupied[150:190, 20:90] = False
    ax = new_figure(5, 5).subplots()
    assert draw_codes(ax, regions, AXIS, AXIS, hid=4, occupied=occupied) == 0
    x1, x2 = ax.texts[0].get_position()
    assert AXIS[20] < x1 < AXIS[89] and AXIS[150] < x2 < AXIS[189]
