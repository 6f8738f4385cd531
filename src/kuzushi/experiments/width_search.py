"""How many hidden units a net of characters needs, chosen on a validation part."""

import statistics
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int, UInt8
from numpy.typing import NDArray
from torch import Tensor

from kuzushi.analysis.intervals import wilson
from kuzushi.analysis.parameters import parameter_table
from kuzushi.configs import CharactersConfig, WidthSearchConfig
from kuzushi.data.batches import scaled
from kuzushi.data.images import ImageData
from kuzushi.data.sources import load
from kuzushi.data.split import validation
from kuzushi.experiments.characters import summary_of
from kuzushi.experiments.device import pick
from kuzushi.experiments.recognisers import TESTED_AT_ONCE, plan, recipe
from kuzushi.models.characters import NetFull, build
from kuzushi.models.side_by_side import SideBySide
from kuzushi.results import SearchedWidth, WidthScore, WidthSearchResult
from kuzushi.runs import Journal, Silent, provenance
from kuzushi.training import Evaluation, History, fit

SILENT: Journal = Silent()


@dataclass(frozen=True, kw_only=True)
class Trained:
    """The nets of all widths and seeds, the seeds of one width together, and what they make of the held-out images."""

    model: SideBySide
    history: History
    right: Bool[Tensor, "nets n"]
    """Which images each net reads right."""
    loss: Float[Tensor, " nets"]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A width chosen by the one-standard-error rule; widths are counted from 0, the narrowest first."""

    best: int
    standard_error: float
    chosen: int


def run(config: WidthSearchConfig, *, journal: Journal = SILENT) -> WidthSearchResult:
    """Choose a width by nets that learn without the validation part; then train all widths on all training images.

    The test part is read once, after the choice. Weights are those of the chosen width's first seed.

    Raises:
        KuzushiError: if the images cannot be had, or the device is not there.
    """
    device = pick(config.device)
    data = load(config.data, seed=config.seed)
    made = provenance(config, device=str(device), threads=torch.get_num_threads())
    journal.begin(config, made, data.sha256)
    divided = validation(data)
    judged = train(config, divided, device=device, journal=journal, stage="validation")
    choice = choose(judged.right.view(len(config.widths), config.seeds, -1).numpy())
    final = train(config, data, device=device, journal=journal, stage="final")
    return WidthSearchResult(
        config=config,
        data=summary_of(data),
        validation=len(divided.test_labels),
        widths=tuple(
            SearchedWidth(
                hid=hid,
                parameters=parameter_table(_net(hid, data, config.seed)).total,
                validation=_score(judged, slice(first, first + config.seeds)),
                test=_score(final, slice(first, first + config.seeds)),
            )
            for first, hid in zip(range(0, len(judged.loss), config.seeds), config.widths, strict=True)
        ),
        best=config.widths[choice.best],
        standard_error=choice.standard_error,
        chosen=config.widths[choice.chosen],
        seconds=judged.history.seconds + final.history.seconds,
        provenance=made,
        weights={
            name: tensor.cpu().contiguous().numpy()
            for name, tensor in final.model.state_of(choice.chosen * config.seeds).items()
        },
    )  # fmt: skip


def choose(right: NDArray[np.bool_]) -> Choice:
    """Choose the narrowest width whose mean accuracy is at most one standard error below the best.

    The rule is that of Breiman, Friedman, Olshen and Stone 1984 (Classification and Regression Trees, section 3.4.3).
    The standard error is that of the best width's mean accuracy over the images, each of which counts by the share of
    the seeds that read it right; for one seed it is sqrt(p (1 - p) / n).

    Args:
        right: which images each net reads right, of shape (widths, seeds, n); the narrowest first.
    """
    shares = right.mean(1)  # (widths, n)
    accuracy = shares.mean(1)  # (widths,)
    best = int(accuracy.argmax())
    error = float(shares[best].std()) / sqrt(shares.shape[1])
    return Choice(best=best, standard_error=error, chosen=int(np.argmax(accuracy >= accuracy[best] - error)))


def train(config: WidthSearchConfig, data: ImageData, *, device: torch.device, journal: Journal, stage: str) -> Trained:
    """Train the nets of all widths and seeds at once, each as `kuzushi characters --net full` trains it alone.

    All read the same images in the same order, that of the first seed; a seed gives the first weights. The test part
    of the data is read after the last update.
    """
    chosen = recipe(CharactersConfig(net="full"))
    images, labels = (torch.from_numpy(part).to(device) for part in (data.train_images, data.train_labels))
    seeds = range(config.seed, config.seed + config.seeds)
    model = SideBySide([_net(hid, data, seed) for hid in config.widths for seed in seeds]).to(device)
    updates_per_epoch = -(-len(labels) // chosen.batch)

    @lru_cache(maxsize=1)
    def order(epoch: int) -> Int[Tensor, " n"]:
        return torch.from_numpy(np.random.default_rng([config.seed, epoch]).permutation(len(labels))).to(device)

    def losses(update: int) -> Float[Tensor, " nets"]:
        epoch, place = divmod(update, updates_per_epoch)
        picked = order(epoch)[place * chosen.batch : (place + 1) * chosen.batch]
        return _each_loss(model(scaled(images[picked])), labels[picked]).mean(1)

    def evaluate(train_loss: Float[Tensor, " nets"]) -> Evaluation:
        return Evaluation(metrics={"train_losses": train_loss.tolist(), "train_loss": train_loss.mean().item()})

    planned = plan(chosen, updates_per_epoch=updates_per_epoch, epochs=config.epochs)
    history = fit(model, losses, evaluate, planned, journal=journal, stage=stage)
    right, loss = _read(model, *(torch.from_numpy(part).to(device) for part in (data.test_images, data.test_labels)))
    return Trained(model=model, history=history, right=right.cpu(), loss=loss.cpu())


def _net(hid: int, data: ImageData, seed: int) -> NetFull:
    net = build(CharactersConfig(net="full", hid=hid), classes=len(data.classes), side=data.side, seed=seed)
    assert isinstance(net, NetFull)
    return net


def _each_loss(read: Float[Tensor, "nets classes batch"], labels: Int[Tensor, " batch"]) -> Float[Tensor, "nets batch"]:
    """The negative log-likelihood of each image in each net."""
    return F.nll_loss(read, labels.expand(len(read), -1), reduction="none")


@torch.no_grad()
def _read(
    model: SideBySide, images: UInt8[Tensor, "n side side"], labels: Int[Tensor, " n"]
) -> tuple[Bool[Tensor, "nets n"], Float[Tensor, " nets"]]:
    """Which images each net reads right, and its mean loss."""
    right, losses = [], []
    for few, theirs in zip(images.split(TESTED_AT_ONCE), labels.split(TESTED_AT_ONCE), strict=True):
        read = model(scaled(few))
        right.append(read.argmax(1) == theirs)
        losses.append(_each_loss(read, theirs))
    return torch.cat(right, 1), torch.cat(losses, 1).mean(1)


def _score(trained: Trained, nets: slice) -> WidthScore:
    """The nets of one width on the held-out images."""
    correct, n = trained.right[nets].sum(1).tolist(), trained.right.shape[1]
    return WidthScore(
        accuracy=wilson(statistics.fmean(correct), n),
        spread=statistics.stdev(count / n for count in correct) if len(correct) > 1 else None,
        correct=tuple(correct),
        loss=tuple(trained.loss[nets].tolist()),
        train_loss=tuple(trained.history.metrics[-1]["train_losses"][nets]),
    )
