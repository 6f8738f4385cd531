"""Evidence of pixels: what is known of integrated gradients in closed form."""

import numpy as np
import pytest
import torch

from kuzushi.characters.attribution import evidence
from kuzushi.characters.nets import NetConv, NetFull, NetLin, scaled

IMAGES = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (4, 28, 28)).astype(np.uint8))
IMAGES[:, :10] = 0
LABELS = torch.tensor([0, 1, 2, 1])


@pytest.mark.parametrize("net", [NetLin(3), NetFull(20, 3), NetConv(3)], ids=lambda net: type(net).__name__)
def test_all_pixels_together_add_what_the_image_adds_to_an_empty_one(net):
    found = evidence(net, IMAGES, LABELS)
    with torch.no_grad():
        added = net(scaled(IMAGES)) - net(scaled(torch.zeros_like(IMAGES)))
    assert found.shape == (4, 28, 28)
    torch.testing.assert_close(found.sum((1, 2)), added[torch.arange(4), LABELS], atol=2e-3, rtol=2e-3)


def test_between_two_classes_of_a_linear_net_it_is_the_difference_of_weights_times_ink():
    net = NetLin(3)
    found = evidence(net, IMAGES, LABELS) - evidence(net, IMAGES, (LABELS + 1) % 3)
    weight = net.fc.weight.detach().view(3, 28, 28)
    ink = IMAGES.float() / 127.5  # above the ground, in the units of the net
    torch.testing.assert_close(found, (weight[LABELS] - weight[(LABELS + 1) % 3]) * ink, atol=1e-5, rtol=1e-4)


def test_where_there_is_no_ink_there_is_no_evidence():
    assert not evidence(NetConv(3), IMAGES, LABELS)[:, :10].any()
