"""Kuzushiji-MNIST and -49 are found in every layout people have, fetched where they are not, and always verified."""

import gzip
import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from kuzushi.characters.datasets import download
from kuzushi.characters.datasets import kmnist as kuzushiji
from kuzushi.characters.datasets.array_files import idx_header
from kuzushi.characters.datasets.official_files import K49, KMNIST, PublishedArray, PublishedSet
from kuzushi.core.errors import DataError
from mirror_server import Mirror, cuts_off, down

FIELDS = ("train_images", "train_labels", "test_images", "test_labels")


def decoded(field: str) -> np.ndarray:
    """A small stand-in for each published array: 20 training and 10 test images, a label for each."""
    count = 20 if field.startswith("train") else 10
    if field.endswith("labels"):
        return (np.arange(count) % 2).astype(np.uint8)
    return np.arange(count * 28 * 28, dtype=np.uint8).reshape(count, 28, 28)


def idx(array: np.ndarray) -> bytes:
    return idx_header(array.shape) + array.tobytes()


def npz(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, array)
    return file.getvalue()


def gz(array: np.ndarray) -> bytes:
    return gzip.compress(idx(array), mtime=0)


def small(whole: PublishedSet, mirrors: tuple[str, ...]) -> PublishedSet:
    """The set with the stand-ins in the place of its arrays, each known as the real one is."""

    def stand_in(field: str) -> PublishedArray:
        real: PublishedArray = getattr(whole, field)
        array = decoded(field)
        return replace(
            real,
            shape=array.shape,
            sha256=real.sha256 and hashlib.sha256(array.tobytes()).hexdigest(),
            idx_md5=real.idx_md5 and hashlib.md5(idx(array)).hexdigest(),
            file_md5=real.file_md5 and (hashlib.md5(npz(array)).hexdigest(),),
            blank_when_old=real.blank_when_old and (3, 7),
        )

    return replace(whole, mirrors=mirrors, **{field: stand_in(field) for field in FIELDS})


