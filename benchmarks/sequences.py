"""Measure how fast recurrent nets learn a language: one net in a plain loop, and an ensemble.

    python benchmarks/sequences.py [--quick]

The plain loop is the usual first implementation, trained as the preset "report": one net with 2 hidden units, one
stream of five strings of a^n b^2n with n up to 4 per update, torch.nn.CrossEntropyLoss, SGD with learning rate 0.005
and weight decay 1e-4. It has two forms: "by symbol" calls torch.nn.RNNCell or LSTMCell for each symbol, which gives
access to cells and gates; "by stream" calls torch.nn.RNN or LSTM, whose loop over time is not in Python, and is faster,
above all the LSTM, which torch computes in one call.

The ensembles are those of `kuzushi sequences`: the preset "fast", where all nets read the same 16 streams, each of
which counts once for each net; and the preset "report", which trains each net exactly as the plain loop does.

The first exact net is the first that is right in float32 on every string, ordered pair and ordered triple of lengths up
to n = 4 from the initial state, and on one long stream, scored by the same code for both. The plain loop stops after
100,000 updates, or with --quick after a few seconds; if it has no exact net by then, no ratio is printed.

Everything runs on one thread, on one processor. Times are processor times of this process. Trainings that are compared
take turns, in blocks, and the medians of the blocks are printed. Memory is what is stored for the backward pass.
"""

import os
import platform
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from statistics import median
from typing import Any, Literal

os.environ["OMP_NUM_THREADS"] = "1"

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn.functional import one_hot
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

from kuzushi.core.journal import Silent
from kuzushi.core.training import Evaluation, fit
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.languages import get_language
from kuzushi.sequences.nets import SRN, from_weights
from kuzushi.sequences.recipes import PRESETS, STRINGS, plan
from kuzushi.sequences.score import Inputs, score
from kuzushi.sequences.train import batch_of, loss_of, untrained

Kind = Literal["srn", "lstm"]
Training = Callable[[int], object]
"""Makes more updates."""

QUICK = "--quick" in sys.argv[1:]
LANGUAGE, HID, LENGTH, NETS = get_language("anb2n"), 2, 4, 64
SIZES, LENGTHS = (1, 4, 16, 64, 256, 1_024), (4, 10, 30, 100)
BLOCK, ROUNDS = (0.15, 3) if QUICK else (0.5, 7)
"""Seconds of a block, and how many blocks; a block has at least two updates."""
HUNTERS, LOOK, PLAIN_LOOK = (8, NETS), 20, 500
"""Sizes of the ensembles in the search for the first exact net, and the updates between two scores."""
SEEDS, PLAIN_SEEDS, GIVEN_UP = (3, 1, 8.0) if QUICK else (7, 3, float("inf"))
"""GIVEN_UP is in seconds; the plain loop also ends after the updates of the preset."""


@dataclass(frozen=True)
class First:
    """The time until a net was exact, or that none was."""

    updates: int
    seconds: float
    found: bool


@dataclass(frozen=True)
class Work:
    """The work of one update of an ensemble."""

    stored: int
    """Bytes stored for the backward pass."""
    moved: int
    """Bytes that its operations read and write."""
    operations: int
    """Arithmetic operations; tanh counts as one."""
    started: int
    """Operations on arrays."""

    def columns(self, update: float) -> str:
        """Return columns of a table, for an update of this many seconds."""
        return (
            f"{self.stored / 1e6:>10.2f}{self.moved / 1e6:>10.1f}{self.operations / 1e6:>8.1f}{self.started:>9,}"
            f"{self.moved / update / 1e9:>7.2f}{self.operations / update / 1e9:>7.2f}"
        )


