"""One given net on labelled points: nets worked out by hand, closed forms, and exact fractions."""

import json
from fractions import Fraction
from itertools import product
from math import exp, sqrt

import numpy as np
import pytest

from kuzushi.core.errors import ConfigError, DataError, ShapeError
from kuzushi.perceptrons import grade as module
from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.grade import grade
from kuzushi.perceptrons.nets import load_net
from kuzushi.perceptrons.results import WrongPoint

REPORT = {
    "hidden_weight": [[1, 1], [-1, -1], [1, -1], [-1, 1]],
    "hidden_bias": [-2.5, 1.5, -0.5, -0.5],
    "output_weight": [[1, 1, 1, 1]],
    "output_bias": [-1.5],
    "act": "step",
}
LAYERS = {
    "hidden_weight": [[1, 1, 1]] * 3,
    "hidden_bias": [-0.5, -1.5, -2.5],
    "output_weight": [[1, -1, 1]],
    "output_bias": [-0.5],
    "act": "step",
}
"""The parity of three inputs: one unit between every two sums."""


@pytest.fixture
def net(tmp_path):
    """Write weights into a file, those of the report with some changed; returns its name."""

    def write(base=REPORT, **changes):
        path = tmp_path / "net.json"
        path.write_text(json.dumps(base | changes))
        return str(path)

    return write


@pytest.fixture
def csv(tmp_path):
    """Write points into a file; returns its name."""

    def write(*rows):
        path = tmp_path / "points.csv"
        inputs = len(rows[0]) - 1
        header = ",".join([*(f"x{i}" for i in range(1, inputs + 1)), "target"])
        path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
        return str(path)

    return write


def sigmoid(x):
    return 1 / (1 + exp(-x))


# --- right and wrong ------------------------------------------------------------------------------------------


def test_the_net_of_the_report_passes_and_is_minimal():
    verdict = grade("report")
    assert (verdict.weights, verdict.data, verdict.act, verdict.hid) == ("report", "board", "step", 4)
    assert verdict.data_sha256 == load("board").sha256
    assert (verdict.passed, verdict.right, verdict.points, verdict.wrong) == (True, 9, 9, ())
    assert (verdict.output_margin, verdict.hidden_margin) == (0.5, 0.5)
    assert verdict.distance == pytest.approx(0.5 / sqrt(2))
    assert (verdict.dividing, verdict.lower, verdict.upper) == (4, 4, 4)
    assert verdict.lines[0] == "x1 + x2 - 2.5 = 0"
    assert [row.hidden for row in verdict.table[:2]] == [(0, 1, 0, 0), (0, 1, 0, 1)]


def test_with_sigmoid_units_the_net_of_the_report_fails_at_factor_1_and_passes_at_2():
    verdict = grade("report", act="sig", seconds=0.0)
    corner = sigmoid(1.5) + 2 * sigmoid(-0.5) + sigmoid(-2.5) - 1.5
    centre = 4 * sigmoid(-0.5) - 1.5
    assert (verdict.act, verdict.passed, verdict.right) == ("sig", False, 4)
    assert {one.point for one in verdict.wrong} == {(0, 0), (0, 2), (1, 1), (2, 0), (2, 2)}
    assert [one.input for one in verdict.wrong] == pytest.approx([corner] * 4 + [centre])
    assert verdict.output_margin == pytest.approx(-corner)
    assert (verdict.dividing, verdict.hidden_margin) == (4, 0.5)
    twice = grade("report", act="sig", scale=2.0, seconds=0.0)
    assert (twice.passed, twice.hidden_margin) == (True, 1.0)
    assert twice.distance == pytest.approx(0.5 / sqrt(2))  # a factor on weight and bias moves no line


def test_a_changed_hidden_bias_fails_where_the_line_passed_a_point(net):
    # x1 + x2 - 3.5: (1, 2) and (2, 1) lose one of the two units that they need.
    verdict = grade(net(hidden_bias=[-3.5, 1.5, -0.5, -0.5]))
    assert (verdict.passed, verdict.right, verdict.output_margin) == (False, 7, -0.5)
    assert verdict.wrong == (
        WrongPoint(point=(1, 2), target=1, input=-0.5), WrongPoint(point=(2, 1), target=1, input=-0.5),
    )  # fmt: skip
    assert (verdict.lower, verdict.upper) == (4, 4)


def test_a_larger_output_bias_fails_at_the_corners(net):
    verdict = grade(net(output_bias=[-0.5]), seconds=0.0)
    assert [(one.point, one.input) for one in verdict.wrong] == [(corner, 0.5) for corner in product((0, 2), repeat=2)]


