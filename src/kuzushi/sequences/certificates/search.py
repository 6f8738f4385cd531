"""Search for cells of states between strings from which a recurrent net is right, and for streams on which it fails.

Everything here is plain float64 and proves nothing. Cells are tried by enclosures that come in as an argument. In
`prove` they are those of the checker: the search and the check share the net on boxes and the reading of strings there.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from typing import Protocol

import numpy as np
import torch
from numpy.random import Generator

from kuzushi.core.results import Arrays
from kuzushi.proofs.certificate_format import Certificate, Certification, Model, Pattern, Refutation, weights_sha256
from kuzushi.proofs.errors import ProofError
from kuzushi.sequences.certificates.boxes import MOST_CELLS, Cell, Explored, Reals, cut, initial, reached
from kuzushi.sequences.nets import LSTM, MODELS, SRN, from_weights

GRIDS = ((inf, 32.0), (inf, 4.0), (inf, 0.5), *((2.0**-k, 0.1) for k in range(-2, 6)))
"""Size of cells and how far they extend beyond the states found, both in units of the spread of states after strings of
the same n; of infinite size: one cell for each connected set of states. The first that works is used."""
EFFORT, MEAN_VALUE, MOST_PLAIN = 22_000_000, 8, 64
"""How many symbols enclosures may read in one search; the cost of a symbol where the mean value theorem is used; and
the largest number of cells for which it is first tried without."""

_Grid = tuple[tuple[Reals, ...], list[Cell]]
"""Edges in each coordinate, and the cells between them that were found."""
_Bounds = tuple[Reals, Reals]
"""Of the states after the string of each n from some starts: (n, starts, width)."""


class Enclose(Protocol):
    """The states after strings that start in boxes, by rigorous arithmetic."""

    def __call__(self, longest: int, lower: Reals, upper: Reals, *, mean_value: bool) -> tuple[Reals, Reals]:
        """Return lower and upper bounds (n, starts, width) of states after the string of each n, from boxes of starts.

        With the mean value theorem they are closer, and take longer.

        Raises:
            ProofError: where a determined symbol is not certain to be predicted.
        """


def certify(
    model: Model,
    weights: Arrays,
    pattern: Pattern,
    *,
    limit: int,
    enclosures: Mapping[float, Enclose],
    generator: Generator,
    effort: int = EFFORT,
) -> Certification:
    """Search how far a net can be proved right on every stream of a counting language, and where it fails.

    Args:
        weights: of one net, without an axis of nets.
        enclosures: for each rounding of a certificate, in falling order. A smaller one is used only for longer strings
            than are certified for the larger ones.
        effort: bounds the time: the symbols that enclosures may read, counted for each start.

    Returns:
        The certificates found, and a refutation without rounding errors, which is not checked.
    """
    net = from_weights(MODELS[model], {name: torch.from_numpy(array)[None].double() for name, array in weights.items()})
    explored, sha256 = Explored(net, pattern, generator), weights_sha256(weights)
    certificates = tuple(
        Certificate(
            pattern=pattern, longest=longest, model=model, weights_sha256=sha256, rounding=rounding,
            edges=tuple(tuple(edge.tolist()) for edge in edges), cells=tuple(cells),
        )
        for rounding, longest, (edges, cells) in _certified(_Search(explored, effort), limit, enclosures)
    )  # fmt: skip
    refutation = None if explored.failure is None else _refutation(net, pattern, *explored.failure, model, sha256)
    return Certification(certificates=certificates, refutation=refutation, limit=limit)


def _certified(
    search: "_Search", limit: int, enclosures: Mapping[float, Enclose]
) -> Iterator[tuple[float, int, _Grid]]:
    """Yield roundings in falling order, each with the largest n found, above those before it, and cells for that n.

    The limit is tried first, since a certificate for it covers all smaller n.
    """
    whole = {}
    for rounding, enclose in enclosures.items():
        with search.sparing(1 / 2):
            grid = search.coarse(enclose, limit)
        if grid is not None:
            whole[rounding], search.explored.certain = grid, limit
            break
    proved = 0
    for rounding, enclose in enclosures.items():
        if rounding in whole:
            yield rounding, limit, whole[rounding]
            return
        with search.sparing(1 / 11):
            found = search.furthest(enclose, limit, beyond=proved)
        if found is not None:
            proved, grid = found
            yield rounding, proved, grid
        if proved == limit:
            return


@dataclass
class _Search:
    """The search for cells that enclosures accept."""

    explored: Explored
    effort: int
    """The rest of it."""
    coarsest: int = 0
    """The first of GRIDS to try: those before did not work for smaller n."""

    @contextmanager
    def sparing(self, share: float) -> Iterator[None]:
        """Leave a share of the effort for later."""
        spared = int(share * self.effort)
        self.effort -= spared
        yield
        self.effort += spared

    def furthest(self, enclose: Enclose, limit: int, *, beyond: int) -> tuple[int, _Grid] | None:
        """Return the largest n found, up to `limit` and above `beyond`, and cells for it; None if none is found.

        The smallest n is doubled until there are no cells, and then the largest is found by bisection.
        """
        self.coarsest = 0
        found, failed = None, False
        proved, below = beyond, self.explored.refuted(limit) or limit + 1
        while proved + 1 < below:
            longer = proved + 1 if found is None else 2 * proved
            longest = (proved + below) // 2 if failed else min(longer, below - 1)
            grid = self.cells(enclose, longest)
            if grid is not None:
                found, proved = (longest, grid), longest
            else:
                below, failed = longest, True
        return found

    def coarse(self, enclose: Enclose, longest: int) -> _Grid | None:
        """Return large cells that need no mean value theorem; None if none are found."""
        spread, first = self.explored.spread(longest), self._first(enclose, longest)
        if spread is None or first is None:
            return None
        large = (cut(spread, size, room, hid=self._hid) for size, room in GRIDS if size == inf)
        tried = ((edges, self._closed(enclose, edges, longest, first, mean_value=False)) for edges in large)
        return next(((edges, cells) for edges, cells in tried if cells is not None), None)

    def cells(self, enclose: Enclose, longest: int) -> _Grid | None:
        """Return edges and cells that contain all states between strings n <= `longest`; None if none are found."""
        if self.explored.symbols(longest) > self.effort:
            return None
        spread, first = self.explored.spread(longest), self._first(enclose, longest)
        if spread is None or first is None:
            return None
        for index in range(self.coarsest, len(GRIDS)):
            edges = cut(spread, *GRIDS[index], hid=self._hid)
            for mean_value in (False, True):
                cells = self._closed(enclose, edges, longest, first, mean_value=mean_value)
                if cells is not None:
                    self.coarsest = index
                    return edges, cells
        return None

    @property
    def _hid(self) -> int:
        return self.explored.net.weight_hh.shape[2]

    def _closed(
        self, enclose: Enclose, edges: tuple[Reals, ...], longest: int, first: _Bounds, *, mean_value: bool
    ) -> list[Cell] | None:
        """Return the cells that hold the states after the first string, those after these cells, until none is new."""
        cells: set[Cell] = set()
        after: _Bounds | None = first
        most = MOST_CELLS if mean_value else MOST_PLAIN
        while after is not None:
            new = reached(edges, *(bound.reshape(-1, len(edges)) for bound in after))
            if new is None or len(new | cells) > most:
                return None
            new -= cells
            if not new:
                return sorted(cells)
            cells |= new
            corners = np.array(sorted(new), dtype=int)
            lower, upper = (
                np.stack([edge[corners[:, j] + more] for j, edge in enumerate(edges)], axis=1) for more in (0, 1)
            )
            after = self._after(enclose, longest, lower, upper, mean_value=mean_value)
        return None

    def _first(self, enclose: Enclose, longest: int) -> _Bounds | None:
        """Return bounds on the states after the first string; for a single state, the mean value theorem is no help."""
        start = initial(self.explored.net)
        return None if self.explored.spread(longest) is None else self._after(enclose, longest, start, start)

    def _after(
        self, enclose: Enclose, longest: int, lower: Reals, upper: Reals, *, mean_value: bool = False
    ) -> _Bounds | None:
        """Return bounds on the states after each string; None if the net may fail, or if the effort does not do."""
        effort = self.explored.symbols(longest) * len(lower) * (MEAN_VALUE if mean_value else 1)
        if effort > self.effort:
            return None
        self.effort -= effort
        try:
            return enclose(longest, lower, upper, mean_value=mean_value)
        except ProofError:
            return None


def _refutation(
    net: SRN | LSTM,
    pattern: Pattern,
    strings: tuple[int, ...],
    position: int,
    model: Model,
    sha256: str,
) -> Refutation:
    """Return what a net predicts after `position` symbols of the last of some strings, where it fails."""
    read_, symbols, state = [], pattern.symbols, net.initial()
    for n in strings:
        string = [symbol for symbol, ratio in enumerate(pattern.ratios) for _ in range(ratio * n)]
        read_ += string
    for symbol in read_[: len(read_) - len(string) + position]:
        state, next_ones = net.step(state, torch.tensor([symbol]))
    logits = next_ones[0, 0].numpy()
    expected = [*string, 0][position]
    others = np.where(np.arange(len(logits)) == expected, -inf, logits)
    return Refutation(
        pattern=pattern, model=model, hid=net.weight_hh.shape[2], weights_sha256=sha256, rounding=0.0, strings=strings,
        position=position, expected=symbols[expected], predicted=symbols[int(others.argmax())],
        margin=float(logits[expected] - others.max()),
    )  # fmt: skip
