"""Strings that nets generate themselves: nets set by hand to be automata, and counts done separately."""

from collections import Counter

import numpy as np
import pytest
import torch

from automaton_nets import SYMBOLS, automaton_net, redirected
from kuzushi.sequences.automata.generated_strings import (
    MOST_PREFIXES,
    WALK_LENGTH,
    WALKS,
    margin,
    predicted,
    prefixes,
    probabilities,
    start,
    step,
    walks,
)
from kuzushi.sequences.languages.reber import REBER, embedded
from kuzushi.sequences.nets import MODELS, select

GRAMMARS = {"reber": REBER, "reber-embedded": embedded(REBER)}


def random_nets(model, nets, *, hid=4, seed=0):
    return MODELS[model](nets, alphabet=7, hid=hid, generator=torch.Generator().manual_seed(seed))


def read(arrows, string):
    """The node that a string leads to."""
    node, table = "end", {(source, symbol): target for source, symbol, target in arrows}
    for symbol in string:
        node = table[node, symbol]
    return node


def strings_of(levels):
    """The strings of every level."""
    strings = [""] * (max(levels[0].parent) + 1)
    for level in levels:
        strings = [strings[parent] + SYMBOLS[a] for parent, a in zip(level.parent, level.symbol, strict=True)]
        yield strings


def test_a_quarter_is_predicted_and_so_is_the_most_probable_symbol():
    assert predicted(np.array([0.6, 0.25, 0.15])).tolist() == [True, True, False]
    assert predicted(np.array([[0.2, 0.2, 0.19], [0.24, 0.1, 0.2]])).tolist() == [
        [True, True, False],
        [True, False, False],
    ]


@pytest.mark.parametrize("arrows", GRAMMARS.values(), ids=GRAMMARS)
def test_the_prefixes_of_a_net_that_is_a_grammar_are_those_of_the_grammar_level_by_level(arrows):
    levels = prefixes(automaton_net(arrows))
    ends, total = Counter(["end"]), 0
    for strings in strings_of(levels):
        ends = sum((Counter({t: ends[s]}) for s, _, t in arrows), Counter())
        total += len(strings)
        assert Counter(read(arrows, string) for string in strings) == ends
        assert len(set(strings)) == len(strings)
    following = sum(ends[source] for source, _, _ in arrows)
    assert total <= MOST_PREFIXES < total + following


def test_walks_are_strings_of_the_net_that_generates_them():
    grammars = (REBER, redirected(REBER, "1", "X", "2"))
    for arrows, levels in zip(grammars, walks(automaton_net(*grammars), torch.Generator().manual_seed(0)), strict=True):
        assert len(levels) == WALK_LENGTH
        *_, last = strings_of(levels)
        assert len(last) == WALKS
        for string, following in zip(last, levels[-1].predicted, strict=True):
            node = read(arrows, string)
            assert {SYMBOLS[a] for a in following.nonzero()[0]} == {a for source, a, _ in arrows if source == node}


def test_walks_repeat_loops_many_times_and_use_every_arrow():
    (levels,) = walks(automaton_net(REBER), torch.Generator().manual_seed(0))
    *_, last = strings_of(levels)
    assert any("S" * 50 in string for string in last)
    assert any("T" * 50 in string for string in last)
    assert any("VPX" * 10 in string for string in last)
    table = {(source, symbol): target for source, symbol, target in REBER}
    taken, node = set(), "end"
    for symbol in last[0]:
        taken.add((node, symbol))
        node = table[node, symbol]
    assert taken == set(table)


@pytest.mark.parametrize("model", MODELS)
def test_one_net_of_an_ensemble_steps_as_it_reads_whole_strings(model):
    ensemble, symbols = random_nets(model, 3), np.array([[0, 3, 1, 6], [0, 2, 2, 5]])
    with torch.no_grad():
        expected = ensemble(torch.from_numpy(symbols)).logits.softmax(-1)
    for index in range(3):
        net = select(ensemble, torch.tensor([index]))
        np.testing.assert_allclose(probabilities(net, symbols), expected[index], rtol=1e-5)
        points = start(net).at(np.zeros(2, dtype=np.int64))
        for time in range(4):
            points = step(net, points, symbols[:, time])
            np.testing.assert_allclose(points.probabilities, expected[index, :, time], rtol=1e-5)
        swapped = step(net, points.at(np.array([1, 0])), np.array([4, 4]))
        again = probabilities(net, np.column_stack([symbols[::-1], [4, 4]]))
        np.testing.assert_allclose(swapped.probabilities, again[:, -1], rtol=1e-5)
        assert np.abs(points.coordinates).max() <= 1
        assert points.coordinates.shape == (2, 4 if model == "srn" else 8)


def test_the_margin_of_a_net_that_knows_is_between_a_half_and_nothing():
    lowest, highest = margin(prefixes(automaton_net(REBER)))
    assert lowest == pytest.approx(0.5, abs=1e-6)
    assert 0 < highest < 1e-8
