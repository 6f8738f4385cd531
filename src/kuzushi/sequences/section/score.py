"""The scores of an ensemble in words: which nets are right, on which inputs, and in which arithmetic."""

from kuzushi.sequences.results import SequencesResult
from kuzushi.sequences.score_results import Failure, Scores

SHORT = 24
"""The most symbols of a failing input that is printed."""


def verdict(result: SequencesResult) -> str:
    """Return what the solved nets are, such as "exact up to n = 8"."""
    if result.from_grammar:
        return "right on all test strings"
    if result.bracketed:
        return f"right on all test strings nested at most {result.trained_length} deep"
    if result.trained_length <= result.strict_length:
        return f"exact up to n = {result.trained_length}"
    return f"without a failure up to n = {result.trained_length}"


def tests(result: SequencesResult) -> str:
    """Return on which inputs the solved nets are right, and in which arithmetic."""
    return f"{_inputs(result)}, in {' and '.join(score.arithmetic for score in result.scores)}"


def _inputs(result: SequencesResult) -> str:
    n = result.trained_length
    if result.reset:
        return "each string from the initial state; what follows its end is not asked"
    if result.from_grammar or result.bracketed:
        return "each string from the initial state, and in streams without reset"
    if n <= result.strict_length:
        return (
            "every string, ordered pair and ordered triple of lengths from the initial state, and one long stream with "
            "every pair"
        )
    return (
        f"every string from the initial state, every ordered triple of lengths up to {result.strict_length}, and long "
        f"streams with every ordered pair up to {n}"
    )


def beyond(result: SequencesResult) -> str:
    """Return which longer inputs are tested; nothing if there are none."""
    if result.from_grammar or result.tested_length == result.trained_length:
        return ""
    if result.bracketed:
        return f"Longer strings are read alone, nested up to {result.tested_length} deep."
    return (
        f"Beyond n = {result.trained_length} every string up to n = {result.tested_length} is read alone, and for each "
        "n the stream m, n, m with a random m below n."
    )


def first_failures(result: SequencesResult) -> str:
    """Return where the shown net fails first in each arithmetic; those that agree share a sentence."""
    net, shown = result.shown.net, result.shown
    found = {f"{score.arithmetic}, all nets at once": _failures(result, score, net) for score in result.scores}
    within = f"in the first {shown.symbols_one_by_one:,} symbols"
    found[f"float32, one stream at a time, {within}"] = _failures(result, shown.one_by_one, 0)
    texts = dict.fromkeys(found.values())
    if len(texts) == 1:
        return f"{next(iter(texts))}. The same in {result.scores[0].arithmetic} and {result.scores[1].arithmetic}."
    return " ".join(f"{text} ({'; '.join(name for name, other in found.items() if other == text)})." for text in texts)


def failing_input(result: SequencesResult, failure: Failure) -> str:
    """Return a failing input, such as "n = 1, 1, 1 (abcabcabc)"."""
    name = "" if result.from_grammar else f"{'nesting' if result.bracketed else 'n ='} "
    numbers = "" if result.from_grammar else f"{name}{', '.join(map(str, failure.numbers))}"
    text = failure.text if len(failure.text) <= SHORT else ""
    return f"{numbers} ({text})" if numbers and text else numbers or f"{failure.text[:200]}"


def _failures(result: SequencesResult, score: Scores, net: int) -> str:
    alone, stream = score.alone[net], score.in_stream[net]
    if alone is None and stream is None:
        return "No failure was found"
    if alone is None and stream is not None:
        return f"It does not fail alone, and first in a stream at {failing_input(result, stream)}"
    parts = [] if result.reset else [("in a stream", stream)]
    texts = [
        f"{where} at {failing_input(result, failure)}" if failure else f"not {where}"
        for where, failure in [("alone", alone), *parts]
    ]
    return f"It fails first {', and '.join(texts)}"
