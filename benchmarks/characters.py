"""Measure accuracy against seconds of recognisers: the plain loop, known fast recipes, scikit-learn, and ours.

    python benchmarks/characters.py [--quick] [--data kmnist-mini] [--seeds 5] [--figure FILE] [--growth]

The plain loop is what everyone writes first, with the settings of the report: a Dataset that makes each image a
PIL image, a tensor, and normalises it, by the steps of torchvision; a DataLoader with batches of 64; SGD with learning
rate 0.01 and momentum 0.5 in float32. With --workers N it is also timed with so many processes that load. The recipes
are ports of tuomaso/train_mnist_fast and tinygrad's beautiful_mnist, their nets and settings unchanged; the first,
which stops after one epoch of MNIST, is also given as many updates as it makes there. scikit-learn's classifiers have
its defaults, but for k = 4 and C = 10. Ours is what `kuzushi characters` trains, with plans of several lengths.

The clock runs from the images in memory as read from the file (uint8) to the last test logit: making the net,
preparing the images, training, and one reading of the test images. It is stopped during evaluations in between: ten in
an epoch, and one at the end of each for ours and for the plain loop with workers. A mark is reached at the first
evaluation that shows it; nothing else is chosen by an evaluation. Seconds are medians over the seeds; a mark that half
of the seeds do not reach is not reached. The soonest plan of ours is the one that gets there first.

Each training has a process of its own, which has computed a little before. NetLin and NetFull learn on one thread, in
the plain loop too: they are too little work to share. Contestants take turns, forwards and backwards. Memory is the
largest resident set of that process (of its loading workers none), and what it was when training began. Operations
are those of the products and convolutions of the net as it is described, forward and backward, whatever computes them;
the peak is the fastest product of two matrices of 512, 1,024 or 2,048 rows, before and after all trainings.
"""

import argparse
import multiprocessing
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import sklearn
import torch
from recognisers.figure import accuracy_figure
from recognisers.timing import CLASSIFIERS, Contestant, Run, measure, product_peak

from kuzushi.core.errors import KuzushiError

MARKS = (0.50, 0.70, 0.84, 0.90, 0.93, 0.95, 0.97, 0.98, 0.985, 0.99)
WAYS, NETS = ("plain", "recipe", "scikit-learn", "ours"), ("lin", "full", "conv", "deep")
MNIST_UPDATES = 235
PLANS, QUICK_PLANS = (0.7, 1, 2, 3, 5, 10, 14), (0.7, 1, 3, 10)
"""Epochs of ours."""
GOALS = {"lin": 20, "full": 20, "conv": 30}
"""The speed-up of ours in reaching the final accuracy of the plain loop."""
SIZES, QUICK_SIZES, TESTED = (2_000, 8_000, 60_000), (500, 2_000, 8_000), 2_000

Runs = Mapping[Contestant, Sequence[Run]]


def contestants(chosen: argparse.Namespace) -> list[Contestant]:
    """All that take part, in the order of the tables."""
    loops = [
        Contestant(way="plain", what=net, epochs=chosen.epochs, workers=workers)
        for workers in dict.fromkeys((0, chosen.workers))
        for net in chosen.nets
        if net != "deep"
    ]
    recipes = [
        Contestant(way="recipe", what="train_mnist_fast"),
        Contestant(way="recipe", what="train_mnist_fast", updates=MNIST_UPDATES),
        Contestant(way="recipe", what="beautiful_mnist"),
    ]
    classifiers = [Contestant(way="scikit-learn", what=name) for name in CLASSIFIERS]
    plans = sorted(chosen.plans or (QUICK_PLANS if chosen.quick else PLANS))
    ours = [Contestant(way="ours", what=net, epochs=epochs) for net in chosen.nets for epochs in plans]
    return [each for each in (*loops, *recipes, *classifiers, *ours) if each.way in chosen.only]


def in_turns(field: Sequence[Contestant], data: str, seeds: int, threads: int) -> Runs:
    """Every contestant from every seed; every other seed goes through them backwards."""
    runs: dict[Contestant, list[Run]] = {contestant: [] for contestant in field}
    for seed in range(seeds):
        for contestant in field if seed % 2 == 0 else reversed(field):
            print(f"seed {seed}: {contestant.name}", file=sys.stderr)
            runs[contestant].append(alone(measure, contestant, data, seed, threads))
    return runs


