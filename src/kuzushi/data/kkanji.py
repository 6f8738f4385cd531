"""Kuzushiji-Kanji (Clanuwat et al. 2018): 3,832 characters of 64 by 64 pixels, most of them rare.

It is published as an archive of images, U+XXXX/NAME.png, and is read from the archive as it lies or from where it was
unpacked. It comes without a test part; the last fifth of each class is taken for it.
"""

import io
import mmap
import os
import re
import tarfile
from collections.abc import Callable, Iterator, Sequence
from itertools import compress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kuzushi.data.images import ImageData
from kuzushi.data.kuzushiji import PATIENCE, cache, folders, places
from kuzushi.data.mirrors import NoMirror, fetch
from kuzushi.data.published import file_digest
from kuzushi.data.split import last_fifth
from kuzushi.data.transfer import Patience, Watch, unwatched
from kuzushi.errors import DataError
from kuzushi.files import one_line

SIDE = 64
CLASSES, IMAGES = 3_832, 140_424
"""As counted by the publishers; at first they announced 140,426 images (rois-codh/kmnist, issue 21)."""
ARCHIVE = "kkanji.tar"
SIZE = 310_000_000
"""Bytes of the archive, about."""
SHA256 = "6c65024b7b79de6661a049c89decfddae8bb908f71fcd7fdf1bd9a7f220a1cda"
"""Of the archive. One project's record of what it had from the publishers: an archive that differs is read too, as one
that is not verified."""
MIRRORS = ("https://codh.rois.ac.jp/kmnist/dataset/kkanji", "http://codh.rois.ac.jp/kmnist/dataset/kkanji")
MOST = 2**16
"""Bytes of an image; of 64 by 64 pixels it has 4,096, and less when compressed."""
UNPACKED = ("", "kkanji2", "kkanji")
CLASS, IMAGE = re.compile(r"U\+[0-9A-F]{4,6}"), re.compile(r"[^.].*\.png")

Glyph = tuple[str, str]
"""The class of an image and its name."""


def kkanji() -> ImageData:
    """The official images, the last fifth of each class for testing; a class of one image is not tested.

    The classes are the code points, as "U+4EA8", in their order. Where not all images are there the name says so.

    Raises:
        DataError: if they are nowhere to be had, or an image is not of 64 by 64 grey pixels.
    """
    obtain()
    place = find()
    if place is None:
        raise DataError(f"{ARCHIVE}: is not in {' or '.join(map(str, folders()))}; kuzushi data fetch kkanji gets it")
    return read_kkanji(place)


def find() -> Path | None:
    """The archive or else the unpacked images, in the first folder that has either."""
    for place in places():
        if os.path.isfile(place / ARCHIVE):  # can be verified
            return place / ARCHIVE
        for unpacked in UNPACKED:
            if _holds_classes(place / unpacked):
                return place / unpacked
    return None


def obtain(*, patience: Patience = PATIENCE, watch: Watch = unwatched) -> None:
    """Fetch the archive into the user's cache where the images are not on this machine.

    Raises:
        DataError: if no mirror gives it, or it cannot be kept.
    """
    if find() is not None:
        return
    try:
        fetch({ARCHIVE: why_not}, cache(), mirrors=MIRRORS, patience=patience, watch=watch)
    except NoMirror as error:
        raise DataError(
            f"{ARCHIVE} is not in {' or '.join(map(str, folders()))}, and {error}; put it in a folder, or unpack it "
            "there, and name that folder in KUZUSHI_DATA"
        ) from error


def is_published(place: Path) -> bool:
    """Whether this is the archive that is known; of unpacked images no checksum is known."""
    return place.is_file() and file_digest(place, "sha256") == SHA256


def why_not(place: Path) -> str | None:
    """Why these are not all the images, in a few words; None if they are, as far as can be told."""
    try:
        return None if is_published(place) else shortfall(list_glyphs(place))
    except DataError:
        return "other content than published"


def shortfall(glyphs: Sequence[Glyph]) -> str | None:
    """How the images differ in number from the published ones, in a few words; None if they do not."""
    classes = len({code for code, _ in glyphs})
    if (len(glyphs), classes) == (IMAGES, CLASSES):
        return None
    return f"holds {len(glyphs):,} images in {classes:,} classes, published are {IMAGES:,} in {CLASSES:,}"


