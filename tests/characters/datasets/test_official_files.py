"""The table of the published files agrees with itself, with Unicode, and with the real files where they are at hand."""

import gzip
import hashlib
import os
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from kuzushi.characters.datasets import kmnist as kuzushiji
from kuzushi.characters.datasets.array_files import idx_header, read_array
from kuzushi.characters.datasets.official_files import K49, KMNIST, PublishedArray

ARRAY = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
IDX = idx_header(ARRAY.shape) + ARRAY.tobytes()


def array(**known: object) -> PublishedArray:
    fields = {"title": "test images", "shape": ARRAY.shape, "files": ("images.gz", "images"), "size": 1}
    return PublishedArray(**fields | known)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "images.gz").write_bytes(gzip.compress(IDX))
    return tmp_path / "images.gz"


def test_an_array_is_known_by_each_kind_of_checksum(path: Path) -> None:
    decoded, idx = hashlib.sha256(ARRAY.tobytes()).hexdigest(), hashlib.md5(IDX).hexdigest()
    file = hashlib.md5(path.read_bytes()).hexdigest()
    assert array(sha256=decoded).known_by(ARRAY, path) == "SHA-256 of the decoded array"
    assert array(idx_md5=idx).known_by(ARRAY, path) == "MD5 of the decoded array as an IDX file"
    assert array(idx_md5="0" * 32, file_md5=("1" * 32, file)).known_by(ARRAY, path) == "MD5 of the file"
    assert array(idx_md5="0" * 32, file_md5=("1" * 32,)).known_by(ARRAY, path) is None
    assert array(sha256="0" * 64, file_md5=(file,)).known_by(ARRAY, path) is None, "SHA-256 decides where it is known"
    assert array().known_by(ARRAY, path) is None


@pytest.mark.parametrize("known", ["sha256", "idx_md5"])
def test_one_other_pixel_is_another_array(path: Path, known: str) -> None:
    digests = {"sha256": hashlib.sha256(ARRAY.tobytes()).hexdigest(), "idx_md5": hashlib.md5(IDX).hexdigest()}
    changed = ARRAY.copy()
    changed[-1, -1, -1] ^= 1
    assert array(**{known: digests[known]}).known_by(ARRAY, path)
    assert array(**{known: digests[known]}).known_by(changed, path) is None


def test_the_old_version_is_known_by_its_blank_images() -> None:
    blank = ARRAY.copy()
    blank[1] = 0
    assert array(blank_when_old=(1,)).is_old(blank)
    assert not array(blank_when_old=(1,)).is_old(ARRAY)
    assert not array(blank_when_old=(0, 1)).is_old(blank)
    assert not array(blank_when_old=(1,)).is_old(blank[:, :14])
    assert not array().is_old(blank)


def test_every_published_array_has_a_checksum_of_the_right_length() -> None:
    for one in KMNIST.arrays + K49.arrays:
        assert one.sha256 or one.idx_md5 or one.file_md5
        assert all(len(digest) == 64 for digest in [one.sha256] if digest)
        assert all(len(digest) == 32 for digest in (one.idx_md5, *one.file_md5) if digest)
        assert all(place < one.shape[0] for place in one.blank_when_old)


def test_images_and_labels_are_as_many_as_published() -> None:
    for whole, train, test in ((KMNIST, 60_000, 10_000), (K49, 232_365, 38_547)):
        assert [one.shape for one in whole.arrays] == [(train, 28, 28), (train,), (test, 28, 28), (test,)]


def test_the_classes_of_k49_are_the_hiragana_in_the_order_of_their_code_points_and_the_iteration_mark() -> None:
    """Small and voiced kana have names of their own in Unicode, which spells some syllables as Kunrei does."""
    names = [unicodedata.name(chr(code)) for code in range(0x3042, 0x3094)]
    plain = [name for name in names if not name.startswith("HIRAGANA LETTER SMALL") and not _voiced(name)]
    spelt = {"si": "shi", "ti": "chi", "tu": "tsu", "hu": "fu"}
    syllables = [name.removeprefix("HIRAGANA LETTER ").lower() for name in plain]
    assert [spelt.get(syllable, syllable) for syllable in syllables] == list(K49.classes[:48])
    assert K49.classes[48] == "iteration"
    assert unicodedata.name("ゝ") == "HIRAGANA ITERATION MARK"


def _voiced(name: str) -> bool:
    decomposed = unicodedata.normalize("NFD", unicodedata.lookup(name))
    return len(decomposed) > 1


@pytest.mark.data
@pytest.mark.skipif(not kuzushiji.available("kmnist-mini"), reason="the published test files are not at hand")
def test_the_real_test_images_have_the_md5_that_others_found_and_no_blank_image() -> None:
    """The annexed copy with the MD5 of the unpacked training images lists this one for the test images."""
    path = kuzushiji.find(KMNIST.test_images)
    images = read_array(path, dimensions=3)
    listed = array(title="test images", shape=images.shape, idx_md5="bf305b8cd328700fbc17f5acbc2856d2")
    assert listed.known_by(images, path) == "MD5 of the decoded array as an IDX file"
    assert KMNIST.test_images.known_by(images, path) == "SHA-256 of the decoded array"
    assert images.any((1, 2)).all()
    assert path.suffix != ".gz" or os.path.getsize(path) == KMNIST.test_images.size
