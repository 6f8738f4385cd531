"""What was found about recurrent nets on a formal language."""

from dataclasses import dataclass, field
from typing import Literal

from kuzushi.configs import SequencesConfig
from kuzushi.results.certificates import Certification
from kuzushi.results.common import SCHEMA, Arrays, Interval, Provenance, Vector
from kuzushi.results.counters import Counts, ExtractedCounters
from kuzushi.results.dynamics import Dynamics
from kuzushi.results.extraction import ExtractedMachines
from kuzushi.results.machines import Machine
from kuzushi.results.snapping import Snapping

SNAPPED = "snapped."
"""Before the names of the weights of exact nets."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One symbol of a string, and what the net makes of it."""

    symbol: str
    state: str
    """Where in the language this is, such as a3 (three a's read), 6b (six b's to come) or 2) (two brackets open)."""
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

    A length is an n where the language counts, the deepest nesting of balanced brackets, and a number of symbols in a
    Reber language. Those are trained and tested on strings as the grammar draws them; all lengths are then that of the
    longest test string.

    arrays, of the shown net over the first test strings, each from the initial state (`walk`):
        state: int64 of shape (steps,), places in `states`.
        string: int64 of shape (steps,), which string the step belongs to.
        determined: bool of shape (steps,), whether only one symbol may come next.
        hidden: float32 of shape (steps, hid), after each symbol.
        cell: float32 of shape (steps, hid), for the LSTM.
        gates: float32 of shape (steps, 3, hid), input, forget and output gate, for the LSTM.
        portrait.NAME: the arrays of `dynamics`, by their names there.

    weights: of all nets, by their names in the model; snapped.NAME: of the nets of `snapping`, in its order.
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
    """One per net: the smallest length that fails, alone or in a stream without reset; None where none does. In
    a stream of strings longer than `scored_length` it is the longest so far."""
    solved: int
    """Nets exact on every string up to the trained length, alone and in a stream without reset."""
    solved_interval: Interval
    accuracy: tuple[float, ...]
    """One per net: the share of determined symbols it gets right on the strings up to scored_length, each alone."""
    scored_length: int
    never_stop: float
    """The same share for a net that always says the last symbol again."""
    history: tuple[EnsembleLoss, ...]
    states: tuple[str, ...]
    machine: Machine
    shown: ShownRecurrent
    walk: tuple[str, ...]
    """The strings behind `arrays`, as text."""
    dynamics: Dynamics | None
    """How an SRN counts; None for an LSTM, and for a grammar."""
    counts: Counts | None
    """What the shown LSTM counts; None for an SRN, and where no pattern of counts is the language."""
    counter_machine: ExtractedCounters | None
    """Taken from the shown LSTM; None as for `counts`."""
    automata: ExtractedMachines | None
    """The finite machines of nets on a grammar; None for other languages."""
    certification: Certification | None
    """How far the shown net is proved right; None where no pattern of counts is the language."""
    snapping: Snapping | None
    """What became of the LSTMs when they were made exact; None as for `counts`."""
    seconds: float
    provenance: Provenance
    subject: Literal["sequences"] = "sequences"
    schema: int = SCHEMA
    arrays: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)

    def weights_of(self, net: int) -> Arrays:
        """The weights of one net as it was trained, without an axis of nets."""
        return {name: array[net] for name, array in self.weights.items() if not name.startswith(SNAPPED)}

    def snapped_weights_of(self, net: int) -> Arrays | None:
        """The weights of the exact net that was made of one net; None where none was made."""
        places = [] if self.snapping is None else [each.net for each in self.snapping.nets]
        if net not in places:
            return None
        place = places.index(net)
        return {
            name.removeprefix(SNAPPED): array[place] for name, array in self.weights.items() if name.startswith(SNAPPED)
        }
