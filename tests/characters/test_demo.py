"""The data of the character demo: a net of each kind, and images on the page."""

import base64
import dataclasses

import numpy as np
import pytest

from kuzushi.characters import experiment as characters
from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.datasets.catalogue import load_images
from kuzushi.characters.demo import MOST_OF_A_CELL, MOST_PIXELS, character_demo
from kuzushi.core.demo import packed_json
from kuzushi.core.kana import KANA
from kuzushi.perceptrons import experiment as checkerboard
from kuzushi.perceptrons.configs import CheckerboardConfig

BRUSH = "brush:800/200"


def brush(**options):
    return characters.run(CharactersConfig(**{"net": "lin", "data": BRUSH, "epochs": 1} | options))


@pytest.fixture(scope="module")
def lin():
    return brush()


@pytest.fixture(scope="module")
def full():
    return brush(net="full", hid=20)


def of_other_images(result, *, classes=None, samples=None, **data):
    """Return the result as if it were of other images."""
    names = classes or result.data.classes
    return dataclasses.replace(
        result,
        data=dataclasses.replace(result.data, classes=names, **data),
        arrays=result.arrays if samples is None else result.arrays | {"samples": samples},
    )


def images(part, *, side=28):
    return np.frombuffer(base64.b64decode(part["pixels"]), np.uint8).reshape(-1, side, side)


def numbers(tensor):
    """Return a tensor of the page as 64-bit numbers."""
    raw = np.frombuffer(base64.b64decode(tensor["data"]), np.dtype(tensor["type"]).newbyteorder("<"))
    return raw.reshape(tensor["shape"]).astype(float)


def test_the_best_net_of_each_kind_is_in_the_demo_with_16_bit_weights(lin, full):
    better = brush(epochs=4)
    assert better.seeds[0].test_correct > lin.seeds[0].test_correct
    nets = character_demo([full, lin, better]).data["nets"]
    assert [(net["kind"], net["name"], net["right"], net["tested"]) for net in nets] == [
        ("lin", "NetLin", better.seeds[0].test_correct, 200),
        ("full", "NetFull", full.seeds[0].test_correct, 200),
    ]
    for net, result in zip(nets, (better, full), strict=True):
        assert net["weights"].keys() == result.weights.keys()
        for name, array in result.weights.items():
            expected = array.astype(np.float16) if array.ndim > 1 else array
            np.testing.assert_array_equal(numbers(net["weights"][name]), expected)


def test_the_score_is_that_of_the_first_seed_whose_weights_are_saved():
    result = brush(seeds=2)
    first, second = (seed.test_correct for seed in result.seeds)
    assert first != second
    assert character_demo([result]).data["nets"][0]["right"] == first


def test_nets_of_other_images_are_left_out(lin, full):
    other = of_other_images(full, sha256="other")
    assert [net["kind"] for net in character_demo([lin, other]).data["nets"]] == ["lin"]
    assert [net["kind"] for net in character_demo([other, lin]).data["nets"]] == ["full"]


def test_the_samples_are_the_first_training_images_of_each_class_with_their_labels(lin):
    data, demo = load_images(BRUSH, seed=0), character_demo([lin]).data
    assert demo["side"] == 28
    assert (demo["data"], demo["trained"]) == ("brush", 800)
    assert demo["samples"]["labels"] == [label for label in range(10) for _ in range(50)]
    expected = np.concatenate([data.train_images[data.train_labels == label][:50] for label in range(10)])
    np.testing.assert_array_equal(images(demo["samples"]), expected)


def test_unused_entries_are_left_out(lin):
    samples = lin.arrays["samples"].copy()
    samples[3, 2:] = 0
    demo = character_demo([of_other_images(lin, samples=samples)]).data
    assert demo["samples"]["labels"].count(3) == 2
    assert len(images(demo["samples"])) == 9 * 50 + 2
    assert images(demo["samples"]).any((1, 2)).all()


@pytest.mark.parametrize(("classes", "side", "count"), [(10, 64, 9), (100, 64, 1), (10, 28, 50)])
def test_larger_images_are_fewer_but_at_least_one_of_each_class(lin, classes, side, count):
    names = tuple(f"c{i}" for i in range(classes))
    samples = np.ones((classes, min(50, 500 // classes), side, side), np.uint8)
    demo = character_demo([of_other_images(lin, classes=names, samples=samples)]).data
    assert demo["side"] == side
    assert [demo["samples"]["labels"].count(label) for label in range(classes)] == [count] * classes
    assert count == 1 or images(demo["samples"], side=side).size <= MOST_PIXELS


def test_misread_images_have_their_labels_and_predictions(lin, full):
    demo = character_demo([lin, full]).data
    assert [misread["net"] for misread in demo["misread"]] == [0, 1]
    for misread, result in zip(demo["misread"], (lin, full), strict=True):
        data, read = load_images(BRUSH, seed=0), result.arrays["predicted"][0]
        cells = list(dict.fromkeys(zip(misread["labels"], misread["predicted"], strict=True)))
        assert cells == [(cell.target, cell.predicted) for cell in result.gallery]
        expected = [
            data.test_images[(data.test_labels == target) & (read == predicted)][:MOST_OF_A_CELL]
            for target, predicted in cells
        ]
        assert len(misread["labels"]) == len(misread["predicted"]) == sum(map(len, expected))
        np.testing.assert_array_equal(images(misread), np.concatenate(expected))


def test_a_net_that_misreads_nothing_has_no_images_of_that_kind(lin, full):
    perfect = dataclasses.replace(
        lin, gallery=(), arrays=lin.arrays | {"confused": np.zeros((0, 12, 28, 28), np.uint8)}
    )
    assert [misread["net"] for misread in character_demo([perfect, full]).data["misread"]] == [1]


def test_the_ten_kana_are_drawn_and_other_classes_have_their_names_alone(lin):
    named = character_demo([lin]).data["classes"]
    assert named == [{"name": kana.romaji, "kana": kana.label} for kana in KANA]
    crosses = character_demo([of_other_images(lin, classes=("o", "x"), samples=lin.arrays["samples"][:2])]).data
    assert crosses["classes"] == [{"name": "o", "kana": None}, {"name": "x", "kana": None}]
    letters = character_demo([of_other_images(lin, classes=("あ", "お"), samples=lin.arrays["samples"][:2])]).data
    assert letters["classes"] == [{"name": "あ", "kana": None}, {"name": "お", "kana": 0}]


def test_there_is_no_demo_without_a_net_or_of_too_many_classes(lin):
    assert character_demo([]) is None
    assert character_demo([checkerboard.run(CheckerboardConfig(set_weights="report"))]) is None
    assert character_demo([of_other_images(lin, classes=tuple(f"c{i}" for i in range(201)))]) is None
    assert character_demo([of_other_images(lin, classes=tuple(f"c{i}" for i in range(200)))]) is not None
    old = dataclasses.replace(lin, arrays={name: array for name, array in lin.arrays.items() if name != "samples"})
    assert character_demo([old]) is None


def test_the_data_can_be_packed_into_a_page_and_500_images_take_less_than_600_kilobytes(lin):
    demo = character_demo([lin])
    assert len(packed_json(demo.data["samples"])) < 600_000
    assert len(packed_json(demo.data)) < 700_000
