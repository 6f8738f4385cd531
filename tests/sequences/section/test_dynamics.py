"""Dynamics of SRNs as text and tables: every number is one of the result."""

import dataclasses
import re

import pytest
from torch import Generator

from counters import TESTED, TRAINED, counters
from kuzushi.sequences.analyses import dynamics
from kuzushi.sequences.dynamics_results import ReportClaim
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.section.dynamics import CLAIMS, measured, paragraphs, tables


def found(net=1, failures=(5, 6, 5, 5, 5, 5)):
    return dynamics(
        counters(), LANGUAGES["anb2n"], net=net, first_failure=failures, trained=TRAINED, tested=TESTED,
        generator=Generator(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return found()


def test_the_text_has_the_counts_of_the_result(result):
    numbers, predictions = paragraphs(result)
    assert numbers.startswith(
        "Of the 6 nets exact up to n = 4, 4 have a stable point for the a's and a saddle for the b's, as the counting "
        "law needs."
    )
    assert "in 3 the states after a's alternate" in numbers
    contractions = sorted(abs(one.contraction) for one in result.compared)
    assert f"|λa| is {contractions[0]:.2f} to {contractions[-1]:.2f}" in numbers
    assert "right for 4 of 4, and off by at most one for 4; always" in predictions
    assert predictions.endswith("would be right for 3. The rank correlation is 1.00.")


def test_without_nets_to_compare_there_is_no_text_on_the_law():
    assert len(paragraphs(found(failures=(1, 1, 1, 1, 5, 5)))) == 1


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


def test_each_claim_is_quoted_with_its_measurement(result):
    table = tables(result)[0]
    assert [row[0] for row in table.rows] == list(CLAIMS.values())
    for row, claim in zip(table.rows, result.claims, strict=True):
        assert row[2:] == ("yes" if claim.confirmed else "no", f"{claim.holds} / {claim.exact}")
        numbers = [float(number) for number in re.findall(r"\d+\.\d\d|\b\d+ of \d+", row[1]) if " of " not in number]
        if claim.name != "closer":
            assert numbers == pytest.approx(claim.measured, abs=0.005)


def test_steps_closer_are_whole_numbers():
    claim = ReportClaim(name="closer", measured=(6.0, 16.0), confirmed=False, holds=0, exact=3)
    assert "6 of 16" in measured(claim)


def test_fixed_points_have_their_numbers(result):
    _, points = tables(result)
    assert points.rows[0] == ("a, stable fixed point at (-0.80, -0.74), eigenvalues -0.69, 0.13", "100 %")
    assert ", stable 2-cycle at (" in points.rows[2][0]
    assert len(points.rows) == len(result.fixed_points)
