"""File format of a proof that no smaller step net is right on all points."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One way in which a step unit can divide the points: a dichotomy, counted once with its complement."""

    on: str
    """One character per point: "1" where the unit is on."""
    weight: tuple[int, ...]
    """A unit that divides them so: it is on where weight . x + bias > 0, and off where it is < 0."""
    bias: int


@dataclass(frozen=True, kw_only=True)
class Weighing:
    """A Farkas certificate: whole numbers on the points, > 0 for target 1 and < 0 for target 0, that sum to 0.

    A unit unbalances a weighing if the numbers of the points where it is on do not sum to 0. Every net that is right on
    all points has a unit that unbalances it: summed over the points, number times input of the output unit is positive;
    but units that leave the weighing balanced contribute 0, and so does the bias.
    """

    points: tuple[int, ...]
    """Indices of the points whose number is not 0."""
    numbers: tuple[int, ...]
    """Their numbers."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case of a proof by cases: split into two, or closed by a sum.

    A case is the set of nets that have some units and lack some others; the first case is that of all nets.
    """

    unit: int | None = None
    """Split: the nets with this unit, and those without it. None where the case is closed."""
    orbit: bool = False
    """Split: the second case lacks the unit's whole orbit under the symmetries; a net with any unit of the orbit is
    mapped by a symmetry to one with this unit."""
    having: int = 0
    """Index of the case with the unit."""
    lacking: int = 0
    """Index of the case without it."""
    shares: tuple[tuple[int, int], ...] = ()
    """Closed: indices of weighings, each with its share, in units of 1 / `whole` (weak duality of linear programming).
    The units of the case leave these weighings balanced. The shares sum to more than the other units can cover if each
    covers at most `whole`; what a unit could cover in excess of that is subtracted."""


@dataclass(frozen=True, kw_only=True)
class MinimalityProof:
    """Why no step net with fewer than `bound` hidden units is right on all points.

    `kuzushi.proofs.minimality.check` checks that the list of units is complete, that the weighings are Farkas
    certificates, that the symmetries map units to units and targets to targets (or all to their opposites), that the
    cases cover all nets, and that every closed case needs `bound` units.
    """

    points: tuple[tuple[str, ...], ...]
    """Coordinates as decimal numbers."""
    targets: tuple[int, ...]
    bound: int
    units: tuple[Unit, ...]
    weighings: tuple[Weighing, ...]
    symmetries: tuple[tuple[int, ...], ...]
    """Permutations of the points: point i is mapped to point symmetry[i]."""
    whole: int
    cases: tuple[Case, ...]
    """The first is the case of all nets."""


class StepNet(Protocol):
    """The fields of a step net that the checker reads.

    `units` are the indices of its hidden units in the proof's `units`; `symmetric` is the number of its images under
    the symmetries. The weights have shapes (hid, inputs) and (1, hid).
    """

    @property
    def units(self) -> Sequence[int]: ...
    @property
    def symmetric(self) -> int: ...
    @property
    def hidden_weight(self) -> Sequence[Sequence[float]]: ...
    @property
    def hidden_bias(self) -> Sequence[float]: ...
    @property
    def output_weight(self) -> Sequence[Sequence[float]]: ...
    @property
    def output_bias(self) -> Sequence[float]: ...
