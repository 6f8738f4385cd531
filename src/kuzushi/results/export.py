"""A trained net that was written as an ONNX file."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What stands in the file, and how far it was seen to agree with the net."""

    file: str
    run: str
    net: str
    side: int
    """Pixels along each side of the images that it takes."""
    classes: tuple[str, ...]
    size: int
    """Bytes of the file."""
    compared: int
    """Images that both read."""
    difference: float
    """The largest between two probabilities."""
