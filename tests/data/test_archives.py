"""Arrays come out of .npz archives as they went in, and nothing else comes out of them."""

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest

from kuzushi.data import archives
from kuzushi.data.archives import read_array, read_npz
from kuzushi.data.idx import idx_header
from kuzushi.errors import DataError

IMAGES = np.random.default_rng(0).integers(0, 256, (4, 28, 28), dtype=np.uint8)


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


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "none.npz", because="No such file")
