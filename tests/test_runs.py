"""The run folder: one process at a time, every file whole, resumed with the same settings only, and read back."""

import dataclasses
import errno
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import filelock
import numpy as np
import pytest
import safetensors.numpy
import torch

import kuzushi
from kuzushi import files, runs
from kuzushi.configs import CharactersConfig, CheckerboardConfig, command
from kuzushi.errors import RunError
from kuzushi.experiments import characters, checkerboard
from kuzushi.results import RESULTS, SCHEMA
from kuzushi.runs import folder as folders
from kuzushi.runs import origin
from refusals import failing, refused

CONFIG = CheckerboardConfig(nets=2, epochs=150)
MADE = runs.provenance(CONFIG, device="cpu", threads=1)
HOLDING = """
import sys, pathlib
from kuzushi import runs
with runs.RunFolder(pathlib.Path(sys.argv[1]), resume=sys.argv[2] == "resume"):
    print("holding", flush=True)
    sys.stdin.read()
"""

READING = """
import sys, pathlib
from kuzushi import runs
runs.load(pathlib.Path(sys.argv[1]))
assert "torch" not in sys.modules
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished run of each subject: its folder and its result."""
    subjects = {
        "checkerboard": lambda place: checkerboard.run(CONFIG, journal=place),
        "characters": lambda place: characters.run(
            CharactersConfig(net="lin", data="brush:200/50", epochs=2, seeds=2), journal=place
        ),
    }
    made = {}
    for subject, experiment in subjects.items():
        folder = tmp_path_factory.mktemp("runs") / subject
        with runs.RunFolder(folder) as place:
            made[subject] = (folder, experiment(place))
            place.finish(made[subject][1])
    return made


@pytest.fixture
def run(finished, tmp_path):
    """A copy of the finished run of the checkerboard, to be damaged."""
    return Path(shutil.copytree(finished["checkerboard"][0], tmp_path / "run"))


def begun(folder):
    """A folder in which a run has begun and was stopped."""
    with runs.RunFolder(folder) as place:
        place.begin(CONFIG, MADE, "f00d")
    return folder


def denied():
    return PermissionError(errno.EACCES, "Permission denied")


# --- the folder -----------------------------------------------------------------------------------------------


def test_an_unused_folder_is_taken_away_again(tmp_path):
    with runs.RunFolder(tmp_path / "run"):
        assert (tmp_path / "run").is_dir()
    assert not (tmp_path / "run").exists()


def test_a_folder_that_was_there_before_stays_and_is_left_empty(tmp_path):
    with runs.RunFolder(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_used_stays_without_its_lock_even_after_an_error(tmp_path):
    with pytest.raises(KeyboardInterrupt), runs.RunFolder(tmp_path / "run") as place:
        place.begin(CONFIG, MADE, "f00d")
        raise KeyboardInterrupt
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["config.json"]


def test_a_folder_with_another_run_is_refused_and_left_as_it_is(run):
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    refused(lambda: runs.RunFolder(run), run, "is not empty", "--out", "--resume")
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_a_folder_with_anything_else_in_it_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    refused(lambda: runs.RunFolder(tmp_path), tmp_path, "is not empty")


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "run").write_text("mine")
    refused(lambda: runs.RunFolder(tmp_path / "run"), "is a file", "--out")
    refused(lambda: runs.RunFolder(tmp_path / "run" / "below"), "cannot be written")


@pytest.mark.parametrize("there", [True, False])
def test_where_no_run_has_begun_there_is_none_to_resume(tmp_path, there):
    folder = tmp_path if there else tmp_path / "run"
    refused(lambda: runs.RunFolder(folder, resume=True), folder, "holds no run to resume", "--resume")
    assert folder.exists() == there


