"""How far each net of an ensemble counts: the first length that fails."""

from collections import Counter
from collections.abc import Sequence
from math import ceil

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from kuzushi.plots.style import BLUE, RED

MOST_BARS = 25
"""The most bars; beyond, lengths share a bar."""
ROOM = 90
"""Letters of labels that stand side by side; more are written aslant."""


def draw_failures(ax: Axes, first_failure: Sequence[int | None], *, trained: int, tested: int) -> None:
    """Draw how many nets fail first at each length, in red where they are trained."""
    bars = failures(first_failure, trained=trained, tested=tested)
    colour = [RED if high is not None and high <= trained else BLUE for _, high, _ in bars]
    drawn = ax.bar([label for label, _, _ in bars], [count for *_, count in bars], color=colour)
    ax.bar_label(drawn)
    if max(len(label) for label, _, _ in bars) * len(bars) > ROOM:
        ax.tick_params(axis="x", labelrotation=45)
    ax.set(xlabel="first length that fails", ylabel=f"nets, of {len(first_failure)}")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.spines[["top", "right"]].set_visible(False)


def failures(first_failure: Sequence[int | None], *, trained: int, tested: int) -> list[tuple[str, int | None, int]]:
    """How many nets fail first at which lengths: a label, the last length it stands for, and the count.

    Where there are many lengths, neighbours share a bar, but none that is trained with one that is not. The lengths at
    which no net fails are left out; the nets that never fail stand last, with no length.
    """
    failed = [failure for failure in first_failure if failure is not None]
    width = ceil(max(failed, default=1) / MOST_BARS)

    def span(failure: int) -> tuple[int, int]:
        first, last = (1, trained) if failure <= trained else (trained + 1, tested)
        low = first + (failure - first) // width * width
        return low, min(low + width - 1, last)

    bars: list[tuple[str, int | None, int]] = [
        (f"{low}" if low == high else f"{low}-{high}", high, count)
        for (low, high), count in sorted(Counter(map(span, failed)).items())
    ]
    return [*bars, (f"none to {tested}", None, list(first_failure).count(None))]


def failures_in_words(first_failure: Sequence[int | None], *, trained: int, tested: int) -> str:
    """The same bars as text, such as "5: 3; 6: 1; none to 50: 0"."""
    bars = failures(first_failure, trained=trained, tested=tested)
    return "; ".join(f"{label}: {count}" for label, _, count in bars)
