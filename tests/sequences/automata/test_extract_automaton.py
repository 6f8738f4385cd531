"""Automata read off nets that are given automata, and held against automata-lib and counterexamples found by hand."""

import dataclasses

import numpy as np
import pytest
import torch

from automaton_nets import SATURATED, SYMBOLS, automaton_net, redirected, wrong_after_the_end
from kuzushi.core.statistics import wilson
from kuzushi.sequences.automata import extract_automaton as module
from kuzushi.sequences.automata import generated_strings
from kuzushi.sequences.automata.extract_automaton import (
    counterexample,
    disagreement,
    extract_ensemble,
    first_wrong,
    quantised,
    threshold,
)
from kuzushi.sequences.automata.finite_automata import automaton_of, smallest_machine, table_of
from kuzushi.sequences.automata.generated_strings import Explorer, walks
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.languages.reber import REBER, Grammar, embedded
from kuzushi.sequences.nets import MODELS

EMBEDDED = embedded(REBER)
NAMES = {REBER: "reber", EMBEDDED: "reber-embedded"}
ENDINGS = {REBER: ("E",), EMBEDDED: ("PE", "TE")}
THREE = (
    ("end", "B", "0"),
    ("0", "T", "0"), ("0", "P", "1"), ("0", "S", "2"),
    ("1", "X", "2"), ("1", "V", "0"),
    ("2", "E", "end"),
)  # fmt: skip
"""Three arrows leave 0, and two 1."""


@pytest.fixture(autouse=True)
def short_walks(monkeypatch):
    """Long enough for loops, and no longer, so that the tests are fast."""
    monkeypatch.setattr(generated_strings, "WALK_LENGTH", 128)


def machine(arrows):
    return smallest_machine(LANGUAGES[NAMES[arrows]], longest=4)


def extracted(grammar, *nets, shown=0, reset=False):
    return extracted_from(automaton_net(*nets), grammar, shown=shown, reset=reset)


def extracted_from(model, grammar, *, shown=0, reset=False):
    return extract_ensemble(
        model, grammar=machine(grammar), symbols=SYMBOLS, endings=ENDINGS[grammar] if reset else (), shown=shown,
        generator=torch.Generator().manual_seed(0),
    )  # fmt: skip


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


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("arrows", NAMES, ids=NAMES.values())
def test_the_automaton_of_a_net_that_is_a_grammar_is_the_grammar_with_its_names(arrows, reset):
    found = extracted(arrows, arrows, reset=reset)
    (one,) = found.machines
    states = len(machine(arrows).states)
    assert (one.equal, one.word, one.disagrees_after, one.counterexample, one.exact) == (True, None, None, None, True)
    assert (one.states, found.grammar_states, found.equal, found.exact) == (states, states, 1, 1)
    assert one.clusters == len(arrows), "one for each arrow; the initial state is that after the end"
    assert set(found.machine.transitions) == set(machine(arrows).transitions)
    assert (found.machine.states, found.machine.start) == (machine(arrows).states, "end")
    assert one.lowest_predicted == pytest.approx(0.5, abs=1e-6)
    assert one.highest_other < 1e-8


@pytest.mark.parametrize("arrows", NAMES, ids=NAMES.values())
def test_a_net_that_is_wrong_only_after_the_end_of_a_string_is_the_grammar_if_it_is_reset_there(arrows):
    model = wrong_after_the_end(arrows, "X")
    reset, streams = extracted_from(model, arrows, reset=True), extracted_from(model, arrows)
    assert (reset.exact, reset.endings, reset.machine) == (1, ENDINGS[arrows], extracted(arrows, arrows).machine)
    assert (streams.exact, streams.equal, streams.endings) == (0, 0, ())
    wrong = streams.machines[0].counterexample
    assert (wrong.prefix[-1], wrong.allowed, len(wrong.prefix)) == ("E", "B", {REBER: 5, EMBEDDED: 9}[arrows])


@pytest.mark.parametrize("arrows", NAMES, ids=NAMES.values())
def test_a_net_that_can_begin_only_from_its_initial_state_is_the_grammar_if_it_is_reset(arrows):
    model = automaton_net(arrows)
    with torch.no_grad():  # the unit of the first arrow, which is read by B, goes on again just if it was on
        model.h_0[0, 0] = 1
        model.weight_hh[0, 0, 0] += 2 * SATURATED
        model.bias[0, 0] -= 2 * SATURATED
    reset, streams = extracted_from(model, arrows, reset=True), extracted_from(model, arrows)
    assert (reset.exact, streams.exact, streams.equal) == (1, 0, 0)
    assert streams.machines[0].counterexample.prefix[-2:] == "EB"


