"""Strings that nets generate themselves: nets set by hand to be automata, and counts done separately."""

from collections import Counter

import numpy as np
import pytest
import torch

from automaton_nets import SYMBOLS, automaton_net, redirected, wrong_after_the_end
from kuzushi.sequences.automata import generated_strings as module
from kuzushi.sequences.automata.generated_strings import (
    MOST_PREFIXES,
    WALK_LENGTH,
    WALKS,
    Explorer,
    margin,
    prefixes,
    walks,
)
from kuzushi.sequences.languages.reber import REBER, embedded
from kuzushi.sequences.nets import MODELS, select

GRAMMARS = {"reber": REBER, "reber-embedded": embedded(REBER)}
E, PE_AND_TE = ((6,),), ((4, 6), (1, 6))
ENDINGS = {"none": (), "E": E, "PE and TE": PE_AND_TE}


def random_nets(model, nets, *, hid=4, seed=0):
    """Nets with random weights, far from uniform predictions, and a random initial state."""
    generator = torch.Generator().manual_seed(seed)
    ensemble = MODELS[model](nets, alphabet=7, hid=hid, generator=generator)
    with torch.no_grad():
        ensemble.weight_out.mul_(6)
        for name in ensemble.state_names:
            getattr(ensemble, name).uniform_(-0.9, 0.9, generator=generator)
    return ensemble


def one_by_one(net, symbols, endings):
    """What the first net of an ensemble predicts after each symbol, where every string is read by itself."""
    strings = [[]]
    for symbol in symbols:
        strings[-1].append(symbol)
        if tuple(strings[-1][-2:]) in endings or tuple(strings[-1][-1:]) in endings:
            strings.append([])
    following = []
    for string in filter(None, strings):
        with torch.no_grad():
            following += list(net(torch.tensor([string])).logits[0, 0].softmax(-1).numpy())
        if string is not strings[-1]:
            following[-1] = np.eye(7)[0]  # only the first symbol can begin another string
    return np.array(following)


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
    quarter = Explorer(random_nets("srn", 1))
    assert quarter.predicted(np.array([0.6, 0.25, 0.15])).tolist() == [True, True, False]
    assert quarter.predicted(np.array([[0.2, 0.2, 0.19], [0.24, 0.1, 0.2]])).tolist() == [
        [True, True, False],
        [True, False, False],
    ]
    tenth = Explorer(quarter.net, threshold=0.1)
    assert tenth.predicted(np.array([0.6, 0.25, 0.1, 0.05])).tolist() == [True, True, True, False]


@pytest.mark.parametrize("arrows", GRAMMARS.values(), ids=GRAMMARS)
@pytest.mark.parametrize("reset", [False, True])
def test_the_prefixes_of_a_net_that_is_a_grammar_are_those_of_the_grammar_level_by_level(arrows, reset):
    explorer = Explorer(automaton_net(arrows))
    if reset:
        explorer = Explorer(wrong_after_the_end(arrows, "X"), endings=E if arrows == REBER else PE_AND_TE)
    levels = prefixes(explorer)
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
    walked = walks(Explorer(automaton_net(*grammars)), torch.Generator().manual_seed(0))
    for arrows, levels in zip(grammars, walked, strict=True):
        assert len(levels) == WALK_LENGTH
        *_, last = strings_of(levels)
        assert len(last) == WALKS
        for string, following in zip(last, levels[-1].predicted, strict=True):
            node = read(arrows, string)
            assert {SYMBOLS[a] for a in following.nonzero()[0]} == {a for source, a, _ in arrows if source == node}


def test_walks_repeat_loops_many_times_and_use_every_arrow():
    (levels,) = walks(Explorer(automaton_net(REBER)), torch.Generator().manual_seed(0))
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
        alone = Explorer(select(ensemble, torch.tensor([index])))
        np.testing.assert_allclose(alone.probabilities(symbols), expected[index], rtol=1e-4)
        points = alone.start().at(np.zeros(2, dtype=np.int64))
        for time in range(4):
            points = alone.step(points, symbols[:, time][None])
            np.testing.assert_allclose(points.probabilities[0], expected[index, :, time], rtol=1e-4)
        swapped = alone.step(points.at(np.array([1, 0])), np.array([[4, 4]]))
        again = alone.probabilities(np.column_stack([symbols[::-1], [4, 4]]))
        np.testing.assert_allclose(swapped.probabilities[0], again[:, -1], rtol=1e-4)
        assert np.abs(points.coordinates).max() <= 1
        assert points.coordinates.shape == (2, 4 if model == "srn" else 8)


@pytest.mark.parametrize("endings", ENDINGS.values(), ids=ENDINGS)
@pytest.mark.parametrize("model", MODELS)
def test_after_the_end_of_a_string_a_net_reads_as_from_its_initial_state(model, endings):
    net, draw = random_nets(model, 1), np.random.default_rng(0)
    symbols = draw.choice([0, 1, 4, 6, 6], size=(30, 12))
    expected = [one_by_one(net, row, endings) for row in symbols.tolist()]
    np.testing.assert_allclose(Explorer(net, endings=endings).probabilities(symbols), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("endings", ENDINGS.values(), ids=ENDINGS)
@pytest.mark.parametrize("model", MODELS)
def test_walks_read_only_what_is_predicted_and_begin_again_where_a_string_is_over(model, endings, monkeypatch):
    monkeypatch.setattr(module, "WALK_LENGTH", 60)
    ensemble, ends = random_nets(model, 2), 0
    explorer = Explorer(ensemble, threshold=0.02, endings=endings)
    for index, levels in enumerate(walks(explorer, torch.Generator().manual_seed(0))):
        net, symbols = select(ensemble, torch.tensor([index])), np.stack([level.symbol for level in levels], 1)
        assert (symbols[:, 0] == 0).all()
        for walk in range(0, WALKS, 9):
            expected = one_by_one(net, symbols[walk].tolist(), endings)[:-1]  # the last symbol may end a string, or not
            found = np.array([level.probabilities[walk] for level in levels])[:-1]
            np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)
            assert all(level.predicted[walk, after] for level, after in zip(levels, symbols[walk, 1:], strict=False))
            ends += (expected == np.eye(7)[0]).all(-1).sum()
    assert (ends > 10) == bool(endings)


def test_a_learned_initial_state_is_where_a_net_starts():
    model = MODELS["srn"](2, alphabet=7, hid=4, generator=torch.Generator().manual_seed(0))
    model.learn_initial_state(torch.Generator().manual_seed(1))
    start = Explorer(model).start(3)
    assert torch.equal(start.state.hidden, model.H0.tanh()[:, None].expand(-1, 3, -1))
    assert start.coordinates.shape == (3, 4)


def test_the_margin_of_a_net_that_knows_is_between_a_half_and_nothing():
    lowest, highest = margin(prefixes(Explorer(automaton_net(REBER))))
    assert lowest == pytest.approx(0.5, abs=1e-6)
    assert 0 < highest < 1e-8
