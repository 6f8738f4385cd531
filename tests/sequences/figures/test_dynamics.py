"""Figures of the dynamics of SRNs, read back from their artists."""

import dataclasses
import io

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.quiver import Quiver
from torch import Generator

from counters import ONE_SIDED, TESTED, TRAINED, counters
from kuzushi.core.figure_style import new_figure
from kuzushi.sequences.analyses import dynamics
from kuzushi.sequences.dynamics_results import FixedPoint
from kuzushi.sequences.figures.dynamics import (
    EVERY,
    draw_boundaries,
    draw_flow,
    draw_law,
    draw_path,
    draw_points,
    dynamics_figures,
)
from kuzushi.sequences.languages import LANGUAGES


def found(net=1):
    return dynamics(
        counters(), LANGUAGES["anb2n"], net=net, exact=[True] * 6, first_failure=(5, 6, 5, 5, 5, 5), trained=TRAINED,
        tested=TESTED, generator=Generator(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return found()


@pytest.fixture
def ax():
    return new_figure(5, 5).subplots()


def point(*, eigenvalues, period=1, directions=()):
    moduli = [abs(complex(*value)) for value in eigenvalues]
    return FixedPoint(
        symbol="a", period=period, points=((0.5, -0.5), (-0.5, 0.5))[:period], eigenvalues=eigenvalues,
        directions=directions, stable=max(moduli) < 1, basin=None,
    )  # fmt: skip


def test_the_arrows_are_the_moves_of_the_symbol(ax, result):
    draw_flow(ax, result, 1)
    (arrows,) = (artist for artist in ax.collections if isinstance(artist, Quiver))
    some = slice(EVERY // 2, None, EVERY)
    np.testing.assert_allclose(arrows.U, result.arrays["flow"][1, some, some, 0].ravel())
    np.testing.assert_allclose(arrows.V, result.arrays["flow"][1, some, some, 1].ravel())
    axis = result.arrays["axis"][some]
    np.testing.assert_allclose(arrows.XY, [(x, y) for y in axis for x in axis])


def test_every_fixed_point_lies_where_nothing_moves(ax, result):
    draw_flow(ax, result, 1)
    lines = [contour.get_paths()[0].vertices for contour in ax.collections if not isinstance(contour, Quiver)]
    assert len(lines) == 2
    (saddle,) = (one for one in result.fixed_points if one.saddle)
    for line in lines:
        assert np.linalg.norm(line - saddle.points[0], axis=1).min() < 0.05


def test_basins_are_shaded_only_if_there_are_several():
    one_sided = found(ONE_SIDED)
    counts = []
    for symbol in (0, 1):
        ax = new_figure(5, 5).subplots()
        draw_flow(ax, one_sided, symbol)
        counts.append(sum("QuadMesh" in type(artist).__name__ for artist in ax.collections))
    assert counts == [0, 1]


def test_the_boundary_is_where_both_symbols_are_as_probable(ax, result):
    draw_boundaries(ax, result)
    (contour,) = ax.collections
    model = counters()
    weight = (model.weight_out[1, 0] - model.weight_out[1, 1]).detach().numpy()
    bias = float((model.bias_out[1, 0] - model.bias_out[1, 1]).detach())
    np.testing.assert_allclose(contour.get_paths()[0].vertices @ weight + bias, 0, atol=1e-3)
    assert [text.get_text() for text in ax.texts] == ["a next", "b next"]
    for text, sign in zip(ax.texts, (1, -1), strict=True):
        assert sign * (np.array(text.get_position()) @ weight + bias) > 0


@pytest.mark.parametrize(
    ("eigenvalues", "fill", "lines"),
    [(((0.5, 0), (0.1, 0)), "full", 2), (((2, 0), (0.1, 0)), "left", 2), (((2, 0), (1.5, 0)), "none", 1)],
)
def test_a_point_is_filled_by_its_stability_and_has_its_direction(ax, eigenvalues, fill, lines):
    draw_points(ax, [point(eigenvalues=eigenvalues, directions=((0.6, 0.8), (1.0, 0.0)))])
    marker = ax.lines[-1]
    assert (marker.get_fillstyle(), marker.get_marker(), len(ax.lines)) == (fill, "o", lines)
    assert marker.get_xydata().tolist() == [[0.5, -0.5]]
    if lines == 2:
        start, end = ax.lines[0].get_xydata()
        np.testing.assert_allclose((end - start) / np.linalg.norm(end - start), (0.6, 0.8))


def test_a_cycle_is_two_diamonds_joined(ax):
    draw_points(ax, [point(eigenvalues=((0.5, 0), (0.1, 0)), period=2)])
    joined, markers = ax.lines
    assert joined.get_xydata().tolist() == markers.get_xydata().tolist() == [[0.5, -0.5], [-0.5, 0.5]]
    assert markers.get_marker() == "D"


def test_the_path_of_a_phase_begins_where_the_phase_before_ended(ax, result):
    draw_path(ax, result, "b")
    arrows = [(text.get_position(), text.xy) for text in ax.texts if not text.get_text()]
    path = result.arrays["path"]
    np.testing.assert_array_equal([start for start, _ in arrows], path[TRAINED:-1])
    np.testing.assert_array_equal([end for _, end in arrows], path[TRAINED + 1 :])
    assert ax.lines[0].get_xydata().tolist() == path[TRAINED + 1 :].tolist()


def test_each_net_is_drawn_at_its_eigenvalues_and_the_curve_has_product_1(ax, result):
    draw_law(ax, result.compared, ratio=2)
    curve, *dots = ax.lines
    x, y = curve.get_data()
    np.testing.assert_allclose(x * y**2, 1)
    drawn = sorted(tuple(point) for line in dots for point in line.get_xydata())
    expected = sorted((abs(law.contraction), abs(law.expansion)) for law in result.compared)
    np.testing.assert_allclose(drawn, expected)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels[1:] == ["fails first at n = 5", "fails first at n = 6"]


def test_every_figure_has_its_numbers_as_text(result):
    arrays = {f"portrait.{name}": array for name, array in result.arrays.items()} | {"hidden": np.zeros((3, 2))}
    portraits, law = dynamics_figures("1", dataclasses.replace(result, arrays={}), arrays)
    assert (portraits.name, law.name) == ("1-phase-portraits", "1-counting-law")
    assert "a, stable fixed point at (-0.80, -0.74), eigenvalues -0.69, 0.13" in portraits.alternative
    assert "2, -0.69, -2.14, 6, 6" in law.alternative
    for figure in (portraits, law):
        FigureCanvasAgg(figure.figure).print_png(io.BytesIO())


def test_without_a_plane_or_a_law_there_are_no_such_figures(result):
    assert not list(dynamics_figures("1", dataclasses.replace(result, laws=()), {"hidden": np.zeros((3, 2))}))
