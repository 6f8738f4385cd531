"""How far an SRN counts on a^n b^kn, foretold from its fixed points.

After Rodriguez, Wiles & Elman 1999 (Connection Science 11, 5-40), who have k = 1. The a's draw the state to an
attractor, where the distance shrinks by lambda_a with each; the b's drive it from a saddle, where it grows by lambda_b
with each. After n a's and a first b the state lies, along the expanding direction,

    d(n) = d_inf + C lambda_a^n

beside the saddle, and j further b's make this d(n) lambda_b^j. The string ends where that comes to a certain size, for
every n alike only if d_inf = 0 and |lambda_a| |lambda_b|^k = 1. From these numbers the first n that fails is foretold,
without reading any string longer than those that are trained.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from math import ceil, log, sqrt

import numpy as np
from jaxtyping import Float

from kuzushi.models.recurrent import SRN
from kuzushi.results.dynamics import CountingLaw, FixedPoint, Lacking

NEAR = 1e-6
"""Within this distance of the saddle its unstable manifold is taken for straight."""

EXPANDS = 1.001
"""What grows by less is not taken to expand: to follow it away from a saddle would take thousands of steps."""

State = Float[np.ndarray, " hid"]
Square = Float[np.ndarray, "hid hid"]


@dataclass(frozen=True)
class Counter:
    """One net in double precision; symbol 0 is a, 1 is b."""

    weight: Square
    drive: Float[np.ndarray, "2 hid"]
    readout: State
    """Times h, and with `threshold` added, it is above 0 where a is more probable than b."""
    threshold: float

    @classmethod
    def of(cls, model: SRN, net: int) -> "Counter":
        weights = {name: weight[net].detach().cpu().double().numpy() for name, weight in model.named_parameters()}
        (to_a, to_b), (bias_a, bias_b) = weights["weight_out"], weights["bias_out"]
        drive = (weights["weight_ih"] + weights["bias"][:, None]).T
        return cls(weights["weight_hh"], drive, to_a - to_b, float(bias_a - bias_b))

    def image(self, symbol: int, h: Float[np.ndarray, "*batch hid"]) -> Float[np.ndarray, "*batch hid"]:
        image: np.ndarray = np.tanh(h @ self.weight.T + self.drive[symbol])
        return image

    def jacobian(self, symbol: int, h: State) -> Square:
        jacobian: np.ndarray = (1 - self.image(symbol, h) ** 2)[:, None] * self.weight
        return jacobian

    def says_a(self, h: Float[np.ndarray, "*batch hid"]) -> np.ndarray:
        says_a: np.ndarray = h @ self.readout + self.threshold > 0
        return says_a


def counting_laws(
    model: SRN,
    points: Sequence[tuple[FixedPoint, ...]],
    first_failure: Sequence[int | None],
    *,
    symbols: tuple[str, str],
    ratio: int,
    trained: int,
    tested: int,
) -> tuple[CountingLaw, ...]:
    """The law of each net, with its prediction beside what was measured.

    Args:
        points: for each net its fixed points, as fixed_points finds them.
        ratio: the k of a^n b^kn.
        trained: the largest n that is trained; no longer string is read here.
        tested: the largest n for which a failure is foretold.
    """
    return tuple(
        _law(
            Counter.of(model, net),
            CountingLaw(net=net, measured=measured),
            *(tuple(point for point in own if point.symbol == symbol) for symbol in symbols),
            ratio=ratio,
            trained=trained,
            tested=tested,
        )
        for net, (own, measured) in enumerate(zip(points, first_failure, strict=True))
    )


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

    reached = _read(counter, 0, np.zeros(len(counter.weight)), trained)
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

    point: State
    expansion: float
    along: State
    """The unit eigenvector of the expansion."""
    across: State
    """Times the way from the point: the coordinate along the expanding direction."""

    @classmethod
    def of(cls, point: FixedPoint, counter: Counter) -> "Saddle":
        place = np.array(point.points[0])
        values, vectors = np.linalg.eig(counter.jacobian(1, place))
        first = int(np.abs(values).argmax())
        across = np.linalg.inv(vectors)[first]
        return cls(place, float(values[first].real), vectors[:, first].real, across.real)

    def offsets(
        self, counter: Counter, attractor: FixedPoint, reached: State, *, b: int, more: int
    ) -> tuple[float, Float[np.ndarray, " lengths"]]:
        """d_inf, and d(n) for as many a's as trained and for up to `more` of them beyond.

        The a's are linear about the attractor with all their eigenvalues, so that d(n) has a term for each.

        Args:
            reached: the state after as many a's as trained.
            b: after at most so many b's the state has come nearest to the saddle.
        """
        cycle = sorted(map(np.array, attractor.points), key=lambda point: float(np.abs(point - reached).max()))
        coordinates = [self._coordinate(counter, point, b=b) for point in cycle]
        deviation, offsets = reached - cycle[0], []
        for step in range(more + 1):
            offset, gradient = coordinates[step % len(cycle)]
            offsets.append(offset + float(gradient @ deviation))
            deviation = counter.jacobian(0, cycle[step % len(cycle)]) @ deviation
        return coordinates[0][0], np.array(offsets)

    def _coordinate(self, counter: Counter, point: State, *, b: int) -> tuple[float, State]:
        """Where along the expanding direction a b leads from a point, and the gradient of that.

        It is read off where the b's bring the state nearest to the saddle, and divided by lambda_b for each b since the
        first: beside the saddle, and there alone, the map is linear.
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
        """The points of the unstable manifold whose coordinates are the offsets.

        So much nearer to the saddle that the manifold is straight, and then as many b's as lead back.
        """
        times = max(0, ceil(log(max(float(np.abs(offsets).max()), NEAR) / NEAR) / log(abs(self.expansion))))
        close = self.point + (offsets * self.expansion**-times)[:, None] * self.along
        return _read(counter, 1, close, times)


def _first_failure(
    counter: Counter, saddle: Saddle, offsets: Float[np.ndarray, " lengths"], *, ratio: int, first: int
) -> int | None:
    """The first n, from `first` on, whose state leaves the saddle in another number of b's than kn.

    Along the unstable manifold b must be more probable after every b but the last, and a after the last.
    """
    if not len(offsets):
        return None
    ends = ratio * np.arange(first, first + len(offsets)) - 1  # the place of the last b, from 0
    right = np.ones(len(offsets), dtype=bool)
    h = saddle.leave(counter, offsets)
    for j in range(int(ends[-1]) + 1):
        right &= (counter.says_a(h) == (j == ends)) | (j > ends)
        h = counter.image(1, h)
    return None if right.all() else first + int(right.argmin())


def _read(counter: Counter, symbol: int, h: Float[np.ndarray, "*batch hid"], times: int) -> np.ndarray:
    return reduce(lambda state, _: counter.image(symbol, state), range(times), h)


def _distance_to(state: State) -> Callable[[FixedPoint], float]:
    """How far a fixed point, or the nearer state of a cycle, is from a state."""
    return lambda point: min(float(np.linalg.norm(np.array(one) - state)) for one in point.points)


def _expands_one_way(point: FixedPoint) -> bool:
    moduli = [abs(complex(*value)) for value in point.eigenvalues]
    return point.period == 1 and moduli[0] > EXPANDS and all(modulus < 1 for modulus in moduli[1:])


def _per_step(attractor: FixedPoint) -> float:
    """The slowest contraction, which the states follow in the end, per symbol; with the sign of CountingLaw."""
    slowest = attractor.eigenvalues[0][0]
    return slowest if attractor.period == 1 else -sqrt(abs(slowest))
