"""The reliability diagram, read back from its artists."""

import numpy as np
import pytest

from kuzushi.analysis.calibration import calibration
from kuzushi.plots.calibration import draw_reliability, reliability
from kuzushi.plots.style import new_figure


@pytest.fixture
def found():
    right = np.array([[True, True, False, True, True, False, True, True]])
    return calibration(right, np.array([[0.31, 0.32, 0.33, 0.95, 0.96, 0.97, 0.98, 0.99]]))


def test_each_bin_is_a_dot_at_its_probability_and_share_with_its_interval(found):
    ax = new_figure(4, 4).subplots()
    draw_reliability(ax, found, colour="black")
    (dots,) = ax.collections
    assert np.array(dots.get_offsets()) == pytest.approx(np.array([[0.32, 2 / 3], [0.97, 4 / 5]]))
    diagonal, *intervals = ax.lines
    assert list(diagonal.get_xdata()) == list(diagonal.get_ydata()) == [0, 1]
    assert [tuple(line.get_ydata()) for line in intervals] == [
        (bin.accuracy.low, bin.accuracy.high) for bin in found.bins
    ]
    small, large = dots.get_sizes()
    assert (large - 12) * 3 == pytest.approx((small - 12) * 5)  # areas beyond the least one go with the predictions


def test_every_net_has_a_panel_with_its_error_and_the_words_tell_the_bins(found):
    drawn = reliability("1-calibration", [("NetLin", found), ("NetConv", found)], images="Images: some.")
    panels = [ax for ax in drawn.figure.axes if ax.axison]
    error = (3 * abs(2 / 3 - 0.32) + 5 * abs(4 / 5 - 0.97)) / 8
    assert [ax.get_title() for ax in panels] == [
        f"NetLin\ncalibration error {100 * error:.1f} %",
        f"NetConv\ncalibration error {100 * error:.1f} %",
    ]
    assert "32 % said and 67 % right (3), 97 % said and 80 % right (5)" in drawn.alternative
    assert drawn.caption.endswith("Images: some.")


def test_five_nets_fill_two_rows_and_leave_the_other_places_empty(found):
    drawn = reliability("1-calibration", [(f"net {i}", found) for i in range(5)], images="")
    assert len(drawn.figure.axes) == 8
    assert sum(ax.axison for ax in drawn.figure.axes) == 5
