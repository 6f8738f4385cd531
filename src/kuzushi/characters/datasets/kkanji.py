"""Kuzushiji-Kanji (Clanuwat et al. 2018): 3,832 characters of 64 by 64 pixels, most of them rare.

It is published as an archive of images, U+XXXX/NAME.png, and is read from the archive or from the unpacked folder. It
has no test part; the last fifth of each class is used.
"""

import io
import mmap
import os
import re
import tarfile
from collections.abc import Callable, Sequence
from itertools import compress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kuzushi.characters.datasets.download import Watch, fetch, search_path, unwatched
from kuzushi.characters.datasets.images import ImageData, last_fifth
from kuzushi.characters.datasets.official_files import file_digest
from kuzushi.core.errors import DataError
from kuzushi.core.files import one_line

SIDE = 64
CLASSES, IMAGES = 3_832, 140_424
"""As counted by the publishers; at first they announced 140,426 images (rois-codh/kmnist, issue 21)."""
ARCHIVE = "kkanji.tar"
SIZE = 310_000_000
"""Bytes of the archive, about."""
SHA256 = "6c65024b7b79de6661a049c89decfddae8bb908f71fcd7fdf1bd9a7f220a1cda"
"""Of the archive, as recorded by one project that had it from the publishers. Another archive is read too, as not
verified."""
MIRRORS = ("https://codh.rois.ac.jp/kmnist/dataset/kkanji", "http://codh.rois.ac.jp/kmnist/dataset/kkanji")
MOST = 2**16
"""Bytes of an image file; 64 by 64 pixels are 4,096 bytes, and fewer when compressed."""
UNPACKED = ("", "kkanji2", "kkanji")
CLASS, IMAGE = re.compile(r"U\+[0-9A-F]{4,6}"), re.compile(r"[^.].*\.png")

Glyph = tuple[str, str]
"""The class of an image and its name."""


def kkanji() -> ImageData:
    """Read the official images, the last fifth of each class for testing; a class of one image is not tested.

    The classes are the code points, as "U+4EA8", in their order. If images are missing, the name says so.

    Raises:
        DataError: if they cannot be found or downloaded, or an image is not of 64 by 64 grey pixels.
    """
    obtain()
    path = find()
    assert path is not None  # obtained
    return read_kkanji(path)


def find() -> Path | None:
    """Return the archive or else the unpacked folder, from the first path with either, or None."""
    for folder in search_path():
        if os.path.isfile(folder / ARCHIVE):  # can be verified
            return folder / ARCHIVE
        for unpacked in UNPACKED:
            if _holds_classes(folder / unpacked):
                return folder / unpacked
    return None


def obtain(*, watch: Watch = unwatched) -> None:
    """Download the archive, unless the images are on this machine."""
    if find() is None:
        advice = "put it in a folder, or unpack it there, and set KUZUSHI_DATA to that folder"
        fetch({ARCHIVE: fault}, mirrors=MIRRORS, advice=advice, limits=None, watch=watch)


def is_published(path: Path) -> bool:
    """Return whether this is the known archive; there is no checksum of unpacked images."""
    return path.is_file() and file_digest(path, "sha256") == SHA256


def fault(path: Path) -> str | None:
    """Return in a few words why these are not all the images; None if nothing is missing."""
    try:
        return None if is_published(path) else shortfall(list_glyphs(path))
    except DataError:
        return "other content than published"


def shortfall(glyphs: Sequence[Glyph]) -> str | None:
    """Return how the images differ in number from the published ones; None if they do not."""
    classes = len({code for code, _ in glyphs})
    if (len(glyphs), classes) == (IMAGES, CLASSES):
        return None
    return f"holds {len(glyphs):,} images in {classes:,} classes, published are {IMAGES:,} in {CLASSES:,}"


def list_glyphs(path: Path) -> list[Glyph]:
    """Return the class and the name of every image in the archive or the folder, by code point and name."""
    return sorted(_index(path) if path.is_file() else _walk(path), key=_sort_key)


