"""Checkerboards whose gaps close, in a terminal and on the page."""

import dataclasses

import pytest

from designs import cells, gap
from kuzushi.report import gaps
from kuzushi.report.gaps import CROSSING, section, text


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    """Figures have tests of their own."""
    monkeypatch.setattr(gaps, "figures", lambda results: ())


def test_every_gap_is_a_line_and_a_time_limit_is_said():
    assert text(cells()).splitlines() == [
        "3 x 3 cells of side 1; a net has to be right at their corners",
        "",
        "gap  dichotomies           smallest net  seconds",
        "  3          100                4 units      2.0",
        "0.5        1,234  at least 6, at most 8      2.0",
        "  0          100    no net of any width      2.0",
        "gap 0.5: the time limit of 240 s was reached",
    ]


def test_the_answer_lists_the_gaps_and_gives_the_theorem_of_the_crossing():
    answer, crossing = section([cells()]).answer
    assert "gap 3: 4 units; gap 0.5: at least 6, at most 8; gap 0: no net of any width." in answer
    assert answer.endswith("the time limit of 240 s was reached.")
    assert crossing == CROSSING


def test_no_time_limit_is_told_where_every_minimum_is_known():
    known = dataclasses.replace(cells(), gaps=(gap(3.0, 4, 4), gap(0.0, 36, None, impossible=True)))
    assert "time limit" not in text(known)
    assert "time limit" not in section([known]).answer[0]


def test_the_table_on_the_page_has_a_row_of_text_for_each_gap():
    (table,) = section([cells()]).tables
    assert [row[0] for row in table.rows] == ["3", "0.5", "0"]
    assert all(len(row) == len(table.header) and all(isinstance(cell, str) for cell in row) for row in table.rows)


def test_the_section_holds_what_is_to_be_shown_and_how_it_was_made():
    one = section([cells()])
    assert one.answer and one.tables
    assert one.name == "gaps"
    assert [row[0] for row in one.runs.rows] == [cells().provenance.command]
