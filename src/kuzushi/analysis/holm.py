"""What a p-value is worth among many."""

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted for their number: those below 5 % hold together with 95 % (Holm 1979, Scand. J. Stat. 6).

    Example: holm([0.01, 0.04, 0.03]) -> [0.03, 0.06, 0.06]
    """
    ordered = np.argsort(p_values, kind="stable")
    remaining = len(p_values) - np.arange(len(p_values))
    stepped = np.maximum.accumulate(remaining * np.asarray(p_values, dtype=float)[ordered])
    adjusted = np.empty(len(p_values))
    adjusted[ordered] = np.minimum(stepped, 1)
    return [float(p) for p in adjusted]
