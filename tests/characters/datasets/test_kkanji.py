"""Kuzushiji-Kanji is read from its archive or unpacked, at its own size, in the order of the code points."""

import hashlib
import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kuzushi.characters.datasets import kkanji
from kuzushi.core.errors import DataError
from mirror_server import Mirror, claims, cuts_off, down

COUNTS = {"U+20B9F": 5, "U+4EA8": 12, "U+5078": 1, "U+5411": 2}
"""The images of each class; the first is beyond the Basic Multilingual Plane, and by name would be the first too."""
ORDER = ("U+4EA8", "U+5078", "U+5411", "U+20B9F")


def picture(code: str, number: int) -> np.ndarray:
    return np.random.default_rng([int(code[2:], 16), number]).integers(0, 256, (64, 64), dtype=np.uint8)


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def content() -> dict[str, bytes]:
    """The images by their paths, in no order."""
    return {f"{code}/{i:03}.png": png(picture(code, i)) for code, count in COUNTS.items() for i in range(count)[::-1]}


def packed(images: dict[str, bytes]) -> bytes:
    """An archive as it is published: the images under kkanji2/."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("kkanji2/README.txt"))
        for name, image in images.items():
            member = tarfile.TarInfo(f"kkanji2/{name}")
            member.size = len(image)
            tar.addfile(member, io.BytesIO(image))
    return file.getvalue()


def unpack(folder: Path, images: dict[str, bytes]) -> None:
    for name, image in images.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(image)


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of the user, which is empty, as the cache is; as many images are published as the tests make."""
    monkeypatch.setattr(kkanji, "CLASSES", len(COUNTS))
    monkeypatch.setattr(kkanji, "IMAGES", sum(COUNTS.values()))
    monkeypatch.setattr(kkanji, "SHA256", hashlib.sha256(packed(content())).hexdigest())
    monkeypatch.setattr(kkanji, "MIRRORS", (down(),))
    monkeypatch.setattr("kuzushi.characters.datasets.download.cache", lambda: tmp_path / "cache")
    monkeypatch.setenv("KUZUSHI_DATA", str(tmp_path / "own"))
    monkeypatch.delenv("KUZUSHI_MIRROR", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


def assert_whole(data) -> None:
    assert (data.name, data.side, data.classes) == ("kkanji", 64, ORDER)
    tested = {code: 0 if count == 1 else max(1, count // 5) for code, count in COUNTS.items()}
    assert np.bincount(data.test_labels, minlength=4).tolist() == [tested[code] for code in ORDER]
    assert np.bincount(data.train_labels).tolist() == [COUNTS[code] - tested[code] for code in ORDER]
    for images, labels, first in (
        (data.train_images, data.train_labels, dict.fromkeys(ORDER, 0)),
        (data.test_images, data.test_labels, {code: COUNTS[code] - tested[code] for code in ORDER}),
    ):
        for image, label in zip(images, labels, strict=True):
            code = ORDER[label]
            np.testing.assert_array_equal(image, picture(code, first[code]))
            first[code] += 1


@pytest.mark.parametrize("place", [".", "kkanji2", "kkanji", "kkanji/kkanji2"])
def test_an_unpacked_archive_is_read_and_said_to_be_unverified(here: Path, place: str) -> None:
    unpack(here / place, content())
    (here / place / "U+4EA8" / "notes.txt").write_text("not an image")
    (here / place / "U+4EA8" / "._000.png").write_text("not one either")
    data = kkanji.kkanji()
    assert_whole(data)
    assert not data.verified


@pytest.mark.parametrize("place", [".", "kkanji"])
def test_the_archive_is_read_as_it_lies_and_known_by_its_checksum(here: Path, place: str) -> None:
    (here / place).mkdir(exist_ok=True)
    (here / place / "kkanji.tar").write_bytes(packed(content()))
    data = kkanji.kkanji()
    assert_whole(data)
    assert data.verified
    assert not list(here.rglob("*.png")), "nothing is unpacked"


def test_the_archive_is_taken_rather_than_what_was_unpacked_beside_it(here: Path) -> None:
    (here / "kkanji.tar").write_bytes(packed(content()))
    unpack(here / "kkanji2", content())
    assert kkanji.kkanji().verified


def test_an_archive_packed_anew_is_read_and_said_to_be_unverified(here: Path) -> None:
    (here / "kkanji.tar").write_bytes(packed(dict(sorted(content().items()))))
    data = kkanji.kkanji()
    assert_whole(data)
    assert not data.verified


def test_a_part_of_the_images_is_named_as_a_part(here: Path) -> None:
    unpack(here / "kkanji2", {name: image for name, image in content().items() if name.startswith("U+4EA8")})
    assert kkanji.kkanji().name == "part of kkanji"
    assert kkanji.fault(here / "kkanji2") == "holds 12 images in 1 classes, published are 20 in 4"


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (png(np.zeros((64, 63), np.uint8)), "is L of 63 by 64, expected L of 64 by 64"),
        (png(np.zeros((64, 64, 3), np.uint8)), "is RGB of 64 by 64, expected L of 64 by 64"),
        (png(picture("U+5411", 0))[:1000], ""),
        (b"", "cannot identify image file"),
    ],
    ids=["narrow", "colour", "cut", "empty"],
)
@pytest.mark.parametrize("archived", [True, False])
def test_an_image_that_is_not_as_published_is_named(here: Path, image: bytes, reason: str, archived: bool) -> None:
    images = content() | {"U+5411/000.png": image}
    if archived:
        (here / "kkanji.tar").write_bytes(packed(images))
    else:
        unpack(here, images)
    with pytest.raises(DataError, match=f"the image U.5411/000.png cannot be read .*{reason}") as caught:
        kkanji.kkanji()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("damaged", [b"", b"not an archive", packed({})[:700]])
def test_an_archive_without_images_is_refused(here: Path, damaged: bytes) -> None:
    (here / "kkanji.tar").write_bytes(damaged)
    with pytest.raises(DataError, match=r"kkanji.tar: (cannot be read as a tar archive|holds no images)"):
        kkanji.kkanji()


def test_the_archive_is_fetched_from_the_first_mirror_that_has_all_of_it_and_then_found(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = packed(content())
    with (
        Mirror({"kkanji.tar": whole}, cuts_off(len(whole) // 3)) as bad,
        Mirror({"kkanji.tar": packed({"U+4EA8/000.png": png(picture("U+4EA8", 0))})}) as part,
        Mirror({"kkanji.tar": whole}) as right,
    ):
        monkeypatch.setattr(kkanji, "MIRRORS", (part.url, bad.url, right.url))
        assert_whole(kkanji.kkanji())
        assert kkanji.find() == tmp_path / "cache" / "kkanji.tar"
        kkanji.obtain()
        assert part.requested == bad.requested == right.requested == ["kkanji.tar"]


def test_where_no_mirror_has_it_one_line_says_what_to_do(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = packed(content())
    with Mirror({"kkanji.tar": short}, claims(-len(short) // 2)) as liar:
        monkeypatch.setattr(kkanji, "MIRRORS", (liar.url,))
        with pytest.raises(DataError, match=r"^kkanji.tar is not in .*own or .*cache, and no mirror gave") as caught:
            kkanji.kkanji()
    assert "put it in a folder, or unpack it there, and set KUZUSHI_DATA to that folder" in str(caught.value)
    assert "\n" not in str(caught.value)
