"""A sweep as text and tables: every cell is a number of the result."""

import dataclasses

import pytest

from kuzushi.core.results import Interval
from kuzushi.core.statistics import wilson
from kuzushi.perceptrons.configs import DesignConfig
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sweep.section import FAILURES, MOST_ROWS, section, text
from sweepresults import swept, two_axes


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    """Draw no figures; they have tests of their own."""
    monkeypatch.setattr("kuzushi.sweep.section.figures", lambda results: ())


def test_the_table_has_a_row_for_each_cell():
    (table,) = section([two_axes()]).tables
    assert len(table.rows) == 12
    assert dict(zip(table.header, table.rows[2], strict=True)) == {
        "cell": f"{2:016x}", "hidden units": "2", "longest trained n": "8", "seed": "0",
        "nets solved (%)": "25.0 % (4.6 to 69.9) of 4 nets", "first failure": "5 / 1,200 / –",
        "seconds": "2.0", "state": "done",
    }  # fmt: skip
    assert table.rows[6][-4:] == ("", "", "", "failed")
    assert not table.folded


def test_the_answer_counts_the_cells_names_the_highest_and_the_lowest_and_says_what_failed():
    answer, first, second = section([two_axes()]).answer
    assert answer.startswith("12 cells of kuzushi sequences: 10 done, 2 failed, 24.0 s; all with nets 4.")
    assert "Highest: 100.0 % (51.0 to 100.0) of 4 nets with hidden units 3, longest trained n 4, seed 0." in answer
    assert "Lowest: 0.0 % (0.0 to 49.0) of 4 nets with hidden units 2, longest trained n 4, seed 0." in answer
    assert first == f"Failed: cells/00/{6:016x} (hidden units 3, longest trained n 8, seed 0): it broke"
    assert second.endswith("seed 1): it broke")


def test_many_failures_are_counted_rather_than_named():
    result = swept(("seed",), [(SequencesConfig(seed=seed), None, None) for seed in range(FAILURES + 3)])
    answer, *failures = section([result]).answer
    assert "Highest" not in answer
    assert len(failures) == FAILURES + 1
    assert failures[-1] == "3 more failed; they are in table.csv."


def test_a_long_table_is_folded_and_a_very_long_one_is_cut_on_the_page_and_left_out_in_a_terminal():
    result = swept(("seed",), [(SequencesConfig(seed=seed), wilson(1, 4), 4) for seed in range(MOST_ROWS + 5)])
    (table,) = section([result]).tables
    assert (table.folded, len(table.rows)) == (True, MOST_ROWS)
    assert table.note.endswith("5 more rows are in table.csv.")
    assert len(text(result).splitlines()) < 10


def test_a_design_has_units_and_no_quartiles():
    result = swept(
        ("data",),
        [(DesignConfig(data="xor"), Interval(2, 2, 2), None), (DesignConfig(), Interval(5, 4, 5), None)],
        subject="design", measure="units",
    )  # fmt: skip
    (table,) = section([result]).tables
    assert table.header == ("cell", "data", "fewest hidden units", "seconds", "state")
    assert [row[2] for row in table.rows] == ["2", "5 (at least 4 proved)"]
    (answer,) = section([result]).answer
    assert answer.endswith("Lowest: 2 with data xor. Highest: 5 (at least 4 proved) with data board.")


def test_the_text_has_the_cells_where_they_are_few_and_one_cell_has_no_best():
    result = two_axes()
    printed = text(result)
    assert printed.startswith("12 cells of kuzushi sequences")
    assert f"{11:016x}" in printed
    assert "Failed: cells/00/" in printed
    alone = swept((), [(SequencesConfig(), wilson(1, 4), 4)])
    assert "Highest" not in section([alone]).answer[0]
    same = dataclasses.replace(result, cells=result.cells[4:6], failed=0)
    assert "All have the same score: 100.0 %" in section([same]).answer[0]
