"""Where strings begin and end in the sequence demo: initial states, failing inputs, and resets."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from counting_lstm import counting_lstm
from kuzushi.sequences import experiment as sequences
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.languages.language import as_text
from kuzushi.sequences.score import right
from kuzushi.sequences.score_results import Failure, Scores
from kuzushi.sequences.section.demo import sequence_demo
from sequence_pages import (
    DEMO,
    EXACT,
    address_of,
    choose,
    language_of,
    model_of,
    number,
    press,
    put,
    readings,
    says,
    script,
    take,
    traced,
    type_in,
)

SRN, LSTM, REBER, DYCK, STREAMS, COUNTER = range(6)
ENDS = {REBER: "E", DYCK: "."}
"""The end mark of each language with a reset."""


def untrained(lang, **changes):
    given = {"nets": 1, "updates": 1, "length": 3, "test_length": 4}
    return sequences.run(SequencesConfig(lang=lang, **given | changes))


def started(result, seed):
    """The same net from a random initial state."""
    generator = np.random.default_rng(seed)
    initial = {
        name: generator.uniform(-0.9, 0.9, weight.shape).astype(np.float32)
        for name, weight in result.weights.items()
        if name in ("h_0", "c_0")
    }
    assert initial
    return replace(result, weights=result.weights | initial, snapping=None)


@pytest.fixture(scope="session")
def counting():
    """The result of an LSTM by hand that counts; it is said to fail on a string on which it is right."""
    result, model = untrained("anb2nc3n", model="lstm", hid=2), counting_lstm((1, 2, 3))
    weights = {name: weight.float().numpy() for name, weight in model.weights().items()}
    failure = Failure(n=2, numbers=(2,), text="aabbbbcccccc")
    scores = (Scores(arithmetic="float32", alone=(failure,), in_stream=(None,)),)
    return replace(result, weights=weights, scores=scores, counter_machine=None, snapping=None)


@pytest.fixture(scope="session")
def results(counting):
    return [
        started(untrained("anb2n", model="srn"), 0),
        started(untrained("anb2nc3n", model="lstm", hid=3), 1),
        started(untrained("reber", model="srn", hid=5), 2),
        started(untrained("dyck1", model="lstm", reset="yes"), 3),
        untrained("reber", model="srn", hid=3, reset="no"),
        counting,
    ]


@pytest.fixture(scope="session")
def offered(results):
    """What the page is given of each net."""
    nets = sequence_demo(results).data["nets"]
    assert [net["language"]["reset"] for net in nets] == [False, False, True, True, False, False]
    return nets


@pytest.fixture(scope="session")
def failing():
    """Results of nets that fail at once: on a counting language, on brackets, and on a grammar."""
    return [
        untrained("anb2n", model="srn"),
        untrained("dyck1", model="lstm"),
        untrained("reber", model="srn"),
    ]


def strings_of(text, end):
    """Cut a text after each end mark; without one it is a single string."""
    return re.findall(f"[^{end}]*{re.escape(end)}|[^{end}]+", text) if end else [text]


def initial_state(net):
    return {part: net["weights"][name] for part, name in (("hidden", "h_0"), ("cell", "c_0")) if name in net["weights"]}


def go(tab, place):
    tab.locator(f"{DEMO} .strip [data-place='{place}']").click()


def pick(tab, name):
    tab.locator(f"{DEMO} select[name=preset]").select_option(label=name)


# --- the engine against Python --------------------------------------------------------------------------------


@pytest.mark.parametrize("net", [SRN, LSTM, REBER, DYCK, STREAMS])
def test_every_string_is_read_from_the_initial_state_as_python_reads_it(tab, offered, net):
    given, end = offered[net], ENDS.get(net)
    text = given["strings"][-1]["text"]
    strings = strings_of(text, end)
    assert len(strings) == (2 if end else 1)
    before, *places = readings(tab, net, text)
    initial = initial_state(given)
    assert {part: before[part] for part in initial} == initial
    for string in strings:
        trace = traced(given, string)
        own, places = places[: len(string)], places[len(string) :]
        asked = own[:-1] if end else own
        assert np.allclose([place["hidden"] for place in asked], trace.hidden[0, 0, : len(asked)], atol=EXACT)
        said = trace.logits[0, 0].softmax(-1)[: len(asked)]
        assert np.allclose([place["probabilities"] for place in asked], said, atol=EXACT)
        if trace.cell is not None:
            assert np.allclose([place["cell"] for place in asked], trace.cell[0, 0, : len(asked)], atol=EXACT)
        if end:
            assert {part: own[-1][part] for part in initial} == initial
            assert [own[-1][judged] for judged in ("probabilities", "predicted", "right", "agrees")] == [None] * 4
    assert places == []


# --- the initial state ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("net", [SRN, LSTM])
def test_before_the_first_symbol_the_units_are_in_the_initial_state(tab, offered, net):
    choose(tab, net)
    press(tab, "first")
    says(tab, ".verdict").to_contain_text("Nothing has been read: the net is in its initial state.")
    rows = [row.locator("td").all_text_contents() for row in tab.locator(f"{DEMO} table.units tbody tr").all()]
    initial = initial_state(offered[net])
    assert np.allclose([number(row[-1]) for row in rows], initial["hidden"], atol=0.00501)
    if "cell" in initial:
        assert np.allclose([number(row[-2]) for row in rows], initial["cell"], atol=0.00501)
        assert all(row[:4] == ["–"] * 4 for row in rows)


@pytest.mark.parametrize(
    ("net", "weight", "name"),
    [(SRN, "h_0.1", "initial state of unit 2"), (LSTM, "c_0.2", "initial cell of unit 3")],
    ids=["srn", "lstm"],
)
def test_an_initial_state_that_is_changed_changes_what_the_net_says_and_stays_in_the_address(
    tab, opened, offered, net, weight, name
):
    choose(tab, net)
    text = offered[net]["beginning"]
    option = tab.locator(f"{DEMO} select[name=weight] option[value='{weight}']")
    expect(option).to_have_text(name)
    assert option.evaluate("option => option.parentElement.label") == "Initial state"
    take(tab, weight)
    put(tab, 0.4375)
    says(tab, ".changed").to_contain_text(f"{name}: ")
    other = opened(address_of(tab))
    shared = other.evaluate('async () => (await import("address")).shared("sequence_demo")')
    assert shared["changes"] == [[weight, 0.4375]]
    says(other, "input[name=value]").to_have_value("0.4375")
    changes = [(weight, 0.4375)]
    said = traced(offered[net], text, changes).logits[0, 0].softmax(-1)
    places = readings(other, net, text, shared["changes"])
    assert np.allclose([place["probabilities"] for place in places[1:]], said, atol=EXACT)
    assert not np.allclose(said, traced(offered[net], text).logits[0, 0].softmax(-1), atol=1e-6)


def test_an_initial_hidden_state_stays_between_minus_one_and_one(tab):
    for weight, given, kept in (("h_0.0", 1.5, "1"), ("h_0.1", -7, "-1")):
        take(tab, weight)
        put(tab, given)
        says(tab, "input[name=value]").to_have_value(kept)


# --- failing inputs -------------------------------------------------------------------------------------------


def test_each_failing_input_leads_to_its_wrong_prediction(opened, without_figures, failing):
    tab = opened(without_figures(failing))
    nets = sequence_demo(failing).data["nets"]
    for at, (result, net) in enumerate(zip(failing, nets, strict=True)):
        choose(tab, at)
        failures = result.failures_of(result.shown.net)
        entries = [string for string in net["strings"] if string.get("fails")]
        assert [string["text"] for string in entries] == [failure.text for failure in failures]
        assert entries
        for string in entries:
            text = string["text"]
            pick(tab, string["name"])
            says(tab, "input[name=text]").to_have_value(text)
            says(tab, ".read").to_have_text(f"{len(text)} of {len(text)}")
            says(tab, ".verdict").to_contain_text(re.compile("^Wrong: "))
            expect(tab.locator(f"{DEMO} .verdict")).to_have_attribute("data-right", "false")
            says(tab, ".symbol.current small").to_contain_text("✗")
            assert not is_right(net, text)


LAST = {"counting": "a+b*$", "brackets": r"[()]+[.]?$", "grammar": "B[^B]*$"}
"""The last string of a text, whole or not."""


def is_right(net, text):
    """Whether a net is right after a text, by the score of Python; the last string alone says what may follow."""
    language, last = language_of(net), re.search(LAST[net["language"]["kind"]], text)[0]
    alone = language.alone(4)
    row = next(row for row, string in enumerate(as_text(language, alone)) if string.startswith(last))
    legal = alone.legal[row, len(last) - 1][None, None]
    symbols = torch.tensor([[net["symbols"].index(symbol) for symbol in text]])
    logits = model_of(net)(symbols).logits[:, :, -1:]
    return bool(right(logits, legal=legal, scored=torch.tensor([[True]])))


def test_failing_inputs_are_named_by_their_strings(failing):
    names = [
        [string["name"] for string in net["strings"] if string.get("fails")]
        for net in sequence_demo(failing).data["nets"]
    ]
    assert re.fullmatch(r"fails alone: n = \d+", names[0][0])
    assert re.fullmatch(r"fails in a stream: n = \d+(, \d+)+", names[0][1])
    assert re.fullmatch(r"fails alone: nesting \d+", names[1][0])
    assert re.fullmatch("fails alone: B[A-Z]*", names[2][0])


def test_the_whole_string_of_a_failing_input_can_be_chosen_by_its_other_name(opened, without_figures, failing):
    tab = opened(without_figures(failing[:1]))
    (alone, *_), strings = failing[0].failures_of(0), sequence_demo(failing[:1]).data["nets"][0]["strings"]
    name = f"n = {alone.n}"
    assert [string["text"] for string in strings if string["name"] in (name, f"fails alone: {name}")] == [
        alone.text
    ] * 2
    preset = tab.locator(f"{DEMO} select[name=preset]")
    for label, place in ((name, 1), (f"fails alone: {name}", len(alone.text)), (name, 1)):
        pick(tab, label)
        says(tab, ".read").to_have_text(f"{place} of {len(alone.text)}")
        assert preset.evaluate("select => select.selectedOptions[0].textContent") == label


def test_a_failure_of_single_precision_alone_says_so(tab):
    choose(tab, COUNTER)
    pick(tab, "fails alone: n = 2, in single precision only")
    says(tab, ".read").to_have_text("12 of 12")
    says(tab, ".verdict").to_contain_text("Right: ")


# --- resets ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("net", [REBER, DYCK])
def test_after_its_end_mark_a_net_is_reset_and_not_judged(tab, offered, net):
    choose(tab, net)
    text = offered[net]["strings"][-1]["text"]
    first, second = strings_of(text, ENDS[net])
    pick(tab, f"with a reset after each string: {text}")
    go(tab, len(first))
    begins = offered[net]["symbols"][0]
    says(tab, ".verdict").to_have_text(
        "Not scored: the string is over, and the net is put back to its initial state. "
        f"Every string begins with {begins}."
    )
    expect(tab.locator(f"{DEMO} .verdict")).to_have_attribute("data-right", "null")
    assert set(tab.locator(f"{DEMO} table.next td:last-child").all_text_contents()) == {"–"}
    assert tab.locator(f"{DEMO} table.next tr.legal th").all_text_contents() == [begins]
    assert tab.locator(f"{DEMO} .symbol.current small").text_content() == ""
    says(tab, ".agreement").to_have_text(f"The machine lets {begins} come next.")
    units = [number(row) for row in tab.locator(f"{DEMO} table.units td:last-child").all_inner_texts()]
    assert np.allclose(units, initial_state(offered[net])["hidden"], atol=0.00501)
    says(tab, ".summary").to_contain_text(f"of the {len(text) - 2} symbols that are scored")
    tab.locator(f"{DEMO} details.numbers summary").click()
    end = tab.locator(f"{DEMO} details.numbers tbody tr").nth(len(first) - 1).locator("td")
    expect(end.filter(has_text="not scored")).to_have_count(1)
    expect(end.filter(has_text="–")).to_have_count(len(offered[net]["symbols"]))
    again = tab.locator(f"{DEMO} details.numbers tbody tr").nth(len(first)).locator("td").all_text_contents()
    type_in(tab, second)
    says(tab, "details.numbers tbody tr").to_have_count(len(second))
    assert tab.locator(f"{DEMO} details.numbers tbody tr").first.locator("td").all_text_contents() == again


def test_a_net_with_a_reset_is_not_asked_to_read_a_stream(tab):
    for net, tries in ((REBER, 0), (STREAMS, 1)):
        choose(tab, net)
        says(tab, ".tries li:has-text('without a reset')").to_have_count(tries)


def test_a_string_that_is_wrong_is_not_reset_at_its_end_mark(tab):
    places = readings(tab, REBER, "BEB")
    assert [place["right"] for place in places[2:]] == [None, None]
    assert None not in [place["probabilities"] for place in places[1:]]


# --- grammars -------------------------------------------------------------------------------------------------

THREE = {
    "states": ["end", "1"], "counters": [], "start": "end", "longest": None,
    "places": {"end": [0, 0], "1": [1.7, 0]},
    "transitions": [
        {"source": source, "symbol": symbol, "target": target, "guards": [], "changes": []}
        for source, symbol, target in (
            ("end", "B", "1"), ("1", "S", "1"), ("1", "T", "1"), ("1", "X", "end"), ("1", "E", "end"),
        )
    ],
}  # fmt: skip
"""A machine with four arrows from one node, in pairs."""


def test_a_node_may_have_more_than_two_arrows(tab):
    legal = script(
        tab,
        """const { positionsAlong } = await import("sequences/reading");
        const language = { kind: "grammar", reset: true, machine: given[0] };
        return positionsAlong({ language, symbols: [..."BSTXE"] }, [..."BTSXBE"]).map(({ legal }) => legal);""",
        THREE,
    )
    at_end, at_node = [True, False, False, False, False], [False, True, True, True, True]
    assert legal == [at_end, at_node, at_node, at_node, at_end, at_node, at_end]


def test_arrows_between_the_same_nodes_are_drawn_as_one(tab):
    drawn = script(
        tab,
        """const { drawMachine } = await import("sequences/step_view");
        const figure = document.createElement("div");
        drawMachine(figure, given[0], { configuration: { state: "1", arrow: 2 } });
        return [...figure.querySelectorAll(".edge")].map((edge) => [
            edge.textContent, edge.classList.contains("taken"),
        ]);""",
        THREE,
    )
    assert drawn == [["B", False], ["S, T", True], ["X, E", False]]


def test_where_the_net_is_reset_its_machine_is_too(tab):
    *arrows, end = THREE["transitions"]
    stuck = THREE | {"states": [*THREE["states"], "over"], "transitions": [*arrows, end | {"target": "over"}]}
    found = script(
        tab,
        """const { positionsAlong, run } = await import("sequences/reading");
        const [machine, stuck] = given;
        const along = (reset) => {
            const language = { kind: "grammar", reset, machine };
            const positions = positionsAlong({ language, symbols: [..."BSTXE"] }, [..."BEB"]);
            return run(stuck, [..."BEB"], positions).map((each) => each && [each.state, each.arrow]);
        };
        return [along(true), along(false)];""",
        THREE, stuck,
    )  # fmt: skip
    assert found == [
        [["end", None], ["1", 0], ["end", 4], ["1", 0]],
        [["end", None], ["1", 0], ["over", 4], None],
    ]
