"""The folder of a run: locked for one process, every file written atomically, resumed only with the same settings."""

import dataclasses
import errno
import json
import subprocess
import sys
from pathlib import Path

import filelock
import pytest

from kuzushi.characters.configs import CharactersConfig
from kuzushi.core import files, run_folder
from kuzushi.core.journal import Progress, Silent
from kuzushi.core.provenance import provenance
from kuzushi.core.results import SCHEMA
from kuzushi.core.run_folder import RunFolder
from kuzushi.perceptrons.configs import CheckerboardConfig
from refusals import failing, refused

CONFIG = CheckerboardConfig(nets=2, epochs=150)
MADE = provenance(CONFIG, device="cpu", threads=1)
LOCKING = """
import pathlib, sys
from kuzushi.core.run_folder import RunFolder
with RunFolder(pathlib.Path(sys.argv[1]), resume=sys.argv[2] == "resume"):
    print("locked", flush=True)
    sys.stdin.read()
"""


def started(folder):
    """A folder in which a run was started and interrupted."""
    with RunFolder(folder) as journal:
        journal.begin(CONFIG, MADE, "f00d")
    return folder


def denied():
    return PermissionError(errno.EACCES, "Permission denied")


# --- the folder -----------------------------------------------------------------------------------------------


def test_an_unused_folder_is_removed(tmp_path):
    with RunFolder(tmp_path / "run"):
        assert (tmp_path / "run").is_dir()
    assert not (tmp_path / "run").exists()


