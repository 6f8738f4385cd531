"""The findings beyond the scores, in sentences that claim no more than the numbers."""

import dataclasses

import pytest

from kuzushi.perceptrons.configs import CheckerboardConfig
from kuzushi.perceptrons.experiment import run
from kuzushi.perceptrons.results import Solution, Solutions
from kuzushi.perceptrons.section.perceptrons import findings, section, solutions_table, text

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


def test_every_number_of_the_solutions_is_in_the_sentences(trained):
    sentences = findings(trained)
    assert sentences == [
        "Different sets of dichotomies in 3 solved nets: 31; number of active units: 3 in 1, 5 in 2.",
        "As step nets, 1 of 3 stay right with the same weights, 2 with some output weights.",
        "No step net with fewer than 4 hidden units is right on every point.",
        "0 of 3 solved nets contain one of the 3 minimal designs; units shared with the nearest design, of 4: 0 in 1, "
        "2 in 2.",
        "Points that the other 4 get wrong: (1, 1) 3, (0, 2) 1, (2, 2) 1.",
    ]
    assert "\n".join(sentences) in text(trained)
    assert " ".join(sentences) in section([trained]).answer[0]


def test_the_factor_of_the_net_by_hand_is_stated(rescaled):
    assert findings(rescaled) == [
        "With sigmoid units and a factor on all loaded weights it is right on every point from factor 1.981 (proved by "
        "intervals; by its margins alone from 3.892)."
    ]


def test_unknown_numbers_have_no_sentence(trained):
    all_solved = dataclasses.replace(trained, solved=7)
    assert not any("get wrong" in sentence for sentence in findings(all_solved))
    none_solved = dataclasses.replace(trained, solved=0, solutions=dataclasses.replace(FOUND, most_frequent=()))
    assert [sentence.partition(" ")[0] for sentence in findings(none_solved)] == ["No", "Points"]
    assert solutions_table(none_solved, "a net") == ()
    unknown = dataclasses.replace(trained, solutions=dataclasses.replace(FOUND, minimal=None))
    assert not any("No step net" in sentence for sentence in findings(unknown))
    loaded = dataclasses.replace(trained, solutions=None)
    assert (findings(loaded), solutions_table(loaded, "a net")) == ([], ())


def test_one_design_or_none_is_stated(trained):
    one = dataclasses.replace(FOUND, designs=FOUND.designs[:1], shared=(0,) * 4 + (3,))
    assert findings(dataclasses.replace(trained, solutions=one))[3] == (
        "3 of 3 solved nets contain the minimal design; units shared with the nearest design, of 4: 4 in 3."
    )
    none = dataclasses.replace(FOUND, designs=(), shared=())
    assert not any("design" in sentence for sentence in findings(dataclasses.replace(trained, solutions=none)))


def test_the_table_has_a_row_for_each_of_the_most_frequent_solutions(trained):
    (table,) = solutions_table(trained, "5 sigmoid units, trained")
    assert table.title == "Dichotomies of the solved nets: 5 sigmoid units, trained"
    assert table.rows == (
        ("2 / 3", "000001011, 001011111", "2", "", "2 / 4"),
        ("1 / 3", ", ".join(["000000001"] * 4), "4", "4", "0 / 4"),
    )
    assert "The most frequent of 31 sets." in table.note
    assert table.folded


def test_dichotomies_of_many_points_are_not_printed(trained):
    long = (Solution(units=("0" * 99 + "1",), nets=3, fewest=1, design=None, shared=None),)
    many = dataclasses.replace(FOUND, most_frequent=long)
    (table,) = solutions_table(dataclasses.replace(trained, solutions=many), "a net")
    assert table.rows == (("3 / 3", "too long to print", "1", "1", ""),)


def test_of_many_missed_points_the_worst_are_listed(trained):
    everywhere = dataclasses.replace(FOUND, wrong=tuple(range(1, 10)))
    sentence = findings(dataclasses.replace(trained, solutions=everywhere))[-1]
    assert sentence.startswith("Points that the other 4 get wrong: (2, 2) 9, (2, 1) 8")
    net = dataclasses.replace(trained.shown, table=trained.shown.table * 2)
    twice = dataclasses.replace(FOUND, wrong=tuple(range(1, 19)))
    sentence = findings(dataclasses.replace(trained, shown=net, solutions=twice))[-1]
    assert sentence.endswith("(0, 0) 10, and others.")
