"""Results on counting LSTMs: counts in the cell, steps and gates, the extracted counter machine, and snapped nets."""

from dataclasses import dataclass

from kuzushi.core.results import Interval, Vector
from kuzushi.proofs.certificate_format import Certification


@dataclass(frozen=True, kw_only=True)
class DecodedCount:
    """The decoded values at all steps with one true count."""

    count: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class CountDirection:
    """A count as a linear function of the cell: least squares on the strings of the trained lengths."""

    count: str
    """"n" (a's read while there are a's, then n), "a read", "b to come" and so on. While a's are read, the count to
    come is the one that holds if no further a follows."""
    phases: tuple[str, ...]
    """The symbols after which the count is defined."""
    weights: Vector
    """Counts per unit of cell."""
    bias: float
    slopes: Vector
    """Cell per count: least squares of the cell on the count."""
    main_unit: int
    """Index of the unit that changes the decoded count most."""
    r2_trained: float
    r2_longer: float
    """R² on strings that the fit has not seen; below 0 if the mean would do better."""
    error_trained: float
    error_longer: float
    """The largest errors, in counts."""
    decoded_trained: tuple[DecodedCount, ...]
    decoded_longer: tuple[DecodedCount, ...]


@dataclass(frozen=True, kw_only=True)
class CellStep:
    """The change of the cell in one context, over all strings of the trained lengths; vectors have one entry a unit."""

    source: str
    """The symbol read before; "start" at the start of a stream, "end" after the last symbol of a string."""
    symbol: str
    steps: int
    mean: Vector
    spread: Vector
    """Standard deviation."""


@dataclass(frozen=True, kw_only=True)
class GateUse:
    """The values of one gate in one context, over all strings of the trained lengths; vectors have one entry a unit."""

    gate: str
    """"input", "forget" or "output"."""
    source: str
    symbol: str
    mean: Vector
    low: Vector
    high: Vector
    unsaturated: Vector
    """The largest distance from the nearer of 0 and 1; 0 to 0.5."""


@dataclass(frozen=True, kw_only=True)
class StringEnd:
    """The distance of the cell from its start when a string ends, in counts along the direction of one count."""

    count: str
    at_end: float
    """The largest distance from the start, over all strings of the trained lengths."""
    after_next: float
    """The same after the first symbol of the next string, from the state that this symbol leads to from the start."""


