"""Fixed points against closed forms, against plain iteration, and against other ways to compute them."""

from math import tanh

import numpy as np
import pytest
import torch
from scipy.optimize import brentq, root
from torch import Generator
from torch.func import jacrev

from counters import counters, srn
from kuzushi.sequences.dynamics.fixed_points import SymbolMaps, arrivals, fixed_points, portrait, settled, starts
from kuzushi.sequences.dynamics_results import FixedPoint
from kuzushi.sequences.languages import LANGUAGES
from kuzushi.sequences.nets import SRN

SYMBOLS = ("a", "b")


def one_unit(weight, drive=0.0):
    """What is found for h -> tanh(weight h + drive)."""
    model = srn([[[weight]]], [[[drive]]])
    return fixed_points(model, ("a",), starts(1, generator=Generator()))[0]


def drawn(nets, *, hid=2, seed=0, gain=3.0):
    """SRNs with random weights, large enough for several fixed points and cycles."""
    model = SRN(nets, alphabet=2, hid=hid, generator=Generator().manual_seed(seed))
    with torch.no_grad():
        for weight in (model.weight_hh, model.weight_ih):
            weight.mul_(gain)
    return model


def found_in(model, seed=0):
    return fixed_points(model, SYMBOLS, starts(model.bias.shape[1], generator=Generator().manual_seed(seed)))


def test_a_weak_unit_has_0_alone_and_every_start_ends_there():
    (point,) = one_unit(0.8)
    assert (point.period, point.stable, point.basin) == (1, True, 1.0)
    assert point.points[0] == pytest.approx((0,), abs=1e-12)
    assert point.eigenvalues == (pytest.approx((0.8, 0)),)  # tanh'(0) = 1


def test_a_strong_unit_has_0_and_two_stable_roots_that_share_the_starts():
    points = one_unit(2.0)
    top = brentq(lambda h: h - tanh(2 * h), 0.1, 1)
    assert sorted(point.points[0][0] for point in points[:2]) == pytest.approx([-top, top], abs=1e-9)
    assert points[2].points[0] == pytest.approx((0,), abs=1e-12)
    assert [point.stable for point in points] == [True, True, False]
    assert points[2].eigenvalues == (pytest.approx((2, 0)),)
    assert points[0].eigenvalues == (pytest.approx((2 * (1 - top**2), 0)),)
    assert [points[0].basin, points[1].basin] == pytest.approx([0.5, 0.5], abs=1 / 441)
    assert points[2].basin is None


def test_a_strong_inhibiting_unit_has_a_cycle_of_two_about_0():
    origin, cycle = one_unit(-2.0)
    top = brentq(lambda h: h - tanh(2 * h), 0.1, 1)
    assert (origin.period, origin.stable, origin.eigenvalues) == (1, False, (pytest.approx((-2, 0)),))
    assert sorted(point for (point,) in cycle.points) == pytest.approx([-top, top])
    assert (cycle.period, cycle.stable, cycle.basin) == (2, True, pytest.approx(1, abs=1 / 441))
    assert cycle.eigenvalues == (pytest.approx(((2 * (1 - top**2)) ** 2, 0)),), "of two steps"


def test_a_cycle_of_two_is_listed_once_and_its_states_lead_to_each_other():
    for points, maps in zip(found_in(drawn(12)), SymbolMaps.of(drawn(12)).weight.split(2), strict=True):
        assert len(maps) == 2
        cycles = [point for point in points if point.period == 2]
        assert len({(cycle.symbol, *np.round(sorted(cycle.points), 4).ravel()) for cycle in cycles}) == len(cycles)


@pytest.mark.parametrize("hid", [1, 2, 4])
def test_every_point_comes_back_after_its_period_and_has_numpys_eigenvalues(hid):
    model = drawn(6, hid=hid, seed=hid)
    maps = SymbolMaps.of(model)
    for net, points in enumerate(found_in(model)):
        for point in points:
            place = 2 * net + SYMBOLS.index(point.symbol)
            weight, drive = maps.weight[place].numpy(), maps.drive[place].numpy()
            h, jacobian = np.array(point.points[0]), np.eye(hid)
            for following in (*point.points[1:], point.points[0]):
                h = np.tanh(weight @ h + drive)
                jacobian = np.diag(1 - h**2) @ weight @ jacobian
                np.testing.assert_allclose(h, following, atol=1e-9)
            expected = np.sort_complex(np.linalg.eigvals(jacobian))
            np.testing.assert_allclose(np.sort_complex([complex(*v) for v in point.eigenvalues]), expected, atol=1e-7)
            assert point.stable == (np.abs(expected).max() < 1)
            for value, direction in zip(point.eigenvalues, point.directions, strict=bool(point.directions)):
                np.testing.assert_allclose(jacobian @ direction, value[0] * np.array(direction), atol=1e-7)


