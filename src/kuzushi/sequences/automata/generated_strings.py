"""Strings that a recurrent net generates itself, and what it predicts after each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Generator

from kuzushi.sequences.nets import LSTM, SRN, State

THRESHOLD = 0.25
"""A symbol is predicted if its probability is at least this; the most probable one always is.

A net that knows a grammar with one or two equally likely arrows from each node gives their symbols 1 or 1/2, and the
others 0; this is halfway between 1/2 and 0."""
MOST_PREFIXES = 20_000
"""All strings of a length are tried, as long as they and all shorter ones are no more than this."""
LONGEST_PREFIX = 64
"""The most symbols of them, for a net that predicts a single symbol nearly everywhere."""
WALKS, WALK_LENGTH = 64, 512
"""Long strings that a net generates, and their symbols."""


def predicted(probabilities: Float[np.ndarray, "*points alphabet"]) -> Bool[np.ndarray, "*points alphabet"]:
    """Return which symbols are predicted: those with a probability of at least THRESHOLD, and the most probable one.

    Example: predicted(np.array([0.6, 0.3, 0.1])) -> [True, True, False]
    """
    above: Bool[np.ndarray, "*points alphabet"]
    above = probabilities >= np.minimum(THRESHOLD, probabilities.max(-1, keepdims=True))
    return above


@dataclass(frozen=True, kw_only=True)
class Level:
    """Strings one symbol longer than those of the level before, and the prediction after each."""

    parent: Int[np.ndarray, " strings"]
    """Indices in the level before."""
    symbol: Int[np.ndarray, " strings"]
    """The last symbol."""
    probabilities: Float[np.ndarray, "strings alphabet"]
    """Of the symbol that comes next."""

    @property
    def predicted(self) -> Bool[np.ndarray, "strings alphabet"]:
        """The symbols that the net predicts."""
        return predicted(self.probabilities)


@dataclass(frozen=True)
class Points:
    """Points in the state space of one net."""

    state: State
    """Of an ensemble of one."""
    probabilities: Float[np.ndarray, "points alphabet"]

    @property
    def predicted(self) -> Bool[np.ndarray, "points alphabet"]:
        """The symbols that the net predicts."""
        return predicted(self.probabilities)

    @property
    def coordinates(self) -> Float[np.ndarray, "points coordinates"]:
        """The hidden units, and of an LSTM also tanh of the cells: all that the next step depends on, within -1..1."""
        hidden, cell = self.state.hidden, self.state.cell
        return (hidden if cell is None else torch.cat([hidden, cell.tanh()], -1))[0].numpy()

    def at(self, index: Int[np.ndarray, " chosen"]) -> "Points":
        """Return some of the points."""
        return Points(self.state.at(torch.from_numpy(index)), self.probabilities[index])


def start(net: SRN | LSTM) -> Points:
    """Return the initial state, after which the first symbol of the alphabet comes: every string begins with it."""
    return Points(net.initial(), np.eye(1, net.weight_out.shape[1]))


def step(net: SRN | LSTM, points: Points, symbol: Int[np.ndarray, " points"]) -> Points:
    """Return the points after one more symbol in each."""
    state, logits = net.step(points.state, torch.from_numpy(symbol))
    return Points(state, logits[0].softmax(-1).numpy())


@torch.no_grad()
def probabilities(
    net: SRN | LSTM, symbols: Int[np.ndarray, "strings time"]
) -> Float[np.ndarray, "strings time alphabet"]:
    """Return the probabilities of the next symbol after each symbol of strings read from the initial state."""
    next_ones: np.ndarray = net(torch.from_numpy(symbols)).logits[0].softmax(-1).numpy()
    return next_ones


def prefixes(net: SRN | LSTM) -> list[Level]:
    """Return every string that a net generates, level by level, within MOST_PREFIXES and LONGEST_PREFIX."""
    points, levels, total = start(net), list[Level](), 0
    while len(levels) < LONGEST_PREFIX:
        parent, symbol = points.predicted.nonzero()
        total += len(parent)
        if total > MOST_PREFIXES:
            break
        points = step(net, points.at(parent), symbol)
        levels.append(Level(parent=parent, symbol=symbol, probabilities=points.probabilities))
    return levels


@torch.no_grad()
def walks(model: SRN | LSTM, generator: Generator) -> list[list[Level]]:
    """Return long random strings of each net, which reads its own predictions.

    A walk prefers some symbols to others. One in four has new preferences at each step, so that it chooses evenly; the
    others keep theirs for 4, 16 or 64 steps on average, and so go round the same loop that often.

    Returns:
        For each net, WALK_LENGTH levels of WALKS strings.
    """
    nets, alphabet = model.bias_out.shape
    change = 0.25 ** (torch.arange(WALKS) % 4)  # the probability of new preferences
    allowed = (torch.arange(alphabet) == 0).expand(nets, WALKS, alphabet)
    preference, state = torch.rand(WALKS, alphabet, generator=generator), model.initial(WALKS)
    levels: list[list[Level]] = [[] for _ in range(nets)]
    for _ in range(WALK_LENGTH):
        renewed = torch.rand(WALKS, generator=generator) < change
        preference = torch.where(renewed[:, None], torch.rand(WALKS, alphabet, generator=generator), preference)
        symbol = torch.where(allowed, preference, -1.0).argmax(-1)  # (nets, walks)
        state, logits = model.step(state, symbol.to(model.bias.device))
        following = logits.softmax(-1).cpu().numpy()  # (nets, walks, alphabet)
        allowed = torch.from_numpy(predicted(following))
        for own, read, next_ones in zip(levels, symbol.numpy(), following, strict=True):
            own.append(Level(parent=np.arange(WALKS), symbol=read, probabilities=next_ones))
    return levels


def margin(levels: Sequence[Level]) -> tuple[float, float]:
    """Return the lowest probability of a symbol that is predicted, and the highest of one that is not."""
    lowest = min(float(level.probabilities[level.predicted].min()) for level in levels)
    highest = max(float(level.probabilities.max(initial=0.0, where=~level.predicted)) for level in levels)
    return lowest, highest
