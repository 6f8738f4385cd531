"""Small files that declare enormous content are refused before anything is unpacked."""

import io
import os
import pickletools
import shutil
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import bombs
from kuzushi.characters.datasets import array_files, folder, kkanji
from kuzushi.core.errors import DataError
from kuzushi.core.run_folder import RunFolder
from kuzushi.experiments import load
from kuzushi.perceptrons import experiment as checkerboard
from kuzushi.perceptrons import points
from kuzushi.perceptrons.configs import CheckerboardConfig
from kuzushi.perceptrons.nets import load_weights

GIGABYTE = 2**30
CONFIG = CheckerboardConfig(nets=2, epochs=100, data="xor", hid=1)

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="needs Linux, which reports the memory in use"
)


def array(path):
    return array_files.read_array(path, dimensions=3)


@pytest.mark.parametrize(
    ("make", "size", "read", "reason"),
    [
        (bombs.npz, GIGABYTE // 2, array, "declares 536,87"),
        (bombs.idx, GIGABYTE, array, "declares 1,073,741,824 bytes, more than 268,435,456"),
        (bombs.false_idx, GIGABYTE // 8, array, "declares 134,217,728 bytes, shape (128, 1024, 1024), and"),
        (bombs.png, 20_000, folder.read_image, "cannot be read as an image (Image size (400000000 pixels) exceeds"),
        (bombs.png_with_text, GIGABYTE, folder.read_image, "cannot be read as an image"),
        (bombs.tar, b"0", kkanji.read_kkanji, "cannot be read as a tar archive"),
        (bombs.tar, b"L", kkanji.read_kkanji, "cannot be read as a tar archive"),
        (bombs.tar, b"x", kkanji.read_kkanji, "cannot be read as a tar archive"),
        (bombs.tar, b"S", kkanji.read_kkanji, "cannot be read as a tar archive"),
        (bombs.json_nested, 1_000_000, lambda path: load_weights(str(path)), "net.json: "),
    ],
    ids=[
        "npz", "IDX in gzip", "false IDX", "PNG", "PNG with text", "tar", "tar name", "tar pax", "tar sparse",
        "JSON",
    ],
)  # fmt: skip
def test_a_bomb_is_refused_in_one_line_in_little_memory(make, size, read, reason, tmp_path):
    path = tmp_path / ("net.json" if make is bombs.json_nested else "bomb")
    make(path, size)
    kind, message = bombs.outcome(read, path)
    assert kind == "DataError", message
    assert "\n" not in message
    assert reason in message


def test_endless_files_are_refused_in_little_memory():
    for read in (load_weights, points.read_csv):
        kind, message = bombs.outcome(read, "/dev/zero")
        assert (kind, "more than 16,777,216 bytes" in message) == ("DataError", True), message


def test_the_same_memory_is_enough_for_good_files(tmp_path):
    bombs.npz(tmp_path / "a.npz", 2**22)
    bombs.idx(tmp_path / "a.gz", 2**22)
    bombs.png(tmp_path / "a.png", 1000)
    for read, name in ((array, "a.npz"), (array, "a.gz"), (folder.read_image, "a.png")):
        assert bombs.outcome(read, tmp_path / name) == ("read", "")


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
def test_a_large_image_takes_at_most_four_times_its_declared_memory(tmp_path, mode):
    side, size = 5_000, {"LA": 2, "RGB": 3, "RGBA": 4, "I;16": 2}.get(mode, 1)
    picture = Image.new(mode, (side, side))
    transparency = {"transparency": 0} if mode == "P" else {}
    picture.save(tmp_path / "a.png", **transparency)
    del picture
    room = 4 * size * side**2 + 2**23
    assert bombs.outcome(folder.read_image, tmp_path / "a.png", room=room) == ("read", "")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished") / "run"
    with RunFolder(folder, every=0) as journal:
        journal.finish(checkerboard.run(CONFIG, journal=journal))
    return folder


@pytest.fixture
def run(finished, tmp_path):
    """A copy of a finished run."""
    return Path(shutil.copytree(finished, tmp_path / "run"))


def test_a_bomb_in_the_arrays_of_a_run_is_refused(run):
    bombs.npz(run / "arrays.npz", GIGABYTE + 2**20)
    kind, message = bombs.outcome(load, run)
    assert kind == "RunError"
    assert "declares 1,074,79" in message


@pytest.mark.parametrize("name", ["result.json", "arrays.npz", "weights.safetensors"])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_a_pipe_device_or_folder_instead_of_a_file_is_refused_at_once(run, name, kind):
    (run / name).unlink()
    if kind == "pipe":
        os.mkfifo(run / name)
    elif kind == "device":
        (run / name).symlink_to("/dev/zero")
    else:
        (run / name).mkdir()
    error, message = bombs.outcome(load, run)
    assert error == "RunError", message
    assert "\n" not in message


@pytest.mark.parametrize("name", ["config.json", "progress.jsonl", "checkpoint/train.safetensors"])
def test_a_pipe_instead_of_a_file_that_is_resumed_from_is_not_waited_for(run, name):
    (run / "result.json").unlink()
    (run / name).unlink()
    os.mkfifo(run / name)

    def resume(folder):
        with RunFolder(folder, resume=True, every=0) as journal:
            checkerboard.run(CONFIG, journal=journal)

    kind, message = bombs.outcome(resume, run)
    assert kind in ("RunError", "read"), message


def test_pipes_in_a_folder_of_images_are_ignored(tmp_path):
    for label in ("a", "b"):
        (tmp_path / label).mkdir()
        for number in range(2):
            bombs.png(tmp_path / label / f"{number}.png", 40)
        os.mkfifo(tmp_path / label / "9.png")
    assert bombs.outcome(folder.read_folder, tmp_path) == ("read", "")


@pytest.mark.parametrize("name", ["../../outside.npy", "/tmp/outside.npy", "..\\outside.npy"])
def test_names_in_an_archive_create_no_files(run, name):
    before = sorted(run.parent.rglob("*"))
    with zipfile.ZipFile(run / "arrays.npz", "a") as archive, archive.open(name, "w") as file:
        np.lib.format.write_array(file, np.ones(3))
    load(run)
    assert sorted(run.parent.rglob("*")) == before
    assert not Path("/tmp/outside.npy").exists()


def test_a_too_large_image_in_an_archive_is_refused(tmp_path):
    with tarfile.open(tmp_path / "kkanji.tar", "w") as tar:
        member = tarfile.TarInfo("U+4EA8/1.png")
        member.size = 2**20
        tar.addfile(member, io.BytesIO(bytes(member.size)))
    with pytest.raises(DataError, match=r"U\+4EA8/1.png declares 1,048,576 bytes, more than 65,536"):
        kkanji.read_kkanji(tmp_path / "kkanji.tar")


def test_an_archive_of_kanji_is_not_unpacked_to_the_disk(tmp_path):
    picture = tmp_path / "picture.png"
    bombs.png(picture, 64)
    with tarfile.open(tmp_path / "kkanji.tar", "w") as tar:
        for name in ("../../U+4EA8/1.png", "/tmp/U+4EA8/2.png", "U+4EA8/3.png", "U+4EA8/4.png", "U+4EA8/5.png"):
            member = tarfile.TarInfo(name)
            member.size = picture.stat().st_size
            with open(picture, "rb") as file:
                tar.addfile(member, file)
    picture.unlink()
    assert len(kkanji.read_kkanji(tmp_path / "kkanji.tar").train_labels) == 4
    assert [path.name for path in tmp_path.iterdir()] == ["kkanji.tar"]
    assert not Path("/tmp/U+4EA8").exists()


def test_no_file_of_a_run_is_or_contains_a_pickle(run):
    with zipfile.ZipFile(run / "arrays.npz") as archive:
        for name in archive.namelist():
            with archive.open(name) as file:
                np.lib.format.read_array(file, allow_pickle=False)
    for path in filter(Path.is_file, run.rglob("*")):
        with pytest.raises(ValueError):
            list(pickletools.genops(path.read_bytes()))
