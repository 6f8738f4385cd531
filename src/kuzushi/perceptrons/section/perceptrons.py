"""The checkerboard experiment in the terminal and on the page: scores, weights, activations and dichotomies."""

from collections.abc import Sequence
from math import ceil

import numpy as np

from kuzushi.core.published import PUBLISHED
from kuzushi.core.results import Matrix, Vector
from kuzushi.core.sections import Section, Table, between, columns, counted, provenance_table
from kuzushi.perceptrons.figures.nets import figures, name_of
from kuzushi.perceptrons.figures.plane import point_text
from kuzushi.perceptrons.results import (
    Activations,
    CheckerboardResult,
    Design,
    ShownPerceptron,
    SigmoidScale,
    Solution,
    Solutions,
)

REPORT = PUBLISHED.checkerboard
BOARD = "board"
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
    by_hand = [_activations(result) for result in results if result.act == "step"]
    nets = [(name_of(result), result.shown) for result in results]
    return Section(
        name="checkerboard",
        title="Checkerboard",
        question="What does each hidden unit of a perceptron compute?",
        answer=tuple(" ".join([_answer(result), *findings(result)]) for result in results),
        tables=(
            _scores(results), *by_hand, weights_table("Weights of the nets", nets),
            *(table for result in results for table in solutions_table(result)),
        ),
        figures=tuple(figures(results)),
        runs=provenance_table(results),
    )  # fmt: skip


# --- sentences ------------------------------------------------------------------------------------------------


def _answer(result: CheckerboardResult) -> str:
    if not result.trained:
        net = result.shown
        return f"{name_of(result)}: {net.accuracy:.1f} % of the points are right, loss {_loss(net)}."
    epochs = sorted(epoch for epoch in result.epochs_to_solve if epoch is not None)
    half = f"; half of these needed at most {epochs[(len(epochs) - 1) // 2]:,}" if epochs else ""
    return (
        f"{name_of(result)}: {result.solved} of {result.nets} nets are right on every point, "
        f"{between(result.solved_interval)}, after {result.epochs[-1].epoch:,} epochs{half}."
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
        sentences += [
            f"{counted(solved, 'solved net')}: {counted(solutions.distinct, 'different set')} of dichotomies; as "
            f"step nets, {solutions.steps} stay right with the same weights, {solutions.realisable} with some output "
            "weights."
        ]
    if solutions.minimal is not None:
        contain = ""
        if solved and solutions.designs:
            contain = (
                f"; {solutions.shared[-1]} of the solved nets contain one of the {len(solutions.designs):,} smallest"
            )
        sentences += [f"No step net with fewer than {solutions.minimal} hidden units is right on every point{contain}."]
    if solved < result.nets:
        sentences += [f"Points that the other {result.nets - solved} get wrong: {_missed(result, solutions)}."]
    return sentences


def right_from(scale: SigmoidScale) -> str:
    """Return in words for which factors every point is right; numbers are rounded up.

    Example: "right on every point from factor 1.981 (proved by intervals; by its margins alone from 3.892)"
    """
    if scale.right_from is None:
        return f"not found right on every point with any factor up to {scale.searched_to:g}"
    first = rounded_up(scale.right_from)
    if scale.certified is None or not scale.stays_right:
        return f"first right on every point with factor {first}, but not proved right with every larger one"
    if scale.certified == 0:
        return "right on every point with every factor (proved by its margins)"
    margins = rounded_up(scale.certified)
    return f"right on every point from factor {first} (proved by intervals; by its margins alone from {margins})"


def rounded_up(factor: float) -> str:
    """Return the factor rounded up to three decimals, such as 1.9804 -> "1.981"."""
    return f"{ceil(1000 * factor) / 1000:.3f}"


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
        f"The published loss is that of epoch {REPORT.trained.epoch}, the last one printed. Of the published weights: "
        f"{REPORT.trained.check}.",
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


def solutions_table(result: CheckerboardResult) -> tuple[Table, ...]:
    """Return the table of the most frequent sets of dichotomies; none if no trained net is solved."""
    solutions = result.solutions
    if solutions is None or not solutions.most_frequent:
        return ()
    return (
        Table(
            title=f"Dichotomies of the solved nets: {name_of(result)}",
            header=("nets", "dichotomies of active units", "a step net needs", "shared with a smallest net"),
            rows=tuple(
                (
                    f"{one.nets} / {result.solved}", _dichotomies(one), "" if one.fewest is None else str(one.fewest),
                    "" if one.shared is None else f"{one.shared} / {solutions.minimal}",
                )
                for one in solutions.most_frequent
            ),
            note=f"The most frequent of {solutions.distinct} sets. A dichotomy has a 1 for each point, in their order, "
            "at which the unit is on; a unit and its complement count as one.",
            folded=True,
        ),
    )  # fmt: skip


def _dichotomies(solution: Solution) -> str:
    return ", ".join(solution.units) if all(len(unit) <= LONGEST for unit in solution.units) else "too long to print"


def weights_table(title: str, nets: Sequence[tuple[str, ShownPerceptron | Design]]) -> Table:
    """Return a folded table with a row for each unit of these nets."""
    rows: list[tuple[str, ...]] = []
    for name, net in nets:
        units = zip(net.hidden_weight, net.hidden_bias, net.output_weight[0], net.lines, strict=True)
        rows += [
            (name, f"H{j}", ", ".join(f"{w:g}" for w in weight), f"{bias:g}", f"{out:g}", line)
            for j, (weight, bias, out, line) in enumerate(units, start=1)
        ]
        rows.append((name, "output", "", f"{net.output_bias[0]:g}", "", ""))
    header = ("net", "unit", "weights", "bias", "weight to the output", "line")
    return Table(title=title, header=header, rows=tuple(rows), folded=True)


def _activations(result: CheckerboardResult) -> Table:
    rows = result.shown.table
    right = [(row.output >= 0.5) == (row.target == 1) for row in rows]
    return activations(f"Activations of {name_of(result)}", rows, act=result.act, right=right)


def activations(title: str, rows: Sequence[Activations], *, act: str, right: Sequence[bool]) -> Table:
    """Return a table of all units at all points, each "right" or "wrong"."""
    digits = 0 if act == "step" else 3
    return Table(
        title=title,
        header=(
            *(f"x{i}" for i, _ in enumerate(rows[0].point, start=1)), "target",
            *(f"H{j}" for j, _ in enumerate(rows[0].hidden, start=1)), "y", "",
        ),
        rows=tuple(
            (
                *(f"{x:g}" for x in row.point), str(row.target), *(f"{value:.{digits}f}" for value in row.hidden),
                f"{row.output:.{digits}f}", "right" if one else "wrong",
            )
            for row, one in zip(rows, right, strict=True)
        ),
    )  # fmt: skip


def _loss(net: ShownPerceptron) -> str:
    return "infinite" if net.loss is None else f"{net.loss:.4f}"


def _array(values: Matrix | Vector) -> str:
    return np.array2string(np.array(values), precision=4, suppress_small=True, separator=", ")
