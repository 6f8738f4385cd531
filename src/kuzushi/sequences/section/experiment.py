"""The recurrent nets as text and on the page: training and score of each ensemble, and all answers together."""

from collections.abc import Sequence
from dataclasses import replace
from textwrap import fill

from kuzushi.core.sections import Chapter, Part, Section, Table, between, columns, counted, percent, provenance_table
from kuzushi.sequences.figures.experiment import figures, training_figure
from kuzushi.sequences.results import MODEL_TITLES, SequencesResult, Step, language_title
from kuzushi.sequences.section import automata, certificates, counters, dynamics, score

LINE = 100
"""Characters in a line of a terminal."""


def text(result: SequencesResult) -> str:
    """Return the text for the terminal: the best net symbol by symbol, the scores, and how the nets count."""
    last = result.history[-1]
    return "\n".join([
        f"{MODEL_TITLES[result.model]} with {result.hid} hidden units on {result.language}, preset "
        f"{result.config.preset}: {last.update:,} updates, median loss {last.loss:.4f} nats per symbol",
        "",
        f"net {result.shown.net + 1}, the best ({_furthest(result)})",
        columns(_stream_table(result)),
        *_lines(_far(result)),
        *_lines(_how(result)),
        *_lines(_sure(result)),
    ])  # fmt: skip


def _lines(part: Part) -> tuple[str, ...]:
    """Return a question and its answer as lines; nothing without an answer."""
    return ("", part.question, *(fill(paragraph, LINE) for paragraph in part.answer)) if part.answer else ()


def section(results: Sequence[SequencesResult]) -> Section:
    """Return the section of the page."""
    return Section(
        name="sequences",
        title="Sequences",
        question="How does a recurrent net count?",
        answer=tuple(map(_answer, results)),
        tables=(_scores_table(results),),
        figures=(),
        chapters=tuple(_chapter(result, number) for number, result in enumerate(results, start=1)),
        runs=provenance_table(results),
    )


def _answer(result: SequencesResult) -> str:
    failure = result.first_failure[result.shown.net]
    return (
        f"{title(result)}: {result.solved} of {result.nets} nets, {between(result.solved_interval)}, are "
        f"{score.verdict(result)}. The best {'has ' if failure is None else 'fails first at '}{_furthest(result)}."
    )


def _chapter(result: SequencesResult, number: int) -> Chapter:
    far = replace(
        _far(result), figures=(training_figure(f"{number}-training", result),), tables=(_stream_table(result),)
    )
    parts = (far, replace(_how(result), figures=tuple(figures(result, number))), _sure(result))
    return Chapter(
        name=f"sequences-{number}",
        title=f"{title(result)}, {trained(result)}",
        parts=tuple(part for part in parts if part.answer or part.figures or part.tables),
    )


def _far(result: SequencesResult) -> Part:
    """Return how far the nets are right."""
    share = (
        f"It predicts {percent(result.accuracy[result.shown.net], 2)} of the determined symbols of single strings "
        f"up to the trained length (a net that never stops: {percent(result.never_stop, 2)})."
    )
    answer = (
        f"{score.verdict(result).capitalize()}: {result.solved} of {result.nets} nets, "
        f"{between(result.solved_interval)}. Tested on {score.inputs(result)}. The median of the first failing lengths "
        f"is {_median(result)}.",
        f"Net {result.shown.net + 1} is the best. {score.first_failures(result)} {share}",
        score.beyond(result),
    )
    return Part(question="Does it work, and how far?", answer=tuple(filter(None, answer)), figures=(), tables=())


def _how(result: SequencesResult) -> Part:
    answer: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    if result.dynamics is not None:
        answer, tables = dynamics.paragraphs(result.dynamics), dynamics.tables(result.dynamics)
    elif result.counts is not None and result.counter_machine is not None:
        answer = counters.paragraphs(result.counts, result.counter_machine)
        tables = (counters.claims_table(result.counts, result.counter_machine),)
    elif result.automata is not None:
        answer = (automata.equality_text(result.automata),)
    return Part(question="How does it do it?", answer=answer, figures=(), tables=tables)


def _sure(result: SequencesResult) -> Part:
    tested = () if result.automata is None else automata.coverage_paragraphs(result.automata, result.symbols)
    answer = (*tested, *certificates.paragraphs(result))
    return Part(question="Can we be sure?", answer=answer, figures=(), tables=())


def _scores_table(results: Sequence[SequencesResult]) -> Table:
    return Table(
        title="Whole strings",
        header=(
            "language", "net", "units", "preset", "trained on", "right nets", "rate (95 %)", "median first failure",
            "furthest",
        ),
        rows=tuple(
            (
                language_title(result.language), MODEL_TITLES[result.model], str(result.hid), result.config.preset,
                trained(result), f"{result.solved} / {result.nets}", between(result.solved_interval),
                _median(result), _furthest(result),
            )
            for result in results
        ),
        note="Right: no failure up to the trained length, which up to n = 10 is exact: on every string, ordered pair "
        "and triple of lengths from the initial state, and a long stream. A string fails at its first wrong symbol "
        "where the next one is determined. First failure and furthest are lengths (nestings for brackets).",
    )  # fmt: skip


def _stream_table(result: SequencesResult) -> Table:
    return Table(
        title=f"One stream, symbol by symbol: {MODEL_TITLES[result.model]} on {language_title(result.language)}, "
        f"net {result.shown.net + 1} of {result.nets}",
        header=(
            "symbol", "state", *(f"hidden {i}" for i in range(1, result.hid + 1)),
            *(f"p({symbol})" for symbol in result.symbols), "may follow", "",
        ),
        rows=tuple(
            (
                step.symbol, step.state, *(f"{value:.2f}" for value in step.hidden),
                *(f"{value:.2f}" for value in step.probabilities), " ".join(step.legal),
                "" if not _scored(result, step) else "right" if step.right else "wrong",
            )
            for step in result.shown.steps
        ),
        folded=True,
    )  # fmt: skip


def title(result: SequencesResult) -> str:
    """Return the nets and their language, such as "SRN with 2 units on aⁿb²ⁿ"."""
    return f"{MODEL_TITLES[result.model]} with {counted(result.hid, 'unit')} on {language_title(result.language)}"


def trained(result: SequencesResult) -> str:
    """Return the trained lengths, such as "n ≤ 4"."""
    if result.from_grammar:
        return "all lengths"
    return f"{'nesting' if result.bracketed else 'n'} ≤ {result.trained_length}"


def _scored(result: SequencesResult, step: Step) -> bool:
    """Return whether the step is scored: in a counting language, only if the next symbol is determined."""
    return step.determined or result.from_grammar or result.bracketed


def _furthest(result: SequencesResult) -> str:
    failure = result.first_failure[result.shown.net]
    return f"no failure up to {result.tested_length}" if failure is None else str(failure)


def _median(result: SequencesResult) -> str:
    """Return the lower median; a net without a failure counts as beyond every length."""
    reached = sorted(float("inf") if failure is None else failure for failure in result.first_failure)
    middle = reached[(len(reached) - 1) // 2]
    return f"none up to {result.tested_length}" if middle == float("inf") else f"{middle:.0f}"
