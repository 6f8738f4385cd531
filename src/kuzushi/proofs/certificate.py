"""Check that a recurrent net predicts a counting language in every endless stream, or that it fails in one.

Theorem, by induction over the strings of a stream: if boxes cover the initial state and every state after a string
that starts in a box, and the net is right in every string that starts in a box, it is right throughout every stream.
The net on boxes is that of `interval_net`, its strings are read by `enclose_strings`, and the arithmetic is that of
`intervals`.
"""

from collections.abc import Sequence
from itertools import chain, product
from math import prod
from typing import TypeAlias

import numpy as np

from kuzushi.proofs.certificate_format import NAMES, Certificate, Pattern, Refutation, Weights, weights_sha256
from kuzushi.proofs.enclose_strings import read
from kuzushi.proofs.errors import ProofError, one_line
from kuzushi.proofs.interval_net import Net, States
from kuzushi.proofs.intervals import Reals, enclosing

Box: TypeAlias = tuple[int, ...]
"""In each coordinate, the index of the lower edge."""
Span: TypeAlias = tuple[Box, Box]
"""The first and the last box, in each coordinate, of a block of boxes."""

MOST_ROUNDING = 2.0**-10
"""With larger errors hidden units could exceed `interval_net.REACH`."""
MOST_SYMBOLS = 1_000_000
"""Checking longer strings would take years."""
MOST_HIDDEN, MOST_CELL = 1.005, 1e9
"""The largest |edge| for a hidden unit, which is within 1 but for rounding, and for the cell of an LSTM."""


def check(certificate: Certificate, weights: Weights) -> None:
    """Check that the net predicts every determined symbol of every stream of the certificate's strings.

    Plain intervals are tried first: they are several times faster, and as rigorous. If they do not suffice, the mean
    value theorem is used too.

    Raises:
        ProofError: naming the string, the position in it, and what fails there.
    """
    _check_pattern(certificate.pattern)
    if certificate.longest < 1:
        raise ProofError(f"the longest string has n = {certificate.longest}; expected at least 1")
    _check_length(certificate.longest * sum(certificate.pattern.ratios))
    net = _net(certificate, weights)
    edges = _checked_edges(certificate, net.hid, net.width)
    boxes = set(certificate.cells)
    corners = np.array(certificate.cells, dtype=int).reshape(-1, net.width)
    lower, upper = (np.stack([edge[corners[:, j] + end] for j, edge in enumerate(edges)]) for end in (0, 1))
    starts, names = enclosing(lower, upper), [f"box {box}" for box in certificate.cells]
    if not all(_is_covered(span, boxes) for span in _spans(edges, net.initial)):
        starts, names = np.concatenate([net.initial, starts], axis=2), ["the initial state", *names]
    try:
        _check_starts(net, certificate, edges, starts, names, mean_value=False)
    except ProofError:
        _check_starts(net, certificate, edges, starts, names, mean_value=True)


def check_refutation(refutation: Refutation, weights: Weights) -> None:
    """Check that the net fails where the refutation claims, whatever errors up to its rounding the operations have.

    Raises:
        ProofError: if the expected symbol is not determined there, or another one can be more probable than the
            predicted one.
    """
    _check_pattern(refutation.pattern)
    net = _net(refutation, weights)
    if refutation.hid != net.hid:
        raise ProofError(f"the refutation is of a net of {refutation.hid} units; expected {net.hid}")
    read_before, predicted = _read_before(refutation)
    state = States.starting(net.initial, mean_value=False)
    with np.errstate(over="ignore", invalid="ignore"):  # cells without bound
        for symbol in read_before:
            state = net.step(symbol, state)
    above = np.flatnonzero(~(net.excess(predicted, state)[:, 0] <= 0))  # not >, which would let nan pass
    if above.size:
        symbols, other = refutation.pattern.symbols, int(above[0])
        other += other >= predicted
        raise ProofError(
            f"{symbols[other]!r} can be more probable than {symbols[predicted]!r}; expected that it is not"
        )


def _read_before(refutation: Refutation) -> tuple[list[int], int]:
    """Return the symbols before the failure, and the one predicted, after checking that only another can follow."""
    symbols, ratios = refutation.pattern.symbols, refutation.pattern.ratios
    if not refutation.strings or min(refutation.strings) < 1:
        raise ProofError(f"the strings are {one_line(refutation.strings)}; expected at least one, each of n >= 1")
    _check_length(sum(refutation.strings) * sum(ratios))
    *before, last = ([s for s, ratio in enumerate(ratios) for _ in range(ratio * n)] for n in refutation.strings)
    position = refutation.position
    determined = position % ratios[0] > 0 or position > ratios[0] * refutation.strings[-1]
    if not (0 < position <= len(last) and determined):
        raise ProofError(f"the net fails after {position} of {len(last)} symbols; expected where one can follow only")
    if refutation.predicted not in symbols:
        raise ProofError(f"symbol {one_line(refutation.predicted)!r} is unknown; expected one of {one_line(symbols)}")
    legal, predicted = [*last, 0][position], symbols.index(refutation.predicted)
    if symbols[legal] != refutation.expected or legal == predicted:
        claimed = f"expected is {one_line(refutation.expected)!r}, predicted {one_line(refutation.predicted)!r}"
        raise ProofError(f"{claimed}; expected {one_line(symbols[legal])!r}, and another symbol predicted")
    return [*chain(*before), *last[:position]], predicted


