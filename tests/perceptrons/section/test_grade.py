"""The verdict in words: the first line, every wrong point, and how far from minimal the net is."""

import pytest

from kuzushi.perceptrons.results import Activations, Verdict, WrongPoint
from kuzushi.perceptrons.section.grade import minimality, text

POINTS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
TARGETS = (0, 1, 1, 0)


def row(point, target, output):
    return Activations(
        point=point, target=target, hidden=(float(sum(point) > 0.5), float(sum(point) > 1.5)), output=output
    )


def verdict(**changes):
    """Two units on xor, right unless changed."""
    values = {
        "weights": "net.json", "data": "xor", "data_sha256": "0" * 64, "act": "step", "scale": 1.0, "hid": 2,
        "right": 4, "points": 4, "passed": True, "wrong": (), "lines": ("x1 + x2 - 0.5 = 0", "x1 + x2 - 1.5 = 0"),
        "table": tuple(row(*one) for one in zip(POINTS, TARGETS, (0.0, 1.0, 1.0, 0.0), strict=True)),
        "hidden_margin": 0.5, "output_margin": 0.5, "distance": 0.353553, "dividing": 2, "lower": 2, "upper": 2,
    }  # fmt: skip
    return Verdict(**values | changes)


def failed(**changes):
    """The same, wrong at (1, 1) and, by less, at (1, 0)."""
    wrong = (
        WrongPoint(point=(1.0, 1.0), target=0, input=1.25), WrongPoint(point=(1.0, 0.0), target=1, input=-0.125)
    )  # fmt: skip
    table = tuple(row(*one) for one in zip(POINTS, TARGETS, (0.0, 1.0, 0.0, 1.0), strict=True))
    return verdict(**{"passed": False, "right": 2, "wrong": wrong, "table": table, "output_margin": -1.25} | changes)


def both_targets():
    return tuple(row((1.0, 0.5), target, 0.0) for target in (0, 1))


# --- the whole text -------------------------------------------------------------------------------------------


def test_the_text_of_a_right_net():
    assert text(verdict()) == (
        "PASSED: 4 of 4 points right\n"
        "net.json on xor, 2 step units\n"
        "\n"
        "H1: x1 + x2 - 0.5 = 0\n"
        "H2: x1 + x2 - 1.5 = 0\n"
        "\n"
        "x1  x2  target  H1  H2  y\n"
        " 0   0       0   0   0  0  right\n"
        " 0   1       1   1   0  1  right\n"
        " 1   0       1   1   0  1  right\n"
        " 1   1       0   1   1  0  right\n"
        "\n"
        "2 hidden units; the fewest possible: proved"
    )


def test_wrong_points_come_with_input_and_expected_sign():
    lines = text(failed()).splitlines()
    assert lines[0] == "FAILED: 2 of 4 points right"
    assert lines[3:5] == [
        "(1, 1), target 0: the input of the output unit is 1.25; expected below 0",
        "(1, 0), target 1: the input of the output unit is -0.125; expected at least 0",
    ]
    assert [line.split()[-1] for line in lines if line.startswith((" 0 ", " 1 "))] == [
        "right", "right", "wrong", "wrong",
    ]  # fmt: skip


def test_a_point_whose_output_rounds_to_a_half_is_wrong_if_the_verdict_is():
    wrong = (WrongPoint(point=(1.0, 0.0), target=1, input=-1e-17),)
    table = tuple(row(*one) for one in zip(POINTS, TARGETS, (0.1, 0.9, 0.5, 0.1), strict=True))
    printed = text(failed(act="sig", wrong=wrong, table=table))
    assert " 1   0       1  1.000  0.000  0.500  wrong" in printed


# --- how far from minimal -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hid", "lower", "upper", "words"),
    [
        (4, 4, 4, "4 hidden units; the fewest possible: proved"),
        (6, 4, 4, "6 hidden units; the fewest step units: 4, proved"),
        (2, 1, 1, "2 hidden units; the fewest step units: 1, proved"),
        (1, 1, 1, "1 hidden unit; the fewest possible: proved"),
        (5, 4, 6, "5 hidden units; the fewest step units: 4 to 6, proved"),
        (5, 4, None, "5 hidden units; the fewest step units: at least 4, proved"),
        (5, None, None, "5 hidden units; the fewest were not searched for, or not found in the time limit"),
    ],
)
def test_the_number_of_units_is_compared_with_what_is_proved(hid, lower, upper, words):
    assert minimality(verdict(hid=hid, lower=lower, upper=upper)) == words
    assert text(verdict(lower=lower, upper=upper)).splitlines()[-1] == minimality(verdict(lower=lower, upper=upper))


def test_a_wrong_net_is_not_called_the_smallest():
    assert minimality(failed()) == "2 hidden units; the fewest step units: 2, proved"


@pytest.mark.parametrize("act", ["sig", "tanh"])
def test_the_bound_of_step_nets_is_not_claimed_of_other_units(act):
    assert minimality(verdict(act=act)) == "2 hidden units; the fewest step units: 2, proved"


def test_one_target_needs_no_hidden_unit():
    table = tuple(row(point, 1, 1.0) for point in POINTS)
    printed = minimality(verdict(table=table, lower=None, upper=None))
    assert printed == "2 hidden units; none is needed: every point has the target 1"


def test_a_point_with_both_targets_is_named():
    printed = minimality(failed(table=both_targets(), lower=2, upper=None))
    assert printed == "2 hidden units; no net of any size is right: the point (1, 0.5) has both targets"
