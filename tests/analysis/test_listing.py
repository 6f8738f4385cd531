"""All smallest sets of units that suffice: known numbers, and brute force over every set."""

from itertools import combinations
from math import inf

import numpy as np
import pytest

from kuzushi.analysis import listing
from kuzushi.analysis.dichotomies import dichotomies, exact
from kuzushi.analysis.listing import sufficient_sets
from kuzushi.analysis.minimal import search
from kuzushi.analysis.symmetry import on_units, symmetries
from kuzushi.analysis.weighings import balanced_by_all, small_weighings
from kuzushi.data.checkerboard import load


def prepared(points, targets):
    units = dichotomies(points)
    weighings = small_weighings(units.on, targets, generator=np.random.default_rng(0))
    orbit = on_units(symmetries(points, targets), units).min(0)
    return units, search(units.on, targets, weighings, orbit, best=None, deadline=inf), weighings


def listed(points, targets, **changes):
    units, bounds, weighings = prepared(points, targets)
    return units, bounds, sufficient_sets(units.on, targets, bounds, weighings, **({"deadline": inf} | changes))


def every_other_is_refuted(units, bounds, found, weighings):
    unbalanced = np.vstack([bounds.weighings.unbalanced, weighings.unbalanced])
    return all(
        units in found or not unbalanced[:, list(units)].any(1).all()
        for units in combinations(range(len(units)), bounds.lower)
    )


@pytest.mark.parametrize(("name", "number"), [("xor", 2), ("board", 3)])
def test_boards_and_cubes_have_the_known_numbers_of_sets(name, number):
    data = load(name)
    units, bounds, (found, weighings, all_listed) = listed(exact(data.points), data.targets)
    assert all_listed
    assert len(found) == len(set(found)) == number
    assert found == sorted(found)
    for chosen in found:
        assert len(chosen) == bounds.lower
        assert balanced_by_all(units.on[:, list(chosen)], data.targets) is None
    assert every_other_is_refuted(units, bounds, found, weighings)


def test_random_points_have_the_sets_that_brute_force_finds():
    random = np.random.default_rng(5)
    numbers = set()
    for _ in range(10):
        points = list({tuple(point): None for point in random.integers(0, 4, (6, 2)).tolist()})
        targets = random.integers(0, 2, len(points))
        if len(set(targets.tolist())) < 2:
            continue
        units, bounds, (found, weighings, all_listed) = listed(points, targets)
        every = combinations(range(len(units)), bounds.lower)
        assert all_listed
        assert found == [s for s in every if balanced_by_all(units.on[:, list(s)], targets) is None]
        assert every_other_is_refuted(units, bounds, found, weighings)
        numbers.add(len(found))
    assert len(numbers) > 1


def test_few_weighings_are_completed_by_those_that_are_found_on_the_way():
    data = load("board")
    units, bounds, _ = prepared(exact(data.points), data.targets)
    found, more, all_listed = sufficient_sets(units.on, data.targets, bounds, bounds.weighings, deadline=inf)
    assert all_listed
    assert len(found) == 3
    assert len(more) > len(bounds.weighings)
    assert every_other_is_refuted(units, bounds, found, more)


def test_past_the_deadline_nothing_is_said_to_be_all():
    data = load("board")
    _, _, (found, _, all_listed) = listed(exact(data.points), data.targets, deadline=-inf)
    assert (found, all_listed) == ([], False)


def test_where_arithmetic_cannot_tell_nothing_is_said_to_be_all(monkeypatch):
    data, calls = load("board"), []

    def sometimes(on, targets):
        calls.append(on)
        if len(calls) == 2:
            raise ArithmeticError
        return balanced_by_all(on, targets)

    monkeypatch.setattr(listing, "balanced_by_all", sometimes)
    _, _, (found, _, all_listed) = listed(exact(data.points), data.targets)
    assert not all_listed
    assert len(found) <= 1
