"""The provenance of a result: command, versions and machine."""

import importlib.metadata
import platform
import subprocess
from pathlib import Path

import numpy as np

import kuzushi
from kuzushi.core.configs import Config, command
from kuzushi.core.results import Provenance


def provenance(config: Config, *, device: str, threads: int) -> Provenance:
    """Return the provenance of a result of this config, computed now on this machine."""
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
    """Return the commit of the source tree that this package runs from; None without a repository or git."""
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
