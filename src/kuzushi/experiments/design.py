"""The smallest step nets for labelled points: find them, prove that none is smaller, list them, check all of it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
import torch
from numpy.typing import NDArray

from kuzushi.analysis.dichotomies import Dichotomies, exact
from kuzushi.analysis.scale import sigmoid_scale
from kuzushi.analysis.small_weights import step_net
from kuzushi.analysis.smallest import STEPS, Smallest, kinds, smallest
from kuzushi.analysis.units import describe, frame
from kuzushi.configs import DesignConfig
from kuzushi.data.checkerboard import load
from kuzushi.data.points import Points
from kuzushi.errors import DataError
from kuzushi.experiments.device import one_thread
from kuzushi.models.perceptron import MLP, load_weights
from kuzushi.proofs.claims import MOST_SETS, check_claims
from kuzushi.results import Arrays, Design, DesignResult, MinimalityProof, Unit, Weighing
from kuzushi.runs import Journal, Progress, Silent, provenance

SILENT: Journal = Silent()
STUDY = "the study's net by hand"
MOST_KINDS = 200
"""Of more kinds of designs than these, the first are worked out: that takes longer than to list them."""
MOST_POINTS, MOST_BITS = 300, 62
"""Points of which the distances and pairs fit into memory, and hidden units of which a region does into int64."""


@one_thread()
def run(config: DesignConfig, *, journal: Journal = SILENT) -> DesignResult:
    """Find the smallest step nets, prove that none is smaller, work out those to be shown, and check all of it.

    Raises:
        DataError: if the points cannot be read, have one target only, or are too many for the time limit.
        ProofError: if the proof does not pass its check.
    """
    data = load(config.data)
    made = provenance(config, device="cpu", threads=torch.get_num_threads())
    journal.begin(config, made, data.sha256)

    def done(step: str, number: int) -> None:
        place = (*STEPS, "checked").index(step) + 1
        journal.progress(Progress(stage="design", done=place, total=len(STEPS) + 1, metrics={step: number}))

    started = time.monotonic()
    found = find(data, seconds=config.time_limit, done=done)
    claims = claim(data, found)
    claimed = time.monotonic()
    count_checked = check_claims(**vars(claims))
    done("checked", len(claims.designs))
    shown = claims.designs[: config.shown]
    return DesignResult(
        config=config,
        data_sha256=data.sha256,
        lower=claims.lower,
        upper=claims.upper,
        impossible=claims.impossible,
        realisable=claims.realisable,
        kinds=len(kinds(found.sets, found.images)),
        designs=shown,
        proof=claims.proof,
        count_checked=count_checked,
        seconds=claimed - started,
        seconds_checked=time.monotonic() - claimed,
        provenance=made,
        arrays=_planes(data, shown) if data.inputs == 2 and (claims.upper or 0) <= MOST_BITS else {},
    )


@dataclass(frozen=True)
class Claims:
    """What is claimed of the smallest step nets for some points, in plain numbers, and the proof of it.

    The names are those of `kuzushi.proofs.claims.check_claims`, and of DesignResult.
    """

    proof: MinimalityProof
    designs: tuple[Design, ...]
    lower: int
    upper: int | None
    impossible: Weighing | None
    realisable: int | None


def find(
    data: Points, *, seconds: float, listing: bool = True, done: Callable[[str, int], None] = lambda step, number: None
) -> Smallest:
    """As analysis.smallest, with errors that a person can mend.

    Raises:
        DataError: if the points are too many, or have one target only, or the time does not suffice to list their
            dichotomies.
    """
    if len(data.targets) > MOST_POINTS:
        raise DataError(f"{data.name}: holds {len(data.targets)} points; expected at most {MOST_POINTS}")
    if len(set(data.targets.tolist())) < 2:
        raise DataError(f"{data.name}: all points have target {data.targets[0]}; a net without hidden units is right")
    try:
        return smallest(exact(data.points), data.targets, seconds=seconds, listing=listing, done=done)
    except TimeoutError as error:
        raise DataError(
            f"{data.name}: the dichotomies of {len(data.points)} points with {data.inputs} inputs could not be listed "
            f"in {seconds:g} s; give a longer --time-limit, or fewer points"
        ) from error


def claim(data: Points, found: Smallest) -> Claims:
    """Everything that was found, ready to be checked.

    Raises:
        DataError: if points lie too near together for weights of float64 to divide them.
    """
    proof = proved(data, found)
    return Claims(
        proof=proof,
        designs=work_out(data, found),
        lower=proof.bound,
        upper=len(found.sets[0]) if found.sets else None,
        impossible=None if found.impossible is None else _weighing(found.impossible),
        realisable=len(found.sets) if found.all_listed else None,
    )


def work_out(data: Points, found: Smallest) -> tuple[Design, ...]:
    """One design of each kind, or of MOST_KINDS of them: the study's first, then the largest output margin first.

    Raises:
        DataError: if points lie too near together for weights of float64 to divide them.
    """
    studied = _studied(data, found.units)
    designs = []
    for alike in kinds(found.sets, found.images)[:MOST_KINDS]:
        known = studied is not None and tuple(sorted(studied)) in alike
        chosen = studied if studied is not None and known else alike[0]
        try:
            designs.append(_design(data, found.units, chosen, len(alike), known=known))
        except ArithmeticError as error:
            raise DataError(
                f"{data.name}: no weights of float64 were found that divide its points; some lie too near together "
                "for how large the coordinates are: move the points to the origin, or round them"
            ) from error
    designs.sort(key=lambda design: (design.name is None, -design.output_margin, -design.distance, design.units))
    return tuple(designs)


def proved(data: Points, found: Smallest) -> MinimalityProof:
    """The proof of the lower bound, in plain numbers; with weighings against every other set where these are few."""
    units, bounds = found.units, found.bounds
    numbers = bounds.weighings.numbers
    if found.all_listed and comb(len(units), bounds.lower) <= MOST_SETS:
        numbers = np.vstack([numbers, found.weighings.numbers])
    return MinimalityProof(
        points=tuple(tuple(map(repr, point)) for point in data.points.tolist()),
        targets=tuple(data.targets.tolist()),
        bound=bounds.lower if found.impossible is None else len(data.targets),
        units=tuple(
            Unit(on="".join("01"[on] for on in column), weight=weight, bias=bias)
            for column, (weight, bias) in zip(units.on.T.astype(int).tolist(), units.planes, strict=True)
        ),
        weighings=tuple(map(_weighing, numbers)),
        symmetries=tuple(map(tuple, found.generators.tolist())),
        whole=bounds.whole,
        cases=bounds.cases,
    )


def _weighing(numbers: NDArray[np.int64]) -> Weighing:
    """A weighing in plain numbers, from those of shape (points,)."""
    points = np.flatnonzero(numbers)
    return Weighing(points=tuple(points.tolist()), numbers=tuple(numbers[points].tolist()))


def _studied(data: Points, units: Dichotomies) -> tuple[int, ...] | None:
    """The units of the study's net by hand, in its order, where these points are those of the study."""
    if data.sha256 != load("board").sha256:
        return None
    weights = load_weights("report")
    on = data.points @ np.array(weights.hidden_weight).T + weights.hidden_bias > 0  # (points, hid)
    return tuple(units.places(on))