@dataclass(frozen=True)
class Machine:
    """The rates of one thread on arrays of 256 MB and matrices of 1,024 rows."""

    copied: float
    """Bytes read and written per second."""
    multiplied: float
    """Operations per second."""

    @classmethod
    def measured(cls) -> "Machine":
        source, left = torch.rand(64_000_000), torch.rand(1_024, 1_024)
        target, product = torch.empty_like(source), torch.empty_like(left)

        def copy(times: int) -> None:
            for _ in range(times):
                target.copy_(source)

        def multiply(times: int) -> None:
            for _ in range(times):
                torch.mm(left, left, out=product)

        times = in_turns({"copy": copy, "product": multiply})
        return cls(2 * source.nbytes / times["copy"], 2 * len(left) ** 3 / times["product"])


class Net(nn.Module):
    """The net of the plain loop."""

    def __init__(self, kind: Kind, by_symbol: bool) -> None:
        super().__init__()
        kinds = {"srn": (nn.RNN, nn.RNNCell), "lstm": (nn.LSTM, nn.LSTMCell)}
        self.kind, self.by_symbol = kind, by_symbol
        self.recurrent = kinds[kind][by_symbol](len(LANGUAGE.symbols), HID)
        self.output = nn.Linear(HID, len(LANGUAGE.symbols))

    def forward(self, x: Tensor) -> Tensor:
        if not self.by_symbol:
            return self.output(self.recurrent(x)[0])  # (time, alphabet)
        state, hidden = None, []
        for symbol in x:
            state = self.recurrent(symbol, state)
            hidden.append(state[0] if isinstance(state, tuple) else state)
        return self.output(torch.stack(hidden))  # (time, alphabet)

    def ensemble(self) -> SRN:
        """Return this SRN, read by stream, as an ensemble of one."""
        w_ih, w_hh, b_ih, b_hh, w_out, b_out = (weight.detach()[None] for weight in self.parameters())
        weights = {"weight_ih": w_ih, "weight_hh": w_hh, "bias": b_ih + b_hh, "weight_out": w_out, "bias_out": b_out}
        weights["h_0"] = torch.zeros_like(weights["bias"])
        return from_weights(SRN, weights)


class Traffic(TorchDispatchMode):
    """Counts operations on arrays, and what they read and write; views and memory only asked for do not count."""

    def __init__(self) -> None:
        super().__init__()
        self.started = self.moved = self.numbers = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        results = func(*args, **(kwargs or {}))
        if not func.is_view and "empty" not in str(func):
            read, written = tensors(args), tensors(results)
            self.started += 1
            self.moved += sum(min(each.nbytes, each.untyped_storage().nbytes()) for each in read + written)
            self.numbers += sum(each.numel() for each in written)
        return results


def tensors(tree: object) -> list[Tensor]:
    """Return all tensors in nested tuples and lists."""
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]


def plain_loop(net: Net, longest: int, seed: int) -> Training:
    """Return the usual training of one net."""
    preset = PRESETS["report"]
    optimiser = torch.optim.SGD(net.parameters(), lr=preset.learning_rate[net.kind], weight_decay=preset.weight_decay)
    loss_of, drawn = nn.CrossEntropyLoss(), random.Random(seed)

    def train(updates: int) -> None:
        for _ in range(updates):
            text = "".join("a" * n + "b" * 2 * n for n in drawn.choices(range(1, longest + 1), k=STRINGS))
            symbols = torch.tensor(["ab".index(letter) for letter in text + "a"])
            x = one_hot(symbols[:-1], 2).float()
            optimiser.zero_grad()
            loss_of(net(x), symbols[1:]).backward()
            optimiser.step()

    return train


