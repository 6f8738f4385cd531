"""Data of the sequence demo: the best net of each result, its strings, and its machine."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from kuzushi.core.demo import Demo
from kuzushi.core.results import Arrays, Result
from kuzushi.proofs.certificate_format import weights_sha256
from kuzushi.sequences.counter_results import Snapping
from kuzushi.sequences.figures.machines import layout
from kuzushi.sequences.figures.states import failure_text
from kuzushi.sequences.results import Machine, SequencesResult, language_title
from kuzushi.sequences.section import score
from kuzushi.sequences.section.experiment import title, trained

LONGEST = 400
"""The most symbols that a reader may enter."""
LENGTHS = (*range(1, 13), 15, 20, 30, 40, 50, 60, 80, 100)
"""Each n to choose from, as far as its string is not too long."""
BEGINNING = 12
"""The most symbols of the first string, for languages that do not count."""
MOST_DRAWN = 15
"""The most states of a machine that is drawn as a whole."""
MOST_UNITS = 3
"""The most units that are drawn as they are; more are projected on two principal components."""
TESTED = 100
"""Strings of a grammar on which a changed net is tested."""
TEST_SEED = 1967


def sequence_demo(results: Sequence[Result]) -> Demo | None:
    """Return the best net of each result, as trained and snapped, each once; None without recurrent nets."""
    nets = {net["key"]: net for result in results if isinstance(result, SequencesResult) for net in _nets(result)}
    if not nets:
        return None
    return Demo(
        name="sequence_demo",
        invitation="step through what a recurrent net reads",
        data={"longest": LONGEST, "nets": list(nets.values())},
    )


def ratios(result: SequencesResult) -> tuple[int, ...]:
    """Return how often each symbol of a counting language occurs, in units of n."""
    return tuple(result.walk[0].count(symbol) for symbol in result.symbols)


def random_strings(grammar: Machine, *, strings: int = TESTED) -> tuple[str, ...]:
    """Return random strings of a grammar, from its start back to it; the arrows of a node are equally likely."""
    generator = np.random.default_rng(TEST_SEED)
    arrows = defaultdict(list)
    for arrow in grammar.transitions:
        arrows[arrow.source].append(arrow)
    drawn = []
    for _ in range(strings):
        text, node = "", grammar.start
        while not text or node != grammar.start:
            arrow = arrows[node][generator.integers(len(arrows[node]))]
            text, node = text + arrow.symbol, arrow.target
        drawn.append(text)
    return tuple(drawn)


def principal_directions(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of points of shape (n, hid), and the two directions of largest variance, of shape (2, hid)."""
    mean = points.mean(0)
    _, _, directions = np.linalg.svd(points - mean, full_matrices=False)
    return mean, directions[:2]


def _nets(result: SequencesResult) -> list[dict[str, Any]]:
    net = result.shown.net
    shared: dict[str, Any] = {
        "kind": result.model,
        "symbols": list(result.symbols),
        "language": _language(result),
        "trained": None if result.from_grammar else result.trained_length,
        "walk": list(result.walk),
        "strings": _strings(result),
        "beginning": _beginning(result),
        "tests": list(random_strings(result.machine)) if result.from_grammar else None,
        "projections": _projections(result) if result.hid > MOST_UNITS else None,
    }
    own: dict[str, Any] = {"name": _name(result), "about": _about(result), "exact": False}
    own["strings"] = [*_failing_strings(result), *shared["strings"]]
    nets = [shared | own | _weights(result, result.weights_of(net)) | {"machine": _machine(result)}]
    if result.snapping is not None and net in [each.net for each in result.snapping.nets]:
        own = {"name": f"{_name(result)}, made exact", "about": _about_snapped(result, result.snapping), "exact": True}
        weights = _weights(result, result.weights_of(net, snapped=True))
        nets.append(shared | own | weights | {"machine": _machine(result, snapped=True)})
    return nets


def _weights(result: SequencesResult, weights: Arrays) -> dict[str, Any]:
    """Return the weights, and the key that names the net in an address; another training gives another key."""
    key = f"{result.model}-{result.language}-{weights_sha256(weights)[:8]}"
    return {"key": key, "weights": {name: array.tolist() for name, array in weights.items()}}


def _language(result: SequencesResult) -> dict[str, Any]:
    """Return the rule for the next symbol, for strings of any length, and whether the net is reset after each."""
    language = {"title": language_title(result.language), "reset": result.reset}
    if result.bracketed:
        return language | {"kind": "brackets"}
    if result.from_grammar:
        return language | {"kind": "grammar", "machine": _finite(result.machine)}
    return language | {"kind": "counting", "ratios": list(ratios(result))}


def _strings(result: SequencesResult) -> list[dict[str, str]]:
    """Return the strings to choose from, with their names."""
    if result.from_grammar or result.bracketed:
        texts = sorted({text for text in result.walk if len(text) <= LONGEST}, key=lambda text: (len(text), text))
        return [*({"name": text, "text": text} for text in texts), _several(result, texts)]
    longest = result.trained_length
    streams = ((min(3, longest), 1, min(2, longest)), (longest, 1, longest))
    return [
        {"name": _string_name(numbers, longest), "text": "".join(_string(result, n) for n in numbers)}
        for numbers in (*((n,) for n in LENGTHS), *streams)
        if sum(numbers) * sum(ratios(result)) <= LONGEST
    ]


