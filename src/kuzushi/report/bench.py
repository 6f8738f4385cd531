"""A part of the page that can be taken hold of: nets that answer while the reader draws, drags and types."""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What a bench works with; its form is `templates/benches/NAME.html`, what it does `templates/modules/NAME.js`."""

    name: Literal["perceptron_bench", "character_bench", "sequence_bench"]
    invitation: str
    """What the reader can do with it, in a few words: the text of a link to it."""
    data: dict[str, Any]
    """Lists, dicts, numbers and texts."""
