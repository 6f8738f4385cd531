"""Certificates are written and read back field by field, and state in a sentence what they prove."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest
import torch

from exact_counters import TRIPLES, certificate, double_counter, single_counter
from kuzushi.proofs.certificate import check
from kuzushi.proofs.certificate_format import (
    UNIT_ROUNDOFF,
    Certificate,
    Certification,
    Pattern,
    Refutation,
    rounding_of,
    weights_sha256,
)

WEIGHTS = single_counter()
WHOLE = certificate(WEIGHTS, rounding=2.0**-48, edges=((-0.1, 0.1), (-0.05, 1 / 3)))


def test_a_certificate_is_the_same_after_json_and_still_holds():
    back = msgspec.json.decode(msgspec.json.encode(WHOLE), type=Certificate)
    assert back == WHOLE
    check(back, WEIGHTS)


def test_a_certification_is_the_same_after_json():
    refutation = Refutation(
        pattern=TRIPLES, model="srn", hid=2, weights_sha256="0" * 64, rounding=2.0**-48, strings=(3, 1), position=4,
        expected="c", predicted="b", margin=-0.1,
    )  # fmt: skip
    for found in (
        Certification(certificates=(WHOLE, replace(WHOLE, rounding=0.0, longest=30)), refutation=refutation, limit=100),
        Certification(certificates=(), refutation=None, limit=1),
    ):
        assert msgspec.json.decode(msgspec.json.encode(found), type=Certification) == found


@pytest.mark.parametrize(
    ("rounding", "where"),
    [
        (0.0, "exact arithmetic."),
        (2.0**-50, "exact arithmetic."),
        (
            2.0**-48,
            "exact arithmetic and float64. This covers torch in float64 on a CPU, and every program whose operations "
            "have relative errors of at most 2^-48; not TF32, bfloat16 or fused kernels of lower precision.",
        ),
        (
            2.0**-20,
            "exact arithmetic, float64 and float32. This covers torch in float64 or float32 on a CPU, and every "
            "program whose operations have relative errors of at most 2^-20; not TF32, bfloat16 or fused kernels of "
            "lower precision.",
        ),
    ],
)
def test_the_statement_names_the_arithmetic_and_the_programs_for_which_it_holds(rounding, where):
    assert replace(WHOLE, longest=1000, rounding=rounding).statement == (
        "On every endless stream of strings a^n b^2n with n from 1 to 1,000, in any order, from the initial state, the "
        f"net of 1 LSTM unit predicts every symbol that is determined, in {where}"
    )
    units = certificate(double_counter(), TRIPLES, rounding=rounding).statement
    assert "a^n b^2n c^3n" in units
    assert "2 LSTM units" in units


def test_a_rounding_that_is_no_power_of_two_is_written_as_a_decimal():
    assert "at most 9.5e-06;" in replace(WHOLE, rounding=9.5e-6).statement


@pytest.mark.parametrize(("rounding", "arithmetic"), [(2.0**-48, "float64"), (2.0**-19, "float32")])
def test_wide_nets_need_a_larger_rounding(rounding, arithmetic):
    """A sum of 33 terms has an error of at most 33 units of 2^-53 or 2^-24, and 2^-48 and 2^-19 are 32."""
    edges = ((-1.0, 1.0),) * 30
    assert arithmetic not in replace(WHOLE, model="srn", rounding=rounding, edges=edges).arithmetics
    assert arithmetic in replace(WHOLE, model="srn", rounding=rounding, edges=edges[:29]).arithmetics
    assert rounding_of(arithmetic, 30) > rounding >= rounding_of(arithmetic, 29)


def test_a_certification_gives_the_largest_n_for_each_arithmetic():
    both = Certification(
        certificates=(replace(WHOLE, rounding=2.0**-20, longest=7), replace(WHOLE, rounding=2.0**-48, longest=9)),
        refutation=None, limit=20,
    )  # fmt: skip
    assert [both.proved(arithmetic) for arithmetic in UNIT_ROUNDOFF] == [9, 9, 7]
    assert replace(both, certificates=both.certificates[1:]).proved("float32") == 0


@pytest.mark.parametrize("library", [torch, np])
@pytest.mark.parametrize("scale", [1e-3, 0.1, 1.0, 10.0, 80.0])
def test_tanh_and_sigmoid_in_float32_are_as_close_as_claims_assume(library, scale):
    """Below 10 units of 2^-24, against float64: of torch alone and side by side, and of NumPy."""
    x = np.random.default_rng(0).normal(0, scale, 1_000_001).astype(np.float32)
    x = x[np.abs(x) < 87]  # where sigmoid is a normal number
    exact = x.astype(np.float64)
    if library is torch:
        found = {"tanh": torch.tanh(torch.from_numpy(x)).numpy(), "sigmoid": torch.sigmoid(torch.from_numpy(x)).numpy()}
    else:
        found = {"tanh": np.tanh(x), "sigmoid": 1 / (1 + np.exp(-x))}
    expected = {"tanh": np.tanh(exact), "sigmoid": 1 / (1 + np.exp(-exact))}
    for name, values in found.items():
        error = np.abs(values.astype(np.float64) / expected[name] - 1)[exact != 0].max()
        assert values.dtype == np.float32
        assert error < 10 * UNIT_ROUNDOFF["float32"], name


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
    srn = {name: array for name, array in WEIGHTS.items() if name != "c_0"}
    assert weights_sha256(srn) not in found
    assert len(found) == 1 + sum(array.size for array in WEIGHTS.values()) + len(WEIGHTS)


def test_a_pattern_is_written_as_it_is_read():
    assert str(Pattern(symbols=("a", "b", "c"), ratios=(2, 1, 3))) == "a^2n b^n c^3n"
