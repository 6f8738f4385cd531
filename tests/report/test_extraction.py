"""Automata in words and tables: the numbers of the extraction, and no more than was tried."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from kuzushi.analysis.intervals import wilson
from kuzushi.analysis.machines import smallest_machine
from kuzushi.data.languages import LANGUAGES
from kuzushi.report.extraction import found, nets, summary, tried, with_powers
from kuzushi.results.extraction import Counterexample, ExtractedMachine, ExtractedMachines

RESULT = SimpleNamespace(language="reber-embedded", model="lstm", hid=8, symbols=tuple("BTSXPVE"))
EXACT = ExtractedMachine(
    net=0, radius=0.25, clusters=41, states=19, equal=True, word=None, departs=None, counterexample=None,
    prefixes=18_307, longest_prefix=19, least_said=0.45, most_unsaid=0.02,
)  # fmt: skip
LOOPED = replace(
    EXACT, net=1, departs=335, longest_prefix=18,
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


def test_only_a_net_that_is_the_grammar_and_never_departs_is_exact():
    assert [machine.exact for machine in (EXACT, LOOPED, OTHER)] == [True, False, False]
    assert not replace(EXACT, departs=127).exact


@pytest.mark.parametrize(
    ("string", "text"),
    [("BTSSSXE", "BTSSSXE"), ("BTSSSSXE", "BTS⁴XE"), ("B" + "T" * 12 + "SSSSS", "BT¹²S⁵"), ("", ""), ("1111", "1⁴")],
)
def test_a_symbol_four_times_or_more_in_a_row_is_written_with_its_number(string, text):
    assert with_powers(string) == text


def test_both_counts_stand_in_the_answer_with_the_interval_and_how_far_was_tried():
    counted = found(extraction(EXACT, LOOPED, OTHER))
    assert "For 2 of 3 nets the automaton is the grammar's own, with 19 states" in counted
    assert "1 of 3 nets, 33.3 % (6.1 to 79.2), also say" in counted
    how_far, _ = tried(RESULT, extraction(EXACT, LOOPED, OTHER))
    assert "up to at least 18 symbols (18,307 strings for net 1), and 64 of 512 symbols" in how_far
    assert "at least 0.25" in how_far
    assert "not a proof" in how_far


def test_the_shown_net_is_told_of_where_it_is_wrong_and_else_the_one_with_the_shortest_counterexample():
    _, shown = tried(RESULT, extraction(EXACT, LOOPED, OTHER, shown=1))
    assert shown.startswith(
        "2 of 3 nets are wrong after some string of the grammar. Net 2 is so after BPBTS³⁴XXVVE (43 "
    )
    assert "it says T 0.54, P 0.45, where only P may follow" in shown
    assert "Yet its automaton is the grammar's" in shown
    _, shortest = tried(RESULT, extraction(EXACT, LOOPED, OTHER, shown=0))
    assert "Net 3 is so after BPBTXSE (7 symbols): it says T 0.90, P 0.06" in shortest
    assert "Yet" not in shortest


def test_nets_without_a_counterexample_get_no_paragraph_on_one():
    assert len(tried(RESULT, extraction(EXACT))) == 1


def test_one_net_that_is_wrong_is_not_spoken_of_as_several():
    _, wrong = tried(RESULT, extraction(EXACT, OTHER))
    assert wrong.startswith("1 of 2 nets is wrong after some string of the grammar. ")


def test_the_summary_has_one_row_for_each_ensemble():
    table = summary([(RESULT, extraction(EXACT, LOOPED, OTHER)), (RESULT, extraction(EXACT))])
    first, second = (dict(zip(table.header, row, strict=True)) for row in table.rows)
    assert first["language"] == "the embedded Reber grammar"
    assert (first["automaton is the grammar's"], first["and never departs"]) == ("2 / 3", "1 / 3")
    assert (first["median clusters"], first["median states"]) == ("41", "19")
    assert (first["shortest counterexample"], second["shortest counterexample"]) == ("7 symbols", "none found")
    assert all(isinstance(cell, str) for row in table.rows for cell in row)


def test_every_net_has_a_row_with_what_it_says_after_its_counterexample():
    table = nets(RESULT, extraction(EXACT, LOOPED, OTHER))
    exact, looped, other = (dict(zip(table.header, row, strict=True)) for row in table.rows)
    assert (exact["departs after"], exact["counterexample"], exact["may follow"]) == ("never", "none found", "")
    assert (looped["departs after"], looped["the grammar's"], looped["differs first in"]) == ("335", "yes", "")
    assert (other["the grammar's"], other["differs first in"]) == ("no", "BPBTXSET")
    assert (other["counterexample"], other["what the net says there"]) == ("BPBTXSE", "T 0.90, P 0.06")
    assert (looped["net"], looped["radius"], looped["clusters"], looped["states"]) == ("2", "0.25", "41", "19")
    assert (looped["least said"], looped["most unsaid"]) == ("0.45", "0.02")
    assert table.folded
