"""Figures that compare recognisers, read back from their artists."""

import dataclasses

import numpy as np
import pytest
from matplotlib.figure import Figure

from comparisons import comparison
from kuzushi.characters.comparison_section import figures, run_names
from kuzushi.characters.figures.comparison import KINDS, draw_hardness, draw_paired, draw_rates, written_forms
from kuzushi.characters.figures.names import COLOURS

NAMES = ["NetLin", "NetConv"]


@pytest.fixture(scope="module")
def result():
    return comparison()


@pytest.fixture(scope="module")
def forms(result):
    return list(written_forms("forms", result, NAMES))


def test_each_net_has_a_bar_as_long_as_the_images_that_it_alone_reads_right(ax, result):
    draw_paired(ax, result.paired, NAMES)
    assert [bar.get_width() for bar in ax.patches] == [-20, 540]
    assert [text.get_text() for text in ax.texts] == ["NetLin 20", "NetConv 540"]
    low, high = ax.get_xlim()
    assert low == -high < -540


def test_the_axis_of_the_bars_counts_in_both_directions(ax, result):
    draw_paired(ax, result.paired, NAMES)
    assert ax.xaxis.get_major_formatter()(-200, 0) == "200"


def test_each_seed_of_each_net_is_a_dot_in_the_row_of_its_pair(ax, result):
    draw_hardness(ax, result.hardness, NAMES)
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert len(dots) == len(NAMES) * len(result.hardness.pairs)
    for net, colour in enumerate(COLOURS[:2]):
        of_net = [line for line in dots if line.get_color() == colour]
        assert [tuple(line.get_xdata()) for line in of_net] == [pair.counts[net] for pair in result.hardness.pairs]
        for row, line in enumerate(of_net):
            assert np.abs(line.get_ydata() - row).max() < 0.5
            assert len(set(line.get_ydata())) == 2  # equal counts are two dots
    assert [text.get_text() for text in ax.get_legend().get_texts()] == NAMES


def test_each_row_has_the_verdict_of_the_tests_in_its_colour(ax, result):
    draw_hardness(ax, result.hardness, NAMES)
    assert [(text.get_text(), text.get_color()) for text in ax.texts] == [
        (pair.kind, KINDS[pair.kind]) for pair in result.hardness.pairs
    ]


def test_nets_that_occur_twice_are_numbered(result):
    lin, conv = result.nets
    assert run_names(result) == NAMES
    three = dataclasses.replace(result, nets=(lin, conv, dataclasses.replace(conv, preset="report")))
    assert run_names(three) == ["NetLin", "NetConv fast (2)", "NetConv report (3)"]


def test_every_figure_has_a_caption_and_can_be_written(result):
    drawn = {figure.name: figure for figure in figures([result])}
    assert list(drawn) == [
        "1-paired", "1-hardness", "1-forms-1", "1-forms-2", "1-nearest", "1-evidence", "1-always-wrong",
    ]  # fmt: skip
    assert "both correct 1380, only the first 20, only the second 540, both wrong 60" in drawn["1-paired"].alternative
    assert "12 % of the errors of NetLin remain in NetConv." in drawn["1-hardness"].caption
    assert drawn["1-hardness"].alternative.startswith(
        "は ha read as す su: NetLin 20/24, NetConv 16/15 by seed, data-hard; "
    )
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
    draw_rates(ax, pair, NAMES)
    for net, bars in enumerate(ax.containers):
        line, _, (interval,) = bars.lines
        tested = [form.rates[net] for form in pair.forms if form.rates]
        assert line.get_color() == COLOURS[net]
        assert list(line.get_xdata()) == [100 * rate.mean for rate in tested]
        assert list(np.round(line.get_ydata().astype(float))) == [0, 1]
        ends = [sorted(end[:, 0]) for end in interval.get_segments()]
        np.testing.assert_allclose(ends, [[100 * rate.low, 100 * rate.high] for rate in tested])


def test_the_images_of_a_pair_are_its_own_rows_with_gaps_between_mean_typical_and_misread(result, forms):
    for figure, rows in zip(forms, (slice(0, 3), slice(3, 4)), strict=True):
        (image,) = figure.figure.axes[0].images
        numbers = np.asarray(image.get_array()).reshape(rows.stop - rows.start, 12, -1, 12)[:, 6, :, 6]
        own, misread = (result.arrays[name][rows, :, 0, 0] for name in ("forms", "misread"))
        gap = np.zeros((len(own), 1))
        assert (numbers == np.hstack([own[:, :1], gap, own[:, 1:], gap, misread])).all()


def test_the_rates_are_level_with_the_rows_of_their_forms(forms):
    for figure, count in zip(forms, (3, 1), strict=True):
        ax = figure.figure.axes[0]
        figure.png()  # lays it out
        (rates,) = ax.child_axes
        for row in range(count):
            sheet, of_rates = (each.transData.transform((0, row))[1] for each in (ax, rates))
            assert sheet == pytest.approx(of_rates, abs=1)


def test_caption_and_alternative_name_forms_counts_and_rates(forms):
    several, one = forms
    assert several.caption.startswith("は ha read as す su: which written form?")
    assert "form 3 clusters" in several.caption
    assert "form 2, 200 training and 60 test images: NetLin 50.0 % (25.0 to 75.0), NetConv" in several.alternative
    assert "form 3, 100 training and 0 test images: no test images" in several.alternative
    assert "な na form no stable clusters" in one.caption
    texts = [text.get_text() for text in several.figure.axes[0].texts]
    assert texts == [
        "500 training\n120 test", "200 training\n60 test", "100 training\n0 test", "mean", "typical training images",
        "test images read as su",
    ]  # fmt: skip
