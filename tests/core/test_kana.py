"""The stroke outlines, and the curve through their control points."""

import numpy as np
import pytest
from numpy.typing import NDArray

from kuzushi.core.errors import ShapeError
from kuzushi.core.kana import KANA, Kana, curve

STROKES = {"お": 3, "き": 4, "す": 2, "つ": 1, "な": 4, "は": 3, "ま": 3, "や": 3, "れ": 2, "を": 3}


def barry_goldman(points: NDArray[np.float64], t: float) -> NDArray[np.float64]:
    """Evaluate the curve between the middle two of four points, t in 0..1, by the pyramid of Barry and Goldman 1988."""
    knots = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1) ** 0.5)]
    at = knots[1] + t * (knots[2] - knots[1])

    def mix(a: NDArray[np.float64], b: NDArray[np.float64], i: int, j: int) -> NDArray[np.float64]:
        return ((knots[j] - at) * a + (at - knots[i]) * b) / (knots[j] - knots[i])

    low = [mix(points[i], points[i + 1], i, i + 1) for i in range(3)]
    return mix(mix(low[0], low[1], 0, 2), mix(low[1], low[2], 1, 3), 1, 2)


def test_the_ten_kana_are_in_the_order_of_their_labels() -> None:
    assert "".join(kana.kana for kana in KANA) == "おきすつなはまやれを"
    assert [kana.romaji for kana in KANA] == ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]
    assert [kana.label for kana in KANA] == list(range(10))


def test_each_code_point_is_that_of_its_kana() -> None:
    assert [kana.codepoint for kana in KANA] == [f"U+{ord(kana.kana):04X}" for kana in KANA]


def test_each_kana_has_the_number_of_strokes_taught_in_school() -> None:
    assert {kana.kana: len(kana.strokes) for kana in KANA} == STROKES


@pytest.mark.parametrize("kana", KANA, ids=lambda kana: kana.romaji)
def test_a_kana_fills_its_box_and_stays_in_it(kana: Kana) -> None:
    line = np.concatenate([curve(stroke, per_segment=12) for stroke in kana.strokes])
    assert line.min() >= 0 and line.max() <= 100
    assert np.ptp(line, axis=0).min() > 55 and np.ptp(line, axis=0).max() > 75
    np.testing.assert_allclose((line.min(axis=0) + line.max(axis=0)) / 2, 50, atol=10)


def test_a_horizontal_stroke_runs_to_the_right_and_a_vertical_one_down() -> None:
    first = {kana.kana: kana.strokes[0][-1] - kana.strokes[0][0] for kana in KANA}
    assert all(x > 2 * abs(y) for x, y in (first[kana] for kana in "おきすなまを"))
    assert all(y > 2 * abs(x) for x, y in (first[kana] for kana in "はれ"))


def test_a_curve_passes_through_its_control_points() -> None:
    for kana in KANA:
        for stroke in kana.strokes:
            line = curve(stroke, per_segment=5)
            assert line.shape == ((len(stroke) - 1) * 5 + 1, 2)
            np.testing.assert_allclose(line[::5], stroke)


def test_a_curve_is_the_centripetal_catmull_rom_curve_of_barry_and_goldman() -> None:
    points = np.random.default_rng(0).uniform(0, 100, (6, 2))
    line = curve(points, per_segment=4)
    expected = [barry_goldman(points[i : i + 4], t) for i in range(3) for t in (0, 0.25, 0.5, 0.75)]
    np.testing.assert_allclose(line[4:16], expected)


def test_two_points_make_an_even_straight_line() -> None:
    line = curve(np.array([[0.0, 0.0], [4.0, 8.0]]), per_segment=4)
    np.testing.assert_allclose(line, [[0, 0], [1, 2], [2, 4], [3, 6], [4, 8]], atol=1e-12)


@pytest.mark.parametrize("shape", [(1, 2), (3, 3), (4,)])
def test_a_curve_needs_two_points_in_the_plane(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="2 points or more"):
        curve(np.zeros(shape), per_segment=4)
