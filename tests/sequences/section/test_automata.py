"""Automata as text and tables: the numbers of the extraction, and no more than the tests show."""

from dataclasses import replace

import pytest

from kuzushi.core.statistics import wilson
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.regular.automata import smallest_machine
from kuzushi.sequences.results import Counterexample, ExtractedMachine, ExtractedMachines
from kuzushi.sequences.section.automata import (
    coverage_paragraphs,
    equality_text,
    nets_table,
    summary,
    with_powers,
)

EXACT = ExtractedMachine(
    net=0, radius=0.25, clusters=41, states=19, equal=True, word=None, disagrees_after=None, counterexample=None,
    prefixes=18_307, longest_prefix=19, lowest_predicted=0.45, highest_other=0.02,
)  # fmt: skip
LOOPED = replace(
    EXACT, net=1, disagrees_after=335, longest_prefix=18,
    counterexample=Counterexample(
        prefix="BPBT" + "S" * 34 + "XXVVE", allowed="P", probabilities=(0.0, 0.54, 0.0, 0.0, 0.45, 0.01, 0.0)
    ),
)  # fmt: skip
OTHER = replace(
    EXACT, net=2, clusters=30, states=11, equal=False, word="BPBTXSET",
    counterexample=Counterexample(prefix="BPBTXSE", allowed="P", probabilities=(0.0, 0.9, 0.0, 0.0, 0.06, 0.04, 0.0)),
)  # fmt: skip


@pytest.fixture(scope="module")
def result(reber):
    return replace(reber, language="reber-embedded", model="lstm", hid=8)


def extraction(*machines, shown=0):
    exact = sum(machine.exact for machine in machines)
    return ExtractedMachines(
        threshold=0.25, walks=64, walk_length=512, grammar_states=19, machines=machines,
        equal=sum(machine.equal for machine in machines), exact=exact, exact_interval=wilson(exact, len(machines)),
        shown=shown, machine=smallest_machine(LANGUAGES["reber-embedded"], longest=4),
    )  # fmt: skip


def test_only_a_net_that_equals_the_grammar_and_always_agrees_is_exact():
    assert [machine.exact for machine in (EXACT, LOOPED, OTHER)] == [True, False, False]
    assert not replace(EXACT, disagrees_after=127).exact


@pytest.mark.parametrize(
    ("string", "text"),
    [("BTSSSXE", "BTSSSXE"), ("BTSSSSXE", "BTS⁴XE"), ("B" + "T" * 12 + "SSSSS", "BT¹²S⁵"), ("", ""), ("1111", "1⁴")],
)
def test_runs_of_four_or_more_symbols_are_powers(string, text):
    assert with_powers(string) == text


def test_the_text_has_both_counts_the_interval_and_how_far_was_tested(result):
    counted = equality_text(extraction(EXACT, LOOPED, OTHER))
    assert "For 2 of 3 nets the automaton is the grammar's, with 19 states" in counted
    assert "1 of 3 nets, 33.3 % (6.1 to 79.2), also agree" in counted
    how_far, _ = coverage_paragraphs(result, extraction(EXACT, LOOPED, OTHER))
    assert "up to at least 18 symbols (18,307 for net 1), and 64 of 512 symbols" in how_far
    assert "at least 0.25" in how_far
    assert "not a proof" in how_far


def test_the_counterexample_is_that_of_the_best_net_or_else_the_shortest(result):
    _, best = coverage_paragraphs(result, extraction(EXACT, LOOPED, OTHER, shown=1))
    assert best.startswith("2 of 3 nets fail after some string of the grammar. Net 2 fails after BPBTS³⁴XXVVE (43 ")
    assert "it predicts T 0.54, P 0.45, where only P may follow" in best
    assert "Yet its automaton is the grammar's" in best
    _, shortest = coverage_paragraphs(result, extraction(EXACT, LOOPED, OTHER, shown=0))
    assert "Net 3 fails after BPBTXSE (7 symbols): it predicts T 0.90, P 0.06" in shortest
    assert "Yet" not in shortest


def test_nets_without_a_counterexample_get_no_paragraph_on_one(result):
    assert len(coverage_paragraphs(result, extraction(EXACT))) == 1


def test_the_summary_has_one_row_for_each_ensemble(result):
    table = summary([(result, extraction(EXACT, LOOPED, OTHER)), (result, extraction(EXACT))])
    first, second = (dict(zip(table.header, row, strict=True)) for row in table.rows)
    assert first["language"] == "the embedded Reber grammar"
    assert (first["automaton is the grammar's"], first["and always agrees"]) == ("2 / 3", "1 / 3")
    assert (first["median clusters"], first["median states"]) == ("41", "19")
    assert (first["shortest counterexample"], second["shortest counterexample"]) == ("7 symbols", "none found")
    assert all(isinstance(cell, str) for row in table.rows for cell in row)


def test_every_net_has_a_row_with_its_predictions_after_the_counterexample(result):
    table = nets_table(result, extraction(EXACT, LOOPED, OTHER))
    exact, looped, other = (dict(zip(table.header, row, strict=True)) for row in table.rows)
    assert (exact["disagrees after"], exact["counterexample"], exact["may follow"]) == ("never", "none found", "")
    assert (looped["disagrees after"], looped["the grammar's"], looped["differs first in"]) == ("335", "yes", "")
    assert (other["the grammar's"], other["differs first in"]) == ("no", "BPBTXSET")
    assert (other["counterexample"], other["the net predicts"]) == ("BPBTXSE", "T 0.90, P 0.06")
    assert (looped["net"], looped["radius"], looped["clusters"], looped["states"]) == ("2", "0.25", "41", "19")
    assert (looped["lowest predicted"], looped["highest other"]) == ("0.45", "0.02")
    assert table.folded
