"""Figures of growing width, read back from their artists."""

import dataclasses
import io

import numpy as np
import pytest

from kuzushi.configs import WidthsConfig
from kuzushi.plots.style import new_figure
from kuzushi.plots.widths import draw_epochs, draw_success, draw_wrong, figures, quartiles, wrong_shares
from kuzushi.results import Interval, Provenance, Width, WidthsResult

POINTS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
MADE = Provenance(
    command="kuzushi widths", kuzushi="0", commit=None, python="3", torch="2", numpy="2", platform="", device="cpu",
    threads=1,
)  # fmt: skip


def width(hid, epochs, wrong, *, low=0.1, high=0.9):
    solved = len(epochs) - epochs.count(None)
    return Width(
        hid=hid, solved=solved, solved_interval=Interval(solved / len(epochs), low, high),
        epochs_to_solve=tuple(epochs), distinct=solved, steps=0, wrong=wrong, seconds=1.0,
    )  # fmt: skip


NONE = width(2, [None] * 5, (5, 1, 2, 4), low=0.0, high=0.4)
SOME = width(3, [100, None, 900, 400, None], (0, 0, 1, 2), low=0.2, high=0.9)
ALL = width(4, [100, 200, 100, 400, 900], (0, 0, 0, 0), low=0.6, high=1.0)
WIDTHS = (NONE, SOME, ALL)


@pytest.fixture
def result():
    return WidthsResult(
        config=WidthsConfig(narrowest=2, widest=4, nets=5), data_sha256="0", points=POINTS, targets=(0, 1, 1, 0),
        minimal=4, widths=WIDTHS, seconds=3.0, provenance=MADE,
    )  # fmt: skip


@pytest.fixture
def ax():
    return new_figure(4, 4).subplots()


def drawn(*results):
    return {figure.name: figure for figure in figures(results)}


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_every_figure_has_a_name_of_its_own_and_words_and_can_be_rendered(result):
    figured = list(figures([result, result]))
    assert [one.name for one in figured] == [
        f"{place}-{kind}" for place in (1, 2) for kind in ("success", "epochs-to-solve", "wrong-points")
    ]
    for one in figured:
        assert one.caption.endswith(".")
        assert one.alternative.endswith(".")
        one.figure.savefig(io.BytesIO(), format="png")


def test_rates_are_drawn_in_percent_with_their_intervals(ax):
    draw_success(ax, WIDTHS, fewest_steps=None)
    (line, caps, (bars,)) = ax.containers[0]
    np.testing.assert_allclose(line.get_xydata(), [(2, 0), (3, 60), (4, 100)])
    np.testing.assert_allclose(
        [segment[:, 1] for segment in bars.get_segments()], [(0, 40), (20, 90), (60, 100)], atol=1e-12
    )
    assert caps
    assert ax.get_legend() is None


def test_the_fewest_step_units_are_marked_where_they_are_known(result):
    (legend,) = drawn(result)["1-success"].figure.axes[0].get_legend().get_texts()
    assert legend.get_text() == "fewest step units: 4"
    success = drawn(dataclasses.replace(result, minimal=None))["1-success"]
    assert success.figure.axes[0].get_legend() is None
    assert "step" not in success.caption


def test_the_caption_says_whether_nets_with_fewer_units_than_step_nets_need_are_solved(result):
    # Three nets of three units are solved, and four step units are the fewest.
    assert "no net of fewer than 4 step units is right" in drawn(result)["1-success"].caption
    assert "Left of it 3 nets are solved all the same" in drawn(result)["1-success"].caption
    narrow = dataclasses.replace(result, widths=(NONE, ALL))
    assert "Left of it" not in drawn(narrow)["1-success"].caption
    one = width(3, [100, None, None, None, None], (1, 2, 3, 4))
    assert "Left of it 1 net is solved" in (drawn(dataclasses.replace(result, widths=(one, ALL)))["1-success"].caption)


@pytest.mark.parametrize(
    ("epochs", "expected"),
    [
        ([100, 100, 200, 400, 900], (100, 200, 400)),
        ([None, 900, 100, None, 400], (100, 400, 900)),
        ([300], (300, 300, 300)),
        ([100, 200, 300, 400], (100, 200, 300)),
        ([None, None], None),
    ],
)
def test_quartiles_are_epochs_of_solved_nets(epochs, expected):
    assert quartiles(width(2, epochs, (0, 0, 0, 0))) == expected


def test_epochs_are_drawn_as_median_and_quartiles_with_the_unsolved_above(ax):
    draw_epochs(ax, WIDTHS, nets=5)
    (line, _, (bars,)) = ax.containers[0]
    np.testing.assert_array_equal(line.get_xydata(), [(3, 400), (4, 200)])
    np.testing.assert_allclose([segment[:, 1] for segment in bars.get_segments()], [(100, 900), (100, 400)])
    assert ax.get_yscale() == "log"
    assert [(text.get_text(), text.xy[0]) for text in ax.texts] == [("5", 2), ("2", 3), ("0", 4)]


def test_the_share_of_a_point_is_that_of_the_nets_that_are_not_solved(result):
    np.testing.assert_array_equal(wrong_shares(result), [[1, 0.2, 0.4, 0.8], [0, 0, 0.5, 1], [np.nan] * 4])


def test_wrong_points_are_drawn_in_percent_and_a_width_without_any_says_so(ax):
    image = draw_wrong(ax, np.array([[1.0, 0.254], [np.nan, np.nan]]), rows=["2 (5)", "4 (0)"], columns=["a", "b"])
    np.testing.assert_allclose(image.get_array().filled(np.nan), [[100, 25.4], [np.nan, np.nan]])
    assert image.get_clim() == (0, 100)
    assert texts(ax) == ["100", "25", "every net is solved"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["2 (5)", "4 (0)"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b"]


def test_many_points_are_drawn_without_numbers(ax):
    draw_wrong(ax, np.zeros((1, 64)), rows=["2 (5)"], columns=[str(point) for point in range(64)])
    assert not texts(ax)
    assert "63" not in [label.get_text() for label in ax.get_xticklabels()]


def test_the_words_of_the_wrong_points_have_every_count(result):
    wrong = drawn(result)["1-wrong-points"]
    assert "2 units, 5 not solved: (0, 0) 5, (0, 1) 1, (1, 0) 2, (1, 1) 4" in wrong.alternative
    assert "(1, 1) is wrong most often: in 6 of 7 nets" in wrong.caption
    even = dataclasses.replace(result, widths=(width(2, [None] * 5, (5, 5, 1, 1), low=0.0),))
    assert "most often" not in drawn(even)["1-wrong-points"].caption


def test_the_alternatives_of_rates_and_epochs_have_every_number(result):
    figured = drawn(result)
    assert "2: 0, 0.0 % (0.0 to 40.0); 3: 3, 60.0 % (20.0 to 90.0); 4: 5, 100.0 % (60.0 to 100.0)" in (
        figured["1-success"].alternative
    )
    assert "2: 5 not solved; 3: 100, 400, 900, 2 not solved; 4: 100, 200, 400, 0 not solved" in (
        figured["1-epochs-to-solve"].alternative
    )


def test_without_solved_nets_there_are_no_epochs_and_without_unsolved_ones_no_wrong_points(result):
    assert list(drawn(dataclasses.replace(result, widths=(NONE,)))) == ["1-success", "1-wrong-points"]
    assert list(drawn(dataclasses.replace(result, widths=(ALL,)))) == ["1-success", "1-epochs-to-solve"]
