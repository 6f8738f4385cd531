"""Labelled points from CSV files, good and bad."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuzushi.core.errors import DataError
from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.points import LARGEST, Points, read_csv


@pytest.fixture
def write(tmp_path):
    """Write a CSV file and return its name."""

    def write_csv(content: str | bytes) -> str:
        path = tmp_path / "points.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write_csv


def test_a_csv_file_of_the_board_has_the_fingerprint_of_the_board(write):
    board = load("board")
    rows = "\n".join(f"{x:g},{y:g},{t}" for (x, y), t in zip(board.points, board.targets, strict=True))
    same, other = read_csv(write(f"x1,x2,target\n{rows}\n")), read_csv(write(f"x1,x2,target\n{rows}\n3,3,0\n"))
    assert same.sha256 == board.sha256 != other.sha256
    assert same.name.endswith("points.csv")


def test_a_csv_file_may_have_any_number_of_inputs_and_a_spreadsheets_habits(write):
    points = read_csv(write('\ufeffx1, x2, x3, target\r\n0, 0.5, -1e3, 1\r\n\r\n"2",3,4,0\r\n'))
    np.testing.assert_array_equal(points.points, [[0, 0.5, -1000], [2, 3, 4]])
    np.testing.assert_array_equal(points.targets, [1, 0])
    assert points.inputs == 3
    assert read_csv(write("x1,target\n7,1\n")).points.shape == (1, 1)


def test_a_repeated_point_with_one_target_is_allowed(write):
    assert len(read_csv(write("x1,target\n1,0\n1,0\n")).targets) == 2


@given(
    points=st.lists(
        st.tuples(st.floats(-LARGEST, LARGEST), st.floats(-LARGEST, LARGEST)), min_size=1, max_size=20, unique=True
    )
)
def test_every_number_is_read_back_exactly(tmp_path_factory, points):
    path = tmp_path_factory.mktemp("csv") / "points.csv"
    path.write_text("x1,x2,target\n" + "".join(f"{x!r},{y!r},0\n" for x, y in points))
    np.testing.assert_array_equal(read_csv(str(path)).points, points)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the header reads ''; expected x1,x2,...,target in this order"),
        ("x1,x2\n0,1\n", "the header reads 'x1,x2'; expected"),
        ("0,1,1\n", "in this order"),
        ("target\n1\n", "the header reads 'target'; expected x1,x2,...,target in this order"),
        ("x2,x1,target\n0,1,1\n", "in this order"),
        ("target,x1\n0,1\n", "in this order"),
        ("x1,x2,target\n", "holds no points"),
        ("x1,x2,target\n0,0,0\n0,abc,1\n", "line 3, column x2: read 'abc'; expected a number"),
        ("x1,x2,target\n0,,1\n", "line 2, column x2: read ''; expected a number"),
        ("x1,x2,target\n0,nan,1\n", "line 2, column x2: read 'nan'; expected a number between -1e+09 and 1e+09"),
        ("x1,x2,target\n-inf,0,1\n", "line 2, column x1: read '-inf'"),
        ("x1,x2,target\n0,2e9,1\n", "line 2, column x2: read '2e9'"),
        ("x1,x2,target\n0,1,2\n", "line 2, column target: read '2'; expected 0 or 1"),
        ("x1,x2,target\n0,1,nan\n", "line 2, column target: read 'nan'; expected 0 or 1"),
        ("x1,x2,target\n0,1\n", "line 2 has 2 cells; expected 3"),
        ("x1,x2,target\n0,1,1,1\n", "line 2 has 4 cells; expected 3"),
        ("x1,x2,target\n0,1,1\n2,2,0\n0,1.0,0\n", "lines 2 and 4 give the point (0, 1) both targets"),
        (b"x1,target\n\xff,1\n", "is not UTF-8 text"),
        ("x1,target\n" + "1" * 200_000 + ",1\n", "is not a CSV file"),
    ],
)
def test_a_bad_file_is_refused_on_one_line(write, content, message):
    with pytest.raises(DataError) as caught:
        read_csv(write(content))
    assert message in str(caught.value)
    assert "points.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"none\.csv: cannot be read \(No such file.*give board or a CSV file"):
        read_csv(str(tmp_path / "none.csv"))
    with pytest.raises(DataError, match="cannot be read"):
        read_csv(str(tmp_path))


def test_the_fingerprint_depends_on_points_targets_and_their_order():
    points, targets = np.array([[0.0, 1.0], [2.0, 3.0]]), np.array([0, 1])
    fingerprints = {
        Points("a", *values).sha256
        for values in [
            (points, targets), (points[::-1].copy(), targets), (points, targets[::-1].copy()), (points + 1e-9, targets),
        ]
    }  # fmt: skip
    assert len(fingerprints) == 4
    assert Points("another name", points, targets).sha256 in fingerprints
