"""Scoring by whole strings: a net knows a string only if it is right wherever the string is scored.

A language that counts is scored where the next symbol is determined, a grammar and balanced brackets at every symbol.

The share of right symbols says little here: a net that always predicts the last symbol again is right 99.8 % of the
time on a^n b^n with n = 515 on average, and knows nothing. `never_stop` gives that share, as the baseline of every
accuracy.

Scores depend on the arithmetic, since rounding errors can decide which symbol is the most probable one. So nets are
scored in float32, in which they are trained, and in float64, and one net also string by string as a plain loop reads.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, takewhile

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from kuzushi.sequences.languages.language import Language, Streams
from kuzushi.sequences.nets import LSTM, SRN, State, Trace, from_weights, select
from kuzushi.sequences.score_results import Arithmetic, Failure, Scores

AT_ONCE = 1_000_000
"""Symbols read by all nets together before their traces are released: this bounds the memory of a long test."""
NEVER = 2**62
"""Larger than every n, and every position in a stream."""
CPU = torch.device("cpu")
DTYPES: dict[Arithmetic, torch.dtype] = {"float32": torch.float32, "float64": torch.float64}
ONE_BY_ONE = 100_000
"""The most symbols that are read string by string."""
SHORTENED = 10
"""A stream of more than three strings that fails is shortened to at most so many, if it still fails then."""


@dataclass(frozen=True)
class Inputs:
    """The test strings of a language: those up to the trained n, and longer ones."""

    language: Language
    trained: int
    tested: int
    device: torch.device = CPU

    @cached_property
    def within(self) -> tuple[Streams, ...]:
        """The strings up to the trained n, alone and in streams."""
        batches = (self.language.alone(self.trained), *self.language.in_streams(self.trained))
        return tuple(streams.to(self.device) for streams in batches)

    def beyond(self) -> Iterator[Streams]:
        """Yield longer strings, alone and in streams in turn."""
        if self.tested > self.trained:
            for streams in chain.from_iterable(self.language.beyond(self.trained, self.tested)):
                yield streams.to(self.device)


def scores(model: SRN | LSTM, inputs: Inputs) -> tuple[Scores, ...]:
    """Return the first failures of all nets of an ensemble in each arithmetic, read at once."""
    return tuple(
        score(from_weights(type(model), {name: w.to(dtype) for name, w in model.weights().items()}), inputs)
        for dtype in DTYPES.values()
    )


def score(model: SRN | LSTM, inputs: Inputs) -> Scores:
    """Return the first failures of all nets of an ensemble, in its own precision; a net that has failed reads no more.

    A string is read alone, from the initial state, or after other strings in a stream.
    """
    firsts = _Firsts(model)
    for streams in inputs.within:
        firsts.read(streams)
    for streams in takewhile(lambda _: firsts.incomplete, inputs.beyond()):
        firsts.read(streams)
    return firsts.scores(inputs.language)


def score_one_by_one(model: SRN | LSTM, inputs: Inputs) -> Scores:
    """Return the first failures of one net that reads stream after stream, each alone, as a plain loop does.

    Args:
        model: an ensemble of one. Its score covers the first ONE_BY_ONE symbols of the inputs.
    """
    firsts, left = _Firsts(model), ONE_BY_ONE
    for streams in chain(inputs.within, inputs.beyond()):
        for stream in map(streams.one, range(len(streams.n))):
            left -= stream.n.shape[1]
            if left < 0:
                return firsts.scores(inputs.language)
            firsts.read(stream)
    return firsts.scores(inputs.language)


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


@torch.no_grad()
def accuracy(model: SRN | LSTM, streams: Streams) -> tuple[float, ...]:
    """Return for each net the share of determined symbols that it predicts."""
    found = torch.zeros(len(model.bias), dtype=torch.int64, device=streams.n.device)
    for part, correct in _judged(model, streams):
        found += (correct & streams.determined[:, part]).sum((1, 2))
    return tuple((found / streams.determined.sum()).tolist())


def never_stop(streams: Streams) -> float:
    """Return the share of determined symbols that a net gets right if it always predicts the last symbol again.

    Example: on the strings of a^n b^n with n = 1..4, 1 - 1/2.5 = 0.6: of each string it misses the symbol after the end
    """
    return float((streams.symbols == streams.following)[streams.determined].double().mean())


def failure(streams: Streams, row: int, position: int, symbols: Sequence[str]) -> Failure:
    """Return the failure of a net that has read a stream up to a position, and is wrong then."""
    read = slice(position + 1)
    strings, n = streams.string[row, read].tolist(), streams.n[row, read].tolist()
    numbers = tuple(dict(zip(strings, n, strict=True)).values())
    return Failure(
        n=max(numbers), numbers=numbers, text="".join(symbols[s] for s in streams.symbols[row, read].tolist())
    )


@dataclass(frozen=True)
class _Found:
    """A failure: of all found so far that with the smallest n, and of those with the fewest symbols."""

    n: int
    position: int
    row: int
    streams: Streams


class _Firsts:
    """The first failures of an ensemble in the streams read so far."""

    def __init__(self, model: SRN | LSTM) -> None:
        self.model = model
        self.alone: list[_Found | None] = [None] * len(model.bias)
        """In the first string of a stream."""
        self.later: list[_Found | None] = [None] * len(model.bias)

    @property
    def incomplete(self) -> bool:
        """Whether some net has not failed yet, alone or in a stream."""
        return None in self.alone or None in self.later

    def read(self, streams: Streams) -> None:
        """Read streams of one string or of several, with the nets that can fail there earlier than is known."""
        index = int(streams.string.any())  # of the first string that counts
        known, largest = (self.alone, self.later)[index], streams.n.cummax(1).values
        soonest = _smallest(streams, (streams.string >= index).int().argmax(1), largest)
        assert soonest is not None
        left = [net for net, found in enumerate(known) if found is None or _size(found) > _size(soonest)]
        if not left:
            return
        model = self.model if len(left) == len(known) else select(self.model, torch.tensor(left))
        alone, later = _first_wrong(model, streams)
        for net, *positions in zip(left, alone, later, strict=True):
            for firsts, position in zip((self.alone, self.later), positions, strict=True):
                firsts[net] = _smaller(firsts[net], _smallest(streams, position, largest))

    def scores(self, language: Language) -> Scores:
        """Return the failures, those in long streams shortened."""
        (arithmetic,) = (name for name, dtype in DTYPES.items() if dtype == self.model.bias.dtype)
        symbols = language.symbols
        return Scores(
            arithmetic=arithmetic,
            alone=tuple(None if found is None else _described(found, symbols) for found in self.alone),
            in_stream=tuple(
                None if found is None else self._shortened(net, found, symbols) for net, found in enumerate(self.later)
            ),
        )

    def _shortened(self, net: int, found: _Found, symbols: Sequence[str]) -> Failure:
        """Return the failure with as few of the last strings as possible, for a stream of more than three."""
        whole = found.streams.one(found.row).until(found.position + 1)
        if whole.string.amax() < 3:
            return _described(found, symbols)
        suffixes = whole.suffixes(SHORTENED)
        _, later = _first_wrong(select(self.model, torch.tensor([net])), suffixes)
        (failing,) = (later[0] < NEVER).nonzero(as_tuple=True)
        if not len(failing):
            return _described(found, symbols)
        fewest = int(failing[0])
        return failure(suffixes, fewest, int(later[0, fewest]), symbols)


def _described(found: _Found, symbols: Sequence[str]) -> Failure:
    return failure(found.streams, found.row, found.position, symbols)


def _size(found: _Found) -> tuple[int, int]:
    return found.n, found.position


def _smaller(one: _Found | None, other: _Found | None) -> _Found | None:
    found = [each for each in (one, other) if each is not None]
    return min(found, key=_size, default=None)


def _smallest(streams: Streams, position: Int[Tensor, " batch"], largest: Int[Tensor, "batch time"]) -> _Found | None:
    """Return the failure of one net whose largest n is smallest, and of those the shortest."""
    (rows,) = (position < NEVER).nonzero(as_tuple=True)
    if not len(rows):
        return None
    n, at = largest[rows, position[rows]], position[rows]
    best = int((n * streams.n.shape[1] + at).argmin())
    return _Found(int(n[best]), int(at[best]), int(rows[best]), streams)


@torch.no_grad()
def _first_wrong(model: SRN | LSTM, streams: Streams) -> tuple[Int[Tensor, "nets batch"], Int[Tensor, "nets batch"]]:
    """Return where each net is first wrong in the first string of each stream, and in the later ones; NEVER if not."""
    first = torch.full((len(model.bias), len(streams.n)), NEVER, device=streams.n.device)
    later = first.clone()
    time = torch.arange(streams.n.shape[1], device=streams.n.device)
    for part, correct in _judged(model, streams):
        position = torch.where(correct, NEVER, time[part])  # (nets, batch, time)
        in_first = streams.string[:, part] == 0
        first = first.minimum(torch.where(in_first, position, NEVER).amin(2))
        later = later.minimum(torch.where(in_first, NEVER, position).amin(2))
    return first, later


def _judged(model: SRN | LSTM, streams: Streams) -> Iterable[tuple[slice, Bool[Tensor, "nets batch time"]]]:
    """Yield parts of the streams, and whether each net is right there."""
    steps = max(1, AT_ONCE // (len(model.bias) * len(streams.n)))
    state: State | None = None
    for begin in range(0, streams.n.shape[1], steps):
        part = slice(begin, begin + steps)
        trace: Trace = model(streams.symbols[:, part], state=state)
        state = trace.state
        yield part, right(trace.logits, legal=streams.legal[:, part], scored=streams.scored[:, part])
