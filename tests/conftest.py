"""What every test runs under."""

import os
from collections.abc import Iterator
from typing import Any

import jaxtyping
import pytest
import torch

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


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    """Where KUZUSHI_DATA names the real images, a test that needs them must not be skipped."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and item.get_closest_marker("data") and os.environ.get("KUZUSHI_DATA"):
        report.outcome, report.longrepr = "failed", "KUZUSHI_DATA is set, and this test of real data was skipped"
