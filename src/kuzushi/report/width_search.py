"""The width search in words and a table."""

from collections.abc import Sequence
from statistics import fmean

from kuzushi.plots.width_search import STUDIED, best_at_edge, figures, published
from kuzushi.reference import PUBLISHED
from kuzushi.report.sections import Section, Table, between, columns, how_made, percent
from kuzushi.results import SearchedWidth, WidthSearchResult

STUDY = PUBLISHED.characters


def text(result: WidthSearchResult) -> str:
    """What a person reads after a run: a line for each width, and the choice."""
    return "\n".join([f"{_kind(result)}:", "", columns(_widths(result)), "", *_answer(result)])


def section(results: Sequence[WidthSearchResult]) -> Section:
    """These results on the page."""
    return Section(
        name="width-search",
        title="Hidden units",
        question="How many hidden units does NetFull need?",
        answer=tuple(paragraph for result in results for paragraph in _answer(result)),
        tables=tuple(_widths(result) for result in results),
        figures=tuple(figures(results)),
        runs=how_made(results),
    )


def _answer(result: WidthSearchResult) -> tuple[str, ...]:
    by_hid = {width.hid: width for width in result.widths}
    chosen, best, data = by_hid[result.chosen], by_hid[result.best], result.data
    if chosen is best:
        reason = "no narrower nets come within one standard error"
    else:
        reason = f"the narrowest within one standard error of the best, which have {_units(best)}: "
        reason += between(best.validation.accuracy)
    paragraphs = [
        f"Chosen on {result.validation:,} of the {data.train:,} training images of {data.name}: {_units(chosen)}, "
        f"{chosen.parameters:,} parameters, with a validation accuracy of {between(chosen.validation.accuracy)}; "
        f"{reason}. The standard error is {percent(result.standard_error, 2)}. On the test part, read once after "
        f"that, such nets reach {between(chosen.test.accuracy)}."
    ]
    if best_at_edge(result):
        paragraphs.append("The best are the widest that were tried, so that wider nets may be better still.")
    return (*paragraphs, _beside_the_study(result, by_hid.get(STUDIED)))


def _beside_the_study(result: WidthSearchResult, ours: SearchedWidth | None) -> str:
    printed = STUDY.nets["full"]
    said = f"The study took {STUDIED} hidden units"
    if ours is not None:
        said += f", with which nets trained as here reach {between(ours.test.accuracy)} on the test part"
    if published(result) is None:
        return f"{said}. What it printed is of other images, and cannot be compared."
    return (
        f"{said}. It printed {printed.test_correct:,} of {STUDY.test:,} ({percent(printed.test_correct / STUDY.test)})."
    )


def _widths(result: WidthSearchResult) -> Table:
    return Table(
        title=_kind(result),
        header=(
            "hidden units", "", "parameters", "validation accuracy (95 %)", "spread", "loss", "test accuracy (95 %)",
            "spread", "loss", "training loss",
        ),
        rows=tuple(
            (
                str(width.hid), _remark(result, width.hid), f"{width.parameters:,}",
                between(width.validation.accuracy), _spread(width.validation.spread),
                f"{fmean(width.validation.loss):.4f}", between(width.test.accuracy), _spread(width.test.spread),
                f"{fmean(width.test.loss):.4f}", f"{fmean(width.test.train_loss):.4f}",
            )
            for width in result.widths
        ),
        note="Means over the seeds. An interval is that of the mean for so many images, spread is the standard "
        "deviation over the seeds, which differ in the first weights only; loss is the mean negative log-likelihood in "
        "nats per image. Validation is of nets that did not learn from the validation part; test and training loss are "
        "of nets that learned from all training images. Chosen are the fewest hidden units whose validation accuracy "
        "is at most one standard error below the best (Breiman, Friedman, Olshen and Stone 1984). The standard error "
        "is that of the best mean over the validation images, each of which counts by the share of the seeds that "
        "read it right.",
    )  # fmt: skip


def _kind(result: WidthSearchResult) -> str:
    config = result.config
    seeds = "1 seed" if config.seeds == 1 else f"{config.seeds} seeds"
    epochs = "1 epoch" if config.epochs == 1 else f"{config.epochs} epochs"
    return f"NetFull by hidden units on {result.data.name}, {seeds}, {epochs}"


def _remark(result: WidthSearchResult, hid: int) -> str:
    said = {"chosen": result.chosen, "best": result.best, "the study's": STUDIED}
    return ", ".join(word for word, units in said.items() if units == hid)


def _units(width: SearchedWidth) -> str:
    return "1 hidden unit" if width.hid == 1 else f"{width.hid} hidden units"


def _spread(spread: float | None) -> str:
    return "" if spread is None else percent(spread, 2)
