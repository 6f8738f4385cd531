"""Success against width: ensembles of perceptrons of growing width learn the same points."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from kuzushi.analysis.intervals import wilson
from kuzushi.analysis.solutions import solutions
from kuzushi.configs import WidthsConfig
from kuzushi.data.checkerboard import load
from kuzushi.experiments.checkerboard import fewest, smallest_nets
from kuzushi.experiments.device import one_thread, pick
from kuzushi.experiments.perceptrons import epochs_to_solve, train
from kuzushi.results import Width, WidthsResult
from kuzushi.runs import Journal, Silent, provenance

SILENT: Journal = Silent()


@one_thread()
def run(config: WidthsConfig, *, journal: Journal = SILENT) -> WidthsResult:
    """Train an ensemble of each width from the same seed, count its solved nets, and see how they divide the points.

    Raises:
        KuzushiError: if the points cannot be read, or do not fit to the settings.
    """
    device = pick(config.device)
    data = load(config.data)
    points, targets = torch.from_numpy(data.points).to(device), torch.from_numpy(data.targets).to(device)
    made = provenance(config, device=str(device), threads=torch.get_num_threads())
    journal.begin(config, made, data.sha256)
    widths = tuple(_width(hid, points, targets, config, journal) for hid in range(config.narrowest, config.widest + 1))
    return WidthsResult(
        config=config,
        data_sha256=data.sha256,
        points=tuple(tuple(point) for point in data.points.tolist()),
        targets=tuple(data.targets.tolist()),
        minimal=fewest(smallest_nets(data, listing=False)),
        widths=widths,
        seconds=sum(width.seconds for width in widths),
        provenance=made,
    )


def _width(
    hid: int,
    points: Float[Tensor, "points inputs"],
    targets: Int[Tensor, " points"],
    config: WidthsConfig,
    journal: Journal,
) -> Width:
    model, history = train(
        points, targets, hid=hid, act=config.act, nets=config.nets, epochs=config.epochs, lr=config.lr,
        seeds=[config.seed], journal=journal, stage=f"hid-{hid}",
    )  # fmt: skip
    epochs = epochs_to_solve(history, config.nets)
    found = solutions(model, points, targets)
    solved = config.nets - epochs.count(None)
    return Width(
        hid=hid,
        solved=solved,
        solved_interval=wilson(solved, config.nets),
        epochs_to_solve=epochs,
        distinct=found.distinct,
        steps=found.steps,
        wrong=found.wrong,
        seconds=history.seconds,
    )
