"""Counts of regions and dichotomies against published numbers, closed forms, and brute force."""

from fractions import Fraction
from itertools import product
from math import comb, gcd

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuzushi.proofs.dichotomies import count_dichotomies, count_regions, homogeneous
from kuzushi.proofs.errors import ProofError


def grid(size):
    return tuple(product(range(size), repeat=2))


def cube(dimension):
    return tuple(product((0, 1), repeat=dimension))


def cuts(points, *, largest):
    """Return where units of whole weights up to `largest` are on: in each direction, the points above some height."""
    found = set()
    for weight in product(range(-largest, largest + 1), repeat=len(points[0])):
        heights = [sum(w * x for w, x in zip(weight, point, strict=True)) for point in points]
        found |= {tuple(height >= least for height in heights) for least in heights}
    return found


ALL = {"grid": (grid(4), cuts(grid(4), largest=5)), "cube": (cube(4), cuts(cube(4), largest=3))}


@pytest.mark.parametrize("size", range(1, 9))
def test_a_square_grid_has_as_many_dichotomies_as_its_closed_form(size):
    """OEIS A114043: 1, 7, 29, 87, 201, 419, ... (Alekseyev 2010, SIAM J. Discrete Math. 24, 1617)."""
    steps = product(range(1, size), repeat=2)
    slanted = sum((size - i) * (size - j) for i, j in steps if gcd(i, j) == 1)
    expected = 2 * size**2 - 2 * size + 1 + 2 * slanted
    assert count_dichotomies([(*point, 1) for point in grid(size)]) == expected


def test_square_grids_of_3_to_6_points_have_28_86_200_and_418_units():
    counts = [count_dichotomies([(*point, 1) for point in grid(size)]) - 1 for size in (3, 4, 5, 6)]
    assert counts == [28, 86, 200, 418]


@pytest.mark.parametrize(("dimension", "functions"), [(1, 4), (2, 14), (3, 104), (4, 1882)])
def test_a_cube_has_as_many_dichotomies_as_there_are_threshold_functions(dimension, functions):
    """OEIS A000609, which counts a function and its complement."""
    assert count_dichotomies([(*point, 1) for point in cube(dimension)]) == functions / 2


@pytest.mark.parametrize("dimension", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [1, 2, 5, 9])
def test_points_in_general_position_have_as_many_dichotomies_as_cover_proved(dimension, size):
    """Cover 1965, IEEE Trans. Electronic Computers 14, 326; no d + 2 points of the moment curve share a hyperplane."""
    curve = [homogeneous([Fraction(t, 3) ** power for power in range(1, dimension + 1)]) for t in range(size)]
    assert count_dichotomies(curve) == sum(comb(size - 1, k) for k in range(dimension + 1))


@given(st.sampled_from(["grid", "cube"]), st.sets(st.integers(0, 15), min_size=1))
def test_a_subset_of_the_points_has_the_restrictions_of_their_dichotomies(name, chosen):
    """A plane through none of the chosen points can be moved off the others as well."""
    points, on = ALL[name]
    left = {tuple(states[i] for i in chosen) for states in on}
    left |= {tuple(not state for state in states) for states in left}
    assert 2 * count_dichotomies([(*points[i], 1) for i in chosen]) == len(left)


def test_neither_scaling_nor_points_given_twice_change_the_number():
    stretched = [homogeneous((Fraction(x, 7) - 5, Fraction("0.1") * y + x)) for x, y in grid(3)]
    assert count_dichotomies(stretched) == count_dichotomies(stretched * 2) == 29


def test_a_point_becomes_whole_numbers_without_a_common_divisor():
    assert homogeneous((Fraction(1, 2), Fraction(3))) == (1, 6, 2)
    assert homogeneous((Fraction("-0.25"), Fraction("1.5"), Fraction(0))) == (-1, 6, 0, 4)


def test_hyperplanes_cut_space_into_the_regions_counted_by_hand():
    assert count_regions([]) == 1
    assert count_regions([(1,)]) == 2
    assert count_regions([(1, 0), (0, 1), (1, 1)]) == 6
    assert count_regions([(1, 0, 0), (0, 1, 0), (0, 0, 1)]) == 8
    assert count_regions([(1, 0, 0), (0, 1, 0), (1, 1, 0)]) == 6


def test_no_points_have_no_dichotomies():
    with pytest.raises(ProofError, match="no points"):
        count_dichotomies([])
