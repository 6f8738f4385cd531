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
from kuzushi.sequences.certificates import boxes
from kuzushi.sequences.certificates import search as certificates
from kuzushi.sequences.certificates.boxes import read
from kuzushi.sequences.certificates.search import certify

WEIGHTS = single_counter()


def found(model, weights, pattern=DOUBLES, *, limit=20, roundings=(0.0,), seed=0, **settings):
    nets = {rounding: Net.of(model, weights, rounding=rounding) for rounding in roundings}
    return certify(
        model, weights, pattern, limit=limit, generator=np.random.default_rng(seed),
        enclosures={rounding: partial(enclose, net, pattern) for rounding, net in nets.items()}, **settings,
    )  # fmt: skip


@pytest.mark.parametrize(("weights", "pattern"), [(WEIGHTS, DOUBLES), (double_counter(), TRIPLES)])
def test_a_counter_that_resets_is_certified_by_one_cell_up_to_the_limit(weights, pattern):
    certification = found("lstm", weights, pattern, limit=25, roundings=(2.0**-48, 0.0))
    assert certification.refutation is None
    (certificate,) = certification.certificates
    assert (certificate.longest, certificate.rounding) == (25, 2.0**-48)
    assert len(certificate.cells) == 1
    check(certificate, weights)


def asked(weights, *, limit, refused=lambda longest, mean_value: False):
    """What is certified, and with which lengths, with the mean value theorem or without, if some boxes are refused."""
    net, calls = Net.of("lstm", weights, rounding=0.0), []

    def spied(longest, lower, upper, *, mean_value):
        calls.append((longest, mean_value))
        if (lower < upper).any() and refused(longest, mean_value):
            raise ProofError("refused")
        return enclose(net, DOUBLES, longest, lower, upper, mean_value=mean_value)

    certification = certify(
        "lstm", weights, DOUBLES, limit=limit, enclosures={0.0: spied}, generator=np.random.default_rng(0)
    )
    (certificate,) = certification.certificates
    check(certificate, weights)
    return certificate.longest, calls


def test_the_limit_is_tried_first_without_the_mean_value_theorem():
    longest, calls = asked(WEIGHTS, limit=12)
    assert longest == 12
    assert set(calls) == {(12, False)}


def test_cells_are_searched_from_the_initial_state_on():
    weights, states = WEIGHTS | {"h_0": np.float32([0.75])}, []

    def spied(longest, lower, upper, *, mean_value):
        states.append((lower.tolist(), upper.tolist()))
        return enclose(Net.of("lstm", weights, rounding=0.0), DOUBLES, longest, lower, upper, mean_value=mean_value)

    certify("lstm", weights, DOUBLES, limit=2, enclosures={0.0: spied}, generator=np.random.default_rng(0))
    assert states[0] == ([[0.75, 0.0]], [[0.75, 0.0]])


def test_where_plain_intervals_do_not_do_the_mean_value_theorem_is_tried():
    longest, calls = asked(WEIGHTS, limit=12, refused=lambda longest, mean_value: not mean_value)
    assert longest == 12
    assert (12, True) in calls


def test_where_the_limit_is_too_much_the_largest_length_is_found_by_bisection():
    longest, calls = asked(WEIGHTS, limit=12, refused=lambda longest, mean_value: longest > 6)
    assert longest == 6
    assert {length for length, _ in calls} == {1, 2, 4, 6, 7, 8, 12}


def reaching(longest_of, *, limit):
    """Certificates with some roundings, of which each refuses strings longer than some n, and what they were asked."""
    net, asked = Net.of("lstm", WEIGHTS, rounding=0.0), {rounding: [] for rounding in longest_of}

    def enclosing(rounding):
        def spied(longest, lower, upper, *, mean_value):
            asked[rounding].append(longest)
            if longest > longest_of[rounding]:
                raise ProofError("refused")
            return enclose(net, DOUBLES, longest, lower, upper, mean_value=mean_value)

        return spied

    found = certify(
        "lstm", WEIGHTS, DOUBLES, limit=limit, enclosures={rounding: enclosing(rounding) for rounding in longest_of},
        generator=np.random.default_rng(0),
    )  # fmt: skip
    return [(certificate.rounding, certificate.longest) for certificate in found.certificates], asked


def test_a_smaller_rounding_is_used_only_for_longer_strings():
    found, asked = reaching({2.0**-20: 5, 2.0**-48: 9}, limit=12)
    assert found == [(2.0**-20, 5), (2.0**-48, 9)]
    assert min(asked[2.0**-48]) == 6


def test_a_smaller_rounding_that_reaches_no_further_has_no_certificate():
    found, asked = reaching({2.0**-20: 5, 2.0**-48: 5}, limit=12)
    assert found == [(2.0**-20, 5)]
    assert set(asked[2.0**-48]) == {12, 6}


def test_a_smaller_rounding_is_not_used_where_the_larger_one_reaches_the_limit():
    found, asked = reaching({2.0**-20: 12, 2.0**-48: 12}, limit=12)
    assert found == [(2.0**-20, 12)]
    assert asked[2.0**-48] == []


