"""Runs that are trained as one ensemble: what each measures, and what each would have kept of a training of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from kuzushi.configs import Config
from kuzushi.errors import RunError
from kuzushi.results import Arrays, Provenance
from kuzushi.runs import Journal, Progress
from kuzushi.training import Evaluation

TRAINING, STAGE = "train", "together"
"""Of a run's own training, and of that of all, whose checkpoint is in the first one's journal."""


def to_be_trained(journals: Sequence[Journal]) -> list[int]:
    """Which runs are to be trained together: all if they had begun so, else those that have not begun by themselves."""
    own = [journal.load(TRAINING) for journal in journals]
    left = [place for place, held in enumerate(own) if held is None]
    handed_over = any(held is not None and held[1].get("beside") == len(journals) - 1 for held in own)
    if left and (handed_over or journals[0].load(STAGE) is not None):
        return list(range(len(journals)))
    return left


def merged(runs: Sequence[Evaluation]) -> Evaluation:
    """What was measured of each run at one moment as one evaluation; that of a single run is its own."""
    if len(runs) == 1:
        return runs[0]
    told = [{"metrics": run.metrics, "done": run.done} for run in runs]
    return Evaluation(metrics={"runs": told}, done=all(run.done for run in runs))


class Together:
    """The journal of a training whose nets belong to several runs, equally many to each.

    As soon as the training of a run is done, the run's own journal gets the checkpoint that a training of its own would
    have left there, and the run goes on from it by itself. What is needed to go on with all stands in the first one's.

    Args:
        axis: along which the nets stand in every array of the model.
    """

    def __init__(self, configs: Sequence[Config], journals: Sequence[Journal], *, axis: int = 0) -> None:
        self._members = [msgspec.to_builtins(config) for config in configs]
        self._journals, self._axis = journals, axis
        self._training = set(range(len(journals)))

    def begin(self, config: Config, provenance: Provenance, fingerprint: str) -> None:
        """Each run begins in its own journal."""

    def progress(self, progress: Progress) -> None:
        """Each run is told of in its own journal, when its training is done."""

    def load(self, stage: str) -> tuple[Arrays, dict[str, Any]] | None:
        """Where the training of all had come to.

        Raises:
            RunError: if other runs were trained together.
        """
        held = self._journals[0].load(STAGE)
        if held is not None and held[1].get("members") != self._members:
            raise RunError("the checkpoint is of other runs that were trained together")
        return held

    def save(self, stage: str, arrays: Arrays, note: Mapping[str, Any]) -> None:
        """Keep what all need to go on, and before it the share of each run that is done now."""
        for place in [run for run in self._training if self._is_done(note, run)]:
            self._training.remove(place)
            journal = self._journals[place]
            if journal.load(stage) is None:  # else it was done before all of them were stopped
                self._hand_over(journal, stage, self._share(arrays, place), self._history(note, place))
        self._journals[0].save(STAGE, arrays, {**note, "members": self._members})

    def _is_done(self, note: Mapping[str, Any], place: int) -> bool:
        return bool(note["finished"] or note["metrics"][-1]["runs"][place]["done"])

    def _share(self, arrays: Arrays, place: int) -> Arrays:
        """What belongs to one run; numbers of the whole model belong to all."""
        runs = len(self._journals)
        return {
            name: array if array.ndim == 0 else np.ascontiguousarray(np.split(array, runs, self._axis)[place])
            for name, array in arrays.items()
        }

    def _history(self, note: Mapping[str, Any], place: int) -> dict[str, Any]:
        """The evaluations of one run, and its share of the time."""
        runs = len(self._journals)
        return {
            **note,
            "metrics": [each["runs"][place]["metrics"] for each in note["metrics"]],
            "updating": [seconds / runs for seconds in note["updating"]],
            "seconds": note["seconds"] / runs,
            "finished": True,
            "beside": runs - 1,
        }

    def _hand_over(self, journal: Journal, stage: str, arrays: Arrays, history: dict[str, Any]) -> None:
        total = history["plan"]["updates"]
        for update, metrics in zip(history["updates"], history["metrics"], strict=True):
            journal.progress(Progress(stage=stage, done=update, total=total, metrics=metrics))
        journal.save(stage, arrays, history)
