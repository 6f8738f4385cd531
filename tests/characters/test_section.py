"""The recognisers as text and tables: the numbers of the result, and those of the coursework report."""

import ast
import dataclasses
import re

import numpy as np
import pytest

from kuzushi.characters.configs import CharactersConfig
from kuzushi.characters.evaluate import balanced_accuracy
from kuzushi.characters.experiment import run
from kuzushi.characters.figures.names import ROMAJI
from kuzushi.characters.results import CharactersSummary, ConfusedPair
from kuzushi.characters.section import same_images, section, text
from kuzushi.core.published import PUBLISHED
from kuzushi.core.statistics import wilson

REPORT = PUBLISHED.characters
BRUSH = {"data": "brush:60/50", "epochs": 1}


@pytest.fixture(scope="module")
def lin():
    """Train NetLin from two seeds."""
    return run(CharactersConfig(net="lin", seeds=2, **BRUSH))


@pytest.fixture(scope="module")
def nets(lin):
    """Train the three nets on the same images."""
    return [lin, *(run(CharactersConfig(net=net, **BRUSH)) for net in ("full", "conv"))]


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    """Draw no figures; they have tests of their own."""
    monkeypatch.setattr("kuzushi.characters.section.figures", lambda results: ())


def as_in_the_report(result, **data):
    """Return the result as if it were that of the coursework report, on its images."""
    net = REPORT.nets[result.config.net]
    seed = dataclasses.replace(
        result.seeds[0], test_loss=net.test_loss, test_correct=net.test_correct, confusion=net.confusion,
        test_accuracy=net.test_correct / REPORT.test,
    )  # fmt: skip
    images = {"name": "kmnist", "train": REPORT.train, "test": REPORT.test, "verified": True, "sha256": "k"} | data
    return dataclasses.replace(
        result,
        config=dataclasses.replace(result.config, data="kmnist", seeds=1),
        data=dataclasses.replace(result.data, **images),
        seeds=(seed,),
        summary=CharactersSummary(
            accuracy=wilson(net.test_correct, REPORT.test),
            spread=None,
            balanced=balanced_accuracy(np.array(net.confusion)),
        ),
        pairs=(ConfusedPair(target=5, predicted=2, count=net.confusion[5][2]),),
    )


def of_other_classes(result, *, classes, **data):
    matrix = tuple(tuple(2 * (row == column) for column in range(len(classes))) for row in range(len(classes)))
    return dataclasses.replace(
        result,
        data=dataclasses.replace(result.data, classes=classes, **data),
        seeds=tuple(dataclasses.replace(seed, confusion=matrix) for seed in result.seeds),
        pairs=(),
        gallery=(),
    )


def named(table):
    """Return the rows of a table as one dictionary each."""
    return [dict(zip(table.header, row, strict=True)) for row in table.rows]


def titled(tables, title):
    (table,) = (table for table in tables if table.title.startswith(title))
    return table


def with_a_rare_class(result):
    """Return the result as if 90 of 100 images of a common class were right, and 2 of 4 of a rare one."""
    seeds = tuple(dataclasses.replace(seed, confusion=((90, 10), (2, 2))) for seed in result.seeds)
    balanced = balanced_accuracy(np.array([[90, 10], [2, 2]]))
    return dataclasses.replace(
        result,
        data=dataclasses.replace(result.data, classes=("common", "rare")),
        seeds=seeds,
        summary=dataclasses.replace(result.summary, balanced=balanced),
        arrays=result.arrays | {"target": np.repeat([0, 1], [100, 4])},
        pairs=(),
        gallery=(),
    )


# --- in a terminal --------------------------------------------------------------------------------------------


def test_loss_and_accuracy_are_printed_as_in_the_report(nets):
    printed = [text(as_in_the_report(result)) for result in nets]
    assert "Test set: Average loss: 1.0091, Accuracy: 6961/10000 (70%)" in printed[0].splitlines()
    assert "Test set: Average loss: 0.5174, Accuracy: 8422/10000 (84%)" in printed[1].splitlines()
    assert "Test set: Average loss: 0.2585, Accuracy: 9326/10000 (93%)" in printed[2].splitlines()
    assert "accuracy 69.6 % (68.7 to 70.5), 95 % interval for 10,000 test images" in printed[0]


