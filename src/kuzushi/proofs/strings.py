"""Reads the strings of a counting language from boxes of states, and demands the symbols that are determined."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kuzushi.errors import ProofError
from kuzushi.proofs.intervals import Reals, enclosing
from kuzushi.proofs.recurrent import BOX, Net, States
from kuzushi.results.certificates import Pattern

LANES = 512
"""Strings read side by side, at least one for each n: what fits a processor's cache."""
PLAIN_LANES = 2 * LANES
"""The same without slopes."""


def enclose(
    net: Net, pattern: Pattern, longest: int, lower: Reals, upper: Reals, *, mean_value: bool = True
) -> tuple[Reals, Reals]:
    """The least and the most that states are after the string of each n, if before it they are in boxes.

    Args:
        lower, upper: of the boxes: (starts, width).
        mean_value: see `read`.

    Returns:
        Two arrays (n, starts, width).

    Raises:
        ProofError: where a determined symbol is not surely predicted.
    """
    names = [f"box {place}" for place in range(len(lower))]
    after = [
        states for _, states in read(net, pattern, longest, enclosing(lower.T, upper.T), names, mean_value=mean_value)
    ]
    states = np.concatenate(after, axis=3).transpose(0, 2, 3, 1)
    return -states[0], states[1]


def read(
    net: Net, pattern: Pattern, longest: int, starts: Reals, names: Sequence[str], *, mean_value: bool = True
) -> Iterator[tuple[Sequence[str], Reals]]:
    """Read the string of each n from boxes of states (2, width, starts), some starts at a time.

    Args:
        names: of the starts.
        mean_value: whether by the mean value theorem too, which takes several times as long and is as close or closer.

    Yields:
        The names of some, and enclosures of the states after each string from them: (2, width, n, starts).

    Raises:
        ProofError: where a determined symbol is not surely predicted.
    """
    lanes = LANES if mean_value else PLAIN_LANES
    some = max(1, lanes // longest)
    for first in range(0, len(names), some):
        chosen = slice(first, first + some)
        with np.errstate(over="ignore", invalid="ignore"):  # slopes without bound are infinite, or no numbers
            boxes = States.starting(starts[..., chosen], mean_value=mean_value)
            states = _read(net, pattern, longest, boxes, names[chosen], lanes)
        yield names[chosen], states


def _read(net: Net, pattern: Pattern, longest: int, states: States, names: Sequence[str], lanes: int) -> Reals:
    """The states after the string of each n from each start, some `lanes` side by side: (2, width, n, starts)."""
    first, branches = pattern.ratios[0], []
    for k in range(1, first * longest + 1):
        states = net.step(0, states)  # the same for every n that is not below k / first
        if k % first:
            _demand(net, 0, states, _Lanes(pattern, names, shortest=-(-k // first), before=0, k=k))
        else:
            branches.append(states)
    some = max(1, lanes // len(names))
    return np.concatenate(
        [_go_on(net, pattern, n + 1, branches[n : n + some], names) for n in range(0, longest, some)], axis=2
    )


def _go_on(net: Net, pattern: Pattern, least: int, branches: Sequence[States], names: Sequence[str]) -> Reals:
    """Read strings on after their first symbols: those of n = `least`, of `least` + 1, ..., side by side."""
    starts, longest, over = len(names), least + len(branches) - 1, list(branches)
    for symbol, ratio in enumerate(pattern.ratios[1:], start=1):
        states, over = States.side_by_side(over), []  # lanes are all starts of one n, then of the next
        follower = (symbol + 1) % len(pattern.symbols)
        before = sum(pattern.ratios[:symbol])
        for k in range(1, ratio * longest + 1):
            lanes = _Lanes(pattern, names, shortest=max(least, -(-k // ratio)), before=before, k=k)
            states = net.step(symbol, states)
            if k % ratio == 0 and k // ratio >= least:
                ended, states = states.lanes(slice(starts)), states.lanes(slice(starts, None))
                _demand(net, follower, ended, lanes)
                over.append(ended)
                lanes = replace(lanes, shortest=lanes.shortest + 1)
            _demand(net, symbol, states, lanes)
    return np.stack([states.values[:, :, BOX] for states in over], axis=2)


@dataclass(frozen=True)
class _Lanes:
    """Which strings are read side by side: from each start in turn that of n = `shortest`, of the next n, and so on."""

    pattern: Pattern
    names: Sequence[str]
    shortest: int
    before: int
    """So many times n symbols have been read, and k more."""
    k: int

    def describe(self, lane: int) -> str:
        n = self.shortest + lane // len(self.names)
        total = sum(self.pattern.ratios) * n
        return f"string n = {n} from {self.names[lane % len(self.names)]}, after {self.before * n + self.k} of {total}"


def _demand(net: Net, legal: int, states: States, lanes: _Lanes) -> None:
    """Demand that the legal symbol surely has the largest logit everywhere."""
    excess = net.excess(legal, states)  # (others, lanes)
    unsure = ~(excess < 0)  # not >=, which would let what is no number pass
    if unsure.any():
        lane, other = (int(place) for place in np.argwhere(unsure.T)[0])
        symbols = lanes.pattern.symbols
        said = symbols[other + (other >= legal)]
        raise ProofError(
            f"{lanes.describe(lane)} symbols: the logit of {said!r} may exceed that of {symbols[legal]!r} by "
            f"{excess[other, lane]:.3g}; expected it below"
        )
