"""Recurrent nets that read symbol by symbol, as a user's own loop does, in float32, float64 or decimal arithmetic."""

from decimal import Decimal, localcontext
from functools import cache

import numpy as np

from exact_counters import decimal_logits, decimal_step, initial

ORDERS = ("forwards", "backwards", "largest first", "matrix product")
"""In which order the terms of a sum are added."""


def failure(weights, pattern, strings, *, dtype, order="matrix product"):
    """The index of the string and the position in it at which the net fails, reading from its initial state, or None.

    All values have the dtype, after every operation.
    """
    w = {name: array.astype(dtype) for name, array in weights.items()}

    def step(state, symbol):
        hidden, cell = state
        with np.errstate(over="ignore"):
            drive = _sum([w["weight_ih"][:, symbol], w["bias"]], w["weight_hh"], hidden, order)
            if cell is None:
                return np.tanh(drive), None
            i, f, g, o = drive.reshape(4, -1)
            cell = _sigmoid(f) * cell + _sigmoid(i) * np.tanh(g)
            return _sigmoid(o) * np.tanh(cell), cell

    def logits(state):
        return _sum([w["bias_out"]], w["weight_out"], state[0], order)

    return _first(pattern, strings, (w["h_0"], w.get("c_0")), step, logits)


def exact_failure(model, weights, pattern, strings, off=lambda: Decimal(0)):
    """The same in decimal arithmetic of 50 digits, where every quantity is off by the next part that `off` gives."""
    with localcontext() as context:
        context.prec = 50
        return _first(
            pattern, strings, [Decimal(float(x)) for x in initial(weights)],
            lambda state, symbol: decimal_step(model, weights, symbol, state, off),
            lambda state: decimal_logits(weights, state, off),
        )  # fmt: skip


@cache
def legal(pattern, n, position):
    """The symbols that can follow the first `position` symbols of the string n: those of all strings that begin so."""
    begun = string(pattern, n)[:position]
    begin_so = [string(pattern, m) for m in range(1, n + 2) if string(pattern, m)[:position] == begun]
    return {text[position] if position < len(text) else 0 for text in begin_so}


def string(pattern, n):
    return [symbol for symbol, ratio in enumerate(pattern.ratios) for _ in range(ratio * n)]


def _first(pattern, strings, state, step, logits):
    for index, n in enumerate(strings):
        for position, symbol in enumerate(string(pattern, n), start=1):
            state, allowed = step(state, symbol), legal(pattern, n, position)
            if len(allowed) == 1:
                *others, expected = sorted(enumerate(logits(state)), key=lambda pair: pair[0] in allowed)
                if not all(expected[1] > other for _, other in others):
                    return index, position
    return None


def _sum(terms, matrix, hidden, order):
    if order == "matrix product":
        return matrix @ hidden + sum(terms[1:], terms[0])
    rows = np.stack([*terms, *(matrix * hidden).T])
    if order == "backwards":
        rows = rows[::-1]
    if order == "largest first":
        rows = np.take_along_axis(rows, np.argsort(-np.abs(rows), axis=0), axis=0)
    total = rows[0]
    for row in rows[1:]:
        total = total + row
    return total


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))
