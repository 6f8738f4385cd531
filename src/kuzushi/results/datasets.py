"""What is on this machine of the published sets of images."""

from dataclasses import dataclass, replace
from typing import Literal

FileState = Literal["as published", "not verified", "wrong", "not here"]


@dataclass(frozen=True, kw_only=True)
class DataFile:
    """One file of a set, looked for on this machine."""

    name: str
    place: str | None
    """Its path; None if it is not here."""
    state: FileState
    reason: str
    """What it is known by, or what is wrong with it."""
    megabytes: float
    """To fetch, if it is not here."""


@dataclass(frozen=True, kw_only=True)
class ImageSet:
    """A published set of images, and what is here of it."""

    name: str
    classes: int
    images: str
    """How many, for training and for testing."""
    files: tuple[DataFile, ...]

    @property
    def state(self) -> str:
        """Of the set as a whole: that of its worst file, or "in part" where only some files are here."""
        states = {file.state for file in self.files}
        if "wrong" not in states and "not here" in states and len(states) > 1:
            return "in part"
        return next((state for state in ("wrong", "not here", "not verified") if state in states), "as published")

    @property
    def here(self) -> "ImageSet":
        """The set with those files only that are on this machine."""
        return replace(self, files=tuple(file for file in self.files if file.place is not None))
