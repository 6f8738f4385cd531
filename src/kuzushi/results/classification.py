"""What a trained net makes of new pictures."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ClassProbability:
    """One class and how probable the net says it is."""

    label: int
    name: str
    probability: float


@dataclass(frozen=True, kw_only=True)
class ReadImage:
    """One picture and the classes that it may show."""

    image: str
    """The path that was given."""
    classes: tuple[ClassProbability, ...]
    """The most probable first."""


@dataclass(frozen=True, kw_only=True)
class Classification:
    """Pictures as the net of one run reads them."""

    run: str
    net: str
    data: str
    """The images that the net was trained on."""
    classes: tuple[str, ...]
    """All classes that it knows."""
    images: tuple[ReadImage, ...]
