"""Trained against designed, read back from artists and words, for nets set by hand."""

import dataclasses
import io

import numpy as np
import pytest
from matplotlib.colors import to_hex

from designs import CROSSING, POINTS, TARGETS
from kuzushi.configs import CheckerboardConfig
from kuzushi.experiments.checkerboard import run
from kuzushi.plots.comparison import COLOURS, GREY, contains_design, superfluous, trained_against_designed
from kuzushi.results import Activations, NearestDesign

FLAT, SPARE = ((0.0, 1.0), 5.0), ((1.0, 0.0), -1.5)
"""A unit with all points on one side, and one on at the points of x1 = 2."""


@pytest.fixture(scope="module")
def trained():
    return run(CheckerboardConfig(nets=4, epochs=400))


def by_hand(trained, units, same, *, values=(0.1, 0.9)):
    """A net of these hidden units, outputs off and on, beside the study's net by hand."""
    table = tuple(
        Activations(
            point=point, target=target, output=float(target),
            hidden=tuple(values[int(w[0] * point[0] + w[1] * point[1] + b > 0)] for w, b in units),
        )
        for point, target in zip(POINTS, TARGETS, strict=True)
    )  # fmt: skip
    weight, bias = zip(*units, strict=True)
    lines = tuple(f"line {j}" for j in range(1, len(units) + 1))
    shown = dataclasses.replace(trained.shown, hidden_weight=weight, hidden_bias=bias, lines=lines, table=table)
    nearest = NearestDesign(
        design=1,
        hidden_weight=CROSSING["weight"],
        hidden_bias=CROSSING["bias"],
        lines=CROSSING["lines"],
        same=same,
        output_weight=((1.0,) * 4,),
        output_bias=(-1.5,),
    )
    return dataclasses.replace(trained, shown=shown, nearest=nearest, hid=len(units))


def drawn(result, *, low=0.0):
    return trained_against_designed("a", result, result.nearest, title="a net", low=low)


CROSSED = list(zip(CROSSING["weight"], CROSSING["bias"], strict=True))
H1, H2, H3, H4 = CROSSED


def lines_drawn(ax):
    return [(to_hex(line.get_color()), line.get_xydata()) for line in ax.lines]


def test_units_that_divide_the_points_alike_have_one_colour_on_both_sides_and_the_others_are_grey(trained):
    result = by_hand(trained, [H3, SPARE, H1, H2], (2, None, 0, 1))
    left, right = drawn(result).figure.axes
    for ax, units, colours in (
        (left, [SPARE, H3, H1, H2], [GREY, COLOURS[2], COLOURS[0], COLOURS[1]]),
        (right, [H4, H1, H2, H3], [GREY, *COLOURS[:3]]),
    ):
        for (colour, line), (weight, bias), expected in zip(lines_drawn(ax), units, colours, strict=True):
            assert colour == expected.lower()
            np.testing.assert_allclose(line @ weight + bias, 0, atol=1e-9)
        zeros, ones = (len(points.get_offsets()) for points in ax.collections)
        assert (zeros, ones) == (5, 4)
        assert {text.get_text() for text in ax.texts} == {"H1", "H2", "H3", "H4"}
    assert (left.get_title(), right.get_title()) == ("trained: 4 units", "designed: 4 step units")
    assert left.get_xlim() == right.get_xlim() == (-0.5, 2.5)


def test_grey_stands_in_the_legend_only_where_a_line_is_grey(trained):
    def legend(result):
        return [text.get_text() for text in drawn(result).figure.legends[0].get_texts()]

    assert legend(by_hand(trained, CROSSED, (0, 1, 2, 3))) == ["target 0", "target 1"]
    for units, same in (([*CROSSED, SPARE], (0, 1, 2, 3, None)), ([H1, H2, H3], (0, 1, 2))):
        assert legend(by_hand(trained, units, same))[2:] == ["unit of one net only"]


