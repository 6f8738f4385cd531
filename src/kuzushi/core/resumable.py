"""An experiment in a few steps, each saved when it is done, so that an interrupted run continues with the next."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from kuzushi.core.errors import RunError
from kuzushi.core.files import one_line
from kuzushi.core.journal import Journal, Progress
from kuzushi.core.results import Arrays

T = TypeVar("T")


class ResumableSteps:
    """The steps of a stage, run in a fixed order; those in the stage's checkpoint are read instead of run.

    Example:
        steps = ResumableSteps(journal, "compare", total=2)
        pairs, _ = steps.run(tuple[Pair, ...], lambda: (find_pairs(), {}))
        images, arrays = steps.run(tuple[Image, ...], find_images)
    """

    def __init__(self, journal: Journal, stage: str, *, total: int) -> None:
        self._journal, self._stage, self._total = journal, stage, total
        self._arrays, note = journal.load(stage) or ({}, {"steps": []})
        self._results: list[Any] = note["steps"] if isinstance(note.get("steps"), list) else []
        self._next = 0
        self._started = time.perf_counter() - (note["seconds"] if isinstance(note.get("seconds"), float) else 0.0)

    @property
    def seconds(self) -> float:
        """Seconds since the first step started, without the time between interruption and resumption."""
        return time.perf_counter() - self._started

    def run(self, kind: Any, compute: Callable[[], tuple[T, Arrays]]) -> tuple[T, Arrays]:
        """Return the result of the next step and its arrays.

        Args:
            kind: the type of the result.
            compute: returns both; called unless the checkpoint has them.

        Raises:
            RunError: if the checkpoint holds something else than a result of this type.
        """
        index, self._next = self._next, self._next + 1
        if index < len(self._results):
            return self._saved(index, kind)
        result, arrays = compute()
        self._results.append(msgspec.to_builtins(result))
        self._arrays |= {f"{index}.{name}": array for name, array in arrays.items()}
        self._journal.progress(Progress(stage=self._stage, done=index + 1, total=self._total, metrics={}))
        note = {"steps": self._results, "seconds": self.seconds, "finished": True}
        self._journal.save(self._stage, self._arrays, note)
        return result, arrays

    def _saved(self, index: int, kind: Any) -> tuple[Any, Arrays]:
        prefix = f"{index}."
        arrays = {name.removeprefix(prefix): array for name, array in self._arrays.items() if name.startswith(prefix)}
        try:
            return msgspec.convert(self._results[index], type=kind), arrays
        except msgspec.ValidationError as error:
            raise RunError(
                f"the checkpoint of {self._stage} does not fit this run ({one_line(error)}); start again in another "
                "folder"
            ) from error
