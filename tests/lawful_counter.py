"""An SRN with two units that obeys the counting law of a^n b^n in closed form."""

from math import atanh

import torch

from counters import srn
from kuzushi.sequences.nets import SRN

W, TOP = -1.5, 0.9
"""The weight of unit 1 on itself, and the state of unit 2 after an a; after a b it is -TOP."""
ATTRACTOR, SADDLE = 0.73, 0.2
"""Fixed points of unit 1 under the a's and under the b's."""
LAMBDA_A, LAMBDA_B = W * (1 - ATTRACTOR**2), W * (1 - SADDLE**2)
"""-0.70 and -1.44: their product is 1.01."""


def lawful_counter(*, deviation: float) -> SRN:
    """Return the net; unit 1 starts so far from its attractor, and the first b leads from the attractor to the saddle.

    Unit 2 only knows the last symbol, so that the drive of unit 1 is another for an a after an a, the first b, and a b
    after a b: each is chosen for one fixed point, or for the first b.
    """
    after_a = atanh(ATTRACTOR) - W * ATTRACTOR
    first_b = atanh(SADDLE) - W * ATTRACTOR
    after_b = atanh(SADDLE) - W * SADDLE
    v = (first_b - after_b) / (2 * TOP)
    model = srn([[[W, v], [0.0, 0.0]]], [[[after_a - v * TOP, first_b - v * TOP], [atanh(TOP), -atanh(TOP)]]])
    model.h_0.copy_(torch.tensor([[ATTRACTOR + deviation, TOP]]))
    return model
