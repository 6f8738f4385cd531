"""Sets of points by name: boards, cells with gaps, and parity."""

from itertools import product

import numpy as np
import pytest

from kuzushi.core.errors import DataError
from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.minimal.dichotomies import exact


def test_the_board_is_the_3x3_checkerboard():
    board = load("board")
    assert sorted(map(tuple, board.points)) == [(i, j) for i in range(3) for j in range(3)]
    np.testing.assert_array_equal(board.targets, board.points.sum(1) % 2)
    assert (board.points.dtype, board.targets.dtype) == (np.float64, np.int64)


def test_the_grid_of_three_is_the_board():
    assert load("grid:3").sha256 == load("board").sha256


@pytest.mark.parametrize("size", [2, 5, 12])
def test_neighbours_on_a_grid_differ(size):
    grid = load(f"grid:{size}")
    target = dict(zip(map(tuple, grid.points.tolist()), grid.targets.tolist(), strict=True))
    assert set(target) == set(product(range(size), repeat=2))
    assert all(target[i, j] != target[i, j + 1] for i in range(size) for j in range(size - 1))
    assert all(target[i, j] != target[i + 1, j] for i in range(size - 1) for j in range(size))
    assert target[0, 0] == 0


def test_parity_is_the_exclusive_or_of_the_coordinates():
    for inputs in (2, 3, 4, 5):
        cube = load(f"parity:{inputs}")
        assert {*map(tuple, cube.points.tolist())} == set(product((0.0, 1.0), repeat=inputs))
        np.testing.assert_array_equal(cube.targets, np.bitwise_xor.reduce(cube.points.astype(int), axis=1))
    np.testing.assert_array_equal(load("xor").points, load("parity:2").points)
    np.testing.assert_array_equal(load("xor").targets, [0, 1, 1, 0])


def test_cells_have_four_corners_of_one_target_each_and_gaps_between_them():
    cells = load("cells:2,gap=0.5")
    corners = {
        tuple(point): target for point, target in zip(cells.points.tolist(), cells.targets.tolist(), strict=True)
    }
    assert len(corners) == len(cells.targets) == 16
    assert {x for point in corners for x in point} == {0, 1, 1.5, 2.5}
    assert all(corners[x, y] == ((x > 1) + (y > 1)) % 2 for x, y in corners)


def test_a_gap_is_the_decimal_number_that_is_written():
    """1.1 + 1.1 is not 2.2 for floats that add up; the cells lie evenly all the same."""
    coordinates = sorted({x for point in exact(load("cells:4,gap=0.1").points) for x in point})
    assert {high - low for low, high in zip(coordinates[1::2], coordinates[2::2], strict=False)} == {
        exact(np.array([[0.1]]))[0][0]
    }


def test_without_gaps_corners_of_both_targets_coincide():
    cells = load("cells:2,gap=0")
    targets = {tuple(point): set() for point in cells.points.tolist()}
    for point, target in zip(cells.points.tolist(), cells.targets.tolist(), strict=True):
        targets[tuple(point)].add(target)
    assert {point for point, both in targets.items() if len(both) == 2} == {(0, 1), (1, 0), (1, 1), (1, 2), (2, 1)}


@pytest.mark.parametrize(
    "name",
    [
        "grid:1", "grid:13", "grid:", "grid:3.5", "grid:-3", "grid:3 ", "parity:1", "parity:6", "parity:two",
        "cells:3", "cells:1,gap=1", "cells:6,gap=1", "cells:3,gap=", "cells:3,gap=-1", "cells:3,gap=1e3",
        "cells:3,gap=1000.5", "cells:3, gap=1",
    ],
)  # fmt: skip
def test_a_name_out_of_form_or_range_is_refused(name):
    with pytest.raises(DataError, match=f"^{name}: "):
        load(name)


def test_another_name_is_that_of_a_file(tmp_path):
    path = tmp_path / "grid.csv"
    path.write_text("x1,target\n0,0\n1,1\n")
    assert load(str(path)).points.shape == (2, 1)
    with pytest.raises(DataError, match="grids: cannot be read"):
        load("grids")