def test_a_counterexample_of_a_net_that_is_reset_is_within_one_string():
    model = automaton_net(forgetful(30))
    (one,) = extracted_from(model, REBER, reset=True).machines
    assert (one.counterexample.prefix, one.counterexample.allowed) == ("BT" + "S" * 30, "SX")
    assert (one.equal, one.states, one.word) == (False, 6 + 30, "BT" + "S" * 31)
    # Wrong only in a string after others, which a net that is reset never reads as such.
    target, late = automaton_table(REBER), wrong_after_the_end(REBER, "X")
    suspects = [as_word("BTXSEBTXSEB"), as_word("BTXSE")]
    assert counterexample(Explorer(late, endings=(as_word("E"),)), target, suspects) is None
    assert counterexample(Explorer(late), target, suspects) == as_word("BTXSE")


def test_the_threshold_is_half_as_much_as_the_least_likely_arrow():
    three = smallest_machine(Grammar(tuple(SYMBOLS), THREE), longest=4)
    assert threshold(three) == pytest.approx(1 / 6)
    assert {threshold(machine(arrows)) for arrows in NAMES} == {0.25}


@pytest.mark.parametrize("reset", [False, True])
def test_a_grammar_with_two_and_three_arrows_from_a_node_is_extracted_even_if_one_symbol_is_less_likely(reset):
    grammar = Grammar(tuple(SYMBOLS), THREE, reset=reset)
    model = automaton_net(THREE, redirected(THREE, "1", "X", "0"))
    with torch.no_grad():
        model.bias_out[:, SYMBOLS.index("P")] -= np.log(2)  # 1/5, and not 1/3, where T, P or S may follow
    found = extract_ensemble(
        model, grammar=smallest_machine(grammar, longest=4), symbols=SYMBOLS, endings=grammar.endings, shown=0,
        generator=torch.Generator(),
    )  # fmt: skip
    assert found.threshold == pytest.approx(1 / 6)
    assert {(t.source, t.symbol, t.target) for t in found.machine.transitions} == set(THREE)
    right, wrong = found.machines
    assert (right.exact, right.states, wrong.exact, wrong.word) == (True, 4, False, "BPXT")
    assert right.lowest_predicted == pytest.approx(1 / 5, abs=1e-6)
    assert (wrong.counterexample.prefix, wrong.counterexample.allowed) == ("BPX", "E")


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
    net = Explorer(automaton_net(arrows))
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
        return quantised(Explorer(automaton_net(redirected(REBER, *changed))), 0.5, SYMBOLS)

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


def test_the_clusters_of_an_automaton_net_are_its_arrows_unless_there_are_too_many(monkeypatch):
    net = Explorer(automaton_net(REBER))
    clusters = quantised(net, 0.5, SYMBOLS)
    assert len(clusters.states) == len(REBER)
    assert clusters == automaton_of(machine(REBER), SYMBOLS)
    monkeypatch.setattr(module, "MOST_CLUSTERS", len(REBER) - 1)
    assert quantised(net, 0.5, SYMBOLS) is None


def test_states_are_not_merged_if_the_next_symbol_ends_a_string_after_one_only():
    # Within 2 all states are close, and E alone may follow both T and S; it ends a string just after S.
    arrows = (("end", "B", "0"), ("0", "T", "1"), ("1", "E", "2"), ("2", "S", "3"), ("3", "E", "end"))
    grammar = Grammar(tuple(SYMBOLS), arrows)
    assert grammar.endings == ("SE",)
    clusters = quantised(Explorer(automaton_net(arrows), endings=(as_word("SE"),)), 2.0, SYMBOLS)
    assert clusters == automaton_of(smallest_machine(grammar, longest=4), SYMBOLS)
    assert len(clusters.states) == len(arrows)


def test_disagreement_and_first_wrong_are_the_shortest_strings_on_which_net_and_automaton_differ():
    arrows, target = redirected(REBER, "4", "V", "3"), automaton_table(REBER)
    (walked,) = walks(Explorer(automaton_net(arrows)), torch.Generator().manual_seed(0))
    for find in (disagreement, first_wrong):
        word = find(target, walked)
        assert word[-4:] == as_word("BPVV") or word[-3:] == as_word("TVV") or word[-3:] == as_word("XVV")
    (walked,) = walks(Explorer(automaton_net(REBER)), torch.Generator().manual_seed(0))
    assert disagreement(target, walked) is first_wrong(target, walked) is None
