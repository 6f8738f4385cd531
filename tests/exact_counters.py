"""Recurrent nets by hand that count, what they do in decimal arithmetic of many digits, and certificates for them."""

from dataclasses import replace
from decimal import Decimal, localcontext

import numpy as np

from kuzushi.proofs.certificate_format import Certificate, Pattern, weights_sha256

DOUBLES = Pattern(symbols=("a", "b"), ratios=(1, 2))
TRIPLES = Pattern(symbols=("a", "b", "c"), ratios=(1, 2, 3))
FIRM = 80.0
"""What saturates a gate: sigmoid(80) is 1 to within 2^-115."""


def single_counter(*, resets=True):
    """One LSTM unit for a^n b^2n: its cell rises by 1 with each a, falls by 1/2 with each b, and says b while above 0.

    Where it resets, it forgets at an a that comes while h is 0, which is at the end of a string; else never.
    """
    gates_ih = [[FIRM, 0], [0, 400] if resets else [0, 0], [FIRM, -FIRM], [FIRM, FIRM]]  # i, f, g, o; 0 opens by half
    return {
        "weight_ih": np.array(gates_ih, dtype=np.float32),
        "weight_hh": np.array([[0], [200 if resets else 0], [0], [0]], dtype=np.float32),
        "bias": np.array([0, -FIRM if resets else FIRM, 0, 0], dtype=np.float32),
        "weight_out": np.array([[0], [100]], dtype=np.float32),
        "bias_out": np.array([0, -23], dtype=np.float32),
        "h_0": np.zeros(1, dtype=np.float32),
        "c_0": np.zeros(1, dtype=np.float32),
    }


def double_counter():
    """Two such units for a^n b^2n c^3n; the second falls by about 1/3 with each c."""
    w_ih, w_hh, bias = np.zeros((4, 2, 3)), np.zeros((4, 2, 2)), np.zeros((4, 2))
    w_ih[0, 0], w_ih[2, 0] = [FIRM, 0, -FIRM], [FIRM, -FIRM, 0]
    w_ih[0, 1], w_ih[2, 1] = [FIRM, -FIRM, -np.log(2)], [FIRM, 0, -FIRM]
    w_ih[1], w_hh[1, :, 0], bias[1], bias[3] = [0, 400, 400], 200, -FIRM, FIRM
    weights = {
        "weight_ih": w_ih.reshape(8, 3), "weight_hh": w_hh.reshape(8, 2), "bias": bias.ravel(),
        "weight_out": np.array([[0, 0], [100, 0], [0, 10]]), "bias_out": np.array([0, -23, -1.6]),
        "h_0": np.zeros(2), "c_0": np.zeros(2),
    }  # fmt: skip
    return {name: array.astype(np.float32) for name, array in weights.items()}


def certificate(weights, pattern=DOUBLES, *, longest=20, rounding=0.0, model="lstm", reach=0.05, **changes):
    """One cell, from -reach to reach in every coordinate."""
    width = weights["weight_hh"].shape[1] * (2 if model == "lstm" else 1)
    whole = Certificate(
        pattern=pattern, longest=longest, model=model, weights_sha256=weights_sha256(weights), rounding=rounding,
        edges=((-reach, reach),) * width, cells=((0,) * width,),
    )  # fmt: skip
    return replace(whole, **changes)


def random_net(model, *, hid, alphabet, generator, scale=1.0):
    rows = hid * (4 if model == "lstm" else 1)
    shapes = {
        "weight_ih": (rows, alphabet), "weight_hh": (rows, hid), "bias": (rows,),
        "weight_out": (alphabet, hid), "bias_out": (alphabet,),
    }  # fmt: skip
    weights = {name: generator.normal(0, scale, shape).astype(np.float32) for name, shape in shapes.items()}
    start = {"h_0": generator.uniform(-1, 1, hid)} | ({"c_0": generator.normal(0, 1, hid)} if model == "lstm" else {})
    return weights | {name: array.astype(np.float32) for name, array in start.items()}


def initial(weights):
    """The state from which the net starts: h_0, then the c_0 of an LSTM."""
    return np.concatenate([weights[name] for name in ("h_0", "c_0") if name in weights]).astype(np.float64)


def decimal_tanh(x):
    """tanh of a Decimal to 60 digits."""
    with localcontext() as context:
        context.prec = 80 + max(0, -x.adjusted()) if x else 80  # 1 - exp(-2x) loses the digits that x is below 1
        e = (-2 * abs(x)).exp()
        return ((1 - e) / (1 + e)).copy_sign(x)


def decimal_sigmoid(x):
    with localcontext() as context:
        context.prec = 80
        e = (-abs(x)).exp()
        return (1 if x > 0 else e) / (1 + e)


def products(row, state):
    return [Decimal(float(weight)) * h for weight, h in zip(row, state[: len(row)], strict=True)]


def decimal_step(model, weights, symbol, state, off=lambda: Decimal(0)):
    """One step of the net in decimal arithmetic, where every quantity is off by the next part that `off` gives."""

    def total(terms):
        return sum(terms, Decimal(0)) + off() * sum(map(abs, terms), Decimal(0))

    hid = weights["weight_hh"].shape[1]
    drive = [
        total([Decimal(float(n)) for n in (x[symbol], b)] + products(row, state))
        for x, b, row in zip(weights["weight_ih"], weights["bias"], weights["weight_hh"], strict=True)
    ]
    if model == "srn":
        return [decimal_tanh(z) * (1 + off()) for z in drive]
    i, f, g, o = (drive[k * hid : (k + 1) * hid] for k in range(4))
    i, f, o = ([decimal_sigmoid(z) * (1 + off()) for z in gate] for gate in (i, f, o))
    g = [decimal_tanh(z) * (1 + off()) for z in g]
    cell = [total([f[k] * state[hid + k], i[k] * g[k]]) for k in range(hid)]
    return [decimal_tanh(c) * gate * (1 + off()) for c, gate in zip(cell, o, strict=True)] + cell


def decimal_logits(weights, state, off=lambda: Decimal(0)):
    logits = []
    for row, bias in zip(weights["weight_out"], weights["bias_out"], strict=True):
        terms = [Decimal(float(bias)), *products(row, state)]
        logits.append(sum(terms, Decimal(0)) + off() * sum(map(abs, terms), Decimal(0)))
    return logits
