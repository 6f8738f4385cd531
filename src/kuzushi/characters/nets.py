"""The three recognisers of the report (one linear layer, one hidden layer, two convolutions), and a deeper one.

All take images of shape (batch, 1, side, side) and return the logarithm of the probability of each class, always
computed in float32.
"""

from collections import OrderedDict
from collections.abc import Callable
from itertools import pairwise

import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.datasets.images import SIDE

READ_AT_ONCE = 200
"""Images; with 500, the activations of NetConv no longer fit the cache, and reading takes half as long again."""


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
        # Max pooling before relu gives the same as after, and relu of a quarter of the units costs less.
        x = F.relu(F.max_pool2d(self.conv1(images), 2))  # (batch, 48, 13, 13) for a side of 28
        x = F.relu(F.max_pool2d(self.conv2(x), 2))  # (batch, 88, 5, 5)
        x = F.relu(self.fc1(self.flatten(x)))  # (batch, 160)
        return F.log_softmax(self.fc2(x).float(), dim=1)


class NetDeep(nn.Module):
    """Seven convolutions, each normalised over the batch, and one linear layer on the means of the last.

    The second, fourth and sixth are pooled two by two before normalisation, which is then a quarter of the work.
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
    """Build the net of the config, with torch's default random weights drawn from the seed.

    Args:
        side: of the images, in pixels.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return NETS[config.net](config, classes, side)


def scaled(images: UInt8[Tensor, "n side side"]) -> Float[Tensor, "n 1 side side"]:
    """Scale pixels from 0..255 to -1..1, as images of one channel.

    The channel is last in memory, which is fastest for convolutions.
    """
    return (images[..., None].float() / 127.5 - 1).permute(0, 3, 1, 2)


@torch.no_grad()
def log_probabilities(model: nn.Module, images: UInt8[Tensor, "n side side"]) -> Float[Tensor, "n classes"]:
    """Read images with a trained net in evaluation mode, and return the log-probabilities (in nats) of the classes."""
    training = model.training
    model.eval()
    starts = range(0, len(images), READ_AT_ONCE)
    outputs = torch.cat([model(scaled(images[start : start + READ_AT_ONCE])) for start in starts])
    model.train(training)
    return outputs
