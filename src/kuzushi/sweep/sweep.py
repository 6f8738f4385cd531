"""Run the cells of a sweep that are not done, and collect all of them in one result."""

import contextlib
import hashlib
import json
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kuzushi.core.configs import Config
from kuzushi.core.errors import KuzushiError, RunError
from kuzushi.core.files import write_atomic
from kuzushi.core.provenance import provenance
from kuzushi.core.result_files import json_object, read_without_arrays
from kuzushi.core.results import SCHEMA, Provenance, Score, ScoredResult
from kuzushi.core.run_folder import RunFolder
from kuzushi.experiments import EXPERIMENTS, RESULTS, points_sha256
from kuzushi.sweep.cell import folder_of, name_of
from kuzushi.sweep.configs import SweepConfig
from kuzushi.sweep.grid import Grid, read_grid
from kuzushi.sweep.results import SweepCell, SweepResult
from kuzushi.sweep.table import Means, drawn_axes, quartiles, table

Runner = Callable[[Iterator[Config], Path], Generator[tuple[Config, str | None]]]
"""Runs cells in this folder of a sweep, and yields each as it ends with its error, if any."""
Watch = Callable[[int, int, int], None]
"""Called with the number of cells done, failed, and in all."""
ERROR = "error.txt"
"""The file with the error, in the folder of a cell that failed."""


def sweep(config: SweepConfig, folder: Path, runner: Runner, *, where: str, watch: Watch) -> SweepResult:
    """Run every cell of a grid that is not done, and write their table into the folder of the sweep.

    Args:
        where: the machine or cluster, for the provenance.

    Raises:
        KuzushiError: if the grid is wrong, or the folder holds something else, is in use, or cannot be written.
    """
    grid = read_grid(Path(config.grid))
    for _ in grid.configs():  # refuse wrong settings before anything runs
        pass
    if folder.is_dir() and any(folder.iterdir()) and not _is_sweep(folder):
        raise RunError(f"{folder}: is not empty and holds no sweep; give another --out")
    with RunFolder(folder, resume=(folder / "config.json").is_file()) as journal:
        made = provenance(config, device=where, threads=1)
        begun = {"subject": SweepConfig.subject, "config": msgspec.to_builtins(config), "schema": SCHEMA}
        write_atomic(folder / "config.json", json_object(begun | {"provenance": msgspec.to_builtins(made)}))
        cells = Cells(grid, folder)
        cells.run(runner, watch)
        result = cells.result(config, made)
        write_atomic(folder / "table.csv", table(result))
        journal.finish(result)
    return result


def _is_sweep(folder: Path) -> bool:
    """Return whether the folder is of a sweep, also of one that was killed before it wrote anything."""
    try:
        record = json.loads((folder / "config.json").read_bytes())
    except FileNotFoundError:
        return all(path.name.startswith(".") for path in folder.iterdir())
    except (OSError, ValueError):
        return False
    return isinstance(record, dict) and record.get("subject") == SweepConfig.subject


def read_cell(folder: Path, config: Config) -> ScoredResult | None:
    """Read the result of a cell without its arrays; None where it is missing, damaged, or of other settings."""
    try:
        result = read_without_arrays(folder, RESULTS)
    except (OSError, KuzushiError, ValueError):
        return None
    return result if isinstance(result, ScoredResult) and result.config == config else None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome:
    """The score and time of a finished cell."""

    score: Score
    seconds: float


class Cells:
    """All cells of a sweep, and their scores."""

    def __init__(self, grid: Grid, folder: Path) -> None:
        """Find the finished cells.

        Raises:
            RunError: if the points of one have changed.
        """
        self._grid, self._folder = grid, folder
        self._outcomes: dict[str, _Outcome | None] = {}
        self._errors: dict[str, str] = {}
        self._fingerprints: dict[str | None, str | None] = {}
        for config in grid.configs():
            name = name_of(config)
            if name not in self._outcomes:
                self._outcomes[name] = self._read(config)

    def _points(self, config: Config) -> str | None:
        """Return the fingerprint of the points of a cell, read once per name."""
        name: str | None = getattr(config, "data", None)
        if name not in self._fingerprints:
            self._fingerprints[name] = points_sha256(config)
        return self._fingerprints[name]

    def _read(self, config: Config) -> _Outcome | None:
        folder = folder_of(self._folder, name_of(config))
        result = read_cell(folder, config)
        if result is None:
            return None
        if self._points(config) not in (None, result.data_sha256):
            raise RunError(
                f"{folder}: the points of this finished run have changed since; give another --out, or delete it"
            )
        return _Outcome(score=result.score, seconds=result.seconds)

    def run(self, runner: Runner, watch: Watch) -> None:
        """Run the missing cells; those that fail get a file with the error."""
        missing = {name for name, outcome in self._outcomes.items() if outcome is None}
        done, total = len(self._outcomes) - len(missing), len(self._outcomes)
        watch(done, 0, total)
        with contextlib.closing(runner(self._pending(missing), self._folder)) as ended:
            for config, error in ended:
                self._take(config, error)
                watch(done := done + 1, len(self._errors), total)

    def _pending(self, missing: set[str]) -> Iterator[Config]:
        """Yield the config of each missing cell once, also if it is in the grid more than once."""
        left = set(missing)
        for config in self._grid.configs():
            name = name_of(config)
            if name in left:
                left.remove(name)
                yield config

    def _take(self, config: Config, error: str | None) -> None:
        name = name_of(config)
        folder = folder_of(self._folder, name)
        if error is None:
            self._outcomes[name] = self._read(config)
            if self._outcomes[name] is None:
                error = "it ended without a readable result"
        if error is None:
            (folder / ERROR).unlink(missing_ok=True)
        else:
            self._errors[name] = error.splitlines()[0]
            write_atomic(folder / ERROR, (error + "\n").encode())

    def result(self, config: SweepConfig, made: Provenance) -> SweepResult:
        """Return all cells in the order of the grid, and their means."""
        kind, varied = EXPERIMENTS[self._grid.subject].result, self._grid.varied
        means = Means(drawn_axes(self._grid.configs(), varied))
        left, cells = dict(self._outcomes), []
        for each in self._grid.configs():
            name = name_of(each)
            if name in left:
                outcome = left.pop(name)
                if outcome is not None:
                    means.add(each, outcome.score)
                cells.append(self._cell(name, each, varied, outcome))
        return SweepResult(
            config=config,
            data_sha256=hashlib.sha256(" ".join(self._outcomes).encode()).hexdigest(),
            swept=self._grid.subject,
            measure=kind.measure,
            per_net=kind.per_net,
            same=self._grid.same,
            varied=varied,
            cells=tuple(cells),
            failed=len(self._errors),
            axes=tuple(means.axes(kind.measure)),
            pairs=tuple(means.pairs(kind.measure)),
            seconds=sum(cell.seconds or 0.0 for cell in cells),
            provenance=made,
        )

    def _cell(self, name: str, config: Config, varied: tuple[str, ...], outcome: _Outcome | None) -> SweepCell:
        settings = tuple(getattr(config, setting) for setting in varied)
        if outcome is None:
            return SweepCell(name=name, settings=settings, error=self._errors.get(name, "it was not run"))
        return SweepCell(
            name=name, settings=settings, error=None, score=outcome.score.value, n=outcome.score.n,
            quartiles=quartiles(outcome.score.per_net),
            seconds=outcome.seconds,
        )  # fmt: skip
