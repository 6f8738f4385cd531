"""What every result has: where it comes from, and rates with their intervals."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

SCHEMA = 1

Arrays = dict[str, NDArray[Any]]
Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a result comes from: enough to make it again."""

    command: str
    kuzushi: str
    commit: str | None
    """The commit of the source tree, with "+" where it had changes; None for an installed package."""
    python: str
    torch: str
    numpy: str
    platform: str
    device: str
    threads: int
    beside: int = 0
    """Nets of so many other runs were trained in the same ensemble, so that sums were rounded in another order."""


@dataclass(frozen=True)
class Interval:
    """A mean or a rate with its 95 % interval."""

    mean: float
    low: float
    high: float
