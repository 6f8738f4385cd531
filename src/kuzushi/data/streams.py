"""Strings laid end to end without a mark between them: what recurrent nets read."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from jaxtyping import Bool, Int
from torch import Tensor
from torch.nn.functional import pad


@dataclass(frozen=True, kw_only=True)
class Streams:
    """A batch of streams of strings, padded to a common time.

    Example: anb2n with n = 1, then 2
        symbols     a  b  b    a  a  b  b  b  b
        state       a1 1b end  a1 a2 3b 2b 1b end
        determined  -  y  y    -  -  y  y  y  y
    """

    symbols: Int[Tensor, "batch time"]
    """Places in the alphabet; 0, the symbol that begins every string, where nothing is present."""
    present: Bool[Tensor, "batch time"]
    n: Int[Tensor, "batch time"]
    """The n of the string that the symbol belongs to; in a Reber language that string's length in symbols."""
    state: Int[Tensor, "batch time"]
    """Places in the names of the language's states."""
    legal: Bool[Tensor, "batch time alphabet"]
    """Which symbols may come next."""
    determined: Bool[Tensor, "batch time"]
    """Whether only one symbol may come next."""
    asked: Bool[Tensor, "batch time"]
    """Where a net must be right for its string to count."""

    @property
    def following(self) -> Int[Tensor, "batch time"]:
        """The symbol that comes next; after the last one of a stream, the first of another string."""
        return pad(self.symbols[:, 1:], (0, 1))

    def first(self, count: int) -> "Streams":
        """The first streams of the batch."""
        return Streams(**{field.name: getattr(self, field.name)[:count] for field in fields(self)})

    def to(self, device: torch.device) -> "Streams":
        """The same streams on a device."""
        return Streams(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})


def joined(batches: Sequence[Streams]) -> Streams:
    """Several batches as one, padded to the time of the longest."""
    time = max(batch.symbols.shape[1] for batch in batches)

    def padded(part: Tensor) -> Tensor:
        return pad(part, (0, 0) * (part.dim() - 2) + (0, time - part.shape[1]))

    return Streams(**{
        field.name: torch.cat([padded(getattr(batch, field.name)) for batch in batches]) for field in fields(Streams)
    })  # fmt: skip


def lay_out(
    symbol: Int[Tensor, " total"],
    state: Int[Tensor, " total"],
    *,
    lengths: Int[Tensor, "batch strings"],
    n: Int[Tensor, "batch strings"],
    legal: Bool[Tensor, "states alphabet"],
    asked: Bool[Tensor, " states"],
) -> Streams:
    """Cut one long row of symbols into streams.

    Args:
        symbol: every symbol of the first string of the first stream, of its second string, and so on.
        state: the state after each of them.
        lengths: how many symbols each string has; they sum to `total`.
        n: the n of each string.
        legal: which symbols may come next in each state.
        asked: in which states a net must be right.
    """
    present = torch.arange(int(lengths.sum(1).amax())) < lengths.sum(1, keepdim=True)  # (batch, time)

    def spread(row: Tensor) -> Tensor:
        return torch.zeros(present.shape, dtype=torch.int64).masked_scatter_(present, row)

    place = spread(state)
    may_follow = legal[place] & present[..., None]
    return Streams(
        symbols=spread(symbol),
        present=present,
        n=spread(n.flatten().repeat_interleave(lengths.flatten())),
        state=place,
        legal=may_follow,
        determined=may_follow.sum(2) == 1,
        asked=asked[place] & present,
    )