class Ensemble:
    """An ensemble that learns as the experiment's do."""

    def __init__(self, config: SequencesConfig) -> None:
        self.config, self.model = config, untrained(config, LANGUAGE)

    def losses(self, update: int) -> Tensor:
        """Return the loss of each net on the streams of one update."""
        preset, (streams, _) = PRESETS[self.config.preset], batch_of(self.config, LANGUAGE, update)
        return loss_of(
            self.model, streams, shared=preset.shared, noise=None, weight_of_free=preset.weight_of_free,
            weight_of_worst=0.0,
        )  # fmt: skip

    def train(self, updates: int) -> None:
        """Make more updates, without scoring."""
        planned = replace(plan(self.config), updates=updates, evaluate_every=updates)
        fit(self.model, self.losses, lambda _: Evaluation(metrics={}), planned, journal=Silent(), stage="train")

    def until_exact(self) -> First:
        """Train from the start until a net is exact."""
        inputs, found = Inputs(LANGUAGE, LENGTH, LENGTH), False

        def evaluate(_: Tensor) -> Evaluation:
            nonlocal found
            found = None in score(self.model, inputs).first_failure
            return Evaluation(metrics={}, done=found)

        started = time.process_time()
        planned = replace(plan(self.config), evaluate_every=LOOK)
        history = fit(self.model, self.losses, evaluate, planned, journal=Silent(), stage="train")
        return First(history.updates[-1], time.process_time() - started, found)

    def work(self) -> Work:
        """Count the work of one update, as the difference of two and one."""
        stored: dict[int, int] = {}

        def keep(tensor: Tensor) -> Tensor:
            stored[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
            return tensor

        with saved_tensors_hooks(keep, lambda tensor: tensor):
            self.losses(0)
        counts = []
        for updates in (1, 2):
            with FlopCounterMode(display=False) as products, Traffic() as traffic:
                self.train(updates)
            counts.append((traffic.moved, products.get_total_flops() + traffic.numbers, traffic.started))
        moved, operations, started = (two - one for one, two in zip(*counts, strict=True))
        return Work(sum(stored.values()), moved, operations, started)


def plain_until_exact(seed: int) -> First:
    """Train the plain SRN, by stream, until it is exact or the limit is reached."""
    torch.manual_seed(seed)
    net = Net("srn", by_symbol=False)
    train, limit = plain_loop(net, LENGTH, seed), PRESETS["report"].updates["srn"]
    inputs = Inputs(LANGUAGE, LENGTH, LENGTH)
    started = time.process_time()
    for updates in count(PLAIN_LOOK, PLAIN_LOOK):
        train(PLAIN_LOOK)
        seconds = time.process_time() - started
        found = None in score(net.ensemble(), inputs).first_failure
        if found or updates >= limit or seconds >= GIVEN_UP:
            return First(updates, seconds, found)
    raise AssertionError


def in_turns(trainings: dict[str, Training]) -> dict[str, float]:
    """Return the seconds of an update of each training: the median of blocks that take turns."""
    updates = {name: max(2, round(BLOCK / per_update(train, 2))) for name, train in trainings.items()}
    rounds = [{name: per_update(train, updates[name]) for name, train in trainings.items()} for _ in range(ROUNDS)]
    return {name: median(each[name] for each in rounds) for name in trainings}


def per_update(train: Training, updates: int) -> float:
    """Return the mean seconds of one update."""
    started = time.process_time()
    train(updates)
    return (time.process_time() - started) / updates


def plains(kind: Kind, longest: int) -> dict[str, Training]:
    """Return both forms of the plain loop."""
    torch.manual_seed(0)
    forms = {"plain, by symbol": True, "plain, by stream": False}
    return {name: plain_loop(Net(kind, by_symbol), longest, 0) for name, by_symbol in forms.items()}


def print_sizes(kind: Kind, machine: Machine) -> None:
    """Print time, memory and work by the number of nets, ratios to the plain loops, and what limits them."""
    ensembles = {
        f"{preset}, {nets:,} net{'s' if nets > 1 else ''}": Ensemble(
            SequencesConfig(model=kind, preset=preset, hid=HID, length=LENGTH, nets=nets)
        )
        for preset, sizes in (("report", (NETS, SIZES[-1])), ("fast", SIZES))
        for nets in sizes
    }
    times = in_turns(plains(kind, LENGTH) | {name: each.train for name, each in ensembles.items()})
    works = {name: each.work() for name, each in ensembles.items()}
    by_symbol, by_stream = list(times.values())[:2]
    print(f"{kind.upper()}, {HID} units, strings up to n = {LENGTH}; ratios of streams/s to the plain loops")
    print(
        f"{'':<20}{'ms/update':>10}{'streams/s':>11}{'/by symbol':>12}{'/by stream':>12}{'stored MB':>10}"
        f"{'moved MB':>10}{'Mop':>8}{'started':>9}{'GB/s':>7}{'Gop/s':>7}"
    )
    for name, update in times.items():
        config = ensembles[name].config if name in ensembles else None
        streams = (config.nets * PRESETS[config.preset].batch if config else 1) / update
        ratios = f"{streams * by_symbol:>12.1f}{streams * by_stream:>12.1f}"
        print(
            f"{name:<20}{1e3 * update:>10.2f}{streams:>11,.0f}{ratios}{works[name].columns(update) if config else ''}"
        )
    (few, one), (many, most) = ((times[name], works[name]) for name in (f"fast, {SIZES[0]} net", list(times)[-1]))
    print(
        f"What limits few nets: an update of one starts {one.started:,} operations, {1e6 * few / one.started:.0f} us "
        f"each.\nWhat limits many: of what the thread reaches on large arrays, {SIZES[-1]:,} nets move "
        f"{most.moved / many / machine.copied:.0%} and compute {most.operations / many / machine.multiplied:.1%}."
    )


def print_lengths(kind: Kind) -> None:
    """Print time by the length of the strings."""
    print(f"{kind.upper()}, ms/update by the largest n; {NETS} nets, preset fast")
    print(f"{'n':>5}{'by symbol':>11}{'by stream':>11}{'ensemble':>10}{'/by symbol':>12}{'/by stream':>12}")
    for length in LENGTHS:
        config = SequencesConfig(model=kind, hid=HID, length=length, test_length=length, nets=NETS)
        by_symbol, by_stream, ensemble = in_turns(plains(kind, length) | {"fast": Ensemble(config).train}).values()
        streams = NETS * PRESETS["fast"].batch / ensemble
        print(
            f"{length:>5}{1e3 * by_symbol:>11.2f}{1e3 * by_stream:>11.2f}{1e3 * ensemble:>10.2f}"
            f"{streams * by_symbol:>12.1f}{streams * by_stream:>12.1f}"
        )


def print_first() -> None:
    """Print the time until an SRN is exact."""
    print(f"First exact SRN, {HID} units, strings up to n = {LENGTH}; medians of the seeds with an exact net")
    plain = print_found("plain, by stream", [plain_until_exact(seed) for seed in range(PLAIN_SEEDS)])
    for nets in HUNTERS:
        configs = [SequencesConfig(hid=HID, length=LENGTH, nets=nets, seed=seed) for seed in range(SEEDS)]
        first = print_found(f"fast, {nets} nets", [Ensemble(config).until_exact() for config in configs])
        if plain and first:
            print(f"    {plain / first:.1f} times faster than the plain loop")
    if not plain:
        print("The plain loop has no exact net within its limit, so there is no ratio.")


def print_found(name: str, runs: list[First]) -> float | None:
    """Print the results over all seeds, and return the median time of those with an exact net."""
    found = [run for run in runs if run.found]
    shown = ", ".join(f"{run.seconds:.2f}{'' if run.found else ' stopped'}" for run in runs)
    print(f"{name}: {len(found)} of {len(runs)} seeds have an exact net; seconds {shown}")
    if not found:
        return None
    seconds = median(run.seconds for run in found)
    print(f"    median {seconds:.2f} s, {median(run.updates for run in found):,g} updates")
    print(f"    with the seeds that failed: {sum(run.seconds for run in runs) / len(found):.2f} s per exact net")
    return seconds


def main() -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    machine = Machine.measured()
    print(
        f"{platform.platform(terse=True)}, {platform.machine()}, torch {torch.__version__}; one thread reaches "
        f"{machine.copied / 1e9:.1f} GB/s in a large copy and {machine.multiplied / 1e9:.1f} Gop/s in a large product"
    )
    for kind in ("srn", "lstm"):
        print()
        print_sizes(kind, machine)
        print_lengths(kind)
    print()
    print_first()


if __name__ == "__main__":
    main()
