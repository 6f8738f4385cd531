"""The comparison of recognisers as text and as a part of the page."""

from collections.abc import Iterator, Sequence
from itertools import chain

from kuzushi.characters.comparison_results import ComparisonResult, Hardness, PairedComparison
from kuzushi.characters.figures.comparison import hard_pairs, paired_comparison, written_forms
from kuzushi.characters.figures.images import always_wrong, evidence, nearest
from kuzushi.characters.figures.names import class_name, net_names, pair_name
from kuzushi.core.figure_style import Drawn
from kuzushi.core.reference import PUBLISHED
from kuzushi.core.sections import Section, Table, between, columns, percent, provenance_table

REPORT = PUBLISHED.characters
MOST_IMAGES = 100
"""Images in a table."""


def text(result: ComparisonResult) -> str:
    """Return the text for the terminal: the tables, and the answers in sentences."""
    unfolded = [f"{table.title}:\n{columns(table)}" for table in tables(result) if not table.folded]
    return "\n\n".join([*unfolded, *_answer(result)])


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
        if result.hardness is not None and result.hardness.pairs:
            yield hard_pairs(f"{number}-hardness", result, result.hardness, names)
        yield from written_forms(f"{number}-forms", result, names)
        if result.images:
            yield nearest(f"{number}-nearest", result, names[result.strongest])
            yield evidence(f"{number}-evidence", result, names[result.strongest])
        if result.always_wrong:
            yield always_wrong(f"{number}-always-wrong", result)


def tables(result: ComparisonResult) -> list[Table]:
    """Return every table, where there is something in it."""
    names = run_names(result)
    hardness = result.hardness if result.hardness is not None and result.hardness.pairs else None
    return [
        _nets(result, names),
        *([_paired(result, names)] if result.paired else []),
        *([_hardness(result, hardness, names)] if hardness is not None else []),
        *([_forms(result, names)] if result.forms else []),
        *([_always_wrong(result)] if result.always_wrong else []),
    ]


def run_names(result: ComparisonResult) -> list[str]:
    """Return a name for each run."""
    return net_names([(net.net, net.preset) for net in result.nets])


# --- sentences ------------------------------------------------------------------------------------------------


def _answer(result: ComparisonResult) -> tuple[str, ...]:
    names = run_names(result)
    paragraphs = (_which_is_better(result, names), _which_remain(result, names), _always_wrong_text(result))
    return tuple(filter(None, paragraphs))


def _which_is_better(result: ComparisonResult, names: Sequence[str]) -> str:
    if not result.paired:
        return ""
    pairs = " ".join(_verdict(pair, names) for pair in result.paired)
    return f"On the same {result.data.test:,} test images of {result.data.name}: {pairs}"


def _verdict(pair: PairedComparison, names: Sequence[str]) -> str:
    first, second, counts = names[pair.first], names[pair.second], pair.first_seeds
    p = "p < 0.0001" if pair.adjusted < 1e-4 else f"p = {pair.adjusted:.2g}"
    because = (
        f"only {first} reads {counts.only_first} images correctly, only {second} {counts.only_second} (first seeds); "
        f"{p} over all {pair.combinations} combinations of seeds."
    )
    if pair.better is None:
        return f"No significant difference between {first} and {second}: {because}"
    return f"{names[pair.better]} is better than {second if pair.better == pair.first else first}: {because}"


def _which_remain(result: ComparisonResult, names: Sequence[str]) -> str:
    hardness = result.hardness
    if hardness is None:
        return ""
    weakest, strongest = names[hardness.weakest], names[hardness.strongest]
    sentences = [f"{percent(hardness.error_ratio)} of the errors of {weakest} remain in {strongest}."]
    for kind in ("data-hard", "model-hard", "undecided"):
        of_kind = (pair for pair in hardness.pairs if pair.kind == kind)
        pairs = ", ".join(pair_name(result.data.classes, pair.target, pair.predicted) for pair in of_kind)
        sentences.append(f"{kind.capitalize()}: {pairs or 'none'}.")
    return " ".join(sentences)


