"""Figures of the smallest step nets, read back from their artists."""

import dataclasses
import io

import numpy as np
import pytest
from matplotlib.colors import to_hex

from designs import AXIS, CROSSING, DIAGONALS, POINTS, board, contradiction, design, planes
from kuzushi.perceptrons.figures.designs import COLOURS, GREY, design_name, figures, trained_and_designed, variants
from kuzushi.perceptrons.figures.plane import SIDE
from kuzushi.perceptrons.results import NearestDesign

CODES = {
    "0100": 0, "0101": 1, "0001": 0, "0110": 1, "0000": 0, "1001": 1, "0010": 0, "1010": 1, "1000": 0,
}  # fmt: skip
"""The regions of the report's net by hand, each with one point, and what the net says in them."""


def drawn(*results):
    return {figure.name: figure for figure in figures(results)}


def pixels(ax, artist):
    """The pixels of the drawn plane that an artist covers."""
    box = artist.get_window_extent().transformed(ax.transData.inverted())
    rows = np.flatnonzero((box.y0 <= AXIS) & (box.y1 >= AXIS))
    columns = np.flatnonzero((box.x0 <= AXIS) & (box.x1 >= AXIS))
    return rows, columns


def test_a_design_without_a_name_is_called_by_its_number():
    first, second = board().designs
    assert design_name(1, first) == "the report's net by hand"
    assert design_name(2, second) == "design 2"


def test_symmetric_variants_are_counted():
    assert [variants(one) for one in board().designs] == ["no symmetric variants", "one of 2 symmetric variants"]


def test_every_figure_has_a_name_of_its_own_and_words_and_can_be_rendered():
    figured = list(figures([board(), board()]))
    assert [one.name for one in figured] == [
        f"{index}-{part}" for index in (1, 2) for part in ("lines", "regions-1", "regions-2")
    ]
    for one in figured[:3]:
        assert one.caption.endswith(".") and one.alternative.endswith(".")
        one.figure.savefig(io.BytesIO(), format="png")


def test_all_designs_are_drawn_with_their_lines_points_and_names():
    result = board()
    panels = drawn(result)["1-lines"].figure.axes
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


def test_a_large_design_shows_the_output_and_the_code_of_every_region():
    result = board()
    figure = drawn(result)["1-regions-1"]
    ax = figure.figure.axes[0]
    np.testing.assert_array_equal(ax.images[0].get_array(), result.arrays["output"][0])
    assert {text.get_text() for text in ax.texts} == {*CODES, "H1", "H2", "H3", "H4"}
    assert "4 lines cut the plane into 9 regions" in figure.caption
    for digits, output in CODES.items():
        assert f"{digits} has output {output}, with (" in figure.alternative
    assert "0000 has output 0, with (1, 1)" in figure.alternative


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


def test_many_designs_are_drawn_side_by_side_and_three_of_them_large():
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
    assert "16 lines cut the plane into 5 regions" in figured["1-regions-1"].caption


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


def test_regions_without_points_are_described_too():
    far = design(**DIAGONALS | {"weight": ((1, 1),) * 4, "bias": (-0.5, -1.5, -2.5, -4.5), "output_bias": -3.5})
    words = drawn(board(designs=(far,)))["1-regions-1"].alternative
    assert "1111 has output 1, with no points" in words


def test_nothing_is_drawn_without_a_plane_or_without_a_net():
    assert not drawn(contradiction())
    assert not drawn(dataclasses.replace(board(), arrays={}))
    assert not drawn(board(designs=(), arrays=planes(board().designs)))


# --- next to a trained net ------------------------------------------------------------------------------------

FLAT, SPARE = ((0.0, 1.0), 5.0), ((1.0, 0.0), -1.5)
"""A unit with all points on one side, and one that is on at the points of x1 = 2."""
H1, H2, H3, H4 = UNITS = list(zip(CROSSING["weight"], CROSSING["bias"], strict=True))


def trained(ensemble, units, same):
    """A net of these hidden units, next to the report's net by hand."""
    weight, bias = zip(*units, strict=True)
    lines = tuple(f"line {j}" for j in range(1, len(units) + 1))
    net = dataclasses.replace(ensemble.shown, hidden_weight=weight, hidden_bias=bias, lines=lines)
    nearest = NearestDesign(
        design=1, hidden_weight=CROSSING["weight"], hidden_bias=CROSSING["bias"], lines=CROSSING["lines"], same=same,
        output_weight=((1.0,) * 4,), output_bias=(-1.5,),
    )  # fmt: skip
    return dataclasses.replace(ensemble, shown=net, nearest=nearest, hid=len(units))


