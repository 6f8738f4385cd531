"""All dichotomies of points: published numbers, Cover's count, brute force, and a plane for each."""

from fractions import Fraction
from itertools import product
from math import comb, inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.minimal.dichotomies import dichotomies, exact, reduced

INTEGERS = st.integers(-3, 3)


def by_weights(points, largest):
    """Every dichotomy that whole weights of at most `largest` make, as bits, off at the first point."""
    found = set()
    for weight in product(range(-largest, largest + 1), repeat=len(points[0])):
        heights = [sum(w * x for w, x in zip(weight, point, strict=True)) for point in points]
        for level in heights:
            on = tuple(height > level for height in heights)
            found.add(on if not on[0] else tuple(not side for side in on))
    return found - {(False,) * len(points)}


def columns(units):
    return [tuple(column) for column in units.on.T.tolist()]


def assert_planes_divide(points, units):
    assert len(units) == len(units.planes) == len(set(columns(units)))
    for on, (weight, bias) in zip(columns(units), units.planes, strict=True):
        heights = [sum(w * x for w, x in zip(weight, point, strict=True)) + bias for point in points]
        assert 0 not in heights
        assert tuple(height > 0 for height in heights) == on
        assert not on[0]
        assert all(isinstance(number, int) for number in (*weight, bias))


@pytest.mark.parametrize(
    ("name", "number"),
    [("xor", 6), ("board", 28), ("grid:4", 86), ("grid:5", 200), ("parity:3", 51), ("parity:4", 940)],
)
def test_boards_and_cubes_have_the_published_numbers(name, number):
    """Threshold functions of the n-cube: 104 and 1882 (OEIS A000609), and of the n x n grid, less the trivial ones."""
    points = exact(load(name).points)
    units = dichotomies(points)
    assert len(units) == number
    assert_planes_divide(points, units)


@pytest.mark.parametrize(("name", "largest"), [("xor", 1), ("board", 3), ("grid:4", 5), ("parity:3", 2)])
def test_they_are_those_that_small_whole_weights_make(name, largest):
    points = [tuple(map(int, point)) for point in load(name).points]
    assert set(columns(dichotomies(points))) == by_weights(points, largest)


@given(points=st.lists(st.tuples(INTEGERS, INTEGERS), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_any_points_in_the_plane_are_divided_as_by_brute_force(points):
    """Two points of a grid of side 6 are separated by weights up to 12: normals of edges, and such tilted a little."""
    units = dichotomies(points)
    assert_planes_divide(points, units)
    assert set(columns(units)) == by_weights(points, 13)


@pytest.mark.parametrize(("count", "inputs"), [(7, 1), (8, 2), (12, 2), (8, 3), (7, 4), (5, 4), (3, 5)])
def test_points_in_general_position_are_divided_as_often_as_cover_counts(count, inputs):
    """Cover 1965, IEEE Trans. Electronic Computers EC-14: 2 sum of binom(n - 1, k) for k up to the inputs."""
    points = [tuple(Fraction(t) ** power for power in range(1, inputs + 1)) for t in range(count)]  # a moment curve
    units = dichotomies(points)
    assert len(units) == sum(comb(count - 1, k) for k in range(inputs + 1)) - 1
    assert_planes_divide(points, units)


def test_points_on_a_line_are_divided_between_neighbours_in_any_dimension():
    for direction in ((1,), (0, 0, 2), (3, -1, 2)):
        points = [tuple(Fraction(t * x) for x in direction) for t in (4, 0, 7, 1, 9)]
        assert len(dichotomies(points)) == 4


def test_coinciding_points_are_never_separated():
    units = dichotomies([(0, 0), (1, 2), (0, 0), (1, 2)])
    assert columns(units) == [(False, True, False, True)]
    assert dichotomies([(1, 2), (1, 2)]).on.shape == (2, 0)


def test_decimals_are_exact_as_they_print():
    tenths = exact(np.array([[0.1], [0.2], [0.3]]))
    assert tenths == [(Fraction(1, 10),), (Fraction(1, 5),), (Fraction(3, 10),)]
    assert exact(np.array([[1e-7, 1e9, -0.0]])) == [(Fraction(1, 10**7), 10**9, 0)]
    # On one line only if they lie evenly: 0.1 + 0.2 and 0.3 differ for floats.
    points = exact(np.array([[0.1, 0], [0.2, 1], [0.3, 2]]))
    assert len(dichotomies(points)) == 2


def test_a_board_of_any_size_and_position_has_as_many_dichotomies():
    board = load("board").points
    for scale, shift in ((1e-7, 0), (1e8, 1e8), (0.1, 0.7)):
        points = exact(np.round(board * scale + shift, 7))
        units = dichotomies(points)
        assert len(units) == 28
        assert_planes_divide(points, units)


def test_neighbouring_float64_points_are_divided_exactly():
    near = exact(np.array([[1e9], [np.nextafter(1e9, 2e9)], [0]]))
    units = dichotomies(near)
    assert len(units) == 2
    assert_planes_divide(near, units)


@pytest.mark.parametrize("points", [[(0, 0), (1, 0), (0, 1)], [(0, 0, 0)] * 3 + [(1, 1, 1)]])
def test_past_the_deadline_it_stops(points):
    with pytest.raises(TimeoutError):
        dichotomies(points, deadline=-inf)


def test_rows_are_reduced_to_echelon_form():
    rows = [[Fraction(x) for x in row] for row in [(0, 2, 4, 2), (1, 1, 1, 0), (1, 3, 5, 2)]]
    assert reduced(rows) == ([[1, 0, -1, -1], [0, 1, 2, 1], [0, 0, 0, 0]], [0, 1])
    assert reduced([]) == ([], [])
