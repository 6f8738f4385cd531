"""The training loop against a plain loop in torch for each net, and against itself interrupted and resumed."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from kuzushi.core import training
from kuzushi.core.errors import RunError
from kuzushi.core.journal import Silent
from kuzushi.core.training import Evaluation, Plan, clip_each_net, fit
from kuzushi.sequences.nets import LSTM, SRN
from memory import Memory

NETS = 3
PLANS = {
    "sgd": Plan(updates=23, evaluate_every=5, optimiser="sgd", learning_rate=0.03),
    "momentum": Plan(
        updates=23, evaluate_every=5, optimiser="sgd", learning_rate=0.02, momentum=0.9, weight_decay=0.01
    ),
    "one cycle": Plan(
        updates=23, evaluate_every=5, optimiser="sgd", learning_rate=0.05, momentum=0.9, one_cycle=True
    ),
    "adam": Plan(updates=23, evaluate_every=5, optimiser="adam", learning_rate=0.05),
    "adam, one cycle and decay": Plan(
        updates=23, evaluate_every=5, optimiser="adam", learning_rate=0.05, weight_decay=0.1, one_cycle=True
    ),
}  # fmt: skip


def lines(nets=NETS, *, seed=0, inputs=4):
    """An ensemble of linear functions."""
    generator = torch.Generator().manual_seed(seed)
    weight, bias = (torch.randn(nets, size, dtype=torch.float64, generator=generator) for size in (inputs, 1))
    return nn.ParameterDict({"weight": weight, "bias": bias})


def batch(update):
    generator = torch.Generator().manual_seed(100 + update)
    return torch.randn(8, 4, dtype=torch.float64, generator=generator)


def losses_of(model):
    def losses(update):
        x = batch(update)
        return (model["weight"] @ x.T + model["bias"] - x.square().sum(1)).square().mean(1)

    return losses


def measured(mean):
    return Evaluation(metrics={"loss": mean.tolist()})


def trained(plan, *, journal=None, model=None, evaluate=measured):
    model = model or lines()
    history = fit(model, losses_of(model), evaluate, plan, journal=journal or Silent(), stage="train")
    return model, history


def plain_loop(plan, net):
    """Train one net alone with torch's own parts; returns its parameters and losses."""
    weight, bias = (nn.Parameter(lines()[name][net].detach().clone()) for name in ("weight", "bias"))
    if plan.optimiser == "sgd":
        optimiser = torch.optim.SGD(
            [weight, bias], lr=1, momentum=plan.momentum, weight_decay=plan.weight_decay, foreach=False
        )
    else:
        optimiser = torch.optim.Adam([weight, bias], lr=1, weight_decay=plan.weight_decay, foreach=False)
    seen = []
    for update in range(plan.updates):
        optimiser.param_groups[0]["lr"] = plan.learning_rate_at(update)
        optimiser.zero_grad()
        x = batch(update)
        loss = (x @ weight + bias - x.square().sum(1)).square().mean()
        loss.backward()
        if plan.clip is not None:
            nn.utils.clip_grad_norm_([weight, bias], plan.clip)
        optimiser.step()
        seen.append(loss.item())
    return weight, bias, seen


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_every_net_learns_as_it_would_alone_in_a_plain_loop(plan):
    model, history = trained(plan)
    for net in range(NETS):
        weight, bias, losses = plain_loop(plan, net)
        torch.testing.assert_close(model["weight"][net], weight, rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(model["bias"][net], bias, rtol=1e-12, atol=1e-12)
        assert not torch.allclose(weight, lines()["weight"][net], atol=0.1)
        means = [np.mean(losses[first : first + 5]) for first in range(0, 23, 5)]
        assert [metrics["loss"][net] for metrics in history.metrics] == pytest.approx(means, rel=1e-12)


@pytest.mark.parametrize("name", ["momentum", "adam"])
def test_every_net_is_clipped_as_it_would_be_alone_in_a_plain_loop(name):
    plan = replace(PLANS[name], clip=1.0)
    model, _ = trained(plan)
    for net in range(NETS):
        weight, bias, _ = plain_loop(plan, net)
        torch.testing.assert_close(model["weight"][net], weight, rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(model["bias"][net], bias, rtol=1e-5, atol=1e-5)
    assert not torch.allclose(model["weight"], trained(PLANS[name])[0]["weight"], atol=1e-2)


def with_gradients(*sizes):
    """Parameters of several shapes behind an axis of nets; the gradients of net i are `sizes[i]` times as large."""
    generator = torch.Generator().manual_seed(0)
    parameters = [nn.Parameter(torch.zeros(len(sizes), *shape)) for shape in ((4, 3), (2,), (3, 2, 2), ())]
    for parameter in parameters:
        scale = torch.tensor(sizes).view(-1, *[1] * (parameter.dim() - 1))
        parameter.grad = scale * torch.randn(parameter.shape, generator=generator)
    return [*parameters, nn.Parameter(torch.zeros(len(sizes), 2))]


@pytest.mark.parametrize("largest", [0.5, 5.0, 100.0])
def test_clipping_each_net_equals_torchs_clipping_of_the_net_alone(largest):
    sizes = (1.0, 0.01, 1000.0, 3.0)
    together, expected = with_gradients(*sizes), with_gradients(*sizes)
    clip_each_net(together, largest)
    for net in range(len(sizes)):
        alone = [nn.Parameter(torch.zeros_like(p[net])) for p in expected[:-1]]
        for parameter, of_all in zip(alone, expected, strict=False):
            parameter.grad = of_all.grad[net].clone()
        norm = nn.utils.clip_grad_norm_(alone, largest)
        for parameter, of_all in zip(alone, together, strict=False):
            torch.testing.assert_close(of_all.grad[net], parameter.grad, rtol=1e-4, atol=1e-6)
        clipped = torch.cat([p.grad[net].flatten() for p in together[:-1]]).norm()
        assert clipped.item() == pytest.approx(min(norm.item(), largest), rel=1e-5)
    assert together[-1].grad is None


def test_clipping_leaves_small_gradients_to_the_last_bit_and_zero_ones_zero():
    small, untouched = with_gradients(0.01, 0.0), with_gradients(0.01, 0.0)
    clip_each_net(small, 1.0)
    for clipped, before in zip(small[:-1], untouched[:-1], strict=True):
        assert torch.equal(clipped.grad, before.grad)


def test_a_net_with_a_nan_gradient_does_not_affect_the_others():
    broken, sound = with_gradients(torch.nan, 50.0), with_gradients(0.0, 50.0)
    clip_each_net(broken, 1.0)
    clip_each_net(sound, 1.0)
    for one, other in zip(broken[:-1], sound[:-1], strict=True):
        assert torch.equal(one.grad[1], other.grad[1])


def test_without_a_cycle_the_learning_rate_is_constant():
    plan = Plan(updates=10, evaluate_every=5, optimiser="adam", learning_rate=0.3)
    assert {plan.learning_rate_at(update) for update in range(10)} == {0.3}


def test_one_cycle_rises_from_a_tenth_for_30_percent_and_falls_to_zero():
    plan = Plan(updates=100, evaluate_every=5, optimiser="adam", learning_rate=2.0, one_cycle=True)
    corners = {0: 0.2, 15: 1.1, 30: 2.0, 65: 1.0, 99: 2 / 70, 100: 0.0}
    for update, rate in corners.items():
        assert plan.learning_rate_at(update) == pytest.approx(rate, abs=1e-12)
    rates = [plan.learning_rate_at(update) for update in range(101)]
    assert rates[:31] == sorted(rates[:31])
    assert rates[30:] == sorted(rates[30:], reverse=True)
    assert plan.learning_rate_at(29) == pytest.approx(2.0 - 0.06)


def test_training_is_evaluated_at_intervals_and_at_its_end():
    journal = Memory()
    _, history = trained(PLANS["adam"], journal=journal)
    assert history.updates == (5, 10, 15, 20, 23)
    assert history.finished
    assert history.seconds > 0
    assert [(seen.stage, seen.done, seen.total) for seen in journal.seen] == [
        ("train", done, 23) for done in history.updates
    ]
    assert tuple(seen.metrics for seen in journal.seen) == history.metrics


def test_an_evaluation_that_is_done_ends_the_training():
    means, updates = [], []
    model = lines()

    def losses(update):
        updates.append(update)
        return losses_of(model)(update)

    def evaluate(mean):
        means.append(mean)
        return Evaluation(metrics={}, done=len(means) == 3)

    history = fit(model, losses, evaluate, PLANS["adam"], journal=Silent(), stage="train")
    assert history.updates == (5, 10, 15)
    assert history.finished
    assert updates == list(range(15))
    shorter = trained(replace(PLANS["adam"], updates=15))[0]
    assert torch.equal(model["weight"], shorter["weight"])
    assert not means[0].requires_grad


@pytest.mark.parametrize("stop_at", [1, 3])
@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_an_interrupted_training_resumes_to_the_same_bits(plan, stop_at):
    whole, history = trained(plan)
    journal = Memory(stop_at)
    with pytest.raises(KeyboardInterrupt):
        trained(plan, journal=journal)
    resumed, resumed_history = trained(plan, journal=journal, model=lines(seed=9))
    for name, parameter in whole.items():
        assert torch.equal(resumed[name], parameter)
    assert replace(resumed_history, seconds=0.0, updating=()) == replace(history, seconds=0.0, updating=())
    assert [seen.done for seen in journal.seen] == [5, 10, 15, 20, 23]


def test_the_time_before_an_interruption_is_counted(monkeypatch):
    journal = Memory(1)
    with pytest.raises(KeyboardInterrupt):
        trained(PLANS["sgd"], journal=journal)
    arrays, note = journal.saved["train"]
    journal.saved["train"] = (arrays, note | {"seconds": 1000.0})
    monkeypatch.setattr(training, "time", SimpleNamespace(perf_counter=lambda: 5.0))
    assert trained(PLANS["sgd"], journal=journal)[1].seconds == 1000


def test_a_finished_training_is_not_continued():
    journal = Memory()
    model, history = trained(PLANS["momentum"], journal=journal)
    again = lines(seed=9)

    def no_losses(update):
        raise AssertionError

    assert fit(again, no_losses, measured, PLANS["momentum"], journal=journal, stage="train") == history
    assert torch.equal(again["weight"], model["weight"])
    assert len(journal.seen) == 5


def test_each_stage_has_its_own_checkpoint():
    journal = Memory()
    first, second = lines(), lines(seed=1)
    for stage, model in {"first": first, "second": second}.items():
        fit(model, losses_of(model), measured, PLANS["adam"], journal=journal, stage=stage)
    assert journal.saved.keys() == {"first", "second"}
    assert torch.equal(second["weight"], trained(PLANS["adam"], model=lines(seed=1))[0]["weight"])


def test_a_checkpoint_is_not_changed_by_later_updates():
    saved = []

    class Copying(Silent):
        def save(self, stage, arrays, note):
            saved.append((arrays, {name: array.copy() for name, array in arrays.items()}))

    trained(PLANS["adam"], journal=Copying())
    for arrays, as_saved in saved:
        assert any(name.startswith("optimiser.") for name in arrays)
        for name, array in arrays.items():
            np.testing.assert_array_equal(array, as_saved[name])


def net(kind, *, hid=3):
    return kind(2, alphabet=2, hid=hid, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("other", [net(SRN), net(LSTM, hid=4), lines()], ids=["srn", "larger", "lines"])
def test_a_checkpoint_of_another_model_is_refused_in_one_line(other):
    plan = Plan(updates=2, evaluate_every=1, optimiser="adam", learning_rate=0.1)
    journal, symbols = Memory(1), torch.tensor([[0, 1, 1]])
    model = net(LSTM)
    with pytest.raises(KeyboardInterrupt):
        fit(model, lambda _: model(symbols).logits.sum((1, 2, 3)), measured, plan, journal=journal, stage="train")
    with pytest.raises(
        RunError, match=r"^the checkpoint does not fit this run \(.*(weight|bias|c_0).*\); start again"
    ) as caught:
        fit(other, lambda _: None, measured, plan, journal=journal, stage="train")
    assert "\n" not in str(caught.value)


def test_a_checkpoint_with_a_damaged_history_is_refused_in_one_line():
    journal = Memory()
    trained(PLANS["sgd"], journal=journal)
    arrays, note = journal.saved["train"]
    journal.saved["train"] = (arrays, note | {"updates": "many"})
    with pytest.raises(RunError, match=r"Expected `array`, got `str`") as caught:
        trained(PLANS["sgd"], journal=journal)
    assert "\n" not in str(caught.value)


def momentum(arrays, change):
    return {name: change(array) if name.endswith("momentum_buffer") else array for name, array in arrays.items()}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda arrays, note: (arrays, note | {"plan": note["plan"] | {"learning_rate": 0.5}}), "other settings"),
        (lambda arrays, note: (arrays, note | {"plan": None}), "other settings"),
        (lambda arrays, note: (arrays, note | {"updates": [5, 11]}), "its evaluations are not those of the plan"),
        (lambda arrays, note: (arrays, note | {"metrics": []}), "its evaluations are not those of the plan"),
        (lambda arrays, note: (arrays, {}), "other settings"),
        (lambda arrays, note: (arrays | {"optimiser.0.exp_avg": np.ones(1)}, note), "it has 'optimiser.0.exp_avg'"),
        (lambda arrays, note: (arrays | {"optimiser.x.y": np.ones(1)}, note), "it has 'optimiser.x.y'"),
        (lambda arrays, note: (arrays | {"other": np.ones(1)}, note), "it has 'other'"),
        (lambda arrays, note: ({}, note), "it lacks 'model."),
        (
            lambda arrays, note: (momentum(arrays, lambda array: array[:1]), note),
            "momentum_buffer is .* expected",
        ),
        (
            lambda arrays, note: (momentum(arrays, lambda array: array.astype(np.float32)), note),
            "momentum_buffer is torch.float32",
        ),
    ],
)
def test_a_checkpoint_of_other_settings_or_another_optimiser_is_refused_in_one_line(change, reason):
    journal = Memory(2)
    with pytest.raises(KeyboardInterrupt):
        trained(PLANS["momentum"], journal=journal)
    journal.saved["train"] = change(*journal.saved["train"])
    with pytest.raises(
        RunError, match=rf"^the checkpoint does not fit this run \(.*{reason}.*\); start again"
    ) as caught:
        trained(PLANS["momentum"], journal=journal)
    assert "\n" not in str(caught.value)


