"""The formal languages, behind one interface."""

import re
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from torch import Generator

from kuzushi.data.brackets import Brackets
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

    def draw(self, batch: int, *, strings: int, longest: int, generators: Sequence[Generator]) -> Streams:
        """Random streams of so many strings each: from each generator in turn the `batch` that it alone would give."""

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
    "dyck1": Brackets(),
}
MOST_LETTERS, RATIOS = 6, tuple("123456789")
"""Limits of a pattern: its state machine must have room on a page."""


def named(name: str) -> Language:
    """The language of a name in LANGUAGES, or of a pattern.

    A pattern is letters with their ratios: a2b3 is a^2n b^3n, and a1b2 another name of anb2n.

    Raises:
        ConfigError: if it is neither, or a pattern that is no language.
    """
    if name in LANGUAGES:
        return LANGUAGES[name]
    pairs = re.findall(r"([a-z])([0-9]+)", name)
    if not pairs or name != "".join(letter + ratio for letter, ratio in pairs):
        raise ConfigError(
            f"--lang {name}: unknown language; give one of {', '.join(LANGUAGES)}, or lower-case letters, each "
            "followed by how often it comes, such as a1b2c3"
        )
    return _counting(name, tuple(letter for letter, _ in pairs), tuple(ratio for _, ratio in pairs))


def spelled(language: Language, streams: Streams) -> tuple[str, ...]:
    """Every stream as text."""
    return tuple(
        "".join(language.symbols[symbol] for symbol in row[present].tolist())
        for row, present in zip(streams.symbols, streams.present, strict=True)
    )


def _counting(name: str, letters: tuple[str, ...], ratios: tuple[str, ...]) -> Counting:
    twice = [letter for place, letter in enumerate(letters) if letter in letters[:place]]
    wrong = [letter + ratio for letter, ratio in zip(letters, ratios, strict=True) if ratio not in RATIOS]
    if twice:
        raise ConfigError(f"--lang {name}: {twice[0]} comes twice; give every letter once, as in a1b2c3")
    if wrong:
        raise ConfigError(f"--lang {name}: {wrong[0]}; after each letter give a whole number from 1 to 9, as in a1b2c3")
    if not 2 <= len(letters) <= MOST_LETTERS:
        plural = "s" if len(letters) > 1 else ""
        raise ConfigError(f"--lang {name}: {len(letters)} letter{plural}; give 2 to {MOST_LETTERS}, as in a1b2c3")
    return Counting(letters, tuple(map(int, ratios)))
