"""Runs with a full disk, a read-only folder, another process in the folder, and a clock that jumps."""

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

import kuzushi
from kuzushi import experiments
from kuzushi.characters.configs import CharactersConfig
from kuzushi.core import files, run_folder
from kuzushi.core.errors import RunError
from kuzushi.core.run_folder import RunFolder
from kuzushi.perceptrons.configs import CheckerboardConfig
from processes import MEASURED, Command, contents, has_started, wait_until, without

SHORT = CharactersConfig(net="lin", data="brush:20/20", epochs=3)
CONFIG = CheckerboardConfig(nets=2, epochs=300, data="xor", hid=1)
WORDS = ("checkerboard", "--data", "xor", "--hid", "1", "--nets", "2", "--epochs", "300", "--out", "run")
EVERY = ("--checkpoint-seconds", "0")
SOURCE = Path(kuzushi.__file__).parent


def run(folder, *, resume=False, config=CONFIG):
    with RunFolder(folder, resume=resume, every=0) as journal:
        journal.finish(experiments.run(config, journal=journal))


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The contents of the run without any trouble."""
    folder = tmp_path_factory.mktemp("expected") / "run"
    run(folder)
    return contents(folder)


def last_line(status, output):
    """Return the last line of the output of a command that refused to run."""
    assert status == 2, output
    *_, last = output.splitlines()
    assert "Traceback" not in output
    assert last.startswith("kuzushi: run")
    return last


# --- a full disk ----------------------------------------------------------------------------------------------


class Full:
    """A disk on which writing, syncing, renaming and creating files and folders fails from the k-th time on."""

    def __init__(self, patch, k):
        self.left = k
        patch.setattr(os, "fsync", self.counted(os.fsync))
        patch.setattr(os, "mkdir", self.counted(os.mkdir))
        patch.setattr(os, "replace", self.counted(os.replace))
        patch.setattr(os, "rename", self.counted(os.rename))
        patch.setattr(files, "open", self.opened, raising=False)
        patch.setattr(run_folder, "open", self.opened, raising=False)

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
        file = open(path, mode)  # noqa: SIM115  the caller closes it
        return file if mode == "rb" else Torn(file, self)


class Torn:
    """A file of which only half is written if the disk is full."""

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


def test_a_full_disk_is_reported_in_one_line_and_the_run_can_be_resumed(folder):
    parent, failed, k = folder, 0, 0
    run(parent / "expected", config=SHORT)
    while failed == k:
        folder = parent / str(k)
        with pytest.MonkeyPatch.context() as patch:
            Full(patch, k)
            try:
                run(folder, config=SHORT)
            except RunError as error:
                failed += 1
                assert re.fullmatch(
                    r"[^\n]*: cannot be written \(No space left on device\); check free space [^\n]*", str(error)
                )
        if failed > k:
            run(folder, resume=has_started(folder), config=SHORT)
        assert contents(folder) == contents(parent / "expected")
        k += 1
    assert failed > 30, "config, three checkpoints with the progress before each, weights, arrays and result"


def test_a_file_beyond_the_size_limit_is_reported_in_one_line_and_the_run_can_be_resumed(expected, folder):
    largest = len(expected["arrays.npz"]) - 1

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    words = [sys.executable, "-m", "kuzushi", *WORDS, *EVERY]
    done = subprocess.run(words, cwd=folder, preexec_fn=limited, capture_output=True, text=True, check=False)
    assert "run/arrays.npz: cannot be written (File too large)" in last_line(done.returncode, done.stderr)
    assert not (folder / "run" / "result.json").exists()
    assert not list((folder / "run").rglob("*.part"))
    again = subprocess.run([*words, "--resume"], cwd=folder, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert contents(folder / "run") == expected


# --- a folder that cannot be written, and one that is in use --------------------------------------------------

NOBODY = 65_534
AS_NOBODY = """
import os, sys
from kuzushi.cli import main as cli
import torch._dynamo
import kuzushi.core.progress_bars, kuzushi.page.build, kuzushi.perceptrons.experiment
if os.geteuid() == 0:  # who may write to every folder
    os.setgid({nobody})
    os.setuid({nobody})
sys.argv = ["kuzushi", *sys.argv[1:]]
cli.main()
"""


def test_a_read_only_folder_is_reported_in_one_line_and_not_changed(expected, folder):
    run(folder / "run")
    (folder / "run" / "result.json").unlink()
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    try:
        for words in ((*WORDS, "--resume"), (*WORDS[:-1], "run/new"), (*WORDS[:-1], "new")):
            code = [sys.executable, "-c", AS_NOBODY.format(nobody=NOBODY), *words]
            done = subprocess.run(code, cwd=folder, capture_output=True, text=True, check=False)
            output = done.stderr.replace("kuzushi: new", "kuzushi: run")
            assert "cannot be written (Permission denied)" in last_line(done.returncode, output)
    finally:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    run(folder / "run", resume=True)
    assert contents(folder / "run") == expected


def test_a_second_process_in_the_folder_is_refused_and_does_not_affect_the_first(folder):
    endless = [word if word != "300" else "100000000" for word in WORDS]
    first = Command((*endless, *EVERY), folder)
    try:
        wait_until((folder / "run" / "progress.jsonl").is_file)
        for more in ((), ("--resume",)):
            words = [sys.executable, "-m", "kuzushi", *endless, *more]
            done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
            expected = "another process is running in it; wait for it" if more else "run: is not empty; give another"
            assert expected in last_line(done.returncode, done.stderr)
        assert first.wait(0) is None
    finally:
        first.kill()


# --- a clock that jumps ---------------------------------------------------------------------------------------


def test_a_clock_that_jumps_changes_nothing(expected, folder, monkeypatch):
    readings = iter(range(0, 10**9, 10_000_019))
    monkeypatch.setattr(time, "time", lambda: 2e9 * (next(readings) % 2) + next(readings))
    run(folder / "run")
    assert contents(folder / "run") == expected
    seconds = json.loads((folder / "run" / "result.json").read_bytes())["seconds"]
    assert 0 <= seconds < 1e6  # the clock jumps by 2e9 seconds


@pytest.mark.parametrize("package", ["core", "characters", "perceptrons", "sequences", "proofs"])
def test_no_result_depends_on_the_time_of_day(package):
    paths = list((SOURCE / package).rglob("*.py"))
    assert paths
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\btime\.(time|localtime|gmtime)\(|\bdatetime\b|from time import time", text), path


def test_only_measured_fields_are_left_out_of_the_comparison(expected):
    assert without({"a": [{"seconds": 1, "b": 2}], "provenance": {}}, MEASURED) == {"a": [{"b": 2}]}
    assert expected["result.json"]["epochs"]
