"""The recurrent ensembles against torch.nn.RNN and torch.nn.LSTM, finite differences, and themselves in parts."""

import pytest
import torch
from torch import nn

from kuzushi.sequences.nets import LSTM, MODELS, SRN, State, from_weights, select

NETS, ALPHABET, HID, TIME = 3, 4, 3, 7
TORCH = {"srn": nn.RNN, "lstm": nn.LSTM}


def started(name, *, nets=NETS, seed=0):
    generator = torch.Generator().manual_seed(seed)
    model = MODELS[name](nets, alphabet=ALPHABET, hid=HID, generator=generator).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)  # away from where tanh is a straight line
    return model


def symbols_of(*shape):
    return torch.randint(ALPHABET, shape, generator=torch.Generator().manual_seed(1))


def each_its_own():
    return symbols_of(NETS, 2, TIME)


def shared():
    return symbols_of(2, TIME)


STREAMS = {"shared": shared, "each its own": each_its_own}


def plain(name, model, net):
    """One net of the ensemble in torch's layer, with its readout."""
    layer, readout = TORCH[name](ALPHABET, HID, batch_first=True).double(), nn.Linear(HID, ALPHABET).double()
    weights = {key: weight[net] for key, weight in model.weights().items()}
    layer.load_state_dict(
        {
            "weight_ih_l0": weights["weight_ih"],
            "weight_hh_l0": weights["weight_hh"],
            "bias_ih_l0": weights["bias"],
            "bias_hh_l0": torch.zeros_like(weights["bias"]),
        }
    )
    readout.load_state_dict({"weight": weights["weight_out"], "bias": weights["bias_out"]})
    return layer, readout


def one_hot(symbols):
    return torch.eye(ALPHABET, dtype=torch.float64)[symbols]


def read_by(symbols, net):
    return symbols if symbols.dim() == 2 else symbols[net]


def alone(model, net):
    copy = type(model)(1, alphabet=ALPHABET, hid=HID, generator=torch.Generator()).double()
    copy.load_state_dict({name: parameter[[net]] for name, parameter in model.state_dict().items()})
    return copy


def arrays(trace):
    """The fields of a trace that are there, by name."""
    return {name: value for name, value in vars(trace).items() if value is not None}


