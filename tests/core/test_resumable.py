"""An experiment in steps, interrupted after each of them."""

from dataclasses import dataclass

import numpy as np
import pytest

from kuzushi.core.errors import RunError
from kuzushi.core.resumable import ResumableSteps
from memory import Memory


@dataclass(frozen=True)
class Count:
    value: int


def experiment(journal, computed):
    """Three steps; `computed` collects those that are not read from the checkpoint."""
    steps = ResumableSteps(journal, "counting", total=3)

    def compute(value):
        computed.append(value)
        return Count(value), {"array": np.full(2, value)}

    results = [steps.run(Count, lambda value=value: compute(value)) for value in range(3)]
    return [(result, arrays["array"].tolist()) for result, arrays in results]


def test_steps_that_were_done_before_an_interruption_are_read_and_the_others_run():
    expected = [(Count(value), [value, value]) for value in range(3)]
    for stop_at in (1, 2, 3):
        journal, computed = Memory(stop_at), []
        with pytest.raises(KeyboardInterrupt):
            experiment(journal, computed)
        assert computed == list(range(stop_at))
        assert experiment(journal, computed) == expected
        assert computed == [0, 1, 2]
        assert [seen.done for seen in journal.seen] == [1, 2, 3]


def test_the_seconds_before_an_interruption_are_counted():
    journal = Memory()
    experiment(journal, [])
    arrays, note = journal.saved["counting"]
    journal.saved["counting"] = (arrays, note | {"seconds": 1000.0})
    assert ResumableSteps(journal, "counting", total=3).seconds > 1000


def test_a_checkpoint_of_other_steps_is_refused():
    journal = Memory()
    experiment(journal, [])
    with pytest.raises(RunError, match=r"^the checkpoint of counting does not fit this run \(.*\); start again"):
        ResumableSteps(journal, "counting", total=3).run(str, lambda: ("", {}))
