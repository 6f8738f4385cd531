"""Reber's grammar and its embedded form: strings read off the arrows of a graph."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import lcm

import torch
from jaxtyping import Bool, Int
from torch import Generator, Tensor

from kuzushi.core.errors import ConfigError
from kuzushi.sequences.languages.language import Streams, cut_into_streams

Arrow = tuple[str, str, str]
"""(node, symbol, next node)"""

REBER: tuple[Arrow, ...] = (
    ("end", "B", "0"),
    ("0", "T", "1"), ("0", "P", "2"),
    ("1", "S", "1"), ("1", "X", "3"),
    ("2", "T", "2"), ("2", "V", "4"),
    ("3", "X", "2"), ("3", "S", "5"),
    ("4", "P", "3"), ("4", "V", "5"),
    ("5", "E", "end"),
)  # fmt: skip
"""Reber 1967, J. Verb. Learn. Verb. Behav. 6, 855-863; nodes numbered as by Cleeremans et al. 1989, Neural Comp. 1."""

TESTED = 500
"""How many strings of a grammar a net is tested on."""
IN_A_STREAM = 5
"""How many of them stand in one stream, where they are tested side by side."""
TEST_SEED = 1967
LONGEST_ENDING = 4
"""The most symbols by which the end of a string must show for a reset: enough for a grammar embedded twice."""


def embedded(inner: tuple[Arrow, ...]) -> tuple[Arrow, ...]:
    """Return the grammar B T (inner) T E or B P (inner) P E: the last symbol but one repeats the second.

    From Cleeremans et al. 1989. The inner nodes come twice: as T0, T1, ... inside the outer T, as P0, P1, ... inside P.
    """
    arrows = [("end", "B", "choice"), ("choice", "T", "T"), ("choice", "P", "P")]
    for outer in "TP":
        for node, symbol, target in inner:
            source = outer if node == "end" else outer + node
            arrows.append((source, symbol, outer + target.replace("end", "E")))
        arrows.append((outer + "E", outer, "last"))
    return (*arrows, ("last", "E", "end"))


@dataclass(frozen=True)
class Grammar:
    """Strings read along the arrows of a graph, from the node "end" round to it; a node's arrows are equally likely.

    Example: Grammar(tuple("BTSXPVE"), REBER) draws BTXSE, BPVVE, BTSXSE, ...

    The states are the nodes. A net is scored everywhere: its most probable symbols must be those that may follow.
    `longest` has no meaning here and is ignored: strings of every length are drawn, long ones rarely.
    """

    symbols: tuple[str, ...]
    """The alphabet; every string begins with its first symbol."""
    arrows: tuple[Arrow, ...]
    """One or more from each node."""
    reset: bool = True
    """See Language. Every string ends with the same symbol."""

    def __post_init__(self) -> None:
        marks = sorted({symbol for _, symbol, target in self.arrows if target == "end"})
        if self.reset and len(marks) != 1:
            raise ConfigError(f"strings end with {' or '.join(marks)}: with reset=True all must end with one symbol")
        if self.reset and not self.endings:
            raise ConfigError(f"the last {LONGEST_ENDING} symbols do not show the end of a string: give reset=False")

    @property
    def endings(self) -> tuple[str, ...]:
        """The last symbols that show that a string is over, as few as possible; none without a reset.

        Example: E for Reber's grammar; PE and TE for its embedded form, where E also ends the string inside
        """
        texts = {node: {""} for node in self.states(0)}  # the last symbols of streams, by the node reached
        for _ in range(LONGEST_ENDING * self.reset):
            longer: dict[str, set[str]] = {node: set() for node in texts}
            for source, symbol, target in self.arrows:
                longer[target] |= {text + symbol for text in texts[source]}
            texts = longer
            before = set().union(*(texts[node] for node in texts if node != "end"))
            if not texts["end"] & before:
                return tuple(sorted(texts["end"]))
        return ()

    def states(self, longest: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys(node for node, _, _ in self.arrows))

    def draw(self, batch: int, *, strings: int, longest: int, generator: Generator) -> Streams:
        graph = _graph(self)
        choice = torch.empty(batch, 0, dtype=torch.int64)
        ended = torch.zeros(batch, 1, dtype=torch.int64)
        while ended[:, -1].amin() < strings:  # once as a rule: twenty symbols a string are rarely too few
            more = torch.randint(graph.symbol.shape[1], (batch, 20 * strings), generator=generator)
            choice = torch.cat([choice, more], 1)
            node = _walk(graph, choice)  # (batch, time)
            ended = (node == graph.end).cumsum(1)
        ends = node == graph.end
        present = ended - ends.long() < strings
        lengths = (ends & present).nonzero()[:, 1].view(batch, strings).diff(prepend=torch.full((batch, 1), -1))
        source = torch.cat([torch.full((batch, 1), graph.end), node[:, :-1]], 1)
        if self.reset:
            lengths = lengths.view(-1, 1)
        return self._cut(graph.symbol[source, choice][present], node[present], lengths)

    def alone(self, longest: int) -> Streams:
        streams = self._tests(longest)
        lengths = streams.n[streams.present & (streams.state == _graph(self).end)]
        return self._cut(streams.symbols[streams.present], streams.state[streams.present], lengths[:, None])

    def in_streams(self, longest: int) -> tuple[Streams, ...]:
        return () if self.reset else (self._tests(longest),)

    def beyond(self, shorter: int, longest: int) -> Iterator[tuple[Streams, ...]]:
        yield from ()

    def example(self, longest: int) -> Streams:
        return self.draw(1, strings=2, longest=longest, generator=torch.Generator().manual_seed(TEST_SEED)).one(0)

    def _tests(self, longest: int) -> Streams:
        generator = torch.Generator().manual_seed(TEST_SEED)
        return self.draw(TESTED // IN_A_STREAM, strings=IN_A_STREAM, longest=longest, generator=generator)

    def _cut(
        self, symbol: Int[Tensor, " total"], state: Int[Tensor, " total"], lengths: Int[Tensor, "batch strings"]
    ) -> Streams:
        graph = _graph(self)
        legal = graph.legal.clone()
        if self.reset:
            legal[graph.end] = False
        scored = torch.ones(len(legal), dtype=torch.bool)
        return cut_into_streams(symbol, state, lengths=lengths, n=lengths, legal=legal, scored=scored)


@dataclass(frozen=True, kw_only=True)
class _Graph:
    """A grammar as tables, with as many columns for each node; its arrows are repeated equally often."""

    symbol: Int[Tensor, "nodes choices"]
    target: Int[Tensor, "nodes choices"]
    legal: Bool[Tensor, "nodes alphabet"]
    end: int


@lru_cache(maxsize=8)
def _graph(grammar: Grammar) -> _Graph:
    nodes = grammar.states(0)
    arrows = [[(a, t) for source, a, t in grammar.arrows if source == node] for node in nodes]
    columns = lcm(*map(len, arrows))
    rows = [out * (columns // len(out)) for out in arrows]
    symbol = torch.tensor([[grammar.symbols.index(a) for a, _ in row] for row in rows])
    target = torch.tensor([[nodes.index(node) for _, node in row] for row in rows])
    legal = torch.zeros(len(nodes), len(grammar.symbols), dtype=torch.bool).scatter_(1, symbol, True)
    return _Graph(symbol=symbol, target=target, legal=legal, end=nodes.index("end"))


def _walk(graph: _Graph, choice: Int[Tensor, "batch time"]) -> Int[Tensor, "batch time"]:
    """Return the node after each choice, from the end node on.

    Each choice is a map from every node to its next one. Maps compose, so that the node after t choices needs no loop
    over time: prefixes double in length (Hillis and Steele 1986, Comm. ACM 29, 1170-1183).
    """
    maps = graph.target.T[choice]  # (batch, time, nodes)
    reach = 1
    while reach < maps.shape[1]:
        later = maps[:, reach:].gather(2, maps[:, :-reach])  # first the earlier prefix, then the later one
        maps = torch.cat([maps[:, :reach], later], 1)
        reach *= 2
    return maps[..., graph.end]
