"""The exception of the checkers, and short texts for its messages."""

LONGEST = 300
"""The most characters of a value that a message quotes."""


class ProofError(ValueError):
    """A proof that does not hold."""


def one_line(value: object) -> str:
    """Return a value as text in one line of at most LONGEST characters, and "..." where it is cut.

    Example: one_line("first\\n  second") -> "first second"
    """
    line = " ".join(str(value).split())
    return line if len(line) <= LONGEST else line[:LONGEST] + "..."
