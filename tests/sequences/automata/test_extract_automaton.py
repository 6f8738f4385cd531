"""Automata read off nets that are given automata, and held against automata-lib and counterexamples found by hand."""

import dataclasses

import numpy as np
import pytest
import torch

from automaton_nets import SYMBOLS, automaton_net, redirected
from kuzushi.core.statistics import wilson
from kuzushi.sequences.automata import extract_automaton as module
from kuzushi.sequences.automata.extract_automaton import (
    counterexample,
    disagreement,
    extract_ensemble,
    first_wrong,
    quantised,
)
from kuzushi.sequences.automata.finite_automata import automaton_of, smallest_machine, table_of
from kuzushi.sequences.automata.generated_strings import walks
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.languages.reber import REBER, embedded
from kuzushi.sequences.nets import MODELS

EMBEDDED = embedded(REBER)
NAMES = {REBER: "reber", EMBEDDED: "reber-embedded"}


def machine(arrows):
    return smallest_machine(LANGUAGES[NAMES[arrows]], longest=4)


def extracted(grammar, *nets, shown=0):
    model, generator = automaton_net(*nets), torch.Generator().manual_seed(0)
    return extract_ensemble(model, grammar=machine(grammar), symbols=SYMBOLS, shown=shown, generator=generator)


def automaton_table(arrows):
    """The minimal automaton of a grammar, as a table."""
    return table_of(automaton_of(machine(arrows), SYMBOLS).minify(), SYMBOLS)


def as_word(string):
    return tuple(SYMBOLS.index(symbol) for symbol in string)


def forgetful(repeats):
    """Reber's grammar, but after so many S's in node 1 only E is said."""
    counts = [f"1-{count}" for count in range(repeats)]
    kept = [(s, a, "1-0" if t == "1" else t) for s, a, t in REBER if s != "1"]
    stays = [(s, "S", t) for s, t in zip(counts, (*counts[1:], "5"), strict=True)]
    return (*kept, *stays, *((s, "X", "3") for s in counts))


@pytest.mark.parametrize("arrows", NAMES, ids=NAMES.values())
def test_the_automaton_of_a_net_that_is_a_grammar_is_the_grammar_with_its_names(arrows):
    found = extracted(arrows, arrows)
    (one,) = found.machines
    states = len(machine(arrows).states)
    assert (one.equal, one.word, one.disagrees_after, one.counterexample, one.exact) == (True, None, None, None, True)
    assert (one.states, found.grammar_states, found.equal, found.exact) == (states, states, 1, 1)
    assert one.clusters in (len(arrows), len(arrows) + 1), "one for each arrow, and perhaps the initial state"
    assert set(found.machine.transitions) == set(machine(arrows).transitions)
    assert (found.machine.states, found.machine.start) == (machine(arrows).states, "end")
    assert one.lowest_predicted == pytest.approx(0.5, abs=1e-6)
    assert one.highest_other < 1e-8


def test_one_redirected_arrow_gives_the_shortest_counterexample():
    # After BTX the grammar is at 3, where X or S may follow, and the net at 2, where it says T or V: of the four words
    # of four symbols that only one of them reads, BTXT is the first in the order BTSXPVE.
    found = extracted(REBER, REBER, redirected(REBER, "1", "X", "2"), shown=1)
    right, wrong = found.machines
    assert (right.exact, wrong.exact, found.exact, found.equal) == (True, False, 1, 1)
    assert found.exact_interval == wilson(1, 2)
    assert (wrong.equal, wrong.word, wrong.disagrees_after) == (False, "BTXT", None)
    assert (wrong.counterexample.prefix, wrong.counterexample.allowed) == ("BTX", "SX")
    np.testing.assert_allclose(wrong.counterexample.probabilities, [0, 0.5, 0, 0, 0, 0.5, 0], atol=1e-6)
    assert found.machine.states[0] == "q0" == found.machine.start


def test_a_net_that_forgets_the_outer_symbol_of_the_embedded_grammar_is_wrong_after_seven():
    found = extracted(EMBEDDED, redirected(EMBEDDED, "P5", "E", "TE"))
    (one,) = found.machines
    # What is inside T and what is inside P has the same future then: end, choice, outer, 0 to 5, TE and last are left.
    assert (one.states, one.equal, one.word) == (11, False, "BPBTXSET")
    assert (one.counterexample.prefix, one.counterexample.allowed) == ("BPBTXSE", "P")
    assert one.counterexample.probabilities[1] > 0.99


