"""File format of what is proved about a recurrent net on every stream of strings of a counting language."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Weights: TypeAlias = Mapping[str, NDArray[Any]]
"""The weights of one recurrent net, by the names in NAMES."""
NAMES = ("weight_ih", "weight_hh", "bias", "weight_out", "bias_out")
"""The order in which weights enter their fingerprint."""


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

    The state space is cut into boxes, some of which are listed in `cells`. From the initial state 0, and from every
    state in a listed box, the net is right throughout the string of each n and at the symbol after it, and the state
    is then in a listed box again. By induction over the strings, it is right throughout every stream.
    `kuzushi.proofs.certificate.check` checks that.
    """

    pattern: Pattern
    longest: int
    model: Literal["srn", "lstm"]
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
    def statement(self) -> str:
        """Return what is proved, in one sentence.

        The unit roundoff is 2^-53 in double precision and 2^-24 in single precision. A sum of hid + 3 terms, in any
        order, has an error of at most one such unit per term; sigmoid and tanh of common libraries, with the product
        that follows, of less than 12.
        """
        hid = len(self.edges) // (2 if self.model == "lstm" else 1)
        operations = max(12, hid + 3)
        units = f"{hid} {'LSTM' if self.model == 'lstm' else 'SRN'} unit{'' if hid == 1 else 's'}"
        where = ["in exact arithmetic"]
        where += ["in double precision"] if operations * 2.0**-53 <= self.rounding else []
        where += ["in single precision"] if operations * 2.0**-24 <= self.rounding else []
        return (
            f"On every endless stream of strings {self.pattern} with n from 1 to {self.longest:,}, in any order, the "
            f"net of {units} predicts every symbol that is determined, {' and '.join(where)}."
        )


@dataclass(frozen=True, kw_only=True)
class Refutation:
    """A stream on which a net fails, from the initial state."""

    pattern: Pattern
    model: Literal["srn", "lstm"]
    weights_sha256: str
    strings: tuple[int, ...]
    """The n of each string; the net fails in the last one, or at the symbol after it."""
    position: int
    """How many symbols of the last string are read before the net fails."""
    expected: str
    """The only symbol that can follow there."""
    said: str
    """The symbol that the net predicts: that of the largest logit."""
    margin: float
    """The logit of the expected symbol less that of the predicted one: 0 or below."""


@dataclass(frozen=True, kw_only=True)
class Certification:
    """The length up to which a net is proved right, and where it fails."""

    certificate: Certificate | None
    """The one with the largest `longest` found; None if there is none even for n = 1."""
    refutation: Refutation | None
    """A failing stream whose largest n is the smallest found, and of those the one of fewest strings; None if none
    was found."""
    limit: int
    """The largest n that was tried."""


@dataclass(frozen=True, kw_only=True)
class CertifiedNet:
    """The content of a certificate file: the net of a run, and what is proved about it."""

    net: int
    """The index of the net in the ensemble, counted from 0."""
    snapped: bool
    """Whether it is the exact net made of the trained one, instead of that itself."""
    certification: Certification


def weights_sha256(weights: Weights) -> str:
    """Return the SHA-256 of one net's weights: for each of NAMES, name and shape as text, then the values as float64.

    The same values have the same fingerprint in single and in double precision.
    """
    digest = hashlib.sha256()
    for name in NAMES:
        array = weights[name]
        digest.update(f"{name}{list(array.shape)}\n".encode())
        digest.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
    return digest.hexdigest()