@pytest.mark.parametrize("mode", ["new", "resume"])
def test_two_processes_at_once_are_refused_and_one_after_the_other_is_not(tmp_path, mode):
    resume, folder = mode == "resume", tmp_path / "run"
    if resume:
        begun(folder)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, folder, mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"holding\n"
        refused(lambda: runs.RunFolder(folder, resume=resume), folder, "another process is running in it", "--out")
        other.stdin.close()
        assert other.wait() == 0
    with runs.RunFolder(folder, resume=resume):
        pass


def test_a_killed_process_holds_nobody_up(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, tmp_path / "run", "new"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        other.stdout.readline()
        other.kill()
    assert [path.name for path in (tmp_path / "run").iterdir()] == [".lock"]
    assert (begun(tmp_path / "run") / "config.json").is_file()


@pytest.mark.parametrize(
    ("owner", "name"),
    [(Path, "exists"), (Path, "is_dir"), (Path, "iterdir"), (Path, "mkdir"), (filelock.FileLock, "acquire")],
)
def test_a_folder_that_cannot_be_read_or_written_is_said_in_one_line(monkeypatch, tmp_path, owner, name):
    monkeypatch.setattr(owner, name, failing(denied()))
    with pytest.raises(RunError) as caught:
        runs.RunFolder(tmp_path)
    monkeypatch.undo()
    assert str(caught.value) == (
        f"{tmp_path}: cannot be written (Permission denied); free space or permissions, or give another --out"
    )


def test_a_file_that_cannot_be_opened_is_said_in_one_line(monkeypatch, tmp_path):
    with runs.RunFolder(tmp_path / "run") as place:
        monkeypatch.setattr(files, "open", failing(denied()), raising=False)
        monkeypatch.setattr(folders, "open", failing(denied()), raising=False)
        refused(lambda: place.begin(CONFIG, MADE, "f00d"), "config.json: cannot be written (Permission denied)")
        step = runs.Progress(stage="training", done=1, total=2, metrics={})
        refused(lambda: place.progress(step), "progress.jsonl: cannot be written (Permission denied)")


# --- beginning and resuming -----------------------------------------------------------------------------------


def test_a_run_begins_with_its_settings_its_data_and_its_origin(tmp_path):
    record = json.loads((begun(tmp_path / "run") / "config.json").read_bytes())
    assert record == {
        "subject": "checkerboard",
        "config": dataclasses.asdict(CONFIG),
        "data_sha256": "f00d",
        "schema": SCHEMA,
        "provenance": dataclasses.asdict(MADE),
    }


def test_the_same_run_is_resumed_and_its_record_kept(tmp_path):
    folder = begun(tmp_path / "run")
    before = (folder / "config.json").read_bytes()
    with runs.RunFolder(folder, resume=True) as place:
        place.begin(CONFIG, dataclasses.replace(MADE, commit="later", threads=7), "f00d")
    assert (folder / "config.json").read_bytes() == before


@pytest.mark.parametrize("name", ["kuzushi", "torch", "numpy", "device"])
def test_a_run_is_not_resumed_by_other_versions_or_on_another_device(tmp_path, name):
    folder = begun(tmp_path / "run")
    before, other = (folder / "config.json").read_bytes(), dataclasses.replace(MADE, **{name: "other"})
    with runs.RunFolder(folder, resume=True) as place:
        refused(
            lambda: place.begin(CONFIG, other, "f00d"),
            folder,
            f"was begun with {name} {getattr(MADE, name)!r}, and this is {name} 'other'; go on",
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
def test_other_settings_or_data_are_not_resumed(tmp_path, config, fingerprint):
    folder = begun(tmp_path / "run")
    before = (folder / "config.json").read_bytes()
    with runs.RunFolder(folder, resume=True) as place:
        refused(
            lambda: place.begin(config, MADE, fingerprint),
            folder,
            "holds a run of other settings or data (kuzushi checkerboard --nets 2 --epochs 150); give the same options",
        )
    assert (folder / "config.json").read_bytes() == before


@pytest.mark.parametrize("content", [b"", b'{"subject": "checker', b"[1, 2]", b'{"subject": "\xff"}'])
def test_a_damaged_record_is_not_resumed(tmp_path, content):
    folder = begun(tmp_path / "run")
    (folder / "config.json").write_bytes(content)
    with runs.RunFolder(folder, resume=True) as place:
        refused(lambda: place.begin(CONFIG, MADE, "f00d"), folder / "config.json", "cannot be read")


def test_progress_is_one_line_of_json_for_each_step(tmp_path):
    steps = [runs.Progress(stage="seed 0", done=i, total=2, metrics={"loss": 0.5 / i}) for i in (1, 2)]
    with runs.RunFolder(tmp_path / "run") as place:
        for step in steps:
            place.progress(step)
    lines = (tmp_path / "run" / "progress.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [dataclasses.asdict(step) for step in steps]


def test_a_checkpoint_is_read_back_as_it_was_saved(tmp_path):
    arrays = {"model.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "optimiser.0.step": np.array(7.0)}
    note = {"finished": True, "updates": [1, 2], "metrics": [{"loss": 0.1}, {"loss": 1e-300}]}
    with runs.RunFolder(tmp_path / "run") as place:
        assert place.load("seed 0") is None
        place.save("seed 0", arrays, note)
        assert place.load("seed 1") is None
        read, read_note = place.load("seed 0")
    assert read_note == note
    assert read.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(read[name], array)
        assert read[name].dtype == array.dtype


def test_checkpoints_are_some_seconds_apart_and_the_last_is_always_kept(monkeypatch, tmp_path):
    clock = SimpleNamespace(now=95.5)
    monkeypatch.setattr(folders, "time", SimpleNamespace(monotonic=lambda: clock.now))
    with runs.RunFolder(tmp_path / "run") as place:
        kept = []
        for now, finished in ((96, False), (100, False), (105, False), (109, False), (110.5, False), (111, True)):
            clock.now = float(now)
            place.save("seed 0", {"at": np.array(now, dtype=np.float64)}, {"finished": finished})
            checkpoint = place.load("seed 0")
            kept.append(checkpoint and float(checkpoint[0]["at"]))
    assert kept == [None, None, 105, 105, 110.5, 111]


def test_so_many_seconds_are_between_checkpoints_as_are_asked_for(tmp_path):
    with runs.RunFolder(tmp_path / "run", every=0) as place:
        for at in range(3):
            place.save("seed 0", {"at": np.array(at)}, {"finished": False})
            assert place.load("seed 0")[0]["at"] == at


def step(stage, done):
    return runs.Progress(stage=stage, done=done, total=9, metrics={"loss": 1 / done})


def told(folder):
    lines = (folder / "progress.jsonl").read_bytes().splitlines(keepends=True)
    assert all(line.endswith(b"\n") for line in lines)
    return [(json.loads(line)["stage"], json.loads(line)["done"]) for line in lines]


@pytest.mark.parametrize("torn", [b"", b'{"stage": "seed 1", "do', b"\0" * 512, b'{"stage":"seed 0","done":1}\n'])
def test_what_was_told_since_the_checkpoints_is_cut_off_on_resuming(tmp_path, torn):
    folder = tmp_path / "run"
    with runs.RunFolder(folder, every=1e9) as place:
        place.begin(CONFIG, MADE, "f00d")
        for stage, finished in (("seed 0", 3), ("seed 1", 2)):
            for done in (1, 2, 3):
                place.progress(step(stage, done))
                place.save(stage, {}, {"finished": done == finished})
    with open(folder / "progress.jsonl", "ab") as file:
        file.write(torn)
    with runs.RunFolder(folder, resume=True) as place:
        place.begin(CONFIG, MADE, "f00d")
        assert told(folder) == [("seed 0", 1), ("seed 0", 2), ("seed 0", 3), ("seed 1", 1), ("seed 1", 2)]
        place.load("seed 1")
        place.progress(step("seed 1", 3))
    assert told(folder)[-1] == ("seed 1", 3)


def test_without_a_checkpoint_all_is_told_anew(tmp_path):
    folder = begun(tmp_path / "run")
    with runs.RunFolder(folder, resume=True) as place:
        place.begin(CONFIG, MADE, "f00d")
        place.progress(step("design", 1))
    with runs.RunFolder(folder, resume=True) as place:
        place.begin(CONFIG, MADE, "f00d")
        assert told(folder) == []


def test_a_checkpoint_is_never_ahead_of_what_was_told(monkeypatch, tmp_path):
    """If power fails, what was told before a checkpoint is on the disk before it is."""
    synced = []
    fsync = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda file: (synced.append(Path(os.readlink(f"/proc/self/fd/{file}")).name), fsync(file))
    )
    with runs.RunFolder(tmp_path / "run") as place:
        place.begin(CONFIG, MADE, "f00d")
        place.progress(step("seed 0", 1))
        synced.clear()
        place.save("seed 0", {}, {"finished": True})
    assert [name.partition(".safe")[0] for name in synced] == ["progress.jsonl", "run", ".seed 0", "checkpoint"]


def test_the_parts_of_files_that_a_killed_process_leaves_hold_nobody_up_and_are_taken_away(tmp_path):
    folder = tmp_path / "run"
    (folder / "checkpoint").mkdir(parents=True)
    (folder / ".config.json.1234.part").write_text("{")
    (folder / ".lock").touch()
    (folder / "checkpoint").rmdir()
    begun(folder)
    assert [path.name for path in folder.iterdir()] == ["config.json"]
    (folder / "checkpoint").mkdir()
    (folder / "checkpoint" / ".seed 0.safetensors.1234.part").write_text("{")
    (folder / ".result.json.1234.part").write_text("{")
    with runs.RunFolder(folder, resume=True) as place:
        place.begin(CONFIG, MADE, "f00d")
    assert sorted(path.name for path in folder.rglob("*")) == ["checkpoint", "config.json"]


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[: len(data) // 2], lambda data: b"\xff" * 50])
def test_a_damaged_checkpoint_is_said_in_one_line(tmp_path, damage):
    with runs.RunFolder(tmp_path / "run") as place:
        place.save("seed 0", {"weight": np.ones(100)}, {"finished": True})
        path = tmp_path / "run" / "checkpoint" / "seed 0.safetensors"
        path.write_bytes(damage(path.read_bytes()))
        refused(lambda: place.load("seed 0"), path, "is not a checkpoint", "delete it")


def test_a_checkpoint_without_its_note_is_refused(tmp_path):
    with runs.RunFolder(tmp_path / "run") as place:
        path = tmp_path / "run" / "checkpoint" / "seed 0.safetensors"
        runs.write_whole(path, safetensors.numpy.save({"weight": np.ones(2)}))
        refused(lambda: place.load("seed 0"), path, "is not a checkpoint", "delete it")


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_single_bit_that_has_changed_in_a_checkpoint_is_seen(tmp_path, place):
    with runs.RunFolder(tmp_path / "run") as journal:
        journal.save("seed 0", {"weight": np.ones(50)}, {"finished": True, "metrics": [{"loss": 0.25}]})
        path = tmp_path / "run" / "checkpoint" / "seed 0.safetensors"
        content = bytearray(path.read_bytes())
        content[[content.index(b"0.25"), content.index(b"0.25") + 3, -1, -300][place]] ^= 1
        path.write_bytes(content)
        refused(lambda: journal.load("seed 0"), path, "its content is not what was written", "delete it")


@pytest.mark.parametrize("stage", ["../seed 0", "/seed 0", "a/b", "../../config"])
def test_no_stage_leads_out_of_the_folder(tmp_path, stage):
    with runs.RunFolder(tmp_path / "run") as place:
        refused(lambda: place.save(stage, {}, {"finished": True}), "leads out of the folder of the run")
        refused(lambda: place.load(stage), "leads out of the folder of the run")


def test_checkpoints_are_not_written_through_a_link(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    with runs.RunFolder(tmp_path / "run") as place:
        place.begin(CONFIG, MADE, "f00d")
        (tmp_path / "run" / "checkpoint").symlink_to(tmp_path / "elsewhere")
        refused(lambda: place.save("seed 0", {}, {"finished": True}), "leads out of the folder of the run")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_journal_that_keeps_nothing_has_nothing():
    silent = runs.Silent()
    silent.begin(CONFIG, MADE, "f00d")
    silent.progress(runs.Progress(stage="seed 0", done=1, total=1, metrics={}))
    silent.save("seed 0", {}, {"finished": True})
    assert silent.load("seed 0") is None


# --- results --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("subject", ["checkerboard", "characters"])
def test_a_result_is_read_back_field_by_field(finished, subject):
    folder, result = finished[subject]
    read = runs.load(folder)
    assert dataclasses.replace(read, arrays={}, weights={}) == dataclasses.replace(result, arrays={}, weights={})
    assert read.arrays.keys() == result.arrays.keys()
    for name, array in result.arrays.items():
        np.testing.assert_array_equal(read.arrays[name], array)
        assert read.arrays[name].dtype == array.dtype


@pytest.mark.parametrize("subject", ["checkerboard", "characters"])
def test_the_weights_are_kept_beside_the_result(finished, subject):
    folder, result = finished[subject]
    weights = runs.load(folder).weights
    assert weights.keys() == result.weights.keys()
    for name, weight in result.weights.items():
        np.testing.assert_array_equal(weights[name], weight)


@pytest.mark.parametrize("subject", ["checkerboard", "characters"])
def test_the_json_has_a_line_for_each_field_and_no_array(finished, subject):
    _, result = finished[subject]
    first, *lines, last = runs.to_json(result).decode().splitlines()
    assert (first, last) == ("{", "}")
    fields = [json.loads("{" + line.removesuffix(",") + "}") for line in lines]
    names = [field.name for field in dataclasses.fields(result) if field.name not in ("arrays", "weights")]
    assert [next(iter(field)) for field in fields] == names
    assert json.loads(runs.to_json(result)) == {name: field[name] for name, field in zip(names, fields, strict=True)}


@pytest.mark.parametrize("kind", ["BF16", "F8_E4M3", "C128"])
def test_numbers_that_numpy_has_no_type_for_are_said_in_one_line(run, kind):
    pytest.importorskip("ml_dtypes")  # which teaches NumPy such types, and is not to make a difference
    header = json.dumps({"a": {"dtype": kind, "shape": [16 if "8" in kind else 8], "data_offsets": [0, 16]}}).encode()
    (run / "weights.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(16))
    refused(lambda: runs.load(run), run, "the weights cannot be read", "make the run again")


def test_the_result_is_written_last(monkeypatch, tmp_path, finished):
    _, result = finished["checkerboard"]
    written = []
    monkeypatch.setattr(folders, "write_whole", lambda path, data: written.append(path.name))
    with runs.RunFolder(tmp_path / "run") as place:
        place.finish(result)
    assert written == ["weights.safetensors", "arrays.npz", "result.json"]


def test_a_result_is_read_without_torch(finished):
    subprocess.run([sys.executable, "-c", READING, finished["characters"][0]], check=True)


def test_a_folder_without_a_finished_run_is_refused(tmp_path):
    for folder in (tmp_path / "nowhere", tmp_path, begun(tmp_path / "run")):
        refused(lambda: runs.load(folder), folder, "holds no finished run (no result.json)", "--out")  # noqa: B023


def changed(**changes):
    """Put other values into result.json; None takes the field away."""

    def damage(folder):
        fields = json.loads((folder / "result.json").read_bytes()) | changes
        kept = {name: value for name, value in fields.items() if value is not None}
        (folder / "result.json").write_text(json.dumps(kept))

    return damage


def replaced(name, make):
    """Put other content into a file."""

    def damage(folder):
        (folder / name).write_bytes(make((folder / name).read_bytes()))

    return damage


def saved(save, *arrays, **named):
    file = io.BytesIO()
    save(file, *arrays, **named)
    return file.getvalue()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (replaced("result.json", lambda data: data[: len(data) // 2]), ["result.json: cannot be read"]),
        (replaced("result.json", lambda data: b""), ["result.json: cannot be read"]),
        (replaced("result.json", lambda data: b"[1, 2]"), ["result.json: cannot be read", "object"]),
        (replaced("result.json", lambda data: data.replace(b"sig", b"\xff")), ["result.json: cannot be read"]),
        (changed(shown=None), ["result.json: cannot be read", "missing required field `shown`"]),
        (changed(solved="two"), ["result.json: cannot be read", "Expected `int`, got `str` - at `$.solved`"]),
        (changed(epochs=[{"epoch": 1}]), ["result.json: cannot be read", "$.epochs[0]"]),
        (changed(config={"nets": 0}), ["the result cannot be read", "--nets 0: must be a whole number of at least 1"]),
        (changed(schema=SCHEMA + 1), [f"schema {SCHEMA + 1}; this version of kuzushi reads schema {SCHEMA} of"]),
        (changed(schema=None), ["schema null"]),
        (changed(subject="chess"), ['subject "chess"', ", ".join(RESULTS)]),
        (changed(subject=["characters"]), ['subject ["characters"]']),
        (lambda folder: (folder / "arrays.npz").unlink(), ["the result cannot be read", "arrays.npz"]),
        (replaced("arrays.npz", lambda data: b""), ["the result cannot be read"]),
        (replaced("arrays.npz", lambda data: data[: len(data) // 2]), ["the result cannot be read"]),
        (replaced("arrays.npz", lambda data: data[:60] + bytes(40) + data[100:]), ["the result cannot be read"]),
        (replaced("arrays.npz", lambda data: saved(np.save, np.ones(2))), ["the result cannot be read"]),
        (
            replaced("arrays.npz", lambda data: saved(np.savez, a=np.array([{}], dtype=object))),
            ["the result cannot be read", "holds object, which is no number; nothing is unpickled"],
        ),
        (replaced("arrays.npz", lambda data: b"\x80\x04]\x94."), ["the result cannot be read"]),
    ],
    ids=[
        "json cut short", "json empty", "json no object", "json not utf-8", "field missing", "wrong type",
        "wrong type inside", "setting out of range", "later schema", "no schema", "other subject", "subject no name",
        "no arrays", "arrays empty", "arrays cut short", "arrays overwritten", "one array", "pickle inside", "a pickle",
    ],
)  # fmt: skip
def test_a_damaged_result_is_said_in_one_line(run, damage, words):
    damage(run)
    refused(lambda: runs.load(run), run, *words)


def test_arrays_that_are_cut_short_anywhere_are_refused(run):
    whole = (run / "arrays.npz").read_bytes()
    for length in range(0, len(whole), len(whole) // 25):
        (run / "arrays.npz").write_bytes(whole[:length])
        refused(lambda: runs.load(run), "the result cannot be read")


# --- provenance -----------------------------------------------------------------------------------------------


def test_the_provenance_names_the_command_and_the_versions():
    made = runs.provenance(CONFIG, device="cuda", threads=3)
    assert (made.command, made.device, made.threads) == (command(CONFIG), "cuda", 3)
    assert (made.kuzushi, made.numpy) == (kuzushi.__version__, np.__version__)
    assert made.torch.split("+")[0] == torch.__version__.split("+")[0]
    assert made.python == ".".join(map(str, sys.version_info[:3]))


@pytest.mark.parametrize("case", ["no tree", "no repository", "no git"])
def test_where_there_is_no_commit_to_name_none_is_named(monkeypatch, tmp_path, case):
    if case == "no git":
        monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.setattr(origin, "__file__", str(tmp_path / "tree" / "src" / "kuzushi" / "runs" / "origin.py"))
    if case != "no tree":
        (tmp_path / "tree" / ".git").mkdir(parents=True)
    assert runs.provenance(CONFIG, device="cpu", threads=1).commit is None
