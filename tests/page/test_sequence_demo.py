"""The sequence demo in a browser: it steps through strings, and says what Python says."""

import json
import re
from dataclasses import asdict, replace
from urllib.parse import quote

import numpy as np
import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browsers import settled
from by_hand import ANB2NC3N, MACHINES
from counting_lstm import counting_lstm
from kuzushi.sequences import experiment as sequences
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.counting.counter_machine import Run
from kuzushi.sequences.counting.extract_machine import extract
from kuzushi.sequences.languages import get_language
from kuzushi.sequences.languages.language import as_text
from kuzushi.sequences.score import right
from kuzushi.sequences.score_results import Scores
from kuzushi.sequences.section.demo import random_strings, sequence_demo
from sequence_pages import (
    DEMO,
    EXACT,
    address_of,
    choose,
    drawn,
    language_of,
    model_of,
    number,
    percent,
    press,
    probabilities,
    put,
    readings,
    says,
    script,
    shown_point,
    shown_units,
    take,
    traced,
    type_in,
)  # fmt: skip

SRN, LSTM, SNAPPED, REBER, COUNTER, DYCK = range(6)
LANGUAGES = (
    *((lang, False) for lang in ("anbn", "a2b3", "anbncn", "a2b1c2", "anb2nc3n")),
    *((lang, reset) for lang in ("dyck1", "reber", "reber-embedded") for reset in (False, True)),
)
"""With and without a reset after each string."""


# --- what is tried --------------------------------------------------------------------------------------------


def tiny(lang, **changes):
    given = {"model": "srn", "nets": 1, "updates": 1, "length": 3, "test_length": 4}
    return sequences.run(SequencesConfig(lang=lang, **given | changes))


@pytest.fixture(scope="session")
def counting(recurrent):
    """The result of an LSTM by hand that counts, with the machine that was taken from it."""
    result, model = recurrent[1], counting_lstm((1, 2, 3))
    extracted = extract(model, get_language("anb2nc3n"), net=0, trained=4, tested=20, cut=3)
    assert extracted.machine == ANB2NC3N
    weights = {name: weight.float().numpy() for name, weight in model.weights().items()}
    return replace(
        result, hid=2, shown=replace(result.shown, net=0), counter_machine=extracted, snapping=None, weights=weights,
        scores=(Scores(arithmetic="float32", alone=(None,), in_stream=(None,)),), nets=1,
    )  # fmt: skip


@pytest.fixture(scope="session")
def results(recurrent, counting):
    dyck = tiny("dyck1", model="lstm", nets=2, updates=300, test_length=6)
    return [*recurrent, counting, dyck]


@pytest.fixture(scope="session")
def offered(results):
    """What the page is given of each net."""
    nets = sequence_demo(results).data["nets"]
    assert [net["exact"] for net in nets] == [False, False, True, False, False, False]
    return nets


# --- the engine against Python --------------------------------------------------------------------------------


@pytest.mark.parametrize("net", range(6))
def test_every_net_reads_as_python_reads(tab, offered, net):
    text = offered[net]["strings"][-1]["text"].partition("E")[0]  # of the grammar as far as the reset
    places = readings(tab, net, text)[1:]
    trace = traced(offered[net], text)
    assert np.allclose([place["hidden"] for place in places], trace.hidden[0, 0], atol=EXACT)
    assert np.allclose([place["probabilities"] for place in places], trace.logits[0, 0].softmax(-1), atol=EXACT)
    if trace.cell is not None:
        gates = [[place[gate] for gate in ("input", "forget", "output")] for place in places]
        assert np.allclose([place["cell"] for place in places], trace.cell[0, 0], atol=EXACT)
        assert np.allclose(gates, trace.gates[0, 0], atol=EXACT)


def stored(result):
    """The stored states, in which a reset puts the initial one after each string."""
    reset = result.reset & (np.array(result.states)[result.arrays["state"]] == "end")
    return np.where(reset[:, None], result.weights_of(result.shown.net)["h_0"], result.arrays["hidden"])


def test_the_points_are_the_states_that_were_stored(tab, results, offered):
    found = script(
        tab, 'const { backdrop } = await import("sequences/reading"); return nets.map((net) => backdrop(net));'
    )
    for net, result in ((SRN, results[0]), (LSTM, results[1]), (REBER, results[2])):
        names = [result.states[state] for state in result.arrays["state"]]
        assert np.allclose([place["hidden"] for place in found[net]], stored(result), atol=1e-4)
        assert [place["position"]["state"] for place in found[net]] == names


