"""File format of what is proved about a recurrent net on every stream of strings of a counting language."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Weights: TypeAlias = Mapping[str, NDArray[Any]]
"""The weights and the initial state of one recurrent net, by the names in NAMES."""
NAMES = ("weight_ih", "weight_hh", "bias", "weight_out", "bias_out", "h_0", "c_0")
"""The order in which weights enter their fingerprint; an SRN has no c_0."""
Model: TypeAlias = Literal["srn", "lstm"]

UNIT_ROUNDOFF = {"exact": 0.0, "float64": 2.0**-53, "float32": 2.0**-24}
"""The largest relative error of one operation (Higham 2002, Accuracy and Stability of Numerical Algorithms, ch. 2)."""


def rounding_of(arithmetic: str, hid: int) -> float:
    """Return a bound on the errors of a net with `hid` units, in the sense of `Certificate.rounding`.

    It holds for the arithmetics of UNIT_ROUNDOFF in every program that stores the weights as they are, and in which

    - +, -, * and / round to nearest, with or without fused multiply-add, and with gradual underflow. A sum has hid
      products, a column of weight_ih and a bias. In any order, each term passes through at most hid + 2 operations:
      the error is at most (1 + u)^(hid + 2) - 1 < (hid + 3) u of the sum of the |terms|, where u is the unit roundoff.
      The two products of a cell pass through two operations.
    - tanh and sigmoid have a relative error below 10 u, or 5 units in the last place, as 1 / (1 + exp(-x)) has, but
      (1 + tanh(x / 2)) / 2 has not. A hidden unit of an LSTM is the product of a gate and a tanh, and rounds once more:
      below 12 u.

    Such programs are torch's and NumPy's on a CPU, in float64 and in float32; not those in TF32 or bfloat16, nor fused
    kernels with coarser approximations of tanh and sigmoid.
    """
    return max(12, hid + 3) * UNIT_ROUNDOFF[arithmetic]


def covered(rounding: float, hid: int) -> tuple[str, ...]:
    """Return the arithmetics of UNIT_ROUNDOFF whose errors, for a net with `hid` units, are at most `rounding`."""
    return tuple(arithmetic for arithmetic in UNIT_ROUNDOFF if rounding_of(arithmetic, hid) <= rounding)


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """A counting language: strings of ratios[0] * n times the first symbol, then ratios[1] * n times the second, ...

    Example: Pattern(symbols=("a", "b"), ratios=(1, 2)) is abb, aabbbb, aaabbbbbb, ...

    In a stream of such strings the next symbol is determined everywhere but after a multiple of ratios[0] of the first
    symbol, where the first or the second may follow.
    """

    symbols: tuple[str, ...]
    """In the order of the net's inputs and outputs."""
    ratios: tuple[int, ...]

    def __str__(self) -> str:
        return " ".join(
            f"{symbol}^{'' if ratio == 1 else ratio}n" for symbol, ratio in zip(self.symbols, self.ratios, strict=True)
        )


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """Why a net predicts every determined symbol of every endless stream of strings n <= `longest`, in any order.

    The state space is cut into boxes, some of which are listed in `cells`. From the initial state, and from every
    state in a listed box, the net is right throughout the string of each n and at the symbol after it, and the state
    is then in a listed box again. By induction over the strings, it is right throughout every stream.
    `kuzushi.proofs.certificate.check` checks that.
    """

    pattern: Pattern
    longest: int
    model: Model
    weights_sha256: str
    """See `weights_sha256`."""
    rounding: float
    """The relative error that every operation of the net may have. For gates, candidates and hidden units it is
    relative to the value; for cells, logits and the inputs of units and gates, to the sum of the |terms|."""
    edges: tuple[tuple[float, ...], ...]
    """For each coordinate of a state (hidden units, then the cells of an LSTM), where it is cut, in rising order."""
    cells: tuple[tuple[int, ...], ...]
    """The listed boxes: box k extends in coordinate j from edges[j][cells[k][j]] to edges[j][cells[k][j] + 1]."""

    @property
    def hid(self) -> int:
        """Return the number of units."""
        return len(self.edges) // (2 if self.model == "lstm" else 1)

    @property
    def arithmetics(self) -> tuple[str, ...]:
        """Return the arithmetics in which the net is right: see `covered`."""
        return covered(self.rounding, self.hid)

    @property
    def statement(self) -> str:
        """Return what is proved, with its arithmetic, and the programs that it covers."""
        units = f"{self.hid} {'LSTM' if self.model == 'lstm' else 'SRN'} unit{'' if self.hid == 1 else 's'}"
        return (
            f"On every endless stream of strings {self.pattern} with n from 1 to {self.longest:,}, in any order, from "
            f"the initial state, the net of {units} predicts every symbol that is determined, in "
            f"{arithmetics_text(self.arithmetics)}.{_programs_text(self.arithmetics, self.rounding)}"
        )


