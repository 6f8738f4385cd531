"""Trained SRNs with two units that count a^n b^2n, each in a way of its own."""

import torch
from torch import Generator

from kuzushi.sequences.nets import SRN

TRAINED, TESTED = 4, 50
"""The largest n that these nets were trained on, and up to which they are tested."""
SWINGING, SECOND, THIRD, ONE_SIDED, WITHOUT_SADDLE, WITHOUT_ATTRACTOR = range(6)
"""Three whose a's alternate between two sides, one whose a's do not, and two that count in another way."""
# Of `kuzushi sequences --lang anb2n --model srn --hid 2` the nets 1, 3, 15, 55, 2 and 10, to four decimals.
WEIGHTS = {
    "bias": [
        [-0.8199, 0.3566],
        [-0.6102, 0.1896],
        [0.5501, 0.5756],
        [0.103, 0.69],
        [-0.5434, -1.0362],
        [0.6283, 0.2335],
    ],
    "bias_out": [
        [-5.4763, 4.8046],
        [-4.1294, 5.416],
        [-4.3093, 4.1219],
        [-1.2261, 1.4838],
        [-1.21, 1.6579],
        [-1.6881, 2.5668],
    ],
    "weight_hh": [
        [[-2.6005, 2.5997], [-0.6766, 0.8873]],
        [[-2.6452, -2.603], [0.6747, 0.8714]],
        [[-2.5381, 1.7291], [-0.9402, 0.9957]],
        [[0.4709, 0.8015], [2.6391, 0.6293]],
        [[1.0816, -0.431], [-4.5925, 3.5376]],
        [[-1.2956, 5.3401], [-2.5776, 3.1166]],
    ],
    "weight_ih": [
        [[-4.3245, 1.5694], [-0.5881, -0.666]],
        [[-4.5074, 1.455], [0.0491, 0.1198]],
        [[4.1797, -1.8561], [-0.2139, 0.0559]],
        [[-3.2188, 0.4188], [2.0403, -1.2222]],
        [[-5.3299, 1.1088], [-1.3957, -0.0353]],
        [[-1.3329, 7.7903], [-1.0648, 0.7977]],
    ],
    "weight_out": [
        [[-5.8335, -1.1355], [5.6405, 1.287]],
        [[-5.4467, 0.9739], [5.2688, -1.4329]],
        [[5.0621, 0.7363], [-4.4031, -1.1579]],
        [[0.7752, 2.5379], [-0.2972, -3.5214]],
        [[1.1935, -3.167], [-2.0631, 4.4249]],
        [[2.4428, -5.4326], [-2.0639, 5.2133]],
    ],
}


def counters() -> SRN:
    """All six as one ensemble."""
    return _ensemble({name: torch.tensor(values) for name, values in WEIGHTS.items()})


def copies(net: int, *, nets: int, noise: float, seed: int) -> SRN:
    """One of the six again and again, each weight times 1 + noise times a normal number."""
    generator = Generator().manual_seed(seed)
    each = {name: torch.tensor(values)[[net] * nets] for name, values in WEIGHTS.items()}
    return _ensemble(
        {name: value * (1 + noise * torch.randn(value.shape, generator=generator)) for name, value in each.items()}
    )


def srn(weight_hh: list[list[list[float]]], drive: list[list[list[float]]]) -> SRN:
    """SRNs of given maps h -> tanh(weight_hh h + drive[:, symbol]); what is read out is nothing."""
    hidden, alphabet = len(weight_hh[0]), len(drive[0][0])
    zero = torch.zeros(len(weight_hh), hidden)
    return _ensemble({
        "weight_ih": torch.tensor(drive), "weight_hh": torch.tensor(weight_hh), "bias": zero,
        "weight_out": torch.zeros(len(weight_hh), alphabet, hidden), "bias_out": torch.zeros(len(weight_hh), alphabet),
    })  # fmt: skip


def _ensemble(weights: dict[str, torch.Tensor]) -> SRN:
    nets, hid, alphabet = weights["weight_ih"].shape
    model = SRN(nets, alphabet=alphabet, hid=hid, generator=Generator())
    model.load_state_dict({"h_0": torch.zeros(nets, hid)} | weights)
    return model