def test_a_checkpoint_of_adam_with_an_incomplete_state_is_refused():
    journal = Memory(2)
    with pytest.raises(KeyboardInterrupt):
        trained(PLANS["adam"], journal=journal)
    del journal.saved["train"][0]["optimiser.0.step"]
    with pytest.raises(RunError, match=r"it lacks 'optimiser\.0\.step'"):
        trained(PLANS["adam"], journal=journal)


def still(weights):
    """An ensemble whose loss does not depend on one of its parameters."""
    generator = torch.Generator().manual_seed(0)
    return nn.ParameterDict({"still": weights, "other": torch.randn(weights.shape, generator=generator)})


def shrunk(weights, *, part=0.5, **changes):
    plan = replace(PLANS["sgd"], updates=10, shrink={"still": part}, **changes)
    model = still(weights.clone())
    fit(
        model, lambda _: (model["other"] * model["still"].sign()).square().sum(1), measured, plan,
        journal=Silent(), stage="train",
    )  # fmt: skip
    return model["still"].detach()


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_weights_without_a_gradient_shrink_by_a_fraction_of_the_learning_rate_and_stop_at_0(optimiser):
    weights = torch.tensor([[1.0, -1.0, 0.149, -0.149, 0.151, 0.0]], dtype=torch.float64)
    size = 10 * 0.5 * 0.03  # updates, part, learning rate
    expected = weights.sign() * (weights.abs() - size).clamp(min=0)
    torch.testing.assert_close(shrunk(weights, optimiser=optimiser), expected, rtol=0, atol=1e-12)
    assert expected.tolist() == [[pytest.approx(0.85), pytest.approx(-0.85), 0, 0, pytest.approx(0.001), 0]]


