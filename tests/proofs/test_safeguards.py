"""Each safeguard of the checker of streams is needed: without it a false claim passes.

That a claim is false is shown by a loop in decimal arithmetic whose errors are as large as the claim allows.
"""

from dataclasses import replace
from decimal import Decimal
from itertools import cycle

import numpy as np
import pytest

from exact_counters import DOUBLES, certificate, single_counter
from kuzushi.proofs import certificate as checker
from kuzushi.proofs import interval_net
from kuzushi.proofs.certificate import check, check_refutation
from kuzushi.proofs.certificate_format import Pattern, Refutation, weights_sha256
from kuzushi.proofs.errors import ProofError
from kuzushi.proofs.interval_net import Net
from kuzushi.proofs.intervals import Affine
from plain_loops import exact_failure

PAIRS = Pattern(symbols=("a", "b"), ratios=(1, 1))
ERROR = 2.0**-10
"""The largest rounding of a certificate."""


def srn(**changes):
    """One unit that is 0, and says a and b alike."""
    zeros = {
        "weight_ih": np.zeros((1, 2)), "weight_hh": np.zeros((1, 1)), "bias": np.zeros(1),
        "weight_out": np.zeros((2, 1)), "bias_out": np.zeros(2), "h_0": np.zeros(1),
    }  # fmt: skip
    return {name: np.float32(changes.get(name, array)).reshape(array.shape) for name, array in zeros.items()}


def of_pairs(weights, *, edges=(-1.001, 1.001), rounding=0.0):
    """A certificate for ab ab ab of one cell."""
    return certificate(weights, PAIRS, longest=1, model="srn", rounding=rounding, edges=(edges,))


def errors(*signs):
    """Errors as large as they may be, of these signs in turn.

    In ab, an SRN of one unit has errors in the sum and in tanh after a, the same after b, and in each logit there.
    """
    turns = cycle(signs)
    return lambda: next(turns) * Decimal(ERROR)


def passes_only_without(monkeypatch, place, name, broken, claim, weights, because):
    """Check that a claim is refused, and that it passes once a part of the checker is replaced by a broken one."""
    with pytest.raises(ProofError, match=because):
        check(claim, weights)
    monkeypatch.setattr(place, name, broken)
    check(claim, weights)


def test_the_initial_state(monkeypatch):
    """A unit that stays below 0 if it starts there, and says a above 0."""
    weights = srn(weight_hh=3, bias=0.5, weight_out=[1, -1], h_0=-0.9)
    assert exact_failure("srn", weights, PAIRS, (1,)) == (0, 2)
    at_zero = property(lambda net: np.zeros((2, net.width, 1)))
    claim = of_pairs(weights, edges=(0.1, 1.001))
    passes_only_without(monkeypatch, Net, "initial", at_zero, claim, weights, "from the initial state")


def unchanged(net, enclosure):
    return enclosure


def always(span, boxes):
    return True


def exact_sums(weight, bias, *, size, rounding):
    return Affine(weight, bias, size=size, rounding=0.0)


def test_the_rounding_of_sums(monkeypatch):
    """Logits of 1 + 2^-10 and 1."""
    weights = srn(bias_out=[1 + ERROR, 1])
    assert exact_failure("srn", weights, PAIRS, (1,)) is None
    assert exact_failure("srn", weights, PAIRS, (1,), errors(0, 0, 0, 0, -1, 1)) == (0, 2)
    claim = of_pairs(weights, rounding=ERROR)
    passes_only_without(monkeypatch, interval_net, "Affine", exact_sums, claim, weights, "the logit of 'b' may exceed")


def test_the_rounding_of_units(monkeypatch):
    """A unit of tanh(8), which is almost 1, says b; a is above it by half a rounding more than sums can change."""
    weights = srn(bias=8, weight_out=[0, 1], bias_out=[1 + 2.5 * ERROR, 0])
    assert exact_failure("srn", weights, PAIRS, (1,)) is None
    assert exact_failure("srn", weights, PAIRS, (1,), errors(0, 1, 0, 1, -1, 1)) == (0, 2)
    claim = of_pairs(weights, edges=(0.0, 1.005), rounding=ERROR)
    passes_only_without(monkeypatch, Net, "_rounded", unchanged, claim, weights, "the logit of 'b' may exceed")


