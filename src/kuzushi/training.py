"""The one training loop: a batch is a function of the update's number, so that a stopped training resumes exactly."""

import dataclasses
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
import torch
from jaxtyping import Float
from torch import Tensor, nn

from kuzushi.errors import RunError
from kuzushi.files import one_line
from kuzushi.results import Arrays
from kuzushi.runs import Journal, Progress


@dataclass(frozen=True, kw_only=True)
class Descent:
    """How the optimiser steps."""

    optimiser: Literal["sgd", "adam"]
    learning_rate: float
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    one_cycle: bool = False
    """Raise the learning rate from a tenth for 30 % of the updates, then let it fall to zero (after Smith 2018)."""


@dataclass(frozen=True, kw_only=True)
class Plan(Descent):
    """How to train: how the optimiser steps, how many updates there are, and how often to look."""

    updates: int
    evaluate_every: int
    clip: float | None = None
    """Largest gradient norm of each net of an ensemble."""
    shrink: Mapping[str, float] = field(default_factory=dict)
    """For parameters of these names: by what part of the learning rate each update draws their weights towards 0, at
    which they stop. It keeps links that are not needed at 0, as a penalty on the sum of their sizes does."""
    shrink_rises: tuple[float, float] = (0.0, 0.0)
    """The parts of the training at which that begins, and from which on it is all there; linear in between."""

    @property
    def memory(self) -> tuple[str, ...]:
        """What the optimiser remembers of a parameter, by torch's names."""
        if self.optimiser == "adam":
            return ("step", "exp_avg", "exp_avg_sq")
        return ("momentum_buffer",) if self.momentum else ()

    def shrink_at(self, update: int) -> float:
        """By what factor shrinking has risen at one update, counted from 0."""
        return risen(update / self.updates, *self.shrink_rises)

    def learning_rate_at(self, update: int) -> float:
        """The learning rate of one update, counted from 0."""
        if not self.one_cycle:
            return self.learning_rate
        part = update / self.updates
        if part < 0.3:
            return self.learning_rate * (0.1 + 0.9 * part / 0.3)
        return self.learning_rate * (1 - part) / 0.7


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What was measured at one moment, and whether training may stop there."""

    metrics: Mapping[str, Any]
    done: bool = False


@dataclass(frozen=True, kw_only=True)
class History:
    """All evaluations of one training, with the number of updates made before each, and the time it took."""

    updates: tuple[int, ...] = ()
    metrics: tuple[Mapping[str, Any], ...] = ()
    updating: tuple[float, ...] = ()
    """Seconds spent on the updates alone, up to each evaluation."""
    seconds: float = 0.0
    finished: bool = False
    beside: int = 0
    """Nets of so many other runs were trained in the same ensemble."""


def fit(
    model: nn.Module,
    losses: Callable[[int], Float[Tensor, " nets"]],
    evaluate: Callable[[Float[Tensor, " nets"]], Evaluation],
    plan: Plan,
    *,
    journal: Journal,
    stage: str,
) -> History:
    """Train until the plan ends or an evaluation says so; go on from the stage's checkpoint where the journal has one.

    Args:
        losses: the update's number (from 0) -> the loss of each net on the batch that belongs to that number.
        evaluate: the mean of each net's losses since the last evaluation -> what is measured now.
        stage: a name for this training within the run, for its checkpoint and its progress.
    """
    optimiser = _optimiser(model, plan)
    history = _resumed(model, optimiser, plan, journal.load(stage))
    started = time.perf_counter() - history.seconds
    while not history.finished:
        first = history.updates[-1] if history.updates else 0
        last = min(first + plan.evaluate_every, plan.updates)
        total, began = torch.zeros(()), time.perf_counter()
        for update in range(first, last):
            total = total + _step(model, optimiser, losses, plan, update)
        mean = (total / (last - first)).cpu()  # which waits for a device that works beside us
        updating = time.perf_counter() - began + (history.updating[-1] if history.updating else 0)
        evaluation = evaluate(mean)
        history = History(
            updates=(*history.updates, last),
            metrics=(*history.metrics, evaluation.metrics),
            updating=(*history.updating, updating),
            seconds=time.perf_counter() - started,
            finished=evaluation.done or last == plan.updates,
        )
        journal.progress(Progress(stage=stage, done=last, total=plan.updates, metrics=evaluation.metrics))
        journal.save(stage, _state(model, optimiser), dataclasses.asdict(history) | {"plan": msgspec.to_builtins(plan)})
    return history


def risen(part: float, begin: float, end: float) -> float:
    """0 up to `begin`, 1 from `end` on, and linear in between.

    Example: risen(0.5, 0.4, 0.6) -> 0.5
    """
    return 1.0 if part >= end else max(0.0, (part - begin) / (end - begin))


def clip_each_net(parameters: Iterable[Tensor], largest: float) -> None:
    """Scale the gradients of each net of an ensemble so that their joint norm is at most `largest`.

    Every parameter has shape (nets, ...); each net is treated as if it were alone.
    """
    gradients = [p.grad for p in parameters if p.grad is not None]
    squares = torch.stack([g.reshape(len(g), -1).square().sum(1) for g in gradients])  # (parameters, nets)
    scale = (largest / (squares.sum(0).sqrt() + 1e-12)).clamp(max=1.0)  # (nets,)
    for gradient in gradients:
        gradient.mul_(scale.view(-1, *[1] * (gradient.dim() - 1)))


def _step(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    losses: Callable[[int], Float[Tensor, " nets"]],
    plan: Plan,
    update: int,
) -> Float[Tensor, " nets"]:
    for group in optimiser.param_groups:
        group["lr"] = plan.learning_rate_at(update)
    loss = losses(update)
    optimiser.zero_grad()
    loss.sum().backward()
    if plan.clip is not None:
        clip_each_net(model.parameters(), plan.clip)
    optimiser.step()
    for name, part in plan.shrink.items():
        _shrink(model.get_parameter(name), part * plan.shrink_at(update) * plan.learning_rate_at(update))
    return loss.detach()


@torch.no_grad()
def _shrink(weights: Tensor, size: float) -> None:
    """Soft thresholding: the proximal step of a penalty on the sum of |weights| (Daubechies et al. 2004)."""
    weights.copy_(weights.sign() * (weights.abs() - size).clamp(min=0))


def _optimiser(model: nn.Module, plan: Plan) -> torch.optim.Optimizer:
    parameters, rate, decay = model.parameters(), plan.learning_rate, plan.weight_decay
    if plan.optimiser == "sgd":
        return torch.optim.SGD(
            parameters, lr=rate, momentum=plan.momentum, nesterov=plan.nesterov, weight_decay=decay, fused=True
        )
    return torch.optim.Adam(parameters, lr=rate, weight_decay=decay, fused=True)


def _state(model: nn.Module, optimiser: torch.optim.Optimizer) -> Arrays:
    """Parameters and the optimiser's memory of each, as arrays named `model.NAME` and `optimiser.INDEX.NAME`."""
    state = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    for index, memory in optimiser.state_dict()["state"].items():
        state |= {f"optimiser.{index}.{name}": tensor for name, tensor in memory.items() if tensor is not None}
    return {name: tensor.detach().cpu().contiguous().numpy().copy() for name, tensor in state.items()}


