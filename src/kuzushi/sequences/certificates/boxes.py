"""States of a recurrent net between strings of a counting language: read from many states, and cut into cells."""

from dataclasses import dataclass, field
from itertools import product
from math import inf, prod

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from kuzushi.proofs.certificate_format import Pattern
from kuzushi.sequences.nets import LSTM, SRN, State

Reals = NDArray[np.float64]
NEVER = 2**62
"""More symbols than any string has."""
Cell = tuple[int, ...]
"""In each coordinate, the index of the edge at which it begins."""

ROUNDS, RANDOM, EXPLORED = 4, 16, 2_000_000
"""How often strings are read from the states after other strings; from how many random ones, in addition to the
outermost; and how many symbols are read each time, unless those from one state are more."""
LEAST_SPREAD = 1e-3
"""The smallest spread of states after strings of the same n that is used."""
MOST_EDGES, MOST_CELLS = 4096, 20_000
"""Grids of more edges along a coordinate are made coarser; attempts that need more cells are abandoned."""


@dataclass(frozen=True)
class Read:
    """One net on the strings n = 1, 2, ... from some states."""

    after: Reals
    """States after each string, hidden units and then the cells of an LSTM: (n, starts, width)."""
    failed: NDArray[np.int64]
    """After how many symbols a string first fails, NEVER where it does not: (n, starts)."""


