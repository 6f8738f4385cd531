"""Nets side by side against the same nets alone."""

import pytest
import torch
import torch.nn.functional as F

from kuzushi.models.characters import NetFull
from kuzushi.models.side_by_side import SideBySide

WIDTHS = (3, 1, 7, 3)


@pytest.fixture
def nets():
    torch.manual_seed(0)
    return [NetFull(hid, 5, side=6) for hid in WIDTHS]


@pytest.fixture
def images():
    return torch.randn(8, 1, 6, 6, generator=torch.Generator().manual_seed(1))


def test_every_net_reads_as_it_does_alone(nets, images):
    read = SideBySide(nets)(images)
    assert read.shape == (4, 5, 8)
    for alone, theirs in zip(nets, read, strict=True):
        torch.testing.assert_close(theirs.T, alone(images))


def test_every_net_gets_the_gradient_that_it_has_alone(nets, images):
    labels = torch.tensor([0, 1, 2, 3, 4, 0, 1, 2])
    model = SideBySide(nets)
    sum(F.nll_loss(theirs.T, labels) for theirs in model(images)).backward()
    start = 0
    for place, alone in enumerate(nets):
        F.nll_loss(alone(images), labels).backward()
        units = slice(start, start + WIDTHS[place])
        torch.testing.assert_close(model.hidden_weight.grad[units], alone.fc1.weight.grad)
        torch.testing.assert_close(model.hidden_bias.grad[units], alone.fc1.bias.grad)
        torch.testing.assert_close(model.output_weight.grad[:, units], alone.fc2.weight.grad)
        torch.testing.assert_close(model.output_bias.grad[place], alone.fc2.bias.grad)
        start = units.stop


def test_the_state_of_one_net_is_that_of_the_net_it_was_made_from(nets):
    model = SideBySide(nets)
    for place, alone in enumerate(nets):
        state = model.state_of(place)
        assert list(state) == list(alone.state_dict())
        assert all(torch.equal(state[name], tensor) for name, tensor in alone.state_dict().items())


def test_the_nets_it_was_made_from_do_not_learn_with_it(nets, images):
    before = nets[0].fc1.weight.clone()
    model = SideBySide(nets)
    with torch.no_grad():
        model.hidden_weight.zero_()
    assert torch.equal(nets[0].fc1.weight, before)