@pytest.mark.parametrize(("lang", "reset"), LANGUAGES)
def test_what_may_follow_is_what_the_language_says_after_every_prefix(tab, lang, reset):
    language = get_language(lang, reset=reset)
    (net,) = sequence_demo([tiny(lang, reset="yes" if reset else "no")]).data["nets"]
    longest = 9
    states = language.states(longest)
    streams = [*language.in_streams(4), language.alone(longest), language.example(longest)]
    texts = [text for stream in streams for text in as_text(language, stream)]
    found = script(
        tab,
        """const { positionsAlong } = await import("sequences/reading");
        const [net, texts] = given;
        return texts.map((text) => positionsAlong(net, [...text]).slice(1));""",
        net, texts,
    )  # fmt: skip
    rows = [(stream, row) for stream in streams for row in range(len(stream.symbols))]
    for positions, (stream, row) in zip(found, rows, strict=True):
        present = stream.present[row]
        asked = stream.legal[row][present].any(1).tolist()
        assert [not place.get("reset", False) for place in positions] == asked
        legal = [
            place["legal"] if may_be_asked else [False] * len(net["symbols"])
            for place, may_be_asked in zip(positions, asked, strict=True)
        ]
        assert legal == stream.legal[row][present].tolist()
        assert [place["scored"] for place in positions] == stream.scored[row][present].tolist()
        if any(stream is other for other in streams[-2:]):  # the others have the states of shorter strings
            assert [place["state"] for place in positions] == [states[i] for i in stream.state[row][present]]


def test_a_string_leaves_the_language_at_its_first_illegal_symbol(tab):
    for net, text, at in (
        (SRN, "aabbba", 6),
        (SRN, "ba", 1),
        (LSTM, "abbccabb", 6),
        (REBER, "BTP", 3),
        (DYCK, "())", 3),
    ):
        legal = [place["position"]["legal"] is not None for place in readings(tab, net, text)]
        assert legal.index(False) == at
        assert not any(legal[at:])


@pytest.mark.parametrize("net", range(6))
def test_a_verdict_is_that_of_the_score_by_whole_strings(tab, offered, net):
    language = language_of(offered[net])
    streams = language.draw(12, strings=3, longest=6, generator=torch.Generator().manual_seed(3))
    first, second = offered[net]["weights"]["bias_out"][:2]
    for changes in ([], [("bias_out.0", first - 6)], [("bias_out.1", second - 6)]):
        logits = model_of(offered[net], changes)(streams.symbols).logits
        expected = right(logits, legal=streams.legal, scored=streams.scored)[0]
        for row, text in enumerate(as_text(language, streams)):
            found = [place["right"] for place in readings(tab, net, text, changes)[1:]]
            known = zip(expected[row].tolist(), streams.scored[row].tolist(), found, strict=False)
            assert found == [is_right if scored else None for is_right, scored, _ in known]


# --- stepping -------------------------------------------------------------------------------------------------


def compare_place(tab, net, text, place):
    """Everything that is shown at one place against Python."""
    symbol = tab.locator(f"{DEMO} .strip .current")
    expect(symbol).to_have_attribute("data-place", str(place))
    trace, language = traced(net, text), language_of(net)
    said = trace.logits[0, 0].softmax(-1)[place - 1]
    says(tab, "table.next tbody tr").to_have_count(len(net["symbols"]))
    shown = tab.locator(f"{DEMO} table.next td:last-child").all_text_contents()
    assert shown == [percent(p) for p in said.tolist()]
    assert np.abs(shown_units(tab)[:, -1] - trace.hidden[0, 0, place - 1].numpy()).max() <= 0.00501
    streams = language.alone(len(text))
    row = as_text(language, streams).index(text)
    legal, scored = streams.legal[row, place - 1], bool(streams.scored[row, place - 1])
    marked = tab.locator(f"{DEMO} table.next tr.legal th").all_text_contents()
    assert marked == [s for s, may in zip(net["symbols"], legal, strict=True) if may]
    correct = bool(
        right(trace.logits[:, :, [place - 1]], legal=legal[None, None], scored=torch.tensor([[True]])).item()
    )
    verdict = ("Right: " if correct else "Wrong: ") if scored else "Not scored: "
    says(tab, ".verdict").to_contain_text(re.compile(f"^{verdict}"))
    assert (tab.locator(f"{DEMO} .symbol.current small").text_content().startswith("✗")) == (scored and not correct)
    return trace


def test_stepping_through_aabbbb_by_buttons_shows_what_the_net_does(tab, offered):
    type_in(tab, "aabbbb")
    press(tab, "first")
    says(tab, ".verdict").to_contain_text("Nothing has been read")
    says(tab, "table.next td:last-child >> nth=0").to_have_text("–")
    assert np.abs(shown_point(tab)).max() < 0.01
    for place in range(1, 7):
        press(tab, "next")
        trace = compare_place(tab, offered[SRN], "aabbbb", place)
        assert np.allclose(shown_point(tab), trace.hidden[0, 0, place - 1], atol=0.01)
    press(tab, "back", 2)
    compare_place(tab, offered[SRN], "aabbbb", 4)
    path = tab.locator(f"{DEMO} .path .late").get_attribute("d")
    assert path.count("L") == 4


