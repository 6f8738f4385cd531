"""The ways of nets made by hand, whose fixed points and eigenvalues are known, and of paths that were altered."""

import dataclasses
from math import atanh, cos, pi, sin, sqrt

import numpy as np
import pytest
from torch import Generator

from counters import ONE_SIDED, SWINGING, TRAINED, WITHOUT_ATTRACTOR, WITHOUT_SADDLE, counters, srn
from kuzushi.sequences.dynamics.counter import Counter
from kuzushi.sequences.dynamics.counting_law import counting_laws
from kuzushi.sequences.dynamics.counting_ways import Steps, counting_ways, way
from kuzushi.sequences.dynamics.fixed_points import fixed_points, starts
from kuzushi.sequences.dynamics.places import Place
from kuzushi.sequences.dynamics_results import CountingWay
from lawful_counter import LAMBDA_A, LAMBDA_B, lawful_counter

SYMBOLS = ("a", "b")
BLANK = CountingWay(
    net=0, symbol="a", name="not explained", steps=8, explained=0, ratio=0.0, angle=0.0, eigenvalue=None, distance=None
)


def at(state, eigenvalue):
    """A fixed point."""
    states = np.array([state])
    return Place(states, states, (complex(eigenvalue),), slow=False)


def with_point(eigenvalue, point=0.3):
    """One unit with a fixed point of this eigenvalue: h -> tanh(w h + c), whose slope there is w (1 - point^2)."""
    weight = eigenvalue / (1 - point**2)
    return ([[weight]], [atanh(point) - weight * point]), at([point], eigenvalue)


def turning(factor, degrees):
    """Two units with a fixed point 0: each step turns a small state by an angle, and scales it."""
    c, s = factor * cos(degrees * pi / 180), factor * sin(degrees * pi / 180)
    return ([[c, -s], [s, c]], [0.0, 0.0]), at([0.0, 0.0], complex(c, s))


def past_the_fold(past, *, weight=1.5):
    """One unit whose lower stable point has just vanished, and its state of slope 1."""
    fold = sqrt(1 - 1 / weight)
    drive = atanh(-fold) + weight * fold + past
    return ([[weight]], [drive]), (atanh(-fold) - drive) / weight


def walk(net, start, *, times=9):
    """A net's counter, and the states after each of so many symbols."""
    weight, drive = net
    counter = Counter.of(srn([weight], [[[each, each] for each in drive]]), 0)
    return counter, counter.path(0, np.array(start, dtype=float), times)[1:]


def places_of(counter):
    """All fixed points and stable cycles, found by search."""
    hid = counter.weight.shape[0]
    points = fixed_points(counter.net, SYMBOLS, starts(hid, generator=Generator())[::8])[0]
    return [Place.of(point) for point in points if point.symbol == "a" and (point.period == 1 or point.stable)]


def found(net, start, *, times=9):
    counter, path = walk(net, start, times=times)
    return way(counter, 0, path, places_of(counter), blank=dataclasses.replace(BLANK, steps=times - 1))


BY_EIGENVALUE = {
    "monotone approach": (*with_point(0.8), (0.4,)),
    "alternating approach": (*with_point(-0.8), (0.4,)),
    "monotone departure": (*with_point(1.25), (0.305,)),
    "alternating departure": (*with_point(-1.3), (0.305,)),
    "spiral approach": (*turning(0.9, 70), (0.1, 0.0)),
    "spiral departure": (*turning(1.1, 70), (0.03, 0.0)),
}
"""A net, its fixed point, and where the path begins."""


@pytest.mark.parametrize("name", BY_EIGENVALUE)
def test_steps_near_a_point_of_known_eigenvalue_have_its_name_ratio_and_angle(name):
    net, place, start = BY_EIGENVALUE[name]
    counter, path = walk(net, start)
    result = way(counter, 0, path, [place], blank=BLANK)
    assert result.name == name
    assert result.ratio == pytest.approx(abs(place.leading), rel=0.05)
    assert result.angle == pytest.approx(np.degrees(np.angle(place.leading)), abs=2)
    assert complex(*result.eigenvalue) == place.leading
    assert (result.explained, result.steps) == (8, 8)
    first, least, last = result.distance
    assert (least == last < first) if "approach" in name else (least == first < last)
    assert found(net, start).name == name, "with all points that are found"


