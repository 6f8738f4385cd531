"""Commands in their own processes, which can be killed: each in a new Python, or in a fork that has loaded torch."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from kuzushi.experiments import EXPERIMENTS

MEASURED = ("seconds", "seconds_checked", "provenance")
"""Fields of a result that may differ from run to run."""
OUTPUT = "output.txt"
"""The output of a command, in its working folder."""
PRELOADED = [
    "torch._dynamo", "kuzushi.cli.main", "kuzushi.core.progress_bars", "kuzushi.page.build",
    *(experiment.run for experiment in EXPERIMENTS.values() if experiment.run),
]  # fmt: skip
"""Modules that a fork has loaded: most of the time of a small command goes into loading them."""


class Command:
    """A running command."""

    def __init__(self, words, folder):
        self.folder = folder
        with open(folder / OUTPUT, "wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kuzushi", *words], cwd=folder, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def wait(self, seconds):
        """Return its exit code, or None if it is still running after so many seconds."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def output(self):
        return (self.folder / OUTPUT).read_text(errors="replace")


class ForkedCommand(Command):
    """A running command, in a fork of a process that has loaded torch."""

    def __init__(self, words, folder):
        self.folder = folder
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        self.process = context.Process(target=_run_command, args=(list(words), str(folder)))
        self.process.start()

    def wait(self, seconds):
        self.process.join(seconds)
        return self.process.exitcode

    def kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:  # it has no group of its own yet
            self.process.kill()
        self.process.join()


def _run_command(words, folder):
    os.setsid()
    os.chdir(folder)
    output = os.open(OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(output, stream)
    from kuzushi.cli import main as cli

    sys.argv = ["kuzushi", *words]
    cli.main()


def wait_until(condition, *, seconds=600.0):
    """Wait until a condition holds, and return how long that took; the limit only ends a test that hangs."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, "it did not happen"
        time.sleep(0.002)
    return time.monotonic() - started


def has_started(folder: Path) -> bool:
    """Return whether a run was started in the folder."""
    return (folder / "config.json").is_file()


def without(fields, names):
    """Return nested fields without those of these names."""
    if isinstance(fields, dict):
        return {name: without(value, names) for name, value in fields.items() if name not in names}
    return [without(value, names) for value in fields] if isinstance(fields, list) else fields


def contents(run):
    """Return the bytes of all files of a finished run, without measured times and the provenance."""
    assert not list(run.rglob("*.part"))
    files = {name: (run / name).read_bytes() for name in ("arrays.npz", "weights.safetensors", "progress.jsonl")}
    return files | {"result.json": without(json.loads((run / "result.json").read_bytes()), MEASURED)}