def test_stepping_by_keys_needs_no_mouse(tab, offered):
    choose(tab, LSTM)
    tab.locator(f"{DEMO} input[name=text]").focus()
    tab.keyboard.press("ControlOrMeta+a")
    tab.keyboard.type("aabbbbcccccc")
    tab.keyboard.press("Tab")
    says(tab, ".strip").to_be_focused()
    tab.keyboard.press("Home")
    for place in range(1, 13):
        tab.keyboard.press("ArrowRight")
        trace = compare_place(tab, offered[LSTM], "aabbbbcccccc", place)
        cell, gates = trace.cell[0, 0, place - 1].numpy(), trace.gates[0, 0, place - 1].numpy()
        units = shown_units(tab)
        assert np.abs(units[:, 4] - cell).max() <= 0.00501
        assert np.abs(units[:, [0, 1, 3]] - gates.T).max() <= 0.00501
    tab.keyboard.press("ArrowLeft")
    compare_place(tab, offered[LSTM], "aabbbbcccccc", 11)
    tab.keyboard.press("End")
    says(tab, ".read").to_have_text("12 of 12")


def test_a_symbol_that_is_clicked_and_the_slider_go_there(tab):
    type_in(tab, "aabbbb")
    tab.locator(f"{DEMO} .strip [data-place='2']").click()
    says(tab, ".position").to_contain_text("After symbol 2, a, the string is at a2.")
    slider = tab.locator(f"{DEMO} input[name=place]")
    slider.focus()
    tab.keyboard.press("ArrowRight")
    says(tab, ".position").to_contain_text("After symbol 3, b, the string is at 3b.")
    expect(slider).to_have_attribute("aria-valuetext", "3: b")


def test_playing_goes_to_the_end_and_stops(opened, address):
    tab = opened(address, reduced_motion="reduce")
    tab.evaluate("window.setInterval = (act) => { window.tick = act; return 1; }")  # time goes on when the test says so
    type_in(tab, "ab")
    says(tab, ".read").to_have_text("2 of 2")
    press(tab, "play")
    says(tab, "button[name=play]").to_have_text("pause")
    says(tab, ".verdict output").to_have_attribute("aria-live", "off")
    for read in (0, 1, 2):
        says(tab, ".read").to_have_text(f"{read} of 2")
        if read < 2:
            tab.evaluate("tick()")
    says(tab, "button[name=play]").to_have_text("play")
    says(tab, ".verdict output").to_have_attribute("aria-live", "polite")
    assert tab.evaluate("document.getAnimations().length") == 0


def test_only_symbols_of_the_alphabet_are_taken_and_no_more_than_the_bound(tab):
    type_in(tab, "aXa1bB<b>")
    says(tab, "input[name=text]").to_have_value("aabbb")
    choose(tab, REBER)
    type_in(tab, "bpvve")
    says(tab, "input[name=text]").to_have_value("BPVVE")
    type_in(tab, "B" * 1000)
    says(tab, "input[name=text]").to_have_value("B" * 400)
    type_in(tab, "")
    says(tab, ".read").to_have_text("0 of 0")


def test_every_string_to_pick_is_read(tab, offered):
    for net in (SRN, REBER):
        choose(tab, net)
        for place, string in enumerate(offered[net]["strings"]):
            tab.locator(f"{DEMO} select[name=preset]").select_option(index=place)
            says(tab, "input[name=text]").to_have_value(string["text"])
            begins = len(string["text"]) if string.get("fails") else 1
            says(tab, ".read").to_have_text(f"{begins} of {len(string['text'])}")


def test_wrong_places_are_marked_and_counted(tab, offered):
    text = "a" * 12 + "b" * 24
    type_in(tab, text)
    language = get_language("anb2n")
    streams = language.of(torch.tensor([[12]]), longest=12)
    wrong = ~right(model_of(offered[SRN])(streams.symbols).logits, legal=streams.legal, scored=streams.scored)[0, 0]
    places = [place + 1 for place in wrong.nonzero()[:, 0].tolist()]
    assert places
    says(tab, ".strip small:text-is('✗')").to_have_count(len(places))
    says(tab, ".summary").to_contain_text(f"Right after {24 - len(places)} of the 24 symbols")


