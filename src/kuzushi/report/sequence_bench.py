"""The sequence bench: recurrent nets of the report, and the machines beside them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from kuzushi.plots.languages import TITLES, bracketed, written
from kuzushi.plots.machines import layout
from kuzushi.report.bench import Bench
from kuzushi.results import Arrays, Machine, Result, SequencesResult
from kuzushi.results.certificates import weights_sha256

LONGEST = 400
"""The most symbols that a reader may give."""
LENGTHS = (*range(1, 13), 15, 20, 30, 40, 50, 60, 80, 100)
"""The n that can be picked, as far as their strings are not too long."""
BEGINNING = 12
"""The most symbols of the string that the bench begins with, where the language does not count."""
MOST_DRAWN = 15
"""The most states of a machine that is drawn as a whole."""
MOST_UNITS = 3
"""The most units that are drawn as they are; of more, two principal components."""
TESTED = 100
"""Strings of a grammar on which a changed net is tested."""
TEST_SEED = 1967


def sequence_bench(results: Sequence[Result]) -> Bench | None:
    """What the bench works with; None without a result of its subject.

    Of every result that is the shown net as it was trained, and the exact net that was made of it, each once.
    """
    nets: dict[str, dict[str, Any]] = {}
    for result in results:
        if isinstance(result, SequencesResult):
            nets |= {net["key"]: net for net in _nets(result)}
    if not nets:
        return None
    return Bench(
        name="sequence_bench",
        invitation="step through what a recurrent net reads",
        data={"longest": LONGEST, "nets": list(nets.values())},
    )


def ratios(result: SequencesResult) -> tuple[int, ...]:
    """How often each symbol of a counting language comes, in units of n; its first string is that of n = 1."""
    return tuple(result.walk[0].count(symbol) for symbol in result.symbols)


def random_strings(grammar: Machine, *, strings: int = TESTED) -> tuple[str, ...]:
    """Random strings of a grammar, from its start round to it; a node's arrows are equally likely."""
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
    """The mean of points of shape (n, hid), and the two directions, of shape (2, hid), in which they vary most."""
    mean = points.mean(0)
    _, _, directions = np.linalg.svd(points - mean, full_matrices=False)
    return mean, directions[:2]


def _nets(result: SequencesResult) -> list[dict[str, Any]]:
    shown = result.shown.net
    shared = {
        "kind": result.model,
        "symbols": list(result.symbols),
        "language": _language(result),
        "trained": None if _drawn(result) else result.trained_length,
        "walk": list(result.walk),
        "strings": _strings(result),
        "beginning": _beginning(result),
        "tests": list(random_strings(result.machine)) if _drawn(result) else None,
        "projections": _projections(result.arrays) if result.hid > MOST_UNITS else None,
    }
    own: dict[str, Any] = {"name": _name(result), "about": _about(result), "exact": False}
    nets = [shared | own | _weights(result, result.weights_of(shown)) | {"machine": _machine(result)}]
    snapped = result.snapped_weights_of(shown)
    if snapped is not None:
        made = {"name": f"{_name(result)}, made exact", "about": _about_snapped(result), "exact": True}
        nets.append(shared | made | _weights(result, snapped) | {"machine": _machine(result, snapped=True)})
    return nets


def _weights(result: SequencesResult, weights: Arrays) -> dict[str, Any]:
    """The weights, and by what an address knows the net: another training makes another net."""
    key = f"{result.model}-{result.language}-{weights_sha256(weights)[:8]}"
    return {"key": key, "weights": {name: array.tolist() for name, array in weights.items()}}


def _language(result: SequencesResult) -> dict[str, Any]:
    """What may follow what, for strings of any length."""
    if bracketed(result):
        return {"kind": "brackets", "title": written(result.language)}
    if _drawn(result):
        return {"kind": "grammar", "title": written(result.language), "machine": _finite(result.machine)}
    return {"kind": "counting", "title": written(result.language), "ratios": list(ratios(result))}


def _strings(result: SequencesResult) -> list[dict[str, str]]:
    """Strings to pick, by name."""
    if _drawn(result) or bracketed(result):
        texts = sorted({text for text in result.walk if len(text) <= LONGEST}, key=lambda text: (len(text), text))
        stream = "".join(step.symbol for step in result.shown.steps)
        return [*({"name": text, "text": text} for text in texts), {"name": f"a stream: {stream}", "text": stream}]
    trained = result.trained_length
    streams = ((min(3, trained), 1, min(2, trained)), (trained, 1, trained))
    return [
        {"name": _counted(numbers, trained), "text": "".join(_of(result, n) for n in numbers)}
        for numbers in (*((n,) for n in LENGTHS), *streams)
        if sum(numbers) * sum(ratios(result)) <= LONGEST
    ]


