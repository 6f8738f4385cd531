"""The smallest step nets as a result: the report's net first, a proof that passes its check, clear errors."""

import dataclasses
from fractions import Fraction
from itertools import combinations
from math import inf

import numpy as np
import pytest
from scipy.optimize import linprog

from kuzushi.core.errors import DataError
from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.configs import DesignConfig
from kuzushi.perceptrons.minimal import experiment as module
from kuzushi.perceptrons.minimal.experiment import BY_HAND, design_nets, find, prove, run
from kuzushi.perceptrons.minimal.search import search
from kuzushi.perceptrons.nets import load_weights
from kuzushi.perceptrons.points import Points
from kuzushi.proofs.errors import ProofError
from kuzushi.proofs.minimality import check
from kuzushi.proofs.step_net_claims import check_claims
from memory import Memory


def labelled(points, targets, name="points"):
    return Points(name, np.array(points, dtype=np.float64).reshape(len(points), -1), np.array(targets, dtype=np.int64))


@pytest.fixture
def board(smallest_board):
    return smallest_board


@pytest.fixture
def csv(tmp_path):
    def write(points, targets):
        path = tmp_path / "points.csv"
        names = ",".join(f"x{i}" for i in range(1, len(points[0]) + 1))
        rows = [",".join(map(repr, (*p, t))) for p, t in zip(points, targets, strict=True)]
        path.write_text("\n".join([f"{names},target", *rows]) + "\n")
        return str(path)

    return write


def test_the_board_needs_four_units_in_three_ways_of_two_kinds(board):
    assert (board.lower, board.upper, board.realisable, board.kinds) == (4, 4, 3, 2)
    assert [found.symmetric for found in board.designs] == [1, 2]
    assert (board.count_checked, board.impossible) == (True, None)
    assert board.data_sha256 == load("board").sha256
    assert len(board.proof.units) == 28


def test_the_net_of_the_report_is_first_and_exactly_as_printed(board):
    first, second = board.designs
    report = load_weights("report")
    assert (first.name, second.name) == (BY_HAND, None)
    assert first.hidden_weight == report.hidden_weight
    assert first.hidden_bias == report.hidden_bias
    assert first.output_weight == ((1.0,) * 4,)
    assert first.output_bias == (-1.5,)
    assert first.lines[0] == "x1 + x2 - 2.5 = 0"


def test_margins_and_distances_are_those_of_the_exact_net(board):
    for shown in board.designs:
        points = [tuple(map(Fraction, point)) for point in load("board").points.tolist()]
        heights = [
            [sum(Fraction(w) * x for w, x in zip(weight, point, strict=True)) + Fraction(bias) for point in points]
            for weight, bias in zip(shown.hidden_weight, shown.hidden_bias, strict=True)
        ]  # (hid, points)
        assert shown.hidden_margin == min(abs(height) for row in heights for height in row)
        lengths = [float(sum(Fraction(w) ** 2 for w in weight)) ** 0.5 for weight in shown.hidden_weight]
        nearest = min(float(min(map(abs, row))) / length for row, length in zip(heights, lengths, strict=True))
        assert shown.distance == pytest.approx(nearest, rel=1e-12)
        outputs = [
            sum(Fraction(w) * (row[i] > 0) for w, row in zip(shown.output_weight[0], heights, strict=True))
            + Fraction(shown.output_bias[0])
            for i in range(9)
        ]
        assert shown.output_margin == min(map(abs, outputs))
        assert [int(output > 0) for output in outputs] == load("board").targets.tolist()
        assert shown.scale.stays_right


def test_the_drawn_planes_are_the_outputs_of_the_nets(board):
    axis1, axis2 = board.arrays["axis1"], board.arrays["axis2"]
    for number, shown in enumerate(board.designs):
        for row, column in [(0, 0), (40, 150), (200, 3), (101, 99)]:
            point = (axis1[column], axis2[row])
            on = [np.dot(w, point) + b >= 0 for w, b in zip(shown.hidden_weight, shown.hidden_bias, strict=True)]
            assert board.arrays["regions"][number, row, column] == sum(bit << j for j, bit in enumerate(on))
            output = np.dot(shown.output_weight[0], on) + shown.output_bias[0] >= 0
            assert board.arrays["output"][number, row, column] == output