# --- machines -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "texts"), [
    ("anb2nc3n", ["aabbbbccccccabbcccaaabbbbbb", "abbc", "abbccca", "aabbbc", "b", "aabbbbcccccccc"]),
    ("anbn", ["aabbab", "abb", "aab", "aabba"]),
])  # fmt: skip
def test_a_counter_machine_runs_as_in_python(tab, name, texts):
    machine = MACHINES[name]
    plain = json.loads(json.dumps(asdict(machine)))
    found = script(
        tab,
        """const { allowed, run } = await import("sequences/reading");
        const [machine, texts] = given;
        return texts.map((text) => run(machine, [...text], []).slice(1).map((each) => {
            return each && { ...each, allowed: allowed(machine, each) };
        }));""",
        plain, texts,
    )  # fmt: skip
    for configurations, text in zip(found, texts, strict=True):
        reader = Run(machine, 1)
        for configuration, symbol in zip(configurations, text, strict=True):
            (may,) = reader.read(np.array([[machine.symbols.index(symbol)]]))[0]
            if reader.state[0] == len(machine.states):
                assert configuration is None
                continue
            assert configuration["state"] == machine.states[reader.state[0]]
            assert configuration["counts"] == reader.counters[0].tolist()
            assert set(configuration["allowed"]) == {s for s, m in zip(machine.symbols, may, strict=True) if m}


def test_the_counter_machine_is_stepped_beside_the_net(tab, counting):
    choose(tab, COUNTER)
    text = "aabbbbcccccc"
    type_in(tab, text)
    reader = Run(counting.counter_machine.machine, 1)
    says(tab, "#sequence_demo-machine").to_have_text("The counter machine extracted from this net")
    press(tab, "first")
    for place, symbol in enumerate(text, start=1):
        press(tab, "next")
        reader.read(np.array([["abc".index(symbol)]]))
        says(tab, ".read").to_have_text(f"{place} of {len(text)}")
        says(tab, ".machine .pill.current").to_have_text(symbol)
        counts = [int(count) for count in tab.locator(f"{DEMO} .counter b").all_text_contents()]
        assert counts == reader.counters[0].tolist()
        assert [len(beads) for beads in tab.locator(f"{DEMO} .beads").all_text_contents()] == counts
        held = [number(each.split(": ")[1]) for each in tab.locator(f"{DEMO} .counter small").all_text_contents()]
        assert np.allclose(held, counts, atol=0.05)
        says(tab, ".agreement").to_contain_text("Agreed.")
        says(tab, ".arrows .taken").to_have_count(1)


def test_where_a_broken_net_leaves_the_machine_it_is_marked(tab, offered, counting):
    choose(tab, COUNTER)
    net, text = offered[COUNTER], "aaabbbbbbccccccccc"
    weight = "weight_ih.4.1"  # what a b does to the cell of unit 1
    original = net["weights"]["weight_ih"][4][1]
    changes = [(weight, original / 2)]
    type_in(tab, text)
    says(tab, ".summary").to_contain_text("disagree nowhere")
    take(tab, weight)
    put(tab, original / 2)
    said = probabilities(net, text, changes).argmax(1)
    reader = Run(counting.counter_machine.machine, 1)
    may = reader.read(np.array([["abc".index(symbol) for symbol in text]]))[0]
    apart = [place for place, symbol in enumerate(said, start=1) if not may[place - 1, symbol]]
    assert apart
    marked = tab.locator(f"{DEMO} .strip [data-place]", has_text="≠")
    expect(marked).to_have_count(len(apart))
    assert [int(each.get_attribute("data-place")) for each in marked.all()] == apart
    marked.first.click()
    says(tab, ".agreement").to_contain_text("≠ Net and machine disagree.")
    says(tab, ".summary").to_contain_text("Net and machine disagree (≠) after symbol")


def test_a_finite_machine_says_where_it_ends_and_goes_on_with_the_next_string(tab, results):
    graph = f"{DEMO} svg.graph .node.current text"
    type_in(tab, "aabbbb")
    for place, state in enumerate(["end", "a1", "a2", "3b", "2b", "1b", "end"]):
        tab.locator(f"{DEMO} .strip [data-place='{place}']").click()
        expect(tab.locator(graph)).to_have_text(state)
    type_in(tab, "a" * 5 + "b" * 10 + "abb")
    tab.locator(f"{DEMO} .strip [data-place='4']").click()
    says(tab, ".agreement").to_contain_text("It is cut there; the language goes on.")
    tab.locator(f"{DEMO} .strip [data-place='5']").click()
    says(tab, ".agreement").to_contain_text("Beyond the machine: it follows no string with n above 4.")
    expect(tab.locator(graph)).to_have_count(0)
    tab.locator(f"{DEMO} .strip [data-place='16']").click()
    expect(tab.locator(graph)).to_have_text("a1")


