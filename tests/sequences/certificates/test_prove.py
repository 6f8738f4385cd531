"""What is proved of small nets holds in plain loops in each arithmetic that is named, and fails where it is said to."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch

from counters import counters
from exact_counters import DOUBLES, TRIPLES, double_counter, single_counter
from kuzushi.proofs.certificate import check, check_refutation
from kuzushi.proofs.certificate_format import UNIT_ROUNDOFF, Pattern, weights_sha256
from kuzushi.proofs.errors import ProofError
from kuzushi.sequences.certificates import boxes
from kuzushi.sequences.certificates import prove as finder
from kuzushi.sequences.certificates.prove import prove
from kuzushi.sequences.languages.counting import Counting
from kuzushi.sequences.nets import MODELS, from_weights
from kuzushi.sequences.score import right
from plain_loops import ORDERS, exact_failure, failure

LIMIT = 5
PAIRS = Pattern(symbols=("a", "b"), ratios=(1, 1))
DTYPES = {"float32": np.float32, "float64": np.float64}


def changed(weights, noise, generator):
    """A net whose weights, but for those that saturate a gate, and whose initial state are changed a little."""
    changed = {
        name: array + noise * generator.normal(0, 1, array.shape) * np.abs(array).clip(1e-3, 1)
        for name, array in weights.items()
    }
    return {name: array.clip(*((-1, 1) if name == "h_0" else (None, None))).astype(np.float32)
            for name, array in changed.items()}  # fmt: skip


def small_nets():
    """Each with its model and its pattern: counters by hand and trained ones, changed more and more."""
    generator = np.random.default_rng(20)
    trained = counters()
    for index in range(12):
        yield "lstm", DOUBLES, changed(single_counter(), 0.01 * index, generator)
    for index in range(6):
        yield "lstm", TRIPLES, changed(double_counter(), 0.004 * index, generator)
    for index in range(12):
        weights = {name: array[index % 6].numpy() for name, array in trained.weights().items()}
        yield "srn", DOUBLES, changed(weights, 0.05 * (index // 6), generator)


@pytest.fixture(scope="module")
def proved():
    """Nets and what is proved of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finder, "EFFORT", 300_000)
        patch.setattr(boxes, "EXPLORED", 50_000)
        return [
            (model, pattern, weights, prove(weights, Counting(pattern.symbols, pattern.ratios), limit=LIMIT, seed=0))
            for model, pattern, weights in small_nets()
        ]


def streams(longest, generator):
    """Each string and random streams of strings n <= longest."""
    numbers = range(1, longest + 1)
    return [*product(numbers), *generator.integers(1, longest + 1, (12, 3)).tolist()]


def test_what_is_found_passes_the_checker_and_is_of_every_kind(proved):
    certificates, refutations = [], []
    for _, _, weights, certification in proved:
        for certificate in certification.certificates:
            check(certificate, weights)
        if certification.refutation is not None:
            check_refutation(certification.refutation, weights)
            refutations.append(certification.refutation)
            assert max(certification.refutation.strings) > certification.proved("exact")
        certificates += certification.certificates
        roundings = [certificate.rounding for certificate in certification.certificates]
        assert roundings == sorted(set(roundings), reverse=True)
    assert len(proved) == 30
    assert sum(certificate.longest > 1 for certificate in certificates) > 15
    assert len(refutations) > 10
    assert any(len(refutation.strings) > 1 for refutation in refutations)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("arithmetic", DTYPES)
def test_plain_loops_do_not_fail_where_a_certificate_covers_their_arithmetic(proved, arithmetic, order):
    generator = np.random.default_rng(1)
    for _, pattern, weights, certification in proved:
        for strings in streams(certification.proved(arithmetic), generator) if certification.proved(arithmetic) else ():
            assert failure(weights, pattern, strings, dtype=DTYPES[arithmetic], order=order) is None


def test_exact_arithmetic_does_not_fail_where_a_certificate_covers_it(proved):
    generator = np.random.default_rng(2)
    for model, pattern, weights, certification in proved:
        if longest := certification.proved("exact"):
            assert exact_failure(model, weights, pattern, generator.integers(1, longest + 1, 4).tolist()) is None


