"""Nets side by side in words and tables: every cell is a number of the result."""

import dataclasses

import pytest

from comparisons import comparison
from kuzushi.report import compare
from kuzushi.report.compare import section, text
from kuzushi.report.compare_tables import MOST_LISTED, tables


@pytest.fixture
def result():
    return comparison()


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    """Figures have tests of their own."""
    monkeypatch.setattr(compare, "figures", lambda results: ())


def rows_of(result, beginning):
    (table,) = [table for table in tables(result) if table.title.startswith(beginning)]
    return [dict(zip(table.header, row, strict=True)) for row in table.rows]


def test_every_run_has_a_row(result):
    assert rows_of(result, "Nets on the same images of kmnist-mini")[1] == {
        "net": "NetConv", "run": "runs/conv", "preset": "fast", "parameters": "392,354", "seeds": "2",
        "accuracy (95 %)": "96.0 % (95.0 to 97.0)",
    }  # fmt: skip


def test_every_two_nets_have_the_four_counts_and_the_verdict(result):
    (row,) = rows_of(result, "Net against net")
    assert row == {
        "first": "NetLin", "second": "NetConv", "both right": "1380", "only first": "20", "only second": "540",
        "both wrong": "60", "p (first seeds)": "2e-09", "first and second better (p < 0.05)": "0 and 4 of 4",
        "p (all seeds, Holm)": "3e-08", "better": "NetConv",
    }  # fmt: skip


def test_every_pair_has_its_counts_by_seed_and_its_kind_beside_the_published_counts(result):
    first = rows_of(result, "Which confusions stay")[0]
    assert first == {
        "target": "は ha", "read as": "す su", "NetLin": "20/24", "NetConv": "16/15",
        "weakest -> strongest": "24 -> 15", "p stays": "0.001", "p vanishes": "1", "kind": "data-hard",
        "published": "121/78/49",
    }  # fmt: skip


def test_other_images_have_no_published_counts(result):
    other = dataclasses.replace(result, studied=False)
    assert "published" not in rows_of(other, "Which confusions stay")[0]
    assert "The study" not in " ".join(section([other]).answer)


def test_every_form_has_its_rates(result):
    rows = rows_of(result, "Which forms are misread")
    assert [row["form"] for row in rows] == ["1 of 3", "2 of 3", "3 of 3", "1 of 1"]
    assert rows[1]["NetLin"] == "50.0 % (25.0 to 75.0)"
    assert (rows[2]["test images"], rows[2]["NetLin"], rows[2]["NetConv"]) == ("0", "", "")


def test_misread_images_have_their_probabilities_and_distances(result):
    assert rows_of(result, "Misread images")[0] == {
        "test image": "17", "target": "は ha", "read as": "す su", "probability": "75.0 %", "of the target": "12.5 %",
        "nets that read it so": "3 of 4", "to its class": "3.50", "to the class read": "3.00",
    }  # fmt: skip


def test_images_that_every_net_misreads_are_listed_and_the_rest_is_counted(result):
    assert rows_of(result, "Test images of kmnist-mini that every net misreads")[2] == {
        "test image": "102", "target": "な na", "read as": "ま ma", "by": "2 of 4", "probability": "50.0 %",
    }  # fmt: skip
    many = dataclasses.replace(result, always_wrong=result.always_wrong * MOST_LISTED)
    (table,) = [table for table in tables(many) if "every net" in table.title]
    assert len(table.rows) == MOST_LISTED
    assert table.note.endswith(f"{2 * MOST_LISTED} more stand in result.json.")


def test_the_answers_say_which_is_better_and_what_is_hard(result):
    better, hard, forms, unread = section([result]).answer
    assert better == (
        "On the same 2,000 test images of kmnist-mini: NetConv is better than NetLin: 20 images are read right by "
        "NetLin alone and 540 by NetConv alone (first seeds); p < 0.0001 over all 4 combinations of seeds."
    )
    assert hard == (
        "From NetLin to NetConv 12.5 % of the errors are left. Data-hard: は ha read as す su. "
        "Model-hard: き ki read as す su. Undecided: な na read as お o. "
        "The study's lin, full, conv made は ha read as す su 123, 77, 36 times; here it is data-hard. "
        "The study's lin, full, conv made き ki read as す su 108, 24, 7 times; here it is model-hard."
    )
    assert forms == (
        "Of each class the form that is misread most. は ha read as す su, form 2 of 3: NetLin 50.0 % (25.0 to 75.0), "
        "NetConv 12.5 % (6.2 to 56.2)."
    )
    assert unread.startswith("3 test images are misread by all 4 trained nets")
    assert unread.endswith("the first is test image 100, な na read as ま ma by 4.")


def test_nets_that_cannot_be_told_apart_are_called_so(result):
    pair = dataclasses.replace(result.paired[0], better=None, adjusted=0.2)
    (better, *_) = section([dataclasses.replace(result, paired=(pair,))]).answer
    assert "Between NetLin and NetConv nothing is decided: 20 images" in better
    assert "p = 0.2 over all 4" in better


def test_a_pair_of_the_study_that_nobody_confuses_is_said_to_be_so(result):
    hardness = dataclasses.replace(result.hardness, pairs=result.hardness.pairs[:2])
    _, hard, *_ = section([dataclasses.replace(result, hardness=hardness)]).answer
    assert "Model-hard: none." in hard
    assert hard.endswith("108, 24, 7 times; here it is not among the pairs that are tested.")


def test_one_net_that_is_always_right_has_little_to_be_said(result):
    alone = dataclasses.replace(
        result, nets=result.nets[:1], strongest=0, paired=(), hardness=None, forms=(), images=(), always_wrong=()
    )
    assert section([alone]).answer == ("No test image is misread by all 2 trained nets.",)
    assert len(tables(alone)) == 1


def test_what_a_person_reads_after_a_run_are_the_tables_and_the_answers(result):
    lines = text(result).splitlines()
    assert lines[0] == "Nets on the same images of kmnist-mini:"
    assert lines[-1] == section([result]).answer[-1]
    assert not any(line.startswith("Misread images") for line in lines)
    assert any(line.split()[:4] == ["は", "ha", "す", "su"] for line in lines)
