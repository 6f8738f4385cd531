"""What an LSTM counts: directions of its cell, steps and gates by context, and a counter machine taken from it."""

from dataclasses import dataclass

from kuzushi.results.common import Vector


@dataclass(frozen=True, kw_only=True)
class DecodedCount:
    """What a direction of the cell reads wherever the true count has one value."""

    count: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class CountDirection:
    """A count as a linear function of the cell: least squares on the strings of the lengths trained."""

    count: str
    """"n" (a's read while there are a's, then n), "a read", "b to come" and so on. While a's are read, what is to come
    is what would be if no further a came."""
    phases: tuple[str, ...]
    """The symbols after which the count is defined."""
    weights: Vector
    """Counts per unit of cell, one for each hidden unit."""
    bias: float
    """Counts."""
    slopes: Vector
    """Cell per count, one for each hidden unit: least squares of the cell on the count."""
    main_unit: int
    """Place of the unit that moves the decoded count most."""
    r2_trained: float
    r2_longer: float
    """Share of the variance explained, on strings that the fit has not seen; below 0 where the mean would do better."""
    error_trained: float
    """The largest error, in counts."""
    error_longer: float
    decoded_trained: tuple[DecodedCount, ...]
    decoded_longer: tuple[DecodedCount, ...]


@dataclass(frozen=True, kw_only=True)
class CellStep:
    """How the cell changes in one context, over all strings of the lengths trained; vectors have an entry a unit."""

    source: str
    """The symbol read before; "start" before the first of all, "end" after the last of a string."""
    symbol: str
    steps: int
    mean: Vector
    spread: Vector
    """Standard deviation over the steps."""


@dataclass(frozen=True, kw_only=True)
class GateUse:
    """What one gate does in one context, over all strings of the lengths trained; vectors have an entry a unit."""

    gate: str
    """"input", "forget" or "output"."""
    source: str
    symbol: str
    mean: Vector
    low: Vector
    high: Vector
    unsaturated: Vector
    """The largest distance from 0 or 1, whichever is nearer; 0 to 0.5."""


@dataclass(frozen=True, kw_only=True)
class StringEnd:
    """Whether the cell is back at its start when a string is over, in counts along the direction of one count."""

    count: str
    at_end: float
    """The largest distance from the start, over all strings of the lengths trained."""
    after_next: float
    """The same once the first symbol of the next string is read, from where that symbol leads from the start."""


@dataclass(frozen=True, kw_only=True)
class CountedString:
    """One string, symbol by symbol; everything is after the symbol."""

    symbols: str
    counts: tuple[tuple[int | None, ...], ...]
    """For each symbol, the true count of each direction; None where it is not defined."""
    decoded: tuple[Vector, ...]
    """What the directions read there."""
    cell: tuple[Vector, ...]
    gates: tuple[tuple[Vector, Vector, Vector], ...]
    """Input, forget and output gate."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What one LSTM counts, and with which gates."""

    net: int
    """Its place in the ensemble."""
    symbols: tuple[str, ...]
    ratios: tuple[int, ...]
    """How often each symbol comes, in units of n."""
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
    """A test before an arrow is taken."""

    counter: str
    positive: bool
    """Whether the counter must be above 0, rather than 0."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What an arrow does to a counter."""

    counter: str
    by: int
    sets: bool = False
    """Whether the counter becomes `by`, whatever it was."""


@dataclass(frozen=True, kw_only=True)
class CounterTransition:
    """An arrow of a counter machine; it cannot be taken where it would bring a counter below 0."""

    source: str
    symbol: str
    guards: tuple[Guard, ...]
    """Read before the symbol; all must hold."""
    target: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True)
class CounterMachine:
    """Finitely many states and counters that can be tested for 0; all counters start at 0.

    The symbols that come next are those of the arrows that can be taken.
    """

    symbols: tuple[str, ...]
    states: tuple[str, ...]
    counters: tuple[str, ...]
    start: str
    transitions: tuple[CounterTransition, ...]


@dataclass(frozen=True, kw_only=True)
class MeasuredIncrement:
    """What one more of a symbol does to a counter: as measured, and the integer that the machine takes."""

    symbol: str
    measured: float
    rounded: int


@dataclass(frozen=True, kw_only=True)
class ExtractedCounter:
    """A counter of the machine as it stands in the cell: a direction, whose steps are in proportion to integers."""

    counter: str
    weights: Vector
    """Steps of the counter per unit of cell, one for each hidden unit."""
    single_unit: int | None
    """The place of the unit, where the direction is that of one unit alone."""
    increments: tuple[MeasuredIncrement, ...]
    """For the symbols from the first to the counter's own, where each follows itself; the last is an integer as it is,
    since it sets how long a step is."""
    largest_rounding: float
    """The largest distance of an increment from its integer, in steps."""
    largest_error: float
    """The largest distance of the cell from the machine's counter over the strings read, in symbols of its own."""
    error_next: float
    """The same after the first symbol of the next string."""
    kept: float
    """How much of it the forget gates keep at that symbol, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Whether the net's most probable next symbol is one that the machine allows."""

    tested: int
    """Strings n = 1, 2, ..., this one, each alone, after every one of their prefixes."""
    parts_at: int | None
    """The smallest n at which they part; None where they do not."""
    in_streams: bool
    """Whether they agree in streams without reset, every two lengths trained side by side."""


@dataclass(frozen=True, kw_only=True)
class CutLanguage:
    """The machine's language cut at n <= `longest`, beside the true one."""

    longest: int
    equal: bool
    states: int
    """Of the smallest state machine of the machine's language so cut; 0 where that is not finite."""


@dataclass(frozen=True, kw_only=True)
class ExtractedCounters:
    """A counter machine taken from a net, and how far it is the net's; or why there is none."""

    read: int
    """The largest n of the strings that it was taken from."""
    tolerance: float
    """How far an increment may be from an integer, in steps of the counter."""
    machine: CounterMachine | None
    why_not: str | None
    counters: tuple[ExtractedCounter, ...]
    agreement: Agreement | None
    cut: CutLanguage | None
