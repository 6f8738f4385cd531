"""The counting law: how far an SRN counts on a^n b^kn, predicted from its fixed points.

After Rodriguez, Wiles & Elman 1999 (Connection Science 11, 5-40), who have k = 1. The a's move the state from the
initial one to an attractor: the distance shrinks by lambda_a with each. The b's move it away from a saddle: the
distance grows by lambda_b with each. After n a's and a first b the state is, along the expanding direction,

    d(n) = d_inf + C lambda_a^n

away from the saddle, and after j further b's d(n) lambda_b^j. The string ends where that reaches a certain size; this
is the same for every n only if d_inf = 0 and |lambda_a| |lambda_b|^k = 1. These numbers predict the first n that
fails, without reading any string longer than those that are trained.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import atanh, ceil, log, sqrt, tanh

import numpy as np
from jaxtyping import Float
from scipy.stats import rankdata, spearmanr

from kuzushi.core.results import Interval
from kuzushi.core.statistics import Z95
from kuzushi.sequences.dynamics.counter import Counter, Point
from kuzushi.sequences.dynamics_results import CountingLaw, FixedPoint, Lacking
from kuzushi.sequences.nets import SRN

NEAR = 1e-6
"""Within this distance of the saddle its unstable manifold is treated as straight."""
EXPANDS = 1.001
"""Growth by less is not counted as expansion: to follow it away from a saddle would take thousands of steps."""
AT_ONCE = 50
"""How many b's are read before the predictions after them are compared."""


def counting_laws(
    model: SRN,
    points: Sequence[tuple[FixedPoint, ...]],
    first_failure: Sequence[int | None],
    exact: Sequence[bool],
    *,
    symbols: tuple[str, ...],
    ratio: int,
    trained: int,
    tested: int,
) -> tuple[CountingLaw, ...]:
    """Return the law of each net: its numbers, its prediction, and the measured first failure.

    Args:
        first_failure: of each net, the first n that fails from the initial state.
        exact: whether each net is right on all trained strings.
        ratio: the k of a^n b^kn.
        trained: the largest n that is trained; no longer string is read here.
    """
    return tuple(
        _law(
            Counter.of(model, net),
            CountingLaw(net=net, exact=exact[net], measured=measured),
            *(tuple(point for point in own if point.symbol == symbol) for symbol in symbols),
            ratio=ratio,
            trained=trained,
            tested=tested,
        )
        for net, (own, measured) in enumerate(zip(points, first_failure, strict=True))
    )


def rank_correlation(predicted: Sequence[int | None], measured: Sequence[int | None]) -> float | None:
    """Return Spearman's rank correlation; a length of None ranks highest. None if either is always the same.

    Example: rank_correlation([5, 6, None], [5, 7, 9]) -> 1.0
    """
    pairs = [[np.inf if n is None else float(n) for n in lengths] for lengths in (predicted, measured)]
    if any(len(set(lengths)) < 2 for lengths in pairs):
        return None
    return float(spearmanr(*(rankdata(lengths) for lengths in pairs)).statistic)


def rank_interval(rho: float, n: int) -> Interval | None:
    """Return the 95 % interval of Spearman's correlation of n pairs (Bonett & Wright 2000, Psychometrika 65, 23-28).

    None where the correlation is 1 or -1, or there are fewer than four pairs.

    Example: rank_interval(0.5, 30) -> mean 0.5, low 0.15, high 0.74
    """
    if abs(rho) > 1 - 1e-12 or n < 4:
        return None
    half = Z95 * sqrt((1 + rho**2 / 2) / (n - 3))
    return Interval(rho, tanh(atanh(rho) - half), tanh(atanh(rho) + half))


def _law(
    counter: Counter,
    blank: CountingLaw,
    of_a: tuple[FixedPoint, ...],
    of_b: tuple[FixedPoint, ...],
    *,
    ratio: int,
    trained: int,
    tested: int,
) -> CountingLaw:
    def lacks(what: Lacking) -> CountingLaw:
        return replace(blank, lacking=what)

    reached = counter.path(0, counter.initial, trained)[-1]
    stable = [point for point in of_a if point.stable]
    saddles = [point for point in of_b if _expands_one_way(point)]
    if not stable:
        return lacks("attractor")
    if not saddles:
        return lacks("saddle")
    attractor = min(stable, key=_distance_to(reached))
    saddle = Saddle.of(min(saddles, key=_distance_to(counter.image(1, reached))), counter)
    if not attractor.directions:
        return lacks("real eigenvalues")
    contraction = _per_step(attractor)
    limit, offsets = saddle.offsets(counter, attractor, reached, b=ratio * trained, more=tested - trained)
    return replace(
        blank,
        contraction=contraction,
        expansion=saddle.expansion,
        product=abs(contraction) * abs(saddle.expansion) ** ratio,
        limit=limit,
        offset=float(offsets[0]),
        predicted=_first_failure(counter, saddle, offsets[1:], ratio=ratio, first=trained + 1),
    )


