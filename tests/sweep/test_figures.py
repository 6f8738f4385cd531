"""Figures of sweeps, read back from their artists."""

import io

import numpy as np
import pytest

from kuzushi.characters.configs import CharactersConfig
from kuzushi.core.figure_style import new_figure
from kuzushi.core.results import Interval
from kuzushi.core.statistics import wilson
from kuzushi.perceptrons.configs import DesignConfig
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sweep.figures import draw_line, figures
from sweepresults import swept, two_axes


def one_axis(setting, values):
    return swept(
        (setting,), [(SequencesConfig(**{setting: value}), wilson(solved, 4), 4) for solved, value in enumerate(values)]
    )  # fmt: skip


def test_two_settings_make_a_map_with_a_number_in_each_place_and_a_dash_where_nothing_is_done():
    (drawn,) = figures([two_axes()])
    assert drawn.name == "1-length-hid"
    ax = drawn.figure.axes[0]
    (image,) = ax.images
    shown = np.array([[0, 100, 75], [25, np.nan, 50]])
    np.testing.assert_allclose(image.get_array().filled(np.nan), shown)
    assert image.get_clim() == (0, 100)
    assert [text.get_text() for text in ax.texts] == ["0", "100", "75", "25", "–", "50"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["4", "8"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2", "3", "10"]
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("longest trained n", "hidden units")


def test_the_alternative_of_a_map_has_every_number_and_the_caption_what_it_is_averaged_over():
    (drawn,) = figures([two_axes()])
    low, high = (100 * bound for bound in (wilson(6, 8).low, wilson(6, 8).high))
    assert f"4 and 10: 75.0 % ({low:.1f} to {high:.1f}) of 8 nets" in drawn.alternative
    assert "8 and 3: not done" in drawn.alternative
    assert (
        "Nets solved of kuzushi sequences by longest trained n and hidden units, averaged over seed." in drawn.caption
    )
    assert drawn.caption.endswith("A dash: not done.")


def test_one_setting_makes_a_line_with_an_interval_at_each_value():
    result = one_axis("hid", (2, 3, 5))
    ax = new_figure(4, 4).subplots()
    draw_line(ax, result.axes[0], "solved")
    line, _, (bars,) = ax.containers[0]
    np.testing.assert_allclose(line.get_xydata(), [(2, 0), (3, 25), (5, 50)])
    ends = [segment[:, 1].tolist() for segment in bars.get_segments()]
    np.testing.assert_allclose(ends, [(100 * wilson(k, 4).low, 100 * wilson(k, 4).high) for k in range(3)])
    assert ax.get_xlabel() == "hidden units"
    (drawn,) = figures([result])
    assert drawn.name == "1-hid"
    assert drawn.caption.endswith("Bars: 95 % intervals.")
    assert "3: 25.0 % (4.6 to 69.9) of 4 nets" in drawn.alternative


def test_numbers_that_are_far_apart_have_a_logarithmic_axis_and_names_are_side_by_side():
    for setting, values, scale in (("updates", (10, 1000), "log"), ("updates", (10, 100), "linear")):
        ax = new_figure(4, 4).subplots()
        draw_line(ax, one_axis(setting, values).axes[0], "solved")
        assert ax.get_xscale() == scale
    ax = new_figure(4, 4).subplots()
    draw_line(ax, one_axis("lang", ("anbn", "reber")).axes[0], "solved")
    assert [label.get_text() for label in ax.get_xticklabels()] == ["anbn", "reber"]


def test_a_design_is_drawn_in_units_from_the_proved_bound_to_the_smallest_net():
    result = swept(
        ("data",),
        [(DesignConfig(data="xor"), Interval(2, 2, 2), None), (DesignConfig(), Interval(5, 4, 5), None)],
        subject="design", measure="units",
    )  # fmt: skip
    (drawn,) = figures([result])
    (ax,) = drawn.figure.axes
    np.testing.assert_allclose(ax.containers[0][0].get_ydata(), [2, 5])
    assert ax.get_ylabel() == "fewest hidden units"
    assert "xor: 2; board: 5 (at least 4 proved)." in drawn.alternative


def test_accuracies_are_of_images():
    result = swept(
        ("net",), [(CharactersConfig(net=net), wilson(60, 100), 100) for net in ("lin", "conv")], subject="characters",
        measure="accuracy",
    )  # fmt: skip
    (drawn,) = figures([result])
    assert "lin: 60.0 % (50.2 to 69.1) of 100 images" in drawn.alternative


def test_without_a_finished_cell_or_a_varied_setting_there_is_no_figure():
    assert list(figures([swept(("hid",), [(SequencesConfig(hid=hid), None, None) for hid in (2, 3)])])) == []
    assert list(figures([swept((), [(SequencesConfig(), wilson(1, 4), 4)])])) == []


@pytest.mark.parametrize("many", [2, 40])
def test_every_figure_can_be_rendered_and_ends_in_a_full_stop(many):
    result = swept(
        ("lang", "length"),
        [
            (SequencesConfig(lang=lang, length=length), wilson(1, 4), 4)
            for lang in ("anbn", "a2b3")
            for length in range(1, many + 1)
        ],
    )
    for drawn in figures([result, one_axis("hid", (2, 3))]):
        drawn.figure.savefig(io.BytesIO(), format="png")
        assert drawn.caption.endswith(".")
        assert drawn.alternative.endswith(".")
