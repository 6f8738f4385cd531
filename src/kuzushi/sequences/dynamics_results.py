"""Results on the dynamics of SRNs: fixed points of each symbol's map, the counting law, and the ways nets count."""

from dataclasses import dataclass, field
from typing import Literal

from kuzushi.core.results import Arrays, Interval, Vector

Lacking = Literal["attractor", "saddle", "real eigenvalues"]
ClaimName = Literal["returns", "reset", "certain", "surer", "closer"]
WayName = Literal[
    "monotone approach", "alternating approach", "spiral approach", "two-cycle",
    "monotone departure", "alternating departure", "spiral departure",
    "slow point", "slow two-cycle", "drift", "not explained",
]  # fmt: skip
APPROACHES: tuple[WayName, ...] = ("monotone approach", "alternating approach", "spiral approach", "two-cycle")
DEPARTURES: tuple[WayName, ...] = ("monotone departure", "alternating departure", "spiral departure")
STEP_TOLERANCE = 0.25
"""The largest relative error of a step that is explained, and of the ratio of steps of a way."""
ANGLE_TOLERANCE = 30.0
"""The largest error of the angle between steps of a way, in degrees."""


@dataclass(frozen=True, kw_only=True)
class FixedPoint:
    """A hidden state that the map of one symbol leaves unchanged, or a cycle of two states."""

    symbol: str
    period: int
    """1: a fixed point. 2: a cycle of two states."""
    points: tuple[Vector, ...]
    """The one state or both, -1..1."""
    eigenvalues: tuple[tuple[float, float], ...]
    """Real and imaginary part, of the Jacobian of `period` steps; the largest modulus first."""
    directions: tuple[Vector, ...]
    """Unit eigenvectors at the first of `points`, in the order of the eigenvalues; empty if any is complex."""
    stable: bool
    """Whether every modulus is below 1."""
    basin: float | None
    """The share, 0..1, of the starting states that end there; None if it is not stable."""

    @property
    def saddle(self) -> bool:
        """Whether it attracts along some directions and repels along others."""
        moduli = [abs(complex(*value)) for value in self.eigenvalues]
        return min(moduli) < 1 < max(moduli)

    @property
    def stability(self) -> Literal["stable", "saddle", "unstable"]:
        """Whether it attracts along all, some or no directions."""
        return "stable" if self.stable else "saddle" if self.saddle else "unstable"


@dataclass(frozen=True, kw_only=True)
class CountingLaw:
    """The counting law of one net on a^n b^kn: contraction by the a's, expansion by the b's, predicted first failure.

    If the net lacks what the law needs, all numbers but `net` and `measured` are None.
    """

    net: int
    exact: bool
    """Whether it is right on all trained strings, alone and in streams."""
    measured: int | None
    """The first n that fails from the initial state, as the law predicts it; None if none does."""
    lacking: Lacking | None = None
    """attractor: the a's lead to no stable point or 2-cycle. saddle: no fixed point of b has exactly one expanding
    eigenvalue, a real one. real eigenvalues: the a's rotate around their attractor."""
    contraction: float | None = None
    """The eigenvalue at the a's attractor, per a; negative if the states alternate between two sides of it, or
    between the two states of a cycle (whose eigenvalue, of two a's, it squares to in modulus)."""
    expansion: float | None = None
    """The eigenvalue above 1 in modulus at the saddle of the b's."""
    product: float | None = None
    """|contraction| |expansion|^k; 1 for a net that counts without end."""
    limit: float | None = None
    """Distance from the saddle along the expanding direction after the first b, in units of activation, in the limit
    of many a's; 0 for a net that counts without end. For a cycle: after as many a's as trained."""
    offset: float | None = None
    """The same after as many a's as trained."""
    predicted: int | None = None
    """The first n beyond the trained ones that fails by the law; None if none does up to the tested length."""


