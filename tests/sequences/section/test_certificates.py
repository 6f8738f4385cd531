"""Certificates and snapped nets as text: no more than certificates, refutations and tests show."""

from dataclasses import replace

import pytest

from exact_counters import DOUBLES, certificate, single_counter
from kuzushi.core.statistics import wilson
from kuzushi.proofs.certificate_format import Certification, CertifiedNet, Refutation
from kuzushi.sequences.configs import SequencesConfig
from kuzushi.sequences.counter_results import Snapped, Snapping
from kuzushi.sequences.experiment import run
from kuzushi.sequences.section.certificates import certified_text, paragraphs

PROVED = certificate(single_counter(), longest=20)
FAILING = Refutation(
    pattern=DOUBLES, model="lstm", weights_sha256="0" * 64, strings=(21,), position=1234, expected="b", said="a",
    margin=-0.5,
)  # fmt: skip
STATEMENT = (
    "On every endless stream of strings a^n b^2n with n from 1 to 20, in any order, the net of 1 LSTM unit predicts "
    "every symbol that is determined, in exact arithmetic."
)


def text_of(**found):
    certification = Certification(**({"certificate": None, "refutation": None, "limit": 20} | found))
    return certified_text(CertifiedNet(net=4, snapped=False, certification=certification))


def test_a_proof_up_to_the_limit_is_all_the_text():
    assert text_of(certificate=PROVED) == f"Net 5, proved: {STATEMENT}"


def test_a_proof_that_ends_earlier_names_the_limit_of_the_search():
    assert text_of(certificate=PROVED, limit=1000) == (
        f"Net 5, proved: {STATEMENT} No failing stream was found up to n = 1,000."
    )


def test_a_proof_and_a_failure_are_both_in_the_text():
    assert text_of(certificate=PROVED, refutation=FAILING, limit=1000) == (
        f"Net 5, proved: {STATEMENT} It fails in the string n = 21: after symbol 1,234 only b may follow, and the net "
        "predicts a."
    )


@pytest.mark.parametrize(
    ("strings", "after"),
    [
        ((3, 7), "after a string of n = 3 in the string n = 7"),
        ((3, 1, 7), "after strings of n = 3, 1 in the string n = 7"),
    ],
)
def test_a_failure_in_a_stream_names_the_strings_before(strings, after):
    assert text_of(refutation=replace(FAILING, strings=strings, position=2)) == (
        f"Net 5: no proof was found. It fails {after}: after symbol 2 only b may follow, and the net predicts a."
    )


def test_without_proof_or_failure_neither_is_claimed():
    text = text_of()
    assert text == "Net 5: no proof was found. No failing stream was found up to n = 20."
    assert "proved:" not in text


def test_a_snapped_net_is_called_snapped():
    certification = Certification(certificate=PROVED, refutation=None, limit=20)
    text = certified_text(CertifiedNet(net=0, snapped=True, certification=certification))
    assert text.startswith("Net 1 snapped, proved: ")


# --- on the page ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def refuted():
    """A run whose results are replaced by those that a test needs."""
    result = run(SequencesConfig(lang="anb2n", model="lstm", hid=1, nets=3, length=2, test_length=3, updates=1))
    return replace(
        result, shown=replace(result.shown, net=1), snapping=None,
        certification=Certification(certificate=None, refutation=FAILING, limit=3),
    )  # fmt: skip


def snapped(net, distance):
    return Snapped(net=net, readings=(), changes=(), weights=20, removed=1, distance=distance)


def with_snapping(result, *nets, exact=0, certification=None):
    snapping = Snapping(
        nets=nets, tried=3, tested_length=1500, first_failure=(None,) * exact + (7,) * (len(nets) - exact), exact=exact,
        exact_interval=wilson(exact, 3), exact_before=1, certification=certification,
    )  # fmt: skip
    return replace(result, snapping=snapping)


def test_a_language_that_does_not_count_has_no_text(reber, brackets):
    for result in (reber, brackets):
        assert paragraphs(result) == ()


def test_the_best_net_is_named_with_its_refutation(refuted):
    (text,) = paragraphs(refuted)
    assert text == (
        "Net 2 as trained: no proof was found. It fails in the string n = 21: after symbol 1,234 only b may follow, "
        "and the net predicts a."
    )


def test_the_text_says_that_no_net_could_be_snapped(refuted):
    result = with_snapping(refuted)
    assert paragraphs(result)[1:] == ("No net could be snapped to an exact one.",)


def test_snapped_nets_are_exact_as_far_as_they_are_tested(refuted):
    result = with_snapping(
        refuted, snapped(0, 12.0), snapped(1, 3.04), exact=1,
        certification=Certification(certificate=PROVED, refutation=None, limit=20),
    )  # fmt: skip
    _, text = paragraphs(result)
    assert (
        "1 of 3 nets do not fail up to n = 1,500, 33.3 % (6.1 to 79.2); as trained, 1 do not. The weights changed by "
        "3.0 to 12.0 times their norm."
    ) in text
    assert text.endswith(f" Net 2 snapped, proved: {STATEMENT}")


def test_if_the_best_net_could_not_be_snapped_only_the_others_are_in_the_text(refuted):
    result = with_snapping(refuted, snapped(0, 12.0), snapped(2, 3.0), exact=2)
    paragraph = paragraphs(result)
    assert len(paragraph) == 2
    assert "Net 2 snapped" not in paragraph[1]


def test_the_results_of_a_run_give_sentences(lstm):
    assert all(paragraph.endswith(".") for paragraph in paragraphs(lstm))
