"""Training of perceptron ensembles on labelled points."""

from math import isfinite
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from kuzushi.core.errors import ConfigError
from kuzushi.core.journal import Journal
from kuzushi.core.training import Evaluation, History, Plan, fit
from kuzushi.perceptrons import units
from kuzushi.perceptrons.configs import Act
from kuzushi.perceptrons.nets import MLP, UNITS

EVALUATE_EVERY = 100
"""Epochs between two evaluations, as in the report."""


def train(
    points: Float[Tensor, "points inputs"],
    targets: Int[Tensor, " points"],
    *,
    hid: int,
    act: Act,
    nets: int,
    epochs: int,
    lr: float,
    seed: int,
    journal: Journal,
    stage: str,
) -> tuple[MLP, History]:
    """Train perceptrons by Adam on full batches until every net is right on every point, or for `epochs`.

    The nets learn standardised points; at the end the weights are rewritten for the points as they are. Training runs
    on the device of the points.

    Example: train(points, targets, hid=5, act="sig", nets=64, epochs=20_000, lr=0.1, seed=0, journal=Silent(),
    stage="train") -> 64 trained nets, and an evaluation for every 100 epochs with `loss` (mean over the nets, in nats),
    `accuracy` (percent), `solved` (number of nets that are right on every point) and `switched` (the nets that became
    solved or unsolved since the last evaluation)

    Raises:
        ConfigError: if training diverges.
    """
    mean, spread = points.mean(0), points.std(0, correction=0)  # (inputs,)
    spread = torch.where(spread > 0, spread, 1.0)
    standardised = (points - mean) / spread
    model = MLP(nets, points.shape[1], hid, act).to(points.device)
    model.start(standardised, generator=torch.Generator().manual_seed(seed))
    learner = Learner(model)
    inputs = torch.cat([standardised, torch.ones_like(standardised[:, :1])], 1)  # (points, inputs + 1)

    def losses(_: int) -> Float[Tensor, " nets"]:
        return learner.cross_entropy(inputs, targets)

    def evaluate(_: Float[Tensor, " nets"]) -> Evaluation:
        with torch.no_grad():
            logits = learner(inputs)  # (nets, points)
        right = units.right(logits, targets)  # (nets, points)
        solved = right.all(1)
        loss = float(units.cross_entropy(logits, targets, act=act).mean())
        if not isfinite(loss):
            raise ConfigError(f"--lr {lr:g}: training diverged; give a smaller learning rate")
        metrics = {
            "loss": loss,
            "accuracy": 100 * float(right.double().mean()),
            "solved": int(solved.sum()),
            "switched": torch.nonzero(solved != learner.solved).flatten().tolist(),
        }
        learner.solved.copy_(solved)
        return Evaluation(metrics=metrics, done=bool(solved.all()))

    plan = Plan(updates=epochs, evaluate_every=EVALUATE_EVERY, optimiser="adam", learning_rate=lr)
    history = fit(learner, losses, evaluate, plan, journal=journal, stage=stage)
    learner.write_to(model)
    model.unstandardise(mean=mean, spread=spread)
    return model, history


def epochs_to_solve(history: History, nets: int) -> tuple[int | None, ...]:
    """Return for each net the first evaluation from which it stayed right on every point; None if there is none."""
    since: list[int | None] = [None] * nets
    for epoch, metrics in zip(history.updates, history.metrics, strict=True):
        for net in metrics["switched"]:
            since[net] = epoch if since[net] is None else None
    return tuple(since)


class Learner(nn.Module):
    """The weights of an ensemble during training, with the nets as the last axis; biases are weights of an input 1.

    Each operation then runs along the nets, which are contiguous in memory.
    """

    solved: Tensor
    """bool of shape (nets,): whether each net was right on every point at the last evaluation."""

    def __init__(self, model: MLP) -> None:
        super().__init__()
        self.act = model.act
        hidden = torch.cat([model.hidden_weight, model.hidden_bias[..., None]], 2).detach()  # (nets, hid, inputs + 1)
        output = torch.cat([model.output_weight[:, 0], model.output_bias], 1).detach()  # (nets, hid + 1)
        self.hidden = nn.Parameter(hidden.permute(1, 2, 0).contiguous())  # (hid, inputs + 1, nets)
        self.output = nn.Parameter(output.T.contiguous())  # (hid + 1, nets)
        self.register_buffer("solved", torch.zeros(len(hidden), dtype=torch.bool, device=hidden.device))

    def forward(self, inputs: Float[Tensor, "points inputs"]) -> Float[Tensor, "nets points"]:
        """Return the logits of every net, for inputs that end in a 1."""
        return _logits(UNITS[self.act](inputs @ self.hidden), self.output).T

    def cross_entropy(
        self, inputs: Float[Tensor, "points inputs"], targets: Int[Tensor, " points"]
    ) -> Float[Tensor, " nets"]:
        """Return the mean binary cross-entropy of every net in nats, for inputs that end in a 1."""
        losses: Tensor = _CrossEntropy.apply(  # type: ignore[no-untyped-call]
            self.hidden, self.output, inputs, targets, self.act
        )
        return losses

    @torch.no_grad()
    def write_to(self, model: MLP) -> None:
        """Write the weights into an ensemble."""
        hidden = self.hidden.permute(2, 0, 1)  # (nets, hid, inputs + 1)
        model.hidden_weight.copy_(hidden[..., :-1])
        model.hidden_bias.copy_(hidden[..., -1])
        model.output_weight.copy_(self.output[:-1].T[:, None])
        model.output_bias.copy_(self.output[-1:].T)


class _CrossEntropy(torch.autograd.Function):
    """The loss of every net with a hand-written gradient (Rumelhart, Hinton and Williams 1986, Nature 323, 533-536).

    It passes over the largest arrays fewer times than autograd.
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
        # d sigmoid = h (1 - h) and d tanh = 1 - h h, times the error: subtract product * h.
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
