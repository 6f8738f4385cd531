"""States are cut where they are apart, and boxes meet the cells that they overlap."""

from math import inf

import numpy as np
import pytest

from kuzushi.sequences.certificates import boxes as cells
from kuzushi.sequences.certificates.boxes import LEAST_SPREAD, Spread, cut, reached

CLOSE, FAR = 0.1 - LEAST_SPREAD, 3.0
APART = Spread(lower=np.array([[0.0], [0.05], [FAR]]), upper=np.array([[CLOSE], [0.1], [FAR]]))
"""Two sets of states that overlap, and one that is apart, in a coordinate that is a cell."""


def test_states_that_overlap_are_in_one_cell_and_those_apart_in_another():
    (edges,) = cut(APART, inf, 0.5, hid=0)
    np.testing.assert_allclose(edges, [-0.05 - 3.1, -0.05, 0.15, FAR - 0.05, FAR + 0.05, FAR + 0.05 + 3.1])


def test_cells_are_no_larger_than_a_size():
    (edges,) = cut(APART, 0.5, 0.5, hid=0)
    assert np.diff(edges).max() <= 0.05 + 1e-12
    for edge in (-0.05, 0.15, FAR - 0.05, FAR + 0.05):
        assert np.abs(edges - edge).min() < 1e-12


def test_there_are_not_too_many_edges(monkeypatch):
    monkeypatch.setattr(cells, "MOST_EDGES", 20)
    (edges,) = cut(APART, 1e-6, 0.5, hid=0)
    assert 20 <= len(edges) <= 26  # those asked for, and up to one more for each of the five parts


def test_hidden_units_are_cut_within_their_range():
    (edges,) = cut(Spread(lower=np.array([[-0.9]]), upper=np.array([[0.9]])), 0.25, 0.5, hid=1)
    assert edges[0] == -1.001
    assert edges[-1] == 1.001


EDGES = (np.array([0.0, 1.0, 2.0, 4.0]), np.array([-1.0, 0.0, 1.0]))


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        ((0.5, -0.5), (0.6, -0.4), {(0, 0)}),
        ((0.5, -0.5), (1.5, 0.5), {(0, 0), (0, 1), (1, 0), (1, 1)}),
        ((1.0, -1.0), (2.0, 0.0), {(1, 0)}),
        ((1.0, 0.0), (1.0, 0.0), {(1, 1)}),
        ((0.0, -1.0), (4.0, -0.5), {(0, 0), (1, 0), (2, 0)}),
        ((-0.1, 0.0), (0.1, 0.1), None),
        ((0.1, 0.5), (0.2, 1.1), None),
    ],
)
def test_boxes_meet_the_cells_that_they_overlap(lower, upper, expected):
    assert reached(EDGES, np.array([lower]), np.array([upper])) == expected


def test_boxes_that_meet_too_many_cells_are_given_up(monkeypatch):
    monkeypatch.setattr(cells, "MOST_CELLS", 3)
    assert reached(EDGES, np.array([[0.5, -0.5]]), np.array([[1.5, 0.5]])) is None
    boxes = np.array([[0.5, -0.5], [1.5, -0.5], [1.5, 0.5], [3.0, 0.5]])
    assert reached(EDGES, boxes, boxes) is None
    assert len(reached(EDGES, boxes[:3], boxes[:3])) == 3
