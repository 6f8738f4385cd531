"""Confusion matrix, balanced accuracy, calibration and numbers of parameters, against scikit-learn and closed forms."""

from itertools import pairwise
from math import prod

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import balanced_accuracy_score
from sklearn.metrics import confusion_matrix as sklearn_confusion_matrix
from torch import nn

from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.evaluate import (
    BINS,
    balanced_accuracy,
    calibration,
    confused_pairs,
    confusion_matrix,
    expected_calibration_error,
    parameter_table,
)
from kuzushi.characters.nets import NetConv, NetDeep, NetFull, NetLin, build
from kuzushi.core.errors import ShapeError
from kuzushi.core.published import PUBLISHED
from kuzushi.core.statistics import wilson

READINGS = st.integers(2, 12).flatmap(
    lambda classes: st.tuples(
        st.just(classes),
        st.lists(st.tuples(st.integers(0, classes - 1), st.integers(0, classes - 1)), min_size=1, max_size=60),
    )
)
MATRICES = st.integers(1, 6).flatmap(
    lambda classes: st.lists(
        st.lists(st.integers(0, 4), min_size=classes, max_size=classes), min_size=classes, max_size=classes
    )
)


def labels_of(readings):
    return torch.tensor(readings).unbind(1)


@given(READINGS)
def test_the_matrix_is_that_of_scikit_learn(case):
    classes, readings = case
    target, predicted = labels_of(readings)
    expected = sklearn_confusion_matrix(target.numpy(), predicted.numpy(), labels=range(classes))
    np.testing.assert_array_equal(confusion_matrix(target, predicted, classes=classes).numpy(), expected)


@given(READINGS)
def test_rows_sum_to_the_classes_and_the_diagonal_is_what_is_right(case):
    classes, readings = case
    target, predicted = labels_of(readings)
    matrix = confusion_matrix(target, predicted, classes=classes)
    assert matrix.sum(1).tolist() == [target.tolist().count(label) for label in range(classes)]
    accuracy = sum(one == other for one, other in readings) / len(readings)
    assert matrix.trace().item() / matrix.sum().item() == accuracy


def test_rows_are_targets_and_columns_predictions():
    matrix = confusion_matrix(torch.tensor([0, 0, 1]), torch.tensor([0, 1, 1]), classes=2)
    assert matrix.tolist() == [[1, 1], [0, 1]]


def test_no_image_gives_a_matrix_of_zeros():
    none = torch.zeros(0, dtype=torch.int64)
    assert confusion_matrix(none, none, classes=3).tolist() == [[0] * 3] * 3


@given(MATRICES, st.integers(1, 40))
def test_the_worst_cells_are_those_of_a_plain_sort_with_ties_in_the_order_of_the_matrix(rows, top):
    cells = [(row, column) for row in range(len(rows)) for column in range(len(rows)) if row != column]
    worst = sorted((cell for cell in cells if rows[cell[0]][cell[1]]), key=lambda cell: -rows[cell[0]][cell[1]])
    pairs = confused_pairs(torch.tensor(rows), top=top)
    assert [(pair.target, pair.predicted) for pair in pairs] == worst[:top]
    assert [pair.count for pair in pairs] == [rows[row][column] for row, column in worst[:top]]


def test_a_matrix_without_errors_has_no_pairs():
    assert confused_pairs(torch.eye(4, dtype=torch.int64) * 9, top=5) == ()


def test_many_equal_cells_keep_their_order():
    pairs = confused_pairs(torch.ones(30, 30, dtype=torch.int64), top=40)
    assert [(pair.target, pair.predicted) for pair in pairs] == [
        *((0, column) for column in range(1, 30)),
        *((1, column) for column in (0, *range(2, 12))),
    ]


def test_the_matrix_that_was_given_is_left_as_it_was():
    matrix = torch.tensor([[8, 2], [3, 7]])
    (worst,) = confused_pairs(matrix, top=1)
    assert (worst.target, worst.predicted, worst.count) == (1, 0, 3)
    assert matrix.tolist() == [[8, 2], [3, 7]]


def test_the_mean_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    target, predicted = rng.integers(0, 5, (2, 200))
    confusion = np.zeros((5, 5), dtype=int)
    np.add.at(confusion, (target, predicted), 1)
    assert balanced_accuracy(confusion).mean == pytest.approx(balanced_accuracy_score(target, predicted))


def test_a_class_without_images_is_left_out():
    without = np.array([[3, 1, 0], [2, 6, 0], [0, 0, 0]])
    assert balanced_accuracy(without) == balanced_accuracy(without[:2, :2])


