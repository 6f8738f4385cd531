"""The smallest step nets for labelled points as an experiment: find, prove and enumerate them, and check all claims."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from kuzushi.core.device import one_thread
from kuzushi.core.errors import DataError
from kuzushi.core.journal import Journal, Progress, Silent
from kuzushi.core.provenance import provenance
from kuzushi.core.results import Arrays
from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.configs import DesignConfig
from kuzushi.perceptrons.minimal.dichotomies import Dichotomies, exact
from kuzushi.perceptrons.minimal.integer_weights import step_net
from kuzushi.perceptrons.minimal.smallest import STEPS, Smallest, kinds, smallest
from kuzushi.perceptrons.nets import MLP, load_weights
from kuzushi.perceptrons.points import Points
from kuzushi.perceptrons.results import Design, DesignResult
from kuzushi.perceptrons.sigmoid_scale import sigmoid_scale
from kuzushi.perceptrons.units import describe, frame
from kuzushi.proofs.minimality_format import MinimalityProof, Unit, Weighing
from kuzushi.proofs.step_net_claims import MOST_SETS, check_claims

SILENT: Journal = Silent()
BY_HAND = "the report's net by hand"
MOST_KINDS = 200
"""Weights are found for at most so many kinds of designs: that takes longer than to enumerate them."""
MOST_POINTS, MOST_BITS = 300, 62
"""Points whose distances and pairs fit into memory, and hidden units whose regions fit into int64."""


@one_thread()
def run(config: DesignConfig, *, journal: Journal = SILENT) -> DesignResult:
    """Find the smallest step nets, prove that none is smaller, and check all claims by independent code.

    Raises:
        DataError: if the points cannot be read, have one target only, or are too many for the time limit.
        ProofError: if the proof does not pass its check.
    """
    data = load(config.data)
    made = provenance(config, device="cpu", threads=torch.get_num_threads())
    journal.begin(config, made, data.sha256)

    def done(step: str, number: int) -> None:
        steps = (*STEPS, "checked")
        journal.progress(Progress(stage="design", done=steps.index(step) + 1, total=len(steps), metrics={step: number}))

    started = time.monotonic()
    found = find(data, seconds=config.time_limit, done=done)
    claims = claim(data, found)
    claimed = time.monotonic()
    count_checked = check_claims(**vars(claims))
    done("checked", len(claims.designs))
    designs = claims.designs[: config.shown]
    return DesignResult(
        config=config,
        data_sha256=data.sha256,
        lower=claims.lower,
        upper=claims.upper,
        impossible=claims.impossible,
        realisable=claims.realisable,
        kinds=len(kinds(found.sets, found.images)),
        designs=designs,
        proof=claims.proof,
        count_checked=count_checked,
        seconds=claimed - started,
        seconds_checked=time.monotonic() - claimed,
        provenance=made,
        arrays=_planes(data, designs) if data.inputs == 2 and (claims.upper or 0) <= MOST_BITS else {},
    )


def is_unchanged(config: DesignConfig, result: DesignResult, folder: Path) -> bool:
    """Return whether the points named in the settings are still those of the finished run."""
    return load(config.data).sha256 == result.data_sha256


@dataclass(frozen=True)
class Claims:
    """The claims about the smallest step nets for some points, and their proof: the arguments of `check_claims`."""

    proof: MinimalityProof
    designs: tuple[Design, ...]
    lower: int
    upper: int | None
    impossible: Weighing | None
    realisable: int | None


def find(
    data: Points,
    *,
    seconds: float,
    enumerate_all: bool = True,
    done: Callable[[str, int], None] = lambda step, number: None,
) -> Smallest:
    """Find the smallest step nets for labelled points, as `smallest` does for exact ones.

    Raises:
        DataError: if the points are too many, have one target only, or there is not enough time to find their
            dichotomies.
    """
    if len(data.targets) > MOST_POINTS:
        raise DataError(f"{data.name}: holds {len(data.targets)} points; expected at most {MOST_POINTS}")
    if len(set(data.targets.tolist())) < 2:
        raise DataError(f"{data.name}: all points have target {data.targets[0]}; a net without hidden units is right")
    try:
        return smallest(exact(data.points), data.targets, seconds=seconds, enumerate_all=enumerate_all, done=done)
    except TimeoutError as error:
        raise DataError(
            f"{data.name}: the dichotomies of {len(data.points)} points with {data.inputs} inputs were not found in "
            f"{seconds:g} s; give a longer --time-limit, or fewer points"
        ) from error


def claim(data: Points, found: Smallest) -> Claims:
    """Return everything that is to be checked.

    Raises:
        DataError: if points are too close together for float64 weights.
    """
    proof = prove(data, found)
    return Claims(
        proof=proof,
        designs=design_nets(data, found),
        lower=proof.bound,
        upper=len(found.sets[0]) if found.sets else None,
        impossible=None if found.impossible is None else _certificate(found.impossible),
        realisable=len(found.sets) if found.complete else None,
    )


def design_nets(data: Points, found: Smallest) -> tuple[Design, ...]:
    """Return a net of each kind, of at most MOST_KINDS: that of the report first, then by output margin.

    Raises:
        DataError: if points are too close together for float64 weights.
    """
    by_hand = _units_by_hand(data, found.units)
    designs = []
    for orbit in kinds(found.sets, found.images)[:MOST_KINDS]:
        known = by_hand is not None and tuple(sorted(by_hand)) in orbit
        chosen = by_hand if by_hand is not None and known else orbit[0]
        try:
            designs.append(_design(data, found.units, chosen, len(orbit), known=known))
        except ArithmeticError as error:
            raise DataError(
                f"{data.name}: no float64 weights were found that separate its points; some are too close together "
                "for coordinates of this size: move the points to the origin, or round them"
            ) from error
    designs.sort(key=lambda design: (design.name is None, -design.output_margin, -design.distance, design.units))
    return tuple(designs)


def prove(data: Points, found: Smallest) -> MinimalityProof:
    """Return the proof of the lower bound as plain data, with certificates against every other set if these are few."""
    units, bounds = found.units, found.bounds
    numbers = bounds.certificates.numbers
    if found.complete and comb(len(units), bounds.lower) <= MOST_SETS:
        numbers = np.vstack([numbers, found.certificates.numbers])
    return MinimalityProof(
        points=tuple(tuple(map(repr, point)) for point in data.points.tolist()),
        targets=tuple(data.targets.tolist()),
        bound=bounds.lower if found.impossible is None else len(data.targets),
        units=tuple(
            Unit(on="".join("01"[on] for on in column), weight=weight, bias=bias)
            for column, (weight, bias) in zip(units.on.T.astype(int).tolist(), units.planes, strict=True)
        ),
        weighings=tuple(map(_certificate, numbers)),
        symmetries=tuple(map(tuple, found.generators.tolist())),
        whole=bounds.whole,
        cases=bounds.cases,
    )


def _certificate(numbers: NDArray[np.int64]) -> Weighing:
    """Return a certificate of shape (points,) as plain data."""
    points = np.flatnonzero(numbers)
    return Weighing(points=tuple(points.tolist()), numbers=tuple(numbers[points].tolist()))


def _units_by_hand(data: Points, units: Dichotomies) -> tuple[int, ...] | None:
    """Return the units of the report's net by hand, in its order, if these are the points of the report."""
    if data.sha256 != load("board").sha256:
        return None
    weights = load_weights("report")
    on = data.points @ np.array(weights.hidden_weight).T + weights.hidden_bias > 0  # (points, hid)
    return tuple(units.indices(on))


