"""The verdict on one given net in words: where it is wrong, its margins, and how far from minimal it is."""

from kuzushi.plots.checkerboard import WORDS
from kuzushi.plots.designs import counted
from kuzushi.report.activations import activations
from kuzushi.report.sections import Table, columns
from kuzushi.results import Vector, Verdict, WrongPoint


def text(verdict: Verdict) -> str:
    """What a person reads after the command; the first line is PASSED or FAILED.

    Example: text(verify("report")).splitlines()[0] -> "PASSED: 9 of 9 points right"
    """
    parts = (
        [
            f"{'PASSED' if verdict.passed else 'FAILED'}: {verdict.right} of {verdict.points} points right",
            f"{verdict.weights} on {verdict.data}, {counted(verdict.hid, f'{WORDS[verdict.act]} unit')}"
            + (f", weights times {verdict.scale:g}" if verdict.scale != 1 else ""),
        ],
        [_miss(wrong) for wrong in verdict.wrong],
        [f"H{j}: {line}" for j, line in enumerate(verdict.lines, start=1)],
        [columns(_activations(verdict))],
        _margins(verdict),
        [minimality(verdict)],
    )
    return "\n\n".join("\n".join(part) for part in parts if part)


def minimality(verdict: Verdict) -> str:
    """How many hidden units the net has, and how many a step net needs.

    Example: minimality(verify("report")) -> "4 hidden units; the fewest possible: proved"
    """
    units = counted(verdict.hid, "hidden unit")
    if known := _needless_to_search(verdict):
        return f"{units}; {known}"
    lower, upper = verdict.lower, verdict.upper
    if lower is None:
        return f"{units}; how few are enough was not searched for, or the time did not suffice to tell"
    if verdict.act == "step" and verdict.passed and verdict.hid == lower == upper:
        return f"{units}; the fewest possible: proved"
    if lower == upper:
        known = f"{lower} {_are(lower)} enough, and fewer are not: proved"
    elif upper is None:
        known = f"at least {lower} {_are(lower)} needed: proved"
    else:
        known = f"at least {lower} {_are(lower)} needed, {upper} are known to be enough"
    if verdict.act == "step":
        return f"{units}; {known}"
    return f"{units}; of step units, {known}; that says nothing of {WORDS[verdict.act]} units, which may need fewer"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _needless_to_search(verdict: Verdict) -> str:
    """What the targets alone say: that no net is right, or that one without hidden units is; else nothing."""
    targets: dict[Vector, int] = {}
    for row in verdict.table:
        if targets.setdefault(row.point, row.target) != row.target:
            return f"no net of any size is right: the point {_point(row.point)} is there with both targets"
    if len(set(targets.values())) == 1:
        return f"none is needed: every point has the target {verdict.table[0].target}"
    return ""


def _miss(wrong: WrongPoint) -> str:
    expected = "at least 0" if wrong.target == 1 else "below 0"
    return (
        f"{_point(wrong.point)}, target {wrong.target}: the input of the output unit is {wrong.input:.4g}; "
        f"expected {expected}"
    )


def _margins(verdict: Verdict) -> list[str]:
    on_line = "" if verdict.hidden_margin or verdict.act != "step" else "; at 0, rounding decides whether a step is on"
    others = (
        "" if verdict.dividing == verdict.hid or verdict.act != "step" else "; the others say the same at every point"
    )
    nearest = "no unit has a line" if verdict.distance is None else f"nearest point to a line: {verdict.distance:.4g}"
    return [
        f"smallest |input| of a hidden unit: {verdict.hidden_margin:.4g}{on_line}",
        f"smallest input of the output unit, counted towards the target: {verdict.output_margin:.4g}",
        nearest,
        f"hidden units with points on both sides: {verdict.dividing} of {verdict.hid}{others}",
    ]


def _activations(verdict: Verdict) -> Table:
    wrong = {(one.point, one.target) for one in verdict.wrong}
    right = [(row.point, row.target) not in wrong for row in verdict.table]
    return activations(f"Activations of {verdict.weights}", verdict.table, act=verdict.act, right=right)


def _point(point: Vector) -> str:
    return f"({', '.join(f'{x:g}' for x in point)})"
