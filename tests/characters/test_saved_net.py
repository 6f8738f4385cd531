"""A trained net is loaded from its run, and classifies pictures as well as the images they show."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from comparisons import comparison
from kuzushi.characters import experiment as characters
from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.datasets.catalogue import load_images
from kuzushi.characters.saved_net import classify, load_net
from kuzushi.core.errors import ConfigError, DataError, RunError, ShapeError
from kuzushi.core.run_folder import RunFolder
from kuzushi.experiments import load


def finished(folder, config):
    """Run an experiment into the folder."""
    with RunFolder(folder) as run_folder:
        run_folder.finish(characters.run(config, journal=run_folder))
    return folder


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    config = CharactersConfig(net="full", hid=20, data="brush:200/50", epochs=2, seeds=2)
    return finished(tmp_path_factory.mktemp("saved") / "full", config)


def test_the_net_reads_the_test_images_as_the_first_seed_did(full):
    net, data = load_net(full), load_images("brush:200/50", seed=0)
    read = net.log_probabilities(data.test_images)
    arrays = load(full).arrays
    np.testing.assert_array_equal(read.argmax(1), arrays["predicted"][0])
    np.testing.assert_allclose(np.exp(read.max(1)), arrays["probability"][0], rtol=1e-6)
    assert (arrays["predicted"][0] != arrays["predicted"][1]).any()


def test_probabilities_are_those_of_the_formula_of_the_net(full):
    """The formula with numpy alone: tanh of a matrix product, another product, and a softmax."""
    images, weights = load_images("brush:200/50", seed=0).test_images[:7], load(full).weights
    pixels = images.reshape(7, -1).astype(np.float64) / 127.5 - 1
    logits = np.tanh(pixels @ weights["fc1.weight"].T + weights["fc1.bias"]) @ weights["fc2.weight"].T
    logits += weights["fc2.bias"]
    expected = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    np.testing.assert_allclose(np.exp(load_net(full).log_probabilities(images)), expected, atol=1e-5)


def test_batch_normalisation_reads_an_image_the_same_alone_and_among_others(tmp_path):
    net = load_net(finished(tmp_path / "deep", CharactersConfig(net="deep", data="brush:60/20", epochs=1)))
    images = load_images("brush:60/20", seed=0).test_images
    alone = np.concatenate([net.log_probabilities(image[None]) for image in images])
    np.testing.assert_allclose(net.log_probabilities(images), alone, atol=1e-5)


def test_images_of_another_size_are_refused(full):
    with pytest.raises(ShapeError, match=r"images have shape \(1, 64, 64\); the net reads \(n, 28, 28\)"):
        load_net(full).log_probabilities(np.zeros((1, 64, 64), dtype=np.uint8))


def test_a_run_of_something_else_is_refused(tmp_path):
    with RunFolder(tmp_path / "compared") as folder:
        folder.finish(comparison())
    with pytest.raises(RunError, match=r"compare.*expected characters"):
        load_net(tmp_path / "compared")


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(RunError, match="holds no finished run"):
        load_net(tmp_path)


def test_weights_of_another_net_are_refused_in_one_line(full, tmp_path):
    result = load(full)
    with RunFolder(tmp_path / "other") as folder:
        weights = dict(load(full).weights)
        folder.finish(dataclasses.replace(result, weights=weights | {"fc2.bias": np.zeros(11, np.float32)}))
    with pytest.raises(
        RunError, match=r"the weights do not fit the net of the run .*fc2\.bias.*; make it again"
    ) as caught:
        load_net(tmp_path / "other")
    assert "\n" not in str(caught.value)


def test_damaged_weights_are_refused(full, tmp_path):
    with RunFolder(tmp_path / "other") as folder:
        folder.finish(load(full))
    (tmp_path / "other" / "weights.safetensors").write_bytes(b"no weights")
    with pytest.raises(RunError, match="the weights cannot be read"):
        load_net(tmp_path / "other")


def test_a_run_without_samples_is_refused(full, tmp_path):
    with RunFolder(tmp_path / "other") as folder:
        folder.finish(dataclasses.replace(load(full), arrays={}))
    with pytest.raises(RunError, match="the size of its images is missing; make it again: kuzushi characters"):
        load_net(tmp_path / "other")


def test_loading_a_net_does_not_change_the_random_state(full):
    with torch.random.fork_rng():
        torch.manual_seed(3)
        expected = torch.rand(2)
        torch.manual_seed(3)
        load_net(full)
        assert torch.equal(torch.rand(2), expected)


BRUSH = "brush:2000/40"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classify") / "run"
    return finished(folder, CharactersConfig(net="conv", data=BRUSH, epochs=2))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Write the test images large and dark on a light page, each at a random position."""
    folder, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    paths = []
    for number, image in enumerate(load_images(BRUSH, seed=0).test_images):
        page = np.full((250, 200), 240, dtype=np.uint8)
        top, left = rng.integers(0, 250 - 140 + 1), rng.integers(0, 200 - 140 + 1)
        large = np.asarray(Image.fromarray(image).resize((140, 140), Image.Resampling.BICUBIC))
        page[top : top + 140, left : left + 140] -= (0.8 * large).astype(np.uint8)
        paths.append(folder / f"{number}.jpg")
        Image.fromarray(page).save(paths[-1], quality=75)
    return paths


