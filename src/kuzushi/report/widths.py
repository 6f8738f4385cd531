"""Perceptrons of growing width in words and tables."""

from collections.abc import Sequence

from kuzushi.plots.checkerboard import WORDS
from kuzushi.plots.widths import figures, quartiles
from kuzushi.report.sections import Section, Table, between, columns, how_made
from kuzushi.results import Width, WidthsResult


def text(result: WidthsResult) -> str:
    """What a person reads after a run: one line for each width."""
    config = result.config
    return "\n".join([
        f"{config.nets:,} nets of each width, {_kind(result)}, trained for up to {config.epochs:,} epochs",
        "",
        columns(_scores(result)),
    ])  # fmt: skip


def section(results: Sequence[WidthsResult]) -> Section:
    """These results on the page."""
    return Section(
        name="widths",
        title="Widths",
        question="How often does training find a net, as it gets wider?",
        answer=tuple(_answer(result) for result in results),
        tables=tuple(_scores(result) for result in results),
        figures=tuple(figures(results)),
        runs=how_made(results),
    )


def _answer(result: WidthsResult) -> str:
    narrowest, widest, nets = result.widths[0], result.widths[-1], result.config.nets
    first = next((width for width in result.widths if width.solved), None)
    sentence = f"Wider nets, {_kind(result)}: with {_rate(narrowest, nets)}"
    sentence += f", with {_rate(widest, nets)}." if widest is not narrowest else "."
    if first is None:
        return f"{sentence} No net of any of these widths is right on every point."
    return f"{sentence} The narrowest that learned all points have {first.hid} hidden units."


def _scores(result: WidthsResult) -> Table:
    return Table(
        title=f"Success by width: {_kind(result)}",
        header=(
            "hidden units", "solved", "rate (95 %)", "median epochs", "distinct solutions", "right as steps", "seconds",
        ),
        rows=tuple(
            (
                str(width.hid), f"{width.solved} / {result.config.nets}", between(width.solved_interval),
                _median(width), str(width.distinct), str(width.steps), f"{width.seconds:.1f}",
            )
            for width in result.widths
        ),
        note="Solved nets are right on every point at the end of training. The median of the epochs is that of the "
        "solved nets. Solutions are distinct if their units, taken as on or off, divide the points in different ways. "
        "Right as steps are the solved nets that stay right when their units say only on or off, with the same "
        "weights. A training stops before its last epoch if all its nets are solved.",
    )  # fmt: skip


def _kind(result: WidthsResult) -> str:
    return f"{WORDS[result.config.act]} units, {result.config.data}"


def _rate(width: Width, nets: int) -> str:
    units = "1 hidden unit" if width.hid == 1 else f"{width.hid} hidden units"
    return f"{units} {width.solved} of {nets} nets are right on every point, {between(width.solved_interval)}"


def _median(width: Width) -> str:
    found = quartiles(width)
    return "" if found is None else f"{found[1]:,}"
