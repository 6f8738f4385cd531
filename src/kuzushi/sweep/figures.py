"""Figures of a sweep: the score against one setting as a line, and over every two settings as a map."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from kuzushi.core.figure_style import BLACK, BLUE, Drawn, new_figure
from kuzushi.core.results import Measure
from kuzushi.sweep.results import CellMean, Setting, SweepResult, SweptAxis, SweptPair, score_text

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


def _title(result: SweepResult, *settings: str) -> str:
    """Return what is drawn against these settings, and what it is averaged over."""
    scores = SCORES[result.measure].removesuffix(" (%)").capitalize()
    others = [setting_label(name) for name in result.varied if name not in settings]
    averaged = f", averaged over {' and '.join(others)}" if others else ""
    return f"{scores} of kuzushi {result.swept} by {' and '.join(map(setting_label, settings))}{averaged}."


def _text(mean: CellMean | None, measure: Measure) -> str:
    return "not done" if mean is None else score_text(mean.score, mean.n, measure)


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
    bars = "from the proved lower bound to the smallest known net" if result.measure == "units" else "95 % intervals"
    pairs = zip(axis.values, axis.means, strict=True)
    scores = "; ".join(f"{value_text(value)}: {_text(mean, result.measure)}" for value, mean in pairs)
    title = _title(result, axis.setting)
    return Drawn(name=name, figure=figure, caption=f"{title} Bars: {bars}.", alternative=f"{title} {scores}.")


def _map(name: str, result: SweepResult, pair: SweptPair) -> Drawn:
    means = [mean for row in pair.means for mean in row]
    scores = np.array([np.nan if mean is None else _scale(result.measure) * mean.score.mean for mean in means])
    rows, columns = ([value_text(value) for value in values] for values in (pair.row_values, pair.column_values))
    figure = new_figure(min(2.6 + 0.7 * len(columns), 13), 1.8 + 0.42 * len(rows))
    ax = figure.subplots()
    image = draw_map(ax, scores.reshape(len(rows), len(columns)), rows=rows, columns=columns, measure=result.measure)
    ax.set(xlabel=setting_label(pair.columns), ylabel=setting_label(pair.rows))
    figure.colorbar(image, ax=ax, label=SCORES[result.measure])
    title = _title(result, pair.rows, pair.columns)
    settings = [f"{row} and {column}" for row in rows for column in columns]
    texts = "; ".join(f"{both}: {_text(mean, result.measure)}" for both, mean in zip(settings, means, strict=True))
    dash = " A dash: not done." if None in means else ""
    return Drawn(name=name, figure=figure, caption=f"{title}{dash}", alternative=f"{title} {texts}.")
