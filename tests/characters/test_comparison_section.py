"""The comparison as text and tables: every cell is a number of the result."""

import dataclasses

import pytest

from comparisons import comparison
from kuzushi.characters.comparison_section import section, tables, text


@pytest.fixture
def result():
    return comparison()


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    """Draw no figures; they have tests of their own."""
    monkeypatch.setattr("kuzushi.characters.comparison_section.figures", lambda results: ())


def rows_of(result, beginning):
    (table,) = [table for table in tables(result) if table.title.startswith(beginning)]
    return [dict(zip(table.header, row, strict=True)) for row in table.rows]


def test_every_run_has_a_row(result):
    assert rows_of(result, "Nets on the same images of kmnist-mini")[1] == {
        "net": "NetConv", "run": "runs/conv", "preset": "fast", "parameters": "392,354", "seeds": "2",
        "accuracy (95 %)": "96.0 % (95.0 to 97.0)",
    }  # fmt: skip


def test_every_pair_has_its_counts_by_seed_its_kind_and_the_published_counts(result):
    first = rows_of(result, "Which confusions remain")[0]
    assert first == {
        "target": "は ha", "read as": "す su", "NetLin": "20/24", "NetConv": "16/15",
        "weakest -> strongest": "24 -> 15", "p remains": "0.001", "p vanishes": "1", "kind": "data-hard",
        "published": "121/78/49",
    }  # fmt: skip


def test_other_images_have_no_published_counts(result):
    other = dataclasses.replace(result, in_report=False)
    assert "published" not in rows_of(other, "Which confusions remain")[0]


def test_the_answers_say_which_is_better_and_what_is_hard(result):
    better, hard, unread = section([result]).answer
    assert better.startswith(
        "On the same 2,000 test images of kmnist-mini: NetConv is better than NetLin (540 against 20, p < 0.0001). "
    )
    assert hard == (
        "12.5 % of the errors of NetLin remain in NetConv. "
        "Data-hard: は ha read as す su. Model-hard: き ki read as す su."
    )
    assert unread.startswith("3 test images are misread by all 4 trained nets")
    assert unread.endswith("The first is test image 100, な na read as ま ma.")


def test_nets_without_a_significant_difference_are_undecided(result):
    pair = dataclasses.replace(result.paired[0], better=None, adjusted=0.2)
    (better, *_) = section([dataclasses.replace(result, paired=(pair,))]).answer
    assert "NetLin is not significantly different from NetConv (20 against 540, p = 0.2)." in better


def test_a_kind_without_pairs_is_none(result):
    hardness = dataclasses.replace(result.hardness, pairs=result.hardness.pairs[:2])
    _, hard, *_ = section([dataclasses.replace(result, hardness=hardness)]).answer
    assert "Model-hard: none." in hard


def test_one_net_that_is_always_right_has_one_sentence_and_one_table(result):
    alone = dataclasses.replace(
        result, nets=result.nets[:1], strongest=0, paired=(), hardness=None, forms=(), images=(), always_wrong=()
    )
    assert section([alone]).answer == ("No test image is misread by all 2 trained nets.",)
    assert len(tables(alone)) == 1


def test_the_text_is_the_tables_and_the_answers(result):
    lines = text(result).splitlines()
    assert lines[0] == "Nets on the same images of kmnist-mini:"
    assert lines[-1] == section([result]).answer[-1]
    assert any(line.split()[:4] == ["は", "ha", "す", "su"] for line in lines)