def alone(function: Callable[..., Any], *arguments: object) -> Any:
    """Call a function in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def middle(runs: Sequence[Run], number: str) -> float:
    """The median over the seeds of what each run has under a name."""
    return float(median(getattr(run, number) for run in runs))


def seconds_to(runs: Sequence[Run], accuracy: float) -> float:
    """The median over the seeds, or infinity."""
    return median(run.seconds_to(accuracy) for run in runs)


def soonest(runs: Runs, net: str, accuracy: float) -> tuple[float, Contestant | None]:
    """Return the plan that reaches the accuracy first with a net, and its seconds; infinity where none does."""
    times = {each: seconds_to(runs[each], accuracy) for each in runs if each.way == "ours" and each.what == net}
    first = min(times, key=lambda each: times[each], default=None)
    return (times[first], first) if first and times[first] < float("inf") else (float("inf"), None)


def longest(field: Sequence[Contestant]) -> list[Contestant]:
    """The plain loop without workers, the classifiers, and each net's longest plan of ours."""
    ours = {each.what: each for each in field if each.way == "ours"}  # the longest is last
    return [
        each for each in field if each in ours.values() or (each.way in ("plain", "scikit-learn") and not each.workers)
    ]


def cell(seconds: float, width: int = 8) -> str:
    """A time in a table."""
    return f"{f'{seconds:.3g}' if seconds < float('inf') else '-':>{width}}"


def print_marks(runs: Runs) -> None:
    """Print the seconds of each contestant to each mark."""
    heading = "".join(f"{f'{100 * mark:g} %':>8}" for mark in MARKS)
    print(f"Seconds to an accuracy\n{'':<30}{heading}{'at end':>9}{'seconds':>9}{'reading':>9}")
    for contestant, repeated in runs.items():
        end, total, reading = (middle(repeated, each) for each in ("at_end", "total", "reading"))
        print(
            f"{contestant.name:<30}{''.join(cell(seconds_to(repeated, mark)) for mark in MARKS)}"
            f"{end:>9.2%}{cell(total, 9)}{cell(reading, 9)}"
        )


def print_ratios(runs: Runs) -> None:
    """Print how many times sooner than the plain loop ours is with the same net, and the deep net than NetConv."""
    heading = "".join(f"{f'{100 * mark:g} %':>8}" for mark in MARKS)
    print(f"Times sooner than the plain loop, soonest plan of ours\n{'':<30}{heading}")
    plains = [each for each in runs if each.way == "plain"]
    for loop in plains:
        for net in dict.fromkeys(each.what for each in runs if each.way == "ours"):
            if net != loop.what and (net, loop.what) != ("deep", "conv"):
                continue
            ratios = [seconds_to(runs[loop], mark) / soonest(runs, net, mark)[0] for mark in MARKS]
            shown = "".join(f"{f'{ratio:.1f}' if 0 < ratio < float('inf') else '-':>8}" for ratio in ratios)
            print(f"{f'{net} / {loop.name}':<30}{shown}")


def print_goals(runs: Runs) -> None:
    """Print when ours has what the plain loop has at its end."""
    print("Seconds to what the plain loop has at its end")
    for loop in (each for each in runs if each.way == "plain"):
        accuracy, plain = (middle(runs[loop], each) for each in ("at_end", "total"))
        seconds, plan = soonest(runs, loop.what, accuracy)
        found = f"{plan.name}, {seconds:.3g} s, {plain / seconds:.1f} times sooner" if plan else "ours not so far"
        goal = f"the goal is {GOALS[loop.what]}"
        print(f"{loop.name}: {accuracy:.2%} after {loop.epochs} epochs, {plain:.3g} s; {found} ({goal})")


def peaks(threads: int) -> tuple[float, float]:
    """Operations per second of a product in float32 and in bfloat16."""
    return alone(product_peak, threads, False), alone(product_peak, threads, True)


