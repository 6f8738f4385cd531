"""IDX files are exactly what their header declares, or they are refused in one line that names the file."""

import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from kuzushi.data.idx import idx_header, read_idx
from kuzushi.errors import DataError

LABELS = struct.pack(">BBBBI", 0, 0, 8, 1, 3) + bytes([7, 0, 9])
IMAGES = struct.pack(">BBBBIII", 0, 0, 8, 3, 2, 2, 3) + bytes(range(12))
PACKED = gzip.compress(IMAGES, mtime=0)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    return path


@pytest.mark.parametrize("content", [IMAGES, PACKED])
@pytest.mark.parametrize("name", ["images-idx3-ubyte.gz", "images-idx3-ubyte", "images.part"])
def test_the_content_says_whether_it_is_compressed_and_not_the_name(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    np.testing.assert_array_equal(read_idx(tmp_path / name, dimensions=3), np.arange(12).reshape(2, 2, 3))


def test_a_header_is_that_of_the_format() -> None:
    assert idx_header((2, 2, 3)) == IMAGES[:16]
    assert idx_header((3,)) == LABELS[:8]


@pytest.mark.parametrize("name", ["labels-idx1-ubyte", "labels-idx1-ubyte.gz"])
def test_labels_are_read_plain_and_compressed(tmp_path: Path, name: str) -> None:
    np.testing.assert_array_equal(read_idx(written(tmp_path / name, LABELS), dimensions=1), [7, 0, 9])


@pytest.mark.parametrize("name", ["images-idx3-ubyte", "images-idx3-ubyte.gz"])
def test_images_are_read_row_by_row_and_may_be_written_to(tmp_path: Path, name: str) -> None:
    images = read_idx(written(tmp_path / name, IMAGES), dimensions=3)
    np.testing.assert_array_equal(images, np.arange(12).reshape(2, 2, 3))
    images[0, 0, 0] = 255


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "starts with nothing"),
        (LABELS, "starts with 00000801"),
        (b"<html>not found</html>", "starts with 3c68746d"),
        (IMAGES[:10], "starts with 00000803"),
        (IMAGES[:-1], r"declares 12 bytes, shape \(2, 2, 3\), and holds only 11"),
        (IMAGES + b"x", "and holds more"),
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


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No such file"):
        read_idx(tmp_path / "images-idx3-ubyte", dimensions=3)


def test_no_more_is_decompressed_than_declared(tmp_path: Path) -> None:
    path = written(tmp_path / "bomb.gz", IMAGES + bytes(2**26))
    tracemalloc.start()
    with pytest.raises(DataError, match="holds more"):
        read_idx(path, dimensions=3)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**21