def test_of_a_net_that_contains_the_design_one_unit_each_is_needed(trained):
    result = by_hand(trained, [H2, SPARE, H1, H3, H2, H4], (1, None, 0, 2, 1, 3))
    assert contains_design(result.nearest)
    assert superfluous(result.shown, result.nearest, low=0.0) == [1, 4]
    caption = drawn(result).caption
    assert "5 of the 6 trained units (H1, H3, H4, H5 and H6) divide the points as 4 of the 4 units" in caption
    assert "So the net contains the design" in caption
    assert caption.endswith("If all were steps, H2 and H5 would be superfluous, with other weights to the output.")
    assert "superfluous" not in drawn(by_hand(trained, CROSSED, (0, 1, 2, 3))).caption


@pytest.mark.parametrize(("values", "low"), [((0.1, 0.9), 0.0), ((-0.9, 0.4), -1.0), ((-0.9, 0.01), -1.0)])
def test_else_a_unit_adds_nothing_if_it_divides_no_points_or_as_one_before(trained, values, low):
    opposite = (tuple(-w for w in SPARE[0]), -SPARE[1])
    result = by_hand(trained, [H1, SPARE, FLAT, opposite], (0, None, None, None), values=values)
    assert not contains_design(result.nearest)
    assert superfluous(result.shown, result.nearest, low=low) == [2, 3]
    caption = drawn(result, low=low).caption
    assert "1 of the 4 trained units (H1) divides the points as 1 of the 4 units of the design." in caption
    assert f"need not contain any step net: its hidden units may also say values between {low:g} and 1" in caption
    assert "As steps, H3 and H4 would add nothing to the others" in caption


def test_a_net_of_fewer_units_than_any_step_net_is_said_to_be_one(trained):
    result = by_hand(trained, [FLAT, SPARE, SPARE], (None, None, None))
    caption = drawn(result).caption
    assert "None of the 3 trained units divides the points as a unit of the design does." in caption
    assert "With 3 units the net can contain no such design, and is right all the same" in caption
    one = drawn(by_hand(trained, [H1, H2, FLAT], (0, 1, None))).caption
    assert "As a step, H3 would add nothing to the others: it has all points on one side" in one


def test_the_alternative_names_the_partner_of_every_unit(trained):
    words = drawn(by_hand(trained, [H3, SPARE], (2, None))).alternative
    assert words == (
        "Trained units: H1 (line 1) divides the points as H3 of the design; H2 (line 2) divides the points as no unit "
        "of the design. Units of the design: H1 (x1 + x2 - 2.5 = 0); H2 (-x1 - x2 + 1.5 = 0); H3 (x1 - x2 - 0.5 = 0); "
        "H4 (-x1 + x2 - 0.5 = 0)."
    )


def test_it_is_said_of_how_many_designs_this_is_one(trained):
    result = by_hand(trained, CROSSED, (0, 1, 2, 3))
    assert "of the 3 step nets with as few units as can be, one that is most like it" in drawn(result).caption
    only = dataclasses.replace(result.solutions, designs=result.solutions.designs[:1])
    assert "the only step net with as few units as can be" in drawn(dataclasses.replace(result, solutions=only)).caption


def test_many_lines_are_drawn_without_names_and_a_design_of_too_many_not_at_all(trained):
    many = by_hand(trained, [*CROSSED, *[SPARE] * 9], (0, 1, 2, 3, *[None] * 9))
    left, right = drawn(many).figure.axes
    assert (len(left.lines), len(left.texts), len(right.texts)) == (13, 0, 4)
    lines = ("",) * (len(COLOURS) + 1)
    assert drawn(dataclasses.replace(many, nearest=dataclasses.replace(many.nearest, lines=lines))) is None


def test_a_trained_net_is_drawn_with_words(trained):
    figure = drawn(trained)
    assert trained.nearest is not None
    assert figure.caption.endswith(".") and figure.alternative.endswith(".")
    figure.figure.savefig(io.BytesIO(), format="png")
