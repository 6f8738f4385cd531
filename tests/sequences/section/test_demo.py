"""Data of the sequence demo: every net once, with its weights, strings and machine."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from sklearn.decomposition import PCA

from by_hand import ANB2NC3N
from kuzushi.perceptrons import experiment as checkerboard
from kuzushi.perceptrons.configs import CheckerboardConfig
from kuzushi.sequences import experiment as sequences
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.counter_results import ExtractedCounter, ExtractedCounters, Snapped, Snapping
from kuzushi.sequences.languages import get_language
from kuzushi.sequences.results import Machine, Transition
from kuzushi.sequences.score_results import Failure, Scores
from kuzushi.sequences.section.demo import LONGEST, principal_directions, random_strings, ratios, sequence_demo


def run(lang, **changes):
    settings = {"model": "srn", "hid": 2, "nets": 2, "updates": 1, "length": 3, "test_length": 4}
    return sequences.run(SequencesConfig(lang=lang, **settings | changes))


def nets(*results):
    return sequence_demo(results).data["nets"]


def with_machine(result):
    """Return the result with a counter machine."""
    counters = tuple(
        ExtractedCounter(
            counter=name, weights=weights, single_unit=None, increments=(), largest_rounding=0.0, largest_error=0.0,
            error_next=0.0, retained=1.0,
        )
        for name, weights in (("B", (1.0, 0.5, 0.0)), ("C", (0.0, -2.0, 0.0)))
    )  # fmt: skip
    extracted = ExtractedCounters(
        read=3, tolerance=0.2, machine=ANB2NC3N, why_not=None, counters=counters, agreement=None, cut=None
    )
    return replace(result, counter_machine=extracted)


def snapped(result):
    """Return the result with a snapped best net, which has a tenth of its weights."""
    made = Snapped(net=result.shown.net, readings=(), changes=(), weights=70, removed=0, distance=1.0)
    snapping = Snapping(
        nets=(made,), tried=2, tested_length=4, first_failure=(None,), exact=1, exact_interval=result.solved_interval,
        exact_before=0, certification=None,
    )  # fmt: skip
    tenth = {f"snapped.{name}": array[[result.shown.net]] / 10 for name, array in result.weights.items()}
    return replace(result, snapping=snapping, weights=result.weights | tenth)


def test_without_recurrent_nets_there_is_no_demo():
    assert sequence_demo([]) is None
    assert sequence_demo([checkerboard.run(CheckerboardConfig(set_weights="report"))]) is None


def test_the_best_net_of_every_result_has_its_own_weights(lstm, reber):
    demo = sequence_demo([lstm, reber])
    assert demo.name == "sequence_demo"
    for net, result in zip(demo.data["nets"], (lstm, reber), strict=True):
        assert net["kind"] == result.model
        assert net["symbols"] == list(result.symbols)
        for name, weight in result.weights_of(result.shown.net).items():
            assert np.array_equal(np.array(net["weights"][name], dtype=np.float32), weight)


def test_an_exact_net_is_a_net_of_its_own_after_the_trained_one(lstm):
    trained, exact = nets(snapped(lstm))
    assert (trained["exact"], exact["exact"]) == (False, True)
    assert exact["name"] == trained["name"] + ", made exact"
    assert exact["key"] != trained["key"]
    assert np.allclose(exact["weights"]["bias"], np.array(trained["weights"]["bias"]) / 10)
    assert "no failure found up to 6" in exact["about"]


def test_the_same_run_twice_is_one_net(lstm):
    assert len(nets(lstm, lstm)) == 1


def test_names_have_the_net_the_language_and_the_trained_lengths(lstm, reber):
    names = [net["name"] for net in nets(lstm, reber, run("dyck1", hid=1))]
    assert names == [
        "LSTM with 3 units on aⁿb²ⁿc³ⁿ, trained on n ≤ 3",
        "SRN with 5 units on Reber's grammar, trained on all lengths",
        "SRN with 1 unit on Dyck-1, balanced brackets, trained on nesting ≤ 3",
    ]


@pytest.mark.parametrize("lang", ["anbn", "anb2n", "anb2nc3n", "a2b3", "a3b1c2d4"])
def test_ratios_are_those_of_the_language(lang):
    assert ratios(run(lang, nets=1)) == get_language(lang).ratios


def test_strings_to_choose_are_of_the_language_and_not_too_long(lstm, reber):
    (counting, grammar) = nets(lstm, reber)
    texts = {string["name"]: string["text"] for string in counting["strings"] if not string.get("fails")}
    assert texts["n = 2"] == "aabbbbcccccc"
    assert texts["n = 3, 1, 2 in a stream"] == "aaabbbbbbcccccccccabbcccaabbbbcccccc"
    assert "n = 4 (longer than trained)" in texts
    assert max(map(len, texts.values())) == 360 <= LONGEST
    *texts, several = [string["text"] for string in grammar["strings"] if not string.get("fails")]
    assert set(texts) == set(reber.walk)
    assert several.count("E") == 2, "a reset is seen between two strings"
    for net in (counting, grammar):
        assert all(set(string["text"]) <= set(net["symbols"]) for string in net["strings"])
        assert net["beginning"] in {string["text"] for string in net["strings"]}


def failing(result, *failures):
    """Return the result with these first failures of its best net, alone and in a stream."""
    none = (None,) * result.nets
    alone, stream = ([failure] * result.nets if failure else none for failure in failures)
    return replace(result, scores=(Scores(arithmetic="float32", alone=tuple(alone), in_stream=tuple(stream)),))


def test_failing_inputs_come_first_and_the_exact_net_has_none(lstm):
    alone = Failure(n=5, numbers=(5,), text="aaaaabb")
    stream = Failure(n=2, numbers=(1, 2), text="abbcccaa")
    trained, exact = nets(snapped(failing(lstm, alone, stream)))
    assert trained["strings"][:2] == [
        {"name": "fails alone: n = 5", "text": "aaaaabb", "fails": True},
        {"name": "fails in a stream: n = 1, 2", "text": "abbcccaa", "fails": True},
    ]
    assert trained["strings"][2:] == exact["strings"]
    assert (
        "It fails first alone at n = 5 (aaaaabb) and in a stream at n = 1, 2 (abbcccaa), in float32."
        in trained["about"]
    )


def test_of_a_long_failing_stream_the_last_lengths_are_named(lstm):
    numbers = (3, 1, 3, 2, 2, 1, 1, 2)
    (net,) = nets(failing(lstm, None, Failure(n=3, numbers=numbers, text="a" * LONGEST)))
    assert net["strings"][0]["name"] == "fails in a stream: n = …, 3, 2, 2, 1, 1, 2"


def test_a_failing_input_that_is_too_long_to_read_is_only_named(lstm):
    (net,) = nets(failing(lstm, Failure(n=80, numbers=(80,), text="a" * (LONGEST + 1)), None))
    assert not any(string.get("fails") for string in net["strings"])
    assert "It fails first alone at n = 80; no failure was found in a stream, in float32." in net["about"]


def test_a_net_without_a_failure_is_said_to_have_none_on_what_was_tested(lstm, reber):
    counting, grammar = nets(failing(lstm, None, None), failing(reber, None, None))
    assert "No failure was found on strings up to n = 6, alone or in a stream, in float32." in counting["about"]
    assert "No failure was found on the test strings, each alone, in float32." in grammar["about"]


def test_the_language_says_whether_the_net_is_reset(lstm, reber):
    results = (lstm, reber, run("reber", reset="no"), run("dyck1"), run("dyck1", reset="yes"))
    assert [nets(result)[0]["language"]["reset"] for result in results] == [False, True, False, False, True]


def test_a_state_after_a_reset_is_projected_as_the_initial_one(reber):
    initial = {"h_0": np.full_like(reber.weights["h_0"], 0.5)}
    (net,) = nets(replace(reber, weights=reber.weights | initial))
    names = np.array(reber.states)[reber.arrays["state"]]
    points = np.where((names == "end")[:, None], 0.5, reber.arrays["hidden"])
    assert np.allclose(net["projections"]["hidden"]["mean"], points.mean(0))
    assert net["weights"]["h_0"] == [0.5] * reber.hid


def test_random_strings_take_every_arrow_of_a_node():
    arrows = [("end", "B", "1"), ("1", "S", "1"), ("1", "T", "1"), ("1", "E", "end")]
    transitions = tuple(Transition(source=source, symbol=symbol, target=target) for source, symbol, target in arrows)
    strings = random_strings(Machine(longest=None, states=("end", "1"), start="end", transitions=transitions))
    assert all(text[0] == "B" and text[-1] == "E" and set(text[1:-1]) <= set("ST") for text in strings)
    counts = ["".join(strings).count(symbol) for symbol in "STE"]
    assert counts[2] == 100
    assert min(counts) > 60


def test_random_strings_are_accepted_by_the_grammar(reber):
    strings = random_strings(reber.machine)
    follows = {(arrow.source, arrow.symbol): arrow.target for arrow in reber.machine.transitions}
    assert len(strings) == 100
    assert len(set(strings)) > 20
    assert strings == random_strings(reber.machine)
    for text in strings:
        node = reber.machine.start
        for i, symbol in enumerate(text):
            node = follows[node, symbol]
            assert (node == reber.machine.start) == (i + 1 == len(text))


def test_the_plane_of_many_units_is_that_of_their_principal_components(reber):
    points = reber.arrays["hidden"].astype(float)
    mean, directions = principal_directions(points)
    expected = PCA(2).fit(points)
    assert np.allclose(mean, expected.mean_)
    assert np.allclose(np.abs(directions @ expected.components_.T), np.eye(2), atol=1e-6)


def test_only_many_units_are_projected(lstm, reber):
    few, many = nets(lstm, reber)
    assert few["projections"] is None
    assert list(many["projections"]) == ["hidden"]
    assert list(nets(run("anbn", model="lstm", hid=4))[0]["projections"]) == ["hidden", "cell"]


def test_the_machine_is_the_one_extracted_from_the_net_if_there_is_one(lstm, reber):
    (machine,) = (net["machine"] for net in nets(with_machine(lstm)))
    assert machine["title"] == "The counter machine extracted from this net"
    assert list(machine["counters"]) == ["B", "C"]
    assert machine["in_cell"] == [[1.0, 0.5, 0.0], [0.0, -2.0, 0.0]]
    _, exact = nets(snapped(with_machine(lstm)))
    assert exact["machine"]["title"] == "The counter machine extracted from the net before it was made exact"
    (automaton,) = (net["machine"] for net in nets(reber))
    assert automaton["title"] == "The automaton extracted from this net"
    assert automaton["longest"] is None
    assert automaton["states"] == list(reber.automata.machine.states)


def test_otherwise_the_machine_is_the_smallest_of_the_language_with_the_reason(lstm, reber):
    (machine,) = (net["machine"] for net in nets(lstm))
    assert machine["title"] == "The smallest machine of aⁿb²ⁿc³ⁿ, up to n = 3"
    assert lstm.counter_machine.why_not in machine["note"]
    assert len(machine["transitions"]) == len(lstm.machine.transitions)
    (other,) = (net["machine"] for net in nets(replace(reber, automata=None)))
    assert other["title"] == "The machine of the grammar"


def test_small_machines_have_a_layout_and_large_ones_none(lstm):
    small, large = run("anb2n"), run("anb2nc3n", length=4)
    assert set(nets(small)[0]["machine"]["places"]) == set(small.machine.states)
    assert nets(large)[0]["machine"]["places"] == {}
    assert len(large.machine.states) > 15


def test_all_of_it_goes_into_a_page(lstm, reber):
    data = sequence_demo([snapped(lstm), reber]).data
    assert msgspec.json.decode(msgspec.json.encode(data)) == data