def read(net: SRN | LSTM, pattern: Pattern, longest: int, starts: Reals) -> Read:
    """Read the string of each n up to `longest` from each start (starts, width).

    Args:
        net: an ensemble of one, in float64.
    """
    symbols, many = torch.arange(len(pattern.ratios)).split(1), len(starts)
    first, branches = pattern.ratios[0], []
    failed = np.full((longest, many), NEVER)  # after how many symbols
    state = _state(net, starts)
    for k in range(1, first * longest + 1):
        state, logits = net.step(state, symbols[0])  # the same for every n that is not below k / first
        if k % first:
            wrong = ~_predicted(logits, 0)
            failed[k // first :] = np.minimum(failed[k // first :], np.where(wrong, k, NEVER))
        else:
            branches.append(_flat(state))
    after = np.stack(branches)  # (n, starts, width)
    for symbol, ratio in enumerate(pattern.ratios[1:], start=1):
        before, following = sum(pattern.ratios[:symbol]), (symbol + 1) % len(pattern.ratios)
        state = _state(net, after.reshape(longest * many, -1))  # lanes: all starts of one n, then of the next
        for k in range(1, ratio * longest + 1):
            state, logits = net.step(state, symbols[symbol])
            ended, n = k % ratio == 0, -(-k // ratio)  # of the strings that have so many of this symbol, the shortest
            wrong = ~_predicted(logits, symbol)
            if ended:
                wrong[:many] = ~_predicted(logits[:, :many], following)
                after[n - 1], state = _flat(state.at(slice(many))), state.at(slice(many, None))
            if wrong.any():
                lane, start = np.divmod(wrong.nonzero()[0], many)
                position = before * (n + lane) + k
                failed[n + lane - 1, start] = np.minimum(failed[n + lane - 1, start], position)
    return Read(after, failed)


@dataclass(frozen=True)
class Spread:
    """Bounds of the states found after the strings of each n, in streams of a few strings."""

    lower: Reals
    upper: Reals
    """(n, width)"""

    def up_to(self, longest: int) -> "Spread":
        """Return the bounds after the strings n <= `longest`."""
        return Spread(self.lower[:longest], self.upper[:longest])


@dataclass
class Explored:
    """What a net does in streams of a few strings."""

    net: SRN | LSTM
    """An ensemble of one, in float64."""
    pattern: Pattern
    generator: Generator
    failure: tuple[tuple[int, ...], int] | None = None
    """The n of each string of a stream, and after how many symbols of the last one the net fails."""
    spreads: dict[int, Spread | None] = field(default_factory=dict)
    """The results of `spread` for each length."""
    certain: int = 0
    """A length up to which the net is known to be right, apart from rounding errors: the states found there will do."""

    def refuted(self, limit: int) -> int | None:
        """Return the smallest n found, up to `limit`, such that the net fails in a stream of strings up to n."""
        longest = 1
        while self.spread(longest) is not None and longest < limit:
            longest = min(2 * longest, limit)
        return None if self.failure is None else max(self.failure[0])

    def symbols(self, longest: int) -> int:
        """Return how many there are in the strings of all n up to `longest`."""
        return sum(self.pattern.ratios) * longest * (longest + 1) // 2

    def spread(self, longest: int) -> Spread | None:
        """Return where states were found after the strings of each n; None if the net was found to fail."""
        if longest not in self.spreads:
            known = self.spreads[self.certain] if longest < self.certain else None
            self.spreads[longest] = known.up_to(longest) if known else self._explore(longest)
        return self.spreads[longest]

    def _explore(self, longest: int) -> Spread | None:
        starts = initial(self.net)
        before: list[tuple[int, ...]] = [()]  # the strings read before each
        lower, upper = np.full((2, longest, starts.shape[1]), inf)
        upper = -upper
        for _ in range(ROUNDS):
            found = read(self.net, self.pattern, longest, starts)
            if (found.failed < NEVER).any():
                self._refute(found.failed, before)
                return None
            lower, upper = np.minimum(lower, found.after.min(1)), np.maximum(upper, found.after.max(1))
            states = found.after.reshape(-1, starts.shape[1])
            outermost = np.concatenate([states.argmin(0), states.argmax(0)])
            chosen = np.unique([*outermost, *self.generator.integers(0, len(states), RANDOM)])
            most = max(1, EXPLORED // self.symbols(longest))
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


def cut(spread: Spread, size: float, room: float, *, hid: int) -> tuple[Reals, ...]:
    """Return where to cut each coordinate: between states that are apart, and then into pieces of a size."""
    sides = []
    for j, unit in enumerate((spread.upper - spread.lower).max(0) + LEAST_SPREAD):
        lower, upper = spread.lower[:, j] - room * unit, spread.upper[:, j] + room * unit
        order = np.argsort(lower)
        lower, upper = lower[order], np.maximum.accumulate(upper[order])
        apart = lower[1:] > upper[:-1]
        ends = np.sort(np.concatenate([lower[:1], upper[:-1][apart], lower[1:][apart], upper[-1:]]))
        reach = ends[-1] - ends[0]
        ends = np.concatenate([ends[:1] - reach, ends, ends[-1:] + reach])
        if j < hid:
            ends = np.unique(np.clip(ends, -1.001, 1.001))
        piece = max(size * unit, (ends[-1] - ends[0]) / MOST_EDGES)
        pieces = np.ceil(np.diff(ends) / piece).clip(1).astype(int)
        cut = [np.linspace(a, b, n, endpoint=False) for a, b, n in zip(ends[:-1], ends[1:], pieces, strict=True)]
        sides.append(np.unique(np.concatenate([*cut, ends[-1:]])))
    return tuple(sides)


def reached(edges: tuple[Reals, ...], lower: Reals, upper: Reals) -> set[Cell] | None:
    """Return all cells that boxes (boxes, width) overlap; None if one leaves the edges, or they are too many."""
    first = np.stack([np.searchsorted(edge, x, side="right") - 1 for edge, x in zip(edges, lower.T, strict=True)], 1)
    last = np.stack([np.searchsorted(edge, x, side="left") - 1 for edge, x in zip(edges, upper.T, strict=True)], 1)
    last = np.maximum(first, last)
    if (first < 0).any() or (last > [len(edge) - 2 for edge in edges]).any():
        return None
    cells: set[Cell] = set()
    for span in np.unique(np.concatenate([first, last], axis=1), axis=0).tolist():
        sides = [range(a, b + 1) for a, b in zip(span[: len(edges)], span[len(edges) :], strict=True)]
        if prod(map(len, sides)) > MOST_CELLS:
            return None
        cells.update(product(*sides))
        if len(cells) > MOST_CELLS:
            return None
    return cells


def initial(net: SRN | LSTM) -> Reals:
    """Return the initial state of an ensemble of one: (1, width)."""
    return _flat(net.initial())


def _flat(state: State) -> Reals:
    """Return the states of one net as an array: (lanes, width)."""
    parts = [state.hidden] if state.cell is None else [state.hidden, state.cell]
    rows: Reals = torch.cat(parts, 2)[0].numpy()
    return rows


def _state(net: SRN | LSTM, rows: Reals) -> State:
    hid = net.weight_hh.shape[2]
    lanes = torch.from_numpy(np.ascontiguousarray(rows))[None]
    return State(hidden=lanes[..., :hid], cell=lanes[..., hid:] if isinstance(net, LSTM) else None)


def _predicted(logits: Tensor, expected: int) -> NDArray[np.bool_]:
    """Return whether the logit of the symbol expected is above all others: (lanes,)."""
    others = logits[0].clone()
    others[:, expected] = -torch.inf
    above: NDArray[np.bool_] = (logits[0, :, expected] > others.amax(1)).numpy()
    return above


def _size(strings: tuple[int, ...]) -> tuple[int, int]:
    return max(strings), len(strings)
