"""Seconds of the width search: all nets at once against one after another.

    python benchmarks/width_search.py [--data kmnist-mini] [--epochs 10] [--seeds 3] [--repetitions 3]

One after another is what `kuzushi characters --net full --hid N --seed S` does for each width and seed of
`kuzushi width-search`: on one thread, where nets this small train fastest. At once is what the width search does, on
one thread and on every core. Counted are the seconds of the updates on all training images; the images lie in memory,
and tests are left out. Both ways take turns; times are medians over the repetitions. The accuracies, which are of the
test part, show that both train the same nets: those of the first seed are equal but for rounding, the others read the
images in another order.
"""

import argparse
import os
from statistics import fmean, median

import torch

from kuzushi.configs import CharactersConfig, WidthSearchConfig
from kuzushi.data.images import ImageData
from kuzushi.data.sources import load
from kuzushi.experiments import recognisers, width_search
from kuzushi.runs import Silent

CPU = torch.device("cpu")


def one_by_one(config: WidthSearchConfig, data: ImageData) -> tuple[float, float]:
    """Train every net alone; seconds, and mean accuracy on the test part."""
    torch.set_num_threads(1)
    trained = [
        recognisers.train(
            CharactersConfig(net="full", hid=hid, epochs=config.epochs), data, seed, device=CPU, half=False,
            journal=Silent(),
        )
        for hid in config.widths
        for seed in range(config.seed, config.seed + config.seeds)
    ]  # fmt: skip
    accuracies = [net.history.metrics[-1]["test_accuracy"] for net in trained]
    return sum(net.history.updating[-1] for net in trained), fmean(accuracies)


def at_once(config: WidthSearchConfig, data: ImageData, threads: int) -> tuple[float, float]:
    """Train all nets side by side; seconds, and mean accuracy on the test part."""
    torch.set_num_threads(threads)
    trained = width_search.train(config, data, device=CPU, journal=Silent(), stage="final")
    return trained.history.updating[-1], trained.right.double().mean().item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="kmnist-mini")
    for name, default in (("epochs", 10), ("seeds", 3), ("repetitions", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    chosen = parser.parse_args()
    config = WidthSearchConfig(data=chosen.data, epochs=chosen.epochs, seeds=chosen.seeds)
    data, cores = load(config.data, seed=0), len(os.sched_getaffinity(0))
    toy = WidthSearchConfig(widest=20, epochs=1, seeds=1)
    one_by_one(toy, data)
    at_once(toy, data, cores)  # the first use of torch takes a second
    ways = {"one after another, 1 thread": lambda: one_by_one(config, data)}
    for threads in sorted({1, cores}):
        name = f"at once, {threads} thread{'s' if threads > 1 else ''}"
        ways[name] = lambda threads=threads: at_once(config, data, threads)
    found = {name: [] for name in ways}
    for _ in range(chosen.repetitions):
        for name, way in ways.items():
            found[name].append(way())
    nets, images = len(config.widths) * config.seeds, len(data.train_labels)
    print(
        f"{nets} nets of {config.widths[0]} to {config.widths[-1]} hidden units, {config.epochs} epochs of {images:,}"
    )
    slow = median(seconds for seconds, _ in next(iter(found.values())))
    for name, runs in found.items():
        seconds = median(seconds for seconds, _ in runs)
        print(f"{name:<30}{seconds:>8.1f} s{slow / seconds:>7.2f} times as fast{100 * runs[0][1]:>8.2f} % right")


if __name__ == "__main__":
    main()
