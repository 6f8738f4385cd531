"""The smallest step nets in words and tables: how many units, why no fewer, and every design."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Context

from kuzushi.plots.designs import LARGE, alike, counted, design_name, fewest, figures
from kuzushi.report.activations import activations
from kuzushi.report.minimality import CHECKED, minimum, reasons, smaller_sets
from kuzushi.report.sections import Section, Table, columns, how_made
from kuzushi.results import Design, DesignResult, SigmoidScale


def text(result: DesignResult) -> str:
    """What a person reads after the command: the smallest number of units, its proof in numbers, every design."""
    points, units = result.proof.points, result.proof.units
    found = (
        f"{result.config.data}: {counted(len(points), 'point')} of {counted(len(points[0]), 'input')}",
        f"{counted(len(units), 'dichotomy', 'dichotomies')}; a unit and its complement count as one",
        f"smallest step net: {minimum(result)}",
        *reasons(result),
        CHECKED,
        f"{result.seconds:.1f} s to find, to prove and to list; {result.seconds_checked:.1f} s to check",
    )
    return "\n\n".join(["\n".join(found), *(_design(result, number) for number, _ in _numbered(result))])


def section(results: Sequence[DesignResult]) -> Section:
    """These results on the page."""
    tables = [_summary(results)]
    for result in results:
        if result.designs:
            tables += [_designs(result), _weights(result)]
            tables += [_activations(result, number) for number, _ in _numbered(result)[:LARGE]]
    return Section(
        name="design",
        title="Smallest nets",
        question="How few step units are enough, and why not fewer?",
        answer=tuple(_answer(result) for result in results),
        tables=tuple(tables),
        figures=tuple(figures(results)),
        runs=how_made(results),
    )


def _answer(result: DesignResult) -> str:
    points, units = result.proof.points, result.proof.units
    ways = f"A step unit can divide the {counted(len(points), 'point')} in {counted(len(units), 'way')}"
    return " ".join([
        f"The smallest step net for {result.config.data}: {minimum(result)}.",
        f"{ways}, a unit and its complement counting as one.",
        *(f"{reason}." for reason in reasons(result)),
        f"This was {CHECKED}.",
    ])  # fmt: skip


# --- tables ---------------------------------------------------------------------------------------------------


def _summary(results: Sequence[DesignResult]) -> Table:
    return Table(
        title="The smallest step nets",
        header=(
            "points", "number", "inputs", "dichotomies", "smallest net", "sets of fewer units, none right",
            "sets of so many, right", "seconds",
        ),
        rows=tuple(_row(result) for result in results),
        note="How such a proof goes: put whole numbers on the points, at least 0 at target 1, at most 0 at target "
        "0, and 0 in all. A right net weighs them above 0, so one of its units must be on at points whose numbers do "
        "not add up to 0. Give many such weighings a share each, so that no unit can unbalance shares of "
        "more than 1 in all: then a net needs at least as many units as the shares add up to. Where no shares are "
        "enough, the proof takes the nets with a certain unit and those without it one after the other.",
    )  # fmt: skip


def _row(result: DesignResult) -> tuple[str, ...]:
    proof, impossible = result.proof, result.impossible is not None
    return (
        result.config.data, str(len(proof.points)), str(len(proof.points[0])), f"{len(proof.units):,}",
        fewest(result.lower, result.upper, impossible=impossible),
        smaller_sets(result)[0] if not impossible else "",
        "" if result.realisable is None else f"{result.realisable:,}",
        f"{result.seconds:.1f}",
    )  # fmt: skip


def _designs(result: DesignResult) -> Table:
    return Table(
        title=f"Designs for {result.config.data}",
        header=(
            "design", "how many", "smallest |input| of a hidden unit", "of the output unit", "nearest point to a line",
            "right with sigmoid units from factor", "by the margins alone from",
        ),
        rows=tuple(
            (
                design_name(number, design), alike(design), f"{design.hidden_margin:.4g}",
                f"{design.output_margin:.4g}", f"{design.distance:.4g}", _factor(design.scale),
                _certified(design.scale),
            )
            for number, design in _numbered(result)
        ),
        note="One design of each kind; the others of a kind follow by symmetries of the points. The factor is on all "
        "weights and biases: it makes sigmoids as steep as steps.",
    )  # fmt: skip


def _weights(result: DesignResult) -> Table:
    rows = [row for number, design in _numbered(result) for row in _units(number, design)]
    return Table(
        title=f"Weights of the designs for {result.config.data}",
        header=("design", "unit", "weights", "bias", "weight to the output", "changes side where"),
        rows=tuple(rows),
        folded=True,
    )


def _units(number: int, design: Design) -> list[tuple[str, ...]]:
    name = design_name(number, design)
    units = zip(design.hidden_weight, design.hidden_bias, design.output_weight[0], design.lines, strict=True)
    rows = [
        (name, f"H{j}", ", ".join(f"{w:g}" for w in weight), f"{bias:g}", f"{out:g}", line)
        for j, (weight, bias, out, line) in enumerate(units, start=1)
    ]
    return [*rows, (name, "output", "", f"{design.output_bias[0]:g}", "", "")]


def _activations(result: DesignResult, number: int) -> Table:
    design = result.designs[number - 1]
    title = f"Activations of {design_name(number, design)}, {result.config.data}"
    return activations(title, design.table, act="step", folded=True)


# --- one design in a terminal ---------------------------------------------------------------------------------


def _design(result: DesignResult, number: int) -> str:
    design = result.designs[number - 1]
    name = f"design {number}" + (f", {design.name}" if design.name else "")
    weights = Table(
        title="",
        header=("unit", "weights", "bias", "to the output", "changes side where"),
        rows=tuple(row[1:] for row in _units(number, design)),
    )
    return "\n".join([
        f"{name}: {alike(design)}",
        columns(weights),
        "",
        columns(_activations(result, number)),
        "",
        f"smallest |input|: {design.hidden_margin:.4g} of a hidden unit, {design.output_margin:.4g} of the output unit",
        f"nearest point to a line: {design.distance:.4g} away",
        f"right with sigmoid units from factor {_factor(design.scale)}"
        + (f"; by the margins alone from {certified}" if (certified := _certified(design.scale)) else ""),
    ])  # fmt: skip


def _factor(scale: SigmoidScale) -> str:
    if scale.right_from is None:
        return f"none up to {scale.searched_to:g}"
    return _rounded_up(scale.right_from) + ("" if scale.stays_right else ", but not with every larger one")


def _certified(scale: SigmoidScale) -> str:
    return "" if scale.certified is None else _rounded_up(scale.certified)


def _rounded_up(factor: float) -> str:
    """The factor in four digits, not below it: there the net may be wrong."""
    return f"{float(Context(prec=4, rounding=ROUND_CEILING).create_decimal(factor)):g}"


def _numbered(result: DesignResult) -> list[tuple[int, Design]]:
    return list(enumerate(result.designs, start=1))
