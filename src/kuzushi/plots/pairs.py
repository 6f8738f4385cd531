"""The pairs of classes that several nets confuse: one table of them, and its chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from kuzushi.plots.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, RED, SKY
from kuzushi.reference import PUBLISHED
from kuzushi.results import CharactersResult

COLOURS = (ORANGE, GREEN, BLUE, RED, PURPLE, SKY, BLACK)
"""Of the nets, in the order of the results."""


@dataclass(frozen=True, kw_only=True)
class PairShares:
    """How often each net reads `target` as `predicted`, in percent of the target's test images."""

    target: int
    predicted: int
    ours: tuple[float, ...]
    published: tuple[float | None, ...]
    """The same from the study's matrices; None where it had no such net, or other images."""


def pair_shares(results: Sequence[CharactersResult], *, top: int) -> tuple[PairShares, ...]:
    """The pairs that the nets, taken together, confuse most, with the share of each net over all its seeds.

    None where the results hold no confusion matrices.

    Args:
        results: of nets that were tested on the same images.
    """
    if not results[0].seeds[0].confusion:  # of too many classes
        return ()
    ours = [shares_of_rows(np.sum([seed.confusion for seed in result.seeds], axis=0)) for result in results]
    nets = PUBLISHED.characters.nets
    printed = nets if results[0].data.name == "kmnist" and results[0].data.verified else {}
    published = [
        shares_of_rows(np.array(printed[result.net].confusion)) if result.net in printed else None for result in results
    ]
    together = np.mean(ours, axis=0)  # (classes, classes)
    np.fill_diagonal(together, 0)
    cells = np.argsort(-together, axis=None, kind="stable")[:top]
    return tuple(
        PairShares(
            target=target,
            predicted=predicted,
            ours=tuple(float(shares[target, predicted]) for shares in ours),
            published=tuple(None if shares is None else float(shares[target, predicted]) for shares in published),
        )
        for target, predicted in (divmod(int(cell), len(together)) for cell in cells)
        if together[target, predicted] > 0
    )


def shares_of_rows(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """Each cell of a confusion matrix in percent of its row, of shape (classes, classes)."""
    shares: NDArray[np.float64] = 100 * confusion / np.maximum(confusion.sum(1, keepdims=True), 1)
    return shares


def draw_pairs(ax: Axes, labels: Sequence[str], pairs: Sequence[PairShares]) -> None:
    """Draw a group of bars for each pair, the first on top: one for each net and, hatched, what the study printed."""
    series: list[tuple[str, dict[str, Any], list[float]]] = []
    for net, (label, colour) in enumerate(zip(labels, cycle(COLOURS), strict=False)):
        series.append((label, {"color": colour}, [pair.ours[net] for pair in pairs]))
        if printed := [share for pair in pairs if (share := pair.published[net]) is not None]:
            hatched = {"color": "white", "edgecolor": colour, "hatch": "////"}
            series.append((f"{label}, published", hatched, printed))
    height = 0.8 / len(series)
    for place, (label, style, shares) in enumerate(series):
        y = np.arange(len(pairs)) + (place - (len(series) - 1) / 2) * height
        bars = ax.barh(y, shares, 0.9 * height, label=label, **style)
        ax.bar_label(bars, fmt="%.1f", padding=2, fontsize=8)
    ax.set(ylim=(len(pairs) - 0.5, -0.5), yticks=[], xlabel="read so, % of the target's test images")
    ax.margins(x=0.1)
    ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(labels))
    ax.spines[["top", "right"]].set_visible(False)
