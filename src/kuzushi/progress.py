"""Progress bars on standard error, between an experiment and where it is kept."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from kuzushi.configs import Config
from kuzushi.results import Arrays, Provenance
from kuzushi.runs import Journal
from kuzushi.runs import Progress as Moment

SHOWN = 2
"""The metrics beside a bar: the last of an evaluation."""
SPEED_SECONDS = 3600.0
"""Over which the speed of a sweep is measured: a cell can take many minutes."""


class Bars:
    """A journal that shows a bar for each stage and hands everything on to another journal."""

    def __init__(self, title: str, journal: Journal) -> None:
        self._title = title
        self._journal = journal
        self._tasks: dict[str, TaskID] = {}
        self._bars = Progress(
            TextColumn("{task.description}"), BarColumn(bar_width=14), MofNCompleteColumn(), TimeRemainingColumn(),
            TextColumn("[dim]{task.fields[metrics]}"), console=Console(stderr=True),
        )  # fmt: skip

    def __enter__(self) -> "Bars":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "begin" in self._tasks:  # nothing was trained
            self._bars.update(self._tasks["begin"], visible=False)
        if self._tasks:
            self._bars.stop()

    def begin(self, config: Config, provenance: Provenance, fingerprint: str) -> None:
        self._journal.begin(config, provenance, fingerprint)
        if self._bars.console.is_terminal:  # a person sees at once that it runs; a log gets no empty line
            self._tasks["begin"] = self._bars.add_task(self._title, total=None, metrics="")
            self._bars.start()

    def progress(self, progress: Moment) -> None:
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
            metrics="  ".join(numbers[-SHOWN:]),
        )

    def save(self, stage: str, arrays: Arrays, note: Mapping[str, Any]) -> None:
        self._journal.save(stage, arrays, note)

    def load(self, stage: str) -> tuple[Arrays, dict[str, Any]] | None:
        return self._journal.load(stage)


class CellsBar:
    """One bar over all cells of a sweep, on standard error; called with how many there are, it shows the time left."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(bar_width=30), MofNCompleteColumn(), TimeRemainingColumn(),
            TextColumn("{task.fields[failed]}"), console=Console(stderr=True), speed_estimate_period=SPEED_SECONDS,
        )  # fmt: skip
        self._task: TaskID | None = None

    def __enter__(self) -> "CellsBar":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._bar.stop()

    def __call__(self, done: int, failed: int, total: int) -> None:
        """Show that so many cells are over, and so many of these have failed."""
        said = f"{failed} failed" if failed else ""
        if self._task is None:
            self._bar.start()
            # What is done already took no time now: the time left is judged by the cells that end from here on.
            self._task = self._bar.add_task("cells", total=total, completed=done, failed=said)
        self._bar.update(self._task, completed=done, failed=said)


class Downloads:
    """A bar for each file that is fetched, on standard error; called with what came, it shows it."""

    def __init__(self) -> None:
        self._tasks: dict[str, TaskID] = {}
        self._bars = Progress(
            TextColumn("{task.description}"), BarColumn(bar_width=14), DownloadColumn(), TransferSpeedColumn(),
            TimeRemainingColumn(), TextColumn("[dim]{task.fields[source]}"), console=Console(stderr=True),
        )  # fmt: skip

    def __enter__(self) -> "Downloads":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._tasks:
            self._bars.stop()

    def __call__(self, file: str, source: str, done: int, total: int | None) -> None:
        """Show that so many bytes of a file are there, the latest of them from this source."""
        self._bars.start()
        if file not in self._tasks:
            self._tasks[file] = self._bars.add_task(file, total=total, source=source)
        self._bars.update(self._tasks[file], completed=done, total=total, source=source)
