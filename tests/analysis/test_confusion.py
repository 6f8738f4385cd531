"""The confusion matrix against scikit-learn, and its worst cells against a plain sort."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix as sklearn_confusion_matrix

from kuzushi.analysis.confusion import confused_pairs, confusion_matrix
from kuzushi.errors import ShapeError

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


@pytest.mark.parametrize(
    ("target", "predicted", "message"),
    [
        ([0, 3], [0, 1], "target holds 0..3; expected labels in 0..2"),
        ([0, 1], [-1, 1], "predicted holds -1..1; expected labels in 0..2"),
        ([2, 2], [2, 4], "predicted holds 2..4; expected labels in 0..2"),
    ],
)
def test_a_label_outside_the_classes_is_refused(target, predicted, message):
    with pytest.raises(ShapeError) as caught:
        confusion_matrix(torch.tensor(target), torch.tensor(predicted), classes=3)
    assert str(caught.value) == message


def test_targets_and_predictions_of_different_length_are_refused():
    with pytest.raises(ShapeError) as caught:
        confusion_matrix(torch.tensor([0, 1, 1]), torch.tensor([0, 1]), classes=2)
    assert str(caught.value) == "target has shape (3,) and predicted (2,); give one of each per image"


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
