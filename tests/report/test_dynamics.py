"""How an SRN counts in words and tables: every number is one of the result."""

import dataclasses
import re

import pytest
from torch import Generator

from counters import TESTED, TRAINED, counters
from kuzushi.analysis.dynamics import dynamics
from kuzushi.data.languages import LANGUAGES
from kuzushi.report.dynamics import SAID, measured, paragraphs, tables
from kuzushi.results.dynamics import StudyClaim


def found(net=1, failures=(5, 6, 5, 5, 5, 5)):
    return dynamics(
        counters(), LANGUAGES["anb2n"], net=net, first_failure=failures, trained=TRAINED, tested=TESTED,
        generator=Generator(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return found()


def test_what_is_said_is_what_was_counted(result):
    structure, numbers, foretold, claims = paragraphs(result)
    assert structure == (
        "Of the 6 nets that are exact up to n = 4, 4 have what the counting law of Rodriguez, Wiles and Elman (1999) "
        "takes, a stable point for the a's and a saddle for the b's. The others must count in another way: in 1 no "
        "stable point or cycle of two is found for the a's, in 1 no saddle is found for the b's. Net 2, which is "
        "shown, is one of them."
    )
    assert "in 3 the a-states alternate" in numbers
    contractions = sorted(abs(one.contraction) for one in result.compared)
    assert f"|λa| is {contractions[0]:.2f} to {contractions[-1]:.2f}" in numbers
    assert "right for 4 of 4, and off by at most one for 4. The rank correlation is 1.00." in foretold
    assert foretold.endswith("would be right for 3.")
    assert f"{sum(claim.borne_out for claim in result.claims)} are borne out by net 2" in claims


def test_a_shown_net_without_the_structure_or_without_success_is_said_to_be_so():
    assert "Net 5, which is shown, is not one of them." in paragraphs(found(net=4))[0]
    assert "Net 5, which is shown, is not exact." in paragraphs(found(net=4, failures=(5, 6, 5, 5, 2, 5)))[0]


def test_with_no_net_to_compare_there_is_no_word_and_no_table_of_the_law():
    none = found(failures=(1, 1, 1, 1, 5, 5))
    assert len(paragraphs(none)) == 2
    assert not any("law" in table.title for table in tables(none))


def test_other_languages_have_nothing_but_their_fixed_points(result):
    other = dataclasses.replace(result, ratio=None, laws=(), claims=())
    assert paragraphs(other) == ()
    assert [table.title for table in tables(other)] == ["Fixed points and cycles of two of net 2"]


def test_every_row_is_text_and_as_long_as_its_header(result):
    for table in tables(result):
        assert table.rows
        for row in table.rows:
            assert len(row) == len(table.header)
            assert all(isinstance(cell, str) for cell in row)


def test_each_claim_stands_in_the_studys_words_with_what_was_measured(result):
    table = tables(result)[0]
    assert [row[0] for row in table.rows] == list(SAID.values())
    for row, claim in zip(table.rows, result.claims, strict=True):
        assert row[2:] == ("yes" if claim.borne_out else "no", f"{claim.holds} / {claim.exact}")
        numbers = [float(number) for number in re.findall(r"\d+\.\d\d|\b\d+ of \d+", row[1]) if " of " not in number]
        if claim.name != "closer":
            assert numbers == pytest.approx(claim.measured, abs=0.005)


def test_steps_closer_are_counted_in_whole_numbers():
    claim = StudyClaim(name="closer", measured=(6.0, 16.0), borne_out=False, holds=0, exact=3)
    assert "6 of 16" in measured(claim)


def test_fixed_points_and_laws_stand_with_their_numbers(result):
    _, points, laws = tables(result)
    assert points.rows[0] == ("a", "stable, fixed point", "(-0.80, -0.74)", "-0.693, 0.132", "100 %")
    assert points.rows[2][1:3] == ("stable, cycle of two", points.rows[2][2])
    assert " ↔ " in points.rows[2][2]
    second = result.laws[1]
    assert laws.rows[1][:4] == (
        "2", f"{second.contraction:.3f}", f"{second.expansion:.3f}", f"{second.product:.3f}"
    )  # fmt: skip
    assert laws.rows[1][-2:] == ("6", "6")
