"""Integrated gradients: how much each pixel adds to the log-probability of a class."""

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor, nn

from kuzushi.characters.nets import scaled

POINTS = 200
"""Of the integral, by Gauss-Legendre quadrature."""


def evidence(
    model: nn.Module, images: UInt8[Tensor, "n side side"], labels: Int[Tensor, " n"]
) -> Float[Tensor, "n side side"]:
    """Return how much each pixel of ink adds to the log-probability (in nats) that the model gives to the label.

    Integrated gradients from an image without ink (Sundararajan, Taly and Yan 2017, Axiomatic attribution for deep
    networks, ICML, eq. 1): the sum over all pixels is the log-probability of the image minus that of the empty image.
    A pixel without ink adds nothing.
    """
    nodes, weights = np.polynomial.legendre.leggauss(POINTS)  # of the integral over -1..1
    position = torch.from_numpy((nodes + 1) / 2).float().view(-1, 1, 1, 1)
    weight = torch.from_numpy(weights / 2).float()
    empty = scaled(torch.zeros_like(images))
    ink = scaled(images) - empty  # (n, 1, side, side)
    gradients = []
    for start, difference, label in zip(empty, ink, labels.tolist(), strict=True):
        path = (start + position * difference).requires_grad_()  # (points, 1, side, side)
        (gradient,) = torch.autograd.grad(weight @ model(path)[:, label], path)
        gradients.append(gradient.sum(0))
    return (torch.stack(gradients) * ink)[:, 0]
