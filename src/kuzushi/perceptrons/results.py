"""Results of the experiments on perceptrons, as plain data."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from kuzushi.core.results import SCHEMA, Arrays, Interval, Matrix, Measure, Provenance, Score, Vector
from kuzushi.perceptrons.configs import CheckerboardConfig, DesignConfig
from kuzushi.proofs.minimality_format import MinimalityProof, Weighing


@dataclass(frozen=True, kw_only=True)
class Activations:
    """The outputs of all units at one point."""

    point: Vector
    target: int
    hidden: Vector
    output: float
    """Output of the net, 0..1."""


@dataclass(frozen=True, kw_only=True)
class ShownPerceptron:
    """The net of the ensemble that is drawn."""

    net: int
    """Index in the ensemble, from 0."""
    hidden_weight: Matrix
    hidden_bias: Vector
    output_weight: Matrix
    output_bias: Vector
    loss: float | None
    """Mean binary cross-entropy over the points, in nats; None if infinite (a wrong step output)."""
    accuracy: float
    """Percent of the points that are right."""
    lines: tuple[str, ...]
    """The line of each hidden unit, such as "x1 + x2 - 2.5 = 0"."""
    table: tuple[Activations, ...]


@dataclass(frozen=True, kw_only=True)
class EnsembleScore:
    """Means over all nets at one evaluation (accuracy in percent), and how many nets are right on every point."""

    epoch: int
    loss: float
    accuracy: float
    solved: int


@dataclass(frozen=True, kw_only=True)
class SigmoidScale:
    """The factors on step weights for which the net is right with sigmoid units.

    A factor on all weights and biases sharpens the sigmoids towards steps. A factor on the output unit changes no sign.
    """

    right_from: float | None
    """Smallest factor with which every point is right: the upper end of an enclosure, at most 1e-9 too large (above 10:
    at most 1e-10 of itself). None if none was found below `searched_to`."""
    stays_right: bool
    """Whether every larger factor is proved right as well."""
    certified: float | None
    """Smallest factor that the margins alone prove sufficient; None if a point lies on a line."""
    searched_to: float
    factors: Vector = ()
    loss: Vector = ()
    """Mean cross-entropy in nats, for each of `factors`."""
    worst: Vector = ()
    """Lowest probability of a point's target (1 is best, 0.5 undecided), for each of `factors`."""


@dataclass(frozen=True, kw_only=True)
class Solution:
    """A set of dichotomies that several solved nets have in common."""

    units: tuple[str, ...]
    """The different dichotomies of the active units, sorted: a character per point, "1" where the unit is on. A unit
    and its complement count as one, written as the one that is off at the first point."""
    nets: int
    """Number of nets with these dichotomies."""
    fewest: int | None
    """How many of these dichotomies a step net needs; None if all are not enough, or there are more than ten."""
    design: int | None
    """Index in Solutions.designs of the first design with the most shared dichotomies; None if none is known."""
    shared: int | None
    """Number of dichotomies shared with that design."""


@dataclass(frozen=True, kw_only=True)
class Solutions:
    """The dichotomies that gradient descent finds.

    A unit is on where its output is above the middle of its range, and active if it is on at some points only.
    """

    distinct: int
    """Number of different sets of dichotomies among the solved nets."""
    most_frequent: tuple[Solution, ...]
    steps: int
    """Solved nets that stay right when their units become steps, with the same weights."""
    realisable: int
    """Solved nets whose dichotomies suffice for a step net, with some output weights."""
    active: tuple[int, ...]
    """Number of solved nets with 0, 1, 2, ... active units."""
    minimal: int | None
    """Fewest hidden units of any step net on these points, if known."""
    designs: tuple[tuple[str, ...], ...]
    """All minimal designs, each a set of `minimal` dichotomies as in Solution.units; empty if not all are known."""
    shared: tuple[int, ...]
    """Number of solved nets that share 0, 1, ... dichotomies with their nearest design; empty if none is known."""
    wrong: tuple[int, ...]
    """For each point, how many of the unsolved nets get it wrong."""


@dataclass(frozen=True, kw_only=True)
class NearestDesign:
    """The minimal design that shares the most dichotomies with the net that is drawn, with integer weights."""

    design: int
    """Index in Solutions.designs."""
    hidden_weight: Matrix
    hidden_bias: Vector
    """Unit j has dichotomy j of the design, or its complement."""
    output_weight: Matrix
    output_bias: Vector
    lines: tuple[str, ...]
    same: tuple[int | None, ...]
    """For each hidden unit of the drawn net, the unit of the design with the same dichotomy, if any."""


