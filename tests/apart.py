"""Commands in processes of their own, which can be killed: each is a new Python, or the fork of one that has torch."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

MEASURED = ("seconds", "seconds_checked", "provenance")
"""What may differ from run to run."""
SAID = "said.txt"
"""What a command says, in the folder that it works in."""
LOADED = ["torch._dynamo", "kuzushi.cli", *(f"kuzushi.experiments.{name}" for name in (
    "characters", "checkerboard", "compare", "design", "gaps", "sequences", "width_search", "widths", "datasets",
)), "kuzushi.report.page", "kuzushi.progress"]  # fmt: skip
"""Most of the time of a small command goes into loading these; forks have them already."""


class Started:
    """A command that is running."""

    def __init__(self, words, folder):
        self.folder = folder
        with open(folder / SAID, "wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kuzushi", *words], cwd=folder, stdin=subprocess.DEVNULL,
                stdout=said, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def wait(self, seconds):
        """Its exit code; None if it is still running then."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def said(self):
        return (self.folder / SAID).read_text(errors="replace")


class Forked(Started):
    """A command in a fork of a process that has loaded torch."""

    def __init__(self, words, folder):
        self.folder = folder
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(LOADED)
        self.process = context.Process(target=_command, args=(list(words), str(folder)))
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


def _command(words, folder):
    os.setsid()
    os.chdir(folder)
    said = os.open(SAID, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(said, stream)
    from kuzushi import cli

    sys.argv = ["kuzushi", *words]
    cli.main()


def until(happened, *, seconds=120.0):
    """Wait until something has happened; how long that took."""
    started = time.monotonic()
    while not happened():
        assert time.monotonic() - started < seconds, "it did not happen"
        time.sleep(0.002)
    return time.monotonic() - started


def made(folder: Path) -> bool:
    """Whether a run has begun in the folder."""
    return (folder / "config.json").is_file()


def without(fields, names):
    if isinstance(fields, dict):
        return {name: without(value, names) for name, value in fields.items() if name not in names}
    return [without(value, names) for value in fields] if isinstance(fields, list) else fields


def kept(run):
    """The bytes of all that a run keeps, but for what was measured by the clock and what made it."""
    assert not list(run.rglob("*.part"))
    files = {name: (run / name).read_bytes() for name in ("arrays.npz", "weights.safetensors", "progress.jsonl")}
    return files | {"result.json": without(json.loads((run / "result.json").read_bytes()), MEASURED)}