def test_a_large_finite_machine_shows_what_lies_around_its_state(tab):
    choose(tab, LSTM)
    type_in(tab, "abbccc")
    tab.locator(f"{DEMO} .strip [data-place='2']").click()
    says(tab, ".machine .pill.current").to_have_text("1b 3c")
    assert tab.locator(f"{DEMO} .machine .pill").all_text_contents() == ["a1", "1b 3c", "3c"]


# --- weights --------------------------------------------------------------------------------------------------


def test_a_weight_that_is_moved_changes_what_the_net_says_as_in_python(tab, offered):
    type_in(tab, "aabbbb")
    for weight, group, name in (
        ("weight_hh.1.0", "Hidden units, recurrent", "unit 2, from unit 1"),
        ("bias_out.0", "Output", "output of a, bias"),
    ):
        option = tab.locator(f"{DEMO} select[name=weight] option[value='{weight}']")
        expect(option).to_have_text(name)
        assert option.evaluate("option => option.parentElement.label") == group
        take(tab, weight)
        tab.locator(f"{DEMO} input[name=slide]").evaluate(
            "slide => { slide.value = Number(slide.value) + 1.5; slide.dispatchEvent(new Event('input')); }"
        )
    original = [offered[SRN]["weights"]["weight_hh"][1][0], offered[SRN]["weights"]["bias_out"][0]]
    changes = [("weight_hh.1.0", original[0] + 1.5), ("bias_out.0", original[1] + 1.5)]
    expected = [percent(p) for p in probabilities(offered[SRN], "aabbbb", changes)[5].tolist()]
    says(tab, "table.next td:last-child >> nth=0").to_have_text(expected[0])
    assert tab.locator(f"{DEMO} table.next td:last-child").all_text_contents() == expected
    says(tab, ".changed").to_contain_text("unit 2, from unit 1: ")
    press(tab, "reset-all")
    says(tab, ".changed").to_have_text("No weight is changed.")
    untouched = [percent(p) for p in probabilities(offered[SRN], "aabbbb")[5].tolist()]
    says(tab, "table.next td:last-child >> nth=0").to_have_text(untouched[0])


def test_one_weight_goes_back_alone_and_none_leaves_its_range(tab, offered):
    value = tab.locator(f"{DEMO} input[name=value]")
    take(tab, "bias.0")
    original = offered[SRN]["weights"]["bias"][0]
    reach = max(3, 2 * abs(original))
    put(tab, "1e9")
    expect(value).to_have_value(f"{original + reach:.4f}".rstrip("0"))
    take(tab, "bias.1")
    put(tab, 0.25)
    says(tab, ".changed").to_contain_text("unit 1, bias: ")
    press(tab, "reset")
    says(tab, ".changed").not_to_contain_text("unit 2, bias")
    says(tab, ".changed").to_contain_text("unit 1, bias: ")


def test_every_weight_of_a_net_can_be_chosen_by_a_name_of_its_own(tab, offered):
    for net, given in enumerate(offered):
        choose(tab, net)
        says(tab, ".about").to_have_text(given["about"])
        options = tab.locator(f"{DEMO} select[name=weight] option")
        names = options.all_text_contents()
        assert len(names) == len(set(names)) == sum(np.size(weight) for weight in given["weights"].values())
        if given["kind"] == "lstm":
            hid = len(given["weights"]["weight_hh"][0])
            row = tab.locator(f"{DEMO} select[name=weight] option[value='weight_hh.{hid + 1}.0']")
            expect(row).to_have_text("forget gate of unit 2, from unit 1")


def first_that_fails(net, changes=()):
    """By the verdicts on whole strings, each alone, in double precision."""
    alone = language_of(net).alone(60)
    if net["language"]["kind"] == "brackets":
        alone = alone.at(slice(120))  # the narrow and the wide ones
    logits = model_of(net, changes)(alone.symbols).logits
    failing = alone.n[~right(logits, legal=alone.legal, scored=alone.scored)[0]]
    return int(failing.min()) if len(failing) else None


@pytest.mark.parametrize("net", [SRN, LSTM, SNAPPED, COUNTER, DYCK])
def test_the_first_length_that_fails_is_that_of_the_score_also_once_a_weight_is_moved(tab, offered, net):
    choose(tab, net)
    told = tab.locator(f"{DEMO} .lengths-text")
    what = "First nesting that fails" if net == DYCK else "First n that fails"
    failure = first_that_fails(offered[net])
    expect(told).to_have_text(f"{what}: as it was, {failure or 'none up to 60'}.")
    take(tab, "bias.0")
    value = offered[net]["weights"]["bias"][0] - 2.5
    put(tab, value)
    moved = first_that_fails(offered[net], [("bias.0", value)])
    expect(told).to_have_text(f"{what}: as it was, {failure or 'none up to 60'}; changed, {moved or 'none up to 60'}.")


