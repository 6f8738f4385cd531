"""The cells of a checkerboard as their gaps close: known minima, what is impossible, and decimals as written."""

import dataclasses

import pytest

from kuzushi.configs import GapsConfig
from kuzushi.data.checkerboard import load
from kuzushi.errors import DataError
from kuzushi.experiments import gaps
from kuzushi.experiments.gaps import run
from memory import Memory


@pytest.fixture(scope="module")
def cells():
    journal = Memory()
    return run(GapsConfig(gaps=(3.0, 1.0, 0.0)), journal=journal), journal


def test_the_smaller_the_gap_the_more_units_are_needed(cells):
    wide, narrow, none = cells[0].gaps
    assert (wide.lower, wide.upper, wide.dichotomies) == (4, 4, 474)
    assert (narrow.lower, narrow.upper, narrow.dichotomies) == (6, 6, 418)
    assert none.impossible
    assert (none.upper, none.design) == (None, None)
    assert [gap.gap for gap in cells[0].gaps] == [3.0, 1.0, 0.0]
    assert [len(gap.design.units) for gap in (wide, narrow)] == [4, 6]


def test_each_gap_is_told_to_the_journal_and_the_fingerprint_is_of_all_points(cells):
    result, journal = cells
    assert [progress.metrics for progress in journal.seen] == [
        {"gap": gap.gap, "lower": gap.lower, "upper": gap.upper} for gap in result.gaps
    ]
    assert journal.begun[0][2] == result.data_sha256
    assert len({result.data_sha256, *(load(f"cells:3,gap={gap}").sha256 for gap in (3, 1, 0))}) == 4


@pytest.mark.parametrize("stop_at", [1, 2])
def test_gaps_that_were_done_are_not_done_again(cells, monkeypatch, stop_at):
    journal = Memory(stop_at)
    with pytest.raises(KeyboardInterrupt):
        run(cells[0].config, journal=journal)
    find, found = gaps.find, []
    monkeypatch.setattr(gaps, "find", lambda *words, **options: found.append(words) or find(*words, **options))
    resumed = run(cells[0].config, journal=journal)
    assert len(found) == 3 - stop_at
    for again, whole in zip(resumed.gaps, cells[0].gaps, strict=True):
        assert dataclasses.replace(again, seconds=0.0) == dataclasses.replace(whole, seconds=0.0)
    assert [seen.done for seen in journal.seen] == [1, 2, 3]


def test_two_lines_along_a_diagonal_are_enough_for_two_by_two_cells_only_while_the_gap_is_above_1():
    """x1 + x2 goes from 0 to 2 in the first cell, from 1 + gap to 3 + gap in its neighbours: apart from gaps above 1.

    A gap of 1e-05 is written out as a decimal number.
    """
    result = run(GapsConfig(cells=2, gaps=(1.01, 1e-5)))
    assert [(gap.lower, gap.upper, gap.impossible) for gap in result.gaps] == [(2, 2, False), (3, 3, False)]


def test_that_no_net_is_right_is_checked_too(monkeypatch):
    seen = []
    monkeypatch.setattr(gaps, "check_claims", lambda *_, impossible, **__: seen.append(impossible))
    run(GapsConfig(cells=2, gaps=(0.0, 1.0)))
    assert sorted(seen[0].numbers) == [-1, 1]
    assert seen[1] is None


def test_a_result_keeps_its_settings(cells):
    assert dataclasses.replace(cells[0].config, gaps=GapsConfig().gaps) == GapsConfig()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (GapsConfig(cells=6), "expected cells of 2 to 5"),
        (GapsConfig(gaps=(1001.0,)), "a gap of at most 1000"),
        (GapsConfig(gaps=(1.0,), time_limit=1e-6), "could not be listed in 1e-06 s"),
    ],
)
def test_what_is_out_of_range_or_time_is_refused(config, message):
    with pytest.raises(DataError, match=message):
        run(config)
