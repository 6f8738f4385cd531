"""How often runs are killed."""

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=5, help="how often a run of each subject is killed")
    parser.addoption("--kill-seed", type=int, default=None, help="of the moments at which they are")


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("kills", default=5))


@pytest.fixture
def moments(request: pytest.FixtureRequest) -> random.Random:
    """Draws the moments; its seed is printed, and so shown with what fails."""
    seed = request.config.getoption("kill_seed", default=None)
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    print(f"--kill-seed {seed}")
    return random.Random(seed)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: to a process that is killed it is as good as a disk, and faster."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
