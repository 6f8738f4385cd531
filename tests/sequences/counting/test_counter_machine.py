"""Counter machines at work: those written by hand follow their languages, and part from nets where they must."""

from dataclasses import replace

import numpy as np
import pytest

from by_hand import ANB2N, ANB2NC3N, ANB2NC3N_BY_BS, MACHINES, machine
from counting_lstm import counting_lstm
from kuzushi.sequences.counter_results import CutLanguage
from kuzushi.sequences.counting.counter_machine import Run, agreement, cut_language
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.languages.language import as_text

SIZES = {
    "anbn": lambda n: 2 * n,
    "anb2n": lambda n: 3 * n,
    "anbncn": lambda n: (n + 1) * (n + 2) // 2,
    "anb2nc3n": lambda n: n * n + 4 * n + 1,
}


def run(machine, symbols):
    """Which symbols the machine allows next after each prefix."""
    return Run(machine, len(symbols)).read(symbols)


def follows(machine, text):
    """Whether the machine can read a text from its start."""
    reader = Run(machine, 1)
    reader.read(np.array([[machine.symbols.index(symbol) for symbol in text]], dtype=int))
    return bool(reader.state[0] < len(machine.states))


def allowed_one_by_one(machine, text):
    """Which symbols may come next after each prefix, one string and one symbol at a time in plain Python."""

    def taken(arrow, state, counters):
        if arrow.source != state or any((counters[test.counter] > 0) != test.positive for test in arrow.guards):
            return None
        after = counters | {
            change.counter: change.by + (0 if change.sets else counters[change.counter]) for change in arrow.changes
        }
        return None if min(after.values()) < 0 else (arrow.target, after)

    now, answers = (machine.start, dict.fromkeys(machine.counters, 0)), []
    for symbol in text:
        steps = [taken(arrow, *now) for arrow in machine.transitions if now and arrow.symbol == symbol]
        now = next((step for step in steps if step), None)
        answers.append({arrow.symbol for arrow in machine.transitions if now and taken(arrow, *now)})
    return answers


@pytest.mark.parametrize("name", MACHINES)
def test_a_machine_allows_what_the_language_allows_in_every_stream(name):
    language, machine = LANGUAGES[name], MACHINES[name]
    for streams in (language.alone(7), language.side_by_side(5)):
        allowed = run(machine, streams.symbols.numpy())
        assert (allowed == streams.legal.numpy())[streams.present.numpy()].all()
        assert all(follows(machine, text) for text in as_text(language, streams))


@pytest.mark.parametrize("by_hand", [*MACHINES.values(), ANB2NC3N_BY_BS], ids=[*MACHINES, "by b's"])
def test_a_batch_of_random_texts_is_run_as_each_one_alone(by_hand):
    symbols = np.random.default_rng(0).integers(len(by_hand.symbols), size=(300, 9))
    symbols[:, :2] = 0, 1  # so that some are followed for a while
    for row, allowed in zip(symbols, run(by_hand, symbols), strict=True):
        expected = allowed_one_by_one(by_hand, [by_hand.symbols[symbol] for symbol in row])
        assert [{by_hand.symbols[i] for i in np.flatnonzero(may)} for may in allowed] == expected


@pytest.mark.parametrize(
    ("text", "whether"),
    [("", True), ("aabb", True), ("abbabb", True), ("aabbbba", True), ("abbb", False), ("aba", False), ("b", False)],
)
def test_a_text_is_followed_if_it_begins_a_stream_of_the_language(text, whether):
    assert follows(ANB2N, text) == whether


def test_a_run_continues_after_its_last_symbol_and_with_some_of_its_rows():
    symbols = LANGUAGES["anb2nc3n"].alone(5).symbols.numpy()
    whole, reader = run(ANB2NC3N, symbols), Run(ANB2NC3N, 5)
    assert (reader.read(symbols[:, :7]) == whole[:, :7]).all()
    reader.only(np.array([False, False, True, False, True]))
    assert (reader.read(symbols[[2, 4], 7:]) == whole[[2, 4], 7:]).all()