def list_glyphs(place: Path) -> list[Glyph]:
    """The class and the name of every image in the archive or the folder, by code point and name.

    Raises:
        DataError: if it cannot be read.
    """
    return sorted(_index(place) if place.is_file() else _walk(place), key=_order)


def read_kkanji(place: Path) -> ImageData:
    """Read the archive or the folder with one sub-folder per code point, into just the memory that the images take.

    Raises:
        DataError: if it cannot be read, or an image is not of 64 by 64 grey pixels.
    """
    if not place.is_file():
        return _divided(list_glyphs(place), lambda glyph: (place / glyph[0] / glyph[1]).read_bytes(), place)
    spans = _index(place)
    with open(place, "rb") as archive:
        return _divided(sorted(spans, key=_order), lambda glyph: _span(archive, *spans[glyph]), place)


def _divided(glyphs: Sequence[Glyph], content: Callable[[Glyph], bytes], place: Path) -> ImageData:
    if not glyphs:
        raise DataError(f"{place}: holds no images U+XXXX/NAME.png; get it again")
    codes = [code for code, _ in glyphs]
    classes = tuple(dict.fromkeys(codes))
    number = {code: label for label, code in enumerate(classes)}
    labels = np.array([number[code] for code in codes], dtype=np.int64)
    test = last_fifth(labels)
    return ImageData(
        name="kkanji" if shortfall(glyphs) is None else "part of kkanji",
        train_images=_decode(list(compress(glyphs, ~test)), content, place),
        train_labels=labels[~test],
        test_images=_decode(list(compress(glyphs, test)), content, place),
        test_labels=labels[test],
        classes=classes,
        verified=is_published(place),
    )


def _decode(glyphs: Sequence[Glyph], content: Callable[[Glyph], bytes], place: Path) -> NDArray[np.uint8]:
    images = np.empty((len(glyphs), SIDE, SIDE), dtype=np.uint8)
    for pixels, glyph in zip(images, glyphs, strict=True):
        try:
            with Image.open(io.BytesIO(content(glyph)), formats=("PNG",)) as image:
                if (image.mode, image.size) != ("L", (SIDE, SIDE)):
                    raise ValueError(f"is {image.mode} of {image.size[0]} by {image.size[1]}, expected L of 64 by 64")
                pixels[:] = np.asarray(image)
        except DataError:
            raise
        except Exception as error:  # of damaged files, Pillow lets through whatever it stumbles over
            raise DataError(
                f"{place}: the image {'/'.join(glyph)} cannot be read ({one_line(error)}); get it again"
            ) from error
    return images


def _order(glyph: Glyph) -> tuple[int, str]:
    return int(glyph[0].removeprefix("U+"), 16), glyph[1]


def _index(archive: Path) -> dict[Glyph, tuple[int, int]]:
    """Where in the archive each image begins, and how many bytes it has."""
    spans: dict[Glyph, tuple[int, int]] = {}
    try:
        # Mapped: what a header declares beyond the end is then neither read nor given memory.
        with open(archive, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            for member in _members(content):
                *_, code, name = ("", *member.name.split("/"))
                if member.isreg() and CLASS.fullmatch(code) and IMAGE.fullmatch(name):
                    if member.size > MOST:
                        raise ValueError(f"{code}/{name} declares {member.size:,} bytes, more than {MOST:,}")
                    spans[code, name] = (member.offset_data, member.size)
    except Exception as error:  # of damaged archives, tarfile lets through whatever it stumbles over
        raise DataError(f"{archive}: cannot be read as a tar archive ({one_line(error)}); get it again") from error
    return spans


def _members(content: mmap.mmap) -> Iterator[tarfile.TarInfo]:
    end = -1
    with tarfile.open(fileobj=content, mode="r:") as tar:
        for member in tar:
            if member.size < 0 or member.offset <= end:
                raise ValueError("a member begins before the one before it")
            end = member.offset
            yield member


def _span(archive: io.BufferedReader, offset: int, size: int) -> bytes:
    archive.seek(offset)
    return archive.read(size)


def _walk(folder: Path) -> list[Glyph]:
    try:
        codes = [code for code in os.listdir(folder) if CLASS.fullmatch(code)]
        return [(code, name) for code in codes for name in os.listdir(folder / code) if IMAGE.fullmatch(name)]
    except OSError as error:
        raise DataError(f"{folder}: cannot be read ({error.strerror}); mend its permissions") from error


def _holds_classes(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(CLASS.fullmatch(entry.name) and entry.is_dir() for entry in entries)
    except OSError:
        return False
