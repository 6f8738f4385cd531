"""Regions: where there is room to write, found by brute force too, and what is written."""

from itertools import product
from math import ceil

import numpy as np
import pytest

from designs import AXIS, board
from kuzushi.plots.regions import CODE, code, draw_codes, near, roomiest
from kuzushi.plots.style import new_figure


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


def test_pixels_are_near_a_place_within_a_distance_in_pixels():
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
    left_out = draw_codes(ax, regions, AXIS, AXIS, hid=4, taken=np.zeros(regions.shape, dtype=bool))
    assert left_out == 1
    assert len(ax.texts) == 9
    assert "1111" not in {text.get_text() for text in ax.texts}
    assert {text.get_fontsize() for text in ax.texts} == {CODE}


def test_a_code_is_written_where_nothing_else_is():
    regions = np.zeros((201, 201), dtype=np.int64)
    taken = np.ones(regions.shape, dtype=bool)
    taken[150:190, 20:90] = False
    ax = new_figure(5, 5).subplots()
    assert draw_codes(ax, regions, AXIS, AXIS, hid=4, taken=taken) == 0
    x1, x2 = ax.texts[0].get_position()
    assert AXIS[20] < x1 < AXIS[89] and AXIS[150] < x2 < AXIS[189]
