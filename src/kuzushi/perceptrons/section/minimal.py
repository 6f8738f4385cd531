"""The smallest step nets in the terminal and on the page: how many units, why no fewer, and every design."""

from collections.abc import Sequence
from math import comb, isqrt

from kuzushi.core.sections import Section, Table, columns, counted, provenance_table
from kuzushi.perceptrons.figures.designs import design_name, figures, variants
from kuzushi.perceptrons.figures.plane import point_text
from kuzushi.perceptrons.results import DesignResult, SigmoidScale
from kuzushi.perceptrons.section.perceptrons import rounded_up, weights_table
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
    return "\n\n".join(["\n".join(lines), *map(columns, _tables(result))])


def section(results: Sequence[DesignResult]) -> Section:
    """Return the section of the page."""
    return Section(
        name="design",
        title="Smallest nets",
        question="How few step units are enough, and why not fewer?",
        answer=tuple(_answer(result) for result in results),
        tables=tuple(table for result in results for table in _tables(result)),
        figures=tuple(figures(results)),
        runs=provenance_table(results),
    )


def _answer(result: DesignResult) -> str:
    lines = (
        f"The smallest step net for {result.config.data}: {minimum(result)}",
        *reasons(result),
        f"This was {CHECKED}",
    )
    return " ".join(f"{line}." for line in lines)


# --- the number of units in words -----------------------------------------------------------------------------


def minimum(result: DesignResult) -> str:
    """Return in words the fewest units, or the bounds at the time limit."""
    lower, upper = result.lower, result.upper
    if result.impossible:
        return "no net of any width"
    if lower == upper:
        return counted(lower, "unit")
    limit = f"the time limit of {result.config.time_limit:g} s was reached"
    if upper is None:
        return f"at least {counted(lower, 'unit')}: {limit} and no net was found"
    return f"at least {lower}, at most {upper}: {limit}"


def reasons(result: DesignResult) -> list[str]:
    """Return in words why no smaller net is right, and how many of the smallest there are."""
    if result.impossible:
        return [_contradiction(result, result.impossible)]
    return [reason for reason in (_too_small(result), _around_the_edge(result), _realisable(result)) if reason]


def _too_small(result: DesignResult) -> str:
    """Return how many sets are proved too small, and how many units they have."""
    sizes = range(1, result.lower)
    counts = [comb(len(result.proof.units), size) for size in sizes]
    if not counts:
        return ""
    if len(counts) > MOST_SIZES:
        return f"{_count(sum(counts))} sets of 1 to {sizes[-1]} units: none is enough"
    listed = " + ".join(f"{count:,}" for count in counts)
    return f"{listed} sets of {', '.join(map(str, sizes))} unit{'s' if len(counts) > 1 else ''}: none is enough"


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


def _tables(result: DesignResult) -> tuple[Table, ...]:
    """Return the table of the designs and that of their weights; none if there are no designs."""
    if not result.designs:
        return ()
    nets = [(design_name(number, design), design) for number, design in enumerate(result.designs, start=1)]
    return _designs(result), weights_table(f"Weights of the designs for {result.config.data}", nets)


def _designs(result: DesignResult) -> Table:
    return Table(
        title=f"Designs for {result.config.data}",
        header=(
            "design", "symmetry", "hidden margin", "output margin", "distance", "sigmoid units from",
            "by the margins from",
        ),
        rows=tuple(
            (
                design_name(number, design), variants(design), f"{design.hidden_margin:.4g}",
                f"{design.output_margin:.4g}", f"{design.distance:.4g}", _factor(design.scale),
                _certified(design.scale),
            )
            for number, design in enumerate(result.designs, start=1)
        ),
        note="A margin is the smallest |input| of a unit; the distance is that of the nearest point to a line. The net "
        "is right with sigmoid units from this factor on all weights and biases.",
    )  # fmt: skip


def _factor(scale: SigmoidScale) -> str:
    if scale.right_from is None:
        return f"none up to {scale.searched_to:g}"
    return rounded_up(scale.right_from) + ("" if scale.stays_right else ", but not with every larger one")


def _certified(scale: SigmoidScale) -> str:
    return "" if scale.certified is None else rounded_up(scale.certified)
