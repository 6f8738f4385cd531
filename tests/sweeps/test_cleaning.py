"""A folder of runs is listed and cleaned: finished runs only, files of ours only, and nothing through a link."""

import dataclasses
import os
import shutil
from pathlib import Path

import filelock
import pytest

from kuzushi.configs import CheckerboardConfig, DesignConfig
from kuzushi.errors import RunError
from kuzushi.runs import load
from kuzushi.sweeps.cells import run
from kuzushi.sweeps.cleaning import DAY, clean, only_ours, plan
from kuzushi.sweeps.kept import examine, in_use, survey

NOW = 1_900_000_000.0
BOARD = CheckerboardConfig(nets=2, epochs=100)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A finished run, and one that was stopped."""
    folder = tmp_path_factory.mktemp("made")
    run(BOARD, folder / "finished")
    shutil.copytree(folder / "finished", folder / "stopped")
    (folder / "stopped" / "result.json").unlink()
    return folder


@pytest.fixture
def folder(made, tmp_path):
    """A folder of runs: three finished ones of different ages, and others that must be let alone."""
    for name, days in (("old", 30), ("middle", 20), ("new", 10)):
        shutil.copytree(made / "finished", tmp_path / name)
        aged(tmp_path / name, days)
    shutil.copytree(made / "stopped", tmp_path / "stopped")
    aged(tmp_path / "stopped", 400)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "result.txt").write_text("mine")
    return tmp_path


def aged(folder: Path, days: float) -> None:
    for place, _, names in os.walk(folder):
        for name in names:
            os.utime(Path(place) / name, (NOW - days * DAY,) * 2)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def planned(folder: Path, *, superseded=False, older_than=None):
    return plan(survey(folder), superseded=superseded, older_than=older_than, now=NOW)


def names(cleanings) -> list[str]:
    return [each.run.folder.name for each in cleanings]


def test_every_run_is_listed_with_what_its_folder_says(folder):
    found = {run.folder.name: run for run in survey(folder)}
    assert list(found) == ["middle", "new", "old", "stopped"]
    one = found["new"]
    assert (one.state, one.subject, one.setting) == ("finished", "checkerboard", "--nets 2 --epochs 100")
    assert one.score == "50.0 % (9.5 to 90.5) solved"
    assert one.size == sum(path.stat().st_size for path in one.folder.rglob("*") if path.is_file())
    assert one.freed == sum(path.stat().st_size for path in (one.folder / "checkpoint").iterdir()) > 0
    assert one.modified == NOW - 10 * DAY
    assert (found["stopped"].state, found["stopped"].score) == ("unfinished", "")


def test_the_checkpoints_of_finished_runs_go_and_the_runs_are_read_as_before(folder):
    before = load(folder / "old")
    stopped, notes = tree(folder / "stopped"), tree(folder / "notes")
    chosen = planned(folder)
    assert names(chosen) == ["middle", "new", "old"]
    assert not any(each.whole for each in chosen)
    for each in chosen:
        clean(each)
    assert not list(folder.glob("[mno][ilde]*/checkpoint"))
    assert (load(folder / "old").config, load(folder / "old").shown) == (before.config, before.shown)
    assert (tree(folder / "stopped"), tree(folder / "notes")) == (stopped, notes)
    assert planned(folder) == []


def test_of_runs_done_again_the_newest_stays(folder, tmp_path):
    other = tmp_path / "xor"
    run(DesignConfig(data="xor"), other)
    aged(other, 500)
    chosen = planned(folder, superseded=True)
    assert sorted(names(chosen)) == ["middle", "old"]
    assert {each.reason for each in chosen} == {f"was done again in {folder / 'new'}"}
    assert names(planned(folder, superseded=True, older_than=25)) == ["old"]
    for each in chosen:
        clean(each)
    assert sorted(run.folder.name for run in survey(folder)) == ["new", "stopped", "xor"]
    assert not (folder / "old").exists()


def test_runs_of_other_settings_or_data_are_not_the_same_run(folder):
    for name, old, new in (("old", '"nets":2', '"nets":3'), ("middle", '"data_sha256": "', '"data_sha256": "f')):
        path = folder / name / "config.json"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    assert planned(folder, superseded=True) == []


def test_old_finished_runs_go_whole_and_an_older_one_that_is_not_finished_stays(folder):
    chosen = planned(folder, older_than=15)
    assert sorted(names(chosen)) == ["middle", "old"]
    for each in chosen:
        clean(each)
    assert sorted(path.name for path in folder.iterdir()) == ["new", "notes", "stopped"]


def test_a_run_with_anything_else_in_it_is_not_taken_whole(folder):
    for place, thing in enumerate(("notes.txt", "sub", "link", "checkpoint/mine.txt")):
        own = folder / f"own{place}"
        shutil.copytree(folder / "old", own)
        if thing == "sub":
            (own / thing).mkdir()
        elif thing == "link":
            (own / thing).symlink_to(folder / "notes")
        else:
            (own / thing).write_text("mine")
        assert not only_ours(own)
        aged(own, 300)
    assert sorted(names(planned(folder, older_than=0))) == ["middle", "new", "old"]


def test_no_link_is_followed(folder, tmp_path_factory, made):
    outside = tmp_path_factory.mktemp("outside")
    shutil.copytree(made / "finished", outside / "run")
    (folder / "linked").symlink_to(outside / "run")
    (folder / "linked-parent").symlink_to(outside)
    shutil.rmtree(folder / "old" / "checkpoint")
    (folder / "old" / "checkpoint").symlink_to(outside / "run" / "checkpoint")
    before = tree(outside)
    assert [run.folder.name for run in survey(folder)] == ["middle", "new", "old", "stopped"]
    for chosen in (planned(folder), planned(folder, older_than=0)):
        assert "old" not in names(chosen)
        for each in chosen:
            clean(each)
    assert tree(outside) == before


def test_a_lock_that_is_a_link_is_let_alone_with_what_it_leads_to(folder):
    (folder / "precious").write_text("mine")
    (folder / "old" / ".lock").symlink_to(folder / "precious")
    assert {run.folder.name: run.state for run in survey(folder)}["old"] == "running"
    assert "old" not in names(planned(folder))
    assert (folder / "precious").read_text() == "mine"


def test_a_run_that_another_process_works_in_is_let_alone(folder):
    (cleaning,) = (each for each in planned(folder) if each.run.folder.name == "old")
    with filelock.FileLock(folder / "old" / ".lock"):
        assert in_use(folder / "old")
        assert {run.folder.name: run.state for run in survey(folder)}["old"] == "running"
        assert "old" not in names(planned(folder))
        before = tree(folder / "old")
        with pytest.raises(RunError, match="another process is running in it"):
            clean(cleaning)
        assert tree(folder / "old") == before
    assert not in_use(folder / "old")  # the lock that a killed process leaves holds nobody up
    clean(cleaning)


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
def test_a_run_that_cannot_be_read_is_let_alone(folder, file, content):
    (folder / "old" / file).write_bytes(content)
    assert {run.folder.name: run.state for run in survey(folder)}["old"] == "unreadable"
    for chosen in (planned(folder), planned(folder, older_than=0), planned(folder, superseded=True)):
        assert "old" not in names(chosen)


@pytest.mark.parametrize("file", ["weights.safetensors", "arrays.npz", "result.json"])
def test_a_run_that_only_seems_finished_is_not_touched(folder, file):
    (cleaning,) = (each for each in planned(folder, older_than=25))
    damaged = (folder / "old" / file).read_bytes()[:-20]
    (folder / "old" / file).write_bytes(damaged + b"}" if file == "result.json" else damaged)
    before = tree(folder / "old")
    for whole in (False, True):
        with pytest.raises(RunError):
            clean(dataclasses.replace(cleaning, whole=whole))
    assert tree(folder / "old") == before


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(folder):
    (folder / "old" / "result.json").unlink()
    os.mkfifo(folder / "old" / "result.json")
    assert {run.folder.name: run.state for run in survey(folder)}["old"] == "unreadable"


def test_runs_are_found_some_folders_deep_and_hidden_folders_are_not_looked_into(made, tmp_path):
    for place in ("a", "b/c/d", ".hidden/e", "f/g/h/i"):
        shutil.copytree(made / "finished", tmp_path / place)
    assert [str(run.folder.relative_to(tmp_path)) for run in survey(tmp_path)] == ["a", "b/c/d"]
    assert [run.folder for run in survey(tmp_path / "a")] == [tmp_path / "a"]


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(RunError, match="is not a folder"):
        survey(tmp_path / "none")


def test_one_run_is_examined_without_its_neighbours(folder):
    assert examine(folder / "new").state == "finished"
