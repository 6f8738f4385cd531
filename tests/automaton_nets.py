"""Recurrent nets with weights set by hand, each of which is a given automaton."""

from collections import Counter

import torch

from kuzushi.sequences.nets import SRN

SYMBOLS = "BTSXPVE"
SATURATED = 20.0


def automaton_net(*grammars):
    """An ensemble of SRNs that are these automata, given as equally many arrows (node, symbol, next node).

    As Minsky 1967 (Computation, section 3.5): one unit for each arrow, which is on (1, and otherwise -1) just if the
    last step went along it. It goes on where one of the arrows into its source was on, and its symbol is read. In the
    initial state, where all units are 0, they act as if the node "end" had just been reached.
    """
    model = SRN(len(grammars), alphabet=len(SYMBOLS), hid=len(grammars[0]), generator=torch.Generator())
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
        for net, arrows in enumerate(grammars):
            into = Counter(target for _, _, target in arrows)
            symbol_weight = max(into.values()) + 1  # more than all the rest of a unit's input together
            for unit, (source, symbol, _) in enumerate(arrows):
                # 1 +- 1/2 where the source was reached, -1 +- 1/2 where it was not, and much less for another symbol.
                assert symbol != SYMBOLS[0] or into[source] == 1, "the initial state must not be taken for this node"
                came = into[source] - 1 + (0.5 if source == "end" else -0.5)
                model.weight_ih[net, unit, SYMBOLS.index(symbol)] = symbol_weight * SATURATED
                model.bias[net, unit] = SATURATED * (came - symbol_weight)
                for other, (_, _, reached) in enumerate(arrows):
                    model.weight_hh[net, unit, other] = SATURATED * (reached == source)
                    if reached == source:  # the symbol may follow that arrow: its logit is 20, and otherwise 0
                        model.weight_out[net, SYMBOLS.index(symbol), other] = SATURATED / 2
                        model.bias_out[net, SYMBOLS.index(symbol)] += SATURATED / 2
    return model


def redirected(arrows, source, symbol, target):
    """The same arrows, but for one that leads elsewhere."""
    changed = tuple((s, a, target if (s, a) == (source, symbol) else t) for s, a, t in arrows)
    assert changed != tuple(arrows)
    return changed
