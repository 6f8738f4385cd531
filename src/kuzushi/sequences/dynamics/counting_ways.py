"""The ways in which exact nets count a^n b^kn: how their steps go, and which place near the path explains them.

The steps are measured on the longest trained string, for the a's and for the b's: those between the states after the
symbol. A place (see `places`) explains a step if the map near it predicts the step within STEP_TOLERANCE of its
length. It names the way if it explains more than half of the steps, in a row, and their ratio and angle are those of
its leading eigenvalue. Steps that no place explains are a drift if most are alike and no fixed point is near them; else
the way is not explained.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from kuzushi.sequences.dynamics.counter import Counter
from kuzushi.sequences.dynamics.places import Path, Place, slow_place
from kuzushi.sequences.dynamics_results import ANGLE_TOLERANCE, STEP_TOLERANCE, CountingWay, FixedPoint, WayName
from kuzushi.sequences.nets import SRN

ALIKE = 2.0
"""Steps of a drift are at most so many times as long or as short as the one before."""
REACH = 0.25
"""A fixed point that is closer than this to a state is near, in units of activation."""
TINY = 1e-12
"""Steps are not shorter than this, so that a state that stands still has a ratio."""

NAMES: dict[tuple[str, bool], WayName] = {
    ("monotone", True): "monotone approach",
    ("alternating", True): "alternating approach",
    ("spiral", True): "spiral approach",
    ("monotone", False): "monotone departure",
    ("alternating", False): "alternating departure",
    ("spiral", False): "spiral departure",
}
"""By the leading eigenvalue of a fixed point: its argument, and whether its modulus is below 1."""


def counting_ways(
    model: SRN,
    points: Sequence[tuple[FixedPoint, ...]],
    exact: Sequence[bool],
    *,
    symbols: tuple[str, ...],
    ratio: int,
    trained: int,
) -> tuple[CountingWay, ...]:
    """Return the way of each exact net for the a's and for the b's of the string of n = `trained`, which is at least 3.

    Args:
        points: of each net, of all symbols.
        ratio: the k of a^n b^kn.
    """
    ways = []
    for net, own in enumerate(points):
        if exact[net]:
            counter = Counter.of(model, net)
            h = counter.initial
            for index, times in enumerate((trained, ratio * trained)):
                path = counter.path(index, h, times)
                h = path[-1]
                blank = _blank(net, symbols[index], path[1:])
                places = [
                    Place.of(point)
                    for point in own
                    if point.symbol == symbols[index] and (point.period == 1 or point.stable)
                ]
                ways.append(way(counter, index, path[1:], places, blank=blank))
    return tuple(ways)


def way(counter: Counter, symbol: int, path: Path, places: Sequence[Place], *, blank: CountingWay) -> CountingWay:
    """Return the way of one path: of the place that explains most of it, else of a slow point, else a drift.

    Args:
        path: the states after the symbol; at least 3.
        places: the fixed points of the symbol, and its stable cycles of two.
        blank: the way if nothing explains it.
    """
    tried = [_explained(counter, path, place, blank=blank) for place in places]
    named = [found for found in tried if found.name != "not explained"]
    if named:
        return max(named, key=lambda found: found.explained)
    for place in _slow_places(counter, symbol, path):
        found = _explained(counter, path, place, blank=blank)
        if found.name != "not explained":
            return found
    nearest = min(tried, key=lambda found: found.distance[1] if found.distance else np.inf, default=blank)
    return _drift(path, places, nearest) or nearest


@dataclass(frozen=True)
class Steps:
    """The steps of a path; ratio and angle of a pair are those of a step to the one before."""

    lengths: Float[np.ndarray, " steps"]
    ratios: Float[np.ndarray, " pairs"]
    angles: Float[np.ndarray, " pairs"]
    """In degrees."""

    @classmethod
    def of(cls, path: Path) -> "Steps":
        steps = np.diff(path, axis=0)  # (steps, hid)
        lengths = np.maximum(np.linalg.norm(steps, axis=1), TINY)
        cosines = (steps[1:] * steps[:-1]).sum(1) / (lengths[1:] * lengths[:-1])
        return cls(lengths, lengths[1:] / lengths[:-1], np.degrees(np.arccos(cosines.clip(-1, 1))))

    def mean(self, pairs: slice = slice(None)) -> tuple[float, float]:
        """Return the geometric mean of the ratios and the mean of the angles."""
        return float(np.exp(np.log(self.ratios[pairs]).mean())), float(self.angles[pairs].mean())


def _blank(net: int, symbol: str, path: Path) -> CountingWay:
    ratio, angle = Steps.of(path).mean()
    return CountingWay(
        net=net, symbol=symbol, name="not explained", steps=len(path) - 1, explained=0, ratio=ratio, angle=angle,
        eigenvalue=None, distance=None,
    )  # fmt: skip


def _explained(counter: Counter, path: Path, place: Place, *, blank: CountingWay) -> CountingWay:
    """Return the way by a place, which is not explained if the place does not agree with the steps."""
    moved = path[place.period :] - path[: -place.period]  # over `period` steps: (moves, hid)
    missed = path[place.period :] - place.predicted(counter.weight, path)[: -place.period]
    lengths = np.linalg.norm(moved, axis=1)
    first, end = _longest_run(np.linalg.norm(missed, axis=1) <= STEP_TOLERANCE * lengths + TINY)
    last = end + place.period - 1 if end > first else first  # the steps first, ..., last - 1 are explained
    distance = place.distance(path)
    found = replace(
        blank,
        explained=last - first,
        eigenvalue=(place.leading.real, place.leading.imag),
        distance=(float(distance[0]), float(distance.min()), float(distance[-1])),
    )
    name, expected_ratio, expected_angle = _expected(place)
    pairs = _pairs(name, distance, first, last)
    if 2 * found.explained <= found.steps or pairs.stop <= pairs.start:
        return found
    ratio, angle = Steps.of(path).mean(pairs)
    passed = first + int(lengths[first:end].argmin())
    agrees = (
        (expected_ratio is None or abs(ratio - expected_ratio) <= STEP_TOLERANCE * expected_ratio)
        and abs(angle - expected_angle) <= ANGLE_TOLERANCE
        and (not place.slow or distance[passed] <= lengths[passed])
    )
    return replace(found, name=name, ratio=ratio, angle=angle) if agrees else found


def _expected(place: Place) -> tuple[WayName, float | None, float]:
    """Return the way that a place makes, and the ratio and angle of its steps; any ratio past a slow point."""
    if place.slow:
        return ("slow point", None, 0.0) if place.period == 1 else ("slow two-cycle", None, 180.0)
    modulus, angle = abs(place.leading), abs(float(np.degrees(np.angle(place.leading))))
    if place.period == 2:
        return "two-cycle", 1.0, 180.0
    manner = "spiral" if place.leading.imag else "monotone" if place.leading.real > 0 else "alternating"
    return NAMES[manner, modulus < 1], modulus, angle


def _pairs(name: WayName, distance: Float[np.ndarray, " states"], first: int, last: int) -> slice:
    """Return the pairs of explained steps to measure: of an approach those up to the nearest state, of a departure
    those from it on."""
    begin, end = first, max(first, last - 1)  # pair i has the states i, i + 1 and i + 2
    nearest = first + int(distance[first : last + 1].argmin())
    if name.endswith("departure"):
        begin = max(begin, nearest)
    if name.endswith("approach"):
        end = min(end, nearest - 1)
    return slice(begin, end)


def _slow_places(counter: Counter, symbol: int, path: Path) -> Iterator[Place]:
    """Yield the slow point and the slow cycle of two that are found from where the path is slowest."""
    for period in (1, 2):
        slowest = int(np.linalg.norm(path[period:] - path[:-period], axis=1).argmin())
        place = slow_place(counter, symbol, path[slowest], period=period)
        if place is not None:
            yield place


def _drift(path: Path, places: Sequence[Place], nearest: CountingWay) -> CountingWay | None:
    """Return a drift, or None if most steps are not alike, or a place is near those that are or the next one."""
    steps = Steps.of(path)
    first, end = _longest_run((np.abs(np.log(steps.ratios)) <= np.log(ALIKE)) & (steps.angles <= ANGLE_TOLERANCE))
    explained = end - first + 1 if end > first else 0
    passed = path[first : end + 3]
    if 2 * explained <= nearest.steps or any(place.distance(passed).min() <= REACH for place in places):
        return None
    ratio, angle = steps.mean(slice(first, end))
    return replace(nearest, name="drift", explained=explained, ratio=ratio, angle=angle, eigenvalue=None)


def _longest_run(right: Bool[np.ndarray, " steps"]) -> tuple[int, int]:
    """Return the longest run of True, as its first index and the one after its last; the first of several.

    Example: [True, False, True, True] -> (2, 4)
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], right.astype(int), [0]])))
    runs = edges.reshape(-1, 2)
    first, end = runs[(runs[:, 1] - runs[:, 0]).argmax()] if len(runs) else (0, 0)
    return int(first), int(end)
