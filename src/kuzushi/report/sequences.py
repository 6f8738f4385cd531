"""The recurrent nets in words and tables: symbol by symbol as in the study, and scored by whole strings."""

from collections.abc import Sequence

from kuzushi.plots.languages import TITLES, bracketed, written
from kuzushi.plots.sequences import figures
from kuzushi.reference import PUBLISHED
from kuzushi.report import certainty, counters, dynamics, extraction
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
        f"determined symbols right up to {result.scored_length}: best net {percent(max(result.accuracy), 2)}; "
        f"a net that never stops {percent(result.never_stop, 2)}",
    ])  # fmt: skip


def section(results: Sequence[SequencesResult]) -> Section:
    """The subject on the page."""
    return Section(
        name="sequences",
        title="Sequences",
        question="How does a recurrent net count?",
        answer=(
            *(paragraph for result in results for paragraph in (_answer(result), *_explained(result))),
            "Nets are scored by whole strings: one wrong symbol where the next one is determined, and the string is "
            "failed. The share of right symbols says little, since a net that always says the last symbol again, and "
            "never stops, has a high one too; it stands beside ours.",
        ),
        tables=(
            _scores(results),
            *(table for result in results for table in (_symbols(result), *_explained_tables(result))),
            *_automata(results),
        ),
        figures=tuple(figures(results)),
        runs=how_made(results),
    )


def _answer(result: SequencesResult) -> str:
    return (
        f"{TITLES[result.model]} with {result.hid} units on {written(result.language)}: {result.solved} of "
        f"{result.nets} nets, {between(result.solved_interval)}, are exact on {_strings(result)}, "
        "alone and in a stream without reset. The one that goes furthest "
        f"{'fails first at ' if _failure(result) else 'has '}{_furthest(result)}."
    )


def _explained(result: SequencesResult) -> tuple[str, ...]:
    """How the nets do it, and whether we can be sure, as far as it was found out."""
    return (
        *(() if result.dynamics is None else dynamics.paragraphs(result.dynamics)),
        *(
            counters.paragraphs(result.counts, result.counter_machine)
            if result.counts is not None and result.counter_machine is not None
            else ()
        ),
        *(() if result.automata is None else extraction.answer(result, result.automata)),
        *certainty.paragraphs(result),
    )


def _automata(results: Sequence[SequencesResult]) -> tuple[Table, ...]:
    pairs = [(result, result.automata) for result in results if result.automata is not None]
    return (extraction.summary(pairs),) if pairs else ()


def _explained_tables(result: SequencesResult) -> tuple[Table, ...]:
    return (
        *(() if result.dynamics is None else dynamics.tables(result.dynamics)),
        *(
            counters.tables(result.counts, result.counter_machine)
            if result.counts is not None and result.counter_machine is not None
            else ()
        ),
        *(() if result.automata is None else (extraction.nets(result, result.automata),)),
        *certainty.tables(result),
    )


def _scores(results: Sequence[SequencesResult]) -> Table:
    rows = []
    for result in results:
        study = STUDY[result.model]
        studied = (written(study.language), study.hid) == (written(result.language), result.hid)
        rows.append((
            written(result.language), TITLES[result.model], str(result.hid), result.config.preset,
            _trained(result), f"{result.solved} / {result.nets}",
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
        note="First failure and furthest are lengths, and nestings where the language is of brackets. Symbols right "
        "are the determined ones in all strings tested. The study prints no numbers of its recurrent nets, so that "
        "there is nothing to set beside these.",
    )  # fmt: skip


def _symbols(result: SequencesResult) -> Table:
    return Table(
        title=f"One stream, symbol by symbol: {TITLES[result.model]} on {written(result.language)}, "
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


def _trained(result: SequencesResult) -> str:
    if _drawn(result):
        return "all lengths"
    return f"{'nesting' if bracketed(result) else 'n'} ≤ {result.trained_length}"


def _strings(result: SequencesResult) -> str:
    """What a net must get right to count as exact."""
    if _drawn(result):
        return f"every test string of the grammar (the longest has {result.tested_length} symbols)"
    if bracketed(result):
        return f"every test string nested at most {result.trained_length} deep"
    return f"every string up to n = {result.trained_length}"


def _asked(result: SequencesResult, step: Step) -> bool:
    """Whether the net must be right there: where a language counts, only where the next symbol is determined."""
    return step.determined or _drawn(result) or bracketed(result)


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
