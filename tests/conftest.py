"""Fixtures and checks for all tests."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jaxtyping
import pytest
import torch

import kuzushi
from kuzushi.cli import main as cli

SOURCE = Path(kuzushi.__file__).parents[1]
CHECKED = [
    ".".join(path.relative_to(SOURCE).with_suffix("").parts)
    for path in SOURCE.joinpath("kuzushi").rglob("*.py")
    if "from jaxtyping import" in path.read_text(encoding="utf-8")
]
"""The modules with shapes in their annotations, which are checked at every call."""
jaxtyping.install_import_hook(CHECKED, "beartype.beartype")


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Compute on one core: the nets of the tests are too small for more."""
    torch.set_num_threads(1)


@pytest.fixture(autouse=True, scope="session")
def control_c() -> None:
    """Let programs that the tests start be interrupted, even if a shell started the tests in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="report skipped tests as failed")
    parser.addoption("--kills", type=int, default=5, help="how often a run of each subject is killed")
    parser.addoption("--kill-seed", type=int, default=None, help="seed of the moments of the kills")
    parser.addoption("--files", type=int, default=200, help="how many damaged files of each format are read")
    parser.addoption("--file-seed", type=int, default=0, help="seed of the damages")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need more than this machine offers everywhere, or much time: see `make test-slow`."""
    for item in items:
        path = item.path.relative_to(Path(__file__).parent).as_posix()
        if "browser" in getattr(item, "fixturenames", ()) or path == "page/test_shell.py":
            item.add_marker("browser")
        if path == "sweep/test_ray_cluster.py":
            item.add_marker("ray")
        if path.startswith(("torture/", "hostile/")):
            item.add_marker("torture")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    """Report skipped tests as failed with --no-skips, and those of real images if KUZUSHI_DATA is set."""
    outcome = yield
    report = outcome.get_result()
    required = item.get_closest_marker("data") and os.environ.get("KUZUSHI_DATA")
    if report.skipped and not hasattr(report, "wasxfail") and (required or item.config.getoption("no_skips")):
        report.outcome, report.longrepr = "failed", f"it must not be skipped: {report.longrepr}"


@pytest.fixture(name="kuzushi")
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """Run a command in an empty folder; return its exit status, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kuzushi", *words])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        captured = capsys.readouterr()
        return stopped.value.code, captured.out, captured.err

    return run
