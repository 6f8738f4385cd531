"""Smallest whole weights: the report's net, brute force over all smaller ones, and coordinates of many digits."""

from fractions import Fraction
from itertools import product
from math import inf

import numpy as np
import pytest

from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.minimal import integer_weights as small_weights
from kuzushi.perceptrons.minimal.dichotomies import dichotomies, exact
from kuzushi.perceptrons.minimal.integer_weights import step_net
from kuzushi.perceptrons.minimal.smallest import smallest
from kuzushi.perceptrons.nets import load_weights


def indices(units, on):
    """Return the indices of dichotomies or their complements, by where they are on."""
    columns = [tuple(column) for column in units.on.T.tolist()]
    return [columns.index(tuple((column ^ column[0]).tolist())) for column in on.T]


def computed(weights, points):
    """Return what the net computes at each point, in exact fractions of the decimals that its numbers print as."""

    def number(x):
        return Fraction(repr(x))

    def on(weight, bias, inputs):
        value = sum((number(w) * x for w, x in zip(weight, inputs, strict=True)), number(bias))
        assert value != 0
        return int(value > 0)

    outputs, hidden = [], []
    for point in points:
        hidden.append([on(w, b, point) for w, b in zip(weights.hidden_weight, weights.hidden_bias, strict=True)])
        outputs.append(on(weights.output_weight[0], weights.output_bias[0], hidden[-1]))
    return outputs, np.array(hidden, dtype=bool)


def worked_out(points, targets):
    found = smallest(points, targets, seconds=inf, enumerate_all=False)
    chosen = list(found.sets[0])
    weights = step_net(points, targets, found.units.on[:, chosen], [found.units.planes[unit] for unit in chosen])
    outputs, hidden = computed(weights, points)
    assert outputs == targets.tolist()
    assert sorted(indices(found.units, hidden)) == sorted(chosen)
    assert all(weight > 0 for weight in weights.output_weight[0])
    return weights


def test_the_net_of_the_report_is_found_exactly():
    board, report = load("board"), load_weights("report")
    points, units = exact(board.points), dichotomies(exact(board.points))
    on = board.points @ np.array(report.hidden_weight).T + report.hidden_bias > 0
    chosen = indices(units, on)
    net = step_net(points, board.targets, units.on[:, chosen], [units.planes[unit] for unit in chosen])
    assert net == report
    assert {abs(weight) for row in net.hidden_weight for weight in row} == {1.0}
    assert (net.output_weight, net.output_bias) == (((1.0,) * 4,), (-1.5,))


@pytest.mark.parametrize("name", ["board", "cells:2,gap=1"])
def test_no_smaller_whole_weights_divide_the_points_so(name):
    """Over all whole weights of a smaller sum of sizes, for each dichotomy, with a plane through no point."""
    data = load(name)
    points, units = exact(data.points), dichotomies(exact(data.points))
    whole = data.points.astype(int)
    for unit in range(len(units)):
        target = units.on[:, unit].astype(np.int64)
        net = step_net(points, target, units.on[:, [unit]], [units.planes[unit]])
        (weight,) = net.hidden_weight
        heights = whole @ np.array(weight)
        low, high = heights[~units.on[:, unit]].max(), heights[units.on[:, unit]].min()
        assert low < high
        assert net.hidden_bias[0] == -(low + high) / 2
        assert (2 * net.hidden_bias[0]).is_integer()
        assert (net.output_weight, net.output_bias) == (((1.0,),), (-0.5,))
        size = int(sum(map(abs, weight)))
        for smaller in product(range(-size, size + 1), repeat=2):
            if sum(map(abs, smaller)) < size:
                heights = whole @ np.array(smaller)
                assert heights[~units.on[:, unit]].max() >= heights[units.on[:, unit]].min()


@pytest.mark.parametrize("name", ["xor", "grid:4", "parity:3", "cells:2,gap=3"])
def test_the_net_of_a_smallest_set_is_right_on_whole_numbers(name):
    data = load(name)
    weights = worked_out(exact(data.points), data.targets)
    numbers = [*weights.output_weight[0], *(w for row in weights.hidden_weight for w in row)]
    assert all(number.is_integer() for number in numbers)


