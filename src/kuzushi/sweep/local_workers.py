"""Run cells on this machine, in worker processes of one thread that load torch once and are replaced when they die."""

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

import msgspec

from kuzushi.core.configs import Config
from kuzushi.core.errors import RunError
from kuzushi.sweep.cell import Cell, folder_of, name_of
from kuzushi.sweep.worker import Answer

ATTEMPTS = 2
"""How often a cell is tried."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Small nets gain nothing from threads, and every core has a worker."""
Ended = tuple[Config, str | None]
"""A cell that ended, and its error; None where it is done."""


def cores() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_here(configs: Iterator[Config], sweep: Path, *, workers: int) -> Generator[Ended]:
    """Run the cells in their folders, and yield each as it ends; closing the generator stops the workers.

    Args:
        workers: cells that run at once.

    Raises:
        RunError: if no worker can be started.
    """
    pool = _Pool(configs, sweep)
    threads = [threading.Thread(target=pool.work, daemon=True) for _ in range(workers)]
    try:
        for thread in threads:
            thread.start()
        working = workers
        while working:
            ended = pool.ended.get()
            if isinstance(ended, Exception):
                raise ended
            if ended is None:
                working -= 1
            else:
                yield ended
    finally:
        pool.stop()
        for thread in threads:
            thread.join()


class _Pool:
    """Threads with one worker process each, which take cells from one iterator."""

    def __init__(self, configs: Iterator[Config], sweep: Path) -> None:
        self.ended: queue.SimpleQueue[Ended | Exception | None] = queue.SimpleQueue()
        self._configs, self._sweep = configs, sweep
        self._lock = threading.Lock()
        self._workers: set[_Worker] = set()
        self._stopping = False

    def stop(self) -> None:
        with self._lock:
            self._stopping = True
            for worker in self._workers:
                worker.kill()

    def work(self) -> None:
        """Run cells until there are no more, or all stop; then put None into `ended`."""
        worker = None
        try:
            while (config := self._next()) is not None:
                worker, error = self._attempt(worker, Cell.of(config, folder_of(self._sweep, name_of(config))))
                if self._stopping:
                    break
                self.ended.put((config, error))
        except Exception as error:
            self.ended.put(error)
        else:
            self.ended.put(None)
        finally:
            if worker is not None:
                self._dismiss(worker)

    def _attempt(self, worker: "_Worker | None", cell: Cell) -> "tuple[_Worker | None, str | None]":
        """Run a cell, again if it fails; return the worker and the last error."""
        for _ in range(ATTEMPTS):
            worker = self._ready(worker)
            error = worker.run(cell)
            if error is None:
                break
        return worker, error

    def _next(self) -> Config | None:
        with self._lock:
            return None if self._stopping else next(self._configs, None)

    def _ready(self, worker: "_Worker | None") -> "_Worker":
        """Return the worker, or a new one if there is none or it has died."""
        if worker is not None and worker.alive:
            return worker
        if worker is not None:
            self._dismiss(worker)
        with self._lock:
            if self._stopping:
                raise RunError("the sweep is being stopped")
            worker = _Worker()
            self._workers.add(worker)
        try:
            worker.wait_until_ready()
        except RunError:
            self._dismiss(worker)
            raise
        return worker

    def _dismiss(self, worker: "_Worker") -> None:
        with self._lock:
            self._workers.discard(worker)
        worker.close()


class _Worker:
    """A process that runs cells, one after another."""

    def __init__(self) -> None:
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  read when the worker has died
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kuzushi.sweep.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._stderr, env=os.environ | ONE_THREAD, start_new_session=True,  # Ctrl-C must not reach it
        )  # fmt: skip
        self.alive = True

    def wait_until_ready(self) -> None:
        if (error := self._answer()) is not None:
            raise RunError(f"no worker can be started: {error}")

    def run(self, cell: Cell) -> str | None:
        """Run a cell; return the error, also that the worker died, or None."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(msgspec.json.encode(cell) + b"\n")
            self._process.stdin.flush()
        except OSError:  # it died between two cells
            self.alive = False
            return self._death()
        return self._answer()

    def _answer(self) -> str | None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line.endswith(b"\n"):
            return msgspec.json.decode(line, type=Answer).error
        self.alive = False
        return self._death()

    def _death(self) -> str:
        status = self._process.wait()
        self._stderr.seek(0)
        output = self._stderr.read()[-10_000:].decode(errors="replace").strip()
        died = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with exit code {status}"
        hint = "; out of memory?" if status == -signal.SIGKILL else ""
        return f"its worker {died}{hint}" + (f"\n{output}" if output else "")

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        """End the process and close its pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._stderr):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # the process never read what is still buffered
                    continue
