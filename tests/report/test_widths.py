"""Perceptrons of growing width in words and tables: every cell is a number of the result."""

import dataclasses

import pytest

from kuzushi.configs import WidthsConfig
from kuzushi.report import widths
from kuzushi.report.widths import section, text
from kuzushi.results import Interval, Provenance, Width, WidthsResult

MADE = Provenance(
    command="kuzushi widths", kuzushi="0", commit=None, python="3", torch="2", numpy="2", platform="", device="cpu",
    threads=1,
)  # fmt: skip
NARROW = Width(
    hid=1, solved=0, solved_interval=Interval(0.0, 0.0, 0.49), epochs_to_solve=(None,) * 4, distinct=0, steps=0,
    wrong=(4, 0), seconds=1.25,
)  # fmt: skip
WIDE = Width(
    hid=2, solved=3, solved_interval=Interval(0.75, 0.301, 0.954), epochs_to_solve=(100, None, 2300, 1700), distinct=2,
    steps=1, wrong=(1, 0), seconds=2.0,
)  # fmt: skip


@pytest.fixture
def result():
    return WidthsResult(
        config=WidthsConfig(act="tanh", narrowest=1, widest=2, nets=4, data="xor"), data_sha256="0",
        points=((0.0,), (1.0,)), targets=(0, 1), minimal=None, widths=(NARROW, WIDE), seconds=3.25, provenance=MADE,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    """Figures have tests of their own."""
    monkeypatch.setattr(widths, "figures", lambda results: ())


def test_the_table_has_one_row_for_each_width(result):
    (table,) = section([result]).tables
    assert [dict(zip(table.header, row, strict=True)) for row in table.rows] == [
        {
            "hidden units": "1", "solved": "0 / 4", "rate (95 %)": "0.0 % (0.0 to 49.0)", "median epochs": "",
            "distinct solutions": "0", "right as steps": "0", "seconds": "1.2",
        },
        {
            "hidden units": "2", "solved": "3 / 4", "rate (95 %)": "75.0 % (30.1 to 95.4)", "median epochs": "1,700",
            "distinct solutions": "2", "right as steps": "1", "seconds": "2.0",
        },
    ]  # fmt: skip
    assert table.title == "Success by width: tanh units, xor"


def test_what_a_person_reads_after_a_run_is_the_table(result):
    first, empty, *lines = text(result).splitlines()
    assert first == "4 nets of each width, tanh units, xor, trained for up to 20,000 epochs"
    assert empty == ""
    assert lines[0].split("  ")[0] == "hidden units"
    assert [line.split()[0] for line in lines[1:]] == ["1", "2"]
    assert "75.0 % (30.1 to 95.4)" in lines[2]


def test_the_answer_compares_the_narrowest_with_the_widest(result):
    (answer,) = section([result]).answer
    assert answer == (
        "Wider nets, tanh units, xor: with 1 hidden unit 0 of 4 nets are right on every point, 0.0 % (0.0 to 49.0), "
        "with 2 hidden units 3 of 4 nets are right on every point, 75.0 % (30.1 to 95.4). "
        "The narrowest that learned all points have 2 hidden units."
    )


def test_the_answer_says_so_where_no_net_of_any_width_is_solved(result):
    (answer,) = section([dataclasses.replace(result, widths=(NARROW,))]).answer
    assert answer.endswith("0.0 % (0.0 to 49.0). No net of any of these widths is right on every point.")


def test_several_results_have_a_sentence_and_a_table_each(result):
    board = dataclasses.replace(result, config=dataclasses.replace(result.config, data="board"))
    shown = section([result, board])
    answers, tables = shown.answer, shown.tables
    assert len(answers) == 2
    assert [table.title for table in tables] == [
        "Success by width: tanh units, xor",
        "Success by width: tanh units, board",
    ]
