"""Kuzushiji-MNIST is found in every layout people have, fetched from the first mirror that has it, and verified."""

import gzip
import hashlib
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from kuzushi.data import kuzushiji
from kuzushi.data.kuzushiji import PublishedFile
from kuzushi.errors import DataError

CLOSED = "http://127.0.0.1:9"  # the discard port, on which nothing answers
NAMES = ("TRAIN_IMAGES", "TRAIN_LABELS", "TEST_IMAGES", "TEST_LABELS")


def decoded(name: str) -> np.ndarray:
    """A small stand-in for each published file: 20 training and 10 test images, a label for each."""
    count = 20 if name.startswith("TRAIN") else 10
    if name.endswith("LABELS"):
        return (np.arange(count) % 2).astype(np.uint8)
    return np.arange(count * 28 * 28, dtype=np.uint8).reshape(count, 28, 28)


def encoded(array: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, bytes]:
    """Put small files in the place of the published ones, with their checksums; the cache is empty and no mirror up."""
    contents = {}
    for name in NAMES:
        real: PublishedFile = getattr(kuzushiji, name)
        packed = gzip.compress(encoded(decoded(name)), mtime=0)
        small = PublishedFile(
            name=real.name,
            dimensions=real.dimensions,
            md5=hashlib.md5(packed).hexdigest(),
            sha256=real.sha256 and hashlib.sha256(decoded(name)).hexdigest(),
        )
        monkeypatch.setattr(kuzushiji, name, small)
        contents[f"{real.name}.gz"] = packed
    files = [getattr(kuzushiji, name) for name in NAMES]
    monkeypatch.setattr(kuzushiji, "FILES", {"kmnist": files, "kmnist-mini": files[2:]})
    monkeypatch.setattr(kuzushiji, "MIRRORS", (CLOSED,))
    monkeypatch.setattr(kuzushiji.pooch, "os_cache", lambda project: tmp_path / "cache" / project)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("KUZUSHI_DATA", raising=False)
    monkeypatch.delenv("KUZUSHI_MIRROR", raising=False)
    return contents


