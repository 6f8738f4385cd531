"""Figures of several recognisers: which is better, which confusions remain, and which written forms are misread."""

from collections.abc import Iterator, Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from kuzushi.characters.comparison_results import ComparisonResult, Hardness, Kind, PairedComparison, PairForms
from kuzushi.characters.figures.images import draw_sheet
from kuzushi.characters.figures.names import COLOURS, class_name, draw_pair_labels, figure_name, pair_name
from kuzushi.core.figure_style import BLACK, BLUE, RED, Drawn, new_figure
from kuzushi.core.sections import between, percent

SEED_OFFSET = 0.05
"""Between the dots of two seeds, in rows, so that equal counts are both visible."""
KINDS: dict[Kind, str] = {"data-hard": RED, "model-hard": BLUE, "undecided": BLACK}
RATES = 4.5
"""Room for the rates to the right of the images, in images."""


# --- drawing: data and axes in, artists out -------------------------------------------------------------------


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


def draw_hardness(ax: Axes, hardness: Hardness, names: Sequence[str]) -> None:
    """Draw how often each net makes each confusion, a dot for each seed, and the verdict on the pair."""
    for net, (name, colour) in enumerate(zip(names, cycle(COLOURS), strict=False)):
        for y, pair in enumerate(hardness.pairs):
            height = y + (net - (len(names) - 1) / 2) * 0.7 / len(names)
            heights = height + SEED_OFFSET * (np.arange(len(pair.counts[net])) - (len(pair.counts[net]) - 1) / 2)
            label = name if y == 0 else None
            ax.plot(pair.counts[net], heights, "o", color=colour, label=label, markersize=5)
    for y, pair in enumerate(hardness.pairs):
        ax.text(1.02, y, pair.kind, transform=ax.get_yaxis_transform(), va="center", color=KINDS[pair.kind])
        ax.axhline(y + 0.5, color=BLACK, alpha=0.15, linewidth=0.8)
    ax.set(ylim=(len(hardness.pairs) - 0.5, -0.5), yticks=[], xlabel="test images, for each seed")
    ax.set_xlim(left=-0.5)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(axis="x", alpha=0.3)
    ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=min(4, len(names)))
    ax.spines[["top", "right"]].set_visible(False)


def draw_rates(ax: Axes, pair: PairForms, names: Sequence[str]) -> None:
    """Draw how often each net misreads each form, with its interval; a form is a row, the first on top."""
    for net, (name, colour) in enumerate(zip(names, cycle(COLOURS), strict=False)):
        drawn = [(row, form.rates[net]) for row, form in enumerate(pair.forms) if form.rates]
        mean, low, high = (100 * np.array([getattr(rate, of) for _, rate in drawn]) for of in ("mean", "low", "high"))
        y = [row + (net - (len(names) - 1) / 2) * 0.6 / len(names) for row, _ in drawn]
        ax.errorbar(mean, y, xerr=[mean - low, high - mean], fmt="o", color=colour, capsize=3, markersize=5, label=name)
    ax.set(ylim=(len(pair.forms) - 0.5, -0.5), yticks=[])
    ax.set_xlim(left=-1)
    ax.grid(axis="x", alpha=0.3)
    ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, fontsize=9, columnspacing=1)
    ax.spines[["top", "right", "left"]].set_visible(False)


# --- figures with captions ------------------------------------------------------------------------------------


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
        "(first seeds). For equally good nets both bars would be equally long, up to chance.",
        alternative=f"{'; '.join(rows)}.",
    )


def hard_pairs(name: str, result: ComparisonResult, hardness: Hardness, names: Sequence[str]) -> Drawn:
    """Draw which confusions remain from the weakest to the strongest net."""
    classes, pairs = result.data.classes, hardness.pairs
    figure = new_figure(9.5, 0.55 * len(pairs) + 1.2)
    labels, dots = figure.subplots(1, 2, sharey=True, width_ratios=(1, 1.7))
    draw_hardness(dots, hardness, names)
    draw_pair_labels(labels, classes, [(pair.target, pair.predicted) for pair in pairs])
    rows = []
    for pair in pairs:
        counts = (f"{net} {'/'.join(map(str, seeds))}" for net, seeds in zip(names, pair.counts, strict=True))
        rows.append(f"{pair_name(classes, pair.target, pair.predicted)}: {', '.join(counts)} by seed, {pair.kind}")
    return Drawn(
        name=name,
        figure=figure,
        caption="Which confusions remain in better nets? A dot is one training. "
        f"{percent(hardness.error_ratio, 0)} of the errors of {names[hardness.weakest]} remain in "
        f"{names[hardness.strongest]}. Data-hard: falls less than the errors as a whole. Model-hard: falls by more "
        "than half. Undecided: the tests, adjusted for the number of pairs, are not significant.",
        alternative=f"{'; '.join(rows)}.",
    )


def written_forms(prefix: str, result: ComparisonResult, names: Sequence[str]) -> Iterator[Drawn]:
    """Draw the written forms of the target of each confused pair, a figure for each pair."""
    first = 0
    for number, pair in enumerate(result.forms, start=1):
        rows = slice(first, first + len(pair.forms))
        first = rows.stop
        yield _written_forms(f"{prefix}-{number}", result, pair, rows, names)


def _written_forms(name: str, result: ComparisonResult, pair: PairForms, rows: slice, names: Sequence[str]) -> Drawn:
    classes, read = result.data.classes, figure_name(result.data.classes, pair.predicted)
    typical, misread = result.arrays["forms"][rows], result.arrays["misread"][rows]
    gap = np.zeros_like(typical[:, :1])
    images = np.concatenate([typical[:, :1], gap, typical[:, 1:], gap, misread], axis=1)
    figure = new_figure(12, 0.58 * len(pair.forms) + 1.5)
    ax = figure.subplots()
    draw_sheet(ax, images, margin=2.6)
    last = images.shape[1]
    ax.set_xlim(right=last + RATES)
    for row, form in enumerate(pair.forms):
        ax.text(-0.7, row, f"{form.train:,} training\n{form.test:,} test", ha="right", va="center", fontsize=9)
    for x, head in (
        (0, "mean"),
        (1 + typical.shape[1] / 2, "typical training images"),
        (last - 0.5 - misread.shape[1] / 2, f"test images read as {read}"),
    ):
        ax.text(x, -0.6, head, ha="center", va="bottom", fontsize=9)
    (left, low), (right, high) = ax.transLimits.transform([(last + 0.3, len(pair.forms) - 0.5), (last + RATES, -0.5)])
    rates = ax.inset_axes((left, low, right - left, high - low))
    draw_rates(rates, pair, names)
    rates.set_xlabel(f"read as {read}, %")
    confusion, target = pair_name(classes, pair.target, pair.predicted), class_name(classes, pair.target)
    groups = (
        f"The training images of {target} form {len(pair.forms)} clusters, a row each: the mean, typical images, and "
        "test images that some net misreads so."
        if len(pair.forms) > 1
        else f"The training images of {target} form no stable clusters, so they count as one form."
    )
    return Drawn(
        name=name,
        figure=figure,
        caption=f"{confusion}: which written form? {groups} Right: how often each net misreads it so, with 95 % "
        "intervals.",
        alternative=f"{confusion}. {'; '.join(_form_texts(pair, names))}.",
    )


def _form_texts(pair: PairForms, names: Sequence[str]) -> Iterator[str]:
    for number, form in enumerate(pair.forms, start=1):
        rates = ", ".join(f"{name} {between(rate)}" for name, rate in zip(names, form.rates, strict=False))
        yield f"form {number}, {form.train} training and {form.test} test images: {rates or 'no test images'}"
