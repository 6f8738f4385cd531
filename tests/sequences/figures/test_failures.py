"""First failures, read back from the bars."""

import pytest
from matplotlib.colors import to_hex

from kuzushi.core.figure_style import BLUE, RED, new_figure
from kuzushi.sequences.figures.experiment import (
    MOST_BARS,
    MOST_LETTERS,
    draw_failures,
    failure_bars,
    failures_text,
)

EIGHT = (2, 5, None, 2, 3, 4, None, None)


@pytest.fixture
def ax():
    return new_figure(6, 4).subplots()


def test_the_bars_sum_to_the_nets_and_are_red_at_trained_lengths(ax):
    draw_failures(ax, EIGHT, trained=3, tested=6)
    assert [bar.get_height() for bar in ax.patches] == [2, 1, 1, 1, 3]
    assert sum(bar.get_height() for bar in ax.patches) == len(EIGHT)
    assert [to_hex(bar.get_facecolor()) for bar in ax.patches] == [
        colour.lower() for colour in (RED, RED, BLUE, BLUE, BLUE)
    ]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2", "3", "4", "5", "none to 6"]
    assert [text.get_text() for text in ax.texts] == ["2", "1", "1", "1", "3"]
    assert ax.get_ylabel() == "nets, of 8"


def test_each_failing_length_has_a_bar_and_nets_without_failure_come_last():
    assert failure_bars(EIGHT, trained=3, tested=6) == [
        ("2", 2, 2), ("3", 3, 1), ("4", 4, 1), ("5", 5, 1), ("none to 6", None, 3),
    ]  # fmt: skip


def test_if_no_net_fails_there_is_one_bar():
    assert failure_bars((None, None), trained=3, tested=6) == [("none to 6", None, 2)]


def test_many_lengths_share_bars():
    lengths = tuple(range(1, 2 * MOST_BARS + 2))
    bars = failure_bars((*lengths, None), trained=6, tested=80)
    assert len(bars) <= MOST_BARS + 1
    assert sum(count for *_, count in bars) == len(lengths) + 1
    assert bars[0] == ("1-3", 3, 3)
    assert bars[-2:] == [("49-51", 51, 3), ("none to 80", None, 1)]


@pytest.mark.parametrize("trained", range(1, 12))
def test_no_bar_has_trained_and_longer_lengths(trained):
    lengths = tuple(range(1, 101))
    bars = failure_bars(lengths, trained=trained, tested=100)[:-1]
    firsts = [int(label.partition("-")[0]) for label, *_ in bars]
    assert trained + 1 in firsts
    for first, (_, last, count) in zip(firsts, bars, strict=True):
        assert count == last - first + 1
        assert last <= trained or first > trained


def test_the_last_bar_of_lengths_ends_where_the_test_does():
    assert failure_bars((1, 99, 100), trained=10, tested=100)[-2:] == [("99-100", 100, 2), ("none to 100", None, 0)]


@pytest.mark.parametrize(("lengths", "rotation"), [(range(10, 18), 0), (range(10, 19), 45)])
def test_labels_are_rotated_if_they_do_not_fit_side_by_side(ax, lengths, rotation):
    assert (len("none to 50") * (len(lengths) + 1) > MOST_LETTERS) == (rotation > 0)
    draw_failures(ax, tuple(lengths), trained=3, tested=50)
    assert {label.get_rotation() for label in ax.get_xticklabels()} == {rotation}


def test_the_text_has_the_bars():
    assert failures_text((6, 5, 5, 5), trained=4, tested=50) == "5: 3; 6: 1; none to 50: 0"
    assert failures_text(EIGHT, trained=3, tested=6) == "2: 2; 3: 1; 4: 1; 5: 1; none to 6: 3"
