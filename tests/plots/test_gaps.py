"""Figures of checkerboards whose gaps close, read back from their artists."""

import dataclasses
import io
from itertools import product

import numpy as np
import pytest
from matplotlib.colors import to_hex

from designs import cells
from kuzushi.plots.gaps import ACROSS, draw_cells, draw_crossing, figures
from kuzushi.plots.plane import VALUES
from kuzushi.plots.style import new_figure


@pytest.fixture
def ax():
    return new_figure(3, 3).subplots()


def drawn(*results):
    return {figure.name: figure for figure in figures(results)}


def test_every_figure_has_a_name_of_its_own_and_words_and_can_be_rendered():
    figured = list(figures([cells(), cells()]))
    assert [one.name for one in figured] == ["1-boards", "2-boards", "crossing"]
    assert not list(figures([]))
    for one in figured:
        assert one.caption.endswith(".") and one.alternative.endswith(".")
        one.figure.savefig(io.BytesIO(), format="png")


def test_there_is_a_board_for_each_gap_with_what_is_known_above_it():
    panels = drawn(cells())["1-boards"].figure.axes
    assert [panel.get_title() for panel in panels] == [
        "gap 3\n4 units",
        "gap 0.5\nat least 6, at most 8",
        "gap 0\nno net of any width",
    ]


def test_the_cells_are_squares_of_side_1_in_the_colours_of_a_checkerboard(ax):
    draw_cells(ax, 3, 0.5)
    assert [cell.get_xy() for cell in ax.patches] == [(1.5 * i, 1.5 * j) for i, j in product(range(3), repeat=2)]
    assert {(cell.get_width(), cell.get_height()) for cell in ax.patches} == {(1, 1)}
    colours = [to_hex(cell.get_facecolor()) for cell in ax.patches]
    assert colours == [to_hex(VALUES(float(target))) for target in (0, 1, 0, 1, 0, 1, 0, 1, 0)]
    corners = {tuple(corner) for corner in ax.collections[0].get_offsets()}
    assert corners == set(product((0, 1, 1.5, 2.5, 3, 4), repeat=2))


def test_the_lines_of_the_smallest_net_are_drawn_and_keep_out_of_the_wide_board():
    result = cells()
    panel = drawn(result)["1-boards"].figure.axes[0]
    net = result.gaps[0].design
    for line, weight, bias in zip(panel.lines, net.hidden_weight, net.hidden_bias, strict=True):
        np.testing.assert_allclose(line.get_xydata() @ weight + bias, 0, atol=1e-9)
        for i, j in product(range(3), repeat=2):
            corners = np.array([(4 * i + a, 4 * j + b) for a, b in product((0, 1), repeat=2)])
            assert len({side > 0 for side in corners @ weight + bias}) == 1


def test_a_board_without_a_net_has_no_lines():
    panels = drawn(cells())["1-boards"].figure.axes
    assert [len(panel.lines) for panel in panels] == [4, 0, 0]


def test_the_directions_at_the_crossing_lead_into_cells_of_both_targets():
    (v1, v2), (w1, w2) = ACROSS
    assert v1 * v2 > 0 > w1 * w2


@pytest.mark.parametrize("weight", [(1.0, 0.35), (-1.0, 0.2), (0.1, -1.0)])
def test_a_line_through_the_crossing_has_one_of_each_two_opposite_points_on_its_side(ax, weight):
    draw_crossing(ax, weight, 0.0)
    said = dict(text.get_text().split("\n") for text in ax.texts if "\n" in text.get_text())
    for name, v in zip("vw", ACROSS, strict=True):
        on = weight[0] * v[0] + weight[1] * v[1] > 0
        assert said[f"p + {name}"] == ("on" if on else "off")
        assert {said[f"p + {name}"], said[f"p \N{MINUS SIGN} {name}"]} == {"on", "off"}


def test_the_picture_of_the_crossing_shows_both_kinds_of_lines():
    misses, through = drawn(cells())["crossing"].figure.axes
    on = [sum(text.get_text().endswith("\non") for text in ax.texts) for ax in (misses, through)]
    assert on == [4, 2]
    colours = {patch.get_xy(): to_hex(patch.get_facecolor()) for patch in misses.patches[:4]}
    assert colours[0, 0] == colours[-1, -1] == to_hex(VALUES(1.0))
    assert colours[0, -1] == colours[-1, 0] == to_hex(VALUES(0.0))


def test_no_title_is_cut_off():
    for one in figures([cells(), dataclasses.replace(cells(), gaps=cells().gaps * 2)]):
        one.figure.draw_without_rendering()
        for ax in one.figure.axes:
            box = ax.title.get_window_extent()
            assert one.figure.bbox.x0 <= box.x0 and box.x1 <= one.figure.bbox.x1 and box.y1 <= one.figure.bbox.y1
