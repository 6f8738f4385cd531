"""What is proposed is accepted by the checker, goes as far as the net does, and says where it fails."""

from functools import partial

import numpy as np
import pytest

from exact_counters import DOUBLES, TRIPLES, double_counter, random_net, single_counter
from kuzushi.proofs.certificate import check, check_refutation
from kuzushi.proofs.certificate_format import Pattern
from kuzushi.proofs.enclose_strings import enclose
from kuzushi.proofs.errors import ProofError
from kuzushi.proofs.interval_net import Net
from kuzushi.sequences.certificates import search as certificates
from kuzushi.sequences.certificates.boxes import read
from kuzushi.sequences.certificates.search import certify

WEIGHTS = single_counter()


def found(model, weights, pattern=DOUBLES, *, limit=20, rounding=0.0, seed=0, **settings):
    return certify(
        model, weights, pattern, limit=limit, rounding=rounding,
        enclose=partial(enclose, Net.of(model, weights, rounding=rounding), pattern),
        generator=np.random.default_rng(seed), **settings,
    )  # fmt: skip


@pytest.mark.parametrize(("weights", "pattern"), [(WEIGHTS, DOUBLES), (double_counter(), TRIPLES)])
def test_a_counter_that_resets_is_certified_by_one_cell_up_to_the_limit(weights, pattern):
    certification = found("lstm", weights, pattern, limit=25, rounding=2.0**-48)
    assert certification.refutation is None
    assert certification.certificate.longest == 25
    assert len(certification.certificate.cells) == 1
    check(certification.certificate, weights)


def asked(weights, *, limit, refused=lambda longest, mean_value: False):
    """What is certified, and with which lengths, with the mean value theorem or without, if some are refused."""
    net, calls = Net.of("lstm", weights, rounding=0.0), []

    def spied(longest, lower, upper, *, mean_value):
        calls.append((longest, mean_value))
        if refused(longest, mean_value):
            raise ProofError("refused")
        return enclose(net, DOUBLES, longest, lower, upper, mean_value=mean_value)

    certification = certify(
        "lstm", weights, DOUBLES, limit=limit, rounding=0.0, enclose=spied, generator=np.random.default_rng(0)
    )
    check(certification.certificate, weights)
    return certification.certificate.longest, calls


def test_the_limit_is_tried_first_without_the_mean_value_theorem():
    longest, calls = asked(WEIGHTS, limit=12)
    assert longest == 12
    assert set(calls) == {(12, False)}


def test_where_plain_intervals_do_not_do_the_mean_value_theorem_is_tried():
    longest, calls = asked(WEIGHTS, limit=12, refused=lambda longest, mean_value: not mean_value)
    assert longest == 12
    assert (12, True) in calls


def test_where_the_limit_is_too_much_the_largest_length_is_found_by_bisection():
    longest, calls = asked(WEIGHTS, limit=12, refused=lambda longest, mean_value: longest > 6)
    assert longest == 6
    assert {length for length, _ in calls} == {1, 2, 4, 6, 7, 8, 12}


def test_few_states_are_explored_where_strings_are_long(monkeypatch):
    counted = []

    def spied(net, pattern, longest, starts):
        counted.append((longest, len(starts)))
        return read(net, pattern, longest, starts)

    monkeypatch.setattr(certificates, "read", spied)
    monkeypatch.setattr(certificates, "EXPLORED", 1000)
    assert found("lstm", single_counter(resets=False), limit=20).certificate is None
    assert max(starts for longest, starts in counted if longest == 20) == 1  # each of 630 symbols
    assert max(starts for longest, starts in counted if longest == 8) == 9  # each of 108


def test_a_counter_that_does_not_reset_is_neither_certified_nor_refuted():
    certification = found("lstm", single_counter(resets=False), limit=5)
    assert certification.certificate is None
    assert certification.refutation is None


def test_a_counter_that_loses_count_is_certified_up_to_where_it_fails():
    """Each b takes off 0.52, so that of 16 the last finds less left than it must."""
    weights = WEIGHTS | {"weight_ih": WEIGHTS["weight_ih"] + np.float32([[0, 0.08], [0, 0], [0, 0], [0, 0]])}
    certification = found("lstm", weights)
    check(certification.certificate, weights)
    check_refutation(certification.refutation, weights)
    assert certification.certificate.longest == 7
    refutation = certification.refutation
    assert (refutation.strings, refutation.position) == ((8,), 23)
    assert (refutation.expected, refutation.said) == ("b", "a")
    assert refutation.margin < 0


def test_a_state_that_a_string_leaves_behind_makes_a_stream_fail():
    """A cell that is never forgotten and ends each string 0.1 lower: the third string begins too low."""
    weights = single_counter(resets=False)
    weights["weight_ih"][0, 1] = np.float32(np.log(0.55 / 0.45))
    certification = found("lstm", weights, limit=1)
    check_refutation(certification.refutation, weights)
    assert certification.certificate is None
    assert set(certification.refutation.strings) == {1}
    assert len(certification.refutation.strings) > 1


def test_small_cells_hold_together_what_no_one_of_them_holds(monkeypatch):
    """An SRN that says a after everything, right on ab ab ab; each string turns its state by a right angle."""
    monkeypatch.setattr(certificates, "GRIDS", ((0.25, 0.1),))
    weights = {
        "weight_ih": np.array([[0.02, 0.0], [0.0, 0.0]]), "weight_hh": np.array([[0.67, -0.67], [0.67, 0.67]]),
        "bias": np.zeros(2), "weight_out": np.zeros((2, 2)), "bias_out": np.array([0.1, 0.0]),
    }  # fmt: skip
    certification = found("srn", weights, Pattern(symbols=("a", "b"), ratios=(1, 1)), limit=1)
    assert len(certification.certificate.cells) > 10
    check(certification.certificate, weights)


def test_the_same_generator_gives_the_same_certificate():
    one, other = (found("lstm", WEIGHTS, limit=9) for _ in range(2))
    assert one == other


def test_without_effort_nothing_is_proposed():
    certification = found("lstm", WEIGHTS, limit=4, effort=0)
    assert certification.certificate is None
    assert certification.limit == 4


def test_a_limit_that_is_beyond_the_effort_costs_none():
    """One start reads 630 symbols for n up to 20, and 108 for n up to 8."""
    certification = found("lstm", WEIGHTS, limit=20, effort=600)
    assert certification.certificate.longest == 8


def test_random_nets_are_refuted_at_once_and_never_certified_beyond():
    for seed in range(6):
        weights = random_net("lstm", hid=2, alphabet=2, generator=np.random.default_rng(seed))
        certification = found("lstm", weights, limit=6)
        check_refutation(certification.refutation, weights)
        proved = certification.certificate.longest if certification.certificate else 0
        assert proved < max(certification.refutation.strings)


def test_nothing_is_certified_that_enclose_refuses():
    def nothing_holds(longest, lower, upper, *, mean_value):
        raise ProofError("nothing holds")

    certification = certify(
        "lstm", WEIGHTS, DOUBLES, limit=3, rounding=0.0, enclose=nothing_holds, generator=np.random.default_rng(0)
    )
    assert certification.certificate is None
