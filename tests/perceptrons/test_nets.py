"""The perceptron against torch.nn.Sequential, finite differences, and itself one net at a time."""

import json

import msgspec
import pytest
import torch
from torch import nn

from kuzushi.core.errors import DataError, ShapeError
from kuzushi.core.published import PUBLISHED
from kuzushi.perceptrons.nets import MLP, Weights, load_weights, step

UNITS = {"sig": nn.Sigmoid(), "tanh": nn.Tanh()}


@pytest.fixture
def points():
    return torch.randn(7, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def started(points, *, nets=4, hid=5, act="sig", seed=0):
    model = MLP(nets, points.shape[1], hid, act)
    model.start(points, generator=torch.Generator().manual_seed(seed))
    return model


def alone(model, net):
    return MLP.from_weights(model.weights(net), act=model.act)


@pytest.mark.parametrize("act", UNITS)
def test_every_net_equals_torch_sequential_with_the_same_weights(points, act):
    model = started(points, act=act)
    response = model(points)
    for net in range(4):
        plain = nn.Sequential(nn.Linear(3, 5), UNITS[act], nn.Linear(5, 1)).double()
        plain.load_state_dict(
            dict(zip(plain.state_dict(), [parameter[net] for parameter in model.parameters()], strict=True))
        )
        torch.testing.assert_close(response.hidden[net], plain[:2](points))
        torch.testing.assert_close(response.logits[net], plain(points)[:, 0])
        torch.testing.assert_close(model.output(response.logits)[net], torch.sigmoid(plain(points)[:, 0]))


@pytest.mark.parametrize("act", UNITS)
def test_gradients_equal_finite_differences(points, act):
    model = started(points, nets=2, act=act)
    names = list(dict(model.named_parameters()))

    def logits(*parameters):
        return torch.func.functional_call(model, dict(zip(names, parameters, strict=True)), points).logits

    assert torch.autograd.gradcheck(logits, tuple(p.detach().requires_grad_() for p in model.parameters()))


@pytest.mark.parametrize("act", ["sig", "tanh", "step"])
def test_an_ensemble_equals_its_nets_one_by_one(points, act):
    model = started(points, nets=6, act=act)
    together = model(points)
    for net in range(6):
        torch.testing.assert_close(together.hidden[[net]], alone(model, net)(points).hidden)
        torch.testing.assert_close(together.logits[[net]], alone(model, net)(points).logits)


def test_a_step_is_1_from_0_on():
    torch.testing.assert_close(step(torch.tensor([-1e-30, 0.0, 3.0])), torch.tensor([0.0, 1.0, 1.0]))


def test_large_sigmoid_weights_compute_steps():
    points = torch.tensor(PUBLISHED.checkerboard.points, dtype=torch.float64)
    steps = MLP.from_weights(load_weights("report"), act="step")
    steep = MLP.from_weights(load_weights("report"), act="sig", scale=1e6)
    torch.testing.assert_close(steep(points).hidden, steps(points).hidden)
    torch.testing.assert_close(steep.output(steep(points).logits), steps.output(steps(points).logits))


def test_a_nets_start_does_not_depend_on_the_size_of_the_ensemble(points):
    few, many = started(points, nets=2), started(points, nets=50)
    for a, b in zip(few.parameters(), many.parameters(), strict=True):
        torch.testing.assert_close(a, b[:2], rtol=0, atol=0)
    assert not torch.equal(few.hidden_weight, started(points, nets=2, seed=1).hidden_weight)


def test_every_hidden_unit_starts_with_a_line_through_the_box_of_the_points(points):
    model = started(points, nets=200)
    corners = torch.cartesian_prod(*torch.stack([points.amin(0), points.amax(0)], dim=1))
    sums = corners @ model.hidden_weight.mT + model.hidden_bias[:, None]
    assert ((sums.amin(1) <= 0) & (sums.amax(1) >= 0)).all()


def test_unstandardised_weights_compute_the_same_on_the_points_as_they_are(points):
    mean, spread = points.mean(0), points.std(0)
    model = started(points)
    before = model((points - mean) / spread)
    model.unstandardise(mean=mean, spread=spread)
    torch.testing.assert_close(model(points).hidden, before.hidden)
    torch.testing.assert_close(model(points).logits, before.logits)


def test_the_weights_of_the_report_are_loaded_by_name():
    by_hand, trained = load_weights("report"), load_weights("report-trained")
    assert (by_hand.act, by_hand.hid, by_hand.inputs) == ("step", 4, 2)
    assert by_hand.hidden_bias == (-2.5, 1.5, -0.5, -0.5)
    assert (trained.act, trained.hidden_weight) == ("sig", PUBLISHED.checkerboard.trained.hidden_weight)


@pytest.mark.parametrize("act", ["sig", "tanh", "step"])
def test_weights_written_as_json_are_read_back_exactly(tmp_path, points, act):
    weights = started(points, act=act).weights(3)
    path = tmp_path / "net.json"
    path.write_bytes(msgspec.json.encode(weights))
    assert load_weights(str(path)) == weights


def test_scale_multiplies_all_weights_and_biases():
    model = MLP.from_weights(load_weights("report"), act="sig", scale=10.0)
    assert model.hidden_bias.tolist() == [[-25, 15, -5, -5]]
    assert model.output_weight.tolist() == [[[10, 10, 10, 10]]]
    assert model.output_bias.tolist() == [[-15]]


def test_without_act_the_units_are_sigmoids(tmp_path):
    path = tmp_path / "net.json"
    path.write_text('{"hidden_weight": [[1, 2]], "hidden_bias": [0], "output_weight": [[1]], "output_bias": [0]}')
    assert load_weights(str(path)) == Weights(
        hidden_weight=((1.0, 2.0),), hidden_bias=(0.0,), output_weight=((1.0,),), output_bias=(0.0,), act="sig"
    )


GOOD = {"hidden_weight": [[1, 1], [2, 2]], "hidden_bias": [0, 0], "output_weight": [[1, 1]], "output_bias": [0]}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"hidden_weight": [[1, 1], [2]]}, ShapeError, "rows of [1, 2] numbers; expected shape (hid, inputs)"),
        ({"hidden_weight": []}, ShapeError, "hidden_weight has rows of no numbers"),
        ({"hidden_weight": [[], []]}, ShapeError, "expected shape (hid, inputs)"),
        ({"hidden_bias": [0]}, ShapeError, "hidden_bias has shape (1,); expected (2,)"),
        ({"output_weight": [[1, 1, 1]]}, ShapeError, "output_weight has shape (1, 3); expected (1, 2)"),
        ({"output_weight": [[1, 1], [1, 1]]}, ShapeError, "output_weight has shape (2, 2); expected (1, 2)"),
        ({"output_weight": []}, ShapeError, "output_weight has shape (0,); expected (1, 2)"),
        ({"output_bias": []}, ShapeError, "output_bias has shape (0,); expected (1,)"),
        ({"hidden_bias": [0, "a"]}, DataError, "Expected `float`, got `str` - at `$.hidden_bias[1]`; expected numbers"),
        ({"hidden_bias": [0, None]}, DataError, "got `null`"),
        ({"hidden_weight": [1, 1]}, DataError, "Expected `array`, got `int`"),
        ({"act": "relu"}, DataError, "relu"),
    ],
)
def test_weights_that_do_not_fit_are_refused_with_the_expected_shape(tmp_path, change, error, message):
    path = tmp_path / "net.json"
    path.write_text(json.dumps(GOOD | change))
    with pytest.raises(error) as caught:
        load_weights(str(path))
    assert message in str(caught.value)
    assert "net.json" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"{", b"", b"[1]", b"\xff", b'{"hidden_weight": [[1, 1]]}', b'{"hidden_bias": [NaN]}']
)
def test_a_file_that_is_not_weights_is_refused(tmp_path, content):
    path = tmp_path / "net.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"expected numbers in hidden_weight \(hid, inputs\)"):
        load_weights(str(path))


def test_unknown_weights_name_the_known_ones():
    with pytest.raises(DataError, match="give report, report-trained, or a JSON file of weights"):
        load_weights("reprot")
