"""Figures of a sweep: the score against one setting as a line, and over every two settings as a map."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from kuzushi.core.figure_style import BLACK, BLUE, Drawn, new_figure
from kuzushi.core.results import Measure
from kuzushi.core.sections import between, counted
from kuzushi.sweep.results import CellMean, Setting, SweepResult, SweptAxis, SweptPair

LABELS = {
    "hid": "hidden units", "length": "longest trained n", "test_length": "longest tested n", "lang": "language",
    "lr": "learning rate", "act": "activation", "updates": "weight updates", "set_weights": "weights",
    "time_limit": "time limit (s)",
}  # fmt: skip
"""The names of settings on a figure; others have their own names."""
SCORES: dict[Measure, str] = {
    "solved": "nets solved (%)", "accuracy": "accuracy (%)", "units": "fewest hidden units",
}  # fmt: skip
LOG_RATIO = 20
"""From this ratio of the largest value to the smallest on, the axis is logarithmic."""


def figures(results: Sequence[SweepResult]) -> Iterator[Drawn]:
    """Draw a line for each result where one setting varies, and a map for every two; none if no cell is done."""
    for number, result in enumerate(results, start=1):
        if all(cell.score is None for cell in result.cells):
            continue
        if len(result.axes) == 1:
            yield _line(f"{number}-{result.axes[0].setting}", result, result.axes[0])
        for pair in result.pairs:
            yield _map(f"{number}-{pair.rows}-{pair.columns}", result, pair)


# --- text -----------------------------------------------------------------------------------------------------


def setting_label(setting: str) -> str:
    """Return the name of a setting on a figure, such as "hidden units"."""
    return LABELS.get(setting, setting.replace("_", " "))


def value_text(value: Setting) -> str:
    """Return the value of a setting as text."""
    return "default" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def score_text(mean: CellMean, measure: Measure) -> str:
    """Return a mean with its interval, such as "93.8 % (85.0 to 97.5) of 64 nets"."""
    if measure != "units":
        return f"{between(mean.score)} of {mean.n:,} {'nets' if measure == 'solved' else 'images'}"
    proved = "" if mean.score.low == mean.score.high else f" (at least {mean.score.low:g} proved)"
    return f"{mean.score.mean:g}{proved}"


def averaged_over(result: SweepResult, *settings: str) -> str:
    """Return what scores at values of these settings are averaged over, as the end of a sentence."""
    others = [setting_label(name) for name in result.varied if name not in settings]
    return f", averaged over {' and '.join(others)}" if others else ""


# --- drawing: data and axes in, artists out -------------------------------------------------------------------


def draw_line(ax: Axes, axis: SweptAxis, measure: Measure) -> None:
    """Draw the score with its interval against the values of a setting; values without a score are left out."""
    numbers = [value for value in axis.values if isinstance(value, int | float) and not isinstance(value, bool)]
    numeric = len(numbers) == len(axis.values)
    positions = numbers if numeric else list(range(len(axis.values)))
    done = [(x, mean.score) for x, mean in zip(positions, axis.means, strict=True) if mean is not None]
    scale = _scale(measure)
    score, low, high = (scale * np.array([getattr(rate, of) for _, rate in done]) for of in ("mean", "low", "high"))
    ax.errorbar(
        [x for x, _ in done], score, yerr=[score - low, high - score], color=BLUE, marker="o", capsize=4,
        linestyle="-" if numeric else "none",
    )  # fmt: skip
    ax.set(xlabel=setting_label(axis.setting), ylabel=SCORES[measure])
    if measure == "units":
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    else:
        ax.set_ylim(-3, 103)
    if not numeric:
        ax.set_xticks(positions, [value_text(value) for value in axis.values])
    elif min(numbers) > 0 and max(numbers) >= LOG_RATIO * min(numbers):
        ax.set_xscale("log")
    elif all(isinstance(number, int) for number in numbers):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.grid(alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)


def draw_map(
    ax: Axes, scores: NDArray[np.float64], *, rows: Sequence[str], columns: Sequence[str], measure: Measure
) -> AxesImage:
    """Draw scores of shape (rows, columns) as colours and numbers; NaN is empty, with a dash."""
    low, high = (0.0, 100.0) if measure != "units" else (0.0, max(1.0, float(np.nanmax(scores))))
    image = ax.imshow(scores, cmap="Blues", vmin=low, vmax=high, aspect="auto")
    size = 9 if len(columns) <= 20 else 6
    for (y, x), score in np.ndenumerate(scores):
        text = "–" if np.isnan(score) else f"{score:.0f}" if measure != "units" else f"{score:g}"
        colour = "white" if score > 0.6 * high else BLACK
        ax.text(x, y, text, ha="center", va="center", fontsize=size, color=colour)
    ax.set_yticks(range(len(rows)), list(rows))
    long = sum(map(len, columns)) > 80
    ax.set_xticks(range(len(columns)), list(columns), rotation=90 if long else 0)
    return image


def _scale(measure: Measure) -> int:
    return 1 if measure == "units" else 100


# --- figures with captions ------------------------------------------------------------------------------------


def _line(name: str, result: SweepResult, axis: SweptAxis) -> Drawn:
    figure = new_figure(8, 4.5)
    draw_line(figure.subplots(), axis, result.measure)
    title = f"{_title(result)} by {setting_label(axis.setting)}{averaged_over(result, axis.setting)}"
    if result.measure == "units":
        bars = "A bar goes from the proved lower bound to the number of units of the smallest known net."
    else:
        bars = f"A bar is the 95 % interval for {_sample_sizes(axis.means, result.measure)}."
    scores = (
        f"{value_text(value)}: {_text_or_not_done(mean, result.measure)}"
        for value, mean in zip(axis.values, axis.means, strict=True)
    )
    return Drawn(name=name, figure=figure, caption=f"{title}. {bars}", alternative=f"{title}. {'; '.join(scores)}.")


def _map(name: str, result: SweepResult, pair: SweptPair) -> Drawn:
    measure, means = result.measure, [mean for row in pair.means for mean in row]
    scores = np.array([np.nan if mean is None else _scale(measure) * mean.score.mean for mean in means])
    rows, columns = ([value_text(value) for value in values] for values in (pair.row_values, pair.column_values))
    figure = new_figure(min(2.6 + 0.7 * len(columns), 13), 1.8 + 0.42 * len(rows))
    ax = figure.subplots()
    image = draw_map(ax, scores.reshape(len(rows), len(columns)), rows=rows, columns=columns, measure=measure)
    ax.set(xlabel=setting_label(pair.columns), ylabel=setting_label(pair.rows))
    figure.colorbar(image, ax=ax, label=SCORES[measure])
    title = (
        f"{_title(result)} by {setting_label(pair.rows)} (rows) and {setting_label(pair.columns)} (columns)"
        f"{averaged_over(result, pair.rows, pair.columns)}"
    )
    cells = [mean.cells for mean in means if mean is not None]
    several = f"{min(cells):,} to " if min(cells) < max(cells) else ""
    numbers = f"Each number is from {several}{counted(max(cells), 'cell')}"
    if measure != "units":
        numbers += f", in percent of {_sample_sizes(means, measure)}"
    settings = [f"{row} and {column}" for row in rows for column in columns]
    texts = (f"{both}: {_text_or_not_done(mean, measure)}" for both, mean in zip(settings, means, strict=True))
    return Drawn(
        name=name,
        figure=figure,
        caption=f"{title}. {numbers}.{' A dash: not done.' if None in means else ''}",
        alternative=f"{title}. {'; '.join(texts)}.",
    )


def _title(result: SweepResult) -> str:
    if result.measure == "units":
        return "Hidden units of the smallest step net"
    return f"{'Solved nets' if result.measure == 'solved' else 'Test accuracy'} of kuzushi {result.swept}"


def _sample_sizes(means: Sequence[CellMean | None], measure: Measure) -> str:
    """Return how many nets or images a score is from, such as "64 to 128 nets"."""
    numbers = [mean.n or 0 for mean in means if mean is not None]
    several = f"{min(numbers):,} to " if min(numbers) < max(numbers) else ""
    return f"{several}{max(numbers):,} {'nets' if measure == 'solved' else 'test images'}"


def _text_or_not_done(mean: CellMean | None, measure: Measure) -> str:
    return "not done" if mean is None else score_text(mean, measure)
