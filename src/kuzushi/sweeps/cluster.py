"""The same cells on a Ray cluster: no shared disk is needed, results come back as bytes and are written here, once."""

import logging
import os
import socket
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import msgspec

import kuzushi
from kuzushi.errors import ConfigError, RunError
from kuzushi.runs import write_whole
from kuzushi.sweeps.cells import Cell, attempt, folder_of, name_of
from kuzushi.sweeps.local import ATTEMPTS, Ended
from kuzushi.sweeps.packs import Pack

IN_FLIGHT = 200
"""Packs that are asked for and not back; so neither the scheduler nor this process ever holds a whole sweep."""
DEATHS = 3
"""How often Ray starts a pack again whose worker or node died, which is not the fault of its cells."""
LAST = "result.json"
"""Is written last, since it says that the cell is done."""
PATIENCE = 10.0
"""Seconds to wait for a head node."""
Files = list[tuple[str, bytes]]
Brought = tuple[str | None, Files]
"""What went wrong with a cell, and its files where nothing did."""


def run_on_ray(
    packs: Iterator[Pack], sweep: Path, *, address: str, cpus: float, gpus: float, tell: Callable[[str], None]
) -> Generator[Ended]:
    """Run the cells on the cluster, and tell of each as it ends; what comes back is kept in the sweep's folder.

    Args:
        address: of the head node, or "auto" for the cluster that this machine is in.
        cpus, gpus: that a cell gets; it computes on as many threads as it has whole processors, on one at least.
        tell: hears, in a line, of what a person should know.

    Raises:
        RunError: if ray is not installed, or no cluster is found.
    """
    ray = _connected(address)
    there = ray.cluster_resources()
    if there.get("CPU", 0) < cpus or there.get("GPU", 0) < gpus:
        tell(f"no node of the cluster has {cpus:g} CPU and {gpus:g} GPU now; cells wait for one that has")
    remote = ray.remote(num_cpus=cpus, num_gpus=gpus, max_retries=DEATHS)(run_away)
    flying: dict[Any, tuple[Pack, int]] = {}

    def send(pack: Pack, attempts: int) -> None:
        cells = msgspec.json.encode([Cell.of(config, folder_of(Path(), name_of(config))) for config in pack])
        flying[remote.remote(cells, kuzushi.__version__, max(1, int(cpus)))] = pack, attempts

    try:
        while True:
            while len(flying) < IN_FLIGHT and (pack := next(packs, None)) is not None:
                send(pack, 1)
            if not flying:
                return
            (over, *_), _ = ray.wait(list(flying), num_returns=1)
            pack, attempts = flying.pop(over)
            for config, brought in zip(pack, _brought(ray, over, len(pack)), strict=True):
                error = _keep(brought, folder_of(sweep, name_of(config)))
                if error is not None and attempts < ATTEMPTS:
                    send([config], attempts + 1)
                else:
                    yield config, error
    finally:
        for sent in flying:
            ray.cancel(sent, force=True)
        ray.shutdown()


def run_away(task: bytes, version: str, threads: int) -> list[Brought]:
    """What a node does with a pack: run its cells in folders of its own that do not last, and send back their files."""
    told = msgspec.json.decode(task, type=list[Cell])
    if version != kuzushi.__version__:
        return [(f"a node has kuzushi {kuzushi.__version__}; install {version} there, as it is here", [])] * len(told)
    os.environ["OMP_NUM_THREADS"] = str(threads)  # read when torch is loaded, which is after this
    with tempfile.TemporaryDirectory(prefix="kuzushi-") as scratch:
        cells = [msgspec.structs.replace(cell, folder=str(Path(scratch) / cell.folder)) for cell in told]
        if len(cells) > 1:
            attempt(cells)  # if that fails, each cell is trained alone, and tells then what is wrong
        return [_run(cell) for cell in cells]


def _run(cell: Cell) -> Brought:
    if (error := attempt([cell])) is not None:
        return error, []
    files = sorted(path for path in Path(cell.folder).glob("*") if path.is_file() and not path.name.startswith("."))
    return None, [(path.name, path.read_bytes()) for path in files]


def _connected(address: str) -> Any:
    try:
        import ray
    except ImportError as error:
        raise RunError("--ray: needs the extra ray; install it with pip install 'kuzushi[ray]'") from error
    try:
        _answers(address)
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError, ValueError, AssertionError) as error:
        reason = str(error).strip().splitlines()[:1]
        raise RunError(
            f"--ray {address}: no cluster is there ({''.join(reason)}); start one with ray start --head, or give the "
            "address of its head node"
        ) from error
    return ray


def _answers(address: str) -> None:
    """Knock where the head node is said to be: ray itself waits there for minutes.

    Raises:
        OSError: if nobody answers within seconds.
    """
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon:
        socket.create_connection((host, int(port)), timeout=PATIENCE).close()


def _brought(ray: Any, over: Any, cells: int) -> list[Brought]:
    """What became of each cell of a pack; where the pack itself came to nothing, that of each."""
    try:
        brought: list[Brought] = ray.get(over)
        return brought
    except ray.exceptions.RayError as lost:
        lines = str(lost).strip().splitlines() or [""]
        cause = lines[-1] if isinstance(lost, ray.exceptions.RayTaskError) else lines[0]
        return [(f"{type(lost).__name__}: {cause}\n{lost}", [])] * cells


def _keep(brought: Brought, folder: Path) -> str | None:
    """Keep what a cell sent back; None if it is done, else what went wrong."""
    error, files = brought
    if error is not None:
        return error
    for name, data in sorted(files, key=lambda file: file[0] == LAST):
        if Path(name).name != name:
            raise ConfigError(f"{name}: a node sent a file that does not belong into a run")
        write_whole(folder / name, data)
    return None
