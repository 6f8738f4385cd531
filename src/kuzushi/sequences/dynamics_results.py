"""Results on the dynamics of SRNs: fixed points of each symbol's map, and the law by which they count."""

from dataclasses import dataclass, field
from typing import Literal

from kuzushi.core.results import Arrays, Interval, Vector

Lacking = Literal["attractor", "saddle", "real eigenvalues"]
ClaimName = Literal["returns", "reset", "certain", "surer", "closer"]


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
    measured: int | None
    """The first n that fails, as in SequencesResult; None if none does."""
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
class ReportClaim:
    """A statement of the coursework report about its SRN, measured on every trained string."""

    name: ClaimName
    measured: Vector
    """Of the best net. returns and reset: the mean and the largest distance, from the initial state and between the
    states after the last b, in units of the mean distance between two states. certain: the least and the mean
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
        path: float32 of shape (symbols + 1, 2), the states along `string`, from the initial one.
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
        return tuple(law for law in self.laws if law.measured is None or law.measured > self.trained_length)

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
