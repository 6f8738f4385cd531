"""Recipes, random distortions against scipy, and a training from one seed."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from scipy import ndimage

from kuzushi.characters import train as recognisers
from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.datasets.catalogue import load_images
from kuzushi.characters.nets import log_probabilities, scaled
from kuzushi.characters.recipes import FAST, REPORT, Distortion, recipe
from kuzushi.characters.train import BACKGROUND, distorted, plan, train
from kuzushi.core.journal import Silent
from memory import Memory

CPU = torch.device("cpu")


def trained(*, data="brush:400/200", half=False, journal=None, **options):
    config = CharactersConfig(**{"data": data, "net": "conv", "epochs": 3} | options)
    images = load_images(data, seed=0)
    return train(config, images, config.seed, device=CPU, half=half, journal=journal or Silent()), images


def accuracy(recogniser, images):
    return float(np.mean(recogniser.predicted.numpy() == images.test_labels))


def test_the_preset_of_the_study_keeps_its_learning_rate_and_the_fast_one_ends_near_0():
    study, fast = (plan(recipe, updates_per_epoch=4, epochs=3) for recipe in (REPORT, FAST["lin"]))
    assert (study.optimiser, study.momentum, study.updates, study.evaluate_every) == ("sgd", 0.5, 12, 4)
    assert {study.learning_rate_at(update) for update in range(12)} == {0.01}
    assert (fast.optimiser, fast.updates, fast.evaluate_every) == ("adam", 12, 4)
    rates = [fast.learning_rate_at(update) for update in range(12)]
    assert rates[0] == pytest.approx(max(rates) / 9, rel=0.2)
    assert rates[-1] < max(rates) / 5


def test_less_than_an_epoch_is_a_part_of_its_updates_and_is_tested_at_its_end():
    updates = [plan(REPORT, updates_per_epoch=10, epochs=epochs).updates for epochs in (0.01, 0.7, 1.0, 2.5)]
    assert updates == [1, 7, 10, 25]
    recogniser, _ = trained(net="lin", epochs=0.5, preset="report")  # 7 updates an epoch
    assert recogniser.history.updates == (4,)
    recogniser, _ = trained(net="lin", epochs=1.5, preset="report")
    assert recogniser.history.updates == (7, 10)


@pytest.mark.parametrize("net", FAST)
def test_the_preset_of_the_study_is_the_same_for_every_net_and_leaves_the_images_as_they_are(net):
    assert recipe(CharactersConfig(net=net, preset="report")) is REPORT
    assert (REPORT.distortion, REPORT.smoothing, REPORT.batch) == (None, 0.0, 64)
    assert recipe(CharactersConfig(net=net)) is FAST[net]


@pytest.mark.parametrize("net", ["conv", "deep"])
def test_with_products_in_bfloat16_the_loss_is_nearly_the_same_and_weights_stay_float32(net):
    whole, half = (trained(net=net, data="brush:32/10", epochs=1, half=half)[0] for half in (False, True))
    losses = [recogniser.history.metrics[0]["train_loss"] for recogniser in (whole, half)]  # of the same first batch
    assert losses[1] == pytest.approx(losses[0], rel=0.05)
    assert losses[1] != losses[0]
    assert {tensor.dtype for tensor in half.model.parameters()} == {torch.float32}
    assert half.probability.dtype == torch.float32


@pytest.mark.parametrize("net", ["conv", "deep"])
def test_a_stopped_training_goes_on_to_the_same_net(net):
    whole, _ = trained(net=net)
    journal = Memory(1)
    with pytest.raises(KeyboardInterrupt):
        trained(net=net, journal=journal)
    resumed, _ = trained(net=net, journal=journal)
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(resumed.model.state_dict()[name], tensor), name
    assert torch.equal(resumed.probability, whole.probability)


def test_tests_use_the_statistics_of_training_and_leave_them_alone():
    """With the statistics of its own batch, an image would be read differently in other company."""
    recogniser, images = trained(net="deep")
    before = {name: tensor.clone() for name, tensor in recogniser.model.state_dict().items()}
    together = log_probabilities(recogniser.model, torch.from_numpy(images.test_images))
    alone = log_probabilities(recogniser.model, torch.from_numpy(images.test_images[:1]))
    torch.testing.assert_close(together[:1], alone)
    assert all(torch.equal(before[name], tensor) for name, tensor in recogniser.model.state_dict().items())


def test_images_are_distorted_from_the_second_epoch_on_and_differently_in_each(monkeypatch):
    seen = []

    def recorded(images, distortion, generator):
        seen.append(generator.uniform())
        return images

    monkeypatch.setattr(recognisers, "distorted", recorded)
    distortion = Distortion(rotation=1.0, stretch=0.0, shear=0.0, shift=0.0)
    monkeypatch.setitem(FAST, "conv", dataclasses.replace(FAST["conv"], distortion=distortion, batch=200))
    trained(epochs=1)
    assert not seen
    trained(epochs=3)
    trained(epochs=3, seed=1)
    assert len(seen) == len(set(seen)) == 8  # two seeds, two epochs, two batches


NONE = {"rotation": 0.0, "stretch": 0.0, "shear": 0.0, "shift": 0.0}


class Fixed(np.random.Generator):
    """A generator that draws one number for every image and each of turn, wide, high, shear, right and down."""

    def __init__(self, **numbers):
        super().__init__(np.random.PCG64(0))
        self.numbers = [numbers.get(name, 0.0) for name in ("turn", "wide", "high", "shear", "right", "down")]

    def uniform(self, low, high, size):
        assert (low, high) == (-1, 1)
        return np.tile(np.array(self.numbers)[:, None], (1, size[1]))


def blot(side=28):
    """An image without symmetry, smooth enough that ways to interpolate agree."""
    rows, columns = np.mgrid[:side, :side]
    spot = np.exp(-((rows - 10) ** 2 + (columns - 16) ** 2) / 8) + 0.6 * np.exp(
        -((rows - 18) ** 2 + (columns - 9) ** 2) / 5
    )
    return torch.from_numpy(2 * np.clip(spot, 0, 1) - 1).float()[None, None]


def mapped(image, matrix, offset):
    """By scipy: the pixel at p is taken from matrix @ (p - middle) + middle + offset; p is (row, column)."""
    middle = (image.shape[-1] - 1) / 2
    shift = middle - matrix @ [middle, middle] + offset
    return ndimage.affine_transform(image[0, 0].numpy() - BACKGROUND, matrix, shift, order=1) + BACKGROUND


def test_without_distortion_images_are_as_they_were():
    torch.testing.assert_close(distorted(blot(), Distortion(**NONE), np.random.default_rng(0)), blot())


@pytest.mark.parametrize(
    ("distortion", "drawn", "matrix", "offset"),
    [
        ({"shift": 0.25}, {"right": 1.0}, [[1, 0], [0, 1]], [0, 7]),
        ({"shift": 0.25}, {"down": -1.0}, [[1, 0], [0, 1]], [-7, 0]),
        ({"stretch": math.log(2)}, {"wide": 1.0}, [[1, 0], [0, 2]], [0, 0]),
        ({"stretch": math.log(2)}, {"high": -1.0}, [[0.5, 0], [0, 1]], [0, 0]),
        ({"rotation": 90.0}, {"turn": 1.0}, [[0, 1], [-1, 0]], [0, 0]),
        (
            {"rotation": 30.0}, {"turn": -1.0},
            [[math.cos(math.pi / 6), -0.5], [0.5, math.cos(math.pi / 6)]], [0, 0],
        ),
        ({"shear": 0.5}, {"shear": 1.0}, [[1, 0], [0.5, 1]], [0, 0]),
    ],
)  # fmt: skip
def test_each_distortion_maps_pixels_as_scipy_does(distortion, drawn, matrix, offset):
    moved = distorted(blot(), Distortion(**NONE | distortion), Fixed(**drawn))
    expected = mapped(blot(), np.array(matrix, dtype=float), np.array(offset))
    inside = slice(2, -2)  # scipy ends an image at the middle of its last pixel, torch at its edge
    np.testing.assert_allclose(moved[0, 0].numpy()[inside, inside], expected[inside, inside], atol=1e-4)


def test_what_comes_in_from_outside_is_ground():
    ink = torch.ones(1, 1, 28, 28)
    moved = distorted(ink, Distortion(**NONE | {"shift": 0.5}), Fixed(right=1.0))
    torch.testing.assert_close(moved[..., :13], ink[..., :13])
    torch.testing.assert_close(moved[..., 15:], BACKGROUND * ink[..., 15:])


def test_every_image_of_a_batch_is_distorted_by_numbers_of_its_own_within_the_bounds():
    distortion = Distortion(rotation=0.0, stretch=0.0, shear=0.0, shift=0.1)
    spots = torch.full((200, 1, 28, 28), BACKGROUND)
    spots[:, :, 13:15, 13:15] = 1
    moved = distorted(spots, distortion, np.random.default_rng(0)) - BACKGROUND
    middle = (moved * torch.arange(28.0)).sum((1, 2, 3)) / moved.sum((1, 2, 3)) - 13.5  # to the right
    assert len(set(middle.tolist())) == 200
    assert 2.5 < middle.abs().max() <= 2.8 + 1e-4
    again = distorted(spots, distortion, np.random.default_rng(0)) - BACKGROUND
    assert torch.equal(again, moved)


def test_pixels_are_scaled_to_minus_one_and_one_with_the_channel_last_in_memory():
    images = torch.tensor([0, 51, 255], dtype=torch.uint8).view(3, 1, 1).expand(3, 28, 28)
    batch = scaled(images)
    assert batch.shape == (3, 1, 28, 28)
    assert batch[:, 0, 0, 0].tolist() == pytest.approx([-1.0, -0.6, 1.0])
    assert batch.is_contiguous(memory_format=torch.channels_last)
