"""What is proved of a recurrent net on every stream of strings of a counting language."""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kuzushi.results.common import Arrays, Vector

NAMES = ("weight_ih", "weight_hh", "bias", "weight_out", "bias_out")
"""The weights of a recurrent net, in the order in which they are fingerprinted."""


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

    What a reader checks: from 0, and from every state in every cell, the net is right throughout the string of each n
    and at the symbol after it, and the state is then in a cell again. By induction that is so throughout every stream.
    """

    pattern: Pattern
    longest: int
    model: Literal["srn", "lstm"]
    weights_sha256: str
    """See `weights_sha256`."""
    rounding: float
    """By which part of itself everything that the net computes may be off: gates, candidates and hidden units; and of
    the sum of their |terms|, cells, logits, and what comes into units and gates. See `statement`."""
    edges: tuple[Vector, ...]
    """For each coordinate of a state (hidden, and for an LSTM cells after them), where it is cut; rising."""
    cells: tuple[tuple[int, ...], ...]
    """Boxes of states between strings: in each coordinate, from the edge at this place to the next."""

    @property
    def statement(self) -> str:
        """What is proved, in a sentence.

        Double precision rounds by 2^-53 and single precision by 2^-24. A sum of hid + 3 terms, in any order, is off by
        that for each term at most, and sigmoid and tanh of common libraries, with the product that follows, by less
        than 12 times that.
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
    """After so many symbols of the last string."""
    expected: str
    """The only symbol that may follow there."""
    said: str
    """The symbol of the largest logit."""
    margin: float
    """The logit of the symbol expected less that of the symbol said: 0 or below."""


@dataclass(frozen=True, kw_only=True)
class Certification:
    """What was found of a net: how far it is proved right, and where it fails."""

    certificate: Certificate | None
    """With the largest `longest` for which one was found; None if there is none even for n = 1."""
    refutation: Refutation | None
    """In a stream of strings up to the smallest n found, and of those in the fewest; None if none was found."""
    limit: int
    """Larger n were not tried."""


@dataclass(frozen=True, kw_only=True)
class CertifiedNet:
    """What a certificate file holds: of which net of a run it is."""

    net: int
    """Its place in the ensemble, counted from 0."""
    snapped: bool
    """Whether it is the exact net made of the trained one, rather than that itself."""
    certification: Certification


def weights_sha256(weights: Arrays) -> str:
    """The SHA-256 of one net's weights: for each of NAMES, name and shape as text, then the numbers as float64.

    Single precision or double, the same numbers have the same fingerprint.
    """
    digest = hashlib.sha256()
    for name in NAMES:
        array = weights[name]
        digest.update(f"{name}{list(array.shape)}\n".encode())
        digest.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
    return digest.hexdigest()
