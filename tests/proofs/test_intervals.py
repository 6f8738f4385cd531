"""Enclosures hold, and are tight, against decimal arithmetic of many digits and exact fractions."""

from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import product as every

import numpy as np
import pytest

from exact_counters import decimal_sigmoid, decimal_tanh
from kuzushi.proofs.intervals import (
    LN2_HIGH,
    LN2_LOW,
    TANH_ERROR,
    UNDERFLOW,
    UNIT,
    Affine,
    _positive_tanh,
    enclosing,
    half_up,
    loosened,
    product,
    scaled,
    sigmoid,
    slope_of_tanh,
    tanh,
)

SPECIAL = [
    0.0, -0.0, 5e-324, 1e-308, 1e-200, 1e-40, 1e-10, 2.0**-30, 0.1, 0.17328679, 0.1732868, 0.5, 0.51986, 1.0, 18.7,
    19.1, 31.999, 32.0, 33.0, 40.0, 709.0, 711.0, 1e10, 1e308,
]  # fmt: skip


def many_points():
    generator = np.random.default_rng(0)
    sizes = np.concatenate([10 ** generator.uniform(-12, 2, 800), generator.uniform(0, 3, 800)])
    multiples = np.arange(93) * (LN2_HIGH / 2)
    edges = (np.arange(93) + 0.5) * (LN2_HIGH / 2)  # where k changes
    near = [np.nextafter(x, np.inf) for x in (*multiples, *edges)]
    return np.concatenate([SPECIAL, sizes, multiples, edges, near])


SIZES = many_points()
POINTS = np.concatenate([SIZES, -SIZES])


@cache
def true_tanh(size):
    return decimal_tanh(Decimal(size))


def ends(x):
    """Return the exact ends of intervals."""
    return [Fraction(-float(low)) for low in x[0].ravel()], [Fraction(float(high)) for high in x[1].ravel()]


def test_the_error_of_tanh_is_within_the_derived_bound():
    sizes = SIZES[SIZES > 1e-300]
    for x, found in zip(sizes.tolist(), _positive_tanh(sizes), strict=True):
        true = true_tanh(x)
        assert abs(Decimal(float(found)) - true) <= 34 * Decimal(UNIT) * true
    assert 34 * UNIT < TANH_ERROR / 2


def test_tanh_is_enclosed_closely_at_thousands_of_points():
    lower, upper = ends(tanh(enclosing(POINTS, POINTS)))
    for x, low, high in zip(POINTS.tolist(), lower, upper, strict=True):
        true = Fraction(true_tanh(abs(x)).copy_sign(Decimal(x)))
        assert -1 <= low <= true <= high <= 1
        assert high - low <= 3 * Fraction(TANH_ERROR) * abs(true) + 3 * Fraction(UNDERFLOW)


def test_sigmoid_is_enclosed_closely_at_thousands_of_points():
    lower, upper = ends(sigmoid(enclosing(POINTS, POINTS)))
    for x, low, high in zip(POINTS, lower, upper, strict=True):
        true = Fraction(decimal_sigmoid(Decimal(float(x))))
        assert 0 <= low <= true <= high <= 1
        assert high - low <= 4 * Fraction(TANH_ERROR)


def test_over_an_interval_both_go_from_the_lower_end_to_the_upper():
    for function, least, most in ((tanh, -0.964, 0.7616), (sigmoid, 0.119, 0.7311)):
        low, high = ends(function(enclosing(np.array([-2.0]), np.array([1.0]))))
        assert low[0] == pytest.approx(least, abs=1e-3)
        assert high[0] == pytest.approx(most, abs=1e-3)


def test_half_up_of_tanh_is_within_0_and_1():
    low, high = ends(half_up(enclosing(np.array([-1.0, 0.0]), np.array([-1.0, 1.0]))))
    assert low[0] == 0
    assert 0 < high[0] < 1e-15
    assert Fraction(1, 2) - Fraction(1, 10**15) < low[1] < Fraction(1, 2)
    assert high[1] == 1


def test_ln_2_has_two_parts_and_multiples_of_the_first_are_exact():
    assert abs(Decimal(LN2_HIGH) + Decimal(LN2_LOW) - Decimal(2).ln()) < Decimal(2) ** -84
    for k in range(94):
        assert Fraction(k * LN2_HIGH) == k * Fraction(LN2_HIGH)