@dataclass(frozen=True, kw_only=True)
class CheckerboardResult:
    """An ensemble of perceptrons on labelled points.

    arrays (for two inputs; none for more):
        axis1, axis2: float64 of shape (pixels,), coordinates of the drawn plane.
        hidden: float32 of shape (hid, pixels, pixels), outputs of the hidden units, [unit, x2, x1].
        output: float32 of shape (pixels, pixels), output of the net, [x2, x1].
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
    """For each net, the first evaluation from which it stayed right on every point; None if there is none."""
    epochs: tuple[EnsembleScore, ...]
    shown: ShownPerceptron
    solutions: Solutions | None
    """Of trained nets."""
    nearest: NearestDesign | None
    """If the drawn net was trained, is right on every point, and designs are known."""
    scale: SigmoidScale | None
    """Of loaded weights of step units."""
    seconds: float
    provenance: Provenance
    subject: Literal["checkerboard"] = "checkerboard"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)
    measure: ClassVar[Measure] = "solved"
    per_net: ClassVar[str] = "epochs_to_solve"

    @property
    def score(self) -> Score:
        """Score in a table of many runs."""
        return Score(value=self.solved_interval, n=self.nets, per_net=self.epochs_to_solve)

    @property
    def data_name(self) -> str:
        """Name of the points on the page."""
        return self.config.data


@dataclass(frozen=True, kw_only=True)
class Design:
    """A step net with the fewest hidden units that is right on every point."""

    units: tuple[int, ...]
    """Indices in the proof's `units`."""
    name: str | None
    """Its name, if it is known from elsewhere."""
    symmetric: int
    """Number of designs that symmetries of the points make of it, itself included."""
    hidden_weight: Matrix
    """Of shape (hid, inputs): the smallest integers, if found in time; else larger ones, at worst not integers."""
    hidden_bias: Vector
    output_weight: Matrix
    output_bias: Vector
    lines: tuple[str, ...]
    table: tuple[Activations, ...]
    hidden_margin: float
    """Smallest |input| of a hidden unit."""
    output_margin: float
    """Smallest |input| of the output unit."""
    distance: float
    """Smallest distance of a point from a line, in the units of the points."""
    scale: SigmoidScale


@dataclass(frozen=True, kw_only=True)
class DesignResult:
    """The smallest step nets for labelled points.

    arrays, for points of two inputs:
        axis1, axis2: float64 of shape (pixels,), coordinates of the drawn plane.
        regions: int64 of shape (designs, pixels, pixels), [design, x2, x1]: bit j is set where hidden unit j is on.
        output: int8 of shape (designs, pixels, pixels), the output of each design.
    """

    config: DesignConfig
    data_sha256: str
    lower: int
    """Proved: no net with fewer hidden units is right on every point."""
    upper: int | None
    """A net with this many is right; None if none exists or none was found in time."""
    impossible: Weighing | None
    """Farkas certificate that refutes all units: no net of any size is right on every point."""
    realisable: int | None
    """Number of sets of `upper` dichotomies that suffice; None if not all were enumerated."""
    kinds: int
    """Number of known designs that differ up to the symmetries of the points."""
    designs: tuple[Design, ...]
    """One design of each kind, up to `config.shown`: a named one first, then by output margin."""
    proof: MinimalityProof
    count_checked: bool
    """Whether the checker also went through all sets of `upper` dichotomies and confirmed `realisable`."""
    seconds: float
    """To find, prove and enumerate."""
    seconds_checked: float
    provenance: Provenance
    subject: Literal["design"] = "design"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)
    measure: ClassVar[Measure] = "units"
    per_net: ClassVar[str] = ""

    @property
    def score(self) -> Score:
        """Units known to suffice, with the proved lower bound, in a table of many runs."""
        value = None if self.upper is None else Interval(float(self.upper), float(self.lower), float(self.upper))
        return Score(value=value, n=None)

    @property
    def data_name(self) -> str:
        """Name of the points on the page."""
        return self.config.data


@dataclass(frozen=True, kw_only=True)
class WrongPoint:
    """A point that the net gets wrong."""

    point: Vector
    target: int
    input: float
    """Input of the output unit: the net says 1 if it is at least 0."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The grade of one net on labelled points."""

    weights: str
    data: str
    data_sha256: str
    act: str
    scale: float
    """Factor on all weights and biases; the other fields describe the scaled net."""
    hid: int
    right: int
    points: int
    passed: bool
    """Whether every point is right."""
    wrong: tuple[WrongPoint, ...]
    """The worst first."""
    lines: tuple[str, ...]
    table: tuple[Activations, ...]
    hidden_margin: float
    """Smallest |input| of a hidden unit; 0 if a point lies on a line."""
    output_margin: float
    """Smallest input of the output unit, with the sign of the target: at most 0 if a point is wrong."""
    distance: float | None
    """Smallest distance of a point from a line, in the units of the points; None if no unit has a line."""
    dividing: int
    """Number of hidden units with points on both sides; the others, as steps, are constant on the points."""
    lower: int | None
    """Proved and checked: no step net with fewer hidden units is right; None if not tried or not settled."""
    upper: int | None
    """A step net with this many is right; None if none was found."""
    subject: Literal["verdict"] = "verdict"
    schema: int = SCHEMA
