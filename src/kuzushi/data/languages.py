"""The formal languages, behind one interface."""

from typing import Protocol, runtime_checkable

from torch import Generator

from kuzushi.data.counting import Counting
from kuzushi.data.grammars import REBER, Grammar, embedded
from kuzushi.data.streams import Streams
from kuzushi.errors import ConfigError


@runtime_checkable
class Language(Protocol):
    """What training, scoring and drawing need to know of a language; `longest` is the largest n of its strings."""

    @property
    def symbols(self) -> tuple[str, ...]:
        """The alphabet; every string begins with its first symbol."""

    def states(self, longest: int) -> tuple[str, ...]:
        """The names of the states: all that matters for what may follow. "end" is the one between strings."""

    def draw(self, batch: int, *, strings: int, longest: int, generator: Generator) -> Streams:
        """Random streams of so many strings each."""

    def alone(self, longest: int) -> Streams:
        """The test strings, one to a stream."""

    def side_by_side(self, longest: int) -> Streams:
        """The test strings in streams; in a counting language every ordered pair of lengths stands together once."""

    def example(self, longest: int) -> Streams:
        """One short stream to show."""


LANGUAGES: dict[str, Language] = {
    "reber": Grammar(tuple("BTSXPVE"), REBER),
    "reber-embedded": Grammar(tuple("BTSXPVE"), embedded(REBER)),
    "anbn": Counting(("a", "b"), (1, 1)),
    "anb2n": Counting(("a", "b"), (1, 2)),
    "anbncn": Counting(("a", "b", "c"), (1, 1, 1)),
    "anb2nc3n": Counting(("a", "b", "c"), (1, 2, 3)),
}


def named(name: str) -> Language:
    """The language of a name in LANGUAGES.

    Raises:
        ConfigError: if there is none.
    """
    if name not in LANGUAGES:
        raise ConfigError(f"--lang {name}: unknown language; give one of {', '.join(LANGUAGES)}")
    return LANGUAGES[name]


def spelled(language: Language, streams: Streams) -> tuple[str, ...]:
    """Every stream as text."""
    return tuple(
        "".join(language.symbols[symbol] for symbol in row[present].tolist())
        for row, present in zip(streams.symbols, streams.present, strict=True)
    )
