"""Which pixels speak for a class."""

import torch
from captum.attr import IntegratedGradients
from jaxtyping import Float, Int, UInt8
from torch import Tensor, nn

from kuzushi.data.batches import scaled

STEPS = 200
"""Points of the integral."""
AT_ONCE = 500


def evidence(
    model: nn.Module, images: UInt8[Tensor, "n side side"], labels: Int[Tensor, " n"]
) -> Float[Tensor, "n side side"]:
    """How much each pixel of ink adds to the log-probability (in nats) that the model gives to the label.

    Integrated gradients, from an image without ink (Sundararajan, Taly and Yan 2017, Axiomatic attribution for deep
    networks, ICML, eq. 1): over all pixels they add up to what the whole image adds. A pixel without ink adds nothing.
    """
    inputs = scaled(images)
    ground = scaled(torch.zeros_like(images))
    added: Tensor = IntegratedGradients(model).attribute(
        inputs, baselines=ground, target=labels, n_steps=STEPS, internal_batch_size=AT_ONCE
    )
    return added.detach()[:, 0].float()