@dataclass(frozen=True, kw_only=True)
class CountingWay:
    """How one symbol moves the state of an exact net along the longest trained string.

    Steps are those between the states after the symbol: the first one, from the state before it, is left out.
    """

    net: int
    symbol: str
    name: WayName
    """approach: to a stable point, from one side, from two sides in turn, or in a spiral. departure: away from an
    unstable point. two-cycle: to a stable cycle of two states. slow point: past a state that hardly moves. slow
    two-cycle: alternating past a cycle of two such states. drift: in one direction, each step at least half and at
    most twice as long as the one before, with no fixed point near. not explained: none of these agrees with the
    steps."""
    steps: int
    """At least 2."""
    explained: int
    """The most steps in a row that agree with the way, or if none does with the place below."""
    ratio: float
    """Length of a step, in units of the one before: the geometric mean over the explained steps, or all if the name is
    not explained. Of a departure: from the state nearest to the point on. Of an approach: up to it."""
    angle: float
    """Between a step and the one before, 0..180 degrees: the mean over the same steps."""
    eigenvalue: tuple[float, float] | None
    """Real and imaginary part of the one of the largest modulus, at the place that explains the steps, or the nearest
    fixed point or cycle if none does; of two steps at a cycle. None for a drift, or if no place was found."""
    distance: tuple[float, float, float] | None
    """From that place, or the one nearest to a drift: after the first symbol, the least, and after the last one."""


@dataclass(frozen=True, kw_only=True)
class ReportClaim:
    """A statement of the coursework report about its SRN, measured on every trained string."""

    name: ClaimName
    measured: Vector
    """Of the best net. returns and reset: the mean and the largest distance, from its own initial state and between
    the states after the last b, in units of the mean distance between two states. certain: the least and the mean
    probability of b where it is due after a b. surer: the probability of b after 1, 2, ... a's. closer: how many b's
    bring the state closer to the initial one, and of how many."""
    confirmed: bool
    """Whether it is true of the best net."""
    holds: int
    """Number of exact nets of which it is true."""
    exact: int


@dataclass(frozen=True, kw_only=True)
class Dynamics:
    """The maps h -> tanh(W_hh h + W_ih x + b) that symbols apply to the hidden state of SRNs.

    arrays, of the best net, for two hidden units alone; `axis` runs over both:
        axis: float32 of shape (grid,), -1..1.
        flow: float32 of shape (alphabet, grid, grid, 2), how far each symbol moves a state; unit 2 before unit 1.
        basin: int8 of shape (alphabet, grid, grid), index in `fixed_points` of where a state ends, else -1.
        logits: float32 of shape (grid, grid, alphabet), the read-out at each state.
        path: float32 of shape (symbols + 1, 2), the states along `string`, from the net's initial one.
    """

    net: int
    symbols: tuple[str, ...]
    hid: int
    ratio: int | None
    """The k of a^n b^kn; None for other languages, which have neither laws nor claims."""
    trained_length: int
    tested_length: int
    fixed_points: tuple[FixedPoint, ...]
    """Those found, of the best net."""
    laws: tuple[CountingLaw, ...]
    rank_correlation: float | None
    """Spearman's, -1..1, between predicted and measured over `compared`; None if either is constant."""
    rank_interval: Interval | None
    ways: tuple[CountingWay, ...]
    """Of each exact net, for the a's and the b's; none if no trained string has two steps of a's."""
    claims: tuple[ReportClaim, ...]
    string: str
    """The string that `path` follows."""
    arrays: Arrays = field(default_factory=dict)

    @property
    def compared(self) -> tuple[CountingLaw, ...]:
        """The nets whose failure is predicted: exact on all trained strings, and lacking nothing."""
        return tuple(law for law in self.exact_nets if law.lacking is None)

    @property
    def exact_nets(self) -> tuple[CountingLaw, ...]:
        """The nets that are exact on all trained strings."""
        return tuple(law for law in self.laws if law.exact)

    @property
    def as_the_law_says(self) -> tuple[int, ...]:
        """The nets of `compared` whose a's approach and whose b's depart on the longest trained string."""
        names = {(way.net, way.symbol): way.name for way in self.ways}
        a, b = self.symbols[:2]
        nets = [law.net for law in self.compared]
        return tuple(net for net in nets if names.get((net, a)) in APPROACHES and names.get((net, b)) in DEPARTURES)

    @property
    def predicted_exactly(self) -> int:
        """The number of right predictions."""
        return sum(law.predicted == law.measured for law in self.compared)

    @property
    def predicted_within_one(self) -> int:
        """The number of predictions that are right or off by one; no failure is off by more."""
        off = [
            abs(law.predicted - law.measured)
            for law in self.compared
            if law.predicted is not None and law.measured is not None
        ]
        return self.predicted_exactly + off.count(1)

    @property
    def commonest(self) -> int:
        """The number of `compared` that fail at the commonest n: the score of always predicting that n."""
        measured = [law.measured for law in self.compared]
        return max((measured.count(n) for n in measured), default=0)
