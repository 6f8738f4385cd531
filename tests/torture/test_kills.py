"""A run that is killed again and again, at any moment, ends bit for bit as one that is not."""

import json
import shutil
import time
from dataclasses import dataclass

import pytest

from apart import Forked, Started, kept, made, until
from kuzushi.runs import load
from kuzushi.runs.tensors import unpacked

SUBJECTS = {
    "checkerboard": ("checkerboard", "--data", "xor", "--hid", "1", "--nets", "8", "--epochs", "1000"),
    "characters-lin": ("characters", "--net", "lin", "--data", "brush:200/60", "--epochs", "12", "--seeds", "2"),
    "characters-conv": ("characters", "--net", "conv", "--data", "brush:64/20", "--epochs", "4", "--seeds", "2"),
    "characters-deep": ("characters", "--net", "deep", "--data", "brush:32/20", "--epochs", "3"),
    "sequences-srn": ("sequences", "--nets", "4", "--updates", "40", "--test-length", "6"),
    "sequences-lstm": (
        "sequences", "--lang", "anbn", "--model", "lstm", "--preset", "counting", "--nets", "2", "--updates", "40",
        "--test-length", "6",
    ),
    "widths": ("widths", "--data", "xor", "--nets", "4", "--epochs", "400", "--narrowest", "1", "--widest", "3"),
    "width-search": (
        "width-search", "--data", "brush:60/20", "--epochs", "3", "--seeds", "1", "--narrowest", "2", "--widest", "3",
        "--step", "1",
    ),
    "design": ("design", "--data", "xor"),
    "gaps": ("gaps", "--cells", "2", "--gaps", "2", "1", "0.5", "0"),
}  # fmt: skip
ONLY_NOW_AND_THEN = 0.1
"""Kills at any moment at all, rather than after the run has begun."""


@dataclass
class Undisturbed:
    """What a run keeps when nobody kills it, and when it began and ended, in seconds after its start."""

    kept: dict
    began: float
    ended: float

    def moment(self, moments):
        earliest = 0.0 if moments.random() < ONLY_NOW_AND_THEN else min(self.began, self.ended)
        return moments.uniform(earliest, self.ended)


def whole(run):
    """Everything in a folder whose process was killed can be read; only the last line of progress may be torn."""
    for path in run.glob("checkpoint/*.safetensors"):
        unpacked(path)
    if made(run):
        json.loads((run / "config.json").read_bytes())
    if (run / "result.json").is_file():
        load(run)


def words_of(subject, run):
    words = (*SUBJECTS[subject], "--out", "run", "--checkpoint-seconds", "0")
    return (*words, "--resume") if made(run) else words


def undisturbed(start, subject, folder):
    folder.mkdir()
    command, started = start(words_of(subject, folder / "run"), folder), time.monotonic()
    began = until(lambda: made(folder / "run"))
    status = command.wait(300)
    assert status == 0, command.said()
    return Undisturbed(kept(folder / "run"), began, time.monotonic() - started)


def survive(start, subject, kills, moments, place):
    """Kill runs of a subject so many times, resume each until it ends, and compare it with one left alone."""
    alone = undisturbed(start, subject, place / "alone")
    killed, ended = 0, 0
    while killed < kills:
        folder = place / str(ended)
        folder.mkdir()
        status, before = None, killed
        while status is None:
            command, started = start(words_of(subject, folder / "run"), folder), time.monotonic()
            status = command.wait(alone.moment(moments) if killed < kills else 300)
            if status is None:
                command.kill()
                killed += 1
                whole(folder / "run")
        assert status == 0, command.said()
        assert kept(folder / "run") == alone.kept
        shutil.rmtree(folder)
        ended += 1
        if killed == before:  # the machine has less to do than when it was measured
            alone.ended = time.monotonic() - started
    print(f"{subject}: {killed} kills, {ended} runs that ended alike")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_run_that_is_killed_again_and_again_ends_bit_for_bit_as_one_that_is_not(subject, kills, moments, place):
    survive(Forked, subject, kills, moments, place)


def test_so_does_a_process_of_its_own(kills, moments, place):
    for subject in SUBJECTS if kills >= 100 else ("gaps",):
        (place / subject).mkdir()
        survive(Started, subject, 1 + kills // 20, moments, place / subject)
