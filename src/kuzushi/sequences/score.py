"""Scoring by whole strings: a net knows a string only if it is right wherever the string is scored.

A language that counts is scored where the next symbol is determined, a grammar and balanced brackets at every symbol.

The share of right symbols says little here: a net that always predicts the last symbol again is right 99.8 % of the
time on a^n b^n with n = 515 on average, and knows nothing. `never_stop` gives that share, as the baseline of every
accuracy.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from kuzushi.sequences.languages.language import Streams
from kuzushi.sequences.nets import LSTM, SRN, State, Trace, select

AT_ONCE = 1_000_000
"""Symbols read by all nets together before their traces are released: this bounds the memory of a long test."""
NEVER = 2**62
"""Larger than every n."""


@dataclass(frozen=True, kw_only=True)
class Exactness:
    """The score of each net of an ensemble."""

    first_failure: tuple[int | None, ...]
    """The smallest n of which a string fails, alone or in a stream, or a shorter one after it in a stream of longer
    strings than `scored`; None where none does."""
    accuracy: tuple[float, ...]
    """The share of determined symbols predicted, over the strings up to `scored`."""
    trained: int
    """The largest n of the strings that stand side by side."""
    scored: int
    """The largest n of the strings read alone."""

    @property
    def solved(self) -> tuple[bool, ...]:
        """Whether a net is right on every string up to `trained`, alone and in a stream."""
        return tuple(n is None or n > self.trained for n in self.first_failure)


def exactness(model: SRN | LSTM, *, alone: Streams, side_by_side: Streams, beyond: Iterable[Streams] = ()) -> Exactness:
    """Score strings read one by one from the initial state, and strings in streams without a reset between them.

    Args:
        beyond: longer strings, in parts of growing length; a net that has failed does not read on.
    """
    failure, right_symbols = _read(model, alone)
    failure_in_stream, _ = _read(model, side_by_side)
    failure = failure.minimum(failure_in_stream)
    for part in beyond:
        left = (failure == NEVER).nonzero()[:, 0]
        if not len(left):
            break
        # A short string that fails after a long one does not fail among strings up to its own n.
        part = replace(part, n=part.n.cummax(1).values).to(left.device)
        failure[left], _ = _read(select(model, left), part)
    return Exactness(
        first_failure=tuple(n if n < NEVER else None for n in failure.tolist()),
        accuracy=tuple((right_symbols / alone.determined.sum()).tolist()),
        trained=int(side_by_side.n.max()),
        scored=int(alone.n.max()),
    )


def right(
    logits: Float[Tensor, "nets batch time alphabet"],
    *,
    legal: Bool[Tensor, "batch time alphabet"],
    scored: Bool[Tensor, "batch time"],
) -> Bool[Tensor, "nets batch time"]:
    """Return whether every symbol that may come next is more probable than every other; True where nothing is scored.

    Where one symbol may come next, it is then the most probable one.
    """
    least_legal = logits.masked_fill(~legal, torch.inf).amin(3)  # (nets, batch, time)
    best_other = logits.masked_fill(legal, -torch.inf).amax(3)
    return (least_legal > best_other) | ~scored


def never_stop(streams: Streams) -> float:
    """Return the share of determined symbols that a net gets right if it always predicts the last symbol again.

    Example: on the strings of a^n b^n with n = 1..4, 1 - 1/2.5 = 0.6: of each string it misses the symbol after the end
    """
    return float((streams.symbols == streams.following)[streams.determined].double().mean())


@torch.no_grad()
def _read(model: SRN | LSTM, streams: Streams) -> tuple[Int[Tensor, " nets"], Int[Tensor, " nets"]]:
    """Return for each net the smallest n it fails on (NEVER if none), and how many determined symbols it gets right."""
    nets, (batch, time) = len(model.bias), streams.symbols.shape
    steps = max(1, AT_ONCE // (nets * batch))
    failure = torch.full((nets,), NEVER, device=streams.n.device)
    right_symbols = torch.zeros_like(failure)
    state: State | None = None
    for first in range(0, time, steps):
        part = slice(first, first + steps)
        trace: Trace = model(streams.symbols[:, part], state=state)
        state = trace.state
        correct = right(trace.logits, legal=streams.legal[:, part], scored=streams.scored[:, part])
        failure = failure.minimum(torch.where(correct, NEVER, streams.n[:, part]).amin((1, 2)))
        right_symbols += (correct & streams.determined[:, part]).sum((1, 2))
    return failure, right_symbols
