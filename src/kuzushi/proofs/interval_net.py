"""A recurrent net on boxes of states, by interval arithmetic and the mean value theorem.

The mean value form of an enclosure is that of Moore 1966, Interval Analysis.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kuzushi.proofs.certificate_format import NAMES, Weights
from kuzushi.proofs.errors import ProofError, one_line
from kuzushi.proofs.intervals import (
    UNDERFLOW,
    UNIT,
    Affine,
    Reals,
    enclosing,
    half_up,
    loosened,
    product,
    scaled,
    slope_of_tanh,
    tanh,
)

REACH = 1.01
"""A bound on every hidden |h|: 1, plus rounding."""
MOST_WEIGHT = 1e30
"""Larger weights are refused: their sums could overflow."""
CENTRE, BOX = 0, -1
"""Indices of the two enclosures in `States.values`; without slopes there is BOX alone."""


@dataclass(frozen=True)
class States:
    """Images of boxes of states, one box per lane. Coordinates are hidden units, then the cells of an LSTM.

    The image of a box is enclosed by plain interval arithmetic and, if there are slopes, by the mean value theorem too:
    it lies within the value at the centre plus the derivatives over the box times the distance from the centre.
    Rounding fits in: take the relative errors of a net's operations at one point as constants. The function
    with these constants is differentiable, and its value at the centre and its derivatives are among those enclosed.
    """

    values: Reals
    """Enclosures of the image of the centre, and of the whole box: (2, width, 2, lanes); without slopes
    (2, width, 1, lanes)."""
    slopes: Reals
    """Enclosures over the whole box of the derivatives by each coordinate of the start: (2, width, width, lanes);
    without slopes (2, width, 0, lanes)."""
    radius: Reals
    """Half the size of each box, rounded up: (width, lanes); without slopes (0, lanes)."""

    @classmethod
    def starting(cls, boxes: Reals, *, mean_value: bool = True) -> "States":
        """Return boxes (2, width, lanes) as states, with slopes for the mean value theorem or without."""
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
        """Return the lanes of all."""
        return cls(
            np.concatenate([some.values for some in states], axis=3),
            np.concatenate([some.slopes for some in states], axis=3),
            np.concatenate([some.radius for some in states], axis=1),
        )

    @property
    def sloped(self) -> bool:
        """Return whether there are slopes, and enclosures at the centre."""
        return len(self.radius) > 0

    def lanes(self, which: slice) -> "States":
        return States(self.values[..., which], self.slopes[..., which], self.radius[..., which])


def tightened(values: Reals, slopes: Reals, radius: Reals) -> Reals:
    """Intersect the enclosure over each box with that by the mean value theorem, in place."""
    spread = (np.maximum(slopes[0], slopes[1]) * radius).sum(1) * (1 + (len(radius) + 4) * 2 * UNIT)  # (rows, lanes)
    values[:, :, BOX] = np.fmin(values[:, :, BOX], loosened(values[:, :, CENTRE] + spread, 2 * UNIT))
    return values


@dataclass(frozen=True)
class Net:
    """An SRN (Elman 1990) or LSTM (Hochreiter and Schmidhuber 1997) that maps enclosures of states to enclosures."""

    model: str
    hid: int
    drives: tuple[Affine, ...]
    """For each symbol read, the inputs of the units, or of the forget, input and output gate and the candidate."""
    margins: tuple[Affine, ...]
    """For each symbol, the logits of the others less its own."""
    start: Reals
    """The initial state: (width,)."""
    rounding: float
    """The relative error of every operation of the net: see `Certificate.rounding`."""

    @classmethod
    def of(cls, model: str, weights: Weights, *, rounding: float) -> "Net":
        """Return the net with these weights and this initial state, gates in torch's order; `model` is srn or lstm.

        Raises:
            ProofError: if a shape does not fit, a weight is no real number or too large, or a hidden unit starts
                outside -1 to 1.
        """
        w_ih, w_hh, bias, w_out, b_out, *start = _checked(model, weights)
        rows, alphabet = w_ih.shape
        hid = len(start[0])
        # From i, f, g, o to f, i, o, g: the factors of the two terms of a cell come first, and the candidate last.
        order = np.arange(rows).reshape(-1, hid)[[1, 0, 3, 2] if model == "lstm" else [0]].ravel()
        w_ih, w_hh, bias = w_ih[order], w_hh[order], bias[order]
        if model == "lstm":  # inputs of gates are halved, exactly: sigmoid(x) = (1 + tanh(x / 2)) / 2
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
        return cls(model, hid, drives, margins, np.concatenate(start), rounding)

    @property
    def width(self) -> int:
        """Return the number of coordinates of a state."""
        return self.hid * (2 if self.model == "lstm" else 1)

    @property
    def initial(self) -> Reals:
        """Return the box that holds the initial state alone: (2, width, 1)."""
        return enclosing(self.start, self.start)[..., None]

    def step(self, symbol: int, states: States) -> States:
        """Return the states after one more symbol, given by its index."""
        return self._lstm(symbol, states) if self.model == "lstm" else self._srn(symbol, states)

    def excess(self, legal: int, states: States) -> Reals:
        """Return upper bounds on the logit of each other symbol less that of the legal one: (alphabet - 1, lanes)."""
        margin, hid = self.margins[legal], self.hid
        values = margin(states.values[:, :hid])
        if states.sloped:
            values = tightened(values, margin.slopes(states.slopes[:, :hid]), states.radius)
        upper: Reals = values[1, :, BOX]
        return upper

    def _srn(self, symbol: int, states: States) -> States:
        drive, radius = self.drives[symbol], states.radius
        if not states.sloped:
            return replace(states, values=self._rounded(tanh(drive(states.values))))
        d_drive = drive.slopes(states.slopes)  # (2, hid, width, lanes)
        hidden = tanh(tightened(drive(states.values), d_drive, radius))  # (2, hid, 2, lanes)
        d_hidden = scaled(self._rounded(slope_of_tanh(hidden[:, :, BOX, None])), d_drive) + UNDERFLOW
        return States(tightened(self._rounded(hidden), d_hidden, radius), d_hidden, radius)

    def _lstm(self, symbol: int, states: States) -> States:
        hid, drive, radius, slopes = self.hid, self.drives[symbol], states.radius, states.slopes
        gate, candidate, f_i, o = slice(3 * hid), slice(3 * hid, None), slice(2 * hid), slice(2 * hid, 3 * hid)
        driven = drive(states.values[:, :hid])  # (2, 4 hid, 2 with slopes, else 1, lanes)
        if states.sloped:
            d_drive = drive.slopes(slopes[:, :hid])  # (2, 4 hid, width, lanes)
            driven = tightened(driven, d_drive, radius)
        squashed = tanh(driven)
        gates = self._rounded(half_up(squashed[:, gate]))
        factor = self._rounded(gates)  # for the rounding of products with gates, and of their sums
        c_g = np.concatenate([states.values[:, hid:], self._rounded(squashed[:, candidate])], axis=1)
        cell = _halves_added(scaled(factor[:, f_i], c_g)) + UNDERFLOW  # (2, hid, ., lanes)
        if states.sloped:
            slope = self._rounded(slope_of_tanh(squashed[:, :, BOX, None]))  # (2, 4 hid, 1, lanes)
            slope[:, gate] *= 0.5
            d_squashed = scaled(slope, d_drive)  # of gates and candidate
            d_c_g = np.concatenate([slopes[:, hid:], d_squashed[:, candidate]], axis=1)
            d_terms = scaled(factor[:, f_i, BOX, None], d_c_g)
            d_terms += product(self._rounded(c_g[:, :, BOX, None]), d_squashed[:, f_i])
            d_cell = _halves_added(d_terms) + UNDERFLOW  # (2, hid, width, lanes)
            cell = tightened(cell, d_cell, radius)
        tanh_cell = tanh(cell)
        hidden = scaled(factor[:, o], tanh_cell) + UNDERFLOW
        if states.sloped:
            slope = self._rounded(slope_of_tanh(tanh_cell[:, :, BOX, None]))
            d_hidden = scaled(factor[:, o, BOX, None], scaled(slope, d_cell))
            d_hidden += product(self._rounded(tanh_cell[:, :, BOX, None]), d_squashed[:, o]) + UNDERFLOW
            hidden = tightened(hidden, d_hidden, radius)
            slopes = np.concatenate([d_hidden, d_cell], axis=1)
        return States(np.concatenate([hidden, cell], axis=1), slopes, radius)

    def _rounded(self, x: Reals) -> Reals:
        """Widen x for the net's rounding of x, or of terms with a factor x, and for up to 8 operations here."""
        return loosened(x, self.rounding + 8 * UNIT)


