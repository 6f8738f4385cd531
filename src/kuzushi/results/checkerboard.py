"""What was found about perceptrons on labelled points."""

from dataclasses import dataclass, field
from typing import Literal

from kuzushi.configs import CheckerboardConfig, WidthsConfig
from kuzushi.results.common import SCHEMA, Arrays, Interval, Matrix, Provenance, Vector


@dataclass(frozen=True, kw_only=True)
class Activations:
    """What the net does at one point."""

    point: Vector
    target: int
    hidden: Vector
    output: float
    """The net's output, 0..1."""


@dataclass(frozen=True, kw_only=True)
class ShownPerceptron:
    """The one net of the ensemble that is drawn."""

    net: int
    """Its place in the ensemble, from 0."""
    hidden_weight: Matrix
    hidden_bias: Vector
    output_weight: Matrix
    output_bias: Vector
    loss: float | None
    """Mean binary cross-entropy over the points, in nats; None where it is infinite (a step output that is wrong)."""
    accuracy: float
    """Percent of the points on the right side."""
    lines: tuple[str, ...]
    """Where each hidden unit changes side, such as "x1 + x2 - 2.5 = 0"."""
    table: tuple[Activations, ...]


@dataclass(frozen=True, kw_only=True)
class EnsembleScore:
    """All nets at one moment of training: means over the nets, and how many are right on every point."""

    epoch: int
    loss: float
    accuracy: float
    """Percent."""
    solved: int


@dataclass(frozen=True, kw_only=True)
class SigmoidScale:
    """From which factor on step weights are right with sigmoid units, all weights and biases times the factor.

    A factor on all weights sharpens the sigmoids towards steps. That of the output unit never changes a side.
    """

    right_from: float | None
    """The smallest factor with which every point is right (an enclosure's upper end, at most 1e-9 too large, for
    factors above 10 at most 1e-10 of itself); None where none is found below `searched_to`."""
    stays_right: bool
    """Whether every larger factor is proved right as well."""
    certified: float | None
    """The smallest factor that the margins alone prove sufficient; None where a point lies on a line."""
    searched_to: float
    factors: Vector = ()
    loss: Vector = ()
    """Mean cross-entropy in nats, for each of `factors`."""
    worst: Vector = ()
    """The worst point's output, as seen from its target (1 is best, 0.5 undecided), for each of `factors`."""


@dataclass(frozen=True, kw_only=True)
class Solution:
    """A way to divide the points that several solved nets have in common: their units as dichotomies."""

    units: tuple[str, ...]
    """One text per dichotomy of the active units, without repeats, sorted: a character per point, "1" where the unit
    is on; of a unit and its complement, the one that is off at the first point."""
    nets: int
    """How many nets divide the points so."""
    fewest: int | None
    """How many of these dichotomies a step net needs to be right on every point; None where all are not
    enough, or where there are more than ten to choose from."""
    design: int | None
    """Place in Solutions.designs of the first of those with which it shares the most; None if no designs are known."""
    shared: int | None
    """How many it shares with that design."""


@dataclass(frozen=True, kw_only=True)
class Solutions:
    """Which ways to divide the points gradient descent finds.

    A unit is on where its output is above the middle of its range. It is active if it is on at some points and off
    at others.
    """

    distinct: int
    """Different sets of dichotomies among the solved nets."""
    most_frequent: tuple[Solution, ...]
    steps: int
    """Solved nets that stay right on every point when their units become steps, with the same weights."""
    realisable: int
    """Solved nets whose dichotomies suffice for a step net, with some output weights."""
    active: tuple[int, ...]
    """How many solved nets have 0, 1, 2, ... active units."""
    minimal: int | None
    """The fewest hidden units of any step net on these points, where that is known."""
    designs: tuple[tuple[str, ...], ...]
    """Every minimal design: each set of `minimal` dichotomies that suffices for a step net, as texts like those of
    Solution.units; empty where not all are known."""
    shared: tuple[int, ...]
    """How many solved nets have 0, 1, ..., `minimal` of the dichotomies of the design with which they share the most;
    empty if no designs are known."""
    wrong: tuple[int, ...]
    """One per point: how many of the nets that are not solved get it wrong."""


@dataclass(frozen=True, kw_only=True)
class NearestDesign:
    """The minimal design with which the shown net shares the most dichotomies, as a step net of whole weights."""

    design: int
    """Its place in Solutions.designs."""
    hidden_weight: Matrix
    hidden_bias: Vector
    """Unit j divides the points as text j of the design says, or is the complement."""
    output_weight: Matrix
    output_bias: Vector
    lines: tuple[str, ...]
    same: tuple[int | None, ...]
    """One per hidden unit of the shown net: the unit of the design with the same dichotomy; None where there is none.
    Several units can have the same."""


@dataclass(frozen=True, kw_only=True)
class CheckerboardResult:
    """An ensemble of perceptrons on labelled points, one of them shown.

    arrays (for two inputs; none for more):
        axis1, axis2: float64 of shape (pixels,), the coordinates of the plane drawn.
        hidden: float32 of shape (hid, pixels, pixels), every hidden unit over the plane, [unit, x2, x1].
        output: float32 of shape (pixels, pixels), the net's output over the plane, [x2, x1].
    """

    config: CheckerboardConfig
    data_sha256: str
    """Fingerprint of the points and their targets."""
    act: str
    hid: int
    nets: int
    trained: bool
    solved: int
    solved_interval: Interval
    epochs_to_solve: tuple[int | None, ...]
    """One per net: the first evaluation from which it stayed right on every point; None where it did not."""
    epochs: tuple[EnsembleScore, ...]
    shown: ShownPerceptron
    solutions: Solutions | None
    """Of trained nets."""
    nearest: NearestDesign | None
    """Where the shown net was trained, is right on every point, and designs are known."""
    scale: SigmoidScale | None
    """Of given weights that were made for step units."""
    seconds: float
    provenance: Provenance
    subject: Literal["checkerboard"] = "checkerboard"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Width:
    """An ensemble of perceptrons of one width."""

    hid: int
    solved: int
    solved_interval: Interval
    epochs_to_solve: tuple[int | None, ...]
    """One per net, as in CheckerboardResult."""
    distinct: int
    """Different sets of dichotomies among the solved nets."""
    steps: int
    """Solved nets that stay right on every point when their units become steps."""
    wrong: tuple[int, ...]
    """One per point: how many of the nets that are not solved get it wrong."""
    seconds: float


@dataclass(frozen=True, kw_only=True)
class WidthsResult:
    """Ensembles of perceptrons of growing width on the same points."""

    config: WidthsConfig
    data_sha256: str
    points: Matrix
    targets: tuple[int, ...]
    minimal: int | None
    """The fewest hidden units of any step net on these points, where that is known."""
    widths: tuple[Width, ...]
    seconds: float
    provenance: Provenance
    subject: Literal["widths"] = "widths"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)
