"""The scores of an ensemble in words: which nets are right, on which inputs, and in which arithmetic."""

from kuzushi.sequences.results import SequencesResult
from kuzushi.sequences.score_results import Failure, Scores

SHORT = 24
"""The most symbols of a failing input that are printed."""
ALONE, IN_STREAM = "alone", "in a stream"
MOST_NUMBERS = 6
"""The most lengths of the strings of a failing stream that are printed."""


def verdict(result: SequencesResult) -> str:
    """Return what the solved nets are, such as "exact up to n = 8"."""
    if result.from_grammar:
        return "right on all test strings"
    if result.bracketed:
        return f"right on all test strings nested at most {result.trained_length} deep"
    if result.trained_length <= result.strict_length:
        return f"exact up to n = {result.trained_length}"
    return f"without a failure up to n = {result.trained_length}"


def inputs(result: SequencesResult) -> str:
    """Return on which inputs the solved nets are right, and in which arithmetic."""
    return f"{_strings(result)}, in {' and '.join(scores.arithmetic for scores in result.scores)}"


def _strings(result: SequencesResult) -> str:
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
    shown = result.shown
    found = {
        f"{scores.arithmetic}, all nets at once": where_it_fails(result, scores, shown.net) for scores in result.scores
    }
    within = f"in the first {shown.symbols_one_by_one:,} symbols"
    found[f"float32, one stream at a time, {within}"] = where_it_fails(result, shown.one_by_one, 0)
    texts = dict.fromkeys(found.values())
    if len(texts) == 1:
        return f"{next(iter(texts))}. The same in {result.scores[0].arithmetic} and {result.scores[1].arithmetic}."
    return " ".join(f"{text} ({'; '.join(name for name, other in found.items() if other == text)})." for text in texts)


def where_it_fails(result: SequencesResult, scores: Scores, net: int) -> str:
    """Return where a net fails first by these scores, such as "It fails first alone at n = 2 (aabb)"."""
    cases = {ALONE: scores.alone[net]} | ({} if result.reset else {IN_STREAM: scores.in_stream[net]})
    found = [f"{case} at {failing_input(result, failure)}" for case, failure in cases.items() if failure]
    if not found:
        return "No failure was found"
    none = [f"; no failure was found {case}" for case, failure in cases.items() if failure is None]
    return f"It fails first {' and '.join(found)}{''.join(none)}"


def where(failure: Failure) -> str:
    """Return whether a failing input is one string or a stream."""
    return ALONE if len(failure.numbers) == 1 else IN_STREAM


def failing_input(result: SequencesResult, failure: Failure) -> str:
    """Return a failing input by its lengths and, if it is short, its text, such as "n = 1, 1, 1 (abcabcabc)"."""
    spelled = f" ({failure.text})" if len(failure.text) <= SHORT and not result.from_grammar else ""
    return lengths(result, failure) + spelled


def lengths(result: SequencesResult, failure: Failure) -> str:
    """Return the last lengths of a failing input, such as "n = 1, 1, 1"; of a grammar its last symbols."""
    if result.from_grammar:
        return failure.text if len(failure.text) <= SHORT else f"…{failure.text[-SHORT:]}"
    left_out = "…, " if len(failure.numbers) > MOST_NUMBERS else ""
    return f"{unit(result)} {left_out}{', '.join(map(str, failure.numbers[-MOST_NUMBERS:]))}"


def unit(result: SequencesResult) -> str:
    """Return the name of a length, before its number."""
    return "nesting" if result.bracketed else "n ="