class Mirror(ThreadingHTTPServer):
    """A web server on this machine that has the given files, and remembers what it was asked for."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files, self.asked = files, list[str]()
        super().__init__(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Mirror)
        name = self.path.lstrip("/")
        self.server.asked.append(name)
        content = self.server.files.get(name)
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def mirrors(published: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Mirror]]:
    """Four mirrors: one is down, one has nothing, one has other content, one is right."""
    started = [Mirror({}), Mirror(dict.fromkeys(published, b"an older version")), Mirror(published)]
    monkeypatch.setattr(kuzushiji, "MIRRORS", (CLOSED, *(mirror.url for mirror in started)))
    yield started
    for mirror in started:
        mirror.close()


def lay_out(folder: Path, contents: dict[str, bytes], *, plain: bool = False) -> None:
    folder.mkdir(parents=True)
    for name, packed in contents.items():
        path = folder / (name.removesuffix(".gz") if plain else name)
        path.write_bytes(gzip.decompress(packed) if plain else packed)


@pytest.mark.parametrize("place", [".", "KMNIST/raw"])
@pytest.mark.parametrize("plain", [False, True])
def test_both_layouts_are_read_from_the_folder_of_the_user(
    published: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str, plain: bool
) -> None:
    lay_out(tmp_path / "own" / place, published, plain=plain)
    monkeypatch.setenv("KUZUSHI_DATA", str(tmp_path / "own"))
    data = kuzushiji.kmnist()
    np.testing.assert_array_equal(data.train_images, decoded("TRAIN_IMAGES"))
    np.testing.assert_array_equal(data.train_labels, decoded("TRAIN_LABELS"))
    np.testing.assert_array_equal(data.test_images, decoded("TEST_IMAGES"))
    np.testing.assert_array_equal(data.test_labels, decoded("TEST_LABELS"))
    assert data.verified == (not plain), "the training images have a checksum only while they are compressed"
    assert kuzushiji.kmnist_mini().verified


def test_mini_divides_the_test_file_only(
    published: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lay_out(tmp_path / "own", {name: packed for name, packed in published.items() if name.startswith("t10k")})
    monkeypatch.setenv("KUZUSHI_DATA", str(tmp_path / "own"))
    data = kuzushiji.kmnist_mini()
    np.testing.assert_array_equal(data.test_images, decoded("TEST_IMAGES")[8:])
    np.testing.assert_array_equal(data.train_images, decoded("TEST_IMAGES")[:8])
    assert data.classes == ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
    assert kuzushiji.available("kmnist-mini")
    assert not kuzushiji.available("kmnist")


@pytest.mark.parametrize("plain", [False, True])
def test_a_wrong_checksum_is_refused_and_the_file_left_as_it_is(
    published: dict[str, bytes], mirrors: list[Mirror], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, plain: bool
) -> None:
    other = gzip.compress(encoded(decoded("TEST_LABELS") + 1))
    lay_out(tmp_path / "own", published | {"t10k-labels-idx1-ubyte.gz": other}, plain=plain)
    monkeypatch.setenv("KUZUSHI_DATA", str(tmp_path / "own"))
    path = tmp_path / "own" / ("t10k-labels-idx1-ubyte" + ("" if plain else ".gz"))
    before = path.read_bytes()
    expected = kuzushiji.TEST_LABELS.sha256 if plain else kuzushiji.TEST_LABELS.md5
    with pytest.raises(DataError, match=f"{path}: .* expected {expected}; .* left as it is") as caught:
        kuzushiji.kmnist()
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before
    assert not any(mirror.asked for mirror in mirrors)


def test_the_first_mirror_that_has_the_published_file_is_used(mirrors: list[Mirror], tmp_path: Path) -> None:
    data = kuzushiji.kmnist()
    np.testing.assert_array_equal(data.train_images, decoded("TRAIN_IMAGES"))
    assert data.verified
    empty, wrong, right = mirrors
    first = "train-images-idx3-ubyte.gz"
    assert empty.asked == wrong.asked == [first], "a mirror that failed once is not asked for the other files"
    assert len(right.asked) == 4
    assert sorted(path.name for path in (tmp_path / "cache" / "kuzushi").iterdir()) == sorted(right.files)


def test_what_was_fetched_once_is_found_without_the_network(mirrors: list[Mirror]) -> None:
    assert not kuzushiji.available("kmnist-mini")
    kuzushiji.kmnist_mini()
    assert kuzushiji.available("kmnist-mini")
    asked = len(mirrors[-1].asked)
    kuzushiji.kmnist_mini()
    assert len(mirrors[-1].asked) == asked == 2


def test_the_mirror_of_the_user_is_asked_first(
    published: dict[str, bytes], mirrors: list[Mirror], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Mirror({f"some/folder/{name}": packed for name, packed in published.items()})
    monkeypatch.setenv("KUZUSHI_MIRROR", f"{own.url}/some/folder/")
    try:
        kuzushiji.kmnist()
    finally:
        own.close()
    assert len(own.asked) == 4
    assert not any(mirror.asked for mirror in mirrors)


def test_with_no_mirror_left_one_line_says_what_was_tried_and_what_to_do(
    mirrors: list[Mirror], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    empty, wrong, _ = mirrors
    monkeypatch.setattr(kuzushiji, "MIRRORS", (CLOSED, empty.url, wrong.url))
    monkeypatch.setenv("KUZUSHI_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setenv("KUZUSHI_MIRROR", "not an address")
    with pytest.raises(DataError) as caught:
        kuzushiji.kmnist_mini()
    message = str(caught.value)
    assert message.startswith(
        f"t10k-images-idx3-ubyte.gz is not in {tmp_path / 'nowhere'} or {tmp_path / 'cache' / 'kuzushi'}, "
    )
    assert "(not an address: " in message
    assert f"; {CLOSED}: ConnectionError; {empty.url}: HTTP 404; {wrong.url}: other content than published)" in message
    assert "KUZUSHI_DATA" in message
    assert "--data brush" in message
    assert "\n" not in message


@pytest.mark.data
@pytest.mark.skipif(not kuzushiji.available("kmnist-mini"), reason="the published test files are not at hand")
def test_the_published_test_file_is_verified_and_divided_evenly() -> None:
    data = kuzushiji.kmnist_mini()
    assert data.verified
    assert np.bincount(data.train_labels).tolist() == [800] * 10
    assert np.bincount(data.test_labels).tolist() == [200] * 10
    assert data.sha256 == "ed2ad6865dd410c3ab6e5d5bbb07828fb9807699cdaca26ecfcdcdefd6cfc7fe"