def test_a_net_that_is_wrong_only_after_long_loops_gets_a_counterexample_without_unnecessary_loops():
    arrows, target = forgetful(30), automaton_table(REBER)
    (one,) = extracted(REBER, arrows).machines
    assert one.longest_prefix < 32
    assert (one.equal, one.disagrees_after, one.states) == (False, None, 6 + 30)
    assert one.word == "BT" + "S" * 31
    assert (one.counterexample.prefix, one.counterexample.allowed) == ("BT" + "S" * 30, "SX")
    net = automaton_net(arrows)
    long = "BPVVEBTSSXSEBTXXTVVEBT" + "S" * 30
    for suspects in ([as_word(long)], [None, as_word(long + "S")], [as_word("BTX"), as_word(long)]):
        assert counterexample(net, target, suspects) == as_word("BT" + "S" * 30)
    assert counterexample(net, target, [as_word("BTXSE"), None]) is None


def test_a_net_whose_states_are_merged_too_coarsely_disagrees_with_its_automaton(monkeypatch):
    monkeypatch.setattr(module, "RADII", (2.0,))
    (one,) = extracted(REBER, REBER).machines
    # Within 2 all states are close, so that 1 and 3, where the same may follow, are one: BTX is taken for BT.
    assert (one.states, one.equal, one.exact) == (6, False, False)
    assert one.disagrees_after == len("BTXS")
    assert one.counterexample is None


def test_the_radius_is_refined_until_the_automaton_predicts_what_the_net_predicts(monkeypatch):
    monkeypatch.setattr(module, "RADII", (2.0, 1.0, 0.5))
    (one,) = extracted(REBER, REBER).machines
    assert (one.radius, one.exact) == (1.0, True)
    monkeypatch.setattr(module, "MOST_CLUSTERS", 7)
    (one,) = extracted(REBER, REBER).machines
    assert (one.radius, one.exact) == (2.0, False)


def test_if_no_radius_works_the_automaton_that_agrees_longest_is_returned_and_of_such_the_coarsest(monkeypatch):
    def table(*changed):
        return quantised(automaton_net(redirected(REBER, *changed)), 0.5, SYMBOLS)

    soon, late = table("1", "X", "2"), table("4", "V", "3")  # wrong after BTX, and after BPVV
    tables = {2.0: soon, 1.5: late, 1.0: late, 0.5: soon}
    monkeypatch.setattr(module, "RADII", tuple(tables))
    monkeypatch.setattr(module, "quantised", lambda net, radius, alphabet: tables[radius])
    (one,) = extracted(REBER, REBER).machines
    assert (one.radius, one.disagrees_after, one.equal, one.counterexample) == (1.5, 4, False, None)


@pytest.mark.parametrize("model", MODELS)
def test_an_untrained_net_is_no_grammar(model):
    nets = MODELS[model](2, alphabet=7, hid=3, generator=torch.Generator().manual_seed(1))
    found = extract_ensemble(nets, grammar=machine(REBER), symbols=SYMBOLS, shown=1, generator=torch.Generator())
    assert (found.exact, found.equal) == (0, 0)
    for place, one in enumerate(found.machines):
        assert one.net == place
        assert one.counterexample.prefix == "B"[: len(one.counterexample.prefix)]
        assert one.states <= one.clusters


def test_the_same_generator_gives_the_same_extraction():
    nets = MODELS["srn"](2, alphabet=7, hid=3, generator=torch.Generator().manual_seed(1))
    first, second = (
        extract_ensemble(
            nets, grammar=machine(REBER), symbols=SYMBOLS, shown=0, generator=torch.Generator().manual_seed(3)
        )
        for _ in range(2)
    )  # fmt: skip
    assert dataclasses.asdict(first) == dataclasses.asdict(second)


def test_the_clusters_of_an_automaton_net_are_its_arrows_and_its_initial_state_unless_there_are_too_many(monkeypatch):
    net = automaton_net(REBER)
    clusters = quantised(net, 0.5, SYMBOLS)
    assert len(clusters.states) == len(REBER) + 1
    assert clusters == automaton_of(machine(REBER), SYMBOLS)
    monkeypatch.setattr(module, "MOST_CLUSTERS", len(REBER))
    assert quantised(net, 0.5, SYMBOLS) is None


def test_disagreement_and_first_wrong_are_the_shortest_strings_on_which_net_and_automaton_differ():
    arrows, target = redirected(REBER, "4", "V", "3"), automaton_table(REBER)
    (walked,) = walks(automaton_net(arrows), torch.Generator().manual_seed(0))
    for find in (disagreement, first_wrong):
        word = find(target, walked)
        assert word[-4:] == as_word("BPVV") or word[-3:] == as_word("TVV") or word[-3:] == as_word("XVV")
    (walked,) = walks(automaton_net(REBER), torch.Generator().manual_seed(0))
    assert disagreement(target, walked) is first_wrong(target, walked) is None
