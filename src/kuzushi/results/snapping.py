"""What was changed in a trained LSTM to make it count exactly."""

from dataclasses import dataclass

from kuzushi.results.certificates import Certification
from kuzushi.results.common import Interval


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How the end of one phase is seen: by a cell that is back where it began just then, whatever n is."""

    symbol: str
    """The symbol of the phase, such as "b"."""
    unit: int
    """The unit, counted from 0."""
    since: str
    """The first symbol that its cell counts."""
    before: tuple[float, ...]
    """What one of each symbol of the language adds to the cell of the trained net, on average."""
    increments: tuple[float, ...]
    """The same in the exact net."""


@dataclass(frozen=True, kw_only=True)
class WeightChange:
    """One weight before and after."""

    name: str
    """Such as "weight_hh"."""
    place: tuple[int, ...]
    """Row, and column unless it is a bias, counted from 0."""
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class Snapped:
    """What makes a trained LSTM an exact one, which is another net."""

    net: int
    """Its place in the ensemble, counted from 0."""
    readings: tuple[Reading, ...]
    """One for each symbol after the first."""
    changes: tuple[WeightChange, ...]
    """Every weight that differs."""
    weights: int
    """How many weights the net has."""
    removed: int
    """Recurrent links that were there and are 0 now."""
    distance: float
    """The norm of all changes as a multiple of the norm of the trained weights."""


@dataclass(frozen=True, kw_only=True)
class Snapping:
    """What became of an ensemble of LSTMs when each was made exact."""

    nets: tuple[Snapped, ...]
    """Those for which an exact net was found near."""
    tried: int
    tested_length: int
    first_failure: tuple[int | None, ...]
    """One per net of `nets`: the smallest n that fails, alone or in a stream without reset; None where none does."""
    exact: int
    """Nets of `nets` without a failure."""
    exact_interval: Interval
    """Of the share of the nets tried."""
    exact_before: int
    """Of the trained nets, how many have no failure."""
    certification: Certification | None
    """How far the shown net is proved right once it is snapped; None if it could not be."""
