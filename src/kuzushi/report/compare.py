"""Recognisers side by side, in words."""

from collections.abc import Sequence
from itertools import chain

from kuzushi.plots.classes import ROMAJI, read_as
from kuzushi.plots.compare import figures, names_of_nets
from kuzushi.reference import PUBLISHED
from kuzushi.report.compare_tables import tables
from kuzushi.report.sections import Section, between, columns, how_made, percent
from kuzushi.results import ComparisonResult, Hardness, Kind, PairedComparison

STUDY = PUBLISHED.characters
KINDS: tuple[Kind, ...] = ("data-hard", "model-hard", "undecided")


def text(result: ComparisonResult) -> str:
    """What a person reads after a run: the answers in sentences, and the tables behind them."""
    shown = [f"{table.title}:\n{columns(table)}" for table in tables(result) if not table.folded]
    return "\n\n".join([*shown, *_answer(result)])


def section(results: Sequence[ComparisonResult]) -> Section:
    """These results on the page."""
    return Section(
        name="compare",
        title="Compared",
        question="Which net is better, and why is one kana taken for another?",
        answer=tuple(chain.from_iterable(map(_answer, results))),
        tables=tuple(chain.from_iterable(map(tables, results))),
        figures=tuple(figures(results)),
        runs=how_made(results),
    )


# --- sentences ------------------------------------------------------------------------------------------------


def _answer(result: ComparisonResult) -> tuple[str, ...]:
    names = names_of_nets(result.nets)
    return tuple(
        paragraph
        for paragraph in (
            _better(result, names),
            _hard(result, names),
            _forms_in_words(result, names),
            _unread(result),
        )
        if paragraph
    )


def _better(result: ComparisonResult, names: Sequence[str]) -> str:
    if not result.paired:
        return ""
    return f"On the same {result.data.test:,} test images of {result.data.name}: " + " ".join(
        _judgement(pair, names) for pair in result.paired
    )


def _judgement(pair: PairedComparison, names: Sequence[str]) -> str:
    first, second, found = names[pair.first], names[pair.second], pair.first_seeds
    counts = f"{found.only_first} images are read right by {first} alone and {found.only_second} by {second} alone"
    p = f"{_p(pair.adjusted)} over all {pair.combinations} combinations of seeds"
    if pair.better is None:
        return f"Between {first} and {second} nothing is decided: {counts} (first seeds); {p}."
    other = pair.first if pair.better == pair.second else pair.second
    return f"{names[pair.better]} is better than {names[other]}: {counts} (first seeds); {p}."


def _hard(result: ComparisonResult, names: Sequence[str]) -> str:
    hardness = result.hardness
    if hardness is None:
        return ""
    sentences = [
        f"From {names[hardness.weakest]} to {names[hardness.strongest]} {percent(hardness.kept)} of the errors are "
        "left."
    ]
    for kind in KINDS:
        pairs = [
            read_as(result.data.classes, pair.target, pair.predicted) for pair in hardness.pairs if pair.kind == kind
        ]
        sentences.append(f"{kind.capitalize()}: {', '.join(pairs) or 'none'}.")
    return " ".join([*sentences, *_study(result, hardness)])


def _study(result: ComparisonResult, hardness: Hardness) -> list[str]:
    """What the study printed of its two pairs, and what became of them here."""
    if not result.studied:
        return []
    found = {(pair.target, pair.predicted): pair.kind for pair in hardness.pairs}
    return [
        f"The study's {', '.join(pair.counts)} made {read_as(ROMAJI, pair.target, pair.predicted)} "
        f"{', '.join(map(str, pair.counts.values()))} times; here it is "
        f"{found.get((pair.target, pair.predicted), 'not among the pairs that are tested')}."
        for pair in STUDY.pairs
    ]  # fmt: skip


def _forms_in_words(result: ComparisonResult, names: Sequence[str]) -> str:
    """Of each pair whose class has several forms, the form that is misread most, over all runs."""
    sentences = []
    for pair in result.forms:
        tested = [(form, place) for place, form in enumerate(pair.forms, start=1) if form.rates]
        if len(tested) < 2:
            continue
        form, place = max(tested, key=lambda found: sum(rate.mean for rate in found[0].rates))
        rates = ", ".join(f"{name} {between(rate)}" for name, rate in zip(names, form.rates, strict=True))
        sentences.append(
            f"{read_as(result.data.classes, pair.target, pair.predicted)}, form {place} of {len(pair.forms)}: {rates}"
        )
    return f"Of each class the form that is misread most. {'; '.join(sentences)}." if sentences else ""


def _unread(result: ComparisonResult) -> str:
    trained = sum(len(net.seeds) for net in result.nets)
    if not result.always_wrong:
        return f"No test image is misread by all {trained} trained nets."
    first = result.always_wrong[0]
    return (
        f"{len(result.always_wrong)} test images are misread by all {trained} trained nets, and may be ambiguous or "
        f"wrongly labelled; the first is test image {first.index}, "
        f"{read_as(result.data.classes, first.target, first.predicted)} by {first.agreeing}."
    )


def _p(value: float) -> str:
    return "p < 0.0001" if value < 1e-4 else f"p = {value:.2g}"
