"""What the perceptron demo is given: every net in the plane that the report has, once, with its points."""

import dataclasses

import numpy as np
import pytest

from kuzushi.core.published import PUBLISHED
from kuzushi.perceptrons import experiment as checkerboard
from kuzushi.perceptrons.configs import CheckerboardConfig
from kuzushi.perceptrons.section.demo import MOST_UNITS, perceptron_demo

REPORT = PUBLISHED.checkerboard
FIELDS = ("hidden_weight", "hidden_bias", "output_weight", "output_bias")


@pytest.fixture
def trained(ensemble):
    return ensemble


@pytest.fixture
def smallest(smallest_board):
    return smallest_board


def nets(*results):
    return perceptron_demo(results).data["nets"]


def named(offered, text):
    (net,) = (net for net in offered if text in net["name"])
    return net


def outputs(net, points):
    """What a step net says at each point, computed plainly."""
    hidden = np.array(points) @ np.array(net["hidden_weight"]).T + net["hidden_bias"] >= 0
    return hidden @ np.array(net["output_weight"][0]) + net["output_bias"][0] >= 0


def test_there_is_no_demo_without_a_perceptron_and_one_for_designs_alone(smallest):
    assert perceptron_demo([]) is None
    assert named(nets(smallest), "smallest net 2 of 2")  # the first is the report's own


def test_the_nets_of_the_report_come_first(trained):
    first, second, *_ = nets(trained)
    for net, published in ((first, REPORT.by_hand), (second, REPORT.trained)):
        assert net["act"] == published.act
        assert {name: net[name] for name in FIELDS} == {name: getattr(published, name) for name in FIELDS}
    assert [first["name"], second["name"]] == [
        "the report's net by hand, 4 step units",
        "the report's trained net, 5 sigmoid units",
    ]


def test_the_board_comes_first_among_the_points(trained):
    board, *_ = perceptron_demo([trained]).data["points"]
    assert board == {"name": "board", "points": REPORT.points, "targets": REPORT.targets}


def test_every_net_is_offered_once(by_hand, rescaled, trained, smallest):
    offered = nets(by_hand, by_hand, rescaled, trained, smallest)
    contents = [(net["points"], net["act"], *(net[name] for name in FIELDS)) for net in offered]
    assert len(set(contents)) == len(contents)
    assert len({net["name"] for net in offered}) == len(offered)
    assert [net["name"] for net in offered] == [
        "the report's net by hand, 4 step units",
        "the report's trained net, 5 sigmoid units",
        "the report's net by hand, 4 sigmoid units, weights times 10",
        "5 sigmoid units, trained",
        "the smallest net most like 5 sigmoid units, trained: 4 step units",
        "smallest net 2 of 2: 4 step units",
    ]


def test_a_drawn_net_has_its_weights_and_activation(trained):
    net = next(net for net in nets(trained) if net["name"] == "5 sigmoid units, trained")
    assert net["act"] == "sig"
    assert {name: net[name] for name in FIELDS} == {name: getattr(trained.shown, name) for name in FIELDS}


def test_two_runs_of_one_kind_are_numbered(trained):
    other = checkerboard.run(CheckerboardConfig(nets=2, epochs=100, seed=1))
    names = [net["name"] for net in nets(trained, other)]
    assert "5 sigmoid units, trained, number 1" in names
    assert "5 sigmoid units, trained, number 2" in names


def test_the_smallest_net_most_like_a_trained_one_is_right_on_every_point(trained):
    net = named(nets(trained), "most like")
    assert net["act"] == "step"
    assert net["hidden_weight"] == trained.nearest.hidden_weight
    np.testing.assert_array_equal(outputs(net, REPORT.points), np.array(REPORT.targets) == 1)


def test_the_proved_factor_is_that_of_the_offered_weights(by_hand, rescaled, smallest):
    factor = smallest.designs[0].scale.right_from
    assert named(nets(by_hand), "by hand")["right_from"] == by_hand.scale.right_from == pytest.approx(factor)
    offered = nets(by_hand, rescaled)
    assert named(offered, "times 10")["right_from"] == pytest.approx(factor / 10)
    unproved = dataclasses.replace(by_hand, scale=dataclasses.replace(by_hand.scale, stays_right=False))
    assert named(nets(unproved), "by hand")["right_from"] is None


def test_nets_on_other_points_come_with_their_points():
    result = checkerboard.run(CheckerboardConfig(data="xor", hid=2, nets=2, epochs=100))
    data = perceptron_demo([result]).data
    net = next(net for net in data["nets"] if net["name"].startswith("2 sigmoid units, trained"))
    assert net["name"] == "2 sigmoid units, trained, on xor"
    xor = next(named for named in data["points"] if named["name"] == net["points"])
    assert sorted(zip(xor["points"], xor["targets"], strict=True)) == [
        ((0, 0), 0),
        ((0, 1), 1),
        ((1, 0), 1),
        ((1, 1), 0),
    ]


def test_nets_of_three_inputs_are_left_out(by_hand):
    cube = checkerboard.run(CheckerboardConfig(data="parity:3", hid=3, nets=2, epochs=100))
    assert nets(by_hand, cube) == nets(by_hand)
    assert perceptron_demo([by_hand, cube]).data["left_out"] == []


def test_nets_that_are_too_large_are_named(by_hand):
    large = checkerboard.run(CheckerboardConfig(hid=MOST_UNITS + 1, nets=1, epochs=100))
    data = perceptron_demo([by_hand, large]).data
    assert data["left_out"] == ["9 sigmoid units, trained"]
    assert max(len(net["hidden_bias"]) for net in data["nets"]) <= MOST_UNITS
