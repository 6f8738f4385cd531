"""What was found about the smallest step nets for labelled points, with its proof."""

from dataclasses import dataclass, field
from typing import Literal

from kuzushi.configs import DesignConfig, GapsConfig
from kuzushi.results.checkerboard import Activations, SigmoidScale
from kuzushi.results.common import SCHEMA, Arrays, Matrix, Provenance, Vector


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One way in which a step unit can divide the points; with its complement, which is as good, it counts once."""

    on: str
    """One character per point: "1" where the unit is on."""
    weight: tuple[int, ...]
    """Such a unit: it is on where weight . x + bias > 0, and off where it is < 0."""
    bias: int


@dataclass(frozen=True, kw_only=True)
class Weighing:
    """Whole numbers on the points, at least 0 on those of target 1, at most 0 on those of target 0, of sum 0.

    A unit unbalances a weighing if the numbers of the points where it is on do not add up to 0. Every net that is
    right on all points has a unit that unbalances it: over the points, the numbers weigh the net's sum before its
    output positively; yet units that leave it balanced add nothing, and neither does the bias.
    """

    points: tuple[int, ...]
    """Places of the points whose number is not 0."""
    numbers: tuple[int, ...]
    """Their numbers."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case of a proof: split into two, or closed by a sum.

    A case has units that the net has, and units that it lacks; the first has neither.
    """

    unit: int | None = None
    """Split: the nets with this unit, and those without it. None where the case is closed."""
    orbit: bool = False
    """Split: those without any unit of this one's orbit, instead; the others have this one, up to a symmetry."""
    having: int = 0
    """Place of the case with the unit."""
    lacking: int = 0
    """Place of the case without it."""
    shares: tuple[tuple[int, int], ...] = ()
    """Closed: a weighing, and its share in parts of the proof's `whole`. Of weighings that the case's units leave
    balanced, the shares add up to more than other units can pay, each no more than `whole`, unless it unbalances
    shares of more."""


@dataclass(frozen=True, kw_only=True)
class MinimalityProof:
    """Why no step net with fewer than `bound` hidden units is right on all points.

    What a reader checks: the units are all there are; the weighings are weighings; the symmetries map units to units
    and targets to targets (or all to their opposites); the cases cover all nets; and every closed case needs `bound`
    units.
    """

    points: tuple[tuple[str, ...], ...]
    """Coordinates as decimal numbers."""
    targets: tuple[int, ...]
    bound: int
    units: tuple[Unit, ...]
    weighings: tuple[Weighing, ...]
    symmetries: tuple[tuple[int, ...], ...]
    """Permutations of the points: place i goes to place symmetry[i]."""
    whole: int
    cases: tuple[Case, ...]
    """The first is the case of all nets."""


@dataclass(frozen=True, kw_only=True)
class Design:
    """A step net that is right on every point with as few hidden units as can be."""

    units: tuple[int, ...]
    """Places in the proof's `units`."""
    name: str | None
    """What it is known as."""
    symmetric: int
    """How many designs it stands for, itself among them: the others follow by symmetries of the points."""
    hidden_weight: Matrix
    """Of shape (hid, inputs): whole numbers, the smallest where the integer programme found them in time; with
    coordinates of many digits larger, and at worst not whole."""
    hidden_bias: Vector
    output_weight: Matrix
    output_bias: Vector
    lines: tuple[str, ...]
    table: tuple[Activations, ...]
    hidden_margin: float
    """The smallest |input| of a hidden unit."""
    output_margin: float
    """The smallest |input| of the output unit."""
    distance: float
    """Of the point that is nearest to a line, in the units of the points."""
    scale: SigmoidScale


@dataclass(frozen=True, kw_only=True)
class DesignResult:
    """The smallest step nets for labelled points.

    arrays, for points of two inputs:
        axis1, axis2: float64 of shape (pixels,), the coordinates of the plane drawn.
        regions: int64 of shape (designs, pixels, pixels), [design, x2, x1]: bit j is set where hidden unit j is on.
        output: int8 of shape (designs, pixels, pixels), what each design says there.
    """

    config: DesignConfig
    data_sha256: str
    lower: int
    """No net with fewer hidden units is right on every point: proved."""
    upper: int | None
    """A net with so many is; None where there is none of any size, or none was found in time."""
    impossible: Weighing | None
    """Balanced by every unit: no net of any size is right on every point."""
    realisable: int | None
    """How many sets of `upper` dichotomies are realisable; None where not all were listed."""
    kinds: int
    """How many of the designs known differ up to the symmetries of the points."""
    designs: tuple[Design, ...]
    """One of each kind, as many as are shown; one with a name first, then the largest output margin."""
    proof: MinimalityProof
    count_checked: bool
    """Whether the code that checks proof and designs by exact fractions also went through all sets of `upper`
    dichotomies, and found no others realisable."""
    seconds: float
    """To find, to prove and to list."""
    seconds_checked: float
    provenance: Provenance
    subject: Literal["design"] = "design"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """The smallest step net for cells with one gap between them."""

    gap: float
    dichotomies: int
    lower: int
    upper: int | None
    impossible: bool
    seconds: float
    design: Design | None
    """One of the smallest found."""


@dataclass(frozen=True, kw_only=True)
class GapsResult:
    """The smallest step nets for the cells of a checkerboard, from wide gaps between them to none."""

    config: GapsConfig
    data_sha256: str
    gaps: tuple[Gap, ...]
    seconds: float
    provenance: Provenance
    subject: Literal["gaps"] = "gaps"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class WrongPoint:
    """A point on the wrong side."""

    point: Vector
    target: int
    input: float
    """Of the output unit there: the net says 1 where it is at least 0."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is to be said of one given net on labelled points."""

    weights: str
    data: str
    data_sha256: str
    act: str
    scale: float
    """The factor on all weights and biases, which what follows is said of."""
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
    """The smallest |input| of a hidden unit; 0 where a point lies on a line."""
    output_margin: float
    """The smallest input of the output unit, counted towards the target: at most 0 where a point is wrong."""
    distance: float | None
    """Of the point that is nearest to a line, in the units of the points; None where no unit has a line."""
    dividing: int
    """Hidden units with points on both sides; the others, where they are steps, add the same at every point."""
    lower: int | None
    """No step net with fewer hidden units is right on every point: proved, and checked; None
    where it was not tried, or not settled."""
    upper: int | None
    """A step net with so many is; None if none was found."""
    subject: Literal["verdict"] = "verdict"
    schema: int = SCHEMA
