"""Figures of nets side by side, read back from their artists."""

import dataclasses

import numpy as np
import pytest
from matplotlib.figure import Figure

from comparisons import comparison
from kuzushi.plots.compare import KINDS, draw_hardness, draw_paired, figures, names_of_nets
from kuzushi.plots.pairs import COLOURS

NAMES = ["NetLin", "NetConv"]


@pytest.fixture
def result():
    return comparison()


@pytest.fixture
def ax():
    return Figure().subplots()


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
            assert len(set(line.get_ydata())) == 2  # equal counts are seen as two
    assert [text.get_text() for text in ax.get_legend().get_texts()] == NAMES


def test_each_row_says_what_the_tests_decided_in_its_colour(ax, result):
    draw_hardness(ax, result.hardness, NAMES)
    assert [(text.get_text(), text.get_color()) for text in ax.texts] == [
        (pair.kind, KINDS[pair.kind]) for pair in result.hardness.pairs
    ]


def test_nets_that_come_twice_are_told_apart(result):
    lin, conv = result.nets
    assert names_of_nets([lin, conv]) == NAMES
    other = dataclasses.replace(conv, preset="report")
    assert names_of_nets([lin, conv, other]) == ["NetLin", "NetConv fast (2)", "NetConv report (3)"]


def test_every_figure_has_its_words_and_can_be_written(result):
    drawn = {figure.name: figure for figure in figures([result])}
    assert list(drawn) == [
        "1-paired", "1-hardness", "1-forms-1", "1-forms-2", "1-nearest", "1-evidence", "1-always-wrong",
    ]  # fmt: skip
    assert "both right 1380, only the first 20, only the second 540, both wrong 60" in drawn["1-paired"].alternative
    assert "From NetLin to NetConv 12 % of the errors are left." in drawn["1-hardness"].caption
    assert drawn["1-hardness"].alternative.startswith(
        "は ha read as す su: NetLin 20/24, NetConv 16/15 times by seed, data-hard; "
    )
    for figure in drawn.values():
        assert figure.svg().startswith(b"<?xml")
        assert figure.caption.endswith(".")


def test_a_net_alone_that_is_always_right_has_no_figure(result):
    alone = dataclasses.replace(
        result, nets=result.nets[:1], paired=(), hardness=None, forms=(), images=(), always_wrong=()
    )
    assert list(figures([alone])) == []
