"""Training of perceptrons: the gradient by hand, the order of the axes, and what stops it."""

import pytest
import torch
from torch import nn

from kuzushi.core.errors import ConfigError
from kuzushi.core.journal import Silent
from kuzushi.core.training import History
from kuzushi.perceptrons import units
from kuzushi.perceptrons.boards import load
from kuzushi.perceptrons.nets import MLP
from kuzushi.perceptrons.train import Learner, epochs_to_solve, train
from memory import Memory

BOARD = load("board")
POINTS, TARGETS = torch.from_numpy(BOARD.points), torch.from_numpy(BOARD.targets)
INPUTS = torch.cat([POINTS, torch.ones(9, 1, dtype=torch.float64)], 1)
SMALL = {"hid": 5, "act": "sig", "nets": 6, "epochs": 250, "lr": 0.1, "seed": 0, "stage": "train"}


def small(journal=None, **options):
    return train(POINTS, TARGETS, **(SMALL | options), journal=journal or Silent())


@pytest.fixture(params=["sig", "tanh"])
def model(request):
    """Seven nets of four units with random weights, the output's bias among them."""
    model = MLP(7, 2, 4, request.param)
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
    return model


def test_a_learner_has_the_logits_and_weights_of_its_ensemble(model):
    learner, copy = Learner(model), MLP(7, 2, 4, model.act)
    torch.testing.assert_close(learner(INPUTS), model(POINTS).logits)
    learner.write_to(copy)
    for ours, given in zip(copy.parameters(), model.parameters(), strict=True):
        assert torch.equal(ours, given)


def test_the_loss_and_the_gradient_by_hand_are_those_of_autograd(model):
    learner = Learner(model)
    ours = learner.cross_entropy(INPUTS, TARGETS)
    theirs = units.cross_entropy(learner(INPUTS), TARGETS, act=model.act)
    torch.testing.assert_close(ours, theirs)
    weights = torch.arange(1.0, 8.0, dtype=torch.float64)  # tells the nets apart
    parameters = list(learner.parameters())
    for mine, autograd in zip(
        torch.autograd.grad(weights @ ours, parameters), torch.autograd.grad(weights @ theirs, parameters), strict=True
    ):
        torch.testing.assert_close(mine, autograd, rtol=1e-12, atol=1e-14)


def test_the_gradient_by_hand_is_the_slope_of_the_loss(model):
    learner = Learner(model)

    def loss(hidden, output):
        return torch.func.functional_call(_Loss(learner), {"learner.hidden": hidden, "learner.output": output}, ())

    assert torch.autograd.gradcheck(loss, tuple(learner.parameters()))


def test_the_gradient_stays_finite_where_the_output_is_certain_and_wrong():
    model = MLP(1, 2, 1, "sig")
    with torch.no_grad():
        model.output_bias.fill_(5000.0)
    learner = Learner(model)
    learner.cross_entropy(INPUTS, TARGETS).sum().backward()
    assert learner.output.grad[-1].item() == pytest.approx(5 / 9)  # five of nine targets are 0: (1 - 0) each


@pytest.mark.parametrize("act", ["sig", "tanh"])
def test_every_net_learns_as_it_would_alone_in_a_plain_loop(act):
    standardised = (POINTS - POINTS.mean(0)) / POINTS.std(0, correction=0)
    start = MLP(3, 2, 5, act)
    start.start(standardised, generator=torch.Generator().manual_seed(7))
    learned, _ = small(act=act, nets=3, epochs=100, lr=0.03, seed=7)
    for net in range(3):
        plain = nn.Sequential(nn.Linear(2, 5), {"sig": nn.Sigmoid, "tanh": nn.Tanh}[act](), nn.Linear(5, 1)).double()
        weights = [parameter[net].detach().clone() for parameter in start.parameters()]
        plain.load_state_dict(dict(zip(plain.state_dict(), weights, strict=True)))
        optimiser = torch.optim.Adam(plain.parameters(), lr=0.03)
        for _ in range(100):
            optimiser.zero_grad()
            nn.functional.binary_cross_entropy_with_logits(plain(standardised)[:, 0], TARGETS.double()).backward()
            optimiser.step()
        torch.testing.assert_close(learned(POINTS).logits[net], plain(standardised)[:, 0], rtol=1e-9, atol=1e-9)


def test_the_last_evaluation_is_that_of_the_trained_nets():
    model, history = small()
    with torch.no_grad():
        logits = model(POINTS).logits
    right = units.right(logits, TARGETS)
    last = history.metrics[-1]
    assert last["solved"] == right.all(1).sum()
    assert last["accuracy"] == pytest.approx(100 * right.double().mean().item())
    assert last["loss"] == pytest.approx(units.cross_entropy(logits, TARGETS, act="sig").mean().item())
    assert [epoch is not None for epoch in epochs_to_solve(history, 6)] == right.all(1).tolist()
    assert history.updates == (100, 200, 250)


def test_training_stops_as_soon_as_every_net_is_right():
    _, history = small(hid=10, nets=4, epochs=20_000)
    assert history.metrics[-1]["solved"] == 4
    assert history.updates[-1] == max(epochs_to_solve(history, 4)) < 20_000


@pytest.mark.parametrize("stop_at", [1, 2, 3])
def test_a_resumed_training_ends_with_the_same_nets_and_history(stop_at):
    whole, history = small()
    journal = Memory(stop_at)
    with pytest.raises(KeyboardInterrupt):
        small(journal)
    resumed, again = small(journal)
    assert (history.updates, history.metrics) == (again.updates, again.metrics)
    for ours, theirs in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_the_first_nets_of_a_larger_ensemble_are_those_of_a_smaller_one():
    few, many = small(nets=3, epochs=100)[0], small(nets=11, epochs=100)[0]
    for ours, theirs in zip(few.parameters(), many.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs[:3], rtol=1e-9, atol=1e-9)


def test_points_that_all_agree_in_one_coordinate_are_learned_too():
    line = torch.tensor([[0.0, 7.0], [1.0, 7.0], [2.0, 7.0]], dtype=torch.float64)
    model, history = train(line, torch.tensor([0, 1, 0]), **(SMALL | {"epochs": 2000}), journal=Silent())
    assert history.metrics[-1]["solved"] > 0
    assert all(torch.isfinite(parameter).all() for parameter in model.parameters())


def test_divergence_is_an_error_of_one_line():
    with pytest.raises(ConfigError, match=r"^--lr 1e\+308: training diverged; give a smaller"):
        small(lr=1e308)


def test_epochs_to_solve_is_the_evaluation_from_which_a_net_stayed_right():
    history = History(
        updates=(100, 200, 300),
        metrics=({"switched": [0, 1]}, {"switched": [1, 2]}, {"switched": [1]}),
    )
    assert epochs_to_solve(history, 4) == (100, 300, 200, None)


class _Loss(nn.Module):
    """A learner's loss as a function of its weights."""

    def __init__(self, learner):
        super().__init__()
        self.learner = learner

    def forward(self):
        return self.learner.cross_entropy(INPUTS, TARGETS)
