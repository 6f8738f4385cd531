"""Certificates are written and read back field by field, and state in a sentence what they prove."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from exact_counters import TRIPLES, certificate, double_counter, single_counter
from kuzushi.proofs.certificate import check
from kuzushi.proofs.certificate_format import Certificate, Certification, Pattern, Refutation, weights_sha256

WEIGHTS = single_counter()
WHOLE = certificate(WEIGHTS, rounding=2.0**-48, edges=((-0.1, 0.1), (-0.05, 1 / 3)))


def test_a_certificate_is_the_same_after_json_and_still_holds():
    back = msgspec.json.decode(msgspec.json.encode(WHOLE), type=Certificate)
    assert back == WHOLE
    check(back, WEIGHTS)


def test_a_certification_is_the_same_after_json():
    refutation = Refutation(
        pattern=TRIPLES, model="srn", weights_sha256="0" * 64, strings=(3, 1), position=4, expected="c", said="b",
        margin=-0.1,
    )  # fmt: skip
    for found in (
        Certification(certificate=WHOLE, refutation=refutation, limit=100),
        Certification(certificate=None, refutation=None, limit=1),
    ):
        assert msgspec.json.decode(msgspec.json.encode(found), type=Certification) == found


@pytest.mark.parametrize(
    ("rounding", "where"),
    [
        (0.0, "in exact arithmetic."),
        (2.0**-50, "in exact arithmetic."),
        (2.0**-48, "in exact arithmetic and in double precision."),
        (2.0**-20, "in exact arithmetic and in double precision and in single precision."),
    ],
)
def test_the_statement_names_the_arithmetic_for_which_it_holds(rounding, where):
    assert replace(WHOLE, longest=1000, rounding=rounding).statement == (
        "On every endless stream of strings a^n b^2n with n from 1 to 1,000, in any order, the net of 1 LSTM unit "
        f"predicts every symbol that is determined, {where}"
    )
    units = certificate(double_counter(), TRIPLES, rounding=rounding).statement
    assert "a^n b^2n c^3n" in units
    assert "2 LSTM units" in units


def test_wide_nets_need_a_larger_rounding_to_cover_double_precision():
    """A sum of 33 terms has an error of at most 33 units of 2^-53, and 2^-48 is 32."""
    edges = ((-1.0, 1.0),) * 30
    assert "double" not in replace(WHOLE, model="srn", edges=edges).statement
    assert "double" in replace(WHOLE, model="srn", edges=edges[:29]).statement


def test_a_fingerprint_does_not_depend_on_the_precision():
    found = weights_sha256(WEIGHTS)
    assert found == weights_sha256({name: array.astype(np.float64) for name, array in WEIGHTS.items()})
    assert found == weights_sha256(WEIGHTS | {"other": np.zeros(1)})
    assert found == weights_sha256({name: np.asfortranarray(array) for name, array in WEIGHTS.items()})


def test_a_fingerprint_changes_with_every_weight_and_with_the_shape():
    found = {weights_sha256(WEIGHTS)}
    for name, array in WEIGHTS.items():
        for index in range(array.size):
            other = array.copy()
            other.flat[index] += 1
            found.add(weights_sha256(WEIGHTS | {name: other}))
        found.add(weights_sha256(WEIGHTS | {name: array[None]}))
    assert len(found) == 1 + sum(array.size for array in WEIGHTS.values()) + len(WEIGHTS)


def test_a_pattern_is_written_as_it_is_read():
    assert str(Pattern(symbols=("a", "b", "c"), ratios=(2, 1, 3))) == "a^2n b^n c^3n"