def _halves_added(x: Reals) -> Reals:
    half = x.shape[1] // 2
    total: Reals = x[:, :half] + x[:, half:]
    return total


def _checked(model: str, weights: Weights) -> list[Reals]:
    """Return the weights in the order of NAMES, as float64, after checking shapes and values."""
    names = NAMES if model == "lstm" else [name for name in NAMES if name != "c_0"]
    if missing := [name for name in names if name not in weights]:
        raise ProofError(f"the weights lack {', '.join(missing)}; expected {', '.join(names)} of one {model}")
    if kinds := {weights[name].dtype.name for name in names if weights[name].dtype.kind not in "fiu"}:
        raise ProofError(f"weights are {', '.join(sorted(kinds))}; expected real numbers")
    arrays = [np.asarray(weights[name], dtype=np.float64) for name in names]
    alphabet, hid = weights["weight_out"].shape if weights["weight_out"].ndim == 2 else (0, 0)
    rows = {"srn": 1, "lstm": 4}[model] * hid
    expected = [(rows, alphabet), (rows, hid), (rows,), (alphabet, hid), (alphabet,), *[(hid,)] * (len(names) - 5)]
    shapes = [array.shape for array in arrays]
    if not hid or shapes != expected:
        raise ProofError(f"weights have shapes {one_line(shapes)}; expected those of one {model}")
    if not all((np.abs(array) <= MOST_WEIGHT).all() for array in arrays):
        raise ProofError(f"a weight is infinite, nan or above {MOST_WEIGHT}; expected smaller ones")
    if (largest := np.abs(arrays[NAMES.index("h_0")]).max()) > 1:
        raise ProofError(f"h_0 is up to {largest} in size; expected at most 1, as hidden units are")
    return arrays


def _others(symbol: int, alphabet: int) -> list[int]:
    return [other for other in range(alphabet) if other != symbol]
