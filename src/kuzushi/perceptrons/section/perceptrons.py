"""The checkerboard experiment in the terminal and on the page: scores, weights, activations and dichotomies."""

from collections.abc import Sequence

import numpy as np

from kuzushi.core.reference import PUBLISHED
from kuzushi.core.results import Matrix, Vector
from kuzushi.core.sections import Section, Table, between, columns, counted, provenance_table
from kuzushi.perceptrons.figures.nets import WORDS, figures
from kuzushi.perceptrons.figures.plane import point_text
from kuzushi.perceptrons.figures.scale import right_from
from kuzushi.perceptrons.results import Activations, CheckerboardResult, ShownPerceptron, Solution, Solutions

REPORT = PUBLISHED.checkerboard
BOARD = "board"
NAMES = {"report": "the report's net by hand", "report-trained": "the report's trained net"}
"""Names of the weights that have one."""
MOST_MISSED = 9
"""Number of points that unsolved nets miss that are listed."""
LONGEST = 36
"""Dichotomies of more points are not printed."""


def text(result: CheckerboardResult) -> str:
    """Return the text for the terminal: training, weights and accuracy as the report printed them, and the findings."""
    net, word = result.shown, "Final" if result.trained else "Initial"
    lines = [
        f"ep: {score.epoch:4d} loss: {score.loss:.4f} acc: {score.accuracy:.2f} solved: {score.solved}/{result.nets}"
        for score in result.epochs
    ]
    if result.trained:
        chosen = "the first that is right on every point" if result.solved else "the one with the lowest loss"
        lines += [
            "",
            f"solved: {result.solved}/{result.nets} nets, {between(result.solved_interval)}",
            f"net {net.net + 1}, {chosen}",
        ]
    lines += [
        f"{word} Weights:",
        *(_array(values) for values in (net.hidden_weight, net.hidden_bias, net.output_weight, net.output_bias)),
        f"{word} Accuracy: {net.accuracy:.1f}",
        f"loss: {_loss(net)}",
        *findings(result),
        "",
        *(f"H{j}: {line}" for j, line in enumerate(net.lines, start=1)),
        "",
        columns(_activations(result)),
    ]
    return "\n".join(lines)


def section(results: Sequence[CheckerboardResult]) -> Section:
    """Return the section of the page."""
    return Section(
        name="checkerboard",
        title="Checkerboard",
        question="What does each hidden unit of a perceptron compute?",
        answer=tuple(" ".join([_answer(result), *findings(result)]) for result in results),
        tables=(
            _scores(results),
            *(
                table
                for result in results
                for table in (*solutions_table(result, name_of(result)), _units(result), _activations(result))
            ),
        ),
        figures=tuple(figures(results)),
        runs=provenance_table(results),
    )


def name_of(result: CheckerboardResult) -> str:
    """Describe a net in a few words: "5 sigmoid units, trained" or "the report's net by hand, 4 step units"."""
    units, scale = f"{result.hid} {WORDS[result.act]} units", result.config.scale
    if result.config.set_weights is None:
        return f"{units}, trained"
    weights = NAMES.get(result.config.set_weights, result.config.set_weights)
    return f"{weights}, {units}" + (f", weights times {scale:g}" if scale != 1 else "")


# --- sentences ------------------------------------------------------------------------------------------------


def _answer(result: CheckerboardResult) -> str:
    if not result.trained:
        net = result.shown
        return f"{name_of(result)}: {net.accuracy:.1f} % of the points are right, loss {_loss(net)}."
    return (
        f"{name_of(result)}: {result.solved} of {result.nets} nets are right on every point, "
        f"{between(result.solved_interval)}, after {result.epochs[-1].epoch:,} epochs."
    )


def findings(result: CheckerboardResult) -> list[str]:
    """Return sentences about the scale, the dichotomies of the solved nets, and the points that the others miss."""
    sentences = []
    if result.scale is not None:
        sentences += [f"With sigmoid units and a factor on all loaded weights it is {right_from(result.scale)}."]
    solutions, solved = result.solutions, result.solved
    if solutions is None:
        return sentences
    if solved:
        active = ", ".join(f"{units} in {nets}" for units, nets in enumerate(solutions.active) if nets)
        sentences += [
            f"Different sets of dichotomies in {counted(solved, 'solved net')}: {solutions.distinct}; number of active "
            f"units: {active}.",
            f"As step nets, {solutions.steps} of {solved} stay right with the same weights, {solutions.realisable} "
            "with some output weights.",
        ]
    if solutions.minimal is not None:
        sentences += [f"No step net with fewer than {solutions.minimal} hidden units is right on every point."]
    if solved and solutions.designs:
        designs = len(solutions.designs)
        which = "the minimal design" if designs == 1 else f"one of the {designs:,} minimal designs"
        shared = ", ".join(f"{units} in {nets}" for units, nets in enumerate(solutions.shared) if nets)
        sentences += [
            f"{solutions.shared[-1]} of {counted(solved, 'solved net')} contain {which}; units shared with the nearest "
            f"design, of {solutions.minimal}: {shared}."
        ]
    if solved < result.nets:
        sentences += [f"Points that the other {result.nets - solved} get wrong: {_missed(result, solutions)}."]
    return sentences


def _missed(result: CheckerboardResult, solutions: Solutions) -> str:
    """Return the points that the most unsolved nets get wrong, with the number of these nets."""
    counts = sorted(zip(solutions.wrong, result.shown.table, strict=True), key=lambda pair: -pair[0])
    missed = [f"{point_text(row.point)} {count}" for count, row in counts if count]
    return ", ".join(missed[:MOST_MISSED]) + (", and others" if len(missed) > MOST_MISSED else "")


