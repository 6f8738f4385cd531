"""Units found quickly: parallel planes as in the literature, few by linear programmes, and always enough."""

from itertools import product
from math import inf

import numpy as np
import pytest

from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.minimal import upper_bound as module
from kuzushi.perceptrons.minimal.dichotomies import dichotomies, exact
from kuzushi.perceptrons.minimal.farkas import find_certificate
from kuzushi.perceptrons.minimal.upper_bound import parallel, sparse


def named(name):
    data = load(name)
    points = exact(data.points)
    return points, data.targets, dichotomies(points)


@pytest.fixture
def generator():
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("name", "number"),
    [("xor", 2), ("board", 4), ("grid:4", 6), ("parity:3", 3), ("cells:2,gap=2", 2)],
)
def test_parity_and_boards_are_cut_into_layers(name, number):
    """n layers' planes for the parity of n inputs (Rumelhart, Hinton and Williams 1986), 2 (n - 1) for a board."""
    points, targets, units = named(name)
    chosen = parallel(points, targets, units)
    assert len(chosen) == number
    assert find_certificate(units.on[:, list(chosen)], targets) is None
    for one in chosen:
        for other in chosen:
            first, second = units.on[:, one], units.on[:, other]
            assert any(not both.any() for both in (first & second, first & ~second, ~first & second, ~first & ~second))


def test_there_are_no_layers_if_both_targets_coincide_along_every_direction():
    """For each direction tried, a one and a zero as far along it."""
    directions = [(a, b) for a, b in product(range(-2, 3), repeat=2) if (a, b) > (0, 0)]
    zeros = [(100 * i, i**4) for i in range(len(directions))]
    ones = [(x - 3 * b, y + 3 * a) for (x, y), (a, b) in zip(zeros, directions, strict=True)]
    targets = np.array([0] * len(zeros) + [1] * len(ones))
    assert parallel(zeros + ones, targets, dichotomies(zeros + ones)) is None
    same = [(0, 0), (0, 0)]
    assert parallel(same, np.array([0, 1]), dichotomies(same)) is None


def test_many_inputs_do_not_make_many_directions(monkeypatch):
    """5^12 directions would take hours; the first ones include that of parity."""
    points = [(t,) * 12 for t in range(8)]
    targets = np.array([t % 2 for t in range(8)])
    units = dichotomies(points)
    monkeypatch.setattr(module, "DIRECTIONS", 100)
    assert len(parallel(points, targets, units)) == 7


@pytest.mark.parametrize(("name", "most"), [("xor", 2), ("board", 4), ("parity:3", 4)])
def test_few_units_are_found_that_suffice(name, most, generator):
    _, targets, units = named(name)
    chosen = sparse(units.on, targets, generator=generator)
    assert 2 <= len(chosen) <= most
    assert find_certificate(units.on[:, list(chosen)], targets) is None


def test_random_points_always_get_units_that_suffice(generator):
    for _ in range(5):
        points = [tuple(point) for point in np.unique(generator.integers(0, 6, (9, 2)), axis=0).tolist()]
        targets = generator.integers(0, 2, len(points))
        units = dichotomies(points)
        chosen = sparse(units.on, targets, generator=generator)
        assert find_certificate(units.on[:, list(chosen)], targets) is None


def test_the_same_seed_gives_the_same_units():
    _, targets, units = named("board")
    assert len({sparse(units.on, targets, generator=np.random.default_rng(3)) for _ in range(2)}) == 1


def test_coinciding_points_with_both_targets_have_none(generator):
    points = [(0, 0), (0, 0), (1, 0)]
    assert sparse(dichotomies(points).on, np.array([0, 1, 1]), generator=generator) is None


def test_past_the_deadline_one_programme_is_solved(generator):
    _, targets, units = named("grid:4")
    chosen = sparse(units.on, targets, generator=generator, deadline=-inf)
    assert find_certificate(units.on[:, list(chosen)], targets) is None


def test_units_that_may_not_suffice_are_not_returned(generator, monkeypatch):
    def cannot_tell(on, targets):
        raise ArithmeticError

    monkeypatch.setattr(module, "find_certificate", cannot_tell)
    _, targets, units = named("board")
    assert sparse(units.on, targets, generator=generator) is None
