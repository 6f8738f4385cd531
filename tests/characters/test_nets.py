"""The three recognisers against the same nets written as torch.nn.Sequential, in the study's order of layers."""

from typing import get_args, get_type_hints

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.nets import NETS, NetConv, NetDeep, NetFull, NetLin, build

NAMES = ["lin", "full", "conv", "deep"]


def plain(net, *, hid=110, classes=10):
    if net == "lin":
        layers = [nn.Flatten(), nn.Linear(784, classes)]
    elif net == "full":
        layers = [nn.Flatten(), nn.Linear(784, hid), nn.Tanh(), nn.Linear(hid, classes)]
    elif net == "deep":
        layers = []
        for before, middle, after in ((1, 16, 16), (16, 48, 48), (48, 96, 96)):
            layers += [nn.Conv2d(before, middle, 3, padding=1, bias=False), nn.BatchNorm2d(middle), nn.ReLU()]
            layers += [nn.Conv2d(middle, after, 3, padding=1, bias=False), nn.MaxPool2d(2), nn.BatchNorm2d(after)]
            layers += [nn.ReLU()]
        layers += [nn.Conv2d(96, 128, 3, padding=1, bias=False), nn.BatchNorm2d(128), nn.ReLU()]
        layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, classes)]
    else:
        layers = [
            nn.Conv2d(1, 48, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(48, 88, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(88 * 5 * 5, 160), nn.ReLU(), nn.Linear(160, classes),
        ]  # fmt: skip
    return nn.Sequential(*layers, nn.LogSoftmax(dim=1))


@pytest.fixture
def images():
    return torch.rand(6, 1, 28, 28, generator=torch.Generator().manual_seed(1)) * 2 - 1


def small(net, *, classes=10, seed=0):
    return build(
        CharactersConfig(net=net, **({"hid": 30} if net == "full" else {})), classes=classes, side=28, seed=seed
    )


@pytest.mark.parametrize("net", NAMES)
def test_each_net_and_its_gradients_equal_those_of_torch_sequential(images, net):
    model, sequential = small(net), plain(net, hid=30)
    weights = [tensor.clone() for tensor in model.state_dict().values()]
    sequential.load_state_dict(dict(zip(sequential.state_dict(), weights, strict=True)))
    torch.testing.assert_close(model(images), sequential(images))
    labels = torch.arange(len(images))
    F.nll_loss(model(images), labels).backward()
    F.nll_loss(sequential(images), labels).backward()
    for ours, theirs in zip(model.parameters(), sequential.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad)


@pytest.mark.parametrize("classes", [2, 10, 49])
@pytest.mark.parametrize("net", NAMES)
def test_each_net_gives_the_logarithms_of_probabilities(images, net, classes):
    log_probabilities = small(net, classes=classes)(images)
    assert log_probabilities.shape == (6, classes)
    torch.testing.assert_close(log_probabilities.exp().sum(1), torch.ones(6))


@pytest.mark.parametrize("net", NAMES)
def test_an_image_is_read_alike_alone_and_among_others(images, net):
    model = small(net).eval()
    torch.testing.assert_close(model(images)[2:3], model(images[2:3]))


def test_channels_that_lie_last_in_memory_are_read_alike(images):
    model, turned = small("conv"), images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
    torch.testing.assert_close(model(turned.to(memory_format=torch.channels_last)), model(images))


@pytest.mark.parametrize("net", NAMES)
def test_the_same_seed_gives_the_same_weights_and_another_seed_others(net):
    first, again, other = small(net), small(net), small(net, seed=1)
    for one, same, different in zip(first.parameters(), again.parameters(), other.parameters(), strict=True):
        assert torch.equal(one, same)
        assert not torch.equal(one, different) or one.dim() == 1  # a normalisation starts with ones and zeros


@pytest.mark.parametrize("net", NAMES)
def test_the_weights_are_those_that_torch_gives_after_manual_seed(net):
    with torch.random.fork_rng():
        torch.manual_seed(7)
        usual = plain(net, hid=30)
    for ours, theirs in zip(small(net, seed=7).parameters(), usual.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_the_generator_of_torch_is_left_as_it_was_and_has_no_part_in_the_weights():
    first = small("conv")
    before = torch.get_rng_state()
    small("conv", seed=3)
    assert torch.equal(torch.get_rng_state(), before)
    with torch.random.fork_rng():
        torch.manual_seed(99)
        again = small("conv")
    assert torch.equal(first.conv1.weight, again.conv1.weight)


def test_every_net_that_can_be_asked_for_is_built():
    assert tuple(NETS) == get_args(get_type_hints(CharactersConfig)["net"])
    assert [type(small(net)) for net in NETS] == [NetLin, NetFull, NetConv, NetDeep]
    assert small("full").fc1.out_features == 30