def _always_wrong_text(result: ComparisonResult) -> str:
    trained = sum(len(net.seeds) for net in result.nets)
    if not result.always_wrong:
        return f"No test image is misread by all {trained} trained nets."
    first = result.always_wrong[0]
    pair = pair_name(result.data.classes, first.target, first.predicted)
    return (
        f"{len(result.always_wrong)} test images are misread by all {trained} trained nets: their labels may be "
        f"ambiguous or wrong. The first is test image {first.index}, {pair} by {first.agreeing}."
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


def _paired(result: ComparisonResult, names: Sequence[str]) -> Table:
    rows = []
    for pair in result.paired:
        counts = pair.first_seeds
        rows.append((
            names[pair.first], names[pair.second], str(counts.both_right), str(counts.only_first),
            str(counts.only_second), str(counts.both_wrong), f"{counts.p_value:.2g}",
            f"{pair.first_better} and {pair.second_better} of {pair.combinations}", f"{pair.adjusted:.2g}",
            "undecided" if pair.better is None else names[pair.better],
        ))  # fmt: skip
    return Table(
        title=f"Paired comparison on {result.data.name}",
        header=(
            "first", "second", "both correct", "only first", "only second", "both wrong", "p (first seeds)",
            "first and second better (p < 0.05)", "p (all seeds, Holm)", "better",
        ),
        rows=tuple(rows),
        note="Exact two-sided McNemar test. Counts are of the first seeds. Over all combinations of seeds the largest "
        "p counts (1 where they disagree on the better net), adjusted for the number of pairs of nets (Holm); below "
        "0.05 one net is better.",
    )  # fmt: skip


def _hardness(result: ComparisonResult, hardness: Hardness, names: Sequence[str]) -> Table:
    rows = []
    for pair in hardness.pairs:
        published = "/".join(str(net.confusion[pair.target][pair.predicted]) for net in REPORT.nets.values())
        rows.append((
            *_pair_names(result, pair.target, pair.predicted), *("/".join(map(str, counts)) for counts in pair.counts),
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
        note="Counts by seed; weakest -> strongest counts images on which more than half of the seeds of "
        f"{names[hardness.weakest]} and {names[hardness.strongest]} agree. Data-hard: errors fall less than all errors "
        "do (permutation test). Model-hard: otherwise, if more than half of them vanish (binomial test). Both must "
        "hold for every seed, with p < 0.05 after Holm."
        + (f" Published: {', '.join(REPORT.nets)}, of 1,000 images of the target." if result.in_report else ""),
    )  # fmt: skip


def _forms(result: ComparisonResult, names: Sequence[str]) -> Table:
    return Table(
        title=f"Which written forms are misread on {result.data.name}",
        header=("target", "read as", "form", "training images", "test images", *names),
        rows=tuple(
            (
                *_pair_names(result, pair.target, pair.predicted), f"{number} of {len(pair.forms)}", f"{form.train:,}",
                f"{form.test:,}", *(map(between, form.rates) if form.rates else [""] * len(result.nets)),
            )
            for pair in result.forms
            for number, form in enumerate(pair.forms, start=1)
        ),
        note="Forms are k-means clusters of the training images of a class, on 8 principal components; their number is "
        "the largest with a prediction strength of at least 0.8. Rates are means over the seeds, with 95 % intervals.",
    )  # fmt: skip


def _always_wrong(result: ComparisonResult) -> Table:
    trained, more = sum(len(net.seeds) for net in result.nets), len(result.always_wrong) - MOST_IMAGES
    return Table(
        title=f"Test images of {result.data.name} that every net misreads",
        header=("test image", "target", "read as", "by", "probability"),
        rows=tuple(
            (
                str(image.index), *_pair_names(result, image.target, image.predicted),
                f"{image.agreeing} of {trained}", percent(image.probability),
            )
            for image in result.always_wrong[:MOST_IMAGES]
        ),
        note="Images are counted from 0." + (f" {more} more are in result.json." if more > 0 else ""),
        folded=True,
    )  # fmt: skip


def _pair_names(result: ComparisonResult, target: int, predicted: int) -> tuple[str, str]:
    return class_name(result.data.classes, target), class_name(result.data.classes, predicted)