@pytest.mark.parametrize(("name", "fewest", "sets"), [("xor", 2, 2), ("grid:4", 6, 10), ("parity:3", 3, 62)])
def test_other_points_have_the_known_numbers_and_pass_the_check(name, fewest, sets):
    result = run(DesignConfig(data=name))
    assert (result.lower, result.upper, result.realisable) == (fewest, fewest, sets)
    assert sum(found.symmetric for found in result.designs) == sets
    assert bool(result.arrays) == (name != "parity:3")


def right_net_exists(on, targets):
    signs = np.where(targets == 1, 1.0, -1.0)
    table = signs[:, None] * np.column_stack([on, np.ones(len(targets))])
    return linprog(np.zeros(table.shape[1]), A_ub=-table, b_ub=-np.ones(len(targets)), bounds=(None, None)).status == 0


def test_random_points_have_as_many_sets_as_brute_force_finds_and_the_proof_passes():
    random = np.random.default_rng(4)
    found_sizes = set()
    for count, inputs in [(5, 1), (7, 1), (5, 2), (6, 2), (6, 2), (5, 3)]:
        points = np.unique(random.integers(0, 4, (count, inputs)), axis=0)
        data = labelled(points, np.r_[0, 1, random.integers(0, 2, len(points) - 2)])
        found = find(data, seconds=inf)
        proof, designs = prove(data, found), design_nets(data, found)
        on = np.array([[bit == "1" for bit in unit.on] for unit in proof.units]).T  # (points, units)
        suffices = [
            right_net_exists(on[:, list(s)], data.targets) for s in combinations(range(on.shape[1]), proof.bound)
        ]
        assert sum(suffices) == len(found.sets) > 0
        fewer = combinations(range(on.shape[1]), proof.bound - 1)
        assert not any(right_net_exists(on[:, list(s)], data.targets) for s in fewer)
        check(proof)
        assert check_claims(
            proof, designs, lower=proof.bound, upper=proof.bound, impossible=None, realisable=len(found.sets)
        )
        found_sizes.add(proof.bound)
    assert len(found_sizes) > 1


def test_decimals_on_a_line_are_taken_as_they_print(csv):
    """0.1, 0.2, 0.3 are as far apart as they look: a mirror moves them to themselves."""
    result = run(DesignConfig(data=csv([(0.1, 0.2), (0.2, 0.4), (0.3, 0.6)], [0, 1, 0])))
    assert (result.lower, len(result.proof.units), result.proof.symmetries) == (2, 2, ((2, 1, 0),))
    assert result.proof.points == (("0.1", "0.2"), ("0.2", "0.4"), ("0.3", "0.6"))


@pytest.mark.parametrize("inputs", [1, 2, 3])
def test_random_floats_with_all_their_digits_get_weights(csv, inputs):
    random = np.random.default_rng(inputs)
    points = random.uniform(-1, 1, (7, inputs)).tolist()
    result = run(DesignConfig(data=csv(points, [0, 1, 0, 1, 1, 0, 1])))
    assert result.upper == result.lower == len(result.designs[0].units)
    assert result.count_checked


@pytest.mark.parametrize(("scale", "shift"), [(1e-7, 0.0), (1e8, 0.0), (1e-3, 1e6)])
def test_large_and_tiny_coordinates_get_weights(csv, scale, shift):
    points = [tuple(round(x * scale + shift, 9) for x in point) for point in load("board").points.tolist()]
    result = run(DesignConfig(data=csv(points, load("board").targets.tolist())))
    assert (result.lower, result.realisable, result.kinds) == (4, 3, 2)


def test_coinciding_points_with_both_targets_make_every_net_wrong():
    result = run(DesignConfig(data="cells:2,gap=0"))
    assert (result.upper, result.realisable, result.designs, result.kinds) == (None, None, (), 0)
    assert sorted(result.impossible.numbers) == [-1, 1]
    first, second = result.impossible.points
    assert result.proof.points[first] == result.proof.points[second]
    assert result.proof.targets[first] != result.proof.targets[second]


