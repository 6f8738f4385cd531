"""Dyck-1: balanced brackets of one kind, each string closed by an end mark."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Generator, Tensor

from kuzushi.sequences.languages.language import Streams, cut_into_streams

OPEN, CLOSE, END = range(3)
UP = 0.75
"""The probability that a random string opens a bracket on its way to its deepest nesting, or closes one on its way
back."""
LAST_ROUND = 2 / 3
"""The probability that a random string ends after a round."""
RANDOM = 3
"""Random test strings of each nesting, in addition to a narrow and a wide one."""
ROUNDS_OF_TESTS = 5
"""How often each test string is in a stream with others, each time between other neighbours."""
TEST_SEED = 1882
"""Of the random test strings and their order; von Dyck, Math. Ann. 20, 1-44."""


@dataclass(frozen=True)
class Brackets:
    """Balanced brackets with an end mark: `().`, `(()).`, `()(()()).`, ...; the n of a string is its deepest nesting.

    A state is named by what is still to be closed: "2)" (two brackets are open), "0)" (none is, and the string may end
    or continue), "end". A net is scored everywhere: its most probable symbols must be those that may follow.

    A random string is made of rounds. A round to depth n opens with probability UP until it is n deep (and opens where
    nothing is open), then closes with probability UP until nothing is open (and closes where it is n deep). After each
    round the string ends with probability LAST_ROUND. The first round goes to the n of the string, each further one to
    a random depth from 1 to n. So every string of deepest nesting n is possible, and their mean length is below 6n.
    """

    reset: bool = False
    """See Language."""

    @property
    def symbols(self) -> tuple[str, ...]:
        return ("(", ")", ".")

    def states(self, longest: int) -> tuple[str, ...]:
        return ("end", *(f"{depth})" for depth in range(longest + 1)))

    def draw(self, batch: int, *, strings: int, longest: int, generator: Generator) -> Streams:
        n = torch.randint(1, longest + 1, (batch, strings), generator=generator)
        rounds = torch.empty(n.numel()).geometric_(LAST_ROUND, generator=generator).long()
        return self._cut(_at_random(n.flatten(), rounds, generator=generator), n, longest=longest)

    def alone(self, longest: int) -> Streams:
        """Return the test strings of nesting 1 to `longest`: the narrow ones, then the wide ones, then random ones."""
        return self._cut(torch.cat(_tests(longest)), _nestings(longest)[:, None], longest=longest)

    def in_streams(self, longest: int) -> tuple[Streams, ...]:
        """Return the test strings in as many streams as there are nestings, each string ROUNDS_OF_TESTS times."""
        if self.reset:
            return ()
        tests, nestings = _tests(longest), _nestings(longest)
        generator = torch.Generator().manual_seed(TEST_SEED)
        order = torch.cat([torch.randperm(len(tests), generator=generator) for _ in range(ROUNDS_OF_TESTS)])
        symbol = torch.cat([tests[index] for index in order.tolist()])
        return (self._cut(symbol, nestings[order].view(longest, -1), longest=longest),)

    def beyond(self, shorter: int, longest: int) -> Iterator[tuple[Streams, ...]]:
        """Yield the test strings of nesting `shorter` + 1 to `longest` alone."""
        tests, nestings = _tests(longest), _nestings(longest)
        while shorter < longest:
            deepest = min(shorter + max(10, shorter // 5), longest)
            (part,) = ((nestings > shorter) & (nestings <= deepest)).nonzero(as_tuple=True)
            symbol = torch.cat([tests[index] for index in part.tolist()])
            yield (self._cut(symbol, nestings[part, None], longest=longest),)
            shorter = deepest

    def example(self, longest: int) -> Streams:
        n = torch.tensor([[3, 1, 2]]).clamp(max=longest)
        deep, flat, wide = n[0].tolist()
        return self._cut(torch.cat([_narrow(deep), _narrow(flat), _wide(wide)]), n, longest=longest).one(0)

    def _cut(self, symbol: Int[Tensor, " total"], n: Int[Tensor, "batch strings"], *, longest: int) -> Streams:
        if self.reset:
            n = n.view(-1, 1)
        step = torch.tensor([1, -1, 0])
        depth = step[symbol].cumsum(0)  # (total,)
        ends = symbol == END
        lengths = ends.nonzero()[:, 0].diff(prepend=torch.tensor([-1])).view(n.shape)
        legal = torch.tensor([True, True, False]).repeat(longest + 2, 1)  # (states, alphabet)
        legal[0], legal[1] = torch.tensor([[not self.reset, False, False], [True, False, True]])
        scored = torch.ones(len(legal), dtype=torch.bool)
        state = torch.where(ends, 0, depth + 1)
        return cut_into_streams(symbol, state, lengths=lengths, n=n, legal=legal, scored=scored)


def _narrow(n: int) -> Int[Tensor, " symbols"]:
    """Return a string that opens all brackets before it closes one, as `((())).`"""
    return torch.tensor([OPEN] * n + [CLOSE] * n + [END])


def _wide(n: int) -> Int[Tensor, " symbols"]:
    """Return a string with n + 1 pairs side by side at the deepest nesting, as `((()()()())).`"""
    return torch.tensor([OPEN] * (n - 1) + [OPEN, CLOSE] * (n + 1) + [CLOSE] * (n - 1) + [END])


def _tests(longest: int) -> list[Int[Tensor, " symbols"]]:
    """Return the test strings; those of one nesting are the same for every `longest`."""
    generator = torch.Generator().manual_seed(TEST_SEED)
    nestings = range(1, longest + 1)
    one_round = torch.ones(1, dtype=torch.int64)
    at_random = [
        [_at_random(torch.tensor([n]), one_round, generator=generator) for _ in range(RANDOM)] for n in nestings
    ]
    return [
        *map(_narrow, nestings),
        *map(_wide, nestings),
        *(one for kind in zip(*at_random, strict=True) for one in kind),
    ]


def _nestings(longest: int) -> Int[Tensor, " tests"]:
    """Return the n of each test string."""
    return torch.arange(1, longest + 1).repeat(2 + RANDOM)


def _at_random(
    n: Int[Tensor, " strings"], rounds: Int[Tensor, " strings"], *, generator: Generator
) -> Int[Tensor, " total"]:
    """Return random strings of these nestings and numbers of rounds, end to end."""
    last = rounds.cumsum(0) - 1  # of each string, among all rounds
    deepest = n.repeat_interleave(rounds)
    depth = (torch.rand(len(deepest), generator=generator) * deepest).long() + 1
    depth[last - rounds + 1] = n
    up, steps = _climbs(depth.repeat(2), generator=generator)
    (opens, closes), (there, back) = up.chunk(2), steps.chunk(2)  # the way back is a way there, upside down
    last_round = torch.zeros(len(depth), 1, dtype=torch.bool).index_fill_(0, last, True)
    end = torch.full_like(last_round, END, dtype=torch.int64)
    symbol = torch.cat([torch.where(opens, OPEN, CLOSE), torch.where(closes, CLOSE, OPEN), end], 1)  # (rounds, time)
    return symbol[torch.cat([there, back, last_round], 1)]


def _climbs(
    depth: Int[Tensor, " rounds"], *, generator: Generator
) -> tuple[Bool[Tensor, "rounds time"], Bool[Tensor, "rounds time"]]:
    """Return random walks from 0 up to their first visit of `depth`: whether each step goes up, and whether it counts.

    A free walk becomes one that always goes up from 0 when its steps to a new minimum below 0 are left out. So there
    is no loop over time (Skorokhod 1961, Theory Probab. Appl. 6, 264-274). Steps after the visit do not count.
    """
    expected = 3 * int(depth.amax()) + 20  # rarely too few: the mean is twice the depth
    up = torch.empty(len(depth), 0, dtype=torch.bool)
    arrived = torch.zeros(len(depth), 1, dtype=torch.bool)
    while not arrived[:, -1].all():
        up = torch.cat([up, torch.rand(len(depth), expected, generator=generator) < UP], 1)
        free = torch.where(up, 1, -1).cumsum(1)  # (rounds, time)
        lowest = free.cummin(1).values.clamp(max=0)
        arrived = (free - lowest >= depth[:, None]).cummax(1).values
    below = lowest.diff(dim=1, prepend=torch.zeros_like(lowest[:, :1])) < 0
    before = ~torch.cat([torch.zeros_like(arrived[:, :1]), arrived[:, :-1]], 1)
    return up, ~below & before
