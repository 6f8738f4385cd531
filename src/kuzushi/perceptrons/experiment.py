"""The checkerboard experiment: train an ensemble of perceptrons on labelled points, or load a net, and analyse it."""

from pathlib import Path

import numpy as np
import torch

from kuzushi.core.device import one_thread, select_device
from kuzushi.core.errors import ConfigError, DataError
from kuzushi.core.journal import Journal, Silent
from kuzushi.core.provenance import provenance
from kuzushi.core.statistics import wilson
from kuzushi.core.training import TRAINING, History
from kuzushi.perceptrons import units
from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.configs import Act, CheckerboardConfig
from kuzushi.perceptrons.minimal.dichotomies import exact
from kuzushi.perceptrons.minimal.experiment import find
from kuzushi.perceptrons.minimal.integer_weights import step_net
from kuzushi.perceptrons.minimal.smallest import Smallest
from kuzushi.perceptrons.nets import load_net, load_weights
from kuzushi.perceptrons.points import Points
from kuzushi.perceptrons.results import (
    CheckerboardResult,
    EnsembleScore,
    NearestDesign,
    ShownPerceptron,
    SigmoidScale,
)
from kuzushi.perceptrons.sigmoid_scale import sigmoid_scale
from kuzushi.perceptrons.train import epochs_to_solve, train
from kuzushi.perceptrons.trained_dichotomies import LOWEST, as_texts, nearest, solutions

HID = 5
"""Hidden units, as in the report."""
MOST_POINTS, MOST_INPUTS, SECONDS = 16, 2, 5.0
"""Limits for finding minimal designs: points, inputs and seconds; most take less than one."""
SILENT: Journal = Silent()


@one_thread()
def run(config: CheckerboardConfig, *, journal: Journal = SILENT) -> CheckerboardResult:
    """Train perceptrons or load one, score every net, and describe one of them.

    Raises:
        KuzushiError: if points or weights cannot be read, or do not fit together or to the settings.
    """
    device = select_device(config.device)
    data = load(config.data)
    points, targets = torch.from_numpy(data.points).to(device), torch.from_numpy(data.targets).to(device)
    made = provenance(config, device=str(device), threads=torch.get_num_threads())
    if trained := config.set_weights is None:
        journal.begin(config, made, data.sha256)
        model, history = train(
            points, targets, hid=config.hid or HID, act=config.act or "sig", nets=config.nets, epochs=config.epochs,
            lr=config.lr, seed=config.seed, journal=journal, stage=TRAINING,
        )  # fmt: skip
    else:
        model = load_net(config.set_weights, data, act=config.act, scale=config.scale).to(device)
        if config.hid not in (None, loaded := model.hidden_weight.shape[1]):
            raise ConfigError(
                f"--hid {config.hid}: the weights {config.set_weights} have {loaded} hidden units; leave --hid out"
            )
        history = History()
        journal.begin(config, made, data.sha256)
    with torch.no_grad():
        logits = model(points).logits
    solved = units.right(logits, targets).all(1)
    chosen = units.choose(solved, units.cross_entropy(logits, targets, act=model.act))
    nets, hid, inputs = model.hidden_weight.shape
    described = units.describe(model, chosen, points, targets)
    found = smallest_nets(data) if trained else None
    designs = _designs(found)
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
        shown=described,
        solutions=solutions(model, points, targets, minimal=fewest(found), designs=designs) if trained else None,
        nearest=_nearest(described, model.act, data, found, designs) if solved[chosen] else None,
        scale=_scale(config, data),
        seconds=history.seconds,
        provenance=made,
        arrays=units.plane(model, chosen, points) if inputs == 2 else {},
        weights={name: parameter.detach().cpu().numpy() for name, parameter in model.named_parameters()},
    )


def is_unchanged(config: CheckerboardConfig, result: CheckerboardResult, folder: Path) -> bool:
    """Return whether the points and weights named in the settings are still those of the finished run.

    Raises:
        KuzushiError: if they can no longer be read.
    """
    points = load(config.data)
    if points.sha256 != result.data_sha256 or config.set_weights is None:
        return points.sha256 == result.data_sha256
    net = load_net(config.set_weights, points, act=config.act, scale=config.scale)
    weights = {name: weight.detach().numpy() for name, weight in net.named_parameters()}
    return weights.keys() == result.weights.keys() and all(
        np.array_equal(weight, result.weights[name]) for name, weight in weights.items()
    )


def smallest_nets(data: Points) -> Smallest | None:
    """Return all smallest step nets; None if that takes long or is not needed."""
    if len(data.points) > MOST_POINTS or data.inputs > MOST_INPUTS:
        return None
    try:
        return find(data, seconds=SECONDS)
    except DataError:  # one target only, or not enough time: there is nothing to compare with
        return None


def fewest(found: Smallest | None) -> int | None:
    """Return the hidden units of the smallest step nets, if proved that no fewer suffice."""
    if found is None or not found.sets or len(found.sets[0]) > found.bounds.lower:
        return None
    return len(found.sets[0])


def _designs(found: Smallest | None) -> tuple[tuple[str, ...], ...]:
    """Return all smallest step nets as their dichotomies; none if not all are known."""
    if found is None or not found.complete:
        return ()
    named = as_texts(found.units.on)
    return tuple(tuple(sorted(named[unit] for unit in chosen)) for chosen in found.sets)


def _nearest(
    net: ShownPerceptron, act: Act, data: Points, found: Smallest | None, designs: tuple[tuple[str, ...], ...]
) -> NearestDesign | None:
    """Return the design nearest to the net; None if none is known, or points are too close together for float64."""
    own = as_texts(np.array([row.hidden for row in net.table]) > (LOWEST[act] + 1) / 2)
    index, _ = nearest(own, designs)
    if found is None or index is None:
        return None
    named = as_texts(found.units.on)
    chosen = [named.index(unit) for unit in designs[index]]
    planes = [found.units.planes[unit] for unit in chosen]
    try:
        weights = step_net(exact(data.points), data.targets, found.units.on[:, chosen], planes)
    except ArithmeticError:
        return None
    return NearestDesign(
        design=index,
        hidden_weight=weights.hidden_weight,
        hidden_bias=weights.hidden_bias,
        output_weight=weights.output_weight,
        output_bias=weights.output_bias,
        lines=tuple(units.line(*unit) for unit in zip(weights.hidden_weight, weights.hidden_bias, strict=True)),
        same=tuple(designs[index].index(unit) if unit in designs[index] else None for unit in own),
    )


def _scale(config: CheckerboardConfig, data: Points) -> SigmoidScale | None:
    """Return the sigmoid scale of loaded weights of step units, whatever activation they are used with."""
    if config.set_weights is None:
        return None
    weights = load_weights(config.set_weights)
    return sigmoid_scale(weights, data.points, data.targets) if weights.act == "step" else None
