"""The perceptrons in words and tables: as the study printed them, and beside the study's numbers."""

from collections.abc import Sequence

import numpy as np

from kuzushi.plots.checkerboard import WORDS, figures
from kuzushi.reference import PUBLISHED
from kuzushi.report.activations import activations
from kuzushi.report.sections import Section, Table, between, columns, how_made
from kuzushi.report.solutions import lines_of, sentences, solutions_table
from kuzushi.results import CheckerboardResult, Matrix, ShownPerceptron, Vector

STUDY = PUBLISHED.checkerboard
BOARD = "board"
GIVEN = {"report": "the study's net by hand", "report-trained": "the study's trained net"}
"""How weights with a name are called."""


def text(result: CheckerboardResult) -> str:
    """What a person reads after a run: the course of training, weights and accuracy as the study printed them."""
    shown, word = result.shown, "Final" if result.trained else "Initial"
    lines = [
        f"ep: {score.epoch:4d} loss: {score.loss:.4f} acc: {score.accuracy:.2f} solved: {score.solved}/{result.nets}"
        for score in result.epochs
    ]
    if result.trained:
        lines += ["", f"solved: {result.solved}/{result.nets} nets, {between(result.solved_interval)}"]
        lines += [f"net {shown.net + 1}, the first that is right on every point" if result.solved
                  else f"net {shown.net + 1}, the one with the lowest loss"]  # fmt: skip
    lines += [
        f"{word} Weights:",
        _array(shown.hidden_weight), _array(shown.hidden_bias), _array(shown.output_weight), _array(shown.output_bias),
        f"{word} Accuracy: {shown.accuracy:.1f}",
        f"loss: {_loss(shown)}",
        *lines_of(result),
        "",
        *(f"H{j}: {line}" for j, line in enumerate(shown.lines, start=1)),
        "",
        columns(_activations(result)),
    ]  # fmt: skip
    return "\n".join(lines)


def section(results: Sequence[CheckerboardResult]) -> Section:
    """The subject on the page."""
    return Section(
        name="checkerboard",
        title="Checkerboard",
        question="What does each hidden unit of a perceptron compute?",
        answer=tuple(" ".join([_answer(result), *sentences(result)]) for result in results),
        tables=(
            _scores(results),
            *(
                table
                for result in results
                for table in (*solutions_table(result, name_of(result)), _units(result), _activations(result))
            ),
        ),
        figures=tuple(figures(results)),
        runs=how_made(results),
    )


def name_of(result: CheckerboardResult) -> str:
    """Which net this is, in a few words: "5 sigmoid units, trained" or "the study's net by hand, 4 step units"."""
    units, scale = f"{result.hid} {WORDS[result.act]} units", result.config.scale
    if result.config.set_weights is None:
        return f"{units}, trained"
    given = GIVEN.get(result.config.set_weights, result.config.set_weights)
    return f"{given}, {units}" + (f", weights times {scale:g}" if scale != 1 else "")


def _answer(result: CheckerboardResult) -> str:
    shown = result.shown
    if not result.trained:
        return f"{name_of(result)}: {shown.accuracy:.1f} % of the points are right, loss {_loss(shown)}."
    return (
        f"{name_of(result)}: {result.solved} of {result.nets} nets are right on every point, "
        f"{between(result.solved_interval)}, after {result.epochs[-1].epoch:,} epochs."
    )


def _scores(results: Sequence[CheckerboardResult]) -> Table:
    rows = []
    for result in results:
        accuracy, loss = _published(result)
        same = "yes" if result.config.data == BOARD else "no"
        rows.append((
            name_of(result), result.config.data, f"{result.solved} / {result.nets}",
            between(result.solved_interval) if result.nets > 1 else "", f"{result.shown.accuracy:.1f} %",
            _loss(result.shown), accuracy, loss, same,
        ))  # fmt: skip
    return Table(
        title="Ours beside the published numbers",
        header=(
            "net", "points", "nets all right", "rate (95 %)", "accuracy of the shown net", "its loss",
            "published accuracy", "published loss", "same points?",
        ),
        rows=tuple(rows),
        note="Loss is the mean binary cross-entropy over the points in nats; a step output has none between right and "
        f"wrong. The study trained one net; its loss after epoch {STUDY.trained.epoch} is what it printed last. "
        f"Of its printed weights: {STUDY.trained.check}.",
    )  # fmt: skip


def _published(result: CheckerboardResult) -> tuple[str, str]:
    """The accuracy and the loss that the study printed of such a net, where it has one."""
    config = result.config
    if config.data != BOARD:
        return "", ""
    if config.set_weights == "report-trained" or (result.trained and (result.act, result.hid) == ("sig", 5)):
        return f"{STUDY.trained.accuracy:.1f} %", f"{STUDY.trained.loss:.4f}"
    if config.set_weights == "report" and (result.act, config.scale) == ("step", 1):
        return f"{STUDY.by_hand.accuracy:.1f} %", ""
    if config.set_weights == "report" and (result.act, config.scale) == ("sig", STUDY.rescaled.factor):
        return f"{STUDY.rescaled.accuracy:.1f} %", ""
    return "", ""


def _units(result: CheckerboardResult) -> Table:
    shown = result.shown
    units = zip(shown.hidden_weight, shown.hidden_bias, shown.output_weight[0], shown.lines, strict=True)
    return Table(
        title=f"Weights of {name_of(result)}",
        header=("unit", "weights", "bias", "weight to the output", "changes side where"),
        rows=(
            *(
                (f"H{j}", _numbers(weight), f"{bias:.4f}", f"{out:.4f}", line)
                for j, (weight, bias, out, line) in enumerate(units, start=1)
            ),
            ("output", "", f"{shown.output_bias[0]:.4f}", "", ""),
        ),
    )


def _activations(result: CheckerboardResult) -> Table:
    rows = result.shown.table
    right = [(row.output >= 0.5) == (row.target == 1) for row in rows]
    title = f"Activations of {name_of(result)}"
    return activations(title, rows, act=result.act, right=right, folded=result.trained)


def _loss(shown: ShownPerceptron) -> str:
    return "infinite" if shown.loss is None else f"{shown.loss:.4f}"


def _array(values: Matrix | Vector) -> str:
    return np.array2string(np.array(values), precision=4, suppress_small=True, separator=", ")


def _numbers(values: Vector) -> str:
    return ", ".join(f"{value:.4f}" for value in values)
