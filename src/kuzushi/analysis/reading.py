"""Reads every string of a counting language up to a length at once, from many states, in float64."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kuzushi.results.certificates import Pattern
from kuzushi.results.common import Arrays

Reals = NDArray[np.float64]
NEVER = 2**62
"""More symbols than any string has."""


@dataclass(frozen=True)
class RecurrentNet:
    """One net of models.recurrent in float64; its states are hidden, and then cells for an LSTM."""

    model: Literal["srn", "lstm"]
    weights: Arrays
    """Without an axis of nets."""

    @property
    def hid(self) -> int:
        return int(self.weights["weight_hh"].shape[1])

    @property
    def width(self) -> int:
        return self.hid * (2 if self.model == "lstm" else 1)

    @cached_property
    def _drives(self) -> tuple[Reals, Reals]:
        """What drives units, or the input, forget and output gate, halved, and the candidate: by h, and by a symbol."""
        w_ih, w_hh, bias = (self.weights[name].astype(np.float64) for name in ("weight_ih", "weight_hh", "bias"))
        own = w_ih + bias[:, None]  # (rows, alphabet)
        if self.model == "srn":
            return w_hh, own
        order = np.arange(4 * self.hid).reshape(4, -1)[[0, 1, 3, 2]].ravel()  # the candidate comes last here
        halved = np.repeat([0.5, 0.5, 0.5, 1.0], self.hid)[:, None]  # sigmoid(x) = (1 + tanh(x / 2)) / 2
        return halved * w_hh[order], halved * own[order]

    def step(self, symbol: int, states: Reals) -> Reals:
        """The states after one more symbol: (width, lanes) -> (width, lanes)."""
        hid, (w_hh, own) = self.hid, self._drives
        squashed: Reals = w_hh @ states[:hid]  # (rows, lanes)
        squashed += own[:, symbol, None]
        np.tanh(squashed, out=squashed)
        if self.model == "srn":
            return squashed
        gates, candidate = squashed[: 3 * hid], squashed[3 * hid :]
        gates += 1.0
        gates *= 0.5
        after = np.empty_like(states)
        hidden, cell = after[:hid], after[hid:]
        np.multiply(gates[hid : 2 * hid], states[hid:], out=cell)
        candidate *= gates[:hid]
        cell += candidate
        np.tanh(cell, out=hidden)
        hidden *= gates[2 * hid :]
        return after

    def logits(self, states: Reals) -> Reals:
        """(width, lanes) -> (alphabet, lanes)."""
        logits: Reals = self.weights["weight_out"].astype(np.float64) @ states[: self.hid]
        logits += self.weights["bias_out"][:, None]
        return logits


@dataclass(frozen=True)
class Read:
    """What a net does with the strings n = 1, 2, ... from some states."""

    after: Reals
    """States after each string: (n, starts, width)."""
    failed: NDArray[np.int64]
    """After how many symbols a string first fails, NEVER where it does not: (n, starts)."""


def read(net: RecurrentNet, pattern: Pattern, longest: int, starts: Reals) -> Read:
    """Read the string of each n up to `longest` from each start (starts, width)."""
    first, many = pattern.ratios[0], len(starts)
    failed = np.full((longest, many), NEVER)  # after how many symbols
    states, branches = np.ascontiguousarray(starts.T), []
    for k in range(1, first * longest + 1):
        states = net.step(0, states)  # the same for every n that is not below k / first
        if k % first:
            wrong = ~_says(net, states, 0)
            failed[k // first :] = np.minimum(failed[k // first :], np.where(wrong, k, NEVER))
        else:
            branches.append(states)
    after = np.stack(branches, axis=1)  # (width, n, starts)
    for symbol, ratio in enumerate(pattern.ratios[1:], start=1):
        before, following = sum(pattern.ratios[:symbol]), (symbol + 1) % len(pattern.ratios)
        states = after.reshape(net.width, -1)  # lanes are all starts of one n, then of the next
        for k in range(1, ratio * longest + 1):
            states = net.step(symbol, states)
            ended, n = k % ratio == 0, -(-k // ratio)  # of the strings that have so many of this symbol, the shortest
            wrong = ~_says(net, states, symbol)
            if ended:
                wrong[:many] = ~_says(net, states[:, :many], following)
                after[:, n - 1], states = states[:, :many], states[:, many:]
            if wrong.any():
                lane, start = np.divmod(wrong.nonzero()[0], many)
                position = before * (n + lane) + k
                failed[n + lane - 1, start] = np.minimum(failed[n + lane - 1, start], position)
    return Read(np.moveaxis(after, 0, 2), failed)


def _says(net: RecurrentNet, states: Reals, expected: int) -> NDArray[np.bool_]:
    """Whether the logit of the symbol expected is above all others: (lanes,)."""
    logits = net.logits(states)
    right = logits[expected].copy()
    logits[expected] = -np.inf
    above: NDArray[np.bool_] = right > logits.max(0)
    return above
