"""The recurrent nets in words and tables: symbol by symbol as in the study, and scored by whole strings."""

from collections.abc import Sequence
from textwrap import fill

from kuzushi.plots.languages import TITLES, bracketed, written
from kuzushi.plots.sequences import Figures, figures
from kuzushi.reference import PUBLISHED
from kuzushi.report import certainty, counters, dynamics, extraction
from kuzushi.report.sections import Chapter, Part, Section, Table, between, columns, how_made, percent
from kuzushi.results import SequencesResult, Step

STUDY = {"srn": PUBLISHED.sequences.srn, "lstm": PUBLISHED.sequences.lstm}
SCORES = (
    "Does it work, and how far? Nets are scored by whole strings: one wrong symbol where the next one is determined, "
    "and the string is failed. The share of right symbols says little, since a net that always says the last symbol "
    "again, and never stops, has a high one too; it stands beside ours."
)
"""What the score takes for granted."""
LINE = 100
"""Characters in a line of a terminal."""


def text(result: SequencesResult) -> str:
    """What a person reads after a run: one net symbol by symbol as in the study, the score of all, how they do it."""
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
        *(line for part in (_how(result, Figures()), _sure(result, Figures())) if part.answer for line in _told(part)),
    ])  # fmt: skip


def _told(part: Part) -> tuple[str, ...]:
    """A question and its answer as lines."""
    return ("", part.question, *(fill(paragraph, LINE) for paragraph in part.answer))


def section(results: Sequence[SequencesResult]) -> Section:
    """The subject on the page."""
    return Section(
        name="sequences",
        title="Sequences",
        question="How does a recurrent net count?",
        answer=(*map(_answer, results), *_methods(results)),
        tables=(_scores(results), *_automata(results)),
        figures=(),
        chapters=tuple(_chapter(result, place) for place, result in enumerate(results, start=1)),
        runs=how_made(results),
    )


def _answer(result: SequencesResult) -> str:
    return (
        f"{_nets(result)}: {result.solved} of {result.nets} nets, {between(result.solved_interval)}, are exact on "
        f"{_strings(result)}, "
        "alone and in a stream without reset. The one that goes furthest "
        f"{'fails first at ' if _failure(result) else 'has '}{_furthest(result)}."
    )


def _methods(results: Sequence[SequencesResult]) -> tuple[str, ...]:
    """What is asked of the nets, and by what it is answered, as far as it is in these results."""
    used = {
        SCORES: True,
        dynamics.METHOD: any(each.dynamics is not None and each.dynamics.ratio is not None for each in results),
        counters.METHOD: any(each.counts is not None for each in results),
        extraction.METHOD: any(each.automata is not None for each in results),
        certainty.PROOF: any(each.certification is not None for each in results),
        certainty.SNAP: any(each.snapping is not None for each in results),
    }
    return tuple(method for method, there in used.items() if there)


def _chapter(result: SequencesResult, place: int) -> Chapter:
    """One ensemble, in the order in which a student would ask."""
    drawn = figures(result, place)
    parts = (
        Part(
            question="Does it work, and how far?", answer=(_far(result),), figures=tuple(drawn.how_far),
            tables=(_symbols(result),),
        ),
        _how(result, drawn),
        _sure(result, drawn),
    )  # fmt: skip
    return Chapter(
        name=f"sequences-{place}",
        title=f"{_nets(result)}, {_trained(result)}",
        parts=tuple(part for part in parts if part.answer or part.figures or part.tables),
    )


def _far(result: SequencesResult) -> str:
    """How many symbols are right, where a whole string is not."""
    shown = result.shown.net
    return (
        f"The median of the first failing lengths is {_median(result)}. Net {shown + 1} goes furthest and is shown; it "
        f"gets {percent(result.accuracy[shown], 2)} of the determined symbols right, up to the length "
        f"{result.scored_length}. A net that never stops gets {percent(result.never_stop, 2)}."
    )


def _how(result: SequencesResult, drawn: Figures) -> Part:
    on_counters, of_counters = _counters(result)
    return Part(
        question="How does it do it?",
        answer=(
            *(() if result.dynamics is None else dynamics.paragraphs(result.dynamics)),
            *on_counters,
            *(() if result.automata is None else (extraction.found(result.automata),)),
        ),
        figures=tuple(drawn.how),
        tables=(
            *(() if result.dynamics is None else dynamics.tables(result.dynamics)),
            *of_counters,
            *(() if result.automata is None else (extraction.nets(result, result.automata),)),
        ),
    )


def _counters(result: SequencesResult) -> tuple[tuple[str, ...], tuple[Table, ...]]:
    """What is said, and tabled, of what the shown net counts."""
    counts, machine = result.counts, result.counter_machine
    if counts is None or machine is None:
        return (), ()
    return counters.paragraphs(counts, machine), counters.tables(counts, machine)


def _sure(result: SequencesResult, drawn: Figures) -> Part:
    tried = () if result.automata is None else extraction.tried(result, result.automata)
    return Part(
        question="Can we be sure?",
        answer=(*tried, *certainty.paragraphs(result)),
        figures=tuple(drawn.how_sure),
        tables=certainty.tables(result),
    )


def _automata(results: Sequence[SequencesResult]) -> tuple[Table, ...]:
    pairs = [(result, result.automata) for result in results if result.automata is not None]
    return (extraction.summary(pairs),) if pairs else ()


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


def _nets(result: SequencesResult) -> str:
    return f"{TITLES[result.model]} with {result.hid} units on {written(result.language)}"


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
