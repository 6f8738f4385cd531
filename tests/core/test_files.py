"""Files: written atomically whatever fails, and never read beyond their limits."""

import errno
import os
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

from kuzushi.core.files import read_bounded, read_npz, write_atomic
from refusals import failing, refused

# --- writing --------------------------------------------------------------------------------------------------


def test_a_file_is_written_with_its_folders(tmp_path):
    write_atomic(tmp_path / "a" / "b" / "c.json", b"{}")
    assert (tmp_path / "a" / "b" / "c.json").read_bytes() == b"{}"


def test_the_old_content_stays_until_the_new_one_is_on_the_disk(monkeypatch, tmp_path):
    path, seen = tmp_path / "result.json", []
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", lambda _: seen.append((path.read_bytes(), len(list(tmp_path.iterdir())))))
    write_atomic(path, b"new")
    assert seen == [(b"old", 2), (b"new", 1)], "the file, then the names in its folder"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_written_file_and_the_names_of_its_new_folders_are_on_the_disk(monkeypatch, tmp_path):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.readlink(f"/proc/self/fd/{file}")))
    write_atomic(tmp_path / "a" / "b" / "c.json", b"{}")
    part = tmp_path / "a" / "b" / f".c.json.{os.getpid()}.part"
    assert synced == [str(path) for path in (tmp_path, tmp_path / "a", part, tmp_path / "a" / "b")]


@pytest.mark.parametrize("before", [b"old", None])
def test_a_full_disk_leaves_the_old_file_and_no_temporary_one(monkeypatch, tmp_path, before):
    path = tmp_path / "result.json"
    if before is not None:
        path.write_bytes(before)
    monkeypatch.setattr(os, "fsync", failing(OSError(errno.ENOSPC, "No space left on device")))
    refused(lambda: write_atomic(path, b"new"), path, "cannot be written (No space left on device)", "--out")
    assert [file.read_bytes() for file in tmp_path.iterdir()] == ([] if before is None else [before])


def test_a_file_that_cannot_be_renamed_leaves_the_old_one(monkeypatch, tmp_path):
    path = tmp_path / "result.json"
    path.write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", failing(PermissionError(errno.EACCES, "Permission denied")))
    refused(lambda: write_atomic(path, b"new"), path, "Permission denied")
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"old"


def test_ctrl_c_leaves_the_old_file_and_no_temporary_one(monkeypatch, tmp_path):
    path = tmp_path / "result.json"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", failing(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        write_atomic(path, b"new")
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"old"


def test_a_file_instead_of_a_folder_is_refused_in_one_line(tmp_path):
    (tmp_path / "checkpoint").write_text("a file")
    refused(lambda: write_atomic(tmp_path / "checkpoint" / "seed 0.safetensors", b""), "cannot be written")


# --- reading --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 99, 100])
def test_a_file_or_a_pipe_within_the_limit_is_read(tmp_path, size):
    content = os.urandom(size)
    (tmp_path / "file").write_bytes(content)
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(content,))
    writer.start()
    assert read_bounded(tmp_path / "file", max_bytes=100) == read_bounded(tmp_path / "pipe", max_bytes=100) == content
    writer.join()


def test_a_file_beyond_the_limit_is_not_read(tmp_path):
    (tmp_path / "file").write_bytes(bytes(101))
    for path in (tmp_path / "file", Path("/dev/zero")):
        with pytest.raises(OSError, match="more than 100 bytes"):
            read_bounded(path, max_bytes=100)


def packed(path, **arrays):
    np.savez_compressed(path, **arrays)
    return path


def test_arrays_are_read_as_numpy_wrote_them(tmp_path):
    arrays = {
        "whole": np.arange(24).reshape(2, 3, 4), "fortran": np.asfortranarray(np.random.default_rng(0).random((3, 5))),
        "none": np.zeros((0, 7)), "one": np.array(3 + 4j), "flags": np.array([True, False]),
        "half": np.ones(3, np.float16), "big": np.arange(5, dtype=">i4"),
    }  # fmt: skip
    found = read_npz(packed(tmp_path / "a.npz", **arrays), max_bytes=10**6)
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


@pytest.mark.parametrize("kind", ["O", "U3", "S3", "M8[s]", "i4,f4", "V8"])
def test_only_numbers_are_read(tmp_path, kind):
    path = packed(tmp_path / "a.npz", a=np.zeros(3, dtype=kind))
    with pytest.raises(ValueError, match=r"a\.npy: holds .*, expected numbers; nothing is unpickled"):
        read_npz(path, max_bytes=10**6)


def test_an_archive_that_declares_more_than_the_limit_is_not_unpacked(monkeypatch, tmp_path):
    path = packed(tmp_path / "a.npz", a=np.zeros(1000), b=np.zeros(1000))
    monkeypatch.setattr(zipfile.ZipFile, "open", failing(AssertionError))
    with pytest.raises(ValueError, match="declares 16,256 bytes, more than 10,000"):
        read_npz(path, max_bytes=10_000)


def test_an_archive_that_declares_more_than_deflate_can_pack_is_not_unpacked(monkeypatch, tmp_path):
    path = packed(tmp_path / "a.npz", a=np.zeros(1000))
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (10**9).to_bytes(4, "little")  # the size when unpacked
    path.write_bytes(content)
    monkeypatch.setattr(zipfile.ZipFile, "open", failing(AssertionError))
    with pytest.raises(ValueError, match="declares 1,000,000,000 bytes, more than its size can hold"):
        read_npz(path, max_bytes=10**10)


def test_an_array_is_not_larger_than_its_member(tmp_path):
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000,), }"
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("a.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    with pytest.raises(ValueError, match=r"declares shape \(1000000000,\), which does not fit its size"):
        read_npz(tmp_path / "a.npz", max_bytes=10**10)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_than_those_of_numpy_are_not_unpacked(tmp_path, method):
    with zipfile.ZipFile(tmp_path / "a.npz", "w", compression=method) as archive:
        archive.writestr("a.npy", bytes(100))
    with pytest.raises(ValueError, match="has a compression that numpy does not write"):
        read_npz(tmp_path / "a.npz", max_bytes=10**6)