def random_intervals(*shape, generator):
    a, b = generator.normal(size=(2, *shape)) * 10.0 ** generator.integers(-3, 2, shape)
    return enclosing(np.minimum(a, b), np.maximum(a, b))


def corners(x, index):
    return Fraction(-float(x[0][index])), Fraction(float(x[1][index]))


@pytest.mark.parametrize("operation", [scaled, product])
def test_products_are_those_of_the_ends_up_to_rounding(operation):
    generator = np.random.default_rng(1)
    factor, x = random_intervals(400, generator=generator), random_intervals(400, generator=generator)
    if operation is scaled:
        factor = enclosing(np.abs(factor).min(0), np.abs(factor).max(0))
    close = operation(factor, x)
    sure = loosened(close, 2 * UNIT)
    for index in range(400):
        exact = [a * b for a, b in every(corners(factor, index), corners(x, index))]
        low, high = corners(sure, index)
        assert low <= min(exact) <= max(exact) <= high
        assert corners(close, index) == pytest.approx((min(exact), max(exact)), rel=1e-15)


def test_loosened_intervals_hold_values_with_a_relative_error():
    x = enclosing(np.array([-2.0, 1.0, 0.0]), np.array([-1.0, 4.0, 0.0]))
    low, high = ends(loosened(x, 0.25))
    assert [float(end) for end in low] == pytest.approx([-2.5, 0.75, 0])
    assert [float(end) for end in high] == pytest.approx([-0.75, 5, 0])
    assert all(a <= b for a, b in zip(low, [Fraction(-5, 2), Fraction(3, 4), Fraction(-1, 10**40)], strict=True))
    assert all(a >= b for a, b in zip(high, [Fraction(-3, 4), 5, Fraction(1, 10**40)], strict=True))


@pytest.mark.parametrize("rounding", [0.0, 2.0**-20])
def test_affine_maps_are_enclosed_with_an_error_of_every_sum(rounding):
    generator = np.random.default_rng(2)
    weight, bias = generator.normal(size=(5, 3)), generator.normal(size=5)
    x = random_intervals(3, 1, 50, generator=generator)
    x /= np.abs(x).max()
    affine = Affine(weight, bias, size=np.abs(weight).sum(1) + np.abs(bias), rounding=rounding)
    found, slopes = affine(x), affine.slopes(x)
    exact = [[Fraction(w) for w in row] for row in weight.tolist()]
    for row, lane in every(range(5), range(50)):
        for point in every(*(corners(x, (j, 0, lane)) for j in range(3))):
            terms = [w * h for w, h in zip(exact[row], point, strict=True)]
            size = sum(map(abs, terms))
            for sign in (-1, 0, 1):
                low, high = corners(slopes, (row, 0, lane))
                assert low <= sum(terms) + sign * Fraction(rounding) * size <= high
                low, high = corners(found, (row, 0, lane))
                b = Fraction(float(bias[row]))
                assert low <= sum(terms) + b + sign * Fraction(rounding) * (size + abs(b)) <= high


def test_affine_maps_of_points_are_enclosed_closely():
    affine = Affine(np.array([[1.0, -2.0]]), np.array([0.5]), size=np.array([3.5]), rounding=0.0)
    low, high = ends(affine(enclosing(*np.array([[[[0.25]], [[0.5]]]] * 2))))
    assert low[0] <= Fraction(-1, 4) <= high[0]
    assert high[0] - low[0] < Fraction(1, 10**13)


def test_the_slope_of_tanh_is_enclosed_closely_and_at_least_0():
    values = np.concatenate([np.tanh(POINTS), [-1.0, 1.0]])
    low, high = ends(slope_of_tanh(enclosing(values, values)))
    for value, least, most in zip(values.tolist(), low, high, strict=True):
        true = 1 - Fraction(value) ** 2
        assert 0 <= least <= true <= most
        assert most - least <= 16 * Fraction(UNIT)


def test_the_slope_of_tanh_is_largest_at_0_in_an_interval():
    low, high = ends(slope_of_tanh(enclosing(np.array([-0.5, 0.5]), np.array([0.25, 0.75]))))
    assert [float(end) for end in low] == pytest.approx([0.75, 0.4375])
    assert [float(end) for end in high] == pytest.approx([1, 0.75])