@pytest.mark.parametrize("name", BY_EIGENVALUE)
@pytest.mark.parametrize("factor", [0.5, 0.7, 1.4, -1, 1j])
def test_an_eigenvalue_that_the_steps_contradict_names_nothing(name, factor):
    net, place, start = BY_EIGENVALUE[name]
    counter, path = walk(net, start)
    other = dataclasses.replace(place, eigenvalues=(factor * place.leading,))
    assert way(counter, 0, path, [other], blank=BLANK).name == "not explained"


@pytest.mark.parametrize("name", BY_EIGENVALUE)
def test_a_point_elsewhere_names_nothing(name):
    net, place, start = BY_EIGENVALUE[name]
    counter, path = walk(net, start)
    moved = at(place.states[0] + 0.15, place.leading)
    assert way(counter, 0, path, [moved], blank=BLANK).name == "not explained"


@pytest.mark.parametrize("name", BY_EIGENVALUE)
def test_steps_that_do_not_follow_the_map_are_not_explained(name):
    net, place, start = BY_EIGENVALUE[name]
    counter, path = walk(net, start)
    scattered = path + 0.05 * np.random.default_rng(0).normal(size=path.shape)
    result = way(counter, 0, scattered, [place], blank=BLANK)
    assert (result.name, complex(*result.eigenvalue)) == ("not explained", place.leading)
    assert 2 * result.explained <= result.steps


def test_a_weight_below_minus_1_leads_to_a_cycle_of_two():
    result = found(([[-2.0]], [0.0]), (0.5,))
    assert result.name == "two-cycle"
    assert result.ratio == pytest.approx(1, abs=0.1)
    assert result.angle == 180
    assert result.eigenvalue == pytest.approx(((2 * (1 - 0.9575**2)) ** 2, 0), abs=1e-3), "of two steps"


def test_only_a_stable_cycle_of_two_is_one_that_states_approach():
    model = srn([[[-2.0]]], [[[0.0, 0.0]]])
    model.h_0.fill_(0.5)
    (points,) = fixed_points(model, SYMBOLS, starts(1, generator=Generator())[::8])
    unstable = tuple(dataclasses.replace(point, stable=False) for point in points)
    names = [
        [each.name for each in counting_ways(model, [own], [True], symbols=SYMBOLS, ratio=1, trained=5)]
        for own in (points, unstable)
    ]
    assert names[0][0] == "two-cycle"
    assert "two-cycle" not in names[1]


def test_a_net_past_the_fold_passes_a_slow_point_with_no_fixed_point_near():
    net, slow = past_the_fold(0.05)
    result = found(net, (slow - 0.2,), times=12)
    assert result.name == "slow point"
    assert result.eigenvalue == pytest.approx((1, 0), abs=1e-3)
    assert result.explained > 8
    first, least, last = result.distance
    assert least < 0.05 < min(first, last)
    assert result.angle == 0


def test_a_net_before_the_fold_approaches_its_stable_point():
    net, slow = past_the_fold(-0.01)
    result = found(net, (slow - 0.15,), times=12)
    assert result.name == "monotone approach"
    assert 0 < result.eigenvalue[0] < 1


def test_steps_beyond_a_slow_point_that_is_not_reached_are_a_drift():
    net, slow = past_the_fold(0.05, weight=1.2)
    result = found(net, (slow + 0.2,), times=5)
    assert (result.name, result.eigenvalue) == ("drift", None)
    assert 0.5 < result.ratio < 2
    assert min(result.distance) > 0.25


def test_a_drift_that_comes_near_a_fixed_point_is_not_explained():
    net, slow = past_the_fold(0.05, weight=1.2)
    counter, path = walk(net, (slow + 0.2,), times=5)
    blank = dataclasses.replace(BLANK, steps=4)
    assert way(counter, 0, path, [], blank=blank).name == "drift"
    near = at(path[2] + 0.1, 0.1)
    assert way(counter, 0, path, [near], blank=blank).name == "not explained"


def test_a_path_that_begins_some_steps_beyond_a_slow_point_does_not_pass_it():
    net, slow = past_the_fold(0.01)
    assert found(net, (slow - 0.02,)).name == "slow point"
    assert found(net, (slow + 0.05,)).name == "drift"


