"""The comparison of recognisers as text and as a part of the page."""

from collections.abc import Iterator, Sequence
from itertools import chain

from kuzushi.characters.comparison_results import ComparisonResult, Hardness, PairedComparison
from kuzushi.characters.figures.comparison import paired_comparison, written_forms
from kuzushi.characters.figures.images import always_wrong, misread
from kuzushi.characters.figures.names import class_name, net_names, pair_name
from kuzushi.core.figure_style import Drawn
from kuzushi.core.published import PUBLISHED
from kuzushi.core.sections import Section, Table, between, columns, counted, percent, provenance_table

REPORT = PUBLISHED.characters


def text(result: ComparisonResult) -> str:
    """Return the text for the terminal: the tables, and the answers in sentences."""
    return "\n\n".join([*(f"{table.title}:\n{columns(table)}" for table in tables(result)), *_answer(result)])


def section(results: Sequence[ComparisonResult]) -> Section:
    """Return the part of the page."""
    return Section(
        name="compare",
        title="Compared",
        question="Which net is better, and why are kana confused?",
        answer=tuple(chain.from_iterable(map(_answer, results))),
        tables=tuple(chain.from_iterable(map(tables, results))),
        figures=tuple(figures(results)),
        runs=provenance_table(results),
    )


def figures(results: Sequence[ComparisonResult]) -> Iterator[Drawn]:
    """Draw every figure of every result, where there is something to draw."""
    for number, result in enumerate(results, start=1):
        names = run_names(result)
        if result.paired:
            yield paired_comparison(f"{number}-paired", result, names)
        if result.forms:
            yield written_forms(f"{number}-forms", result, names)
        if result.images:
            yield misread(f"{number}-misread", result, names[result.strongest])
        if result.always_wrong:
            yield always_wrong(f"{number}-always-wrong", result)


def tables(result: ComparisonResult) -> list[Table]:
    """Return every table, where there is something in it."""
    names = run_names(result)
    hardness = result.hardness if result.hardness is not None and result.hardness.pairs else None
    return [_nets(result, names), *([_hardness(result, hardness, names)] if hardness is not None else [])]


def run_names(result: ComparisonResult) -> list[str]:
    """Return a name for each run."""
    return net_names([(net.net, net.preset) for net in result.nets])


def _answer(result: ComparisonResult) -> tuple[str, ...]:
    names = run_names(result)
    paragraphs = (_which_is_better(result, names), _which_remain(result, names), _always_wrong_text(result))
    return tuple(filter(None, paragraphs))


def _which_is_better(result: ComparisonResult, names: Sequence[str]) -> str:
    if not result.paired:
        return ""
    pairs = "; ".join(_verdict(pair, names) for pair in result.paired)
    return (
        f"On the same {result.data.test:,} test images of {result.data.name}: {pairs}. Counts are images that only "
        "this net reads correctly (first seeds); p is of exact McNemar tests of all seeds, adjusted by Holm's method."
    )


def _verdict(pair: PairedComparison, names: Sequence[str]) -> str:
    first, second = (names[pair.first], pair.first_seeds.only_first), (names[pair.second], pair.first_seeds.only_second)
    if pair.better == pair.second:
        first, second = second, first
    p = "p < 0.0001" if pair.adjusted < 1e-4 else f"p = {pair.adjusted:.2g}"
    verdict = "is not significantly different from" if pair.better is None else "is better than"
    return f"{first[0]} {verdict} {second[0]} ({first[1]} against {second[1]}, {p})"


def _which_remain(result: ComparisonResult, names: Sequence[str]) -> str:
    hardness = result.hardness
    if hardness is None:
        return ""
    weakest, strongest = names[hardness.weakest], names[hardness.strongest]
    sentences = [f"{percent(hardness.error_ratio)} of the errors of {weakest} remain in {strongest}."]
    for kind in ("data-hard", "model-hard"):
        of_kind = (pair for pair in hardness.pairs if pair.kind == kind)
        pairs = ", ".join(pair_name(result.data.classes, pair.target, pair.predicted) for pair in of_kind)
        sentences.append(f"{kind.capitalize()}: {pairs or 'none'}.")
    return " ".join(sentences)


def _always_wrong_text(result: ComparisonResult) -> str:
    trained, wrong = sum(len(net.seeds) for net in result.nets), result.always_wrong
    if not wrong:
        return f"No test image is misread by all {trained} trained nets."
    first = pair_name(result.data.classes, wrong[0].target, wrong[0].predicted)
    return (
        f"{counted(len(wrong), 'test image is', 'test images are')} misread by all {trained} trained nets, perhaps "
        f"with a wrong label. The first is test image {wrong[0].index}, {first}."
    )


# --- tables ---------------------------------------------------------------------------------------------------


def _nets(result: ComparisonResult, names: Sequence[str]) -> Table:
    return Table(
        title=f"Nets on the same images of {result.data.name}",
        header=("net", "run", "preset", "parameters", "seeds", "accuracy (95 %)"),
        rows=tuple(
            (name, net.run, net.preset, f"{net.parameters:,}", str(len(net.seeds)), between(net.accuracy))
            for name, net in zip(names, result.nets, strict=True)
        ),
        note=f"Accuracy is the mean over the seeds, with its interval for {result.data.test:,} test images.",
    )


def _hardness(result: ComparisonResult, hardness: Hardness, names: Sequence[str]) -> Table:
    rows, classes = [], result.data.classes
    for pair in hardness.pairs:
        published = "/".join(str(net.confusion[pair.target][pair.predicted]) for net in REPORT.nets.values())
        rows.append((
            class_name(classes, pair.target), class_name(classes, pair.predicted),
            *("/".join(map(str, counts)) for counts in pair.counts),
            f"{pair.weakest} -> {pair.strongest}", f"{pair.stays.adjusted:.2g}", f"{pair.vanishes.adjusted:.2g}",
            pair.kind, *([published] if result.in_report else []),
        ))  # fmt: skip
    return Table(
        title=f"Which confusions remain on {result.data.name}",
        header=(
            "target", "read as", *names, "weakest -> strongest", "p remains", "p vanishes", "kind",
            *(["published"] if result.in_report else []),
        ),
        rows=tuple(rows),
        note=f"Counts by seed; weakest -> strongest: by the majority of the seeds of {names[hardness.weakest]} and of "
        f"{names[hardness.strongest]}. Data-hard: errors fall less than all errors do (permutation test). Model-hard: "
        "otherwise, if more than half of them vanish (binomial test). Both for every seed, with p < 0.05 after Holm."
        + (f" Published: {', '.join(REPORT.nets)}, of 1,000 images of the target." if result.in_report else ""),
    )  # fmt: skip