def _several(result: SequencesResult, texts: list[str]) -> dict[str, str]:
    """Return a few strings one after the other, of brackets or a grammar."""
    if result.reset:
        text = "".join((texts * 2)[:2])
        return {"name": f"with a reset after each string: {text}", "text": text}
    text = "".join(step.symbol for step in result.shown.steps)
    return {"name": f"a stream: {text}", "text": text}


def _failing_strings(result: SequencesResult) -> list[dict[str, Any]]:
    """Return the failing inputs of the shown net, each up to the symbol after which its prediction is wrong."""
    return [
        {
            "name": f"fails {score.where(failure)}: {score.lengths(result, failure)}",
            "text": failure.text,
            "fails": True,
        }
        for failure in result.failures_of(result.shown.net)
        if len(failure.text) <= LONGEST
    ]


def _string_name(numbers: tuple[int, ...], longest: int) -> str:
    more = " in a stream" if len(numbers) > 1 else " (longer than trained)" if max(numbers) > longest else ""
    return f"n = {', '.join(map(str, numbers))}{more}"


def _string(result: SequencesResult, n: int) -> str:
    return "".join(symbol * (ratio * n) for symbol, ratio in zip(result.symbols, ratios(result), strict=True))


def _beginning(result: SequencesResult) -> str:
    """Return the string that the demo begins with."""
    if result.from_grammar or result.bracketed:
        return max(result.walk, key=lambda text: (len(text) <= BEGINNING, len(text)))
    return _string(result, min(3, result.trained_length))


def _projections(result: SequencesResult) -> dict[str, Any]:
    """Return the projections of hidden states and cells of many units onto a plane."""
    initial = {"hidden": "h_0", "cell": "c_0"}
    weights = result.weights_of(result.shown.net)
    reset = result.reset & (np.array(result.states)[result.arrays["state"]] == "end")  # (steps,)
    planes = {
        name: principal_directions(np.where(reset[:, None], weights[start], result.arrays[name]))
        for name, start in initial.items()
        if name in result.arrays
    }
    return {name: {"mean": mean.tolist(), "directions": along.tolist()} for name, (mean, along) in planes.items()}


# --- machines -------------------------------------------------------------------------------------------------


def _machine(result: SequencesResult, *, snapped: bool = False) -> dict[str, Any]:
    """Return the machine to step along with the net: one extracted from it, or else the language's own."""
    counters, automata = result.counter_machine, result.automata
    if counters is not None and counters.machine is not None:
        source = "the net before it was made exact" if snapped else "this net"
        return {
            "title": f"The counter machine extracted from {source}",
            "note": "",
            **msgspec.to_builtins(counters.machine),
            "in_cell": [list(counter.weights) for counter in counters.counters],
        }
    if automata is not None and automata.machines[automata.shown].net == result.shown.net and not snapped:
        return {"title": "The automaton extracted from this net", "note": "", **_finite(automata.machine)}
    if result.from_grammar:
        return {"title": "The machine of the grammar", "note": "", **_finite(result.machine)}
    longest = f"{'nesting ' if result.bracketed else 'n = '}{result.machine.longest}"
    return {
        "title": f"The smallest machine of {language_title(result.language)}, up to {longest}",
        "note": "" if counters is None else f"No counter machine was found in the trained net: {counters.why_not}.",
        **_finite(result.machine),
    }


def _finite(machine: Machine) -> dict[str, Any]:
    """Return a finite machine as a counter machine without counters, with the points at which to draw its states."""
    points = layout(machine) if len(machine.states) <= MOST_DRAWN else {}
    return {
        "states": list(machine.states),
        "counters": [],
        "start": machine.start,
        "transitions": [
            {"source": arrow.source, "symbol": arrow.symbol, "guards": [], "target": arrow.target, "changes": []}
            for arrow in machine.transitions
        ],
        "longest": machine.longest,
        "places": {state: list(point) for state, point in points.items()},
    }


# --- text -----------------------------------------------------------------------------------------------------


def _name(result: SequencesResult) -> str:
    return f"{title(result)}, trained on {trained(result)}"


def _about(result: SequencesResult) -> str:
    net, scores = result.shown.net, result.scores[0]
    tested = "" if result.failures_of(net) else f" {_tested(result)}"
    fails = score.where_it_fails(result, scores, net)
    return f"Net {net + 1} of {result.nets}, the best. {fails}{tested}, in {scores.arithmetic}."


def _tested(result: SequencesResult) -> str:
    """Return which strings were tested."""
    longest = f"strings up to {score.unit(result)} {result.tested_length}"
    strings = "the test strings" if result.from_grammar else longest
    return f"on {strings}, {'each alone' if result.reset else 'alone or in a stream'}"


def _about_snapped(result: SequencesResult, snapping: Snapping) -> str:
    net = result.shown.net
    ((snapped, failure),) = (
        (each, n) for each, n in zip(snapping.nets, snapping.first_failure, strict=True) if each.net == net
    )
    return (
        f"Another net, made of net {net + 1} of {result.nets} by changing {len(snapped.changes)} of its "
        f"{snapped.weights} weights: {failure_text(result, failure)}, alone or in a stream."
    )
