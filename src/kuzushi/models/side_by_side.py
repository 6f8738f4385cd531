"""Many nets of two layers that train at once, side by side in one net."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from kuzushi.models.characters import NetFull


class SideBySide(nn.Module):
    """Nets with one hidden layer of tanh units, of any widths, that read the same images, each as if alone.

    Their first layers are one matrix product. Of the second layer each net has a block of its own, so that the sum of
    all losses gives every net the gradient that it has alone.

    Example: SideBySide([NetFull(10, 10), NetFull(200, 10)])(images) -> of shape (2, 10, batch)

    Args:
        nets: for images of the same size and with the same number of classes; their weights are copied.
    """

    def __init__(self, nets: Sequence[NetFull]) -> None:
        super().__init__()
        self.widths = [net.fc1.out_features for net in nets]
        self.hidden_weight = nn.Parameter(torch.cat([net.fc1.weight.detach() for net in nets]))  # (units, pixels)
        self.hidden_bias = nn.Parameter(torch.cat([net.fc1.bias.detach() for net in nets]))  # (units,)
        self.output_weight = nn.Parameter(torch.cat([net.fc2.weight.detach() for net in nets], 1))  # (classes, units)
        self.output_bias = nn.Parameter(torch.stack([net.fc2.bias.detach() for net in nets]))  # (nets, classes)

    def forward(self, images: Float[Tensor, "batch 1 side side"]) -> Float[Tensor, "nets classes batch"]:
        """The logarithm of the probability that each net gives to each class of each image."""
        # Units first: the products are faster so, and the units of a net lie side by side in memory.
        inputs = torch.addmm(self.hidden_bias[:, None], self.hidden_weight, images.flatten(1).T)  # (units, batch)
        blocks = zip(torch.tanh(inputs).split(self.widths), self.output_weight.split(self.widths, 1), strict=True)
        logits = torch.stack([weight @ hidden for hidden, weight in blocks])  # (nets, classes, batch)
        return F.log_softmax(logits + self.output_bias[..., None], dim=1)

    def state_of(self, net: int) -> dict[str, Float[Tensor, "..."]]:
        """The state of one net, counted from 0, under the names that it has in NetFull."""
        units = slice(sum(self.widths[:net]), sum(self.widths[: net + 1]))
        return {
            "fc1.weight": self.hidden_weight[units].detach(),
            "fc1.bias": self.hidden_bias[units].detach(),
            "fc2.weight": self.output_weight[:, units].detach(),
            "fc2.bias": self.output_bias[net].detach(),
        }
