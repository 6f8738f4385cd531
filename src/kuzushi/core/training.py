"""The training loop of all nets; a batch depends only on the index of its update, so training resumes exactly."""

import dataclasses
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
import torch
from jaxtyping import Float
from torch import Tensor, nn

from kuzushi.core.errors import RunError
from kuzushi.core.files import one_line
from kuzushi.core.journal import Journal, Progress
from kuzushi.core.results import Arrays

TRAINING = "train"
"""The stage of an experiment that trains once."""


@dataclass(frozen=True, kw_only=True)
class Descent:
    """Settings of the optimiser."""

    optimiser: Literal["sgd", "adam"]
    learning_rate: float
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    one_cycle: bool = False
    """Raise the learning rate from a tenth during 30 % of the updates, then lower it to zero (after Smith 2018)."""


@dataclass(frozen=True, kw_only=True)
class Plan(Descent):
    """Settings of a training: optimiser, number of updates, and updates between evaluations."""

    updates: int
    evaluate_every: int
    clip: float | None = None
    """Largest gradient norm of each net of an ensemble."""
    shrink: Mapping[str, float] = field(default_factory=dict)
    """Factors of an L1 penalty by name of parameter: each update moves the weights towards 0 by the factor times the
    learning rate, and no further than 0."""
    shrink_rises: tuple[float, float] = (0.0, 0.0)
    """The penalty rises linearly from 0 to its full size between these fractions of the training."""

    @property
    def state_names(self) -> tuple[str, ...]:
        """The names of the optimiser's state of a parameter in torch."""
        if self.optimiser == "adam":
            return ("step", "exp_avg", "exp_avg_sq")
        return ("momentum_buffer",) if self.momentum else ()

    def shrink_at(self, update: int) -> float:
        """Return the fraction of the full penalty at an update, counted from 0."""
        return linear_ramp(update / self.updates, *self.shrink_rises)

    def learning_rate_at(self, update: int) -> float:
        """Return the learning rate of an update, counted from 0."""
        if not self.one_cycle:
            return self.learning_rate
        part = update / self.updates
        if part < 0.3:
            return self.learning_rate * (0.1 + 0.9 * part / 0.3)
        return self.learning_rate * (1 - part) / 0.7


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The metrics at one time in the training, and whether it may end there."""

    metrics: Mapping[str, Any]
    done: bool = False


@dataclass(frozen=True, kw_only=True)
class History:
    """All evaluations of one training, with the number of updates before each, and the time it took."""

    updates: tuple[int, ...] = ()
    metrics: tuple[Mapping[str, Any], ...] = ()
    updating: tuple[float, ...] = ()
    """Seconds spent on updates only, up to each evaluation."""
    seconds: float = 0.0
    finished: bool = False


def fit(
    model: nn.Module,
    losses: Callable[[int], Float[Tensor, " nets"]],
    evaluate: Callable[[Float[Tensor, " nets"]], Evaluation],
    plan: Plan,
    *,
    journal: Journal,
    stage: str,
) -> History:
    """Train a model until the plan or an evaluation ends it; continue from the stage's checkpoint if there is one.

    Args:
        losses: index of the update (from 0) -> loss of each net on the batch of that update.
        evaluate: mean loss of each net since the last evaluation -> the metrics now.
        stage: name of this training within the run, for its checkpoint and its progress.

    Raises:
        RunError: if the checkpoint is not of this model and plan.
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
        mean = (total / (last - first)).cpu()  # also waits for an asynchronous device
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


def linear_ramp(part: float, begin: float, end: float) -> float:
    """Return 0 up to `begin`, 1 from `end` on, and a linear interpolation between them.

    Example: linear_ramp(0.5, 0.4, 0.6) -> 0.5
    """
    return 1.0 if part >= end else max(0.0, (part - begin) / (end - begin))


