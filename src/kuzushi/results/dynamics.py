"""What the dynamics of a trained SRN are: fixed points of each symbol's map, and how it counts by them."""

from dataclasses import dataclass, field
from typing import Literal

from kuzushi.results.common import Arrays, Interval, Vector

Lacking = Literal["attractor", "saddle", "real eigenvalues"]
ClaimName = Literal["returns", "reset", "certain", "surer", "closer"]


@dataclass(frozen=True, kw_only=True)
class FixedPoint:
    """A hidden state that one symbol, read again and again, leaves where it is, or two that it exchanges."""

    symbol: str
    period: int
    """1: a fixed point. 2: a cycle of two states."""
    points: tuple[Vector, ...]
    """The one state or both, -1..1."""
    eigenvalues: tuple[tuple[float, float], ...]
    """Real and imaginary part, of the Jacobian of one step, or of two for a cycle; the largest modulus first."""
    directions: tuple[Vector, ...]
    """Unit eigenvectors at the first of `points`, in the order of the eigenvalues; none if any of these is complex."""
    stable: bool
    """Whether every modulus is below 1."""
    basin: float | None
    """Of a stable one: the share, 0..1, of the starting states that end there; None if it is not stable."""

    @property
    def saddle(self) -> bool:
        """Whether states near it are drawn in along some directions and driven away along others."""
        moduli = [abs(complex(*value)) for value in self.eigenvalues]
        return min(moduli) < 1 < max(moduli)


@dataclass(frozen=True, kw_only=True)
class CountingLaw:
    """One net on a^n b^kn: how fast the a's contract and the b's expand, and the first n that must then fail.

    Where the net lacks what the law speaks of, all numbers but `net` and `measured` are None.
    """

    net: int
    measured: int | None
    """The first n that fails, as in SequencesResult; None where none does."""
    lacking: Lacking | None = None
    """attractor: the a's lead to no stable point or 2-cycle. saddle: no fixed point of b has exactly one expanding
    eigenvalue, a real one. real eigenvalues: the a's turn around their attractor."""
    contraction: float | None = None
    """The eigenvalue at the a's attractor, per a; negative where the states alternate between two sides of it, or
    between the two states of a cycle (whose eigenvalue, of two a's, it squares to in modulus)."""
    expansion: float | None = None
    """The eigenvalue above 1 in modulus at the saddle of the b's."""
    product: float | None = None
    """|contraction| |expansion|^k; a net that counts without end has 1."""
    limit: float | None = None
    """How far beside the saddle, in units of activation along the expanding direction, the first b leads after ever
    more a's; a net that counts without end has 0. For a cycle, that after as many a's as trained."""
    offset: float | None = None
    """The same after as many a's as trained."""
    predicted: int | None = None
    """The first n beyond the trained ones that fails by the law; None where none does up to the tested length."""


@dataclass(frozen=True, kw_only=True)
class StudyClaim:
    """What the study says of its SRN, measured on every string that is trained."""

    name: ClaimName
    measured: Vector
    """Of the shown net. returns and reset: the mean and the largest distance, from the initial state and between the
    states after the last b, in units of the mean distance between two states. certain: the least and the mean
    probability of b where it is due after a b. surer: the probability of b after 1, 2, ... a's. closer: how many b's
    bring the state closer to the initial one, and of how many."""
    borne_out: bool
    """Whether it is true of the shown net."""
    holds: int
    """Of how many exact nets it is true."""
    exact: int
    """How many nets are exact on all that is trained."""


@dataclass(frozen=True, kw_only=True)
class Dynamics:
    """The maps h -> tanh(W_hh h + W_ih x + b) that symbols apply to the hidden state of SRNs.

    arrays, of the shown net, for two hidden units alone; `axis` runs over both:
        axis: float32 of shape (grid,), -1..1.
        flow: float32 of shape (alphabet, grid, grid, 2), by how much each symbol moves a state; unit 2 before unit 1.
        basin: int8 of shape (alphabet, grid, grid), the place in `fixed_points` where a state ends, else -1.
        logits: float32 of shape (grid, grid, alphabet), what is read out at each state.
        path: float32 of shape (symbols + 1, 2), the states of `string`, from the initial one on.
    """

    net: int
    """The one shown."""
    symbols: tuple[str, ...]
    hid: int
    ratio: int | None
    """The k of a^n b^kn; None for other languages, which have neither laws nor claims."""
    trained_length: int
    tested_length: int
    fixed_points: tuple[FixedPoint, ...]
    """Those found, of the shown net."""
    laws: tuple[CountingLaw, ...]
    """One per net."""
    rank_correlation: float | None
    """Spearman's, -1..1, between predicted and measured over `compared`; None where either is always the same."""
    rank_interval: Interval | None
    """Its 95 % interval; None also where the correlation is 1 or -1, which has none."""
    claims: tuple[StudyClaim, ...]
    string: str
    """The string that `path` follows."""
    arrays: Arrays = field(default_factory=dict)

    @property
    def compared(self) -> tuple[CountingLaw, ...]:
        """The nets whose failure is predicted: exact on all that is trained, and with all that the law speaks of."""
        return tuple(law for law in self.exact_nets if law.lacking is None)

    @property
    def exact_nets(self) -> tuple[CountingLaw, ...]:
        """The nets that are exact on all that is trained."""
        return tuple(law for law in self.laws if law.measured is None or law.measured > self.trained_length)

    @property
    def predicted_exactly(self) -> int:
        return sum(law.predicted == law.measured for law in self.compared)

    @property
    def predicted_within_one(self) -> int:
        """Predictions that are exact, or off by one n; to have none is off by more."""
        return sum(
            law.predicted == law.measured
            or (law.predicted is not None and law.measured is not None and abs(law.predicted - law.measured) == 1)
            for law in self.compared
        )

    @property
    def commonest(self) -> int:
        """How many of `compared` fail at the n at which most do: what always saying that n would get right."""
        measured = [law.measured for law in self.compared]
        return max((measured.count(n) for n in measured), default=0)
