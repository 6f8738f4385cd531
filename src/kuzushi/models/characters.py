"""The three recognisers of the study (one linear layer, one hidden layer, two convolutions), and a deeper one.

All take images of shape (batch, 1, side, side) and return the logarithm of the probability of each class, which is
computed in float32 whatever the layers before are computed in.
"""

from collections import OrderedDict
from collections.abc import Callable
from itertools import pairwise

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from kuzushi.configs import CharactersConfig
from kuzushi.data.images import SIDE


class NetLin(nn.Module):
    """One linear layer: each class has one weight per pixel."""

    def __init__(self, classes: int, side: int = SIDE) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(side * side, classes)

    def forward(self, images: Float[Tensor, "batch 1 side side"]) -> Float[Tensor, "batch classes"]:
        return F.log_softmax(self.fc(self.flatten(images)).float(), dim=1)


class NetFull(nn.Module):
    """One hidden layer of tanh units."""

    def __init__(self, hid: int, classes: int, side: int = SIDE) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(side * side, hid)
        self.fc2 = nn.Linear(hid, classes)

    def forward(self, images: Float[Tensor, "batch 1 side side"]) -> Float[Tensor, "batch classes"]:
        hidden = torch.tanh(self.fc1(self.flatten(images)))  # (batch, hid)
        return F.log_softmax(self.fc2(hidden).float(), dim=1)


class NetConv(nn.Module):
    """Two convolutions, each pooled two by two, and two linear layers, with rectified linear units between."""

    def __init__(self, classes: int, side: int = SIDE) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 48, kernel_size=3)
        self.conv2 = nn.Conv2d(48, 88, kernel_size=3)
        self.flatten = nn.Flatten()
        pooled = ((side - 2) // 2 - 2) // 2  # pixels along a side after both convolutions: 5 of 28
        self.fc1 = nn.Linear(88 * pooled * pooled, 160)
        self.fc2 = nn.Linear(160, classes)

    def forward(self, images: Float[Tensor, "batch 1 side side"]) -> Float[Tensor, "batch classes"]:
        # The larger of two numbers is the same before relu and after, and a quarter of the units costs less.
        x = F.relu(F.max_pool2d(self.conv1(images), 2))  # (batch, 48, 13, 13) for a side of 28
        x = F.relu(F.max_pool2d(self.conv2(x), 2))  # (batch, 88, 5, 5)
        x = F.relu(self.fc1(self.flatten(x)))  # (batch, 160)
        return F.log_softmax(self.fc2(x).float(), dim=1)


class NetDeep(nn.Module):
    """Seven convolutions, each normalised over the batch, and one linear layer on the means of the last.

    The second, fourth and sixth are pooled two by two, before they are normalised, which is then a quarter of the work.
    With 10 classes it has 267,290 parameters, two thirds of NetConv's.
    """

    WIDTHS = (16, 16, 48, 48, 96, 96, 128)
    """The channels of each convolution."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        layers: dict[str, nn.Module] = {}
        for number, (before, width) in enumerate(pairwise((1, *self.WIDTHS)), start=1):
            layers[f"conv{number}"] = nn.Conv2d(before, width, kernel_size=3, padding=1, bias=False)
            if number % 2 == 0:
                layers[f"pool{number}"] = nn.MaxPool2d(2)
            layers[f"norm{number}"] = nn.BatchNorm2d(width)
            layers[f"relu{number}"] = nn.ReLU()
        self.layers = nn.Sequential(OrderedDict(layers))
        self.fc = nn.Linear(self.WIDTHS[-1], classes)

    def forward(self, images: Float[Tensor, "batch 1 side side"]) -> Float[Tensor, "batch classes"]:
        x = self.layers(images).mean((2, 3))  # (batch, 128)
        return F.log_softmax(self.fc(x).float(), dim=1)


NETS: dict[str, Callable[[CharactersConfig, int, int], nn.Module]] = {
    "lin": lambda config, classes, side: NetLin(classes, side),
    "full": lambda config, classes, side: NetFull(config.hid, classes, side),
    "conv": lambda config, classes, side: NetConv(classes, side),
    "deep": lambda config, classes, side: NetDeep(classes),
}


def build(config: CharactersConfig, *, classes: int, side: int, seed: int) -> nn.Module:
    """Make the net that the config names, with torch's usual random weights drawn from the seed.

    Args:
        side: of the images, in pixels.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return NETS[config.net](config, classes, side)
