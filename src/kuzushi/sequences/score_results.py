"""Results of scoring: the first inputs that each net gets wrong, in each arithmetic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from kuzushi.proofs.certificate_format import Certification

Arithmetic = Literal["float32", "float64"]
"""The arithmetic in which torch scores a net."""


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
    def first_failure_alone(self) -> tuple[int | None, ...]:
        """The smallest n that fails from the initial state, for each net."""
        return tuple(None if failure is None else failure.n for failure in self.alone)

    @property
    def first_failure_in_stream(self) -> tuple[int | None, ...]:
        """The smallest n up to which a stream fails after its first string, for each net."""
        return tuple(None if failure is None else failure.n for failure in self.in_stream)

    @property
    def first_failure(self) -> tuple[int | None, ...]:
        """The smaller n of both, for each net."""
        return tuple(map(_least, zip(self.first_failure_alone, self.first_failure_in_stream, strict=True)))


def earliest(scores: Sequence[Scores]) -> tuple[int | None, ...]:
    """Return for each net the smallest n at which it fails in any arithmetic; None if it does not."""
    return tuple(map(_least, zip(*(each.first_failure for each in scores), strict=True)))


def earliest_alone(scores: Sequence[Scores]) -> tuple[int | None, ...]:
    """Return for each net the smallest n at which it fails from the initial state in any arithmetic; None if not."""
    return tuple(map(_least, zip(*(each.first_failure_alone for each in scores), strict=True)))


def first_failures(
    scores: Sequence[Scores], one_by_one: Scores, *, shown: int, certification: Certification | None
) -> tuple[int | None, ...]:
    """Return for each net the smallest n at which it is known to fail: scored in any arithmetic, or refuted.

    Args:
        one_by_one: of the shown net alone.
        certification: of the shown net.
    """
    refutation = None if certification is None else certification.refutation
    refuted = None if refutation is None else max(refutation.strings)
    first = list(earliest(scores))
    first[shown] = _least((first[shown], *one_by_one.first_failure, refuted))
    return tuple(first)


def exact_nets(first_failure: Sequence[int | None], *, trained: int) -> tuple[bool, ...]:
    """Return whether each net has no failure up to the trained length."""
    return tuple(n is None or n > trained for n in first_failure)


def _least(numbers: Iterable[int | None]) -> int | None:
    return min((n for n in numbers if n is not None), default=None)
