"""The formal languages by name."""

import re

from kuzushi.core.errors import ConfigError
from kuzushi.sequences.languages.brackets import Brackets
from kuzushi.sequences.languages.counting import Counting
from kuzushi.sequences.languages.language import Language
from kuzushi.sequences.languages.regular import REBER, Grammar, embedded

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
"""Limits of a pattern: its state machine must fit on a page."""


def get_language(name: str) -> Language:
    """Return the language of a name in LANGUAGES, or of a pattern: letters with their ratios.

    Example: get_language("a2b3") is a^2n b^3n, and "a1b2" another name of "anb2n".

    Raises:
        ConfigError: if the name is unknown, or the pattern is not a language.
    """
    if name in LANGUAGES:
        return LANGUAGES[name]
    pairs = re.findall(r"([a-z])([0-9]+)", name)
    if not pairs or name != "".join(letter + ratio for letter, ratio in pairs):
        raise ConfigError(
            f"--lang {name}: unknown language; give one of {', '.join(LANGUAGES)}, or lower-case letters, each "
            "followed by how often it comes, such as a1b2c3"
        )
    letters, ratios = zip(*pairs, strict=True)
    twice = [letter for index, letter in enumerate(letters) if letter in letters[:index]]
    if twice:
        raise ConfigError(f"--lang {name}: {twice[0]} comes twice; give every letter once, as in a1b2c3")
    wrong = [letter + ratio for letter, ratio in pairs if ratio not in RATIOS]
    if wrong:
        raise ConfigError(f"--lang {name}: {wrong[0]}; after each letter give a whole number from 1 to 9, as in a1b2c3")
    if not 2 <= len(letters) <= MOST_LETTERS:
        plural = "s" if len(letters) > 1 else ""
        raise ConfigError(f"--lang {name}: {len(letters)} letter{plural}; give 2 to {MOST_LETTERS}, as in a1b2c3")
    return Counting(letters, tuple(map(int, ratios)))
