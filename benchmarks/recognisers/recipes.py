"""Trainings as others write them: the plain loop, and two known fast recipes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.datasets.images import ImageData
from kuzushi.characters.nets import build, scaled


@dataclass(frozen=True, kw_only=True)
class Training:
    """A training that has not begun."""

    model: nn.Module
    updates: Iterator[int]
    """Makes one update each time, and says how many images it learned from."""
    predict: Callable[[], Tensor]
    """The label that the model gives to each test image."""
    look: Callable[[], Tensor]
    """The same at less cost, where there is a way."""


class Images(Dataset[tuple[Tensor, int]]):
    """Images as torchvision keeps them: each becomes a PIL image and is transformed when it is asked for."""

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> None:
        self.images, self.labels = torch.from_numpy(images), torch.from_numpy(labels)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = Image.fromarray(self.images[index].numpy())
        return normalised(tensor_of(image), mean=(0.5,), std=(0.5,)), int(self.labels[index])


def tensor_of(image: Image.Image) -> Tensor:
    """A grey image as numbers from 0 to 1 of shape (1, side, side), by the steps of torchvision's ToTensor."""
    pixels = torch.from_numpy(np.array(image, np.uint8, copy=True)).view(image.size[1], image.size[0], 1)
    return pixels.permute(2, 0, 1).contiguous().to(torch.float32).div(255)


def normalised(image: Tensor, *, mean: tuple[float, ...], std: tuple[float, ...]) -> Tensor:
    """By the steps of torchvision's Normalize, without its checks."""
    means, stds = (torch.as_tensor(each, dtype=image.dtype).view(-1, 1, 1) for each in (mean, std))
    return image.clone().sub_(means).div_(stds)


def plain(data: ImageData, *, net: Any, seed: int, epochs: int, workers: int) -> Training:
    """The loop everyone writes, with the settings of the report: batches of 64, SGD 0.01 with momentum 0.5, float32."""
    torch.manual_seed(seed)
    model = build(CharactersConfig(net=net), classes=len(data.classes), side=data.side, seed=seed)
    tested = Images(data.test_images, data.test_labels)
    train = DataLoader(Images(data.train_images, data.train_labels), batch_size=64, shuffle=True, num_workers=workers)
    test = DataLoader(tested, batch_size=64, num_workers=workers)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.5)

    def learn() -> Iterator[int]:
        for _ in range(epochs):
            for images, labels in train:
                optimiser.zero_grad()
                F.nll_loss(model(images), labels).backward()
                optimiser.step()
                yield len(labels)

    def predict() -> Tensor:
        return torch.cat([model(images).argmax(1) for images, _ in test])

    def look() -> Tensor:
        return torch.cat([model(scaled(images)).argmax(1) for images in tested.images.split(500)])

    return Training(model=model, updates=learn(), predict=predict, look=look)


class TrainMnistFast(nn.Module):
    """The net of tuomaso/train_mnist_fast, for images of 28 x 28."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 24, 5), nn.Conv2d(24, 32, 3)
        self.fc1, self.fc2 = nn.Linear(800, 256), nn.Linear(256, classes)

    def forward(self, images: Tensor) -> Tensor:
        x = F.relu(F.max_pool2d(self.conv1(images), 2))
        x = F.relu(F.max_pool2d(self.conv2(x), 2))
        return F.log_softmax(self.fc2(F.relu(self.fc1(x.flatten(1)))), dim=1)


def train_mnist_fast(data: ImageData, *, seed: int, updates: int | None = None) -> Training:
    """The recipe of T. Oikarinen, "Training a NN to 99% accuracy on MNIST in 0.76 seconds", in its last form.

    Net and settings are those of tuomaso/train_mnist_fast, 8_Final_00s76.ipynb at 8d221d9 (MIT licence): all images in
    float32 in memory, batches of 256 in an order that is drawn once, Adam with betas 0.7 and 0.9, torch's OneCycleLR
    up to 0.01, one epoch. It takes the mean and the spread of the pixels off; here they are those of the images at
    hand, and taking them off counts.

    Args:
        updates: instead of one epoch; on MNIST it has 235.
    """
    torch.manual_seed(seed)
    pixels = torch.from_numpy(data.train_images).float()[:, None] / 255
    mean, std, order = pixels.mean(), pixels.std(), torch.randperm(len(pixels))
    train, labels = ((pixels - mean) / std)[order], torch.from_numpy(data.train_labels)[order]
    test = (torch.from_numpy(data.test_images).float()[:, None] / 255 - mean) / std
    batches = list(zip(train.split(256), labels.split(256), strict=True))
    model, planned = TrainMnistFast(len(data.classes)), updates or len(batches)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01, betas=(0.7, 0.9))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.01, total_steps=planned, cycle_momentum=False)

    def learn() -> Iterator[int]:
        for update in range(planned):
            images, target = batches[update % len(batches)]
            optimiser.zero_grad()
            F.nll_loss(model(images), target).backward()
            optimiser.step()
            schedule.step()
            yield len(target)

    def predict() -> Tensor:
        return torch.cat([model(images).argmax(1) for images in test.split(2_000)])

    return Training(model=model, updates=learn(), predict=predict, look=predict)


def beautiful_mnist(data: ImageData, *, seed: int) -> Training:
    """The recipe of tinygrad's example beautiful_mnist.

    Net and settings are those of tinygrad/tinygrad, examples/beautiful_mnist.py at 445c319 (MIT licence): pixels from 0
    to 255 as they are, 70 updates on 512 images each, drawn with replacement, Adam as it comes. Its convolutions and
    its linear layer start as torch's do. All test images at once would take 2 GB; 500 are read at a time.
    """
    torch.manual_seed(seed)
    train, labels = torch.from_numpy(data.train_images)[:, None], torch.from_numpy(data.train_labels)
    test = torch.from_numpy(data.test_images)[:, None]
    model = nn.Sequential(
        nn.Conv2d(1, 32, 5), nn.ReLU(), nn.Conv2d(32, 32, 5), nn.ReLU(), nn.BatchNorm2d(32), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3), nn.ReLU(), nn.Conv2d(64, 64, 3), nn.ReLU(), nn.BatchNorm2d(64), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(576, len(data.classes)),
    )  # fmt: skip
    optimiser = torch.optim.Adam(model.parameters())

    def learn() -> Iterator[int]:
        for _ in range(70):
            chosen = torch.randint(len(train), (512,))
            optimiser.zero_grad()
            F.cross_entropy(model(train[chosen].float()), labels[chosen]).backward()
            optimiser.step()
            yield len(chosen)

    def predict() -> Tensor:
        return torch.cat([model(images.float()).argmax(1) for images in test.split(500)])

    return Training(model=model, updates=learn(), predict=predict, look=predict)