def right_strings(net, grammar, changes=()):
    """How many of the test strings a net gets right, each alone."""
    follows = {(arrow.source, arrow.symbol): arrow.target for arrow in grammar.transitions}
    model, good = model_of(net, changes), 0
    for text in random_strings(grammar):
        node, legal = grammar.start, []
        for symbol in text:
            node = follows[node, symbol]
            legal.append([(node, other) in follows for other in net["symbols"]])
        logits = model(torch.tensor([[net["symbols"].index(symbol) for symbol in text]])).logits
        scored = torch.ones(1, len(text), dtype=torch.bool)
        scored[0, -1] = not net["language"]["reset"]
        good += bool(right(logits, legal=torch.tensor([legal]), scored=scored).all())
    return good


def test_of_a_grammar_the_strings_that_are_right_are_counted(tab, offered, results):
    choose(tab, REBER)
    net, grammar = offered[REBER], results[2].machine
    value = net["weights"]["bias_out"][2] - 3
    changed = right_strings(net, grammar, [("bias_out.2", value)])
    assert 0 < changed < 100
    take(tab, "bias_out.2")
    put(tab, value)
    says(tab, ".lengths-text").to_have_text(
        f"Strings right: as it was, {right_strings(net, grammar)} of 100; changed, {changed} of 100."
    )


def test_the_strip_has_a_bar_for_each_length(tab, offered):
    failure = first_that_fails(offered[SRN])
    says(tab, ".lengths-text").to_have_text(f"First n that fails: as it was, {failure}.")
    bars = {kind: tab.locator(f"{DEMO} .lengths .{kind}").get_attribute("d").count("M") for kind in ("right", "wrong")}
    assert sum(bars.values()) == 60
    assert bars["right"] >= failure - 1


# --- the picture of the states --------------------------------------------------------------------------------


def test_three_units_turn_by_pointer_by_keys_and_by_sliders(tab):
    choose(tab, LSTM)
    turn, tilt = (tab.locator(f"{DEMO} input[name={name}]") for name in ("turn", "tilt"))
    drawing = tab.locator(f"{DEMO} svg.states")
    expect(turn).to_have_value("-35")
    before = tab.locator(f"{DEMO} .backdrop").inner_html()
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    tab.mouse.move(box["x"] + 200, box["y"] + 200)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 260, box["y"] + 220)
    tab.mouse.up()
    expect(turn).to_have_value("-5")
    expect(tilt).to_have_value("30")
    assert tab.locator(f"{DEMO} .backdrop").inner_html() != before
    drawing.focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowUp")
    expect(turn).to_have_value("0")
    expect(tilt).to_have_value("35")
    turn.fill("180")
    tilt.fill("0")
    drawing.focus()
    tab.keyboard.press("ArrowRight")
    expect(turn).to_have_value("-175")


@pytest.mark.parametrize(
    ("turn", "tilt", "units"), [(0, 0, (0, 2)), (90, 0, (1, 2)), (0, 90, (0, 1))], ids=["front", "side", "above"]
)
def test_from_each_side_of_the_cube_two_units_are_seen(tab, offered, turn, tilt, units):
    choose(tab, LSTM)
    type_in(tab, "aabb")
    tab.locator(f"{DEMO} input[name=turn]").fill(str(turn))
    tab.locator(f"{DEMO} input[name=tilt]").fill(str(tilt))
    drawn(tab)
    hidden = traced(offered[LSTM], "aabb").hidden[0, 0, -1].numpy()
    circle = tab.locator(f"{DEMO} .now circle").first
    side = float(tab.locator(f"{DEMO} svg.states").get_attribute("viewBox").split()[2])
    assert tab.locator(f"{DEMO} .path .late").get_attribute("d").count("L") == 4
    x, y = (float(circle.get_attribute(name)) - side / 2 for name in ("cx", "cy"))
    assert np.allclose([x, -y], 0.285 * side * hidden[list(units)], atol=0.01)


def test_cells_are_drawn_where_there_are_cells_with_axes_that_hold_them(tab, offered):
    expect(tab.locator(f"{DEMO} .views")).to_be_hidden()
    choose(tab, COUNTER)
    tab.locator(f"{DEMO} select[name=preset]").select_option(label="n = 60 (longer than trained)")
    tab.locator(f"{DEMO} input[name=view][value=cell]").check()
    axes = tab.locator(f"{DEMO} svg.states .axis")
    expect(axes.first).to_have_text("cell 1")
    tab.locator(f"{DEMO} .strip [data-place='60']").click()
    cell = traced(offered[COUNTER], "a" * 60).cell[0, 0, -1]
    assert cell[0] == pytest.approx(60 * 2 / 16, rel=1e-3)
    label = re.compile(rf"Now cell 1 {cell[0]:.2f}, cell 2 {cell[1]:.2f}")
    says(tab, "svg.states").to_have_attribute("aria-label", label)
    says(tab, ".now .name").to_have_text("a60")


