"""Interactive demos on the page: nets that answer while the reader draws, drags and types; their data, compressed."""

import base64
import zlib
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import numpy as np

from kuzushi.core.results import Arrays


@dataclass(frozen=True, kw_only=True)
class Demo:
    """The data of a demo; its HTML is `templates/demos/NAME.html`, its script `templates/modules/NAME.js`."""

    name: Literal["perceptron_demo", "character_demo", "sequence_demo"]
    invitation: str
    """What the reader can do with it, in a few words: the text of a link to it."""
    data: dict[str, Any]
    """Lists, dicts, numbers and texts."""


def packed_json(value: Any) -> str:
    """Return plain values as the base64 text of a zlib stream of JSON; `unpacked` of `unpack.js` reads it."""
    return base64.b64encode(zlib.compress(msgspec.json.encode(value), 9)).decode("ascii")


def tensors(weights: Arrays) -> dict[str, Any]:
    """Return weights as plain values: matrices and kernels rounded to 16 bits, vectors in 32.

    Example: tensors({"fc.bias": zeros}) -> {"fc.bias": {"shape": [10], "type": "float32", "data": "AAAA..."}}
    """
    return {name: _tensor(array) for name, array in weights.items() if np.issubdtype(array.dtype, np.floating)}


def _tensor(array: np.ndarray) -> dict[str, Any]:
    kind = "float16" if array.ndim > 1 else "float32"
    data = np.ascontiguousarray(array, dtype=np.dtype(kind).newbyteorder("<"))
    return {"shape": list(array.shape), "type": kind, "data": base64.b64encode(data.tobytes()).decode("ascii")}
