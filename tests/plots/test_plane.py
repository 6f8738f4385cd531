"""The plane of two inputs, read back from its artists."""

import pytest

from kuzushi.plots.plane import MARKERS, draw_line, draw_points
from kuzushi.plots.style import new_figure
from kuzushi.results import Activations


@pytest.fixture
def ax():
    return new_figure(4, 4).subplots()


def test_the_drawn_line_is_where_the_unit_adds_up_to_0(ax):
    ax.set(xlim=(-0.5, 2.5), ylim=(-0.5, 2.5))
    draw_line(ax, (3.0, -2.0), 0.7)
    (line,) = ax.lines
    for x1, x2 in (line.get_xy1(), line.get_xy2()):
        assert 3 * x1 - 2 * x2 + 0.7 == pytest.approx(0)


@pytest.mark.parametrize(("weight", "bias"), [((0.0, 0.0), 1.0), ((1.0, 1.0), -50.0), ((1e-300, 0.0), 1.0)])
def test_no_line_is_drawn_where_none_crosses_the_plane(ax, weight, bias):
    ax.set(xlim=(-0.5, 2.5), ylim=(-0.5, 2.5))
    draw_line(ax, weight, bias)
    assert not ax.lines


def test_targets_differ_in_shape_and_in_colour(ax):
    table = [Activations(point=(i, j), target=(i + j) % 2, hidden=(), output=0.5) for i in range(3) for j in range(3)]
    zeros, ones = draw_points(ax, table)
    assert {tuple(point) for point in zeros.get_offsets()} == {(0, 0), (0, 2), (1, 1), (2, 0), (2, 2)}
    assert {tuple(point) for point in ones.get_offsets()} == {(0, 1), (1, 0), (1, 2), (2, 1)}
    assert len({marker for marker, _ in MARKERS.values()}) == len({colour for _, colour in MARKERS.values()}) == 2
