"""What a run meets on its way: a full disk, a folder that is read only, another process in it, a clock that jumps."""

import errno
import json
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apart import MEASURED, Started, kept, made, until, without
from kuzushi import files, runs
from kuzushi.configs import CheckerboardConfig
from kuzushi.errors import RunError
from kuzushi.experiments import checkerboard

CONFIG = CheckerboardConfig(nets=2, epochs=300, data="xor", hid=1)
WORDS = ("checkerboard", "--data", "xor", "--hid", "1", "--nets", "2", "--epochs", "300", "--out", "run")
EVERY = ("--checkpoint-seconds", "0")
SOURCES = Path(files.__file__).parent


def run(folder, *, resume=False):
    with runs.RunFolder(folder, resume=resume, every=0) as journal:
        journal.finish(checkerboard.run(CONFIG, journal=journal))


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What the run keeps when nothing is in its way."""
    folder = tmp_path_factory.mktemp("alone") / "run"
    run(folder)
    return kept(folder)


def in_one_line(status, said):
    assert status == 2, said
    *_, last = said.splitlines()
    assert "Traceback" not in said
    assert last.startswith("kuzushi: run")
    return last


# --- a full disk ----------------------------------------------------------------------------------------------


class Full:
    """A disk on which the writing, syncing, naming and making of files and folders fails from the k-th time on."""

    def __init__(self, patch, k):
        self.left = k
        patch.setattr(os, "fsync", self.counted(os.fsync))
        patch.setattr(os, "mkdir", self.counted(os.mkdir))
        patch.setattr(os, "replace", self.counted(os.replace))
        patch.setattr(os, "rename", self.counted(os.rename))
        patch.setattr(files, "open", self.opened, raising=False)
        patch.setattr(runs.folder, "open", self.opened, raising=False)

    def spend(self):
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def counted(self, call):
        def may_fail(*arguments, **options):
            self.spend()
            return call(*arguments, **options)

        return may_fail

    def opened(self, path, mode):
        file = open(path, mode)  # noqa: SIM115  whoever asked closes it
        return file if mode == "rb" else Torn(file, self)


class Torn:
    """A file of which only half is written when the disk is full."""

    def __init__(self, file, disk):
        self._file, self._disk = file, disk

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def write(self, data):
        try:
            self._disk.spend()
        except OSError:
            self._file.write(data[: len(data) // 2])
            raise
        return self._file.write(data)

    def __getattr__(self, name):
        return getattr(self._file, name)


def test_wherever_the_disk_is_full_it_is_one_line_and_the_run_goes_on_when_there_is_room(alone, place):
    failed, k = 0, 0
    while failed == k:
        folder = place / str(k)
        with pytest.MonkeyPatch.context() as patch:
            Full(patch, k)
            try:
                run(folder)
            except RunError as error:
                failed += 1
                assert re.fullmatch(
                    r"[^\n]*: cannot be written \(No space left on device\); free space [^\n]*", str(error)
                )
        if failed > k:
            run(folder, resume=made(folder))
        assert kept(folder) == alone
        k += 1
    assert failed > 30, "config, three checkpoints with what was told before each, weights, arrays and result"


def test_a_file_that_may_grow_no_further_is_one_line_of_a_process_and_the_run_goes_on(alone, place):
    largest = len(alone["arrays.npz"]) - 1

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    words = [sys.executable, "-m", "kuzushi", *WORDS, *EVERY]
    done = subprocess.run(words, cwd=place, preexec_fn=limited, capture_output=True, text=True, check=False)
    assert "run/arrays.npz: cannot be written (File too large); free space" in in_one_line(done.returncode, done.stderr)
    assert not (place / "run" / "result.json").exists()
    assert not list((place / "run").rglob("*.part"))
    again = subprocess.run([*words, "--resume"], cwd=place, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert kept(place / "run") == alone


# --- a folder that cannot be written, and one that is in use --------------------------------------------------

NOBODY = 65_534
DROPPED = """
import os, sys
from kuzushi import cli
import torch._dynamo
import kuzushi.experiments.checkerboard, kuzushi.experiments.unchanged, kuzushi.report.page, kuzushi.progress
if os.geteuid() == 0:  # to whom every folder is open
    os.setgid({nobody})
    os.setuid({nobody})
sys.argv = ["kuzushi", *sys.argv[1:]]
cli.main()
"""


def test_a_folder_that_is_read_only_is_one_line_and_stays_as_it_is(alone, place):
    run(place / "run")
    (place / "run" / "result.json").unlink()
    for path in (place, *place.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    try:
        for words in ((*WORDS, "--resume"), (*WORDS[:-1], "run/new"), (*WORDS[:-1], "new")):
            code = [sys.executable, "-c", DROPPED.format(nobody=NOBODY), *words]
            done = subprocess.run(code, cwd=place, capture_output=True, text=True, check=False)
            said = done.stderr.replace("kuzushi: new", "kuzushi: run")
            assert "cannot be written (Permission denied); free space or" in in_one_line(done.returncode, said)
    finally:
        for path in (place, *place.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before
    run(place / "run", resume=True)
    assert kept(place / "run") == alone


def test_a_second_process_in_the_folder_is_refused_and_does_no_harm_to_the_first(place):
    endless = [word if word != "300" else "100000000" for word in WORDS]
    first = Started((*endless, *EVERY), place)
    try:
        until((place / "run" / "progress.jsonl").is_file)
        for more in ((), ("--resume",)):
            done = subprocess.run(
                [sys.executable, "-m", "kuzushi", *endless, *more],
                timeout=60,
                cwd=place,
                capture_output=True,
                text=True,
                check=False,
            )
            said = in_one_line(done.returncode, done.stderr)
            assert (
                "another process is running in it; wait for it" if more else "run: is not empty; give another"
            ) in said
        assert first.wait(0) is None
    finally:
        first.kill()


# --- a clock that jumps ---------------------------------------------------------------------------------------


def test_a_clock_that_jumps_changes_nothing(alone, place, monkeypatch):
    readings = iter(range(0, 10**9, 10_000_019))
    monkeypatch.setattr(time, "time", lambda: 2e9 * (next(readings) % 2) + next(readings))
    run(place / "run")
    assert kept(place / "run") == alone
    seconds = json.loads((place / "run" / "result.json").read_bytes())["seconds"]
    assert 0 <= seconds < 100


@pytest.mark.parametrize("room", ["runs", "experiments", "analysis", "models"])
def test_nothing_that_a_result_is_made_of_asks_what_time_of_day_it_is(room):
    paths = [*(SOURCES / room).rglob("*.py"), SOURCES / "training.py", SOURCES / "files.py"]
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\btime\.(time|localtime|gmtime)\(|\bdatetime\b|from time import time", text), path


def test_only_what_is_measured_is_left_out_of_the_comparison(alone):
    assert without({"a": [{"seconds": 1, "b": 2}], "provenance": {}}, MEASURED) == {"a": [{"b": 2}]}
    assert alone["result.json"]["epochs"]