@pytest.mark.parametrize("arithmetic", DTYPES)
def test_torch_does_not_fail_where_a_certificate_covers_its_arithmetic(proved, arithmetic):
    for model, pattern, weights, certification in proved:
        if longest := certification.proved(arithmetic):
            dtype = getattr(torch, arithmetic)
            net = from_weights(MODELS[model], {name: torch.from_numpy(array)[None] for name, array in weights.items()})
            pairs = torch.tensor(list(product(range(1, longest + 1), repeat=2)))
            read = Counting(pattern.symbols, pattern.ratios).of(pairs, longest=longest)
            with torch.no_grad():
                logits = net.to(dtype)(read.symbols).logits
            assert logits.dtype == dtype
            assert right(logits, legal=read.legal, scored=read.scored).all()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("arithmetic", DTYPES)
def test_plain_loops_fail_where_a_refutation_covers_their_arithmetic(proved, arithmetic, order):
    covered = 0
    for _, pattern, weights, certification in proved:
        if (refutation := certification.refutation) is not None and arithmetic in refutation.arithmetics:
            found = failure(weights, pattern, refutation.strings, dtype=DTYPES[arithmetic], order=order)
            assert found is not None
            assert found <= (len(refutation.strings) - 1, refutation.position)
            covered += 1
    assert covered > 8


def test_exact_arithmetic_fails_where_a_refutation_says(proved):
    for model, pattern, weights, certification in proved:
        if (refutation := certification.refutation) is not None:
            found = exact_failure(model, weights, pattern, refutation.strings)
            assert found == (len(refutation.strings) - 1, refutation.position)


# --- how far each arithmetic reaches ---------------------------------------------------------------------------------


def constant(*logits, **changes):
    """An SRN with the same logits after every symbol."""
    return {
        "weight_ih": np.zeros((1, 2)), "weight_hh": np.zeros((1, 1)), "bias": np.zeros(1),
        "weight_out": np.zeros((2, 1)), "bias_out": np.array(logits), "h_0": np.zeros(1),
    } | changes  # fmt: skip


def of_constant(*logits, limit=1):
    return prove(constant(*logits), Counting(("a", "b"), (1, 1)), limit=limit, seed=0)


@pytest.mark.parametrize(
    ("above", "reached"),
    [(2.0**-18, ["exact", "float64", "float32"]), (2.0**-22, ["exact", "float64"]), (2.0**-50, [])],
)
def test_a_net_is_proved_right_in_the_arithmetics_in_which_its_margin_is_above_their_errors(above, reached):
    """It says a everywhere, which is right on ab ab ab."""
    certification = of_constant(1 + above, 1.0)
    assert [arithmetic for arithmetic in UNIT_ROUNDOFF if certification.proved(arithmetic) == 1] == reached
    assert certification.refutation is None


@pytest.mark.parametrize(
    ("above", "arithmetics"),
    [
        (2.0**-18, ("exact", "float64", "float32")),
        (2.0**-22, ("exact", "float64")),
        (2.0**-46, ("exact",)),
        (2.0**-52, None),
    ],
)
def test_a_net_is_refuted_in_the_arithmetics_in_which_it_is_known_to_fail(above, arithmetics):
    """It says b everywhere, and so fails after ab; whether it does is not known where the margin is too small."""
    refutation = of_constant(1.0, 1 + above).refutation
    assert (None if refutation is None else refutation.arithmetics) == arithmetics
    if refutation is not None:
        check_refutation(refutation, constant(1.0, 1 + above))
        assert (refutation.strings, refutation.position, refutation.predicted) == ((1,), 2, "b")
        for rounding in (2.0**-20, 2.0**-48, 0.0):
            if rounding > refutation.rounding:
                with pytest.raises(ProofError, match=r"'a' can be more probable than 'b'|in float32"):
                    check_refutation(replace(refutation, rounding=rounding), constant(1.0, 1 + above))


