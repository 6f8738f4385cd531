"""Recipes against the study's, and a training from one seed: half precision, distortion, and going on after a stop."""

import dataclasses

import numpy as np
import pytest
import torch

from kuzushi.configs import CharactersConfig
from kuzushi.data.batches import Distortion
from kuzushi.data.sources import load
from kuzushi.experiments import recognisers
from kuzushi.experiments.recognisers import FAST, REPORT, plan, recipe, train
from kuzushi.runs import Silent
from memory import Memory

CPU = torch.device("cpu")


def trained(*, data="brush:400/200", half=False, journal=None, **options):
    config = CharactersConfig(**{"data": data, "net": "conv", "epochs": 3} | options)
    images = load(data, seed=0)
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
def test_bfloat16_learns_as_much_as_float32_within_the_noise_of_other_seeds(net):
    whole = [accuracy(*trained(net=net, seed=seed, data="brush:1000/500", epochs=4)) for seed in range(3)]
    half = [accuracy(*trained(net=net, seed=seed, data="brush:1000/500", epochs=4, half=True)) for seed in range(3)]
    assert np.mean(half) == pytest.approx(np.mean(whole), abs=0.03)
    assert min(half) > 0.5


def test_weights_stay_of_float32_where_products_are_of_bfloat16():
    recogniser, _ = trained(half=True, epochs=1)
    assert {weight.dtype for weight in recogniser.model.parameters()} == {torch.float32}
    assert recogniser.probability.dtype == torch.float32


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
    together = recognisers.log_probabilities(recogniser.model, torch.from_numpy(images.test_images))
    alone = recognisers.log_probabilities(recogniser.model, torch.from_numpy(images.test_images[:1]))
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
