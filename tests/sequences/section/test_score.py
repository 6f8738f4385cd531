"""Scores in words: what is tested, which nets are right, and where the shown net fails in each arithmetic."""

from dataclasses import replace

import pytest

from kuzushi.sequences.score_results import Failure, Scores
from kuzushi.sequences.section import score

ABC = Failure(n=1, numbers=(1, 1, 1), text="abcabcabc")
AABB = Failure(n=2, numbers=(2,), text="aabb")
LONG = Failure(n=30, numbers=(9, 30), text="a" * 39)


def scores(arithmetic, alone, in_stream):
    return Scores(arithmetic=arithmetic, alone=(AABB, alone), in_stream=(AABB, in_stream))


def scored(result, *, single=(None, None), double=(None, None), one_by_one=(None, None)):
    """The result of two nets, of which the second is shown, with these failures alone and in streams."""
    alone = Scores(arithmetic="float32", alone=one_by_one[:1], in_stream=one_by_one[1:])
    return replace(
        result, nets=2, scores=(scores("float32", *single), scores("float64", *double)),
        shown=replace(result.shown, net=1, one_by_one=alone),
    )  # fmt: skip


# --- what is tested -------------------------------------------------------------------------------------------


def test_up_to_the_strict_length_right_nets_are_exact_and_beyond_it_without_a_failure(srn):
    assert score.verdict(replace(srn, trained_length=10)) == "exact up to n = 10"
    assert score.verdict(replace(srn, trained_length=11)) == "without a failure up to n = 11"


def test_the_tested_inputs_are_named_with_their_arithmetics(srn):
    assert score.inputs(replace(srn, trained_length=10)) == (
        "every string, ordered pair and ordered triple of lengths from the initial state, and one long stream with "
        "every pair, in float32 and float64"
    )
    assert score.inputs(replace(srn, trained_length=11)) == (
        "every string from the initial state, every ordered triple of lengths up to 10, and long streams with every "
        "ordered pair up to 11, in float32 and float64"
    )


def test_of_grammars_and_brackets_the_test_strings_are_meant_and_never_all_strings(reber, brackets):
    assert score.verdict(reber) == "right on all test strings"
    assert score.verdict(brackets) == "right on all test strings nested at most 3 deep"
    assert "exact" not in score.verdict(reber) + score.verdict(brackets)
    assert score.inputs(reber).startswith("each string from the initial state; what follows its end is not asked, in ")
    streams = "each string from the initial state, and in streams without reset, in "
    assert score.inputs(brackets).startswith(streams)
    assert score.inputs(replace(reber, reset=False)).startswith(streams)


def test_longer_inputs_are_named_where_there_are_any(srn, reber, brackets):
    assert score.beyond(srn) == (
        "Beyond n = 3 every string up to n = 6 is read alone, and for each n the stream m, n, m with a random m below "
        "n."
    )
    assert score.beyond(brackets) == "Longer strings are read alone, nested up to 6 deep."
    assert score.beyond(reber) == score.beyond(replace(srn, tested_length=3)) == ""


# --- where the shown net fails --------------------------------------------------------------------------------


def test_where_all_arithmetics_agree_the_failure_is_named_once(srn):
    result = scored(srn, **dict.fromkeys(("single", "double", "one_by_one"), (None, ABC)))
    assert score.first_failures(result) == (
        "It fails first in a stream at n = 1, 1, 1 (abcabcabc); no failure was found alone. The same in float32 and "
        "float64."
    )


def test_a_net_that_fails_in_one_arithmetic_only_is_reported_in_each(srn):
    result = scored(srn, single=(AABB, None), one_by_one=(AABB, None))
    one_by_one = "float32, one stream at a time, in the first 100,000 symbols"
    assert score.first_failures(result) == (
        "It fails first alone at n = 2 (aabb); no failure was found in a stream (float32, all nets at once; "
        f"{one_by_one}). "
        "No failure was found (float64, all nets at once)."
    )
    assert result.exact == (False, False)
    only_double = scored(srn, double=(None, ABC))
    assert score.first_failures(only_double) == (
        f"No failure was found (float32, all nets at once; {one_by_one}). It fails first in a stream at n = 1, 1, 1 "
        "(abcabcabc); no failure was found alone (float64, all nets at once)."
    )
    assert only_double.exact == (False, False)


def test_a_failure_beyond_the_symbols_that_are_read_one_by_one_is_not_contradicted(srn):
    result = scored(srn, single=(LONG, None), double=(LONG, None))
    assert score.first_failures(result).endswith(
        "No failure was found (float32, one stream at a time, in the first 100,000 symbols)."
    )


def test_a_net_without_a_failure_is_said_to_have_none_found(srn):
    assert score.first_failures(scored(srn)) == "No failure was found. The same in float32 and float64."


def test_streams_are_not_named_where_nets_are_reset(reber):
    failure = Failure(n=5, numbers=(5,), text="BTX")
    result = scored(reber, **dict.fromkeys(("single", "double", "one_by_one"), (failure, None)))
    assert score.first_failures(result) == "It fails first alone at BTX. The same in float32 and float64."


@pytest.mark.parametrize(
    ("name", "failure", "words"),
    [
        ("srn", ABC, "n = 1, 1, 1 (abcabcabc)"),
        ("srn", LONG, "n = 9, 30"),
        ("brackets", Failure(n=2, numbers=(2, 1), text="(()).("), "nesting 2, 1 ((()).()"),
        ("reber", Failure(n=300, numbers=(300,), text="B" * 300), "…" + "B" * 24),
    ],
)
def test_a_failing_input_is_named_by_its_lengths_and_spelled_if_it_is_short(request, name, failure, words):
    assert score.failing_input(request.getfixturevalue(name), failure) == words
