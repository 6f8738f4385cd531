"""The number and the moments of kills."""

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("kills"))


@pytest.fixture
def moments(request: pytest.FixtureRequest) -> random.Random:
    """Draws the moments; its seed is printed, and so shown for a failed test."""
    seed = request.config.getoption("kill_seed")
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    print(f"--kill-seed {seed}")
    return random.Random(seed)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory if there is one, which is faster than a disk and makes no difference to a killed process."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
