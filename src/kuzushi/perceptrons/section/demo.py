"""The perceptron demo: points in the plane, and all nets of the page on them."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from kuzushi.core.demo import Demo
from kuzushi.core.reference import PUBLISHED, PublishedPerceptron
from kuzushi.core.results import Matrix, Result, Vector
from kuzushi.core.sections import counted
from kuzushi.perceptrons.figures.nets import WORDS
from kuzushi.perceptrons.results import (
    Activations,
    CheckerboardResult,
    Design,
    DesignResult,
    NearestDesign,
    ShownPerceptron,
    SigmoidScale,
)
from kuzushi.perceptrons.section.perceptrons import BOARD, NAMES, name_of

REPORT = PUBLISHED.checkerboard
MOST_UNITS, MOST_POINTS = 8, 200
"""What the demo draws at 60 frames a second; `perceptrons/state.js` has the same limits."""


@dataclass(frozen=True, kw_only=True)
class Net:
    """A net that the demo offers."""

    group: str
    name: str
    points: str
    """Name of its points."""
    act: str
    hidden_weight: Matrix
    hidden_bias: Vector
    output_weight: Matrix
    output_bias: Vector
    right_from: float | None = None
    """Factor on all weights from which sigmoid units are proved right on every point, if known."""

    @property
    def content(self) -> tuple[Any, ...]:
        """Everything but the names: equal nets have equal content."""
        return self.points, self.act, self.hidden_weight, self.hidden_bias, self.output_weight, self.output_bias


def perceptron_demo(results: Sequence[Result]) -> Demo | None:
    """Return the points and nets of the demo; None if no result has a perceptron.

    Nets of other than two inputs are left out; those that are too large are named in `left_out`.
    """
    if not any(isinstance(result, CheckerboardResult | DesignResult) for result in results):
        return None
    sets = {BOARD: {"name": BOARD, "points": REPORT.points, "targets": REPORT.targets}}
    offered, left_out = [_published("report", REPORT.by_hand), _published("report-trained", REPORT.trained)], []
    for net, table in _nets(results):
        if len(net.hidden_weight[0]) != 2:
            continue
        if len(net.hidden_weight) > MOST_UNITS or len(table) > MOST_POINTS:
            left_out.append(net.name)
            continue
        sets.setdefault(net.points, _points(net.points, table))
        offered.append(net)
    nets = [asdict(net) for net in _distinct(offered)]
    return Demo(
        invitation="drag the lines of a perceptron",
        name="perceptron_demo",
        data={"points": list(sets.values()), "nets": nets, "left_out": sorted(set(left_out))},
    )


def _nets(results: Sequence[Result]) -> Iterator[tuple[Net, Sequence[Activations]]]:
    """Yield every net of the results with its points."""
    for result in results:
        if isinstance(result, CheckerboardResult):
            points, table = result.config.data, result.shown.table
            factor = _right_from(result.scale, result.config.scale)
            yield _net(result.shown, "Nets of this page", name_of(result), points, result.act, factor), table
            if result.nearest is not None:
                units = counted(len(result.nearest.hidden_weight), "step unit")
                name = f"the smallest net most like {name_of(result)}: {units}"
                yield _net(result.nearest, "Smallest nets", name, points, "step"), table
        elif isinstance(result, DesignResult):
            for number, design in enumerate(result.designs, start=1):
                known = f" ({design.name})" if design.name else ""
                units = counted(len(design.hidden_weight), "step unit")
                name = f"smallest net {number} of {len(result.designs)}{known}: {units}"
                factor = _right_from(design.scale, 1.0)
                yield _net(design, "Smallest nets", name, result.config.data, "step", factor), design.table


def _published(name: str, net: PublishedPerceptron) -> Net:
    return _net(net, "The report", f"{NAMES[name]}, {net.hid} {WORDS[net.act]} units", BOARD, net.act)


def _net(
    weights: PublishedPerceptron | ShownPerceptron | NearestDesign | Design,
    group: str,
    name: str,
    points: str,
    act: str,
    right_from: float | None = None,
) -> Net:
    return Net(
        group=group, name=name if points == BOARD else f"{name}, on {points}", points=points, act=act,
        hidden_weight=weights.hidden_weight, hidden_bias=weights.hidden_bias,
        output_weight=weights.output_weight, output_bias=weights.output_bias, right_from=right_from,
    )  # fmt: skip


def _right_from(scale: SigmoidScale | None, factor: float) -> float | None:
    """Return the factor for weights that are already multiplied by `factor`."""
    if scale is None or scale.right_from is None or not scale.stays_right:
        return None
    return scale.right_from / factor


def _distinct(nets: Sequence[Net]) -> list[Net]:
    """Return each net once, under its first name and with a factor if one is known; number nets of the same name."""
    by_content: dict[tuple[Any, ...], Net] = {}
    for net in nets:
        first = by_content.setdefault(net.content, net)
        by_content[net.content] = replace(first, right_from=first.right_from or net.right_from)
    names = [net.name for net in by_content.values()]
    return [
        replace(net, name=f"{net.name}, number {names[: i + 1].count(net.name)}")
        if names.count(net.name) > 1 else net
        for i, net in enumerate(by_content.values())
    ]  # fmt: skip


def _points(name: str, table: Sequence[Activations]) -> dict[str, Any]:
    return {"name": name, "points": [row.point for row in table], "targets": [row.target for row in table]}