def test_of_many_units_two_components_are_drawn_and_their_share_is_said(tab, results):
    choose(tab, REBER)
    points = stored(results[2]).astype(float)
    spread = np.linalg.svd(points - points.mean(0), compute_uv=False) ** 2
    share = spread[:2].sum() / spread.sum()
    says(tab, ".position").to_contain_text(f"two principal components, with {100 * share:.1f} % of the variance")


def test_a_component_of_a_state_is_measured_from_the_mean_of_all(tab, offered):
    choose(tab, REBER)
    type_in(tab, "BTXS")
    plane = offered[REBER]["projections"]["hidden"]
    hidden = traced(offered[REBER], "BTXS").hidden[0, 0, -1].numpy()
    first, second = (f"{c:.2f}".replace("-", "−") for c in (hidden - plane["mean"]) @ np.transpose(plane["directions"]))
    label = re.compile(f"Now first principal component {first}, second principal component {second}")
    says(tab, "svg.states").to_have_attribute("aria-label", label)


def test_names_stand_beside_points_and_never_over_each_other(tab):
    for net in (SRN, LSTM, REBER):
        choose(tab, net)
        says(tab, "svg.states .name >> nth=4").to_be_attached()
        boxes = [name.bounding_box() for name in tab.locator(f"{DEMO} svg.states .name").all()]
        for i, a in enumerate(boxes):
            for b in boxes[:i]:
                across = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
                down = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
                assert across < 5 or down < 9, "a halo is 2 pixels wide; a line is 22 high, and its letters are 12"


def test_the_whole_string_stands_in_numbers_for_who_cannot_see_the_picture(tab, offered):
    type_in(tab, "aabbbb")
    tab.locator(f"{DEMO} details.numbers summary").click()
    rows = tab.locator(f"{DEMO} details.numbers tbody tr")
    expect(rows).to_have_count(6)
    trace, said = traced(offered[SRN], "aabbbb"), probabilities(offered[SRN], "aabbbb")
    for place, row in enumerate(rows.all()):
        cells = row.locator("td").all_text_contents()
        assert cells[0] == ["a1", "a2", "3b", "2b", "1b", "end"][place]
        assert (
            np.abs(np.array([number(cell) for cell in cells[1:3]]) - trace.hidden[0, 0, place].numpy()).max() <= 0.00501
        )
        assert cells[3:5] == [percent(p) for p in said[place].tolist()]


# --- what to try ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("net", range(6))
def test_what_is_suggested_does_what_it_says(tab, offered, net):
    choose(tab, net)
    items = tab.locator(f"{DEMO} .tries li")
    expect(items.first).to_be_visible()
    for place in range(items.count()):
        words = items.nth(place).locator("span").text_content()
        items.nth(place).locator("button").click()
        if found := re.match(r"Read n = (\d+), the first that fails alone", words):
            says(tab, ".strip small:has-text('✗') >> nth=0").to_be_attached()
            assert int(found[1]) == first_that_fails(offered[net])
        elif found := re.match(r"Read n = (\d+), where it was trained up to (\d+) only", words):
            assert first_that_fails(offered[net]) is None
            assert int(found[1]) > offered[net]["trained"]
        elif words.startswith(("Cut one link", "Let a cell leak", "Make one step")):
            settled(tab)
            told = tab.locator(f"{DEMO} .lengths-text").text_content()
            before, after = (int(n) for n in re.findall(r"(\d+)(?: of 100)?[;.]", told.replace("none up to 60", "61")))
            assert after < before
        elif "not in the language" in words:
            says(tab, ".verdict").to_contain_text("this is no longer a string of")
        elif "without a reset" in words:
            says(tab, "input[name=text]").to_have_value(offered[net]["strings"][-1]["text"])
        else:
            assert words.startswith(("Step through", "Read"))
            says(tab, ".read").to_contain_text("1 of")


# --- the address ----------------------------------------------------------------------------------------------


def shared(tab):
    return tab.evaluate('async () => (await import("address")).shared("sequence_demo")')


def test_nothing_is_written_into_the_address_until_something_is_touched(tab):
    says(tab, ".lengths-text").to_contain_text("First n")
    assert "#" not in address_of(tab)


