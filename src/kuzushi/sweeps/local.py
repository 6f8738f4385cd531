"""Cells on this machine: workers of one thread each, that load torch once and are replaced when they die."""

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

from kuzushi.configs import Config
from kuzushi.errors import RunError
from kuzushi.sweeps.cells import Cell, folder_of, name_of
from kuzushi.sweeps.packs import Pack
from kuzushi.sweeps.worker import Answer

ATTEMPTS = 2
"""A cell that failed is tried once more."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Nets this small lose more to the sharing of their work than they gain; and there is a worker on every core."""
Ended = tuple[Config, str | None]
"""A cell that is over, and what went wrong; None where it is done."""


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_here(packs: Iterator[Pack], sweep: Path, *, workers: int) -> Generator[Ended]:
    """Run the cells in their folders, so many at once, and tell of each as it ends; closing it stops the workers.

    Raises:
        RunError: if no worker can be started.
    """
    crew = _Crew(packs, sweep)
    threads = [threading.Thread(target=crew.work, daemon=True) for _ in range(workers)]
    try:
        for thread in threads:
            thread.start()
        working = workers
        while working:
            ended = crew.ended.get()
            if isinstance(ended, Exception):
                raise ended
            if ended is None:
                working -= 1
            else:
                yield ended
    finally:
        crew.stop()
        for thread in threads:
            thread.join()


class _Crew:
    """Threads that each have one worker process, and take packs of cells from one list."""

    def __init__(self, packs: Iterator[Pack], sweep: Path) -> None:
        self.ended: queue.SimpleQueue[Ended | Exception | None] = queue.SimpleQueue()
        self._packs, self._sweep = packs, sweep
        self._lock = threading.Lock()
        self._workers: set[_Worker] = set()
        self._stopping = False

    def stop(self) -> None:
        with self._lock:
            self._stopping = True
            for worker in self._workers:
                worker.kill()

    def work(self) -> None:
        """Run cells until there are no more, or all stop; then say None."""
        worker = None
        try:
            while (pack := self._next()) is not None:
                cells = [Cell.of(config, folder_of(self._sweep, name_of(config))) for config in pack]
                if len(cells) > 1:  # if their training fails, each is trained alone, and tells then what is wrong
                    worker, _ = self._attempt(worker, cells)
                for config, cell in zip(pack, cells, strict=True):
                    worker, error = self._attempt(worker, [cell])
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

    def _attempt(self, worker: "_Worker | None", task: list[Cell]) -> "tuple[_Worker | None, str | None]":
        """Do what is to be done, twice if need be; the worker that did it, and what went wrong in the end."""
        for _ in range(ATTEMPTS):
            worker = self._ready(worker)
            error = worker.run(task)
            if error is None:
                break
        return worker, error

    def _next(self) -> Pack | None:
        with self._lock:
            return None if self._stopping else next(self._packs, None)

    def _ready(self, worker: "_Worker | None") -> "_Worker":
        """The worker, or a new one where there is none or it has died."""
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
    """One process that runs cells, one after another."""

    def __init__(self) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  it is read when the worker has died
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kuzushi.sweeps.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._said, env=os.environ | ONE_THREAD, start_new_session=True,  # Ctrl-C is for who started it
        )  # fmt: skip
        self.alive = True

    def wait_until_ready(self) -> None:
        if (error := self._answer()) is not None:
            raise RunError(f"no worker can be started: {error}")

    def run(self, task: list[Cell]) -> str | None:
        """What went wrong with a cell, or with several that were to be trained; also that the worker died of it."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(msgspec.json.encode(task) + b"\n")
            self._process.stdin.flush()
        except OSError:  # it died between two cells
            self.alive = False
            return self._why()
        return self._answer()

    def _answer(self) -> str | None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line.endswith(b"\n"):
            return msgspec.json.decode(line, type=Answer).error
        self.alive = False
        return self._why()

    def _why(self) -> str:
        status = self._process.wait()
        self._said.seek(0)
        said = self._said.read()[-10_000:].decode(errors="replace").strip()
        died = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with exit code {status}"
        hint = "; out of memory?" if status == -signal.SIGKILL else ""
        return f"its worker {died}{hint}" + (f"\n{said}" if said else "")

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        """End the process, which has nothing to do, and forget it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._said):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what it never read is still to be flushed
                    continue