def test_nothing_is_claimed_in_float32_of_weights_that_it_does_not_hold():
    """A logit of 1 + 2^-18 + 2^-45, which float32 rounds."""
    certification = of_constant(1 + 2.0**-18 + 2.0**-45, 1.0)
    assert [certification.proved(arithmetic) for arithmetic in UNIT_ROUNDOFF] == [1, 1, 0]
    claimed = replace(certification.certificates[0], rounding=2.0**-20)
    with pytest.raises(ProofError, match="a weight is not a number in float32"):
        check(claimed, constant(1 + 2.0**-18 + 2.0**-45, 1.0))


def test_where_float32_loses_count_float64_is_proved_to_the_limit(monkeypatch):
    """A counter whose errors add up with the symbols of a string, and of which h = 0.462 must be above 0.46."""
    monkeypatch.setattr(boxes, "EXPLORED", 50_000)
    weights = single_counter() | {"bias_out": np.float32([0, -46])}
    certification = prove(weights, Counting(("a", "b"), (1, 2)), limit=60, seed=0)
    for certificate in certification.certificates:
        check(certificate, weights)
    assert [certificate.arithmetics for certificate in certification.certificates] == [
        ("exact", "float64", "float32"), ("exact", "float64"),
    ]  # fmt: skip
    assert certification.proved("float64") == 60 > certification.proved("float32") > 15


# --- the initial state ---------------------------------------------------------------------------------------------


def two_sided(start):
    """An SRN that stays on the side of 0 on which it starts, and says a above 0; 0 itself goes up."""
    one = np.ones(1, dtype=np.float32)
    return {
        "weight_ih": np.zeros((1, 2), dtype=np.float32), "weight_hh": 3 * one[None], "bias": one / 2,
        "weight_out": np.float32([[1], [-1]]), "bias_out": np.zeros(2, dtype=np.float32), "h_0": start * one,
    }  # fmt: skip


def of_two_sided(start):
    return prove(two_sided(start), Counting(("a", "b"), (1, 1)), limit=1, seed=0)


@pytest.mark.parametrize("start", [0.0, 0.9])
def test_a_net_is_proved_right_from_its_own_initial_state(start):
    (certificate,) = of_two_sided(start).certificates
    check(certificate, two_sided(start))
    other = two_sided(-0.9)
    assert failure(other, PAIRS, (1,), dtype=np.float32) == (0, 2)
    with pytest.raises(ProofError, match="SHA-256"):
        check(certificate, other)
    with pytest.raises(ProofError, match="string n = 1 from the initial state, after 2 of 2 symbols: the logit of 'b'"):
        check(replace(certificate, weights_sha256=weights_sha256(other)), other)


def test_a_net_is_refuted_from_its_own_initial_state():
    refutation = of_two_sided(-0.9).refutation
    check_refutation(refutation, two_sided(-0.9))
    assert refutation.arithmetics == ("exact", "float64", "float32")
    right_from_0 = two_sided(0.0)
    assert failure(right_from_0, PAIRS, (1, 1), dtype=np.float32) is None
    with pytest.raises(ProofError, match="SHA-256"):
        check_refutation(refutation, right_from_0)
    with pytest.raises(ProofError, match="'a' can be more probable than 'b'"):
        check_refutation(replace(refutation, weights_sha256=weights_sha256(right_from_0)), right_from_0)


@pytest.mark.parametrize("start", [{"h_0": [0.75], "c_0": [0]}, {"h_0": [0], "c_0": [1]}])
def test_an_lstm_is_proved_right_from_a_state_that_holds_no_count(start):
    weights = single_counter() | {name: np.float32(values) for name, values in start.items()}
    (certificate,) = prove(weights, Counting(("a", "b"), (1, 2)), limit=3, seed=0).certificates
    check(certificate, weights)
    assert certificate.longest == 3


def test_an_lstm_is_refuted_from_a_cell_that_holds_a_count():
    """Its gate keeps the cell where h is not 0: one a too many in the first string."""
    weights = single_counter() | {"h_0": np.float32([0.75]), "c_0": np.float32([1])}
    certification = prove(weights, Counting(("a", "b"), (1, 2)), limit=3, seed=0)
    assert certification.certificates == ()
    refutation = certification.refutation
    check_refutation(refutation, weights)
    assert (refutation.strings, refutation.position) == ((1,), 3)
    assert failure(weights, DOUBLES, (1,), dtype=np.float64) == (0, 3)