@dataclass(frozen=True)
class Saddle:
    """A fixed point of b with one expanding direction."""

    point: Point
    expansion: float
    along: Point
    """The unit eigenvector of the expansion."""
    across: Point
    """Its product with h - point is the coordinate along the expanding direction."""

    @classmethod
    def of(cls, point: FixedPoint, counter: Counter) -> "Saddle":
        h = np.array(point.points[0])
        values, vectors = np.linalg.eig(counter.jacobian(1, h))
        first = int(np.abs(values).argmax())
        across = np.linalg.inv(vectors)[first]
        return cls(h, float(values[first].real), vectors[:, first].real, across.real)

    def offsets(
        self, counter: Counter, attractor: FixedPoint, reached: Point, *, b: int, more: int
    ) -> tuple[float, Float[np.ndarray, " lengths"]]:
        """Return d_inf, and d(n) for as many a's as trained and for up to `more` additional ones.

        The a's are linear about the attractor with all their eigenvalues, so that d(n) has a term for each.

        Args:
            reached: the state after as many a's as trained.
            b: the most b's after which the state may be nearest to the saddle.
        """
        cycle = sorted(map(np.array, attractor.points), key=lambda point: float(np.abs(point - reached).max()))
        coordinates = [self._coordinate(counter, point, b=b) for point in cycle]
        deviation, offsets = reached - cycle[0], []
        for step in range(more + 1):
            offset, gradient = coordinates[step % len(cycle)]
            offsets.append(offset + float(gradient @ deviation))
            deviation = counter.jacobian(0, cycle[step % len(cycle)]) @ deviation
        return coordinates[0][0], np.array(offsets)

    def _coordinate(self, counter: Counter, point: Point, *, b: int) -> tuple[float, Point]:
        """Return where along the expanding direction a b leads from a point, and the gradient of that.

        It is measured where the b's bring the state nearest to the saddle, and divided by lambda_b for each b since
        the first: only near the saddle the map is linear.
        """
        h, jacobian = counter.image(1, point), counter.jacobian(1, point)
        nearest, coordinate, gradient = np.inf, 0.0, np.zeros_like(point)
        for j in range(b):
            distance = float(np.abs(h - self.point).max())
            if distance < nearest:
                nearest, scale = distance, self.expansion**-j
                coordinate, gradient = float(self.across @ (h - self.point)) * scale, self.across @ jacobian * scale
            h, jacobian = counter.image(1, h), counter.jacobian(1, h) @ jacobian
        return coordinate, gradient

    def leave(self, counter: Counter, offsets: Float[np.ndarray, " strings"]) -> Float[np.ndarray, "strings hid"]:
        """Return the points of the unstable manifold whose coordinates are the offsets.

        They are first scaled down to where the manifold is straight, and brought back by as many b's.
        """
        times = max(0, ceil(log(max(float(np.abs(offsets).max()), NEAR) / NEAR) / log(abs(self.expansion))))
        close = self.point + (offsets * self.expansion**-times)[:, None] * self.along
        states: np.ndarray = counter.path(1, close, times)[-1]
        return states


def _first_failure(
    counter: Counter, saddle: Saddle, offsets: Float[np.ndarray, " lengths"], *, ratio: int, first: int
) -> int | None:
    """Return the first n, from `first` on, whose state leaves the saddle after another number of b's than kn.

    Along the unstable manifold b must be more probable after every b but the last, and a after the last.
    """
    if not len(offsets):
        return None
    ends = ratio * np.arange(first, first + len(offsets)) - 1  # the index of the last b, from 0
    right = np.ones(len(offsets), dtype=bool)
    h = saddle.leave(counter, offsets)
    for begin in range(0, int(ends[-1]) + 1, AT_ONCE):
        states, b = counter.path(1, h, AT_ONCE), np.arange(begin, begin + AT_ONCE)[:, None]
        right &= ((counter.predicts_a(states[:-1]) == (b == ends)) | (b > ends)).all(0)
        h = states[-1]
    return None if right.all() else first + int(right.argmin())


def _distance_to(state: Point) -> Callable[[FixedPoint], float]:
    """Return a function: how far a fixed point, or the nearer state of a cycle, is from a state."""
    return lambda point: min(float(np.linalg.norm(np.array(one) - state)) for one in point.points)


def _expands_one_way(point: FixedPoint) -> bool:
    moduli = [abs(complex(*value)) for value in point.eigenvalues]
    return point.period == 1 and moduli[0] > EXPANDS and all(modulus < 1 for modulus in moduli[1:])


def _per_step(attractor: FixedPoint) -> float:
    """Return the slowest contraction per symbol, which dominates in the end; with the sign of CountingLaw."""
    slowest = attractor.eigenvalues[0][0]
    return slowest if attractor.period == 1 else -sqrt(abs(slowest))
