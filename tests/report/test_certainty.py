"""What is proved of recurrent nets, in words: no more than certificates, refutations and tests say."""

from dataclasses import replace

import pytest

from exact_counters import DOUBLES, certificate, single_counter
from kuzushi.analysis.intervals import wilson
from kuzushi.configs import SequencesConfig
from kuzushi.experiments.sequences import run
from kuzushi.report.certainty import certified_text, paragraphs, tables
from kuzushi.results.certificates import Certification, CertifiedNet, Refutation
from kuzushi.results.snapping import Reading, Snapped, Snapping, WeightChange

PROVED = certificate(single_counter(), longest=20)
FAILING = Refutation(
    pattern=DOUBLES, model="lstm", weights_sha256="0" * 64, strings=(21,), position=1234, expected="b", said="a",
    margin=-0.5,
)  # fmt: skip
STATEMENT = (
    "On every endless stream of strings a^n b^2n with n from 1 to 20, in any order, the net of 1 LSTM unit predicts "
    "every symbol that is determined, in exact arithmetic."
)


def said(**found):
    certification = Certification(**({"certificate": None, "refutation": None, "limit": 20} | found))
    return certified_text(CertifiedNet(net=4, snapped=False, certification=certification))


def test_a_proof_up_to_all_that_was_tried_says_no_more():
    assert said(certificate=PROVED) == f"Net 5, proved: {STATEMENT}"


def test_a_proof_that_ends_earlier_says_how_far_a_failure_was_looked_for():
    assert said(certificate=PROVED, limit=1000) == (
        f"Net 5, proved: {STATEMENT} No stream up to n = 1,000 was found on which it fails."
    )


def test_a_proof_up_to_where_the_net_fails_says_where():
    assert said(certificate=PROVED, refutation=FAILING, limit=1000) == (
        f"Net 5, proved: {STATEMENT} It fails in the string n = 21: after its symbol 1,234 only b may follow, and it "
        "says a."
    )


@pytest.mark.parametrize(
    ("strings", "after"),
    [
        ((3, 7), "after a string of n = 3 in the string n = 7"),
        ((3, 1, 7), "after strings of n = 3, 1 in the string n = 7"),
    ],
)
def test_a_failure_in_a_stream_names_the_strings_before(strings, after):
    assert said(refutation=replace(FAILING, strings=strings, position=2)) == (
        f"Net 5: no proof was found. It fails {after}: after its symbol 2 only b may follow, and it says a."
    )


def test_where_neither_is_found_neither_is_claimed():
    text = said()
    assert text == "Net 5: no proof was found. No stream up to n = 20 was found on which it fails."
    assert "proved:" not in text


def test_a_snapped_net_is_called_so():
    certification = Certification(certificate=PROVED, refutation=None, limit=20)
    text = certified_text(CertifiedNet(net=0, snapped=True, certification=certification))
    assert text.startswith("Net 1 snapped, proved: ")


# --- on the page ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lstm():
    """A run whose findings are replaced by those that a test is about."""
    result = run(SequencesConfig(lang="anb2n", model="lstm", hid=1, nets=3, length=2, test_length=3, updates=1))
    return replace(
        result, shown=replace(result.shown, net=1), snapping=None,
        certification=Certification(certificate=None, refutation=FAILING, limit=3),
    )  # fmt: skip


def snapped(net, distance):
    reading = Reading(symbol="b", unit=0, since="a", before=(0.3, -0.16), increments=(0.304, -0.152))
    changes = (
        WeightChange(name="weight_hh", place=(1, 0), before=0.5, after=0.0),
        WeightChange(name="bias", place=(3,), before=1.25, after=-40.0),
    )
    return Snapped(net=net, readings=(reading,), changes=changes, weights=20, removed=1, distance=distance)


def with_snapping(result, *nets, exact=0, certification=None):
    snapping = Snapping(
        nets=nets, tried=3, tested_length=1500, first_failure=(None,) * exact + (7,) * (len(nets) - exact), exact=exact,
        exact_interval=wilson(exact, 3), exact_before=1, certification=certification,
    )  # fmt: skip
    return replace(result, snapping=snapping)


def test_of_a_language_that_no_counts_are_nothing_is_said():
    for lang in ("reber", "dyck1"):
        result = run(SequencesConfig(lang=lang, nets=1, length=2, test_length=2, updates=1))
        assert paragraphs(result) == ()
        assert tables(result) == ()


def test_the_trained_net_that_is_shown_is_named_with_what_was_found(lstm):
    (text,) = paragraphs(lstm)
    assert text == (
        "Net 2 as it was trained: no proof was found. It fails in the string n = 21: after its symbol 1,234 only b may "
        "follow, and it says a."
    )
    assert tables(lstm) == ()


def test_where_no_net_could_be_snapped_that_is_said(lstm):
    result = with_snapping(lstm)
    assert paragraphs(result)[1:] == ("No exact net was found near any of these nets.",)
    assert tables(result) == ()


def test_snapped_nets_are_exact_as_far_as_they_were_tested(lstm):
    result = with_snapping(
        lstm, snapped(0, 12.0), snapped(1, 3.04), exact=1,
        certification=Certification(certificate=PROVED, refutation=None, limit=20),
    )  # fmt: skip
    _, text, words = paragraphs(result)
    assert (
        "Snapped, and tested up to n = 1,500, 1 of 3 nets fail nowhere, 33.3 % (6.1 to 79.2); as trained, 1 failed "
        "nowhere. The weights moved by 3.0 to 12.0 times their norm, in the middle 3.0: gates are closed by large "
        "weights."
    ) in text
    assert text.endswith(f" Net 2 snapped, proved: {STATEMENT}")
    assert words == (
        "In net 2, unit 1 counts from a on and is back when the last b is read. Of its 20 weights 2 differ; "
        "recurrent links that are gone: 1."
    )


def test_where_the_shown_net_could_not_be_snapped_only_the_others_are_spoken_of(lstm):
    result = with_snapping(lstm, snapped(0, 12.0), snapped(2, 3.0), exact=2)
    paragraph = paragraphs(result)
    assert len(paragraph) == 2
    assert "Net 2 snapped" not in paragraph[1]
    assert tables(result) == ()


def test_every_change_of_the_shown_net_is_listed_by_row_and_column_from_1(lstm):
    result = with_snapping(lstm, snapped(0, 12.0), snapped(1, 3.0), exact=2)
    increments, changes = tables(result)
    assert increments.title == "Increments of net 2 before and after"
    assert increments.header == ("end of", "unit", "one a, trained", "one b, trained", "one a, exact", "one b, exact")
    assert increments.rows == (("b's", "1", "+0.3000", "-0.1600", "+0.3040", "-0.1520"),)
    assert changes.rows == (("weight_hh 2, 1", "0.5000", "0.0000"), ("bias 4", "1.2500", "-40.0000"))
    assert changes.folded
    assert not increments.folded


def test_what_a_run_found_itself_can_be_said():
    result = run(SequencesConfig(lang="anbn", model="lstm", hid=2, nets=2, length=2, test_length=4, updates=30))
    assert all(paragraph.endswith(".") for paragraph in paragraphs(result))
    for table in tables(result):
        assert all(len(row) == len(table.header) for row in table.rows)