def test_weights_shrink_by_the_learning_rate_of_each_update():
    plan = replace(PLANS["sgd"], updates=10, one_cycle=True)
    total = sum(plan.learning_rate_at(update) for update in range(10))
    weights = torch.tensor([[1.0, -2.0]], dtype=torch.float64)
    expected = weights - weights.sign() * 0.5 * total
    torch.testing.assert_close(shrunk(weights, one_cycle=True), expected, rtol=0, atol=1e-12)


def test_shrinking_rises_between_two_fractions_of_the_training():
    parts = [0, 0, 0, 0, 1 / 3, 2 / 3, 1, 1, 1, 1]
    plan = replace(PLANS["sgd"], updates=10, shrink_rises=(0.3, 0.6))
    assert [plan.shrink_at(update) for update in range(10)] == pytest.approx(parts)
    weights = torch.tensor([[1.0, -2.0]], dtype=torch.float64)
    expected = weights - weights.sign() * 0.5 * 0.03 * sum(parts)
    torch.testing.assert_close(shrunk(weights, shrink_rises=(0.3, 0.6)), expected, rtol=0, atol=1e-12)


def proximal(target, penalty):
    """Return the minimum of (w - target)^2 / 2 + penalty |w|."""
    return target.sign() * (target.abs() - penalty).clamp(min=0)


