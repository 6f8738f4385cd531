"""Smallest step nets: known minima and numbers of sets, and brute force with a linear programme for every set."""

import time
from itertools import combinations
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.minimal import smallest as module
from kuzushi.perceptrons.minimal.dichotomies import dichotomies, exact
from kuzushi.perceptrons.minimal.farkas import find_certificate, small_certificates
from kuzushi.perceptrons.minimal.search import search
from kuzushi.perceptrons.minimal.smallest import STEPS, enumerate_sets, kinds, smallest
from kuzushi.perceptrons.minimal.symmetry import on_units, symmetries


def named(name, **options):
    data = load(name)
    return smallest(exact(data.points), data.targets, **({"seconds": inf} | options))


@pytest.mark.parametrize(
    ("name", "fewest", "sets", "different"),
    [
        ("xor", 2, 2, 1), ("board", 4, 3, 2), ("grid:4", 6, 10, 4), ("grid:5", 8, 59, 15), ("parity:3", 3, 62, 5),
    ],
)  # fmt: skip
def test_boards_and_cubes_have_the_known_smallest_sets(name, fewest, sets, different):
    found = named(name)
    assert found.bounds.lower == len(found.bounds.best) == fewest
    assert found.complete
    assert len(found.sets) == sets
    assert {len(units) for units in found.sets} == {fewest}
    assert len(kinds(found.sets, found.images)) == different
    assert found.impossible is None


def test_the_4_cube_needs_four_and_is_proved_without_a_list():
    found = named("parity:4", enumerate_all=False)
    assert found.bounds.lower == len(found.sets[0]) == 4
    assert not found.complete


def right_net_exists(on, targets):
    signs = np.where(targets == 1, 1.0, -1.0)
    table = signs[:, None] * np.column_stack([on, np.ones(len(targets))])
    return linprog(np.zeros(table.shape[1]), A_ub=-table, b_ub=-np.ones(len(targets)), bounds=(None, None)).status == 0


def by_brute_force(on, targets):
    """The fewest units, and every set of so many with which a right net exists."""
    for size in range(1, on.shape[1] + 1):
        sets = [s for s in combinations(range(on.shape[1]), size) if right_net_exists(on[:, list(s)], targets)]
        if sets:
            return size, sets
    return None


PLACES = {1: st.tuples(st.integers(0, 9)), 2: st.tuples(st.integers(0, 3), st.integers(0, 3))}


@st.composite
def labelled(draw):
    inputs = draw(st.sampled_from([1, 2]))
    points = draw(st.lists(PLACES[inputs], min_size=4, max_size=8 - inputs, unique=True))
    targets = draw(st.lists(st.integers(0, 1), min_size=len(points), max_size=len(points)))
    return points, np.array([0, 1, *targets[2:]])


@given(task=labelled())
@settings(max_examples=15, deadline=None, derandomize=True)
def test_points_have_the_smallest_sets_that_brute_force_finds(task):
    points, targets = task
    found = smallest(points, targets, seconds=inf)
    fewest, sets = by_brute_force(found.units.on, targets)
    assert found.bounds.lower == fewest
    assert found.complete
    assert list(found.sets) == sets


@pytest.mark.parametrize("inputs", [1, 2, 3])
def test_points_that_a_plane_divides_need_one_unit(inputs):
    random = np.random.default_rng(inputs)
    points = [tuple(point) for point in random.integers(-20, 20, (12, inputs)).tolist()]
    heights = np.array(points) @ np.arange(1, inputs + 1)
    targets = (heights > np.median(heights)).astype(np.int64)
    found = smallest(points, targets, seconds=inf)
    assert (found.bounds.lower, len(found.sets), found.complete) == (1, 1, True)
    on = found.units.on[:, found.sets[0][0]]
    assert (on == targets).all() or (on != targets).all()


@pytest.mark.parametrize("targets", [(1, 0, 0, 0), (0, 1, 1, 1), (0, 1, 0, 0)])
def test_a_single_point_of_a_target_is_enough(targets):
    found = smallest([(0, 0), (0, 1), (1, 0), (1, 1)], np.array(targets), seconds=inf)
    assert found.bounds.lower == len(found.sets[0]) == 1


@pytest.mark.parametrize(
    ("points", "targets"),
    [
        ([(0, 0), (0, 0)], [0, 1]), ([(1,), (1,), (2,)], [0, 1, 0]), ([(0, 0), (1, 1), (2, 0), (1, 1)], [1, 1, 0, 0]),
    ],
)  # fmt: skip
def test_points_at_one_place_with_both_targets_are_impossible(points, targets):
    found = smallest(points, np.array(targets), seconds=inf)
    assert found.sets == ()
    assert not found.complete
    assert found.impossible.sum() == 0
    assert not (found.impossible @ found.units.on.astype(int)).any()
    weighed = np.flatnonzero(found.impossible)
    assert len({points[i] for i in weighed}) == 1
    assert {targets[i] for i in weighed} == {0, 1}


def test_a_point_given_twice_with_one_target_counts_once():
    points, targets = [(0, 0), (0, 1), (1, 0), (1, 1)], [0, 1, 1, 0]
    once = smallest(points, np.array(targets), seconds=inf)
    twice = smallest(points + points[:2], np.array(targets + targets[:2]), seconds=inf)
    assert (twice.bounds.lower, len(twice.sets)) == (once.bounds.lower, len(once.sets)) == (2, 2)


