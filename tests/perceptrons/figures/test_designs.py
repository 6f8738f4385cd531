"""Figures of the smallest step nets, read back from their artists."""

import dataclasses
import io

import numpy as np

from designs import DIAGONALS, POINTS, board, contradiction, design, planes
from kuzushi.perceptrons.figures.designs import design_name, figures, variants


def drawn(*results):
    return {figure.name: figure for figure in figures(results)}


def test_a_design_without_a_name_is_called_by_its_number():
    first, second = board().designs
    assert design_name(1, first) == "the report's net by hand"
    assert design_name(2, second) == "design 2"


def test_symmetric_variants_are_counted():
    assert [variants(one) for one in board().designs] == ["no symmetric variants", "one of 2 symmetric variants"]


def test_every_figure_has_a_name_of_its_own_and_words_and_can_be_rendered():
    figured = list(figures([board(), board()]))
    assert [one.name for one in figured] == ["1-lines", "2-lines"]
    for one in figured:
        assert one.caption.endswith(".") and one.alternative.endswith(".")
        one.figure.savefig(io.BytesIO(), format="png")


def test_all_designs_are_drawn_with_their_lines_points_and_names():
    result = board()
    panels = drawn(result)["1-lines"].figure.axes
    for panel, output in zip(panels, result.arrays["output"], strict=True):
        np.testing.assert_array_equal(panel.images[0].get_array(), output)
    assert [panel.get_title() for panel in panels] == [
        "the report's net by hand\nno symmetric variants",
        "design 2\none of 2 symmetric variants",
    ]
    for panel, one in zip(panels, result.designs, strict=True):
        for line, weight, bias in zip(panel.lines, one.hidden_weight, one.hidden_bias, strict=True):
            np.testing.assert_allclose(line.get_xydata() @ weight + bias, 0, atol=1e-9)
        zeros, ones = ({tuple(point) for point in points.get_offsets()} for points in panel.collections)
        assert zeros == {(0, 0), (0, 2), (1, 1), (2, 0), (2, 2)}
        assert zeros | ones == set(POINTS)
        assert {text.get_text() for text in panel.texts} == {"H1", "H2", "H3", "H4"}


def test_no_title_or_label_is_cut_off():
    for one in figures([board()]):
        one.figure.draw_without_rendering()
        whole = one.figure.bbox
        for ax in one.figure.axes:
            box = ax.get_tightbbox()
            assert whole.x0 <= box.x0 and box.x1 <= whole.x1 and whole.y0 <= box.y0 and box.y1 <= whole.y1


def test_many_designs_of_many_lines_are_drawn_side_by_side_without_names():
    repeated = {key: DIAGONALS[key] * 4 for key in ("weight", "bias", "lines")}
    many = design(**DIAGONALS | repeated | {"output_bias": -8.5})
    panels = drawn(board(designs=(many,) * 6, lower=16, upper=16, realisable=11))["1-lines"].figure.axes
    assert [len(panel.lines) for panel in panels] == [16] * 6
    assert not any(panel.texts for panel in panels)


def test_the_caption_claims_no_more_than_was_proved():
    assert "3 in all" in drawn(board())["1-lines"].caption
    for changes in ({"realisable": None}, {"count_checked": False}, {"kinds": 5}):
        caption = drawn(board(**changes))["1-lines"].caption
        assert caption.startswith("Some of the smallest step nets") and "there may be more" in caption
    caption = drawn(board(lower=3))["1-lines"].caption
    assert "it is not proved" in caption and "in all" not in caption


def test_every_number_of_a_design_is_in_its_alternative():
    one = drawn(board())["1-lines"].alternative
    assert "H1 is on where x1 + x2 - 2.5 > 0, with weight 1 to the output" in one
    assert "the output has bias -1.5" in one and "Design 2 (one of 2 symmetric variants)" in one


def test_nothing_is_drawn_without_a_plane_or_without_a_net():
    assert not drawn(contradiction())
    assert not drawn(dataclasses.replace(board(), arrays={}))
    assert not drawn(board(designs=(), arrays=planes(board().designs)))
