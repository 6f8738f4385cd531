"""Slow points in closed form, and the maps near places against the map itself."""

from math import atanh, sqrt

import numpy as np
import pytest
import torch
from torch import Generator

from counters import counters, srn
from kuzushi.sequences.dynamics.counter import Counter
from kuzushi.sequences.dynamics.fixed_points import fixed_points, starts
from kuzushi.sequences.dynamics.places import Place, slow_place

WEIGHT = 1.8
FOLD = sqrt(1 - 1 / WEIGHT)
"""Where h -> tanh(1.8 h + c) leads from a state of slope 1: that state is slow, or fixed at the fold."""
AT_FOLD = atanh(-FOLD) + WEIGHT * FOLD
"""The drive at which the lower stable point and the unstable one meet."""


def one_unit(drive: float) -> Counter:
    return Counter.of(srn([[[WEIGHT]]], [[[drive, 0.0]]]), 0)


def test_a_counter_starts_from_the_initial_state_of_its_net_and_reads_as_the_model_does():
    model = counters()
    model.h_0.copy_(torch.linspace(-0.5, 0.6, 12).view(6, 2))
    counter = Counter.of(model, 2)
    assert counter.initial == pytest.approx(model.h_0[2].numpy())
    states = model(torch.tensor([[0, 0, 0]])).hidden[2, 0].detach()
    np.testing.assert_allclose(counter.path(0, counter.initial, 3)[1:], states, atol=1e-6)
    np.testing.assert_allclose(counter.image(0, counter.initial, times=3), states[2], atol=1e-6)
    step = 1e-6 * np.eye(2)
    differences = [
        (counter.image(0, counter.initial + each, times=3) - counter.image(0, counter.initial - each, times=3)) / 2e-6
        for each in step
    ]
    np.testing.assert_allclose(counter.jacobian(0, counter.initial, times=3), np.array(differences).T, atol=1e-6)


@pytest.mark.parametrize("past", [0.01, 0.05, 0.2])
def test_past_the_fold_there_is_a_slow_point_with_an_eigenvalue_of_1(past):
    drive = AT_FOLD + past
    expected = (atanh(-FOLD) - drive) / WEIGHT  # there the slope is 1: F(h) = -FOLD
    place = slow_place(one_unit(drive), 0, np.array([-0.9]), period=1)
    assert place.slow
    assert place.states[0] == pytest.approx([expected], abs=1e-4)
    assert place.leading == pytest.approx(1, abs=1e-3)


def test_before_the_fold_the_search_ends_at_a_fixed_point_and_finds_nothing():
    assert slow_place(one_unit(AT_FOLD - 0.05), 0, np.array([-0.9]), period=1) is None


def test_two_units_that_swap_their_states_have_a_slow_cycle_of_two():
    drive = AT_FOLD + 0.02
    counter = Counter.of(srn([[[0.0, WEIGHT], [WEIGHT, 0.0]]], [[[drive, 0.0], [drive, 0.0]]]), 0)
    alone = one_unit(drive)
    top = alone.path(0, np.array([1.0]), 200)[-1, 0]
    begin = np.array([-0.8, top])
    place = slow_place(counter, 0, begin, period=2)
    assert place.period == 2
    assert place.leading == pytest.approx(1, abs=1e-3)
    slow = (atanh(-FOLD) - drive) / WEIGHT
    np.testing.assert_allclose(place.states[0], (slow, top), atol=0.02)
    np.testing.assert_allclose(place.states[1], counter.image(0, place.states[0]))
    assert slow_place(counter, 0, np.array([top, top]), period=2) is None, "a fixed point"


@pytest.mark.parametrize("period", [1, 2])
def test_the_map_near_a_fixed_point_or_cycle_errs_in_second_order(period):
    points = fixed_points(counters(), ("a", "b"), starts(2, generator=Generator())[::8])[0]
    point = next(point for point in points if point.symbol == "b" and point.period == period)
    counter, place = Counter.of(counters(), 0), Place.of(point)
    errors = []
    for size in (1e-2, 1e-3):
        path = place.states[-1] + size * np.array([[1.0, 0.5], [-0.3, 1.0]])
        assert place.distance(path) == pytest.approx(size * np.hypot([1, 0.3], [0.5, 1]))
        image = counter.image(1, path, times=period)
        errors.append(np.abs(place.predicted(counter.weight, path) - image).max())
    assert 50 < errors[0] / errors[1] < 200


@pytest.mark.parametrize("period", [1, 2])
def test_the_map_near_a_slow_point_errs_in_third_order(period):
    counter = one_unit(AT_FOLD + 0.05)
    found = slow_place(counter, 0, np.array([-0.9]), period=1)
    along = counter.path(0, found.states[0], period)
    place = Place(along[:-1], along[1:], found.eigenvalues, slow=True)
    errors = []
    for size in (1e-2, 1e-3):
        path = place.states[0] + np.array([[size]])
        errors.append(np.abs(place.predicted(counter.weight, path) - counter.image(0, path, times=period)).max())
    assert 500 < errors[0] / errors[1] < 2000


def test_a_saturated_unit_is_predicted_without_a_division_by_zero():
    place = Place(np.array([[1.0]]), np.array([[1.0]]), (0j,), slow=True)
    np.testing.assert_array_equal(place.predicted(np.array([[50.0]]), np.array([[0.3]])), [[1.0]])
