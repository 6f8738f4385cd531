"""Dynamics of SRNs as text and tables: every number is one of the result."""

import dataclasses
import re
from typing import get_args

import pytest
from torch import Generator

from counters import TESTED, TRAINED, counters
from kuzushi.sequences.analyses import dynamics
from kuzushi.sequences.dynamics_results import Lacking, ReportClaim, WayName
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.section.dynamics import CLAIMS, LACKS, SLOW, WAYS, measured, paragraphs, tables


def found(net=1, failures=(5, 6, 5, 5, 5, 5)):
    exact = [n is None or n > TRAINED for n in failures]
    return dynamics(
        counters(), LANGUAGES["anb2n"], net=net, exact=exact, first_failure=failures, trained=TRAINED,
        tested=TESTED, generator=Generator(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return found()


def test_the_text_has_the_counts_of_the_result(result):
    parts, numbers, predictions, _ = paragraphs(result)
    assert parts == (
        "Of the 6 nets exact up to n = 4, 4 have a stable point for the a's and a saddle for the b's, as the counting "
        "law needs. It does not apply to the others: in 1 the a's lead to no stable point or cycle of two; in 1 the "
        "b's have no saddle with one expanding direction."
    )
    assert "in 3, λa < 0: after many a's the states alternate" in numbers
    contractions = sorted(abs(one.contraction) for one in result.compared)
    assert f"|λa| is {contractions[0]:.2f} to {contractions[-1]:.2f}" in numbers
    assert "right for 4 of 4, and off by at most one for 4; always" in predictions
    assert predictions.endswith("would be right for 3. The rank correlation is 1.00.")


def test_the_text_counts_the_nets_that_go_as_the_law_says_on_trained_strings(result):
    assert result.as_the_law_says == (), "no a's of SWINGING and its kin approach as λa says, nor b's of ONE_SIDED"
    assert "On the string n = 4, 0 of the 4 go as the law says" in paragraphs(result)[1]
    lawful = {0: ("alternating approach", "alternating departure"), 1: ("two-cycle", "drift")}
    ways = tuple(
        dataclasses.replace(way, name=lawful[way.net]["ab".index(way.symbol)]) if way.net in lawful else way
        for way in result.ways
    )
    some = dataclasses.replace(result, ways=ways)
    assert some.as_the_law_says == (0,)
    assert "On the string n = 4, 1 of the 4 go as the law says" in paragraphs(some)[1]


def test_the_text_counts_the_ways_of_all_exact_nets(result):
    *_, ways = paragraphs(result)
    assert ways == (
        "How the exact nets count, measured step by step on the string n = 4: While a's are read, in 3 nets the state "
        "moves in a way that is not explained, in 1 it approaches a stable point from one side, in 1 it passes a slow "
        "point, in 1 it goes on in one direction with no fixed point near. While b's are read, in 3 nets the state "
        "leaves an unstable point to two sides in turn, in 1 it moves in a way that is not explained, in 1 it goes on "
        "in one "
        f"direction with no fixed point near, in 1 it passes a slow point. {SLOW}"
    )
    without = tuple(way for way in result.ways if way.name != "slow point")
    assert SLOW not in paragraphs(dataclasses.replace(result, ways=without))[-1]


def test_each_exact_net_has_a_row_for_each_symbol_with_its_numbers(result):
    table = tables(result)[1]
    assert table.folded
    assert [row[:2] for row in table.rows] == [(str(net), f"{s}'s") for net in range(1, 7) for s in "ab"]
    for row, way in zip(table.rows, result.ways, strict=True):
        assert row[2] == WAYS[way.name]
        explained, steps = row[3].split(" of ")
        assert (int(explained), int(steps)) == (way.explained, way.steps)
        assert float(row[4]) == pytest.approx(way.ratio, abs=0.005)
        assert float(row[5].removesuffix("°")) == pytest.approx(way.angle, abs=0.5)
        assert [float(number) for number in row[7].split(", ")] == pytest.approx(way.distance, abs=0.005)
    drift = next(row for row in table.rows if row[2] == WAYS["drift"])
    assert drift[6] == "", "a drift has no eigenvalue"
    turning = dataclasses.replace(result.ways[0], eigenvalue=(0.3, -0.8), distance=None)
    (row,) = tables(dataclasses.replace(result, ways=(turning,)))[1].rows
    assert row[6:] == ("0.30 ± 0.80i", "")


def test_every_way_and_every_lack_has_words():
    assert set(WAYS) == set(get_args(WayName))
    assert set(LACKS) == set(get_args(Lacking))


def test_without_nets_to_compare_there_is_no_text_on_the_law():
    structure, ways = paragraphs(found(failures=(1, 1, 1, 1, 5, 5)))
    assert structure.startswith("Of the 2 nets exact up to n = 4, 0 have")
    assert ways.startswith("How the exact nets count")


def test_without_exact_nets_there_are_no_ways():
    none = found(failures=(1,) * 6)
    assert none.ways == ()
    assert [table.title for table in tables(none)] == [
        "Claims of the report about its SRN", "Fixed points and cycles of two of net 2",
    ]  # fmt: skip


def test_other_languages_have_nothing_but_their_fixed_points(result):
    other = dataclasses.replace(result, ratio=None, laws=(), ways=(), claims=())
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
    *_, points = tables(result)
    assert points.rows[0] == ("a, stable fixed point at (-0.80, -0.74), eigenvalues -0.69, 0.13", "100 %")
    assert ", stable 2-cycle at (" in points.rows[2][0]
    assert len(points.rows) == len(result.fixed_points)
