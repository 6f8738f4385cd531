"""Measure the seconds in which perceptrons learn the board: one net in a plain loop, and an ensemble.

    python benchmarks/checkerboard.py [--quick]

The plain loop trains one torch.nn.Module with 5 sigmoid units by torch.nn.BCELoss and Adam, with the accuracy of every
epoch, until 100 % has lasted for 2,000 epochs. It runs twice: as in the report (the points as they are, torch's start,
learning rate 0.01), and with our start, standardised points and learning rate 0.1, a fairer comparison. Its repetitions
are its seeds, which differ far more than two runs of one seed. It is stopped after 22,000 epochs; a seed that is not
solved counts only in the time per solved net.

The ensemble is that of `kuzushi checkerboard --nets 1000`, also until 100 % has lasted for 2,000 epochs, evaluated
every 100 epochs. Some nets are stuck for long, with any start; to get 1,000 right nets sooner, start 1,400 and use the
first 1,000 that are right, which is timed as well.

Everything runs on one thread, each training in a process of its own after a short warm-up. Memory is the largest
resident set of such a process.
"""

import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import torch
from torch import nn

from kuzushi.core.journal import Progress, Silent
from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.nets import MLP
from kuzushi.perceptrons.train import epochs_to_solve, train

QUICK = "--quick" in sys.argv[1:]
HID, NETS, LIMIT, LASTING = 5, 1_000, 20_000, 2_000
STARTS, ENOUGH = 1_400, 4_000
"""Nets to start, and epochs, for 1,000 that are solved for good."""
SIZES, EPOCHS = (1, 10, 100, 1_000, 10_000), 500
SEEDS, REPETITIONS = (4, 1) if QUICK else (10, 3)
SHARES = (0.5, 0.8, 0.9, 0.95, 0.99, 1.0)
PASSES_HIDDEN, PASSES_POINTS, PASSES_WEIGHTS = 15, 17, 13
"""The number of reads and writes in an epoch per hidden unit and point, per point, and per weight, by counting the
operands of the operations in perceptrons/train.py and the seven of Adam; values in registers do not count."""


@dataclass(frozen=True)
class Plain:
    """One net in a plain loop."""

    epochs: int
    seconds: float
    solved: bool


@dataclass(frozen=True)
class Ensemble:
    """One training of many nets: the time at every evaluation, and when each net was solved."""

    epochs: tuple[int, ...]
    seconds: tuple[float, ...]
    solved: tuple[int, ...]

    def seconds_at(self, epoch: int) -> float:
        """Return the time of the first evaluation from this epoch on."""
        return next((s for e, s in zip(self.epochs, self.seconds, strict=True) if e >= epoch), self.seconds[-1])

    def lasting(self, seconds: float) -> int:
        """Return how many nets have been right for LASTING epochs after this time."""
        reached = max((e for e, s in zip(self.epochs, self.seconds, strict=True) if s <= seconds), default=0)
        return sum(epoch + LASTING <= reached for epoch in self.solved)


@dataclass(frozen=True)
class Scaling:
    """An ensemble of one size: time and memory, and what its time goes to."""

    nets: int
    epoch: float
    """Seconds."""
    peak: int
    """Bytes."""
    system: float
    """Share of the time in the operating system, mostly to allocate and free memory."""
    sigmoid: float
    """Share of the time of the sigmoids of the hidden units."""
    copied: float
    """Bytes per second that copies of arrays of the size of the hidden units read and write."""