def test_a_link_shares_the_net_the_string_the_place_and_the_weights(tab, opened, offered):
    choose(tab, LSTM)
    type_in(tab, "aabbbbcccccc")
    press(tab, "back", 4)
    take(tab, "bias.4")
    put(tab, -1.25)
    tab.locator(f"{DEMO} input[name=turn]").fill("40")
    other = opened(address_of(tab))
    says(other, "select[name=net]").to_have_js_property("selectedIndex", LSTM)
    says(other, "input[name=text]").to_have_value("aabbbbcccccc")
    says(other, ".read").to_have_text("8 of 12")
    says(other, "input[name=value]").to_have_value("-1.25")
    says(other, "input[name=turn]").to_have_value("40")
    expected = [percent(p) for p in probabilities(offered[LSTM], "aabbbbcccccc", [("bias.4", -1.25)])[7].tolist()]
    assert other.locator(f"{DEMO} table.next td:last-child").all_text_contents() == expected


def valid(offered):
    return {
        "net": offered[SRN]["key"], "text": "aab", "place": 2, "changes": [], "weight": "bias.0", "view": "hidden",
        "turn": 0, "tilt": 0,
    }  # fmt: skip


def test_a_state_in_the_address_is_taken(opened, address, offered):
    tab = opened(f"{address}#sequence_bench={quote(json.dumps(valid(offered)))}")
    says(tab, ".read").to_have_text("2 of 3")


BROKEN = [
    {"net": "srn-anb2n-00000000"}, {"net": 0}, {"text": "aac"}, {"text": "a" * 401}, {"text": None}, {"text": ["a"]},
    {"place": 4}, {"place": -1}, {"place": 1.5}, {"place": "2"}, {"changes": {}}, {"changes": [["bias.9", 0]]},
    {"changes": [["bias.0", 1e9]]}, {"changes": [["bias.0", None]]}, {"changes": [["bias.0", 0], ["bias.0", 0]]},
    {"changes": [["h_0.0", 1.5]]}, {"changes": [["h_0", 0]]}, {"changes": [["__proto__.x", 0]]}, {"changes": [7]},
    {"weight": "weight_hh"}, {"weight": "<b>"},
    {"view": "cell"}, {"turn": 1e9}, {"tilt": "x"},
]  # fmt: skip


def test_no_hostile_and_no_old_state_is_taken(tab, offered):
    states = [valid(offered), *(valid(offered) | broken for broken in BROKEN), None, 7, "x", [], {}, {"net": {}}]
    found = script(
        tab,
        """const { stateFrom } = await import("sequences/state");
        return given[0].map((state) => stateFrom(nets, 400, state) !== null);""",
        states,
    )  # fmt: skip
    assert found == [True] + [False] * (len(states) - 1)


@pytest.mark.parametrize("given", ["{", "null", "%00", '{"net":{},"text":"<b>"}'])
def test_with_a_hostile_address_the_demo_begins_as_without(opened, address, given):
    tab = opened(f"{address}#sequence_bench={quote(given)}")
    says(tab, ".read").to_have_text("5 of 9")
    press(tab, "next")
    says(tab, ".read").to_have_text("6 of 9")


# --- for everyone ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened, address, scheme):
    tab = opened(address, color_scheme=scheme)
    tab.locator(f"{DEMO} details.numbers summary").click()
    for net in (SRN, LSTM, REBER, COUNTER):
        choose(tab, net)
        tab.locator(f"{DEMO} .tries button").last.click()
        says(tab, "details.numbers tbody tr >> nth=0").to_be_visible()
        found = Axe().run(tab, context=DEMO).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_a_phone_does_not_scroll_sideways_and_fingers_hit_every_control(opened, address):
    tab = opened(address, width=360, height=740)
    for net in range(6):
        choose(tab, net)
        tab.locator(f"{DEMO} .tries button").last.click()
        says(tab, ".strip").to_be_focused()
        assert tab.evaluate("document.documentElement.scrollWidth") == 360
        for control in tab.locator(f"{DEMO} :is(button, select, input):visible").all():
            box = control.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= 360.5
            assert control.get_attribute("type") == "radio" or box["height"] >= 24


def test_every_control_is_reached_by_tab(tab):
    choose(tab, LSTM)
    tab.locator(f"{DEMO} select[name=net]").focus()
    reached = set()
    for _ in range(40):
        reached.add(tab.evaluate("document.activeElement.name ?? document.activeElement.getAttribute('class')"))
        tab.keyboard.press("Tab")
    assert reached >= {
        "net", "preset", "text", "strip", "first", "back", "next", "play", "place", "view", "states turns", "turn",
        "tilt", "weight", "slide", "value",
    }  # fmt: skip


def test_a_finger_turns_the_cube_without_moving_the_page(tab):
    choose(tab, LSTM)
    says(tab, "svg.states").to_have_css("touch-action", "none")
