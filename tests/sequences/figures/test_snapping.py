"""First failures before and after snapping, read back from the bars."""

import io
from dataclasses import replace

import pytest
from matplotlib.colors import to_hex

from kuzushi.core.figure_style import BLUE, RED
from kuzushi.core.statistics import wilson
from kuzushi.sequences.counter_results import Snapped, Snapping
from kuzushi.sequences.figures.experiment import snapping_figure

FIRST_FAILURE = (7, 14, 3, 14, None)
"""Net 3, counted from 1, could not be snapped, so that nothing fails at 3 in the figure."""


def snapped(net):
    return Snapped(net=net, readings=(), changes=(), weights=100, removed=0, distance=1.5)


@pytest.fixture
def snapping():
    return Snapping(
        nets=tuple(map(snapped, (0, 1, 3, 4))), tried=5, tested_length=1000, first_failure=(None, None, 800, None),
        exact=3, exact_interval=wilson(3, 5), exact_before=1, certification=None,
    )  # fmt: skip


@pytest.fixture
def drawn(lstm, snapping):
    result = replace(lstm, trained_length=10, first_failure=FIRST_FAILURE)
    return snapping_figure("4-snapped", result, snapping)


def bars(ax):
    labels = [label.get_text() for label in ax.get_xticklabels()]
    return dict(zip(labels, (bar.get_height() for bar in ax.patches), strict=True))


def test_snapped_nets_are_drawn_as_trained_above_and_snapped_below(drawn):
    above, below = drawn.figure.axes
    assert bars(above) == {"7": 1, "14": 2, "none to 1000": 1}
    assert bars(below) == {"779-810": 1, "none to 1000": 3}
    assert [ax.get_title(loc="left") for ax in (above, below)] == ["as trained", "snapped"]
    assert {ax.get_ylabel() for ax in (above, below)} == {"nets, of 4"}


def test_a_failure_at_a_trained_length_is_red(drawn):
    colours = [[to_hex(bar.get_facecolor()).upper() for bar in ax.patches] for ax in drawn.figure.axes]
    assert colours == [[RED, BLUE, BLUE], [BLUE, BLUE]]


def test_the_text_has_the_numbers_of_both(drawn):
    assert drawn.name == "4-snapped"
    assert "of 4 LSTMs as trained (above)" in drawn.caption
    assert "3 of the snapped nets do not fail up to n = 1,000." in drawn.caption
    assert drawn.alternative == (
        "Nets by the first failing n, as trained: 7: 1; 14: 2; none to 1000: 1. snapped: 779-810: 1; none to 1000: 3."
    )


def test_it_can_be_rendered(drawn):
    file = io.BytesIO()
    drawn.figure.savefig(file, format="png", dpi=40)
    assert file.getvalue().startswith(b"\x89PNG")
