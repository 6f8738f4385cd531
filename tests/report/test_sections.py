"""Shares and intervals as text, tables as lines, and how each result was made."""

import dataclasses

import pytest

from kuzushi.configs import CharactersConfig, CheckerboardConfig
from kuzushi.experiments import characters, checkerboard
from kuzushi.report.sections import Table, between, columns, how_made, percent
from kuzushi.results import Interval


@pytest.fixture(scope="module")
def by_hand():
    return checkerboard.run(CheckerboardConfig(set_weights="report"))


@pytest.mark.parametrize(
    ("share", "digits", "printed"),
    [(0.9326, 1, "93.3 %"), (0.9326, 2, "93.26 %"), (1.0, 1, "100.0 %"), (0.0, 0, "0 %"), (0.00049, 1, "0.0 %")],
)
def test_a_share_is_given_in_percent(share, digits, printed):
    assert percent(share, digits) == printed


def test_a_rate_stands_before_its_interval():
    assert between(Interval(0.933, 0.921, 0.943)) == "93.3 % (92.1 to 94.3)"
    assert between(Interval(0.933, 0.921, 0.943), 0) == "93 % (92 to 94)"


def test_the_columns_of_a_table_end_below_each_other():
    table = Table(title="", header=("a", "long", ""), rows=(("1", "2", "right"), ("333", "4", "")))
    assert columns(table).splitlines() == ["  a  long", "  1     2  right", "333     4"]


def test_what_made_a_result_is_told_with_it(by_hand):
    made = dataclasses.replace(by_hand.provenance, commit=None, device="cpu", platform="here", threads=3)
    table = how_made([dataclasses.replace(by_hand, seconds=1.26, provenance=made)])
    told = dict(zip(table.header, table.rows[0], strict=True))
    assert told["command"] == "kuzushi checkerboard --set-weights report"
    assert (told["commit"], told["device"], told["threads"], told["seconds"]) == ("installed", "cpu, here", "3", "1.3")
    assert told["data"] == by_hand.data_sha256[:12]
    assert (told["kuzushi"], told["torch"], told["Python"]) == (made.kuzushi, made.torch, made.python)
    assert table.folded


def test_results_of_every_subject_have_a_row_of_text(by_hand):
    lin = characters.run(CharactersConfig(net="lin", data="brush:20/10", epochs=1))
    table = how_made([lin, by_hand])
    assert [row[-1] for row in table.rows] == [lin.data.sha256[:12], by_hand.data_sha256[:12]]
    for row in table.rows:
        assert len(row) == len(table.header)
        assert all(isinstance(cell, str) and cell for cell in row)
    commit = lin.provenance.commit
    assert table.rows[0][table.header.index("commit")] == (commit or "installed")