def test_the_printed_matrices_are_those_of_every_seed(lin):
    printed = re.findall(r"seed (\d+), confusion matrix .*\n(\[\[[\d\s\[\]]+\]\])", text(lin))
    assert [int(seed) for seed, _ in printed] == [0, 1]
    for (_, matrix), seed in zip(printed, lin.seeds, strict=True):
        rows = ast.literal_eval(re.sub(r"(?<=[\d\]])\s+", ", ", matrix))
        assert rows == [list(row) for row in seed.confusion]
    assert text(lin).count("Test set: ") == 2


def test_a_large_matrix_is_printed_whole(lin):
    many = of_other_classes(lin, classes=tuple(f"c{i}" for i in range(60)))
    printed = text(many)
    assert "..." not in printed
    assert len([line for line in printed.splitlines() if line.strip().startswith("[")]) == 2 * 60
    assert "most confused" not in printed


def test_the_accuracy_over_the_seeds_is_printed_with_its_spread(lin, nets):
    spread = np.std([100 * seed.test_accuracy for seed in lin.seeds], ddof=1)
    assert f"standard deviation over 2 seeds: {spread:.2f} %" in text(lin)
    assert "standard deviation" not in text(nets[1])
    rate = lin.summary.accuracy
    assert f"accuracy {100 * rate.mean:.1f} % ({100 * rate.low:.1f} to {100 * rate.high:.1f})" in text(lin)


def test_the_parameters_are_printed_layer_by_layer_and_add_up(nets):
    for result, net in zip(nets, REPORT.nets.values(), strict=True):
        printed = text(result)
        layers = [(formula, int(count)) for formula, count in re.findall(r"^\w+: (.*\*.*) = (\d+)$", printed, re.M)]
        assert tuple(count for _, count in layers) == net.parameters_by_layer
        assert all(eval(formula) == count for formula, count in layers)
        assert f"Model parameters: {net.parameters}" in printed.splitlines()


def test_the_most_confused_pairs_are_printed_with_their_names(lin):
    worst = lin.pairs[0]
    words = f"{'おきすつなはまやれを'[worst.target]} {ROMAJI[worst.target]} read as "
    (line,) = (line for line in text(lin).splitlines() if line.startswith("most confused: "))
    assert line.startswith(f"most confused: {words}")
    assert [int(count) for count in re.findall(r" (\d+)(?:;|$)", line)] == [pair.count for pair in lin.pairs[:5]]
    assert "most confused: は ha read as す su 121" in text(as_in_the_report(lin))


# --- on the page ----------------------------------------------------------------------------------------------


def test_every_row_of_every_table_is_text_and_as_long_as_its_header(nets):
    others = of_other_classes(nets[0], classes=("cat", "dog"), name="pets", sha256="p")
    for results in (nets, [*nets, others], [as_in_the_report(result) for result in nets]):
        one = section(results)
        for table in (*one.tables, one.runs):
            assert table.rows
            for row in (table.header, *table.rows):
                assert len(row) == len(table.header)
                assert all(isinstance(cell, str) for cell in row)
        assert all(paragraph.endswith(".") for paragraph in one.answer)


def test_the_table_has_our_numbers_and_the_published_ones(nets):
    for result, row in zip(nets, named(section(nets).tables[0]), strict=True):
        first, net, rate = result.seeds[0], REPORT.nets[result.config.net], result.summary.accuracy
        assert float(row["loss"]) == pytest.approx(first.test_loss, abs=5e-5)
        assert row["correct"] == f"{first.test_correct} / 50"
        assert row["accuracy (95 %)"] == f"{100 * rate.mean:.1f} % ({100 * rate.low:.1f} to {100 * rate.high:.1f})"
        assert (row["images, training / test"], row["preset"]) == ("brush 60 / 50", "fast")
        assert row["seeds"] == str(len(result.seeds))
        assert float(row["published loss"]) == net.test_loss
        assert row["published correct"] == f"{net.test_correct} / 10000"
        assert row["calibration error"] == f"{100 * np.mean(result.calibration.errors):.2f} %"


