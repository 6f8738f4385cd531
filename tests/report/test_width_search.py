"""The width search in words and a table: every cell is a number of the result."""

import dataclasses

import pytest

from kuzushi.configs import WidthSearchConfig
from kuzushi.report import width_search
from kuzushi.report.width_search import section, text
from kuzushi.results import DataSummary, Interval, Provenance, SearchedWidth, WidthScore, WidthSearchResult


def score(mean, *losses, spread):
    return WidthScore(
        accuracy=Interval(mean, mean - 0.05, mean + 0.02), spread=spread, correct=(1, 2), loss=losses,
        train_loss=(0.25, 0.5),
    )  # fmt: skip


def width(hid, validation, test, *, spread=0.0123):
    return SearchedWidth(
        hid=hid, parameters=795 * hid + 10, validation=score(validation, 0.5, 0.75, spread=spread),
        test=score(test, 1.0, 1.5, spread=spread),
    )  # fmt: skip


@pytest.fixture
def result():
    return WidthSearchResult(
        config=WidthSearchConfig(narrowest=100, widest=120, seeds=2), validation=100, best=120, standard_error=0.035,
        widths=(width(100, 0.7, 0.6), width(110, 0.8, 0.75), width(120, 0.82, 0.74)), chosen=110, seconds=1.0,
        data=DataSummary(name="brush", train=500, test=50, sha256="abcdef0123456789", verified=True, classes=("a",)),
        provenance=Provenance(
            command="kuzushi width-search", kuzushi="0", commit=None, python="3", torch="2", numpy="2", platform="",
            device="cpu", threads=1,
        ),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    """Figures have tests of their own."""
    monkeypatch.setattr(width_search, "figures", lambda results: ())


def test_the_table_has_one_row_for_each_width(result):
    (table,) = section([result]).tables
    assert table.title == "NetFull by hidden units on brush, 2 seeds, 10 epochs"
    assert len(table.rows) == 3
    assert all(len(row) == len(table.header) for row in table.rows)
    assert table.rows[1] == (
        "110", "chosen, the study's", "87,460", "80.0 % (75.0 to 82.0)", "1.23 %", "0.6250", "75.0 % (70.0 to 77.0)",
        "1.23 %", "1.2500", "0.3750",
    )  # fmt: skip
    assert [row[1] for row in table.rows] == ["", "chosen, the study's", "best"]


def test_one_seed_has_no_spread(result):
    one = dataclasses.replace(
        result, widths=(width(110, 0.8, 0.75, spread=None),), best=110, chosen=110,
        config=WidthSearchConfig(narrowest=110, widest=110, seeds=1, epochs=1),
    )  # fmt: skip
    (table,) = section([one]).tables
    assert table.title == "NetFull by hidden units on brush, 1 seed, 1 epoch"
    assert (table.rows[0][4], table.rows[0][7]) == ("", "")


def test_the_answer_says_what_is_chosen_and_why_and_what_the_test_part_says_of_it(result):
    choice, edge, study = section([result]).answer
    assert choice == (
        "Chosen on 100 of the 500 training images of brush: 110 hidden units, 87,460 parameters, with a validation "
        "accuracy of 80.0 % (75.0 to 82.0); the narrowest within one standard error of the best, which have 120 "
        "hidden units: 82.0 % (77.0 to 84.0). The standard error is 3.50 %. On the test part, read once after that, "
        "such nets reach 75.0 % (70.0 to 77.0)."
    )
    assert edge == "The best are the widest that were tried, so that wider nets may be better still."
    assert study == (
        "The study took 110 hidden units, with which nets trained as here reach 75.0 % (70.0 to 77.0) on the test "
        "part. What it printed is of other images, and cannot be compared."
    )


def test_where_the_best_is_chosen_no_narrower_net_comes_near(result):
    choice, *_ = section([dataclasses.replace(result, chosen=120)]).answer
    assert "84.0); no narrower nets come within one standard error. The" in choice


def test_the_end_of_the_search_is_not_spoken_of_where_the_best_lies_inside(result):
    inside = dataclasses.replace(result, best=110)
    assert len(section([inside]).answer) == 2


def test_what_the_study_printed_is_told_only_of_the_same_images(result):
    official = dataclasses.replace(result, data=dataclasses.replace(result.data, name="kmnist"))
    assert section([official]).answer[-1].endswith("It printed 8,422 of 10,000 (84.2 %).")
    unverified = dataclasses.replace(official, data=dataclasses.replace(official.data, verified=False))
    assert "cannot be compared" in section([unverified]).answer[-1]
    without = dataclasses.replace(result, widths=result.widths[::2], chosen=100)
    assert section([without]).answer[-1].startswith("The study took 110 hidden units. What it printed")


def test_what_a_person_reads_after_a_run_is_the_table_and_the_answer(result):
    first, _, header, *lines = text(result).splitlines()
    assert first == "NetFull by hidden units on brush, 2 seeds, 10 epochs:"
    assert header.startswith("hidden units")
    assert [line.split()[0] for line in lines[:3]] == ["100", "110", "120"]
    assert lines[3] == ""
    assert lines[4:] == list(section([result]).answer)


def test_the_run_is_named_by_the_fingerprint_of_its_images(result):
    (row,) = section([result, result]).runs.rows[:1]
    assert row[0] == "kuzushi width-search"
    assert row[-1] == "abcdef012345"