def print_work(runs: Runs, peaks: Sequence[float]) -> None:
    """Print the operations per second of each contestant, the peaks of float32 and bfloat16, and its memory."""
    print(f"Peak of a product of matrices: {peaks[0] / 1e9:.0f} Gop/s in float32, {peaks[1] / 1e9:.0f} in bfloat16")
    print(f"{'Work':<30}{'Gop/s':>8}{'of float32':>12}{'of bfloat16':>12}{'MB before':>11}{'MB peak':>9}")
    for contestant, repeated in runs.items():
        rate = median(run.computed / run.seconds[-1] for run in repeated)
        shares = f"{rate / 1e9:>8.1f}{rate / peaks[0]:>12.1%}{rate / peaks[1]:>12.1%}" if rate else f"{'-':>8}{'':>24}"
        before, peak = (middle(repeated, each) / 1e6 for each in ("before", "peak"))
        print(f"{contestant.name:<30}{shares}{before:>11.0f}{peak:>9.0f}")


def print_growth(field: Sequence[Contestant], sizes: Sequence[int], threads: int) -> None:
    """Print how time grows with the number of training images, one seed each."""
    heading = "".join(f"{f'{size:,}':>18}" for size in sizes)
    print(f"Growth, images of brush: seconds and accuracy\n{'':<30}{heading}{'exponents':>18}")
    runs = [in_turns(field, f"brush:{size}/{TESTED}", 1, threads) for size in sizes]
    for each in field:
        measured = [grown[each][0] for grown in runs]
        pairs = pairwise(zip(sizes, measured, strict=True))
        exponents = [np.log(more.total / less.total) / np.log(large / small) for (small, less), (large, more) in pairs]
        shown = "".join(f"{run.total:>9.3g} s{run.at_end:>7.1%}" for run in measured)
        print(f"{each.name:<30}{shown}{'  '.join(f'{exponent:.2f}' for exponent in exponents):>18}")


def processor() -> str:
    """The name of the processor, as far as the system gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one seed, fewer plans, and small sizes of --growth")
    parser.add_argument("--data", default="kmnist-mini", help="kmnist-mini, kmnist, or brush:TRAIN/TEST")
    parser.add_argument("--seeds", type=int, help="trainings of each contestant; by default 5")
    parser.add_argument("--epochs", type=int, default=10, help="of the plain loop; by default 10, as in the report")
    parser.add_argument("--plans", nargs="+", type=float, help="epochs of ours; by default 0.7 1 2 3 5 10 14")
    parser.add_argument("--cores", type=int, help="processor cores to keep to; by default all")
    parser.add_argument("--only", nargs="+", choices=WAYS, default=WAYS, help="contestants")
    parser.add_argument("--nets", nargs="+", choices=NETS, default=NETS, help="nets of the plain loop and of ours")
    parser.add_argument("--workers", type=int, default=0, help="time the plain loop with so many loading processes too")
    parser.add_argument("--figure", type=Path, help="a file for the figure, .png or .svg")
    parser.add_argument("--growth", action="store_true", help="also measure how time grows with the images")
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    chosen = options()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-(chosen.cores or 0) :])
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else chosen.cores or os.cpu_count() or 1
    os.environ["OMP_NUM_THREADS"] = str(threads)  # of the processes to come
    print(
        f"{processor()}, {platform.platform(terse=True)}, torch {torch.__version__}, scikit-learn "
        f"{sklearn.__version__}; threads: {threads}, on as many cores",
        flush=True,
    )
    before = peaks(threads)
    field = contestants(chosen)
    runs = in_turns(field, chosen.data, chosen.seeds or (1 if chosen.quick else 5), threads)
    for table in (print_marks, print_ratios, print_goals):
        print()
        table(runs)
    print()
    print_work(runs, tuple(map(max, before, peaks(threads))))
    if chosen.figure:
        accuracy_figure(runs, chosen.data).savefig(chosen.figure, dpi=150)
    if chosen.growth:
        print()
        print_growth(longest(field), QUICK_SIZES if chosen.quick else SIZES, threads)


if __name__ == "__main__":
    try:
        main()
    except KuzushiError as error:
        sys.exit(f"benchmarks/characters.py: {error}")
