"""Scoring by whole strings: a net knows a string only if it is right wherever its language asks.

A language that counts asks where the next symbol is determined, a grammar and balanced brackets after every symbol.

A share of right symbols says little here: a net that never stops saying the last symbol is right 99.8 % of the time on
a^n b^n with n = 515 on average, and knows nothing. `never_stop` gives that share, to be shown beside every accuracy.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from kuzushi.data.streams import Streams
from kuzushi.models.recurrent import LSTM, SRN, chosen

AT_ONCE = 1_000_000
"""Symbols read by all nets together before their traces are let go: what bounds the memory of a long test."""
NEVER = 2**62
"""Beyond every n."""


@dataclass(frozen=True, kw_only=True)
class Exactness:
    """How far each net of an ensemble is right."""

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
    """Read strings one by one from the initial state, and strings in streams without a reset between them.

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
        failure[left], _ = _read(chosen(model, left), part)
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
    asked: Bool[Tensor, "batch time"],
) -> Bool[Tensor, "nets batch time"]:
    """Whether every symbol that may come next is more probable than every other; True where nothing is asked.

    Where one symbol may come next, it is the most probable one.
    """
    least_legal = logits.masked_fill(~legal, torch.inf).amin(3)  # (nets, batch, time)
    best_other = logits.masked_fill(legal, -torch.inf).amax(3)
    return (least_legal > best_other) | ~asked


def never_stop(streams: Streams) -> float:
    """The share of determined symbols predicted by a net that always says the last symbol again.

    Example: on the strings of a^n b^n with n = 1..4, 1 - 1/2.5 = 0.6: of each string it misses the symbol after the end
    """
    return float((streams.symbols == streams.following)[streams.determined].double().mean())


@torch.no_grad()
def _read(model: SRN | LSTM, streams: Streams) -> tuple[Int[Tensor, " nets"], Int[Tensor, " nets"]]:
    """Of each net, the smallest n it fails on (NEVER where there is none), and how many determined symbols it gets."""
    nets, (batch, time) = len(model.bias), streams.symbols.shape
    steps = max(1, AT_ONCE // (nets * batch))
    failure = torch.full((nets,), NEVER, device=streams.n.device)
    right_symbols = torch.zeros_like(failure)
    trace = None
    for first in range(0, time, steps):
        part = slice(first, first + steps)
        trace = model(streams.symbols[:, part], after=trace)
        correct = right(trace.logits, legal=streams.legal[:, part], asked=streams.asked[:, part])
        failure = failure.minimum(torch.where(correct, NEVER, streams.n[:, part]).amin((1, 2)))
        right_symbols += (correct & streams.determined[:, part]).sum((1, 2))
    return failure, right_symbols
