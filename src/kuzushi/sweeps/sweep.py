"""A sweep: what is done is found, the rest is run somewhere, and all of it becomes one result."""

import contextlib
import functools
import hashlib
import json
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import msgspec

from kuzushi.configs import COMMANDS, CheckerboardConfig, Config, DesignConfig, SweepConfig, WidthsConfig
from kuzushi.data import checkerboard
from kuzushi.errors import DataError, RunError
from kuzushi.results import SCHEMA, Provenance, SweepCell, SweepResult
from kuzushi.runs import RunFolder, json_lines, provenance, write_whole
from kuzushi.sweeps.cells import folder_of, name_of
from kuzushi.sweeps.grid import Grid, read_grid
from kuzushi.sweeps.outcomes import MEASURES, Outcome, read_outcome
from kuzushi.sweeps.packs import Pack, packed
from kuzushi.sweeps.table import Means, drawn_axes, table

Runner = Callable[[Iterator[Pack], Path], Generator[tuple[Config, str | None]]]
"""Runs packs of cells in this folder of a sweep, and tells of each cell as it ends what went wrong, if anything."""
Watch = Callable[[int, int, int], None]
"""Hears how many cells are done, how many have failed, and how many there are."""
OF_POINTS = (CheckerboardConfig, WidthsConfig, DesignConfig)
"""Their cells may be of a file, which may change."""
ERROR = "error.txt"
"""In the folder of a cell that failed: why."""


def sweep(
    config: SweepConfig, folder: Path, runner: Runner, *, where: str, watch: Watch, pack: bool = True
) -> SweepResult:
    """Run every cell of a grid that is not done, and lay all of them side by side in the sweep's folder.

    Args:
        pack: train cells that differ only in their seeds as one ensemble where that is faster.
        where: the cells are run, in a few words.

    Raises:
        KuzushiError: if the grid is wrong, or the folder holds something else, is in use, or cannot be written.
    """
    grid = read_grid(Path(config.grid))
    for _ in grid.configs():  # settings that do not go together are told before anything runs
        pass
    if folder.is_dir() and any(folder.iterdir()) and not _is_sweep(folder):
        raise RunError(f"{folder}: holds something else than a sweep; give another --out")
    with RunFolder(folder, resume=(folder / "config.json").is_file()) as journal:
        made = provenance(config, device=where, threads=1)
        begun = {"subject": COMMANDS[SweepConfig], "config": msgspec.to_builtins(config), "schema": SCHEMA}
        write_whole(folder / "config.json", json_lines(begun | {"provenance": msgspec.to_builtins(made)}))
        cells = Cells(grid, folder, pack=pack)
        cells.run(runner, watch)
        result = cells.result(config, made)
        write_whole(folder / "table.csv", table(result))
        journal.finish(result)
    return result


def _is_sweep(folder: Path) -> bool:
    """Whether the folder is of a sweep; also of one that was killed before it had written anything."""
    try:
        held = json.loads((folder / "config.json").read_bytes())
    except FileNotFoundError:
        return all(path.name.startswith(".") for path in folder.iterdir())
    except (OSError, ValueError):
        return False
    return isinstance(held, dict) and held.get("subject") == COMMANDS[SweepConfig]


def _fingerprint(points: str) -> str | None:
    """None for points that cannot be read any more: what is done of them stays."""
    try:
        return checkerboard.load(points).sha256
    except DataError:
        return None


class Cells:
    """All cells of a sweep, and what is known of each."""

    def __init__(self, grid: Grid, folder: Path, *, pack: bool) -> None:
        """Find what is done."""
        self._grid, self._folder, self._pack = grid, folder, pack
        self._outcomes: dict[str, Outcome | None] = {}
        fingerprint = functools.cache(_fingerprint)
        for config in grid.configs():
            name = name_of(config)
            if name not in self._outcomes:
                outcome = self._outcomes[name] = read_outcome(folder_of(folder, name), config)
                points = config.data if isinstance(config, OF_POINTS) else None
                if outcome and points and fingerprint(points) not in (None, outcome.data_sha256):
                    raise RunError(
                        f"{folder_of(folder, name)}: was made of what was then in {points}, which has changed; give "
                        "another --out, or delete it"
                    )
        self._errors: dict[str, str] = {}

    def run(self, runner: Runner, watch: Watch) -> None:
        """Run what is not done; what fails has the reason in its folder."""
        missing = {name for name, outcome in self._outcomes.items() if outcome is None}
        done, total = len(self._outcomes) - len(missing), len(self._outcomes)
        watch(done, 0, total)
        with contextlib.closing(runner(self._pending(missing), self._folder)) as ended:
            for config, error in ended:
                self._take(config, error)
                watch(done := done + 1, len(self._errors), total)

    def _pending(self, missing: set[str]) -> Iterator[Pack]:
        """What is to be run, each cell once, in the packs that all cells of the grid make."""
        packs = packed(self._once()) if self._pack else ([config] for config in self._once())
        for pack in packs:
            if left := [config for config in pack if name_of(config) in missing]:
                yield left

    def _once(self) -> Iterator[Config]:
        """The config of each cell; some may stand in the grid more than once."""
        seen = set()
        for config in self._grid.configs():
            name = name_of(config)
            if name not in seen:
                seen.add(name)
                yield config

    def _take(self, config: Config, error: str | None) -> None:
        name = name_of(config)
        folder = folder_of(self._folder, name)
        if error is None:
            self._outcomes[name] = read_outcome(folder, config)
            if self._outcomes[name] is None:
                error = "it ended, and its result cannot be read"
        if error is None:
            (folder / ERROR).unlink(missing_ok=True)
        else:
            self._errors[name] = error.splitlines()[0]
            write_whole(folder / ERROR, (error + "\n").encode())

    def result(self, config: SweepConfig, made: Provenance) -> SweepResult:
        """All cells in the order of the grid, and their means."""
        measure, varied = MEASURES[self._grid.subject], self._grid.varied
        means = Means(drawn_axes(self._grid.configs(), varied))
        left, cells = dict(self._outcomes), []
        for each in self._grid.configs():
            name = name_of(each)
            if name in left:
                outcome = left.pop(name)
                if outcome is not None:
                    means.add(each, outcome)
                cells.append(self._cell(name, each, varied, outcome))
        return SweepResult(
            config=config,
            data_sha256=hashlib.sha256(" ".join(self._outcomes).encode()).hexdigest(),
            swept=self._grid.subject,
            measure=measure,
            same=self._grid.same,
            varied=varied,
            cells=tuple(cells),
            failed=len(self._errors),
            packed=sum(outcome is not None and outcome.beside > 0 for outcome in self._outcomes.values()),
            axes=tuple(means.axes(measure)),
            pairs=tuple(means.pairs(measure)),
            seconds=sum(cell.seconds or 0.0 for cell in cells),
            provenance=made,
        )

    def _cell(self, name: str, config: Config, varied: tuple[str, ...], outcome: Outcome | None) -> SweepCell:
        settings = tuple(getattr(config, setting) for setting in varied)
        if outcome is None:
            return SweepCell(name=name, settings=settings, error=self._errors.get(name, "it was not run"))
        return SweepCell(
            name=name, settings=settings, error=None, score=outcome.score, n=outcome.n, quartiles=outcome.quartiles,
            seconds=outcome.seconds,
        )  # fmt: skip