def test_the_worst_point_comes_first_whatever_its_target(net):
    # Without H1 and with H2 counted three times: (0, 0) has 1.5, (1, 2) and (2, 1) have -0.5, and (2, 2) is right.
    verdict = grade(net(output_weight=[[0, 3, 1, 1]]), seconds=0.0)
    assert [(one.point, one.target, one.input) for one in verdict.wrong] == [
        ((0, 0), 0, 1.5), ((1, 2), 1, -0.5), ((2, 1), 1, -0.5),
    ]  # fmt: skip


def test_an_input_of_0_at_the_output_means_1(net):
    right = grade(net(output_bias=[-2]), seconds=0.0)  # 0 at the points of target 1
    assert (right.passed, right.output_margin) == (True, 0.0)
    wrong = grade(net(output_bias=[-1]), seconds=0.0)  # 0 at the four corners
    assert (wrong.right, {one.input for one in wrong.wrong}, str(wrong.output_margin)) == (5, {0.0}, "0.0")


@pytest.mark.parametrize("seed", range(20))
def test_verdicts_agree_with_exact_fractions(net, seed):
    generator = np.random.default_rng(seed)
    hid = int(generator.integers(1, 6))
    halves = {name: generator.integers(-5, 6, size=shape) / 2 for name, shape in (
        ("hidden_weight", (hid, 2)), ("hidden_bias", (hid,)), ("output_weight", (1, hid)), ("output_bias", (1,)),
    )}  # fmt: skip
    verdict = grade(net(**{name: values.tolist() for name, values in halves.items()}), data="grid:4", seconds=0.0)
    exact = {name: np.vectorize(Fraction, otypes=[object])(values) for name, values in halves.items()}
    inputs = {
        point: exact["hidden_weight"] @ np.array([Fraction(x) for x in point]) + exact["hidden_bias"]
        for point in product(range(4), repeat=2)
    }
    on = {point: [value >= 0 for value in values] for point, values in inputs.items()}
    output = {point: exact["output_weight"][0] @ bits + exact["output_bias"][0] for point, bits in on.items()}
    wrong = {point for point, value in output.items() if (value >= 0) != (sum(point) % 2 == 1)}
    assert {one.point for one in verdict.wrong} == wrong
    assert verdict.right == 16 - len(wrong)
    assert all(one.input == output[one.point] for one in verdict.wrong)
    assert verdict.output_margin == min(value if sum(p) % 2 else -value for p, value in output.items())
    assert verdict.hidden_margin == min(abs(value) for values in inputs.values() for value in values)
    assert verdict.dividing == sum(len(set(column)) == 2 for column in zip(*on.values(), strict=True))
    squares = [
        values[j] ** 2 / norm
        for values in inputs.values()
        for j, norm in enumerate((exact["hidden_weight"] ** 2).sum(1))
        if norm
    ]
    assert verdict.distance == (pytest.approx(sqrt(min(squares))) if squares else None)


# --- lines ----------------------------------------------------------------------------------------------------


def test_a_unit_with_all_points_on_one_side_is_not_dividing(net):
    weights = {
        "hidden_weight": [*REPORT["hidden_weight"], [1, 0]],
        "hidden_bias": [*REPORT["hidden_bias"], 10],
        "output_weight": [[1, 1, 1, 1, 2]],
        "output_bias": [-3.5],
    }
    verdict = grade(net(**weights))
    assert (verdict.passed, verdict.hid, verdict.dividing, verdict.lower, verdict.upper) == (True, 5, 4, 4, 4)
    assert (verdict.hidden_margin, verdict.output_margin) == (0.5, 0.5)


def test_a_point_on_a_line_leaves_no_margin(net):
    verdict = grade(net(hidden_bias=[-2.5, 1.5, -1, -0.5]), seconds=0.0)  # x1 - x2 - 1 = 0 meets (1, 0) and (2, 1)
    assert (verdict.passed, verdict.hidden_margin, verdict.distance) == (True, 0.0, 0.0)
    assert verdict.output_margin == 0.5


def test_a_point_on_a_line_of_decimals_is_on_it_and_one_next_to_it_is_not(net, csv):
    one = {"hidden_weight": [[1, 1]], "hidden_bias": [-0.3], "output_weight": [[1]], "output_bias": [-0.5]}
    assert 0.1 + 0.2 - 0.3 != 0
    on = grade(net(**one), data=csv((0.1, 0.2, 1), (0, 0, 0)), seconds=0.0)
    assert (on.hidden_margin, on.distance) == (0.0, 0.0)
    beside = grade(net(**one), data=csv((0.1, 0.2000000000001, 1), (0, 0, 0)), seconds=0.0)
    assert beside.hidden_margin == pytest.approx(1e-13, rel=1e-3, abs=0)


