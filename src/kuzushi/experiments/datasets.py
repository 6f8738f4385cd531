"""The published sets of images: what of them is on this machine and whether it is right, and the rest from the web."""

from collections.abc import Sequence
from pathlib import Path

from kuzushi.data import kkanji, kuzushiji, sources
from kuzushi.data.archives import read_array
from kuzushi.data.published import PublishedArray
from kuzushi.data.transfer import Patience, Watch
from kuzushi.errors import DataError
from kuzushi.results import DataFile, FileState, ImageSet

NAMES = sources.PUBLISHED


def survey(names: Sequence[str] = NAMES) -> tuple[ImageSet, ...]:
    """Look for the files of these sets on this machine and verify each that is here; nothing is fetched.

    Raises:
        DataError: if there is no such set.
    """
    for name in names:
        _known(name)
    return tuple(_kanji() if name == "kkanji" else _arrays(name) for name in names)


def fetch(name: str, *, watch: Watch) -> None:
    """Fetch what is missing of a published set.

    Raises:
        DataError: if there is no such set, no mirror gives it, or it cannot be kept.
    """
    _known(name)
    prepare(name, watch=watch)


def prepare(name: str, *, watch: Watch) -> None:
    """Fetch what is missing of the images of this name, if they are of a published set.

    Raises:
        DataError: if no mirror gives it, or it cannot be kept.
    """
    sources.obtain(name, patience=Patience(), watch=watch)


def _known(name: str) -> None:
    if name not in NAMES:
        raise DataError(f"data {name}: no such published set of images; known are {', '.join(NAMES)}")


def _arrays(name: str) -> ImageSet:
    arrays = kuzushiji.parts(name)
    published = kuzushiji.published(name)
    train, test = published.train_labels.shape[0], published.test_labels.shape[0]
    return ImageSet(
        name=name,
        classes=len(published.classes),
        images="8,000 + 2,000" if name == "kmnist-mini" else f"{train:,} + {test:,}",
        files=tuple(_file(array) for array in arrays),
    )


def _file(array: PublishedArray) -> DataFile:
    path = kuzushiji.find(array)
    if path is None:
        return DataFile(name=array.files[0], place=None, state="not here", reason="", megabytes=array.size / 1e6)
    state, reason = _verdict(array, path)
    return DataFile(name=path.name, place=str(path), state=state, reason=reason, megabytes=0)


def _verdict(array: PublishedArray, path: Path) -> tuple[FileState, str]:
    try:
        found = read_array(path, dimensions=len(array.shape))
        known = array.known_by(found, path)
    except DataError as error:
        return "wrong", str(error).removeprefix(f"{path}: ")
    if known is not None:
        return "as published", known
    return "wrong", kuzushiji.fault(array, found, path) or ""


def _kanji() -> ImageSet:
    place = kkanji.find()
    if place is None:
        file = DataFile(name=kkanji.ARCHIVE, place=None, state="not here", reason="", megabytes=kkanji.SIZE / 1e6)
    else:
        state, reason = _kanji_verdict(place)
        file = DataFile(name=place.name, place=str(place), state=state, reason=reason, megabytes=0)
    return ImageSet(name="kkanji", classes=kkanji.CLASSES, images=f"{kkanji.IMAGES:,}, not divided", files=(file,))


def _kanji_verdict(place: Path) -> tuple[FileState, str]:
    if kkanji.is_published(place):
        return "as published", "SHA-256 of the file"
    reason = kkanji.why_not(place)
    if reason is not None:
        return "wrong", reason
    return "not verified", "as many images and classes as published; no checksum of them is known"
