"""State machines."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Transition:
    """An arrow of a state machine."""

    source: str
    symbol: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A finite machine: the smallest of a language, or one that was read off a net."""

    longest: int | None
    """The largest n of the strings it follows; None for a Reber grammar, which is finite as it is."""
    states: tuple[str, ...]
    start: str
    transitions: tuple[Transition, ...]
