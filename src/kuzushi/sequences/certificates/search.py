"""Search for cells of states between strings from which a recurrent net is right, and for streams on which it fails.

Everything here is plain float64 and proves nothing. Its proposals are tried by `enclose`, an argument, so that the
checker of a certificate is independent of the search.
"""

from dataclasses import dataclass, field
from math import inf
from typing import Literal, Protocol

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray

from kuzushi.core.results import Arrays
from kuzushi.proofs.certificate_format import Certificate, Certification, Pattern, Refutation, weights_sha256
from kuzushi.proofs.errors import ProofError
from kuzushi.sequences.certificates.boxes import MOST_CELLS, NEVER, Cell, Reals, Spread, cut, reached, read
from kuzushi.sequences.nets import LSTM, MODELS, SRN, from_weights

ROUNDS, RANDOM, EXPLORED = 4, 16, 2_000_000
"""How often strings are read from the states after other strings; from how many random ones, in addition to the
outermost; and how many symbols are read each time, unless those from one state are more."""
GRIDS = ((inf, 32.0), (inf, 4.0), (inf, 0.5), *((2.0**-k, 0.1) for k in range(-2, 6)))
"""Size of cells and how far they extend beyond the states found, both in units of the spread of states after strings of
the same n; of infinite size: one cell for each connected set of states. The first that works is used."""
EFFORT, MEAN_VALUE, MOST_PLAIN = 20_000_000, 8, 64
"""How many symbols `enclose` may read in one search; the cost of a symbol where the mean value theorem is used; and the
largest number of cells for which it is first tried without."""

_Grid = tuple[tuple[Reals, ...], list[Cell]]
"""Edges in each coordinate, and the cells between them that were found."""


class Enclose(Protocol):
    """The states after strings that start in boxes, by rigorous arithmetic."""

    def __call__(self, longest: int, lower: Reals, upper: Reals, *, mean_value: bool) -> tuple[Reals, Reals]:
        """Return lower and upper bounds (n, starts, width) of states after the string of each n, from boxes of starts.

        With the mean value theorem they are closer, and take longer.

        Raises:
            ProofError: where a determined symbol is not certain to be predicted.
        """


def certify(
    model: Literal["srn", "lstm"],
    weights: Arrays,
    pattern: Pattern,
    *,
    limit: int,
    rounding: float,
    enclose: Enclose,
    generator: Generator,
    effort: int = EFFORT,
) -> Certification:
    """Search how far a net can be proved right on every stream of a counting language, and where it fails.

    The limit is tried first, since a certificate for it covers all smaller n. If that fails, the largest n is doubled
    until there is no certificate, and then found by bisection.

    Args:
        weights: of one net, without an axis of nets.
        effort: bounds the time: the symbols that `enclose` may read, counted for each start.
    """
    net = from_weights(MODELS[model], {name: torch.from_numpy(array)[None].double() for name, array in weights.items()})
    search = _Search(net, pattern, enclose, generator, effort)
    found, failed = search.coarse(limit), False
    proved, below = (0, search.refuted(limit) or limit + 1) if found is None else (limit, limit + 1)
    while proved + 1 < below:
        longest = (proved + below) // 2 if failed else min(max(1, 2 * proved), below - 1)
        grid = search.cells(longest)
        if grid is not None:
            found, proved = grid, longest
        else:
            below, failed = longest, True
    certificate = None
    if found is not None:
        edges, cells = found
        certificate = Certificate(
            pattern=pattern, longest=proved, model=model, weights_sha256=weights_sha256(weights), rounding=rounding,
            edges=tuple(tuple(edge.tolist()) for edge in edges), cells=tuple(cells),
        )  # fmt: skip
    refutation = None if search.failure is None else _refutation(net, pattern, *search.failure, model, weights)
    return Certification(certificate=certificate, refutation=refutation, limit=limit)


