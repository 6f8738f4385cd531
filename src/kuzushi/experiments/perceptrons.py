"""How perceptrons are trained on labelled points, or given by their weights, the same in every experiment."""

from collections.abc import Sequence
from math import inf, isfinite
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from kuzushi.analysis import units
from kuzushi.configs import Act
from kuzushi.data.points import Points
from kuzushi.errors import ConfigError, DataError, ShapeError
from kuzushi.experiments.together import merged
from kuzushi.models.perceptron import MLP, UNITS, load_weights
from kuzushi.runs import Journal
from kuzushi.training import Evaluation, History, Plan, fit

EVALUATE_EVERY = 100
"""Epochs between two evaluations, as in the study."""
LARGEST = 1e100
"""Given weights stay below this, so that what the units add up is a finite number."""


def train(
    points: Float[Tensor, "points inputs"],
    targets: Int[Tensor, " points"],
    *,
    hid: int,
    act: Act,
    nets: int,
    epochs: int,
    lr: float,
    seeds: Sequence[int],
    journal: Journal,
    stage: str,
) -> tuple[MLP, History]:
    """Train perceptrons by Adam on full batches, until every net is right on every point at an evaluation, or `epochs`.

    Each seed starts a run of `nets` nets; those of several are trained as one ensemble, which parts their weights from
    those of runs alone in the last digits. Then the journal has to part them, as experiments.together.Together does.

    The nets learn from points of mean 0 and spread 1, so that points of any scale are learned alike; at the end their
    weights are rewritten for the points as they are. It computes where the points are.

    Example: train(points, targets, hid=5, act="sig", nets=64, epochs=20_000, lr=0.1, seeds=[0], journal=Silent(),
    stage="train") -> 64 trained nets, and an evaluation for every 100 epochs with `loss` (the mean over the nets, in
    nats), `accuracy` (percent), `solved` (how many nets are right on every point) and `switched` (the nets that were
    solved at either this evaluation or the one before, and not at both)

    Raises:
        ConfigError: if the weights grow beyond all numbers.
    """
    mean, spread = points.mean(0), points.std(0, correction=0)  # (inputs,)
    spread = torch.where(spread > 0, spread, 1.0)
    standardised = (points - mean) / spread
    model = _started(standardised, hid=hid, act=act, nets=nets, seeds=seeds)
    learner = Learner(model)
    inputs = torch.cat([standardised, torch.ones_like(standardised[:, :1])], 1)  # (points, inputs + 1)

    def losses(_: int) -> Float[Tensor, " nets"]:
        return learner.cross_entropy(inputs, targets)

    def evaluate(_: Float[Tensor, " nets"]) -> Evaluation:
        with torch.no_grad():
            logits = learner(inputs)  # (nets, points)
        right = units.right(logits, targets)  # (nets, points)
        solved = right.all(1)
        losses = units.cross_entropy(logits, targets, act=act)
        runs = zip(*(each.split(nets) for each in (losses, right, solved, solved != learner.solved)), strict=True)
        evaluations = [_measured(*run, lr=lr) for run in runs]
        learner.solved.copy_(solved)
        return merged(evaluations)

    plan = Plan(updates=epochs, evaluate_every=EVALUATE_EVERY, optimiser="adam", learning_rate=lr)
    history = fit(learner, losses, evaluate, plan, journal=journal, stage=stage)
    learner.teach(model)
    model.unstandardise(mean=mean, spread=spread)
    return model, history


def _started(points: Float[Tensor, "points inputs"], *, hid: int, act: Act, nets: int, seeds: Sequence[int]) -> MLP:
    """The nets of every seed as they start, one seed after the other."""
    model = MLP(nets * len(seeds), points.shape[1], hid, act).to(points.device)
    for run, seed in enumerate(seeds):
        own = MLP(nets, points.shape[1], hid, act).to(points.device)
        own.start(points, generator=torch.Generator().manual_seed(seed))
        with torch.no_grad():
            for parameter, started in zip(model.parameters(), own.parameters(), strict=True):
                parameter[run * nets : (run + 1) * nets] = started
    return model


def _measured(
    losses: Float[Tensor, " nets"],
    right: Bool[Tensor, "nets points"],
    solved: Bool[Tensor, " nets"],
    switched: Bool[Tensor, " nets"],
    *,
    lr: float,
) -> Evaluation:
    """What an evaluation says of the nets of one run."""
    metrics = {
        "loss": _finite(float(losses.mean()), lr),
        "accuracy": 100 * float(right.double().mean()),
        "solved": int(solved.sum()),
        "switched": torch.nonzero(switched).flatten().tolist(),
    }
    return Evaluation(metrics=metrics, done=bool(solved.all()))


def epochs_to_solve(history: History, nets: int) -> tuple[int | None, ...]:
    """For each net, the first evaluation from which it stayed right on every point; None where it did not."""
    since: list[int | None] = [None] * nets
    for epoch, metrics in zip(history.updates, history.metrics, strict=True):
        for net in metrics["switched"]:
            since[net] = epoch if since[net] is None else None
    return tuple(since)