def compared(result):
    return trained_and_designed("a", result, result.nearest, title="a net")


def test_equal_dichotomies_have_one_colour_in_both_nets_and_the_others_are_grey(ensemble):
    left, right = compared(trained(ensemble, [H3, SPARE, H1, H2], (2, None, 0, 1))).figure.axes
    for ax, units, colours in (
        (left, [SPARE, H3, H1, H2], [GREY, COLOURS[2], COLOURS[0], COLOURS[1]]),
        (right, [H4, H1, H2, H3], [GREY, *COLOURS[:3]]),
    ):
        for line, (weight, bias), colour in zip(ax.lines, units, colours, strict=True):
            assert to_hex(line.get_color()) == colour.lower()
            np.testing.assert_allclose(line.get_xydata() @ weight + bias, 0, atol=1e-9)
        assert [len(points.get_offsets()) for points in ax.collections] == [5, 4]
        assert {text.get_text() for text in ax.texts} == {"H1", "H2", "H3", "H4"}
    assert (left.get_title(), right.get_title()) == ("trained: 4 units", "designed: 4 step units")
    assert left.get_xlim() == right.get_xlim() == (-0.5, 2.5)


def test_grey_is_in_the_legend_only_where_a_line_is_grey(ensemble):
    def legend(units, same):
        return [text.get_text() for text in compared(trained(ensemble, units, same)).figure.legends[0].get_texts()]

    assert legend(UNITS, (0, 1, 2, 3)) == ["target 0", "target 1"]
    for units, same in (([*UNITS, SPARE], (0, 1, 2, 3, None)), ([H1, H2, H3], (0, 1, 2))):
        assert legend(units, same)[2:] == ["unit of one net only"]


@pytest.mark.parametrize(
    ("units", "same", "words"),
    [
        ([H2, SPARE, H1, H3, H2, H4], (1, None, 0, 2, 1, 3), "5 of the 6 trained units (H1, H3, H4, H5, H6) have 4 of"),
        ([H2, SPARE, H1, H3, H2, H4], (1, None, 0, 2, 1, 3), "The net contains the design"),
        ([H1, FLAT, SPARE], (0, None, None), "1 of the 3 trained units (H1) have 1 of the 4 dichotomies of the design"),
        ([H1, FLAT, SPARE], (0, None, None), "The net does not contain, and need not contain, the design"),
        ([FLAT, SPARE], (None, None), "0 of the 2 trained units have 0 of the 4 dichotomies"),
    ],
)
def test_the_shared_dichotomies_are_counted(ensemble, units, same, words):
    assert words in compared(trained(ensemble, units, same)).caption


def test_the_alternative_names_the_partner_of_every_unit(ensemble):
    assert compared(trained(ensemble, [H3, SPARE], (2, None))).alternative == (
        "Trained units: H1 (line 1) has the dichotomy of H3; H2 (line 2) has no dichotomy of the design. Units of the "
        "design: H1 (x1 + x2 - 2.5 = 0); H2 (-x1 - x2 + 1.5 = 0); H3 (x1 - x2 - 0.5 = 0); H4 (-x1 + x2 - 0.5 = 0)."
    )


def test_many_lines_are_drawn_without_names_and_a_design_of_too_many_not_at_all(ensemble):
    many = trained(ensemble, [*UNITS, *[SPARE] * 9], (0, 1, 2, 3, *[None] * 9))
    left, right = compared(many).figure.axes
    assert (len(left.lines), len(left.texts), len(right.texts)) == (13, 0, 4)
    lines = ("",) * (len(COLOURS) + 1)
    assert compared(dataclasses.replace(many, nearest=dataclasses.replace(many.nearest, lines=lines))) is None


def test_a_trained_net_is_drawn_next_to_its_nearest_design(ensemble):
    figure = compared(ensemble)
    assert figure.caption.endswith(".") and figure.alternative.endswith(".")
    figure.figure.savefig(io.BytesIO(), format="png")