def _design(data: Points, units: Dichotomies, chosen: tuple[int, ...], count: int, *, known: bool) -> Design:
    """One set of units with its smallest whole weights, and what can be said of it."""
    planes = [units.planes[unit] for unit in chosen]
    weights = step_net(exact(data.points), data.targets, units.on[:, list(chosen)], planes)
    model = MLP.from_weights(weights, act="step")
    shown = describe(model, 0, torch.from_numpy(data.points), torch.from_numpy(data.targets))
    with torch.no_grad():
        logits = model(torch.from_numpy(data.points)).logits[0]
    hidden_weight = np.array(weights.hidden_weight)
    heights = np.abs(data.points @ hidden_weight.T + weights.hidden_bias)  # (points, hid)
    return Design(
        units=chosen,
        name=STUDY if known else None,
        symmetric=count,
        hidden_weight=weights.hidden_weight,
        hidden_bias=weights.hidden_bias,
        output_weight=weights.output_weight,
        output_bias=weights.output_bias,
        lines=shown.lines,
        table=shown.table,
        hidden_margin=float(heights.min()),
        output_margin=float(logits.abs().min()),
        distance=float((heights / np.linalg.norm(hidden_weight, axis=1)).min()),
        scale=sigmoid_scale(weights, data.points, data.targets),
    )


def _planes(data: Points, designs: Sequence[Design]) -> Arrays:
    """The regions into which the units of each design cut the plane, and what the design says there."""
    axis1, axis2 = (axis.numpy() for axis in frame(torch.from_numpy(data.points)))
    grid = np.stack(np.meshgrid(axis1, axis2), axis=-1)  # (x2, x1, 2)
    regions, output = [], []
    for design in designs:
        on = grid @ np.array(design.hidden_weight).T + design.hidden_bias >= 0  # (x2, x1, hid)
        regions.append((on.astype(np.int64) << np.arange(on.shape[-1])).sum(-1))
        output.append(on @ np.array(design.output_weight[0]) + design.output_bias[0] >= 0)
    shape = (len(designs), len(axis2), len(axis1))
    return {
        "axis1": axis1,
        "axis2": axis2,
        "regions": np.array(regions, dtype=np.int64).reshape(shape),
        "output": np.array(output, dtype=np.int8).reshape(shape),
    }
