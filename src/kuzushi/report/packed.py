"""Data within a page: compressed, as text."""

import base64
import zlib
from typing import Any

import msgspec
import numpy as np

from kuzushi.results import Arrays


def packed(data: bytes) -> str:
    """Bytes as base64 of their zlib stream; `inflate` of `unpack.js` reads it."""
    return base64.b64encode(zlib.compress(data, 9)).decode("ascii")


def packed_json(value: Any) -> str:
    """Lists, dicts, numbers and texts, as `unpacked` of `unpack.js` reads them."""
    return packed(msgspec.json.encode(value))


def tensors(weights: Arrays) -> dict[str, Any]:
    """Weights as plain values: matrices and kernels rounded to 16 bits, biases and the like in 32.

    Example: tensors({"fc.bias": zeros}) -> {"fc.bias": {"shape": [10], "type": "float32", "data": "AAAA..."}}
    """
    return {name: _tensor(array) for name, array in weights.items() if np.issubdtype(array.dtype, np.floating)}


def _tensor(array: np.ndarray) -> dict[str, Any]:
    kind = "float16" if array.ndim > 1 else "float32"
    data = np.ascontiguousarray(array, dtype=np.dtype(kind).newbyteorder("<"))
    return {"shape": list(array.shape), "type": kind, "data": base64.b64encode(data.tobytes()).decode("ascii")}