def test_points_of_one_target_are_refused(csv):
    with pytest.raises(DataError, match="all points have target 1; a net without hidden units is right"):
        run(DesignConfig(data=csv([(0, 0), (1, 1)], [1, 1])))


def test_a_time_limit_that_is_too_short_is_named():
    with pytest.raises(DataError, match=r"^grid:5: .* of 25 points with 2 inputs .* in 1e-06 s; give a longer --time-"):
        run(DesignConfig(data="grid:5", time_limit=1e-6))


def test_too_many_points_are_refused():
    with pytest.raises(DataError, match="holds 301 points; expected at most 300"):
        find(labelled(range(301), [i % 2 for i in range(301)]), seconds=inf)


def test_points_too_close_together_for_float64_are_refused():
    data = labelled([1e9, np.nextafter(1e9, 2e9), 0], [0, 1, 0], name="near")
    found = find(data, seconds=inf)
    check(prove(data, found))
    with pytest.raises(DataError, match="near: no float64 weights were found that separate its points"):
        design_nets(data, found)


def test_stopped_early_what_is_proved_by_then_passes_the_check():
    """The 3-cube needs 3 units; the first linear programme alone does not say so."""
    data = load("parity:3")
    found = find(data, seconds=inf, enumerate_all=False)
    bounds = search(
        found.units.on, data.targets, found.certificates, found.images.min(0), best=found.bounds.best, deadline=-np.inf
    )
    proof = prove(data, dataclasses.replace(found, bounds=bounds))
    assert 1 <= proof.bound < 3
    designs = design_nets(data, found)
    assert not check_claims(proof, designs, lower=proof.bound, upper=3, impossible=None, realisable=None)


def test_of_many_kinds_only_some_get_weights_and_the_count_stays_unchecked(monkeypatch):
    monkeypatch.setattr(module, "MOST_KINDS", 1)
    result = run(DesignConfig())
    assert (result.realisable, result.kinds, len(result.designs)) == (3, 2, 1)
    assert not result.count_checked


def test_at_most_the_requested_number_of_designs_is_shown(board):
    result = run(DesignConfig(shown=1))
    assert (result.kinds, result.designs[0], len(result.arrays["output"])) == (2, board.designs[0], 1)
    assert result.count_checked


def test_a_result_with_a_changed_number_is_refused(board):
    claims = {"lower": 4, "upper": 4, "impossible": None, "realisable": 3}

    def refused(message, *, proof=board.proof, designs=board.designs, **changes):
        with pytest.raises(ProofError, match=message):
            check_claims(proof, designs, **(claims | changes))

    assert check_claims(board.proof, board.designs, **claims)
    refused("the proof is for 4 hidden units; expected 5", lower=5)
    refused("case 0 needs", proof=dataclasses.replace(board.proof, bound=5), lower=5)
    refused("a design has 4 hidden units; expected 5", upper=5)
    refused("expected 2", realisable=2)
    refused("expected 4", realisable=4)
    first, second = board.designs
    refused("the design has output 1", designs=(dataclasses.replace(first, output_bias=(-0.5,)), second))
    moved = dataclasses.replace(second, hidden_bias=(9.0, *second.hidden_bias[1:]))
    refused("hidden unit 0 is on at 111111111", designs=(first, moved))
    refused("the list has 27 units", proof=dataclasses.replace(board.proof, units=board.proof.units[1:]))
    refused("point 0", proof=dataclasses.replace(board.proof, targets=(1, *board.proof.targets[1:])))


def test_every_step_is_reported_to_the_journal():
    journal = Memory()
    run(DesignConfig(data="xor"), journal=journal)
    assert [progress.done for progress in journal.seen] == [1, 2, 3, 4, 5]
    assert {progress.total for progress in journal.seen} == {5}
    assert journal.begun[0][2] == load("xor").sha256
