"""A run that is killed many times, at random moments, ends bit for bit as one that is not."""

import json
import shutil
import time
from dataclasses import dataclass

import pytest

from kuzushi.core.checkpoints import read_checkpoint
from kuzushi.experiments import load
from kuzushi.runs import in_use
from processes import Command, ForkedCommand, contents, has_started, wait_until

COMMANDS = {
    "checkerboard": ("checkerboard", "--data", "xor", "--hid", "1", "--nets", "8", "--epochs", "1000"),
    "characters-lin": ("characters", "--net", "lin", "--data", "brush:200/60", "--epochs", "12", "--seeds", "2"),
    "characters-conv": ("characters", "--net", "conv", "--data", "brush:64/20", "--epochs", "4", "--seeds", "2"),
    "characters-deep": ("characters", "--net", "deep", "--data", "brush:32/20", "--epochs", "3"),
    "sequences-srn": ("sequences", "--nets", "4", "--updates", "40", "--test-length", "6"),
    "sequences-report": ("sequences", "--preset", "report", "--nets", "4", "--updates", "40", "--test-length", "6"),
    "sequences-lstm": (
        "sequences", "--lang", "anbn", "--model", "lstm", "--preset", "counting", "--nets", "2", "--updates", "40",
        "--test-length", "6",
    ),
    "design": ("design", "--data", "xor"),
}  # fmt: skip
EARLY = 0.1
"""Share of the kills that may come before the run has written its settings."""
LIMIT = 600
"""Seconds after which a run is killed that is not to be killed: it only ends a test that hangs."""


@dataclass
class Uninterrupted:
    """The contents of a run that was not killed, and the seconds from the command to its start and its end."""

    contents: dict
    started: float
    ended: float

    def moment(self, moments):
        """Draw the seconds after which a run is killed."""
        earliest = 0.0 if moments.random() < EARLY else min(self.started, self.ended)
        return moments.uniform(earliest, self.ended)


def assert_readable(run):
    """Assert that all files of a killed run can be read; only the last line of progress may be incomplete."""
    for path in run.glob("checkpoint/*.safetensors"):
        read_checkpoint(path)
    if has_started(run):
        json.loads((run / "config.json").read_bytes())
    if (run / "result.json").is_file():
        load(run)


def words_of(subject, run):
    words = (*COMMANDS[subject], "--out", "run", "--checkpoint-seconds", "0")
    return (*words, "--resume") if has_started(run) else words


def run_uninterrupted(start, subject, folder):
    folder.mkdir()
    command, began = start(words_of(subject, folder / "run"), folder), time.monotonic()
    started = wait_until(lambda: has_started(folder / "run"))
    status = command.wait(LIMIT)
    assert status == 0, command.output()
    return Uninterrupted(contents(folder / "run"), started, time.monotonic() - began)


def survive(start, subject, kills, moments, parent):
    """Kill runs of a subject so many times, resume each until it ends, and compare it with one that was not killed."""
    expected = run_uninterrupted(start, subject, parent / "uninterrupted")
    killed, ended = 0, 0
    while killed < kills:
        folder = parent / str(ended)
        folder.mkdir()
        status, before = None, killed
        while status is None:
            command, began = start(words_of(subject, folder / "run"), folder), time.monotonic()
            status = command.wait(expected.moment(moments) if killed < kills else LIMIT)
            if status is None:
                command.kill()
                wait_until(
                    lambda run=folder / "run": not in_use(run)
                )  # a child process may hold the lock a little longer
                killed += 1
                assert_readable(folder / "run")
        assert status == 0, command.output()
        assert contents(folder / "run") == expected.contents
        shutil.rmtree(folder)
        ended += 1
        if killed == before:  # the machine is faster than when the time was measured
            expected.ended = time.monotonic() - began
    print(f"{subject}: {killed} kills, {ended} runs that ended as expected")


@pytest.mark.parametrize("subject", COMMANDS)
def test_a_run_that_is_killed_again_and_again_ends_bit_for_bit_as_one_that_is_not(subject, kills, moments, folder):
    survive(ForkedCommand, subject, kills, moments, folder)


def test_a_new_process_survives_kills_as_a_fork_does(kills, moments, folder):
    for subject in COMMANDS if kills >= 100 else ("design",):
        (folder / subject).mkdir()
        survive(Command, subject, 1 + kills // 20, moments, folder / subject)
