"""The commands for many runs: sweep, and list or show the runs in a folder."""

import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Annotated, Literal

import tyro

from kuzushi.cli.report import result_text
from kuzushi.cli.terminal import print_message, print_result
from kuzushi.core.configs import Config
from kuzushi.core.errors import KuzushiError
from kuzushi.sweep.configs import SweepConfig


def sweep(
    grid: Annotated[Path, tyro.conf.Positional],
    out: Path,
    workers: int | None = None,
    ray: str | None = None,
    cpus_per_cell: float = 1.0,
    gpus_per_cell: float = 0.0,
    json: bool = False,
) -> None:
    """Run every combination of settings in a file, each in its own folder; finished cells are not repeated.

    The exit code is 1 if a cell failed twice. The same command continues an interrupted sweep.

    Args:
        grid: A TOML file: subject = "sequences" or the like, [settings] of every cell, [grid] with a list of values
            for each setting that varies, [[cells]] for settings that vary together.
        out: The folder for the sweep: cells/, table.csv and result.json, which kuzushi report reads.
        workers: Cells that run at once on this machine, on one thread each; by default one per core.
        ray: Run the cells on a Ray cluster: auto for the cluster of this machine, or the address of its head node.
            Needs the extra ray, and kuzushi on every node.
        cpus_per_cell: Processors per cell on the cluster.
        gpus_per_cell: GPUs per cell on the cluster; 0.25 shares one among four cells.
        json: Print result.json on standard output, and nothing else.
    """
    from kuzushi.core.progress_bars import SweepBar
    from kuzushi.core.result_files import to_json
    from kuzushi.experiments import text
    from kuzushi.sweep.local_workers import cores, run_here
    from kuzushi.sweep.ray_cluster import run_on_ray
    from kuzushi.sweep.sweep import sweep as run_sweep

    if workers is not None and workers < 1:
        raise KuzushiError(f"--workers {workers}: must be a whole number of at least 1")
    if workers is not None and ray is not None:
        raise KuzushiError("--workers: is for this machine; on a cluster --cpus-per-cell decides how many run at once")
    if not (0 < cpus_per_cell < float("inf") and 0 <= gpus_per_cell < float("inf")):
        raise KuzushiError(
            f"--cpus-per-cell {cpus_per_cell:g} --gpus-per-cell {gpus_per_cell:g}: must be a number above 0, and one "
            "of at least 0"
        )
    count = workers or cores()

    def runner(configs: Iterator[Config], folder: Path) -> Generator[tuple[Config, str | None]]:
        if ray is None:
            return run_here(configs, folder, workers=count)
        return run_on_ray(configs, folder, address=ray, cpus=cpus_per_cell, gpus=gpus_per_cell, warn=print_message)

    where = f"{count} workers" if ray is None else f"Ray, {cpus_per_cell:g} CPU and {gpus_per_cell:g} GPU for each cell"
    try:
        with SweepBar() as bar:
            result = run_sweep(SweepConfig(grid=str(grid)), out, runner, where=where, watch=bar)
    except KeyboardInterrupt:
        print_message(f"kuzushi: interrupted; finished cells are saved in {out}, and the same command runs the others")
        sys.exit(130)
    print_result(to_json(result).decode() if json else text(result))
    print_message(f"saved in {out}; kuzushi report {out} draws its figures, and {out / 'table.csv'} has every cell")
    if result.failed:
        sys.exit(1)


def runs(
    action: Annotated[Literal["list", "show"], tyro.conf.Positional],
    folder: Annotated[Path, tyro.conf.Positional],
) -> None:
    """List the runs in a folder, or show one of them.

    Args:
        action: list or show.
        folder: A folder with runs in it, in sub-folders too, or a sweep; for show, one run.
    """
    from kuzushi.experiments import load
    from kuzushi.runs import find_runs, is_run, list_text, read_run, unfinished_text

    if action == "list":
        print_result(list_text(find_runs(folder)))
        return
    if not is_run(folder):
        raise KuzushiError(f"{folder}: holds no run; kuzushi runs list FOLDER names those in a folder")
    run = read_run(folder)
    print_result(result_text(folder, load(folder)) if run.state == "finished" else unfinished_text(run))