# --- tables ---------------------------------------------------------------------------------------------------


def _scores(results: Sequence[CheckerboardResult]) -> Table:
    rows = []
    for result in results:
        accuracy, loss = _published(result)
        rows.append((
            name_of(result), result.config.data, f"{result.solved} / {result.nets}",
            between(result.solved_interval) if result.nets > 1 else "", f"{result.shown.accuracy:.1f} %",
            _loss(result.shown), accuracy, loss, "yes" if result.config.data == BOARD else "no",
        ))  # fmt: skip
    return Table(
        title="Compared with the published numbers",
        header=(
            "net", "points", "nets all right", "rate (95 %)", "accuracy of the net drawn", "its loss",
            "published accuracy", "published loss", "same points?",
        ),
        rows=tuple(rows),
        note="Loss is the mean binary cross-entropy over the points in nats; that of a step output is 0 or infinite. "
        f"The report trained one net; its loss is that of epoch {REPORT.trained.epoch}, the last one printed. Of its "
        f"printed weights: {REPORT.trained.check}.",
    )  # fmt: skip


def _published(result: CheckerboardResult) -> tuple[str, str]:
    """Return the accuracy and the loss that the report printed for such a net, if any."""
    config = result.config
    if config.data != BOARD:
        return "", ""
    if config.set_weights == "report-trained" or (result.trained and (result.act, result.hid) == ("sig", 5)):
        return f"{REPORT.trained.accuracy:.1f} %", f"{REPORT.trained.loss:.4f}"
    if config.set_weights == "report" and (result.act, config.scale) == ("step", 1):
        return f"{REPORT.by_hand.accuracy:.1f} %", ""
    if config.set_weights == "report" and (result.act, config.scale) == ("sig", REPORT.rescaled.factor):
        return f"{REPORT.rescaled.accuracy:.1f} %", ""
    return "", ""


def solutions_table(result: CheckerboardResult, name: str) -> tuple[Table, ...]:
    """Return the table of the most frequent sets of dichotomies; none if no trained net is solved."""
    solutions = result.solutions
    if solutions is None or not solutions.most_frequent:
        return ()
    table = Table(
        title=f"Dichotomies of the solved nets: {name}",
        header=("nets", "dichotomies of active units", "number", "a step net needs", "shared with a minimal design"),
        rows=tuple(
            (
                f"{one.nets} / {result.solved}", _dichotomies(one), str(len(one.units)),
                "" if one.fewest is None else str(one.fewest),
                "" if one.shared is None else f"{one.shared} / {solutions.minimal}",
            )
            for one in solutions.most_frequent
        ),
        note=f"The most frequent of {solutions.distinct} sets. A dichotomy has a 1 for each point at which the unit is "
        "on, in the order of the points; a unit and its complement count as one, and repeats are left out. The number "
        "that a step net needs is empty if all together are not enough, or too many to search.",
        folded=True,
    )  # fmt: skip
    return (table,)


def _dichotomies(solution: Solution) -> str:
    return ", ".join(solution.units) if all(len(unit) <= LONGEST for unit in solution.units) else "too long to print"


def _units(result: CheckerboardResult) -> Table:
    net = result.shown
    units = zip(net.hidden_weight, net.hidden_bias, net.output_weight[0], net.lines, strict=True)
    return Table(
        title=f"Weights of {name_of(result)}",
        header=("unit", "weights", "bias", "weight to the output", "line"),
        rows=(
            *(
                (f"H{j}", ", ".join(f"{w:.4f}" for w in weight), f"{bias:.4f}", f"{out:.4f}", line)
                for j, (weight, bias, out, line) in enumerate(units, start=1)
            ),
            ("output", "", f"{net.output_bias[0]:.4f}", "", ""),
        ),
    )


def _activations(result: CheckerboardResult) -> Table:
    rows = result.shown.table
    right = [(row.output >= 0.5) == (row.target == 1) for row in rows]
    title = f"Activations of {name_of(result)}"
    return activations(title, rows, act=result.act, right=right, folded=result.trained)


def activations(
    title: str, rows: Sequence[Activations], *, act: str, right: Sequence[bool] | None = None, folded: bool = False
) -> Table:
    """Return a table of all units at all points, with a last column "right" or "wrong" if `right` is given."""
    digits = 0 if act == "step" else 3
    sides = [()] * len(rows) if right is None else [("right" if one else "wrong",) for one in right]
    return Table(
        title=title,
        header=(
            *(f"x{i}" for i, _ in enumerate(rows[0].point, start=1)), "target",
            *(f"H{j}" for j, _ in enumerate(rows[0].hidden, start=1)), "y", *([] if right is None else [""]),
        ),
        rows=tuple(
            (
                *(f"{x:g}" for x in row.point), str(row.target), *(f"{value:.{digits}f}" for value in row.hidden),
                f"{row.output:.{digits}f}", *side,
            )
            for row, side in zip(rows, sides, strict=True)
        ),
        folded=folded,
    )  # fmt: skip


def _loss(net: ShownPerceptron) -> str:
    return "infinite" if net.loss is None else f"{net.loss:.4f}"


def _array(values: Matrix | Vector) -> str:
    return np.array2string(np.array(values), precision=4, suppress_small=True, separator=", ")