def test_the_jacobian_is_the_one_that_is_derived_automatically():
    maps, h = SymbolMaps.of(drawn(2)), torch.rand(4, 3, 2, dtype=torch.float64)
    for times in (1, 2):
        jacobian = maps.jacobian(h, times=times)
        for i in range(4):
            alone = maps.at(slice(i, i + 1))
            derived = jacrev(lambda state, one=alone, n=times: one.image(state[None, None], times=n)[0, 0])
            torch.testing.assert_close(jacobian[i, 1], derived(h[i, 1]))


def test_the_maps_are_those_of_the_model():
    model, symbols = drawn(3), torch.tensor([[0, 1, 1, 0]])
    hidden = model(symbols).hidden.detach().double()  # (nets, 1, 4, 2)
    maps = SymbolMaps.of(model)
    for net in range(3):
        for t, symbol in ((1, 1), (2, 1), (3, 0)):
            own = maps.at(torch.tensor([2 * net + symbol]))
            torch.testing.assert_close(own.image(hidden[[net], :, t - 1]), hidden[[net], :, t], atol=1e-6, rtol=0)


@pytest.mark.parametrize("seed", range(3))
def test_all_that_iteration_and_scipy_find_is_in_the_list(seed):
    model, rng = drawn(4, seed=seed), np.random.default_rng(seed)
    maps, found = SymbolMaps.of(model), found_in(model)
    for place, (weight, drive) in enumerate(zip(maps.weight.numpy(), maps.drive.numpy(), strict=True)):
        own = [point for point in found[place // 2] if point.symbol == SYMBOLS[place % 2]]
        fixed = np.array([point.points[0] for point in own if point.period == 1])
        stable = np.array([state for point in own if point.stable for state in point.points]).reshape(-1, 2)

        def image(h, weight=weight, drive=drive):
            return np.tanh(weight @ h + drive)

        for h in rng.uniform(-1, 1, (25, 2)):
            solved = root(lambda state, image=image: image(state) - state, h, tol=1e-13)
            if np.abs(image(solved.x) - solved.x).max() < 1e-11:
                assert np.abs(fixed - solved.x).max(1).min() < 1e-4
            for _ in range(600):
                h = image(h)
            if np.abs(image(image(h)) - h).max() < 1e-12:
                assert np.abs(stable - h).max(1).min() < 1e-5


def test_the_indices_of_all_fixed_points_sum_to_1():
    """As they must for a map of a box into its inside (Lefschetz); a single point overlooked would change the sum."""
    several = 0
    for points in found_in(drawn(40, gain=4)):
        for symbol in SYMBOLS:
            own = [point for point in points if point.symbol == symbol and point.period == 1]
            index = [np.sign(np.prod([1 - complex(*value) for value in point.eigenvalues]).real) for point in own]
            assert sum(index) == 1
            several += len(own) > 1
    assert several > 5


def test_basins_of_a_symbol_sum_to_at_most_1_and_are_shares_of_the_starts_that_arrive():
    model, begin = counters(), starts(2, generator=Generator())
    found, ends = fixed_points(model, SYMBOLS, begin), settled(SymbolMaps.of(model), begin)
    for net, points in enumerate(found):
        for place, symbol in enumerate(SYMBOLS):
            basins = [point.basin for point in points if point.symbol == symbol and point.stable]
            assert sum(basins) <= 1 + 1e-12
            where = arrivals(points, ends[2 * net + place], symbol=symbol)
            for i, point in enumerate(points):
                expected = point.basin if point.symbol == symbol and point.stable else 0
                assert (where == i).double().mean().item() == pytest.approx(expected)


def test_a_state_arrives_only_at_a_stable_point_of_its_own_symbol():
    def at(symbol, *, stable):
        return FixedPoint(
            symbol=symbol, period=1, points=((0.5,),), eigenvalues=((0.5, 0.0),), directions=(), stable=stable,
            basin=None,
        )  # fmt: skip

    points, ends = (at("a", stable=True), at("b", stable=False), at("b", stable=True)), torch.tensor([[0.5], [0.6]])
    assert arrivals(points, ends, symbol="a").tolist() == [0, -1]
    assert arrivals(points, ends, symbol="b").tolist() == [2, -1]


def test_starts_are_a_grid_for_two_units_and_random_in_the_box_for_more():
    grid = starts(2, generator=Generator())
    assert grid.shape == (441, 2)
    assert len({tuple(start) for start in grid.tolist()}) == 441
    one, again, other = (starts(5, generator=Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert one.shape == (441, 5)
    assert one.abs().max() <= 1
    assert one.equal(again)
    assert not one.equal(other)


def test_a_portrait_has_the_path_of_its_net_from_its_own_initial_state():
    model = counters()
    model.h_0.copy_(torch.linspace(-0.9, 0.8, 12).view(6, 2))
    string, arrays = portrait(model, LANGUAGES["anb2n"], 3, (), longest=2)
    assert string == "aabbbb"
    np.testing.assert_array_equal(arrays["path"][0], model.h_0[3])
    hidden = model(torch.tensor([[0, 0, 1, 1, 1, 1]])).hidden[3, 0].detach()
    np.testing.assert_allclose(arrays["path"][1:], hidden, atol=1e-6)
