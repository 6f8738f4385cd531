"""Finished runs: written with the result last, and read back without torch or refused in one line."""

import dataclasses
import io
import json
import subprocess
import sys

import numpy as np
import pytest

from kuzushi.core import run_folder
from kuzushi.core.result_files import to_json
from kuzushi.core.results import SCHEMA
from kuzushi.core.run_folder import RunFolder
from kuzushi.experiments import RESULTS, load
from refusals import refused

READING = """
import pathlib, sys
from kuzushi.experiments import load
load(pathlib.Path(sys.argv[1]))
assert "torch" not in sys.modules
"""


@pytest.mark.parametrize("subject", ["checkerboard", "characters"])
def test_a_result_is_read_back_field_by_field(finished, subject):
    folder, result = finished[subject]
    read = load(folder)
    assert dataclasses.replace(read, arrays={}, weights={}) == dataclasses.replace(result, arrays={}, weights={})
    assert read.arrays.keys() == result.arrays.keys()
    for name, array in result.arrays.items():
        np.testing.assert_array_equal(read.arrays[name], array)
        assert read.arrays[name].dtype == array.dtype


@pytest.mark.parametrize("subject", ["checkerboard", "characters"])
def test_the_weights_are_read_back(finished, subject):
    folder, result = finished[subject]
    weights = load(folder).weights
    assert weights.keys() == result.weights.keys()
    for name, weight in result.weights.items():
        np.testing.assert_array_equal(weights[name], weight)


@pytest.mark.parametrize("subject", ["checkerboard", "characters"])
def test_the_json_has_a_line_for_each_field_and_no_array(finished, subject):
    _, result = finished[subject]
    first, *lines, last = to_json(result).decode().splitlines()
    assert (first, last) == ("{", "}")
    fields = [json.loads("{" + line.removesuffix(",") + "}") for line in lines]
    names = [field.name for field in dataclasses.fields(result) if field.name not in ("arrays", "weights")]
    assert [next(iter(field)) for field in fields] == names
    assert json.loads(to_json(result)) == {name: field[name] for name, field in zip(names, fields, strict=True)}


@pytest.mark.parametrize("kind", ["BF16", "F8_E4M3", "C128"])
def test_number_types_that_numpy_does_not_have_are_refused_in_one_line(run, kind):
    pytest.importorskip("ml_dtypes")  # registers such types with NumPy, which must make no difference
    header = json.dumps({"a": {"dtype": kind, "shape": [16 if "8" in kind else 8], "data_offsets": [0, 16]}}).encode()
    (run / "weights.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(16))
    refused(lambda: load(run), run, "the weights cannot be read", "run its command again")


def test_the_result_is_written_last(monkeypatch, tmp_path, finished):
    _, result = finished["checkerboard"]
    written = []
    monkeypatch.setattr(run_folder, "write_atomic", lambda path, data: written.append(path.name))
    with RunFolder(tmp_path / "run") as journal:
        journal.finish(result)
    assert written == ["weights.safetensors", "arrays.npz", "result.json"]


def test_a_result_is_read_without_torch(finished):
    subprocess.run([sys.executable, "-c", READING, finished["characters"][0]], check=True)


def test_a_folder_without_a_finished_run_is_refused(tmp_path):
    (tmp_path / "started").mkdir()
    (tmp_path / "started" / "config.json").write_text("{}")
    for folder in (tmp_path / "nowhere", tmp_path, tmp_path / "started"):
        refused(lambda: load(folder), folder, "holds no finished run (no result.json)", "--out")  # noqa: B023


def changed(**changes):
    """Change values in result.json; None removes the field."""

    def damage(folder):
        fields = json.loads((folder / "result.json").read_bytes()) | changes
        left = {name: value for name, value in fields.items() if value is not None}
        (folder / "result.json").write_text(json.dumps(left))

    return damage


def replaced(name, make):
    """Change the content of a file."""

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
        (changed(schema=SCHEMA + 1), [f"in format {SCHEMA + 1}; expected", f"in format {SCHEMA}"]),
        (changed(schema=None), ["in format null"]),
        (changed(subject="chess"), ['kuzushi "chess"', " or ".join(RESULTS)]),
        (changed(subject=["characters"]), ['kuzushi ["characters"]']),
        (lambda folder: (folder / "arrays.npz").unlink(), ["the result cannot be read", "arrays.npz"]),
        (replaced("arrays.npz", lambda data: b""), ["the result cannot be read"]),
        (replaced("arrays.npz", lambda data: data[: len(data) // 2]), ["the result cannot be read"]),
        (replaced("arrays.npz", lambda data: data[:60] + bytes(40) + data[100:]), ["the result cannot be read"]),
        (replaced("arrays.npz", lambda data: saved(np.save, np.ones(2))), ["the result cannot be read"]),
        (
            replaced("arrays.npz", lambda data: saved(np.savez, a=np.array([{}], dtype=object))),
            ["the result cannot be read", "holds object, expected numbers; nothing is unpickled"],
        ),
        (replaced("arrays.npz", lambda data: b"\x80\x04]\x94."), ["the result cannot be read"]),
    ],
    ids=[
        "json cut short", "json empty", "json no object", "json not utf-8", "field missing", "wrong type",
        "wrong type inside", "setting out of range", "later schema", "no schema", "other subject", "subject no name",
        "no arrays", "arrays empty", "arrays cut short", "arrays overwritten", "one array", "pickle inside", "a pickle",
    ],
)  # fmt: skip
def test_a_damaged_result_is_refused_in_one_line(run, damage, words):
    damage(run)
    refused(lambda: load(run), run, *words)


def test_arrays_cut_short_anywhere_are_refused(run):
    whole = (run / "arrays.npz").read_bytes()
    for length in range(0, len(whole), len(whole) // 25):
        (run / "arrays.npz").write_bytes(whole[:length])
        refused(lambda: load(run), "the result cannot be read")