def test_a_folder_that_existed_before_is_left_empty(tmp_path):
    with RunFolder(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_used_folder_stays_without_its_lock_even_after_an_error(tmp_path):
    with pytest.raises(KeyboardInterrupt), RunFolder(tmp_path / "run") as journal:
        journal.begin(CONFIG, MADE, "f00d")
        raise KeyboardInterrupt
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["config.json"]


def test_a_folder_with_another_run_is_refused_and_not_changed(run):
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    refused(lambda: RunFolder(run), run, "is not empty", "--out", "--resume")
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    refused(lambda: RunFolder(tmp_path), tmp_path, "is not empty")


def test_a_file_is_not_a_folder(tmp_path):
    (tmp_path / "run").write_text("mine")
    refused(lambda: RunFolder(tmp_path / "run"), "is a file", "--out")
    refused(lambda: RunFolder(tmp_path / "run" / "below"), "cannot be written")


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_without_a_run_cannot_be_resumed(tmp_path, exists):
    folder = tmp_path if exists else tmp_path / "run"
    refused(lambda: RunFolder(folder, resume=True), folder, "holds no run to resume", "--resume")
    assert folder.exists() == exists


@pytest.mark.parametrize("mode", ["new", "resume"])
def test_two_processes_at_once_are_refused_and_one_after_the_other_is_not(tmp_path, mode):
    resume, folder = mode == "resume", tmp_path / "run"
    if resume:
        started(folder)
    with subprocess.Popen(
        [sys.executable, "-c", LOCKING, folder, mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"locked\n"
        refused(lambda: RunFolder(folder, resume=resume), folder, "another process is running in it", "--out")
        other.stdin.close()
        assert other.wait() == 0
    with RunFolder(folder, resume=resume):
        pass


def test_a_killed_process_leaves_no_lock(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", LOCKING, tmp_path / "run", "new"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"locked\n"
        other.kill()
    assert [path.name for path in (tmp_path / "run").iterdir()] == [".lock"]
    assert (started(tmp_path / "run") / "config.json").is_file()


@pytest.mark.parametrize(
    ("owner", "name"),
    [(Path, "exists"), (Path, "is_dir"), (Path, "iterdir"), (Path, "mkdir"), (filelock.FileLock, "acquire")],
)
def test_a_folder_that_cannot_be_read_or_written_is_refused_in_one_line(monkeypatch, tmp_path, owner, name):
    monkeypatch.setattr(owner, name, failing(denied()))
    refused(lambda: RunFolder(tmp_path), tmp_path, "cannot be written (Permission denied)", "permissions", "--out")


def test_a_file_that_cannot_be_opened_is_refused_in_one_line(monkeypatch, tmp_path):
    with RunFolder(tmp_path / "run") as journal:
        monkeypatch.setattr(files, "open", failing(denied()), raising=False)
        monkeypatch.setattr(run_folder, "open", failing(denied()), raising=False)
        refused(lambda: journal.begin(CONFIG, MADE, "f00d"), "config.json: cannot be written (Permission denied)")
        step = Progress(stage="training", done=1, total=2, metrics={})
        refused(lambda: journal.progress(step), "progress.jsonl: cannot be written (Permission denied)")


# --- starting and resuming ------------------------------------------------------------------------------------


def test_a_run_starts_with_its_settings_its_data_and_its_provenance(tmp_path):
    record = json.loads((started(tmp_path / "run") / "config.json").read_bytes())
    assert record == {
        "subject": "checkerboard",
        "config": dataclasses.asdict(CONFIG),
        "data_sha256": "f00d",
        "schema": SCHEMA,
        "provenance": dataclasses.asdict(MADE),
    }


def test_the_same_run_is_resumed_and_its_record_not_changed(tmp_path):
    folder = started(tmp_path / "run")
    before = (folder / "config.json").read_bytes()
    with RunFolder(folder, resume=True) as journal:
        journal.begin(CONFIG, dataclasses.replace(MADE, commit="later", threads=7), "f00d")
    assert (folder / "config.json").read_bytes() == before


@pytest.mark.parametrize("name", ["kuzushi", "torch", "numpy", "device"])
def test_a_run_is_not_resumed_by_other_versions_or_on_another_device(tmp_path, name):
    folder = started(tmp_path / "run")
    before, other = (folder / "config.json").read_bytes(), dataclasses.replace(MADE, **{name: "other"})
    with RunFolder(folder, resume=True) as journal:
        refused(
            lambda: journal.begin(CONFIG, other, "f00d"),
            folder,
            f"was started with {name} {getattr(MADE, name)!r}, and this is {name} 'other'; use the former",
        )
    assert (folder / "config.json").read_bytes() == before


@pytest.mark.parametrize(
    ("config", "fingerprint"),
    [
        (dataclasses.replace(CONFIG, seed=1), "f00d"),
        (dataclasses.replace(CONFIG, lr=0.2), "f00d"),
        (CONFIG, "beef"),
        (CharactersConfig(), "f00d"),
    ],
)
def test_a_run_is_not_resumed_with_other_settings_or_data(tmp_path, config, fingerprint):
    folder = started(tmp_path / "run")
    before = (folder / "config.json").read_bytes()
    with RunFolder(folder, resume=True) as journal:
        refused(
            lambda: journal.begin(config, MADE, fingerprint),
            folder,
            "holds a run with other settings or data (kuzushi checkerboard --nets 2 --epochs 150); give the same",
        )
    assert (folder / "config.json").read_bytes() == before


@pytest.mark.parametrize("content", [b"", b'{"subject": "checker', b"[1, 2]", b'{"subject": "\xff"}'])
def test_a_run_with_a_damaged_record_is_not_resumed(tmp_path, content):
    folder = started(tmp_path / "run")
    (folder / "config.json").write_bytes(content)
    with RunFolder(folder, resume=True) as journal:
        refused(lambda: journal.begin(CONFIG, MADE, "f00d"), folder / "config.json", "cannot be read")


def test_the_temporary_files_of_a_killed_process_are_ignored_and_removed(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / ".config.json.1234.part").write_text("{")
    (folder / ".lock").touch()
    started(folder)
    assert [path.name for path in folder.iterdir()] == ["config.json"]
    (folder / "checkpoint").mkdir()
    (folder / "checkpoint" / ".seed 0.safetensors.1234.part").write_text("{")
    (folder / ".result.json.1234.part").write_text("{")
    with RunFolder(folder, resume=True) as journal:
        journal.begin(CONFIG, MADE, "f00d")
    assert sorted(path.name for path in folder.rglob("*")) == ["checkpoint", "config.json"]


# --- progress -------------------------------------------------------------------------------------------------


def step(stage, done):
    return Progress(stage=stage, done=done, total=9, metrics={"loss": 1 / done})


def reported(folder):
    """Stage and number of each complete line of progress."""
    lines = (folder / "progress.jsonl").read_bytes().splitlines(keepends=True)
    assert all(line.endswith(b"\n") for line in lines)
    return [(json.loads(line)["stage"], json.loads(line)["done"]) for line in lines]


def test_progress_is_one_line_of_json_for_each_step(tmp_path):
    steps = [step("seed 0", done) for done in (1, 2)]
    with RunFolder(tmp_path / "run") as journal:
        for one in steps:
            journal.progress(one)
    lines = (tmp_path / "run" / "progress.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [dataclasses.asdict(one) for one in steps]


@pytest.mark.parametrize("torn", [b"", b'{"stage": "seed 1", "do', b"\0" * 512, b'{"stage":"seed 0","done":1}\n'])
def test_progress_after_the_checkpoints_is_removed_on_resuming(tmp_path, torn):
    folder = tmp_path / "run"
    with RunFolder(folder, every=float("inf")) as journal:
        journal.begin(CONFIG, MADE, "f00d")
        for stage, finished in (("seed 0", 3), ("seed 1", 2)):
            for done in (1, 2, 3):
                journal.progress(step(stage, done))
                journal.save(stage, {}, {"finished": done == finished})
    with open(folder / "progress.jsonl", "ab") as file:
        file.write(torn)
    with RunFolder(folder, resume=True) as journal:
        journal.begin(CONFIG, MADE, "f00d")
        assert reported(folder) == [("seed 0", 1), ("seed 0", 2), ("seed 0", 3), ("seed 1", 1), ("seed 1", 2)]
        journal.load("seed 1")
        journal.progress(step("seed 1", 3))
    assert reported(folder)[-1] == ("seed 1", 3)


def test_without_a_checkpoint_all_progress_is_removed_on_resuming(tmp_path):
    folder = started(tmp_path / "run")
    with RunFolder(folder, resume=True) as journal:
        journal.begin(CONFIG, MADE, "f00d")
        journal.progress(step("design", 1))
    with RunFolder(folder, resume=True) as journal:
        journal.begin(CONFIG, MADE, "f00d")
        assert reported(folder) == []


def test_a_silent_journal_saves_nothing():
    silent = Silent()
    silent.begin(CONFIG, MADE, "f00d")
    silent.progress(step("seed 0", 1))
    silent.save("seed 0", {}, {"finished": True})
    assert silent.load("seed 0") is None
