"""Read the strings of a counting language from boxes of states, and check the symbols that are determined."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kuzushi.proofs.certificate_format import Pattern
from kuzushi.proofs.errors import ProofError
from kuzushi.proofs.interval_net import BOX, Net, States
from kuzushi.proofs.intervals import Reals, enclosing

LANES = 512
"""How many strings are read side by side with slopes, but at least one for each n: what fits a processor's cache."""
PLAIN_LANES = 2 * LANES
"""The same without slopes."""


def enclose(
    net: Net, pattern: Pattern, longest: int, lower: Reals, upper: Reals, *, mean_value: bool = True
) -> tuple[Reals, Reals]:
    """Return bounds on the states after the string of each n, from all states in some boxes.

    Args:
        lower, upper: the ends of the boxes, of shape (starts, width).
        mean_value: see `read`.

    Returns:
        Lower and upper bounds, each of shape (n, starts, width).

    Raises:
        ProofError: if a determined symbol may not be predicted.
    """
    names = [f"box {start}" for start in range(len(lower))]
    boxes = enclosing(lower.T, upper.T)
    after = [states for _, states in read(net, pattern, longest, boxes, names, mean_value=mean_value)]
    states = np.concatenate(after, axis=3).transpose(0, 2, 3, 1)
    return -states[0], states[1]


def read(
    net: Net, pattern: Pattern, longest: int, boxes: Reals, names: Sequence[str], *, mean_value: bool = True
) -> Iterator[tuple[Sequence[str], Reals]]:
    """Read the string of each n from boxes of states (2, width, starts), in batches of boxes.

    Args:
        names: one for each box, for error messages.
        mean_value: use the mean value theorem too, which takes several times as long, for bounds that are as close or
            closer.

    Yields:
        The names of a batch, and enclosures of the states after each string from its boxes: (2, width, n, starts).

    Raises:
        ProofError: if a determined symbol may not be predicted.
    """
    lanes = LANES if mean_value else PLAIN_LANES
    size = max(1, lanes // longest)
    for first in range(0, len(names), size):
        batch = slice(first, first + size)
        with np.errstate(over="ignore", invalid="ignore"):  # slopes without bound are infinite or nan
            starts = States.starting(boxes[..., batch], mean_value=mean_value)
            states = _read_batch(net, pattern, longest, starts, names[batch], lanes)
        yield names[batch], states


def _read_batch(net: Net, pattern: Pattern, longest: int, states: States, names: Sequence[str], lanes: int) -> Reals:
    """Return the states after the string of each n from each start: (2, width, n, starts)."""
    first, branches = pattern.ratios[0], []
    for k in range(1, first * longest + 1):
        states = net.step(0, states)  # the same for every n that is not below k / first
        if k % first:
            _require(net, 0, states, _Lanes(pattern, names, shortest=-(-k // first), before=0, k=k))
        else:
            branches.append(states)
    some = max(1, lanes // len(names))
    return np.concatenate(
        [_read_on(net, pattern, n + 1, branches[n : n + some], names) for n in range(0, longest, some)], axis=2
    )


def _read_on(net: Net, pattern: Pattern, least: int, branches: Sequence[States], names: Sequence[str]) -> Reals:
    """Read the rest of strings after their first symbols: those of n = `least`, `least` + 1, ..., side by side."""
    starts, longest, ends = len(names), least + len(branches) - 1, list(branches)
    for symbol, ratio in enumerate(pattern.ratios[1:], start=1):
        states, ends = States.side_by_side(ends), []  # lanes are all starts of one n, then of the next
        follower = (symbol + 1) % len(pattern.symbols)
        before = sum(pattern.ratios[:symbol])
        for k in range(1, ratio * longest + 1):
            lanes = _Lanes(pattern, names, shortest=max(least, -(-k // ratio)), before=before, k=k)
            states = net.step(symbol, states)
            if k % ratio == 0 and k // ratio >= least:
                ended, states = states.lanes(slice(starts)), states.lanes(slice(starts, None))
                _require(net, follower, ended, lanes)
                ends.append(ended)
                lanes = replace(lanes, shortest=lanes.shortest + 1)
            _require(net, symbol, states, lanes)
    return np.stack([states.values[:, :, BOX] for states in ends], axis=2)


@dataclass(frozen=True)
class _Lanes:
    """The strings read side by side: that of n = `shortest` from each start, then that of the next n, and so on."""

    pattern: Pattern
    names: Sequence[str]
    shortest: int
    before: int
    """`before` times n symbols have been read, and `k` more."""
    k: int

    def describe(self, lane: int) -> str:
        n = self.shortest + lane // len(self.names)
        total = sum(self.pattern.ratios) * n
        return f"string n = {n} from {self.names[lane % len(self.names)]}, after {self.before * n + self.k} of {total}"


def _require(net: Net, legal: int, states: States, lanes: _Lanes) -> None:
    """Check that the legal symbol has the largest logit, in every lane and for every state in its box."""
    excess = net.excess(legal, states)  # (others, lanes)
    unsure = ~(excess < 0)  # not >=, which would let nan pass
    if unsure.any():
        lane, other = (int(index) for index in np.argwhere(unsure.T)[0])
        symbols = lanes.pattern.symbols
        predicted = symbols[other + (other >= legal)]
        raise ProofError(
            f"{lanes.describe(lane)} symbols: the logit of {predicted!r} may exceed that of {symbols[legal]!r} by "
            f"{excess[other, lane]:.3g}; expected it below"
        )
