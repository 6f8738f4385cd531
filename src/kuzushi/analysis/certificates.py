"""Searches for cells of states between strings from which a recurrent net is right, and for streams on which it fails.

Everything here is plain float64 and proves nothing. What it proposes is tried by `enclose`, which is handed in, so that
what checks a certificate does not know how it was found.
"""

from dataclasses import dataclass, field
from math import inf
from typing import Literal, Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from kuzushi.analysis.cells import MOST_CELLS, Cell, Spread, cut, reached
from kuzushi.analysis.reading import NEVER, Reals, RecurrentNet, read
from kuzushi.errors import ProofError
from kuzushi.results.certificates import Certificate, Certification, Pattern, Refutation, weights_sha256
from kuzushi.results.common import Arrays

ROUNDS, RANDOM, EXPLORED = 4, 16, 2_000_000
"""How often states after strings are taken for states before strings; how many random ones are, beside the outermost;
and how many symbols are read each time, unless those from one state are more."""
GRIDS = ((inf, 32.0), (inf, 4.0), (inf, 0.5), *((2.0**-k, 0.1) for k in range(-2, 6)))
"""How large cells are and how far they reach beyond the states found, both in units of what those after strings of the
same n differ by; infinite, as large as the states found are connected. The first that will do is taken."""
EFFORT, MEAN_VALUE, MOST_PLAIN = 20_000_000, 8, 64
"""How many symbols may be read by `enclose` in one search; for how many one counts where the mean value theorem is
used; and in how many cells, at most, it is not used first."""


_Grid = tuple[tuple[Reals, ...], list[Cell]]
"""Edges in each coordinate, and the cells between them that were found."""


