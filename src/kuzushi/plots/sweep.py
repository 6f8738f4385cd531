"""Figures of a sweep: the score along one setting as a line, and over every two settings as a map."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from kuzushi.plots.designs import counted
from kuzushi.plots.style import BLACK, BLUE, Drawn, new_figure
from kuzushi.results import CellMean, Measure, Setting, SweepResult, SweptAxis, SweptPair

WORDS = {
    "hid": "hidden units", "length": "longest trained n", "test_length": "longest tested n", "lang": "language",
    "lr": "learning rate", "act": "kind of hidden units", "updates": "weight updates", "nets": "nets",
    "epochs": "epochs", "seeds": "seeds", "set_weights": "given weights", "time_limit": "seconds of search",
}  # fmt: skip
"""What a setting is called on a figure; others by their own names."""
SCORES: dict[Measure, str] = {
    "solved": "nets solved (%)", "accuracy": "accuracy (%)", "units": "fewest hidden units",
}  # fmt: skip
STRETCHED = 20
"""Numbers above 0 whose largest is so many times the smallest stand on a logarithmic axis."""


def figures(results: Sequence[SweepResult]) -> Iterator[Drawn]:
    """Of every result a line where one setting varies, or a map for every two; none where no cell is done."""
    for place, result in enumerate(results, start=1):
        if all(cell.score is None for cell in result.cells):
            continue
        if len(result.axes) == 1:
            yield _line(f"{place}-{result.axes[0].setting}", result, result.axes[0])
        for pair in result.pairs:
            yield _map(f"{place}-{pair.rows}-{pair.columns}", result, pair)


def named(setting: str) -> str:
    """What a setting is called, such as "hidden units"."""
    return WORDS.get(setting, setting.replace("_", " "))


def spelled(value: Setting) -> str:
    """The value of a setting as text."""
    return "unless given" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def scored(mean: CellMean, measure: Measure) -> str:
    """A mean with its interval, such as "93.8 % (85.0 to 97.5) of 64 nets"."""
    score = mean.score
    if measure == "units":
        known = "" if score.low == score.high else f" (at least {score.low:g} proved)"
        return f"{score.mean:g}{known}"
    of = "nets" if measure == "solved" else "images"
    return f"{100 * score.mean:.1f} % ({100 * score.low:.1f} to {100 * score.high:.1f}) of {mean.n:,} {of}"


def shown(score: float, measure: Measure) -> float:
    """A score in the unit of the figures: percent, or hidden units."""
    return score if measure == "units" else 100 * score


def over(result: SweepResult, *settings: str) -> str:
    """What the scores at the values of these settings are averaged over, as the end of a sentence."""
    others = [named(name) for name in result.varied if name not in settings]
    return f", averaged over {' and '.join(others)}" if others else ""


# --- drawing: data and axes in, artists out -------------------------------------------------------------------


def draw_line(ax: Axes, axis: SweptAxis, measure: Measure) -> None:
    """Draw the score against the values of a setting, with its interval; what is not done is left out."""
    numbers = [value for value in axis.values if isinstance(value, int | float) and not isinstance(value, bool)]
    numeric = len(numbers) == len(axis.values)
    places = numbers if numeric else list(range(len(axis.values)))
    done = [(place, mean.score) for place, mean in zip(places, axis.means, strict=True) if mean is not None]
    score, low, high = (
        np.array([shown(getattr(each, bound), measure) for _, each in done]) for bound in ("mean", "low", "high")
    )
    ax.errorbar(
        [place for place, _ in done], score, yerr=[score - low, high - score], color=BLUE, marker="o", capsize=4,
        linestyle="-" if numeric else "none",
    )  # fmt: skip
    ax.set(xlabel=named(axis.setting), ylabel=SCORES[measure])
    if measure == "units":
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    else:
        ax.set_ylim(-3, 103)
    if not numeric:
        ax.set_xticks(places, [spelled(value) for value in axis.values])
    elif min(numbers) > 0 and max(numbers) >= STRETCHED * min(numbers):
        ax.set_xscale("log")
    elif all(isinstance(number, int) for number in numbers):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.grid(alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)


def draw_map(
    ax: Axes, scores: NDArray[np.float64], *, rows: Sequence[str], columns: Sequence[str], measure: Measure
) -> AxesImage:
    """Draw scores, of shape (rows, columns), as colour and as number; NaN is left empty and marked with a dash."""
    low, high = (0.0, 100.0) if measure != "units" else (0.0, max(1.0, float(np.nanmax(scores))))
    image = ax.imshow(scores, cmap="Blues", vmin=low, vmax=high, aspect="auto")
    size = 9 if len(columns) <= 20 else 6
    for (y, x), score in np.ndenumerate(scores):
        text = "–" if np.isnan(score) else f"{score:.0f}" if measure != "units" else f"{score:g}"
        colour = "white" if score > 0.6 * high else BLACK
        ax.text(x, y, text, ha="center", va="center", fontsize=size, color=colour)
    ax.set_yticks(range(len(rows)), list(rows))
    tilted = sum(map(len, columns)) > 80
    ax.set_xticks(range(len(columns)), list(columns), rotation=90 if tilted else 0)
    return image


# --- figures with their words ---------------------------------------------------------------------------------


def _line(name: str, result: SweepResult, axis: SweptAxis) -> Drawn:
    figure = new_figure(8, 4.5)
    draw_line(figure.subplots(), axis, result.measure)
    means = [
        f"{spelled(value)}: {'not done' if mean is None else scored(mean, result.measure)}"
        for value, mean in zip(axis.values, axis.means, strict=True)
    ]
    return Drawn(
        name=name,
        figure=figure,
        caption=f"{_what(result)}, against {named(axis.setting)}{over(result, axis.setting)}. "
        f"{_bars(axis, result.measure)}",
        alternative=f"{_what(result)}, by {named(axis.setting)}. {'; '.join(means)}.",
    )


def _map(name: str, result: SweepResult, pair: SweptPair) -> Drawn:
    measure = result.measure
    scores = np.array(
        [[np.nan if mean is None else shown(mean.score.mean, measure) for mean in row] for row in pair.means]
    )  # fmt: skip
    figure = new_figure(min(2.6 + 0.7 * scores.shape[1], 13), 1.8 + 0.42 * scores.shape[0])
    ax = figure.subplots()
    image = draw_map(
        ax, scores, rows=[spelled(value) for value in pair.row_values],
        columns=[spelled(value) for value in pair.column_values], measure=measure,
    )  # fmt: skip
    ax.set(xlabel=named(pair.columns), ylabel=named(pair.rows))
    figure.colorbar(image, ax=ax, label=SCORES[measure])
    return Drawn(
        name=name,
        figure=figure,
        caption=f"{_what(result)}, by {named(pair.rows)} (rows) and {named(pair.columns)} (columns)"
        f"{over(result, pair.rows, pair.columns)}. {_numbers(pair, measure)}",
        alternative=f"{_what(result)}, by {named(pair.rows)} and {named(pair.columns)}. {_all_means(pair, measure)}.",
    )


def _what(result: SweepResult) -> str:
    if result.measure == "solved":
        return f"How often training succeeds: the share of nets of kuzushi {result.swept} that learned all"
    if result.measure == "accuracy":
        return f"How many test images the nets of kuzushi {result.swept} read right"
    return "How many hidden units the smallest step net needs"


def _bars(axis: SweptAxis, measure: Measure) -> str:
    if measure == "units":
        return "A bar goes from what is proved necessary to what is known to suffice; without one both are the same."
    return f"A bar is the 95 % interval for {_taken([mean for mean in axis.means if mean is not None], measure)}."


def _taken(means: Sequence[CellMean], measure: Measure) -> str:
    """What scores are taken over, such as "64 to 128 nets"."""
    numbers = [mean.n or 0 for mean in means]
    several = f" to {max(numbers):,}" if max(numbers) > min(numbers) else ""
    return f"{min(numbers):,}{several} {'nets' if measure == 'solved' else 'test images'}"


def _numbers(pair: SweptPair, measure: Measure) -> str:
    means = [mean for row in pair.means for mean in row if mean is not None]
    fewest, most = min(mean.cells for mean in means), max(mean.cells for mean in means)
    cells = counted(most, "cell") if fewest == most else f"{fewest:,} to {most:,} cells"
    said = f"A number is of {cells} of the sweep"
    if measure != "units":
        said += f" and in percent of {_taken(means, measure)}"
    dash = any(mean is None for row in pair.means for mean in row)
    return f"{said}; its interval stands in the words below.{' A dash: no cell is done there.' if dash else ''}"


def _all_means(pair: SweptPair, measure: Measure) -> str:
    return "; ".join(
        f"{spelled(row)} and {spelled(column)}: {'not done' if mean is None else scored(mean, measure)}"
        for row, means in zip(pair.row_values, pair.means, strict=True)
        for column, mean in zip(pair.column_values, means, strict=True)
    )
