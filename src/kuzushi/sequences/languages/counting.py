"""Languages that count: a^n b^n, a^n b^2n, a^2n b^3n, a^n b^n c^n d^n and their kin."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations
from typing import ClassVar

import torch
from jaxtyping import Bool, Int
from torch import Generator, Tensor
from torch.nn.functional import one_hot

from kuzushi.core.errors import ConfigError
from kuzushi.sequences.languages.language import Streams, cut_into_streams

STRICT = 10
"""The largest n up to which a net is tested on every ordered triple of lengths, and may be called exact."""
PAIRS_IN_A_STREAM = 100
"""The most pairs of strings in one stream of a test: streams are read at once, and a longer one takes longer."""
LONGEST_STRING = 12_000
"""Symbols of a^n b^2n c^3n at n = 2,000: a table holds the strings of every n, and memory is limited."""


@dataclass(frozen=True)
class Counting:
    """Strings of n = 1, 2, ...: each symbol in turn, its ratio times n.

    Example: Counting(("a", "b"), (1, 2)) is a^n b^2n: abb, aabbbb, aaabbbbbb, ...

    A state is named by what determines what may follow: "a3" (three a's read), "2b 9c" (two b's and nine c's to come),
    "end". A net is scored where the next symbol is determined: everywhere but after as many a's as some string has.
    """

    symbols: tuple[str, ...]
    ratios: tuple[int, ...]
    """How often each symbol comes, in units of n."""
    reset: ClassVar[bool] = False
    """The end of a string shows only in the symbol after it, so nets always read streams."""

    def states(self, longest: int) -> tuple[str, ...]:
        table = _all_strings(self, longest)
        names = []
        for read, left in zip(table.read.tolist(), table.left.tolist(), strict=True):
            to_come = [f"{count}{symbol}" for count, symbol in zip(left, self.symbols[1:], strict=True) if count]
            names.append(f"{self.symbols[0]}{read}" if read else " ".join(to_come) or "end")
        return tuple(names)

    def of(self, n: Int[Tensor, "batch strings"], *, longest: int) -> Streams:
        """Return streams of the strings of these n, each from 1 to `longest`.

        Raises:
            ConfigError: if a string of n = `longest` has more than LONGEST_STRING symbols.
        """
        table, period = _all_strings(self, longest), sum(self.ratios)
        lengths = period * n.flatten()
        begins = _begins(n.flatten(), period)
        index = (begins + lengths - lengths.cumsum(0)).repeat_interleave(lengths)
        index += torch.arange(len(index))  # in the table of all strings, for each symbol of the streams
        return cut_into_streams(
            table.symbol[index], table.state[index],
            lengths=period * n, n=n, legal=table.legal, scored=table.legal.sum(1) == 1,
        )  # fmt: skip

    def draw(self, batch: int, *, strings: int, longest: int, generator: Generator) -> Streams:
        return self.of(torch.randint(1, longest + 1, (batch, strings), generator=generator), longest=longest)

    def alone(self, longest: int) -> Streams:
        return self.of(torch.arange(1, longest + 1)[:, None], longest=longest)

    def in_streams(self, longest: int) -> tuple[Streams, ...]:
        """Return every ordered triple of lengths up to STRICT, and every ordered pair in long streams.

        The first two strings of the triples are every ordered pair from the initial state.
        """
        return self.triples(min(longest, STRICT)), self.side_by_side(longest)

    def triples(self, longest: int) -> Streams:
        """Return every ordered triple of lengths as a stream of its own."""
        n = torch.arange(1, longest + 1)
        return self.of(torch.cartesian_prod(n, n, n), longest=longest)

    def side_by_side(self, longest: int) -> Streams:
        """Return long streams in which every ordered pair of lengths occurs once."""
        pairs = torch.tensor(every_pair(longest))
        streams = -(-(len(pairs) - 1) // PAIRS_IN_A_STREAM)
        # Each stream begins with the string that the one before ended with; the last one continues at the beginning.
        within = torch.arange(min(PAIRS_IN_A_STREAM + 1, len(pairs)))
        index = torch.arange(streams)[:, None] * PAIRS_IN_A_STREAM + within
        return self.of(pairs[index % (len(pairs) - 1)], longest=longest)

    def beyond(self, shorter: int, longest: int) -> Iterator[tuple[Streams, ...]]:
        """Yield the strings with n from `shorter` + 1 to `longest`: alone, and for each n the stream m, n, m.

        m is random and below n: each n is read after a shorter string, and a shorter string after n.
        """
        generator = torch.Generator().manual_seed(shorter)
        while shorter < longest:
            n = torch.arange(shorter + 1, min(shorter + max(10, shorter // 5), longest) + 1)
            m = (torch.rand(len(n), generator=generator) * (n - 1)).long() + 1
            shorter = int(n[-1])
            yield self.of(n[:, None], longest=longest), self.of(torch.stack([m, n, m], 1), longest=longest)

    def example(self, longest: int) -> Streams:
        return self.of(torch.tensor([[3, 1, 2]]).clamp(max=longest), longest=longest)


def every_pair(longest: int) -> tuple[int, ...]:
    """Return the numbers 1..longest in an order in which every ordered pair is side by side exactly once.

    A de Bruijn sequence of order 2, joined from the Lyndon words of length 1 and 2 (Fredricksen and Maiorana 1978),
    with its first number once more at the end.

    Example: every_pair(2) -> (1, 1, 2, 2, 1)
    """
    numbers = range(1, longest + 1)
    words = sorted([*((number,) for number in numbers), *combinations(numbers, 2)])
    return (*chain.from_iterable(words), 1)


@dataclass(frozen=True, kw_only=True)
class _AllStrings:
    """The strings n = 1, 2, ... laid end to end, from which streams are copied, and their states."""

    symbol: Int[Tensor, " total"]
    state: Int[Tensor, " total"]
    read: Int[Tensor, " states"]
    """The a's read; 0 once the a's are over."""
    left: Int[Tensor, "states later"]
    """How many of each later symbol are to come; 0 while a's are read."""
    legal: Bool[Tensor, "states alphabet"]


def _begins(n: Int[Tensor, " strings"], period: int) -> Int[Tensor, " strings"]:
    """Return where the string of each n begins among all strings laid end to end."""
    return period * n * (n - 1) // 2


@lru_cache(maxsize=8)
def _all_strings(language: Counting, longest: int) -> _AllStrings:
    ratios, numbers = torch.tensor(language.ratios), torch.arange(1, longest + 1)
    alphabet, period = len(ratios), sum(language.ratios)
    if period * longest > LONGEST_STRING:
        raise ConfigError(
            f"n up to {longest}: the longest string would have {period * longest:,} symbols; at most "
            f"{LONGEST_STRING:,} are possible, which is --test-length {LONGEST_STRING // period}"
        )
    n = numbers.repeat_interleave(period * numbers)  # (total,)
    after = torch.arange(1, len(n) + 1) - _begins(n, period)  # symbols of this string read so far
    ends = ratios.cumsum(0) * n[:, None]  # where each symbol's run ends: (total, alphabet)
    left = (ends - after[:, None]).clamp(min=torch.tensor(0), max=ratios * n[:, None])
    in_as = after <= ends[:, 0]
    read, phase = torch.where(in_as, after, 0), (left == 0).long().sum(1)  # the runs that are over
    known, state = torch.where(in_as, after - ends[-1, 0], _to_come(left, phase, n)).unique(return_inverse=True)
    example = torch.zeros_like(known).scatter_(0, state, torch.arange(len(state)))  # an index for each state
    read, left, phase = read[example], left[example, 1:], phase[example]
    left[read > 0] = 0
    legal = one_hot(torch.where(read > 0, 0, phase % alphabet), alphabet).bool()
    legal[:, 1] |= (read > 0) & (read % ratios[0] == 0)
    symbol = torch.arange(alphabet).repeat(longest).repeat_interleave((ratios * numbers[:, None]).flatten())
    return _AllStrings(symbol=symbol, state=state, read=read, left=left, legal=legal)


def _to_come(
    left: Int[Tensor, "total alphabet"], phase: Int[Tensor, " total"], n: Int[Tensor, " total"]
) -> Int[Tensor, " total"]:
    """Return one positive number for all that must be known after the a's; it rises towards the end of a string.

    That is which symbol is being read, how many of it are left, and while others are to come after it n.
    """
    last, longest = left.shape[1] - 1, n[-1]
    left_of_it = left.gather(1, phase.clamp(max=last)[:, None])[:, 0]
    position = phase * (left.amax() + 1) - left_of_it
    return position * (longest + 1) - torch.where(phase < last, n, 0)