def _check_starts(
    net: Net, certificate: Certificate, edges: Sequence[Reals], starts: Reals, names: Sequence[str], *, mean_value: bool
) -> None:
    """Check that from each start (2, width, starts) the net is right in every string, and in a box after it."""
    boxes, covered = set(certificate.cells), set[Span]()
    for batch, states in read(net, certificate.pattern, certificate.longest, starts, names, mean_value=mean_value):
        for index, span in enumerate(_spans(edges, states)):
            if span not in covered and not _is_covered(span, boxes):
                n, start = divmod(index, len(batch))
                raise ProofError(
                    f"string n = {n + 1} from {batch[start]}: the state after it may lie outside all boxes; expected "
                    "it in one"
                )
            covered.add(span)


def _spans(edges: Sequence[Reals], states: Reals) -> list[Span]:
    """Return the block of boxes that covers each enclosure: (2, width, n, starts) -> n * starts.

    Beyond the edges, and for nan, it has indices of which there is no box.
    """
    lower, upper = -states[0].reshape(len(edges), -1), states[1].reshape(len(edges), -1)
    first = np.stack([np.searchsorted(edge, x, side="right") - 1 for edge, x in zip(edges, lower, strict=True)])
    last = np.stack([np.searchsorted(edge, x, side="left") - 1 for edge, x in zip(edges, upper, strict=True)])
    last = np.maximum(first, last)
    return [(tuple(low), tuple(high)) for low, high in zip(first.T.tolist(), last.T.tolist(), strict=True)]


def _is_covered(span: Span, boxes: set[Box]) -> bool:
    sides = [range(first, last + 1) for first, last in zip(*span, strict=True)]
    return prod(len(side) for side in sides) <= len(boxes) and all(box in boxes for box in product(*sides))


def _checked_edges(certificate: Certificate, hid: int, width: int) -> list[Reals]:
    """Return the edges as arrays, after checking them and the indices of the boxes."""
    edges = [np.array(edge, dtype=np.float64) for edge in certificate.edges]
    if len(edges) != width:
        raise ProofError(f"there are edges for {len(edges)} coordinates; expected {width}")
    for j, edge in enumerate(edges):
        most = MOST_HIDDEN if j < hid else MOST_CELL
        if len(edge) < 2 or not (np.diff(edge) > 0).all() or not (np.abs(edge) <= most).all():
            raise ProofError(
                f"edges of coordinate {j} are {one_line(edge)}; expected two or more, rising, within {most}"
            )
    for box in certificate.cells:
        if len(box) != width or not all(0 <= k < len(edge) - 1 for k, edge in zip(box, edges, strict=True)):
            raise ProofError(
                f"box {one_line(box)} has no edges; expected {width} indices of edges that another edge follows"
            )
    return edges


def _check_pattern(pattern: Pattern) -> None:
    symbols, ratios = pattern.symbols, pattern.ratios
    if len(symbols) < 2 or len(symbols) != len(set(symbols)) or len(ratios) != len(symbols) or min(ratios) < 1:
        raise ProofError(
            f"the pattern has symbols {one_line(symbols)} and ratios {one_line(ratios)}; expected at least two symbols "
            "that differ, and a ratio of at least 1 for each"
        )


def _check_length(symbols: int) -> None:
    if symbols > MOST_SYMBOLS:
        raise ProofError(f"the strings have {symbols:,} symbols; expected at most {MOST_SYMBOLS:,}")


def _net(claim: Certificate | Refutation, weights: Weights) -> Net:
    """Return the net of a claim, after checking that the claim is about these weights and a rounding that exists."""
    if claim.model not in ("srn", "lstm"):
        raise ProofError(f"the model is {claim.model!r}; expected srn or lstm")
    if not 0 <= claim.rounding <= MOST_ROUNDING:
        raise ProofError(f"rounding is {claim.rounding}; expected 0 to {MOST_ROUNDING}")
    net = Net.of(claim.model, weights, rounding=claim.rounding)
    found, expected = weights_sha256(weights), claim.weights_sha256
    if found != expected:
        raise ProofError(f"the weights have SHA-256 {found[:12]}...; expected {expected[:12]}..., of those proved")
    if len(net.drives) != len(claim.pattern.symbols):
        raise ProofError(f"the net has {len(net.drives)} symbols; expected {len(claim.pattern.symbols)}")
    if "float32" in claim.arithmetics and not in_float32(weights):
        raise ProofError("a weight is not a number in float32; expected those that are, or a smaller rounding")
    return net


def in_float32(weights: Weights) -> bool:
    """Return whether float32 holds all weights as they are, so that claims about programs in float32 make sense."""
    arrays = [weights[name] for name in NAMES if name in weights]
    with np.errstate(over="ignore"):
        return all((array.astype(np.float32) == array).all() for array in arrays)
