"""Figures of recognisers side by side: which is better, and which confusions stay."""

from collections.abc import Iterator, Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from kuzushi.plots import confused, forms
from kuzushi.plots.characters import TITLES
from kuzushi.plots.classes import Classes, place_pairs, read_as
from kuzushi.plots.pairs import COLOURS
from kuzushi.plots.style import BLACK, BLUE, RED, Drawn, new_figure
from kuzushi.results import ComparedNet, ComparisonResult, Hardness, Kind, PairedComparison

SEEDS_APART = 0.05
"""Between the dots of two seeds, in rows, so that equal counts are seen."""
KINDS: dict[Kind, str] = {"data-hard": RED, "model-hard": BLUE, "undecided": BLACK}


def figures(results: Sequence[ComparisonResult]) -> Iterator[Drawn]:
    """Every figure of every result; those of errors only where there are errors."""
    for place, result in enumerate(results, start=1):
        names = names_of_nets(result.nets)
        if result.paired:
            yield _paired(f"{place}-paired", result, names)
        if result.hardness is not None and result.hardness.pairs:
            yield _hardness(f"{place}-hardness", result, result.hardness, names)
        yield from forms.figures(str(place), result, names)
        yield from confused.figures(str(place), result, names)


def names_of_nets(nets: Sequence[ComparedNet]) -> list[str]:
    """A name for each run: its net, and where a net comes more than once also preset and place."""
    kinds = [net.net for net in nets]
    return [
        TITLES[net.net] if kinds.count(net.net) == 1 else f"{TITLES[net.net]} {net.preset} ({place})"
        for place, net in enumerate(nets, start=1)
    ]


# --- drawing: data and axes in, artists out -------------------------------------------------------------------


def draw_paired(ax: Axes, paired: Sequence[PairedComparison], names: Sequence[str]) -> None:
    """Draw for every two nets the images that only one of them reads right: to the left the first, to the right the
    second."""
    for y, pair in enumerate(paired):
        found = pair.first_seeds
        for net, count, side in ((pair.first, found.only_first, -1), (pair.second, found.only_second, 1)):
            ax.barh(y, side * count, 0.6, color=COLOURS[net % len(COLOURS)])
            ax.annotate(
                f"{names[net]} {count}", (side * count, y), (4 * side, 0), textcoords="offset points", va="center",
                ha="left" if side > 0 else "right",
            )  # fmt: skip
    ax.axvline(0, color=BLACK, linewidth=0.8)
    longest = max(max(pair.first_seeds.only_first, pair.first_seeds.only_second, 1) for pair in paired)
    ax.set(xlim=(-1.5 * longest, 1.5 * longest), ylim=(len(paired) - 0.4, -0.6), yticks=[])
    ax.set_xlabel("test images that only one of the two reads right")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.xaxis.set_major_formatter(lambda x, _: f"{abs(x):,.0f}")
    ax.spines[["top", "right", "left"]].set_visible(False)


def draw_hardness(ax: Axes, hardness: Hardness, names: Sequence[str]) -> None:
    """Draw how often each net makes each confusion, a dot for each seed, and what the tests say of the pair."""
    step = 0.7 / len(names)
    for net, (name, colour) in enumerate(zip(names, cycle(COLOURS), strict=False)):
        for y, pair in enumerate(hardness.pairs):
            height = y + (net - (len(names) - 1) / 2) * step
            label = name if y == 0 else None
            apart = height + SEEDS_APART * (np.arange(len(pair.counts[net])) - (len(pair.counts[net]) - 1) / 2)
            ax.plot(pair.counts[net], apart, "o", color=colour, label=label, markersize=5)
    for y, pair in enumerate(hardness.pairs):
        ax.text(1.02, y, pair.kind, transform=ax.get_yaxis_transform(), va="center", color=KINDS[pair.kind])
        ax.axhline(y + 0.5, color=BLACK, alpha=0.15, linewidth=0.8)
    ax.set(ylim=(len(hardness.pairs) - 0.5, -0.5), yticks=[], xlabel="test images read so, by one seed")
    ax.set_xlim(left=-0.5)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(axis="x", alpha=0.3)
    ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=min(4, len(names)))
    ax.spines[["top", "right"]].set_visible(False)


# --- figures with their words ---------------------------------------------------------------------------------


def _paired(name: str, result: ComparisonResult, names: Sequence[str]) -> Drawn:
    figure = new_figure(8.5, 0.55 * len(result.paired) + 1)
    draw_paired(figure.subplots(), result.paired, names)
    rows = [
        f"{names[pair.first]} against {names[pair.second]}: both right {pair.first_seeds.both_right}, only the first "
        f"{pair.first_seeds.only_first}, only the second {pair.first_seeds.only_second}, both wrong "
        f"{pair.first_seeds.both_wrong}"
        for pair in result.paired
    ]
    return Drawn(
        name=name,
        figure=figure,
        caption="Which net is better, on the same test images? Those that both read right, or both wrong, say nothing "
        "of it. Each bar counts the images that only this one of the two reads right, for the nets of the first seeds. "
        "If the two were as good, the bars would be as long as each other but for chance; the table gives the p-value.",
        alternative=f"{'; '.join(rows)}.",
    )


def _hardness(name: str, result: ComparisonResult, hardness: Hardness, names: Sequence[str]) -> Drawn:
    classes, pairs = result.data.classes, hardness.pairs
    figure = new_figure(9.5, 0.55 * len(pairs) + 1.2)
    labels, dots = figure.subplots(1, 2, sharey=True, width_ratios=(1, 1.7))
    draw_hardness(dots, hardness, names)
    place_pairs(labels, classes, [(pair.target, pair.predicted) for pair in pairs])
    weakest, strongest = names[hardness.weakest], names[hardness.strongest]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"Which confusions stay as nets get better? Each dot is one training. From {weakest} to {strongest} "
        f"{100 * hardness.kept:.0f} % of the errors are left. A confusion is data-hard if it falls less than errors "
        "do: the images themselves are hard to tell apart. It is model-hard if more than half of it goes: it took a "
        "better net. Where the tests, adjusted for the number of pairs, cannot say, it is undecided. At the top stands "
        "what stays most.",
        alternative=f"{'; '.join(_in_words(classes, hardness, place, names) for place in range(len(pairs)))}.",
    )


def _in_words(classes: Classes, hardness: Hardness, place: int, names: Sequence[str]) -> str:
    pair = hardness.pairs[place]
    counts = ", ".join(f"{name} {'/'.join(map(str, of_net))}" for name, of_net in zip(names, pair.counts, strict=True))
    return f"{read_as(classes, pair.target, pair.predicted)}: {counts} times by seed, {pair.kind}"
