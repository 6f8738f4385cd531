"""All of it together: known minima and numbers of sets, and brute force with a linear programme for every set."""

import time
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from kuzushi.analysis.dichotomies import exact
from kuzushi.analysis.smallest import STEPS, kinds, smallest
from kuzushi.data.checkerboard import load


def named(name, **options):
    data = load(name)
    return smallest(exact(data.points), data.targets, **({"seconds": 30.0} | options))


@pytest.mark.parametrize(
    ("name", "fewest", "sets", "different"),
    [
        ("xor", 2, 2, 1), ("board", 4, 3, 2), ("grid:4", 6, 10, 4), ("grid:5", 8, 59, 15), ("parity:3", 3, 62, 5),
    ],
)  # fmt: skip
def test_boards_and_cubes_have_the_known_smallest_sets(name, fewest, sets, different):
    found = named(name)
    assert found.bounds.lower == len(found.bounds.best) == fewest
    assert found.all_listed
    assert len(found.sets) == sets
    assert {len(units) for units in found.sets} == {fewest}
    assert len(kinds(found.sets, found.images)) == different
    assert found.impossible is None


def test_the_4_cube_needs_four_and_is_proved_without_a_list():
    found = named("parity:4", listing=False)
    assert found.bounds.lower == len(found.sets[0]) == 4
    assert not found.all_listed


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
    found = smallest(points, targets, seconds=30.0)
    fewest, sets = by_brute_force(found.units.on, targets)
    assert found.bounds.lower == fewest
    assert found.all_listed
    assert list(found.sets) == sets


@pytest.mark.parametrize("inputs", [1, 2, 3])
def test_points_that_a_plane_divides_need_one_unit(inputs):
    random = np.random.default_rng(inputs)
    points = [tuple(point) for point in random.integers(-20, 20, (12, inputs)).tolist()]
    heights = np.array(points) @ np.arange(1, inputs + 1)
    targets = (heights > np.median(heights)).astype(np.int64)
    found = smallest(points, targets, seconds=30.0)
    assert (found.bounds.lower, len(found.sets), found.all_listed) == (1, 1, True)
    on = found.units.on[:, found.sets[0][0]]
    assert (on == targets).all() or (on != targets).all()


@pytest.mark.parametrize("targets", [(1, 0, 0, 0), (0, 1, 1, 1), (0, 1, 0, 0)])
def test_a_single_point_of_a_target_is_enough(targets):
    found = smallest([(0, 0), (0, 1), (1, 0), (1, 1)], np.array(targets), seconds=10.0)
    assert found.bounds.lower == len(found.sets[0]) == 1


@pytest.mark.parametrize(
    ("points", "targets"),
    [
        ([(0, 0), (0, 0)], [0, 1]), ([(1,), (1,), (2,)], [0, 1, 0]), ([(0, 0), (1, 1), (2, 0), (1, 1)], [1, 1, 0, 0]),
    ],
)  # fmt: skip
def test_points_at_one_place_with_both_targets_are_impossible(points, targets):
    found = smallest(points, np.array(targets), seconds=10.0)
    assert found.sets == ()
    assert not found.all_listed
    assert found.impossible.sum() == 0
    assert not (found.impossible @ found.units.on.astype(int)).any()
    weighed = np.flatnonzero(found.impossible)
    assert len({points[i] for i in weighed}) == 1
    assert {targets[i] for i in weighed} == {0, 1}


def test_a_point_given_twice_with_one_target_counts_once():
    points, targets = [(0, 0), (0, 1), (1, 0), (1, 1)], [0, 1, 1, 0]
    once = smallest(points, np.array(targets), seconds=10.0)
    twice = smallest(points + points[:2], np.array(targets + targets[:2]), seconds=10.0)
    assert (twice.bounds.lower, len(twice.sets)) == (once.bounds.lower, len(once.sets)) == (2, 2)


def test_the_order_of_the_points_and_all_targets_flipped_make_no_difference():
    board, order = load("board"), np.random.default_rng(0).permutation(9)
    points = exact(board.points[order])
    for targets in (board.targets[order], 1 - board.targets[order]):
        found = smallest(points, targets, seconds=10.0)
        assert (found.bounds.lower, len(found.sets), len(kinds(found.sets, found.images))) == (4, 3, 2)


def test_stopped_early_the_bounds_are_honest():
    """The five by five board needs 8; whatever time there is, no more is said to be needed, and no fewer enough."""
    board = load("grid:5")
    points = exact(board.points)
    with pytest.raises(TimeoutError):
        smallest(points, board.targets, seconds=1e-9)
    for seconds in (0.12, 0.3):
        try:
            found = smallest(points, board.targets, seconds=seconds)
        except TimeoutError:
            continue
        assert found.bounds.lower <= 8 <= len(found.sets[0])
        assert not found.all_listed or len(found.sets) == 59


def test_many_points_end_not_long_after_their_time():
    random = np.random.default_rng(0)
    points = [tuple(point) for point in random.integers(0, 50, (30, 2)).tolist()]
    started = time.monotonic()
    found = smallest(points, random.integers(0, 2, 30), seconds=1.0)
    assert time.monotonic() - started < 5
    assert 2 <= found.bounds.lower <= len(found.sets[0])


def test_every_step_is_told_in_order():
    told = []
    found = named("board", done=lambda step, number: told.append((step, number)))
    assert tuple(step for step, _ in told) == STEPS
    assert dict(told)["dichotomies"] == len(found.units) == 28
    assert (dict(told)["bounds"], dict(told)["sets"]) == (4, 3)


def test_kinds_hold_each_set_once_with_all_that_symmetries_make_of_it():
    images = np.array([[0, 1, 2, 3], [1, 0, 2, 3]])
    assert kinds([(0, 2), (1, 2), (2, 3)], images) == [[(0, 2), (1, 2)], [(2, 3)]]
    assert kinds([], images) == []


def test_the_generators_make_the_group_and_images_are_of_all_of_it():
    found = named("parity:3")
    assert found.images.shape == (48, 51)
    assert 2 <= len(found.generators) <= 5
