"""Every contestant under the same clock: from the images in memory to the last test logit."""

import multiprocessing
import resource
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, pairwise
from statistics import median
from typing import Any, Literal

import numpy as np
import torch
from recognisers.recipes import Training, beautiful_mnist, plain, train_mnist_fast
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.datasets.catalogue import load_images
from kuzushi.characters.datasets.images import SIDE, ImageData
from kuzushi.characters.experiment import run
from kuzushi.characters.nets import build
from kuzushi.core.configs import Config
from kuzushi.core.journal import Progress, Silent
from kuzushi.core.results import Provenance

LOOKS = 10
"""In an epoch."""
SMALL = ("lin", "full")
"""Nets that compute on one thread, whoever trains them: to share so little work costs more than it brings."""
TOY = "brush:640/64"
"""The first computation of each contestant, since the first use of torch takes a second."""
CLASSIFIERS: dict[str, Callable[[], Any]] = {
    "4-NN": lambda: KNeighborsClassifier(4),
    "RBF-SVM": lambda: SVC(C=10),
    "logistic regression": lambda: LogisticRegression(),
}


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """A way to make a recogniser."""

    way: Literal["plain", "recipe", "scikit-learn", "ours"]
    what: str
    """The net, the recipe, or the classifier."""
    epochs: float = 0
    updates: int | None = None
    workers: int = 0

    @property
    def name(self) -> str:
        """For a line of a table."""
        if self.way == "ours":
            return f"ours {self.what}, {self.epochs:g} epoch{'s' if self.epochs > 1 else ''}"
        if self.way == "plain":
            return f"plain {self.what}{f', {self.workers} workers' if self.workers else ''}"
        return f"{self.what}{f', {self.updates} updates' if self.updates else ''}"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One training: what it had learned when."""

    seconds: tuple[float, ...]
    """From the images in memory to each look at the test images, without the looks."""
    accuracies: tuple[float, ...]
    """The share of the test images that is read right at each look."""
    reading: float
    """Seconds to read all test images once."""
    before: int
    """The largest resident set until training began, in bytes."""
    peak: int
    """The same until it had ended."""
    computed: float = 0.0
    """Multiplications and additions in the matrix products and convolutions of the whole training."""

    @property
    def total(self) -> float:
        """From the images in memory to the last test logit."""
        return self.seconds[-1] + self.reading

    @property
    def at_end(self) -> float:
        """The accuracy at the last look."""
        return self.accuracies[-1]

    def seconds_to(self, accuracy: float) -> float:
        """The same where training ends at the first look that shows the accuracy; infinity where none does."""
        looks = zip(self.seconds, self.accuracies, strict=True)
        return next((seconds + self.reading for seconds, seen in looks if seen >= accuracy), float("inf"))


class Stopwatch:
    """Seconds since it was made, without those for which it was stopped."""

    def __init__(self) -> None:
        self.started, self.stops = time.perf_counter(), list[float]()

    @contextmanager
    def stopped(self) -> Iterator[float]:
        """Stand still at the time that is given."""
        began = time.perf_counter()
        yield began - self.started - sum(self.stops)
        self.stops.append(time.perf_counter() - began)


class Clock(Silent):
    """A journal that keeps the time of the beginning, when the images are in memory, and of every evaluation."""

    def begin(self, config: Config, provenance: Provenance, fingerprint: str) -> None:
        self.before, self.began, self.evaluated = peak_memory(), time.perf_counter(), list[float]()

    def progress(self, progress: Progress) -> None:
        self.evaluated.append(time.perf_counter() - self.began)


def measure(contestant: Contestant, data: str, seed: int, threads: int) -> Run:
    """Let a contestant compute a little, and then measure it."""
    torch.set_num_threads(1 if contestant.what in SMALL else threads)
    # This process was started afresh, and would start loading workers so too; a loop of one's own starts them as usual.
    multiprocessing.set_start_method(multiprocessing.get_all_start_methods()[0], force=True)
    if contestant.way == "ours":
        ours(contestant.what, TOY, seed=seed, epochs=1)
        return ours(contestant.what, data, seed=seed, epochs=contestant.epochs)
    toy, images = load_images(TOY, seed=seed), load_images(data, seed=seed)
    if contestant.way == "scikit-learn":
        classified(contestant.what, toy)
        return classified(contestant.what, images)
    training = begun(contestant, toy, seed)
    list(islice(training.updates, 2))
    share_right(training.predict, training.model, toy)
    share_right(training.look, training.model, toy)
    # A loader with workers prepares batches while it waits: there must be no look within an epoch.
    every = len(images.train_labels) // (1 if contestant.workers else LOOKS)
    return timed(lambda: begun(contestant, images, seed), images, every=every)


def begun(contestant: Contestant, data: ImageData, seed: int) -> Training:
    """The training of the plain loop or of a recipe."""
    if contestant.way == "plain":
        return plain(data, net=contestant.what, seed=seed, epochs=contestant.epochs, workers=contestant.workers)
    if contestant.what == "train_mnist_fast":
        return train_mnist_fast(data, seed=seed, updates=contestant.updates)
    return beautiful_mnist(data, seed=seed)


def timed(start: Callable[[], Training], data: ImageData, *, every: int) -> Run:
    """Train to the end, and look at the test images every so many training images and at the end."""
    before, watch, looks = peak_memory(), Stopwatch(), list[tuple[float, float]]()
    training, learned, looked = start(), 0, 0

    def look() -> None:
        with watch.stopped() as seconds:
            looks.append((seconds, share_right(training.look, training.model, data)))

    for images in training.updates:
        learned += images
        if learned - looked >= every:
            look()
            looked = learned
    if looked < learned:
        look()
    seconds, accuracies = zip(*looks, strict=True)
    read = time.perf_counter()
    share_right(training.predict, training.model, data)
    return Run(
        seconds=seconds,
        accuracies=accuracies,
        reading=time.perf_counter() - read,
        before=before,
        peak=peak_memory(),
        computed=learned * operations(training.model, data.side),
    )


@torch.no_grad()
def share_right(predict: Callable[[], Tensor], model: nn.Module, data: ImageData) -> float:
    """The share of the test images that a net reads right."""
    model.eval()
    right = predict() == torch.from_numpy(data.test_labels)
    model.train()
    return right.double().mean().item()


def classified(name: str, data: ImageData) -> Run:
    """Fit one of scikit-learn's classifiers to pixels from 0 to 1, and read the test images."""
    before, started = peak_memory(), time.perf_counter()
    train, test = (
        images.reshape(len(images), -1) / np.float32(255) for images in (data.train_images, data.test_images)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # more iterations take longer and read no better
        classifier = CLASSIFIERS[name]().fit(train, data.train_labels)
    fitted = time.perf_counter()
    right = classifier.predict(test) == data.test_labels
    return Run(
        seconds=(fitted - started,),
        accuracies=(float(right.mean()),),
        reading=time.perf_counter() - fitted,
        before=before,
        peak=peak_memory(),
    )


def ours(net: Any, data: str, *, seed: int, epochs: float) -> Run:
    """Train as `kuzushi characters` does.

    What passes between two evaluations is training, which the experiment measures, and the later evaluation; what
    passes before the first is also the making of the net, and with one epoch counts as its evaluation.
    """
    clock = Clock()
    result = run(CharactersConfig(net=net, data=data, epochs=epochs, seed=seed, device="cpu"), journal=clock)
    scores = result.seeds[0].epochs
    waited = [reached - score.seconds for reached, score in zip(clock.evaluated, scores, strict=True)]
    reading = median([more - less for less, more in pairwise(waited)]) if len(waited) > 1 else waited[0]
    made = max(waited[0] - reading, 0.0)
    model = build(result.config, classes=len(result.data.classes), side=SIDE, seed=seed)
    return Run(
        seconds=tuple(made + score.seconds for score in scores),
        accuracies=tuple(score.test_accuracy for score in scores),
        reading=reading,
        before=clock.before,
        peak=peak_memory(),
        computed=epochs * result.data.train * operations(model, SIDE),
    )


def operations(model: nn.Module, side: int) -> float:
    """Multiplications and additions in products and convolutions, forward and backward, for one image."""
    with FlopCounterMode(display=False) as counter:
        model(torch.zeros(64, 1, side, side)).sum().backward()
    return float(counter.get_total_flops() / 64)


def product_peak(threads: int, half: bool) -> float:
    """Operations per second of the fastest product of two square matrices, in float32 or bfloat16."""
    torch.set_num_threads(threads)
    rates = []
    for rows in (512, 1_024, 2_048):
        left = torch.rand(rows, rows).to(torch.bfloat16 if half else torch.float32)
        product, until = torch.empty_like(left), time.perf_counter() + 1
        while (started := time.perf_counter()) < until:
            torch.mm(left, left, out=product)
            rates.append(2 * rows**3 / (time.perf_counter() - started))
    return max(rates)


def peak_memory() -> int:
    """The largest resident set of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
