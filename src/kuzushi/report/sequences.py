"""The recurrent nets in words and tables: symbol by symbol as in the study, and scored by whole strings."""

from collections.abc import Sequence

from kuzushi.plots.sequences import TITLES, WRITTEN, figures
from kuzushi.reference import PUBLISHED
from kuzushi.report.sections import Section, Table, between, columns, how_made, percent
from kuzushi.results import SequencesResult, Step

STUDY = {"srn": PUBLISHED.sequences.srn, "lstm": PUBLISHED.sequences.lstm}


def text(result: SequencesResult) -> str:
    """What a person reads after a run: the shown net symbol by symbol as in the study, and the score of all nets."""
    last = result.history[-1]
    return "\n".join([
        f"{TITLES[result.model]} with {result.hid} hidden units on {result.language}, preset {result.config.preset}: "
        f"{last.update:,} updates, median loss {last.loss:.4f} nats per symbol",
        "",
        f"net {result.shown.net + 1}, the one that goes furthest ({_furthest(result)})",
        columns(_symbols(result)),
        "",
        f"exact on {_strings(result)}: {result.solved}/{result.nets} nets, {between(result.solved_interval)}",
        f"first failing length: median {_median(result)}, furthest {_furthest(result)}",
        f"determined symbols right up to {result.tested_length}: best net {percent(max(result.accuracy), 2)}; "
        f"a net that never stops {percent(result.never_stop, 2)}",
    ])  # fmt: skip


def section(results: Sequence[SequencesResult]) -> Section:
    """The subject on the page."""
    return Section(
        name="sequences",
        title="Sequences",
        question="How does a recurrent net count?",
        answer=(
            *(_answer(result) for result in results),
            "Nets are scored by whole strings: one wrong symbol where the next one is determined, and the string is "
            "failed. The share of right symbols says little, since a net that always says the last symbol again, and "
            "never stops, has a high one too; it stands beside ours.",
        ),
        tables=(_scores(results), *(_symbols(result) for result in results)),
        figures=tuple(figures(results)),
        runs=how_made(results),
    )


def _answer(result: SequencesResult) -> str:
    return (
        f"{TITLES[result.model]} with {result.hid} units on {WRITTEN[result.language]}: {result.solved} of "
        f"{result.nets} nets, {between(result.solved_interval)}, are exact on {_strings(result)}, "
        "alone and in a stream without reset. The one that goes furthest "
        f"{'fails first at ' if _failure(result) else 'has '}{_furthest(result)}."
    )


def _scores(results: Sequence[SequencesResult]) -> Table:
    rows = []
    for result in results:
        study = STUDY[result.model]
        studied = (study.language, study.hid) == (result.language, result.hid)
        rows.append((
            WRITTEN[result.language], TITLES[result.model], str(result.hid), result.config.preset,
            "all lengths" if _drawn(result) else f"n ≤ {result.trained_length}", f"{result.solved} / {result.nets}",
            between(result.solved_interval), _median(result), _furthest(result), percent(max(result.accuracy), 2),
            percent(result.never_stop, 2), "figures, no numbers" if studied else "not there",
        ))  # fmt: skip
    return Table(
        title="Whole strings",
        header=(
            "language", "net", "units", "preset", "trained on", "exact nets", "rate (95 %)", "median first failure",
            "furthest", "symbols right, best net", "never stops", "in the study",
        ),
        rows=tuple(rows),
        note="First failure and furthest are lengths. Symbols right are the determined ones in all strings tested. The "
        "study prints no numbers of its recurrent nets, so that there is nothing to set beside these.",
    )  # fmt: skip


def _symbols(result: SequencesResult) -> Table:
    return Table(
        title=f"One stream, symbol by symbol: {TITLES[result.model]} on {WRITTEN[result.language]}, "
        f"net {result.shown.net + 1} of {result.nets}",
        header=(
            "symbol", "state", *(f"hidden {i}" for i in range(1, result.hid + 1)),
            *(f"p({symbol})" for symbol in result.symbols), "may follow", "",
        ),
        rows=tuple(
            (
                step.symbol, step.state, *(f"{value:.2f}" for value in step.hidden),
                *(f"{value:.2f}" for value in step.probabilities), " ".join(step.legal),
                "" if not _asked(result, step) else "right" if step.right else "wrong",
            )
            for step in result.shown.steps
        ),
        folded=True,
    )  # fmt: skip


def _drawn(result: SequencesResult) -> bool:
    """Whether the strings are drawn from a grammar, rather than counted out up to some n."""
    return result.machine.longest is None


def _strings(result: SequencesResult) -> str:
    """What a net must get right to count as exact."""
    if _drawn(result):
        return f"every test string of the grammar (the longest has {result.tested_length} symbols)"
    return f"every string up to n = {result.trained_length}"


def _asked(result: SequencesResult, step: Step) -> bool:
    """Whether the net must be right there: in a grammar everywhere, else where the next symbol is determined."""
    return step.determined or _drawn(result)


def _failure(result: SequencesResult) -> int | None:
    return result.first_failure[result.shown.net]


def _furthest(result: SequencesResult) -> str:
    failure = _failure(result)
    return f"no failure up to {result.tested_length}" if failure is None else str(failure)


def _median(result: SequencesResult) -> str:
    """The lower median; a net without a failure counts as beyond every length."""
    reached = sorted(float("inf") if failure is None else failure for failure in result.first_failure)
    middle = reached[(len(reached) - 1) // 2]
    return f"none up to {result.tested_length}" if middle == float("inf") else f"{middle:.0f}"
