"""Progress bars on standard error."""

from collections.abc import Mapping
from typing import Any, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as RichProgress

from kuzushi.core.configs import Config
from kuzushi.core.journal import Journal, Progress
from kuzushi.core.results import Arrays, Provenance

LAST_METRICS = 2
"""Number of metrics after a bar: the last of an evaluation."""
SPEED_SECONDS = 3600.0
"""The time left of a sweep is estimated from the last hour: a run can take many minutes."""


class _Bars:
    """Bars by name, visible from the first one to the end of the context."""

    def __init__(self, *columns: ProgressColumn, speed_seconds: float = 30.0) -> None:
        self._tasks: dict[str, TaskID] = {}
        self._bars = RichProgress(
            TextColumn("{task.description}"), *columns, console=Console(stderr=True),
            speed_estimate_period=speed_seconds,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._tasks:
            self._bars.stop()


class StageBars(_Bars):
    """A journal that shows one bar per stage, and passes everything on to another journal."""

    def __init__(self, title: str, journal: Journal) -> None:
        super().__init__(
            BarColumn(bar_width=14), MofNCompleteColumn(), TimeRemainingColumn(),
            TextColumn("[dim]{task.fields[metrics]}"),
        )  # fmt: skip
        self._title = title
        self._journal = journal

    def __exit__(self, *_: object) -> None:
        if "begin" in self._tasks:  # no stage was started
            self._bars.update(self._tasks["begin"], visible=False)
        super().__exit__()

    def begin(self, config: Config, provenance: Provenance, fingerprint: str) -> None:
        self._journal.begin(config, provenance, fingerprint)
        if self._bars.console.is_terminal:  # the user sees at once that it runs; a log gets no empty line
            self._tasks["begin"] = self._bars.add_task(self._title, total=None, metrics="")
            self._bars.start()

    def progress(self, progress: Progress) -> None:
        self._journal.progress(progress)
        self._bars.start()
        if "begin" in self._tasks:
            self._bars.remove_task(self._tasks.pop("begin"))
        if progress.stage not in self._tasks:
            self._tasks[progress.stage] = self._bars.add_task(f"{self._title} {progress.stage}", metrics="")
        numbers = [f"{name} {value:.4g}" for name, value in progress.metrics.items() if isinstance(value, int | float)]
        self._bars.update(
            self._tasks[progress.stage],
            completed=progress.done,
            total=progress.total,
            metrics="  ".join(numbers[-LAST_METRICS:]),
        )

    def save(self, stage: str, arrays: Arrays, note: Mapping[str, Any]) -> None:
        self._journal.save(stage, arrays, note)

    def load(self, stage: str) -> tuple[Arrays, dict[str, Any]] | None:
        return self._journal.load(stage)


class SweepBar(_Bars):
    """One bar for all runs of a sweep."""

    def __init__(self) -> None:
        super().__init__(
            BarColumn(bar_width=30), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.fields[failed]}"),
            speed_seconds=SPEED_SECONDS,
        )  # fmt: skip

    def __call__(self, done: int, failed: int, total: int) -> None:
        """Show how many runs are done, and how many of these failed."""
        text = f"{failed} failed" if failed else ""
        if not self._tasks:
            self._bars.start()
            # Runs that were done before took no time now: the time left is estimated from those that end from here on.
            self._tasks["sweep"] = self._bars.add_task("cells", total=total, completed=done, failed=text)
        self._bars.update(self._tasks["sweep"], completed=done, failed=text)


class DownloadBars(_Bars):
    """One bar per file that is downloaded."""

    def __init__(self) -> None:
        super().__init__(
            BarColumn(bar_width=14), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(),
            TextColumn("[dim]{task.fields[source]}"),
        )  # fmt: skip

    def __call__(self, file: str, source: str, done: int, total: int | None) -> None:
        """Show how many bytes of a file are here, and the source of the latest."""
        self._bars.start()
        if file not in self._tasks:
            self._tasks[file] = self._bars.add_task(file, total=total, source=source)
        self._bars.update(self._tasks[file], completed=done, total=total, source=source)
