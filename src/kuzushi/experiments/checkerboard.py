"""The checkerboard: train an ensemble of perceptrons on labelled points or load one, and see what its units compute."""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor

from kuzushi.analysis import units
from kuzushi.analysis.intervals import wilson
from kuzushi.configs import CheckerboardConfig
from kuzushi.data.checkerboard import Points, load
from kuzushi.errors import ConfigError, ShapeError
from kuzushi.experiments.device import one_thread, pick
from kuzushi.models.perceptron import MLP, load_weights
from kuzushi.results import CheckerboardResult, EnsembleScore
from kuzushi.runs import Journal, Silent, provenance
from kuzushi.training import Evaluation, History, Plan, fit

HID = 5
"""Hidden units, as in the study."""
EVALUATE_EVERY = 100
"""Epochs between two evaluations, as in the study."""
LARGEST = 1e100
"""Loaded weights stay below this, so that what the units add up is a finite number."""
SILENT: Journal = Silent()


@one_thread()
def run(config: CheckerboardConfig, *, journal: Journal = SILENT) -> CheckerboardResult:
    """Train perceptrons or load one, score every net on every point, and describe one of them.

    Raises:
        KuzushiError: if points or weights cannot be read, or do not fit together or to the settings.
    """
    device = pick(config.device)
    data = load(config.data)
    points, targets = torch.from_numpy(data.points).to(device), torch.from_numpy(data.targets).to(device)
    trained = config.set_weights is None
    model = _model(config, data).to(device)
    made = provenance(config, device=str(device), threads=torch.get_num_threads())
    journal.begin(config, made, data.sha256)
    history = _train(model, points, targets, config, journal) if trained else History()

    with torch.no_grad():
        logits = model(points).logits
    solved = units.right(logits, targets).all(1)
    shown = units.choose(solved, units.cross_entropy(logits, targets, act=model.act))
    nets, hid, inputs = model.hidden_weight.shape
    return CheckerboardResult(
        config=config,
        data_sha256=data.sha256,
        act=model.act,
        hid=hid,
        nets=nets,
        trained=trained,
        solved=int(solved.sum()),
        solved_interval=wilson(int(solved.sum()), nets),
        epochs_to_solve=epochs_to_solve(history, nets) if trained else ((0 if solved.all() else None),),
        epochs=tuple(
            EnsembleScore(epoch=epoch, loss=metrics["loss"], accuracy=metrics["accuracy"], solved=metrics["solved"])
            for epoch, metrics in zip(history.updates, history.metrics, strict=True)
        ),
        shown=units.describe(model, shown, points, targets),
        seconds=history.seconds,
        provenance=made,
        arrays=vars(units.plane(model, shown, points)) if inputs == 2 else {},
        weights={name: parameter.detach().cpu().numpy() for name, parameter in model.named_parameters()},
    )


def epochs_to_solve(history: History, nets: int) -> tuple[int | None, ...]:
    """For each net, the first evaluation from which it stayed right on every point; None where it did not."""
    since: list[int | None] = [None] * nets
    for epoch, metrics in zip(history.updates, history.metrics, strict=True):
        for net in metrics["switched"]:
            since[net] = epoch if since[net] is None else None
    return tuple(since)


def _model(config: CheckerboardConfig, data: Points) -> MLP:
    """Nets to train, or the net of the given weights, if these fit to the settings and the points."""
    if config.set_weights is None:
        return MLP(config.nets, data.inputs, config.hid or HID, config.act or "sig")
    name, weights = config.set_weights, load_weights(config.set_weights)
    if config.hid not in (None, weights.hid):
        raise ConfigError(f"--hid {config.hid}: the weights {name} have {weights.hid} hidden units; leave --hid out")
    if weights.inputs != data.inputs:
        raise ShapeError(
            f"{name}: hidden_weight has shape ({weights.hid}, {weights.inputs}); expected ({weights.hid}, "
            f"{data.inputs}), since a point of {data.name} has {data.inputs} coordinates"
        )
    model = MLP.from_weights(weights, act=config.act or weights.act, scale=config.scale)
    if not all((parameter.abs() < LARGEST).all() for parameter in model.parameters()):
        raise ConfigError(
            f"--scale {config.scale:g}: makes a weight of {name} larger than {LARGEST:g}; give a smaller factor"
        )
    return model


def _train(
    model: MLP,
    points: Float[Tensor, "points inputs"],
    targets: Int[Tensor, " points"],
    config: CheckerboardConfig,
    journal: Journal,
) -> History:
    """Full batches, until every net is right on every point at an evaluation, or the epoch limit.

    The nets learn from points of mean 0 and spread 1, so that points of any scale are learned alike; at the end their
    weights are rewritten for the points as they are.
    """
    mean, spread = points.mean(0), points.std(0, correction=0)  # (inputs,)
    spread = torch.where(spread > 0, spread, 1.0)
    standardised = (points - mean) / spread
    model.start(standardised, generator=torch.Generator().manual_seed(config.seed))
    before = torch.zeros(config.nets, dtype=torch.bool, device=points.device)

    def losses(epoch: int) -> Float[Tensor, " nets"]:
        nonlocal before
        logits = model(standardised).logits
        # The weights are still those of the last evaluation, also in a training that was resumed there.
        if epoch > 0 and epoch % EVALUATE_EVERY == 0:
            before = units.right(logits, targets).all(1)
        return units.cross_entropy(logits, targets, act=model.act)

    def evaluate(_: Float[Tensor, " nets"]) -> Evaluation:
        with torch.no_grad():
            logits = model(standardised).logits
        now = units.right(logits, targets)  # (nets, points)
        solved = now.all(1)
        metrics = {
            "loss": _finite(float(units.cross_entropy(logits, targets, act=model.act).mean()), config.lr),
            "accuracy": 100 * float(now.double().mean()),
            "solved": int(solved.sum()),
            "switched": torch.nonzero(solved != before).flatten().tolist(),
        }
        return Evaluation(metrics=metrics, done=bool(solved.all()))

    plan = Plan(updates=config.epochs, evaluate_every=EVALUATE_EVERY, optimiser="adam", learning_rate=config.lr)
    history = fit(model, losses, evaluate, plan, journal=journal, stage="train")
    model.unstandardise(mean=mean, spread=spread)
    return history


def _finite(loss: float, lr: float) -> float:
    if not math.isfinite(loss):
        raise ConfigError(f"--lr {lr:g}: the weights grew beyond all numbers; give a smaller learning rate")
    return loss
