"""Figures of the forms of a class, and how often each is misread."""

from collections.abc import Iterator, Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes

from kuzushi.plots.characters import draw_sheet
from kuzushi.plots.classes import in_figure, in_words, read_as
from kuzushi.plots.pairs import COLOURS
from kuzushi.plots.style import Drawn, new_figure
from kuzushi.results import ComparisonResult, PairForms

RATES = 4.5
"""Room for the rates beside the images, in images."""


def figures(prefix: str, result: ComparisonResult, names: Sequence[str]) -> Iterator[Drawn]:
    """One figure for each pair, also for one whose forms cannot be told apart."""
    first = 0
    for place, pair in enumerate(result.forms, start=1):
        rows = slice(first, first + len(pair.forms))
        first += len(pair.forms)
        yield _forms(f"{prefix}-forms-{place}", result, pair, rows, names)


def draw_rates(ax: Axes, pair: PairForms, names: Sequence[str]) -> None:
    """Draw how often each net misreads each form so, with the interval; a form is a row, the first on top."""
    step = 0.6 / len(names)
    for net, (name, colour) in enumerate(zip(names, cycle(COLOURS), strict=False)):
        drawn = [(row, form.rates[net]) for row, form in enumerate(pair.forms) if form.rates]
        mean, low, high = (100 * np.array([getattr(rate, of) for _, rate in drawn]) for of in ("mean", "low", "high"))
        y = [row + (net - (len(names) - 1) / 2) * step for row, _ in drawn]
        ax.errorbar(mean, y, xerr=[mean - low, high - mean], fmt="o", color=colour, capsize=3, markersize=5, label=name)
    ax.set(ylim=(len(pair.forms) - 0.5, -0.5), yticks=[])
    ax.set_xlim(left=-1)
    ax.grid(axis="x", alpha=0.3)
    ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, fontsize=9, columnspacing=1)
    ax.spines[["top", "right", "left"]].set_visible(False)


def _forms(name: str, result: ComparisonResult, pair: PairForms, rows: slice, names: Sequence[str]) -> Drawn:
    classes, read = result.data.classes, in_figure(result.data.classes, pair.predicted)
    typical, misread = result.arrays["forms"][rows], result.arrays["misread"][rows]
    gap = np.zeros_like(typical[:, :1])
    images = np.concatenate([typical[:, :1], gap, typical[:, 1:], gap, misread], axis=1)
    figure = new_figure(12, 0.58 * len(pair.forms) + 1.5)
    ax = figure.subplots()
    draw_sheet(ax, images, margin=2.6)
    ax.set_xlim(right=images.shape[1] + RATES)
    for row, form in enumerate(pair.forms):
        ax.text(-0.7, row, f"{form.train:,} training\n{form.test:,} test", ha="right", va="center", fontsize=9)
    shown, last = typical.shape[1] - 1, images.shape[1]
    for x, head in (
        (0, "mean"),
        (1.5 + shown / 2, "typical training images"),
        (last - 0.5 - misread.shape[1] / 2, f"test images read as {read}"),
    ):
        ax.text(x, -0.6, head, ha="center", va="bottom", fontsize=9)
    (left, low), (right, high) = ax.transLimits.transform([(last + 0.3, len(pair.forms) - 0.5), (last + RATES, -0.5)])
    rates = ax.inset_axes((left, low, right - left, high - low))
    draw_rates(rates, pair, names)
    rates.set_xlabel(f"read as {read}, %")
    return Drawn(
        name=name,
        figure=figure,
        caption=_caption(result, pair),
        alternative=f"{read_as(classes, pair.target, pair.predicted)}. "
        f"{'; '.join(_in_words(pair, place, names) for place in range(len(pair.forms)))}.",
    )


def _caption(result: ComparisonResult, pair: PairForms) -> str:
    classes, meant = result.data.classes, in_words(result.data.classes, pair.target)
    confusion = read_as(classes, pair.target, pair.predicted)
    if len(pair.forms) == 1:
        return (
            f"{confusion}. No two groups were found in {meant} that one half of its training images foretells of the "
            "other, so it counts as one form. To the right how often each net misreads its test images so, with "
            "the 95 % interval."
        )
    return (
        f"Which form of {meant} is read as {in_words(classes, pair.predicted)}? One kana was written in several ways. "
        f"Its training images fall into {len(pair.forms)} groups (found by clustering, a row each): the mean of a "
        "group, typical members, and its test images that some net misreads so, those that most nets misread first. To "
        "the right the share of its test images that each net misreads so, with the 95 % interval."
    )


def _in_words(pair: PairForms, place: int, names: Sequence[str]) -> str:
    form = pair.forms[place]
    rates = ", ".join(
        f"{name} {100 * rate.mean:.1f} % ({100 * rate.low:.1f} to {100 * rate.high:.1f})"
        for name, rate in zip(names, form.rates, strict=False)
    )
    return f"form {place + 1}, {form.train} training and {form.test} test images: {rates or 'none to test'}"
