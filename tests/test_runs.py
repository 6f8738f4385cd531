"""The runs in a folder: which are found, their state, and the list as text."""

import os
import shutil
from pathlib import Path

import filelock
import pytest

from kuzushi.core.errors import RunError
from kuzushi.perceptrons.configs import CheckerboardConfig
from kuzushi.runs import ListedRun, find_runs, in_use, list_text, read_run, unfinished_text
from kuzushi.sweep.cell import run

RUN = ListedRun(
    folder=Path("runs/srn"), state="finished", subject="sequences", settings="--hid 3",
    score="50.0 % (9.5 to 90.5) of 2 nets",
)  # fmt: skip
STOPPED = ListedRun(
    folder=Path("runs/b"), state="unfinished", subject="sequences", settings="--lang anbn " + 60 * "x", score="",
)  # fmt: skip


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The folder of a finished run."""
    folder = tmp_path_factory.mktemp("finished") / "run"
    run(CheckerboardConfig(nets=2, epochs=100), folder)
    return folder


@pytest.fixture
def folder(finished, tmp_path):
    """A folder with two finished runs, one without a result, and a folder that holds no run."""
    for name in ("old", "new", "stopped"):
        shutil.copytree(finished, tmp_path / name)
    (tmp_path / "stopped" / "result.json").unlink()
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "result.txt").write_text("mine")
    return tmp_path


def states(folder):
    return {found.folder.name: found.state for found in find_runs(folder)}


def test_every_run_is_listed_with_what_its_folder_says(folder):
    found = {run.folder.name: run for run in find_runs(folder)}
    assert list(found) == ["new", "old", "stopped"]
    one = found["new"]
    assert (one.state, one.subject, one.settings) == ("finished", "checkerboard", "--nets 2 --epochs 100")
    assert one.score == "50.0 % (9.5 to 90.5) of 2 nets"
    assert (found["stopped"].state, found["stopped"].score) == ("unfinished", "")
    assert read_run(folder / "new") == one


def test_no_link_is_followed(folder, finished):
    (folder / "linked").symlink_to(finished)
    (folder / "linked-parent").symlink_to(finished.parent)
    assert list(states(folder)) == ["new", "old", "stopped"]


def test_a_lock_that_is_a_link_is_left_alone_with_its_target(folder):
    (folder / "precious").write_text("mine")
    (folder / "old" / ".lock").symlink_to(folder / "precious")
    assert states(folder)["old"] == "running"
    assert (folder / "precious").read_text() == "mine"


def test_a_run_in_which_another_process_works_is_running(folder):
    with filelock.FileLock(folder / "old" / ".lock"):
        assert in_use(folder / "old")
        assert states(folder)["old"] == "running"
    assert not in_use(folder / "old")  # the lock file that a killed process leaves blocks nobody


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("result.json", b""),
        ("result.json", b'{"subject": "checkerboard", "schema": 99}'),
        ("result.json", b'{"subject": "another", "schema": 1}'),
        ("config.json", b"[]"),
        ("config.json", b"\xff"),
    ],
)
def test_a_damaged_run_is_unreadable(folder, file, content):
    (folder / "old" / file).write_bytes(content)
    assert states(folder)["old"] == "unreadable"


def test_a_pipe_in_place_of_a_file_is_not_opened(folder):
    (folder / "old" / "result.json").unlink()
    os.mkfifo(folder / "old" / "result.json")
    assert states(folder)["old"] == "unreadable"


def test_runs_are_found_some_folders_deep_but_not_in_hidden_folders(finished, tmp_path):
    for name in ("a", "b/c/d", ".hidden/e", "f/g/h/i"):
        shutil.copytree(finished, tmp_path / name)
    assert [str(run.folder.relative_to(tmp_path)) for run in find_runs(tmp_path)] == ["a", "b/c/d"]
    assert [run.folder for run in find_runs(tmp_path / "a")] == [tmp_path / "a"]


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(RunError, match="is not a folder"):
        find_runs(tmp_path / "none")


def test_the_list_has_a_line_for_each_run_and_a_total():
    header, first, second, empty, total = list_text([RUN, STOPPED]).splitlines()
    assert header.split() == ["folder", "subject", "settings", "score"]
    assert first.split("  ")[0] == "runs/srn"
    assert first.endswith("50.0 % (9.5 to 90.5) of 2 nets")
    assert "--lang anbn xxx" in second
    assert "...  unfinished" in second
    assert (empty, total) == ("", "2 runs")
    assert list_text([]) == "no runs in it"


def test_the_command_that_resumes_an_unfinished_run_is_printed():
    assert unfinished_text(STOPPED).endswith("--out runs/b --resume")
