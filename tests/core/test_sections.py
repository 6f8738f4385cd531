"""Numbers and tables as text, how each result was made, and warnings where results are not comparable."""

import dataclasses

import pytest

from kuzushi.characters import experiment as characters
from kuzushi.characters.configs import CharactersConfig
from kuzushi.core.results import Interval
from kuzushi.core.sections import (
    Table,
    between,
    columns,
    counted,
    data_differences,
    percent,
    provenance_differences,
    provenance_table,
    uncommitted_code,
)
from kuzushi.perceptrons import experiment as checkerboard
from kuzushi.perceptrons.configs import CheckerboardConfig
from kuzushi.sequences import experiment as sequences
from kuzushi.sequences.configs import SequencesConfig


@pytest.fixture(scope="module")
def lin():
    return characters.run(CharactersConfig(net="lin", data="brush:20/10", epochs=1))


@pytest.fixture(scope="module")
def by_hand():
    return checkerboard.run(CheckerboardConfig(set_weights="report"))


@pytest.mark.parametrize(
    ("share", "digits", "printed"),
    [(0.9326, 1, "93.3 %"), (0.9326, 2, "93.26 %"), (1.0, 1, "100.0 %"), (0.0, 0, "0 %"), (0.00049, 1, "0.0 %")],
)
def test_a_share_is_given_in_percent(share, digits, printed):
    assert percent(share, digits) == printed


def test_a_rate_stands_before_its_interval():
    assert between(Interval(0.933, 0.921, 0.943)) == "93.3 % (92.1 to 94.3)"
    assert between(Interval(0.933, 0.921, 0.943), 0) == "93 % (92 to 94)"


@pytest.mark.parametrize(("number", "printed"), [(0, "0 units"), (1, "1 unit"), (2, "2 units"), (3_276, "3,276 units")])
def test_a_number_and_its_noun_agree(number, printed):
    assert counted(number, "unit") == printed
    assert counted(2, "dichotomy", "dichotomies") == "2 dichotomies"


def test_the_columns_of_a_table_end_below_each_other():
    table = Table(title="", header=("a", "long", ""), rows=(("1", "2", "right"), ("333", "4", "")))
    assert columns(table).splitlines() == ["  a  long", "  1     2  right", "333     4"]


def test_what_made_a_result_is_told_with_it(by_hand):
    made = dataclasses.replace(by_hand.provenance, commit=None, device="cpu", platform="here", threads=3)
    table = provenance_table([dataclasses.replace(by_hand, seconds=1.26, provenance=made)])
    told = dict(zip(table.header, table.rows[0], strict=True))
    assert told["command"] == "kuzushi checkerboard --set-weights report"
    assert (told["commit"], told["device"], told["threads"], told["seconds"]) == ("installed", "cpu, here", "3", "1.3")
    assert told["data"] == by_hand.data_sha256[:12]
    assert (told["kuzushi"], told["torch"], told["Python"]) == (made.kuzushi, made.torch, made.python)
    assert table.folded


def test_results_of_every_subject_have_a_row_of_text(lin, by_hand):
    table = provenance_table([lin, by_hand])
    assert [row[-1] for row in table.rows] == [lin.data.sha256[:12], by_hand.data_sha256[:12]]
    for row in table.rows:
        assert len(row) == len(table.header)
        assert all(isinstance(cell, str) and cell for cell in row)
    commit = lin.provenance.commit
    assert table.rows[0][table.header.index("commit")] == (commit or "installed")


# --- what is not comparable -----------------------------------------------------------------------------------


def made_by(result, **changes):
    changes = {"commit": "0123456789ab"} | changes
    return dataclasses.replace(result, provenance=dataclasses.replace(result.provenance, **changes))


def test_runs_on_other_images_of_one_name_are_not_comparable(lin):
    other = characters.run(CharactersConfig(net="lin", data="brush:20/10", epochs=1, seed=1))
    (said,) = data_differences([lin, other, lin])
    assert said.startswith("Not comparable: brush is not the same data in all 3 runs (")
    assert f"({lin.data.sha256[:12]} in 2, {other.data.sha256[:12]} in 1, by SHA-256)" in said
    assert data_differences([lin, lin]) == ()


def test_points_that_have_changed_under_their_name_are_told_apart_and_other_points_need_not_be(by_hand):
    other = checkerboard.run(CheckerboardConfig(set_weights="report", data="xor"))
    changed = dataclasses.replace(by_hand, data_sha256="f00d" * 16)
    assert data_differences([by_hand, other]) == ()
    (said,) = data_differences([by_hand, changed, other])
    assert "board is not the same data in all 2 runs" in said
    assert "f00df00df00d in 1" in said


def test_sequences_of_other_lengths_are_other_data_under_another_name():
    found = [sequences.run(SequencesConfig(nets=1, updates=1, length=length, test_length=4)) for length in (2, 3)]
    assert data_differences(found) == ()
    assert len({result.data_sha256 for result in found}) == 2
    for result in found:
        assert len(data_differences([result, dataclasses.replace(result, data_sha256="beef")])) == 1


def test_what_was_made_alike_is_not_spoken_of(lin):
    alike = [made_by(lin), made_by(lin, command="another", threads=9, python="3.99")]
    assert provenance_differences(alike) == uncommitted_code(alike) == ()
    table = provenance_table(alike)
    assert table.title == "How to reproduce these numbers"
    assert table.note.startswith("Where a command names no seed")


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("kuzushi", ("0.1.0", "0.2.0")), ("commit", ("0123456789ab", None)), ("torch", ("2.6.0", "2.13.0")),
        ("numpy", ("1.26", "2.4")), ("device", ("cpu", "cuda")), ("platform", ("Linux", "Darwin")),
    ],
)  # fmt: skip
def test_versions_and_machines_that_differ_are_named_in_title_and_note(lin, field, values):
    unlike = [made_by(lin, **{field: value}) for value in values]
    said = provenance_differences(unlike)
    shown = " and ".join(value or "installed" for value in values)
    assert said[0].startswith(f"The runs differ in code or machine ({field} {shown}), which alone")
    assert len(said) == (2 if field in ("device", "platform") else 1)
    table = provenance_table(unlike)
    assert table.title == "How to reproduce these numbers (the runs differ in code or machine)"
    assert table.note.startswith(" ".join(said))


def test_a_commit_with_changes_beside_it_leaves_open_what_the_code_was(lin):
    results = [made_by(lin, commit="0123456789ab+")] * 2
    assert provenance_differences(results) == ()
    (said,) = uncommitted_code(results)
    assert said.startswith("A commit with + had uncommitted changes")
    assert provenance_table(results).note.startswith(said)
