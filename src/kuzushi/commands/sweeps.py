"""The commands for many runs: sweep over settings, and keep house in a folder of runs."""

import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Annotated, Literal

import tyro

from kuzushi.commands.pages import told
from kuzushi.configs import Config, SweepConfig
from kuzushi.errors import KuzushiError
from kuzushi.terminal import say, write


def sweep(
    grid: Annotated[Path, tyro.conf.Positional],
    out: Path,
    workers: int | None = None,
    pack: bool = True,
    ray: str | None = None,
    cpus_per_cell: float = 1.0,
    gpus_per_cell: float = 0.0,
    json: bool = False,
) -> None:
    """Run every combination of settings in a file, each in a folder of its own; what is done is not done again.

    The exit code is 1 if a cell failed twice. The same command goes on with a sweep that was stopped.

    Args:
        grid: A TOML file: subject = "sequences" or the like, [settings] of every cell, [grid] with a list of values
            for each setting that varies, [[cells]] for settings that vary together.
        out: The folder for the sweep: cells/, table.csv and result.json, which kuzushi report reads.
        workers: Cells that run at once on this machine, on one thread each; as many as it has cores unless given.
        pack: Train cells that differ only in their seeds as one ensemble where that is faster; their weights then
            differ from those of cells trained alone by rounding, and in long trainings by more.
        ray: Run the cells on a Ray cluster instead: auto for the one that this machine is in, or the address of its
            head node. Needs the extra ray, and kuzushi on every node.
        cpus_per_cell: Processors that a cell gets on the cluster.
        gpus_per_cell: GPUs that a cell gets on the cluster; a part of one, as 0.25, shares it.
        json: Print result.json on standard output, and nothing else there.
    """
    from kuzushi.progress import CellsBar
    from kuzushi.report.page import text
    from kuzushi.runs import to_json
    from kuzushi.sweeps.cluster import run_on_ray
    from kuzushi.sweeps.local import cores, run_here
    from kuzushi.sweeps.packs import Pack
    from kuzushi.sweeps.sweep import sweep as run_sweep

    if workers is not None and workers < 1:
        raise KuzushiError(f"--workers {workers}: must be a whole number of at least 1")
    if workers is not None and ray is not None:
        raise KuzushiError("--workers: is for this machine; on a cluster --cpus-per-cell decides how many run at once")
    if not (0 < cpus_per_cell < float("inf") and 0 <= gpus_per_cell < float("inf")):
        raise KuzushiError(
            f"--cpus-per-cell {cpus_per_cell:g} --gpus-per-cell {gpus_per_cell:g}: must be a number above 0, and one "
            "of at least 0"
        )
    crew = workers or cores()

    def runner(packs: Iterator[Pack], folder: Path) -> Generator[tuple[Config, str | None]]:
        if ray is None:
            return run_here(packs, folder, workers=crew)
        return run_on_ray(packs, folder, address=ray, cpus=cpus_per_cell, gpus=gpus_per_cell, tell=say)

    where = f"{crew} workers" if ray is None else f"Ray, {cpus_per_cell:g} CPU and {gpus_per_cell:g} GPU for each cell"
    try:
        with CellsBar() as bar:
            result = run_sweep(SweepConfig(grid=str(grid)), out, runner, where=where, watch=bar, pack=pack)
    except KeyboardInterrupt:
        say(f"kuzushi: stopped; every cell that is done is kept in {out}, and the same command goes on with the others")
        sys.exit(130)
    write(to_json(result).decode() if json else text(result))
    say(f"kept in {out}; kuzushi report {out} draws its figures, and {out / 'table.csv'} has every cell")
    if result.failed:
        sys.exit(1)


def runs(
    action: Annotated[Literal["list", "show", "clean"], tyro.conf.Positional],
    folder: Annotated[Path, tyro.conf.Positional],
    superseded: bool = False,
    older_than: float | None = None,
    yes: bool = False,
) -> None:
    """List the runs in a folder, show one of them, or clean up: say what finished runs no longer need, and delete it.

    clean takes the checkpoints of finished runs, which are needed only to go on with a run; with --superseded or
    --older-than whole finished runs instead, unless other files than those of kuzushi are in them. It never touches a
    run that is not finished, that is running or that it cannot read, and follows no link.

    Args:
        action: list and show change nothing; clean deletes only with --yes.
        folder: A folder with runs in it, in sub-folders too, or a sweep; for show, one run.
        superseded: Of clean: take the runs that were done again, with the same settings and data, and keep the newest.
        older_than: Of clean: take the runs whose newest file is more than so many days old; with --superseded, those
            of them only.
        yes: Of clean: do it.
    """
    import time

    from kuzushi.report import housekeeping
    from kuzushi.runs import load
    from kuzushi.sweeps.cleaning import clean, plan
    from kuzushi.sweeps.kept import examine, is_run, survey

    if action != "clean" and (superseded or older_than is not None or yes):
        raise KuzushiError(f"runs {action}: --superseded, --older-than and --yes are of kuzushi runs clean")
    if older_than is not None and not 0 <= older_than < float("inf"):
        raise KuzushiError(f"--older-than {older_than:g}: must be a number of days, at least 0")
    if action == "show":
        if not is_run(folder):
            raise KuzushiError(f"{folder}: holds no run; kuzushi runs list FOLDER names those in a folder")
        run = examine(folder)
        write(told(folder, load(folder)) if run.state == "finished" else housekeeping.unfinished(run))
        return
    found = survey(folder)
    if action == "list":
        write(housekeeping.listing(found, now=time.time()))
        return
    chosen = plan(found, superseded=superseded, older_than=older_than, now=time.time())
    left = [] if yes else chosen
    for each in chosen if yes else ():
        try:
            clean(each)
            left.append(each)
        except KuzushiError as error:
            say(f"kuzushi: {error}")
    write(housekeeping.cleaned(left, done=yes))
    if len(left) < len(chosen):
        sys.exit(1)
