"""Places that explain how a state moves: fixed points, cycles of two, slow points, and the map near them.

A slow point (Sussillo & Barak 2013, Neural Computation 25, 626-649) is a state where |F(h) - h| has a local minimum
that is not 0, as where a stable and an unstable fixed point have met and vanished. The Jacobian has an eigenvalue of 1
there, so the map near it is taken to second order; near a fixed point it is linear.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize

from kuzushi.sequences.dynamics.counter import Counter, Point, Square
from kuzushi.sequences.dynamics_results import FixedPoint

MOVES = 1e-6
"""Where |F(h) - h| is smaller, a search for a slow point has ended at a fixed point."""
FLAT = 1e-6
"""The largest gradient of |F(h) - h|^2 / 2 at a slow point."""

Path = Float[np.ndarray, "states hid"]


@dataclass(frozen=True)
class Place:
    """A fixed point or a slow point of one symbol, or a cycle of two such states."""

    states: Float[np.ndarray, "period hid"]
    images: Float[np.ndarray, "period hid"]
    """Where the symbol leads each of the states."""
    eigenvalues: tuple[complex, ...]
    """Of the Jacobian of `period` steps; the largest modulus first."""
    slow: bool

    @classmethod
    def of(cls, point: FixedPoint) -> "Place":
        states = np.array(point.points)
        values = tuple(complex(*value) for value in point.eigenvalues)
        return cls(states, np.roll(states, -1, axis=0), values, slow=False)

    @property
    def period(self) -> int:
        return len(self.states)

    @property
    def leading(self) -> complex:
        """The eigenvalue of the largest modulus."""
        return self.eigenvalues[0]

    def distance(self, path: Path) -> Float[np.ndarray, " states"]:
        """Return how far each state is from the nearer state of the place."""
        distance: np.ndarray = self._distances(path).min(1)
        return distance

    def predicted(self, weight: Square, path: Path) -> Path:
        """Return where `period` symbols lead each state by the map near the place, of a net of these weights."""
        nearest = self._distances(path).argmin(1)  # (states,)
        predicted = path
        for step in range(self.period):
            index = (nearest + step) % self.period
            image = self.images[index]  # (states, hid)
            input_change = (predicted - self.states[index]) @ weight.T  # (states, hid)
            change = input_change - image * input_change**2 if self.slow else input_change
            predicted = image + (1 - image**2) * change
        return predicted

    def _distances(self, path: Path) -> Float[np.ndarray, "states period"]:
        distances: np.ndarray = np.linalg.norm(path[:, None] - self.states, axis=2)
        return distances


def slow_place(counter: Counter, symbol: int, begin: Point, *, period: int) -> Place | None:
    """Return the slow point or slow cycle of two to which |F(h) - h| falls from a state; None if it falls to 0.

    Example: one unit with W_hh = 1 and a drive of 0.1 at a state of 0 moves there by least, tanh(0.1).
    """

    def half_square(h: Point) -> tuple[float, Point]:
        moved = counter.image(symbol, h, times=period) - h
        return 0.5 * float(moved @ moved), (counter.jacobian(symbol, h, times=period) - np.eye(len(h))).T @ moved

    found = minimize(
        half_square, begin, jac=True, method="L-BFGS-B", bounds=[(-1, 1)] * len(begin),
        options={"gtol": FLAT / 1000, "ftol": 0},
    )  # fmt: skip
    if np.sqrt(2 * found.fun) < MOVES or np.abs(found.jac).max() > FLAT:
        return None
    path = counter.path(symbol, found.x, period)
    values = np.linalg.eigvals(counter.jacobian(symbol, found.x, times=period))
    leading_first = tuple(complex(value) for value in sorted(values, key=abs, reverse=True))
    return Place(path[:-1], path[1:], leading_first, slow=True)
