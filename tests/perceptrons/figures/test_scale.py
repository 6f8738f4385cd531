"""The figure of the factor, read back from its artists."""

import io

import pytest

from kuzushi.core.figure_style import BLACK, GREEN, ORANGE
from kuzushi.perceptrons.figures.scale import right_from, rounded_up, scale_curves
from kuzushi.perceptrons.results import SigmoidScale


def scale(**options):
    values = {
        "right_from": 1.9804, "stays_right": True, "certified": 3.89182, "searched_to": 3.89182,
        "factors": (0.1, 1.0, 2.0, 20.0), "loss": (0.69, 0.68, 0.4, 0.001), "worst": (0.49, 0.47, 0.501, 0.998),
    }  # fmt: skip
    return SigmoidScale(**values | options)


def marked(figure):
    """Where upright lines stand in the lower axes, with colour and label."""
    return {
        line.get_xdata()[0]: (line.get_color(), line.get_label())
        for line in figure.axes[1].lines
        if line.get_xdata()[0] == line.get_xdata()[1]
    }


def test_the_curves_are_those_of_the_result_and_can_be_rendered():
    drawn = scale_curves("a-scale", scale(), title="weights report, 4 units", used=None)
    loss, worst = drawn.figure.axes
    assert loss.lines[0].get_xydata().tolist() == [[0.1, 0.69], [1.0, 0.68], [2.0, 0.4], [20.0, 0.001]]
    assert worst.lines[0].get_xydata().tolist() == [[0.1, 0.49], [1.0, 0.47], [2.0, 0.501], [20.0, 0.998]]
    drawn.figure.savefig(io.BytesIO(), format="png")
    assert "weights report, 4 units" in drawn.caption
    assert "factor 2: mean loss 0.4, output at the worst point 0.501" in drawn.alternative
    assert drawn.caption.endswith(".")
    assert drawn.alternative.endswith(".")


def test_the_known_factors_are_marked_in_both_axes():
    figure = scale_curves("a-scale", scale(), title="", used=10.0).figure
    assert marked(figure) == {
        1.9804: (GREEN, "every point is right from 1.981"),
        3.89182: (ORANGE, "proved by the margins alone from 3.892"),
        10.0: (BLACK, "the factor used here: 10"),
    }
    assert len(figure.axes[0].lines) == 1 + 3
    assert len(figure.legends[0].get_texts()) == 3


@pytest.mark.parametrize("options", [{"right_from": None, "certified": None}, {"right_from": 0.0, "certified": 0.0}])
def test_unknown_factors_and_those_off_the_axis_are_not_marked(options):
    assert marked(scale_curves("a-scale", scale(**options), title="", used=100.0).figure) == {}


def test_a_loss_of_0_does_not_break_the_axis():
    figure = scale_curves("a-scale", scale(loss=(0.69, 0.1, 0.0, 0.0)), title="", used=None).figure
    assert figure.axes[0].get_ylim()[0] > 0


@pytest.mark.parametrize(("factor", "text"), [(1.9804, "1.981"), (2.0, "2.000"), (1e-10, "0.001"), (3.89182, "3.892")])
def test_factors_are_rounded_up(factor, text):
    assert rounded_up(factor) == text
    assert float(text) >= factor


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "right on every point from factor 1.981 (proved by intervals; by its margins alone from 3.892)"),
        ({"right_from": 0.0, "certified": 0.0}, "right on every point with every factor (proved by its margins)"),
        (
            {"stays_right": False},
            "first right on every point with factor 1.981, but not proved right with every larger one",
        ),
        (
            {"right_from": None, "stays_right": False, "certified": None, "searched_to": 100.0},
            "not found right on every point with any factor up to 100",
        ),
    ],
)
def test_the_words_claim_no_more_than_is_known(options, words):
    assert right_from(scale(**options)) == words
