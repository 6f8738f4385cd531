"""What the tests of sweeps share: a cell run in this process, and whether two runs found the same."""

import dataclasses
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from kuzushi.core.configs import Config
from kuzushi.core.result_files import to_json
from kuzushi.experiments import load
from kuzushi.sweep.cell import Cell, attempt, folder_of, name_of


def assert_same(one: Path, other: Path) -> None:
    """Two runs found the same to the last bit: all but how long it took, and where."""
    first, second = load(one), load(other)
    assert to_json(dataclasses.replace(first, seconds=0.0, provenance=second.provenance)) == to_json(
        dataclasses.replace(second, seconds=0.0)
    )
    for held, expected in ((first.arrays, second.arrays), (first.weights, second.weights)):
        assert held.keys() == expected.keys()
        for name, array in expected.items():
            np.testing.assert_array_equal(held[name], array)


def run_in_this_process(configs: Iterator[Config], folder: Path) -> Iterator[tuple[Config, str | None]]:
    """A runner without workers."""
    for config in configs:
        yield config, attempt(Cell.of(config, folder_of(folder, name_of(config))))


def done(sweep: Path, configs: list[Config]) -> int:
    """How many of these cells have a result."""
    return sum((folder_of(sweep, name_of(config)) / "result.json").is_file() for config in configs)


def wait_until(true: Callable[[], bool], *, seconds: float = 300.0) -> None:
    """Wait for something that happens in another process."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for path in tasks for child in path.read_text().split()]


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
