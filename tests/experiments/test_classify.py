"""New pictures read by a saved net: the same classes as the images that they were made of."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kuzushi import runs
from kuzushi.configs import CharactersConfig
from kuzushi.data.sources import load
from kuzushi.errors import ConfigError, DataError, RunError
from kuzushi.experiments import characters
from kuzushi.experiments.classify import classify
from kuzushi.experiments.saved import saved_net

BRUSH = "brush:2000/40"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classify") / "run"
    with runs.RunFolder(folder) as place:
        place.finish(characters.run(CharactersConfig(net="conv", data=BRUSH, epochs=2), journal=place))
    return folder


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """The test images, large and dark on a light page, each at another place of it."""
    folder, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    paths = []
    for number, image in enumerate(load(BRUSH, seed=0).test_images):
        page = np.full((250, 200), 240, dtype=np.uint8)
        top, left = rng.integers(0, 250 - 140 + 1), rng.integers(0, 200 - 140 + 1)
        large = np.asarray(Image.fromarray(image).resize((140, 140), Image.Resampling.BICUBIC))
        page[top : top + 140, left : left + 140] -= (0.8 * large).astype(np.uint8)
        paths.append(folder / f"{number}.jpg")
        Image.fromarray(page).save(paths[-1], quality=75)
    return paths


def test_pictures_are_read_about_as_often_right_as_the_images_that_they_were_made_of(run, pictures):
    target = load(BRUSH, seed=0).test_labels
    of_images = saved_net(run).log_probabilities(load(BRUSH, seed=0).test_images).argmax(1) == target
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