def test_images_are_those_of_the_report_only_if_they_are_the_verified_ones(lin):
    assert not same_images(lin)
    assert same_images(as_in_the_report(lin))
    assert not same_images(as_in_the_report(lin, verified=False))
    assert not same_images(as_in_the_report(lin, name="kmnist-mini"))


def test_the_answer_warns_that_other_images_are_not_those_of_the_report(nets):
    one = section(nets)
    assert {row["same images?"] for row in named(one.tables[0])} == {"no"}
    reached, caveat = one.answer
    assert caveat.startswith(
        "Do not compare results on brush with the report, whose images are Kuzushiji-MNIST (60,000"
    )
    printed = "NetLin 6961 of 10000 (70 %), NetFull 8422 of 10000 (84 %), NetConv 9326 of 10000 (93 %)"
    assert f"The coursework report has {printed}." in reached
    pairs = titled(one.tables, "Most confused pairs on brush")
    assert pairs.header == ("target", "read as", "NetLin", "NetFull", "NetConv")


def test_on_the_images_of_the_report_there_is_no_warning(nets):
    one = section([as_in_the_report(result) for result in nets])
    assert {row["same images?"] for row in named(one.tables[0])} == {"yes"}
    (reached,) = one.answer
    assert "NetLin 69.6 % (68.7 to 70.5), NetFull 84.2 %" in reached


def test_where_only_some_images_are_those_of_the_report_the_others_are_named(nets):
    one = section([as_in_the_report(nets[0]), nets[1]])
    assert [row["same images?"] for row in named(one.tables[0])] == ["yes", "no"]
    assert one.answer[1].startswith("Do not compare results on brush with the report")


def test_without_confusions_there_is_no_table_of_pairs(lin):
    others = of_other_classes(lin, classes=("cat", "dog"), name="pets", sha256="p")
    assert not [table for table in section([others]).tables if table.title.startswith("Most confused pairs")]


def test_the_shares_of_the_pairs_are_those_of_all_seeds(lin):
    pairs = titled(section([lin]).tables, "Most confused pairs")
    together = np.sum([seed.confusion for seed in lin.seeds], axis=0)
    shares = 100 * together / together.sum(1, keepdims=True)
    names = [f"{kana} {romaji}" for kana, romaji in zip("おきすつなはまやれを", ROMAJI, strict=True)]
    for row in named(pairs):
        share = shares[names.index(row["target"]), names.index(row["read as"])]
        assert row["NetLin"] == f"{share:.1f} %"
    np.fill_diagonal(shares, 0)
    assert float(pairs.rows[0][2].removesuffix(" %")) == pytest.approx(shares.max(), abs=0.05)
    assert len(pairs.rows) == 8


def test_the_spread_over_the_seeds_is_in_the_table(nets):
    spreads = [row["spread"] for row in named(section(nets).tables[0])]
    assert spreads == [f"{100 * nets[0].summary.spread:.2f} %", "", ""]


def test_where_a_class_is_rare_the_balanced_accuracy_is_the_headline(lin):
    rare = with_a_rare_class(lin)
    assert "balanced accuracy 70.0 % (" in text(rare)
    assert "NetLin 70.0 % (" in section([rare]).answer[0]
    assert "(balanced)" in section([rare]).answer[0]
    (row,) = named(titled(section([rare]).tables, "Our numbers"))
    assert row["balanced accuracy"].startswith("70.0 %")


def test_where_classes_have_one_size_there_is_no_balanced_accuracy(lin):
    even = dataclasses.replace(lin, arrays=lin.arrays | {"target": np.repeat([0, 1, 3], [10, 12, 9])})
    assert "balanced" not in text(even)
    assert "balanced" not in " ".join(titled(section([even]).tables, "Our numbers").header)