def test_with_classes_of_one_size_that_are_read_alike_it_is_the_plain_interval_but_for_the_rule_of_succession():
    confusion = np.full((4, 4), 50) + np.diag([1000] * 4)  # 1,200 images of each class, 7/8 of them right
    ours, plain = balanced_accuracy(confusion), wilson(4200, 4800)
    assert ours.mean == pytest.approx(plain.mean)
    assert (ours.low, ours.high) == pytest.approx((plain.low, plain.high), abs=2e-4)


def test_a_rare_class_widens_the_interval():
    common, rare = np.array([[900, 100], [100, 900]]), np.array([[1710, 190], [10, 90]])
    width = [interval.high - interval.low for interval in map(balanced_accuracy, (common, rare))]
    assert width[1] > 2 * width[0]


def test_the_interval_holds_the_true_mean_about_19_times_of_20():
    rng = np.random.default_rng(0)
    images, rates = np.array([1000, 200, 20]), np.array([0.95, 0.9, 0.8])
    held = 0
    for right in rng.binomial(images, rates, (1000, 3)):
        confusion = np.diag(right)
        confusion[[0, 1, 2], [1, 2, 0]] = images - right
        interval = balanced_accuracy(confusion)
        held += interval.low <= rates.mean() <= interval.high
    assert 930 <= held <= 980


def test_a_net_that_is_always_right_has_a_lower_bound_below_1():
    interval = balanced_accuracy(np.diag([100, 3]))
    assert interval.mean == interval.high == 1
    assert 0.5 < interval.low < 0.95


@pytest.fixture
def overconfident():
    """Two seeds whose predictions are right with the square of their probability."""
    rng = np.random.default_rng(0)
    probability = rng.uniform(0.1, 1, (2, 50_000)).astype(np.float32)
    return rng.uniform(size=probability.shape) < probability**2, probability


def test_the_bins_are_those_of_scikit_learn(overconfident):
    right, probability = overconfident
    found = calibration(right, probability)
    rates, means = calibration_curve(right.ravel(), probability.ravel(), n_bins=BINS)
    assert [bin.accuracy.mean for bin in found.bins] == pytest.approx(rates)
    assert [bin.probability for bin in found.bins] == pytest.approx(means, abs=1e-6)
    assert sum(bin.predictions for bin in found.bins) == right.size


def test_the_error_is_the_mean_distance_of_the_bins_weighted_by_their_predictions(overconfident):
    right, probability = overconfident
    for seed, error in enumerate(calibration(right, probability).errors):
        alone = calibration(right[seed : seed + 1], probability[seed : seed + 1]).bins
        distances = [bin.predictions * abs(bin.accuracy.mean - bin.probability) for bin in alone]
        assert error == pytest.approx(sum(distances) / 50_000)


def test_right_with_the_square_of_the_probability_has_the_error_of_the_integral(overconfident):
    right, probability = overconfident
    integral = ((1 / 2 - 0.01 / 2) - (1 / 3 - 0.001 / 3)) / 0.9  # of p - p**2 over 0.1..1
    assert np.mean(calibration(right, probability).errors) == pytest.approx(integral, abs=0.01)


def test_a_net_that_is_right_as_often_as_it_says_has_almost_no_error():
    rng = np.random.default_rng(1)
    probability = rng.uniform(0.1, 1, 100_000)
    assert expected_calibration_error(rng.uniform(size=100_000) < probability, probability) < 0.01


def test_a_probability_on_a_bound_belongs_below_it_and_1_to_the_last_bin():
    right = np.ones((1, 3), dtype=bool)
    found = calibration(right, np.array([[0.0, 1 / BINS, 1.0]]))
    assert [(bin.low, bin.high, bin.predictions) for bin in found.bins] == [
        (0.0, 1 / BINS, 2),
        (pytest.approx(1 - 1 / BINS), 1.0, 1),
    ]


def test_several_seeds_on_the_same_images_do_not_narrow_the_interval():
    right, probability = np.array([[True, False] * 10]), np.full((1, 20), 0.5)
    once = calibration(right, probability).bins
    thrice = calibration(np.repeat(right, 3, axis=0), np.repeat(probability, 3, axis=0)).bins
    assert once[0].accuracy == thrice[0].accuracy == wilson(10, 20)
    assert (once[0].predictions, thrice[0].predictions) == (20, 60)


def layers_of(model):
    return [(layer.name, layer.formula, layer.count) for layer in parameter_table(model).layers]


def worked_out(formula):
    product, bias = formula.split(" + ")
    return prod(map(int, product.split("*"))) + int(bias)


