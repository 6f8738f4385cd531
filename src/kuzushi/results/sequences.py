"""What was found about recurrent nets on a formal language."""

from dataclasses import dataclass, field
from typing import Literal

from kuzushi.configs import SequencesConfig
from kuzushi.results.common import SCHEMA, Arrays, Interval, Provenance, Vector


@dataclass(frozen=True, kw_only=True)
class Step:
    """One symbol of a string, and what the net makes of it."""

    symbol: str
    state: str
    """Where in the language this is, such as a3 (three a's read) or 6b (six b's to come)."""
    hidden: Vector
    probabilities: Vector
    """Of the next symbol, in the order of `symbols`."""
    legal: str
    """The symbols that may come next."""
    determined: bool
    """Whether the next symbol follows from what has been read."""
    right: bool
    """Whether every legal symbol is more probable than every other; True where nothing is asked."""


@dataclass(frozen=True, kw_only=True)
class Transition:
    """An arrow of a state machine."""

    source: str
    symbol: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The smallest state machine of the language cut at n <= `longest`."""

    longest: int | None
    """None for a grammar, which is finite as it is."""
    states: tuple[str, ...]
    start: str
    transitions: tuple[Transition, ...]


@dataclass(frozen=True, kw_only=True)
class ShownRecurrent:
    """The one net of the ensemble that is drawn, on one short stream."""

    net: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class EnsembleLoss:
    """All nets at one moment of training: the median loss per symbol in nats, and how many are exact so far."""

    update: int
    loss: float
    solved: int


@dataclass(frozen=True, kw_only=True)
class SequencesResult:
    """An ensemble of recurrent nets on one language, scored by whole strings.

    A length is an n where the language counts, and a number of symbols in a Reber language. Those are trained and
    tested on strings as the grammar draws them; both lengths are then that of the longest test string.

    arrays, of the shown net over the first test strings, each from the initial state (`walk`):
        state: int64 of shape (steps,), places in `states`.
        string: int64 of shape (steps,), which string the step belongs to.
        hidden: float32 of shape (steps, hid), after each symbol.
        cell: float32 of shape (steps, hid), for the LSTM.
        gates: float32 of shape (steps, 3, hid), input, forget and output gate, for the LSTM.
    """

    config: SequencesConfig
    data_sha256: str
    """Fingerprint of the strings with n up to the trained length, or of the test strings of a Reber language."""
    language: str
    symbols: tuple[str, ...]
    model: str
    hid: int
    nets: int
    trained_length: int
    tested_length: int
    first_failure: tuple[int | None, ...]
    """One per net: the smallest length that fails, alone (tried up to tested_length) or in a stream (up to
    trained_length); None where none does."""
    solved: int
    """Nets exact on every string up to the trained length, alone and in a stream without reset."""
    solved_interval: Interval
    accuracy: tuple[float, ...]
    """One per net: the share of determined symbols it gets right on the strings up to tested_length."""
    never_stop: float
    """The same share for a net that always says the last symbol again."""
    history: tuple[EnsembleLoss, ...]
    states: tuple[str, ...]
    machine: Machine
    shown: ShownRecurrent
    walk: tuple[str, ...]
    """The strings behind `arrays`, as text."""
    seconds: float
    provenance: Provenance
    subject: Literal["sequences"] = "sequences"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)