@dataclass(frozen=True, kw_only=True)
class Refutation:
    """A stream on which a net fails, from the initial state."""

    pattern: Pattern
    model: Model
    hid: int
    weights_sha256: str
    rounding: float
    """The net fails whatever relative errors up to this its operations have, in the sense of `Certificate.rounding`."""
    strings: tuple[int, ...]
    """The n of each string; the net fails in the last one, or at the symbol after it."""
    position: int
    """How many symbols of the last string are read before the net fails."""
    expected: str
    """The only symbol that can follow there."""
    predicted: str
    """The symbol that the net predicts: no logit is larger than its own."""
    margin: float
    """The logit of the expected symbol less that of the predicted one, in float64: 0 or below."""

    @property
    def arithmetics(self) -> tuple[str, ...]:
        """Return the arithmetics in which the net fails: see `covered`."""
        return covered(self.rounding, self.hid)


@dataclass(frozen=True, kw_only=True)
class Certification:
    """The lengths up to which a net is proved right, and where it fails."""

    certificates: tuple[Certificate, ...]
    """Each covers fewer arithmetics than the one before, and longer strings; none if none was found even for n = 1."""
    refutation: Refutation | None
    """A failing stream whose largest n is the smallest found, and of those the one of fewest strings; None if none
    was found, or if the failure is too close to be proved."""
    limit: int
    """The largest n that was tried."""

    def proved(self, arithmetic: str) -> int:
        """Return the largest n up to which the net is proved right in one of UNIT_ROUNDOFF; 0 if it is not."""
        return max((claim.longest for claim in self.certificates if arithmetic in claim.arithmetics), default=0)


@dataclass(frozen=True, kw_only=True)
class CertifiedNet:
    """The content of a certificate file: the net of a run, and what is proved about it."""

    net: int
    """The index of the net in the ensemble, counted from 0."""
    snapped: bool
    """Whether it is the exact net made of the trained one, instead of that itself."""
    certification: Certification


def arithmetics_text(arithmetics: Sequence[str]) -> str:
    """Return arithmetics as text.

    Example: arithmetics_text(("exact", "float64", "float32")) -> "exact arithmetic, float64 and float32"
    """
    names = ["exact arithmetic" if arithmetic == "exact" else arithmetic for arithmetic in arithmetics]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names) or "no arithmetic"


def _programs_text(arithmetics: Sequence[str], rounding: float) -> str:
    """Return the programs that a claim covers: see `rounding_of`."""
    if "float64" not in arithmetics:
        return ""
    precision = "float64 or float32" if "float32" in arithmetics else "float64"
    error = f"2^{log2(rounding):.0f}" if log2(rounding).is_integer() else f"{rounding:.2g}"
    return (
        f" This covers torch in {precision} on a CPU, and every program whose operations have relative errors of at "
        f"most {error}; not TF32, bfloat16 or fused kernels of lower precision."
    )


def weights_sha256(weights: Weights) -> str:
    """Return the SHA-256 of one net's weights: for each of NAMES, name and shape as text, then the values as float64.

    The same values have the same fingerprint in float32 and in float64.
    """
    digest = hashlib.sha256()
    for name in NAMES:
        if name in weights or name != "c_0":
            array = weights[name]
            digest.update(f"{name}{list(array.shape)}\n".encode())
            digest.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
    return digest.hexdigest()