class Perceptron(nn.Module):
    """The net of the plain loop."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.output = nn.Linear(2, HID), nn.Linear(HID, 1)

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.output(torch.sigmoid(self.hidden(points))))


class Clock(Silent):
    """A journal that records the time of every evaluation."""

    def __init__(self) -> None:
        self.started = time.perf_counter()
        self.seconds: list[float] = []

    def progress(self, progress: Progress) -> None:
        self.seconds.append(time.perf_counter() - self.started)


def plain(seed: int, ours: bool, epochs: int) -> Plain:
    """Train one net until it has been right for LASTING epochs, or for `epochs`."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    data = load("board")
    points, targets = torch.from_numpy(data.points).float(), torch.from_numpy(data.targets).float()[:, None]
    net = Perceptron()
    if ours:
        points = (points - points.mean(0)) / points.std(0, correction=0)
        start = MLP(1, 2, HID, "sig")
        start.start(points.double(), generator=torch.Generator().manual_seed(seed))
        net.load_state_dict(dict(zip(net.state_dict(), (p[0].float() for p in start.parameters()), strict=True)))
    optimiser, loss_of = torch.optim.Adam(net.parameters(), lr=0.1 if ours else 0.01), nn.BCELoss()
    epoch, lasting, started = 0, 0, time.perf_counter()
    while epoch < epochs and lasting < LASTING:
        optimiser.zero_grad()
        output = net(points)
        loss_of(output, targets).backward()
        optimiser.step()
        lasting = lasting + 1 if bool(((output >= 0.5) == (targets == 1)).all()) else 0
        epoch += 1
    return Plain(epoch, time.perf_counter() - started, lasting == LASTING)


def fit(nets: int, epochs: int, seed: int) -> Ensemble:
    """Train an ensemble as the experiment does."""
    torch.set_num_threads(1)
    data, clock = load("board"), Clock()
    _, history = train(
        torch.from_numpy(data.points), torch.from_numpy(data.targets), hid=HID, act="sig", nets=nets, epochs=epochs,
        lr=0.1, seed=seed, journal=clock, stage="train",
    )  # fmt: skip
    solved = [epoch for epoch in epochs_to_solve(history, nets) if epoch is not None and epoch <= LIMIT]
    return Ensemble(history.updates, tuple(clock.seconds), tuple(sorted(solved)))


def scaling(nets: int) -> Scaling:
    """Measure an ensemble of one size."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    run = fit(nets, EPOCHS, 0)
    after = resource.getrusage(resource.RUSAGE_SELF)
    epoch = run.seconds[-1] / run.epochs[-1]
    arrays = [torch.rand(HID, 9, nets, dtype=torch.float64) for _ in range(8)]

    def copy() -> None:
        for source, target in pairwise(arrays):
            target.copy_(source)

    return Scaling(
        nets=nets,
        epoch=epoch,
        peak=after.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        system=(after.ru_stime - before.ru_stime) / run.seconds[-1],
        sigmoid=fastest(lambda: torch.sigmoid_(arrays[0])) / epoch,
        copied=7 * 2 * arrays[0].nbytes / fastest(copy),
    )


def fastest(operation: Callable[[], object]) -> float:
    """Return the seconds of one operation, the shortest of five means of 20."""
    means = []
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(20):
            operation()
        means.append((time.perf_counter() - started) / 20)
    return min(means)


def alone(function: Callable[..., Any], *arguments: object) -> Any:
    """Call a function in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(warm, function, *arguments).result()


def warm(function: Callable[..., Any], *arguments: object) -> Any:
    """Call a function after both trainings have run once, since the first use of torch takes a second."""
    plain(0, False, 20)
    fit(1, 20, 0)
    return function(*arguments)


def print_plain(title: str, runs: list[Plain]) -> float:
    """Print one plain loop over its seeds, and return the median time of its solved nets."""
    solved = [run for run in runs if run.solved]
    each, total = median([run.seconds for run in solved]), sum(run.seconds for run in runs)
    epoch = median([run.seconds / run.epochs for run in runs])
    print(f"{title}: {len(solved)} of {len(runs)} seeds solved within {LIMIT:,} epochs; {1e6 * epoch:.0f} us an epoch")
    print(f"    solved net: median {each:.2f} s ({', '.join(f'{run.seconds:.2f}' for run in solved)})")
    print(f"    with the seeds that failed: {total / len(solved):.2f} s per solved net")
    return each


