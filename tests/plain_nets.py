"""Recurrent nets in plain NumPy, one symbol of one stream after the other: an oracle of scores."""

from itertools import chain, product

import numpy as np


def sigmoid(x):
    return 0.5 * (1 + np.tanh(x / 2))


def of(model, net=0, *, arithmetic="float64"):
    """The weights and the initial state of one net of an ensemble, in the precision in which it is to be read."""
    return {name: weight[net].numpy().astype(arithmetic) for name, weight in model.weights().items()}


def logits(weights, text, symbols):
    """Yield the logits after each symbol that is read from the initial state on."""
    hidden, cell = weights["h_0"], weights.get("c_0")
    drives = (weights["weight_ih"] + weights["bias"][:, None]).T
    for symbol in text:
        drive = drives[symbols.index(symbol)] + weights["weight_hh"] @ hidden
        if cell is None:
            hidden = np.tanh(drive)
        else:
            i, f, g, o = np.split(drive, 4)
            cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
            hidden = sigmoid(o) * np.tanh(cell)
        yield weights["weight_out"] @ hidden + weights["bias_out"]


def string(language, n):
    """The string of a counting language."""
    return "".join(symbol * (ratio * n) for symbol, ratio in zip(language.symbols, language.ratios, strict=True))


def text_of(language, numbers):
    return "".join(string(language, n) for n in numbers)


def wrong(weights, language, numbers):
    """Where a net is wrong in a stream of strings: the index of the string, and how many symbols have been read.

    For languages of one a for each n: there every symbol but an a determines the next one.
    """
    symbols, text = language.symbols, text_of(language, numbers)
    strings = chain.from_iterable([index] * len(string(language, n)) for index, n in enumerate(numbers))
    following = (*text[1:], symbols[0])
    places = zip(strings, text, following, logits(weights, text, symbols), strict=True)
    for read, (index, symbol, due, found) in enumerate(places, start=1):
        others = np.delete(found, symbols.index(due))
        if symbol != symbols[0] and not found[symbols.index(due)] > others.max():
            yield index, read


def first_failure(weights, language, streams, *, later):
    """The failure of the smallest n, and of those with the fewest symbols: its n, symbols and numbers, or None.

    Args:
        later: whether in a later string of a stream than its first, rather than in the first one.
    """
    found = []
    for numbers in streams:
        for index, read in wrong(weights, language, numbers):
            if (index > 0) == later:
                found.append((max(numbers[: index + 1]), read, numbers[: index + 1]))
                break
    return min(found, default=None)


def short_streams(longest):
    """Every string, every ordered pair and every ordered triple of lengths."""
    return [numbers for count in (1, 2, 3) for numbers in product(range(1, longest + 1), repeat=count)]