def test_that_the_state_after_a_string_is_in_a_box(monkeypatch):
    """A counter that never resets, and adds a little more than it takes off."""
    weights = single_counter(resets=False)
    strings = (1,) * 300
    assert exact_failure("lstm", weights, DOUBLES, (1,) * 10) is None
    found = exact_failure("lstm", weights, DOUBLES, strings, errors(1))
    assert found is not None
    assert found[0] > 1
    claim = certificate(weights, longest=1, rounding=ERROR, reach=0.05)
    passes_only_without(monkeypatch, checker, "_is_covered", always, claim, weights, "outside all boxes")


@pytest.mark.parametrize(("bound", "passes"), [(-1e-300, True), (0.0, False), (np.nan, False), (np.inf, False)])
def test_that_the_logit_of_the_symbol_is_above_the_others_and_not_the_same(monkeypatch, bound, passes):
    """Bounds are never 0 by themselves, where logits are equal: this is the comparison alone."""
    weights = srn()
    assert exact_failure("srn", weights, PAIRS, (1,)) == (0, 2)
    monkeypatch.setattr(Net, "excess", lambda net, legal, states: np.full((1, states.values.shape[-1]), bound))
    if passes:
        check(of_pairs(weights), weights)
    else:
        with pytest.raises(ProofError, match="the logit of 'b' may exceed that of 'a'"):
            check(of_pairs(weights), weights)


@pytest.mark.parametrize(("bound", "passes"), [(0.0, True), (1e-300, False), (np.nan, False), (np.inf, False)])
def test_that_in_a_refutation_no_logit_is_above_that_of_the_symbol_predicted(monkeypatch, bound, passes):
    weights, claim = srn(), refutation(srn())
    monkeypatch.setattr(Net, "excess", lambda net, legal, states: np.full((1, states.values.shape[-1]), bound))
    if passes:
        check_refutation(claim, weights)
    else:
        with pytest.raises(ProofError, match="'a' can be more probable than 'b'"):
            check_refutation(claim, weights)


def refutation(weights, **changes):
    """The claim that a net says b after ab."""
    claim = Refutation(
        pattern=PAIRS, model="srn", hid=1, weights_sha256=weights_sha256(weights), rounding=0.0, strings=(1,),
        position=2, expected="a", predicted="b", margin=0.0,
    )  # fmt: skip
    return replace(claim, **changes)


def test_the_rounding_of_a_refutation(monkeypatch):
    """It says b, but with errors a."""
    weights = srn(bias_out=[1, 1 + ERROR])
    claim = refutation(weights, rounding=ERROR)
    assert exact_failure("srn", weights, PAIRS, (1,)) == (0, 2)
    assert exact_failure("srn", weights, PAIRS, (1,), errors(0, 0, 0, 0, 1, -1)) is None
    check_refutation(replace(claim, rounding=0.0), weights)
    with pytest.raises(ProofError, match="'a' can be more probable than 'b'"):
        check_refutation(claim, weights)
    monkeypatch.setattr(interval_net, "Affine", exact_sums)
    check_refutation(claim, weights)


def test_the_initial_state_of_a_refutation(monkeypatch):
    weights = srn(weight_hh=3, bias=-0.5, weight_out=[1, -1], h_0=0.9)
    assert exact_failure("srn", weights, PAIRS, (1,)) is None
    with pytest.raises(ProofError, match="'a' can be more probable than 'b'"):
        check_refutation(refutation(weights), weights)
    monkeypatch.setattr(Net, "initial", property(lambda net: np.zeros((2, net.width, 1))))
    check_refutation(refutation(weights), weights)


def test_in_a_refutation_no_other_symbol_may_be_above_the_one_predicted():
    """It says c after abc, so that it does not say b, though b is above a."""
    three = Pattern(symbols=("a", "b", "c"), ratios=(1, 1, 1))
    weights = srn() | {
        "weight_ih": np.zeros((1, 3)), "weight_out": np.zeros((3, 1)), "bias_out": np.array([0.0, 1.0, 2.0]),
    }  # fmt: skip
    claim = refutation(weights, pattern=three, position=3)
    check_refutation(replace(claim, predicted="c"), weights)
    with pytest.raises(ProofError, match="'c' can be more probable than 'b'"):
        check_refutation(claim, weights)
