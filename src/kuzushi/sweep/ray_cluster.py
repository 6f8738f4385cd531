"""Run cells on a Ray cluster without a shared disk: results come back as bytes and are written here."""

import logging
import os
import socket
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import msgspec

import kuzushi
from kuzushi.core.configs import Config
from kuzushi.core.errors import ConfigError, RunError
from kuzushi.core.files import write_atomic
from kuzushi.sweep.cell import Cell, attempt, folder_of, name_of
from kuzushi.sweep.local_workers import ATTEMPTS, Ended

IN_FLIGHT = 200
"""The most cells submitted and not finished, so that neither the scheduler nor this process holds a whole sweep."""
MAX_RETRIES = 3
"""How often Ray starts a cell again whose worker or node died."""
LAST = "result.json"
"""The file that is written last, since it marks the cell as done."""
CONNECT_TIMEOUT = 10.0
"""Seconds to wait for a head node."""
Files = list[tuple[str, bytes]]
Outcome = tuple[str | None, Files]
"""The error of a cell, or None and its files."""


def run_on_ray(
    configs: Iterator[Config], sweep: Path, *, address: str, cpus: float, gpus: float, warn: Callable[[str], None]
) -> Generator[Ended]:
    """Run the cells on the cluster, write their files into the folder of the sweep, and yield each cell as it ends.

    Args:
        address: the address of the head node, or "auto" for the cluster of this machine.
        cpus, gpus: per cell; a cell computes on as many threads as it has whole processors, at least one.
        warn: called with a line of text for the user.

    Raises:
        RunError: if ray is not installed, or no cluster is found.
    """
    ray = _connected(address)
    resources = ray.cluster_resources()
    if resources.get("CPU", 0) < cpus or resources.get("GPU", 0) < gpus:
        warn(f"no node of the cluster has {cpus:g} CPU and {gpus:g} GPU now; cells wait for one that has")
    remote = ray.remote(num_cpus=cpus, num_gpus=gpus, max_retries=MAX_RETRIES)(run_remote)
    running: dict[Any, tuple[Config, int]] = {}

    def send(config: Config, attempts: int) -> None:
        cell = msgspec.json.encode(Cell.of(config, folder_of(Path(), name_of(config))))
        running[remote.remote(cell, kuzushi.__version__, max(1, int(cpus)))] = config, attempts

    try:
        while True:
            while len(running) < IN_FLIGHT and (config := next(configs, None)) is not None:
                send(config, 1)
            if not running:
                return
            (over, *_), _ = ray.wait(list(running), num_returns=1)
            config, attempts = running.pop(over)
            error = _write(_outcome(ray, over), folder_of(sweep, name_of(config)))
            if error is not None and attempts < ATTEMPTS:
                send(config, attempts + 1)
            else:
                yield config, error
    finally:
        for sent in running:
            ray.cancel(sent, force=True)
        ray.shutdown()


def run_remote(task: bytes, version: str, threads: int) -> Outcome:
    """Run a cell on a node, in a temporary folder, and send back its files."""
    cell = msgspec.json.decode(task, type=Cell)
    if version != kuzushi.__version__:
        return f"a node has kuzushi {kuzushi.__version__}; install {version} there, as it is here", []
    os.environ["OMP_NUM_THREADS"] = str(threads)  # read when torch is loaded, which is after this
    with tempfile.TemporaryDirectory(prefix="kuzushi-") as scratch:
        folder = Path(scratch) / cell.folder
        if (error := attempt(msgspec.structs.replace(cell, folder=str(folder)))) is not None:
            return error, []
        files = sorted(path for path in folder.glob("*") if path.is_file() and not path.name.startswith("."))
        return None, [(path.name, path.read_bytes()) for path in files]


def _connected(address: str) -> Any:
    try:
        import ray
    except ImportError as error:
        raise RunError("--ray: needs the extra ray; install it with pip install 'kuzushi[ray]'") from error
    try:
        _check_address(address)
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError, ValueError, AssertionError) as error:
        reason = str(error).strip().splitlines()[:1]
        raise RunError(
            f"--ray {address}: no cluster is there ({''.join(reason)}); start one with ray start --head, or give the "
            "address of its head node"
        ) from error
    return ray


def _check_address(address: str) -> None:
    """Connect to the head node once: ray itself would wait for minutes.

    Raises:
        OSError: if there is no answer within seconds.
    """
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon:
        socket.create_connection((host, int(port)), timeout=CONNECT_TIMEOUT).close()


def _outcome(ray: Any, task: Any) -> Outcome:
    """Return the outcome of a cell, or the error that ended its task."""
    try:
        outcome: Outcome = ray.get(task)
        return outcome
    except ray.exceptions.RayError as error:
        lines = str(error).strip().splitlines() or [""]
        cause = lines[-1] if isinstance(error, ray.exceptions.RayTaskError) else lines[0]
        return f"{type(error).__name__}: {cause}\n{error}", []


def _write(outcome: Outcome, folder: Path) -> str | None:
    """Write the files of a cell; return its error, or None."""
    error, files = outcome
    if error is not None:
        return error
    for name, data in sorted(files, key=lambda file: file[0] == LAST):
        if Path(name).name != name:
            raise ConfigError(f"{name}: a node sent a file with a path; expected a plain name")
        write_atomic(folder / name, data)
    return None
