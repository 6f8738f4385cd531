"""Certificates for hand-made nets hold; changed in any way, or for a net that does not reset, they are refused."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from exact_counters import DOUBLES, TRIPLES, certificate, double_counter, random_net, single_counter
from kuzushi.proofs import enclose_strings as strings
from kuzushi.proofs.certificate import check, check_refutation
from kuzushi.proofs.certificate_format import Pattern, Refutation, weights_sha256
from kuzushi.proofs.enclose_strings import enclose
from kuzushi.proofs.errors import ProofError
from kuzushi.proofs.interval_net import Net
from kuzushi.sequences.languages.counting import Counting

WEIGHTS = single_counter()
WHOLE = certificate(WEIGHTS)


def refused(message, weights=WEIGHTS, whole=WHOLE, **changes):
    with pytest.raises(ProofError, match=message):
        check(replace(whole, **changes), weights)


@pytest.mark.parametrize("rounding", [0.0, 2.0**-48, 2.0**-20])
def test_a_counter_that_resets_is_certified(rounding):
    check(certificate(WEIGHTS, longest=40, rounding=rounding), WEIGHTS)


def test_two_counters_that_reset_are_certified():
    weights = double_counter()
    check(certificate(weights, TRIPLES, longest=30, rounding=2.0**-48, reach=0.1), weights)


def test_more_strings_than_lanes_are_read(monkeypatch):
    monkeypatch.setattr(strings, "LANES", 8)
    check(certificate(WEIGHTS, longest=20), WEIGHTS)
    refused("string n = 8 .* 24 of 24 symbols: the logit of 'b' may exceed that of 'a'", longest=20, rounding=2.0**-10)


def test_a_counter_that_does_not_reset_is_refused_since_its_errors_add_up():
    weights = single_counter(resets=False)
    for reach in (1e-3, 0.05, 0.2):
        refused("the state after it may lie outside all boxes", weights, certificate(weights, reach=reach))


def test_a_counter_that_does_not_reset_is_right_in_the_first_string():
    weights = single_counter(resets=False)
    zero = np.zeros((1, 2))
    lower, upper = enclose(Net.of("lstm", weights, rounding=0.0), DOUBLES, 20, zero, zero)
    assert np.abs([lower, upper]).max() < 1e-10


def test_the_mean_value_theorem_is_used_if_plain_intervals_do_not_suffice():
    """ab turns the state of this SRN by a right angle and shrinks it to 0.9: plain intervals widen it to 1.8."""
    weights = {
        "weight_ih": np.array([[0.002, 0.0], [0.0, 0.0]]), "weight_hh": np.array([[0.67, -0.67], [0.67, 0.67]]),
        "bias": np.zeros(2), "weight_out": np.zeros((2, 2)), "bias_out": np.array([0.1, 0.0]), "h_0": np.zeros(2),
    }  # fmt: skip
    pairs, box = Pattern(symbols=("a", "b"), ratios=(1, 1)), np.full((1, 2), 0.1)
    net = Net.of("srn", weights, rounding=0.0)
    _, plain = enclose(net, pairs, 1, -box, box, mean_value=False)
    _, close = enclose(net, pairs, 1, -box, box, mean_value=True)
    assert (plain > 0.15).all()
    assert (close < 0.1).all()
    check(certificate(weights, pairs, longest=1, model="srn", reach=0.1), weights)


def test_in_float32_long_strings_leave_the_boxes():
    refused(
        "string n = 59 .* outside all boxes", whole=certificate(WEIGHTS, longest=100, rounding=2.0**-20, reach=0.01)
    )


def test_other_weights_are_refused():
    for name in WEIGHTS:
        other = WEIGHTS | {name: WEIGHTS[name] + np.float32(2**-10)}
        refused("the weights have SHA-256", other)
    for lacking in ("bias", "h_0", "c_0"):
        refused(f"the weights lack {lacking};", {name: WEIGHTS[name] for name in WEIGHTS if name != lacking})
    refused("the model is 'gru'", model="gru")
    refused("expected those of one srn", model="srn")


def test_a_broken_net_is_refused_with_the_string_and_the_position():
    """b takes off 0.52, so that after 15 b's of 16 only 0.2 is left, below the 0.23 from which on it predicts b."""
    broken = WEIGHTS | {"weight_ih": WEIGHTS["weight_ih"] + np.float32([[0, 0.08], [0, 0], [0, 0], [0, 0]])}
    refused("string n = 8 from .*, after 23 of 24 symbols: the logit of 'a' may exceed that of 'b'",
            broken, certificate(broken, reach=0.3))  # fmt: skip


def test_another_pattern_is_refused():
    refused("string n = 1 .* after 2 of 2 symbols", pattern=Pattern(symbols=("a", "b"), ratios=(1, 1)))
    refused("string n = 1 .* after 3 of 4 symbols", pattern=Pattern(symbols=("a", "b"), ratios=(1, 3)))
    refused("string n = 1 .* after 1 of 6 symbols", pattern=Pattern(symbols=("a", "b"), ratios=(2, 4)))


@pytest.mark.parametrize(
    ("symbols", "ratios"), [(("a",), (1,)), (("a", "a"), (1, 2)), (("a", "b"), (1,)), (("a", "b"), (1, 0))]
)
def test_invalid_patterns_are_refused(symbols, ratios):
    refused("expected at least two symbols", pattern=Pattern(symbols=symbols, ratios=ratios))


def test_a_pattern_of_more_symbols_than_the_net_has_is_refused():
    refused("the net has 2 symbols; expected 3", pattern=TRIPLES)


