"""Checkpoints: read back as they were saved, or refused in one line."""

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import safetensors.numpy

from kuzushi.core import run_folder
from kuzushi.core.files import write_atomic
from kuzushi.core.journal import Progress
from kuzushi.core.run_folder import RunFolder
from refusals import refused


@pytest.fixture
def journal(tmp_path):
    with RunFolder(tmp_path / "run") as journal:
        yield journal


@pytest.fixture
def path(tmp_path):
    """The file of the checkpoint of stage "seed 0"."""
    return tmp_path / "run" / "checkpoint" / "seed 0.safetensors"


def test_a_checkpoint_is_read_back_as_it_was_saved(journal):
    arrays = {"model.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "optimiser.0.step": np.array(7.0)}
    note = {"finished": True, "updates": [1, 2], "metrics": [{"loss": 0.1}, {"loss": 1e-300}]}
    assert journal.load("seed 0") is None
    journal.save("seed 0", arrays, note)
    assert journal.load("seed 1") is None
    read, read_note = journal.load("seed 0")
    assert read_note == note
    assert read.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(read[name], array)
        assert read[name].dtype == array.dtype


def test_checkpoints_are_some_seconds_apart_and_the_last_is_always_kept(monkeypatch, tmp_path):
    clock = SimpleNamespace(now=95.5)
    monkeypatch.setattr(run_folder, "time", SimpleNamespace(monotonic=lambda: clock.now))
    with RunFolder(tmp_path / "run") as journal:
        saved = []
        for now, finished in ((96, False), (100, False), (105, False), (109, False), (110.5, False), (111, True)):
            clock.now = float(now)
            journal.save("seed 0", {"at": np.array(now, dtype=np.float64)}, {"finished": finished})
            checkpoint = journal.load("seed 0")
            saved.append(checkpoint and float(checkpoint[0]["at"]))
    assert saved == [None, None, 105, 105, 110.5, 111]


def test_every_checkpoint_is_saved_if_no_seconds_lie_between_them(tmp_path):
    with RunFolder(tmp_path / "run", every=0) as journal:
        for at in range(3):
            journal.save("seed 0", {"at": np.array(at)}, {"finished": False})
            assert journal.load("seed 0")[0]["at"] == at


def test_a_checkpoint_is_never_ahead_of_the_progress(journal, monkeypatch):
    """If power fails, the progress before a checkpoint is on the disk before the checkpoint is."""
    journal.progress(Progress(stage="seed 0", done=1, total=9, metrics={}))
    synced, fsync = [], os.fsync

    def recorded(file):
        synced.append(Path(os.readlink(f"/proc/self/fd/{file}")).name)
        fsync(file)

    monkeypatch.setattr(os, "fsync", recorded)
    journal.save("seed 0", {}, {"finished": True})
    assert [name.partition(".safe")[0] for name in synced] == ["progress.jsonl", "run", ".seed 0", "checkpoint"]


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[: len(data) // 2], lambda data: b"\xff" * 50])
def test_a_damaged_checkpoint_is_refused_in_one_line(journal, path, damage):
    journal.save("seed 0", {"weight": np.ones(100)}, {"finished": True})
    path.write_bytes(damage(path.read_bytes()))
    refused(lambda: journal.load("seed 0"), path, "is not a checkpoint", "delete it")


def test_a_checkpoint_without_a_note_is_refused(journal, path):
    write_atomic(path, safetensors.numpy.save({"weight": np.ones(2)}))
    refused(lambda: journal.load("seed 0"), path, "is not a checkpoint", "delete it")


@pytest.mark.parametrize("byte", ["first of the loss", "last of the loss", "last of the file", "in the weights"])
def test_a_single_changed_bit_in_a_checkpoint_is_detected(journal, path, byte):
    journal.save("seed 0", {"weight": np.ones(50)}, {"finished": True, "metrics": [{"loss": 0.25}]})
    content = bytearray(path.read_bytes())
    loss = content.index(b"0.25")
    places = {"first of the loss": loss, "last of the loss": loss + 3, "last of the file": -1, "in the weights": -300}
    content[places[byte]] ^= 1
    path.write_bytes(content)
    refused(lambda: journal.load("seed 0"), path, "its content does not match its hash", "delete it")


@pytest.mark.parametrize("stage", ["../seed 0", "/seed 0", "a/b", "../../config"])
def test_no_stage_is_saved_outside_the_folder(journal, stage):
    refused(lambda: journal.save(stage, {}, {"finished": True}), "is outside the folder of the run")
    refused(lambda: journal.load(stage), "is outside the folder of the run")


def test_checkpoints_are_not_written_through_a_link(journal, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run" / "checkpoint").symlink_to(tmp_path / "elsewhere")
    refused(lambda: journal.save("seed 0", {}, {"finished": True}), "is outside the folder of the run")
    assert list((tmp_path / "elsewhere").iterdir()) == []