def clip_each_net(parameters: Iterable[Tensor], largest: float) -> None:
    """Scale the gradients of each net of an ensemble so that their joint norm is at most `largest`.

    Every parameter has shape (nets, ...); the result is the same as clipping each net alone.
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
    """Apply soft thresholding, the proximal step of a penalty on the sum of |weights| (Daubechies et al. 2004)."""
    weights.copy_(weights.sign() * (weights.abs() - size).clamp(min=0))


def _optimiser(model: nn.Module, plan: Plan) -> torch.optim.Optimizer:
    parameters, rate, decay = model.parameters(), plan.learning_rate, plan.weight_decay
    if plan.optimiser == "sgd":
        return torch.optim.SGD(
            parameters, lr=rate, momentum=plan.momentum, nesterov=plan.nesterov, weight_decay=decay, fused=True
        )
    return torch.optim.Adam(parameters, lr=rate, weight_decay=decay, fused=True)


def _state(model: nn.Module, optimiser: torch.optim.Optimizer) -> Arrays:
    """Return parameters and optimiser state as arrays, named `model.NAME` and `optimiser.INDEX.NAME`."""
    state = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    for index, tensors in optimiser.state_dict()["state"].items():
        state |= {f"optimiser.{index}.{name}": tensor for name, tensor in tensors.items() if tensor is not None}
    return {name: tensor.detach().cpu().contiguous().numpy().copy() for name, tensor in state.items()}


def _like(state: Tensor, parameter: Tensor) -> Tensor:
    """Return the optimiser's state with the memory layout of its parameter, so that sums are rounded alike."""
    return torch.empty_like(parameter).copy_(state)


def _resumed(
    model: nn.Module, optimiser: torch.optim.Optimizer, plan: Plan, checkpoint: tuple[Arrays, dict[str, Any]] | None
) -> History:
    """Load a checkpoint into model and optimiser, and return its history; an empty one without a checkpoint.

    Raises:
        RunError: if the checkpoint is not of this model and plan.
    """
    if checkpoint is None:
        return History()
    arrays, note = checkpoint
    try:
        history = _history(note, plan)
        expected = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
        for index, parameter in enumerate(model.parameters()):
            shapes = {name: torch.zeros(()) if name == "step" else parameter for name in plan.state_names}
            of_parameter = {f"optimiser.{index}.{name}": shape for name, shape in shapes.items()}
            if of_parameter.keys() & arrays.keys():  # a parameter that never had a gradient has no state
                expected |= of_parameter
        _check_fit(arrays, expected)
    except (ValueError, msgspec.ValidationError) as error:
        raise RunError(
            f"the checkpoint does not fit this run ({one_line(error)}); start again in another folder"
        ) from error
    model.load_state_dict({name: torch.from_numpy(arrays[f"model.{name}"]) for name in model.state_dict()})
    state: dict[int, dict[str, Tensor]] = {index: {} for index, _ in enumerate(model.parameters())}
    for name in expected:
        kind, *rest = name.split(".")
        if kind == "optimiser":
            state[int(rest[0])][rest[1]] = _like(torch.from_numpy(arrays[name]), expected[name])
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
    return history


def _history(note: Mapping[str, Any], plan: Plan) -> History:
    """Return the history in a checkpoint's note; raise ValueError if it is not of this plan."""
    if note.get("plan") != msgspec.json.decode(msgspec.json.encode(plan)):  # tuples become lists
        raise ValueError("it was made with other settings, or by another version of kuzushi")
    history = msgspec.convert(note, type=History)
    evaluations = len(history.updates)
    expected = tuple(min(plan.evaluate_every * (index + 1), plan.updates) for index in range(evaluations))
    if history.updates != expected or not evaluations == len(history.metrics) == len(history.updating):
        raise ValueError("its evaluations are not those of the plan")
    return history


def _check_fit(arrays: Arrays, expected: Mapping[str, Tensor]) -> None:
    """Raise ValueError unless the arrays have exactly the expected names, shapes and types."""
    if different := sorted(arrays.keys() ^ expected.keys()):
        has = "has" if different[0] in arrays else "lacks"
        raise ValueError(f"it {has} {different[0][:100]!r}, unlike the run")
    for name, tensor in expected.items():
        saved = torch.from_numpy(arrays[name])
        if (saved.shape, saved.dtype) != (tensor.shape, tensor.dtype):
            raise ValueError(
                f"{name} is {saved.dtype} of shape {tuple(saved.shape)}, expected {tensor.dtype} of shape "
                f"{tuple(tensor.shape)}"
            )
