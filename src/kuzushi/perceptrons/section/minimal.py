"""The smallest step nets in the terminal and on the page: how many units, why no fewer, and every design."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Context
from math import comb, isqrt

from kuzushi.core.sections import Section, Table, columns, counted, provenance_table
from kuzushi.perceptrons.figures.designs import LARGE, design_name, figures, variants
from kuzushi.perceptrons.figures.plane import point_text
from kuzushi.perceptrons.results import Design, DesignResult, SigmoidScale
from kuzushi.perceptrons.section.perceptrons import activations
from kuzushi.proofs.minimality_format import Weighing

CHECKED = "checked by independent code, in exact fractions"
MOST_SIZES = 4
"""Sets of more sizes than this are counted together."""
MOST_DIGITS = 12
"""Of a number that is written out."""


def text(result: DesignResult) -> str:
    """Return the text for the terminal: the smallest number of units, its proof, and every design."""
    points, units = result.proof.points, result.proof.units
    lines = (
        f"{result.config.data}: {counted(len(points), 'point')} of {counted(len(points[0]), 'input')}",
        f"{counted(len(units), 'dichotomy', 'dichotomies')}; a unit and its complement count as one",
        f"smallest step net: {minimum(result)}",
        *reasons(result),
        CHECKED,
        f"{result.seconds:.1f} s to find, prove and enumerate; {result.seconds_checked:.1f} s to check",
    )
    return "\n\n".join(["\n".join(lines), *(_design(result, number) for number, _ in _numbered(result))])


def section(results: Sequence[DesignResult]) -> Section:
    """Return the section of the page."""
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
        runs=provenance_table(results),
    )


def _answer(result: DesignResult) -> str:
    points, units = result.proof.points, result.proof.units
    number = f"{counted(len(points), 'point')} {'has' if len(points) == 1 else 'have'}"
    return " ".join([
        f"The smallest step net for {result.config.data}: {minimum(result)}.",
        f"The {number} {counted(len(units), 'dichotomy', 'dichotomies')}, a unit and its complement counted as one.",
        *(f"{reason}." for reason in reasons(result)),
        f"This was {CHECKED}.",
    ])  # fmt: skip


# --- the number of units in words -----------------------------------------------------------------------------


def fewest(lower: int, upper: int | None, *, impossible: bool = False) -> str:
    """Return in words the smallest number of units, or its bounds.

    Example: fewest(4, 4) -> "4 units"; fewest(6, 8) -> "at least 6, at most 8"
    """
    if impossible:
        return "no net of any width"
    if upper is None:
        return f"at least {counted(lower, 'unit')}"
    return counted(upper, "unit") if lower == upper else f"at least {lower}, at most {upper}"


def minimum(result: DesignResult) -> str:
    """Return in words the fewest units, or the bounds at the time limit."""
    words = fewest(result.lower, result.upper, impossible=result.impossible is not None)
    if result.impossible or result.lower == result.upper:
        return words
    none = " and no net was found" if result.upper is None else ""
    return f"{words}: the time limit of {result.config.time_limit:g} s was reached{none}"


def reasons(result: DesignResult) -> list[str]:
    """Return in words why no smaller net is right, and how many of the smallest there are."""
    if result.impossible:
        return [_contradiction(result, result.impossible)]
    return [reason for reason in (_too_small(result), _around_the_edge(result), _realisable(result)) if reason]


def _too_small(result: DesignResult) -> str:
    numbers, sizes = smaller_sets(result)
    return f"{numbers} sets of {sizes} unit{'' if sizes == '1' else 's'}: none is enough" if sizes else ""


def smaller_sets(result: DesignResult) -> tuple[str, str]:
    """Return how many sets are proved too small, and how many units they have."""
    sizes = range(1, result.lower)
    counts = [comb(len(result.proof.units), size) for size in sizes]
    if len(counts) <= MOST_SIZES:
        return " + ".join(f"{count:,}" for count in counts), ", ".join(map(str, sizes))
    return _count(sum(counts)), f"1 to {sizes[-1]}"


def _count(number: int) -> str:
    """Return a number in digits, or rounded if it has too many of them."""
    power = len(str(number)) - 1
    return f"{number:,}" if power < MOST_DIGITS else f"about {number / 10**power:.1f} x 10^{power}"


def _around_the_edge(result: DesignResult) -> str:
    """Return the short proof for a board of n x n points."""
    data, bound = result.config.data, result.proof.bound
    side = isqrt(len(result.proof.points))
    if not (data == "board" or data.startswith("grid:")) or bound != 2 * (side - 1):
        return ""
    return (
        f"Walk around the edge of the board: each of its {4 * (side - 1)} steps changes the target, so a line must "
        f"cross it; but a line crosses the edge of a square at most twice, so at least {bound} lines are needed"
    )


def _realisable(result: DesignResult) -> str:
    if result.impossible or result.upper is None or result.lower != result.upper:
        return ""
    number = comb(len(result.proof.units), result.upper)
    sets = f"the {_count(number)} set{'' if number == 1 else 's'} of {counted(result.upper, 'unit')}"
    if result.realisable is None:
        return f"Not all of {sets} were searched: there may be more designs"
    kinds = f"of {counted(result.kinds, 'kind')} up to the symmetries of the points"
    listed = f" ({len(result.designs)} are listed)" if len(result.designs) < result.kinds else ""
    others = "" if result.count_checked else "; that there are no others was NOT checked"
    verb = "is" if result.realisable == 1 else "are"
    return f"Of {sets}, {result.realisable:,} {verb} enough, {kinds}{listed}{others}"


def _contradiction(result: DesignResult, certificate: Weighing) -> str:
    """Return why no net is right, from a Farkas certificate that refutes all units."""
    proof = result.proof
    points = [point_text([float(x) for x in proof.points[point]]) for point in certificate.points]
    if len(set(points)) == 1:
        targets = " and ".join(str(proof.targets[point]) for point in certificate.points)
        return f"Points with the targets {targets} coincide at {points[0]}: no net separates them"
    numbers = ", ".join(f"{n:+d} at {point}" for n, point in zip(certificate.numbers, points, strict=True))
    return (
        f"Farkas certificate: the numbers {numbers} add up to 0 where any unit is on. So they weight the inputs of the "
        "output unit to a sum of 0, but in a right net this sum is above 0"
    )


# --- tables ---------------------------------------------------------------------------------------------------


def _summary(results: Sequence[DesignResult]) -> Table:
    return Table(
        title="The smallest step nets",
        header=(
            "points", "number", "inputs", "dichotomies", "smallest net", "smaller sets of units, none enough",
            "smallest sets, enough", "seconds",
        ),
        rows=tuple(_row(result) for result in results),
        note="The proof is by linear programming duality. A Farkas certificate puts integers on the points, at least 0 "
        "at target 1, at most 0 at target 0, with sum 0. In a right net, one unit must be on at points whose integers "
        "do not add up to 0: it hits the certificate. If certificates get shares such that no unit hits more than 1 in "
        "total, a net needs at least as many units as the sum of the shares. If that is not enough, the proof splits "
        "into the nets with and without some unit.",
    )  # fmt: skip


def _row(result: DesignResult) -> tuple[str, ...]:
    proof, impossible = result.proof, result.impossible is not None
    return (
        result.config.data, str(len(proof.points)), str(len(proof.points[0])), f"{len(proof.units):,}",
        fewest(result.lower, result.upper, impossible=impossible), "" if impossible else smaller_sets(result)[0],
        "" if result.realisable is None else f"{result.realisable:,}", f"{result.seconds:.1f}",
    )  # fmt: skip


def _designs(result: DesignResult) -> Table:
    return Table(
        title=f"Designs for {result.config.data}",
        header=(
            "design", "symmetric variants", "smallest |input| of a hidden unit", "of the output unit",
            "nearest point to a line", "right with sigmoid units from factor", "by the margins alone from",
        ),
        rows=tuple(
            (
                design_name(number, design), f"{design.symmetric:,}", f"{design.hidden_margin:.4g}",
                f"{design.output_margin:.4g}", f"{design.distance:.4g}", _factor(design.scale),
                _certified(design.scale),
            )
            for number, design in _numbered(result)
        ),
        note="One design of each kind; symmetries of the points give the variants. The factor is on all weights and "
        "biases: a large one makes sigmoids as steep as steps.",
    )  # fmt: skip


def _weights(result: DesignResult) -> Table:
    rows = [row for number, design in _numbered(result) for row in _units(number, design)]
    return Table(
        title=f"Weights of the designs for {result.config.data}",
        header=("design", "unit", "weights", "bias", "weight to the output", "line"),
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


def _design(result: DesignResult, number: int) -> str:
    """Return one design for the terminal."""
    design = result.designs[number - 1]
    name = f"design {number}" + (f", {design.name}" if design.name else "")
    weights = Table(
        title="",
        header=("unit", "weights", "bias", "to the output", "line"),
        rows=tuple(row[1:] for row in _units(number, design)),
    )
    certified = _certified(design.scale)
    return "\n".join([
        f"{name}: {variants(design)}",
        columns(weights),
        "",
        columns(_activations(result, number)),
        "",
        f"smallest |input|: {design.hidden_margin:.4g} of a hidden unit, {design.output_margin:.4g} of the output unit",
        f"nearest point to a line: {design.distance:.4g} away",
        f"right with sigmoid units from factor {_factor(design.scale)}"
        + (f"; by the margins alone from {certified}" if certified else ""),
    ])  # fmt: skip


def _factor(scale: SigmoidScale) -> str:
    if scale.right_from is None:
        return f"none up to {scale.searched_to:g}"
    return _rounded_up(scale.right_from) + ("" if scale.stays_right else ", but not with every larger one")


def _certified(scale: SigmoidScale) -> str:
    return "" if scale.certified is None else _rounded_up(scale.certified)


def _rounded_up(factor: float) -> str:
    """Return the factor rounded up to four digits."""
    return f"{float(Context(prec=4, rounding=ROUND_CEILING).create_decimal(factor)):g}"


def _numbered(result: DesignResult) -> list[tuple[int, Design]]:
    return list(enumerate(result.designs, start=1))
