"""The interface of formal languages, and streams of their strings."""

from collections.abc import Iterator
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
    string: Int[Tensor, "batch time"]
    """The index of the string in its stream, from 0."""
    state: Int[Tensor, "batch time"]
    """Indices in the names of the language's states."""
    legal: Bool[Tensor, "batch time alphabet"]
    """Which symbols may come next; none where nothing is asked: after the end, if the net is reset there."""
    determined: Bool[Tensor, "batch time"]
    """Whether only one symbol may come next."""
    scored: Bool[Tensor, "batch time"]
    """Where a net must be right for its string to count."""

    @property
    def following(self) -> Int[Tensor, "batch time"]:
        """The symbol that comes next; after the last one of a stream, the first of another string."""
        return pad(self.symbols[:, 1:], (0, 1))

    def at(self, index: Int[Tensor, " some"] | slice) -> "Streams":
        """Return some of the streams."""
        return Streams(**{field.name: getattr(self, field.name)[index] for field in fields(self)})

    def one(self, row: int) -> "Streams":
        """Return one of the streams, without its padding."""
        return self.at(slice(row, row + 1)).until(int(self.present[row].sum()))

    def until(self, time: int) -> "Streams":
        """Return the beginnings of the streams, of so many symbols."""
        return Streams(**{field.name: getattr(self, field.name)[:, :time] for field in fields(self)})

    def suffixes(self, most: int) -> "Streams":
        """Return the last two strings of a stream, its last three, and so on up to `most`, for a batch of one."""
        last = int(self.string[0, -1])
        begins = [int((self.string[0] == k).int().argmax()) for k in range(last - 1, max(last - most, -1), -1)]
        time = self.string.shape[1]
        begin = torch.tensor(begins, device=self.n.device)[:, None]
        index = torch.arange(time, device=self.n.device) + begin  # (suffixes, time)
        within = index < time
        rows = {field.name: getattr(self, field.name)[0][index.clamp(max=time - 1)] for field in fields(self)}
        rows["string"] = rows["string"] - rows["string"][:, :1]
        rows["present"], rows["scored"] = within, rows["scored"] & within
        return Streams(**rows)

    def to(self, device: torch.device) -> "Streams":
        """Return the same streams on a device."""
        return Streams(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})


@runtime_checkable
class Language(Protocol):
    """The interface of a language for training, scoring and drawing; `longest` is the largest n of its strings."""

    @property
    def symbols(self) -> tuple[str, ...]:
        """The alphabet; every string begins with its first symbol."""

    @property
    def reset(self) -> bool:
        """Whether the net is put back to its initial state after each string, and not asked what follows its end."""

    def states(self, longest: int) -> tuple[str, ...]:
        """Return the names of the states: all that matters for what may follow. "end" is the one between strings."""

    def draw(self, batch: int, *, strings: int, longest: int, generator: Generator) -> Streams:
        """Return random streams of so many strings each; with a reset, as many times more streams of one string."""

    def alone(self, longest: int) -> Streams:
        """Return the test strings, one to a stream."""

    def in_streams(self, longest: int) -> tuple[Streams, ...]:
        """Return the test strings in streams, in one or more batches; none with a reset."""

    def beyond(self, shorter: int, longest: int) -> Iterator[tuple[Streams, ...]]:
        """Yield longer test strings, in parts of growing length: alone, and where there are any in streams."""

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
    string = torch.arange(lengths.shape[1]).expand_as(lengths)
    return Streams(
        symbols=spread(symbol),
        present=present,
        n=spread(n.flatten().repeat_interleave(lengths.flatten())),
        string=spread(string.flatten().repeat_interleave(lengths.flatten())),
        state=states,
        legal=may_follow,
        determined=may_follow.sum(2) == 1,
        scored=scored[states] & present & may_follow.any(2),
    )