def print_ensemble(runs: list[Ensemble], plains: dict[str, float]) -> None:
    """Print when the nets of an ensemble were solved for good, compared with the plain loops."""
    solved = median([len(run.solved) for run in runs])
    epoch = median([run.seconds[-1] / run.epochs[-1] for run in runs])
    print(f"Ensemble of {NETS:,}: {solved:g} solved within {LIMIT:,} epochs; {1e6 * epoch:.0f} us an epoch")
    print(f"    {median([run.seconds[-1] / len(run.solved) for run in runs]):.3f} s per solved net")
    names = "".join(f"{f'ratio to {name}':>28}" for name in plains)
    print(f"{'solved':>10}{'nets':>7}{'seconds':>9}{'lasting':>10}{names}")
    for share in SHARES:
        counts = [max(round(share * len(run.solved)), 1) for run in runs]
        reached, lasting = (
            median([run.seconds_at(run.solved[count - 1] + wait) for run, count in zip(runs, counts, strict=True)])
            for wait in (0, LASTING)
        )
        ratios = "".join(f"{lasting / seconds:>28.2f}" for seconds in plains.values())
        print(f"{share:>10.0%}{median(counts):>7g}{reached:>9.2f}{lasting:>10.2f}{ratios}")
    for name, seconds in plains.items():
        count = median([run.lasting(seconds) for run in runs])
        print(f"In the {seconds:.2f} s that {name} takes for one net, {count:g} nets are solved for good.")


def print_first(runs: list[Ensemble], plains: dict[str, float]) -> None:
    """Print when the first NETS of more starts were solved for good."""
    seconds = [run.seconds_at(run.solved[NETS - 1] + LASTING) for run in runs if len(run.solved) >= NETS]
    if not seconds:
        print(f"Of {STARTS:,} starts, fewer than {NETS:,} were solved within {ENOUGH:,} epochs.")
        return
    ratios = ", ".join(f"{median(seconds) / plain:.2f} of {name}" for name, plain in plains.items())
    print(f"Of {STARTS:,} starts, {NETS:,} are solved for good after {median(seconds):.2f} s: {ratios}.")


def print_scaling(sizes: list[Scaling]) -> None:
    """Print time, memory and bandwidth against the number of nets, and what limits them."""
    moved = 8 * (PASSES_HIDDEN * HID * 9 + PASSES_POINTS * 9 + PASSES_WEIGHTS * (4 * HID + 1))
    print(f"Ensembles of {HID} sigmoid units, up to {EPOCHS} epochs; an epoch moves about {moved:,} bytes per net")
    print(
        f"{'nets':>8}{'us/epoch':>10}{'net epochs/s':>14}{'peak MB':>9}"
        f"{'GB/s':>7}{'a copy':>8}{'sigmoid':>9}{'system':>8}"
    )
    for size in sizes:
        print(
            f"{size.nets:>8,}{1e6 * size.epoch:>10.0f}{size.nets / size.epoch:>14,.0f}{size.peak / 1e6:>9.0f}"
            f"{size.nets * moved / size.epoch / 1e9:>7.1f}{size.copied / 1e9:>8.1f}"
            f"{size.sigmoid:>9.0%}{size.system:>8.0%}"
        )
    one, most = sizes[0], sizes[-1]
    growth = (most.epoch - one.epoch) / (most.nets - one.nets)
    print(
        f"What limits few nets: an epoch of one takes {1e6 * one.epoch:.0f} us, nearly all of it Python, autograd and "
        f"the start of each operation.\nWhat limits many: {1e9 * growth:.0f} ns and "
        f"{(most.peak - one.peak) / (most.nets - one.nets):,.0f} bytes for each net more. GB/s is what all operations "
        "move, compared with\na copy of such arrays; sigmoid and system are shares of the time, for the hidden units "
        "and for getting memory."
    )


def main() -> None:
    """Measure and print."""
    plains = {}
    for name, title, ours in (("plain", "Plain loop as in the report", False),
                              ("plain, our start", "Plain loop with our start and rate", True)):  # fmt: skip
        plains[name] = print_plain(title, [alone(plain, seed, ours, LIMIT + LASTING) for seed in range(SEEDS)])
    print()
    print_ensemble([alone(fit, NETS, LIMIT + LASTING, seed) for seed in range(REPETITIONS)], plains)
    print_first([alone(fit, STARTS, ENOUGH, seed) for seed in range(REPETITIONS)], plains)
    print()
    measured = [[alone(scaling, nets) for _ in range(REPETITIONS)] for nets in SIZES]
    print_scaling([sorted(runs, key=lambda run: run.epoch)[len(runs) // 2] for runs in measured])


if __name__ == "__main__":
    main()
