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

PROVED = certificate(single_counter(), longest=20, rounding=2.0**-20)
FAILING = Refutation(
    pattern=DOUBLES, model="lstm", hid=1, weights_sha256="0" * 64, rounding=2.0**-48, strings=(21,), position=1234,
    expected="b", predicted="a", margin=-0.5,
)  # fmt: skip
STATEMENT = (
    "On every endless stream of strings a^n b^2n with n from 1 to 20, in any order, from the initial state, the net of "
    "1 LSTM unit predicts every symbol that is determined, in exact arithmetic, float64 and float32. This covers torch "
    "in float64 or float32 on a CPU, and every program whose operations have relative errors of at most 2^-20; not "
    "TF32, bfloat16 or fused kernels of lower precision."
)
NOT_PROVED = "no proof was found in exact arithmetic, float64 or float32."


def text_of(**found):
    certification = Certification(**({"certificates": (), "refutation": None, "limit": 20} | found))
    return certified_text(CertifiedNet(net=4, snapped=False, certification=certification))


def test_a_proof_up_to_the_limit_is_all_the_text():
    assert text_of(certificates=(PROVED,)) == f"Net 5, proved: {STATEMENT}"


def test_a_proof_that_ends_earlier_names_the_limit_of_the_search():
    assert text_of(certificates=(PROVED,), limit=1000) == (
        f"Net 5, proved: {STATEMENT} No stream of strings up to n = 1,000 is shown to fail."
    )


def test_a_proof_that_goes_further_in_fewer_arithmetics_is_named_with_them():
    further = replace(PROVED, rounding=2.0**-48, longest=1246)
    assert text_of(certificates=(PROVED, further), limit=1246) == (
        f"Net 5, proved: {STATEMENT} In exact arithmetic and float64 it is proved up to n = 1,246. No stream of "
        "strings up to n = 1,246 is shown to fail."
    )


def test_a_proof_and_a_failure_are_both_in_the_text():
    assert text_of(certificates=(PROVED,), refutation=FAILING, limit=1000) == (
        f"Net 5, proved: {STATEMENT} It fails in exact arithmetic and float64, not shown for float32: in the string "
        "n = 21, after symbol 1,234 only b may follow, and the net predicts a."
    )


@pytest.mark.parametrize(
    ("rounding", "where"),
    [
        (2.0**-20, "exact arithmetic, float64 and float32: "),
        (2.0**-48, "exact arithmetic and float64, not shown for float32: "),
        (0.0, "exact arithmetic, not shown for float64 and float32: "),
    ],
)
def test_a_failure_names_its_arithmetic(rounding, where):
    assert f"It fails in {where}in the string" in text_of(refutation=replace(FAILING, rounding=rounding))


@pytest.mark.parametrize(
    ("strings", "after"),
    [
        ((3, 7), "after a string of n = 3 in the string n = 7"),
        ((3, 1, 7), "after strings of n = 3, 1 in the string n = 7"),
    ],
)
def test_a_failure_in_a_stream_names_the_strings_before(strings, after):
    assert text_of(refutation=replace(FAILING, strings=strings, position=2)) == (
        f"Net 5: {NOT_PROVED} It fails in exact arithmetic and float64, not shown for float32: {after}, after symbol 2 "
        "only b may follow, and the net predicts a."
    )


def test_without_proof_or_failure_neither_is_claimed():
    text = text_of()
    assert text == f"Net 5: {NOT_PROVED} No stream of strings up to n = 20 is shown to fail."
    assert "proved:" not in text


def test_a_snapped_net_is_called_snapped():
    certification = Certification(certificates=(PROVED,), refutation=None, limit=20)
    text = certified_text(CertifiedNet(net=0, snapped=True, certification=certification))
    assert text.startswith("Net 1 snapped, proved: ")


# --- on the page ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def refuted():
    """A run whose results are replaced by those that a test needs."""
    result = run(SequencesConfig(lang="anb2n", model="lstm", hid=1, nets=3, length=2, test_length=3, updates=1))
    return replace(
        result, shown=replace(result.shown, net=1), snapping=None,
        certification=Certification(certificates=(), refutation=FAILING, limit=3),
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
        f"Net 2 as trained: {NOT_PROVED} It fails in exact arithmetic and float64, not shown for float32: in the "
        "string n = 21, after symbol 1,234 only b may follow, and the net predicts a."
    )


def test_the_text_says_that_no_net_could_be_snapped(refuted):
    result = with_snapping(refuted)
    assert paragraphs(result)[1:] == ("No net could be snapped to an exact one.",)


def test_snapped_nets_are_exact_as_far_as_they_are_tested(refuted):
    result = with_snapping(
        refuted, snapped(0, 12.0), snapped(1, 3.04), exact=1,
        certification=Certification(certificates=(PROVED,), refutation=None, limit=20),
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
