"""Farkas certificates: small ones, and that one exists exactly if no net is right."""

from itertools import combinations, product
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.optimize import linprog

from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.minimal import farkas as module
from kuzushi.perceptrons.minimal.dichotomies import dichotomies, exact
from kuzushi.perceptrons.minimal.farkas import find_certificate, small_certificates

XOR_ON = dichotomies([(0, 0), (0, 1), (1, 0), (1, 1)]).on
XOR_TARGETS = np.array([0, 1, 1, 0])


def right_net_exists(on, targets):
    """Return whether some output weights and bias are right on every point, by the primal linear programme."""
    signs = np.where(targets == 1, 1.0, -1.0)
    table = signs[:, None] * np.column_stack([on, np.ones(len(targets))])
    return linprog(np.zeros(table.shape[1]), A_ub=-table, b_ub=-np.ones(len(targets)), bounds=(None, None)).status == 0


def assert_certificate(numbers, targets):
    assert numbers.any()
    assert numbers.sum() == 0
    assert (numbers[targets == 1] >= 0).all()
    assert (numbers[targets == 0] <= 0).all()


@pytest.fixture
def generator():
    return np.random.default_rng(0)


def test_the_four_corners_have_four_sides_and_one_certificate_of_all(generator):
    found = small_certificates(XOR_ON, XOR_TARGETS, generator=generator)
    assert {tuple(numbers) for numbers in found.numbers.tolist()} == {
        (-1, 1, 0, 0), (-1, 0, 1, 0), (0, 1, 0, -1), (0, 0, 1, -1), (-1, 1, 1, -1),
    }  # fmt: skip
    assert len(found) == 5


@pytest.mark.parametrize("name", ["board", "parity:3", "cells:2,gap=1"])
def test_small_certificates_are_certificates_of_all_pairs_and_squares(name, generator):
    data = load(name)
    on = dichotomies(exact(data.points)).on
    found = small_certificates(on, data.targets, generator=generator)
    for numbers in found.numbers:
        assert_certificate(numbers, data.targets)
    np.testing.assert_array_equal(found.hits, found.numbers @ on.astype(int) != 0)
    weighed = np.abs(found.numbers).sum(1)  # 2 or 4
    assert (np.diff(weighed) >= 0).all()
    assert all((np.diff(found.hits[weighed == size].sum(1)) >= 0).all() for size in (2, 4))
    ones, zeros = (np.flatnonzero(data.targets == target) for target in (1, 0))
    expected = set()
    for size in (1, 2):
        for plus, minus in product(combinations(ones, size), combinations(zeros, size)):
            expected.add(tuple(on[list(plus)].sum(0) != on[list(minus)].sum(0)))
    assert {tuple(row) for row in found.hits} == expected


@pytest.mark.parametrize("targets", [(1, 0, 0, 0), (0, 1, 1, 1), (1, 0, 1, 1)])
def test_a_single_point_of_a_target_is_paired_with_each_other(targets, generator):
    found = small_certificates(XOR_ON, np.array(targets), generator=generator)
    assert len(found) == 3
    assert (np.abs(found.numbers).sum(1) == 2).all()


