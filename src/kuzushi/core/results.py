"""The fields that every result has: settings, data, score, arrays and provenance."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

from numpy.typing import NDArray

from kuzushi.core.configs import Config

SCHEMA = 1

Arrays = dict[str, NDArray[Any]]
Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """The origin of a result: enough to repeat it."""

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


@dataclass(frozen=True)
class Interval:
    """A mean or a rate with its 95 % interval."""

    mean: float
    low: float
    high: float


Measure = Literal["solved", "accuracy", "units"]
"""What a score measures.

solved: share of nets that solved the task, with its Wilson interval over the nets.
accuracy: share of test images classified correctly, with its Wilson interval over the images.
units: smallest number of hidden units known to suffice, with the proved lower bound and the known upper bound."""


@dataclass(frozen=True, kw_only=True)
class Score:
    """The score of a run in a table of many runs."""

    value: Interval | None
    """None if nothing is known."""
    n: int | None
    """Number of nets or images of the rate; None for numbers of units."""
    per_net: tuple[int | None, ...] = ()
    """One number per net, such as its first failing length; None stands for infinity."""


@runtime_checkable
class Result(Protocol):
    """The result of a run: a frozen dataclass of plain numbers and arrays."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def config(self) -> Config: ...
    @property
    def subject(self) -> str: ...
    @property
    def schema(self) -> int: ...
    @property
    def data_name(self) -> str:
        """The name of its data for the page."""

    @property
    def data_sha256(self) -> str:
        """The fingerprint of its data."""

    @property
    def seconds(self) -> float: ...
    @property
    def provenance(self) -> Provenance: ...
    @property
    def arrays(self) -> Arrays: ...
    @property
    def weights(self) -> Arrays: ...


@runtime_checkable
class ScoredResult(Result, Protocol):
    """The result of an experiment that can be swept."""

    measure: ClassVar[Measure]
    per_net: ClassVar[str]
    """The name of the numbers in `Score.per_net`; empty if there are none."""

    @property
    def score(self) -> Score: ...
