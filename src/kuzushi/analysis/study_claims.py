"""What the study says of the hidden states of its SRN on a language of a's and b's, measured on exact nets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from kuzushi.data.counting import Counting
from kuzushi.models.recurrent import SRN, Trace
from kuzushi.results.common import Vector
from kuzushi.results.dynamics import ClaimName, StudyClaim

CERTAIN = 0.9
"""What the study's "high probability" is taken to be, at least."""


@dataclass(frozen=True, kw_only=True)
class Readings:
    """What one net does on the strings n = 1, 2, ..., each from the initial state 0; a row is one symbol."""

    hidden: Float[np.ndarray, "symbols hid"]
    says_b: Float[np.ndarray, " symbols"]
    """The probability that b comes next."""
    n: Int[np.ndarray, " symbols"]
    place: Int[np.ndarray, " symbols"]
    """1 for the first symbol of a string."""
    ratio: int

    @property
    def last(self) -> Bool[np.ndarray, " symbols"]:
        """The last b of each string."""
        last: np.ndarray = self.place == (1 + self.ratio) * self.n
        return last

    @property
    def scale(self) -> float:
        """The mean distance between two states."""
        distances = _distances(self.hidden, self.hidden)
        return float(distances.sum() / (len(distances) * (len(distances) - 1)))


Measure = Callable[[Readings], tuple[Vector, bool]]


def study_claims(
    model: SRN, language: Counting, *, longest: int, shown: int, exact: Sequence[bool]
) -> tuple[StudyClaim, ...]:
    """Each claim measured on one net, and counted over those that are exact.

    Args:
        longest: strings n = 1, ..., `longest` are read; at least 2, so that there are states to compare.
        shown: the net that is measured.
        exact: for each net whether it is right on all these strings.
    """
    readings = _read(model, language, longest)
    return tuple(
        StudyClaim(
            name=name,
            measured=measure(readings[shown])[0],
            borne_out=measure(readings[shown])[1],
            holds=sum(measure(one)[1] for one, right in zip(readings, exact, strict=True) if right),
            exact=sum(exact),
        )
        for name, measure in MEASURES.items()
    )


def returns(readings: Readings) -> tuple[Vector, bool]:
    """How far the state after the last b is from the initial one; borne out if it is nearer to no other state.

    Other states are those after symbols that are not a last b.
    """
    ends, others = readings.hidden[readings.last], readings.hidden[~readings.last]
    distance = np.linalg.norm(ends, axis=1)
    nearer = bool((distance < _distances(ends, others).min(1)).all())
    return _mean_and_largest(distance / readings.scale), nearer


def reset(readings: Readings) -> tuple[Vector, bool]:
    """How far apart the states after the last b are for different n; borne out if each is nearer to all of these."""
    ends, others = readings.hidden[readings.last], readings.hidden[~readings.last]
    between = _distances(ends, ends)
    nearer = bool((between.max(1) < _distances(ends, others).min(1)).all())
    return _mean_and_largest(between[np.triu_indices(len(ends), 1)] / readings.scale), nearer


def certain(readings: Readings) -> tuple[Vector, bool]:
    """The probability of every b but the first, before it is read; borne out if it is never below CERTAIN."""
    due = readings.says_b[(readings.place > readings.n) & ~readings.last]
    return (float(due.min()), float(due.mean())), bool(due.min() >= CERTAIN)


def surer(readings: Readings) -> tuple[Vector, bool]:
    """The probability of b after 1, 2, ... a's; borne out if it rises with each."""
    probabilities = readings.says_b[(readings.n == readings.n.max()) & (readings.place <= readings.n)]
    return tuple(probabilities.tolist()), bool((np.diff(probabilities) > 0).all())


def closer(readings: Readings) -> tuple[Vector, bool]:
    """How many b's, but for the first, bring the state closer to the initial one; borne out if all do."""
    counted = readings.place[1:] > readings.n[1:] + 1
    steps = np.diff(np.linalg.norm(readings.hidden, axis=1))[counted]
    return (float((steps < 0).sum()), float(len(steps))), bool((steps < 0).all())


MEASURES: dict[ClaimName, Measure] = {
    "returns": returns, "reset": reset, "certain": certain, "surer": surer, "closer": closer,
}  # fmt: skip


@torch.no_grad()
def _read(model: SRN, language: Counting, longest: int) -> list[Readings]:
    streams = language.alone(longest)
    trace: Trace = model(streams.symbols.to(model.bias.device))
    present = streams.present
    place = torch.arange(1, present.shape[1] + 1).expand_as(present)[present]
    hidden = trace.hidden.cpu().double()[:, present].numpy()
    says_b = trace.logits.cpu().double().softmax(-1)[:, present, 1].numpy()
    return [
        Readings(
            hidden=states, says_b=probabilities, n=streams.n[present].numpy(), place=place.numpy(),
            ratio=language.ratios[1],
        )
        for states, probabilities in zip(hidden, says_b, strict=True)
    ]  # fmt: skip


def _distances(
    ones: Float[np.ndarray, "ones hid"], others: Float[np.ndarray, "others hid"]
) -> Float[np.ndarray, "ones others"]:
    distances: np.ndarray = np.linalg.norm(ones[:, None] - others, axis=2)
    return distances


def _mean_and_largest(values: Float[np.ndarray, " values"]) -> Vector:
    return float(values.mean()), float(values.max())
