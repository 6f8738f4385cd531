"""Cells per hour of a sweep, and what a very long one costs beside its cells.

    python benchmarks/sweep.py [--cells 8] [--nets 8] [--updates 200] [--repetitions 3]
    python benchmarks/sweep.py --simulate 100000 [--files 1]

The first trains the same cells (SRNs on a^n b^2n that differ in their seed) in three ways, which take turns; each uses
every core, with one thread for each process, and times are medians over the repetitions:

- a process for each cell: `python -m kuzushi sequences ... --out`, as many at once as there are cores;
- workers that stay: `kuzushi sweep`;
- one cell for each core: the nets of all cells in as many cells as there are cores, each with so many more nets. They
  read the same strings and are analysed once.

Beside the seconds that passed stand those that the processors computed, which other work on the machine hardly changes.

The second runs a sweep whose cells compute nothing and write the result of one tiny run: the files, the memory of the
process that drives it, and the time of each step are all that is left. --files 5 writes as many files as a run has.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import msgspec

from kuzushi.core.configs import command
from kuzushi.core.files import write_atomic
from kuzushi.core.result_files import json_object
from kuzushi.experiments import load
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sweep.cell import folder_of, name_of
from kuzushi.sweep.configs import SweepConfig
from kuzushi.sweep.local_workers import ONE_THREAD, cores, run_here
from kuzushi.sweep.sweep import sweep


def processes(configs: list[SequencesConfig], folder: Path) -> None:
    """Run every cell in a process of its own."""

    def one(config: SequencesConfig) -> None:
        words = command(config).split()[1:]
        subprocess.run(
            [sys.executable, "-m", "kuzushi", *words, "--out", str(folder / name_of(config))],
            check=True, capture_output=True, env=ONE_THREAD | {"PATH": ""},
        )  # fmt: skip

    with ThreadPoolExecutor(cores()) as pool:
        list(pool.map(one, configs))


def workers(configs: list[SequencesConfig], folder: Path) -> None:
    """Run every cell in workers that stay."""
    for _, error in run_here(iter(configs), folder, workers=cores()):
        assert error is None, error


def compare(cells: int, nets: int, updates: int, repetitions: int) -> None:
    configs = [SequencesConfig(nets=nets, updates=updates, test_length=10, seed=seed) for seed in range(cells)]
    fewer = [
        SequencesConfig(nets=nets * cells // cores(), updates=updates, test_length=10, seed=seed)
        for seed in range(cores())
    ]
    ways = {
        "a process for each cell": lambda folder: processes(configs, folder),
        "workers that stay": lambda folder: workers(configs, folder),
        "one cell for each core": lambda folder: workers(fewer, folder),
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(repetitions):
        for name, way in ways.items():
            with tempfile.TemporaryDirectory() as folder:
                start, computed = time.perf_counter(), processor_seconds()
                way(Path(folder))
                found[name].append((time.perf_counter() - start, processor_seconds() - computed))
    print(f"{cells} cells of {nets} SRNs, {updates} updates, {cores()} cores")
    print(f"{'':<28}{'seconds':>10}{'of processors':>15}{'cells/h':>10}{'nets/h':>12}{'nets/h of processors':>22}")
    for name, runs in found.items():
        seconds, computed = (median(column) for column in zip(*runs, strict=True))
        hourly = 3600 * cells * nets
        print(
            f"{name:<28}{seconds:>10.1f}{computed:>15.1f}{3600 * cells / seconds:>10,.0f}{hourly / seconds:>12,.0f}"
            f"{hourly / computed:>22,.0f}"
        )


def processor_seconds() -> float:
    """Return the processor seconds of child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def told(step: str) -> Iterator[None]:
    """Say how long a step took, and the largest memory so far."""
    start = time.perf_counter()
    yield
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{step:<44}{time.perf_counter() - start:>9.1f} s{memory:>8.0f} MB at most so far", flush=True)


def simulate(cells: int, files: int, out: Path) -> None:
    grid, folder = out / "grid.toml", out / "sweep"
    grid.write_text(
        'subject = "sequences"\n[settings]\nnets = 2\nupdates = 1\ntest_length = 4\n[grid]\n'
        f"hid = [2, 3, 4, 5]\nseed = {list(range(cells // 4))}\n"
    )
    tiny = SequencesConfig(nets=2, updates=1, test_length=4)
    ((_, error),) = run_here(iter([tiny]), out, workers=1)  # in another process: this one never loads torch
    assert error is None, error
    kept_tiny = folder_of(out, name_of(tiny))
    result = msgspec.json.decode((kept_tiny / "result.json").read_bytes())
    others = {name: (kept_tiny / name).read_bytes() for name in
              ("config.json", "progress.jsonl", "weights.safetensors", "arrays.npz")[: files - 1]}  # fmt: skip

    def pretended(configs, where):
        for config in configs:
            place = folder_of(where, name_of(config))
            for name, data in others.items():
                write_atomic(place / name, data)
            write_atomic(place / "result.json", json_object(result | {"config": msgspec.to_builtins(config)}))
            yield config, None

    with told("before"):
        pass
    for step in ("sweep", "the same sweep again, all is done"):
        with told(f"{step}: {cells:,} cells"):
            swept = sweep(SweepConfig(grid=str(grid)), folder, pretended, where="nowhere", watch=lambda *_: None)
    assert len(swept.cells) == cells // 4 * 4
    del swept
    with told("read result.json"):
        loaded = load(folder)
    from kuzushi.page.build import page

    with told("lay it out on a page"):
        laid_out = page([loaded])
    print(f"page {len(laid_out) / 1e6:.1f} MB, table.csv {(folder / 'table.csv').stat().st_size / 1e6:.1f} MB, "
          f"result.json {(folder / 'result.json').stat().st_size / 1e6:.1f} MB")  # fmt: skip
    kept = [path.lstat() for path in (folder / "cells").rglob("*")]
    print(f"{len(kept):,} files and folders, {sum(one.st_blocks * 512 for one in kept) / 1e6:,.0f} MB on the disk, "
          f"{sum(one.st_size for one in kept) / 1e6:,.0f} MB of content; largest folder "
          f"{max(sum(1 for _ in each.iterdir()) for each in [folder / 'cells', *(folder / 'cells').iterdir()]):,}"
          )  # fmt: skip
    with told("count and measure the files"):
        pass
    start = time.perf_counter()
    shutil.rmtree(folder)
    print(f"{'delete it':<44}{time.perf_counter() - start:>9.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    numbers = {"cells": 8, "nets": 8, "updates": 200, "repetitions": 3, "simulate": 0, "files": 1}
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    chosen = parser.parse_args()
    if chosen.simulate:
        with tempfile.TemporaryDirectory() as out:
            simulate(chosen.simulate, chosen.files, Path(out))
    else:
        compare(chosen.cells, chosen.nets, chosen.updates, chosen.repetitions)


if __name__ == "__main__":
    main()
