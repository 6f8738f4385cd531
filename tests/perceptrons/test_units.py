"""What the units compute, against the report's own table, scikit-learn and exact sums."""

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, log_loss

from kuzushi.core.published import PUBLISHED
from kuzushi.perceptrons import units
from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.nets import MLP, load_weights

BY_HAND = PUBLISHED.checkerboard.by_hand


@pytest.fixture
def board():
    data = load("board")
    return torch.from_numpy(data.points), torch.from_numpy(data.targets)


def named_net(name, **options):
    weights = load_weights(name)
    return MLP.from_weights(weights, **{"act": weights.act} | options)


def random_nets(points, *, nets=5, hid=5, act="sig"):
    model = MLP(nets, points.shape[1], hid, act)
    model.start(points, generator=torch.Generator().manual_seed(0))
    return model


def test_hand_set_step_weights_classify_all_nine_points(board):
    shown = units.describe(named_net("report"), 0, *board)
    assert (shown.accuracy, shown.loss) == (100.0, 0.0)
    assert shown.lines == BY_HAND.lines


def test_the_table_of_the_hand_set_net_is_the_published_one(board):
    for row in units.describe(named_net("report"), 0, *board).table:
        assert "".join(f"{x:g}" for x in row.hidden) == BY_HAND.hidden_table["".join(f"{x:g}" for x in row.point)]
        assert row.output == row.target


def test_the_rescaled_sigmoid_net_is_right_everywhere_and_the_unscaled_one_is_not(board):
    assert units.describe(named_net("report", act="sig", scale=10.0), 0, *board).accuracy == 100.0
    assert units.describe(named_net("report", act="sig"), 0, *board).accuracy < 100.0


def test_the_published_trained_net_is_right_everywhere_with_cross_entropy_0_1522(board):
    shown = units.describe(named_net("report-trained"), 0, *board)
    assert shown.accuracy == 100.0
    assert round(shown.loss, 4) == 0.1522


def test_loss_and_accuracy_agree_with_scikit_learn(board):
    points, targets = board
    model = random_nets(points)
    with torch.no_grad():
        logits = model(points).logits
    for net in range(5):
        shown = units.describe(model, net, points, targets)
        outputs = [row.output for row in shown.table]
        assert shown.net == net
        assert shown.loss == pytest.approx(log_loss(targets, outputs))
        assert shown.loss == pytest.approx(float(units.cross_entropy(logits, targets, act="sig")[net]))
        assert shown.accuracy == pytest.approx(100 * accuracy_score(targets, np.array(outputs) >= 0.5))


def test_cross_entropy_is_exact_for_very_large_logits():
    logits, targets = torch.tensor([[1e5, -1e5], [-1e5, 1e5]]).double(), torch.tensor([1, 0])
    assert units.cross_entropy(logits, targets, act="sig").tolist() == [0.0, 1e5]


def test_a_step_output_has_no_loss_or_an_infinite_one(board):
    logits, targets = torch.tensor([[0.0, -1.0], [0.0, 0.0]]).double(), torch.tensor([1, 0])
    assert units.cross_entropy(logits, targets, act="step").tolist() == [0.0, torch.inf]
    assert units.describe(named_net("report-trained", act="step"), 0, *board).loss is None


def test_the_gradient_of_the_cross_entropy_equals_finite_differences():
    logits = torch.randn(3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda values: units.cross_entropy(values, torch.tensor([0, 1, 1, 0]), act="sig"), (logits,)
    )


def test_a_logit_of_0_means_1():
    assert units.right(torch.tensor([[0.0, 0.0]]), torch.tensor([1, 0])).tolist() == [[True, False]]


@pytest.mark.parametrize(
    ("weight", "bias", "text"),
    [
        ((1, 1), -2.5, "x1 + x2 - 2.5 = 0"),
        ((-1, -1), 1.5, "-x1 - x2 + 1.5 = 0"),
        ((5.07072, -0.3579), -4.9386, "5.071 x1 - 0.3579 x2 - 4.939 = 0"),
        ((0, -2), 0, "-2 x2 = 0"),
        ((1.00001, 0), 1, "x1 + 1 = 0"),
        ((-0.99999, 10, 0, 3), -1, "-x1 + 10 x2 + 3 x4 - 1 = 0"),
        ((1e-7,), -123456, "1e-07 x1 - 1.235e+05 = 0"),
        ((0, 0), -0.25, "no line: every weight is 0, the bias is -0.25"),
    ],
)
def test_lines_are_written_as_in_the_report(weight, bias, text):
    assert units.line(tuple(map(float, weight)), float(bias)) == text


def test_the_first_solved_net_is_drawn_or_that_with_the_lowest_loss():
    losses = torch.tensor([0.3, 0.2, 0.1])
    assert units.choose(torch.tensor([False, True, True]), losses) == 1
    assert units.choose(torch.tensor([False, False, False]), losses) == 2
    assert units.choose(torch.tensor([False]), torch.tensor([torch.inf])) == 0


@pytest.mark.parametrize("act", ["sig", "tanh", "step"])
def test_the_plane_holds_what_the_net_computes_at_each_of_its_pixels(board, act):
    points, _ = board
    model = random_nets(points, act=act)
    plane = units.plane(model, 3, points)
    assert plane["hidden"].shape == (5, units.PIXELS, units.PIXELS)
    assert (plane["axis1"][0], plane["axis1"][-1]) == (-0.5, 2.5)
    row, column = 17, 120
    position = torch.tensor([[plane["axis1"][column], plane["axis2"][row]]])
    with torch.no_grad():
        response = model(position)
    np.testing.assert_allclose(plane["hidden"][:, row, column], response.hidden[3, 0], rtol=1e-6)
    np.testing.assert_allclose(plane["output"][row, column], model.output(response.logits)[3, 0], rtol=1e-6)


def test_the_plane_has_an_extent_also_where_all_points_share_a_coordinate():
    points = torch.tensor([[0.0, 7.0], [2.0, 7.0]]).double()
    plane = units.plane(random_nets(points), 0, points)
    assert (plane["axis2"][0], plane["axis2"][-1]) == (6, 8)
