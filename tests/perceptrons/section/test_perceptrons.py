"""The perceptrons in words and tables: the numbers of the result, and those of the report where they belong."""

import ast
import dataclasses
import re

import numpy as np
import pytest

from kuzushi.core.published import PUBLISHED
from kuzushi.perceptrons.configs import CheckerboardConfig
from kuzushi.perceptrons.experiment import run
from kuzushi.perceptrons.figures.nets import name_of
from kuzushi.perceptrons.results import EnsembleScore
from kuzushi.perceptrons.section import perceptrons as checkerboard
from kuzushi.perceptrons.section.perceptrons import section, text

REPORT = PUBLISHED.checkerboard
SEVERAL = ["trained", "trained_by_the_report", "by_hand", "rescaled"]


@pytest.fixture(scope="module")
def trained():
    return run(CheckerboardConfig(nets=4, epochs=200))


@pytest.fixture(scope="module")
def trained_by_the_report():
    return run(CheckerboardConfig(set_weights="report-trained"))


@pytest.fixture
def results(request):
    return [request.getfixturevalue(name) for name in SEVERAL]


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    """Figures have tests of their own."""
    monkeypatch.setattr(checkerboard, "figures", lambda results: ())


def named(table):
    """The rows of a table as one dictionary each."""
    return [dict(zip(table.header, row, strict=True)) for row in table.rows]


def titled(one, title):
    (table,) = (table for table in one.tables if table.title.startswith(title))
    return table


# --- in a terminal --------------------------------------------------------------------------------------------


def test_training_is_printed_as_in_the_report(trained):
    scores = (
        EnsembleScore(epoch=100, loss=0.15741, accuracy=100.0, solved=4),
        EnsembleScore(epoch=6200, loss=0.15347, accuracy=88.888, solved=3),
    )
    printed = text(dataclasses.replace(trained, epochs=scores)).splitlines()
    assert printed[0] == "ep:  100 loss: 0.1574 acc: 100.00 solved: 4/4"
    assert printed[1] == "ep: 6200 loss: 0.1535 acc: 88.89 solved: 3/4"


def test_every_evaluation_and_the_share_of_solved_nets_are_printed(trained):
    printed = text(trained)
    course = re.findall(r"ep: +(\d+) loss: ([\d.]+) acc: ([\d.]+) solved: (\d)/4", printed)
    for score, (epoch, loss, accuracy, solved) in zip(trained.epochs, course, strict=True):
        assert (int(epoch), int(solved)) == (score.epoch, score.solved)
        assert float(loss) == pytest.approx(score.loss, abs=5e-5)
        assert float(accuracy) == pytest.approx(score.accuracy, abs=5e-3)
    assert f"solved: {trained.solved}/4 nets, {100 * trained.solved_interval.mean:.1f} % (" in printed
    assert f"net {trained.shown.net + 1}, the first that is right on every point" in printed.splitlines()
    none = text(dataclasses.replace(trained, solved=0))
    assert f"net {trained.shown.net + 1}, the one with the lowest loss" in none.splitlines()


@pytest.mark.parametrize(("name", "word"), [("trained", "Final"), ("by_hand", "Initial")])
def test_the_weights_are_printed_as_in_the_report(request, name, word):
    result = request.getfixturevalue(name)
    shown, printed = result.shown, text(result)
    arrays = printed.partition(f"{word} Weights:\n")[2].partition(f"\n{word} Accuracy: 100.0\n")[0]
    values = [ast.literal_eval(array) for array in re.sub(r"\n(?! )", "\n\n", arrays).split("\n\n")]
    weights_shown = (shown.hidden_weight, shown.hidden_bias, shown.output_weight, shown.output_bias)
    for ours, weights in zip(values, weights_shown, strict=True):
        np.testing.assert_allclose(ours, weights, atol=5.1e-5)


def test_the_lines_and_the_table_of_the_net_by_hand_are_printed(by_hand):
    printed = text(by_hand).splitlines()
    assert "H1: x1 + x2 - 2.5 = 0" in printed
    assert [line.partition(": ")[2] for line in printed if re.match(r"H\d: ", line)] == list(REPORT.by_hand.lines)
    table = printed[printed.index("x1  x2  target  H1  H2  H3  H4  y") + 1 :]
    read = {"".join(row[:2]): "".join(row[3:7]) for row in (line.split() for line in table)}
    assert read == REPORT.by_hand.hidden_table
    assert "loss: 0.0000" in printed
    assert not any(line.startswith(("ep:", "solved:", "net ")) for line in printed)


def test_an_infinite_loss_is_printed_as_a_word(by_hand):
    wrong = dataclasses.replace(by_hand, shown=dataclasses.replace(by_hand.shown, loss=None))
    assert "loss: infinite" in text(wrong).splitlines()
    assert named(section([wrong]).tables[0])[0]["its loss"] == "infinite"


# --- on the page ----------------------------------------------------------------------------------------------


