"""Strings that a recurrent net generates itself, and what it predicts after each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Generator

from kuzushi.sequences.nets import LSTM, SRN, State

MOST_PREFIXES = 20_000
"""All strings of a length are tried, as long as they and all shorter ones are no more than this."""
LONGEST_PREFIX = 64
"""The most symbols of them, for a net that predicts a single symbol nearly everywhere."""
WALKS, WALK_LENGTH = 64, 512
"""Long strings that a net generates, and their symbols."""
Word = tuple[int, ...]
"""A string, as indices in the alphabet."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """Strings one symbol longer than those of the level before, and the prediction after each."""

    parent: Int[np.ndarray, " strings"]
    """Indices in the level before."""
    symbol: Int[np.ndarray, " strings"]
    """The last symbol."""
    probabilities: Float[np.ndarray, "strings alphabet"]
    """Of the symbol that comes next."""
    predicted: Bool[np.ndarray, "strings alphabet"]
    """The symbols that the net predicts."""


@dataclass(frozen=True, kw_only=True)
class Points:
    """Points in the state space of each net of an ensemble, and what it predicts there."""

    state: State
    recent: Int[np.ndarray, "nets points ending"]
    """The last symbols read, as many as show that a string is over."""
    probabilities: Float[np.ndarray, "nets points alphabet"]
    predicted: Bool[np.ndarray, "nets points alphabet"]

    @property
    def coordinates(self) -> Float[np.ndarray, "points coordinates"]:
        """For one net, its hidden units, and of an LSTM also tanh of the cells; all within -1..1."""
        hidden, cell = self.state.hidden, self.state.cell
        return (hidden if cell is None else torch.cat([hidden, cell.tanh()], -1))[0].numpy()

    @property
    def kind(self) -> Int[np.ndarray, "points features"]:
        """For one net, what merged points have in common: the prediction, and what the next end depends on."""
        return np.concatenate([self.predicted[0], self.recent[0, :, 1:]], -1)

    def at(self, index: Int[np.ndarray, " chosen"]) -> "Points":
        """Return some of the points."""
        return Points(
            state=self.state.at(torch.from_numpy(index)), recent=self.recent[:, index],
            probabilities=self.probabilities[:, index], predicted=self.predicted[:, index],
        )  # fmt: skip

    def replaced(self, where: Bool[np.ndarray, "nets points"], other: "Points") -> "Points":
        """Return the points, but for some those of `other` in their place."""
        here, (mine, its) = where[..., None], (self.state, other.state)
        mask = torch.from_numpy(here).to(mine.hidden.device)
        cell = None if mine.cell is None or its.cell is None else torch.where(mask, its.cell, mine.cell)
        return Points(
            state=State(hidden=torch.where(mask, its.hidden, mine.hidden), cell=cell),
            recent=np.where(here, other.recent, self.recent),
            probabilities=np.where(here, other.probabilities, self.probabilities),
            predicted=np.where(here, other.predicted, self.predicted),
        )


@dataclass(frozen=True)
class Explorer:
    """An ensemble that reads the symbols which it predicts; where a string is over, it may be put back to the start.

    Example: Explorer(model, endings=((6,),)) puts a net back after E of BTSXPVE
    """

    net: SRN | LSTM
    threshold: float = 0.25
    """A symbol is predicted if its probability is at least this; the most probable one always is."""
    endings: tuple[Word, ...] = ()
    """The last symbols, equally many, of every string after which a net is put back; none where it reads streams."""

    @torch.no_grad()
    def start(self, points: int = 1) -> Points:
        """Return the initial state, after which the first symbol of the alphabet comes: every string begins with it."""
        nets, alphabet = self.net.bias_out.shape
        first = torch.eye(1, alphabet, dtype=self.net.bias.dtype).expand(nets, points, alphabet).numpy()
        over = np.array(self.endings[0] if self.endings else (), dtype=np.int64)
        recent = np.broadcast_to(over, (nets, points, len(over)))
        return Points(state=self.net.initial(points), recent=recent, probabilities=first, predicted=first > 0)

    def step(self, points: Points, symbol: Int[np.ndarray, "nets points"]) -> Points:
        """Return the points after one more symbol in each; those at the start again where a string is over."""
        state, logits = self.net.step(points.state, torch.from_numpy(symbol).to(self.net.bias.device))
        following = logits.softmax(-1).cpu().numpy()  # (nets, points, alphabet)
        recent = np.concatenate([points.recent, symbol[..., None]], -1)[..., 1:]
        after = Points(state=state, recent=recent, probabilities=following, predicted=self.predicted(following))
        over = np.zeros(symbol.shape, dtype=bool)
        for ending in self.endings:
            over |= (recent == ending).all(-1)
        return after.replaced(over, self.start(symbol.shape[1])) if over.any() else after

    def predicted(self, probabilities: Float[np.ndarray, "*points alphabet"]) -> Bool[np.ndarray, "*points alphabet"]:
        """Return which symbols are predicted: those with a probability of at least the threshold, and the largest.

        Example: Explorer(model, threshold=0.25).predicted(np.array([0.6, 0.3, 0.1])) -> [True, True, False]
        """
        above: Bool[np.ndarray, "*points alphabet"]
        above = probabilities >= np.minimum(self.threshold, probabilities.max(-1, keepdims=True))
        return above

    def probabilities(self, symbols: Int[np.ndarray, "strings time"]) -> Float[np.ndarray, "strings time alphabet"]:
        """Return what one net predicts after each symbol of strings read from the initial state."""
        points, following = self.start(len(symbols)), []
        for symbol in symbols.T:
            points = self.step(points, symbol[None])
            following.append(points.probabilities[0])
        return np.stack(following, 1)


def prefixes(explorer: Explorer) -> list[Level]:
    """Return every string that one net generates, level by level, within MOST_PREFIXES and LONGEST_PREFIX."""
    points, levels, total = explorer.start(), list[Level](), 0
    while len(levels) < LONGEST_PREFIX:
        parent, symbol = points.predicted[0].nonzero()
        total += len(parent)
        if total > MOST_PREFIXES:
            break
        points = explorer.step(points.at(parent), symbol[None])
        levels.append(Level(
            parent=parent, symbol=symbol, probabilities=points.probabilities[0], predicted=points.predicted[0]
        ))  # fmt: skip
    return levels


def walks(explorer: Explorer, generator: Generator) -> list[list[Level]]:
    """Return long random strings of each net, which reads its own predictions.

    A walk prefers some symbols to others. One in four has new preferences at each step, so that it chooses evenly; the
    others keep theirs for 4, 16 or 64 steps on average, and so go round the same loop that often.

    Returns:
        For each net, WALK_LENGTH levels of WALKS strings.
    """
    nets, alphabet = explorer.net.bias_out.shape
    change = 0.25 ** (torch.arange(WALKS) % 4)  # the probability of new preferences
    preference, points = torch.rand(WALKS, alphabet, generator=generator), explorer.start(WALKS)
    levels: list[list[Level]] = [[] for _ in range(nets)]
    for _ in range(WALK_LENGTH):
        renewed = torch.rand(WALKS, generator=generator) < change
        preference = torch.where(renewed[:, None], torch.rand(WALKS, alphabet, generator=generator), preference)
        symbol = np.where(points.predicted, preference.numpy(), -1.0).argmax(-1)  # (nets, walks)
        points = explorer.step(points, symbol)
        for own, *level in zip(levels, symbol, points.probabilities, points.predicted, strict=True):
            read, following, predicted = level
            own.append(Level(parent=np.arange(WALKS), symbol=read, probabilities=following, predicted=predicted))
    return levels


def margin(levels: Sequence[Level]) -> tuple[float, float]:
    """Return the lowest probability of a symbol that is predicted, and the highest of one that is not."""
    lowest = min(float(level.probabilities[level.predicted].min()) for level in levels)
    highest = max(float(level.probabilities.max(initial=0.0, where=~level.predicted)) for level in levels)
    return lowest, highest
