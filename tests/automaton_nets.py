"""Recurrent nets with weights set by hand, each of which is a given automaton."""

from collections import Counter

import torch

from kuzushi.sequences.nets import SRN

SYMBOLS = "BTSXPVE"
SATURATED = 20.0


def automaton_net(*grammars, symbols=SYMBOLS):
    """An ensemble of SRNs that are these automata, given as equally many arrows (node, symbol, next node).

    As Minsky 1967 (Computation, section 3.5): one unit for each arrow, which is on (1, and otherwise -1) just if the
    last step went along it. It goes on where one of the arrows into its source was on, and its symbol is read. In the
    initial state an arrow into the node "end" is on.
    """
    model = SRN(len(grammars), alphabet=len(symbols), hid=len(grammars[0]), generator=torch.Generator())
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
        model.h_0.fill_(-1)
        for net, arrows in enumerate(grammars):
            into = Counter(target for _, _, target in arrows)
            symbol_weight = max(into.values()) + 1  # more than all the rest of a unit's input together
            model.h_0[net, [target for _, _, target in arrows].index("end")] = 1
            for unit, (source, symbol, _) in enumerate(arrows):
                # The rest is 1 where the source was reached, -1 where it was not, and much less for another symbol.
                model.weight_ih[net, unit, symbols.index(symbol)] = symbol_weight * SATURATED
                model.bias[net, unit] = SATURATED * (into[source] - 1 - symbol_weight)
                for other, (_, _, reached) in enumerate(arrows):
                    model.weight_hh[net, unit, other] = SATURATED * (reached == source)
                    if reached == source:  # the symbol may follow that arrow: its logit is 20, and otherwise 0
                        model.weight_out[net, symbols.index(symbol), other] = SATURATED / 2
                        model.bias_out[net, symbols.index(symbol)] += SATURATED / 2
    return model


def wrong_after_the_end(arrows, symbol):
    """The net of these arrows; but after the end of a string it predicts this symbol, not the one that begins one."""
    model = automaton_net(arrows)
    with torch.no_grad():
        for unit, (_, _, target) in enumerate(arrows):
            if target == "end":  # the logit is 40 higher where the arrow was taken
                model.weight_out[0, SYMBOLS.index(symbol), unit] += SATURATED
                model.bias_out[0, SYMBOLS.index(symbol)] += SATURATED
    return model


def redirected(arrows, source, symbol, target):
    """The same arrows, but for one that leads elsewhere."""
    changed = tuple((s, a, target if (s, a) == (source, symbol) else t) for s, a, t in arrows)
    assert changed != tuple(arrows)
    return changed