def test_a_longer_string_than_the_net_can_count_is_refused():
    check(certificate(WEIGHTS, longest=15, rounding=2.0**-14, reach=0.2), WEIGHTS)
    refused("string n = ", whole=certificate(WEIGHTS, longest=60, rounding=2.0**-14, reach=0.2))
    refused("the longest string has n = 0", longest=0)


def test_another_rounding_is_refused():
    refused("string n = ", rounding=2.0**-10)
    for rounding in (-1e-9, 0.5, float("nan")):
        refused("rounding is", rounding=rounding)


def test_boxes_that_do_not_cover_the_states_are_refused():
    tiny = ((-1e-20, 1e-20),) * 2
    refused("the state after it may lie outside all boxes", edges=tiny)
    refused("outside all boxes", cells=())
    half = ((-0.05, 0.0, 0.05), (-0.05, 0.05))
    check(replace(WHOLE, edges=half, cells=((0, 0), (1, 0))), WEIGHTS)
    for cell in ((0, 0), (1, 0)):
        refused("outside all boxes", edges=half, cells=(cell,))
    refused("string n = 1 from box", edges=((-0.05, 1.0), (-0.05, 0.05)))


def test_invalid_boxes_are_refused():
    refused("edges for 1 coordinates; expected 2", edges=((-1.0, 1.0),))
    for edge in ((1.0, -1.0), (0.0, 0.0), (0.0,), (), (-0.05, float("nan")), (-2.0, 2.0), (-np.inf, np.inf)):
        refused("edges of coordinate 0", edges=(edge, (-0.05, 0.05)))
    for cell in ((0,), (0, 1), (-1, 0), (0, 0, 0)):
        refused("has no edges", cells=(cell,))


def required(monkeypatch, ratios, longest):
    """Return for each n the positions at which a symbol is required, and its index."""
    found = {}

    def require(net, legal, states, lanes):
        for lane in range(states.radius.shape[1]):
            words = re.fullmatch(r"string n = (\d+) from box 0, after (\d+) of (\d+)", lanes.describe(lane))
            n, position, total = map(int, words.groups())
            assert total == n * sum(ratios)
            found.setdefault(n, {})[position] = legal

    monkeypatch.setattr(strings, "_require", require)
    pattern = Pattern(symbols=tuple("abcd"[: len(ratios)]), ratios=ratios)
    net = random_net("srn", hid=1, alphabet=len(ratios), generator=np.random.default_rng(0))
    enclose(Net.of("srn", net, rounding=0.0), pattern, longest, np.zeros((1, 1)), np.zeros((1, 1)))
    return found


@pytest.mark.parametrize("lanes", [2, 512])
@pytest.mark.parametrize("ratios", [(1, 1), (1, 2), (1, 2, 3), (1, 3, 1, 2)])
def test_the_required_symbols_are_those_that_the_language_determines(monkeypatch, ratios, lanes):
    monkeypatch.setattr(strings, "LANES", lanes)
    found = required(monkeypatch, ratios, 5)
    alone = Counting(tuple("abcd"[: len(ratios)]), ratios).alone(5)
    for n in range(1, 6):
        legal, determined = alone.legal[n - 1], alone.determined[n - 1]
        expected = {int(t) + 1: int(legal[t].int().argmax()) for t in torch.nonzero(determined)}
        assert found[n] == expected


def test_a_first_symbol_in_pairs_is_required_after_an_odd_number(monkeypatch):
    """aab, aaaabb: after one a or three, a; then b's, and after the last, a."""
    found = required(monkeypatch, (2, 1), 2)
    assert found[1] == {1: 0, 3: 0}
    assert found[2] == {3: 0, 5: 1, 6: 0}  # after one a the string can still be of n = 1, where it is required


FAILURE = Refutation(
    pattern=DOUBLES, model="lstm", hid=1, weights_sha256=weights_sha256(WEIGHTS), rounding=0.0, strings=(2, 1),
    position=3, expected="a", predicted="b", margin=-1.0,
)  # fmt: skip


def test_a_net_that_fails_is_refuted():
    """One that always predicts b."""
    wrong = WEIGHTS | {"bias_out": np.float32([0, 30])}
    check_refutation(replace(FAILURE, weights_sha256=weights_sha256(wrong)), wrong)
    for position in (1, 2):
        with pytest.raises(ProofError):
            check_refutation(replace(FAILURE, weights_sha256=weights_sha256(wrong), position=position), wrong)


@pytest.mark.parametrize(
    ("message", "changes"),
    [
        ("can be more probable than 'b'", {}),
        ("fails after 1 of 3 symbols", {"position": 1}),
        ("fails after 0 of 3 symbols", {"position": 0}),
        ("fails after 4 of 3 symbols", {"position": 4}),
        ("expected 'a'", {"expected": "b", "predicted": "a"}),
        ("expected 'a'", {"predicted": "a"}),
        ("symbol 'x' is unknown", {"predicted": "x"}),
        ("expected at least one", {"strings": ()}),
        ("expected at least one", {"strings": (0,)}),
        ("SHA-256", {"weights_sha256": "0" * 64}),
        ("the net has 2 symbols", {"pattern": TRIPLES}),
        ("of a net of 2 units; expected 1", {"hid": 2}),
        ("rounding is 0.5", {"rounding": 0.5}),
        ("rounding is nan", {"rounding": float("nan")}),
    ],
)
def test_a_refutation_of_a_net_that_is_right_there_is_refused(message, changes):
    with pytest.raises(ProofError, match=message):
        check_refutation(replace(FAILURE, **changes), WEIGHTS)