def given(name: str, data: Points, *, act: Act | None, scale: float) -> MLP:
    """The net of given weights times a factor, if these fit to the points.

    Example: given("report", load("board"), act="sig", scale=10.0).hidden_bias -> [[-25, 15, -5, -5]]

    Raises:
        ConfigError: if the factor is not above 0, or makes a weight too large.
        DataError: if the weights cannot be read, or are too large.
        ShapeError: if they are for points of another number of inputs.
    """
    if not 0 < scale < inf:
        raise ConfigError(f"--scale {scale:g}: must be a number above 0")
    weights = load_weights(name)
    if weights.inputs != data.inputs:
        raise ShapeError(
            f"{name}: hidden_weight has shape ({weights.hid}, {weights.inputs}); expected ({weights.hid}, "
            f"{data.inputs}), since a point of {data.name} has {data.inputs} coordinates"
        )
    if not _bounded(MLP.from_weights(weights, act=weights.act)):
        raise DataError(f"{name}: holds a number larger than {LARGEST:g}; give smaller weights")
    model = MLP.from_weights(weights, act=act or weights.act, scale=scale)
    if not _bounded(model):
        raise ConfigError(f"--scale {scale:g}: makes a weight of {name} larger than {LARGEST:g}; give a smaller factor")
    return model


def _bounded(model: MLP) -> bool:
    return all(bool((parameter.abs() < LARGEST).all()) for parameter in model.parameters())


class Learner(nn.Module):
    """The weights of an ensemble while it is trained, with the nets as the last axis; biases are weights of an input 1.

    Each operation then runs along the nets, where numbers lie side by side.
    """

    solved: Tensor
    """bool of shape (nets,): which nets were right on every point when they were last evaluated."""

    def __init__(self, model: MLP) -> None:
        super().__init__()
        self.act = model.act
        hidden = torch.cat([model.hidden_weight, model.hidden_bias[..., None]], 2).detach()  # (nets, hid, inputs + 1)
        output = torch.cat([model.output_weight[:, 0], model.output_bias], 1).detach()  # (nets, hid + 1)
        self.hidden = nn.Parameter(hidden.permute(1, 2, 0).contiguous())  # (hid, inputs + 1, nets)
        self.output = nn.Parameter(output.T.contiguous())  # (hid + 1, nets)
        self.register_buffer("solved", torch.zeros(len(hidden), dtype=torch.bool, device=hidden.device))

    def forward(self, inputs: Float[Tensor, "points inputs"]) -> Float[Tensor, "nets points"]:
        """The logits of every net, for inputs that end in a 1."""
        return _logits(UNITS[self.act](inputs @ self.hidden), self.output).T

    def cross_entropy(
        self, inputs: Float[Tensor, "points inputs"], targets: Int[Tensor, " points"]
    ) -> Float[Tensor, " nets"]:
        """The mean binary cross-entropy of every net over the points, in nats, for inputs that end in a 1."""
        losses: Tensor = _CrossEntropy.apply(  # type: ignore[no-untyped-call]
            self.hidden, self.output, inputs, targets, self.act
        )
        return losses

    @torch.no_grad()
    def teach(self, model: MLP) -> None:
        """Write the weights into the ensemble that they were taken from."""
        hidden = self.hidden.permute(2, 0, 1)  # (nets, hid, inputs + 1)
        model.hidden_weight.copy_(hidden[..., :-1])
        model.hidden_bias.copy_(hidden[..., -1])
        model.output_weight.copy_(self.output[:-1].T[:, None])
        model.output_bias.copy_(self.output[-1:].T)


class _CrossEntropy(torch.autograd.Function):
    """The loss of every net with its gradient by hand (Rumelhart, Hinton and Williams 1986, Nature 323, 533-536).

    It passes over the largest arrays fewer times than derivatives taken operation by operation.
    """

    @staticmethod
    def forward(
        ctx: Any,
        hidden_weight: Float[Tensor, "hid inputs nets"],
        output_weight: Float[Tensor, "hid+1 nets"],
        inputs: Float[Tensor, "points inputs"],
        targets: Int[Tensor, " points"],
        act: Act,
    ) -> Float[Tensor, " nets"]:
        side = (2.0 * targets.to(inputs.dtype) - 1.0)[:, None]  # (points, 1)
        hidden = UNITS[act](inputs @ hidden_weight)  # (hid, points, nets)
        likelihood = torch.sigmoid(side * _logits(hidden, output_weight))  # (points, nets)
        error = (likelihood - 1) * (side / len(side))  # d loss / d logit, (points, nets)
        product = hidden * error  # (hid, points, nets)
        # d sigmoid = h (1 - h) and d tanh = 1 - h h: times the error, what is left when product * h is taken away.
        error_hidden = torch.addcmul(product if act == "sig" else error, product, hidden, value=-1)
        error_hidden *= output_weight[:-1, None]  # d loss / d input of the unit, (hid, points, nets)
        output_gradient = torch.cat([product.sum(1), error.sum(0, keepdim=True)])  # (hid + 1, nets)
        ctx.save_for_backward(inputs.T @ error_hidden, output_gradient)
        return -likelihood.log().mean(0)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Float[Tensor, " nets"]) -> tuple[Tensor, Tensor, None, None, None]:
        hidden_gradient, output_gradient = ctx.saved_tensors
        return hidden_gradient * gradient, output_gradient * gradient, None, None, None


def _logits(
    hidden: Float[Tensor, "hid points nets"], output_weight: Float[Tensor, "hid+1 nets"]
) -> Float[Tensor, "points nets"]:
    return (output_weight[:-1, None] * hidden).sum(0) + output_weight[-1]


def _finite(loss: float, lr: float) -> float:
    if not isfinite(loss):
        raise ConfigError(f"--lr {lr:g}: the weights grew beyond all numbers; give a smaller learning rate")
    return loss
