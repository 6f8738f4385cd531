"""An LSTM with weights set by hand that counts exactly: gates open, one unit for each symbol to come."""

from math import atanh, log, tanh

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


def leaving(ratios, *, each=0.0, per_symbol=0.0, unit=UNIT):
    """Such a net that is left with a part of a last symbol after every string, which adds up.

    The count of the last symbol is kept beside a unit that knows the symbol before, and so can tell its first one.

    Args:
        each: what is left after each string, in symbols.
        per_symbol: what is left for each last symbol of it.
    """
    model, last = counting_lstm(ratios, unit=unit), len(ratios) - 1
    first, others = 1 - per_symbol - each, 1 - per_symbol
    fastest, before = max(first, others), last if others < first else last - 1
    logit = log(min(first, others) / fastest) - log(max(1e-17, 1 - min(first, others) / fastest))
    wider = LSTM(1, alphabet=len(ratios), hid=last + 1, generator=torch.Generator()).double()
    closes = 40 - logit
    with torch.no_grad():
        for name, parameter in wider.named_parameters():
            small = getattr(model, name)
            if name.endswith(("hh", "ih")) or name == "bias":  # gate by gate
                parameter, small = (part.view(4, -1, *part.shape[2:]) for part in (parameter, small))
            parameter.zero_()
            parameter[tuple(map(slice, small.shape))] = small
        drive, links, gate = wider.weight_ih.view(4, last + 1, -1), wider.weight_hh.view(4, last + 1, -1), wider.bias
        gate = gate.view(4, last + 1)
        gate[:, last] = torch.tensor([40.0, -40.0, 0.0, 40.0])  # the unit forgets all but the last symbol
        drive[2, last, before] = 40
        drive[2, last - 1, last] = -atanh(unit * fastest)
        gate[0, last - 1] = 40 + closes  # below 40 only after `before` and at the last symbol
        drive[0, last - 1, last] = -closes
        links[0, last - 1, last] = -closes / tanh(1)
    return wider
