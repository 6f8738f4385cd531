"""The findings beyond the scores, in sentences that claim no more than the numbers."""

import dataclasses

import pytest

from kuzushi.perceptrons.configs import CheckerboardConfig
from kuzushi.perceptrons.experiment import run
from kuzushi.perceptrons.results import SigmoidScale, Solution, Solutions
from kuzushi.perceptrons.section.perceptrons import findings, right_from, rounded_up, section, solutions_table, text

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
        "3 solved nets: 31 different sets of dichotomies; as step nets, 1 stay right with the same weights, 2 with "
        "some output weights.",
        "No step net with fewer than 4 hidden units is right on every point; 0 of the solved nets contain one of the 3 "
        "smallest.",
        "Points that the other 4 get wrong: (1, 1) 3, (0, 2) 1, (2, 2) 1.",
    ]
    assert "\n".join(sentences) in text(trained)
    assert " ".join(sentences) in section([trained]).answer[0]


def test_the_factor_of_the_net_by_hand_is_stated(rescaled):
    assert findings(rescaled) == [
        "With sigmoid units and a factor on all loaded weights it is right on every point from factor 1.981 (proved by "
        "intervals; by its margins alone from 3.892)."
    ]


def scale(**options):
    values = {"right_from": 1.9804, "stays_right": True, "certified": 3.89182, "searched_to": 3.89182}
    return SigmoidScale(**values | options)


@pytest.mark.parametrize(("factor", "text"), [(1.9804, "1.981"), (2.0, "2.000"), (1e-10, "0.001"), (3.89182, "3.892")])
def test_factors_are_rounded_up(factor, text):
    assert rounded_up(factor) == text
    assert float(text) >= factor


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "right on every point from factor 1.981 (proved by intervals; by its margins alone from 3.892)"),
        ({"right_from": 0.0, "certified": 0.0}, "right on every point with every factor (proved by its margins)"),
        (
            {"stays_right": False},
            "first right on every point with factor 1.981, but not proved right with every larger one",
        ),
        (
            {"right_from": None, "stays_right": False, "certified": None, "searched_to": 100.0},
            "not found right on every point with any factor up to 100",
        ),
    ],
)
def test_the_words_claim_no_more_than_is_known(options, words):
    assert right_from(scale(**options)) == words


def test_unknown_numbers_have_no_sentence(trained):
    all_solved = dataclasses.replace(trained, solved=7)
    assert not any("get wrong" in sentence for sentence in findings(all_solved))
    none_solved = dataclasses.replace(trained, solved=0, solutions=dataclasses.replace(FOUND, most_frequent=()))
    assert [sentence.partition(" ")[0] for sentence in findings(none_solved)] == ["No", "Points"]
    assert solutions_table(none_solved) == ()
    unknown = dataclasses.replace(trained, solutions=dataclasses.replace(FOUND, minimal=None))
    assert not any("No step net" in sentence for sentence in findings(unknown))
    loaded = dataclasses.replace(trained, solutions=None)
    assert (findings(loaded), solutions_table(loaded)) == ([], ())


def test_unknown_designs_are_not_mentioned(trained):
    none = dataclasses.replace(FOUND, designs=(), shared=())
    assert not any("smallest" in sentence for sentence in findings(dataclasses.replace(trained, solutions=none)))


def test_the_table_has_a_row_for_each_of_the_most_frequent_solutions(trained):
    (table,) = solutions_table(trained)
    assert table.title == "Dichotomies of the solved nets: 5 sigmoid units, trained"
    assert table.rows == (
        ("2 / 3", "000001011, 001011111", "", "2 / 4"),
        ("1 / 3", ", ".join(["000000001"] * 4), "4", "0 / 4"),
    )
    assert "The most frequent of 31 sets." in table.note
    assert table.folded


def test_dichotomies_of_many_points_are_not_printed(trained):
    long = (Solution(units=("0" * 99 + "1",), nets=3, fewest=1, design=None, shared=None),)
    many = dataclasses.replace(FOUND, most_frequent=long)
    (table,) = solutions_table(dataclasses.replace(trained, solutions=many))
    assert table.rows == (("3 / 3", "too long to print", "1", ""),)


def test_of_many_missed_points_the_worst_are_listed(trained):
    everywhere = dataclasses.replace(FOUND, wrong=tuple(range(1, 10)))
    sentence = findings(dataclasses.replace(trained, solutions=everywhere))[-1]
    assert sentence.startswith("Points that the other 4 get wrong: (2, 2) 9, (2, 1) 8")
    net = dataclasses.replace(trained.shown, table=trained.shown.table * 2)
    twice = dataclasses.replace(FOUND, wrong=tuple(range(1, 19)))
    sentence = findings(dataclasses.replace(trained, shown=net, solutions=twice))[-1]
    assert sentence.endswith("(0, 0) 10, and others.")
