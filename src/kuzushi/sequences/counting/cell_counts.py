"""Counts in an LSTM: directions of its cell that follow a count, and steps and gates in each context."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from kuzushi.core.errors import ConfigError
from kuzushi.sequences.counter_results import (
    CellStep,
    CountDirection,
    CountedString,
    Counts,
    DecodedCount,
    GateUse,
    StringEnd,
)
from kuzushi.sequences.languages.counting import Counting
from kuzushi.sequences.nets import LSTM, Trace, one_net

LONGER = 4
"""Up to this multiple of the trained length the directions are tested."""
SHOWN = 4
"""The n of the string that is drawn, or the trained length if that is less."""
GATES = ("input", "forget", "output")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """All steps of one net through the strings n = 1..longest, each from zero and into the first symbol of the next.

    Example: of a^n b^2n with n = 1 the steps read a, b, b and another a, in the contexts start>a, a>b, b>b, end>a
    """

    language: Counting
    n: Int[ndarray, " steps"]
    symbol: Int[ndarray, " steps"]
    source: Int[ndarray, " steps"]
    """The symbol read before: an index in the alphabet; -1 for "start", and the alphabet's size for "end"."""
    counts: Int[ndarray, "steps alphabet"]
    """Of the first symbol how many have been read; of each later one how many are to come if no further first symbol
    follows, rounded down."""
    cell: Float[ndarray, "steps hid"]
    before: Float[ndarray, "steps hid"]
    """The cell before the step."""
    gates: Float[ndarray, "steps 3 hid"]
    predicted: Int[ndarray, " steps"]
    """The net's most probable next symbol."""

    @property
    def within(self) -> Bool[ndarray, " steps"]:
        """The steps that do not read the first symbol of the next string."""
        return self.source < len(self.language.symbols)

    def context(self, source: int, symbol: int) -> Bool[ndarray, " steps"]:
        """The steps that read `symbol` after `source`."""
        chosen: Bool[ndarray, " steps"] = (self.source == source) & (self.symbol == symbol)
        return chosen


def symbols_of(language: Counting, longest: int) -> Int[ndarray, "strings time"]:
    """Return the strings n = 1..longest, each padded with first symbols to one more than the longest string.

    Example: a^n b^n to n = 2 -> [[a, b, a, a, a], [a, a, b, b, a]]
    """
    ends = np.cumsum(language.ratios) * np.arange(1, longest + 1)[:, None]  # (strings, alphabet)
    time = np.arange(ends[-1, -1] + 1)
    read = np.zeros((longest, len(time)), np.int8)
    for end in ends.T:
        read += time >= end[:, None]
    return np.where(read == len(language.symbols), 0, read).astype(np.int8)