# --- the pairs ------------------------------------------------------------------------------------------------


def with_confusion(result, *matrices):
    seeds = tuple(dataclasses.replace(result.seeds[0], confusion=matrix) for matrix in matrices)
    classes = tuple("abcdefghij"[: len(matrices[0])])
    return dataclasses.replace(result, seeds=seeds, data=dataclasses.replace(result.data, classes=classes))


def pairs_of(*results):
    return [row[2:] for row in titled(section(results).tables, "Most confused pairs").rows]


def test_published_shares_are_only_for_the_same_images(nets):
    same = titled(section([as_in_the_report(result) for result in nets]).tables, "Most confused pairs on kmnist")
    labels = [f"{kana} {romaji}" for kana, romaji in zip("おきすつなはまやれを", ROMAJI, strict=True)]
    for row in named(same):
        cell = labels.index(row["target"]), labels.index(row["read as"])
        for net, title in (("lin", "NetLin"), ("full", "NetFull"), ("conv", "NetConv")):
            share = f"{REPORT.nets[net].confusion[cell[0]][cell[1]] / 10:.1f} %"
            assert (row[title], row[f"{title}, published"]) == (share, share)
    for other in ({"name": "kmnist-mini"}, {"verified": False}):
        pairs = titled(section([as_in_the_report(nets[0], **other)]).tables, "Most confused pairs")
        assert pairs.header == ("target", "read as", "NetLin")


def test_each_set_of_images_has_its_own_table_of_pairs(nets):
    tables = section([as_in_the_report(nets[0]), *nets[1:]]).tables
    assert titled(tables, "Most confused pairs on kmnist").header[2:] == ("NetLin", "NetLin, published")
    assert titled(tables, "Most confused pairs on brush").header[2:] == ("NetFull", "NetConv")


def test_pairs_are_sorted_by_the_mean_over_the_nets_then_by_index_without_empty_ones(nets):
    first = with_confusion(nets[1], ((8, 2, 0), (1, 7, 2), (0, 0, 10)))
    second = with_confusion(nets[2], ((10, 0, 0), (1, 5, 4), (0, 0, 10)), ((10, 0, 0), (3, 7, 0), (0, 0, 10)))
    assert pairs_of(first, second) == [("20.0 %", "20.0 %"), ("10.0 %", "20.0 %"), ("20.0 %", "0.0 %")]
    equal = with_confusion(nets[1], tuple(tuple(9 if i == j else 1 for j in range(10)) for i in range(10)))
    rows = titled(section([equal]).tables, "Most confused pairs").rows
    assert [row[:2] for row in rows] == [("a", letter) for letter in "bcdefghi"]


# --- the parameters -------------------------------------------------------------------------------------------


def parameters_of(*results):
    return titled(section(results).tables, "Parameters")


def test_the_arithmetic_slip_of_the_report_is_beside_the_correct_count(nets):
    table = parameters_of(*nets)
    rows = {(row["net"], row["layer"]): (row["parameters"], row["published"]) for row in named(table)}
    assert rows["NetConv", "conv2"] == ("38,104", "37,992")
    assert rows["NetConv", "total"] == ("392,354", "392,354")
    assert "arithmetic slip" in table.note
    assert all(ours == published for (net, _), (ours, published) in rows.items() if net != "NetConv")


def test_a_net_of_another_size_has_no_published_parameters_and_the_same_net_twice_is_one(nets):
    small = run(CharactersConfig(net="full", hid=20, **BRUSH))
    assert parameters_of(small, small).rows == (
        ("NetFull", "fc1", "28*28*20 + 20", "15,700", ""),
        ("NetFull", "fc2", "20*10 + 10", "210", ""),
        ("NetFull", "total", "", "15,910", ""),
    )
    totals = [row for row in named(parameters_of(nets[1], small, nets[1])) if row["layer"] == "total"]
    assert [row["parameters"] for row in totals] == ["87,460", "15,910"]
    assert len({row["net"] for row in totals}) == 2
    assert len({row["net"] for row in named(section([small, small]).tables[0])}) == 2
