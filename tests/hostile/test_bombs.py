"""Small files that declare enormous content are refused by what they declare, before any of it is unpacked."""

import io
import os
import pickletools
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import bombs
from kuzushi import runs
from kuzushi.configs import CheckerboardConfig
from kuzushi.data import archives, folder, kkanji, points
from kuzushi.errors import DataError
from kuzushi.experiments import checkerboard
from kuzushi.models.perceptron import load_weights

GIGABYTE = 2**30

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="cannot say how much memory is used")


def array(path):
    return archives.read_array(path, dimensions=3)


@pytest.mark.parametrize(
    ("make", "size", "read", "because"),
    [
        (bombs.npz, GIGABYTE // 2, array, "declares 536,87"),
        (bombs.idx, GIGABYTE, array, "declares 1,073,741,824 bytes, more than 268,435,456"),
        (bombs.boast, GIGABYTE // 8, array, "declares 134,217,728 bytes, shape (128, 1024, 1024), and holds at most"),
        (bombs.png, 20_000, folder.read_image, "cannot be read as an image (Image size (400000000 pixels) exceeds"),
        (bombs.png_with_text, GIGABYTE, folder.read_image, "cannot be read as an image"),
        (bombs.tar, b"0", kkanji.read_kkanji, "cannot be read as a tar archive"),
        (bombs.tar, b"L", kkanji.read_kkanji, "cannot be read as a tar archive"),
        (bombs.tar, b"x", kkanji.read_kkanji, "cannot be read as a tar archive"),
        (bombs.tar, b"S", kkanji.read_kkanji, "cannot be read as a tar archive"),
        (bombs.json_nested, 1_000_000, lambda path: load_weights(str(path)), "net.json: "),
    ],
    ids=[
        "npz", "IDX in gzip", "IDX that boasts", "PNG", "PNG with text", "tar", "tar name", "tar pax", "tar sparse",
        "JSON",
    ],
)  # fmt: skip
def test_a_bomb_is_refused_in_one_line_in_little_memory(make, size, read, because, tmp_path):
    path = tmp_path / ("net.json" if make is bombs.json_nested else "bomb")
    make(path, size)
    kind, said = bombs.outcome(read, path)
    assert kind == "DataError", said
    assert "\n" not in said
    assert because in said


def test_files_without_an_end_are_refused_in_little_memory():
    for read in (load_weights, points.read_csv):
        kind, said = bombs.outcome(read, "/dev/zero")
        assert (kind, "more than 16,777,216 bytes" in said) == ("DataError", True), said


def test_so_little_memory_is_enough_for_good_files(tmp_path):
    bombs.npz(tmp_path / "a.npz", 2**22)
    bombs.idx(tmp_path / "a.gz", 2**22)
    bombs.png(tmp_path / "a.png", 1000)
    for read, name in ((array, "a.npz"), (array, "a.gz"), (folder.read_image, "a.png")):
        assert bombs.outcome(read, tmp_path / name) == ("read", "")


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
def test_a_large_picture_takes_at_most_four_times_the_memory_that_it_declares(tmp_path, mode):
    side, size = 5_000, {"LA": 2, "RGB": 3, "RGBA": 4, "I;16": 2}.get(mode, 1)
    picture = Image.new(mode, (side, side))
    see_through = {"transparency": 0} if mode == "P" else {}
    picture.save(tmp_path / "a.png", **see_through)
    del picture
    room = 4 * size * side**2 + 2**23
    assert bombs.outcome(folder.read_image, tmp_path / "a.png", room=room) == ("read", "")


@pytest.fixture
def run(tmp_path):
    """A finished run."""
    config = CheckerboardConfig(nets=2, epochs=100, data="xor", hid=1)
    with runs.RunFolder(tmp_path / "run", every=0) as journal:
        journal.finish(checkerboard.run(config, journal=journal))
    return tmp_path / "run"


def test_the_arrays_of_a_run_are_no_bomb_either(run):
    bombs.npz(run / "arrays.npz", GIGABYTE + 2**20)
    kind, said = bombs.outcome(runs.load, run)
    assert kind == "RunError"
    assert "declares 1,074,79" in said


@pytest.mark.parametrize("name", ["result.json", "arrays.npz", "weights.safetensors"])
@pytest.mark.parametrize("what", ["pipe", "endless", "folder"])
def test_what_is_no_file_is_not_waited_for(run, name, what):
    (run / name).unlink()
    if what == "pipe":
        os.mkfifo(run / name)
    elif what == "endless":
        (run / name).symlink_to("/dev/zero")
    else:
        (run / name).mkdir()
    kind, said = bombs.outcome(runs.load, run)
    assert kind == "RunError", said
    assert "\n" not in said


@pytest.mark.parametrize("name", ["config.json", "progress.jsonl", "checkpoint/train.safetensors"])
def test_a_pipe_in_place_of_what_a_run_goes_on_with_is_not_waited_for(run, name):
    (run / "result.json").unlink()
    (run / name).unlink()
    os.mkfifo(run / name)

    def resume(folder):
        config = CheckerboardConfig(nets=2, epochs=100, data="xor", hid=1)
        with runs.RunFolder(folder, resume=True, every=0) as journal:
            checkerboard.run(config, journal=journal)

    kind, said = bombs.outcome(resume, run)
    assert kind in ("RunError", "read"), said


def test_pictures_that_are_pipes_are_left_out(tmp_path):
    for label in ("a", "b"):
        (tmp_path / label).mkdir()
        for place in range(2):
            bombs.png(tmp_path / label / f"{place}.png", 40)
        os.mkfifo(tmp_path / label / "9.png")
    assert bombs.outcome(folder.read_folder, tmp_path) == ("read", "")


@pytest.mark.parametrize("name", ["../../outside.npy", "/tmp/outside.npy", "..\\outside.npy"])
def test_names_in_an_archive_lead_nowhere(run, name):
    before = sorted(path for path in run.parent.rglob("*"))
    with zipfile.ZipFile(run / "arrays.npz", "a") as archive, archive.open(name, "w") as file:
        np.lib.format.write_array(file, np.ones(3))
    runs.load(run)
    assert sorted(path for path in run.parent.rglob("*")) == before
    assert not Path("/tmp/outside.npy").exists()


def test_an_image_in_an_archive_that_is_larger_than_any_is_refused(tmp_path):
    with tarfile.open(tmp_path / "kkanji.tar", "w") as tar:
        member = tarfile.TarInfo("U+4EA8/1.png")
        member.size = 2**20
        tar.addfile(member, io.BytesIO(bytes(member.size)))
    with pytest.raises(DataError, match=r"U\+4EA8/1.png declares 1,048,576 bytes, more than 65,536"):
        kkanji.read_kkanji(tmp_path / "kkanji.tar")


def test_nothing_of_an_archive_of_kanji_is_unpacked_to_a_disk(tmp_path):
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


def test_no_file_that_is_written_is_a_pickle_or_holds_one(run):
    with zipfile.ZipFile(run / "arrays.npz") as archive:
        for name in archive.namelist():
            with archive.open(name) as file:
                np.lib.format.read_array(file, allow_pickle=False)
    for path in filter(Path.is_file, run.rglob("*")):
        with pytest.raises(ValueError):
            list(pickletools.genops(path.read_bytes()))
