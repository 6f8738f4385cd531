"""Scores: the earliest failure of every net, and which nets are exact."""

import pytest

from kuzushi.proofs.certificate_format import Certification, Pattern, Refutation
from kuzushi.sequences.score_results import Failure, Scores, earliest, earliest_alone, exact_nets, first_failures


def failure(n):
    return None if n is None else Failure(n=n, numbers=(n,), text="ab" * n)


def scores(alone, in_stream=None, *, arithmetic="float32"):
    """Scores of nets that fail first at these n."""
    in_stream = in_stream or (None,) * len(alone)
    return Scores(arithmetic=arithmetic, alone=tuple(map(failure, alone)), in_stream=tuple(map(failure, in_stream)))


def refuted_at(n):
    """What is proved of a net that fails in a stream of strings up to n."""
    refutation = Refutation(
        pattern=Pattern(symbols=("a", "b"), ratios=(1, 1)), model="srn", hid=2, weights_sha256="", rounding=0.0,
        strings=(1, n), position=1, expected="b", predicted="a", margin=0.0,
    )  # fmt: skip
    return Certification(certificates=(), refutation=refutation, limit=n)


def exact(*found, one_by_one=(None,), shown=0, trained=4, refuted=None):
    certification = None if refuted is None else refuted_at(refuted)
    first = first_failures(found, scores(one_by_one), shown=shown, certification=certification)
    return exact_nets(first, trained=trained)


def test_a_net_fails_first_at_the_smaller_n_of_alone_and_in_a_stream():
    assert scores((3, None, 5, None), (7, 2, None, None)).first_failure == (3, 2, 5, None)


def test_the_earliest_failure_is_that_in_any_arithmetic():
    single, double = scores((3, None, 5, None), (None, 9, 4, None)), scores((4, None, 6, 8), arithmetic="float64")
    assert earliest((single, double)) == earliest((double, single)) == (3, 9, 4, 8)
    assert earliest_alone((single, double)) == (3, None, 5, 8)


@pytest.mark.parametrize("arithmetic", ["float32", "float64"])
def test_a_net_that_fails_in_one_arithmetic_is_not_exact(arithmetic):
    other = "float64" if arithmetic == "float32" else "float32"
    found = scores((4, 5, None), arithmetic=arithmetic), scores((None, None, None), arithmetic=other)
    assert exact(*found, shown=2) == (False, True, True)


def test_a_net_that_fails_beyond_the_trained_length_is_exact_and_one_that_fails_within_it_is_not():
    assert exact(scores((5, 4, None, None), (None, None, 4, 5)), shown=0) == (True, False, False, True)


@pytest.mark.parametrize(("refuted", "expected"), [(None, True), (4, False), (1, False), (5, True)])
def test_a_refutation_with_no_longer_string_than_were_trained_takes_exactness_from_the_shown_net_only(
    refuted, expected
):
    assert exact(scores((None, None, None)), shown=1, refuted=refuted) == (True, expected, True)


@pytest.mark.parametrize(("one_by_one", "expected"), [(None, True), (4, False), (5, True)])
def test_a_failure_of_the_shown_net_read_one_by_one_takes_exactness_from_it(one_by_one, expected):
    assert exact(scores((None, None)), one_by_one=(one_by_one,), shown=1) == (True, expected)
