"""The factor on step weights, against exact polynomials, decimal numbers of fifty digits, and nets worked by hand."""

from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from math import exp, log

import numpy as np
import pytest
import torch
from scipy.special import expit

from kuzushi.perceptrons import sigmoid_scale as scale
from kuzushi.perceptrons import units
from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.nets import MLP, Weights, load_weights
from kuzushi.perceptrons.sigmoid_scale import margins, sigmoid_scale

BOARD = load("board")


@pytest.fixture(scope="module")
def by_hand():
    return sigmoid_scale(load_weights("report"), BOARD.points, BOARD.targets)


def net(hidden_weight, hidden_bias, output_weight, output_bias):
    return Weights(
        hidden_weight=tuple((float(weight),) for weight in hidden_weight),
        hidden_bias=tuple(map(float, hidden_bias)),
        output_weight=(tuple(map(float, output_weight)),),
        output_bias=(float(output_bias),),
        act="step",
    )


def on_line(weights, points, targets):
    return sigmoid_scale(weights, np.array(points, dtype=float)[:, None], np.array(targets))


# --- exact polynomials ----------------------------------------------------------------------------------------


def product(left, right):
    """Of two polynomials, given by their coefficients from the constant up."""
    out = [Fraction(0)] * (len(left) + len(right) - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            out[i + j] += a * b
    return out


def value(polynomial, x):
    return sum(coefficient * x**k for k, coefficient in enumerate(polynomial))


def agreement(weights, point, target):
    """A polynomial in q = exp(-s / 2) with the sign of the output's input, above 0 where the point is right.

    A hidden input of k / 2 gives sigmoid(s k / 2) = 1 / (1 + q^k); for k < 0 that is q^-k / (1 + q^-k).
    """
    inputs = [
        2 * (sum(Fraction(w) * Fraction(x) for w, x in zip(weight, point, strict=True)) + Fraction(bias))
        for weight, bias in zip(weights.hidden_weight, weights.hidden_bias, strict=True)
    ]
    assert all(k.denominator == 1 and k % 2 == 1 for k in inputs)
    powers = [int(abs(k)) for k in inputs]
    below = [[Fraction(1)] + [Fraction(0)] * (power - 1) + [Fraction(1)] for power in powers]  # 1 + q^power
    above = [[Fraction(1)] if k > 0 else [Fraction(0)] * int(-k) + [Fraction(1)] for k in inputs]
    terms = [(Fraction(weights.output_bias[0]), below)]
    for j, weight in enumerate(weights.output_weight[0]):
        terms.append((Fraction(weight), [above[j], *below[:j], *below[j + 1 :]]))
    total = [Fraction(0)] * (sum(powers) + 1)
    for weight, factors in terms:
        expanded = [Fraction(1)]
        for factor in factors:
            expanded = product(expanded, factor)
        for k, coefficient in enumerate(expanded):
            total[k] += weight * coefficient
    return [coefficient if target else -coefficient for coefficient in total]


def roots_between(polynomial, low, high):
    """How many different roots lie in (low, high], counted by the signs of a Sturm sequence."""
    sequence = [trimmed(polynomial), trimmed([k * c for k, c in enumerate(polynomial)][1:])]
    while sequence[-1]:
        sequence.append(trimmed([-c for c in remainder(sequence[-2], sequence[-1])]))

    def changes(x):
        signs = [value(p, x) > 0 for p in sequence if p and value(p, x) != 0]
        return sum(a != b for a, b in pairwise(signs))

    return changes(low) - changes(high)


def remainder(left, right):
    left = list(left)
    while len(left) >= len(right):
        factor, shift = left[-1] / right[-1], len(left) - len(right)
        for k, coefficient in enumerate(right):
            left[k + shift] -= factor * coefficient
        left.pop()
    return left


def trimmed(polynomial):
    polynomial = list(polynomial)
    while polynomial and polynomial[-1] == 0:
        polynomial.pop()
    return polynomial


def test_the_count_of_roots_is_that_of_polynomials_with_known_roots():
    cubic = product(product([Fraction(-1), Fraction(1)], [Fraction(-2), Fraction(1)]), [Fraction(-3), Fraction(1)])
    assert [roots_between(cubic, Fraction(0), Fraction(x)) for x in (1, 2, 3)] == [1, 2, 3]
    assert roots_between([Fraction(1), Fraction(0), Fraction(1)], Fraction(-5), Fraction(5)) == 0


def test_the_net_by_hand_is_right_from_the_root_of_a_polynomial_on_and_stays_right(by_hand):
    weights = load_weights("report")
    polynomials = [agreement(weights, *row) for row in zip(BOARD.points.tolist(), BOARD.targets, strict=True)]
    from_here = Fraction(exp(-by_hand.right_from / 2))
    just_below = Fraction(exp(-(by_hand.right_from - 1e-9) / 2))
    assert all(value(polynomial, from_here) > 0 for polynomial in polynomials)
    assert all(roots_between(polynomial, Fraction(0), from_here) == 0 for polynomial in polynomials)
    assert any(value(polynomial, just_below) < 0 for polynomial in polynomials)
    # And no smaller factor: the point that is wrong just below stays wrong down to factor 0, where q is 1.
    (wrong,) = {tuple(p) for p in polynomials if value(p, just_below) < 0}
    assert roots_between(wrong, just_below, Fraction(999, 1000)) == 0
    assert by_hand.stays_right
    assert 1.97 < by_hand.right_from < 1.99


# --- the certificate ------------------------------------------------------------------------------------------


def test_the_margins_of_the_net_by_hand_certify_twice_the_logarithm_of_7(by_hand):
    exact = margins(load_weights("report"), BOARD.points, BOARD.targets)
    assert (exact.hidden, exact.output, exact.reach) == (Fraction(1, 2), Fraction(1, 2), 4)
    assert by_hand.certified == by_hand.searched_to == pytest.approx(2 * log(7), rel=1e-14)
    with localcontext(prec=50):
        assert Decimal(by_hand.certified) >= 2 * Decimal(7).ln()


def test_if_all_inputs_have_the_same_margin_the_certificate_is_the_smallest_factor():
    # 1 / (1 + exp(-s)) > 3/4 from s = ln 3 on, and the margins say the same.
    found = on_line(net([2], [-1], [4], -3), [0, 1], [0, 1])
    assert found.certified == pytest.approx(log(3))
    assert log(3) <= found.right_from <= log(3) + 1e-9
    assert found.stays_right


def test_large_margins_certify_every_factor():
    found = on_line(net([2], [-1], [1], -0.5), [0, 1], [0, 1])
    assert (found.certified, found.right_from, found.stays_right, found.searched_to) == (0.0, 0.0, True, 0.0)
    assert min(found.worst) > 0.5


@pytest.mark.parametrize(
    ("weights", "targets"),
    [
        pytest.param(net([1], [0], [1], -0.5), [0, 1], id="a point on a line"),
        pytest.param(net([2], [-1], [1], -0.5), [1, 0], id="wrong"),
        pytest.param(net([2], [-1], [1], -1), [0, 1], id="undecided"),
        pytest.param(net([0.1, 1], [1e-17, 1], [1, 0], -0.5), [0, 1], id="on a line but for rounding"),
    ],
)
def test_nets_that_are_wrong_or_on_a_line_have_no_certificate(weights, targets):
    found = on_line(weights, [0, 1], targets)
    assert (found.certified, found.stays_right, found.searched_to) == (None, False, scale.LARGEST)


def test_without_a_certificate_the_first_right_factor_is_still_found():
    # Inputs 0 and 1: sigmoid(0) = 1/2 is below 3/4, and sigmoid(s) above it from s = ln 3 on.
    found = on_line(net([1], [0], [4], -3), [0, 1], [0, 1])
    assert log(3) <= found.right_from <= log(3) + 1e-9


# --- the search -----------------------------------------------------------------------------------------------


def test_a_bounded_interval_of_right_factors_is_not_extended_to_all_larger_ones():
    # At the only point, sigmoid(s) - sigmoid(s / 5) - 1/5 is above 0 for middle factors alone.
    found = on_line(net([0, 0], [1, 0.2], [1, -1], -0.2), [0], [1])
    inside = np.linspace(0, 20, 200_001)
    first = inside[expit(inside) - expit(inside / 5) > 0.2][0]
    assert found.right_from == pytest.approx(first, abs=1e-4)
    assert (found.certified, found.stays_right) == (None, False)


def test_where_no_factor_is_right_none_is_found():
    found = on_line(net([2], [-1], [1], -2), [0, 1], [0, 1])
    assert (found.right_from, found.stays_right) == (None, False)


def test_an_output_that_is_0_with_every_factor_is_given_up():
    found = on_line(net([1, -1], [0.5, -0.5], [1, 1], -1), [0], [1])  # sigmoid(z) + sigmoid(-z) = 1
    assert (found.right_from, found.stays_right) == (None, False)


@pytest.mark.parametrize("seed", range(20))
def test_random_nets_are_right_where_a_fine_grid_of_factors_is(seed):
    generator = np.random.default_rng(seed)
    weights = net(*(generator.integers(-150, 150, size=3) / 64 for _ in range(3)), generator.normal())
    points = [-2.0, 0.5, 1.5]
    hidden = np.outer(points, np.ravel(weights.hidden_weight)) + weights.hidden_bias
    targets = ((hidden > 0) @ weights.output_weight[0] + weights.output_bias[0] > 0).astype(int)
    found = on_line(weights, points, targets.tolist())
    assert found.certified is not None
    factors = np.linspace(0, 2 * found.certified + 1, 4001)[1:]
    logits = expit(factors[:, None, None] * hidden) @ weights.output_weight[0] + weights.output_bias[0]
    right = ((logits > 0) == targets).all(1)
    step = factors[1] - factors[0]
    assert factors[right.argmax()] - step <= found.right_from <= factors[right.argmax()] + 1e-9
    assert right[factors > found.certified].all()
    assert found.stays_right == right[factors >= found.right_from].all()


# --- the curves -----------------------------------------------------------------------------------------------


def tensors():
    return torch.from_numpy(BOARD.points), torch.from_numpy(BOARD.targets)


def test_the_curves_are_loss_and_worst_output_of_the_net_with_all_weights_times_the_factor(by_hand):
    assert (len(by_hand.factors), by_hand.factors[0], by_hand.factors[-1]) == (200, 0.1, pytest.approx(20))
    for i in range(0, 200, 23):
        model = MLP.from_weights(load_weights("report"), act="sig", scale=by_hand.factors[i])
        shown = units.describe(model, 0, *tensors())
        assert by_hand.loss[i] == pytest.approx(shown.loss)
        assert by_hand.worst[i] == pytest.approx(min(r.output if r.target else 1 - r.output for r in shown.table))


def test_the_worst_output_crosses_one_half_at_right_from(by_hand):
    for factor, worst in zip(by_hand.factors, by_hand.worst, strict=True):
        assert (worst > 0.5) == (factor > by_hand.right_from)


def test_curves_of_small_margins_reach_beyond_the_certificate():
    found = on_line(net([0.02], [-0.01], [4], -3), [0, 1], [0, 1])
    assert found.factors[-1] == pytest.approx(3 * found.certified)
