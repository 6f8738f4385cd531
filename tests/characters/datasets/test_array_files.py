"""IDX files and .npz archives are read exactly, or refused in one line that names the file."""

import gzip
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from kuzushi.characters.datasets import array_files as archives
from kuzushi.characters.datasets.array_files import idx_header, read_array, read_idx, read_npz
from kuzushi.core.errors import DataError

LABELS = struct.pack(">BBBBI", 0, 0, 8, 1, 3) + bytes([7, 0, 9])
IDX_IMAGES = struct.pack(">BBBBIII", 0, 0, 8, 3, 2, 2, 3) + bytes(range(12))
IMAGES = np.random.default_rng(0).integers(0, 256, (4, 28, 28), dtype=np.uint8)
PACKED = gzip.compress(IDX_IMAGES, mtime=0)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    return path


@pytest.mark.parametrize("content", [IDX_IMAGES, PACKED])
@pytest.mark.parametrize("name", ["images-idx3-ubyte.gz", "images-idx3-ubyte", "images.part"])
def test_the_content_says_whether_it_is_compressed_and_not_the_name(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    np.testing.assert_array_equal(read_idx(tmp_path / name, dimensions=3), np.arange(12).reshape(2, 2, 3))


def test_a_header_is_that_of_the_format() -> None:
    assert idx_header((2, 2, 3)) == IDX_IMAGES[:16]
    assert idx_header((3,)) == LABELS[:8]


@pytest.mark.parametrize("name", ["labels-idx1-ubyte", "labels-idx1-ubyte.gz"])
def test_labels_are_read_plain_and_compressed(tmp_path: Path, name: str) -> None:
    np.testing.assert_array_equal(read_idx(written(tmp_path / name, LABELS), dimensions=1), [7, 0, 9])


@pytest.mark.parametrize("name", ["images-idx3-ubyte", "images-idx3-ubyte.gz"])
def test_images_are_read_row_by_row_and_may_be_written_to(tmp_path: Path, name: str) -> None:
    images = read_idx(written(tmp_path / name, IDX_IMAGES), dimensions=3)
    np.testing.assert_array_equal(images, np.arange(12).reshape(2, 2, 3))
    images[0, 0, 0] = 255


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "starts with nothing"),
        (LABELS, "starts with 00000801"),
        (b"<html>not found</html>", "starts with 3c68746d"),
        (IDX_IMAGES[:10], "starts with 00000803"),
        (IDX_IMAGES[:-1], r"declares 12 bytes, shape \(2, 2, 3\), and holds only 11"),
        (IDX_IMAGES + b"x", "and holds more"),
        (struct.pack(">BBBBIII", 0, 0, 8, 3, 2**31, 28, 28) + bytes(100), "declares 1,683,627,180,032 bytes"),
    ],
)
def test_a_file_that_is_not_what_it_declares_is_refused(
    tmp_path: Path, ending: str, content: bytes, found: str
) -> None:
    path = written(tmp_path / f"images-idx3-ubyte{ending}", content)
    with pytest.raises(DataError, match=found) as caught:
        read_idx(path, dimensions=3)
    assert str(path) in str(caught.value)
    assert "get the file again" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [b"", PACKED[:-9], PACKED[:-8] + bytes(8), b"\x1f\x8b junk"],
)
def test_a_gz_file_that_is_not_whole_gzip_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "images-idx3-ubyte.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=str(path)):
        read_idx(path, dimensions=3)


def test_no_more_is_decompressed_than_declared(tmp_path: Path) -> None:
    path = written(tmp_path / "bomb.gz", IDX_IMAGES + bytes(2**26))
    tracemalloc.start()
    with pytest.raises(DataError, match="holds more"):
        read_idx(path, dimensions=3)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**21


def npz(path: Path, array: np.ndarray, *, save=np.savez_compressed) -> Path:
    with open(path, "wb") as file:
        save(file, array)
    return path


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("name", ["k49-test-imgs.npz", "k49-test-imgs.npz.part"])
def test_an_archive_is_read_as_numpy_wrote_it(tmp_path: Path, name: str, save) -> None:
    read = read_npz(npz(tmp_path / name, IMAGES, save=save), dimensions=3)
    np.testing.assert_array_equal(read, IMAGES)
    assert read.dtype == np.uint8


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint8])
def test_labels_of_any_kind_of_whole_number_become_bytes(tmp_path: Path, kind: type) -> None:
    read = read_npz(npz(tmp_path / "labels.npz", np.array([0, 48, 9], dtype=kind)), dimensions=1)
    assert (read.dtype, read.tolist()) == (np.uint8, [0, 48, 9])


def test_the_same_array_comes_out_of_every_container(tmp_path: Path) -> None:
    idx = idx_header(IMAGES.shape) + IMAGES.tobytes()
    for content in (idx, gzip.compress(idx), npz(tmp_path / "a", IMAGES).read_bytes()):
        (tmp_path / "images").write_bytes(content)
        np.testing.assert_array_equal(read_array(tmp_path / "images", dimensions=3), IMAGES)


def refused(path: Path, *, because: str, dimensions: int = 3) -> None:
    with pytest.raises(DataError, match=because) as caught:
        read_array(path, dimensions=dimensions)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("array", "found"),
    [
        (IMAGES.astype(np.float32), r"holds float32 of shape \(4, 28, 28\)"),
        (IMAGES.astype(np.int16) - 1, r"holds int16 of shape"),
        (IMAGES.astype(np.int16) + 1, r"holds int16 of shape"),
        (IMAGES[0], r"holds uint8 of shape \(28, 28\)"),
    ],
)
def test_an_array_that_is_not_of_bytes_is_refused(tmp_path: Path, array: np.ndarray, found: str) -> None:
    refused(npz(tmp_path / "a.npz", array), because=found)


def test_what_would_have_to_be_unpickled_is_refused(tmp_path: Path) -> None:
    refused(npz(tmp_path / "a.npz", np.array([{}], dtype=object)), because="nothing is unpickled", dimensions=1)


def test_an_archive_without_the_array_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", other=IMAGES)
    refused(tmp_path / "a.npz", because="arr_0")


@pytest.mark.parametrize("size", [2, 100, -30])
def test_a_damaged_archive_is_refused(tmp_path: Path, size: int) -> None:
    path = npz(tmp_path / "a.npz", IMAGES)
    path.write_bytes(path.read_bytes()[:size])
    refused(path, because="cannot be read as an .npz archive")


def test_one_flipped_bit_is_seen(tmp_path: Path) -> None:
    path = npz(tmp_path / "a.npz", IMAGES)
    content = bytearray(path.read_bytes())
    content[1500] ^= 4
    path.write_bytes(content)
    refused(path, because="cannot be read as an .npz archive")


def test_more_than_the_largest_file_holds_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST", 1000)
    refused(npz(tmp_path / "a.npz", IMAGES), because="declares 3,264 bytes, more than 1,000")


def test_a_header_that_promises_more_than_there_is_is_refused(tmp_path: Path) -> None:
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999, 28, 28), }"
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("arr_0.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    refused(tmp_path / "a.npz", because="cannot be read as an .npz archive")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "none.npz", because="No such file")
    with pytest.raises(DataError, match="No such file"):
        read_idx(tmp_path / "images-idx3-ubyte", dimensions=3)