@dataclass(frozen=True, kw_only=True)
class CountedString:
    """One string, symbol by symbol; all values are after the symbol."""

    symbols: str
    counts: tuple[tuple[int | None, ...], ...]
    """For each symbol, the true count of each direction; None where it is not defined."""
    decoded: tuple[Vector, ...]
    """The decoded counts, one per direction."""
    cell: tuple[Vector, ...]
    gates: tuple[tuple[Vector, Vector, Vector], ...]
    """Input, forget and output gate."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """The counts of one LSTM and the gates that it counts with."""

    net: int
    symbols: tuple[str, ...]
    ratios: tuple[int, ...]
    trained_length: int
    longer_length: int
    """The largest n on which the directions are tested."""
    directions: tuple[CountDirection, ...]
    steps: tuple[CellStep, ...]
    gates: tuple[GateUse, ...]
    ends: tuple[StringEnd, ...]
    string: CountedString


@dataclass(frozen=True, kw_only=True)
class Guard:
    """A test that a transition needs."""

    counter: str
    positive: bool
    """Whether the counter must be above 0, or else 0."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """The effect of a transition on a counter."""

    counter: str
    by: int
    sets: bool = False
    """Whether the counter is set to `by`, rather than changed by it."""


@dataclass(frozen=True, kw_only=True)
class CounterTransition:
    """A transition of a counter machine; it is impossible if it would bring a counter below 0."""

    source: str
    symbol: str
    guards: tuple[Guard, ...]
    """Tested before the symbol is read; all must hold."""
    target: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True)
class CounterMachine:
    """Finitely many states and counters that can be tested for 0; all counters start at 0.

    The symbols that may come next are those of the possible transitions.
    """

    symbols: tuple[str, ...]
    states: tuple[str, ...]
    counters: tuple[str, ...]
    start: str
    transitions: tuple[CounterTransition, ...]


@dataclass(frozen=True, kw_only=True)
class MeasuredIncrement:
    """The increment of a counter at one symbol: as measured, and as rounded for the machine."""

    symbol: str
    measured: float
    rounded: int


@dataclass(frozen=True, kw_only=True)
class ExtractedCounter:
    """A counter in the cell: a direction along which the increments are in proportion to integers."""

    counter: str
    weights: Vector
    """Steps of the counter per unit of cell."""
    single_unit: int | None
    """Index of the unit, if the direction is that of one unit alone."""
    increments: tuple[MeasuredIncrement, ...]
    """At each symbol that follows itself, up to the counter's own, which sets the length of a step."""
    largest_rounding: float
    """The largest distance of an increment from its integer, in steps."""
    largest_error: float
    """The largest distance of the cell from the machine's counter, in symbols of its own."""
    error_next: float
    """The same after the first symbol of the next string."""
    retained: float
    """The share of it that the forget gates retain at that symbol, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Whether the net's most probable next symbol is one that the machine allows."""

    tested: int
    """Largest n; the strings n = 1, 2, ... are tested alone, after every prefix."""
    differ_at: int | None
    """The smallest n at which they differ; None if they agree."""
    in_streams: bool
    """Whether they agree in streams without reset that have every trained length after every other."""


@dataclass(frozen=True, kw_only=True)
class CutLanguage:
    """The machine's language cut at n <= `longest`, compared with the true one."""

    longest: int
    equal: bool
    states: int
    """Of its smallest finite machine; 0 if the cut language is not finite."""


@dataclass(frozen=True, kw_only=True)
class ExtractedCounters:
    """A counter machine extracted from a net and how far the two agree; or why there is none."""

    read: int
    """The largest n of the strings used for the extraction."""
    tolerance: float
    """The allowed rounding of an increment."""
    machine: CounterMachine | None
    why_not: str | None
    counters: tuple[ExtractedCounter, ...]
    agreement: Agreement | None
    cut: CutLanguage | None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The unit that detects the end of one phase: its cell is then back at its value from the start of the string."""

    symbol: str
    unit: int
    since: str
    """The first symbol that its cell counts."""
    before: tuple[float, ...]
    """Increment of the trained net's cell at each symbol of the language, on average."""
    increments: tuple[float, ...]
    """The same in the snapped net."""


@dataclass(frozen=True, kw_only=True)
class WeightChange:
    """One weight before and after."""

    name: str
    index: tuple[int, ...]
    """Row, and column unless it is a bias."""
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class Snapped:
    """The changes that make a trained LSTM exact; the result is another net."""

    net: int
    readings: tuple[Reading, ...]
    """One for each symbol after the first."""
    changes: tuple[WeightChange, ...]
    weights: int
    """Number of weights of the net."""
    removed: int
    """Number of recurrent links set to 0."""
    distance: float
    """The norm of all changes as a multiple of the norm of the trained weights."""


@dataclass(frozen=True, kw_only=True)
class Snapping:
    """An ensemble of LSTMs, each snapped to an exact net where one is found."""

    nets: tuple[Snapped, ...]
    """The nets that could be snapped."""
    tried: int
    tested_length: int
    first_failure: tuple[int | None, ...]
    """Of the nets in `nets`, as in SequencesResult."""
    exact: int
    """Snapped nets without a failure."""
    exact_interval: Interval
    """Of the share of the nets tried."""
    exact_before: int
    """Trained nets without a failure."""
    certification: Certification | None
    """How far the best net is proved right once it is snapped; None if it could not be snapped."""
