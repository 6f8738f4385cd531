"""A trained net comes back from its run as it was."""

import dataclasses

import numpy as np
import pytest
import torch

from kuzushi import runs
from kuzushi.configs import CharactersConfig, WidthsConfig
from kuzushi.data.sources import load
from kuzushi.errors import RunError, ShapeError
from kuzushi.experiments import characters, widths
from kuzushi.experiments.saved import saved_net


def kept(folder, config):
    with runs.RunFolder(folder) as place:
        place.finish(characters.run(config, journal=place))
    return folder


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    config = CharactersConfig(net="full", hid=20, data="brush:200/50", epochs=2, seeds=2)
    return kept(tmp_path_factory.mktemp("saved") / "full", config)


def test_the_net_reads_the_test_images_as_the_first_seed_did(full):
    net, data = saved_net(full), load("brush:200/50", seed=0)
    read = net.log_probabilities(data.test_images)
    arrays = runs.load(full).arrays
    np.testing.assert_array_equal(read.argmax(1), arrays["predicted"][0])
    np.testing.assert_allclose(np.exp(read.max(1)), arrays["probability"][0], rtol=1e-6)
    assert (arrays["predicted"][0] != arrays["predicted"][1]).any()


def test_probabilities_are_those_of_the_formula_of_the_net(full):
    """tanh of one matrix product, another product, and a softmax, with numpy alone."""
    images, weights = load("brush:200/50", seed=0).test_images[:7], runs.load(full).weights
    pixels = images.reshape(7, -1).astype(np.float64) / 127.5 - 1
    logits = np.tanh(pixels @ weights["fc1.weight"].T + weights["fc1.bias"]) @ weights["fc2.weight"].T
    logits += weights["fc2.bias"]
    expected = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    np.testing.assert_allclose(np.exp(saved_net(full).log_probabilities(images)), expected, atol=1e-5)


def test_a_net_that_normalises_reads_an_image_the_same_alone_and_among_others(tmp_path):
    net = saved_net(kept(tmp_path / "deep", CharactersConfig(net="deep", data="brush:60/20", epochs=1)))
    images = load("brush:60/20", seed=0).test_images
    alone = np.concatenate([net.log_probabilities(image[None]) for image in images])
    np.testing.assert_allclose(net.log_probabilities(images), alone, atol=1e-5)


def test_images_of_another_size_are_refused(full):
    with pytest.raises(ShapeError, match=r"images have shape \(1, 64, 64\); the net reads \(n, 28, 28\)"):
        saved_net(full).log_probabilities(np.zeros((1, 64, 64), dtype=np.uint8))


def test_a_run_of_something_else_is_refused(tmp_path):
    with runs.RunFolder(tmp_path / "widths") as place:
        config = WidthsConfig(narrowest=3, widest=3, nets=2, epochs=100)
        place.finish(widths.run(config, journal=place))
    with pytest.raises(RunError, match=r"holds a run of kuzushi widths; give one of kuzushi characters"):
        saved_net(tmp_path / "widths")


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(RunError, match="holds no finished run"):
        saved_net(tmp_path)


def test_weights_of_another_net_are_refused_in_one_line(full, tmp_path):
    result = runs.load(full)
    with runs.RunFolder(tmp_path / "other") as place:
        weights = dict(runs.load(full).weights)
        place.finish(dataclasses.replace(result, weights=weights | {"fc2.bias": np.zeros(11, np.float32)}))
    with pytest.raises(
        RunError, match=r"the weights do not fit the net of the run .*fc2\.bias.*; make it again"
    ) as caught:
        saved_net(tmp_path / "other")
    assert "\n" not in str(caught.value)


def test_damaged_weights_are_refused(full, tmp_path):
    with runs.RunFolder(tmp_path / "other") as place:
        place.finish(runs.load(full))
    (tmp_path / "other" / "weights.safetensors").write_bytes(b"no weights")
    with pytest.raises(RunError, match="the weights cannot be read"):
        saved_net(tmp_path / "other")


def test_a_run_that_does_not_hold_its_samples_is_refused(full, tmp_path):
    with runs.RunFolder(tmp_path / "other") as place:
        place.finish(dataclasses.replace(runs.load(full), arrays={}))
    with pytest.raises(RunError, match="does not say how large its images are; make it again: kuzushi characters"):
        saved_net(tmp_path / "other")


def test_making_the_net_leaves_the_random_numbers_of_others_alone(full):
    with torch.random.fork_rng():
        torch.manual_seed(3)
        expected = torch.rand(2)
        torch.manual_seed(3)
        saved_net(full)
        assert torch.equal(torch.rand(2), expected)