def test_the_layer_of_netlin_has_7850():
    assert layers_of(NetLin(10)) == [("fc", "28*28*10 + 10", 7_850)]
    assert parameter_table(NetLin(10)).total == 784 * 10 + 10 == 7_850


def test_the_layers_of_netfull_sum_to_87460():
    assert layers_of(NetFull(110, 10)) == [("fc1", "28*28*110 + 110", 86_350), ("fc2", "110*10 + 10", 1_110)]
    assert parameter_table(NetFull(110, 10)).total == (784 + 1) * 110 + (110 + 1) * 10 == 87_460


def test_the_layers_of_netconv_sum_to_392354():
    assert layers_of(NetConv(10)) == [
        ("conv1", "1*48*3*3 + 48", 480),
        ("conv2", "48*88*3*3 + 88", 38_104),
        ("fc1", "88*5*5*160 + 160", 352_160),
        ("fc2", "160*10 + 10", 1_610),
    ]
    assert parameter_table(NetConv(10)).total == 480 + 38_104 + 352_160 + 1_610 == 392_354


def test_the_layers_of_netdeep_sum_to_two_thirds_of_netconv():
    widths = [1, 16, 16, 48, 48, 96, 96, 128]
    expected = []
    for number, (before, after) in enumerate(pairwise(widths), start=1):
        expected.append((f"layers.conv{number}", f"{before}*{after}*3*3", before * after * 9))
        expected.append((f"layers.norm{number}", f"2*{after}", 2 * after))
    assert layers_of(NetDeep(10)) == [*expected, ("fc", "128*10 + 10", 1_290)]
    assert parameter_table(NetDeep(10)).total == 267_290 < parameter_table(NetConv(10)).total


@pytest.mark.parametrize("net", ["lin", "full", "conv"])
def test_the_layers_are_those_of_the_study(net):
    table = parameter_table(build(CharactersConfig(net=net), classes=10, side=28, seed=0))
    assert tuple(layer.count for layer in table.layers) == PUBLISHED.characters.nets[net].parameters_by_layer
    assert table.total == PUBLISHED.characters.nets[net].parameters


def test_one_printed_layer_of_the_study_is_a_slip_of_112_and_its_total_is_right():
    printed, table = PUBLISHED.characters.nets["conv"], parameter_table(NetConv(10))
    differences = [
        layer.count - as_printed
        for layer, as_printed in zip(table.layers, printed.parameters_by_layer_as_printed, strict=True)
    ]
    assert differences == [0, 112, 0, 0]
    assert printed.parameters_by_layer_as_printed[1] == 37_992
    assert printed.parameters == table.total


@pytest.mark.parametrize("classes", [2, 10, 49])
@pytest.mark.parametrize("hid", [1, 7, 300])
def test_every_formula_gives_its_count_and_the_net_holds_their_sum(hid, classes):
    for model in (NetLin(classes), NetFull(hid, classes), NetConv(classes)):
        table = parameter_table(model)
        assert [worked_out(layer.formula) for layer in table.layers] == [layer.count for layer in table.layers]
        assert [layer.count for layer in table.layers] == [
            layer.weight.numel() + layer.bias.numel() for layer in model.modules() if hasattr(layer, "weight")
        ]
        assert table.total == sum(parameter.numel() for parameter in model.parameters())


def test_a_kernel_need_not_be_square():
    model = nn.Sequential(nn.Conv2d(2, 3, kernel_size=(1, 5)))
    assert layers_of(model) == [("0", "2*3*1*5 + 3", 33)]


@pytest.mark.parametrize(
    ("model", "derived", "actual"),
    [
        (nn.Sequential(nn.Conv2d(1, 4, 3), nn.GroupNorm(2, 4)), 40, 48),
        (nn.Sequential(nn.Linear(3, 2), nn.LayerNorm(2)), 8, 12),
        (nn.Sequential(nn.Linear(3, 2, bias=False)), 8, 6),
        (nn.Sequential(nn.Conv2d(4, 4, 3, groups=2)), 148, 76),
        (nn.Sequential(nn.ConvTranspose2d(1, 4, 3)), 0, 40),
        (nn.Sequential(nn.Flatten(), nn.Linear(27 * 29, 1)), 730, 784),
    ],
    ids=["GroupNorm", "LayerNorm", "no bias", "groups", "transposed", "no square image"],
)
def test_a_net_that_is_not_understood_is_refused(model, derived, actual):
    with pytest.raises(ShapeError) as caught:
        parameter_table(model)
    message = str(caught.value)
    assert message.startswith(f"the sizes of the layers give {derived} parameters and the net has {actual}; expected ")
    assert "\n" not in message
