"""What was found about the finite automata inside recurrent nets."""

from dataclasses import dataclass

from kuzushi.results.common import Interval, Vector
from kuzushi.results.machines import Machine


@dataclass(frozen=True, kw_only=True)
class Counterexample:
    """A string of the grammar after which the net itself is not right, by the score of whole strings."""

    prefix: str
    """What has been read, from the initial state. No loop in it can be left out; a shorter one may exist."""
    allowed: str
    """The symbols that may come next; one of them is no more probable than one of the others."""
    probabilities: Vector
    """What the net gives each symbol of the alphabet there."""


@dataclass(frozen=True, kw_only=True)
class ExtractedMachine:
    """The deterministic finite automaton read off one net, as numbers."""

    net: int
    radius: float
    """Within which hidden states were merged, in units of activation: the largest difference of one unit."""
    clusters: int
    """States before minimisation."""
    states: int
    """States of the minimal automaton."""
    equal: bool
    """Whether it is the grammar's minimal automaton, which was decided exactly."""
    word: str | None
    """A shortest string that only one of the two automata can read; None if they are equal."""
    departs: int | None
    """The symbols of a string after which the net says something else than this automaton, the shortest such string
    among those tried; None if there is none."""
    counterexample: Counterexample | None
    """The shortest found, for the net itself; None if it is right after every string tried."""
    prefixes: int
    """How many strings were tried that are all the net says, up to a length."""
    longest_prefix: int
    """That length, in symbols."""
    least_said: float
    """The lowest probability of a symbol that counts as said, on all strings tried."""
    most_unsaid: float
    """The highest of one that does not. With any threshold in between the same would be said."""

    @property
    def exact(self) -> bool:
        """Whether the automaton is the grammar's, and nothing that was tried shows that the net is another."""
        return self.equal and self.departs is None and self.counterexample is None


@dataclass(frozen=True, kw_only=True)
class ExtractedMachines:
    """The automata read off an ensemble, each beside its grammar."""

    threshold: float
    """A symbol counts as said where its probability is at least this; the most probable one always does."""
    walks: int
    """Long strings that each net said itself, and that were tried beside the prefixes."""
    walk_length: int
    """Their symbols."""
    grammar_states: int
    """States of the grammar's minimal automaton."""
    machines: tuple[ExtractedMachine, ...]
    """One per net."""
    equal: int
    """Nets whose automaton is the grammar's."""
    exact: int
    """Those of them that say what it says on every string tried."""
    exact_interval: Interval
    shown: int
    """Place in `machines` of the one that is drawn."""
    machine: Machine
    """Its automaton. States have the names of the grammar's nodes if the two are equal, else q0, q1, ..."""
