"""The smallest step nets in the terminal and on the page, against the numbers of the result."""

import dataclasses

import numpy as np
import pytest

from designs import SCALE, board, contradiction, proof
from kuzushi.core.published import PUBLISHED
from kuzushi.perceptrons.configs import DesignConfig
from kuzushi.perceptrons.section import minimal
from kuzushi.perceptrons.section.minimal import minimum, reasons, section, text
from kuzushi.proofs.minimality_format import Unit, Weighing

REPORT = PUBLISHED.checkerboard.by_hand


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    """Figures have tests of their own."""
    monkeypatch.setattr(minimal, "figures", lambda results: ())


def scaled(**changes):
    """The board, its first design with another scale."""
    first, second = board().designs
    return board(designs=(dataclasses.replace(first, scale=dataclasses.replace(SCALE, **changes)), second))


def titled(tables, title):
    (table,) = (table for table in tables if table.title.startswith(title))
    return table


# --- in a terminal --------------------------------------------------------------------------------------------


def test_the_result_comes_first_with_its_proof_in_numbers():
    head, *_ = text(board()).split("\n\n")
    assert head.splitlines() == [
        "board: 9 points of 2 inputs",
        "28 dichotomies; a unit and its complement count as one",
        "smallest step net: 4 units",
        "28 + 378 + 3,276 sets of 1, 2, 3 units: none is enough",
        "Walk around the edge of the board: each of its 8 steps changes the target, so a line must cross it; but a "
        "line crosses the edge of a square at most twice, so at least 4 lines are needed",
        "Of the 20,475 sets of 4 units, 3 are enough, of 2 kinds up to the symmetries of the points",
        "checked by independent code, in exact fractions",
        "1.2 s to find, prove and enumerate; 0.5 s to check",
    ]


def test_every_design_is_printed_with_its_lines_weights_and_margins():
    printed = text(board()).splitlines()
    lines = [line.split("  ")[-1].strip() for line in printed if line.endswith("= 0")]
    assert lines[:4] == list(REPORT.lines)
    (by_hand,) = (line for line in printed if "no symmetric variants" in line)
    assert by_hand.split()[-5:] == ["0.5", "0.5", "0.3536", "4.500", "8.250"]
    assert any("design 2  one of 2 symmetric variants" in line for line in printed)


def test_points_that_no_net_separates_are_explained_without_designs():
    printed = text(contradiction())
    assert "smallest step net: no net of any width" in printed
    assert "1 dichotomy;" in printed
    assert "coincide at (1, 0.5)" in printed
    assert "design 1" not in printed


@pytest.mark.parametrize(
    ("scale", "printed"),
    [
        ({"right_from": 1.98001}, " 1.981 "),
        ({"right_from": 1.98}, " 1.980 "),
        ({"stays_right": False}, "4.500, but not with every larger one"),
        ({"right_from": None}, "none up to 1000"),
        ({"certified": None}, " 4.500\n"),
    ],
)
def test_the_factor_for_sigmoid_units_is_rounded_up(scale, printed):
    assert printed in text(scaled(**scale))


# --- on the page ----------------------------------------------------------------------------------------------


def test_every_row_of_every_table_is_text_and_as_long_as_its_header():
    tables = section([board(), contradiction()]).tables
    for table in tables:
        assert table.rows
        for row in table.rows:
            assert len(row) == len(table.header)
            assert all(isinstance(cell, str) for cell in row)


def test_the_answer_gives_the_number_of_units_and_the_reasons():
    (answer,) = section([board()]).answer
    assert answer.startswith("The smallest step net for board: 4 units. 28 + 378 + 3,276 sets of 1, 2, 3 units")
    assert "none is enough. Walk around the edge" in answer
    assert answer.endswith("This was checked by independent code, in exact fractions.")


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


