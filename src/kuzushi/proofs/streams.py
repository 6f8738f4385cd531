"""Checks that a recurrent net predicts a counting language in every endless stream, by intervals.

It shares no code with what trains nets or finds certificates, and takes nothing in them on trust: net, language and
arithmetic have their definitions in `recurrent`, `strings` and `intervals`.
"""

from collections.abc import Sequence
from itertools import chain, product
from math import prod

import numpy as np

from kuzushi.errors import ProofError
from kuzushi.files import one_line
from kuzushi.proofs.intervals import Reals, enclosing
from kuzushi.proofs.recurrent import Net, States
from kuzushi.proofs.strings import read
from kuzushi.results.certificates import NAMES, Certificate, Pattern, Refutation, weights_sha256
from kuzushi.results.common import Arrays

Cell = tuple[int, ...]
Span = tuple[Cell, Cell]
"""The first cell and the last, in each coordinate, of a block of cells."""

MOST_ROUNDING = 2.0**-10
"""Nets that are off by more may leave REACH."""
MOST_SYMBOLS = 1_000_000
"""A claim about longer strings would be checked for years."""
MOST_HIDDEN, MOST_CELL = 1.005, 1e9
"""Edges of cells may not lie further out: hidden units are within 1, but for rounding."""


def check(certificate: Certificate, weights: Arrays) -> None:
    """Check that the net predicts every determined symbol of every stream of the certificate's strings.

    That is so if from the state 0, and from every state in every cell, it is right throughout the string of each n and
    at the symbol after it, and the state is then in a cell. Plain intervals are tried first, since they are several
    times faster and what they show is shown; if they do not show it, the mean value theorem is used too.

    Raises:
        ProofError: naming the string, the position in it, and what fails there.
    """
    _check_pattern(certificate.pattern)
    if certificate.longest < 1:
        raise ProofError(f"the longest string has n = {certificate.longest}; expected at least 1")
    _check_length(certificate.longest * sum(certificate.pattern.ratios))
    if not 0 <= certificate.rounding <= MOST_ROUNDING:
        raise ProofError(f"rounding is {certificate.rounding}; expected 0 to {MOST_ROUNDING}")
    net = _net(certificate, weights, rounding=certificate.rounding)
    edges = _checked_edges(certificate, net.hid, net.width)
    cells = set(certificate.cells)
    corners = np.array(certificate.cells, dtype=int).reshape(-1, net.width)
    lower, upper = (np.stack([edge[corners[:, j] + more] for j, edge in enumerate(edges)]) for more in (0, 1))
    starts, names = enclosing(lower, upper), [f"cell {cell}" for cell in certificate.cells]
    if not all(_is_covered(span, cells) for span in _spans(edges, net.initial)):
        starts, names = np.concatenate([net.initial, starts], axis=2), ["the initial state", *names]
    try:
        _check_starts(net, certificate, edges, starts, names, mean_value=False)
    except ProofError:
        _check_starts(net, certificate, edges, starts, names, mean_value=True)


def _check_starts(
    net: Net, certificate: Certificate, edges: Sequence[Reals], starts: Reals, names: Sequence[str], *, mean_value: bool
) -> None:
    """Check that from each start (2, width, starts) the net is right in every string, and in a cell after it."""
    cells, covered = set(certificate.cells), set[Span]()
    for chosen, states in read(net, certificate.pattern, certificate.longest, starts, names, mean_value=mean_value):
        for place, span in enumerate(_spans(edges, states)):
            if span not in covered and not _is_covered(span, cells):
                n, start = divmod(place, len(chosen))
                raise ProofError(
                    f"string n = {n + 1} from {chosen[start]}: the state after it may lie outside all cells; expected "
                    "it in one"
                )
            covered.add(span)


def _spans(edges: Sequence[Reals], states: Reals) -> list[Span]:
    """The first and the last cells that cover each enclosure, in each coordinate: (2, width, n, starts) -> n * starts.

    What is beyond the edges, or no number, is given a place where there is no cell.
    """
    lower, upper = -states[0].reshape(len(edges), -1), states[1].reshape(len(edges), -1)
    first = np.stack([np.searchsorted(edge, x, side="right") - 1 for edge, x in zip(edges, lower, strict=True)])
    last = np.stack([np.searchsorted(edge, x, side="left") - 1 for edge, x in zip(edges, upper, strict=True)])
    last = np.maximum(first, last)
    return [(tuple(low), tuple(high)) for low, high in zip(first.T.tolist(), last.T.tolist(), strict=True)]


