"""The perceptron demo: points in the plane, and all nets of the page on them."""

from collections.abc import Iterator, Sequence
from typing import Any

from kuzushi.core.demo import Demo
from kuzushi.core.published import PUBLISHED, PublishedPerceptron
from kuzushi.core.results import Result
from kuzushi.core.sections import counted
from kuzushi.perceptrons.figures.nets import NAMES, WORDS, name_of
from kuzushi.perceptrons.results import (
    Activations,
    CheckerboardResult,
    Design,
    DesignResult,
    NearestDesign,
    ShownPerceptron,
    SigmoidScale,
)
from kuzushi.perceptrons.section.perceptrons import BOARD

REPORT = PUBLISHED.checkerboard
MOST_UNITS, MOST_POINTS = 8, 200
"""What the demo draws at 60 frames a second; `perceptrons/state.js` has the same limits."""

WEIGHTS = ("hidden_weight", "hidden_bias", "output_weight", "output_bias")
Net = dict[str, Any]
"""Group, name, points, activation and weights of an offered net, and `right_from`: the factor on all weights from which
sigmoid units are proved right on every point, if known."""


def perceptron_demo(results: Sequence[Result]) -> Demo | None:
    """Return the points and nets of the demo; None if no result has a perceptron.

    Nets of other than two inputs are left out; those that are too large are named in `left_out`.
    """
    if not any(isinstance(result, CheckerboardResult | DesignResult) for result in results):
        return None
    sets = {BOARD: {"name": BOARD, "points": REPORT.points, "targets": REPORT.targets}}
    offered, left_out = [_published("report", REPORT.by_hand), _published("report-trained", REPORT.trained)], []
    for net, table in _nets(results):
        if len(net["hidden_weight"][0]) != 2:
            continue
        if len(net["hidden_weight"]) > MOST_UNITS or len(table) > MOST_POINTS:
            left_out.append(net["name"])
            continue
        points, targets = [row.point for row in table], [row.target for row in table]
        sets.setdefault(net["points"], {"name": net["points"], "points": points, "targets": targets})
        offered.append(net)
    return Demo(
        invitation="drag the lines of a perceptron",
        name="perceptron_demo",
        data={"points": list(sets.values()), "nets": _distinct(offered), "left_out": sorted(set(left_out))},
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
    return {
        "group": group, "name": name if points == BOARD else f"{name}, on {points}", "points": points, "act": act,
        **{field: getattr(weights, field) for field in WEIGHTS}, "right_from": right_from,
    }  # fmt: skip


def _right_from(scale: SigmoidScale | None, factor: float) -> float | None:
    """Return the factor for weights that are already multiplied by `factor`."""
    if scale is None or scale.right_from is None or not scale.stays_right:
        return None
    return scale.right_from / factor


def _distinct(nets: Sequence[Net]) -> list[Net]:
    """Return each net once, under its first name and with a factor if one is known; number nets of the same name."""
    by_content: dict[tuple[Any, ...], Net] = {}
    for net in nets:
        first = by_content.setdefault(tuple(net[field] for field in ("points", "act", *WEIGHTS)), net)
        first["right_from"] = first["right_from"] or net["right_from"]
    names = [net["name"] for net in by_content.values()]
    for i, net in enumerate(by_content.values()):
        if names.count(names[i]) > 1:
            net["name"] = f"{names[i]}, number {names[: i + 1].count(names[i])}"
    return list(by_content.values())
