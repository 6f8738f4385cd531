"""Figures that compare recognisers, read back from their artists."""

import dataclasses

import numpy as np
import pytest
from matplotlib.figure import Figure

from comparisons import comparison
from drawings import is_kana
from kuzushi.characters.comparison_section import figures, run_names
from kuzushi.characters.figures.comparison import MOST_PAIRS, draw_paired, draw_rates, written_forms
from kuzushi.characters.figures.names import COLOURS

NAMES = ["NetLin", "NetConv"]


@pytest.fixture(scope="module")
def result():
    return comparison()


@pytest.fixture(scope="module")
def forms(result):
    return written_forms("forms", result, NAMES)


def test_each_net_has_a_bar_as_long_as_the_images_that_it_alone_reads_right(ax, result):
    draw_paired(ax, result.paired, NAMES)
    assert [bar.get_width() for bar in ax.patches] == [-20, 540]
    assert [text.get_text() for text in ax.texts] == ["NetLin 20", "NetConv 540"]
    low, high = ax.get_xlim()
    assert low == -high < -540


def test_the_axis_of_the_bars_counts_in_both_directions(ax, result):
    draw_paired(ax, result.paired, NAMES)
    assert ax.xaxis.get_major_formatter()(-200, 0) == "200"


def test_nets_that_occur_twice_are_numbered(result):
    lin, conv = result.nets
    assert run_names(result) == NAMES
    three = dataclasses.replace(result, nets=(lin, conv, dataclasses.replace(conv, preset="report")))
    assert run_names(three) == ["NetLin", "NetConv fast (2)", "NetConv report (3)"]


def test_every_figure_has_a_caption_and_can_be_written(result):
    drawn = {figure.name: figure for figure in figures([result])}
    assert list(drawn) == ["1-paired", "1-forms", "1-misread", "1-always-wrong"]
    assert "both correct 1380, only the first 20, only the second 540, both wrong 60" in drawn["1-paired"].alternative
    for figure in drawn.values():
        assert figure.svg().startswith(b"<?xml")
        assert figure.caption.endswith(".")


def test_a_net_alone_that_is_always_right_has_no_figure(result):
    alone = dataclasses.replace(
        result, nets=result.nets[:1], paired=(), hardness=None, forms=(), images=(), always_wrong=()
    )
    assert list(figures([alone])) == []


def test_each_form_has_the_rate_and_the_interval_of_each_net(result):
    ax, pair = Figure().subplots(), result.forms[0]
    draw_rates(ax, [None, *pair.forms], NAMES)
    for net, bars in enumerate(ax.containers):
        line, _, (interval,) = bars.lines
        tested = [form.rates[net] for form in pair.forms if form.rates]
        assert line.get_color() == COLOURS[net]
        assert list(line.get_xdata()) == [100 * rate.mean for rate in tested]
        assert list(np.round(line.get_ydata().astype(float))) == [1, 2]
        ends = [sorted(end[:, 0]) for end in interval.get_segments()]
        np.testing.assert_allclose(ends, [[100 * rate.low, 100 * rate.high] for rate in tested])


def test_each_pair_has_a_row_with_its_name_then_its_forms_with_gaps_between_mean_typical_and_misread(result, forms):
    (image,) = forms.figure.axes[0].images
    numbers = np.asarray(image.get_array()).reshape(6, 12, -1, 12)[:, 6, :, 6]
    own, misread = (result.arrays[name][:, :, 0, 0] for name in ("forms", "misread"))
    gap = np.zeros((len(own), 1))
    assert (numbers[[1, 2, 3, 5]] == np.hstack([own[:, :1], gap, own[:, 1:], gap, misread])).all()
    assert not numbers[[0, 4]].any()
    kana = forms.figure.axes[0].child_axes[:4]
    assert [is_kana(inset, label) for inset, label in zip(kana, (5, 2, 4, 0), strict=True)] == [True] * 4


def test_of_many_pairs_the_first_are_drawn(result):
    many = dataclasses.replace(result, forms=result.forms[:1] * 9, arrays={
        name: np.zeros((27, *result.arrays[name].shape[1:]), dtype=np.uint8) for name in ("forms", "misread")
    })  # fmt: skip
    assert len(written_forms("forms", many, NAMES).figure.axes[0].child_axes) == 2 * MOST_PAIRS + 1


def test_the_rates_are_level_with_the_rows_of_their_forms(forms):
    ax = forms.figure.axes[0]
    forms.png()  # lays it out
    rates = ax.child_axes[-1]
    for row in range(6):
        sheet, of_rates = (each.transData.transform((0, row))[1] for each in (ax, rates))
        assert sheet == pytest.approx(of_rates, abs=1)


def test_the_alternative_names_forms_counts_and_rates(forms):
    assert forms.alternative.startswith("は ha read as す su: form 1, 500 training and 120 test images: NetLin 25.0 %")
    assert "form 2, 200 training and 60 test images: NetLin 50.0 % (25.0 to 75.0), NetConv" in forms.alternative
    assert "form 3, 100 training and 0 test images: no test images. な na read as お o: form 1" in forms.alternative
    texts = [text.get_text() for text in forms.figure.axes[0].texts if "training\n" in text.get_text()]
    assert texts == [
        "500 training\n120 test",
        "200 training\n60 test",
        "100 training\n0 test",
        "800 training\n200 test",
    ]
