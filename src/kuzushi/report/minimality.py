"""The smallest number of units in words: what it is, why it is not smaller, and how many nets have it."""

from math import comb, isqrt

from kuzushi.plots.designs import counted, fewest
from kuzushi.results import DesignResult, Weighing

MOST_SIZES = 4
"""Sets of more sizes than this are counted together."""
MOST_DIGITS = 12
"""Of a number that is written out."""
CHECKED = "checked again by exact fractions, by code that did not find it"


def minimum(result: DesignResult) -> str:
    """The fewest units, or how far the time went."""
    words = fewest(result.lower, result.upper, impossible=result.impossible is not None)
    if result.impossible or result.lower == result.upper:
        return words
    none = " and no net was found" if result.upper is None else ""
    return f"{words}: the time limit of {result.config.time_limit:g} s was reached{none}"


def reasons(result: DesignResult) -> list[str]:
    """Why no smaller net is right, and how many of the smallest there are."""
    if result.impossible:
        return [_contradiction(result, result.impossible)]
    return [reason for reason in (_too_small(result), _around_the_edge(result), _realisable(result)) if reason]


def _too_small(result: DesignResult) -> str:
    numbers, sizes = smaller_sets(result)
    return f"{numbers} sets of {sizes} unit{'' if sizes == '1' else 's'}: none can do it" if sizes else ""


def smaller_sets(result: DesignResult) -> tuple[str, str]:
    """How many sets there are that are proved too small, and of how many units they are."""
    sizes = range(1, result.lower)
    counts = [comb(len(result.proof.units), size) for size in sizes]
    if len(counts) <= MOST_SIZES:
        return " + ".join(f"{count:,}" for count in counts), ", ".join(map(str, sizes))
    return _count(sum(counts)), f"1 to {sizes[-1]}"


def _count(number: int) -> str:
    """A number in digits, or what it is about if it has too many of them."""
    power = len(str(number)) - 1
    return f"{number:,}" if power < MOST_DIGITS else f"about {number / 10**power:.1f} x 10^{power}"


def _around_the_edge(result: DesignResult) -> str:
    """The proof for a board of n x n points that fits in a sentence."""
    data, bound = result.config.data, result.proof.bound
    side = isqrt(len(result.proof.points))
    if not (data == "board" or data.startswith("grid:")) or bound != 2 * (side - 1):
        return ""
    return (
        f"Walk around the edge of the board: its {4 * (side - 1)} steps each lead from a 0 to a 1 or back, so a line "
        "must cut each of them; but a straight line cuts the edge of a square at most twice, so no fewer than "
        f"{bound} lines will do"
    )


def _realisable(result: DesignResult) -> str:
    if result.impossible or result.upper is None or result.lower != result.upper:
        return ""
    number = comb(len(result.proof.units), result.upper)
    sets = f"the {_count(number)} set{'' if number == 1 else 's'} of {counted(result.upper, 'unit')}"
    if result.realisable is None:
        return f"Not all of {sets} were gone through, so there may be more designs than those shown"
    kinds = f"of {counted(result.kinds, 'kind')} up to the symmetries of the points"
    shown = f" ({len(result.designs)} are shown)" if len(result.designs) < result.kinds else ""
    others = "" if result.count_checked else "; that there are no others was NOT checked"
    return f"Of {sets}, {result.realisable:,} can do it, {kinds}{shown}{others}"


def _contradiction(result: DesignResult, weighing: Weighing) -> str:
    """Why no net can do it, from numbers on the points that every unit leaves balanced."""
    proof = result.proof
    places = [proof.points[place] for place in weighing.points]
    if len(set(places)) == 1:
        targets = " and ".join(str(proof.targets[place]) for place in weighing.points)
        return f"Points with the targets {targets} lie at the same place, {_point(places[0])}: no net tells them apart"
    numbers = ", ".join(f"{n:+d} at {_point(place)}" for n, place in zip(weighing.numbers, places, strict=True))
    return (
        f"Weigh the points with the numbers {numbers}: at the points where a unit is on they add up to 0, whatever the "
        "unit, so every net weighs 0; but a net that is right on all points would weigh more"
    )


def _point(place: tuple[str, ...]) -> str:
    return f"({', '.join(f'{float(x):g}' for x in place)})"
