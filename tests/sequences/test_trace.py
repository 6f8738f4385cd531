"""A trace shows one net along one string, from its initial state on."""

import numpy as np
import pytest
import torch
from torch import Generator

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


def test_an_srn_is_traced_from_its_initial_state_as_torch_computes_it():
    model = ensemble(SRN)
    rnn = torch.nn.RNN(2, 2, batch_first=True)
    weights = {name: weight[1] for name, weight in model.weights().items()}
    rnn.load_state_dict({
        "weight_ih_l0": weights["weight_ih"], "weight_hh_l0": weights["weight_hh"], "bias_ih_l0": weights["bias"],
        "bias_hh_l0": torch.zeros(2),
    })  # fmt: skip
    found = trace(model, "aabbbb", symbols="ab", net=1)
    with torch.no_grad():
        hidden, _ = rnn(torch.eye(2)[torch.tensor([[0, 0, 1, 1, 1, 1]])], weights["h_0"][None, None])
        logits = hidden[0] @ weights["weight_out"].T + weights["bias_out"]
    np.testing.assert_array_equal(found.hidden[0], weights["h_0"])
    np.testing.assert_allclose(found.hidden[1:], hidden[0], atol=1e-6)
    np.testing.assert_allclose(found.probabilities, logits.softmax(-1), atol=1e-6)
    assert found.predicted == "".join("ab"[k] for k in logits.argmax(-1))
    assert found.cell is None


def test_an_lstm_is_traced_from_its_initial_hidden_state_and_cell():
    model = ensemble(LSTM)
    lstm = torch.nn.LSTM(2, 2, batch_first=True)
    weights = {name: weight[2] for name, weight in model.weights().items()}
    lstm.load_state_dict({
        "weight_ih_l0": weights["weight_ih"], "weight_hh_l0": weights["weight_hh"], "bias_ih_l0": weights["bias"],
        "bias_hh_l0": torch.zeros(8),
    })  # fmt: skip
    found = trace(model, "ab", symbols="ab", net=2)
    with torch.no_grad():
        start = tuple(weights[name][None, None] for name in ("h_0", "c_0"))
        hidden, (_, cell) = lstm(torch.eye(2)[torch.tensor([[0, 1]])], start)
    np.testing.assert_allclose(found.hidden[1:], hidden[0], atol=1e-6)
    np.testing.assert_array_equal(found.cell[0], weights["c_0"])
    np.testing.assert_allclose(found.cell[-1], cell[0, 0], atol=1e-6)


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
