"""What every test runs under."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jaxtyping
import pytest
import torch

from kuzushi import cli

CHECKED = [
    "data", "models", "training", "experiments",
    "analysis.exactness", "analysis.units", "analysis.scale", "analysis.solutions", "analysis.fixed_points",
    "analysis.counting_law", "analysis.study_claims", "analysis.dynamics", "analysis.snap", "analysis.attribution",
]  # fmt: skip
"""Modules whose annotated shapes are checked at every call."""
jaxtyping.install_import_hook([f"kuzushi.{name}" for name in CHECKED], "beartype.beartype")


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """The nets of the tests are too small to share, and waiting threads cost more than they bring."""
    torch.set_num_threads(1)


@pytest.fixture(autouse=True, scope="session")
def control_c() -> None:
    """Programs that the tests start can be interrupted, also where a shell started the tests in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    """Where KUZUSHI_DATA names the real images, a test that needs them must not be skipped."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and item.get_closest_marker("data") and os.environ.get("KUZUSHI_DATA"):
        report.outcome, report.longrepr = "failed", "KUZUSHI_DATA is set, and this test of real data was skipped"


@pytest.fixture
def kuzushi(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """Run a command in an empty folder; returns its exit status, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kuzushi", *words])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        captured = capsys.readouterr()
        return stopped.value.code, captured.out, captured.err

    return run
