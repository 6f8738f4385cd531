"""The interface of formal languages, and streams of their strings."""

from dataclasses import dataclass, fields
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Int
from torch import Generator, Tensor
from torch.nn.functional import pad


@dataclass(frozen=True, kw_only=True)
class Streams:
    """A batch of streams of strings without a mark between them, padded to a common time.

    Example: anb2n with n = 1, then 2
        symbols     a  b  b    a  a  b  b  b  b
        state       a1 1b end  a1 a2 3b 2b 1b end
        determined  -  y  y    -  -  y  y  y  y
    """

    symbols: Int[Tensor, "batch time"]
    """Indices in the alphabet; 0, the symbol that begins every string, where nothing is present."""
    present: Bool[Tensor, "batch time"]
    n: Int[Tensor, "batch time"]
    """The n of the string that the symbol belongs to; in a Reber language that string's length in symbols."""
    state: Int[Tensor, "batch time"]
    """Indices in the names of the language's states."""
    legal: Bool[Tensor, "batch time alphabet"]
    """Which symbols may come next."""
    determined: Bool[Tensor, "batch time"]
    """Whether only one symbol may come next."""
    scored: Bool[Tensor, "batch time"]
    """Where a net must be right for its string to count."""

    @property
    def following(self) -> Int[Tensor, "batch time"]:
        """The symbol that comes next; after the last one of a stream, the first of another string."""
        return pad(self.symbols[:, 1:], (0, 1))

    def first(self, count: int) -> "Streams":
        """Return the first streams of the batch."""
        return Streams(**{field.name: getattr(self, field.name)[:count] for field in fields(self)})

    def to(self, device: torch.device) -> "Streams":
        """Return the same streams on a device."""
        return Streams(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})


@runtime_checkable
class Language(Protocol):
    """The interface of a language for training, scoring and drawing; `longest` is the largest n of its strings."""

    @property
    def symbols(self) -> tuple[str, ...]:
        """The alphabet; every string begins with its first symbol."""

    def states(self, longest: int) -> tuple[str, ...]:
        """Return the names of the states: all that matters for what may follow. "end" is the one between strings."""

    def draw(self, batch: int, *, strings: int, longest: int, generator: Generator) -> Streams:
        """Return random streams of so many strings each."""

    def alone(self, longest: int) -> Streams:
        """Return the test strings, one to a stream."""

    def side_by_side(self, longest: int) -> Streams:
        """Return the test strings in streams; a counting language has every ordered pair of lengths in them once."""

    def example(self, longest: int) -> Streams:
        """Return one short stream to show."""


def as_text(language: Language, streams: Streams) -> tuple[str, ...]:
    """Return every stream as text."""
    return tuple(
        "".join(language.symbols[symbol] for symbol in row[present].tolist())
        for row, present in zip(streams.symbols, streams.present, strict=True)
    )


def cut_into_streams(
    symbol: Int[Tensor, " total"],
    state: Int[Tensor, " total"],
    *,
    lengths: Int[Tensor, "batch strings"],
    n: Int[Tensor, "batch strings"],
    legal: Bool[Tensor, "states alphabet"],
    scored: Bool[Tensor, " states"],
) -> Streams:
    """Cut one long row of symbols into streams.

    Args:
        symbol: every symbol of the first string of the first stream, of its second string, and so on.
        state: the state after each of them.
        lengths: how many symbols each string has; they sum to `total`.
        n: the n of each string.
        legal: which symbols may come next in each state.
        scored: in which states a net must be right.
    """
    present = torch.arange(int(lengths.sum(1).amax())) < lengths.sum(1, keepdim=True)  # (batch, time)

    def spread(row: Tensor) -> Tensor:
        return torch.zeros(present.shape, dtype=torch.int64).masked_scatter_(present, row)

    states = spread(state)
    may_follow = legal[states] & present[..., None]
    return Streams(
        symbols=spread(symbol),
        present=present,
        n=spread(n.flatten().repeat_interleave(lengths.flatten())),
        state=states,
        legal=may_follow,
        determined=may_follow.sum(2) == 1,
        scored=scored[states] & present,
    )
