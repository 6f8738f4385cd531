"""The ten kana of Kuzushiji-MNIST as stroke outlines, so that they can be drawn without a Japanese font."""

import json
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from kuzushi.core.errors import ShapeError


@dataclass(frozen=True, eq=False)
class Kana:
    """One kana and its strokes.

    Example: `KANA[3]` is つ, "tsu", "U+3064", written with one stroke.
    """

    label: int
    romaji: str
    kana: str
    codepoint: str
    strokes: tuple[NDArray[np.float64], ...]
    """Control points of the `curve` of each stroke, of shape (points, 2), in the order of writing.

    x goes to the right and y down, both in 0..100.
    """


def curve(points: NDArray[np.float64], *, per_segment: int) -> NDArray[np.float64]:
    """Return the centripetal Catmull-Rom curve through control points, as a polyline.

    Such a curve neither loops nor overshoots where points lie close together, so two neighbouring points make a
    corner (Yuksel, Schaefer and Keyser 2011, Parameterization and applications of Catmull-Rom curves, sec. 3).

    Args:
        points: of shape (points, 2), at least two, and no two neighbours equal.
        per_segment: number of steps from one control point to the next.

    Returns:
        Points of shape ((points - 1) * per_segment + 1, 2); every `per_segment`-th row is a control point.

    Raises:
        ShapeError: if there are fewer than two points, or they are not in the plane.
    """
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 2:
        raise ShapeError(f"points must have shape (points, 2) with 2 points or more, got {points.shape}")
    # Beyond its ends the curve continues as the mirror image of the first and of the last segment.
    mirrored = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    step = np.sqrt(np.linalg.norm(np.diff(mirrored, axis=0), axis=1, keepdims=True))  # (points + 1, 1)
    slope = np.diff(mirrored, axis=0) / step
    velocity = slope[:-1] + slope[1:] - (mirrored[2:] - mirrored[:-2]) / (step[:-1] + step[1:])  # (points, 2)

    start, end = points[:-1], points[1:]
    leave, arrive = velocity[:-1] * step[1:-1], velocity[1:] * step[1:-1]  # (points - 1, 2)
    t = (np.arange(per_segment) / per_segment)[:, None, None]
    cubic = 2 * (start - end) + leave + arrive
    quadratic = 3 * (end - start) - 2 * leave - arrive
    line = start + t * (leave + t * (quadratic + t * cubic))  # (per_segment, points - 1, 2)
    return np.vstack([line.swapaxes(0, 1).reshape(-1, 2), points[-1:]])


def _read() -> tuple[Kana, ...]:
    entries = json.loads(files("kuzushi.core").joinpath("kana.json").read_text(encoding="utf-8"))
    for entry in entries:
        entry["strokes"] = tuple(np.array(stroke, dtype=np.float64) for stroke in entry["strokes"])
    return tuple(Kana(**entry) for entry in entries)


KANA: tuple[Kana, ...] = _read()
