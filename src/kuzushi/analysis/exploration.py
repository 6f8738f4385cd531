"""What a recurrent net says may come next, and where it is in its state space, on strings that it says itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Generator, Tensor

from kuzushi.models.recurrent import LSTM, SRN, Trace

THRESHOLD = 0.25
"""A symbol is said where its probability is at least this, and the most probable one always is.

A net that knows a grammar with one or two equally likely arrows from each node gives their symbols 1 or 1/2, and the
others 0; this is halfway between 1/2 and 0."""
MOST_PREFIXES = 20_000
"""All strings of a length are tried, as long as they and all shorter ones are no more than this."""
LONGEST_PREFIX = 64
"""The most symbols of them, for a net that says but one symbol nearly everywhere."""
WALKS, WALK_LENGTH = 64, 512
"""Long strings that a net says itself, and their symbols."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """Strings one symbol longer than those of the level before, and what the net says after each."""

    parent: Int[np.ndarray, " strings"]
    """Places in the level before."""
    symbol: Int[np.ndarray, " strings"]
    """The last symbol."""
    probabilities: Float[np.ndarray, "strings alphabet"]
    """Of the symbol that comes next."""

    @property
    def said(self) -> Bool[np.ndarray, "strings alphabet"]:
        """The symbols that the net says may come next."""
        return says(self.probabilities)


@dataclass(frozen=True)
class States:
    """Points in the state space of one net."""

    trace: Trace
    """Of one net; only the last time counts."""
    probabilities: Float[np.ndarray, "points alphabet"]

    @property
    def said(self) -> Bool[np.ndarray, "points alphabet"]:
        """The symbols that the net says may come next."""
        return says(self.probabilities)

    @property
    def coordinates(self) -> Float[np.ndarray, "points coordinates"]:
        """Where they are, each coordinate within -1..1: all that the next step depends on."""
        return coordinates(self.trace)[0, :, -1].numpy()

    def at(self, which: Int[np.ndarray, " chosen"]) -> "States":
        """Some of the points, in this order."""
        place, trace = torch.from_numpy(which), self.trace
        cell = None if trace.cell is None else trace.cell[:, place, -1:]
        kept = Trace(hidden=trace.hidden[:, place, -1:], logits=trace.logits[:, place, -1:], cell=cell)
        return States(kept, self.probabilities[which])


def says(probabilities: Float[np.ndarray, "*points alphabet"]) -> Bool[np.ndarray, "*points alphabet"]:
    """The symbols that a net says may come next: those with a probability of at least THRESHOLD, and the most probable.

    Example: says(np.array([0.6, 0.3, 0.1])) -> [True, True, False]
    """
    said: Bool[np.ndarray, "*points alphabet"]
    said = probabilities >= np.minimum(THRESHOLD, probabilities.max(-1, keepdims=True))
    return said


class Net:
    """One net of an ensemble, on the CPU."""

    def __init__(self, model: SRN | LSTM, net: int) -> None:
        _, self.hid, self.alphabet = model.weight_out.mT.shape
        self._model = type(model)(1, alphabet=self.alphabet, hid=self.hid, generator=Generator())
        self._model.to(device="cpu", dtype=model.bias.dtype)
        self._model.load_state_dict({name: weight[[net]] for name, weight in model.state_dict().items()})

    def start(self) -> States:
        """The initial state. Nothing is asked of a net there: a string begins with the first symbol."""
        zero = self._model.bias.new_zeros(1, 1, 1, self.hid)
        cell = zero if isinstance(self._model, LSTM) else None
        trace = Trace(hidden=zero, logits=zero.new_zeros(1, 1, 1, self.alphabet), cell=cell)
        return States(trace, np.eye(1, self.alphabet))

    @torch.no_grad()
    def step(self, states: States, symbol: Int[np.ndarray, " points"]) -> States:
        """Read one symbol in each state."""
        trace = self._model(torch.from_numpy(symbol)[:, None], after=states.trace)
        return States(trace, trace.logits[0, :, -1].softmax(-1).numpy())

    @torch.no_grad()
    def read(self, symbols: Int[np.ndarray, "strings time"]) -> Float[np.ndarray, "strings time alphabet"]:
        """The probabilities of the next symbol after each symbol of strings read from the initial state."""
        logits: Tensor = self._model(torch.from_numpy(symbols)).logits
        return logits[0].softmax(-1).numpy()


def coordinates(trace: Trace) -> Float[Tensor, "nets batch time coordinates"]:
    """The hidden units, and of an LSTM also tanh of the cells: what a cell shows where its output gate is open."""
    return trace.hidden if trace.cell is None else torch.cat([trace.hidden, trace.cell.tanh()], -1)


def prefixes(net: Net) -> list[Level]:
    """Every string that the net says, level by level from length 1 on, within MOST_PREFIXES and LONGEST_PREFIX."""
    states, levels, total = net.start(), list[Level](), 0
    while len(levels) < LONGEST_PREFIX:
        parent, symbol = states.said.nonzero()
        total += len(parent)
        if total > MOST_PREFIXES:
            break
        states = net.step(states.at(parent), symbol)
        levels.append(Level(parent=parent, symbol=symbol, probabilities=states.probabilities))
    return levels


@torch.no_grad()
def walks(model: SRN | LSTM, generator: Generator) -> list[list[Level]]:
    """Long random strings of each net, which is fed what it says itself.

    A walk prefers some symbols to others. One in four has new preferences at each step, so that it chooses evenly; the
    others keep theirs for 4, 16 or 64 steps on average, and so go round the same loop that often.

    Returns:
        For each net, WALK_LENGTH levels of WALKS strings.
    """
    nets, alphabet = model.bias_out.shape
    change = 0.25 ** (torch.arange(WALKS) % 4)  # the probability of new preferences
    said = (torch.arange(alphabet) == 0).expand(nets, WALKS, alphabet)
    preference, trace = torch.rand(WALKS, alphabet, generator=generator), None
    levels: list[list[Level]] = [[] for _ in range(nets)]
    for _ in range(WALK_LENGTH):
        renewed = torch.rand(WALKS, generator=generator) < change
        preference = torch.where(renewed[:, None], torch.rand(WALKS, alphabet, generator=generator), preference)
        symbol = torch.where(said, preference, -1.0).argmax(-1)  # (nets, walks)
        trace = model(symbol[..., None].to(model.bias.device), after=trace)
        probabilities = trace.logits[:, :, -1].softmax(-1).cpu().numpy()  # (nets, walks, alphabet)
        said = torch.from_numpy(says(probabilities))
        for own, read, next_ones in zip(levels, symbol.numpy(), probabilities, strict=True):
            own.append(Level(parent=np.arange(WALKS), symbol=read, probabilities=next_ones))
    return levels


def margin(levels: Sequence[Level]) -> tuple[float, float]:
    """The lowest probability of a symbol that is said, and the highest of one that is not."""
    said = min(float(level.probabilities[level.said].min()) for level in levels)
    unsaid = max(float(level.probabilities.max(initial=0.0, where=~level.said)) for level in levels)
    return said, unsaid
