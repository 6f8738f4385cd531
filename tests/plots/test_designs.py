"""Figures of the smallest step nets, read back from their artists."""

import dataclasses
import io

import numpy as np
import pytest

from designs import AXIS, CROSSING, DIAGONALS, POINTS, board, contradiction, design, planes
from kuzushi.plots.designs import alike, counted, design_name, fewest, figures
from kuzushi.plots.regions import SIDE

CODES = {
    "0100": 0, "0101": 1, "0001": 0, "0110": 1, "0000": 0, "1001": 1, "0010": 0, "1010": 1, "1000": 0,
}  # fmt: skip
"""The regions of the study's net by hand, each with one point, and what the net says in them."""


def drawn(*results):
    return {figure.name: figure for figure in figures(results)}


def pixels(ax, artist):
    """The pixels of the drawn plane that an artist covers."""
    box = artist.get_window_extent().transformed(ax.transData.inverted())
    rows = np.flatnonzero((box.y0 <= AXIS) & (box.y1 >= AXIS))
    columns = np.flatnonzero((box.x0 <= AXIS) & (box.x1 >= AXIS))
    return rows, columns


@pytest.mark.parametrize(
    ("lower", "upper", "impossible", "words"),
    [
        (4, 4, False, "4 units"), (1, 1, False, "1 unit"), (6, 8, False, "at least 6, at most 8"),
        (6, None, False, "at least 6 units"), (36, None, True, "no net of any width"),
    ],
)  # fmt: skip
def test_the_smallest_number_of_units_is_said_as_far_as_it_is_known(lower, upper, impossible, words):
    assert fewest(lower, upper, impossible=impossible) == words


def test_things_are_counted_in_words():
    assert counted(1, "region") == "1 region"
    assert counted(3276, "unit") == "3,276 units"
    assert counted(28, "dichotomy", "dichotomies") == "28 dichotomies"


def test_a_design_without_a_name_is_called_by_its_number():
    first, second = board().designs
    assert design_name(1, first) == "the study's net by hand"
    assert design_name(2, second) == "design 2"


def test_it_is_said_how_many_designs_are_alike():
    assert [alike(one) for one in board().designs] == ["the only one of its kind", "2 of its kind"]


def test_every_figure_has_a_name_of_its_own_and_words_and_can_be_rendered():
    figured = list(figures([board(), board()]))
    assert [one.name for one in figured] == [
        f"{place}-{part}" for place in (1, 2) for part in ("lines", "regions-1", "regions-2")
    ]
    for one in figured[:3]:
        assert one.caption.endswith(".") and one.alternative.endswith(".")
        one.figure.savefig(io.BytesIO(), format="png")


def test_all_designs_are_drawn_with_their_lines_points_and_names():
    result = board()
    panels = drawn(result)["1-lines"].figure.axes
    assert [panel.get_title() for panel in panels] == [
        "the study's net by hand\nthe only one of its kind",
        "design 2\n2 of its kind",
    ]
    for panel, one in zip(panels, result.designs, strict=True):
        for line, weight, bias in zip(panel.lines, one.hidden_weight, one.hidden_bias, strict=True):
            np.testing.assert_allclose(line.get_xydata() @ weight + bias, 0, atol=1e-9)
        zeros, ones = ({tuple(point) for point in points.get_offsets()} for points in panel.collections)
        assert zeros == {(0, 0), (0, 2), (1, 1), (2, 0), (2, 2)}
        assert zeros | ones == set(POINTS)
        assert {text.get_text() for text in panel.texts} == {"H1", "H2", "H3", "H4"}


def test_a_large_design_shows_what_the_net_says_and_the_code_of_every_region():
    result = board()
    figure = drawn(result)["1-regions-1"]
    ax = figure.figure.axes[0]
    np.testing.assert_array_equal(ax.images[0].get_array(), result.arrays["output"][0])
    assert {text.get_text() for text in ax.texts} == {*CODES, "H1", "H2", "H3", "H4"}
    assert "4 lines cut the picture into 9 regions" in figure.caption
    for digits, said in CODES.items():
        assert f"{digits} says {said}, with (" in figure.alternative
    assert "0000 says 0, with (1, 1)" in figure.alternative


