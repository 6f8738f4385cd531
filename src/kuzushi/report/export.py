"""An exported net in words."""

from kuzushi.plots.characters import TITLES
from kuzushi.results import Exported


def text(exported: Exported) -> str:
    """What a person reads after the command: what the file takes and gives, and how it was compared."""
    side, classes = exported.side, len(exported.classes)
    return "\n".join([
        f"{exported.file}: {TITLES[exported.net]} of {exported.run}, {exported.size:,} bytes",
        f"takes images, uint8 of shape (batch, {side}, {side}), 0 the ground, 255 the ink; pixels are scaled inside",
        f"gives probabilities, float32 of shape (batch, {classes}); the names of the classes are in its metadata",
        f"compared with the net on {exported.compared} images: they differ by {exported.difference:.1e} at most",
    ])  # fmt: skip
