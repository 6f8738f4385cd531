"""A net exported to ONNX, read by onnxruntime, against the net and against numpy."""

import copy
import dataclasses
import json
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from kuzushi.characters import experiment as characters
from kuzushi.characters import export_onnx as module
from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.datasets.catalogue import load_images
from kuzushi.characters.export_onnx import export
from kuzushi.characters.saved_net import load_net
from kuzushi.core.errors import KuzushiError, RunError
from kuzushi.core.run_folder import RunFolder
from kuzushi.experiments import load

NETS = ("lin", "full", "conv", "deep")


@pytest.fixture(scope="module")
def run_of(tmp_path_factory):
    """A function from the name of a net to a run of it."""
    root = tmp_path_factory.mktemp("export")

    def of(net):
        if not (root / net).exists():
            with RunFolder(root / net) as folder:
                config = CharactersConfig(net=net, data="brush:60/30", epochs=1)
                folder.finish(characters.run(config, journal=folder))
        return root / net

    return of


@pytest.mark.parametrize("net", NETS)
def test_onnxruntime_reads_any_number_of_images_as_the_net_does(run_of, net, tmp_path):
    exported = export(run_of(net), tmp_path / "net.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx")
    images = load_images("brush:60/30", seed=0).test_images
    for some in (images[:1], images[:7], images):
        (read,) = session.run(None, {"images": some})
        expected = np.exp(load_net(run_of(net)).log_probabilities(some))
        np.testing.assert_allclose(read, expected, atol=1e-5)
    assert (exported.net, exported.side, exported.compared) == (net, 28, 10 * 50 + 64)
    assert 0 <= exported.difference <= 1e-5
    assert exported.size == (tmp_path / "net.onnx").stat().st_size
    onnx.checker.check_model(onnx.load(tmp_path / "net.onnx"), full_check=True)


def test_what_it_reads_is_the_formula_of_the_linear_net(run_of, tmp_path):
    """One matrix product of pixels in -1..1 and a softmax, with numpy alone."""
    export(run_of("lin"), tmp_path / "net.onnx")
    images, weights = load_images("brush:60/30", seed=0).test_images, load(run_of("lin")).weights
    logits = (images.reshape(30, -1) / 127.5 - 1) @ weights["fc.weight"].T + weights["fc.bias"]
    expected = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx")
    np.testing.assert_allclose(session.run(None, {"images": images})[0], expected, atol=1e-5)


def test_the_file_says_what_it_takes_gives_and_is_and_nothing_of_the_machine(run_of, tmp_path):
    export(run_of("full"), tmp_path / "net.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx")
    (takes,), (gives,) = session.get_inputs(), session.get_outputs()
    assert (takes.name, takes.type, takes.shape) == ("images", "tensor(uint8)", ["batch", 28, 28])
    assert (gives.name, gives.type, gives.shape) == ("probabilities", "tensor(float)", ["batch", 10])
    metadata = session.get_modelmeta().custom_metadata_map
    result = load(run_of("full"))
    assert json.loads(metadata.pop("classes")) == list(result.data.classes)
    assert metadata == {"net": "full", "data": "brush", "command": result.provenance.command}
    content = (tmp_path / "net.onnx").read_bytes()
    assert module.__file__.encode() not in content
    assert b"stack_trace" not in content


def test_the_same_net_gives_the_same_bytes(run_of, tmp_path):
    for name in ("a.onnx", "b.onnx"):
        export(run_of("full"), tmp_path / name)
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()


def test_a_file_that_does_not_agree_with_the_net_is_not_written(run_of, tmp_path, monkeypatch):
    net = load_net(run_of("lin"))
    other = copy.deepcopy(net.model)
    with torch.no_grad():
        other.fc.bias[3] += 0.01
    wrong = module.onnx_bytes(dataclasses.replace(net, model=other))
    monkeypatch.setattr(module, "onnx_bytes", lambda net: wrong)
    with pytest.raises(RunError, match=r"probabilities that differ by up to .*e-0[23].*; nothing was written"):
        export(run_of("lin"), tmp_path / "net.onnx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("missing", ["onnx", "onnxscript", "onnxruntime"])
def test_without_the_extra_one_line_says_how_to_get_it(run_of, tmp_path, monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(KuzushiError) as caught:
        export(run_of("lin"), tmp_path / "net.onnx")
    assert str(caught.value) == f"export: {missing} is not installed; pip install onnx onnxscript onnxruntime"
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_the_file_and_tells_of_it_with_nothing_of_torchs_talk(run_of, tmp_path):
    path = tmp_path / "net.onnx"
    words = [sys.executable, "-m", "kuzushi", "export", str(run_of("conv")), str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    first, takes, gives, compared = done.stdout.splitlines()
    assert first == f"{path}: NetConv of {run_of('conv')}, {path.stat().st_size:,} bytes"
    assert "uint8 of shape (batch, 28, 28)" in takes
    assert "float32 of shape (batch, 10)" in gives
    assert compared.startswith("compared with the net on 564 images: largest difference ")


def test_a_folder_that_is_given_for_the_file_is_refused(run_of, tmp_path):
    with pytest.raises(RunError, match="is a folder; give a file name"):
        export(run_of("lin"), tmp_path)
