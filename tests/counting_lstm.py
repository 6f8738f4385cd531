"""An LSTM with weights set by hand that counts exactly: gates open, one unit for each symbol to come."""

from math import atanh, tanh

import torch

from kuzushi.sequences.nets import LSTM

UNIT = 1 / 16
"""Of cell, a symbol to come."""


def counting_lstm(ratios, *, unit=UNIT, leak=0.0):
    """One net, exact on the language of these ratios: unit i holds how often symbol i + 1 is to come, times `unit`.

    Args:
        leak: how much less than one every later symbol takes off its own count.
    """
    later = len(ratios) - 1
    model = LSTM(1, alphabet=len(ratios), hid=later, generator=torch.Generator()).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        gate = model.bias.view(4, later)
        gate[[0, 1, 3]] = 40  # open: the sigmoid is 1 to the last bit
        drive = model.weight_ih.view(4, later, len(ratios))[2]
        for i, ratio in enumerate(ratios[1:]):
            drive[i, 0] = atanh(unit * ratio)
            drive[i, i + 1] = -atanh(unit * (1 - leak))
        # A symbol is said while half of one or more is to come, and before all later ones; else the first symbol is.
        scale = 1.0
        for i in reversed(range(later)):
            model.weight_out[0, i + 1, i] = scale
            model.bias_out[0, i + 1] = -scale * tanh(unit / 2)
            scale *= 2 / (tanh(unit) - tanh(unit / 2))
    return model
