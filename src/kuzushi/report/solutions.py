"""What is known of perceptrons beyond their scores: as sigmoids or steps, their dichotomies, and their failures."""

from kuzushi.plots.scale import right_from
from kuzushi.report.sections import Table
from kuzushi.results import CheckerboardResult, Solution, Solutions

MOST_MISSED = 9
"""So many points that unsolved nets miss are listed."""
LONGEST = 36
"""A dichotomy of more points is not printed."""


def lines_of(result: CheckerboardResult) -> list[str]:
    """For a terminal, a line each."""
    lines = [] if result.scale is None else [f"given weights times a factor, sigmoid units: {right_from(result.scale)}"]
    solutions, solved = result.solutions, result.solved
    if solutions is not None and solved:
        active = ", ".join(f"{units} in {nets}" for units, nets in enumerate(solutions.active) if nets)
        lines += [
            f"ways to divide the points: {solutions.distinct} in {_nets(solved, 'solved ')}; active units: {active}",
            f"with steps: {solutions.steps} stay right with the same weights, {solutions.realisable} with some weights "
            "to the output",
            *_designed(solutions, solved),
        ]
    if solutions is not None and solved < result.nets:
        lines += [f"missed by the other {result.nets - solved}: {_missed(result, solutions)}"]
    return lines


def sentences(result: CheckerboardResult) -> list[str]:
    """For the page: what the lines of the terminal say, in sentences."""
    said = []
    if result.scale is not None:
        said += [f"With sigmoid units and a factor on all given weights it is {right_from(result.scale)}."]
    solutions, solved = result.solutions, result.solved
    if solutions is not None and solved:
        said += [
            f"Different ways to divide the points in {_nets(solved, 'solved ')}: {solutions.distinct}. "
            f"{solutions.steps} of {solved} stay right when their units become steps, with the same weights; the "
            f"dichotomies of {solutions.realisable} suffice for a step net, with some weights to the output."
        ]
    if solutions is not None and solutions.minimal is not None:
        said += [f"No step net with fewer than {solutions.minimal} hidden units is right on every point."]
    if solutions is not None and solved:
        said += [f"Trained {line}." for line in _designed(solutions, solved)]
    if solutions is not None and solved < result.nets:
        said += [f"How many of the other {result.nets - solved} miss each point: {_missed(result, solutions)}."]
    return said


def solutions_table(result: CheckerboardResult, name: str) -> tuple[Table, ...]:
    """The most frequent ways to divide the points, where nets were trained and some are solved."""
    solutions = result.solutions
    if solutions is None or not solutions.most_frequent:
        return ()
    table = Table(
        title=f"How the solved nets divide the points: {name}",
        header=(
            "nets",
            "dichotomies of the active units",
            "how many",
            "of these, a step net needs",
            "shared with a minimal design",
        ),
        rows=tuple(
            (
                f"{one.nets} / {result.solved}",
                _dichotomies(one),
                str(len(one.units)),
                "" if one.fewest is None else str(one.fewest),
                "" if one.shared is None else f"{one.shared} / {solutions.minimal}",
            )
            for one in solutions.most_frequent
        ),
        note=f"The most frequent of {solutions.distinct}. A dichotomy has a 1 for each point at which the unit is on, "
        "in the order of the points; a unit and its complement count as one, which is off at the first point. Repeats "
        "are left out. The last column is empty where all together are not enough, or where they are too many to try.",
        folded=True,
    )
    return (table,)


def _designed(solutions: Solutions, solved: int) -> list[str]:
    """How much of the minimal designs the solved nets have, where these are known."""
    if not solutions.designs:
        return []
    designs, minimal = len(solutions.designs), solutions.minimal
    shared = ", ".join(f"{units} in {nets}" for units, nets in enumerate(solutions.shared) if nets)
    which = "the minimal design" if designs == 1 else f"one of the {designs:,} minimal designs"
    return [
        f"against designed: {solutions.shared[-1]} of {_nets(solved, 'solved ')} contain {which}; "
        f"shared with the nearest, of its {minimal} units: {shared}"
    ]


def _missed(result: CheckerboardResult, solutions: Solutions) -> str:
    """The points that the most unsolved nets get wrong, with the number of these nets."""
    counts = sorted(zip(solutions.wrong, result.shown.table, strict=True), key=lambda pair: -pair[0])
    missed = [f"({', '.join(f'{x:g}' for x in row.point)}) {count}" for count, row in counts if count]
    return ", ".join(missed[:MOST_MISSED]) + (", and others" if len(missed) > MOST_MISSED else "")


def _dichotomies(solution: Solution) -> str:
    """As 0 and 1 where these are few enough to read."""
    return ", ".join(solution.units) if all(len(unit) <= LONGEST for unit in solution.units) else "too long to print"


def _nets(count: int, kind: str) -> str:
    return f"{count} {kind}net{'s' if count != 1 else ''}"
