"""The fewest units and the proof: known minima, brute force over all sets, and bounds that stay honest when stopped."""

from itertools import combinations
from math import inf

import numpy as np
import pytest

from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.minimal import search as minimal
from kuzushi.perceptrons.minimal.dichotomies import dichotomies, exact
from kuzushi.perceptrons.minimal.farkas import find_certificate, small_certificates
from kuzushi.perceptrons.minimal.search import search
from kuzushi.perceptrons.minimal.symmetry import on_units, symmetries


def searched(points, targets, *, best=None, deadline=inf, symmetric=True):
    units = dichotomies(points)
    certificates = small_certificates(units.on, targets, generator=np.random.default_rng(0))
    group = symmetries(points, targets) if symmetric else np.arange(len(points))[None]
    orbit = on_units(group, units).min(0)
    return units, search(units.on, targets, certificates, orbit, best=best, deadline=deadline)


def named(name):
    data = load(name)
    return exact(data.points), data.targets


def proves(bounds, units):
    """The least that any set of units has by the cases, each closed by its own sum; orbits are single units."""
    least = inf
    waiting = [(0, frozenset(), frozenset())]
    while waiting:
        index, inside, outside = waiting.pop()
        case = bounds.cases[index]
        if case.unit is not None:
            waiting.append((case.having, inside | {case.unit}, outside))
            waiting.append((case.lacking, inside, outside | {case.unit}))
            continue
        loads = [0] * units
        for certificate, share in case.shares:
            hit = set(np.flatnonzero(bounds.certificates.hits[certificate]).tolist())
            assert not hit & inside
            assert share > 0
            for unit in hit - outside:
                loads[unit] += share
        paid = sum(share for _, share in case.shares) - sum(max(load - bounds.whole, 0) for load in loads)
        least = min(least, -(-(len(inside) * bounds.whole + paid) // bounds.whole))
    return least


@pytest.mark.parametrize(
    ("name", "fewest"),
    [("xor", 2), ("board", 4), ("parity:3", 3)],
)
def test_boards_and_cubes_need_the_known_numbers_of_units(name, fewest):
    points, targets = named(name)
    units, bounds = searched(points, targets)
    assert bounds.lower == len(bounds.best) == fewest
    assert find_certificate(units.on[:, list(bounds.best)], targets) is None


@pytest.mark.parametrize("name", ["xor", "board", "parity:3"])
def test_the_cases_prove_the_bound_also_without_symmetries(name):
    points, targets = named(name)
    units, bounds = searched(points, targets, symmetric=False)
    assert proves(bounds, len(units)) >= bounds.lower == len(bounds.best)


@pytest.mark.parametrize(("count", "inputs"), [(5, 1), (6, 2), (6, 3)])
def test_random_points_need_as_many_units_as_brute_force_finds(count, inputs):
    random = np.random.default_rng(count + inputs)
    fewest = set()
    for _ in range(8):
        points = list({tuple(point): None for point in random.integers(0, 4, (count, inputs)).tolist()})
        targets = random.integers(0, 2, len(points))
        if len(set(targets.tolist())) < 2:
            continue
        units, bounds = searched(points, targets)
        size = next(
            size
            for size in range(1, count)
            if any(
                find_certificate(units.on[:, list(s)], targets) is None for s in combinations(range(len(units)), size)
            )
        )
        fewest.add(size)
        assert bounds.lower == len(bounds.best) == size
    assert len(fewest) > 1


def test_a_known_set_is_returned_unless_a_smaller_one_is_found():
    points, targets = named("board")
    _, bounds = searched(points, targets)
    assert searched(points, targets, best=bounds.best)[1].best == bounds.best
    generous = tuple(range(28))
    assert len(searched(points, targets, best=generous)[1].best) == 4


def test_stopped_at_once_the_bound_is_lower_but_proved():
    """The 3-cube needs 3; its first linear programme alone does not say so."""
    points, targets = named("parity:3")
    units, bounds = searched(points, targets, deadline=-inf, symmetric=False)
    assert bounds.best is None
    assert 1 <= bounds.lower < 3
    assert proves(bounds, len(units)) >= bounds.lower


@pytest.mark.parametrize("name", ["board", "parity:3"])
def test_if_arithmetic_cannot_decide_the_bound_proved_before_stays(name, monkeypatch):
    points, targets = named(name)

    def cannot_tell(on, targets):
        raise ArithmeticError

    monkeypatch.setattr(minimal, "find_certificate", cannot_tell)
    units, bounds = searched(points, targets, symmetric=False)
    assert bounds.best is None
    assert 1 <= bounds.lower == proves(bounds, len(units))


def test_a_bound_that_integer_shares_cannot_prove_is_lowered(monkeypatch):
    """The board's shares are halves: in integers they prove less than 4, which is then the bound."""
    points, targets = named("board")
    monkeypatch.setattr(minimal, "DENOMINATORS", (1,))
    units, bounds = searched(points, targets, symmetric=False)
    assert len(bounds.best) == 4
    assert bounds.whole == 1
    assert bounds.lower < 4
    assert proves(bounds, len(units)) >= bounds.lower


def test_coinciding_points_with_both_targets_need_more_units_than_there_are():
    units, bounds = searched([(0, 0), (0, 0), (1, 0)], np.array([0, 1, 1]))
    assert bounds.best is None
    assert bounds.lower > len(units)


def test_too_many_units_to_compare_make_no_other_bound(monkeypatch):
    points, targets = named("board")
    expected = searched(points, targets)[1]
    monkeypatch.setattr(minimal, "MOST_COMPARED", 0)
    bounds = searched(points, targets)[1]
    assert (bounds.lower, len(bounds.best)) == (expected.lower, len(expected.best)) == (4, 4)
