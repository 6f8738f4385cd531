"""Figures of counts in an LSTM, read back from their artists."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer

from counting_lstm import UNIT, counting_lstm
from kuzushi.core.figure_style import BLUE, ORANGE, new_figure
from kuzushi.sequences.counting.counters import counts
from kuzushi.sequences.figures.counters import context, counts_figures, draw_decoded, draw_steps, draw_string
from kuzushi.sequences.figures.machines import PHASES
from kuzushi.sequences.languages import LANGUAGES

NAMES = ["n", "a read", "b to come", "c to come"]


@pytest.fixture(scope="module")
def counted():
    return counts(counting_lstm((1, 2, 3)), LANGUAGES["anb2nc3n"], net=0, trained=3)


@pytest.fixture(scope="module")
def drawn(counted):
    return {figure.name: figure for figure in counts_figures("7", counted)}


@pytest.fixture(scope="module")
def string_axes(counted):
    axes = list(new_figure(9, 8).subplots(4, 1, sharex=True))
    draw_string(axes, counted.string, NAMES)
    return axes


def test_cell_and_gates_are_drawn_unit_by_unit(counted, string_axes):
    assert [ax.get_ylabel() for ax in string_axes] == ["cell", "input gate", "forget gate", "output gate"]
    cell, gates = np.array(counted.string.cell), np.array(counted.string.gates)
    for ax, values in zip(string_axes, (cell, *gates.swapaxes(0, 1)), strict=True):
        for line, unit in zip(ax.lines, values.T, strict=True):
            assert line.get_ydata() == pytest.approx(unit)


def test_the_true_counts_are_below_each_symbol(counted, string_axes):
    texts = [label.get_text().split("\n") for label in string_axes[-1].get_xticklabels()]
    assert texts[:4] == [["a", "1", "1", "2", "3"], ["a", "2", "2", "4", "6"], ["a", "3", "3", "6", "9"],
                         ["b", "3", "·", "5", "9"]]  # fmt: skip
    assert texts[-1] == ["c", "3", "·", "·", "0"]
    assert "".join(symbol for symbol, *_ in texts) == counted.string.symbols
    (annotation,) = string_axes[-1].texts
    assert annotation.get_text().split("\n") == ["read", *NAMES]
    colours = [to_hex(label.get_color()).upper() for label in string_axes[-1].get_xticklabels()]
    assert colours == [PHASES["abc".index(symbol)].upper() for symbol in counted.string.symbols]


def test_decoded_counts_lie_on_the_dashed_line_if_the_cell_holds_them(counted):
    ax = new_figure(4, 4).subplots()
    draw_decoded(ax, counted.directions[2])
    line, longer, trained = ax.lines
    assert line.get_xdata() == pytest.approx([0, 24])
    assert line.get_ydata() == pytest.approx([0, 24])
    assert (to_hex(longer.get_color()).upper(), to_hex(trained.get_color()).upper()) == (ORANGE, BLUE)
    for points, least, most in ((longer, 0, 24), (trained, 0, 6)):
        assert points.get_ydata() == pytest.approx(points.get_xdata(), abs=1e-9)
        assert (min(points.get_xdata()), max(points.get_xdata())) == (least, most)
    assert ax.get_title() == "b to come"


def test_a_bar_goes_from_the_least_to_the_largest_value(counted):
    ax = new_figure(4, 4).subplots()
    n = counted.directions[0]
    draw_decoded(ax, n)
    segments = [np.array(bars.get_segments()) for bars in ax.collections]
    for bars, decoded in zip(segments, (n.decoded_longer, n.decoded_trained), strict=True):
        assert bars[:, 0, 1] == pytest.approx([read.low for read in decoded])
        assert bars[:, 1, 1] == pytest.approx([read.high for read in decoded])
        assert bars[:, 0, 0] == pytest.approx([read.count for read in decoded])


def test_steps_are_bars_by_context_and_unit(counted):
    ax = new_figure(6, 4).subplots()
    draw_steps(ax, counted.steps)
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "start>a", "a>a", "a>b", "b>b", "b>c", "c>c", "end>a",
    ]  # fmt: skip
    units = [bars for bars in ax.containers if isinstance(bars, BarContainer)]
    heights = [[bar.get_height() for bar in bars] for bars in units]
    assert heights[0] == pytest.approx([step * UNIT for step in (2, 2, -1, -1, 0, 0, 2)], abs=1e-12)
    assert heights[1] == pytest.approx([step * UNIT for step in (3, 3, 0, 0, -1, -1, 3)], abs=1e-12)
    for unit, bars in enumerate(units):
        _, _, (errors,) = bars.errorbar
        spread = [segment[1, 1] - segment[0, 1] for segment in errors.get_segments()]
        assert spread == pytest.approx([2 * step.spread[unit] for step in counted.steps], abs=1e-12)


def test_a_context_is_the_symbol_before_and_the_symbol(counted):
    assert context(counted.steps[2]) == "a>b"


def test_the_figures_have_names_captions_and_alternatives_with_their_numbers(counted, drawn):
    assert list(drawn) == ["7-counting", "7-decoded-counts", "7-cell-steps"]
    assert f"reads {counted.string.symbols}." in drawn["7-counting"].caption
    assert "up to n = 3 (blue), tested up to n = 12 (orange)" in drawn["7-decoded-counts"].caption
    assert "b to come: error up to 0.00 on trained lengths and 0.00 on longer ones, 24.0 for 24" in (
        drawn["7-decoded-counts"].alternative
    )
    assert "a>b -0.06 (0.00)" in drawn["7-cell-steps"].alternative
    assert [ax.get_title() for ax in drawn["7-decoded-counts"].figure.axes] == NAMES


def test_a_language_of_two_symbols_has_three_counts():
    found = counts(counting_lstm((1, 1)), LANGUAGES["anbn"], net=0, trained=2)
    decoded = {figure.name: figure for figure in counts_figures("1", found)}["1-decoded-counts"]
    assert len(decoded.figure.axes) == 3