@dataclass
class _Search:
    net: SRN | LSTM
    """An ensemble of one, in double precision."""
    pattern: Pattern
    enclose: Enclose
    generator: Generator
    effort: int
    """The rest of it."""
    coarsest: int = 0
    """The first of GRIDS to try: those before did not work for smaller n."""
    failure: tuple[tuple[int, ...], int] | None = None
    """The n of each string of a stream, and after how many symbols of the last one the net fails."""
    explored: dict[int, Spread | None] = field(default_factory=dict)
    """The results of `spread` for each length."""

    @property
    def hid(self) -> int:
        return self.net.weight_hh.shape[2]

    @property
    def width(self) -> int:
        """The coordinates of a state."""
        return self.hid * (2 if isinstance(self.net, LSTM) else 1)

    def refuted(self, limit: int) -> int | None:
        """Return the smallest n found, up to `limit`, such that the net fails in a stream of strings up to n."""
        longest = 1
        while self.spread(longest) is not None and longest < limit:
            longest = min(2 * longest, limit)
        return None if self.failure is None else max(self.failure[0])

    def coarse(self, longest: int) -> _Grid | None:
        """Return large cells that need no mean value theorem, for half of the effort; None if none are found."""
        spread, reserve = self.spread(longest), self.effort // 2
        if spread is None:
            return None
        self.effort -= reserve
        large = (cut(spread, size, room, hid=self.hid) for size, room in GRIDS if size == inf)
        tried = ((edges, self._closed(edges, longest, mean_value=False)) for edges in large)
        found = next(((edges, cells) for edges, cells in tried if cells is not None), None)
        self.effort += reserve
        return found

    def cells(self, longest: int) -> _Grid | None:
        """Return edges and cells that contain all states between strings n <= `longest`; None if none are found."""
        spread = self.spread(longest) if self._symbols(longest) <= self.effort else None
        if spread is None:
            return None
        for index in range(self.coarsest, len(GRIDS)):
            edges = cut(spread, *GRIDS[index], hid=self.hid)
            for mean_value in (False, True):
                cells = self._closed(edges, longest, mean_value=mean_value)
                if cells is not None:
                    self.coarsest = index
                    return edges, cells
        return None

    def _closed(self, edges: tuple[Reals, ...], longest: int, *, mean_value: bool) -> list[Cell] | None:
        """Return the cells that are reached from 0, from these cells, and so on, until there are no new ones."""
        zero = np.zeros((1, self.width))
        cells: set[Cell] = set()
        lower, upper = zero, zero
        per_start = self._symbols(longest) * (MEAN_VALUE if mean_value else 1)
        most = MOST_CELLS if mean_value else MOST_PLAIN
        while len(lower):
            if per_start * len(lower) > self.effort:
                return None
            self.effort -= per_start * len(lower)
            try:
                after = self.enclose(longest, lower, upper, mean_value=mean_value)
            except ProofError:
                return None
            new = reached(edges, *(bound.reshape(-1, self.width) for bound in after))
            if new is None or len(new | cells) > most:
                return None
            new -= cells
            cells |= new
            corners = np.array(sorted(new), dtype=int).reshape(-1, self.width)
            lower, upper = (
                np.stack([edge[corners[:, j] + more] for j, edge in enumerate(edges)], axis=1) for more in (0, 1)
            )
        return sorted(cells)

    def _symbols(self, longest: int) -> int:
        """Return how many there are in the strings of all n up to `longest`."""
        return sum(self.pattern.ratios) * longest * (longest + 1) // 2

    def spread(self, longest: int) -> Spread | None:
        """Return where states were found after the strings of each n; None if the net was found to fail."""
        if longest not in self.explored:
            self.explored[longest] = self._explore(longest)
        return self.explored[longest]

    def _explore(self, longest: int) -> Spread | None:
        starts = np.zeros((1, self.width))
        before: list[tuple[int, ...]] = [()]  # the strings read before each
        lower, upper = np.full((2, longest, self.width), inf)
        upper = -upper
        for _ in range(ROUNDS):
            found = read(self.net, self.pattern, longest, starts)
            if (found.failed < NEVER).any():
                self._refute(found.failed, before)
                return None
            lower, upper = np.minimum(lower, found.after.min(1)), np.maximum(upper, found.after.max(1))
            states = found.after.reshape(-1, self.width)
            outermost = np.concatenate([states.argmin(0), states.argmax(0)])
            chosen = np.unique([*outermost, *self.generator.integers(0, len(states), RANDOM)])
            most = max(1, EXPLORED // self._symbols(longest))
            if most < len(chosen):
                chosen = self.generator.choice(chosen, most, replace=False)
            before = [(*before[lane % len(starts)], int(lane) // len(starts) + 1) for lane in chosen]
            starts = states[chosen]
        return Spread(lower, upper)

    def _refute(self, failed: NDArray[np.int64], before: list[tuple[int, ...]]) -> None:
        """Record the failure in the stream of the smallest n, and of those in the fewest strings."""
        streams = [(*before[start], int(n) + 1) for n, start in np.argwhere(failed < NEVER)]
        strings = min(streams, key=_size)
        if self.failure is None or _size(strings) < _size(self.failure[0]):
            self.failure = strings, int(failed[strings[-1] - 1, before.index(strings[:-1])])


def _size(strings: tuple[int, ...]) -> tuple[int, int]:
    return max(strings), len(strings)


def _refutation(
    net: SRN | LSTM,
    pattern: Pattern,
    strings: tuple[int, ...],
    position: int,
    model: Literal["srn", "lstm"],
    weights: Arrays,
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
        pattern=pattern, model=model, weights_sha256=weights_sha256(weights), strings=strings,
        position=position, expected=symbols[expected], said=symbols[int(others.argmax())],
        margin=float(logits[expected] - others.max()),
    )  # fmt: skip
