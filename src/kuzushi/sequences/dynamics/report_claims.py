"""The report's claims about the hidden states of its SRN on a language of a's and b's, measured on exact nets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from kuzushi.core.results import Vector
from kuzushi.sequences.dynamics_results import ClaimName, ReportClaim
from kuzushi.sequences.languages.counting import Counting
from kuzushi.sequences.nets import SRN, Trace

CERTAIN = 0.9
"""The least probability that counts as the report's "high probability"."""


@dataclass(frozen=True, kw_only=True)
class Readings:
    """One net on the strings n = 1, 2, ..., each from its initial state; a row is one symbol."""

    initial: Float[np.ndarray, " hid"]
    hidden: Float[np.ndarray, "symbols hid"]
    probability_of_b: Float[np.ndarray, " symbols"]
    """The probability that b comes next."""
    n: Int[np.ndarray, " symbols"]
    position: Int[np.ndarray, " symbols"]
    """1 for the first symbol of a string."""
    ratio: int

    @property
    def last(self) -> Bool[np.ndarray, " symbols"]:
        """The last b of each string."""
        last: np.ndarray = self.position == (1 + self.ratio) * self.n
        return last

    @property
    def scale(self) -> float:
        """The mean distance between two states."""
        distances = _distances(self.hidden, self.hidden)
        return float(distances.sum() / (len(distances) * (len(distances) - 1)))


Measure = Callable[[Readings], tuple[Vector, bool]]


def report_claims(
    model: SRN, language: Counting, *, longest: int, shown: int, exact: Sequence[bool]
) -> tuple[ReportClaim, ...]:
    """Measure each claim on one net, and count the exact nets for which it holds.

    Args:
        longest: strings n = 1, ..., `longest` are read; at least 2, so that there are states to compare.
    """
    readings, claims = _read(model, language, longest), []
    for name, measure in MEASURES.items():
        measured, confirmed = measure(readings[shown])
        holds = sum(measure(one)[1] for one, right in zip(readings, exact, strict=True) if right)
        claims.append(ReportClaim(name=name, measured=measured, confirmed=confirmed, holds=holds, exact=sum(exact)))
    return tuple(claims)


def returns(readings: Readings) -> tuple[Vector, bool]:
    """Measure how far the state after the last b is from the initial one; confirmed if it is nearer to no other state.

    Other states are those after symbols that are not a last b.
    """
    ends, others = readings.hidden[readings.last], readings.hidden[~readings.last]
    distance = np.linalg.norm(ends - readings.initial, axis=1)
    nearer = bool((distance < _distances(ends, others).min(1)).all())
    scaled = distance / readings.scale
    return (float(scaled.mean()), float(scaled.max())), nearer


def reset(readings: Readings) -> tuple[Vector, bool]:
    """Measure how far apart the states after the last b are for different n; confirmed if no other state is nearer."""
    ends, others = readings.hidden[readings.last], readings.hidden[~readings.last]
    between = _distances(ends, ends)
    nearer = bool((between.max(1) < _distances(ends, others).min(1)).all())
    scaled = between[np.triu_indices(len(ends), 1)] / readings.scale
    return (float(scaled.mean()), float(scaled.max())), nearer


def certain(readings: Readings) -> tuple[Vector, bool]:
    """Measure the probability of every b but the first, before it is read; confirmed if it is never below CERTAIN."""
    due = readings.probability_of_b[(readings.position > readings.n) & ~readings.last]
    return (float(due.min()), float(due.mean())), bool(due.min() >= CERTAIN)


def surer(readings: Readings) -> tuple[Vector, bool]:
    """Measure the probability of b after 1, 2, ... a's; confirmed if it rises with each."""
    probabilities = readings.probability_of_b[(readings.n == readings.n.max()) & (readings.position <= readings.n)]
    return tuple(probabilities.tolist()), bool((np.diff(probabilities) > 0).all())


def closer(readings: Readings) -> tuple[Vector, bool]:
    """Count the b's, without the first, that bring the state closer to the initial one; confirmed if all do."""
    counted = readings.position[1:] > readings.n[1:] + 1
    steps = np.diff(np.linalg.norm(readings.hidden - readings.initial, axis=1))[counted]
    return (float((steps < 0).sum()), float(len(steps))), bool((steps < 0).all())


MEASURES: dict[ClaimName, Measure] = {
    "returns": returns, "reset": reset, "certain": certain, "surer": surer, "closer": closer,
}  # fmt: skip


@torch.no_grad()
def _read(model: SRN, language: Counting, longest: int) -> list[Readings]:
    streams = language.alone(longest)
    trace: Trace = model(streams.symbols.to(model.bias.device))
    present = streams.present
    position = torch.arange(1, present.shape[1] + 1).expand_as(present)[present]
    hidden = trace.hidden.cpu().double()[:, present].numpy()
    probability_of_b = trace.logits.cpu().double().softmax(-1)[:, present, 1].numpy()
    initial = model.initial().hidden[:, 0].cpu().double().numpy()  # (nets, hid)
    return [
        Readings(
            initial=begin, hidden=states, probability_of_b=probabilities, n=streams.n[present].numpy(),
            position=position.numpy(), ratio=language.ratios[1],
        )
        for begin, states, probabilities in zip(initial, hidden, probability_of_b, strict=True)
    ]  # fmt: skip


def _distances(
    ones: Float[np.ndarray, "ones hid"], others: Float[np.ndarray, "others hid"]
) -> Float[np.ndarray, "ones others"]:
    distances: np.ndarray = np.linalg.norm(ones[:, None] - others, axis=2)
    return distances
