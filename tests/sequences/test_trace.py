"""A trace shows one net along one string, from its initial state on."""

import numpy as np
import pytest
import torch
from torch import Generator

import plain_nets
from kuzushi.core.errors import ConfigError
from kuzushi.sequences.languages import get_language
from kuzushi.sequences.nets import LSTM, SRN, from_weights
from kuzushi.sequences.score import Inputs, score
from kuzushi.sequences.trace import trace


def ensemble(kind, *, nets=3, hid=2, alphabet=2):
    """Return random nets whose initial states are not 0."""
    model = kind(nets, alphabet=alphabet, hid=hid, generator=Generator().manual_seed(0))
    starts = {name: torch.linspace(-0.9, 0.9, nets * hid).view(nets, hid) for name in model.state_names}
    return from_weights(kind, model.weights() | starts)


@pytest.mark.parametrize("kind", [SRN, LSTM])
def test_a_net_is_traced_from_its_initial_state_as_a_plain_loop_computes_it(kind):
    model, text = ensemble(kind), "aabbbb"
    weights = plain_nets.of(model, 1)
    logits = np.stack(list(plain_nets.logits(weights, text, "ab")))
    found = trace(model, text, symbols="ab", net=1)
    np.testing.assert_array_equal(found.hidden[0], weights["h_0"].astype(np.float32))
    assert found.hidden.shape == (7, 2)
    np.testing.assert_allclose(found.hidden[1:] @ weights["weight_out"].T + weights["bias_out"], logits, atol=1e-5)
    np.testing.assert_allclose(np.log(found.probabilities), logits - np.logaddexp(*logits.T)[:, None], atol=1e-5)
    assert found.predicted == "".join("ab"[k] for k in logits.argmax(-1))
    if kind is LSTM:
        np.testing.assert_array_equal(found.cell[0], weights["c_0"].astype(np.float32))
        assert found.cell.shape == (7, 2)
    else:
        assert found.cell is None


def test_the_failing_input_of_a_score_ends_at_the_wrong_prediction():
    language, model = get_language("anbn"), ensemble(SRN)
    found = score(model, Inputs(language, 3, 3))
    for net in range(3):
        for failure in (found.alone[net], found.in_stream[net]):
            if failure is not None:
                read_of_last = len(failure.text) - 2 * sum(failure.numbers[:-1])
                due = "a" if read_of_last == 2 * failure.numbers[-1] else "b"
                assert trace(model, failure.text, symbols="ab", net=net).predicted[-1] != due


@pytest.mark.parametrize(("text", "message"), [("", "the string is empty"), ("aXb", "symbol 'X' is unknown")])
def test_a_string_of_other_symbols_is_refused(text, message):
    with pytest.raises(ConfigError, match=message):
        trace(ensemble(SRN), text, symbols="ab")
