"""Languages and nets in words: how each is written, and what the names of states say."""

import re

from kuzushi.results import SequencesResult

TITLES = {"srn": "SRN", "lstm": "LSTM"}
NAMES = {
    "reber": "Reber's grammar", "reber-embedded": "the embedded Reber grammar", "anbn": "aⁿbⁿ", "anb2n": "aⁿb²ⁿ",
    "anbncn": "aⁿbⁿcⁿ", "anb2nc3n": "aⁿb²ⁿc³ⁿ", "dyck1": "Dyck-1, balanced brackets",
}  # fmt: skip
POWERS = {"1": "ⁿ", "2": "²ⁿ", "3": "³ⁿ", "4": "⁴ⁿ", "5": "⁵ⁿ", "6": "⁶ⁿ", "7": "⁷ⁿ", "8": "⁸ⁿ", "9": "⁹ⁿ"}


def written(language: str) -> str:
    """A language as it is written in a text.

    Example: written("a1b2c3") -> "aⁿb²ⁿc³ⁿ", and so is written("anb2nc3n")
    """
    if language in NAMES:
        return NAMES[language]
    return "".join(letter + POWERS[ratio] for letter, ratio in re.findall(r"([a-z])([1-9])", language))


def bracketed(result: SequencesResult) -> bool:
    """Whether the strings are balanced brackets, so that their n is their deepest nesting."""
    return "(" in result.symbols


def names_of_states(result: SequencesResult) -> str:
    """What the names of the states say, as a sentence."""
    if bracketed(result):
        return "In a state such as 3) three brackets are open and still to be closed; in 0) none is."
    if result.machine.longest is None:
        return "The names are those of the nodes of the grammar."
    first, second = result.symbols[:2]
    return (
        f"In a state such as {first}3 three {first}'s have been read; in 5{second} five {second}'s are still to come."
    )