def test_the_order_of_the_points_and_all_targets_flipped_make_no_difference():
    board, order = load("board"), np.random.default_rng(0).permutation(9)
    points = exact(board.points[order])
    for targets in (board.targets[order], 1 - board.targets[order]):
        found = smallest(points, targets, seconds=inf)
        assert (found.bounds.lower, len(found.sets), len(kinds(found.sets, found.images))) == (4, 3, 2)


class Clock:
    """A clock that counts how often it is read."""

    now = 0

    def __call__(self):
        self.now += 1
        return self.now


@pytest.mark.parametrize("ticks", [1, 250, 300, 400, 500, 2000])
def test_at_the_time_limit_it_stops_with_bounds_that_hold(ticks, monkeypatch):
    """The 4x4 board needs 6 units and has 10 sets, and some 1,100 readings of the clock."""
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    if ticks <= 250:
        with pytest.raises(TimeoutError):
            named("grid:4", seconds=float(ticks))
    else:
        found = named("grid:4", seconds=float(ticks))
        assert found.bounds.lower <= 6 <= len(found.sets[0])
        assert not found.complete
        assert 1 <= len(found.sets) < 10
    assert clock.now <= ticks + 5  # each of its loops ends at the first reading past the deadline


def test_every_step_is_reported_in_order():
    reported = []
    found = named("board", done=lambda step, number: reported.append((step, number)))
    assert tuple(step for step, _ in reported) == STEPS
    assert dict(reported)["dichotomies"] == len(found.units) == 28
    assert (dict(reported)["bounds"], dict(reported)["sets"]) == (4, 3)


def test_kinds_have_each_set_once_with_its_symmetric_images():
    images = np.array([[0, 1, 2, 3], [1, 0, 2, 3]])
    assert kinds([(0, 2), (1, 2), (2, 3)], images) == [[(0, 2), (1, 2)], [(2, 3)]]
    assert kinds([], images) == []


def test_the_generators_make_the_group_and_images_are_of_all_of_it():
    found = named("parity:3")
    assert found.images.shape == (48, 51)
    assert 2 <= len(found.generators) <= 5


# --- enumeration -----------------------------------------------------------------------------------------------


def prepared(points, targets):
    units = dichotomies(points)
    certificates = small_certificates(units.on, targets, generator=np.random.default_rng(0))
    orbit = on_units(symmetries(points, targets), units).min(0)
    return units, search(units.on, targets, certificates, orbit, best=None, deadline=inf), certificates


def enumerated(points, targets, **changes):
    units, bounds, certificates = prepared(points, targets)
    return units, bounds, enumerate_sets(units.on, targets, bounds, certificates, **({"deadline": inf} | changes))


def every_other_is_refuted(units, bounds, found, certificates):
    unbalanced = np.vstack([bounds.certificates.hits, certificates.hits])
    return all(
        units in found or not unbalanced[:, list(units)].any(1).all()
        for units in combinations(range(len(units)), bounds.lower)
    )


@pytest.mark.parametrize(("name", "number"), [("xor", 2), ("board", 3)])
def test_boards_and_cubes_have_the_known_numbers_of_sets(name, number):
    data = load(name)
    units, bounds, (found, certificates, complete) = enumerated(exact(data.points), data.targets)
    assert complete
    assert len(found) == len(set(found)) == number
    assert found == sorted(found)
    for chosen in found:
        assert len(chosen) == bounds.lower
        assert find_certificate(units.on[:, list(chosen)], data.targets) is None
    assert every_other_is_refuted(units, bounds, found, certificates)


def test_random_points_have_the_sets_that_brute_force_finds():
    random = np.random.default_rng(5)
    numbers = set()
    for _ in range(10):
        points = list({tuple(point): None for point in random.integers(0, 4, (6, 2)).tolist()})
        targets = random.integers(0, 2, len(points))
        if len(set(targets.tolist())) < 2:
            continue
        units, bounds, (found, certificates, complete) = enumerated(points, targets)
        every = combinations(range(len(units)), bounds.lower)
        assert complete
        assert found == [s for s in every if find_certificate(units.on[:, list(s)], targets) is None]
        assert every_other_is_refuted(units, bounds, found, certificates)
        numbers.add(len(found))
    assert len(numbers) > 1


def test_few_certificates_are_completed_by_those_that_are_found_on_the_way():
    data = load("board")
    units, bounds, _ = prepared(exact(data.points), data.targets)
    found, more, complete = enumerate_sets(units.on, data.targets, bounds, bounds.certificates, deadline=inf)
    assert complete
    assert len(found) == 3
    assert len(more) > len(bounds.certificates)
    assert every_other_is_refuted(units, bounds, found, more)


def test_past_the_deadline_the_sets_are_incomplete():
    data = load("board")
    _, _, (found, _, complete) = enumerated(exact(data.points), data.targets, deadline=-inf)
    assert (found, complete) == ([], False)


def test_if_arithmetic_cannot_decide_the_sets_are_incomplete(monkeypatch):
    data, calls = load("board"), []

    def sometimes(on, targets):
        calls.append(on)
        if len(calls) == 2:
            raise ArithmeticError
        return find_certificate(on, targets)

    monkeypatch.setattr(module, "find_certificate", sometimes)
    _, _, (found, _, complete) = enumerated(exact(data.points), data.targets)
    assert not complete
    assert len(found) <= 1