def _is_covered(span: Span, cells: set[Cell]) -> bool:
    sides = [range(first, last + 1) for first, last in zip(*span, strict=True)]
    return prod(len(side) for side in sides) <= len(cells) and all(cell in cells for cell in product(*sides))


def check_refutation(refutation: Refutation, weights: Arrays) -> None:
    """Check, in exact arithmetic, that the net fails where the refutation says so.

    Raises:
        ProofError: if the symbol expected is not determined there, or may be more probable than the one said.
    """
    _check_pattern(refutation.pattern)
    net = _net(refutation, weights, rounding=0.0)
    symbols, ratios = refutation.pattern.symbols, refutation.pattern.ratios
    if not refutation.strings or min(refutation.strings) < 1:
        raise ProofError(f"the strings are {one_line(refutation.strings)}; expected at least one, each of n >= 1")
    _check_length(sum(refutation.strings) * sum(ratios))
    *before, last = ([s for s, ratio in enumerate(ratios) for _ in range(ratio * n)] for n in refutation.strings)
    position = refutation.position
    determined = position % ratios[0] > 0 or position > ratios[0] * refutation.strings[-1]
    if not (0 < position <= len(last) and determined):
        raise ProofError(f"the net fails after {position} of {len(last)} symbols; expected where one may follow only")
    legal, said = [*last, 0][position], _place(refutation.said, symbols)
    if symbols[legal] != refutation.expected or legal == said:
        claimed = f"expected is {one_line(refutation.expected)!r}, said {one_line(refutation.said)!r}"
        raise ProofError(f"{claimed}; expected {one_line(symbols[legal])!r}")
    state = States.starting(net.initial)
    for symbol in [*chain(*before), *last[:position]]:
        state = net.step(symbol, state)
    if not net.excess(said, state)[legal - (legal > said), 0] <= 0:
        raise ProofError(f"{symbols[legal]!r} may be more probable than {symbols[said]!r}; expected it surely is not")


def _place(symbol: str, symbols: Sequence[str]) -> int:
    if symbol not in symbols:
        raise ProofError(f"symbol {one_line(symbol)!r} is unknown; expected one of {one_line(', '.join(symbols))}")
    return symbols.index(symbol)


def _checked_edges(certificate: Certificate, hid: int, width: int) -> list[Reals]:
    """The edges as arrays, once they and the cells between them are found to be in form."""
    edges = [np.array(edge, dtype=np.float64) for edge in certificate.edges]
    if len(edges) != width:
        raise ProofError(f"there are edges for {len(edges)} coordinates; expected {width}")
    for place, edge in enumerate(edges):
        most = MOST_HIDDEN if place < hid else MOST_CELL
        if len(edge) < 2 or not (np.diff(edge) > 0).all() or not (np.abs(edge) <= most).all():
            raise ProofError(
                f"edges of coordinate {place} are {one_line(edge)}; expected two or more, rising, within {most}"
            )
    for cell in certificate.cells:
        if len(cell) != width or not all(0 <= k < len(edge) - 1 for k, edge in zip(cell, edges, strict=True)):
            raise ProofError(
                f"cell {one_line(cell)} has no edges; expected {width} places that are followed by another edge"
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


def _net(claim: Certificate | Refutation, weights: Arrays, *, rounding: float) -> Net:
    """The net of a claim, once the claim is found to be about these weights."""
    if claim.model not in ("srn", "lstm"):
        raise ProofError(f"the model is {claim.model!r}; expected srn or lstm")
    if missing := [name for name in NAMES if name not in weights]:
        raise ProofError(f"the weights lack {', '.join(missing)}; expected those of one recurrent net")
    found, expected = weights_sha256(weights), claim.weights_sha256
    if found != expected:
        raise ProofError(f"the weights have SHA-256 {found[:12]}...; expected {expected[:12]}..., of those proved")
    net = Net.of(claim.model, weights, rounding=rounding)
    if len(net.drives) != len(claim.pattern.symbols):
        raise ProofError(f"the net knows {len(net.drives)} symbols; expected {len(claim.pattern.symbols)}")
    return net
