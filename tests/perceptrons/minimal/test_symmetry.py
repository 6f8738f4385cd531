"""Symmetries of labelled points: groups of known order, brute force, and what they make of units."""

from itertools import permutations, product

import numpy as np
import pytest

from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.minimal import symmetry
from kuzushi.perceptrons.minimal.dichotomies import dichotomies, exact
from kuzushi.perceptrons.minimal.symmetry import generators, on_units, symmetries


def of(name):
    data = load(name)
    return symmetries(exact(data.points), data.targets)


def closure(group):
    """All products of some permutations."""
    found = new = {tuple(range(len(group[0])))}
    while new:
        new = {tuple(p[i] for i in image) for image in new for p in group} - found
        found = found | new
    return found


@pytest.mark.parametrize(
    ("name", "order"),
    [("xor", 8), ("board", 8), ("grid:4", 8), ("parity:3", 48), ("parity:4", 384), ("cells:3,gap=0.1", 8)],
)
def test_squares_and_cubes_have_the_symmetries_of_the_hyperoctahedral_group(name, order):
    """2^n n! for the n-cube."""
    found = of(name)
    assert len(found) == len({*map(tuple, found.tolist())}) == order
    assert found[0].tolist() == list(range(found.shape[1]))


@pytest.mark.parametrize(
    ("points", "targets", "order"),
    [
        ([(0, 0), (0, 1), (2, 0), (2, 1)], [0, 1, 1, 0], 4),  # a rectangle
        ([(0, 0), (0, 1), (2, 0), (2, 1)], [0, 0, 0, 1], 1),
        ([(0, 0), (0, 1), (1, 0), (1, 1)], [0, 0, 1, 1], 4),  # a square of two halves: two keep the targets, two flip
        ([(0, 0), (0, 1), (1, 0), (1, 1)], [0, 0, 0, 1], 2),
        ([(0, 0), (1, 0), (0, 3), (5, 7)], [0, 1, 1, 0], 1),
        ([(0,), (1,), (2,)], [0, 1, 0], 2),
        ([(0,), (1,), (2,)], [0, 1, 1], 1),
        ([(0,), (1,), (2,), (3,)], [0, 1, 0, 1], 2),  # the mirror flips all targets
        ([(0, 0), (0, 0), (1, 1)], [0, 0, 1], 2),  # coinciding points are exchanged
    ],
)
def test_hand_counted_symmetries(points, targets, order):
    found = symmetries(points, np.array(targets))
    assert len(found) == order
    assert {*map(tuple, found.tolist())} == by_brute_force(points, targets)


def by_brute_force(points, targets):
    def far(i, j):
        return sum((x - y) ** 2 for x, y in zip(points[i], points[j], strict=True))

    indices = range(len(points))
    return {
        moved
        for moved in permutations(indices)
        if all(far(i, j) == far(moved[i], moved[j]) for i, j in product(indices, repeat=2))
        and len({targets[i] ^ targets[moved[i]] for i in indices}) == 1
    }


def test_random_points_have_the_symmetries_that_brute_force_finds():
    random = np.random.default_rng(2)
    orders = set()
    for _ in range(40):
        points = [tuple(point) for point in random.integers(0, 2, (6, 3)).tolist()]
        targets = random.integers(0, 2, 6)
        found = symmetries(points, targets)
        orders.add(len(found))
        assert {*map(tuple, found.tolist())} == by_brute_force(points, targets.tolist())
    assert len(orders) > 2


def test_of_too_many_only_the_identity_is_used():
    """The 5-cube has 3840; 14 coinciding points have 14! ways to begin a symmetry that the last point forbids."""
    assert of("parity:5").tolist() == [list(range(32))]
    points = [(0, 0)] * 14 + [(1, 1)] * 14 + [(5, 1)]
    targets = np.array([0] * 14 + [1] * 15)
    assert symmetries(points, targets).tolist() == [list(range(29))]


def test_a_search_that_is_given_up_leaves_no_part_of_a_group(monkeypatch):
    monkeypatch.setattr(symmetry, "TRIED", 60)
    assert of("xor").shape == (8, 4)
    assert of("board").shape == (1, 9)


@pytest.mark.parametrize("name", ["xor", "board", "parity:3", "cells:2,gap=1"])
def test_units_move_with_their_points(name):
    points = exact(load(name).points)
    units, group = dichotomies(points), of(name)
    images = on_units(group, units)
    assert images.shape == (len(group), len(units))
    for moved, image in zip(group, images, strict=True):
        assert sorted(image.tolist()) == list(range(len(units)))
        for unit in range(len(units)):
            on, there = units.on[:, unit], units.on[moved, image[unit]]
            assert (on == there).all() or (on != there).all()


@pytest.mark.parametrize("name", ["xor", "board", "parity:3", "parity:4"])
def test_few_generators_make_the_whole_group(name):
    group = of(name)
    chosen = generators(group)
    assert len(chosen) <= 5
    assert closure(group[chosen].tolist()) == {*map(tuple, group.tolist())}


def test_the_identity_needs_no_generators():
    assert generators(np.arange(4)[None]) == []