def read_kkanji(path: Path) -> ImageData:
    """Read the archive, or the folder with one sub-folder per code point, with no more memory than the images take."""
    if not path.is_file():
        return _divided(list_glyphs(path), lambda glyph: (path / glyph[0] / glyph[1]).read_bytes(), path)
    spans = _index(path)
    with open(path, "rb") as archive:

        def content(glyph: Glyph) -> bytes:
            offset, size = spans[glyph]
            archive.seek(offset)
            return archive.read(size)

        return _divided(sorted(spans, key=_sort_key), content, path)


def _divided(glyphs: Sequence[Glyph], content: Callable[[Glyph], bytes], path: Path) -> ImageData:
    if not glyphs:
        raise DataError(f"{path}: holds no images U+XXXX/NAME.png; get it again")
    codes = [code for code, _ in glyphs]
    classes = tuple(dict.fromkeys(codes))
    number = {code: label for label, code in enumerate(classes)}
    labels = np.array([number[code] for code in codes], dtype=np.int64)
    test = last_fifth(labels)
    return ImageData(
        name="kkanji" if shortfall(glyphs) is None else "part of kkanji",
        train_images=_decode(list(compress(glyphs, ~test)), content, path),
        train_labels=labels[~test],
        test_images=_decode(list(compress(glyphs, test)), content, path),
        test_labels=labels[test],
        classes=classes,
        verified=is_published(path),
    )


def _decode(glyphs: Sequence[Glyph], content: Callable[[Glyph], bytes], path: Path) -> NDArray[np.uint8]:
    images = np.empty((len(glyphs), SIDE, SIDE), dtype=np.uint8)
    for pixels, glyph in zip(images, glyphs, strict=True):
        try:
            with Image.open(io.BytesIO(content(glyph)), formats=("PNG",)) as image:
                if (image.mode, image.size) != ("L", (SIDE, SIDE)):
                    raise ValueError(f"is {image.mode} of {image.size[0]} by {image.size[1]}, expected L of 64 by 64")
                pixels[:] = np.asarray(image)
        except DataError:
            raise
        except Exception as error:  # Pillow raises errors of many kinds for damaged files
            raise DataError(
                f"{path}: the image {'/'.join(glyph)} cannot be read ({one_line(error)}); get it again"
            ) from error
    return images


def _sort_key(glyph: Glyph) -> tuple[int, str]:
    return int(glyph[0].removeprefix("U+"), 16), glyph[1]


def _index(archive: Path) -> dict[Glyph, tuple[int, int]]:
    """Return for each image in the archive where it begins, and its number of bytes."""
    spans: dict[Glyph, tuple[int, int]] = {}
    end = -1
    try:
        # Mapped: no memory is reserved for what a header declares beyond the end.
        with (
            open(archive, "rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
            tarfile.open(fileobj=content, mode="r:") as tar,
        ):
            for member in tar:
                if member.size < 0 or member.offset <= end:
                    raise ValueError("a member begins before the one before it")
                end = member.offset
                *_, code, name = ("", *member.name.split("/"))
                if member.isreg() and CLASS.fullmatch(code) and IMAGE.fullmatch(name):
                    if member.size > MOST:
                        raise ValueError(f"{code}/{name} declares {member.size:,} bytes, more than {MOST:,}")
                    spans[code, name] = (member.offset_data, member.size)
    except Exception as error:  # tarfile raises errors of many kinds for damaged archives
        raise DataError(f"{archive}: cannot be read as a tar archive ({one_line(error)}); get it again") from error
    return spans


def _walk(folder: Path) -> list[Glyph]:
    try:
        codes = [code for code in os.listdir(folder) if CLASS.fullmatch(code)]
        return [(code, name) for code in codes for name in os.listdir(folder / code) if IMAGE.fullmatch(name)]
    except OSError as error:
        raise DataError(f"{folder}: cannot be read ({error.strerror}); fix its permissions") from error


def _holds_classes(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(CLASS.fullmatch(entry.name) and entry.is_dir() for entry in entries)
    except OSError:
        return False
