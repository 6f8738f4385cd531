"""The formal languages by name."""

import re
from dataclasses import replace

from kuzushi.core.errors import ConfigError
from kuzushi.sequences.languages.brackets import Brackets
from kuzushi.sequences.languages.counting import Counting
from kuzushi.sequences.languages.language import Language
from kuzushi.sequences.languages.reber import REBER, Grammar, embedded

LANGUAGES: dict[str, Language] = {
    "reber": Grammar(tuple("BTSXPVE"), REBER),
    "reber-embedded": Grammar(tuple("BTSXPVE"), embedded(REBER)),
    "anbn": Counting(("a", "b"), (1, 1)),
    "anb2n": Counting(("a", "b"), (1, 2)),
    "anbncn": Counting(("a", "b", "c"), (1, 1, 1)),
    "anb2nc3n": Counting(("a", "b", "c"), (1, 2, 3)),
    "dyck1": Brackets(),
}
MOST_LETTERS = 6
"""The most letters of a pattern: its state machine must fit on a page."""


def get_language(name: str, *, reset: bool | None = None) -> Language:
    """Return the language of a name in LANGUAGES, or of a pattern: letters with their ratios.

    Example: get_language("a2b3") is a^2n b^3n, and "a1b2" another name of "anb2n".

    Args:
        reset: whether the net is put back to its initial state after each string; unless given, for Reber grammars.

    Raises:
        ConfigError: if the name is unknown, the pattern is not a language, or its strings have no end mark to reset at.
    """
    language = _named(name)
    if reset is None or reset == language.reset:
        return language
    if isinstance(language, Grammar | Brackets):
        return replace(language, reset=reset)
    raise ConfigError(f"--reset: the strings of {name} have no end mark: their end shows only in the symbol after it")


def _named(name: str) -> Language:
    if name in LANGUAGES:
        return LANGUAGES[name]
    pairs = re.findall(r"([a-z])([1-9])", name)
    letters = [letter for letter, _ in pairs]
    known = name == "".join(letter + ratio for letter, ratio in pairs) and 2 <= len(letters) <= MOST_LETTERS
    if not known or len(set(letters)) < len(letters):
        raise ConfigError(
            f"--lang {name}: unknown language; give one of {', '.join(LANGUAGES)}, or 2 to {MOST_LETTERS} different "
            "lower-case letters, each followed by how often it comes, 1 to 9, such as a1b2c3"
        )
    return Counting(tuple(letters), tuple(int(ratio) for _, ratio in pairs))
