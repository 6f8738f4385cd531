"""Names of sets of images, and the state of the files of published sets."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kuzushi.characters.datasets import catalogue, download, kkanji
from kuzushi.characters.datasets import kmnist as kuzushiji
from kuzushi.characters.datasets.array_files import idx_header
from kuzushi.characters.datasets.catalogue import load_images
from kuzushi.characters.datasets.official_files import KMNIST
from kuzushi.core.errors import DataError


def test_brush_has_8000_and_2000_images_unless_the_sizes_are_given() -> None:
    data = load_images("brush:50/20", seed=1)
    assert (len(data.train_labels), len(data.test_labels)) == (50, 20)
    whole = load_images("brush", seed=1)
    assert (len(whole.train_labels), len(whole.test_labels)) == (8000, 2000)


def test_the_seed_chooses_the_images_of_brush() -> None:
    assert load_images("brush:50/20", seed=1).sha256 == load_images("brush:50/20", seed=1).sha256
    assert load_images("brush:50/20", seed=1).sha256 != load_images("brush:50/20", seed=2).sha256


def test_the_path_of_a_folder_is_read(tmp_path: Path) -> None:
    for name in ("a/1", "a/2", "b/1", "b/2"):
        path = tmp_path / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.eye(28, dtype=np.uint8)).save(path)
    assert load_images(str(tmp_path), seed=0).classes == ("a", "b")


@pytest.mark.parametrize(
    "name", ["", "mnist", "brush:", "brush:5", "brush:-1/5", "brush:5/5/5", "no/such/folder", "x" * 5000, "a\0b"]
)
def test_an_unknown_name_is_answered_with_those_that_are_known(name: str) -> None:
    with pytest.raises(DataError, match="kmnist, kmnist-mini, k49, kkanji, brush, brush:TRAIN/TEST") as caught:
        load_images(name, seed=0)
    assert "\n" not in str(caught.value)


@pytest.fixture(autouse=True)
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(download, "cache", lambda: tmp_path / "cache")
    monkeypatch.setenv("KUZUSHI_DATA", str(tmp_path))

    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(download.pooch, "HTTPDownloader", no_network)


def states(name: str) -> list[str]:
    (one,) = catalogue.survey((name,))
    return [one.state, *(file.state for file in one.files)]


def labels(count: int) -> bytes:
    array = np.zeros(count, dtype=np.uint8)
    return gzip.compress(idx_header(array.shape) + array.tobytes())


def test_where_nothing_is_here_every_set_is_named_with_what_there_is_to_fetch() -> None:
    found = {one.name: one for one in catalogue.survey()}
    assert list(found) == ["kmnist", "kmnist-mini", "k49", "kkanji"]
    assert {one.state for one in found.values()} == {"not here"}
    assert [one.classes for one in found.values()] == [10, 10, 49, 3832]
    assert [one.images for one in found.values()] == [
        "60,000 + 10,000", "8,000 + 2,000", "232,365 + 38,547", "140,424, not divided"
    ]  # fmt: skip
    megabytes = {name: round(sum(file.megabytes for file in one.files)) for name, one in found.items()}
    assert megabytes == {"kmnist": 21, "kmnist-mini": 3, "k49": 77, "kkanji": 310}
    assert found["kmnist"].here.files == ()


def test_a_file_that_is_not_the_published_one_is_wrong_whatever_is_wrong_with_it(tmp_path: Path) -> None:
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(labels(10_000))
    assert states("kmnist-mini") == ["wrong", "not here", "wrong"]
    (one,) = catalogue.survey(("kmnist-mini",))
    assert one.files[1].reason == "is not the published file: its test labels have other checksums"
    assert one.here.files == one.files[1:]
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(b"cut off")
    (one,) = catalogue.survey(("kmnist-mini",))
    assert one.files[0].state == "wrong"
    assert one.files[0].reason.startswith("starts with 63757420")


def test_a_set_of_which_some_files_are_right_and_some_not_here_is_here_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(KMNIST.test_labels), "known_by", lambda *_: "SHA-256 of the decoded array")
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(labels(10_000))
    assert states("kmnist-mini") == ["in part", "not here", "as published"]
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_header((1, 28, 28)) + bytes(784)))
    assert states("kmnist-mini") == ["as published", "as published", "as published"]


def test_kanji_are_not_verified_or_wrong_but_never_as_published_without_a_checksum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kkanji2" / "U+4EA8").mkdir(parents=True)
    (tmp_path / "kkanji2" / "U+4EA8" / "a.png").write_bytes(b"")
    assert states("kkanji") == ["wrong", "wrong"]
    monkeypatch.setattr(kkanji, "CLASSES", 1)
    monkeypatch.setattr(kkanji, "IMAGES", 1)
    assert states("kkanji") == ["not verified", "not verified"]
    monkeypatch.setattr(kkanji, "is_published", lambda place: True)
    assert states("kkanji") == ["as published", "as published"]


@pytest.mark.parametrize("name", ["mnist", "brush", ""])
def test_an_unknown_set_is_answered_with_those_that_are_known(name: str) -> None:
    with pytest.raises(DataError, match=f"data {name}: no such .*; known are kmnist, kmnist-mini, k49, kkanji"):
        catalogue.survey((name,))


def test_of_images_that_need_no_file_nothing_is_fetched() -> None:
    catalogue.obtain("brush:10/5", watch=print)
    catalogue.obtain("some/folder", watch=print)
    with pytest.raises(AssertionError, match="the network was asked"):
        catalogue.obtain("k49", watch=print)


@pytest.mark.data
@pytest.mark.skipif(not kuzushiji.available("kmnist-mini"), reason="the published test files are not at hand")
def test_the_real_test_files_are_as_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert states("kmnist-mini") == ["as published"] * 3
