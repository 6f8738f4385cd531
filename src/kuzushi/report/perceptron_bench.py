"""The perceptron bench: points in the plane, and every net of the report on them."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from kuzushi.plots.checkerboard import WORDS
from kuzushi.plots.designs import counted
from kuzushi.reference import PUBLISHED, PublishedPerceptron
from kuzushi.report.bench import Bench
from kuzushi.report.checkerboard import BOARD, GIVEN, name_of
from kuzushi.results import (
    Activations,
    CheckerboardResult,
    Design,
    DesignResult,
    Matrix,
    Result,
    SigmoidScale,
    Vector,
)

STUDY = PUBLISHED.checkerboard
MOST_UNITS, MOST_POINTS = 8, 200
"""What the bench draws at 60 frames a second; `perceptron/state.js` has the same limits."""


@dataclass(frozen=True, kw_only=True)
class Net:
    """A net that the bench offers."""

    group: str
    name: str
    points: str
    """The name of the points that it is for."""
    act: str
    hidden_weight: Matrix
    hidden_bias: Vector
    output_weight: Matrix
    output_bias: Vector
    right_from: float | None = None
    """The factor on all weights from which sigmoid units are proved right on every point, if one is known."""

    @property
    def content(self) -> tuple[Any, ...]:
        """What tells nets apart, whatever they are called."""
        return self.points, self.act, self.hidden_weight, self.hidden_bias, self.output_weight, self.output_bias


def perceptron_bench(results: Sequence[Result]) -> Bench | None:
    """What the bench works with; None without a perceptron, trained, given or designed.

    Nets of other than two inputs are no nets on a plane; those that are too large are named in `left_out`.
    """
    if not any(isinstance(result, CheckerboardResult | DesignResult) for result in results):
        return None
    sets = {BOARD: _board()}
    offered, left_out = [_published("report", STUDY.by_hand), _published("report-trained", STUDY.trained)], []
    for net, table in _nets(results):
        if len(net.hidden_weight[0]) != 2:
            continue
        if len(net.hidden_weight) > MOST_UNITS or len(table) > MOST_POINTS:
            left_out.append(net.name)
            continue
        sets.setdefault(net.points, _points(net.points, table))
        offered.append(net)
    nets = [asdict(net) for net in _apart(offered)]
    return Bench(
        invitation="drag the lines of a perceptron",
        name="perceptron_bench",
        data={"points": list(sets.values()), "nets": nets, "left_out": sorted(set(left_out))},
    )


def _nets(results: Sequence[Result]) -> Iterator[tuple[Net, Sequence[Activations]]]:
    """Every net of the results, with its points."""
    for result in results:
        if isinstance(result, CheckerboardResult):
            yield _shown(result), result.shown.table
            nearest = _nearest(result)
            if nearest is not None:
                yield nearest, result.shown.table
        elif isinstance(result, DesignResult):
            for number, design in enumerate(result.designs, start=1):
                yield _design(result, number, design), design.table


def _published(name: str, net: PublishedPerceptron) -> Net:
    return Net(
        group="The study", name=f"{GIVEN[name]}, {net.hid} {WORDS[net.act]} units", points=BOARD, act=net.act,
        hidden_weight=net.hidden_weight, hidden_bias=net.hidden_bias,
        output_weight=net.output_weight, output_bias=net.output_bias,
    )  # fmt: skip


def _shown(result: CheckerboardResult) -> Net:
    shown = result.shown
    return Net(
        group="Nets of this report", name=name_of(result) + _on(result.config.data), points=result.config.data,
        act=result.act, hidden_weight=shown.hidden_weight, hidden_bias=shown.hidden_bias,
        output_weight=shown.output_weight, output_bias=shown.output_bias,
        right_from=_right_from(result.scale, result.config.scale),
    )  # fmt: skip


def _nearest(result: CheckerboardResult) -> Net | None:
    nearest = result.nearest
    if nearest is None:
        return None
    units = len(nearest.hidden_weight)
    return Net(
        group="Smallest nets", name=f"the smallest net most like {name_of(result)}: {counted(units, 'step unit')}"
        + _on(result.config.data), points=result.config.data, act="step", hidden_weight=nearest.hidden_weight,
        hidden_bias=nearest.hidden_bias, output_weight=nearest.output_weight,
        output_bias=nearest.output_bias,
    )  # fmt: skip


def _design(result: DesignResult, number: int, design: Design) -> Net:
    units = counted(len(design.hidden_weight), "step unit")
    called = f" ({design.name})" if design.name else ""
    return Net(
        group="Smallest nets", name=f"smallest net {number} of {len(result.designs)}{called}: {units}"
        + _on(result.config.data), points=result.config.data, act="step", hidden_weight=design.hidden_weight,
        hidden_bias=design.hidden_bias, output_weight=design.output_weight, output_bias=design.output_bias,
        right_from=_right_from(design.scale, 1.0),
    )  # fmt: skip


def _right_from(scale: SigmoidScale | None, factor: float) -> float | None:
    """The factor on weights that were multiplied by `factor` already."""
    proved = scale is not None and scale.stays_right and scale.right_from is not None
    return scale.right_from / factor if proved else None  # type: ignore[union-attr, operator]


def _apart(nets: Sequence[Net]) -> list[Net]:
    """Each net once, under its first name, and with a factor if one is known; those of one name are numbered."""
    kept: dict[tuple[Any, ...], Net] = {}
    for net in nets:
        first = kept.setdefault(net.content, net)
        kept[net.content] = replace(first, right_from=first.right_from or net.right_from)
    names = [net.name for net in kept.values()]
    return [
        replace(net, name=f"{net.name}, number {names[: place + 1].count(net.name)}")
        if names.count(net.name) > 1 else net
        for place, net in enumerate(kept.values())
    ]  # fmt: skip


def _board() -> dict[str, Any]:
    return {"name": BOARD, "points": STUDY.points, "targets": STUDY.targets}


def _points(name: str, table: Sequence[Activations]) -> dict[str, Any]:
    return {"name": name, "points": [row.point for row in table], "targets": [row.target for row in table]}


def _on(points: str) -> str:
    return "" if points == BOARD else f", on {points}"