def test_of_too_many_a_sample_is_drawn_that_includes_the_inseparable_pair(generator, monkeypatch):
    monkeypatch.setattr(module, "LARGEST", 300)
    points = [(i, i * i) for i in range(10)] + [(9, 81)]
    targets = np.array([0, 1] * 5 + [0])
    on = dichotomies(points).on
    found = small_certificates(on, targets, generator=generator)
    assert len(found) <= 2 * (300 // on.shape[1]) + 1
    impossible = found.numbers[~found.hits.any(1)]
    assert impossible.tolist() == [[0] * 9 + [1, -1]]
    for numbers in found.numbers:
        assert_certificate(numbers, targets)


def test_two_coinciding_points_have_a_certificate_and_no_units(generator):
    found = small_certificates(np.zeros((2, 0), dtype=bool), np.array([1, 0]), generator=generator)
    assert found.numbers.tolist() == [[1, -1]]
    assert found.hits.shape == (1, 0)


def test_another_certificate_is_added_with_the_units_that_hit_it(generator):
    found = small_certificates(XOR_ON, XOR_TARGETS, generator=generator)
    more = found.with_another(np.array([-2, 2, 0, 0]), XOR_ON)
    assert len(more) == 6
    np.testing.assert_array_equal(more.hits[-1], XOR_ON[0] != XOR_ON[1])
    assert len(found) == 5


def test_a_certificate_refutes_the_units_or_a_right_net_exists():
    """Over all sets of up to two units of the corners, and random ones of the board."""
    random, board = np.random.default_rng(1), load("board")
    on = dichotomies(exact(board.points)).on
    cases = [(XOR_ON[:, list(units)], XOR_TARGETS) for size in (1, 2) for units in combinations(range(6), size)]
    cases += [
        (on[:, random.permutation(28)[: random.integers(1, 9)]], random.permutation(board.targets)) for _ in range(60)
    ]
    seen = set()
    for chosen, targets in cases:
        numbers = find_certificate(chosen, targets)
        seen.add(numbers is None)
        assert (numbers is None) == right_net_exists(chosen, targets)
        if numbers is not None:
            assert_certificate(numbers, targets)
            assert not (numbers @ chosen.astype(int)).any()
    assert seen == {True, False}


def test_no_units_are_refuted_by_a_one_and_a_zero():
    numbers = find_certificate(np.zeros((3, 0), dtype=bool), np.array([0, 1, 0]))
    assert_certificate(numbers, np.array([0, 1, 0]))


def fibonacci(count):
    """Points and units whose only certificate has the Fibonacci numbers, and a last one that makes its sum 0.

    Ones and zeros take turns; each against all before it of the other target.
    """
    targets = np.array([1 - i % 2 for i in range(count)] + [count % 2 == 0], dtype=np.int64)
    on = np.zeros((count + 1, count - 1), dtype=bool)
    for i in range(1, count):
        on[:i, i - 1] = targets[:i] != targets[i]
        on[i, i - 1] = True
    return on, targets


def test_sums_of_int64_do_not_overflow():
    assert np.iinfo(np.int64).max == module.LARGEST_SUM


def test_large_numbers_come_out_exactly():
    numbers = [1, 1, 1]
    while len(numbers) < 25:
        numbers.append(numbers[-1] + numbers[-2])
    expected = [number * (-1) ** i for i, number in enumerate(numbers)]
    on, targets = fibonacci(25)
    assert find_certificate(on, targets).tolist() == [*expected, -sum(expected)]


@pytest.mark.parametrize("count", [51, 101])
def test_numbers_of_too_many_digits_are_refused_not_rounded(count):
    """The 51st Fibonacci number is lost to the solver's tolerance, and the 101st to int64."""
    with pytest.raises(ArithmeticError):
        find_certificate(*fibonacci(count))


def test_numbers_that_could_overflow_in_sums_are_refused(monkeypatch):
    on, targets = fibonacci(20)
    total = int(np.abs(find_certificate(on, targets)).sum())
    monkeypatch.setattr(module, "LARGEST_SUM", total)
    assert find_certificate(on, targets) is not None
    monkeypatch.setattr(module, "LARGEST_SUM", total - 1)
    with pytest.raises(ArithmeticError, match="too many digits"):
        find_certificate(on, targets)


@pytest.mark.parametrize(
    ("support", "message"), [((1, 2), "the wrong sign"), ((0, 1, 2), "2 degrees of freedom"), ((0,), "0 degrees")]
)
def test_a_solution_that_is_no_certificate_is_refused(support, message, monkeypatch):
    """Without units, a one and a zero at a time are a certificate: two ones are not, and three points are too many."""
    answer = np.isin(np.arange(4), support) / len(support)
    monkeypatch.setattr(module, "linprog", lambda *_, **__: SimpleNamespace(status=0, x=answer))
    with pytest.raises(ArithmeticError, match=message):
        find_certificate(np.zeros((4, 0), dtype=bool), XOR_TARGETS)


def test_a_linear_programme_without_a_solution_is_an_error(monkeypatch):
    on, targets = fibonacci(5)
    monkeypatch.setattr(module, "linprog", lambda *_, **__: SimpleNamespace(status=4, message="numerical trouble"))
    with pytest.raises(ArithmeticError, match="numerical trouble"):
        find_certificate(on, targets)
