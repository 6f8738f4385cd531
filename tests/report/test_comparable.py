"""What is not to be compared is said where it stands, and what is comparable is not spoken of."""

import dataclasses

import pytest

from kuzushi.configs import CharactersConfig, CheckerboardConfig, GapsConfig, SequencesConfig
from kuzushi.experiments import characters, checkerboard, gaps, sequences
from kuzushi.report.comparable import fingerprint, left_open, made_otherwise, other_data
from kuzushi.report.page import sections
from kuzushi.report.sections import how_made


@pytest.fixture(scope="module")
def lin():
    return characters.run(CharactersConfig(net="lin", data="brush:20/10", epochs=1))


@pytest.fixture(scope="module")
def by_hand():
    return checkerboard.run(CheckerboardConfig(set_weights="report"))


def made_by(result, **changes):
    changes = {"commit": "0123456789ab"} | changes
    return dataclasses.replace(result, provenance=dataclasses.replace(result.provenance, **changes))


def test_runs_on_other_images_of_one_name_are_told_apart_at_the_top_of_their_part(lin):
    other = characters.run(CharactersConfig(net="lin", data="brush:20/10", epochs=1, seed=1))
    (said,) = other_data([lin, other, lin])
    assert said.startswith("Not to be compared: brush is not the same data in all 3 runs (")
    assert f"({lin.data.sha256[:12]} in 2, {other.data.sha256[:12]} in 1, by fingerprint)" in said
    (part,) = sections([lin, other, lin])
    assert part.answer[0] == said
    assert len(sections([lin, lin])[0].answer) == len(part.answer) - 1


def test_points_that_have_changed_under_their_name_are_told_apart_and_other_points_need_not_be(by_hand):
    other = checkerboard.run(CheckerboardConfig(set_weights="report", data="xor"))
    changed = dataclasses.replace(by_hand, data_sha256="f00d" * 16)
    assert other_data([by_hand, other]) == ()
    (said,) = other_data([by_hand, changed, other])
    assert "board is not the same data in all 2 runs" in said
    assert "f00df00df00d in 1" in said


def test_every_subject_knows_its_data_by_what_its_settings_say():
    found = [
        sequences.run(SequencesConfig(nets=1, updates=1, length=length, test_length=4)) for length in (2, 3)
    ] + [gaps.run(GapsConfig(cells=2, gaps=(gap,))) for gap in (1.0, 2.0)]  # fmt: skip
    assert other_data(found) == ()
    assert len({fingerprint(result) for result in found}) == 4
    for result in found:
        assert len(other_data([result, dataclasses.replace(result, data_sha256="beef")])) == 1


def test_what_was_made_alike_is_not_spoken_of(lin):
    alike = [made_by(lin), made_by(lin, command="another", threads=9, python="3.99")]
    assert made_otherwise(alike) == left_open(alike) == ()
    table = how_made(alike)
    assert table.title == "How to make these numbers again"
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
    said = made_otherwise(unlike)
    shown = " and ".join(value or "installed" for value in values)
    assert said[0].startswith(f"Not all of these were made alike ({field} {shown}): a difference")
    assert len(said) == (2 if field in ("device", "platform") else 1)
    table = how_made(unlike)
    assert table.title == "How to make these numbers again, which were not all made alike"
    assert table.note.startswith(" ".join(said))


def test_a_commit_with_changes_beside_it_leaves_open_what_the_code_was(lin):
    results = [made_by(lin, commit="0123456789ab+")] * 2
    assert made_otherwise(results) == ()
    (said,) = left_open(results)
    assert said.startswith("A commit with + had changes that nobody can look up")
    assert how_made(results).note.startswith(said)


def test_runs_whose_nets_were_trained_beside_those_of_others_say_what_their_command_gives(lin):
    results = [made_by(lin, beside=15), made_by(lin)]
    assert made_otherwise(results) == ()
    (said,) = left_open(results)
    assert said.startswith("The nets of 1 of 2 runs were trained in one ensemble with those of other runs of a sweep")
    assert how_made(results).note.startswith(said)