def test_a_net_whose_units_have_no_line_has_no_distance(net):
    weights = {"hidden_weight": [[0, 0]], "hidden_bias": [2], "output_weight": [[1]], "output_bias": [-3]}
    verdict = grade(net(**weights), seconds=0.0)
    assert (verdict.distance, verdict.hidden_margin, verdict.dividing, verdict.right) == (None, 2.0, 0, 5)
    far = {"hidden_weight": [[1e-300, 0]], "hidden_bias": [1e99], "output_weight": [[1]], "output_bias": [-3]}
    assert grade(net(**far), seconds=0.0).distance is None  # it would be 1e399, beyond all numbers


# --- other points ---------------------------------------------------------------------------------------------


def test_the_net_of_the_report_is_right_on_xor_where_half_of_it_is_enough():
    verdict = grade("report", data="xor")
    assert (verdict.passed, verdict.points, verdict.dividing) == (True, 4, 3)  # x1 + x2 - 2.5 is off at all four
    assert (verdict.lower, verdict.upper) == (2, 2)


def test_three_inputs_from_a_table_need_three_units(net, csv):
    data = csv(*((*point, sum(point) % 2) for point in product((0, 1), repeat=3)))
    verdict = grade(net(LAYERS), data=data)
    assert (verdict.passed, verdict.points, verdict.dividing) == (True, 8, 3)
    assert (verdict.lower, verdict.upper) == (3, 3)
    assert verdict.distance == pytest.approx(0.5 / sqrt(3))
    assert verdict.lines[0] == "x1 + x2 + x3 - 0.5 = 0"


# --- how many units are needed --------------------------------------------------------------------------------


def test_without_seconds_there_is_no_search(monkeypatch):
    monkeypatch.setattr(module, "find", lambda *_, **__: pytest.fail("searched"))
    verdict = grade("report", seconds=0.0)
    assert (verdict.passed, verdict.lower, verdict.upper) == (True, None, None)


@pytest.mark.parametrize("rows", [[(0, 0, 0), (0, 1, 0)], [(0, 0, 1)]])
def test_points_of_one_target_do_not_stop_the_verdict(csv, rows):
    verdict = grade("report", data=csv(*rows))
    assert (verdict.points, verdict.lower, verdict.upper) == (len(rows), None, None)


def test_too_little_time_does_not_stop_the_verdict():
    verdict = grade("report", data="grid:12", seconds=1e-9)
    assert (verdict.passed, verdict.lower, verdict.upper) == (False, None, None)


@pytest.mark.parametrize(
    ("found", "changes", "known"),
    [
        ((3, 6), {}, 4),
        ((3, None), {}, 4),
        ((3, 3), {}, 3),
        ((None, None), {}, None),
        ((3, 6), {"act": "tanh"}, 6),  # not a step net
        ((3, 6), {"output_bias": [-0.5]}, 6),  # wrong
        ((3, 6), {"output_bias": [-2]}, 6),  # right at an input of 0
        ((3, 6), {"hidden_bias": [-2.5, 1.5, -1, -0.5]}, 6),  # right with points on a line
    ],
)
def test_a_right_step_net_clear_of_its_lines_is_itself_known_to_be_enough(net, monkeypatch, found, changes, known):
    monkeypatch.setattr(module, "_fewest", lambda data, seconds: found)
    assert grade(net(**changes)).upper == known


def test_points_with_both_targets_have_no_net():
    verdict = grade("report", data="cells:2,gap=0")
    assert (verdict.passed, verdict.upper) == (False, None)


# --- what is refused ------------------------------------------------------------------------------------------


def test_given_weights_are_multiplied():
    assert load_net("report", load("board"), act="sig", scale=10.0).hidden_bias.tolist() == [[-25, 15, -5, -5]]


def test_weights_for_other_points_are_refused_with_the_shape_that_fits():
    with pytest.raises(ShapeError, match=r"shape \(4, 2\); expected \(4, 3\), since a point of parity:3 has 3"):
        grade("report", data="parity:3")


def test_weights_too_large_to_add_up_are_refused(net):
    with pytest.raises(DataError, match=r"net.json: holds a number larger than 1e\+100"):
        grade(net(output_bias=[1e101]))


@pytest.mark.parametrize(
    ("weights", "options", "error", "message"),
    [
        ("none.json", {}, DataError, "none.json: cannot be read"),
        ("report", {"data": "none.csv"}, DataError, "none.csv: cannot be read"),
        ("report", {"scale": 1e200}, ConfigError, "--scale 1e+200: makes a weight of report larger"),
        ("report", {"scale": 0.0}, ConfigError, "--scale 0: must be a number above 0"),
        ("report", {"scale": float("nan")}, ConfigError, "--scale nan: must be a number above 0"),
        ("report", {"seconds": -1.0}, ConfigError, "--seconds -1: must be a number of at least 0"),
        ("report", {"seconds": float("nan")}, ConfigError, "--seconds nan: must be a number of at least 0"),
    ],
)
def test_bad_arguments_are_refused(weights, options, error, message):
    with pytest.raises(error) as caught:
        grade(weights, **options)
    assert message in str(caught.value)
