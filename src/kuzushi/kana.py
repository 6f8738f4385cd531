"""The ten kana of the study as our own stroke outlines, so that they can be drawn without any font."""

import json
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from kuzushi.errors import ShapeError


@dataclass(frozen=True)
class Kana:
    """One kana and how it is written.

    Example: `KANA[3]` is つ, "tsu", "U+3064", one stroke.
    """

    label: int
    romaji: str
    kana: str
    codepoint: str
    strokes: tuple[NDArray[np.float64], ...]
    """The strokes in writing order; each the control points of its `curve`, of shape (points, 2).

    x grows to the right and y downwards, in a box of 0..100.
    """


def curve(points: NDArray[np.float64], *, per_segment: int) -> NDArray[np.float64]:
    """Draw the centripetal Catmull-Rom curve through control points (Yuksel, Schaefer and Keyser 2011).

    The centripetal knots keep it from overshooting or looping where two points lie close together, so a
    corner is written as two neighbouring points. At either end the curve is continued by reflection.

    Args:
        points: the control points, of shape (points, 2), no two neighbours equal.
        per_segment: steps from one control point to the next.

    Returns:
        The polyline, of shape ((points - 1) * per_segment + 1, 2); every `per_segment`-th row is a control point.

    Raises:
        ShapeError: if there are fewer than two points, or they are not in the plane.
    """
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 2:
        raise ShapeError(f"points must have shape (points, 2) with at least 2 points, got {points.shape}")
    before, after = 2 * points[0] - points[1], 2 * points[-1] - points[-2]
    padded = np.vstack([before, points, after])
    knots = np.r_[0.0, np.cumsum(np.sqrt(np.linalg.norm(np.diff(padded, axis=0), axis=1)))]
    corner = [padded[i : len(padded) - 3 + i, None] for i in range(4)]  # each (segments, 1, 2)
    t0, t1, t2, t3 = (knots[i : len(knots) - 3 + i, None, None] for i in range(4))  # each (segments, 1, 1)
    t = t1 + (t2 - t1) * (np.arange(per_segment) / per_segment)[:, None]  # (segments, per_segment, 1)

    def between(start, end, a, b):  # type: ignore[no-untyped-def]
        return ((end - t) * a + (t - start) * b) / (end - start)

    first, second, third = (
        between(t0, t1, corner[0], corner[1]),
        between(t1, t2, corner[1], corner[2]),
        between(t2, t3, corner[2], corner[3]),
    )
    line = between(t1, t2, between(t0, t2, first, second), between(t1, t3, second, third))
    return np.vstack([line.reshape(-1, 2), points[-1:]])


def _load() -> tuple[Kana, ...]:
    entries = json.loads(files("kuzushi").joinpath("kana.json").read_text(encoding="utf-8"))
    return tuple(
        Kana(**{**entry, "strokes": tuple(np.array(stroke, dtype=np.float64) for stroke in entry["strokes"])})
        for entry in entries
    )


KANA: tuple[Kana, ...] = _load()