def test_pictures_are_read_about_as_often_right_as_the_images_that_they_were_made_of(run, pictures):
    target = load_images(BRUSH, seed=0).test_labels
    of_images = load_net(run).log_probabilities(load_images(BRUSH, seed=0).test_images).argmax(1) == target
    found = classify(pictures, run=run, top=1)
    of_pictures = np.array([image.classes[0].label for image in found.images]) == target
    assert of_images.mean() > 0.9
    assert of_pictures.mean() > of_images.mean() - 0.05


def test_all_classes_together_have_the_probability_1_the_most_probable_first(run, pictures):
    found = classify(pictures[:3], run=run, top=99)
    assert [image.image for image in found.images] == list(map(str, pictures[:3]))
    for image in found.images:
        probabilities = [one.probability for one in image.classes]
        assert sum(probabilities) == pytest.approx(1)
        assert probabilities == sorted(probabilities, reverse=True)
        assert {one.label for one in image.classes} == set(range(10))
        assert all(one.name == found.classes[one.label] for one in image.classes)


def test_only_as_many_classes_are_given_as_are_asked_for(run, pictures):
    two, all_ten = (classify(pictures[:1], run=run, top=top).images[0].classes for top in (2, 10))
    assert two == all_ten[:2]


def test_a_picture_is_read_the_same_alone_and_among_others(run, pictures):
    among = classify(pictures[:5], run=run, top=1).images
    for path, image in zip(pictures, among, strict=False):
        (alone,) = classify([path], run=run, top=1).images
        assert alone.classes[0].label == image.classes[0].label
        assert alone.classes[0].probability == pytest.approx(image.classes[0].probability, abs=1e-5)


@pytest.mark.parametrize(
    ("images", "top", "error", "message"),
    [
        ((), 3, ConfigError, "classify: no images given"),
        (("a.png",), 0, ConfigError, "--top 0: must be a whole number of at least 1"),
        (("a.png",), 3, DataError, "a.png: cannot be read as an image"),
        (("empty.png",), 3, DataError, "empty.png: no ink is seen on it"),
    ],
)
def test_what_cannot_be_read_is_refused(run, tmp_path, monkeypatch, images, top, error, message):
    monkeypatch.chdir(tmp_path)
    Image.new("L", (40, 30), 200).save("empty.png")
    with pytest.raises(error, match=message):
        classify(images=list(map(Path, images)), run=run, top=top)


def test_a_run_that_is_not_there_is_refused(tmp_path, pictures):
    with pytest.raises(RunError, match="holds no finished run"):
        classify(pictures[:1], run=tmp_path, top=1)


def test_the_command_prints_a_line_for_each_picture_or_one_json_object(run, pictures, kuzushi):
    expected = classify(pictures[:2], run=run, top=2)
    words = ("classify", *map(str, pictures[:2]), "--run", str(run), "--top", "2")
    (status, text, err), (status_too, printed, err_too) = kuzushi(*words), kuzushi(*words, "--json")
    assert (status, err, status_too, err_too) == (0, "", 0, "")
    assert json.loads(printed) == json.loads(json.dumps(dataclasses.asdict(expected)))
    assert [line.split(":")[0] for line in text.splitlines() if ".jpg" in line] == list(map(str, pictures[:2]))