@pytest.fixture(autouse=True)
def published(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, bytes]:
    """Put small files in the place of the published ones; the cache is empty and no mirror is up."""
    monkeypatch.setattr(kuzushiji, "KMNIST", small(KMNIST, (down(),)))
    monkeypatch.setattr(kuzushiji, "K49", small(K49, (down(),)))
    monkeypatch.setattr(download, "cache", lambda: tmp_path / "cache")
    monkeypatch.setenv("KUZUSHI_DATA", str(tmp_path / "own"))
    monkeypatch.delenv("KUZUSHI_MIRROR", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return {getattr(KMNIST, field).files[0]: gz(decoded(field)) for field in FIELDS}


def lay_out(folder: Path, whole: PublishedSet, form: int, content) -> None:
    """Write the arrays into the folder under their names in this format."""
    folder.mkdir(parents=True)
    for field in FIELDS:
        (folder / getattr(whole, field).files[form]).write_bytes(content(decoded(field)))


def assert_whole(data) -> None:
    for field in FIELDS:
        np.testing.assert_array_equal(getattr(data, field), decoded(field))
    assert data.verified
    assert data.train_labels.dtype == np.int64


@pytest.mark.parametrize("place", [".", "KMNIST/raw", "raw", "kmnist"])
@pytest.mark.parametrize(("form", "content"), [(0, gz), (1, idx), (2, npz), (0, idx), (1, gz)])
def test_every_layout_is_read_from_the_folder_of_the_user_and_verified(
    tmp_path: Path, place: str, form: int, content
) -> None:
    lay_out(tmp_path / "own" / place, KMNIST, form, content)
    assert kuzushiji.available("kmnist")
    data = kuzushiji.load("kmnist")
    assert_whole(data)
    assert data.name == "kmnist"
    assert data.classes == ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")


@pytest.mark.parametrize("place", [".", "k49"])
def test_k49_is_read_as_it_is_published(tmp_path: Path, place: str) -> None:
    lay_out(tmp_path / "own" / place, K49, 0, npz)
    data = kuzushiji.load("k49")
    assert_whole(data)
    assert (data.name, len(data.classes)) == ("k49", 49)


def test_k49_in_another_container_cannot_be_verified_and_is_refused(tmp_path: Path) -> None:
    lay_out(tmp_path / "own", K49, 0, partial(gz))
    with pytest.raises(DataError, match=r"k49-train-imgs.npz: is not the published file: its training images have oth"):
        kuzushiji.load("k49")


def test_mini_divides_the_test_file_only(tmp_path: Path) -> None:
    lay_out(tmp_path / "own", KMNIST, 0, gz)
    for field in ("train_images", "train_labels"):
        (tmp_path / "own" / getattr(KMNIST, field).files[0]).unlink()
    data = kuzushiji.load("kmnist-mini")
    np.testing.assert_array_equal(data.test_images, decoded("test_images")[8:])
    np.testing.assert_array_equal(data.train_images, decoded("test_images")[:8])
    assert data.verified
    assert kuzushiji.available("kmnist-mini")
    assert not kuzushiji.available("kmnist")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(("form", "content"), [(0, gz), (1, idx), (2, npz)])
def test_one_other_byte_is_refused_in_any_container_and_the_file_left_as_it_is(
    tmp_path: Path, field: str, form: int, content
) -> None:
    lay_out(tmp_path / "own", KMNIST, form, content)
    other = decoded(field).copy()
    other.flat[-1] ^= 1
    path = tmp_path / "own" / getattr(KMNIST, field).files[form]
    path.write_bytes(content(other))
    before = path.read_bytes()
    with pytest.raises(DataError) as caught:
        kuzushiji.load("kmnist")
    title = getattr(KMNIST, field).title
    assert str(caught.value) == (
        f"{path}: is not the published file: its {title} have other checksums. The file is left as it is: move it "
        "away to download it again"
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize("field", ["train_images", "test_images"])
@pytest.mark.parametrize(("form", "content"), [(0, gz), (1, idx), (2, npz), (3, npz)])
def test_the_old_version_is_named_as_what_it_is(tmp_path: Path, field: str, form: int, content) -> None:
    lay_out(tmp_path / "own", KMNIST, form, content)
    old = decoded(field).copy()
    old[[3, 7]] = 0
    path = tmp_path / "own" / getattr(KMNIST, field).files[form]
    path.write_bytes(content(old))
    with pytest.raises(DataError, match=f"{path}: is the old version, from before 5 February 2019") as caught:
        kuzushiji.load("kmnist")
    assert "\n" not in str(caught.value)


def test_images_of_another_number_are_refused(tmp_path: Path) -> None:
    lay_out(tmp_path / "own", KMNIST, 0, lambda array: gz(array[:-1]))
    with pytest.raises(DataError, match=r"holds test images of shape \(9, 28, 28\), expected \(10, 28, 28\)"):
        kuzushiji.load("kmnist-mini")


@pytest.fixture
def mirrors(published: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Mirror]]:
    """Five mirrors: one is down, one has nothing, one the old version, one cuts off, one is right."""
    old = decoded("train_images").copy()
    old[[3, 7]] = 0
    former = published | {"train-images-idx3-ubyte.gz": gz(old)}
    with (
        Mirror({}) as empty,
        Mirror(former) as wrong,
        Mirror(published, cuts_off(20)) as bad,
        Mirror(published) as right,
    ):
        started = [empty, wrong, bad, right]
        addresses = (down(), *(mirror.url for mirror in started))
        monkeypatch.setattr(kuzushiji, "KMNIST", replace(kuzushiji.KMNIST, mirrors=addresses))
        yield started


def test_what_is_missing_is_fetched_from_the_first_mirror_that_has_the_published_files(
    mirrors: list[Mirror], tmp_path: Path
) -> None:
    assert_whole(kuzushiji.load("kmnist"))
    empty, wrong, _, right = mirrors
    assert empty.requested == wrong.requested == ["train-images-idx3-ubyte.gz"]
    assert sorted(path.name for path in (tmp_path / "cache").glob("[!.]*")) == sorted(right.files)


def test_what_is_there_is_not_fetched_again(mirrors: list[Mirror], tmp_path: Path) -> None:
    kuzushiji.load("kmnist-mini")
    before = sum(len(mirror.requested) for mirror in mirrors)
    kuzushiji.load("kmnist-mini")
    assert sum(len(mirror.requested) for mirror in mirrors) == before
    lay_out(tmp_path / "own", KMNIST, 0, gz)
    kuzushiji.load("kmnist")
    assert sum(len(mirror.requested) for mirror in mirrors) == before


def test_a_wrong_file_of_the_user_is_not_fetched_over(mirrors: list[Mirror], tmp_path: Path) -> None:
    lay_out(tmp_path / "own", KMNIST, 0, lambda array: gz(array ^ 1))
    with pytest.raises(DataError, match="is not the published file"):
        kuzushiji.load("kmnist")
    assert not any(mirror.requested for mirror in mirrors)


def test_with_no_mirror_left_one_line_says_what_was_tried_and_what_to_do(
    mirrors: list[Mirror], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _, wrong, bad, _ = mirrors
    monkeypatch.setattr(kuzushiji, "KMNIST", replace(kuzushiji.KMNIST, mirrors=(wrong.url, bad.url)))
    monkeypatch.setenv("KUZUSHI_MIRROR", "not an address")
    with pytest.raises(DataError) as caught:
        kuzushiji.load("kmnist")
    message = str(caught.value)
    assert message.startswith(
        f"train-images-idx3-ubyte.gz is not in {tmp_path / 'own'} or {tmp_path / 'cache'}, and no mirror gave it (not "
        "an address: is not a web address, which begins with http:// or https://; "
        f"{wrong.url}: is the old version, from before 5 February 2019"
    )
    assert f"{bad.url}: cut off); put the files of kmnist in a folder and set KUZUSHI_DATA to it" in message
    assert "--data brush" in message
    assert "\n" not in message


@pytest.mark.data
@pytest.mark.skipif(not kuzushiji.available("kmnist-mini"), reason="the published test files are not at hand")
def test_the_published_test_file_is_verified_and_divided_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    data = kuzushiji.load("kmnist-mini")
    assert data.verified
    assert np.bincount(data.train_labels).tolist() == [800] * 10
    assert np.bincount(data.test_labels).tolist() == [200] * 10
    assert data.sha256 == "ed2ad6865dd410c3ab6e5d5bbb07828fb9807699cdaca26ecfcdcdefd6cfc7fe"
