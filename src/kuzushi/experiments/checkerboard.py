"""The checkerboard: train an ensemble of perceptrons on labelled points or load one, and see what its units compute."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from kuzushi.analysis import units
from kuzushi.analysis.dichotomies import exact
from kuzushi.analysis.intervals import wilson
from kuzushi.analysis.scale import sigmoid_scale
from kuzushi.analysis.small_weights import step_net
from kuzushi.analysis.smallest import Smallest
from kuzushi.analysis.solutions import OFF, nearest, solutions, texts
from kuzushi.configs import Act, CheckerboardConfig
from kuzushi.data.checkerboard import load
from kuzushi.data.points import Points
from kuzushi.errors import ConfigError, DataError
from kuzushi.experiments.design import find
from kuzushi.experiments.device import one_thread, pick
from kuzushi.experiments.perceptrons import epochs_to_solve, given, train
from kuzushi.experiments.together import TRAINING, Together
from kuzushi.models.perceptron import MLP, load_weights
from kuzushi.results import CheckerboardResult, EnsembleScore, NearestDesign, ShownPerceptron, SigmoidScale
from kuzushi.runs import Journal, Silent, provenance
from kuzushi.training import History

HID = 5
"""Hidden units, as in the study."""
MOST_POINTS, MOST_INPUTS, SECONDS = 16, 2, 5.0
"""The minimal designs of so few points are mostly found in less than a second; the last is how long they may take."""
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
    made = provenance(config, device=str(device), threads=torch.get_num_threads())
    if trained := config.set_weights is None:
        journal.begin(config, made, data.sha256)
        model, history = _train([config], points, targets, journal=journal)
    else:
        model, history = _given(config, config.set_weights, data).to(device), History()
        journal.begin(config, made, data.sha256)
    with torch.no_grad():
        logits = model(points).logits
    solved = units.right(logits, targets).all(1)
    shown = units.choose(solved, units.cross_entropy(logits, targets, act=model.act))
    nets, hid, inputs = model.hidden_weight.shape
    described = units.describe(model, shown, points, targets)
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
        nearest=_nearest(described, model.act, data, found, designs) if solved[shown] else None,
        scale=_scale(config, data),
        seconds=history.seconds,
        provenance=replace(made, beside=history.beside),
        arrays=vars(units.plane(model, shown, points)) if inputs == 2 else {},
        weights={name: parameter.detach().cpu().numpy() for name, parameter in model.named_parameters()},
    )


@one_thread()
def train_together(configs: Sequence[CheckerboardConfig], *, journals: Sequence[Journal]) -> None:
    """Train the nets of several runs as one ensemble, and leave each run in its journal with its training done.

    Raises:
        KuzushiError: if the points cannot be read, or the weights grow beyond all numbers.
    """
    device = pick(configs[0].device)
    data = load(configs[0].data)
    for config, journal in zip(configs, journals, strict=True):
        journal.begin(config, provenance(config, device=str(device), threads=torch.get_num_threads()), data.sha256)
    points, targets = torch.from_numpy(data.points).to(device), torch.from_numpy(data.targets).to(device)
    _train(configs, points, targets, journal=Together(configs, journals, axis=-1))


def _train(
    configs: Sequence[CheckerboardConfig],
    points: Float[Tensor, "points inputs"],
    targets: Int[Tensor, " points"],
    *,
    journal: Journal,
) -> tuple[MLP, History]:
    """Train the nets of runs that differ in nothing but their seeds."""
    config = configs[0]
    return train(
        points, targets, hid=config.hid or HID, act=config.act or "sig", nets=config.nets, epochs=config.epochs,
        lr=config.lr, seeds=[each.seed for each in configs], journal=journal, stage=TRAINING,
    )  # fmt: skip


def smallest_nets(data: Points, *, listing: bool = True) -> Smallest | None:
    """What is known of the smallest step nets, with `listing` of all; None where that takes long, or none is needed."""
    if len(data.points) > MOST_POINTS or data.inputs > MOST_INPUTS:
        return None
    try:
        return find(data, seconds=SECONDS, listing=listing)
    except DataError:  # one target only, or the time was too short: there is nothing to compare with
        return None


def fewest(found: Smallest | None) -> int | None:
    """The hidden units of the smallest step nets, where it is known that no fewer suffice."""
    if found is None or not found.sets or len(found.sets[0]) > found.bounds.lower:
        return None
    return len(found.sets[0])


def _designs(found: Smallest | None) -> tuple[tuple[str, ...], ...]:
    """All smallest step nets as their dichotomies; none where not all are known."""
    if found is None or not found.all_listed:
        return ()
    named = texts(found.units.on)
    return tuple(tuple(sorted(named[unit] for unit in chosen)) for chosen in found.sets)


def _nearest(
    shown: ShownPerceptron, act: Act, data: Points, found: Smallest | None, designs: tuple[tuple[str, ...], ...]
) -> NearestDesign | None:
    """The design nearest to the shown net; None where none is known, or float64 cannot tell its points apart."""
    own = texts(np.array([row.hidden for row in shown.table]) > (OFF[act] + 1) / 2)
    place, _ = nearest(own, designs)
    if found is None or place is None:
        return None
    named = texts(found.units.on)
    chosen = [named.index(unit) for unit in designs[place]]
    planes = [found.units.planes[unit] for unit in chosen]
    try:
        weights = step_net(exact(data.points), data.targets, found.units.on[:, chosen], planes)
    except ArithmeticError:
        return None
    return NearestDesign(
        design=place,
        hidden_weight=weights.hidden_weight,
        hidden_bias=weights.hidden_bias,
        output_weight=weights.output_weight,
        output_bias=weights.output_bias,
        lines=tuple(units.line(*unit) for unit in zip(weights.hidden_weight, weights.hidden_bias, strict=True)),
        same=tuple(designs[place].index(unit) if unit in designs[place] else None for unit in own),
    )


def _given(config: CheckerboardConfig, name: str, data: Points) -> MLP:
    """The net of the given weights, if these fit to the settings and the points."""
    model = given(name, data, act=config.act, scale=config.scale)
    hid = model.hidden_weight.shape[1]
    if config.hid not in (None, hid):
        raise ConfigError(f"--hid {config.hid}: the weights {name} have {hid} hidden units; leave --hid out")
    return model


def _scale(config: CheckerboardConfig, data: Points) -> SigmoidScale | None:
    """What a factor does to given weights that were made for step units, with whatever units they are used now."""
    if config.set_weights is None:
        return None
    weights = load_weights(config.set_weights)
    return sigmoid_scale(weights, data.points, data.targets) if weights.act == "step" else None
