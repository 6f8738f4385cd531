"""The smallest step nets in a terminal and on the page: the numbers of the result."""

import dataclasses

import numpy as np
import pytest

from designs import SCALE, board, contradiction
from kuzushi.reference import PUBLISHED
from kuzushi.report import design
from kuzushi.report.design import section, text

STUDY = PUBLISHED.checkerboard.by_hand


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    """Figures have tests of their own."""
    monkeypatch.setattr(design, "figures", lambda results: ())


def scaled(**changes):
    """The board, its first design with another scale."""
    first, second = board().designs
    return board(designs=(dataclasses.replace(first, scale=dataclasses.replace(SCALE, **changes)), second))


def titled(tables, title):
    (table,) = (table for table in tables if table.title.startswith(title))
    return table


# --- in a terminal --------------------------------------------------------------------------------------------


def test_what_was_found_comes_first_with_its_proof_in_numbers():
    head, *_ = text(board()).split("\n\n")
    assert head.splitlines() == [
        "board: 9 points of 2 inputs",
        "28 dichotomies; a unit and its complement count as one",
        "smallest step net: 4 units",
        "28 + 378 + 3,276 sets of 1, 2, 3 units: none can do it",
        "Walk around the edge of the board: its 8 steps each lead from a 0 to a 1 or back, so a line must cut each of "
        "them; but a straight line cuts the edge of a square at most twice, so no fewer than 4 lines will do",
        "Of the 20,475 sets of 4 units, 3 can do it, of 2 kinds up to the symmetries of the points",
        "checked again by exact fractions, by code that did not find it",
        "1.2 s to find, to prove and to list; 0.5 s to check",
    ]


def test_every_design_is_printed_with_its_lines_weights_activations_and_margins():
    printed = text(board()).splitlines()
    assert "design 1, the study's net by hand: the only one of its kind" in printed
    assert "design 2: 2 of its kind" in printed
    assert [line.split("  ")[-1].strip() for line in printed if line.endswith("= 0")][:4] == list(STUDY.lines)
    header = printed.index("x1  x2  target  H1  H2  H3  H4  y")
    rows = [line.split() for line in printed[header + 1 : header + 10]]
    assert {"".join(row[:2]): "".join(row[3:7]) for row in rows} == STUDY.hidden_table
    assert [row[2] for row in rows] == [row[7] for row in rows]
    assert "smallest |input|: 0.5 of a hidden unit, 0.5 of the output unit" in printed
    assert "nearest point to a line: 0.3536 away" in printed
    assert "right with sigmoid units from factor 4.5; by the margins alone from 8.25" in printed


def test_points_that_no_net_can_tell_apart_are_explained_without_designs():
    printed = text(contradiction())
    assert "smallest step net: no net of any width" in printed
    assert "1 dichotomy;" in printed
    assert "lie at the same place, (1, 0.5)" in printed
    assert "design 1" not in printed


@pytest.mark.parametrize(
    ("scale", "printed"),
    [
        ({"right_from": 1.98001}, "from factor 1.981;"),
        ({"right_from": 1.98}, "from factor 1.98;"),
        ({"stays_right": False}, "from factor 4.5, but not with every larger one"),
        ({"right_from": None}, "from factor none up to 1000"),
        ({"certified": None}, "from factor 4.5\n"),
    ],
)
def test_the_factor_for_sigmoid_units_is_never_told_too_small(scale, printed):
    assert printed in text(scaled(**scale))


# --- on the page ----------------------------------------------------------------------------------------------


def test_every_row_of_every_table_is_text_and_as_long_as_its_header():
    tables = section([board(), contradiction()]).tables
    for table in tables:
        assert table.rows
        for row in table.rows:
            assert len(row) == len(table.header)
            assert all(isinstance(cell, str) for cell in row)


def test_the_answer_says_how_many_units_and_why():
    (answer,) = section([board()]).answer
    assert answer.startswith("The smallest step net for board: 4 units. A step unit can divide the 9 points in 28 ways")
    assert "none can do it. Walk around the edge" in answer
    assert answer.endswith("This was checked again by exact fractions, by code that did not find it.")


def test_the_first_table_has_a_row_for_each_result():
    tables = section([board(), contradiction()]).tables
    assert [row[4:7] for row in tables[0].rows] == [
        ("4 units", "28 + 378 + 3,276", "3"),
        ("no net of any width", "", ""),
    ]


def test_the_weights_of_every_design_are_those_of_the_result():
    result = board()
    table = titled(section([result]).tables, "Weights of the designs for board")
    assert table.folded
    for number, one in enumerate(result.designs):
        rows = table.rows[5 * number : 5 * number + 5]
        np.testing.assert_array_equal([list(map(float, row[2].split(", "))) for row in rows[:4]], one.hidden_weight)
        assert [float(row[3]) for row in rows] == [*one.hidden_bias, *one.output_bias]
        assert [float(row[4]) for row in rows[:4]] == list(one.output_weight[0])
        assert [row[5] for row in rows[:4]] == list(one.lines)


def test_activations_stand_in_a_folded_table_for_the_designs_that_are_drawn_large():
    result = board(designs=board().designs * 2, kinds=4)
    tables = [table for table in section([result]).tables if table.title.startswith("Activations")]
    assert len(tables) == 3
    assert all(table.folded for table in tables)
    for row, shown in zip(tables[1].rows, result.designs[1].table, strict=True):
        assert [float(cell) for cell in row] == [*shown.point, shown.target, *shown.hidden, shown.output]


def test_the_section_holds_what_is_to_be_shown_and_how_it_was_made():
    one = section([board()])
    assert one.answer and one.tables
    assert one.name == "design"
    assert [row[0] for row in one.runs.rows] == [board().provenance.command]
