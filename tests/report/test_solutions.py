"""What is known beyond the scores, in words that say no more than the numbers."""

import dataclasses

import pytest

from kuzushi.configs import CheckerboardConfig
from kuzushi.experiments.checkerboard import run
from kuzushi.report.checkerboard import section, text
from kuzushi.report.solutions import lines_of, sentences, solutions_table
from kuzushi.results import Solution, Solutions

FOUND = Solutions(
    distinct=31,
    most_frequent=(
        Solution(units=("000001011", "001011111"), nets=2, fewest=None, design=1, shared=2),
        Solution(units=("000000001",) * 4, nets=1, fewest=4, design=0, shared=0),
    ),
    steps=1, realisable=2, active=(0, 0, 0, 1, 0, 2), minimal=4, designs=(("000000001",) * 4,) * 3,
    shared=(1, 0, 2, 0, 0), wrong=(0, 0, 1, 0, 3, 0, 0, 0, 1),
)  # fmt: skip


@pytest.fixture(scope="module")
def trained():
    result = run(CheckerboardConfig(nets=7, epochs=10))
    return dataclasses.replace(result, solved=3, solutions=FOUND)


@pytest.fixture(scope="module")
def by_hand():
    return run(CheckerboardConfig(set_weights="report", act="sig", scale=10.0))


def test_the_lines_of_the_terminal_give_every_number_of_the_solutions(trained):
    assert lines_of(trained) == [
        "ways to divide the points: 31 in 3 solved nets; active units: 3 in 1, 5 in 2",
        "with steps: 1 stay right with the same weights, 2 with some weights to the output",
        "against designed: 0 of 3 solved nets contain one of the 3 minimal designs; shared with the nearest, of its 4 "
        "units: 0 in 1, 2 in 2",
        "missed by the other 4: (1, 1) 3, (0, 2) 1, (2, 2) 1",
    ]
    assert "\n".join(lines_of(trained)) in text(trained)


def test_the_sentences_of_the_page_say_the_same(trained):
    said = sentences(trained)
    assert said == [
        "Different ways to divide the points in 3 solved nets: 31. 1 of 3 stay right when their units become steps, "
        "with the same weights; the dichotomies of 2 suffice for a step net, with some weights to the output.",
        "No step net with fewer than 4 hidden units is right on every point.",
        "Trained against designed: 0 of 3 solved nets contain one of the 3 minimal designs; shared with the nearest, "
        "of its 4 units: 0 in 1, 2 in 2.",
        "How many of the other 4 miss each point: (1, 1) 3, (0, 2) 1, (2, 2) 1.",
    ]
    assert " ".join(said) in section([trained]).answer[0]


def test_the_factor_of_the_net_by_hand_is_said(by_hand):
    (line,) = lines_of(by_hand)
    words = "right on every point from factor 1.981 on, as intervals prove; its margins alone prove it from 3.892 on"
    assert line == f"given weights times a factor, sigmoid units: {words}"
    assert sentences(by_hand) == [f"With sigmoid units and a factor on all given weights it is {words}."]
    assert line in text(by_hand).splitlines()


def test_nothing_is_said_of_what_there_is_not(trained):
    all_solved = dataclasses.replace(trained, solved=7)
    assert not any("missed" in line for line in lines_of(all_solved))
    none_solved = dataclasses.replace(trained, solved=0, solutions=dataclasses.replace(FOUND, most_frequent=()))
    assert [line.partition(":")[0] for line in lines_of(none_solved)] == ["missed by the other 7"]
    assert solutions_table(none_solved, "a net") == ()
    unknown = dataclasses.replace(trained, solutions=dataclasses.replace(FOUND, minimal=None))
    assert not any("No step net" in sentence for sentence in sentences(unknown))
    loaded = dataclasses.replace(trained, solutions=None)
    assert (lines_of(loaded), sentences(loaded), solutions_table(loaded, "a net")) == ([], [], ())


def test_of_one_design_or_none_it_is_said_so(trained):
    one = dataclasses.replace(
        trained, solutions=dataclasses.replace(FOUND, designs=FOUND.designs[:1], shared=(0,) * 4 + (3,))
    )
    assert lines_of(one)[2] == (
        "against designed: 3 of 3 solved nets contain the minimal design; shared with the nearest, of its 4 units: "
        "4 in 3"
    )
    none = dataclasses.replace(trained, solutions=dataclasses.replace(FOUND, designs=(), shared=()))
    assert not any("designed" in line for line in [*lines_of(none), *sentences(none)])


def test_the_table_has_a_row_for_each_of_the_most_frequent_solutions(trained):
    (table,) = solutions_table(trained, "5 sigmoid units, trained")
    assert table.title == "How the solved nets divide the points: 5 sigmoid units, trained"
    assert table.rows == (
        ("2 / 3", "000001011, 001011111", "2", "", "2 / 4"),
        ("1 / 3", ", ".join(["000000001"] * 4), "4", "4", "0 / 4"),
    )
    assert "The most frequent of 31." in table.note
    assert table.folded


def test_dichotomies_of_many_points_are_not_printed(trained):
    many = dataclasses.replace(
        FOUND, most_frequent=(Solution(units=("0" * 99 + "1",), nets=3, fewest=1, design=None, shared=None),)
    )
    (table,) = solutions_table(dataclasses.replace(trained, solutions=many), "a net")
    assert table.rows == (("3 / 3", "too long to print", "1", "1", ""),)


def test_of_many_missed_points_the_worst_are_listed(trained):
    everywhere = dataclasses.replace(FOUND, wrong=tuple(range(1, 10)))
    line = lines_of(dataclasses.replace(trained, solutions=everywhere))[-1]
    assert line.startswith("missed by the other 4: (2, 2) 9, (2, 1) 8")
    table = trained.shown.table * 2
    shown = dataclasses.replace(trained.shown, table=table)
    twice = dataclasses.replace(FOUND, wrong=tuple(range(1, 19)))
    assert lines_of(dataclasses.replace(trained, shown=shown, solutions=twice))[-1].endswith("(0, 0) 10, and others")