def test_the_section_has_answer_tables_and_provenance():
    one = section([board()])
    assert one.answer and one.tables
    assert one.name == "design"
    assert [row[0] for row in one.runs.rows] == [board().provenance.command]


# --- the number of units in words ------------------------------------------------------------------------------


@pytest.mark.parametrize(("bound", "words"), [(4, "4 units"), (1, "1 unit")])
def test_the_smallest_number_of_units_is_stated(bound, words):
    assert minimum(board(lower=bound, upper=bound)) == words


def with_units(count, **changes):
    """The board, as if its points had so many dichotomies."""
    return board(proof=dataclasses.replace(proof(), units=(Unit(on="", weight=(), bias=0),) * count), **changes)


def test_the_board_is_explained_by_counts_its_edge_and_all_sets_that_are_enough():
    too_small, edge, realisable = reasons(board())
    assert too_small == "28 + 378 + 3,276 sets of 1, 2, 3 units: none is enough"
    assert edge.startswith("Walk around the edge of the board: each of its 8 steps")
    assert edge.endswith("at least 4 lines are needed")
    assert realisable == ("Of the 20,475 sets of 4 units, 3 are enough, of 2 kinds up to the symmetries of the points")


def test_the_board_of_the_tests_has_the_dichotomies_that_are_counted():
    assert len(proof().units) == 28


@pytest.mark.parametrize(
    ("units", "lower", "sets"),
    [
        (6, 2, "6 sets of 1 unit"),
        (86, 5, "86 + 3,655 + 102,340 + 2,123,555 sets of 1, 2, 3, 4 units"),
        (86, 6, "37,055,938 sets of 1 to 5 units"),
        (418, 10, "about 1.0 x 10^18 sets of 1 to 9 units"),
    ],
)
def test_sets_that_are_too_small_are_counted_by_size_or_together(units, lower, sets):
    assert reasons(with_units(units, lower=lower))[0] == f"{sets}: none is enough"


def test_no_set_is_too_small_where_one_unit_is_enough():
    assert not any("none is enough" in reason for reason in reasons(with_units(28, lower=1, upper=1)))


def test_bounds_that_differ_come_with_the_time_limit():
    limited = board(lower=6, upper=8, config=DesignConfig(data="cells:3,gap=0.5", time_limit=12))
    assert minimum(limited) == "at least 6, at most 8: the time limit of 12 s was reached"
    assert not any("enough, of" in reason for reason in reasons(limited))
    none = board(lower=6, upper=None, designs=())
    assert minimum(none) == "at least 6 units: the time limit of 60 s was reached and no net was found"


def test_the_walk_around_the_edge_is_for_boards_and_their_bound_only():
    def walks(**changes):
        return any("Walk" in reason for reason in reasons(board(**changes)))

    assert walks(config=DesignConfig(data="grid:3"))
    assert not walks(config=DesignConfig(data="cells:3,gap=1"))
    assert not walks(proof=dataclasses.replace(proof(), bound=3))


def test_an_unchecked_count_is_marked():
    assert reasons(board(count_checked=False))[-1].endswith("that there are no others was NOT checked")


def test_missing_designs_are_mentioned():
    assert reasons(board(realisable=None))[-1] == (
        "Not all of the 20,475 sets of 4 units were searched: there may be more designs"
    )
    assert "of 5 kinds up to the symmetries of the points (2 are listed)" in reasons(board(realisable=9, kinds=5))[-1]


def test_coinciding_points_with_both_targets_are_named():
    assert minimum(contradiction()) == "no net of any width"
    assert reasons(contradiction()) == ["Points with the targets 0 and 1 coincide at (1, 0.5): no net separates them"]


def test_a_certificate_against_all_units_is_given_by_its_numbers():
    weighed = dataclasses.replace(contradiction(), impossible=Weighing(points=(1, 2), numbers=(2, -2)))
    (reason,) = reasons(weighed)
    assert "the numbers +2 at (1, 0.5), -2 at (2, 0)" in reason