class Enclose(Protocol):
    """What becomes of states in boxes, by arithmetic that can be trusted."""

    def __call__(self, longest: int, lower: Reals, upper: Reals, *, mean_value: bool) -> tuple[Reals, Reals]:
        """From boxes (starts, width), the least and the most of states after the string of each n: (n, starts, width).

        With the mean value theorem they are closer, and take longer to find.

        Raises:
            ProofError: where a determined symbol is not surely predicted.
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
    """How far a net can be proved right on every stream of a counting language, and where it fails.

    The limit is tried at once, since a certificate for it is one for all smaller n. If that fails, the largest n is
    doubled until there is no certificate, and then found by bisection.

    Args:
        weights: of one net, without an axis of nets.
        limit: the largest n that is tried.
        enclose: for this net, pattern and rounding.
        effort: what bounds the time: symbols that may be read by `enclose`, each by each start.
    """
    search = _Search(RecurrentNet(model, weights), pattern, enclose, generator, effort)
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
    return Certification(certificate=certificate, refutation=search.refutation, limit=limit)


@dataclass
class _Search:
    net: RecurrentNet
    pattern: Pattern
    enclose: Enclose
    generator: Generator
    effort: int
    """What is left of it."""
    coarsest: int = 0
    """The first of GRIDS worth a try: those before did not do for smaller n."""
    refutation: Refutation | None = None
    explored: dict[int, Spread | None] = field(default_factory=dict)
    """What is known of each length."""

    def refuted(self, limit: int) -> int | None:
        """The smallest n found, up to `limit`, such that the net fails in a stream of strings up to n."""
        longest = 1
        while self.spread(longest) is not None and longest < limit:
            longest = min(2 * longest, limit)
        return None if self.refutation is None else max(self.refutation.strings)

    def coarse(self, longest: int) -> _Grid | None:
        """Large cells that do without the mean value theorem, for half of the effort; None where none are found."""
        spread, kept = self.spread(longest), self.effort // 2
        if spread is None:
            return None
        self.effort -= kept
        large = (cut(spread, size, room, hid=self.net.hid) for size, room in GRIDS if size == inf)
        tried = ((edges, self._closed(edges, longest, mean_value=False)) for edges in large)
        found = next(((edges, cells) for edges, cells in tried if cells is not None), None)
        self.effort += kept
        return found

    def cells(self, longest: int) -> _Grid | None:
        """Edges and cells that hold all states between strings n <= `longest`, or None where none are found."""
        spread = self.spread(longest) if self._symbols(longest) <= self.effort else None
        if spread is None:
            return None
        for place in range(self.coarsest, len(GRIDS)):
            edges = cut(spread, *GRIDS[place], hid=self.net.hid)
            for mean_value in (False, True):
                cells = self._closed(edges, longest, mean_value=mean_value)
                if cells is not None:
                    self.coarsest = place
                    return edges, cells
        return None

    def _closed(self, edges: tuple[Reals, ...], longest: int, *, mean_value: bool) -> list[Cell] | None:
        """The cells that states reach from 0, the cells they reach from these, and so on, until there are no others."""
        zero = np.zeros((1, self.net.width))
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
            new = reached(edges, *(bound.reshape(-1, self.net.width) for bound in after))
            if new is None or len(new | cells) > most:
                return None
            new -= cells
            cells |= new
            corners = np.array(sorted(new), dtype=int).reshape(-1, self.net.width)
            lower, upper = (
                np.stack([edge[corners[:, j] + more] for j, edge in enumerate(edges)], axis=1) for more in (0, 1)
            )
        return sorted(cells)

    def _symbols(self, longest: int) -> int:
        """How many there are in the strings of all n up to `longest`."""
        return sum(self.pattern.ratios) * longest * (longest + 1) // 2

    def spread(self, longest: int) -> Spread | None:
        """Where states were found after the strings of each n; None where the net was found to fail."""
        if longest not in self.explored:
            self.explored[longest] = self._explore(longest)
        return self.explored[longest]

    def _explore(self, longest: int) -> Spread | None:
        starts = np.zeros((1, self.net.width))
        before: list[tuple[int, ...]] = [()]  # the strings read before each
        lower, upper = np.full((2, longest, self.net.width), inf)
        upper = -upper
        for _ in range(ROUNDS):
            found = read(self.net, self.pattern, longest, starts)
            if (found.failed < NEVER).any():
                self._refute(found.failed, before)
                return None
            lower, upper = np.minimum(lower, found.after.min(1)), np.maximum(upper, found.after.max(1))
            states = found.after.reshape(-1, self.net.width)
            outermost = np.concatenate([states.argmin(0), states.argmax(0)])
            chosen = np.unique([*outermost, *self.generator.integers(0, len(states), RANDOM)])
            most = max(1, EXPLORED // self._symbols(longest))
            if most < len(chosen):
                chosen = self.generator.choice(chosen, most, replace=False)
            before = [(*before[place % len(starts)], int(place) // len(starts) + 1) for place in chosen]
            starts = states[chosen]
        return Spread(lower, upper)

    def _refute(self, failed: NDArray[np.int64], before: list[tuple[int, ...]]) -> None:
        """Keep the failure in the stream of the smallest n, and of those in the fewest strings."""
        streams = [(*before[start], int(n) + 1) for n, start in np.argwhere(failed < NEVER)]
        strings = min(streams, key=_size)
        if self.refutation is None or _size(strings) < _size(self.refutation.strings):
            position = int(failed[strings[-1] - 1, before.index(strings[:-1])])
            self.refutation = refutation(self.net, self.pattern, strings, position)


def _size(strings: tuple[int, ...]) -> tuple[int, int]:
    return max(strings), len(strings)


def refutation(net: RecurrentNet, pattern: Pattern, strings: tuple[int, ...], position: int) -> Refutation:
    """What a net says after `position` symbols of the last of some strings, where it fails."""
    read_, symbols = [], pattern.symbols
    for n in strings:
        string = [symbol for symbol, ratio in enumerate(pattern.ratios) for _ in range(ratio * n)]
        read_ += string
    state = np.zeros((net.width, 1))
    for symbol in read_[: len(read_) - len(string) + position]:
        state = net.step(symbol, state)
    logits = net.logits(state)[:, 0]
    expected = [*string, 0][position]
    others = np.where(np.arange(len(logits)) == expected, -inf, logits)
    return Refutation(
        pattern=pattern, model=net.model, weights_sha256=weights_sha256(net.weights), strings=strings,
        position=position, expected=symbols[expected], said=symbols[int(others.argmax())],
        margin=float(logits[expected] - others.max()),
    )  # fmt: skip
