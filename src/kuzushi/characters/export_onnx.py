"""Export of the net of a finished run as an ONNX file (onnx.ai), for use without torch and without kuzushi.

The file takes raw pixels and contains the names of the classes.
"""

import importlib
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from kuzushi.characters.nets import scaled
from kuzushi.characters.results import Exported
from kuzushi.characters.saved_net import SavedNet, load_net
from kuzushi.core.errors import KuzushiError, RunError
from kuzushi.core.files import write_atomic

TOLERANCE = 1e-5
"""The largest difference between two probabilities: about a hundred times the rounding of float32 at 1."""
RANDOM = 64
"""Random images for comparing the file with the net, in addition to the samples of the run."""
EXTRA = ("onnx", "onnxscript", "onnxruntime")


class Reader(nn.Module):
    """A net that scales pixels first and returns probabilities instead of their logarithms."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, images: UInt8[Tensor, "batch side side"]) -> Float[Tensor, "batch classes"]:
        probabilities: Float[Tensor, "batch classes"] = self.net(scaled(images)).exp()
        return probabilities


def export(run: Path, path: Path) -> Exported:
    """Write the net of a run as ONNX, after checking that onnxruntime computes the same probabilities.

    The file takes `images`, uint8 of shape (batch, side, side) with 0 the background and 255 the ink, and returns
    `probabilities`, float32 of shape (batch, classes). Its metadata have `classes` (the names, as a JSON list), `net`,
    `data` and `command`.

    Raises:
        KuzushiError: if the extra onnx is not installed, the run cannot be read, or the file cannot be written.
        RunError: if they differ by more than `TOLERANCE`; nothing is written then.
    """
    _need_extra()
    net = load_net(run)
    model = onnx_bytes(net)
    images = _images(net)
    difference = largest_difference(model, net, images)
    if not difference <= TOLERANCE:
        raise RunError(
            f"{run}: as ONNX the net gives probabilities that differ by up to {difference:.1e}, expected at most "
            f"{TOLERANCE:.0e} from rounding; nothing was written: try other versions of torch and onnxruntime"
        )
    write_atomic(path, model)
    return Exported(
        file=str(path),
        run=str(run),
        net=net.result.net,
        side=net.side,
        classes=net.result.data.classes,
        size=len(model),
        compared=len(images),
        difference=difference,
    )


def onnx_bytes(net: SavedNet) -> bytes:
    """Return the net as the content of an ONNX file, for any number of images at a time."""
    from onnx_ir.passes.common import ClearMetadataAndDocStringPass

    example = torch.zeros(2, net.side, net.side, dtype=torch.uint8)
    with _quiet():
        program = torch.onnx.export(
            Reader(net.model).eval(), (example,), dynamo=True, verbose=False, input_names=["images"],
            output_names=["probabilities"], dynamic_shapes={"images": {0: torch.export.Dim("batch")}},
        )  # fmt: skip
    assert program is not None  # always with dynamo
    ClearMetadataAndDocStringPass()(program.model)  # torch adds the source lines of every node
    result = net.result
    program.model.metadata_props.update(
        classes=json.dumps(result.data.classes, ensure_ascii=False), net=result.net, data=result.data.name,
        command=result.provenance.command,
    )  # fmt: skip
    content: bytes = program.model_proto.SerializeToString(deterministic=True)
    return content


def largest_difference(model: bytes, net: SavedNet, images: UInt8[np.ndarray, "n side side"]) -> float:
    """Return the largest difference between probabilities of onnxruntime and torch, for one image and for all."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    expected = np.exp(net.log_probabilities(images))
    alone, together = (session.run(["probabilities"], {"images": some})[0] for some in (images[:1], images))
    return float(max(np.abs(alone - expected[:1]).max(), np.abs(together - expected).max()))


def _images(net: SavedNet) -> UInt8[np.ndarray, "n side side"]:
    samples: UInt8[np.ndarray, "n side side"] = net.result.arrays["samples"].reshape(-1, net.side, net.side)
    noise = np.random.default_rng(0).integers(0, 256, (RANDOM, net.side, net.side), dtype=np.uint8)
    return np.concatenate([samples, noise])


def _need_extra() -> None:
    for name in EXTRA:
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise KuzushiError(f"export: {name} is not installed; pip install {' '.join(EXTRA)}") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress torch's messages during export, about functions to be renamed and missing libraries."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