def close(actual, expected, tolerance=1e-6):
    torch.testing.assert_close(actual, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("streams", STREAMS)
def test_an_srn_equals_torch_nn_rnn_with_the_same_weights(streams):
    model, symbols = started("srn"), STREAMS[streams]()
    trace = model(symbols)
    for net in range(NETS):
        layer, readout = plain("srn", model, net)
        hidden, last = layer(one_hot(read_by(symbols, net)))
        close(trace.hidden[net], hidden)
        close(trace.hidden[net, :, -1], last[0])
        close(trace.logits[net], readout(hidden))
    assert (trace.cell, trace.gates) == (None, None)


@pytest.mark.parametrize("streams", STREAMS)
def test_an_lstm_equals_torch_nn_lstm_with_the_same_weights(streams):
    model, symbols = started("lstm"), STREAMS[streams]()
    trace = model(symbols)
    for net in range(NETS):
        layer, readout = plain("lstm", model, net)
        x = one_hot(read_by(symbols, net))
        close(trace.hidden[net], layer(x)[0])
        close(trace.logits[net], readout(layer(x)[0]))
        for t in range(x.shape[1]):
            close(trace.cell[net, :, t], layer(x[:, : t + 1])[1][1][0])


def test_the_gates_of_an_lstm_are_input_forget_and_output():
    model, symbols = started("lstm"), shared()
    trace = model(symbols)
    for net in range(NETS):
        layer, _ = plain("lstm", model, net)
        x = one_hot(symbols)
        before = torch.cat([x.new_zeros(2, 1, HID), layer(x)[0][:, :-1]], 1)
        i, f, g, o = (x @ layer.weight_ih_l0.T + before @ layer.weight_hh_l0.T + layer.bias_ih_l0).chunk(4, 2)
        close(trace.gates[net], torch.stack([i, f, o], 2).sigmoid())
        cell_before = torch.cat([x.new_zeros(2, 1, HID), trace.cell[net, :, :-1]], 1)
        close(trace.cell[net], f.sigmoid() * cell_before + i.sigmoid() * g.tanh())


def loss_weights(*shape):
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("streams", STREAMS)
@pytest.mark.parametrize("name", MODELS)
def test_gradients_equal_those_of_torchs_layer(name, streams):
    model, symbols = started(name), STREAMS[streams]()
    of_logits, of_hidden = loss_weights(2, TIME, ALPHABET), loss_weights(2, TIME, HID)
    trace = model(symbols)
    ((trace.logits * of_logits).sum() + (trace.hidden * of_hidden).sum()).backward()
    for net in range(NETS):
        layer, readout = plain(name, model, net)
        hidden, _ = layer(one_hot(read_by(symbols, net)))
        ((readout(hidden) * of_logits).sum() + (hidden * of_hidden).sum()).backward()
        close(model.weight_ih.grad[net], layer.weight_ih_l0.grad)
        close(model.weight_hh.grad[net], layer.weight_hh_l0.grad)
        close(model.bias.grad[net], layer.bias_ih_l0.grad)
        close(model.weight_out.grad[net], readout.weight.grad)
        close(model.bias_out.grad[net], readout.bias.grad)


@pytest.mark.parametrize("time", [1, 3])
@pytest.mark.parametrize("name", MODELS)
def test_gradients_equal_finite_differences(name, time):
    model, symbols = started(name, nets=2), symbols_of(2, 2, time)
    names = list(dict(model.named_parameters()))

    def read(*parameters):
        trace = torch.func.functional_call(model, dict(zip(names, parameters, strict=True)), symbols)
        return trace.logits, trace.hidden

    parameters = tuple(parameter.detach().requires_grad_() for parameter in model.parameters())
    assert torch.autograd.gradcheck(read, parameters)


@pytest.mark.parametrize("name", MODELS)
def test_an_ensemble_equals_its_nets_one_by_one(name):
    model, symbols = started(name), shared()
    together = arrays(model(symbols))
    for net in range(NETS):
        one = arrays(alone(model, net)(symbols))
        assert one.keys() == together.keys()
        for field, value in one.items():
            close(together[field][[net]], value, 1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_streams_of_each_net_equal_the_shared_ones_where_they_are_the_same(name):
    model, symbols = started(name), shared()
    once, repeated = arrays(model(symbols)), arrays(model(symbols.expand(NETS, -1, -1)))
    for field, value in once.items():
        close(repeated[field], value, 1e-12)


@pytest.mark.parametrize("streams", STREAMS)
@pytest.mark.parametrize("name", MODELS)
def test_a_whole_stream_equals_its_two_halves_joined(name, streams):
    model, symbols = started(name), STREAMS[streams]()
    whole = arrays(model(symbols))
    for cut in (1, 4, TIME - 1):
        begun = model(symbols[..., :cut])
        begin, end = arrays(begun), arrays(model(symbols[..., cut:], state=begun.state))
        for field, value in whole.items():
            close(torch.cat([begin[field], end[field]], 2), value, 1e-12)


@pytest.mark.parametrize("precision", [torch.float32, torch.float64])
@pytest.mark.parametrize("streams", STREAMS)
@pytest.mark.parametrize("name", MODELS)
def test_a_whole_stream_equals_its_symbols_step_by_step(name, streams, precision):
    model, symbols = started(name).to(precision), STREAMS[streams]()
    whole, state = model(symbols), model.initial(2)
    for t in range(TIME):
        state, logits = model.step(state, symbols[..., t])
        assert state.hidden.dtype == precision
        torch.testing.assert_close(state.hidden, whole.hidden[:, :, t])
        torch.testing.assert_close(logits, whole.logits[:, :, t])
        if name == "lstm":
            torch.testing.assert_close(state.cell, whole.cell[:, :, t])


@pytest.mark.parametrize("name", MODELS)
def test_one_symbol_is_read_in_every_state_of_a_batch_and_some_states_go_on_alone(name):
    model, symbols = started(name), shared()
    state = model(symbols).state
    everywhere, logits = model.step(state, torch.tensor([2]))
    expected, expected_logits = model.step(state, torch.full((NETS, 2), 2))
    close(everywhere.hidden, expected.hidden, 1e-12)
    close(logits, expected_logits, 1e-12)
    alone, _ = model.step(state.at(torch.tensor([1])), torch.tensor([2]))
    close(alone.hidden, expected.hidden[:, 1:], 1e-12)
    close(model.read_out(State(hidden=state.hidden)), model(symbols).logits[:, :, -1], 1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_no_gradient_flows_back_into_what_was_read_before(name):
    model, symbols = started(name), shared()
    begun = model(symbols[:, :4])
    model(symbols[:, 4:], state=begun.state).logits.square().sum().backward()
    layer, readout = plain(name, model, 0)
    with torch.no_grad():
        _, state = layer(one_hot(symbols[:, :4]))
    hidden, _ = layer(one_hot(symbols[:, 4:]), state)
    readout(hidden).square().sum().backward()
    close(model.weight_hh.grad[0], layer.weight_hh_l0.grad)
    close(model.weight_ih.grad[0], layer.weight_ih_l0.grad)


def starts_of(name):
    """A state of its own for each net and stream, of which gradients are wanted, by the names of torch's states."""
    names = {"srn": ("hidden",), "lstm": ("hidden", "cell")}[name]
    generator = torch.Generator().manual_seed(5)
    return {each: torch.randn(NETS, 2, HID, generator=generator).double().requires_grad_() for each in names}


def begun(name, starts, net):
    """The states of one net for torch's layer: (1, batch, hid), of which gradients are wanted."""
    each = [part[net][None].detach().clone().requires_grad_() for part in starts.values()]
    return each, each[0] if name == "srn" else tuple(each)


@pytest.mark.parametrize("streams", STREAMS)
@pytest.mark.parametrize("name", MODELS)
def test_gradients_of_the_state_to_start_from_are_those_of_torchs_autograd(name, streams):
    model, symbols, starts = started(name), STREAMS[streams](), starts_of(name)
    of_logits, of_hidden = loss_weights(2, TIME, ALPHABET), loss_weights(2, TIME, HID)
    trace = model(symbols, state=State(**starts))
    ((trace.logits * of_logits).sum() + (trace.hidden * of_hidden).sum()).backward()
    for net in range(NETS):
        layer, readout = plain(name, model, net)
        parts, state = begun(name, starts, net)
        hidden, _ = layer(one_hot(read_by(symbols, net)), state)
        close(trace.hidden[net], hidden)
        ((readout(hidden) * of_logits).sum() + (hidden * of_hidden).sum()).backward()
        close(model.weight_hh.grad[net], layer.weight_hh_l0.grad)
        close(model.bias.grad[net], layer.bias_ih_l0.grad)
        for start, part in zip(starts.values(), parts, strict=True):
            close(start.grad[net], part.grad[0])
            assert part.grad.any()


@pytest.mark.parametrize("time", [1, 3])
@pytest.mark.parametrize("name", MODELS)
def test_gradients_of_the_state_to_start_from_equal_finite_differences(name, time):
    model, symbols, starts = started(name), symbols_of(2, time), starts_of(name)

    def read(*parts):
        trace = model(symbols, state=State(**dict(zip(starts, parts, strict=True))))
        return trace.logits, trace.hidden

    assert torch.autograd.gradcheck(read, tuple(starts.values()))


# --- the initial state ----------------------------------------------------------------------------------------


def starting(name):
    """An ensemble whose nets start from states of their own."""
    generator, model = torch.Generator().manual_seed(6), started(name)
    starts = {part: torch.randn(NETS, HID, generator=generator).double() for part in model.state_names}
    return from_weights(MODELS[name], model.weights() | starts), starts


@pytest.mark.parametrize("name", MODELS)
def test_nets_start_from_0_unless_an_initial_state_is_given(name):
    state = started(name).initial(5)
    assert state.hidden.shape == (NETS, 5, HID)
    assert not state.hidden.any()
    assert (state.cell is None) == (name == "srn")
    assert state.cell is None or not state.cell.any()


@pytest.mark.parametrize("streams", STREAMS)
@pytest.mark.parametrize("name", MODELS)
def test_every_stream_is_read_from_the_initial_state_of_its_net_as_torchs_layer_reads_from_h_0_and_c_0(name, streams):
    (model, starts), symbols = starting(name), STREAMS[streams]()
    trace, stepwise = model(symbols), model.initial(2)
    for net in range(NETS):
        layer, readout = plain(name, model, net)
        parts = [part[net].expand(1, 2, HID).contiguous() for part in starts.values()]
        hidden, _ = layer(one_hot(read_by(symbols, net)), parts[0] if name == "srn" else tuple(parts))
        close(trace.hidden[net], hidden)
        close(trace.logits[net], readout(hidden))
    for t in range(TIME):
        stepwise, _ = model.step(stepwise, symbols[..., t])
        close(stepwise.hidden, trace.hidden[:, :, t], 1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_weights_have_the_initial_state_and_make_the_same_ensemble(name):
    model, starts = starting(name)
    weights = model.weights()
    assert list(weights) == ["weight_ih", "weight_hh", "bias", "weight_out", "bias_out", *starts]
    for part, start in starts.items():
        assert torch.equal(weights[part], start)
    assert not any(weight.requires_grad for weight in weights.values())
    again, some = from_weights(MODELS[name], weights), select(model, torch.tensor([2, 0]))
    assert torch.equal(model(shared()).logits, again(shared()).logits)
    close(some(shared()).logits, model(shared()).logits[[2, 0]], 1e-12)


def learning(seed=0):
    """SRNs that learn where to start."""
    model = started("srn")
    model.learn_initial_state(torch.Generator().manual_seed(seed))
    return model.double()


def test_a_learned_initial_state_is_tanh_of_a_parameter_in_the_weights_and_of_the_nets_that_are_made_of_them():
    model = learning()
    h_0 = model.H0.detach().tanh()
    assert "H0" in dict(model.named_parameters())
    assert list(model.weights()) == ["weight_ih", "weight_hh", "bias", "weight_out", "bias_out", "h_0"]
    assert torch.equal(model.weights()["h_0"], h_0)
    assert torch.equal(model.initial(2).hidden, h_0[:, None].expand(-1, 2, -1))
    for other, nets in ((from_weights(SRN, model.weights()), [0, 1, 2]), (select(model, torch.tensor([1])), [1])):
        assert other.H0 is None
        assert torch.equal(other.weights()["h_0"], h_0[nets])
        close(other(shared()).logits, model(shared()).logits[nets], 1e-12)


@pytest.mark.parametrize("streams", STREAMS)
def test_the_gradient_of_a_learned_initial_state_is_that_of_torchs_autograd(streams):
    model, symbols = learning(), STREAMS[streams]()
    of_logits = loss_weights(2, TIME, ALPHABET)
    (model(symbols).logits * of_logits).sum().backward()
    for net in range(NETS):
        layer, readout = plain("srn", model, net)
        start = model.H0[net].detach().clone().requires_grad_()
        hidden, _ = layer(one_hot(read_by(symbols, net)), start.tanh().expand(1, 2, HID).contiguous())
        (readout(hidden) * of_logits).sum().backward()
        close(model.H0.grad[net], start.grad)
        assert start.grad.any()


def test_a_learned_initial_state_starts_uniform_within_1_over_the_root_of_the_hidden_units():
    model = SRN(500, alphabet=3, hid=4, generator=torch.Generator())
    model.learn_initial_state(torch.Generator().manual_seed(0))
    shares = model.H0.detach().flatten().histc(bins=4, min=-0.5, max=0.5) / model.H0.numel()
    assert shares.sum() == pytest.approx(1)
    torch.testing.assert_close(shares, torch.full((4,), 0.25), rtol=0, atol=0.05)
    assert torch.equal(learning(3).H0, learning(3).H0)
    assert not torch.equal(learning(3).H0, learning(4).H0)


def test_cells_and_gates_are_to_look_at_and_carry_no_gradient():
    trace = started("lstm")(shared())
    assert trace.hidden.requires_grad
    assert not trace.cell.requires_grad
    assert not trace.gates.requires_grad


@pytest.mark.parametrize("name", MODELS)
def test_a_batch_equals_its_streams_one_by_one(name):
    model, symbols = started(name), shared()
    together = arrays(model(symbols))
    for i in range(2):
        for field, value in arrays(model(symbols[[i]])).items():
            close(together[field][:, [i]], value, 1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_weights_start_uniform_within_1_over_the_root_of_the_hidden_units(name):
    model = MODELS[name](500, alphabet=3, hid=4, generator=torch.Generator().manual_seed(0))
    for parameter in model.parameters():
        assert parameter.dtype == torch.float32
        shares = parameter.detach().flatten().histc(bins=4, min=-0.5, max=0.5) / parameter.numel()
        assert shares.sum() == pytest.approx(1)
        torch.testing.assert_close(shares, torch.full((4,), 0.25), rtol=0, atol=0.05)


@pytest.mark.parametrize(("name", "gates"), [("srn", 1), ("lstm", 4)])
def test_weights_have_the_shapes_of_torchs_layer_behind_an_axis_of_nets(name, gates):
    shapes = {key: tuple(parameter.shape) for key, parameter in started(name).named_parameters()}
    assert shapes == {
        "weight_ih": (NETS, gates * HID, ALPHABET),
        "weight_hh": (NETS, gates * HID, HID),
        "bias": (NETS, gates * HID),
        "weight_out": (NETS, ALPHABET, HID),
        "bias_out": (NETS, ALPHABET),
    }


@pytest.mark.parametrize("name", MODELS)
def test_the_same_generator_gives_the_same_nets_and_another_others(name):
    for one, same, other in zip(
        *(started(name, seed=seed).parameters() for seed in (0, 0, 1)), strict=True
    ):  # fmt: skip
        assert torch.equal(one, same)
        assert not torch.equal(one, other)


def test_the_models_are_known_by_name():
    assert MODELS == {"srn": SRN, "lstm": LSTM}


def test_near_identity_an_srn_keeps_half_its_recurrent_weights_and_all_the_others():
    model, before = started("srn"), {key: value.clone() for key, value in started("srn").state_dict().items()}
    model.start_near_identity()
    for name, weight in model.state_dict().items():
        expected = before[name] / 2 + torch.eye(HID, dtype=torch.float64) if name == "weight_hh" else before[name]
        assert torch.equal(weight, expected)
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_near_identity_a_state_changes_slowly():
    names = ("weight_ih", "bias")
    steps = torch.zeros(1, 1 + TIME, dtype=torch.int64)
    kept = []
    for near in (False, True):
        model = SRN(50, alphabet=ALPHABET, hid=HID, generator=torch.Generator().manual_seed(0))
        if near:
            model.start_near_identity()
        with torch.no_grad():
            for name in names:
                getattr(model, name).mul_(0.0)
            model.weight_ih[..., 1] = 0.1
            first = model(torch.ones(1, 1, dtype=torch.int64))
            kept.append(
                (model(steps, state=first.state).hidden[:, 0, -1] * first.hidden[:, 0, 0]).sum(1).median().item()
            )
    without, near_identity = kept
    assert near_identity > 5 * abs(without)


def by_hand(model, net, x, to_forget):
    """One LSTM of the ensemble step by step, for autograd; noise of shape (time, batch, hid) is handed in."""
    hidden = cell = x.new_zeros(len(x), HID)
    hiddens, cells = [], []
    for t in range(x.shape[1]):
        z = x[:, t] @ model.weight_ih[net].T + hidden @ model.weight_hh[net].T + model.bias[net]
        i, f, g, o = z.chunk(4, 1)
        cell = (f + to_forget[t]).sigmoid() * cell + i.sigmoid() * g.tanh()
        hidden = o.sigmoid() * cell.tanh()
        hiddens.append(hidden)
        cells.append(cell)
    hidden = torch.stack(hiddens, 1)
    return hidden, torch.stack(cells, 1), hidden @ model.weight_out[net].T + model.bias_out[net]


@pytest.mark.parametrize("streams", STREAMS)
def test_with_noise_an_lstm_and_its_gradients_equal_autograds_with_the_same_noise(streams):
    model, same, symbols = started("lstm"), started("lstm"), STREAMS[streams]()
    noise = 2.0 * torch.randn(NETS, 2, TIME, HID, generator=torch.Generator().manual_seed(3)).double()
    trace = model(symbols, forget_noise=noise)
    of_logits, of_hidden = loss_weights(2, TIME, ALPHABET), loss_weights(2, TIME, HID)
    ((trace.logits * of_logits).sum() + (trace.hidden * of_hidden).sum()).backward()
    for net in range(NETS):
        hidden, cell, logits = by_hand(same, net, one_hot(read_by(symbols, net)), noise[net].transpose(0, 1))
        close(trace.hidden[net], hidden)
        close(trace.cell[net], cell)
        close(trace.logits[net], logits)
        ((logits * of_logits).sum() + (hidden * of_hidden).sum()).backward()
    for parameter, expected in zip(model.parameters(), same.parameters(), strict=True):
        close(parameter.grad, expected.grad)
    assert not torch.allclose(trace.hidden, model(symbols).hidden, atol=0.1)


def test_without_noise_nothing_differs_by_a_bit_from_noise_of_size_0():
    model, symbols = started("lstm"), shared()
    silence = torch.zeros(NETS, *symbols.shape, HID)
    plainly, silenced = arrays(model(symbols)), arrays(model(symbols, forget_noise=silence))
    for field, value in plainly.items():
        assert torch.equal(silenced[field], value)


def forget_inputs(model, *, batch, time, **options):
    """What comes into the forget gates of LSTMs whose weights are 0 but for those gates' bias, which is 1."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.bias.view(len(model.bias), 4, -1)[:, 1] = 1.0
    gates = model(torch.zeros(batch, time, dtype=torch.int64), **options).gates
    assert (gates[:, :, :, [0, 2]] == 0.5).all(), "input and output gates are not disturbed"
    return gates[:, :, :, 1].logit()


def test_noise_is_added_to_the_inputs_of_the_forget_gates_of_its_net_stream_symbol_and_unit():
    noise = torch.randn(NETS, 5, 6, HID, generator=torch.Generator().manual_seed(3)).double()
    close(forget_inputs(started("lstm"), batch=5, time=6, forget_noise=noise), 1 + noise)


@pytest.mark.parametrize("precision", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", MODELS)
def test_weights_become_the_ensemble_that_they_were_in_their_precision(name, precision):
    model, symbols = started(name).to(precision), shared()
    again = from_weights(MODELS[name], model.state_dict())
    assert type(again) is MODELS[name]
    for field, value in arrays(model(symbols)).items():
        assert value.dtype == precision
        assert torch.equal(arrays(again(symbols))[field], value)


@pytest.mark.parametrize("precision", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", MODELS)
def test_selected_nets_are_copies_of_those_of_the_ensemble_in_the_given_order(name, precision):
    model, nets = started(name).to(precision), torch.tensor([2, 0])
    some = select(model, nets)
    for parameter, of_all in zip(some.parameters(), model.parameters(), strict=True):
        assert parameter.dtype == precision
        assert torch.equal(parameter, of_all[nets])
    with torch.no_grad():
        model.bias.zero_()
    assert some.bias.any()


@pytest.mark.parametrize("name", MODELS)
def test_weights_that_are_not_all_there_are_refused(name):
    weights = dict(started(name).state_dict())
    del weights["bias_out"]
    with pytest.raises(RuntimeError, match="bias_out"):
        from_weights(MODELS[name], weights)
