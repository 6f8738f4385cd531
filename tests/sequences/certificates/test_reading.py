"""Reading all strings at once gives what the model gives string by string."""

import numpy as np
import pytest
import torch

from exact_counters import random_net
from kuzushi.proofs.certificate_format import Pattern
from kuzushi.sequences.certificates.boxes import NEVER, initial, read
from kuzushi.sequences.languages.counting import Counting
from kuzushi.sequences.nets import MODELS, from_weights
from kuzushi.sequences.score import right

LANGUAGES = [(1, 1), (1, 2), (1, 2, 3)]


def in_doubles(model, weights):
    doubles = {name: torch.tensor(weight, dtype=torch.float64)[None] for name, weight in weights.items()}
    return from_weights(MODELS[model], doubles)


@pytest.mark.parametrize("ratios", LANGUAGES)
@pytest.mark.parametrize("model", ["srn", "lstm"])
def test_states_and_failures_are_those_of_the_model(model, ratios):
    symbols = tuple("abc"[: len(ratios)])
    weights = random_net(model, hid=2, alphabet=len(ratios), generator=np.random.default_rng(3), scale=2.0)
    net = in_doubles(model, weights)
    assert np.abs(initial(net)).min() > 0
    first = read(net, Pattern(symbols=symbols, ratios=ratios), 4, initial(net))
    second = read(net, Pattern(symbols=symbols, ratios=ratios), 4, first.after[:, 0])
    strings = Counting(symbols, ratios)
    for m in range(1, 5):
        for n in range(1, 5):
            streams = strings.of(torch.tensor([[m, n]]), longest=4)
            with torch.no_grad():
                trace = net(streams.symbols)
            last = m * sum(ratios) - 1
            for time, found in ((last, first.after[m - 1, 0]), (-1, second.after[n - 1, m - 1])):
                state = [part[0, 0, time] for part in (trace.hidden, trace.cell) if part is not None]
                np.testing.assert_allclose(found, torch.cat(state).numpy(), atol=1e-12)
            wrong = ~right(trace.logits, legal=streams.legal, scored=streams.scored)[0, 0]
            for part, failed in (
                (wrong[: last + 1], first.failed[m - 1, 0]),
                (wrong[last + 1 :], second.failed[n - 1, m - 1]),
            ):
                expected = int(part.nonzero()[0]) + 1 if part.any() else NEVER
                assert failed == expected


def test_where_the_first_symbol_comes_in_pairs_it_is_expected_after_an_odd_number():
    """A net that says b everywhere fails after the first a of aab, one that says a after the third: it is the first b
    of aaaabb that it does not expect."""
    net = random_net("srn", hid=1, alphabet=2, generator=np.random.default_rng(0))
    pattern, start = Pattern(symbols=("a", "b"), ratios=(2, 1)), np.zeros((1, 1))
    says_b = net | {"weight_out": np.zeros((2, 1)), "bias_out": np.array([0.0, 1.0])}
    assert read(in_doubles("srn", says_b), pattern, 2, start).failed.tolist() == [[1], [1]]
    says_a = says_b | {"bias_out": np.array([1.0, 0.0])}
    assert read(in_doubles("srn", says_a), pattern, 2, start).failed.tolist() == [[NEVER], [5]]
    says_both = says_b | {"bias_out": np.zeros(2)}
    assert read(in_doubles("srn", says_both), pattern, 2, start).failed.tolist() == [[1], [1]]
