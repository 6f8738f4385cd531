"""The grade of one net in words: wrong points, lines, activations, and the fewest units that would do."""

from kuzushi.core.results import Vector
from kuzushi.core.sections import Table, columns, counted
from kuzushi.perceptrons.figures.nets import WORDS
from kuzushi.perceptrons.figures.plane import point_text
from kuzushi.perceptrons.results import Verdict, WrongPoint
from kuzushi.perceptrons.section.perceptrons import activations


def text(verdict: Verdict) -> str:
    """Return the text for the terminal; the first line is PASSED or FAILED.

    Example: text(grade("report")).splitlines()[0] -> "PASSED: 9 of 9 points right"
    """
    parts = (
        [
            f"{'PASSED' if verdict.passed else 'FAILED'}: {verdict.right} of {verdict.points} points right",
            f"{verdict.weights} on {verdict.data}, {counted(verdict.hid, f'{WORDS[verdict.act]} unit')}"
            + (f", weights times {verdict.scale:g}" if verdict.scale != 1 else ""),
        ],
        [_wrong(point) for point in verdict.wrong],
        [f"H{j}: {line}" for j, line in enumerate(verdict.lines, start=1)],
        [columns(_activations(verdict))],
        [minimality(verdict)],
    )
    return "\n\n".join("\n".join(part) for part in parts if part)


def minimality(verdict: Verdict) -> str:
    """Return in words how many hidden units the net has, and how many a step net needs.

    Example: minimality(grade("report")) -> "4 hidden units; the fewest possible: proved"
    """
    units = counted(verdict.hid, "hidden unit")
    if known := _without_search(verdict):
        return f"{units}; {known}"
    lower, upper = verdict.lower, verdict.upper
    if lower is None:
        return f"{units}; the fewest were not searched for, or not found in the time limit"
    if verdict.act == "step" and verdict.passed and verdict.hid == lower == upper:
        return f"{units}; the fewest possible: proved"
    known = f"at least {lower}" if upper is None else f"{lower}" if lower == upper else f"{lower} to {upper}"
    return f"{units}; the fewest step units: {known}, proved"


def _without_search(verdict: Verdict) -> str:
    """Return what follows from the targets alone: no net is right, or no hidden units are needed; else nothing."""
    targets: dict[Vector, int] = {}
    for row in verdict.table:
        if targets.setdefault(row.point, row.target) != row.target:
            return f"no net of any size is right: the point {point_text(row.point)} has both targets"
    if len(set(targets.values())) == 1:
        return f"none is needed: every point has the target {verdict.table[0].target}"
    return ""


def _wrong(wrong: WrongPoint) -> str:
    expected = "at least 0" if wrong.target == 1 else "below 0"
    return (
        f"{point_text(wrong.point)}, target {wrong.target}: the input of the output unit is {wrong.input:.4g}; "
        f"expected {expected}"
    )


def _activations(verdict: Verdict) -> Table:
    wrong = {(one.point, one.target) for one in verdict.wrong}
    right = [(row.point, row.target) not in wrong for row in verdict.table]
    return activations(f"Activations of {verdict.weights}", verdict.table, act=verdict.act, right=right)
