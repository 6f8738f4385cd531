"""The diagram of a perceptron, read back from its artists."""

import pytest

from kuzushi.plots.diagram import diagram, draw_diagram
from kuzushi.plots.style import BLUE, RED, new_figure
from kuzushi.results import ShownPerceptron


@pytest.fixture
def ax():
    return new_figure(4, 4).subplots()


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
