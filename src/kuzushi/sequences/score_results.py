"""Results of scoring: the first inputs that each net gets wrong, in each arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Arithmetic = Literal["float32", "float64"]
"""In which a net is scored; of torch on its device."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An input, read from the initial state, after which a net predicts a wrong symbol.

    Example: Failure(n=1, numbers=(1, 1, 1), text="abcabcabc") in a stream of a^n b^n c^n
    """

    n: int
    """The largest of `numbers`."""
    numbers: tuple[int, ...]
    """The length of each string, in the unit of the language (see SequencesResult)."""
    text: str
    """The symbols read."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """The first failures of each net in one arithmetic; None where none was found."""

    arithmetic: Arithmetic
    alone: tuple[Failure | None, ...]
    """The shortest string that fails from the initial state."""
    in_stream: tuple[Failure | None, ...]
    """The stream in which a string after the first one fails: that with the smallest largest n, and of those the
    shortest tried."""

    @property
    def first_failure(self) -> tuple[int | None, ...]:
        """The smaller n of both, for each net."""
        return tuple(
            min((failure.n for failure in both if failure is not None), default=None)
            for both in zip(self.alone, self.in_stream, strict=True)
        )


def earliest(scores: Sequence[Scores]) -> tuple[int | None, ...]:
    """Return for each net the smallest n at which it fails in any arithmetic; None if it does not."""
    return tuple(
        min((n for n in failures if n is not None), default=None)
        for failures in zip(*(each.first_failure for each in scores), strict=True)
    )


def earliest_alone(scores: Sequence[Scores]) -> tuple[int | None, ...]:
    """Return for each net the smallest n at which it fails from the initial state in any arithmetic; None if not."""
    return tuple(
        min((failure.n for failure in failures if failure is not None), default=None)
        for failures in zip(*(each.alone for each in scores), strict=True)
    )


def exact_nets(
    scores: Sequence[Scores], one_by_one: Scores, *, shown: int, trained: int, refuted: int | None
) -> tuple[bool, ...]:
    """Return whether each net has no failure up to the trained length in any arithmetic.

    Args:
        one_by_one: of the shown net alone.
        refuted: the largest n of a stream on which the shown net is proved to fail.
    """
    first = list(earliest(scores))
    first[shown] = min((n for n in (first[shown], *one_by_one.first_failure, refuted) if n is not None), default=None)
    return tuple(n is None or n > trained for n in first)