def test_every_row_of_every_table_is_text_and_as_long_as_its_header(results, tmp_path):
    path = tmp_path / "parity.csv"
    rows = "".join(f"{a},{b},{c},{(a + b + c) % 2}\n" for a in (0, 1) for b in (0, 1) for c in (0, 1))
    path.write_text(f"x1,x2,x3,target\n{rows}")
    three = run(CheckerboardConfig(data=str(path), nets=2, epochs=20, hid=3))
    one = section([*results, three])
    solved = sum(result.trained and result.solved > 0 for result in [*results, three])
    assert len(one.tables) == 3 + solved
    for table in (*one.tables, one.runs):
        assert table.rows
        for row in (table.header, *table.rows):
            assert len(row) == len(table.header)
            assert all(isinstance(cell, str) for cell in row)
    assert all(paragraph.endswith(".") for paragraph in one.answer)
    assert len({table.title for table in one.tables}) == len(one.tables)


def test_our_numbers_are_compared_with_the_published_ones(results):
    trained, by_the_report, by_hand, rescaled = named(section(results).tables[0])
    ours = results[0]
    assert trained["nets all right"] == f"{ours.solved} / 4"
    assert trained["rate (95 %)"].startswith(f"{25 * ours.solved}.0 % (")
    assert float(trained["its loss"]) == pytest.approx(ours.shown.loss, abs=5e-5)
    assert [row["published loss"] for row in (trained, by_the_report, by_hand, rescaled)] == [
        "0.1535",
        "0.1535",
        "",
        "",
    ]
    assert by_the_report["its loss"] == "0.1522"
    for row in (trained, by_the_report, by_hand, rescaled):
        assert (row["accuracy of the net drawn"], row["published accuracy"]) == ("100.0 %", "100.0 %")
        assert (row["points"], row["same points?"]) == ("board", "yes")
    assert by_hand["rate (95 %)"] == ""


@pytest.mark.parametrize(
    "options",
    [
        {"act": "tanh", "nets": 2, "epochs": 10},
        {"hid": 4, "nets": 2, "epochs": 10},
        {"set_weights": "report", "act": "sig"},
        {"set_weights": "report", "scale": 2.0},
    ],
)
def test_a_net_that_the_report_does_not_have_has_no_published_numbers(options):
    (row,) = named(section([run(CheckerboardConfig(**options))]).tables[0])
    assert (row["published accuracy"], row["published loss"]) == ("", "")


def test_other_points_are_marked_as_not_those_of_the_report(tmp_path):
    path = tmp_path / "line.csv"
    path.write_text("x1,x2,target\n0,0,0\n1,1,1\n")
    (row,) = named(section([run(CheckerboardConfig(data=str(path), nets=2, epochs=20))]).tables[0])
    assert (row["points"], row["same points?"]) == (str(path), "no")
    assert (row["published accuracy"], row["published loss"]) == ("", "")


def test_the_table_of_activations_of_the_net_by_hand_is_the_published_one(by_hand):
    table = titled(section([by_hand]), "Activations of the report's net by hand")
    rows = named(table)
    assert {row["x1"] + row["x2"]: "".join(row[f"H{j}"] for j in range(1, 5)) for row in rows} == (
        REPORT.by_hand.hidden_table
    )
    assert [row["target"] for row in rows] == [row["y"] for row in rows] == [str(target) for target in REPORT.targets]
    assert {row[""] for row in rows} == {"right"}


def test_the_activations_of_a_trained_net_are_its_numbers(trained):
    table = text(trained).splitlines()[-9:]
    for line, row in zip(table, trained.shown.table, strict=True):
        *values, side = line.split()
        np.testing.assert_allclose(
            list(map(float, values)), [*row.point, row.target, *row.hidden, row.output], atol=5.1e-4
        )
        assert side == ("right" if (row.output >= 0.5) == bool(row.target) else "wrong")


def test_a_point_on_the_wrong_side_is_called_wrong(by_hand):
    first, *rest = by_hand.shown.table
    moved = dataclasses.replace(by_hand.shown, table=(dataclasses.replace(first, output=1.0), *rest))
    table = titled(section([dataclasses.replace(by_hand, shown=moved)]), "Activations")
    assert [row[-1] for row in table.rows] == ["wrong"] + ["right"] * 8


def test_the_weights_on_the_page_are_those_of_the_drawn_net(trained_by_the_report):
    shown = REPORT.trained
    *units, output = named(titled(section([trained_by_the_report]), "Weights of the nets"))
    for j, row in enumerate(units):
        assert [float(weight) for weight in row["weights"].split(", ")] == list(shown.hidden_weight[j])
        assert float(row["bias"]) == shown.hidden_bias[j]
        assert float(row["weight to the output"]) == shown.output_weight[0][j]
        assert row["line"].endswith(" = 0")
    assert (output["unit"], float(output["bias"])) == ("output", shown.output_bias[0])


def test_every_net_has_a_name_and_a_sentence(results):
    assert [name_of(result) for result in results] == [
        "5 sigmoid units, trained",
        "the report's trained net, 5 sigmoid units",
        "the report's net by hand, 4 step units",
        "the report's net by hand, 4 sigmoid units, weights times 10",
    ]
    trained, *given = section(results).answer
    assert f"trained: {results[0].solved} of 4 nets are right on every point" in trained
    assert "after 200 epochs; half of these needed at most " in trained
    for sentence, result in zip(given, results[1:], strict=True):
        assert sentence.startswith(f"{name_of(result)}: 100.0 % of the points are right, loss {result.shown.loss:.4f}.")