def _laid_out(memory: Tensor, parameter: Tensor) -> Tensor:
    """The optimiser's memory of a parameter in the same order of storage, in which sums are rounded alike."""
    return torch.empty_like(parameter).copy_(memory)


def _resumed(
    model: nn.Module, optimiser: torch.optim.Optimizer, plan: Plan, checkpoint: tuple[Arrays, dict[str, Any]] | None
) -> History:
    """Put the checkpoint's state into model and optimiser, and return its history; an empty one without a checkpoint.

    Raises:
        RunError: if the checkpoint is not of this model, or was made by another plan.
    """
    if checkpoint is None:
        return History()
    arrays, note = checkpoint
    try:
        history = _history(note, plan)
        expected = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
        for place, parameter in enumerate(model.parameters()):
            of_parameter = {
                f"optimiser.{place}.{name}": torch.zeros(()) if name == "step" else parameter for name in plan.memory
            }
            if of_parameter.keys() & arrays.keys():  # there is none of a parameter that never had a gradient
                expected |= of_parameter
        _check_fit(arrays, expected)
    except (ValueError, msgspec.ValidationError) as error:
        raise RunError(
            f"the checkpoint does not fit this run ({one_line(error)}); start anew in another folder"
        ) from error
    model.load_state_dict({name: torch.from_numpy(arrays[f"model.{name}"]) for name in model.state_dict()})
    memory: dict[int, dict[str, Tensor]] = {place: {} for place, _ in enumerate(model.parameters())}
    for name in expected:
        kind, *rest = name.split(".")
        if kind == "optimiser":
            memory[int(rest[0])][rest[1]] = _laid_out(torch.from_numpy(arrays[name]), expected[name])
    optimiser.load_state_dict({"state": memory, "param_groups": optimiser.state_dict()["param_groups"]})
    return history


def _history(note: Mapping[str, Any], plan: Plan) -> History:
    """What a checkpoint's note tells, once it is found to have come about by this plan."""
    if note.get("plan") != msgspec.json.decode(msgspec.json.encode(plan)):  # in which tuples are lists
        raise ValueError("it was made by other settings, or by another version of kuzushi")
    history = msgspec.convert(note, type=History)
    looks = len(history.updates)
    expected = tuple(min(plan.evaluate_every * (look + 1), plan.updates) for look in range(looks))
    if history.updates != expected or not looks == len(history.metrics) == len(history.updating):
        raise ValueError("its evaluations are not those of the plan")
    return history


def _check_fit(arrays: Arrays, expected: Mapping[str, Tensor]) -> None:
    """Make sure that there is an array for each name that is expected, of its shape and type, and no other."""
    if unlike := sorted(arrays.keys() ^ expected.keys()):
        has = "has" if unlike[0] in arrays else "lacks"
        raise ValueError(f"it {has} {unlike[0][:100]!r}, unlike the run")
    for name, wanted in expected.items():
        kept = torch.from_numpy(arrays[name])
        if (kept.shape, kept.dtype) != (wanted.shape, wanted.dtype):
            raise ValueError(
                f"{name} is {kept.dtype} of shape {tuple(kept.shape)}, in the run {wanted.dtype} of "
                f"{tuple(wanted.shape)}"
            )
