"""What made a result."""

import importlib.metadata
import platform
import subprocess
from pathlib import Path

import numpy as np

import kuzushi
from kuzushi.configs import Config, command
from kuzushi.results import Provenance


def provenance(config: Config, *, device: str, threads: int) -> Provenance:
    """What made a result: versions, machine and command."""
    return Provenance(
        command=command(config),
        kuzushi=kuzushi.__version__,
        commit=_commit(),
        python=platform.python_version(),
        torch=importlib.metadata.version("torch"),
        numpy=np.__version__,
        platform=platform.platform(terse=True),
        device=device,
        threads=threads,
    )


def _commit() -> str | None:
    """The commit of the source tree this package runs from, or None where it, or git, is not there."""
    root = Path(__file__).parents[3]
    if not (root / ".git").exists():
        return None
    try:
        described = subprocess.run(
            ["git", "-C", str(root), "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except OSError:  # git is not installed
        return None
    return described.stdout.strip() or None