def test_a_drift_does_not_end_in_a_step_to_a_fixed_point():
    counter, _ = walk(([[0.5]], [0.0]), (0.1,))
    path, blank = np.array([[0.1], [0.2], [0.3], [0.9]]), dataclasses.replace(BLANK, steps=3)
    assert way(counter, 0, path, [at([0.6], 0.5)], blank=blank).name == "drift"
    assert way(counter, 0, path, [at([0.95], 0.5)], blank=blank).name == "not explained"


def test_two_units_that_swap_their_states_pass_a_slow_cycle():
    ([[weight]], [drive]), slow = past_the_fold(0.05)
    result = found(([[0.0, weight], [weight, 0.0]], [drive, drive]), (slow - 0.1, 0.95), times=12)
    assert result.name == "slow two-cycle"
    assert result.ratio == pytest.approx(1, abs=0.1)
    assert result.angle > 150
    assert result.eigenvalue == pytest.approx((1, 0), abs=1e-3)


def test_length_and_angle_of_steps_are_those_of_a_right_angled_path():
    steps = Steps.of(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 2.0], [1.0, 4.0]]))
    assert steps.lengths == pytest.approx([1, 2, 2])
    assert steps.ratios == pytest.approx([2, 1])
    assert steps.angles == pytest.approx([90, 0])
    assert steps.mean() == pytest.approx((sqrt(2), 45))
    assert steps.mean(slice(1, 2)) == pytest.approx((1, 0))


def of_nets(model, exact, *, ratio, trained):
    points = fixed_points(model, SYMBOLS, starts(2, generator=Generator()))
    laws = counting_laws(
        model, points, [None] * len(exact), exact, symbols=SYMBOLS, ratio=ratio, trained=trained, tested=trained
    )
    return laws, counting_ways(model, points, exact, symbols=SYMBOLS, ratio=ratio, trained=trained)


@pytest.mark.parametrize("deviation", [0.2, -0.1])
def test_a_net_that_obeys_the_counting_law_has_its_way_and_eigenvalues(deviation):
    (law,), (a, b) = of_nets(lawful_counter(deviation=deviation), [True], ratio=1, trained=6)
    assert (a.name, b.name) == ("alternating approach", "alternating departure")
    assert law.contraction == a.eigenvalue[0] == pytest.approx(LAMBDA_A, abs=1e-6)
    assert law.expansion == b.eigenvalue[0] == pytest.approx(LAMBDA_B, abs=1e-6)
    assert a.ratio == pytest.approx(-LAMBDA_A, rel=0.1)
    assert b.ratio == pytest.approx(-LAMBDA_B, rel=0.1)
    assert (a.explained, b.explained) == (5, 5)


def test_the_path_begins_at_the_initial_state():
    _, (near, _) = of_nets(lawful_counter(deviation=0.1), [True], ratio=1, trained=6)
    _, (far, _) = of_nets(lawful_counter(deviation=0.2), [True], ratio=1, trained=6)
    assert near.distance[0] == pytest.approx(-LAMBDA_A * 0.1, rel=0.3)
    assert far.distance[0] == pytest.approx(-LAMBDA_A * 0.2, rel=0.3)


def test_trained_nets_have_one_way_for_each_symbol_and_nets_that_fail_have_none():
    exact = [True, False, False, True, True, True]
    _, ways = of_nets(counters(), exact, ratio=2, trained=TRAINED)
    assert [(each.net, each.symbol) for each in ways] == [(net, s) for net in (0, 3, 4, 5) for s in "ab"]
    assert {each.steps for each in ways if each.symbol == "a"} == {TRAINED - 1}
    assert {each.steps for each in ways if each.symbol == "b"} == {2 * TRAINED - 1}
    names = {(each.net, each.symbol): each.name for each in ways}
    assert names[SWINGING, "a"] == "not explained", "up to n = 4 the steps go straight, and the eigenvalue is negative"
    assert names[SWINGING, "b"] == "alternating departure"
    assert names[ONE_SIDED, "a"] == "monotone approach"
    assert names[WITHOUT_SADDLE, "a"] == names[WITHOUT_ATTRACTOR, "b"] == "slow point"
    assert names[WITHOUT_SADDLE, "b"] == "drift"