@pytest.mark.parametrize("number", [1, 2])
def test_every_code_lies_whole_in_its_region_and_clear_of_points_and_names(number):
    result = board()
    figure = drawn(result)[f"1-regions-{number}"].figure
    figure.draw_without_rendering()
    ax = figure.axes[0]
    regions = result.arrays["regions"][number - 1]
    codes = [text for text in ax.texts if not text.get_text().startswith("H")]
    names = [text.get_window_extent() for text in ax.texts if text.get_text().startswith("H")]
    assert len(codes) == len(np.unique(regions))
    for text in codes:
        region = sum(int(digit) << j for j, digit in enumerate(text.get_text()))
        assert set(np.unique(regions[np.ix_(*pixels(ax, text))])) == {region}
        box = text.get_window_extent()
        assert not any(box.overlaps(name) for name in names)
        for point in POINTS:
            x, y = ax.transData.transform(point)
            assert not (box.x0 - 3 < x < box.x1 + 3 and box.y0 - 3 < y < box.y1 + 3)


def test_a_large_plane_is_as_large_as_the_codes_need_it():
    figure = drawn(board())["1-regions-1"].figure
    figure.draw_without_rendering()
    assert figure.axes[0].get_window_extent().width / figure.dpi >= SIDE


def test_no_title_or_label_is_cut_off():
    for one in figures([board()]):
        one.figure.draw_without_rendering()
        whole = one.figure.bbox
        for ax in one.figure.axes:
            box = ax.get_tightbbox()
            assert whole.x0 <= box.x0 and box.x1 <= whole.x1 and whole.y0 <= box.y0 and box.y1 <= whole.y1


def test_of_many_designs_all_stand_side_by_side_and_three_are_drawn_large():
    result = board(designs=(design(**CROSSING),) + (design(**DIAGONALS),) * 5, realisable=11)
    figured = drawn(result)
    assert list(figured) == ["1-lines", *(f"1-regions-{number}" for number in (1, 2, 3))]
    panels = figured["1-lines"].figure.axes
    assert len(panels) == 6
    assert {len(panel.lines) for panel in panels} == {4}


def test_a_design_of_many_lines_is_drawn_without_digits_and_names():
    repeated = {key: DIAGONALS[key] * 4 for key in ("weight", "bias", "lines")}
    many = design(**DIAGONALS | repeated | {"output_bias": -8.5})
    figured = drawn(board(designs=(many,), lower=16, upper=16))
    for one in figured.values():
        assert not one.figure.axes[0].texts
    assert "digits" not in figured["1-regions-1"].caption
    assert "16 lines cut the picture into 5 regions" in figured["1-regions-1"].caption


def test_the_caption_claims_no_more_than_was_proved():
    assert "3 in all" in drawn(board())["1-lines"].caption
    for changes in ({"realisable": None}, {"count_checked": False}, {"kinds": 5}):
        caption = drawn(board(**changes))["1-lines"].caption
        assert caption.startswith("Some of the smallest step nets") and "there may be more" in caption
    caption = drawn(board(lower=3))["1-lines"].caption
    assert "is not proved here" in caption and "in all" not in caption


def test_every_number_of_a_design_stands_in_its_alternative():
    one = drawn(board())["1-lines"].alternative
    assert "H1 is on where x1 + x2 - 2.5 > 0, with weight 1 to the output" in one
    assert "the output has bias -1.5" in one and "Design 2 (2 of its kind)" in one


def test_regions_without_points_are_told_too():
    far = design(**DIAGONALS | {"weight": ((1, 1),) * 4, "bias": (-0.5, -1.5, -2.5, -4.5), "output_bias": -3.5})
    words = drawn(board(designs=(far,)))["1-regions-1"].alternative
    assert "1111 says 1, with no points" in words


def test_nothing_is_drawn_without_a_plane_or_without_a_net():
    assert not drawn(contradiction())
    assert not drawn(dataclasses.replace(board(), arrays={}))
    assert not drawn(board(designs=(), arrays=planes(board().designs)))