@torch.no_grad()
def read(model: LSTM, language: Counting, longest: int) -> Reading:
    """Read every string up to a length with one net.

    Args:
        model: an ensemble of one, as `one_net` returns it.

    Raises:
        ConfigError: if `longest` is below 2, where a count cannot be distinguished from the position in the string.
    """
    if longest < 2:
        raise ConfigError(f"trained on n <= {longest}: a count needs strings of two lengths; train on n <= 2 or more")
    symbols, ratios = symbols_of(language, longest), np.array(language.ratios)
    trace: Trace = model(torch.from_numpy(symbols).long())
    assert trace.cell is not None and trace.gates is not None
    n, time = np.arange(1, longest + 1)[:, None], np.arange(symbols.shape[1])
    length = ratios.sum() * n
    present = time <= length  # (strings, time)
    source = np.concatenate([np.full_like(symbols[:, :1], -1), symbols[:, :-1]], axis=1)
    source[time == length] = len(ratios)
    left = (np.cumsum(ratios) * n)[:, None] - (time[:, None] + 1)  # (strings, time, alphabet)
    counts = np.clip(left, 0, (ratios * n)[:, None])
    in_firsts = symbols == 0
    read_firsts = np.where(time == length, 1, time + 1)  # (strings, time)
    counts[in_firsts] = (ratios * read_firsts[..., None] // ratios[0])[in_firsts]
    counts[..., 0] = np.where(in_firsts, read_firsts, 0)
    cell, start = trace.cell[0].numpy(), model.initial(len(n)).cell
    assert start is not None
    before = np.concatenate([start[0, :, None].numpy(), cell[:, :-1]], axis=1)
    return Reading(
        language=language,
        n=np.broadcast_to(n, present.shape)[present],
        symbol=symbols[present],
        source=source[present],
        counts=counts[present],
        cell=cell[present],
        before=before[present],
        gates=trace.gates[0].numpy()[present],
        predicted=trace.logits[0].numpy()[present].argmax(1),
    )


def counts(model: LSTM, language: Counting, *, net: int, trained: int) -> Counts:
    """Return what one net of an ensemble counts; directions are fitted up to `trained`, and tested up to 4 times it.

    Raises:
        ConfigError: if `trained` is below 2.
    """
    alone = one_net(model, net)
    reading, longer = read(alone, language, trained), read(alone, language, LONGER * trained)
    directions = tuple(_direction(name, reading, longer) for name in _names(language))
    contexts = _contexts(language)
    return Counts(
        net=net,
        symbols=language.symbols,
        ratios=language.ratios,
        trained_length=trained,
        longer_length=LONGER * trained,
        directions=directions,
        steps=tuple(_step(reading, *context) for context in contexts),
        gates=tuple(_gate(reading, *context, gate) for context in contexts for gate in range(3)),
        ends=tuple(_end(direction, reading) for direction in directions[2:]),
        string=_string(directions, reading, n=min(SHOWN, trained)),
    )


def _names(language: Counting) -> tuple[str, ...]:
    first, *later = language.symbols
    return ("n", f"{first} read", *(f"{symbol} to come" for symbol in later))


def _true(name: str, reading: Reading) -> tuple[Int[ndarray, " steps"], Bool[ndarray, " steps"]]:
    """Return a count after each step, and where it is defined."""
    ratio, read = reading.language.ratios[0], reading.counts[:, 0]
    whole = reading.within & (read % ratio == 0)  # as many first symbols as some string has
    if name == "n":
        return np.where(reading.symbol == 0, read // ratio, reading.n), whole
    index = reading.language.symbols.index(name.split()[0])
    return reading.counts[:, index], (whole if index else reading.within) & (reading.symbol <= index)


def _direction(name: str, reading: Reading, longer: Reading) -> CountDirection:
    """Return the least-squares fit of a count by the cell, and its error on longer strings."""
    (true, defined), (far, far_defined) = _true(name, reading), _true(name, longer)
    cell, true = reading.cell[defined], true[defined].astype(float)  # (steps, hid), (steps,)
    far_defined &= longer.n > reading.n.max()
    far_cell, far = longer.cell[far_defined], far[far_defined].astype(float)
    centred = cell - cell.mean(0)
    weights = np.linalg.lstsq(centred, true - true.mean())[0]
    bias = true.mean() - cell.mean(0) @ weights
    decoded, far_decoded = cell @ weights + bias, far_cell @ weights + bias
    return CountDirection(
        count=name,
        phases=reading.language.symbols[: int(reading.symbol[defined].max()) + 1],
        weights=tuple(weights.tolist()),
        bias=float(bias),
        slopes=tuple((centred.T @ (true - true.mean()) / ((true - true.mean()) ** 2).sum()).tolist()),
        main_unit=int((np.abs(weights) * cell.std(0)).argmax()),
        r2_trained=_r2(decoded, true),
        r2_longer=_r2(far_decoded, far),
        error_trained=float(np.abs(decoded - true).max()),
        error_longer=float(np.abs(far_decoded - far).max()),
        decoded_trained=_by_count(decoded, true),
        decoded_longer=_by_count(far_decoded, far),
    )


def _r2(decoded: Float[ndarray, " steps"], true: Float[ndarray, " steps"]) -> float:
    return float(1 - ((decoded - true) ** 2).sum() / ((true - true.mean()) ** 2).sum())


def _by_count(decoded: Float[ndarray, " steps"], true: Float[ndarray, " steps"]) -> tuple[DecodedCount, ...]:
    read = [(int(count), decoded[true == count]) for count in np.unique(true)]
    return tuple(
        DecodedCount(count=count, mean=float(at.mean()), low=float(at.min()), high=float(at.max()))
        for count, at in read
    )  # fmt: skip


def _end(direction: CountDirection, reading: Reading) -> StringEnd:
    """Return how far the cell is from its start, at the end of a string and one symbol later."""
    weights, (start, end) = np.array(direction.weights), (reading.source == -1, ~reading.within)
    return StringEnd(
        count=direction.count,
        at_end=float(np.abs(reading.before[end] @ weights).max()),
        after_next=float(np.abs((reading.cell[end] - reading.cell[start][0]) @ weights).max()),
    )


def _contexts(language: Counting) -> list[tuple[int, int]]:
    """Return every (symbol before, symbol) of the strings, in order; those of "end" last."""
    size = len(language.symbols)
    later = [(before, symbol) for symbol in range(1, size) for before in (symbol - 1, symbol)]
    return [(-1, 0), (0, 0), *later, (size, 0)]


def _written(language: Counting, source: int) -> str:
    return "start" if source == -1 else (*language.symbols, "end")[source]


def _step(reading: Reading, source: int, symbol: int) -> CellStep:
    chosen = reading.context(source, symbol)
    change = (reading.cell - reading.before)[chosen]  # (steps, hid)
    return CellStep(
        source=_written(reading.language, source),
        symbol=reading.language.symbols[symbol],
        steps=len(change),
        mean=tuple(change.mean(0).tolist()),
        spread=tuple(change.std(0).tolist()),
    )


def _gate(reading: Reading, source: int, symbol: int, gate: int) -> GateUse:
    values = reading.gates[reading.context(source, symbol), gate]  # (steps, hid)
    return GateUse(
        gate=GATES[gate],
        source=_written(reading.language, source),
        symbol=reading.language.symbols[symbol],
        mean=tuple(values.mean(0).tolist()),
        low=tuple(values.min(0).tolist()),
        high=tuple(values.max(0).tolist()),
        unsaturated=tuple(np.minimum(values, 1 - values).max(0).tolist()),
    )


def _string(directions: tuple[CountDirection, ...], reading: Reading, *, n: int) -> CountedString:
    """Return one string with the true and the decoded counts."""
    chosen = (reading.n == n) & reading.within
    true = [[count if on else None for count, on in zip(*map(np.ndarray.tolist, _true(d.count, reading)), strict=True)]
            for d in directions]  # fmt: skip
    cell = reading.cell[chosen]
    decoded = np.stack([cell @ np.array(d.weights) + d.bias for d in directions], axis=1)
    steps = np.flatnonzero(chosen).tolist()
    return CountedString(
        symbols="".join(reading.language.symbols[symbol] for symbol in reading.symbol[chosen].tolist()),
        counts=tuple(tuple(counted[step] for counted in true) for step in steps),
        decoded=tuple(map(tuple, decoded.tolist())),
        cell=tuple(map(tuple, cell.tolist())),
        gates=tuple((tuple(i), tuple(f), tuple(o)) for i, f, o in reading.gates[chosen].tolist()),
    )