def test_weights_converge_to_the_minimum_of_loss_and_penalty():
    target = torch.tensor([[1.5, -0.7, 0.19, -0.05, 0.0], [0.21, -0.2, 3.0, 0.1, -1.0]], dtype=torch.float64)
    model = nn.ParameterDict({"weight": torch.ones_like(target)})
    plan = Plan(updates=400, evaluate_every=400, optimiser="sgd", learning_rate=0.1, shrink={"weight": 0.2})
    fit(
        model, lambda _: (model["weight"] - target).square().sum(1) / 2, measured, plan,
        journal=Silent(), stage="train",
    )  # fmt: skip
    torch.testing.assert_close(model["weight"].detach(), proximal(target, 0.2), rtol=0, atol=1e-12)
    assert (model["weight"] == 0).sum() == 5


def test_only_the_parameters_named_are_shrunk():
    plan = PLANS["momentum"]
    weights, (as_before, _) = trained(replace(plan, shrink={"bias": 0.3}))[0], trained(plan)
    assert not torch.equal(weights["bias"], as_before["bias"])
    nothing = trained(replace(plan, shrink={"bias": 0.0, "weight": 0.0}))[0]
    for name, parameter in as_before.items():
        torch.testing.assert_close(nothing[name], parameter, rtol=0, atol=0)


def test_an_unknown_parameter_cannot_be_shrunk():
    with pytest.raises(AttributeError, match="weights"):
        trained(replace(PLANS["sgd"], shrink={"weights": 0.1}))


def test_an_interrupted_training_that_shrinks_resumes_to_the_same_bits():
    plan = replace(PLANS["adam, one cycle and decay"], shrink={"weight": 0.2})
    whole, _ = trained(plan)
    journal = Memory(2)
    with pytest.raises(KeyboardInterrupt):
        trained(plan, journal=journal)
    resumed, _ = trained(plan, journal=journal, model=lines(seed=9))
    for name, parameter in whole.items():
        assert torch.equal(resumed[name], parameter)
