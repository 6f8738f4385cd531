"""An experiment in steps: what each has found is kept, so that a stopped run goes on with the next."""

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from kuzushi.errors import RunError
from kuzushi.files import one_line
from kuzushi.results import Arrays
from kuzushi.runs import Journal, Progress

T = TypeVar("T")


class Steps:
    """The steps of a stage, taken one after the other; those taken before the run was stopped are only read.

    Raises:
        RunError: if what was kept is not of these steps.
    """

    def __init__(self, journal: Journal, stage: str, *, total: int) -> None:
        self._journal, self._stage, self._total = journal, stage, total
        self._arrays, note = journal.load(stage) or ({}, {"steps": []})
        self._found: list[Any] = note["steps"] if isinstance(note.get("steps"), list) else []
        self._taken = 0
        self._began = time.perf_counter() - (note["seconds"] if isinstance(note.get("seconds"), float) else 0.0)

    @property
    def seconds(self) -> float:
        """Since the first step began, without the time for which the run was stopped."""
        return time.perf_counter() - self._began

    def take(
        self,
        kind: Any,
        make: Callable[[], tuple[T, Arrays]],
        *,
        told: Callable[[T], Mapping[str, Any]] = lambda found: {},
    ) -> tuple[T, Arrays]:
        """What the next step finds, and the arrays that go with it.

        Args:
            kind: the type of what is found.
            told: what is told of what was found, in numbers.
        """
        place, self._taken = self._taken, self._taken + 1
        if place < len(self._found):
            try:
                prefix = f"{place}."
                arrays = {
                    name.removeprefix(prefix): array for name, array in self._arrays.items() if name.startswith(prefix)
                }
                kept: T = msgspec.convert(self._found[place], type=kind)
                return kept, arrays
            except msgspec.ValidationError as error:
                reason = one_line(error)
                raise RunError(
                    f"the checkpoint of {self._stage} does not fit this run ({reason}); start anew in another folder"
                ) from error
        found, arrays = make()
        self._found.append(msgspec.to_builtins(found))
        self._arrays |= {f"{place}.{name}": array for name, array in arrays.items()}
        self._journal.progress(Progress(stage=self._stage, done=place + 1, total=self._total, metrics=told(found)))
        note = {"steps": self._found, "seconds": self.seconds, "finished": True}
        self._journal.save(self._stage, self._arrays, note)
        return found, arrays
