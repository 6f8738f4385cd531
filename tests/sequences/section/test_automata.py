"""Automata as text: the numbers of the extraction, and no more than the tests show."""

from dataclasses import replace

import pytest

from kuzushi.core.statistics import wilson
from kuzushi.sequences.automata.finite_automata import smallest_machine
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.results import Counterexample, ExtractedMachine, ExtractedMachines
from kuzushi.sequences.section.automata import (
    coverage_paragraphs,
    equality_text,
    with_powers,
)

EXACT = ExtractedMachine(
    net=0, radius=0.25, clusters=41, states=19, equal=True, word=None, disagrees_after=None, counterexample=None,
    prefixes=18_307, longest_prefix=19, lowest_predicted=0.45, highest_other=0.02,
)  # fmt: skip
SYMBOLS = tuple("BTSXPVE")
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


def test_the_text_has_both_counts_the_interval_and_how_far_was_tested():
    counted = equality_text(extraction(EXACT, LOOPED, OTHER))
    assert "For 2 of 3 nets the automaton is the grammar's, with 19 states" in counted
    assert "1 of 3 nets, 33.3 % (6.1 to 79.2), also agree" in counted
    how_far, _ = coverage_paragraphs(extraction(EXACT, LOOPED, OTHER), SYMBOLS)
    assert "up to at least 18 symbols (18,307 for net 1), and 64 of 512 symbols" in how_far
    assert "at least 0.25" in how_far
    assert how_far.startswith("Tested, not proved: ")
    assert "put back" not in how_far


def test_the_text_has_the_symbols_after_which_a_net_is_put_back_and_a_rounded_threshold():
    found = replace(extraction(EXACT), endings=("PE", "TE"), threshold=1 / 6)
    (how_far,) = coverage_paragraphs(found, SYMBOLS)
    assert "at least 0.167 or the largest. Nets are put back to their initial state after PE or TE." in how_far


def test_the_counterexample_is_that_of_the_best_net_or_else_the_shortest():
    _, best = coverage_paragraphs(extraction(EXACT, LOOPED, OTHER, shown=1), SYMBOLS)
    assert best.startswith("2 of 3 nets fail after some string of the grammar. Net 2 fails after BPBTS³⁴XXVVE (43 ")
    assert "it predicts T 0.54, P 0.45, where only P may follow" in best
    assert "Yet its automaton is the grammar's" in best
    _, shortest = coverage_paragraphs(extraction(EXACT, LOOPED, OTHER, shown=0), SYMBOLS)
    assert "Net 3 fails after BPBTXSE (7 symbols): it predicts T 0.90, P 0.06" in shortest
    assert "Yet" not in shortest


def test_nets_without_a_counterexample_get_no_paragraph_on_one():
    assert len(coverage_paragraphs(extraction(EXACT), SYMBOLS)) == 1