def _design(data: Points, units: Dichotomies, chosen: tuple[int, ...], count: int, *, known: bool) -> Design:
    """Return the net of a set of units with its smallest integer weights, margins and factor."""
    planes = [units.planes[unit] for unit in chosen]
    weights = step_net(exact(data.points), data.targets, units.on[:, list(chosen)], planes)
    model = MLP.from_weights(weights, act="step")
    described = describe(model, 0, torch.from_numpy(data.points), torch.from_numpy(data.targets))
    with torch.no_grad():
        logits = model(torch.from_numpy(data.points)).logits[0]
    hidden_weight = np.array(weights.hidden_weight)
    heights = np.abs(data.points @ hidden_weight.T + weights.hidden_bias)  # (points, hid)
    return Design(
        units=chosen,
        name=BY_HAND if known else None,
        symmetric=count,
        hidden_weight=weights.hidden_weight,
        hidden_bias=weights.hidden_bias,
        output_weight=weights.output_weight,
        output_bias=weights.output_bias,
        lines=described.lines,
        table=described.table,
        hidden_margin=float(heights.min()),
        output_margin=float(logits.abs().min()),
        distance=float((heights / np.linalg.norm(hidden_weight, axis=1)).min()),
        scale=sigmoid_scale(weights, data.points, data.targets),
    )


def _planes(data: Points, designs: Sequence[Design]) -> Arrays:
    """Return the regions into which the units of each design cut the plane, and its output there."""
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
