"""Figures of one perceptron, read back from their artists."""

import io

import numpy as np
import pytest

from kuzushi.core.figure_style import BLUE, RED, new_figure
from kuzushi.perceptrons.configs import CheckerboardConfig
from kuzushi.perceptrons.experiment import run
from kuzushi.perceptrons.figures.nets import diagram, draw_diagram, figures
from kuzushi.perceptrons.results import ShownPerceptron


@pytest.fixture
def trained(ensemble):
    return ensemble


@pytest.fixture
def ax():
    return new_figure(4, 4).subplots()


def drawn(*results):
    return {figure.name: figure for figure in figures(results)}


def test_every_figure_has_a_name_of_its_own_and_words_and_can_be_rendered(trained, by_hand):
    figured = list(figures([trained, by_hand]))
    assert [one.name for one in figured] == [
        "1-units", "1-net", "1-designed", "1-diagram", "1-training", "1-epochs-to-solve", "1-solutions", "1-missed",
        "2-units", "2-net", "2-diagram", "2-scale",
    ]  # fmt: skip
    for one in figured:
        assert one.caption.endswith(".")
        assert one.alternative.endswith(".")
        one.figure.savefig(io.BytesIO(), format="png")


def test_every_unit_is_drawn_with_its_values_its_line_and_the_points(by_hand):
    figure = drawn(by_hand)["1-units"].figure
    panels, bar = figure.axes[:4], figure.axes[4]
    for j, panel in enumerate(panels):
        np.testing.assert_array_equal(panel.images[0].get_array(), by_hand.arrays["hidden"][j])
        assert panel.images[0].get_clim() == (0, 1)
        assert panel.get_title() == f"H{j + 1}: {by_hand.shown.lines[j]}"
        assert sum(len(points.get_offsets()) for points in panel.collections) == 9
    assert bar.get_ylabel() == "output of the hidden unit"


def test_tanh_units_are_drawn_from_minus_1_to_1():
    result = run(CheckerboardConfig(act="tanh", nets=1, epochs=100))
    figure = drawn(result)
    assert figure["1-units"].figure.axes[0].images[0].get_clim() == (-1, 1)
    assert figure["1-net"].figure.axes[0].images[0].get_clim() == (0, 1)


def test_the_net_is_drawn_with_the_number_of_right_points(by_hand):
    net = drawn(by_hand)["1-net"]
    np.testing.assert_array_equal(net.figure.axes[0].images[0].get_array(), by_hand.arrays["output"])
    assert "9 of 9 points" in net.caption
    wrong = drawn(run(CheckerboardConfig(set_weights="report", act="sig")))["1-net"]
    assert "4 of 9 points" in wrong.caption


def test_without_a_plane_only_weights_and_training_are_drawn(tmp_path):
    path = tmp_path / "line.csv"
    path.write_text("x1,target\n0,0\n1,1\n2,0\n")
    result = run(CheckerboardConfig(data=str(path), nets=2, epochs=100))
    assert list(drawn(result)) == ["1-diagram", "1-training", "1-epochs-to-solve"]


def test_an_ensemble_in_which_no_net_is_solved_is_drawn_too():
    result = run(CheckerboardConfig(nets=2, hid=1, epochs=50))
    assert "0 of 2 nets" in drawn(result)["1-epochs-to-solve"].caption
    assert list(drawn(result)) == [
        "1-units", "1-net", "1-diagram", "1-training", "1-epochs-to-solve", "1-missed"
    ]  # fmt: skip


def test_the_factor_of_the_run_is_marked_where_the_units_are_sigmoids(by_hand):
    scaled = run(CheckerboardConfig(set_weights="report", act="sig", scale=7.0))
    labels = [
        [text.get_text() for text in drawn(result)["1-scale"].figure.legends[0].get_texts()]
        for result in (by_hand, scaled)
    ]
    assert [any("used here: 7" in label for label in group) for group in labels] == [False, True]


# --- the diagram -----------------------------------------------------------------------------------------------


def perceptron(hidden_weight, hidden_bias, output_weight, output_bias):
    return ShownPerceptron(
        net=0, hidden_weight=hidden_weight, hidden_bias=hidden_bias, output_weight=output_weight,
        output_bias=output_bias, loss=None, accuracy=100.0, lines=(), table=(),
    )  # fmt: skip


def test_the_diagram_shows_every_weight_by_number_width_and_style(ax):
    draw_diagram(ax, perceptron(((1.0, -2.0),), (0.5,), ((-4.0,),), (3.0,)))
    texts = {text.get_text() for text in ax.texts}
    assert texts == {"1", "-2", "-4", "x1", "x2", "H1", "y", "bias 0.5", "bias 3"}
    widths = [edge.get_linewidth() for edge in ax.lines]
    assert widths == sorted(widths)
    assert [(edge.get_color(), edge.get_linestyle()) for edge in ax.lines] == [(BLUE, "-"), (RED, "--"), (RED, "--")]


def test_a_crowded_diagram_leaves_the_numbers_of_its_edges_out(ax):
    draw_diagram(ax, perceptron(((0.25, 0.25),) * 30, (0.0,) * 30, ((0.25,) * 30,), (0.0,)))
    assert len(ax.lines) == 90
    assert "0.25" not in {text.get_text() for text in ax.texts}


def test_the_words_of_the_diagram_name_the_net_and_every_weight():
    drawn = diagram("some-diagram", perceptron(((1.0, -2.0),), (0.5,), ((-4.0,),), (3.0,)), title="a net of one unit")
    assert drawn.name == "some-diagram"
    assert "(a net of one unit)" in drawn.caption
    assert drawn.alternative == ("H1 has weights 1, -2, bias 0.5, and weight -4 to the output; the output has bias 3.")
