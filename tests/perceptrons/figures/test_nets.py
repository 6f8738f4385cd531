"""Figures of perceptrons, read back from their artists."""

import dataclasses
import io

import numpy as np
import pytest

from kuzushi.core.figure_style import BLUE, RED
from kuzushi.perceptrons.configs import CheckerboardConfig
from kuzushi.perceptrons.experiment import run
from kuzushi.perceptrons.figures.nets import figures, name_of


@pytest.fixture
def trained(ensemble):
    return ensemble


def drawn(*results):
    return {figure.name: figure for figure in figures(results)}


def test_every_figure_has_a_name_of_its_own_and_words_and_can_be_rendered(trained, by_hand):
    figured = list(figures([trained, by_hand]))
    assert [one.name for one in figured] == ["1-units", "1-training", "2-units", "2-diagram"]
    for one in figured:
        assert one.caption.endswith(".")
        assert one.alternative.endswith(".")
        one.figure.savefig(io.BytesIO(), format="png")


def test_every_unit_is_drawn_with_its_values_its_line_and_the_points(by_hand):
    *panels, net, bar = drawn(by_hand)["1-units"].figure.axes
    for j, panel in enumerate(panels):
        np.testing.assert_array_equal(panel.images[0].get_array(), by_hand.arrays["hidden"][j])
        assert panel.images[0].get_clim() == (0, 1)
        assert panel.get_title() == f"H{j + 1}: {by_hand.shown.lines[j]}"
        (line,) = panel.lines
        weight, bias = by_hand.shown.hidden_weight[j], by_hand.shown.hidden_bias[j]
        np.testing.assert_allclose(line.get_xydata() @ weight + bias, 0, atol=1e-9)
    for panel in (*panels, net):
        assert sum(len(points.get_offsets()) for points in panel.collections[:2]) == 9
    assert bar.get_ylabel() == "output"


def test_all_panels_of_tanh_units_go_from_minus_1_to_1():
    result = run(CheckerboardConfig(act="tanh", nets=1, epochs=100))
    *panels, _ = drawn(result)["1-units"].figure.axes
    assert {panel.images[0].get_clim() for panel in panels} == {(-1, 1)}


def test_the_net_is_drawn_with_the_number_of_right_points(by_hand):
    units = drawn(by_hand)["1-units"]
    np.testing.assert_array_equal(units.figure.axes[-2].images[0].get_array(), by_hand.arrays["output"])
    assert "9 of 9 points" in units.caption
    wrong = drawn(run(CheckerboardConfig(set_weights="report", act="sig")))["1-units"]
    assert "4 of 9 points" in wrong.caption


def test_without_a_plane_weights_and_training_are_drawn(tmp_path):
    path = tmp_path / "line.csv"
    path.write_text("x1,target\n0,0\n1,1\n2,0\n")
    result = run(CheckerboardConfig(data=str(path), nets=2, epochs=100))
    assert list(drawn(result)) == ["1-diagram", "1-training"]


def test_the_training_curves_are_those_of_the_result(trained):
    training = drawn(trained)["1-training"]
    loss, solved = training.figure.axes
    np.testing.assert_array_equal(loss.lines[0].get_xydata(), [(e.epoch, e.loss) for e in trained.epochs])
    np.testing.assert_array_equal(solved.lines[0].get_xydata(), [(e.epoch, e.solved) for e in trained.epochs])
    assert f"{trained.solved} after {trained.epochs[-1].epoch} epochs" in training.caption


# --- the diagram -----------------------------------------------------------------------------------------------


def diagram(result, hidden_weight, hidden_bias, output_weight, output_bias):
    net = dataclasses.replace(
        result.shown, hidden_weight=hidden_weight, hidden_bias=hidden_bias, output_weight=output_weight,
        output_bias=output_bias,
    )  # fmt: skip
    return drawn(dataclasses.replace(result, shown=net, hid=len(hidden_bias), arrays={}))["1-diagram"]


def test_the_diagram_shows_every_weight_and_bias(by_hand):
    one = diagram(by_hand, ((1.0, -2.0),), (0.5,), ((-4.0,),), (3.0,))
    (ax,) = one.figure.axes
    assert {text.get_text() for text in ax.texts} == {"1", "-2", "-4", "x1", "x2", "H1\n0.5", "y\n3"}
    assert [(edge.get_color(), edge.get_linestyle()) for edge in ax.lines] == [(BLUE, "-"), (RED, "--"), (RED, "--")]
    assert name_of(by_hand) in one.caption.replace("1 step", "4 step")
    assert one.alternative == "H1 has weights 1, -2, bias 0.5, and weight -4 to the output; the output has bias 3."


def test_a_crowded_diagram_leaves_the_numbers_of_its_edges_out(by_hand):
    (ax,) = diagram(by_hand, ((0.25, 0.25),) * 30, (0.0,) * 30, ((0.25,) * 30,), (0.0,)).figure.axes
    assert len(ax.lines) == 90
    assert "0.25" not in {text.get_text() for text in ax.texts}
