"""Figures of several recognisers: which is better, and which written forms are misread."""

from collections.abc import Iterator, Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from kuzushi.characters.comparison_results import ComparisonResult, Form, PairedComparison, PairForms
from kuzushi.characters.figures.images import draw_sheet
from kuzushi.characters.figures.names import COLOURS, draw_pair, pair_name
from kuzushi.core.figure_style import BLACK, Drawn, new_figure
from kuzushi.core.sections import between

MOST_PAIRS = 4
"""The most pairs whose forms are drawn."""
RATES = 4.5
"""Room for the rates to the right of the images, in images."""


def draw_paired(ax: Axes, paired: Sequence[PairedComparison], names: Sequence[str]) -> None:
    """Draw a row for every two nets: the images that only the first reads correctly to the left, the second right."""
    for y, pair in enumerate(paired):
        counts = pair.first_seeds
        for net, count, side in ((pair.first, counts.only_first, -1), (pair.second, counts.only_second, 1)):
            ax.barh(y, side * count, 0.6, color=COLOURS[net % len(COLOURS)])
            ax.annotate(
                f"{names[net]} {count}", (side * count, y), (4 * side, 0), textcoords="offset points", va="center",
                ha="left" if side > 0 else "right",
            )  # fmt: skip
    ax.axvline(0, color=BLACK, linewidth=0.8)
    longest = max(max(pair.first_seeds.only_first, pair.first_seeds.only_second, 1) for pair in paired)
    ax.set(xlim=(-1.5 * longest, 1.5 * longest), ylim=(len(paired) - 0.4, -0.6), yticks=[])
    ax.set_xlabel("test images that only one of the two nets reads correctly")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.xaxis.set_major_formatter(lambda x, _: f"{abs(x):,.0f}")
    ax.spines[["top", "right", "left"]].set_visible(False)


def draw_rates(ax: Axes, rows: Sequence[Form | None], names: Sequence[str]) -> None:
    """Draw how often each net misreads the form of each row, the first on top, with its interval."""
    for net, (name, colour) in enumerate(zip(names, cycle(COLOURS), strict=False)):
        drawn = [(row, form.rates[net]) for row, form in enumerate(rows) if form is not None and form.rates]
        mean, low, high = (100 * np.array([getattr(rate, of) for _, rate in drawn]) for of in ("mean", "low", "high"))
        y = [row + (net - (len(names) - 1) / 2) * 0.6 / len(names) for row, _ in drawn]
        ax.errorbar(mean, y, xerr=[mean - low, high - mean], fmt="o", color=colour, capsize=3, markersize=5, label=name)
    ax.set(ylim=(len(rows) - 0.5, -0.5), yticks=[], xlabel="misread so, %")
    ax.set_xlim(left=-1)
    ax.grid(axis="x", alpha=0.3)
    ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, fontsize=9, columnspacing=1)
    ax.spines[["top", "right", "left"]].set_visible(False)


def paired_comparison(name: str, result: ComparisonResult, names: Sequence[str]) -> Drawn:
    """Draw for every two nets the images on which they differ."""
    figure = new_figure(8.5, 0.55 * len(result.paired) + 1)
    draw_paired(figure.subplots(), result.paired, names)
    rows = [
        f"{names[pair.first]} and {names[pair.second]}: both correct {pair.first_seeds.both_right}, only the first "
        f"{pair.first_seeds.only_first}, only the second {pair.first_seeds.only_second}, both wrong "
        f"{pair.first_seeds.both_wrong}"
        for pair in result.paired
    ]
    return Drawn(
        name=name,
        figure=figure,
        caption="Which net is better? A bar counts the test images that only this one of the two nets reads correctly "
        "(first seeds).",
        alternative=f"{'; '.join(rows)}.",
    )


def written_forms(name: str, result: ComparisonResult, names: Sequence[str]) -> Drawn:
    """Draw the written forms of the targets of the most confused pairs: a row names a pair, the next are its forms."""
    pairs, classes = result.forms[:MOST_PAIRS], result.data.classes
    rows: list[Form | None] = [row for pair in pairs for row in (None, *pair.forms)]
    forms = [y for y, form in enumerate(rows) if form is not None]
    typical, misread = (result.arrays[kind][: len(forms)] for kind in ("forms", "misread"))
    gap = np.zeros_like(typical[:, :1])
    images = np.concatenate([typical[:, :1], gap, typical[:, 1:], gap, misread], axis=1)
    last = images.shape[1]
    sheet = np.zeros((len(rows), *images.shape[1:]), dtype=np.uint8)
    sheet[forms] = images
    figure = new_figure(12, 0.58 * len(rows) + 1)
    ax = figure.subplots()
    draw_sheet(ax, sheet, margin=2.6)
    ax.set_xlim(right=last + RATES)
    titles = iter(pairs)
    for y, form in enumerate(rows):
        if form is None:
            pair = next(titles)
            draw_pair(ax, classes, (pair.target, pair.predicted), x=-0.1, y=y, size=0.8)
        else:
            ax.text(-0.7, y, f"{form.train:,} training\n{form.test:,} test", ha="right", va="center", fontsize=9)
    middles = (0, 1 + typical.shape[1] / 2, last - 0.5 - misread.shape[1] / 2)
    for x, head in zip(middles, ("mean", "typical training images", "misread test images"), strict=True):
        ax.text(x, -0.6, head, ha="center", va="bottom", fontsize=9)
    (left, low), (right, high) = ax.transLimits.transform([(last + 0.3, len(rows) - 0.5), (last + RATES, -0.5)])
    draw_rates(ax.inset_axes((left, low, right - left, high - low)), rows, names)
    texts = (
        f"{pair_name(classes, pair.target, pair.predicted)}: {'; '.join(_form_texts(pair, names))}" for pair in pairs
    )
    return Drawn(
        name=name,
        figure=figure,
        caption="Which written form is misread? The training images of a class form clusters, a row each: the mean, "
        "typical images, and test images that some net misreads so. Right: how often each net misreads the form so, "
        "with 95 % intervals.",
        alternative=f"{'. '.join(texts)}.",
    )


def _form_texts(pair: PairForms, names: Sequence[str]) -> Iterator[str]:
    for number, form in enumerate(pair.forms, start=1):
        rates = ", ".join(f"{name} {between(rate)}" for name, rate in zip(names, form.rates, strict=False))
        yield f"form {number}, {form.train} training and {form.test} test images: {rates or 'no test images'}"
