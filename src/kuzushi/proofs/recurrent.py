"""A recurrent net that reads enclosures of its state, and of how its state depends on where it started."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kuzushi.errors import ProofError
from kuzushi.proofs.intervals import (
    UNDERFLOW,
    UNIT,
    Affine,
    Reals,
    half_up,
    loosened,
    product,
    scaled,
    slope_of_tanh,
    tanh,
)
from kuzushi.results.certificates import NAMES
from kuzushi.results.common import Arrays

REACH = 1.01
"""A bound on every |h|: 1, and room for rounding."""
CENTRE, BOX = 0, -1
"""Of what there are enclosures; BOX alone without slopes."""


@dataclass(frozen=True)
class States:
    """What becomes of boxes of states, side by side in lanes: coordinates are hidden, and then cells for an LSTM.

    Values at every point of a box are enclosed as they come and, where there are slopes, by the mean value theorem too,
    which adds to those at its centre the derivatives times the way from there (Moore 1966, Interval Analysis). Where a
    net rounds, take what each of its operations is off by, in parts, as constants: then it is differentiable, and its
    path from the centre with the same constants is among those enclosed.
    """

    values: Reals
    """Enclosures at the centre of each box, and over all of it: (2, width, 2, lanes), (2, width, 1, lanes) without
    slopes.
    """
    slopes: Reals
    """Enclosures, over all of it, of the derivatives by each coordinate of where it started: (2, width, width, lanes);
    (2, width, 0, lanes) without slopes.
    """
    radius: Reals
    """Half of each box, rounded up: (width, lanes); (0, lanes) without slopes."""

    @classmethod
    def starting(cls, boxes: Reals, *, mean_value: bool = True) -> "States":
        """All points of boxes (2, width, lanes), with slopes for the mean value theorem or without."""
        if not mean_value:
            _, width, lanes = boxes.shape
            return cls(boxes[:, :, None], np.zeros((2, width, 0, lanes)), np.zeros((0, lanes)))
        lower, upper = -boxes[0], boxes[1]
        centre = lower + (upper - lower) / 2
        radius = np.maximum(upper - centre, centre - lower) * (1 + 2 * UNIT)
        identity = np.eye(len(lower))[..., None] + np.zeros(lower.shape[1])
        values = np.stack([np.stack([-centre, centre]), boxes], axis=2)
        return cls(values, np.stack([-identity, identity]), radius)

    @classmethod
    def side_by_side(cls, states: "Sequence[States]") -> "States":
        """The lanes of all."""
        return cls(
            np.concatenate([some.values for some in states], axis=3),
            np.concatenate([some.slopes for some in states], axis=3),
            np.concatenate([some.radius for some in states], axis=1),
        )

    @property
    def sloped(self) -> bool:
        """Whether there are slopes, and enclosures at the centre."""
        return len(self.radius) > 0

    def lanes(self, which: slice) -> "States":
        return States(self.values[..., which], self.slopes[..., which], self.radius[..., which])


def tightened(values: Reals, slopes: Reals, radius: Reals) -> Reals:
    """Values of which those over each box are enclosed by the mean value theorem too."""
    spread = (np.maximum(slopes[0], slopes[1]) * radius).sum(1) * (1 + (len(radius) + 4) * 2 * UNIT)  # (rows, lanes)
    values[:, :, BOX] = np.fmin(values[:, :, BOX], loosened(values[:, :, CENTRE] + spread, 2 * UNIT))
    return values


@dataclass(frozen=True)
class Net:
    """A recurrent net on enclosures."""

    model: str
    hid: int
    drives: tuple[Affine, ...]
    """For each symbol read, what comes into the units, or into the input, forget and output gate and the candidate."""
    margins: tuple[Affine, ...]
    """For each symbol that may follow, the logits of the others less its own."""
    rounding: float

    @classmethod
    def of(cls, model: str, weights: Arrays, *, rounding: float) -> "Net":
        """The net as in models.recurrent, with weights of one net.

        Raises:
            ProofError: if a shape does not fit, or a weight is no finite number.
        """
        w_ih, w_hh, bias, w_out, b_out = (np.asarray(weights[name], dtype=np.float64) for name in NAMES)
        alphabet, hid = w_out.shape if w_out.ndim == 2 else (0, 0)
        rows = {"srn": 1, "lstm": 4}[model] * hid
        shapes = tuple(array.shape for array in (w_ih, w_hh, bias, w_out, b_out))
        if not hid or shapes != ((rows, alphabet), (rows, hid), (rows,), (alphabet, hid), (alphabet,)):
            raise ProofError(f"weights have shapes {shapes}; expected those of one {model}")
        if not all(np.isfinite(array).all() for array in (w_ih, w_hh, bias, w_out, b_out)):
            raise ProofError("a weight is infinite or no number; expected finite weights")
        # torch's order is i, f, g, o; here the two that cells are made with come first, and the candidate last.
        order = np.arange(rows).reshape(-1, hid)[[1, 0, 3, 2] if model == "lstm" else [0]].ravel()
        w_ih, w_hh, bias = w_ih[order], w_hh[order], bias[order]
        if model == "lstm":  # what comes into gates is halved, exactly: sigmoid(x) = (1 + tanh(x / 2)) / 2
            halved = np.repeat([0.5, 0.5, 0.5, 1.0], hid)
            w_ih, w_hh, bias = halved[:, None] * w_ih, halved[:, None] * w_hh, halved * bias
        drives = tuple(
            Affine(w_hh, x + bias, size=REACH * np.abs(w_hh).sum(1) + np.abs(x) + np.abs(bias), rounding=rounding)
            for x in w_ih.T
        )
        sizes = REACH * np.abs(w_out).sum(1) + np.abs(b_out)
        margins = tuple(
            Affine(w_out[other] - w_out[s], b_out[other] - b_out[s], size=sizes[other] + sizes[s], rounding=rounding)
            for s, other in ((s, _others(s, alphabet)) for s in range(alphabet))
        )
        return cls(model, hid, drives, margins, rounding)

    @property
    def width(self) -> int:
        """The coordinates of a state."""
        return self.hid * (2 if self.model == "lstm" else 1)

    @property
    def initial(self) -> Reals:
        """The box of the state 0: (2, width, 1)."""
        return np.zeros((2, self.width, 1))

    def step(self, symbol: int, states: States) -> States:
        """The states after one more symbol."""
        return self._lstm(symbol, states) if self.model == "lstm" else self._srn(symbol, states)

    def excess(self, legal: int, states: States) -> Reals:
        """The most that the logit of each other symbol is above that of the legal one: (alphabet - 1, lanes)."""
        margin, hid = self.margins[legal], self.hid
        values = margin(states.values[:, :hid])
        if states.sloped:
            values = tightened(values, margin.slopes(states.slopes[:, :hid]), states.radius)
        upper: Reals = values[1, :, BOX]
        return upper

    def _srn(self, symbol: int, states: States) -> States:
        drive, radius = self.drives[symbol], states.radius
        if not states.sloped:
            return replace(states, values=self._off(tanh(drive(states.values))))
        d_drive = drive.slopes(states.slopes)  # (2, hid, width, lanes)
        hidden = tanh(tightened(drive(states.values), d_drive, radius))  # (2, hid, 2, lanes)
        d_hidden = scaled(self._off(slope_of_tanh(hidden[:, :, BOX, None])), d_drive) + UNDERFLOW
        return States(tightened(self._off(hidden), d_hidden, radius), d_hidden, radius)

    def _lstm(self, symbol: int, states: States) -> States:
        hid, drive, radius, slopes = self.hid, self.drives[symbol], states.radius, states.slopes
        gate, candidate, f_i, o = slice(3 * hid), slice(3 * hid, None), slice(2 * hid), slice(2 * hid, 3 * hid)
        driven = drive(states.values[:, :hid])  # (2, 4 hid, ., lanes): of two with slopes, as all values here
        if states.sloped:
            d_drive = drive.slopes(slopes[:, :hid])  # (2, 4 hid, width, lanes)
            driven = tightened(driven, d_drive, radius)
        squashed = tanh(driven)
        factor = self._off(self._off(half_up(squashed[:, gate])))  # and by what is off in the products, and their sums
        c_g = np.concatenate([states.values[:, hid:], self._off(squashed[:, candidate])], axis=1)
        cell = _halves_added(scaled(factor[:, f_i], c_g)) + UNDERFLOW  # (2, hid, ., lanes)
        if states.sloped:
            slope = self._off(slope_of_tanh(squashed[:, :, BOX, None]))  # (2, 4 hid, 1, lanes)
            slope[:, gate] *= 0.5
            d_squashed = scaled(slope, d_drive)  # of gates and candidate
            d_c_g = np.concatenate([slopes[:, hid:], d_squashed[:, candidate]], axis=1)
            d_terms = scaled(factor[:, f_i, BOX, None], d_c_g)
            d_terms += product(self._off(c_g[:, :, BOX, None]), d_squashed[:, f_i])
            d_cell = _halves_added(d_terms) + UNDERFLOW  # (2, hid, width, lanes)
            cell = tightened(cell, d_cell, radius)
        shown = tanh(cell)
        hidden = scaled(factor[:, o], shown) + UNDERFLOW
        if states.sloped:
            d_hidden = scaled(factor[:, o, BOX, None], scaled(self._off(slope_of_tanh(shown[:, :, BOX, None])), d_cell))
            d_hidden += product(self._off(shown[:, :, BOX, None]), d_squashed[:, o]) + UNDERFLOW
            hidden = tightened(hidden, d_hidden, radius)
            slopes = np.concatenate([d_hidden, d_cell], axis=1)
        return States(np.concatenate([hidden, cell], axis=1), slopes, radius)

    def _off(self, x: Reals) -> Reals:
        """Room for what the net rounds in x, or in terms that x is a factor of, and for up to 8 operations here."""
        return loosened(x, self.rounding + 8 * UNIT)


def _halves_added(x: Reals) -> Reals:
    half = x.shape[1] // 2
    total: Reals = x[:, :half] + x[:, half:]
    return total


def _others(symbol: int, alphabet: int) -> list[int]:
    return [other for other in range(alphabet) if other != symbol]