def test_where_only_a_smaller_rounding_reaches_the_limit_the_larger_one_is_searched_below():
    found, asked = reaching({2.0**-20: 5, 2.0**-48: 12}, limit=12)
    assert found == [(2.0**-20, 5), (2.0**-48, 12)]
    assert set(asked[2.0**-48]) == {12}


def test_no_length_is_searched_for_cells_from_which_the_first_string_may_fail():
    _, asked = reaching({0.0: 5}, limit=12)
    assert [asked[0.0].count(longest) for longest in (12, 8, 6)] == [1, 1, 1]


def test_few_states_are_explored_where_strings_are_long(monkeypatch):
    counted = []

    def spied(net, pattern, longest, starts):
        counted.append((longest, len(starts)))
        return read(net, pattern, longest, starts)

    monkeypatch.setattr(boxes, "read", spied)
    monkeypatch.setattr(boxes, "EXPLORED", 1000)
    assert found("lstm", single_counter(resets=False), limit=20).certificates == ()
    assert max(starts for longest, starts in counted if longest == 20) == 1  # each of 630 symbols
    assert max(starts for longest, starts in counted if longest == 8) == 9  # each of 108


def test_a_counter_that_does_not_reset_is_neither_certified_nor_refuted():
    certification = found("lstm", single_counter(resets=False), limit=5)
    assert certification.certificates == ()
    assert certification.refutation is None


def test_a_counter_that_loses_count_is_certified_up_to_where_it_fails():
    """Each b takes off 0.52, so that of 16 the last finds less left than it must."""
    weights = WEIGHTS | {"weight_ih": WEIGHTS["weight_ih"] + np.float32([[0, 0.08], [0, 0], [0, 0], [0, 0]])}
    certification = found("lstm", weights)
    (certificate,), refutation = certification.certificates, certification.refutation
    check(certificate, weights)
    check_refutation(refutation, weights)
    assert certificate.longest == 7
    assert (refutation.strings, refutation.position) == ((8,), 23)
    assert (refutation.expected, refutation.predicted) == ("b", "a")
    assert refutation.margin < 0


def test_a_state_that_a_string_leaves_behind_makes_a_stream_fail():
    """A cell that is never forgotten and ends each string 0.1 lower: the third string begins too low."""
    weights = single_counter(resets=False)
    weights["weight_ih"][0, 1] = np.float32(np.log(0.55 / 0.45))
    certification = found("lstm", weights, limit=1)
    check_refutation(certification.refutation, weights)
    assert certification.certificates == ()
    assert set(certification.refutation.strings) == {1}
    assert len(certification.refutation.strings) > 1


def test_small_cells_hold_together_what_no_one_of_them_holds(monkeypatch):
    """An SRN that says a after everything, right on ab ab ab; each string turns its state by a right angle."""
    monkeypatch.setattr(certificates, "GRIDS", ((0.25, 0.1),))
    weights = {
        "weight_ih": np.array([[0.02, 0.0], [0.0, 0.0]]), "weight_hh": np.array([[0.67, -0.67], [0.67, 0.67]]),
        "bias": np.zeros(2), "weight_out": np.zeros((2, 2)), "bias_out": np.array([0.1, 0.0]), "h_0": np.zeros(2),
    }  # fmt: skip
    certification = found("srn", weights, Pattern(symbols=("a", "b"), ratios=(1, 1)), limit=1)
    (certificate,) = certification.certificates
    assert len(certificate.cells) > 10
    check(certificate, weights)


def test_the_same_generator_gives_the_same_certificate():
    one, other = (found("lstm", WEIGHTS, limit=9) for _ in range(2))
    assert one == other


def test_without_effort_nothing_is_proposed():
    certification = found("lstm", WEIGHTS, limit=4, effort=0)
    assert certification.certificates == ()
    assert certification.limit == 4


def test_a_limit_that_is_beyond_the_effort_costs_none():
    """One start reads 630 symbols for n up to 20, and 108 for n up to 8; a part is spared for a smaller rounding."""
    certification = found("lstm", WEIGHTS, limit=20, effort=600)
    assert [certificate.longest for certificate in certification.certificates] == [8]


def test_random_nets_are_refuted_at_once_and_never_certified_beyond():
    for seed in range(6):
        weights = random_net("lstm", hid=2, alphabet=2, generator=np.random.default_rng(seed))
        certification = found("lstm", weights, limit=6)
        check_refutation(certification.refutation, weights)
        assert certification.proved("exact") < max(certification.refutation.strings)


def test_nothing_is_certified_that_enclose_refuses():
    def nothing_holds(longest, lower, upper, *, mean_value):
        raise ProofError("nothing holds")

    certification = certify(
        "lstm", WEIGHTS, DOUBLES, limit=3, enclosures={0.0: nothing_holds}, generator=np.random.default_rng(0)
    )
    assert certification.certificates == ()
