"""One net on one string, from its initial state."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from kuzushi.core.errors import ConfigError
from kuzushi.sequences.nets import LSTM, SRN, Trace, select


@dataclass(frozen=True, kw_only=True)
class StringTrace:
    """The states of a net along a string, and its predictions."""

    text: str
    hidden: Float[np.ndarray, "states hid"]
    """The initial state, then the state after each symbol."""
    cell: Float[np.ndarray, "states hid"] | None
    """The same of the cells of an LSTM."""
    probabilities: Float[np.ndarray, "time alphabet"]
    """Of the next symbol, after each symbol."""
    predicted: str
    """The most probable next symbol, after each symbol."""


@torch.no_grad()
def trace(model: SRN | LSTM, text: str, *, symbols: Sequence[str], net: int = 0) -> StringTrace:
    """Return the states and predictions of one net along a string, in the precision of the ensemble.

    Example: trace(model, "aabbbb", symbols="ab").hidden has shape (7, hid)

    Raises:
        ConfigError: if the string is empty, or has a symbol that is not in the alphabet.
    """
    unknown = sorted(set(text) - set(symbols))
    if unknown or not text:
        reason = f"symbol {unknown[0]!r} is unknown" if unknown else "the string is empty"
        raise ConfigError(f"{reason}; expected symbols of {''.join(symbols)}")
    alone = select(model, torch.tensor([net]))
    read = torch.tensor([[symbols.index(symbol) for symbol in text]], device=alone.bias.device)
    found: Trace = alone(read)
    start = alone.initial()
    return StringTrace(
        text=text,
        hidden=torch.cat([start.hidden, found.hidden[:, 0]], 1)[0].cpu().numpy(),
        cell=None
        if start.cell is None or found.cell is None
        else torch.cat([start.cell, found.cell[:, 0]], 1)[0].cpu().numpy(),
        probabilities=found.logits[0, 0].softmax(-1).cpu().numpy(),
        predicted="".join(symbols[index] for index in found.logits[0, 0].argmax(-1).tolist()),
    )