def _beginning(result: SequencesResult) -> str:
    """The string that the bench begins with."""
    if _drawn(result) or bracketed(result):
        return max(result.walk, key=lambda text: (len(text) <= BEGINNING, len(text)))
    return _of(result, min(3, result.trained_length))


def _counted(numbers: tuple[int, ...], trained: int) -> str:
    name = f"n = {', '.join(map(str, numbers))}"
    if len(numbers) > 1:
        return f"{name} in a stream"
    return f"{name} (longer than trained)" if max(numbers) > trained else name


def _of(result: SequencesResult, n: int) -> str:
    return "".join(symbol * (ratio * n) for symbol, ratio in zip(result.symbols, ratios(result), strict=True))


def _projections(arrays: Arrays) -> dict[str, Any]:
    """How hidden states and cells of many units are brought into a plane."""
    planes = {name: principal_directions(arrays[name]) for name in ("hidden", "cell") if name in arrays}
    return {
        name: {"mean": mean.tolist(), "directions": directions.tolist()}
        for name, (mean, directions) in planes.items()
    }  # fmt: skip


# --- machines -------------------------------------------------------------------------------------------------


def _machine(result: SequencesResult, *, snapped: bool = False) -> dict[str, Any]:
    """The machine that is stepped beside the net: one that was taken from it, or else the language's own."""
    counters, automata = result.counter_machine, result.automata
    if counters is not None and counters.machine is not None:
        whose = "the net before it was made exact" if snapped else "this net"
        return {
            "title": f"The counter machine taken from {whose}",
            "note": "",
            **msgspec.to_builtins(counters.machine),
            "in_cell": [list(counter.weights) for counter in counters.counters],
        }
    if automata is not None and automata.machines[automata.shown].net == result.shown.net and not snapped:
        return {"title": "The automaton read off this net", "note": "", **_finite(automata.machine)}
    if _drawn(result):
        return {"title": "The machine of the grammar", "note": "", **_finite(result.machine)}
    longest = f"{'nesting ' if bracketed(result) else 'n = '}{result.machine.longest}"
    why_not = "" if counters is None else f"No counter machine was found in the net as trained: {counters.why_not}."
    return {
        "title": f"The smallest machine of {written(result.language)}, up to {longest}",
        "note": why_not,
        **_finite(result.machine),
    }


def _finite(machine: Machine) -> dict[str, Any]:
    """A finite machine as a counter machine without counters, and where to draw its states."""
    places = layout(machine) if len(machine.states) <= MOST_DRAWN else {}
    return {
        "states": list(machine.states),
        "counters": [],
        "start": machine.start,
        "transitions": [
            {"source": arrow.source, "symbol": arrow.symbol, "guards": [], "target": arrow.target, "changes": []}
            for arrow in machine.transitions
        ],
        "longest": machine.longest,
        "places": {state: list(place) for state, place in places.items()},
    }


# --- words ----------------------------------------------------------------------------------------------------


def _drawn(result: SequencesResult) -> bool:
    """Whether the strings are drawn from a grammar, rather than counted out up to some n."""
    return result.machine.longest is None


def _name(result: SequencesResult) -> str:
    units = f"{result.hid} hidden unit{'' if result.hid == 1 else 's'}"
    what = f"{TITLES[result.model]} with {units} on {written(result.language)}"
    if _drawn(result):
        return what
    return f"{what}, trained on {'nesting' if bracketed(result) else 'n'} up to {result.trained_length}"


def _about(result: SequencesResult) -> str:
    net, failure = result.shown.net, result.first_failure[result.shown.net]
    return (
        f"Net {net + 1} of {result.nets}, the one that goes furthest. Alone or in a stream without reset, it "
        f"{_fails(result, failure)}."
    )


def _about_snapped(result: SequencesResult) -> str:
    assert result.snapping is not None
    places = [snapped.net for snapped in result.snapping.nets]
    place = places.index(result.shown.net)
    snapped, failure = result.snapping.nets[place], result.snapping.first_failure[place]
    return (
        f"Made of net {result.shown.net + 1} of {result.nets} by changing {len(snapped.changes)} of its "
        f"{snapped.weights} weights: another net. Alone or in a stream without reset, it {_fails(result, failure)}."
    )


def _fails(result: SequencesResult, failure: int | None) -> str:
    where = "{} symbols" if _drawn(result) else "nesting {}" if bracketed(result) else "n = {}"
    if failure is None:
        return f"fails nowhere up to {where.format(result.tested_length)}"
    return f"fails first at {where.format(failure)}"