def test_no_arrow_brings_a_counter_below_0_and_a_set_counter_forgets_what_it_was():
    sets = machine(("a", "b"), ("B",), ["start a B:=3", "a a B:=3", "a b B-2", "b b B-2", "b a B:=0"])
    assert follows(sets, "aaab")
    assert not follows(sets, "aaabb"), "3 - 2 - 2"
    assert not follows(sets, "abab"), "set to 0"


@pytest.mark.parametrize("longest", [1, 2, 5, 8])
@pytest.mark.parametrize("name", MACHINES)
def test_cut_machines_have_the_true_language_and_the_known_number_of_states(name, longest):
    found = cut_language(MACHINES[name], LANGUAGES[name], longest=longest)
    assert found == CutLanguage(longest=longest, equal=True, states=SIZES[name](longest))


def test_two_ways_to_count_are_one_language():
    assert cut_language(ANB2NC3N_BY_BS, LANGUAGES["anb2nc3n"]) == CutLanguage(longest=8, equal=True, states=97)


def test_every_change_of_a_machine_changes_its_language():
    for place, arrow in enumerate(ANB2NC3N.transitions):
        for change in arrow.changes:
            other = tuple(replace(c, by=c.by + 1) if c == change else c for c in arrow.changes)
            arrows = list(ANB2NC3N.transitions)
            arrows[place] = replace(arrow, changes=other)
            wrong = replace(ANB2NC3N, transitions=tuple(arrows))
            assert not cut_language(wrong, LANGUAGES["anb2nc3n"], longest=3).equal


def test_a_machine_that_counts_without_end_inside_a_string_has_no_finite_cut():
    endless = machine(("a", "b"), ("B",), ["start a B+1", "a a B+1", "a b B+1", "b b B>0 B+1", "b a B=0 B+1"])
    assert cut_language(endless, LANGUAGES["anbn"], longest=2) == CutLanguage(longest=2, equal=False, states=0)


@pytest.mark.parametrize("name", MACHINES)
def test_an_exact_net_and_the_machine_agree_on_every_prefix(name):
    language = LANGUAGES[name]
    found = agreement(MACHINES[name], counting_lstm(language.ratios), language, trained=3, longest=60)
    assert (found.tested, found.differ_at, found.in_streams) == (60, None, True)


@pytest.mark.parametrize("leak", [0.03, 0.04, 0.11])
def test_a_net_that_leaks_parts_from_the_machine_at_the_n_where_half_a_symbol_is_lost(leak):
    parts = next(n for n in range(1, 99) if 2 * n * leak > 0.5)
    found = agreement(ANB2N, counting_lstm((1, 2), leak=leak), LANGUAGES["anb2n"], trained=2, longest=20)
    assert found.differ_at == parts


def test_what_a_net_carries_into_the_next_string_is_seen_in_streams():
    found = agreement(ANB2N, counting_lstm((1, 2), leak=0.03), LANGUAGES["anb2n"], trained=4, longest=4)
    assert (found.differ_at, found.in_streams) == (None, False)


def test_another_machine_parts_at_the_first_string():
    assert agreement(MACHINES["anbn"], counting_lstm((1, 2)), LANGUAGES["anb2n"], trained=2, longest=9).differ_at == 1


def test_the_size_of_the_parts_that_are_read_at_once_does_not_matter(monkeypatch):
    def all_at(symbols):
        monkeypatch.setattr("kuzushi.sequences.counting.counter_machine.AT_ONCE", symbols)
        return agreement(ANB2N, counting_lstm((1, 2), leak=0.02), LANGUAGES["anb2n"], trained=3, longest=15)

    assert all_at(1) == all_at(50) == all_at(10_000)
    assert all_at(50).differ_at == 13