def test_output_weights_are_the_smallest_whole_ones():
    """Parity of three in layers: h1 - h2 + h3, with the middle one as its complement."""
    cube = load("parity:3")
    points, units = exact(cube.points), dichotomies(exact(cube.points))
    on = cube.points.sum(1)[:, None] > [0.5, 1.5, 2.5]
    chosen = indices(units, on)
    net = step_net(points, cube.targets, units.on[:, chosen], [units.planes[unit] for unit in chosen])
    assert net.hidden_weight == ((1.0, 1.0, 1.0), (-1.0, -1.0, -1.0), (1.0, 1.0, 1.0))
    assert net.hidden_bias == (-0.5, 1.5, -2.5)
    assert (net.output_weight, net.output_bias) == (((1.0, 1.0, 1.0),), (-1.5,))


def test_decimals_have_whole_weights_and_a_bias_between():
    net = worked_out(exact(np.array([[0.1], [0.2], [0.3]])), np.array([0, 1, 1]))
    assert net.hidden_weight == ((1.0,),)
    assert net.hidden_bias == (-0.15,)


@pytest.mark.parametrize(
    ("scale", "shift"), [(1, 0), (1e-7, 0), (1e8, 0), (0.1, 1000), (1, 1e9 - 2), (np.pi, np.e), (1e-7, np.pi)]
)
def test_the_board_at_any_position_and_size_gets_weights(scale, shift):
    board = load("board")
    points = exact(np.round(board.points * scale, 12) + shift)
    worked_out(points, board.targets)


@pytest.mark.parametrize(("count", "inputs"), [(6, 1), (8, 2), (7, 3)])
def test_points_of_many_digits_get_weights(count, inputs):
    """Planes through points of 17 digits have numbers of 50 digits and more, which float64 would round."""
    random = np.random.default_rng(count)
    for _ in range(2):
        targets = np.r_[0, 1, random.integers(0, 2, count - 2)]
        worked_out(exact(random.random((count, inputs))), targets)


@pytest.mark.parametrize("failing", ["milp", "linprog"])
def test_without_one_of_the_programmes_the_net_is_still_right(failing, monkeypatch):
    class Nothing:
        x = None

    board = load("board")
    points, units = exact(board.points), dichotomies(exact(board.points))
    chosen = smallest(points, board.targets, seconds=inf).sets[0]
    monkeypatch.setattr(small_weights, failing, lambda *_, **__: Nothing())
    net = step_net(points, board.targets, units.on[:, list(chosen)], [units.planes[unit] for unit in chosen])
    assert computed(net, points)[0] == board.targets.tolist()


def test_a_known_plane_is_used_if_the_programmes_fail(monkeypatch):
    class Nothing:
        x = None

    points = [(Fraction(0), Fraction(0)), (Fraction(1), Fraction(2))]
    monkeypatch.setattr(small_weights, "milp", lambda *_, **__: Nothing())
    monkeypatch.setattr(small_weights, "linprog", lambda *_, **__: Nothing())
    found = small_weights._separating(points, np.array([False, True]), known=((30, 60), -1))
    assert found == ((Fraction(1, 2), Fraction(1)), Fraction(-5, 4))


def test_units_that_do_not_suffice_are_refused():
    board = load("board")
    points, units = exact(board.points), dichotomies(exact(board.points))
    with pytest.raises(ArithmeticError, match="no plane was found"):
        step_net(points, board.targets, units.on[:, :2], units.planes[:2])


def test_points_without_a_float64_between_them_are_refused():
    points = exact(np.array([[1e9], [np.nextafter(1e9, 2e9)], [0]]))
    units = dichotomies(points)
    near = [unit for unit in range(2) if units.on[0, unit] != units.on[1, unit]]
    with pytest.raises(ArithmeticError, match="no plane was found"):
        step_net(points, np.array([0, 1, 0]), units.on[:, near], [units.planes[unit] for unit in near])
